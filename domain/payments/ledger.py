"""The books: every movement of money is an entry whose postings sum to zero. docs/ledger.md tells the rules."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from tortoise.functions import Sum

from domain.access import Permission, Viewer
from domain.orders.visible import visible
from kit import clock
from kit.errors import Refused
from models.database import check_references_at_the_end
from models.orders import Order, OrderState
from models.payments import JournalEntry, LedgerAccount, Payment, PaymentPurpose, Posting, Refund

Side = tuple[LedgerAccount, str, int]  # account, currency, minor units: debit positive, credit negative

EARNED = frozenset({OrderState.RECEIVED, OrderState.COMPLETED})


class Unbalanced(Exception):
    """Code tried to book an entry whose postings do not sum to zero: a bug."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds in one currency, minor units; debit positive, credit negative."""

    account: LedgerAccount
    currency: str
    balance: int


async def book(
    kind: str, *, reference: str, order_id: UUID | None, currency: str, postings: Mapping[LedgerAccount, int]
) -> bool:
    """Write an entry, unless `reference` was booked before; gives whether it was written.

    Debits are positive, credits negative. Called in the transaction of the movement itself, with its order locked.
    """
    if await JournalEntry.exists(reference=reference):
        return False
    entry = JournalEntry(kind=kind, reference=reference, order_id=order_id, created_at=clock.now())
    await write(entry, [(account, currency, amount) for account, amount in postings.items()])
    return True


async def write(entry: JournalEntry, sides: Sequence[Side]) -> None:
    """Write an entry whose sides sum to zero in each currency: they first, since the database looks at them with it."""
    totals = Counter[str]()
    for _, currency, amount in sides:
        totals[currency] += amount
    if any(totals.values()):
        raise Unbalanced(f"{entry.reference}: {list(sides)}")
    await check_references_at_the_end()
    await Posting.bulk_create(
        Posting(entry_id=entry.id, account=account, currency=currency, amount=amount)
        for account, currency, amount in sides
        if amount
    )
    await entry.save(force_create=True)


async def book_capture(payment: Payment) -> None:
    """The provider has the money. It pays for the order, or waits in suspense until it has gone back."""
    await book(
        "capture",
        reference=f"capture:{payment.number}",
        order_id=payment.order_id,
        currency=payment.currency,
        postings={
            LedgerAccount.PROVIDER_CLEARING: payment.captured,
            _owed_for(payment): -payment.captured,
        },
    )


def _owed_for(payment: Payment) -> LedgerAccount:
    """To whom the money of a captured payment is owed."""
    if not payment.is_applied:
        return LedgerAccount.SUSPENSE
    return LedgerAccount.TIPS_PAYABLE if payment.purpose == PaymentPurpose.TIP else LedgerAccount.CUSTOMER_DEPOSITS


async def book_transfer(source: Order, target: Order, *, amount: int) -> None:
    """The deposit of one locked order becomes that of another, by an entry for each of them."""
    for reference, order, sign in ((f"transfer_out:{source.id}", source, 1), (f"transfer_in:{source.id}", target, -1)):
        await book(
            "transfer",
            reference=reference,
            order_id=order.id,
            currency=order.currency,
            postings={
                LedgerAccount.CUSTOMER_DEPOSITS: sign * amount,
                LedgerAccount.ORDER_TRANSFERS: -sign * amount,
            },
        )


async def book_set_aside(reference: str, *, order_id: UUID | None, currency: str, amount: int) -> None:
    """The provider reports money that fits nothing we asked for: in with a positive amount, out with a negative one."""
    await book(
        "set_aside",
        reference=reference,
        order_id=order_id,
        currency=currency,
        postings={LedgerAccount.PROVIDER_CLEARING: amount, LedgerAccount.SUSPENSE: -amount},
    )


async def book_refund_promised(refund: Refund, payment: Payment) -> None:
    """Money is promised back: out of deposits, or out of revenue once that was recognised, or out of suspense.

    Goodwill is an expense at any time: what the customer paid for the goods stays what it is.
    """
    goods = refund.amount - refund.shipping - refund.goodwill
    if not payment.is_applied or payment.purpose == PaymentPurpose.TIP:
        debits = {_owed_for(payment): refund.amount}
    elif await is_recognized(refund.order_id):
        debits = {LedgerAccount.SALES_RETURNS: goods, LedgerAccount.SHIPPING_INCOME: refund.shipping}
    else:
        debits = {LedgerAccount.CUSTOMER_DEPOSITS: goods + refund.shipping}
    if refund.goodwill:
        debits[LedgerAccount.GOODWILL] = refund.goodwill
    await book(
        "refund",
        reference=f"refund:{refund.number}",
        order_id=refund.order_id,
        currency=refund.currency,
        postings={**debits, LedgerAccount.REFUNDS_PAYABLE: -refund.amount},
    )


async def book_goodwill_returned(order: Order, *, left: int) -> None:
    """All the money of a locked, canceled order goes back: what was goodwill before was a part of that, no expense."""
    if left <= 0 or not order.goodwill:
        return
    amount = min(left, order.goodwill)
    await book(
        "goodwill_returned",
        reference=f"goodwill_returned:{order.id}",
        order_id=order.id,
        currency=order.currency,
        postings={LedgerAccount.CUSTOMER_DEPOSITS: amount, LedgerAccount.GOODWILL: -amount},
    )


async def book_refund_paid(refund: Refund) -> None:
    """The provider has given the money back."""
    await book(
        "refund_paid",
        reference=f"refund_paid:{refund.number}",
        order_id=refund.order_id,
        currency=refund.currency,
        postings={LedgerAccount.REFUNDS_PAYABLE: refund.amount, LedgerAccount.PROVIDER_CLEARING: -refund.amount},
    )


async def recognize(order: Order, *, goods: int) -> None:
    """The customer has a locked order's goods: what of the deposit was not promised back is earned, once."""
    if order.state not in EARNED:
        return
    shipping = order.shipping - order.shipping_refunded
    await book(
        "revenue",
        reference=_revenue(order.id),
        order_id=order.id,
        currency=order.currency,
        postings={
            LedgerAccount.CUSTOMER_DEPOSITS: goods + shipping,
            LedgerAccount.SALES: -goods,
            LedgerAccount.SHIPPING_INCOME: -shipping,
        },
    )


async def is_recognized(order_id: UUID) -> bool:
    """Whether the order's revenue was booked."""
    return await JournalEntry.exists(reference=_revenue(order_id))


def _revenue(order_id: UUID) -> str:
    return f"revenue:{order_id}"


# Reading the books ----------------------------------------------------------------------------------------------------


async def trial_balance(*, at: datetime | None = None) -> list[Balance]:
    """Every account by currency, now or at a past moment; over a currency's accounts the balances sum to zero."""
    booked = Posting.all() if at is None else Posting.filter(entry__created_at__lte=at)
    rows = (
        await booked.annotate(balance=Sum("amount"))
        .group_by("account", "currency")
        .order_by("currency", "account")
        .values("account", "currency", "balance")
    )
    return [
        Balance(LedgerAccount(row["account"]), str(row["currency"]), int(cast(int, row["balance"]))) for row in rows
    ]


async def broken_entries() -> list[UUID]:
    """Entries whose postings do not sum to zero in each currency. There must be none."""
    rows = (
        await Posting.annotate(balance=Sum("amount"))
        .filter(balance__not=0)
        .group_by("entry_id", "currency")
        .values("entry_id", "balance")
    )
    return [cast(UUID, row["entry_id"]) for row in rows]


async def read_trial_balance(viewer: Viewer, *, at: datetime | None = None) -> list[Balance]:
    """`trial_balance`, for those who may see the books."""
    viewer.require(Permission.SEE_LEDGER)
    return await trial_balance(at=at)


async def read_entries(viewer: Viewer, order_id: UUID) -> list[JournalEntry]:
    """An order's entries, oldest first."""
    viewer.require(Permission.SEE_LEDGER)
    if not await visible(viewer).filter(id=order_id).exists():
        raise Refused("NOT_FOUND", path=("orderId",), what="order")
    return await JournalEntry.filter(order_id=order_id).order_by("created_at", "id")

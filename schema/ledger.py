"""The ledger: what every account holds, what was booked, and what finance books by hand."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from kit.money import Currency as CurrencyCode
from loaders import payments as loaders
from models import payments as models
from models.payments import LedgerAccount
from resolvers import ledger as resolvers
from resolvers.context import Info
from schema.errors import Payload
from schema.fields import enum_type, field, given, mutation
from schema.node import Node, node_type
from schema.paging import After, Before, Connection, First, Last
from schema.scalars import Money, SafeInt, money

if TYPE_CHECKING:
    from schema.orders.types import Order

OrderReference = Annotated["Order", strawberry.lazy("schema.orders.types")]
LedgerEntryReference = Annotated["LedgerEntry", strawberry.lazy("schema.ledger")]

enum_type(
    LedgerAccount,
    description="An account of the double-entry ledger.",
    values={
        "PROVIDER_CLEARING": "Asset: what payment providers hold for the market.",
        "CUSTOMER_DEPOSITS": "Liability: paid for, not yet received by the customer.",
        "SALES": "Revenue from goods that customers received.",
        "SHIPPING_INCOME": "Revenue from delivery.",
        "SALES_RETURNS": "Taken off revenue: refunds of goods after they were received.",
        "GOODWILL": "Expense: given to customers as a compensation, for no goods.",
        "PROVIDER_FEES": "Expense: kept by providers for their service.",
        "OTHER_INCOME": "Revenue: money that turned out to be nobody else's.",
        "REFUNDS_PAYABLE": "Liability: promised back, not yet gone.",
        "TIPS_PAYABLE": "Liability: tips that are owed to couriers.",
        "ORDER_TRANSFERS": "Between two orders that became one; always zero in the end.",
        "SUSPENSE": "Liability: came in without a claim of the market's; goes back or is looked into.",
    },
)


@strawberry.type(description="One side of a ledger entry.")
class LedgerPosting:
    account: LedgerAccount = strawberry.field(description="The account.")
    amount: Money = money("amount", description="Debit positive, credit negative.")


@node_type(
    models.JournalEntry,
    loaders.entries_by_id,
    description="One movement of money. Its postings sum to zero, and it is never changed: what was wrong is taken "
    "back by another entry. For finance and administrators.",
)
class LedgerEntry(Node):
    kind: str = strawberry.field(
        description="What moved: capture, revenue, refund, refund_paid, set_aside, transfer, goodwill_returned, "
        "adjustment or reversal."
    )
    reference: str = strawberry.field(description="What it books. The same is never booked twice.")
    created_at: datetime = strawberry.field(description="When, UTC, by the market's clock.")
    postings: list[LedgerPosting] = field(resolvers.entry_postings, description="Its sides, debits first.")
    order: OrderReference | None = field(
        resolvers.entry_order, description="The order whose money it is; null when it is about none."
    )
    note: str = strawberry.field(description="Why it was booked by hand; empty for all others.")
    reverses: LedgerEntryReference | None = field(
        resolvers.entry_reverses, description="The entry that it takes back; null for all but reversals."
    )
    number: SafeInt | None = strawberry.field(
        description="Its place in the chain, 1, 2, 3 …; null for the minute until it has one."
    )
    digest: str | None = strawberry.field(
        description="SHA-256 in hexadecimal over the digest of the entry before it and everything that this one says."
    )


@strawberry.type(description="What an account holds in one currency. For staff only.")
class LedgerBalance:
    account: LedgerAccount = strawberry.field(description="The account.")
    currency: CurrencyCode = strawberry.field(description="The currency.")
    balance: Money = money("balance", description="Debit positive, credit negative. All of a currency sum to zero.")


@strawberry.type(
    description="The chain over all entries. Whoever notes its digest can tell later that nothing was changed."
)
class LedgerChain:
    length: SafeInt = strawberry.field(description="Numbered entries that are what they were.")
    digest: str = strawberry.field(description="Of the last one of them; empty while there is none.")
    waiting: SafeInt = strawberry.field(description="Entries that get their number within a minute.")
    is_intact: bool = field(resolvers.is_intact, description="Whether every numbered entry is what it was.")
    broken_at: SafeInt | None = strawberry.field(
        description="The first number whose entry was changed, added or taken out behind the market's back; else null."
    )


@strawberry.input(description="Which entries. All conditions must hold.")
class LedgerEntryFilter:
    account: LedgerAccount | None = strawberry.field(default=strawberry.UNSET, description="With a side on this one.")
    kind: str | None = strawberry.field(default=strawberry.UNSET, description="Of this kind, such as `capture`.")
    order_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Of this order.")
    since: datetime | None = strawberry.field(default=strawberry.UNSET, description="Booked then or later.")
    until: datetime | None = strawberry.field(default=strawberry.UNSET, description="Booked before then.")


async def list_entries(
    info: Info,
    filter: Annotated[LedgerEntryFilter | None, strawberry.argument(description="Which; all when left out.")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    choice = resolvers.Choice(**given(filter)) if filter else resolvers.Choice()
    return await resolvers.journal(info, choice, first=first, after=after, last=last, before=before)


@strawberry.type
class LedgerQuery:
    ledger_entries: list[LedgerEntry] = field(
        resolvers.ledger_entries,
        description="Every movement of an order's money, oldest first. For finance and administrators.",
    )
    journal: Connection[LedgerEntry] = field(
        list_entries, description="Every movement of money, newest first. Empty unless you see the ledger."
    )
    trial_balance: list[LedgerBalance] = field(
        resolvers.trial_balance,
        description="Every account of the ledger, now or at a past moment. For finance and administrators.",
    )
    ledger_chain: LedgerChain = field(
        resolvers.ledger_chain,
        description="Compute the chain over all entries anew and say whether it holds. For finance and administrators.",
    )


@strawberry.input(description="One side of an entry that is booked by hand.")
class LedgerAdjustLineInput:
    account: LedgerAccount = strawberry.field(
        description="PROVIDER_CLEARING, PROVIDER_FEES, OTHER_INCOME, GOODWILL, SUSPENSE or TIPS_PAYABLE, each once."
    )
    amount_minor_units: SafeInt = strawberry.field(description="Minor units: debit positive, credit negative, not 0.")


@strawberry.input(description="An entry that is booked by hand.")
class LedgerAdjustInput:
    lines: list[LedgerAdjustLineInput] = strawberry.field(description="2 to 20 sides that sum to zero.")
    currency: CurrencyCode = strawberry.field(description="Of all sides.")
    note: str = strawberry.field(description="Why, up to 500 characters; part of the books for good.")
    order_id: strawberry.ID | None = strawberry.field(default=None, description="The order that it is about, if any.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="Yours, 1 to 100 characters. The same key gives the same entry instead of another one."
    )


@strawberry.type(description="The entry that was booked by hand.")
class LedgerAdjustPayload(Payload):
    entry: LedgerEntry | None = strawberry.field(description="The entry; null when nothing was done.")


@strawberry.input(description="Which entry is taken back.")
class LedgerReverseInput:
    entry_id: strawberry.ID = strawberry.field(description="An entry of kind `adjustment`.")
    note: str = strawberry.field(description="Why, up to 500 characters; part of the books for good.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="Yours, 1 to 100 characters. The same key gives the same entry instead of another one."
    )


@strawberry.type(description="The entry that takes another one back.")
class LedgerReversePayload(Payload):
    entry: LedgerEntry | None = strawberry.field(description="The reversal; null when nothing was done.")


@strawberry.type
class LedgerMutation:
    ledger_adjust: LedgerAdjustPayload = mutation(
        resolvers.ledger_adjust,
        LedgerAdjustInput,
        description="Book what no rule of the market explains: a provider's fee, money in suspense that found its "
        "owner. For finance and administrators.",
    )
    ledger_reverse: LedgerReversePayload = mutation(
        resolvers.ledger_reverse,
        LedgerReverseInput,
        description="Take an entry back that was booked by hand, once, by another one with the opposite sides. "
        "For finance and administrators.",
    )

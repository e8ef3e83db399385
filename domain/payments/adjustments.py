"""Entries that people book: what no rule of the market explains, with a reason, and taken back by another entry."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain import idempotency
from domain.access import Permission, Viewer
from domain.orders.visible import visible
from domain.payments import ledger
from kit import clock, ids
from kit.errors import Refused
from kit.money import LARGEST_AMOUNT, Currency
from models.payments import JournalEntry, LedgerAccount, Posting

KIND, REVERSAL = "adjustment", "reversal"
LONGEST_NOTE = 500
MOST_SIDES = 20

# What follows from orders, payments and refunds is moved by them alone.
ADJUSTABLE = frozenset(
    {
        LedgerAccount.PROVIDER_CLEARING,
        LedgerAccount.PROVIDER_FEES,
        LedgerAccount.OTHER_INCOME,
        LedgerAccount.GOODWILL,
        LedgerAccount.SUSPENSE,
        LedgerAccount.TIPS_PAYABLE,
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One side, minor units: debit positive, credit negative."""

    account: LedgerAccount
    amount: int


async def adjust(
    viewer: Viewer, lines: Sequence[Line], *, currency: Currency, note: str, order_id: UUID | None = None, key: str
) -> JournalEntry:
    """Book an entry by hand, such as money in suspense that found its owner, or a provider's fee."""
    viewer.require(Permission.KEEP_BOOKS)
    asked = {"lines": [(one.account, one.amount) for one in lines], "currency": currency, "note": note, "of": order_id}

    async def work() -> UUID:
        _check(lines, note)
        if order_id is not None and not await visible(viewer).filter(id=order_id).exists():
            raise Refused("NOT_FOUND", path=("orderId",), what="order")
        entry = _entry(viewer, KIND, note=note, order_id=order_id)
        await ledger.write(entry, [(one.account, currency.value, one.amount) for one in lines])
        return entry.id

    made = await idempotency.once(viewer, "ledgerAdjust", key, asked=asked, work=work)
    return await JournalEntry.get(id=made)


async def reverse(viewer: Viewer, entry_id: UUID, *, note: str, key: str) -> JournalEntry:
    """Take back an entry that was booked by hand, once: the same sides the other way round."""
    viewer.require(Permission.KEEP_BOOKS)

    async def work() -> UUID:
        _check_note(note)
        taken = await JournalEntry.filter(id=entry_id).select_for_update().first()
        if taken is None:
            raise Refused("NOT_FOUND", path=("entryId",), what="ledger entry")
        if taken.kind != KIND:
            raise Refused("ENTRY_NOT_BY_HAND", path=("entryId",))
        if await JournalEntry.exists(reverses_id=taken.id):
            raise Refused("ENTRY_ALREADY_REVERSED", path=("entryId",))
        entry = _entry(viewer, REVERSAL, note=note, order_id=taken.order_id)
        entry.reverses_id = taken.id
        sides = await Posting.filter(entry_id=taken.id)
        await ledger.write(entry, [(one.account, one.currency, -one.amount) for one in sides])
        return entry.id

    asked = {"entry": entry_id, "note": note}
    made = await idempotency.once(viewer, "ledgerReverse", key, asked=asked, work=work)
    return await JournalEntry.get(id=made)


def _entry(viewer: Viewer, kind: str, *, note: str, order_id: UUID | None) -> JournalEntry:
    entry = JournalEntry(
        kind=kind, order_id=order_id, note=note.strip(), booked_by=viewer.user_id, created_at=clock.now()
    )
    entry.reference = f"{kind}:{ids.readable(12)}"
    return entry


def _check(lines: Sequence[Line], note: str) -> None:
    _check_note(note)
    if not 2 <= len(lines) <= MOST_SIDES:
        raise Refused("OUT_OF_RANGE", path=("lines",), minimum=2, maximum=MOST_SIDES)
    named = Counter(one.account for one in lines)
    for place, one in enumerate(lines):
        path = ("lines", str(place))
        if one.account not in ADJUSTABLE:
            raise Refused("ACCOUNT_NOT_ADJUSTABLE", path=(*path, "account"), account=one.account.value)
        if named[one.account] > 1:
            raise Refused("INVALID_INPUT", path=(*path, "account"), why="each account may be named once")
        if not one.amount or abs(one.amount) > LARGEST_AMOUNT:
            raise Refused(
                "OUT_OF_RANGE", path=(*path, "amountMinorUnits"), minimum=-LARGEST_AMOUNT, maximum=LARGEST_AMOUNT
            )
    if sum(one.amount for one in lines) != 0:
        raise Refused("OUT_OF_BALANCE", path=("lines",), sum=sum(one.amount for one in lines))


def _check_note(note: str) -> None:
    if not note.strip():
        raise Refused("REQUIRED", path=("note",))
    if len(note) > LONGEST_NOTE:
        raise Refused("TOO_LONG", path=("note",), maximum=LONGEST_NOTE)

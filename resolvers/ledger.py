"""The ledger as finance sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol

import strawberry

from domain.payments import adjustments, chain, ledger
from domain.payments.adjustments import Line
from domain.payments.chain import Chain
from domain.payments.ledger import Balance
from domain.payments.visible import visible_entries
from kit import ids
from kit.money import Currency
from kit.paging import Page, Sort, page, window
from kit.validate import clean_text
from loaders import orders as order_loaders
from loaders import payments as loaders
from models.orders import Order
from models.payments import JournalEntry, LedgerAccount, Posting
from resolvers.answers import Answer
from resolvers.context import Info

NEWEST = Sort("ledger.journal", ("created_at",), descending=True)


class Side(Protocol):
    """A line of the input."""

    account: LedgerAccount
    amount_minor_units: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Which entries are asked for."""

    account: LedgerAccount | None = None
    kind: str | None = None
    order_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> dict[str, Any]:
        wanted = {
            "postings__account": self.account,
            "kind": self.kind,
            "order_id": ids.key_of("Order", self.order_id, "filter", "orderId") if self.order_id else None,
            "created_at__gte": self.since,
            "created_at__lt": self.until,
        }
        return {name: value for name, value in wanted.items() if value is not None}


async def ledger_entries(
    info: Info, order_id: Annotated[strawberry.ID, strawberry.argument(description="The order.")]
) -> list[JournalEntry]:
    return await ledger.read_entries(info.context.viewer, ids.key_of("Order", order_id, "orderId"))


async def journal(info: Info, choice: Choice, **edges: Any) -> Page[JournalEntry]:
    rows = visible_entries(info.context.viewer).filter(**choice.conditions())
    return await page(rows, sort=NEWEST, window=window(**edges))


async def trial_balance(
    info: Info,
    at: Annotated[
        datetime | None, strawberry.argument(description="As the books stood then; as they stand now when left out.")
    ] = None,
) -> list[Balance]:
    return await ledger.read_trial_balance(info.context.viewer, at=at)


async def ledger_chain(info: Info) -> Chain:
    return await chain.read(info.context.viewer)


def is_intact(root: strawberry.Parent[Chain]) -> bool:
    return root.broken_at is None


async def entry_postings(root: strawberry.Parent[JournalEntry], info: Info) -> list[Posting]:
    return await info.context.load(loaders.postings, root.id)


async def entry_order(root: strawberry.Parent[JournalEntry], info: Info) -> Order | None:
    return await info.context.load(order_loaders.orders_by_id, root.order_id) if root.order_id else None


async def entry_reverses(root: strawberry.Parent[JournalEntry], info: Info) -> JournalEntry | None:
    return await info.context.load(loaders.entries_by_id, root.reverses_id) if root.reverses_id else None


async def ledger_adjust(
    info: Info,
    *,
    lines: Sequence[Side],
    currency: Currency,
    note: str,
    idempotency_key: str,
    order_id: str | None = None,
) -> Answer:
    entry = await adjustments.adjust(
        info.context.viewer,
        [Line(one.account, one.amount_minor_units) for one in lines],
        currency=currency,
        note=clean_text(note, path=("note",), maximum=adjustments.LONGEST_NOTE, multiline=True),
        order_id=ids.key_of("Order", order_id, "orderId") if order_id else None,
        key=idempotency_key,
    )
    return Answer(entry=entry)


async def ledger_reverse(info: Info, *, entry_id: str, note: str, idempotency_key: str) -> Answer:
    entry = await adjustments.reverse(
        info.context.viewer,
        ids.key_of("LedgerEntry", entry_id, "entryId"),
        note=clean_text(note, path=("note",), maximum=adjustments.LONGEST_NOTE, multiline=True),
        key=idempotency_key,
    )
    return Answer(entry=entry)

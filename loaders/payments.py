"""Payments, refunds and ledger entries, for what belongs to them."""

from uuid import UUID

from domain.access import Viewer
from domain.archive import reading
from domain.payments.visible import visible, visible_entries, visible_refunds
from loaders.registry import grouped, in_order
from models.payments import JournalEntry, Payment, Posting, Refund, RefundLine


async def payments_by_id(viewer: Viewer, keys: list[UUID]) -> list[Payment | None]:
    """Visible payments."""
    found = {payment.id: payment for payment in await visible(viewer).filter(id__in=keys)}
    return in_order(keys, await reading.with_archived_parts(viewer, keys, found, Payment))


async def payments_by_order(viewer: Viewer, keys: list[UUID]) -> list[list[Payment]]:
    """Every attempt to pay orders that the viewer has already been shown, oldest first."""
    rows = await Payment.filter(order_id__in=keys).order_by("order_id", "id")
    return grouped(keys, rows, by=lambda row: row.order_id)


async def refunds_by_id(viewer: Viewer, keys: list[UUID]) -> list[Refund | None]:
    """Visible refunds."""
    found = {refund.id: refund for refund in await visible_refunds(viewer).filter(id__in=keys)}
    return in_order(keys, await reading.with_archived_parts(viewer, keys, found, Refund))


async def refunds_by_order(viewer: Viewer, keys: list[UUID]) -> list[list[Refund]]:
    """The refunds of orders that the viewer has already been shown, oldest first."""
    rows = await Refund.filter(order_id__in=keys).order_by("order_id", "id")
    return grouped(keys, rows, by=lambda row: row.order_id)


async def refund_lines(viewer: Viewer, keys: list[UUID]) -> list[list[RefundLine]]:
    """The lines of refunds that the viewer has already been shown."""
    rows = await RefundLine.filter(refund_id__in=keys).order_by("refund_id", "id")
    return grouped(keys, rows, by=lambda row: row.refund_id)


async def entries_by_id(viewer: Viewer, keys: list[UUID]) -> list[JournalEntry | None]:
    """Entries of the ledger."""
    return in_order(keys, {entry.id: entry for entry in await visible_entries(viewer).filter(id__in=keys)})


async def postings(viewer: Viewer, keys: list[UUID]) -> list[list[Posting]]:
    """The postings of entries that the viewer has already been shown, debits first."""
    rows = await Posting.filter(entry_id__in=keys).order_by("entry_id", "-amount", "id")
    return grouped(keys, rows, by=lambda row: row.entry_id)

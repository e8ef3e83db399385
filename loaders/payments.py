"""Payments, refunds and ledger entries, for what belongs to them."""

from collections import defaultdict
from uuid import UUID

from domain.access import Viewer
from domain.payments.visible import visible, visible_entries, visible_refunds
from loaders.registry import in_order
from models.payments import JournalEntry, Payment, Posting, Refund, RefundLine


async def payments_by_id(viewer: Viewer, keys: list[UUID]) -> list[Payment | None]:
    """Visible payments."""
    return in_order(keys, {payment.id: payment for payment in await visible(viewer).filter(id__in=keys)})


async def payments_by_order(viewer: Viewer, keys: list[UUID]) -> list[list[Payment]]:
    """Every attempt to pay orders that the viewer has already been shown, oldest first."""
    payments: dict[UUID, list[Payment]] = defaultdict(list)
    for payment in await Payment.filter(order_id__in=keys).order_by("order_id", "id"):
        payments[payment.order_id].append(payment)
    return [payments[key] for key in keys]


async def refunds_by_id(viewer: Viewer, keys: list[UUID]) -> list[Refund | None]:
    """Visible refunds."""
    return in_order(keys, {refund.id: refund for refund in await visible_refunds(viewer).filter(id__in=keys)})


async def refunds_by_order(viewer: Viewer, keys: list[UUID]) -> list[list[Refund]]:
    """The refunds of orders that the viewer has already been shown, oldest first."""
    refunds: dict[UUID, list[Refund]] = defaultdict(list)
    for refund in await Refund.filter(order_id__in=keys).order_by("order_id", "id"):
        refunds[refund.order_id].append(refund)
    return [refunds[key] for key in keys]


async def refund_lines(viewer: Viewer, keys: list[UUID]) -> list[list[RefundLine]]:
    """The lines of refunds that the viewer has already been shown."""
    lines: dict[UUID, list[RefundLine]] = defaultdict(list)
    for line in await RefundLine.filter(refund_id__in=keys).order_by("refund_id", "id"):
        lines[line.refund_id].append(line)
    return [lines[key] for key in keys]


async def entries_by_id(viewer: Viewer, keys: list[UUID]) -> list[JournalEntry | None]:
    """Entries of the ledger."""
    return in_order(keys, {entry.id: entry for entry in await visible_entries(viewer).filter(id__in=keys)})


async def postings(viewer: Viewer, keys: list[UUID]) -> list[list[Posting]]:
    """The postings of entries that the viewer has already been shown, debits first."""
    found: dict[UUID, list[Posting]] = defaultdict(list)
    for posting in await Posting.filter(entry_id__in=keys).order_by("entry_id", "-amount", "id"):
        found[posting.entry_id].append(posting)
    return [found[key] for key in keys]

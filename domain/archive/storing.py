"""Orders that have been over for long leave the tables that everybody works with; found and shown as before."""

import logging
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from tortoise.expressions import Q

from domain.access import Viewer
from domain.archive import documents
from domain.archive.records import Record, add_others, collect
from domain.archive.visible import visible
from domain.orders.states import FINAL
from kit import clock
from models.archive import ArchivedOrder, ArchivedPart
from models.inventory import Reservation, ReservationState
from models.orders import Order, OrderState
from models.outbox import Event
from models.payments import PaymentState, RefundState

log = logging.getLogger("jishi.archive")

OVER = (*sorted(FINAL), OrderState.EXPIRED)
AT_ONCE = 50  # orders in one transaction


async def archive_old(viewer: Viewer, *, limit: int) -> int:
    """Put away up to `limit` orders that have been over for `archive_days`; gives how many. Each is moved once."""
    moved = 0
    while moved < limit:
        batch = await _move(viewer, min(AT_ONCE, limit - moved))
        moved += batch
        if batch == 0:
            break
    return moved


async def _move(viewer: Viewer, size: int) -> int:
    before = clock.now() - timedelta(days=viewer.market.policy.archive_days)
    over = Q(completed_at__lt=before) | Q(canceled_at__lt=before)
    async with viewer.market.change():
        old = Order.filter(over, state__in=OVER, placed_at__lt=before, open_cases=0)
        orders = await old.order_by("placed_at", "id").limit(size).select_for_update(skip_locked=True)
        records = [record for record in await collect(orders) if _is_over(record)]
        await add_others(records)
        for record in records:
            await _put_away(record)
    return len(records)


def _is_over(record: Record) -> bool:
    """Whether nothing about it can happen any more: no money on its way, nothing promised, every event numbered."""
    return (
        all(refund.state == RefundState.SUCCEEDED for refund in record.refunds)
        and all(payment.state != PaymentState.PENDING for payment in record.payments)
        and all(promise.state != ReservationState.HELD for promise in record.reservations)
        and all(event.position is not None for event in record.events)
    )


async def _put_away(record: Record) -> None:
    order = record.order
    await ArchivedOrder.create(
        id=order.id,
        number=order.number,
        user_id=order.user_id,
        state=order.state,
        refunded=order.refunded,
        contact_phone_hash=order.contact_phone_hash,
        contact_email_hash=order.contact_email_hash,
        placed_at=order.placed_at,
        last_position=max((event.position or 0 for event in record.events), default=0),
        archived_at=clock.now(),
        document=documents.write(record),
    )
    await ArchivedPart.bulk_create(ArchivedPart(id=part.id, order_id=order.id) for part in record.parts)
    await Event.filter(stream_id=order.id).delete()
    await Reservation.filter(order_id=order.id).delete()
    await Order.filter(id=order.id).delete()  # lines, payments, refunds and parcels go with it


async def find(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Record]:
    """Archived orders that the viewer may see, by their key. One statement."""
    rows = await visible(viewer).filter(id__in=list(keys))
    return {row.id: documents.read(row.document) for row in rows}


async def find_by_part(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Record]:
    """Archived orders that the viewer may see, by the keys of their parts."""
    owners = {part.id: part.order_id for part in await ArchivedPart.filter(id__in=list(keys))}
    records = await find(viewer, set(owners.values())) if owners else {}
    return {key: records[order_id] for key, order_id in owners.items() if order_id in records}

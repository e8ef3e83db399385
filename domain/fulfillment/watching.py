"""What goes wrong with a parcel, told from its row alone, and when to look at it next.

One timer for each parcel on its way, moved on by every scan: what it costs does not grow with the other parcels.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain import effects
from domain.access import Viewer
from domain.market import Policy
from kit import clock
from models.fulfillment import Parcel, ParcelLine, ParcelState, Trouble
from models.orders import DeliveryMode, Order, OrderState

WATCH = "parcel.watch"

# What the carrier itself calls trouble. A parcel on its way back was refused, or could not be handed over.
TOLD: Mapping[ParcelState, Trouble] = {
    ParcelState.LOST: Trouble.LOST,
    ParcelState.DAMAGED: Trouble.DAMAGED,
    ParcelState.REFUSED: Trouble.REFUSED,
    ParcelState.RETURNING: Trouble.REFUSED,
    ParcelState.RETURNED: Trouble.RETURNED,
}
QUIET = (Trouble.PAST_ESTIMATE, Trouble.NO_SCAN, Trouble.LOST)  # what silence can come to
WAY_BACK = (ParcelState.RETURNING, ParcelState.RETURNED)
MOVING = (ParcelState.SHIPPED, ParcelState.IN_TRANSIT, ParcelState.OUT_FOR_DELIVERY)
ARRIVED = (OrderState.RECEIVED, OrderState.COMPLETED)


def trouble(policy: Policy, order: Order, parcel: Parcel, *, now: datetime) -> Trouble | None:
    """What is wrong with it now; nothing with a parcel that arrived, or whose order the customer has received."""
    if order.delivery_mode == DeliveryMode.PICKUP and parcel.state in WAY_BACK and order.state not in ARRIVED:
        return None  # nobody came for it: the pickup point's own rules settle that
    if parcel.state == ParcelState.RETURNING and _was_in_vain(policy, parcel):
        return Trouble.FAILED_ATTEMPTS
    told = TOLD.get(parcel.state)
    if told is not None and (told != Trouble.LOST or order.state not in ARRIVED):
        return told
    if parcel.state not in MOVING or order.state in ARRIVED:
        return None
    silent = next((kind for kind, since in reversed(_thresholds(policy, parcel)) if now >= since), None)
    return Trouble.FAILED_ATTEMPTS if silent != Trouble.LOST and _was_in_vain(policy, parcel) else silent


def _was_in_vain(policy: Policy, parcel: Parcel) -> bool:
    """Whether it was brought to the door often enough for somebody to speak with the recipient."""
    return parcel.failed_attempts >= policy.failed_attempts


def next_look(policy: Policy, parcel: Parcel, *, now: datetime) -> datetime | None:
    """When silence would next be trouble; None for a parcel that is not on its way to the customer."""
    if parcel.state not in MOVING:
        return None
    return min((since for _, since in _thresholds(policy, parcel) if since > now), default=None)


def _thresholds(policy: Policy, parcel: Parcel) -> list[tuple[Trouble, datetime]]:
    """From when on its silence is what, the least bad first."""
    seen = max(parcel.seen_at or parcel.shipped_at, parcel.shipped_at)
    thresholds = [
        (Trouble.NO_SCAN, seen + timedelta(hours=policy.silent_hours)),
        (Trouble.LOST, seen + timedelta(days=policy.lost_days)),
    ]
    if parcel.estimated_at is not None:
        late = parcel.estimated_at + timedelta(hours=policy.estimate_grace_hours)
        thresholds.insert(0, (Trouble.PAST_ESTIMATE, late))
    return thresholds


async def watch(viewer: Viewer, order: Order, parcel: Parcel) -> None:
    """Look at a parcel again when its silence would be trouble; at once when its carrier tells of trouble.

    Called with its order locked whenever something is heard of it.
    """
    now = clock.now()
    in_vain = _was_in_vain(viewer.market.policy, parcel)
    if parcel.state in TOLD or in_vain or order.open_cases or parcel.written_off_at is not None:
        await effects.soon(WATCH, parcel.id)
        return
    look = next_look(viewer.market.policy, parcel, now=now)
    if look is not None:
        await effects.at(WATCH, parcel.id, look)
    else:
        await effects.never(WATCH, parcel.id)


def at_stake(lines: Sequence[ParcelLine]) -> dict[UUID, int]:
    """Units by order line that count as shipped in this parcel."""
    return {line.order_line_id: line.quantity - line.written_off for line in lines if line.quantity > line.written_off}


def not_restocked(lines: Sequence[ParcelLine]) -> dict[UUID, int]:
    """Units by order line that have not come back to the shelf, nor come back broken."""
    left = {line.order_line_id: line.quantity - line.restocked - line.broken for line in lines}
    return {line_id: units for line_id, units in left.items() if units > 0}


async def write_off(parcel: Parcel, units: Mapping[UUID, int]) -> None:
    """Units of a parcel count as shipped no more, whatever becomes of it. The caller opens them on the order."""
    for line in await ParcelLine.filter(parcel_id=parcel.id, order_line_id__in=list(units)):
        line.written_off += units[line.order_line_id]
        await line.save(update_fields=["written_off"])
    parcel.written_off_at = clock.now()
    await parcel.save(update_fields=["written_off_at"])


async def mark_restocked(parcel: Parcel, units: Mapping[UUID, int]) -> None:
    """Units of a parcel lie on the shelf again. The caller puts them into stock."""
    for line in await ParcelLine.filter(parcel_id=parcel.id, order_line_id__in=list(units)):
        line.restocked += units[line.order_line_id]
        await line.save(update_fields=["restocked"])


async def mark_broken(parcel: Parcel, units: Mapping[UUID, int]) -> None:
    """Units of a parcel have come back, and no shelf gets them."""
    for line in await ParcelLine.filter(parcel_id=parcel.id, order_line_id__in=list(units)):
        line.broken += units[line.order_line_id]
        await line.save(update_fields=["broken"])

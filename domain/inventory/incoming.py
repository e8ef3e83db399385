"""What suppliers will bring, and when; receiving it, in parts or as a whole."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from domain.access import Permission, Viewer
from domain.inventory.bundles import compositions
from domain.inventory.levels import Change, move, place_of
from domain.inventory.stock import LARGEST_COUNT, level_for_update
from kit import clock, ids
from kit.errors import Refused
from models.inventory import ExpectedDelivery, IncomingState, MovementKind

OPEN = (IncomingState.EXPECTED, IncomingState.PARTLY_RECEIVED)
FARTHEST_AHEAD = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Expected:
    """Units of a variant that will come, and the earliest day on which some of them do."""

    units: int
    on: date


async def expected(variant_ids: Collection[UUID]) -> dict[UUID, Expected]:
    """What will come of each variant; nothing for one that nobody brings. A bundle comes with the last of its parts."""
    made_of = await compositions(variant_ids)
    pieces = {piece for one in made_of.values() for piece, _ in one.parts}
    coming: dict[UUID, Expected] = {}
    rows = ExpectedDelivery.filter(variant_id__in=list(pieces), state__in=OPEN, warehouse__is_active=True)
    for row in await rows.order_by("expected_on", "id"):
        if row.open:
            before = coming.get(row.variant_id, Expected(0, row.expected_on))
            coming[row.variant_id] = Expected(before.units + row.open, before.on)
    found = {}
    for variant_id, one in made_of.items():
        parts = [(coming.get(piece), count) for piece, count in one.parts]
        units = min(part.units // count if part else 0 for part, count in parts)
        if units:
            found[variant_id] = Expected(units, max(part.on for part, _ in parts if part))
    return found


async def expect(
    viewer: Viewer, *, variant_id: UUID, warehouse_id: UUID, units: int, expected_on: date, note: str = ""
) -> ExpectedDelivery:
    """Write down that a supplier will bring units; in the caller's transaction."""
    _check_units("units", units)
    today = clock.now().date()
    if not today <= expected_on <= today + FARTHEST_AHEAD:
        raise Refused("DAY_NOT_AHEAD", path=("expectedOn",), days=FARTHEST_AHEAD.days)
    level = await level_for_update(viewer, variant_id=variant_id, warehouse_id=warehouse_id)
    if level.incoming + units > LARGEST_COUNT:
        raise Refused("OUT_OF_RANGE", path=("units",), minimum=1, maximum=LARGEST_COUNT)
    delivery = await ExpectedDelivery.create(
        number=f"E{ids.readable(10)}",
        warehouse_id=warehouse_id,
        variant_id=variant_id,
        units=units,
        expected_on=expected_on,
        note=note,
        created_at=clock.now(),
    )
    await move(viewer, MovementKind.EXPECT, [level], {place_of(level): Change(incoming=units)}, document_id=delivery.id)
    return delivery


async def receive(viewer: Viewer, delivery_id: UUID, *, units: int, is_last: bool = False) -> ExpectedDelivery:
    """Units of an expected delivery are here, in the caller's transaction. More than expected are welcome.

    `is_last`: what is missing will not come any more.
    """
    _check_units("units", units)
    delivery = await _open_delivery(viewer, delivery_id)
    level = await level_for_update(viewer, variant_id=delivery.variant_id, warehouse_id=delivery.warehouse_id)
    if level.on_hand + units > LARGEST_COUNT:
        raise Refused("OUT_OF_RANGE", path=("units",), minimum=1, maximum=LARGEST_COUNT)
    came = min(units, delivery.open)
    delivery.received += units
    change = Change(on_hand=units, incoming=-came)
    await move(viewer, MovementKind.RECEIVE, [level], {place_of(level): change}, document_id=delivery.id)
    if is_last and delivery.open:
        await _call_off(viewer, delivery)
    delivery.state = IncomingState.PARTLY_RECEIVED if delivery.open else IncomingState.RECEIVED
    if not delivery.open:
        delivery.ended_at = clock.now()
    await delivery.save(update_fields=["received", "called_off", "state", "ended_at"])
    return delivery


async def call_off(viewer: Viewer, delivery_id: UUID) -> ExpectedDelivery:
    """What has not come will not come; in the caller's transaction."""
    delivery = await _open_delivery(viewer, delivery_id)
    await _call_off(viewer, delivery)
    delivery.state = IncomingState.RECEIVED if delivery.received else IncomingState.CALLED_OFF
    delivery.ended_at = clock.now()
    await delivery.save(update_fields=["called_off", "state", "ended_at"])
    return delivery


async def postpone(viewer: Viewer, delivery_id: UUID, *, expected_on: date) -> ExpectedDelivery:
    """It comes on another day; in the caller's transaction."""
    delivery = await _open_delivery(viewer, delivery_id)
    today = clock.now().date()
    if not today <= expected_on <= today + FARTHEST_AHEAD:
        raise Refused("DAY_NOT_AHEAD", path=("expectedOn",), days=FARTHEST_AHEAD.days)
    delivery.expected_on = expected_on
    await delivery.save(update_fields=["expected_on"])
    return delivery


async def _call_off(viewer: Viewer, delivery: ExpectedDelivery) -> None:
    units = delivery.open
    level = await level_for_update(viewer, variant_id=delivery.variant_id, warehouse_id=delivery.warehouse_id)
    delivery.called_off += units
    await move(
        viewer, MovementKind.CALL_OFF, [level], {place_of(level): Change(incoming=-units)}, document_id=delivery.id
    )


async def _open_delivery(viewer: Viewer, delivery_id: UUID) -> ExpectedDelivery:
    viewer.require(Permission.EDIT_STOCK)
    delivery = await ExpectedDelivery.filter(id=delivery_id).select_for_update().first()
    if delivery is None:
        raise Refused("NOT_FOUND", path=("deliveryId",), what="expected delivery")
    if delivery.state not in OPEN:
        raise Refused("DELIVERY_OVER", path=("deliveryId",))
    return delivery


def _check_units(name: str, units: int) -> None:
    if not 1 <= units <= LARGEST_COUNT:
        raise Refused("OUT_OF_RANGE", path=(name,), minimum=1, maximum=LARGEST_COUNT)

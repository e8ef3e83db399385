"""What is agreed about the delivery of an order: checked with the checkout, written with the order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.delivery import points, regions, slots
from domain.delivery.estimates import Estimate, before_buying, days_on_the_road
from domain.delivery.regions import Goods, Terms
from kit.errors import Refused, gathered
from models.delivery import Delivery, DeliveryMode, DeliverySlot


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody wants to have their order: the way, the slot, the pickup point."""

    mode: DeliveryMode = DeliveryMode.HOME
    slot_id: UUID | None = None
    pickup_point_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What holds for a delivery to a place: the terms there, the slot, and when it will be there."""

    terms: Terms
    slot: DeliverySlot | None = None


async def agree(way: Way, *, province: str, city: str, goods: Sequence[Goods], problems: list[Refused]) -> Agreement:
    """Look at everything that could stand in the way of such a delivery. Two statements, three with a slot."""
    terms = await terms_for(way.mode, province=province, city=city)
    if way.mode == DeliveryMode.PICKUP:
        with gathered(problems):
            await _check_point(way)
    problems.extend(regions.problems(terms, way.mode, goods))
    slot = None
    with gathered(problems):
        slot = await _slot(way, province, city)
    return Agreement(terms, slot)


async def terms_for(mode: DeliveryMode, *, province: str, city: str) -> Terms:
    """What a city is offered, for an order that goes there in this way."""
    terms = await regions.terms_for(province, city)
    if mode == DeliveryMode.PICKUP:
        return replace(terms, modes=terms.modes | {DeliveryMode.PICKUP})  # a point that is open is reached
    return terms


async def _check_point(way: Way) -> None:
    if way.pickup_point_id is None:
        raise Refused("REQUIRED", path=("destination", "pickup"))
    await points.find(way.pickup_point_id, path=("destination", "pickup", "pickup_point_id"))


async def _slot(way: Way, province: str, city: str) -> DeliverySlot | None:
    if way.slot_id is None:
        if way.mode == DeliveryMode.SERVICE:
            raise Refused("SLOT_REQUIRED", path=("slot_id",))
        return None
    return await slots.find(
        way.slot_id,
        mode=way.mode,
        province=province,
        city=city,
        pickup_point_id=way.pickup_point_id,
        path=("slot_id",),
    )


def estimate(agreement: Agreement, way: Way, *, now: datetime, is_near: bool) -> Estimate:
    """When an order of this moment would be there."""
    span = (agreement.slot.starts_at, agreement.slot.ends_at) if agreement.slot else None
    return before_buying(now, agreement.terms, way.mode, is_near=is_near, slot=span)


async def write(order_id: UUID, way: Way, agreement: Agreement, *, now: datetime, is_near: bool) -> Delivery:
    """Keep what was agreed with an order and hold its place in the slot, in the order's transaction."""
    slot = None if way.slot_id is None else await slots.hold(way.slot_id, path=("slot_id",))
    promised = estimate(replace(agreement, slot=slot), way, now=now, is_near=is_near)
    days_min, days_max = days_on_the_road(agreement.terms, is_near=is_near)
    return await Delivery.create(
        order_id=order_id,
        mode=way.mode,
        slot_id=slot.id if slot else None,
        slot_held=slot is not None,
        slot_starts_at=slot.starts_at if slot else None,
        slot_ends_at=slot.ends_at if slot else None,
        promised_from=promised.earliest,
        promised_until=promised.latest,
        days_min=days_min,
        days_max=days_max,
        pickup_point_id=way.pickup_point_id,
    )


async def renew(order_id: UUID, *, province: str, city: str, now: datetime, is_near: bool) -> None:
    """Promise anew when an order will be there, since it goes elsewhere now. In the caller's transaction."""
    delivery = await Delivery.filter(order_id=order_id).select_for_update().first()
    if delivery is None:
        return
    terms = await terms_for(delivery.mode, province=province, city=city)
    starts, ends = delivery.slot_starts_at, delivery.slot_ends_at
    slot = (starts, ends) if starts and ends else None
    promised = before_buying(now, terms, delivery.mode, is_near=is_near, slot=slot)
    delivery.promised_from, delivery.promised_until = promised.earliest, promised.latest
    delivery.days_min, delivery.days_max = days_on_the_road(terms, is_near=is_near)
    await delivery.save(update_fields=["promised_from", "promised_until", "days_min", "days_max"])


async def of_orders(order_ids: Sequence[UUID]) -> dict[UUID, Delivery]:
    """What was agreed about each of these orders."""
    return {row.order_id: row for row in await Delivery.filter(order_id__in=list(order_ids))}

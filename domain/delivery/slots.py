"""Time slots: made from templates for the coming days, held by orders, never over capacity."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import F
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from domain.delivery.places import LAST_MINUTE, city_key, clean_region, local_date, local_moment
from domain.delivery.regions import check_range
from domain.market import Market
from kit import clock
from kit.errors import Refused, gathered, refuse_all
from models.database import persistent
from models.delivery import Delivery, DeliveryMode, DeliverySlot, PickupPoint, SlotTemplate

LARGEST_CAPACITY = 100_000
LONGEST_NOTICE = 7 * 24 * 60  # minutes
WEEK = range(1, 8)
MADE_AT_ONCE = 500


# ----------------------------------------------------------------------------------------------------- what can be had


def visible(viewer: Viewer) -> QuerySet[DeliverySlot]:
    """Slots are for everybody to see; of who has taken them they say nothing."""
    return DeliverySlot.all()


def visible_templates(viewer: Viewer) -> QuerySet[SlotTemplate]:
    """For staff who edit them."""
    return SlotTemplate.all() if viewer.may(Permission.EDIT_DELIVERY) else SlotTemplate.filter(id__in=[])


def bookable(
    mode: DeliveryMode,
    *,
    province: str = "",
    city: str = "",
    pickup_point_id: UUID | None = None,
    day: date | None = None,
) -> QuerySet[DeliverySlot]:
    """The slots that can still be chosen for a way of delivery to a city, or at a pickup point; full ones too."""
    slots = DeliverySlot.filter(mode=mode, is_open=True, closes_at__gt=clock.now())
    if mode == DeliveryMode.PICKUP:
        slots = slots.filter(pickup_point_id=pickup_point_id)
    else:
        slots = slots.filter(province=province, city_key=city_key(province, city))
    if day is not None:
        slots = slots.filter(date=day)
    return slots.order_by("starts_at", "id")


async def find(
    slot_id: UUID, *, mode: DeliveryMode, province: str, city: str, pickup_point_id: UUID | None, path: Sequence[str]
) -> DeliverySlot:
    """The slot, if it is one for this delivery that has room; refuses SLOT_WRONG, SLOT_CLOSED or SLOT_FULL."""
    slot = await DeliverySlot.get_or_none(id=slot_id)
    if slot is None:
        raise Refused("NOT_FOUND", path=path, what="delivery slot")
    if slot.mode != mode or not serves(slot, province, city, pickup_point_id):
        raise Refused("SLOT_WRONG", path=path)
    if not slot.is_open or slot.closes_at <= clock.now():
        raise Refused("SLOT_CLOSED", path=path)
    if slot.free < 1:
        raise Refused("SLOT_FULL", path=path, slot=slot)
    return slot


def serves(slot: DeliverySlot, province: str, city: str, pickup_point_id: UUID | None) -> bool:
    """Whether a slot is one for this place."""
    if slot.mode == DeliveryMode.PICKUP:
        return slot.pickup_point_id == pickup_point_id
    return (slot.province, slot.city_key) == (province, city_key(province, city))


# ------------------------------------------------------------------------------- promises, in the caller's transaction


async def hold(slot_id: UUID, *, path: Sequence[str] = ("slotId",)) -> DeliverySlot:
    """Take one place in a slot, in one guarded statement; SLOT_FULL or SLOT_CLOSED when there is none."""
    slots = DeliverySlot.filter(id=slot_id, is_open=True, closes_at__gt=clock.now(), taken__lt=F("capacity"))
    held = await slots.update(taken=F("taken") + 1)
    slot = await DeliverySlot.get_or_none(id=slot_id)
    if slot is None:
        raise Refused("NOT_FOUND", path=path, what="delivery slot")
    if not held:
        full = slot.free < 1
        raise Refused("SLOT_FULL" if full else "SLOT_CLOSED", path=path, slot=slot)
    return slot


async def release(order_id: UUID) -> None:
    """Give the order's place back, if it holds one. Safe to repeat."""
    delivery = await Delivery.filter(order_id=order_id, slot_held=True).first()
    if delivery is None:
        return
    if await Delivery.filter(id=delivery.id, slot_held=True).update(slot_held=False):
        await DeliverySlot.filter(id=delivery.slot_id).update(taken=F("taken") - 1)


async def take_again(order_id: UUID) -> bool:
    """Hold the same place again for an order that is revived; False when it is gone, and the order goes on without."""
    delivery = await Delivery.filter(order_id=order_id).first()
    if delivery is None or delivery.slot_id is None or delivery.slot_held:
        return True
    try:
        await hold(delivery.slot_id)
    except Refused:
        await _note(delivery, None)
        return False
    await Delivery.filter(id=delivery.id).update(slot_held=True)
    return True


async def move(order_id: UUID, slot_id: UUID | None, *, province: str, city: str) -> Delivery:
    """Put an order that goes to this city into another slot, or into none; the old place is free at once. The order's
    row is locked."""
    delivery = await Delivery.filter(order_id=order_id).select_for_update().first()
    if delivery is None:
        raise Refused("NOT_FOUND", path=("slotId",), what="delivery slot")
    if slot_id == delivery.slot_id and (slot_id is None or delivery.slot_held):
        return delivery
    concerned = [key for key in (slot_id, delivery.slot_id) if key is not None]
    rows = {row.id: row for row in await DeliverySlot.filter(id__in=concerned).order_by("id").select_for_update()}
    if slot_id is not None:
        _check_like(rows.get(slot_id), delivery, province, city)
    await release(order_id)
    await _note(delivery, None if slot_id is None else await hold(slot_id))
    return delivery


def _check_like(slot: DeliverySlot | None, delivery: Delivery, province: str, city: str) -> None:
    if slot is None:
        raise Refused("NOT_FOUND", path=("slotId",), what="delivery slot")
    if slot.mode != delivery.mode or not serves(slot, province, city, delivery.pickup_point_id):
        raise Refused("SLOT_WRONG", path=("slotId",))


async def give_back(slot_id: UUID) -> None:
    """Give up a place that `hold` took and that no order has."""
    await DeliverySlot.filter(id=slot_id).update(taken=F("taken") - 1)


async def take_over(order_id: UUID, slot_id: UUID) -> None:
    """Give an order a place that `hold` took for it before; its old one is free at once. The order's row is locked."""
    delivery = await Delivery.filter(order_id=order_id).select_for_update().get()
    await release(order_id)
    await _note(delivery, await DeliverySlot.get(id=slot_id))


async def kept_of(order_ids: Sequence[UUID]) -> UUID | None:
    """The slot that one order made of these would have: that of the first which holds a place."""
    rows = {row.order_id: row for row in await Delivery.filter(order_id__in=list(order_ids), slot_held=True)}
    return next((rows[order_id].slot_id for order_id in order_ids if order_id in rows), None)


async def merge(order_ids: Sequence[UUID], *, into: UUID) -> None:
    """Of the places that these orders hold, `into` keeps its own, else takes over that of the first which has one; the
    others are free. The orders' rows are locked."""
    rows = await Delivery.filter(order_id__in=[into, *order_ids]).order_by("id").select_for_update()
    by_order = {row.order_id: row for row in rows}
    places = [row.slot_id for row in rows if row.slot_held and row.slot_id is not None]
    locked = {row.id: row for row in await DeliverySlot.filter(id__in=places).order_by("id").select_for_update()}
    stays = by_order.get(into)
    givers = [by_order[order_id] for order_id in order_ids if order_id in by_order and by_order[order_id].slot_held]
    if stays is not None and not stays.slot_held and givers and givers[0].slot_id is not None:
        await Delivery.filter(id=givers[0].id).update(slot_held=False)
        await _note(stays, locked[givers[0].slot_id])
    for giver in givers:
        await release(giver.order_id)


async def _note(delivery: Delivery, slot: DeliverySlot | None) -> None:
    delivery.slot_id, delivery.slot_held = (slot.id, True) if slot else (None, False)
    delivery.slot_starts_at = slot.starts_at if slot else None
    delivery.slot_ends_at = slot.ends_at if slot else None
    await delivery.save(update_fields=["slot_id", "slot_held", "slot_starts_at", "slot_ends_at"])


# ------------------------------------------------------------------------------------------------------------ templates


async def plan(viewer: Viewer, *, weekdays: Sequence[int], **given: Any) -> SlotTemplate:
    """A new template; its slots of the coming days are there at once."""
    viewer.require(Permission.EDIT_DELIVERY)
    _check(given, weekdays=weekdays)
    point = await _point(given.get("pickup_point_id"), given["mode"])
    place = _place(given, point)
    columns = {name: given[name] for name in (*LIMITS, "mode") if given.get(name) is not None}
    async with viewer.market.change():
        template = await SlotTemplate.create(
            weekdays=sorted(set(weekdays)), pickup_point_id=point.id if point else None, **place, **columns
        )
        await _make(viewer.market, [template])
    return template


async def change_capacity(viewer: Viewer, slot_id: UUID, *, capacity: int | None, is_open: bool | None) -> DeliverySlot:
    """More or less room in one slot, never less than is promised; or close it for new orders, or open it again."""
    viewer.require(Permission.EDIT_DELIVERY)
    check_range(capacity, 0, LARGEST_CAPACITY, "capacity")
    async with viewer.market.change():
        slot = await DeliverySlot.filter(id=slot_id).select_for_update().first()
        if slot is None:
            raise Refused("NOT_FOUND", path=("slotId",), what="delivery slot")
        if capacity is not None and capacity < slot.taken:
            raise Refused("OUT_OF_RANGE", path=("capacity",), minimum=slot.taken, maximum=LARGEST_CAPACITY)
        slot.capacity = slot.capacity if capacity is None else capacity
        slot.is_open = slot.is_open if is_open is None else is_open
        await slot.save(update_fields=["capacity", "is_open"])
    return slot


async def end(viewer: Viewer, template_id: UUID) -> SlotTemplate:
    """No further slots come from a template, and those that are there take no new orders; promises stand."""
    viewer.require(Permission.EDIT_DELIVERY)
    async with viewer.market.change():
        template = await SlotTemplate.filter(id=template_id).select_for_update().first()
        if template is None:
            raise Refused("NOT_FOUND", path=("templateId",), what="slot template")
        template.is_active, template.version = False, template.version + 1
        await template.save(update_fields=["is_active", "version"])
        await DeliverySlot.filter(template_id=template.id, starts_at__gt=clock.now()).update(is_open=False)
    return template


@persistent
async def make_ahead(market: Market) -> None:
    """Make the slots of the coming days; those that are there stay as they are."""
    async with market.change():
        await _make(market, await SlotTemplate.filter(is_active=True).order_by("id"))


async def _make(market: Market, templates: Sequence[SlotTemplate]) -> None:
    today = local_date(clock.now())
    days = [today + timedelta(days=ahead) for ahead in range(market.policy.slot_days)]
    slots = [_slot(template, day) for template in templates for day in days if day.isoweekday() in template.weekdays]
    for start in range(0, len(slots), MADE_AT_ONCE):
        await DeliverySlot.bulk_create(slots[start : start + MADE_AT_ONCE], ignore_conflicts=True)


def _slot(template: SlotTemplate, day: date) -> DeliverySlot:
    starts: datetime = local_moment(day, template.from_minute)
    return DeliverySlot(
        template_id=template.id,
        mode=template.mode,
        province=template.province,
        city_key=template.city_key,
        pickup_point_id=template.pickup_point_id,
        date=day,
        starts_at=starts,
        ends_at=local_moment(day, template.to_minute),
        closes_at=starts - timedelta(minutes=template.notice_minutes),
        capacity=template.capacity,
    )


LIMITS: Mapping[str, tuple[int, int]] = {
    "from_minute": (0, LAST_MINUTE - 1),
    "to_minute": (1, LAST_MINUTE),
    "capacity": (1, LARGEST_CAPACITY),
    "notice_minutes": (0, LONGEST_NOTICE),
}


def _check(given: Mapping[str, Any], *, weekdays: Sequence[int]) -> None:
    refused: list[Refused] = []
    for name, (minimum, maximum) in LIMITS.items():
        with gathered(refused):
            check_range(given.get(name), minimum, maximum, name)
    if not weekdays or any(day not in WEEK for day in weekdays):
        refused.append(Refused("OUT_OF_RANGE", path=("weekdays",), minimum=WEEK[0], maximum=WEEK[-1]))
    if not refused and given["to_minute"] <= given["from_minute"]:
        refused.append(
            Refused("OUT_OF_RANGE", path=("to_minute",), minimum=given["from_minute"] + 1, maximum=LAST_MINUTE)
        )
    refuse_all(refused)


async def _point(point_id: UUID | None, mode: DeliveryMode) -> PickupPoint | None:
    if mode != DeliveryMode.PICKUP:
        return None
    point = await PickupPoint.get_or_none(id=point_id) if point_id else None
    if point is None:
        raise Refused("NOT_FOUND", path=("pickupPointId",), what="pickup point")
    return point


def _place(given: Mapping[str, Any], point: PickupPoint | None) -> dict[str, Any]:
    if point is not None:
        return {"province": point.province, "city": point.city, "city_key": point.city_key}
    province, city, key = clean_region(given.get("province") or "", given.get("city") or "")
    return {"province": province, "city": city, "city_key": key}

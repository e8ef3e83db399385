"""Where, when and how goods may go: regions, slots, pickup points, and estimates before buying."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import strawberry

from domain.customers.regions import clean_province
from domain.delivery import estimates, nearness, points, regions, slots
from domain.delivery.estimates import Estimate
from domain.delivery.places import EVERYWHERE, clean_city
from kit import clock, ids
from kit.errors import Refused
from kit.paging import Page, Sort, page, window
from loaders import delivery as loaders
from models.delivery import Delivery, DeliveryMode, DeliveryRegion, DeliverySlot, PickupPoint, SlotTemplate
from models.orders import Order
from resolvers.answers import Answer
from resolvers.context import Info

BY_PLACE = Sort("delivery.regions", ("province", "city_key"))
BY_CODE = Sort("pickup.points", ("code",))
OLDEST = Sort("slot.templates", ())
MOST_SLOTS = 300
MOST_LINES = 100


class EstimateLine(Protocol):
    """A line of the question."""

    variant_id: strawberry.ID
    quantity: int


# ------------------------------------------------------------------------------------------------------------- reading


async def delivery_regions(info: Info, province: str | None, **edges: Any) -> Page[DeliveryRegion]:
    known = clean_province(province, path=("province",)) if province and province != EVERYWHERE else province
    return await page(regions.listed(known or None), sort=BY_PLACE, window=window(**edges))


async def pickup_points(info: Info, province: str | None, city: str | None, **edges: Any) -> Page[PickupPoint]:
    known = clean_province(province, path=("province",)) if province else None
    rows = points.near(info.context.viewer, province=known, city=city)
    return await page(rows, sort=BY_CODE, window=window(**edges))


async def delivery_slots(
    info: Info,
    *,
    mode: DeliveryMode,
    province: str | None,
    city: str | None,
    pickup_point_id: str | None,
    day: date | None,
) -> list[DeliverySlot]:
    if mode == DeliveryMode.PICKUP:
        point = ids.find_key("PickupPoint", pickup_point_id or "")
        rows = slots.bookable(mode, pickup_point_id=point, day=day)
    else:
        known, named = _place(province, city)
        rows = slots.bookable(mode, province=known, city=named, day=day)
    return await rows.limit(MOST_SLOTS)


async def slot_templates(info: Info, **edges: Any) -> Page[SlotTemplate]:
    return await page(slots.visible_templates(info.context.viewer), sort=OLDEST, window=window(**edges))


async def delivery_estimate(
    info: Info,
    *,
    lines: Sequence[EstimateLine],
    province: str,
    city: str,
    mode: DeliveryMode,
    slot_id: str | None,
) -> Estimate | None:
    known, named = _place(province, city)
    wanted: Counter[UUID] = Counter()
    for line in lines[:MOST_LINES]:
        key = ids.find_key("Variant", line.variant_id)
        if key is None or line.quantity < 1:
            return None
        wanted[key] += line.quantity
    terms = await regions.terms_for(known, named)
    if not wanted or mode not in terms.offered | {DeliveryMode.PICKUP}:
        return None
    slot = await _slot(info, slot_id)
    is_near = await nearness.lies_near(wanted, known)
    return estimates.before_buying(clock.now(), terms, mode, is_near=is_near, slot=slot)


async def _slot(info: Info, slot_id: str | None) -> tuple[datetime, datetime] | None:
    key = ids.find_key("DeliverySlot", slot_id or "")
    row = await info.context.load(loaders.slots_by_id, key) if key else None
    return (row.starts_at, row.ends_at) if row else None


def _place(province: str | None, city: str | None) -> tuple[str, str]:
    known = clean_province(province or "", path=("province",))
    return known, clean_city(city or "", path=("city",))


def province_of(root: strawberry.Parent[DeliveryRegion]) -> str | None:
    return None if root.province == EVERYWHERE else root.province


def city_of(root: strawberry.Parent[DeliveryRegion]) -> str | None:
    return None if root.city == EVERYWHERE else root.city


def modes_of(root: strawberry.Parent[DeliveryRegion]) -> list[DeliveryMode]:
    return sorted(regions.terms_of(root).modes)


def latitude(root: strawberry.Parent[PickupPoint]) -> float | None:
    return None if root.latitude_e6 is None else root.latitude_e6 / 1e6


def longitude(root: strawberry.Parent[PickupPoint]) -> float | None:
    return None if root.longitude_e6 is None else root.longitude_e6 / 1e6


async def point_of(root: strawberry.Parent[Any], info: Info) -> PickupPoint | None:
    key = root.pickup_point_id
    return await info.context.load(loaders.points_of_orders, key) if key else None


async def slot_of(root: strawberry.Parent[Delivery], info: Info) -> DeliverySlot | None:
    return await info.context.load(loaders.slots_by_id, root.slot_id) if root.slot_id else None


async def delivery_of(root: strawberry.Parent[Order], info: Info) -> Delivery | None:
    return await info.context.load(loaders.deliveries_by_order, root.id)


# ------------------------------------------------------------------------------------------------------------- editing


async def delivery_region_set(info: Info, *, province: str, city: str = EVERYWHERE, **given: Any) -> Answer:
    return Answer(region=await regions.save(info.context.viewer, province=province, city=city, **_present(given)))


async def delivery_region_delete(info: Info, *, region_id: str) -> Answer:
    key = ids.key_of("DeliveryRegion", region_id, "regionId")
    await regions.delete(info.context.viewer, key)
    return Answer(deleted_region_id=region_id)


async def pickup_point_create(info: Info, **given: Any) -> Answer:
    return Answer(pickup_point=await points.create(info.context.viewer, **_positioned(given)))


async def pickup_point_update(info: Info, *, point_id: str, **given: Any) -> Answer:
    key = ids.key_of("PickupPoint", point_id, "pointId")
    return Answer(pickup_point=await points.update(info.context.viewer, key, **_positioned(given)))


async def slot_template_create(info: Info, *, pickup_point_id: str | None = None, **given: Any) -> Answer:
    key = None if pickup_point_id is None else ids.key_of("PickupPoint", pickup_point_id, "pickupPointId")
    return Answer(template=await slots.plan(info.context.viewer, pickup_point_id=key, **given))


async def slot_template_end(info: Info, *, template_id: str) -> Answer:
    key = ids.key_of("SlotTemplate", template_id, "templateId")
    return Answer(template=await slots.end(info.context.viewer, key))


async def delivery_slot_update(
    info: Info, *, slot_id: str, capacity: int | None = None, is_open: bool | None = None
) -> Answer:
    key = ids.key_of("DeliverySlot", slot_id, "slotId")
    return Answer(slot=await slots.change_capacity(info.context.viewer, key, capacity=capacity, is_open=is_open))


def _present(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _positioned(given: Mapping[str, Any]) -> dict[str, Any]:
    """Degrees as they are stored; the name by language."""
    columns = _present(given)
    if "name" in columns:
        texts = (("zh-CN", columns["name"].zh_cn), ("en", columns["name"].en))
        columns["name"] = {locale: text for locale, text in texts if isinstance(text, str)}
    for name in ("latitude", "longitude"):
        if name in columns:
            columns[f"{name}_e6"] = micro_degrees(columns.pop(name), name)
    return columns


def micro_degrees(degrees: float, *path: str) -> int:
    """Millionths of a degree; what cannot be a degree at all is refused here, the exact range by the action."""
    if not -180 <= degrees <= 180:
        raise Refused("OUT_OF_RANGE", path=path, minimum=-180, maximum=180)
    return round(degrees * 1_000_000)

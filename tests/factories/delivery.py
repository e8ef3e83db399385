"""Regions, slots and pickup points for tests, and orders that use them."""

from datetime import timedelta
from typing import Any

from domain.access import system
from domain.delivery import points, regions, slots
from domain.delivery.places import local_date
from domain.market import Market
from kit import clock
from models.delivery import Delivery, DeliveryMode, DeliveryRegion, DeliverySlot, PickupPoint
from models.orders import Order

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


async def make_region(market: Market, city: str = "*", *, province: str = "上海市", **given: Any) -> DeliveryRegion:
    """What a city is offered, as staff write it down."""
    return await regions.save(system(market), province=province, city=city, **given)


async def make_slots(market: Market, **given: Any) -> list[DeliverySlot]:
    """Slots of an hour for one order each, from ten in the morning in Shanghai; those of tomorrow and later."""
    asked = {
        "mode": DeliveryMode.HOME,
        "province": "上海市",
        "city": "上海市",
        "from_minute": 600,
        "to_minute": 660,
        "capacity": 1,
        "weekdays": EVERY_DAY,
        **given,
    }
    template = await slots.plan(system(market), **asked)
    tomorrow = local_date(clock.now()) + timedelta(days=1)
    return await DeliverySlot.filter(template_id=template.id, date__gte=tomorrow).order_by("starts_at")


async def make_point(market: Market, code: str = "P1", **given: Any) -> PickupPoint:
    """A pickup point in Shanghai where parcels wait for seven days."""
    asked = {
        "name": {"zh-CN": "街角自提点", "en": "Corner shop"},
        "province": "上海市",
        "city": "上海市",
        "district": "徐汇区",
        "street": "集市路 9 号",
        **given,
    }
    return await points.create(system(market), code=code, **asked)


async def delivery_of(order: Order) -> Delivery:
    """What is agreed about an order's delivery."""
    return await Delivery.get(order_id=order.id)


async def taken(slot: DeliverySlot) -> int:
    """Orders that a slot has by now."""
    return (await DeliverySlot.get(id=slot.id)).taken

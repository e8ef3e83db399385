"""What a change means for the delivery of an order: whether its goods can go there, and in which time slot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.delivery import deliveries, nearness, regions, slots
from domain.delivery.regions import Goods
from domain.inventory import stock
from kit import clock
from kit.errors import Refused, refuse_all
from models.catalog import Product, Variant
from models.delivery import Delivery, DeliveryMode, DeliverySlot
from models.orders import Order, OrderChangeRequest

PATH = ("slotId",)


@dataclass(frozen=True, slots=True)
class SlotWish:
    """The time slot that is asked for; without one the order shall come at any time."""

    slot_id: UUID | None = None


async def held_slot(order: Order) -> UUID | None:
    """The slot in which the order has a place."""
    delivery = await Delivery.filter(order_id=order.id, slot_held=True).first()
    return delivery.slot_id if delivery else None


def slot_asked(asked: Mapping[str, Any]) -> UUID | None:
    """The slot that a change moves the order to; None where it goes without one, or stays where it is."""
    return UUID(asked["slot"]) if asked.get("slot") else None


# ------------------------------------------------------------------------------------------------------------ the rule


async def check_goods(order: Order, asked: Mapping[str, Any], units: Mapping[tuple[str, ...], Sequence[UUID]]) -> None:
    """Refuse each article that cannot be delivered to where the order then goes. `units` are variants by their path."""
    keys = {key for variants in units.values() for key in variants}
    if not keys:
        return
    province, city = _place(order, asked)
    terms = await deliveries.terms_for(order.delivery_mode, province=province, city=city)
    variants = await Variant.in_bulk(keys, "id")
    products = await Product.in_bulk({variant.product_id for variant in variants.values()}, "id")
    goods = [
        Goods(variants[key], products[variants[key].product_id], path)
        for path, wanted in units.items()
        for key in dict.fromkeys(wanted)
        if key in variants
    ]
    refuse_all(regions.problems(terms, order.delivery_mode, goods))


async def check_slot(order: Order, asked: Mapping[str, Any], held: UUID | None) -> None:
    """Refuse a slot that is full, over, or not for this order, and one that the new address would leave behind."""
    province, city = _place(order, asked)
    delivery = await Delivery.get_or_none(order_id=order.id)
    point = delivery.pickup_point_id if delivery else None
    if "slot" not in asked:
        slot = await DeliverySlot.get_or_none(id=held) if held else None
        if slot is not None and not slots.serves(slot, province, city, point):
            raise Refused("SLOT_ELSEWHERE", path=PATH, slot=slot)
        return
    wanted = slot_asked(asked)
    if wanted is None and order.delivery_mode == DeliveryMode.SERVICE:
        raise Refused("SLOT_REQUIRED", path=PATH)
    if wanted is not None:
        await slots.find(
            wanted, mode=order.delivery_mode, province=province, city=city, pickup_point_id=point, path=PATH
        )


def _place(order: Order, asked: Mapping[str, Any]) -> tuple[str, str]:
    address: Mapping[str, Any] = asked.get("address") or order.address
    return str(address["province"]), str(address.get("city", ""))


# ---------------------------------------------------------------------------- promises, in the transaction of a change


async def hold(change: OrderChangeRequest) -> None:
    """Take a place in the new slot while the change waits for its difference; the order keeps its old one meanwhile."""
    wanted = slot_asked(change.asked)
    if wanted is not None:
        await slots.hold(wanted, path=PATH)


async def let_go(change: OrderChangeRequest) -> None:
    """Give the place up that `hold` took, once: for a change that waited and comes to nothing."""
    wanted = slot_asked(change.asked)
    if wanted is not None:
        await slots.give_back(wanted)


async def write(order: Order, change: OrderChangeRequest, *, is_held: bool) -> None:
    """Move a locked, changed order into its new slot and promise anew when it will be there. The levels of its goods
    are locked before: whoever takes both takes them in this order."""
    wanted = slot_asked(change.asked)
    if wanted is not None and is_held:
        await slots.take_over(order.id, wanted)
    elif "slot" in change.asked:
        province, city = _place(order, {})
        await slots.move(order.id, wanted, province=province, city=city)
    if "address" in change.asked:
        province, city = _place(order, {})
        served_from = [promise.warehouse_id for promise in await stock.held(order.id)]
        is_near = await nearness.is_near(served_from, province)
        await deliveries.renew(order.id, province=province, city=city, now=clock.now(), is_near=is_near)

"""Paid orders of which something is missing, and the stock that comes for them."""

from collections.abc import Mapping
from typing import Any

from domain.access import Viewer, system
from domain.inventory import stock
from domain.orders import damage
from models.catalog import Product, Variant
from models.inventory import Backorder, StockLevel, Warehouse
from models.orders import Order
from models.shortages import Shortage
from tests.factories.catalog import variant_of
from tests.factories.fulfillment import make_paid, run


async def make_short(
    buyer: Viewer, products: Mapping[Product, int], *, broken: Mapping[Product, int], **purchase: Any
) -> tuple[Order, Shortage]:
    """A paid order, so many promised units of which are found broken in Shanghai; the rest of the shelf is taken."""
    order = await make_paid(buyer, products, **purchase)
    for product, units in broken.items():
        await break_units(buyer, await variant_of(product), units)
    return await Order.get(id=order.id), await Shortage.get(order_id=order.id)


async def break_units(viewer: Viewer, variant: Variant, units: int, *, code: str = "SH") -> StockLevel:
    """Units of a shelf are found broken."""
    house = await Warehouse.get(code=code)
    return await damage.write_off(
        system(viewer.market), variant_id=variant.id, warehouse_id=house.id, quantity=units, reason="test"
    )


async def receive(viewer: Viewer, variant: Variant, units: int, *, code: str = "SH") -> None:
    """Goods come in, and whatever that makes due is done."""
    house = await Warehouse.get(code=code)
    await stock.receive(system(viewer.market), variant_id=variant.id, warehouse_id=house.id, quantity=units)
    await run(viewer.market)


async def queue_of(variant: Variant) -> list[int]:
    """The units that are waited for, who has waited longest first."""
    rows = await Backorder.filter(variant_id=variant.id).order_by("since", "id")
    return [row.waiting for row in rows]

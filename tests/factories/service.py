"""Orders that were received, and what their buyers ask for."""

from collections.abc import Mapping
from typing import Any

from domain.access import Viewer
from domain.orders import lifecycle
from domain.service import asking
from domain.service.asking import Asked
from kit import ids
from models.catalog import Product
from models.orders import Order
from models.service import ServiceCase, ServiceCaseLine, ServiceReason, Wish
from tests.factories.fulfillment import lines_of, make_paid, run
from tests.factories.payments import ship_all


async def make_received(buyer: Viewer, products: Mapping[Product, int] | None = None, **purchase: Any) -> Order:
    """An order of these products that its buyer has received; of two units of something when none are named."""
    order = await make_paid(buyer, products, **purchase)
    await ship_all(buyer.market, order)
    await lifecycle.confirm_receipt(buyer, order.id)
    await run(buyer.market)
    return await Order.get(id=order.id)


async def wished(
    order: Order,
    *,
    quantity: int = 1,
    wish: Wish = Wish.RETURN_AND_REFUND,
    reason: ServiceReason = ServiceReason.NO_REASON,
    line: int = 0,
) -> Asked:
    """A wish for units of one line of an order."""
    return Asked((await lines_of(order))[line].id, quantity, wish, reason)


async def ask(buyer: Viewer, order: Order, *asked: Asked, key: str | None = None, note: str = "") -> ServiceCase:
    """A case about these wishes; about one unit of the first line, to be returned, when none are named."""
    wishes = asked or (await wished(order),)
    return await asking.create(buyer, order.id, wishes, note=note, key=key or ids.token())


async def lines_of_case(case: ServiceCase) -> list[ServiceCaseLine]:
    """The lines as they are now."""
    return await ServiceCaseLine.filter(case_id=case.id).order_by("position")

"""Services at a booked time and place: no parcel, but a slot, a beginning, an end and a proof."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domain.access import Viewer
from domain.delivery.deliveries import Way
from domain.fulfillment import services
from domain.market import Market
from domain.orders import shortages
from kit.errors import Refused
from models.catalog import Product
from models.customers import Role
from models.delivery import DeliveryMode
from models.fulfillment import Parcel
from models.orders import Order, OrderState
from models.shortages import ShortageChoice
from tests.api import Api
from tests.factories.catalog import make_product, variant_of
from tests.factories.delivery import make_region, make_slots
from tests.factories.fulfillment import lines_of, make_paid, public, ship
from tests.factories.inventory import counts
from tests.factories.shortages import make_short

MakeStaff = Callable[..., Awaitable[Viewer]]

START = """mutation ($input: ServiceStartInput!) { serviceStart(input: $input) {
  order { state delivery { startedAt } } userErrors { code } } }"""
COMPLETE = """mutation ($input: ServiceCompleteInput!) { serviceComplete(input: $input) {
  order { state delivery { proofs { kind name } } deliveryEstimate { basis } } userErrors { code } } }"""


@pytest.fixture
async def technician(staff: MakeStaff) -> Viewer:
    return await staff(Role.COURIER)


@pytest.fixture
async def order(market: Market, customer: Viewer) -> Order:
    """Paid, for tomorrow at ten."""
    await make_region(market, "*", modes=[DeliveryMode.SERVICE, DeliveryMode.HOME])
    [slot, *_] = await make_slots(market, mode=DeliveryMode.SERVICE)
    return await make_paid(customer, {await make_product(is_service=True): 1}, way=Way(DeliveryMode.SERVICE, slot.id))


async def test_a_service_begins_and_ends_without_a_parcel(
    api: Api, customer: Viewer, technician: Viewer, order: Order
) -> None:
    given: dict[str, Any] = {"orderId": public("Order", order.id)}
    assert order.shipping == 0
    for _ in range(2):  # safe to repeat
        started = (await api(START, as_=technician, input=given))["serviceStart"]
        assert started["order"]["state"] == "SHIPPED"
        assert started["order"]["delivery"]["startedAt"] is not None
    for _ in range(2):
        done = (await api(COMPLETE, as_=technician, input={**given, "proof": {"name": "林晓雨"}}))["serviceComplete"]
        assert done["order"]["state"] == "DELIVERED"
        assert done["order"]["delivery"]["proofs"] == [{"kind": "NAME", "name": "林晓雨"}]
    assert not await Parcel.exists()
    product = await Product.get(is_service=True)
    assert await counts(await variant_of(product)) == (9, 0)


async def test_a_service_is_done_after_it_has_begun_by_those_who_do_services(
    api: Api, customer: Viewer, technician: Viewer, staff: MakeStaff, order: Order
) -> None:
    given = {"orderId": public("Order", order.id)}
    early = (await api(COMPLETE, as_=technician, input={**given, "proof": {"name": "林"}}))["serviceComplete"]
    assert [error["code"] for error in early["userErrors"]] == ["NOT_STARTED"]
    for viewer in (customer, await staff(Role.FINANCE)):
        refused = (await api(START, as_=viewer, input=given))["serviceStart"]
        assert [error["code"] for error in refused["userErrors"]] == ["FORBIDDEN"]
    assert (await Order.get(id=order.id)).state == OrderState.PAID


async def test_a_service_cannot_be_shipped_and_goods_cannot_be_started(
    api: Api, customer: Viewer, technician: Viewer, staff: MakeStaff, order: Order
) -> None:
    with pytest.raises(Exception, match="ORDER_IS_SERVICE"):
        await ship(await staff(Role.WAREHOUSE_PICKER), order)
    goods = await make_paid(customer, {await make_product(): 1})
    for viewer, code in ((technician, "NOT_FOUND"), (await staff(Role.ADMINISTRATOR), "NOT_A_SERVICE")):
        refused = (await api(START, as_=viewer, input={"orderId": public("Order", goods.id)}))["serviceStart"]
        assert [error["code"] for error in refused["userErrors"]] == [code]


async def test_a_service_of_which_something_is_missing_begins_once_that_is_settled(
    market: Market, customer: Viewer, technician: Viewer
) -> None:
    await make_region(market, "*", modes=[DeliveryMode.SERVICE])
    [slot, *_] = await make_slots(market, mode=DeliveryMode.SERVICE)
    visits = await make_product(is_service=True, stock={"SH": 2})
    way = Way(DeliveryMode.SERVICE, slot.id)
    order, _ = await make_short(customer, {visits: 2}, broken={visits: 1}, way=way)
    with pytest.raises(Refused, match="SHORTAGE_UNDECIDED"):
        await services.start(technician, order.id)
    await shortages.choose(customer, order.id, ShortageChoice.SHIP_AVAILABLE)
    with pytest.raises(Refused, match="WAITING_FOR_STOCK"):
        await services.start(technician, order.id)
    await shortages.choose(customer, order.id, ShortageChoice.CANCEL_MISSING)
    assert (await services.start(technician, order.id)).state == OrderState.SHIPPED
    assert [(line.shipped, line.canceled) for line in await lines_of(order)] == [(1, 1)]


async def test_a_service_needs_a_slot(market: Market, customer: Viewer) -> None:
    await make_region(market, "*", modes=[DeliveryMode.SERVICE])
    with pytest.raises(Exception, match="SLOT_REQUIRED"):
        await make_paid(customer, {await make_product(is_service=True): 1}, way=Way(DeliveryMode.SERVICE))

from collections.abc import Awaitable, Callable

import pytest

from domain.access import Viewer
from domain.market import Market
from kit import tally
from models.customers import Role
from models.fulfillment import CarrierCode
from tests.api import Api
from tests.factories.fulfillment import later, make_paid, public, ship

MakeStaff = Callable[..., Awaitable[Viewer]]

PARCEL = """query ($id: ID!, $order: ID!) {
  parcel(id: $id) { waybill warehouse { code } tracking { state } }
  node(id: $id) { id }
  order(id: $order) { parcels { id } }
}"""
ORDERS = """{ orders(first: 20) { nodes { parcels {
  carrierName waybill lines { quantity orderLine { title } } tracking { place(locale: EN) description } order { number }
} } } }"""


@pytest.fixture
async def picker(staff: MakeStaff) -> Viewer:
    return await staff(Role.WAREHOUSE_PICKER)


async def test_a_parcel_is_seen_by_whoever_sees_its_order(
    api: Api, customer: Viewer, other_customer: Viewer, visitor: Viewer, picker: Viewer, staff: MakeStaff
) -> None:
    order = await make_paid(customer)
    [parcel] = await ship(picker, order)
    key = public("Parcel", parcel.id)

    async def seen(viewer: Viewer) -> tuple[bool, bool, bool]:
        data = await api(PARCEL, as_=viewer, id=key, order=public("Order", order.id))
        return data["parcel"] is not None, data["node"] is not None, data["order"] is not None

    everything, nothing = (True, True, True), (False, False, False)
    assert await seen(customer) == everything
    assert await seen(visitor.but(order_id=order.id)) == everything
    assert await seen(picker) == everything
    assert await seen(await staff(Role.COURIER)) == everything
    assert await seen(other_customer) == nothing
    assert await seen(visitor) == nothing
    assert await seen(visitor.but(order_id=parcel.id)) == nothing
    assert await seen(await staff(Role.CATALOG_MANAGER)) == nothing


async def test_the_warehouse_is_for_those_who_see_stock(
    api: Api, customer: Viewer, picker: Viewer, staff: MakeStaff
) -> None:
    order = await make_paid(customer)
    [parcel] = await ship(picker, order)
    for viewer, warehouse in ((customer, None), (await staff(Role.COURIER), None), (picker, {"code": "SH"})):
        data = await api(PARCEL, as_=viewer, id=public("Parcel", parcel.id), order=public("Order", order.id))
        assert data["parcel"]["warehouse"] == warehouse


async def test_an_id_that_is_no_parcels_is_null(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    document = "query ($id: ID!) { parcel(id: $id) { id } }"
    assert (await api(document, as_=customer, id=public("Order", order.id)))["parcel"] is None
    assert (await api(document, as_=customer, id="nonsense"))["parcel"] is None


async def test_scans_are_read_newest_last_and_in_the_readers_language(
    api: Api, market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    [parcel] = await ship(picker, order)
    await later(market, minutes=1)
    document = "query ($id: ID!) { parcel(id: $id) { tracking { state place description occurredAt } } }"
    english = (await api(document, as_=customer, id=public("Parcel", parcel.id)))["parcel"]["tracking"]
    chinese = (await api(document, as_=customer.but(locale="zh-CN"), id=public("Parcel", parcel.id)))["parcel"]
    assert english == sorted(english, key=lambda scan: scan["occurredAt"])
    assert (english[0]["description"], english[-1]["description"]) == ("Collected in Shanghai", "Delivered in Shanghai")
    assert chinese["tracking"][-1]["description"] == "上海市：已签收"
    assert chinese["tracking"][-1]["place"] == "上海市"


async def test_a_carrier_is_named_in_the_readers_language(api: Api, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    [parcel] = await ship(picker, order, carrier=CarrierCode.SF_EXPRESS, waybill="SF1234567890")
    document = "query ($id: ID!) { parcel(id: $id) { carrier carrierName } }"
    for locale, name in (("en", "SF Express"), ("zh-CN", "顺丰速运")):
        data = await api(document, as_=customer.but(locale=locale), id=public("Parcel", parcel.id))
        assert data["parcel"] == {"carrier": "SF_EXPRESS", "carrierName": name}


async def test_a_page_of_orders_with_parcels_costs_the_same_for_many_as_for_few(
    api: Api, market: Market, customer: Viewer, picker: Viewer
) -> None:
    async def cost() -> int:
        counted = tally.begin()
        data = await api(ORDERS, as_=customer)
        assert all(order["parcels"][0]["tracking"] for order in data["orders"]["nodes"])
        return counted.statements

    for _ in range(2):
        await ship(picker, await make_paid(customer))
    await later(market, minutes=1)
    few = await cost()
    for _ in range(3):
        await ship(picker, await make_paid(customer))
    await later(market, minutes=1)
    assert await cost() == few

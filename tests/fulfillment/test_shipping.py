import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domain.access import Viewer
from domain.fulfillment.loads import Chosen
from domain.market import Market
from domain.orders import lifecycle
from domain.orders.history import lock
from kit.errors import Refusals, Refused
from kit.ids import new_id
from models.customers import Role
from models.fulfillment import CarrierCode, Parcel, ParcelLine, SimulatedParcel
from models.inventory import Warehouse
from models.orders import CancelReason, Order, OrderState
from models.outbox import ActorKind, Event
from tests.api import Api
from tests.factories.catalog import make_product, make_warehouse, variant_of
from tests.factories.fulfillment import Unreliable, lines_of, make_paid, public, ship, with_carrier
from tests.factories.inventory import counts
from tests.factories.orders import place_order

MakeStaff = Callable[..., Awaitable[Viewer]]

SHIP = """mutation ($input: ParcelShipInput!) {
  parcelShip(input: $input) {
    parcels { number carrier carrierName waybill state lines { quantity orderLine { id } } warehouse { code } }
    order { state lines { shipped } }
    userErrors { code message path retryable ... on MoreThanOpen { open line { id } } ... on NotReserved { held } }
  }
}"""


def asked(order: Order, **more: Any) -> dict[str, Any]:
    return {"orderId": public("Order", order.id), "carrier": "SIMULATOR", "idempotencyKey": "key", **more}


@pytest.fixture
async def picker(staff: MakeStaff) -> Viewer:
    return await staff(Role.WAREHOUSE_PICKER)


async def assert_nothing_shipped(order: Order) -> None:
    assert (await Order.get(id=order.id)).state == order.state
    assert [line.shipped for line in await lines_of(order)] == [0] * len(await lines_of(order))
    assert await Parcel.all().count() == 0


async def kinds_of(order: Order) -> list[str]:
    return [event.kind for event in await Event.filter(stream_id=order.id).order_by("sequence")]


async def test_staff_ship_a_paid_order_in_one_parcel(api: Api, customer: Viewer, picker: Viewer) -> None:
    product = await make_product(stock={"SH": 10})
    order = await make_paid(customer, {product: 2})
    assert await counts(await variant_of(product)) == (10, 2)

    payload = (await api(SHIP, as_=picker, input=asked(order)))["parcelShip"]

    assert payload["userErrors"] == []
    assert payload["order"] == {"state": "SHIPPED", "lines": [{"shipped": 2}]}
    [parcel] = payload["parcels"]
    [line] = await lines_of(order)
    assert parcel["lines"] == [{"quantity": 2, "orderLine": {"id": public("OrderLine", line.id)}}]
    assert (parcel["carrierName"], parcel["state"], parcel["warehouse"]) == (
        "Simulated Express",
        "SHIPPED",
        {"code": "SH"},
    )
    assert await counts(await variant_of(product)) == (8, 0)
    shipped = await Order.get(id=order.id)
    assert shipped.shipped_at is not None


async def test_shipping_is_told_with_the_parcel_its_carrier_and_its_waybill(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    before = len(await kinds_of(order))
    [parcel] = await ship(picker, order)
    told, moved = (await Event.filter(stream_id=order.id).order_by("sequence"))[before:]
    assert (told.kind, moved.kind) == ("parcel.shipped", "order.shipped")
    assert (told.actor_kind, told.actor_id) == (ActorKind.STAFF, picker.user_id)
    assert told.data["parcel_id"] == str(parcel.id)
    assert told.data["carrier_code"] == "simulator"
    assert told.data["waybill"] == parcel.waybill
    assert moved.data["to"] == "SHIPPED"


async def test_the_buyer_reads_the_shipment_in_their_own_language(api: Api, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    [parcel] = await ship(picker, order)
    document = "query ($id: ID!) { order(id: $id) { timeline(first: 50) { nodes { kind message } } } }"
    for viewer, carrier in ((customer, "Simulated Express"), (customer.but(locale="zh-CN"), "模拟快递")):
        data = await api(document, as_=viewer, id=public("Order", order.id))
        messages = {node["kind"]: node["message"] for node in data["order"]["timeline"]["nodes"]}
        assert parcel.waybill in messages["PARCEL_SHIPPED"]
        assert carrier in messages["PARCEL_SHIPPED"]


async def test_some_lines_first_and_the_rest_later(api: Api, customer: Viewer, picker: Viewer) -> None:
    tea, rice = await make_product(), await make_product()
    order = await make_paid(customer, {tea: 3, rice: 1})
    first = (await lines_of(order))[0]
    some = [{"orderLineId": public("OrderLine", first.id), "quantity": 2}]

    payload = (await api(SHIP, as_=picker, input=asked(order, lines=some)))["parcelShip"]
    assert payload["order"] == {"state": "PARTIALLY_SHIPPED", "lines": [{"shipped": 2}, {"shipped": 0}]}
    assert await counts(await variant_of(tea)) == (8, 1)
    assert (await kinds_of(order))[-2:] == ["parcel.shipped", "order.partially_shipped"]

    payload = (await api(SHIP, as_=picker, input=asked(order, idempotencyKey="rest")))["parcelShip"]
    assert payload["order"] == {"state": "SHIPPED", "lines": [{"shipped": 3}, {"shipped": 1}]}
    assert [line["quantity"] for line in payload["parcels"][0]["lines"]] == [1, 1]
    assert (await kinds_of(order))[-2:] == ["parcel.shipped", "order.shipped"]


async def test_goods_in_two_warehouses_make_two_parcels(api: Api, customer: Viewer, picker: Viewer) -> None:
    await make_warehouse("HZ", province="浙江省", city="杭州市", priority=1)
    product = await make_product(stock={"SH": 2, "HZ": 5})
    order = await make_paid(customer, {product: 6})
    payload = (await api(SHIP, as_=picker, input=asked(order)))["parcelShip"]
    assert sorted((parcel["warehouse"]["code"], parcel["lines"][0]["quantity"]) for parcel in payload["parcels"]) in (
        [("HZ", 4), ("SH", 2)],
        [("HZ", 5), ("SH", 1)],
    )
    assert payload["order"] == {"state": "SHIPPED", "lines": [{"shipped": 6}]}
    assert (await kinds_of(order))[-3:] == ["parcel.shipped", "parcel.shipped", "order.shipped"]


async def test_only_what_lies_in_the_named_warehouse_is_shipped(api: Api, customer: Viewer, picker: Viewer) -> None:
    await make_warehouse("HZ", province="浙江省", city="杭州市", priority=1)
    tea, rice = await make_product(stock={"SH": 5}), await make_product(stock={"HZ": 5})
    order = await make_paid(customer, {tea: 1, rice: 1})
    house = await Warehouse.get(code="HZ")
    payload = (await api(SHIP, as_=picker, input=asked(order, warehouseId=public("Warehouse", house.id))))["parcelShip"]
    assert payload["order"] == {"state": "PARTIALLY_SHIPPED", "lines": [{"shipped": 0}, {"shipped": 1}]}
    assert [parcel["warehouse"]["code"] for parcel in payload["parcels"]] == ["HZ"]

    again = asked(order, warehouseId=public("Warehouse", house.id), idempotencyKey="again")
    payload = (await api(SHIP, as_=picker, input=again))["parcelShip"]
    assert [(e["code"], e["path"]) for e in payload["userErrors"]] == [("NOTHING_IN_WAREHOUSE", ["warehouseId"])]


async def test_units_that_lie_elsewhere_cannot_leave_a_warehouse(api: Api, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    house = await Warehouse.get(code="HZ")
    [line] = await lines_of(order)
    lines = [{"orderLineId": public("OrderLine", line.id), "quantity": 2}]
    wanted = asked(order, warehouseId=public("Warehouse", house.id), lines=lines)
    payload = (await api(SHIP, as_=picker, input=wanted))["parcelShip"]
    assert [(e["code"], e["path"], e["held"]) for e in payload["userErrors"]] == [("NOT_RESERVED", ["lines", "0"], 0)]
    await assert_nothing_shipped(order)


async def test_a_warehouse_that_is_not_there_is_refused(api: Api, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    payload = (await api(SHIP, as_=picker, input=asked(order, warehouseId=public("Warehouse", new_id()))))["parcelShip"]
    assert [(e["code"], e["path"]) for e in payload["userErrors"]] == [("NOT_FOUND", ["warehouseId"])]
    await assert_nothing_shipped(order)


async def test_every_wrong_line_is_told_at_once(api: Api, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    other = await make_paid(customer)
    [line], [foreign] = await lines_of(order), await lines_of(other)
    lines = [
        {"orderLineId": public("OrderLine", line.id), "quantity": 3},
        {"orderLineId": public("OrderLine", foreign.id), "quantity": 1},
        {"orderLineId": public("OrderLine", line.id), "quantity": 0},
    ]
    payload = (await api(SHIP, as_=picker, input=asked(order, lines=lines)))["parcelShip"]
    assert [(e["code"], e["path"], e.get("open")) for e in payload["userErrors"]] == [
        ("MORE_THAN_OPEN", ["lines", "0", "quantity"], 2),
        ("NOT_FOUND", ["lines", "1", "orderLineId"], None),
        ("MORE_THAN_OPEN", ["lines", "2", "quantity"], 2),
    ]
    await assert_nothing_shipped(order)


async def test_a_line_named_twice_counts_twice(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    [line] = await lines_of(order)
    with pytest.raises(Refused, match="MORE_THAN_OPEN"):
        await ship(picker, order, chosen=(Chosen(line.id, 1), Chosen(line.id, 2)))
    [parcel] = await ship(picker, order, chosen=(Chosen(line.id, 1), Chosen(line.id, 1)))
    assert [part.quantity for part in await ParcelLine.filter(parcel_id=parcel.id)] == [2]


async def test_no_lines_at_all_are_refused(api: Api, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    payload = (await api(SHIP, as_=picker, input=asked(order, lines=[])))["parcelShip"]
    assert [(e["code"], e["path"]) for e in payload["userErrors"]] == [("REQUIRED", ["lines"])]


async def test_a_line_that_lies_in_two_warehouses_leaves_each_with_what_it_holds(
    customer: Viewer, picker: Viewer
) -> None:
    """The first house has one unit of it, and as many as are missing then: it must not be asked for that one again."""
    await make_warehouse("HZ", province="浙江省", city="杭州市", priority=1)
    pear, apple = await make_product(stock={"SH": 9}), await make_product(stock={"SH": 2, "HZ": 3})
    order = await make_paid(customer, {pear: 1, apple: 3})
    parcels = await ship(picker, order)
    houses = {house.id: house.code for house in await Warehouse.all()}
    packed = {houses[one.warehouse_id]: await ParcelLine.filter(parcel_id=one.id) for one in parcels}
    units = {code: sorted(part.quantity for part in parts) for code, parts in packed.items()}
    assert units == {"SH": [1, 2], "HZ": [1]}
    assert [line.shipped for line in await lines_of(order)] == [1, 3]


async def test_units_whose_money_goes_back_are_not_shipped(
    market: Market, the_market: Viewer, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    [line] = await lines_of(order)
    async with market.change():
        await lifecycle.drop_units(the_market, await lock(the_market, order.id), {line.id: 1}, cause="test")
    await ship(picker, order)
    [line] = await lines_of(order)
    assert (line.quantity, line.canceled, line.shipped) == (2, 1, 1)
    assert (await Order.get(id=order.id)).state == OrderState.SHIPPED


async def test_a_key_that_is_none_ships_nothing(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    for key in ("k" * 101, " "):
        with pytest.raises(Refused, match="INVALID_IDEMPOTENCY_KEY"):
            await ship(picker, order, key=key)
    await assert_nothing_shipped(order)


# ------------------------------------------------------------------------------------------------------- waybills


async def test_a_carrier_without_an_adapter_needs_a_waybill(api: Api, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    payload = (await api(SHIP, as_=picker, input=asked(order, carrier="SF_EXPRESS")))["parcelShip"]
    assert [(e["code"], e["path"]) for e in payload["userErrors"]] == [("WAYBILL_NEEDED", ["waybill"])]
    await assert_nothing_shipped(order)

    given = asked(order, carrier="SF_EXPRESS", waybill=" sf1234567890 ")
    payload = (await api(SHIP, as_=picker, input=given))["parcelShip"]
    assert [(parcel["waybill"], parcel["carrier"]) for parcel in payload["parcels"]] == [("SF1234567890", "SF_EXPRESS")]


@pytest.mark.parametrize("waybill", ["12345", "1" * 41, "ß" * 40, "运单号", "SF 123456", "SF_123456", "<b>123456"])
async def test_a_waybill_that_is_none_is_refused(customer: Viewer, picker: Viewer, waybill: str) -> None:
    order = await make_paid(customer)
    with pytest.raises(Refused) as refused:
        await ship(picker, order, carrier=CarrierCode.ZTO, waybill=waybill)
    assert refused.value.code in ("WAYBILL_INVALID", "TOO_LONG")
    await assert_nothing_shipped(order)


@pytest.mark.parametrize("carrier", [CarrierCode.SF_EXPRESS, CarrierCode.SIMULATOR])
async def test_one_waybill_is_on_one_parcel(customer: Viewer, picker: Viewer, carrier: CarrierCode) -> None:
    first, second = await make_paid(customer), await make_paid(customer)
    [parcel] = await ship(picker, first, carrier=carrier, waybill="SF1234567890")
    assert parcel.waybill == "SF1234567890"
    with pytest.raises(Refused, match="WAYBILL_TAKEN"):
        await ship(picker, second, carrier=carrier, waybill="SF1234567890")
    assert (await Order.get(id=second.id)).state == OrderState.PAID


async def test_two_parcels_cannot_share_a_waybill(customer: Viewer, picker: Viewer) -> None:
    await make_warehouse("HZ", province="浙江省", city="杭州市", priority=1)
    order = await make_paid(customer, {await make_product(stock={"SH": 1, "HZ": 1}): 2})
    with pytest.raises(Refused, match="ONE_WAYBILL_SEVERAL_PARCELS"):
        await ship(picker, order, waybill="SF1234567890")
    await assert_nothing_shipped(order)
    assert await SimulatedParcel.all().count() == 0


async def test_two_racing_shipments_with_one_waybill_make_one_parcel(customer: Viewer, picker: Viewer) -> None:
    orders = [await make_paid(customer), await make_paid(customer)]
    calls = [ship(picker, order, carrier=CarrierCode.SF_EXPRESS, waybill="SF1234567890") for order in orders]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refused", "list"]
    assert await Parcel.all().count() == 1
    assert sorted([(await Order.get(id=order.id)).state for order in orders]) == [OrderState.PAID, OrderState.SHIPPED]


# ----------------------------------------------------------------------------------------------- again and at once


async def test_the_same_key_ships_once(api: Api, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    first = (await api(SHIP, as_=picker, input=asked(order)))["parcelShip"]
    second = (await api(SHIP, as_=picker, input=asked(order)))["parcelShip"]
    assert first == second
    assert await Parcel.all().count() == 1


async def test_the_same_key_with_another_input_is_refused(api: Api, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    await api(SHIP, as_=picker, input=asked(order))
    payload = (await api(SHIP, as_=picker, input=asked(order, waybill="JS12345678")))["parcelShip"]
    assert [e["code"] for e in payload["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert await Parcel.all().count() == 1


async def test_the_same_call_sent_several_times_at_once_ships_once(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    outcomes = await asyncio.gather(*(ship(picker, order, key="once") for _ in range(5)))
    assert len({parcel.id for parcels in outcomes for parcel in parcels}) == 1
    assert await SimulatedParcel.all().count() == 1
    assert [line.shipped for line in await lines_of(order)] == [2]


async def test_two_pickers_at_once_ship_every_unit_once(customer: Viewer, picker: Viewer) -> None:
    product = await make_product()
    order = await make_paid(customer, {product: 3})
    outcomes = await asyncio.gather(*(ship(picker, order) for _ in range(5)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(list) == 1
    assert {getattr(outcome, "code", "shipped") for outcome in outcomes} <= {
        "shipped",
        "NOTHING_TO_SHIP",
        "ORDER_CHANGED",
    }
    assert [line.shipped for line in await lines_of(order)] == [3]
    assert await counts(await variant_of(product)) == (7, 0)


async def test_a_carrier_that_does_not_answer_leaves_everything_as_it_was(
    api: Api, market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    carrier = Unreliable(market)
    carrier.is_down = True
    at_work = with_carrier(picker, carrier)
    payload = (await api(SHIP, as_=at_work, input=asked(order)))["parcelShip"]
    assert [(e["code"], e["path"], e["retryable"]) for e in payload["userErrors"]] == [
        ("CARRIER_UNAVAILABLE", ["carrier"], True)
    ]
    await assert_nothing_shipped(order)

    carrier.is_down = False
    payload = (await api(SHIP, as_=at_work, input=asked(order)))["parcelShip"]
    assert payload["userErrors"] == []
    assert carrier.booked == [(payload["parcels"][0]["waybill"], 1000)]


async def test_a_retry_after_a_half_done_call_gets_the_same_label(
    market: Market, customer: Viewer, picker: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await make_paid(customer)
    carrier = Unreliable(market)
    at_work = with_carrier(picker, carrier)

    async def power_cut(*_: object, **__: object) -> None:
        raise ConnectionError("the lights went out")

    with monkeypatch.context() as dark:
        dark.setattr("domain.fulfillment.shipping.tell", power_cut)
        with pytest.raises(ConnectionError):
            await ship(at_work, order, key="tried")
    await assert_nothing_shipped(order)
    [parcel] = await ship(at_work, order, key="tried")
    assert [waybill for waybill, _ in carrier.booked] == [parcel.waybill]
    assert await SimulatedParcel.all().count() == 1


async def test_an_order_that_changes_while_its_label_is_printed_is_not_shipped(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)

    class Slow(Unreliable):
        async def book(self, **request: Any) -> Any:
            [line] = await lines_of(order)
            async with market.change():
                locked = await lock(picker, order.id)
                await lifecycle.drop_units(picker, locked, {line.id: 1}, cause="out of stock")
            return await super().book(**request)

    with pytest.raises(Refused) as refused:
        await ship(with_carrier(picker, Slow(market)), order)
    assert (refused.value.code, refused.value.retryable) == ("ORDER_CHANGED", True)
    await assert_nothing_shipped(order)


# --------------------------------------------------------------------------------------------- who and in which state


@pytest.mark.parametrize("role", list(Role))
async def test_only_those_who_ship_may(customer: Viewer, staff: MakeStaff, role: Role) -> None:
    order = await make_paid(customer)
    viewer = await staff(role)
    if role in (Role.WAREHOUSE_PICKER, Role.ADMINISTRATOR):
        assert len(await ship(viewer, order)) == 1
        return
    with pytest.raises(Refused, match="FORBIDDEN"):
        await ship(viewer, order)
    await assert_nothing_shipped(order)


async def test_customers_and_visitors_may_not_ship(customer: Viewer, other_customer: Viewer, visitor: Viewer) -> None:
    order = await make_paid(customer)
    for viewer, code in (
        (customer, "FORBIDDEN"),
        (other_customer, "FORBIDDEN"),
        (visitor, "UNAUTHENTICATED"),
        (visitor.but(order_id=order.id), "UNAUTHENTICATED"),
    ):
        with pytest.raises(Refused, match=code):
            await ship(viewer, order)
    await assert_nothing_shipped(order)


async def test_a_picker_may_neither_deliver_nor_refund(api: Api, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    [parcel] = await ship(picker, order)
    document = "mutation ($id: ID!) { parcelDeliver(input: {parcelId: $id}) { userErrors { code } } }"
    data = await api(document, as_=picker, id=public("Parcel", parcel.id))
    assert data["parcelDeliver"]["userErrors"] == [{"code": "FORBIDDEN"}]
    document = "query ($id: ID!) { order(id: $id) { actions { action allowed reasonCode } } }"
    actions = {
        one["action"]: one
        for one in (await api(document, as_=picker, id=public("Order", order.id)))["order"]["actions"]
    }
    assert (actions["REFUND"]["allowed"], actions["REFUND"]["reasonCode"]) == (False, "FORBIDDEN")


async def test_an_unpaid_order_is_not_shipped(customer: Viewer, picker: Viewer) -> None:
    order = await place_order(customer, await make_product())
    with pytest.raises(Refused, match="ORDER_NOT_PAID"):
        await ship(picker, order)
    await assert_nothing_shipped(order)


async def test_a_canceled_order_is_not_shipped(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    canceled = await lifecycle.cancel(customer, order.id, reason=CancelReason.CHANGED_MIND)
    with pytest.raises(Refused, match="NOTHING_TO_SHIP"):
        await ship(picker, canceled)
    await assert_nothing_shipped(canceled)


async def test_what_is_shipped_is_not_shipped_again(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    await ship(picker, order)
    with pytest.raises(Refused, match="NOTHING_TO_SHIP"):
        await ship(picker, order)
    assert await Parcel.all().count() == 1


async def test_an_order_that_is_not_there_is_not_found(picker: Viewer, customer: Viewer) -> None:
    order = await make_paid(customer)
    order.id = new_id()
    with pytest.raises((Refused, Refusals), match="NOT_FOUND"):
        await ship(picker, order)

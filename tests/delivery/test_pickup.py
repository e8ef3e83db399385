"""Pickup points: chosen at checkout, arrived, collected with a code, or sent back when nobody comes."""

from collections.abc import Awaitable, Callable

import pytest

from domain.access import Viewer, system
from domain.delivery.deliveries import Way
from domain.fulfillment import counter, tracking
from domain.fulfillment.proofs import Given
from domain.market import Market
from domain.orders import lifecycle
from jobs.delivery import take_back
from kit import clock
from models.aftersales import Remedy
from models.catalog import Product
from models.customers import Role
from models.delivery import Delivery, DeliveryMode, DeliveryProof, PickupPoint, ProofKind
from models.fulfillment import Parcel, ParcelState, Trouble
from models.jobs import Timer
from models.notifications import OutgoingMessage
from models.orders import Order, OrderState
from tests.api import Api
from tests.factories.aftersales import confirm, live_case, send
from tests.factories.catalog import make_product, variant_of
from tests.factories.delivery import delivery_of, make_point
from tests.factories.fulfillment import later, lines_of, make_paid, public, run, ship
from tests.factories.inventory import counts
from tests.factories.orders import make_tariff

MakeStaff = Callable[..., Awaitable[Viewer]]

PLACE = """mutation ($input: OrderPlaceInput!) { orderPlace(input: $input) {
  order { id number deliveryMode address { recipient street city } delivery { pickupPoint { code name } code } }
  userErrors { code path } } }"""
ORDER = """query ($id: ID!) { order(id: $id) {
  state delivery { code arrivedAt collectBy collectedAt givenUpAt pickupPoint { code } proofs { kind } }
  parcels { state proof { kind name pictureUrl } } } }"""
HAND_OVER = """mutation ($input: PickupHandOverInput!) { pickupHandOver(input: $input) {
  orderNumber parcels { number state order { id } } userErrors { code path } } }"""
RENEW = """mutation ($input: PickupCodeRenewInput!) { pickupCodeRenew(input: $input) {
  order { delivery { code } } userErrors { code } } }"""


@pytest.fixture
async def point(market: Market) -> PickupPoint:
    return await make_point(market)


@pytest.fixture
async def clerk(staff: MakeStaff) -> Viewer:
    return await staff(Role.PICKUP_CLERK)


@pytest.fixture
async def order(customer: Viewer, point: PickupPoint, staff: MakeStaff) -> Order:
    """Shipped to the counter."""
    return await shipped(customer, point, await staff(Role.WAREHOUSE_PICKER))


async def shipped(customer: Viewer, point: PickupPoint, picker: Viewer, **product: bool) -> Order:
    goods = await make_product(**product)  # type: ignore[arg-type]  # columns of a product
    paid = await make_paid(customer, {goods: 2}, way=Way(DeliveryMode.PICKUP, None, point.id))
    await ship(picker, paid)
    return paid


async def arrive(market: Market, order: Order) -> Delivery:
    """The simulated carrier says that it is delivered, and means the counter."""
    await later(market, minutes=2)
    return await delivery_of(order)


async def state_of(order: Order) -> OrderState:
    return (await Order.get(id=order.id)).state


async def test_an_order_goes_to_the_counter_in_the_name_of_who_collects_it(
    api: Api, customer: Viewer, point: PickupPoint
) -> None:
    await make_tariff()
    variant = await variant_of(await make_product())
    asked = {
        "lines": [{"variantId": public("Variant", variant.id), "quantity": 1}],
        "destination": {
            "pickup": {"pickupPointId": public("PickupPoint", point.id), "recipient": "林晓雨", "phone": "13800138000"}
        },
        "idempotencyKey": "k",
    }
    order = (await api(PLACE, as_=customer, input=asked))["orderPlace"]["order"]
    assert order["deliveryMode"] == "PICKUP"
    assert order["address"] == {"recipient": "林晓雨", "street": "集市路 9 号", "city": "上海市"}
    assert order["delivery"] == {"pickupPoint": {"code": "P1", "name": "Corner shop"}, "code": None}


@pytest.mark.parametrize("problem", ["closed", "no point", "another mode"])
async def test_a_pickup_needs_an_open_point(api: Api, customer: Viewer, point: PickupPoint, problem: str) -> None:
    await make_tariff()
    await PickupPoint.filter(id=point.id).update(is_active=problem != "closed")
    pickup = {"pickupPointId": public("PickupPoint", point.id), "recipient": "林晓雨", "phone": "13800138000"}
    address = {
        "recipient": "林晓雨",
        "phone": "13800138000",
        "province": "上海市",
        "city": "上海市",
        "street": "集市路 1 号",
    }
    variant = await variant_of(await make_product())
    asked = {
        "lines": [{"variantId": public("Variant", variant.id), "quantity": 1}],
        "destination": {"address": address} if problem == "no point" else {"pickup": pickup},
        "deliveryMode": "HOME" if problem == "another mode" else "PICKUP",
        "idempotencyKey": "k",
    }
    codes = {"closed": "PICKUP_POINT_CLOSED", "no point": "REQUIRED", "another mode": "INVALID_INPUT"}
    placed = (await api(PLACE, as_=customer, input=asked))["orderPlace"]
    assert [error["code"] for error in placed["userErrors"]] == [codes[problem]]
    assert await Order.all().count() == 0


async def test_what_a_carrier_calls_delivered_is_ready_at_the_counter(
    api: Api, market: Market, customer: Viewer, order: Order
) -> None:
    agreed = await arrive(market, order)
    [parcel] = await Parcel.filter(order_id=order.id)
    assert parcel.state == ParcelState.AT_PICKUP_POINT
    assert await state_of(order) == OrderState.SHIPPED
    shown = (await api(ORDER, as_=customer, id=public("Order", order.id)))["order"]["delivery"]
    assert shown["code"] == agreed.pickup_code
    assert len(shown["code"]) == 6
    assert shown["code"].isdigit()
    message = await OutgoingMessage.filter(template="pickup_ready").get()
    assert shown["code"] in message.body
    assert "Corner shop" in message.body


async def test_only_the_buyer_reads_the_code(
    api: Api, market: Market, customer: Viewer, other_customer: Viewer, staff: MakeStaff, order: Order
) -> None:
    await arrive(market, order)
    for role in (Role.COURIER, Role.SERVICE_AGENT, Role.ADMINISTRATOR):
        seen = (await api(ORDER, as_=await staff(role), id=public("Order", order.id)))["order"]["delivery"]
        assert seen["code"] is None
    assert (await api(ORDER, as_=other_customer, id=public("Order", order.id)))["order"] is None
    assert (await api(ORDER, as_=customer, id=public("Order", order.id)))["order"]["delivery"]["code"]


async def test_the_counter_hands_out_against_the_code_and_keeps_that_as_proof(
    api: Api, market: Market, customer: Viewer, clerk: Viewer, order: Order
) -> None:
    agreed = await arrive(market, order)
    given = {"orderNumber": order.number.lower(), "code": f" {agreed.pickup_code} "}
    handed = (await api(HAND_OVER, as_=clerk, input=given))["pickupHandOver"]
    assert handed["orderNumber"] == order.number
    assert [(parcel["state"], parcel["order"]) for parcel in handed["parcels"]] == [("DELIVERED", None)]
    assert await state_of(order) == OrderState.DELIVERED
    assert [line.delivered for line in await lines_of(order)] == [2]
    shown = (await api(ORDER, as_=customer, id=public("Order", order.id)))["order"]
    assert shown["delivery"]["code"] is None
    assert shown["delivery"]["collectedAt"] is not None
    assert shown["delivery"]["proofs"] == [{"kind": "CODE"}]
    assert shown["parcels"][0]["proof"] == {"kind": "CODE", "name": None, "pictureUrl": None}
    again = (await api(HAND_OVER, as_=clerk, input=given))["pickupHandOver"]
    assert [error["code"] for error in again["userErrors"]] == ["ALREADY_COLLECTED"]


async def test_a_proof_that_it_came_to_the_counter_does_not_stand_in_the_way_of_handing_it_out(
    market: Market, customer: Viewer, point: PickupPoint, clerk: Viewer, staff: MakeStaff
) -> None:
    order = await make_paid(customer, way=Way(DeliveryMode.PICKUP, None, point.id))
    parcel = await send(await staff(Role.WAREHOUSE_PICKER), order)
    at_door = Given(name="Corner shop")
    await tracking.add_scan(await staff(Role.COURIER), parcel.id, state=ParcelState.DELIVERED, proof=at_door)
    agreed = await delivery_of(order)
    await counter.hand_over(clerk, order.number, agreed.pickup_code or "")
    assert await state_of(order) == OrderState.DELIVERED
    assert [proof.kind for proof in await DeliveryProof.all()] == [ProofKind.CODE]


async def test_a_code_dies_after_a_few_wrong_tries(
    api: Api, market: Market, customer: Viewer, clerk: Viewer, order: Order
) -> None:
    agreed = await arrive(market, order)
    right = agreed.pickup_code or ""
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(market.policy.pickup_code_tries):
        refused = await api(HAND_OVER, as_=clerk, input={"orderNumber": order.number, "code": wrong})
        assert [error["code"] for error in refused["pickupHandOver"]["userErrors"]] == ["PICKUP_CODE_INVALID"]
    dead = await api(HAND_OVER, as_=clerk, input={"orderNumber": order.number, "code": right})
    assert [error["code"] for error in dead["pickupHandOver"]["userErrors"]] == ["PICKUP_CODE_INVALID"]
    assert await state_of(order) == OrderState.SHIPPED
    assert not await DeliveryProof.exists()
    renewed = (await api(RENEW, as_=customer, input={"orderId": public("Order", order.id)}))["pickupCodeRenew"]
    fresh = renewed["order"]["delivery"]["code"]
    handed = await api(HAND_OVER, as_=clerk, input={"orderNumber": order.number, "code": fresh})
    assert handed["pickupHandOver"]["userErrors"] == []


async def test_codes_are_renewed_a_few_times_only_and_by_the_buyer_or_those_who_see_the_order(
    api: Api, market: Market, customer: Viewer, other_customer: Viewer, clerk: Viewer, order: Order
) -> None:
    await arrive(market, order)
    asked = {"orderId": public("Order", order.id)}
    for stranger in (other_customer, clerk):
        refused = (await api(RENEW, as_=stranger, input=asked))["pickupCodeRenew"]
        assert [error["code"] for error in refused["userErrors"]] == ["NOT_FOUND"]
    for _ in range(market.policy.pickup_codes - 1):
        assert (await api(RENEW, as_=customer, input=asked))["pickupCodeRenew"]["userErrors"] == []
    refused = (await api(RENEW, as_=customer, input=asked))["pickupCodeRenew"]
    assert [error["code"] for error in refused["userErrors"]] == ["TOO_MANY_CODES"]


async def test_a_missing_order_and_one_that_is_not_there_yet_answer_alike(
    api: Api, clerk: Viewer, customer: Viewer, order: Order
) -> None:
    for number in (order.number, "260101-AAAA-AAAA", "", "x" * 500, "号"):
        refused = await api(HAND_OVER, as_=clerk, input={"orderNumber": number, "code": "123456"})
        assert [error["code"] for error in refused["pickupHandOver"]["userErrors"]] == ["PICKUP_CODE_INVALID"]
    for viewer, code in ((customer, "FORBIDDEN"), (None, "UNAUTHENTICATED")):
        refused = await api(HAND_OVER, as_=viewer, input={"orderNumber": order.number, "code": "123456"})
        assert [error["code"] for error in refused["pickupHandOver"]["userErrors"]] == [code]


async def test_who_does_not_come_is_reminded_and_then_it_goes_back(
    market: Market, customer: Viewer, order: Order
) -> None:
    agreed = await arrive(market, order)
    assert agreed.collect_by is not None
    await later(market, days=6, hours=1)
    assert await OutgoingMessage.filter(template="pickup_remind").count() == 1
    await later(market, days=1)
    [parcel] = await Parcel.filter(order_id=order.id)
    assert parcel.state == ParcelState.RETURNING
    gone = await delivery_of(order)
    assert (gone.pickup_code, gone.given_up_at is not None) == (None, True)
    assert await OutgoingMessage.filter(template="pickup_over").count() == 1


async def test_what_came_back_lies_on_the_shelf_again_and_the_money_is_returned(
    market: Market, customer: Viewer, order: Order, staff: MakeStaff
) -> None:
    [line] = await lines_of(order)
    await arrive(market, order)
    await later(market, days=7, hours=1)
    [parcel] = await Parcel.filter(order_id=order.id)
    await tracking.add_scan(await staff(Role.COURIER), parcel.id, state=ParcelState.RETURNED)
    await run(market)
    done = await Order.get(id=order.id)
    assert (done.state, done.refunded) == (OrderState.CANCELED, done.captured)
    [line] = await lines_of(order)
    assert (line.shipped, line.canceled, line.refunded) == (0, 2, 2)
    variant = await variant_of(await order_product(order))
    assert await counts(variant) == (10, 0)
    before = done.sequence
    await take_back(market, parcel.id)  # the job may run twice
    assert (await Order.get(id=order.id)).sequence == before


async def test_what_its_buyer_says_has_come_and_came_back_all_the_same_is_a_case(
    market: Market, customer: Viewer, order: Order, staff: MakeStaff
) -> None:
    await arrive(market, order)
    await lifecycle.confirm_receipt(customer, order.id)
    await later(market, days=7, hours=1)
    [parcel] = await Parcel.filter(order_id=order.id)
    await tracking.add_scan(system(market), parcel.id, state=ParcelState.RETURNED)
    await run(market)
    case = await live_case(order)
    assert (case.kind, case.proposed) == (Trouble.RETURNED, Remedy.RETURN_TO_STOCK)
    await confirm(await staff(Role.SERVICE_AGENT), case)
    assert await counts(await variant_of(await order_product(order))) == (10, 0)
    assert await Timer.filter(kind="pickup.returned", done_at=None).count() == 0


async def test_perishable_goods_that_came_back_are_not_sold_again(
    market: Market, customer: Viewer, point: PickupPoint, staff: MakeStaff
) -> None:
    order = await shipped(customer, point, await staff(Role.WAREHOUSE_PICKER), cold_chain=True)
    await arrive(market, order)
    await later(market, days=7, hours=1)
    [parcel] = await Parcel.filter(order_id=order.id)
    await tracking.add_scan(system(market), parcel.id, state=ParcelState.RETURNED)
    await run(market)
    done = await Order.get(id=order.id)
    assert (done.state, done.refunded) == (OrderState.CANCELED, done.captured)
    assert await counts(await variant_of(await order_product(order))) == (8, 0)


async def test_an_order_that_was_collected_is_not_given_up(
    api: Api, market: Market, clerk: Viewer, order: Order
) -> None:
    agreed = await arrive(market, order)
    await api(HAND_OVER, as_=clerk, input={"orderNumber": order.number, "code": agreed.pickup_code})
    await later(market, days=8)
    [parcel] = await Parcel.filter(order_id=order.id)
    assert parcel.state == ParcelState.DELIVERED
    assert clock.now() > (await delivery_of(order)).collected_at  # type: ignore[operator]  # it was collected
    assert (await DeliveryProof.get(parcel_id=parcel.id)).kind == ProofKind.CODE


async def order_product(order: Order) -> Product:
    [line] = await lines_of(order)
    return await Product.get(id=line.product_id)

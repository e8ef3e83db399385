"""Stopping parcels on their way: who may, until when, what the carrier says, and how goods and money come back."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from adapters.carriers.simulator import CarrierSimulator
from domain.access import Viewer
from domain.delivery.deliveries import Way
from domain.fulfillment import interception
from domain.market import Market
from domain.orders import lifecycle
from jobs.registry import HANDLERS
from jobs.runner import run_due
from kit import ids
from models.aftersales import CaseState, Closing, DeliveryCase
from models.customers import Role
from models.delivery import DeliveryMode
from models.fulfillment import CarrierCode, Interception, InterceptionState, Parcel, ParcelState, Trouble
from models.jobs import Timer
from models.orders import Order, OrderState
from models.outbox import Event
from tests.api import Api
from tests.factories import changes
from tests.factories.aftersales import confirm, live_case, report, send
from tests.factories.catalog import make_product, variant_of
from tests.factories.delivery import make_point, make_region
from tests.factories.fulfillment import later, make_paid, ship
from tests.factories.inventory import counts

Staff = Callable[..., Awaitable[Viewer]]
REQUEST = """mutation ($input: InterceptionRequestInput!) { interceptionRequest(input: $input) {
  interceptions { id action state isForStaff } order { state } userErrors { code path } } }"""
DECIDE = """mutation ($input: InterceptionDecideInput!) { interceptionDecide(input: $input) {
  interception { state refusal } userErrors { code } } }"""


async def stop(api: Api, order: Order, viewer: Viewer, **wish: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "orderId": ids.to_public("Order", order.id),
        "action": "RETURN",
        "idempotencyKey": ids.token(),
        **wish,
    }
    answer: dict[str, Any] = (await api(REQUEST, as_=viewer, input=asked))["interceptionRequest"]
    return answer


async def run(viewer: Viewer) -> None:
    await run_due(viewer.market, HANDLERS)


async def travel(viewer: Viewer, *, steps: int = 12) -> None:
    """Let the simulated parcels move on, each step noticed."""
    simulator = viewer.market.carriers["simulator"]
    assert isinstance(simulator, CarrierSimulator)
    for _ in range(steps):
        await later(viewer.market, seconds=simulator.step.total_seconds())


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["code"] for error in answer["userErrors"]]


async def test_a_parcel_that_is_fetched_back_is_restocked_and_refunded(
    api: Api, customer: Viewer, the_market: Viewer
) -> None:
    apples = await make_product()
    order = await make_paid(customer, {apples: 3})
    await ship(the_market, order)
    assert await counts(await variant_of(apples)) == (7, 0)
    answer = await stop(api, order, customer)
    assert [one["state"] for one in answer["interceptions"]] == ["REQUESTED"]
    await run(customer)
    assert (await Interception.get()).state == InterceptionState.ACCEPTED
    await travel(customer)
    assert (await Parcel.get()).state == ParcelState.RETURNED
    assert (await Interception.get()).state == InterceptionState.DONE
    now = await Order.get(id=order.id)
    assert (now.state, now.refunded) == (OrderState.CANCELED, order.total)
    assert await counts(await variant_of(apples)) == (10, 0)
    assert await DeliveryCase.all().count() == 0, "what was wished for is no trouble"
    told = await Event.filter(stream_id=order.id, kind__startswith="interception").order_by("sequence")
    assert [event.kind.rpartition(".")[2] for event in told] == ["requested", "accepted", "done"]


@pytest.fixture
async def picker(staff: Staff) -> Viewer:
    return await staff(Role.WAREHOUSE_PICKER, Role.COURIER)


async def test_a_silent_parcel_that_is_fetched_back_is_not_said_to_move_again(
    api: Api, market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    parcel = await send(picker, order)
    await later(market, hours=50)
    assert (await live_case(order)).kind == Trouble.NO_SCAN
    assert codes(await stop(api, order, customer)) == []
    for state in (ParcelState.RETURNING, ParcelState.RETURNED):
        await report(picker, parcel, state)
        case = await DeliveryCase.get(order_id=order.id)
        assert (case.kind, case.state, case.closing) == (Trouble.NO_SCAN, CaseState.CLOSED, Closing.COMES_BACK)
    assert (await Order.get(id=order.id)).state == OrderState.CANCELED


async def test_a_parcel_that_came_back_unasked_is_a_case_once_its_stop_was_refused(
    api: Api, customer: Viewer, picker: Viewer, staff: Staff
) -> None:
    order = await make_paid(customer)
    parcel = await send(picker, order)
    await stop(api, order, customer)
    await report(picker, parcel, ParcelState.RETURNING)
    assert await DeliveryCase.all().count() == 0
    found = await Interception.get()
    await interception.decide(await staff(Role.SERVICE_AGENT), found.id, accepted=False, reason="too late")
    await run(customer)
    assert (await live_case(order)).kind == Trouble.REFUSED


async def test_a_parcel_that_comes_back_after_its_buyer_has_confirmed_the_receipt_becomes_a_case(
    api: Api, customer: Viewer, the_market: Viewer
) -> None:
    order = await make_paid(customer, {await make_product(): 3})
    await ship(the_market, order)
    assert codes(await stop(api, order, customer)) == []
    await lifecycle.confirm_receipt(customer, order.id)
    await travel(the_market)
    assert (await Parcel.get(order_id=order.id)).state == ParcelState.RETURNED
    assert (await Interception.get(order_id=order.id)).state == InterceptionState.FAILED
    case = await DeliveryCase.get(order_id=order.id)
    assert (case.kind, case.state) == (Trouble.RETURNED, CaseState.OPEN)
    assert await Timer.filter(kind="parcel.came_to_rest", done_at=None).count() == 0


async def test_a_stop_ends_with_the_case_of_a_parcel_that_was_lost(
    api: Api, customer: Viewer, picker: Viewer, staff: Staff
) -> None:
    order, agent = await make_paid(customer), await staff(Role.SERVICE_AGENT)
    parcel = await send(picker, order)
    await stop(api, order, customer)
    await interception.decide(agent, (await Interception.get()).id, accepted=True)
    await report(picker, parcel, ParcelState.LOST)
    await confirm(agent, await live_case(order))
    found = await Interception.get()
    assert found.state == InterceptionState.FAILED
    assert found.ended_at is not None
    assert await Event.filter(stream_id=order.id, kind="interception.failed").count() == 1


async def test_one_of_two_parcels_is_fetched_back_and_the_rest_goes_on(
    api: Api, customer: Viewer, the_market: Viewer
) -> None:
    apples, pears = await make_product(price=2000, stock={"SH": 5}), await make_product(price=3000, stock={"HZ": 5})
    order = await make_paid(customer, {apples: 1, pears: 1})
    parcels = await ship(the_market, order)
    assert len(parcels) == 2
    answer = await stop(api, order, customer, orderId=None, parcelId=ids.to_public("Parcel", parcels[0].id))
    assert answer["userErrors"] == []
    await run(customer)
    await travel(customer)
    now = await Order.get(id=order.id)
    assert now.state == OrderState.DELIVERED
    assert now.refunded in (2000, 3000)
    assert {parcel.state for parcel in await Parcel.all()} == {ParcelState.RETURNED, ParcelState.DELIVERED}


async def test_a_parcel_goes_to_another_address_in_the_same_city(
    api: Api, customer: Viewer, the_market: Viewer
) -> None:
    order = await make_paid(customer)
    await ship(the_market, order)
    near = {**changes.HANGZHOU, "province": "上海市", "city": "上海市"}
    await stop(api, order, customer, action="NEW_ADDRESS", destination={"address": near})
    await run(customer)
    await travel(customer)
    assert (await Interception.get()).state == InterceptionState.DONE
    assert (await Order.get(id=order.id)).state == OrderState.DELIVERED


async def test_a_parcel_is_not_sent_where_its_goods_cannot_be_delivered(
    api: Api, customer: Viewer, picker: Viewer
) -> None:
    await make_region(customer.market, "杭州市", province="浙江省", cold_chain=False)
    order = await make_paid(customer, {await make_product(cold_chain=True): 1})
    await send(picker, order)
    wish = {"action": "NEW_ADDRESS", "destination": {"address": changes.HANGZHOU}}
    answer = await stop(api, order, customer, **wish)
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("CANNOT_BE_DELIVERED", ["destination"])
    ]
    assert not await Interception.exists()
    point = await make_point(customer.market)
    collected = await make_paid(customer, way=Way(DeliveryMode.PICKUP, None, point.id))
    await send(picker, collected)
    assert codes(await stop(api, collected, customer, **wish)) == ["NO_ADDRESS_TO_CHANGE"]
    assert codes(await stop(api, collected, customer)) == []


async def test_a_carrier_that_cannot_says_so_and_the_order_goes_on(
    api: Api, customer: Viewer, the_market: Viewer
) -> None:
    order = await make_paid(customer)
    await ship(the_market, order)
    await stop(api, order, customer, action="NEW_ADDRESS", destination={"address": changes.HANGZHOU})
    await run(customer)
    found = await Interception.get()
    assert (found.state, found.refusal) == (InterceptionState.REFUSED, "only within the same city")
    await travel(customer)
    assert (await Order.get(id=order.id)).state == OrderState.DELIVERED


async def test_without_a_carrier_that_can_be_asked_staff_decide(
    api: Api, customer: Viewer, the_market: Viewer, staff: Staff
) -> None:
    order = await make_paid(customer)
    [parcel] = await ship(the_market, order, carrier=CarrierCode.ZTO, waybill="78123456789")
    await stop(api, order, customer)
    await run(customer)
    agent, picker = await staff(Role.SERVICE_AGENT), await staff(Role.WAREHOUSE_PICKER)
    document = "{ interceptions(forStaff: true) { nodes { id isForStaff } } }"
    [waiting] = (await api(document, as_=agent))["interceptions"]["nodes"]
    wish = {"interceptionId": waiting["id"], "accepted": True}
    assert codes((await api(DECIDE, as_=picker, input=wish))["interceptionDecide"]) == ["FORBIDDEN"]
    decided = (await api(DECIDE, as_=agent, input=wish))["interceptionDecide"]
    assert decided["interception"] == {"state": "ACCEPTED", "refusal": None}
    other = (await api(DECIDE, as_=agent, input={**wish, "accepted": False}))["interceptionDecide"]
    assert codes(other) == ["INTERCEPTION_DECIDED"]
    for state in ("RETURNING", "RETURNED"):
        await api(
            "mutation ($input: TrackingEventAddInput!) { trackingEventAdd(input: $input) { userErrors { code } } }",
            as_=await staff(Role.COURIER),
            input={"parcelId": ids.to_public("Parcel", parcel.id), "state": state},
        )
    await run(customer)
    assert (await Order.get(id=order.id)).state == OrderState.CANCELED


async def test_what_comes_back_instead_is_sent_to_the_new_address_anew(
    api: Api, customer: Viewer, the_market: Viewer, staff: Staff
) -> None:
    order = await make_paid(customer)
    [parcel] = await ship(the_market, order, carrier=CarrierCode.ZTO, waybill="78123456789")
    await stop(api, order, customer, action="NEW_ADDRESS", destination={"address": changes.HANGZHOU})
    await run(customer)
    key = ids.to_public("Interception", (await Interception.get()).id)
    await api(DECIDE, as_=await staff(Role.SERVICE_AGENT), input={"interceptionId": key, "accepted": True})
    await Parcel.filter(id=parcel.id).update(state=ParcelState.RETURNED)
    await HANDLERS["parcel.came_to_rest"](customer.market, parcel.id)
    await run(customer)
    now = await Order.get(id=order.id)
    assert (now.state, now.province, now.refunded) == (OrderState.PAID, "浙江省", 0)
    await ship(the_market, now)
    assert (await Order.get(id=order.id)).state == OrderState.SHIPPED


async def test_what_is_delivered_is_returned_not_stopped(api: Api, customer: Viewer, the_market: Viewer) -> None:
    order = await make_paid(customer)
    assert codes(await stop(api, order, customer)) == ["NOTHING_UNDERWAY"]
    await ship(the_market, order)
    await travel(customer)
    assert codes(await stop(api, order, customer)) == ["TOO_LATE_TO_INTERCEPT"]
    assert await Interception.all().count() == 0


async def test_a_parcel_is_stopped_once_and_by_those_who_may(
    api: Api, customer: Viewer, other_customer: Viewer, the_market: Viewer, staff: Staff
) -> None:
    order = await make_paid(customer)
    await ship(the_market, order)
    assert codes(await stop(api, order, other_customer)) == ["NOT_FOUND"]
    assert codes(await stop(api, order, await staff(Role.FINANCE))) == ["FORBIDDEN"]
    first = await stop(api, order, customer, idempotencyKey="k")
    assert (await stop(api, order, customer, idempotencyKey="k"))["interceptions"] == first["interceptions"]
    assert codes(await stop(api, order, customer)) == ["INTERCEPTION_UNDERWAY"]
    assert (await api("{ interceptions { nodes { id } } }", as_=other_customer))["interceptions"]["nodes"] == []

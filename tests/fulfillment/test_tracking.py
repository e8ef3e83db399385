import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from domain.access import Viewer, system
from domain.fulfillment import states, tracking
from domain.fulfillment.loads import Chosen
from domain.market import Market
from domain.orders import lifecycle
from kit import clock
from kit.errors import Refused
from models.customers import Role
from models.fulfillment import CarrierCode, Parcel, ParcelState, TrackingEvent
from models.jobs import Timer
from models.orders import Order, OrderState
from models.outbox import ActorKind, Event
from tests.api import Api
from tests.factories.fulfillment import (
    Unreliable,
    later,
    lines_of,
    make_paid,
    public,
    run,
    scan_of,
    ship,
    take_scan,
    with_carrier,
)

MakeStaff = Callable[..., Awaitable[Viewer]]
S = ParcelState
STEP = 4.0  # seconds between two scans of a simulated parcel, by default


@pytest.fixture
async def picker(staff: MakeStaff) -> Viewer:
    return await staff(Role.WAREHOUSE_PICKER)


@pytest.fixture
async def courier(staff: MakeStaff) -> Viewer:
    return await staff(Role.COURIER)


@pytest.fixture
async def order(customer: Viewer) -> Order:
    return await make_paid(customer)


@pytest.fixture
async def parcel(order: Order, picker: Viewer) -> Parcel:
    """Everything of `order`, on its way with a carrier that is reported by hand."""
    [sent] = await ship(picker, order, carrier=CarrierCode.OWN_COURIER, waybill="OWN000001")
    return sent


async def state_of(order: Order) -> OrderState:
    return (await Order.get(id=order.id)).state


async def events_of(order: Order) -> list[Event]:
    return await Event.filter(stream_id=order.id).order_by("sequence")


async def timer_of(order: Order, kind: str) -> Timer:
    return await Timer.get(kind=kind, subject_id=order.id)


# ------------------------------------------------------------------------------------------------- asking carriers


async def test_a_simulated_parcel_reaches_the_door_by_itself(market: Market, order: Order, picker: Viewer) -> None:
    [parcel] = await ship(picker, order)
    assert parcel.estimated_at is not None
    for _ in range(12):
        await later(market, seconds=STEP)
    parcel = await Parcel.get(id=parcel.id)
    assert (parcel.state, parcel.delivered_at) == (S.DELIVERED, parcel.estimated_at)
    assert await state_of(order) == OrderState.DELIVERED
    assert [line.delivered for line in await lines_of(order)] == [2]
    kinds = [event.kind for event in await events_of(order)]
    start = kinds.index("order.shipped") + 1
    assert kinds[start:] == ["parcel.scanned"] * (len(kinds) - start - 2) + ["parcel.delivered", "order.delivered"]
    assert len(kinds) - start - 2 in (4, 5)
    assert [event.sequence for event in await events_of(order)] == list(range(1, len(kinds) + 1))


async def test_the_carrier_is_named_as_the_cause(market: Market, order: Order, picker: Viewer) -> None:
    await ship(picker, order)
    await later(market, minutes=1)
    delivered = next(event for event in await events_of(order) if event.kind == "parcel.delivered")
    assert (delivered.actor_kind, delivered.actor_id) == (ActorKind.PROVIDER, None)


async def test_a_week_of_policy_plays_out_by_the_clock(market: Market, order: Order, picker: Viewer) -> None:
    await ship(picker, order)
    await later(market, minutes=1)
    assert await state_of(order) == OrderState.DELIVERED
    await later(market, days=6, hours=23)
    assert await state_of(order) == OrderState.DELIVERED
    await later(market, hours=1)
    assert await state_of(order) == OrderState.RECEIVED
    await later(market, days=6, hours=23)
    assert await state_of(order) == OrderState.RECEIVED
    await later(market, hours=1)
    assert await state_of(order) == OrderState.COMPLETED


async def test_scans_that_come_twice_and_out_of_order_are_told_once_and_in_order(
    market: Market, order: Order, picker: Viewer
) -> None:
    picker = with_carrier(picker, Unreliable(market, repeats=True, shuffles=True))
    [parcel] = await ship(picker, order)
    for _ in range(12):
        await later(picker.market, seconds=STEP)
    scans = await TrackingEvent.filter(parcel_id=parcel.id).order_by("occurred_at")
    told = [event for event in await events_of(order) if event.kind in ("parcel.scanned", "parcel.delivered")]
    assert [event.data["occurred_at"] for event in told] == [scan.occurred_at.isoformat() for scan in scans]
    assert len({scan.scan_id for scan in scans}) == len(scans) in (5, 6)


async def test_a_carrier_that_does_not_answer_is_asked_again(
    market: Market, order: Order, picker: Viewer, caplog: pytest.LogCaptureFixture
) -> None:
    carrier = Unreliable(market)
    picker = with_carrier(picker, carrier)
    [parcel] = await ship(picker, order)
    carrier.is_down = True
    with caplog.at_level(logging.ERROR):
        await later(picker.market, minutes=1)
    assert carrier.asked == 1
    assert await state_of(order) == OrderState.SHIPPED
    carrier.is_down = False
    await later(picker.market, minutes=1)
    assert (await Parcel.get(id=parcel.id)).state == S.DELIVERED


async def test_a_delivered_parcel_is_not_asked_about_any_more(market: Market, order: Order, picker: Viewer) -> None:
    carrier = Unreliable(market)
    picker = with_carrier(picker, carrier)
    [parcel] = await ship(picker, order)
    await later(picker.market, minutes=1)
    asked = carrier.asked
    await later(picker.market, days=1)
    assert carrier.asked == asked == 1
    assert (await Timer.get(kind="parcel.track", subject_id=parcel.id)).done_at is not None


async def test_a_parcel_that_never_arrives_is_not_asked_about_for_ever(
    market: Market, order: Order, picker: Viewer
) -> None:
    carrier = Unreliable(market)
    carrier.step = timedelta(days=365)
    picker = with_carrier(picker, carrier)
    await ship(picker, order)
    await later(picker.market, days=market.policy.tracking_days, hours=1)
    asked = carrier.asked
    await later(picker.market, days=1)
    assert carrier.asked == asked


async def test_a_question_without_news_costs_little_and_tells_nothing(
    market: Market, order: Order, picker: Viewer
) -> None:
    await ship(picker, order)
    await later(market, seconds=2.5)
    before = len(await events_of(order))
    await later(market, seconds=0.5)
    await run(market)
    assert len(await events_of(order)) == before


# ----------------------------------------------------------------------------------------------------- being told


async def test_what_a_carrier_pushes_and_is_asked_for_counts_once(market: Market, order: Order, picker: Viewer) -> None:
    [parcel] = await ship(picker, order)
    pushed = (await picker.market.carriers["simulator"].track(waybill=parcel.waybill, now=clock.now()))[0]
    for _ in range(2):
        await take_scan(system(market, as_provider=True), pushed)
    await later(market, seconds=2.5)
    assert await TrackingEvent.filter(parcel_id=parcel.id).count() == 1


async def test_a_late_scan_is_kept_but_takes_a_parcel_nowhere_back(
    the_market: Viewer, order: Order, parcel: Parcel
) -> None:
    await take_scan(the_market, scan_of(parcel, S.DELIVERED, minutes=60))
    await take_scan(the_market, scan_of(parcel, S.IN_TRANSIT, minutes=20))
    await take_scan(the_market, scan_of(parcel, S.OUT_FOR_DELIVERY, minutes=40))
    parcel = await Parcel.get(id=parcel.id)
    assert (parcel.state, parcel.delivered_at) == (S.DELIVERED, parcel.shipped_at + timedelta(minutes=60))
    scans = await TrackingEvent.filter(parcel_id=parcel.id).order_by("occurred_at")
    assert [scan.state for scan in scans] == [S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.DELIVERED]
    assert [line.delivered for line in await lines_of(order)] == [2]
    assert [event.kind for event in await events_of(order)][-4:] == [
        "parcel.delivered",
        "order.delivered",
        "parcel.scanned",
        "parcel.scanned",
    ]


async def test_delivery_reported_twice_under_two_ids_counts_once(
    the_market: Viewer, order: Order, parcel: Parcel
) -> None:
    await take_scan(the_market, scan_of(parcel, S.DELIVERED, scan_id="first", minutes=1))
    await take_scan(the_market, scan_of(parcel, S.DELIVERED, scan_id="second", minutes=2))
    assert [line.delivered for line in await lines_of(order)] == [2]
    assert [event.kind for event in await events_of(order)].count("order.delivered") == 1


async def test_the_same_scan_told_many_times_at_once_counts_once(
    the_market: Viewer, order: Order, parcel: Parcel
) -> None:
    scan = scan_of(parcel, S.DELIVERED, minutes=1)
    await asyncio.gather(*(take_scan(the_market, scan) for _ in range(6)))
    assert await TrackingEvent.filter(parcel_id=parcel.id).count() == 1
    kinds = [event.kind for event in await events_of(order)]
    assert (kinds.count("parcel.delivered"), kinds.count("order.delivered")) == (1, 1)


async def test_a_scan_of_a_parcel_that_is_not_ours_is_passed_over(the_market: Viewer, parcel: Parcel) -> None:
    parcel.waybill = "SOMEBODY-ELSES"
    assert await take_scan(the_market, scan_of(parcel, S.DELIVERED)) is None
    assert await TrackingEvent.all().count() == 0


async def test_customers_do_not_push_scans(customer: Viewer, parcel: Parcel) -> None:
    with pytest.raises(Refused, match="FORBIDDEN"):
        await take_scan(customer, scan_of(parcel, S.DELIVERED))
    assert (await Parcel.get(id=parcel.id)).state == S.SHIPPED


# ------------------------------------------------------------------------------------------------- several parcels


async def test_an_order_is_delivered_with_its_last_parcel(the_market: Viewer, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    [line] = await lines_of(order)
    [first] = await ship(picker, order, chosen=(Chosen(line.id, 1),))
    await take_scan(the_market, scan_of(first, S.DELIVERED))
    assert await state_of(order) == OrderState.PARTIALLY_SHIPPED
    assert [line.delivered for line in await lines_of(order)] == [1]

    [second] = await ship(picker, order)
    assert await state_of(order) == OrderState.SHIPPED
    await take_scan(the_market, scan_of(second, S.DELIVERED))
    assert await state_of(order) == OrderState.DELIVERED
    assert [line.delivered for line in await lines_of(order)] == [2]


async def test_what_is_dropped_is_not_waited_for(
    the_market: Viewer, market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    [line] = await lines_of(order)
    [parcel] = await ship(picker, order, chosen=(Chosen(line.id, 1),))
    await take_scan(the_market, scan_of(parcel, S.DELIVERED))
    async with market.change():
        locked = await Order.get(id=order.id)
        await lifecycle.drop_units(the_market, locked, {line.id: 1}, cause="test")
    assert await state_of(order) == OrderState.DELIVERED


async def test_a_customer_may_confirm_before_the_carrier_does(
    the_market: Viewer, customer: Viewer, order: Order, parcel: Parcel
) -> None:
    await lifecycle.confirm_receipt(customer, order.id)
    assert [line.delivered for line in await lines_of(order)] == [2]
    await take_scan(the_market, scan_of(parcel, S.DELIVERED))
    assert [line.delivered for line in await lines_of(order)] == [2]
    assert await state_of(order) == OrderState.RECEIVED
    assert (await Parcel.get(id=parcel.id)).state == S.DELIVERED


# ------------------------------------------------------------------------------------------------------- by hand

ADD = """mutation ($input: TrackingEventAddInput!) {
  trackingEventAdd(input: $input) {
    parcel { state tracking { state place description } order { state } }
    userErrors { code path }
  }
}"""
DELIVER = """mutation ($input: ParcelDeliverInput!) {
  parcelDeliver(input: $input) { parcel { state deliveredAt order { state buyerStatus } } userErrors { code path } }
}"""


async def test_a_courier_reports_a_parcel_on_its_way(api: Api, courier: Viewer, order: Order, parcel: Parcel) -> None:
    report = {"parcelId": public("Parcel", parcel.id), "state": "OUT_FOR_DELIVERY", "place": "徐汇区"}
    payload = (await api(ADD, as_=courier, input=report))["trackingEventAdd"]
    assert payload["userErrors"] == []
    assert payload["parcel"] == {
        "state": "OUT_FOR_DELIVERY",
        "tracking": [{"state": "OUT_FOR_DELIVERY", "place": "徐汇区", "description": "Out for delivery"}],
        "order": {"state": "SHIPPED"},
    }
    told = (await events_of(order))[-1]
    assert (told.kind, told.actor_kind, told.actor_id) == ("parcel.scanned", ActorKind.STAFF, courier.user_id)


async def test_a_courier_delivers_and_the_time_to_confirm_begins(
    api: Api, market: Market, courier: Viewer, order: Order, parcel: Parcel
) -> None:
    payload = (await api(DELIVER, as_=courier, input={"parcelId": public("Parcel", parcel.id)}))["parcelDeliver"]
    assert payload["userErrors"] == []
    assert payload["parcel"]["state"] == "DELIVERED"
    assert payload["parcel"]["deliveredAt"] is not None
    assert payload["parcel"]["order"] == {"state": "DELIVERED", "buyerStatus": "TO_RECEIVE"}
    delivered_at = (await Order.get(id=order.id)).delivered_at
    assert delivered_at is not None
    due_at = (await timer_of(order, "order.auto_receive")).due_at
    assert due_at == delivered_at + timedelta(days=market.policy.auto_receipt_days)


async def test_a_report_sent_again_under_its_id_counts_once(api: Api, courier: Viewer, parcel: Parcel) -> None:
    report = {"parcelId": public("Parcel", parcel.id), "scanId": "phone-1"}
    first = (await api(DELIVER, as_=courier, input=report))["parcelDeliver"]
    second = (await api(DELIVER, as_=courier, input=report))["parcelDeliver"]
    assert first == second
    assert await TrackingEvent.filter(parcel_id=parcel.id).count() == 1


async def test_a_delivered_parcel_takes_no_more_reports_by_hand(api: Api, courier: Viewer, parcel: Parcel) -> None:
    await api(DELIVER, as_=courier, input={"parcelId": public("Parcel", parcel.id)})
    for state in ("IN_TRANSIT", "DELIVERED"):
        report = {"parcelId": public("Parcel", parcel.id), "state": state}
        payload = (await api(ADD, as_=courier, input=report))["trackingEventAdd"]
        assert payload == {
            "parcel": None,
            "userErrors": [{"code": "PARCEL_ALREADY_DELIVERED", "path": ["parcelId"]}],
        }
    assert await TrackingEvent.filter(parcel_id=parcel.id).count() == 1


@pytest.mark.parametrize("role", list(Role))
async def test_only_couriers_report_deliveries(staff: MakeStaff, parcel: Parcel, role: Role) -> None:
    viewer = await staff(role)
    if role in (Role.COURIER, Role.ADMINISTRATOR):
        assert (await tracking.add_scan(viewer, parcel.id, state=S.DELIVERED)).state == S.DELIVERED
        return
    with pytest.raises(Refused, match="FORBIDDEN"):
        await tracking.add_scan(viewer, parcel.id, state=S.DELIVERED)
    assert (await Parcel.get(id=parcel.id)).state == S.SHIPPED


async def test_customers_and_visitors_do_not_report_deliveries(
    customer: Viewer, other_customer: Viewer, visitor: Viewer, parcel: Parcel
) -> None:
    for viewer, code in ((customer, "FORBIDDEN"), (other_customer, "FORBIDDEN"), (visitor, "UNAUTHENTICATED")):
        with pytest.raises(Refused, match=code):
            await tracking.add_scan(viewer, parcel.id, state=S.DELIVERED)
    assert (await Parcel.get(id=parcel.id)).state == S.SHIPPED


def test_a_parcel_may_skip_states_and_never_goes_back() -> None:
    for place, state in enumerate(states.JOURNEY):
        assert not states.TRANSITIONS[state] & set(states.JOURNEY[: place + 1])
        assert state in states.ENDED or set(states.JOURNEY[place + 1 :]) < states.TRANSITIONS[state]


def test_a_parcel_that_arrived_or_came_back_stays_there_whatever_is_reported() -> None:
    assert {state for state, following in states.TRANSITIONS.items() if not following} == {S.DELIVERED, S.RETURNED}


def test_a_parcel_that_was_lost_may_turn_up_and_one_on_its_way_back_is_not_delivered() -> None:
    assert {S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.DELIVERED} < states.TRANSITIONS[S.LOST]
    assert states.TRANSITIONS[S.RETURNING] == {S.RETURNED, S.LOST}

"""What goes wrong on the way is found without the customer asking, and what comes right again closes by itself."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from adapters.carriers.carrier import Scan
from domain.access import Viewer, system
from domain.fulfillment import tracking
from domain.fulfillment.loads import Chosen
from domain.market import Market
from domain.orders import lifecycle
from domain.orders.history import lock, tell
from kit import clock
from models.aftersales import CaseState, Closing, DeliveryCase, Remedy
from models.customers import Role
from models.fulfillment import Parcel, ParcelState, ScanKind, Trouble
from models.jobs import Timer
from models.notifications import OutgoingMessage
from models.orders import CancelReason, Order, OrderState, ReviewState
from models.outbox import Event
from tests.factories.aftersales import live_case, report, send
from tests.factories.catalog import make_product
from tests.factories.fulfillment import later, lines_of, make_paid, run, ship

MakeStaff = Callable[..., Awaitable[Viewer]]


@pytest.fixture
async def picker(staff: MakeStaff) -> Viewer:
    return await staff(Role.WAREHOUSE_PICKER, Role.COURIER)


@pytest.fixture
async def order(customer: Viewer) -> Order:
    return await make_paid(customer)


@pytest.fixture
async def parcel(order: Order, picker: Viewer) -> Parcel:
    return await send(picker, order)


async def cases_of(order: Order) -> list[tuple[Trouble, CaseState]]:
    return [(case.kind, case.state) for case in await DeliveryCase.filter(order_id=order.id).order_by("opened_at")]


async def kinds_of(order: Order) -> list[str]:
    return [event.kind for event in await Event.filter(stream_id=order.id).order_by("sequence")]


async def messages() -> list[str]:
    return sorted([message.template for message in await OutgoingMessage.all()])


# ---------------------------------------------------------------------------------------------------- late dispatch


async def test_an_order_that_is_not_shipped_within_a_day_of_its_payment_is_late(market: Market, order: Order) -> None:
    await later(market, hours=23.9)
    assert await cases_of(order) == []
    await later(market, hours=0.2)
    case = await live_case(order)
    assert (case.kind, case.state, case.parcel_id) == (Trouble.LATE_DISPATCH, CaseState.OPEN, None)
    assert (case.proposed, case.proposed_amount) == (Remedy.COMPENSATE, 500)
    assert (await Order.get(id=order.id)).open_cases == 1
    assert (await kinds_of(order))[-1] == "case.opened"
    assert await messages() == ["late_dispatch"]


async def test_an_order_that_was_shipped_in_time_is_never_late(market: Market, order: Order, parcel: Parcel) -> None:
    await later(market, hours=25)
    assert await cases_of(order) == []


async def test_a_partly_shipped_order_is_late_too(market: Market, customer: Viewer, picker: Viewer) -> None:
    apples, pears = await make_product(), await make_product()
    order = await make_paid(customer, {apples: 1, pears: 1})
    first, second = await lines_of(order)
    await send(picker, order, chosen=[Chosen(first.id, 1)])
    await later(market, hours=24.1)
    case = await live_case(order)
    assert (case.kind, case.lines) == (Trouble.LATE_DISPATCH, [{"id": str(second.id), "quantity": 1}])


async def test_the_case_of_a_late_dispatch_closes_by_itself_when_everything_is_shipped(
    market: Market, order: Order, picker: Viewer
) -> None:
    await later(market, hours=24.1)
    await ship(picker, order)
    await later(market, seconds=1)
    case = await DeliveryCase.get(order_id=order.id)
    assert (case.state, case.closing) == (CaseState.CLOSED, Closing.SHIPPED)
    assert (await Order.get(id=order.id)).open_cases == 0


async def test_the_case_of_a_late_dispatch_ends_with_its_order(market: Market, order: Order, customer: Viewer) -> None:
    await later(market, hours=24.1)
    await lifecycle.cancel(customer, order.id, reason=CancelReason.TOO_SLOW)
    await later(market, seconds=1)
    case = await DeliveryCase.get(order_id=order.id)
    assert (case.state, case.closing) == (CaseState.CLOSED, Closing.ORDER_ENDED)


async def test_time_in_review_does_not_count(market: Market, order: Order, the_market: Viewer) -> None:
    async def review(state: ReviewState) -> None:
        async with market.change():
            locked = await lock(the_market, order.id)
            locked.review = state
            await tell(the_market, locked, kind="order.urged")

    await later(market, hours=4)
    await review(ReviewState.PENDING)
    await later(market, hours=30)
    assert await cases_of(order) == []
    await review(ReviewState.APPROVED)
    await later(market, hours=19.9)
    assert await cases_of(order) == []
    await later(market, hours=0.2)
    assert await cases_of(order) == [(Trouble.LATE_DISPATCH, CaseState.OPEN)]


# ------------------------------------------------------------------------------------------------------ silent parcels


async def test_a_parcel_without_a_scan_for_two_days_opens_a_case(
    market: Market, order: Order, parcel: Parcel, picker: Viewer
) -> None:
    await report(picker, parcel, ParcelState.IN_TRANSIT)
    await later(market, hours=47.9)
    assert await cases_of(order) == []
    await later(market, hours=0.2)
    case = await live_case(order)
    assert (case.kind, case.parcel_id, case.proposed) == (Trouble.NO_SCAN, parcel.id, Remedy.WAIT)
    assert await messages() == ["delivery_delayed"]


async def test_every_scan_puts_the_question_off(market: Market, order: Order, parcel: Parcel, picker: Viewer) -> None:
    for _ in range(4):
        await report(picker, parcel, ParcelState.IN_TRANSIT)
        await later(market, hours=40)
    assert await cases_of(order) == []


async def test_a_parcel_that_moves_again_closes_its_case(
    market: Market, order: Order, parcel: Parcel, picker: Viewer
) -> None:
    await later(market, hours=49)
    assert await cases_of(order) == [(Trouble.NO_SCAN, CaseState.OPEN)]
    await report(picker, parcel, ParcelState.IN_TRANSIT)
    case = await DeliveryCase.get(order_id=order.id)
    assert (case.state, case.closing) == (CaseState.CLOSED, Closing.MOVING)
    assert (await kinds_of(order))[-1] == "case.closed"
    await later(market, hours=49)
    assert [state for _, state in await cases_of(order)] == [CaseState.CLOSED, CaseState.OPEN]


async def test_a_parcel_that_was_silent_for_a_week_counts_as_lost_in_the_same_case(
    market: Market, order: Order, parcel: Parcel
) -> None:
    await later(market, hours=49)
    await later(market, days=5.5)
    assert await cases_of(order) == [(Trouble.LOST, CaseState.OPEN)]
    case = await live_case(order)
    assert (case.proposed, case.proposed_amount) == (Remedy.RESHIP, None)
    assert (await Order.get(id=order.id)).open_cases == 1
    assert await messages() == ["delivery_delayed", "parcel_lost"]


async def test_a_parcel_past_its_estimate_opens_a_case(
    market: Market, order: Order, parcel: Parcel, picker: Viewer
) -> None:
    await Parcel.filter(id=parcel.id).update(estimated_at=clock.now() + timedelta(hours=20))
    await report(picker, parcel, ParcelState.IN_TRANSIT)
    await later(market, hours=31.9)
    assert await cases_of(order) == []
    await later(market, hours=0.2)
    assert await cases_of(order) == [(Trouble.PAST_ESTIMATE, CaseState.OPEN)]


async def test_before_silence_is_trouble_the_carrier_is_asked(market: Market, order: Order, picker: Viewer) -> None:
    [parcel] = await ship(picker, order)  # by the simulator, whose parcels arrive within seconds of the demo
    await later(market, days=8)
    assert await cases_of(order) == []
    assert (await Parcel.get(id=parcel.id)).state == ParcelState.DELIVERED


async def test_a_delivered_parcel_is_looked_at_no_more(
    market: Market, order: Order, parcel: Parcel, picker: Viewer
) -> None:
    await report(picker, parcel, ParcelState.DELIVERED)
    timer = await Timer.get(kind="parcel.watch", subject_id=parcel.id)
    assert timer.done_at is not None
    await later(market, days=30)
    assert await cases_of(order) == []


# ----------------------------------------------------------------------------------------------- told by the carrier


@pytest.mark.parametrize(
    ("state", "kind", "remedy", "template"),
    [
        (ParcelState.LOST, Trouble.LOST, Remedy.RESHIP, "parcel_lost"),
        (ParcelState.DAMAGED, Trouble.DAMAGED, Remedy.RESHIP, "parcel_damaged"),
        (ParcelState.REFUSED, Trouble.REFUSED, Remedy.REFUND, "parcel_refused"),
        (ParcelState.RETURNED, Trouble.RETURNED, Remedy.RETURN_TO_STOCK, "parcel_refused"),
    ],
)
async def test_what_the_carrier_calls_trouble_opens_a_case_at_once(
    order: Order,
    parcel: Parcel,
    picker: Viewer,
    state: ParcelState,
    kind: Trouble,
    remedy: Remedy,
    template: str,
) -> None:
    await report(picker, parcel, state)
    case = await live_case(order)
    assert (case.kind, case.proposed) == (kind, remedy)
    assert await messages() == [template]


async def test_what_is_out_of_stock_is_proposed_to_be_refunded(customer: Viewer, picker: Viewer) -> None:
    apples = await make_product(price=1000, stock={"SH": 2})
    order = await make_paid(customer, {apples: 2})
    parcel = await send(picker, order)
    await report(picker, parcel, ParcelState.LOST)
    case = await live_case(order)
    assert (case.proposed, case.proposed_amount) == (Remedy.REFUND, 2000)


async def test_a_lost_parcel_that_arrives_closes_its_case(order: Order, parcel: Parcel, picker: Viewer) -> None:
    await report(picker, parcel, ParcelState.LOST)
    await report(picker, parcel, ParcelState.DELIVERED)
    case = await DeliveryCase.get(order_id=order.id)
    assert (case.state, case.closing) == (CaseState.CLOSED, Closing.ARRIVED)
    assert (await Order.get(id=order.id)).state == OrderState.DELIVERED


async def test_a_damaged_parcel_that_is_handed_over_all_the_same_keeps_its_case(
    order: Order, parcel: Parcel, picker: Viewer
) -> None:
    await report(picker, parcel, ParcelState.DAMAGED)
    await report(picker, parcel, ParcelState.DELIVERED)
    assert (await live_case(order)).kind == Trouble.DAMAGED


async def test_a_refused_parcel_that_has_come_back_is_the_same_case(
    order: Order, parcel: Parcel, picker: Viewer
) -> None:
    for state in (ParcelState.REFUSED, ParcelState.RETURNING, ParcelState.RETURNED):
        await report(picker, parcel, state)
    assert await cases_of(order) == [(Trouble.RETURNED, CaseState.OPEN)]


async def test_an_order_with_an_open_case_is_not_completed(
    market: Market, order: Order, parcel: Parcel, picker: Viewer, customer: Viewer
) -> None:
    await report(picker, parcel, ParcelState.DAMAGED)
    await report(picker, parcel, ParcelState.DELIVERED)
    await lifecycle.confirm_receipt(customer, order.id)
    await later(market, days=8)
    assert (await Order.get(id=order.id)).state == OrderState.RECEIVED


async def test_a_case_escalates_by_itself_a_few_times(
    market: Market, order: Order, parcel: Parcel, picker: Viewer
) -> None:
    await report(picker, parcel, ParcelState.DAMAGED)
    for _ in range(6):
        await later(market, hours=12.1)
    case = await live_case(order)
    assert case.escalations == 3
    assert (await kinds_of(order)).count("case.escalated") == 3


async def test_two_attempts_in_vain_are_a_case_that_waits_and_pays_back_once_the_parcel_comes_back(
    market: Market, order: Order, parcel: Parcel, picker: Viewer
) -> None:
    for number in range(2):
        assert await cases_of(order) == []
        await brought_in_vain(market, parcel, f"try-{number}")
        await brought_in_vain(market, parcel, f"try-{number}")
    case = await live_case(order)
    assert (case.kind, case.proposed) == (Trouble.FAILED_ATTEMPTS, Remedy.WAIT)
    assert "delivery_in_vain" in await messages()
    await report(picker, parcel, ParcelState.RETURNING)
    case = await live_case(order)
    assert (case.kind, case.proposed) == (Trouble.FAILED_ATTEMPTS, Remedy.REFUND)
    assert case.choose_by is not None
    await report(picker, parcel, ParcelState.RETURNED)
    assert await cases_of(order) == [(Trouble.RETURNED, CaseState.OPEN)]


async def test_a_parcel_that_is_taken_at_the_third_attempt_closes_its_case(
    market: Market, order: Order, parcel: Parcel, picker: Viewer
) -> None:
    for number in range(2):
        await brought_in_vain(market, parcel, f"try-{number}")
    await report(picker, parcel, ParcelState.OUT_FOR_DELIVERY)
    assert await cases_of(order) == [(Trouble.FAILED_ATTEMPTS, CaseState.OPEN)]
    await report(picker, parcel, ParcelState.DELIVERED)
    case = await DeliveryCase.get(order_id=order.id)
    assert (case.state, case.closing) == (CaseState.CLOSED, Closing.ARRIVED)


async def test_who_refuses_at_the_third_attempt_was_there(
    market: Market, order: Order, parcel: Parcel, picker: Viewer
) -> None:
    for number in range(2):
        await brought_in_vain(market, parcel, f"try-{number}")
    for state in (ParcelState.REFUSED, ParcelState.RETURNING):
        await report(picker, parcel, state)
        assert (await live_case(order)).kind == Trouble.REFUSED


async def brought_in_vain(market: Market, parcel: Parcel, scan_id: str) -> None:
    """Its carrier says that nobody was there."""
    kind = ScanKind.ATTEMPT_FAILED
    told = Scan(parcel.carrier, parcel.waybill, scan_id, None, {}, {"en": "Nobody there"}, clock.now(), kind)
    await tracking.take_scans(system(market, as_provider=True), parcel.carrier, parcel.waybill, [told])
    await run(market)

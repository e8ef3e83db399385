"""Labels that no parcel comes to use go back to the carrier that gave them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from adapters.carriers.carrier import CarrierError, CarrierRefused
from domain.access import Viewer
from domain.fulfillment import bookings
from domain.market import Market
from domain.orders import lifecycle
from kit.errors import Refused
from models.customers import Role
from models.fulfillment import BookingState, CarrierBooking, CarrierCode, Parcel, SimulatedParcel
from models.orders import CancelReason, Order, OrderState
from tests.factories.fulfillment import Unreliable, later, make_paid, run, ship, with_carrier

MakeStaff = Callable[..., Awaitable[Viewer]]


class Reluctant(Unreliable):
    """Cancels the order while its label is printed, as a customer might, and is not keen on giving labels back."""

    def __init__(self, market: Market, buyer: Viewer, order: Order, refusal: Exception | None = None) -> None:
        super().__init__(market)
        self.buyer, self.order, self.refusal = buyer, order, refusal
        self.canceled: list[str] = []

    async def book(self, **asked: Any) -> Any:
        made = await super().book(**asked)
        if (await Order.get(id=self.order.id)).state == OrderState.PAID:
            await lifecycle.cancel(self.buyer, self.order.id, reason=CancelReason.CHANGED_MIND)
        return made

    async def cancel(self, *, waybill: str, reference: str, now: datetime) -> None:
        self.canceled.append(waybill)
        if self.refusal is not None:
            raise self.refusal
        await super().cancel(waybill=waybill, reference=reference, now=now)


@pytest.fixture
async def picker(staff: MakeStaff) -> Viewer:
    return await staff(Role.WAREHOUSE_PICKER)


async def test_a_label_is_used_up_by_its_parcel(market: Market, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    [parcel] = await ship(picker, order)
    booking = await CarrierBooking.get()
    assert (booking.state, booking.waybill, booking.order_id, booking.attempt) == (
        BookingState.USED,
        parcel.waybill,
        order.id,
        1,
    )
    await bookings.void(market, booking.id)
    assert (await CarrierBooking.get()).state == BookingState.USED
    assert (await SimulatedParcel.get()).canceled_at is None


async def test_the_label_of_a_refused_shipment_goes_back_to_the_carrier(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    at_work = with_carrier(picker, Reluctant(market, customer, order))
    with pytest.raises(Refused, match="NOTHING_TO_SHIP"):
        await ship(at_work, order)
    assert (await CarrierBooking.get()).state == BookingState.BOOKED
    await run(at_work.market)
    assert (await CarrierBooking.get()).state == BookingState.VOIDED
    assert (await SimulatedParcel.get()).canceled_at is not None
    assert await Parcel.all().count() == 0


async def test_a_label_that_is_given_back_is_not_stuck_on_a_parcel(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    await ship(picker, order)
    await CarrierBooking.all().update(state=BookingState.VOIDING)
    with pytest.raises(Refused, match="LABEL_GIVEN_BACK"):
        await bookings.use((await CarrierBooking.get()).id)


async def test_after_its_label_was_given_back_the_same_call_gets_another_one(market: Market) -> None:
    first = await bookings.open_booking(CarrierCode.SIMULATOR, request_key="call", order_id=None)
    again = await bookings.open_booking(CarrierCode.SIMULATOR, request_key="call", order_id=None)
    assert (again.id, bookings.carriers_key(again)) == (first.id, "call")
    await CarrierBooking.filter(id=first.id).update(state=BookingState.VOIDED)
    other = await bookings.open_booking(CarrierCode.SIMULATOR, request_key="call", order_id=None)
    assert (other.attempt, bookings.carriers_key(other)) == (2, "call:2")


async def test_a_carrier_that_keeps_the_label_is_not_asked_for_ever(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    carrier = Reluctant(market, customer, order, CarrierRefused("it has been collected"))
    at_work = with_carrier(picker, carrier)
    with pytest.raises(Refused):
        await ship(at_work, order)
    await run(at_work.market)
    await later(at_work.market, hours=1)
    assert (await CarrierBooking.get()).state == BookingState.LEFT
    assert len(carrier.canceled) == 1


async def test_a_carrier_that_does_not_answer_is_asked_again_to_take_the_label_back(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    carrier = Reluctant(market, customer, order, CarrierError("no route to host"))
    at_work = with_carrier(picker, carrier)
    with pytest.raises(Refused):
        await ship(at_work, order)
    await run(at_work.market)
    assert (await CarrierBooking.get()).state == BookingState.VOIDING
    carrier.refusal = None
    await later(at_work.market, minutes=10)
    assert (await CarrierBooking.get()).state == BookingState.VOIDED
    assert len(carrier.canceled) == 2


async def test_a_label_that_was_forgotten_goes_back_after_some_days(
    market: Market, customer: Viewer, picker: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await make_paid(customer)

    async def power_cut(*_: object, **__: object) -> None:
        raise ConnectionError("the lights went out")

    with monkeypatch.context() as dark:
        dark.setattr("domain.fulfillment.shipping.tell", power_cut)
        with pytest.raises(ConnectionError):
            await ship(picker, order)
    carrier = Unreliable(market)
    carrier.step *= 10**5
    at_work = with_carrier(picker, carrier)
    await later(at_work.market, hours=71)
    await bookings.void_unused(at_work.market)
    assert (await CarrierBooking.get()).state == BookingState.BOOKED
    await later(at_work.market, hours=2)
    await bookings.void_unused(at_work.market)
    assert (await CarrierBooking.get()).state == BookingState.VOIDED

"""Several servers at once over the same labels, and over what carriers say of the same parcels."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from adapters.carriers.carrier import Scan
from domain.access import system
from domain.fulfillment import bookings, shipping, tracking
from domain.fulfillment.shipping import Shipment
from domain.market import Market
from domain.orders import lifecycle
from kit import clock, ids
from models.fulfillment import (
    BookingState,
    CarrierBooking,
    CarrierCode,
    Parcel,
    ParcelState,
    SimulatedParcel,
    TrackingEvent,
)
from models.jobs import Timer
from models.orders import CancelReason, Order, OrderState
from models.outbox import Event
from settings import Settings
from tests.factories.catalog import make_product
from tests.factories.customers import make_user, viewer_for
from tests.factories.fulfillment import lines_of, run, scan_of
from tests.factories.orders import place_order
from tests.factories.payments import pay
from tests.races.outcomes import Outcome, all_at_once, outcome_of
from tests.races.processes import race

pytestmark = pytest.mark.slow

ORDERS = 12


async def paid(market: Market) -> list[Order]:
    product = await make_product(stock={"SH": 2 * ORDERS})
    orders = [await place_order(viewer_for(market, await make_user()), {product: 2}) for _ in range(ORDERS)]
    for order in orders:
        await pay(market, order)
    return orders


# --------------------------------------------------------------------------------------------------------- labels


async def ship_cancel_or_give_back(market: Market, number: int, *, orders: Sequence[UUID]) -> list[str]:
    """Two servers ship, each under its own key; one cancels; one gives back every label that it sees."""
    viewer = system(market)
    if number == 3:
        tries = [partial(bookings.void, market, booking.id) for _ in range(6) for booking in await CarrierBooking.all()]
        return list(await all_at_once(tries))
    if number == 2:
        canceled = [partial(lifecycle.cancel, viewer, order, reason=CancelReason.OTHER) for order in orders]
        return [await outcome_of(attempt) for attempt in canceled]
    shipments = [Shipment(order, CarrierCode.SIMULATOR) for order in orders]
    return [await outcome_of(partial(shipping.ship, viewer, one, key=f"{number}:{one.order_id}")) for one in shipments]


async def test_no_parcel_carries_a_label_that_was_given_back(market: Market, settings: Settings) -> None:
    orders = await paid(market)
    work = partial(ship_cancel_or_give_back, orders=[order.id for order in orders])
    await race(work, database_url=settings.database_url, processes=4)
    await run(market)
    parcels = await Parcel.all()
    for parcel in parcels:
        [booking] = await CarrierBooking.filter(waybill=parcel.waybill)
        assert booking.state == BookingState.USED
        assert (await SimulatedParcel.get(waybill=parcel.waybill)).canceled_at is None
    unused = await CarrierBooking.exclude(waybill__in=[parcel.waybill for parcel in parcels])
    assert {booking.state for booking in unused} <= {BookingState.VOIDED}
    for booking in unused:
        assert (await SimulatedParcel.get(waybill=booking.waybill)).canceled_at is not None
    shipped = {parcel.order_id for parcel in parcels}
    assert len(shipped) == len(parcels)
    for order in orders:
        state = (await Order.get(id=order.id)).state
        assert state == (OrderState.SHIPPED if order.id in shipped else OrderState.CANCELED)


# ---------------------------------------------------------------------------------------------------------- scans


async def tell_and_ask(market: Market, number: int, *, parcels: Sequence[UUID]) -> Outcome:
    """One server is told, one asks, one is told by hand, one is told in the wrong order."""
    viewer = system(market, as_provider=True)
    rows = {parcel.id: parcel for parcel in await Parcel.all()}

    def told(parcel: Parcel, states: Sequence[ParcelState]) -> list[Scan]:
        return [scan_of(parcel, state, minutes=minute) for minute, state in enumerate(states)]

    journey = [ParcelState.IN_TRANSIT, ParcelState.OUT_FOR_DELIVERY, ParcelState.DELIVERED]
    if number == 1:
        return await all_at_once([partial(tracking.ask_carrier, viewer, key) for key in parcels])
    if number == 2:
        by_hand = partial(tracking.add_scan, system(market), state=ParcelState.DELIVERED, scan_id="hand")
        return await all_at_once([partial(by_hand, key) for key in parcels])
    scans = {key: told(rows[key], journey)[:: -1 if number == 3 else 1] for key in parcels}
    return await all_at_once(
        [partial(tracking.take_scans, viewer, rows[key].carrier, rows[key].waybill, scans[key]) for key in parcels]
    )


async def test_whoever_tells_of_an_arrival_it_counts_once(market: Market, settings: Settings) -> None:
    orders = await paid(market)
    for order in orders:
        await shipping.ship(system(market), Shipment(order.id, CarrierCode.SIMULATOR), key=ids.token())
    await SimulatedParcel.all().update(booked_at=clock.now() - timedelta(minutes=5))  # all of it can be told
    parcels = [parcel.id for parcel in await Parcel.all().order_by("id")]
    answers = await race(partial(tell_and_ask, parcels=parcels), database_url=settings.database_url, processes=4)
    assert sum((answer for answer in answers), Outcome()).keys() <= {"done", "PARCEL_ALREADY_DELIVERED"}
    for order in orders:
        assert (await Order.get(id=order.id)).state == OrderState.DELIVERED
        assert [line.delivered for line in await lines_of(order)] == [2]
        kinds = [event.kind for event in await Event.filter(stream_id=order.id)]
        assert (kinds.count("parcel.delivered"), kinds.count("order.delivered")) == (1, 1)
        scans = await TrackingEvent.filter(parcel__order_id=order.id).values_list("scan_id", flat=True)
        assert len(scans) == len(set(scans))
    assert await Timer.filter(kind="parcel.track").count() == ORDERS

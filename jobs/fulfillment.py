"""What carriers are asked by the clock, which labels go back to them, and pick lists that follow their orders."""

from uuid import UUID

from adapters.carriers.simulator import PUSH, CarrierSimulator
from domain import effects
from domain.access import system
from domain.fulfillment import bookings, interception, notices, picking, tracking
from domain.market import Market


async def track(market: Market, parcel_id: UUID) -> None:
    await tracking.ask_carrier(system(market, as_provider=True), parcel_id)


async def void(market: Market, booking_id: UUID) -> None:
    await bookings.void(market, booking_id)


async def apply_notice(market: Market, notice_id: UUID) -> None:
    await notices.apply_waiting(market, notice_id)


async def push(market: Market, parcel_id: UUID) -> None:
    """The simulator's turn to report. It plans its own retries, as another company would."""
    simulator = market.carriers.get(CarrierSimulator.code)
    if not isinstance(simulator, CarrierSimulator):
        return
    again = await simulator.push(parcel_id)
    if again is not None:
        await effects.at(PUSH, parcel_id, again)


async def intercept(market: Market, interception_id: UUID) -> None:
    await interception.ask_carrier(system(market), interception_id)


async def came_to_rest(market: Market, parcel_id: UUID) -> None:
    await interception.settle(system(market), parcel_id)


async def follow_order(market: Market, order_id: UUID) -> None:
    """Lists of goods follow what their orders still want."""
    await picking.follow_order(system(market), order_id)


HANDLERS = {
    interception.ASK: intercept,
    interception.CAME_TO_REST: came_to_rest,
    "parcel.track": track,
    "carrier.void": void,
    "carrier.notice": apply_notice,
    PUSH: push,
    "warehouse.follow": follow_order,
}

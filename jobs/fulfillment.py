"""Asks carriers where the parcels are."""

from uuid import UUID

from domain.access import system
from domain.fulfillment import tracking
from domain.market import Market


async def track(market: Market, parcel_id: UUID) -> None:
    await tracking.ask_carrier(system(market, as_provider=True), parcel_id)


HANDLERS = {"parcel.track": track}

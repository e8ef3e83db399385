"""What the connected carriers would take for an order, asked all at once."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from adapters.carriers.carrier import Ability, Carrier, CarrierError, CarrierRefused, Place, Quote
from domain.access import Permission, Viewer
from domain.fulfillment.carriers import connected, from_warehouse, to_customer
from domain.fulfillment.loads import loads_of
from domain.inventory import stock
from domain.orders import actions
from domain.orders.actions import Action
from domain.orders.visible import visible as visible_orders
from kit import clock
from kit.errors import Refused
from kit.money import Money
from models.fulfillment import CarrierCode
from models.inventory import Warehouse
from models.orders import Order, OrderLine

log = logging.getLogger("jishi.fulfillment")


@dataclass(frozen=True, slots=True)
class Offer:
    """What one carrier says for all parcels of an order; `problem` says why it says nothing."""

    carrier: CarrierCode
    parcels: int
    fee: Money | None = None
    fastest_days: int | None = None
    slowest_days: int | None = None
    problem: Refused | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One parcel that is to be carried."""

    sender: Place
    weight_grams: int


async def of_order(viewer: Viewer, order_id: UUID) -> list[Offer]:
    """What every carrier would take for what is still to be shipped of an order, cheapest first.

    The carriers are asked at the same time, outside of transactions, and each for a limited time: one that does not
    answer holds nobody up. Those that name no price come last, also those that the market is not connected to.
    """
    viewer.require(Permission.SHIP)
    order = await visible_orders(viewer).filter(id=order_id).first()
    if order is None:
        raise Refused("NOT_FOUND", path=("orderId",), what="order")
    actions.check(viewer, order, Action.SHIP)
    legs = await _legs(viewer, order)
    asked = [adapter for adapter in viewer.market.carriers.values() if Ability.QUOTE in adapter.can]
    off = [
        Offer(code, len(legs), problem=Refused("CARRIER_OFF"))
        for code in CarrierCode
        if code != CarrierCode.OWN_COURIER and connected(viewer, code) is None
    ]
    seconds = viewer.market.policy.carrier_seconds
    receiver, now = to_customer(order), clock.now()
    offers = await asyncio.gather(*(_offer(adapter, legs, receiver, now=now, seconds=seconds) for adapter in asked))
    return sorted(
        [*offers, *off], key=lambda offer: (offer.fee is None, offer.fee.minor if offer.fee else 0, offer.carrier)
    )


async def _legs(viewer: Viewer, order: Order) -> list[Leg]:
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    loads = loads_of(lines, await stock.held(order.id))
    weights = {line.id: line.weight_grams for line in lines}
    houses = {house.id: house for house in await Warehouse.filter(id__in=[load.warehouse_id for load in loads])}
    return [
        Leg(
            from_warehouse(viewer, houses[load.warehouse_id]),
            sum(weights[line_id] * units for line_id, units in load.quantities.items()),
        )
        for load in loads
    ]


async def _offer(adapter: Carrier, legs: Sequence[Leg], receiver: Place, *, now: datetime, seconds: float) -> Offer:
    carrier = CarrierCode(adapter.code)
    try:
        async with asyncio.timeout(seconds):
            quotes = await asyncio.gather(*(_quote(adapter, leg, receiver, now=now) for leg in legs))
    except CarrierRefused as refused:
        return Offer(carrier, len(legs), problem=Refused("CARRIER_REFUSED", reason=str(refused)))
    except (CarrierError, TimeoutError) as error:
        log.warning("%s named no price: %s", adapter.code, error)
        return Offer(carrier, len(legs), problem=Refused("CARRIER_UNAVAILABLE", retryable=True))
    fastest = [quote.fastest_days for quote in quotes if quote.fastest_days is not None]
    slowest = [quote.slowest_days for quote in quotes if quote.slowest_days is not None]
    return Offer(
        carrier,
        len(legs),
        fee=Money(sum(quote.fee for quote in quotes), quotes[0].currency),
        fastest_days=max(fastest, default=None),
        slowest_days=max(slowest, default=None),
    )


async def _quote(adapter: Carrier, leg: Leg, receiver: Place, *, now: datetime) -> Quote:
    return await adapter.quote(sender=leg.sender, receiver=receiver, weight_grams=leg.weight_grams, now=now)

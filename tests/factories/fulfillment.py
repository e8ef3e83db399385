"""Paid orders that wait to be shipped, and carriers that behave badly."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from adapters.carriers.carrier import Booking, CarrierError, Place, Scan
from adapters.carriers.simulator import CarrierSimulator
from domain.access import Viewer
from domain.fulfillment import shipping, tracking
from domain.fulfillment.shipping import Shipment
from domain.market import Market
from jobs.registry import HANDLERS
from jobs.runner import run_due
from kit import clock, ids
from kit.ids import token
from models.catalog import Product
from models.fulfillment import CarrierCode, Parcel, ParcelState
from models.orders import Order, OrderLine, OrderState
from tests.factories.catalog import make_product, make_warehouse
from tests.factories.orders import place_order
from tests.factories.payments import pay


async def make_paid(buyer: Viewer, products: Mapping[Product, int] | None = None, **purchase: Any) -> Order:
    """A paid order of these products; of two units of something in Shanghai when none are named."""
    await make_warehouse("HZ", province="浙江省", city="杭州市", priority=1)
    order = await place_order(buyer, products or {await make_product(): 2}, **purchase)
    await pay(buyer.market, order)
    paid = await Order.get(id=order.id)
    assert paid.state == OrderState.PAID
    return paid


async def take_scan(viewer: Viewer, scan: Scan) -> Parcel | None:
    """A carrier tells of a parcel unasked."""
    return await tracking.take_scans(viewer, scan.carrier, scan.waybill, [scan])


async def ship(viewer: Viewer, order: Order, *, key: str | None = None, **asked: Any) -> list[Parcel]:
    """Hand everything, or what is asked, to the simulator or another carrier."""
    shipment = Shipment(order_id=order.id, **{"carrier": CarrierCode.SIMULATOR, **asked})
    return await shipping.ship(viewer, shipment, key=key or token())


async def run(market: Market) -> int:
    """Do everything that is due."""
    return await run_due(market, HANDLERS)


async def later(market: Market, **duration: float) -> None:
    """Let market time go by, and do what has become due."""
    clock.set_offset(clock.offset() + timedelta(**duration))
    await run(market)


async def lines_of(order: Order) -> list[OrderLine]:
    """The lines as they are now."""
    return await OrderLine.filter(order_id=order.id).order_by("position")


def scan_of(parcel: Parcel, state: ParcelState, *, scan_id: str = "", minutes: float = 0) -> Scan:
    """What the parcel's carrier says, some minutes after shipping."""
    return Scan(
        carrier=parcel.carrier.value,
        waybill=parcel.waybill,
        scan_id=scan_id or f"{parcel.waybill}-{state}",
        state=state,
        place={"zh-CN": "杭州", "en": "Hangzhou"},
        description={"zh-CN": "杭州：已到达", "en": "Arrived at Hangzhou"},
        occurred_at=parcel.shipped_at + timedelta(minutes=minutes),
    )


def with_carrier(viewer: Viewer, carrier: CarrierSimulator) -> Viewer:
    """The same viewer in a market whose simulator is this one."""
    return viewer.but(market=replace(viewer.market, carriers={carrier.code: carrier}))


class Unreliable(CarrierSimulator):
    """Fails while it is down, and counts what it was asked."""

    def __init__(self, market: Market, **manners: bool) -> None:
        super().__init__(market.policy, **manners)  # type: ignore[arg-type]  # the settings of a test are a pace, too
        self.is_down = False
        self.booked: list[tuple[str, int]] = []
        self.asked = 0

    async def book(
        self,
        *,
        request_key: str,
        waybill: str | None,
        sender: Place,
        receiver: Place,
        weight_grams: int,
        now: datetime,
    ) -> Booking:
        if self.is_down:
            raise CarrierError("no route to host")
        booking = await super().book(
            request_key=request_key,
            waybill=waybill,
            sender=sender,
            receiver=receiver,
            weight_grams=weight_grams,
            now=now,
        )
        self.booked.append((booking.waybill, weight_grams))
        return booking

    async def track(self, *, waybill: str, now: datetime, phone: str = "") -> list[Scan]:
        self.asked += 1
        if self.is_down:
            raise CarrierError("no route to host")
        return await super().track(waybill=waybill, now=now, phone=phone)


def public(kind: str, key: UUID) -> str:
    """The id that clients see."""
    return ids.to_public(kind, key)

"""Parcels that go wrong, and the cases that are opened for them."""

from typing import Any

from domain.access import Viewer
from domain.aftersales import remedies
from domain.aftersales.remedies import Decision
from domain.fulfillment import tracking
from kit import ids
from models.aftersales import CaseState, DeliveryCase
from models.fulfillment import CarrierCode, Parcel, ParcelState
from models.orders import Order
from tests.factories.fulfillment import run, ship


async def send(viewer: Viewer, order: Order, **asked: Any) -> Parcel:
    """Everything that is open, or what is asked, in one parcel that is reported by hand."""
    parcels = await ship(viewer, order, carrier=CarrierCode.OWN_COURIER, waybill=f"OWN{ids.readable(8)}", **asked)
    assert len(parcels) == 1
    return parcels[0]


async def report(viewer: Viewer, parcel: Parcel, state: ParcelState) -> None:
    """The carrier tells of the parcel, and what follows from that is done."""
    await tracking.add_scan(viewer, parcel.id, state=state)
    await run(viewer.market)


async def live_case(order: Order) -> DeliveryCase:
    """The one case of an order that is live."""
    return await DeliveryCase.get(order_id=order.id, state__in=[CaseState.OPEN, CaseState.CLAIMED])


async def confirm(viewer: Viewer, case: DeliveryCase, *, key: str | None = None, **decided: Any) -> DeliveryCase:
    """Confirm what is proposed, or what is decided, and let what follows happen."""
    done = await remedies.confirm(viewer, Decision(case.id, **decided), key=key or ids.token())
    await run(viewer.market)
    return done

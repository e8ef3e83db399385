"""When an order will be there, from what is known by now."""

import strawberry

from domain.delivery.estimates import Basis, Estimate, Sent, along_the_way
from loaders import delivery as loaders
from loaders import fulfillment as fulfillment_loaders
from models.delivery import Delivery
from models.fulfillment import Parcel, ParcelState
from models.orders import Order, OrderState
from resolvers.context import Info

WAITING = frozenset({OrderState.PENDING_PAYMENT, OrderState.PAID})
UNDERWAY = frozenset({*WAITING, OrderState.PARTIALLY_SHIPPED, OrderState.SHIPPED, OrderState.DELIVERED})
COMES = frozenset({ParcelState.SHIPPED, ParcelState.IN_TRANSIT, ParcelState.OUT_FOR_DELIVERY})
IS_THERE = frozenset({ParcelState.AT_PICKUP_POINT, ParcelState.DELIVERED})


async def delivery_estimate(root: strawberry.Parent[Order], info: Info) -> Estimate | None:
    agreed = await info.context.load(loaders.deliveries_by_order, root.id) if root.state in UNDERWAY else None
    promised = _promise(agreed) if agreed else None
    if agreed is None or promised is None or root.state in WAITING:
        return promised
    parcels = await info.context.load(fulfillment_loaders.parcels_by_order, root.id)
    sent = [await _sent(parcel, agreed, info) for parcel in parcels if parcel.state in COMES | IS_THERE]
    is_all_sent = root.state != OrderState.PARTIALLY_SHIPPED
    return along_the_way(promised, sent, days=(agreed.days_min, agreed.days_max), is_all_sent=is_all_sent)


def _promise(agreed: Delivery) -> Estimate | None:
    if agreed.slot_starts_at is not None and agreed.slot_ends_at is not None:
        return Estimate(agreed.slot_starts_at, agreed.slot_ends_at, Basis.SLOT)
    if agreed.promised_from is None or agreed.promised_until is None:
        return None
    return Estimate(agreed.promised_from, agreed.promised_until, Basis.REGION)


async def _sent(parcel: Parcel, agreed: Delivery, info: Info) -> Sent:
    if parcel.state in IS_THERE:
        arrived = parcel.delivered_at or agreed.arrived_at or parcel.shipped_at
        return Sent(parcel.shipped_at, parcel.estimated_at, arrived_at=arrived)
    out_at = None
    if parcel.state == ParcelState.OUT_FOR_DELIVERY:
        scans = await info.context.load(fulfillment_loaders.tracking_by_parcel, parcel.id)
        out_at = next((scan.occurred_at for scan in scans if scan.state == ParcelState.OUT_FOR_DELIVERY), None)
    return Sent(parcel.shipped_at, parcel.estimated_at, out_at=out_at)

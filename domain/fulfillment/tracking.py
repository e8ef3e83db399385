"""Where parcels are: scans come from carriers, asked or unasked, and from couriers; twice, late and out of order."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from adapters.carriers.carrier import CarrierError, Scan
from domain import effects
from domain.access import Permission, Viewer
from domain.fulfillment import states
from domain.fulfillment.carriers import connected
from domain.fulfillment.facts import scan_facts
from domain.fulfillment.visible import visible
from domain.orders.history import lock, tell
from domain.orders.lifecycle import settle_delivery
from kit import clock, ids
from kit.errors import Refused
from kit.text import Localized
from kit.validate import clean_text
from models.database import persistent
from models.fulfillment import Parcel, ParcelLine, ParcelState, TrackingEvent
from models.orders import Order, OrderLine, OrderState

log = logging.getLogger("jishi.fulfillment")

LONGEST_PLACE = 60
LONGEST_DESCRIPTION = 200
LONGEST_SCAN_ID = 60

WORDS: dict[ParcelState, Localized] = {
    ParcelState.SHIPPED: {"zh-CN": "已交付承运人", "en": "Handed to the carrier"},
    ParcelState.IN_TRANSIT: {"zh-CN": "运输中", "en": "On its way"},
    ParcelState.OUT_FOR_DELIVERY: {"zh-CN": "正在派送", "en": "Out for delivery"},
    ParcelState.DELIVERED: {"zh-CN": "已签收", "en": "Delivered"},
}  # for a scan without a text of its own


async def take_scan(viewer: Viewer, scan: Scan) -> Parcel:
    """Take in what a carrier tells us unasked. Telling it again changes nothing."""
    viewer.require(Permission.REPORT_DELIVERY)
    parcel = await visible(viewer).filter(carrier=scan.carrier, waybill=scan.waybill).first()
    if parcel is None:
        raise Refused("NOT_FOUND", path=("waybill",), what="parcel")
    return await _take(viewer, parcel, [scan])


async def add_scan(
    viewer: Viewer,
    parcel_id: UUID,
    *,
    state: ParcelState,
    place: str = "",
    description: str = "",
    scan_id: str | None = None,
) -> Parcel:
    """A courier, or staff for a carrier that we do not speak to, reports a parcel. The same `scan_id` counts once."""
    viewer.require(Permission.REPORT_DELIVERY)
    parcel = await visible(viewer).filter(id=parcel_id).first()
    if parcel is None:
        raise Refused("NOT_FOUND", path=("parcelId",), what="parcel")
    where = clean_text(place, path=("place",), maximum=LONGEST_PLACE)
    words = clean_text(description, path=("description",), maximum=LONGEST_DESCRIPTION)
    own_id = clean_text(scan_id or str(ids.new_id()), path=("scanId",), minimum=1, maximum=LONGEST_SCAN_ID)
    scan = Scan(
        carrier=parcel.carrier.value,
        waybill=parcel.waybill,
        scan_id=f"hand:{own_id}",
        state=state,
        place={viewer.locale: where} if where else {},
        description={viewer.locale: words} if words else WORDS[state],
        occurred_at=clock.now(),
    )
    return await _take(viewer, parcel, [scan], by_hand=True)


async def ask_carrier(viewer: Viewer, parcel_id: UUID) -> None:
    """Ask the carrier about a parcel, and set the time of the next question while it is on its way."""
    parcel = await visible(viewer).filter(id=parcel_id).first()
    if parcel is None or parcel.state == ParcelState.DELIVERED:
        return
    adapter = connected(viewer, parcel.carrier)
    if adapter is None:
        return
    try:
        scans = await adapter.track(waybill=parcel.waybill, now=clock.now())
    except CarrierError as error:  # not our failure: the next question may be answered
        log.warning("%s did not answer about parcel %s: %s", adapter.code, parcel.number, error)
        scans = []
    parcel = await _take(viewer, parcel, scans)
    given_up_at = parcel.shipped_at + timedelta(days=viewer.market.policy.tracking_days)
    if parcel.state != ParcelState.DELIVERED and clock.now() < given_up_at:
        await effects.at("parcel.track", parcel.id, clock.now() + adapter.pause)


@persistent
async def _take(viewer: Viewer, parcel: Parcel, scans: Sequence[Scan], *, by_hand: bool = False) -> Parcel:
    if not await _news(parcel, scans):
        return parcel  # the usual answer to a question: no lock for it
    async with viewer.market.change():
        order = await lock(viewer, parcel.order_id)
        parcel = await Parcel.get(id=parcel.id)
        news = await _news(parcel, scans)
        if by_hand and news and parcel.state == ParcelState.DELIVERED:
            raise Refused("PARCEL_ALREADY_DELIVERED", path=("parcelId",))
        for scan in news:
            await _note(viewer, order, parcel, scan)
        await settle_delivery(viewer, order)
    return parcel


async def _news(parcel: Parcel, scans: Sequence[Scan]) -> list[Scan]:
    """What we did not know yet, each once, in the order in which it happened."""
    told = {scan.scan_id: scan for scan in scans}
    if not told:
        return []
    known = TrackingEvent.filter(parcel_id=parcel.id, scan_id__in=list(told))
    for scan_id in await known.values_list("scan_id", flat=True):
        del told[str(scan_id)]
    return sorted(told.values(), key=lambda scan: (scan.occurred_at, states.JOURNEY.index(scan.state), scan.scan_id))


async def _note(viewer: Viewer, order: Order, parcel: Parcel, scan: Scan) -> None:
    noted = await TrackingEvent.create(
        parcel_id=parcel.id,
        scan_id=scan.scan_id,
        state=scan.state,
        place=scan.place,
        description=scan.description,
        occurred_at=scan.occurred_at,
        received_at=clock.now(),
    )
    arrived = states.advance(parcel, scan.state, at=scan.occurred_at) and parcel.state == ParcelState.DELIVERED
    await parcel.save(update_fields=["state", "delivered_at"])
    if arrived:
        await _count_delivered(order, parcel)
    await tell(viewer, order, kind="parcel.delivered" if arrived else "parcel.scanned", data=scan_facts(parcel, noted))


async def _count_delivered(order: Order, parcel: Parcel) -> None:
    """Units that arrived. A customer who has confirmed receipt has counted all of them already."""
    if order.state not in (OrderState.PARTIALLY_SHIPPED, OrderState.SHIPPED):
        return
    parts = {part.order_line_id: part.quantity for part in await ParcelLine.filter(parcel_id=parcel.id)}
    for line in await OrderLine.filter(id__in=list(parts)).order_by("id"):
        line.delivered += parts[line.id]
        await line.save(update_fields=["delivered"])

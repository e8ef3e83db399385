"""Where parcels are: scans come from carriers, asked or unasked, and from couriers; twice, late and out of order."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from adapters.carriers.carrier import Carrier, CarrierError, CarrierRefused, Scan
from domain import effects
from domain.access import Permission, Viewer
from domain.fulfillment import arrival, interception, proofs, states, watching
from domain.fulfillment.carriers import connected
from domain.fulfillment.facts import scan_facts
from domain.fulfillment.proofs import Given, Proven
from domain.fulfillment.visible import visible
from domain.orders.history import lock, tell
from domain.orders.lifecycle import settle_delivery
from kit import clock, ids
from kit.errors import Refused
from kit.text import Localized
from kit.validate import clean_text
from models.database import persistent
from models.delivery import DeliveryMode
from models.fulfillment import CarrierCode, Parcel, ParcelLine, ParcelState, ScanKind, TrackingEvent
from models.orders import Order, OrderLine, OrderState

log = logging.getLogger("jishi.fulfillment")

HEARD = ("state", "delivered_at", "heard_at", "seen_at", "estimated_at", "carrier_canceled_at", "failed_attempts")
LONGEST_PLACE = 60
LONGEST_DESCRIPTION = 200
LONGEST_SCAN_ID = 60

WORDS: dict[ParcelState, Localized] = {
    ParcelState.SHIPPED: {"zh-CN": "已交付承运人", "en": "Handed to the carrier"},
    ParcelState.IN_TRANSIT: {"zh-CN": "运输中", "en": "On its way"},
    ParcelState.OUT_FOR_DELIVERY: {"zh-CN": "正在派送", "en": "Out for delivery"},
    ParcelState.AT_PICKUP_POINT: {"zh-CN": "已到达自提点", "en": "Ready at the pickup point"},
    ParcelState.DELIVERED: {"zh-CN": "已签收", "en": "Delivered"},
    ParcelState.LOST: {"zh-CN": "包裹遗失", "en": "Lost"},
    ParcelState.DAMAGED: {"zh-CN": "包裹破损", "en": "Damaged"},
    ParcelState.REFUSED: {"zh-CN": "收件人拒收", "en": "Refused by the recipient"},
    ParcelState.RETURNING: {"zh-CN": "退回途中", "en": "On its way back"},
    ParcelState.RETURNED: {"zh-CN": "已退回", "en": "Returned to the sender"},
}  # for a scan without a text of its own


async def take_scans(
    viewer: Viewer, carrier: str, waybill: str, scans: Sequence[Scan], *, goes_on: bool | None = None
) -> Parcel | None:
    """Take in all that a carrier says of a waybill; gives its parcel, None for a waybill that is on none of ours.

    `goes_on` is whether the carrier will tell us more by itself, None when that is not known.
    """
    viewer.require(Permission.REPORT_DELIVERY)
    parcel = await visible(viewer).filter(carrier=carrier, waybill=waybill).first()
    if parcel is None:
        return None
    if goes_on is not None and parcel.is_pushed != goes_on:
        await Parcel.filter(id=parcel.id).update(is_pushed=goes_on)
    return await _take(viewer, parcel, scans)


async def add_scan(
    viewer: Viewer,
    parcel_id: UUID,
    *,
    state: ParcelState,
    place: str = "",
    description: str = "",
    scan_id: str | None = None,
    proof: Given | None = None,
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
    proven = None if proof is None else await _proven(parcel, proof)
    return await _take(viewer, parcel, [scan], by_hand=True, proven=proven)


async def _proven(parcel: Parcel, given: Given) -> Proven:
    """A code is checked only where one was made: at counters, and by our own riders."""
    proof = await proofs.read(parcel.order_id, given)
    if proof is None:
        raise Refused("INVALID_INPUT", path=("proof",), why="give a name or a picture")
    return proof


async def ask_carrier(viewer: Viewer, parcel_id: UUID) -> None:
    """Ask the carrier about a parcel, and set the time of the next question while it is on its way."""
    parcel = await visible(viewer).filter(id=parcel_id).first()
    if parcel is None or parcel.state in states.ENDED:
        return
    adapter = connected(viewer, parcel.carrier)
    if adapter is None:
        return
    parcel = await _take(viewer, parcel, await _answer(adapter, parcel))
    given_up_at = parcel.shipped_at + timedelta(days=viewer.market.policy.tracking_days)
    if parcel.state not in states.ENDED and clock.now() < given_up_at:
        await effects.at("parcel.track", parcel.id, clock.now() + next_pause(adapter, parcel, now=clock.now()))


async def _answer(adapter: Carrier, parcel: Parcel) -> list[Scan]:
    """What the carrier knows; nothing when it cannot be asked, which is not our failure: it will be asked again."""
    phone = (await Order.get(id=parcel.order_id)).address.get("phone", "") if adapter.needs_phone else ""
    try:
        return await adapter.track(waybill=parcel.waybill, now=clock.now(), phone=phone)
    except (CarrierError, CarrierRefused) as error:
        log.warning("%s did not answer about parcel %s: %s", adapter.code, parcel.number, error)
        return []


def next_pause(adapter: Carrier, parcel: Parcel, *, now: datetime) -> timedelta:
    """How long to leave the carrier alone: a quarter of how long the parcel has been silent, within its own bounds."""
    if parcel.is_pushed:
        return adapter.longest_pause
    silent = now - (parcel.heard_at or parcel.shipped_at)
    return min(max(silent / 4, adapter.pause), adapter.longest_pause)


@persistent
async def _take(
    viewer: Viewer, parcel: Parcel, scans: Sequence[Scan], *, by_hand: bool = False, proven: Proven | None = None
) -> Parcel:
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
        if news:
            await watching.watch(viewer, order, parcel)
        if proven is not None and news and parcel.state == ParcelState.DELIVERED:  # not where it waits at a counter
            kind, name, picture = proven
            await proofs.keep(viewer, order, parcel, kind=kind, name=name, picture=picture)
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
    return sorted(told.values(), key=lambda scan: (scan.occurred_at, _rank(scan), scan.scan_id))


def _rank(scan: Scan) -> int:
    return -1 if scan.state is None else states.ORDER_OF_TELLING.index(scan.state)


async def report(
    viewer: Viewer,
    order: Order,
    parcel: Parcel,
    state: ParcelState,
    *,
    key: str,
    words: Localized,
    kind: ScanKind = ScanKind.MOVE,
) -> None:
    """Write down what the shop's own people did with a parcel of a locked order. The caller settles the delivery."""
    scan = Scan(parcel.carrier.value, parcel.waybill, f"shop:{key}", state, {}, words, clock.now(), kind)
    if await _news(parcel, [scan]):
        await _note(viewer, order, parcel, scan, state=state)
        await watching.watch(viewer, order, parcel)


async def _note(viewer: Viewer, order: Order, parcel: Parcel, scan: Scan, *, state: ParcelState | None = None) -> None:
    now = clock.now()
    state = state or arrival.meant(order, scan.state)
    noted = await TrackingEvent.create(
        parcel_id=parcel.id,
        scan_id=scan.scan_id,
        state=state or parcel.state,
        kind=scan.kind,
        place=scan.place,
        description=scan.description if state == scan.state or state is None else WORDS[state],
        occurred_at=scan.occurred_at,
        received_at=now,
    )
    moved = state is not None and states.advance(parcel, state, at=scan.occurred_at)
    waits_for_a_rider = parcel.carrier == CarrierCode.OWN_COURIER and parcel.failed_attempts > 0
    parcel.heard_at = now
    if scan.kind == ScanKind.ATTEMPT_FAILED:
        parcel.failed_attempts += 1
    elif parcel.state == ParcelState.REFUSED:
        parcel.failed_attempts = 0  # whoever refuses it was there
    if scan.estimated_at is not None:
        parcel.estimated_at = scan.estimated_at
    if scan.kind == ScanKind.CANCELED and parcel.carrier_canceled_at is None:
        parcel.carrier_canceled_at = scan.occurred_at
    parcel.seen_at = max(parcel.seen_at or scan.occurred_at, scan.occurred_at)
    await parcel.save(update_fields=HEARD)
    arrived = moved and parcel.state == ParcelState.DELIVERED
    if moved and parcel.state in states.ENDED:
        await effects.soon(interception.CAME_TO_REST, parcel.id)
    if moved and waits_for_a_rider and parcel.state != ParcelState.OUT_FOR_DELIVERY:
        await effects.soon("courier.withdraw", order.id)  # who was to bring it again
    if arrived:
        await _count_delivered(order, parcel)
    await tell(viewer, order, kind="parcel.delivered" if arrived else "parcel.scanned", data=scan_facts(parcel, noted))
    if moved and parcel.state == ParcelState.AT_PICKUP_POINT:
        await arrival.wait(viewer, order)
    if moved and parcel.state == ParcelState.RETURNED and order.delivery_mode == DeliveryMode.PICKUP:
        await effects.soon(arrival.BACK, parcel.id)


async def _count_delivered(order: Order, parcel: Parcel) -> None:
    """Units that arrived. A customer who has confirmed receipt has counted all of them already."""
    if order.state not in (OrderState.PARTIALLY_SHIPPED, OrderState.SHIPPED):
        return
    parts = watching.at_stake(await ParcelLine.filter(parcel_id=parcel.id))
    for line in await OrderLine.filter(id__in=list(parts)).order_by("id"):
        line.delivered += parts[line.id]
        await line.save(update_fields=["delivered"])

"""The returns desk: a parcel that has come back is scanned, its goods go on the shelf or are booked as broken."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from uuid import UUID

from domain import effects, idempotency
from domain.access import Permission, Viewer
from domain.fulfillment import interception, tracking, watching
from domain.fulfillment.facts import parcel_facts
from domain.fulfillment.loads import Chosen
from domain.fulfillment.visible import visible
from domain.inventory import stock
from domain.orders.history import lock, tell
from domain.orders.lifecycle import settle_delivery
from kit import clock
from kit.errors import Refused, refuse_all
from kit.text import Localized
from kit.validate import clean_text
from models.fulfillment import CarrierCode, Parcel, ParcelLine, ParcelState
from models.orders import Order, OrderLine

LONGEST_SCAN = 60
AT_THE_DESK: Localized = {"zh-CN": "仓库已收到退回包裹", "en": "Received back at the warehouse"}
COMES_BACK = frozenset(
    {ParcelState.REFUSED, ParcelState.RETURNING, ParcelState.RETURNED, ParcelState.LOST, ParcelState.DAMAGED}
)  # any other one is on its way to its customer, unless somebody had it stopped, or it was silent and made good


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was scanned, and what of it is broken. The rest is as good as new."""

    scan: str
    carrier: CarrierCode | None = None
    broken: tuple[Chosen, ...] = ()


async def receive(viewer: Viewer, receipt: Receipt, *, key: str) -> Parcel:
    """Take a parcel back. What stands behind it goes on as if its carrier had told of it: a case, an interception, or
    the end of the time to collect. The same key does it once."""
    viewer.require(Permission.SHIP)
    work = partial(_receive, viewer, receipt)
    parcel_id = await idempotency.once(viewer, "parcelReceiveBack", key, asked=asdict(receipt), work=work)
    return await Parcel.get(id=parcel_id)


async def _receive(viewer: Viewer, receipt: Receipt) -> UUID:
    found = await _scanned(viewer, receipt)
    order = await lock(viewer, found.order_id)
    parcel = await Parcel.get(id=found.id)
    await _check_comes_back(parcel)
    lines = await ParcelLine.filter(parcel_id=parcel.id).order_by("id")
    left = Counter(watching.not_restocked(lines))
    broken = await _broken(order, left, receipt.broken)
    await _put_away(viewer, order, parcel, good=left - broken, broken=broken)
    parcel.received_back_at = clock.now()
    await parcel.save(update_fields=["received_back_at"])
    data = {**parcel_facts(parcel), "units": left.total(), "broken": broken.total()}
    await tell(viewer, order, kind="parcel.received_back", data=data)
    if parcel.state == ParcelState.RETURNED:
        await effects.soon(watching.WATCH, parcel.id)  # its carrier was quicker: its case may want something else now
    else:
        await tracking.report(viewer, order, parcel, ParcelState.RETURNED, key="desk", words=AT_THE_DESK)
        await settle_delivery(viewer, order)
    return parcel.id


async def _scanned(viewer: Viewer, receipt: Receipt) -> Parcel:
    """The parcel with this waybill, or with this number of the market's own."""
    code = clean_text(receipt.scan, path=("scan",), minimum=1, maximum=LONGEST_SCAN)
    parcels = visible(viewer).filter(waybill__in={code, code.upper()})
    if receipt.carrier is not None:
        parcels = parcels.filter(carrier=receipt.carrier)
    found = await parcels.limit(2) or await visible(viewer).filter(number=code.upper())
    if not found:
        raise Refused("NOT_FOUND", path=("scan",), what="parcel")
    if len(found) > 1:
        raise Refused("REQUIRED", path=("carrier",))
    return found[0]


async def _check_comes_back(parcel: Parcel) -> None:
    if parcel.received_back_at is not None:
        raise Refused("PARCEL_ALREADY_BACK", path=("scan",))
    if parcel.state in COMES_BACK:
        return
    is_given_up = parcel.written_off_at is not None or await interception.is_awaited(parcel.id)
    if parcel.state == ParcelState.DELIVERED or not is_given_up:
        raise Refused("PARCEL_NOT_COMING_BACK", path=("scan",), state=parcel.state.value)


async def _broken(order: Order, left: Mapping[UUID, int], named: Sequence[Chosen]) -> Counter[UUID]:
    """Units by line that are broken; never more than came back and lie on no shelf yet."""
    broken: Counter[UUID] = Counter()
    problems = []
    lines = {line.id for line in await OrderLine.filter(order_id=order.id)}
    for index, one in enumerate(named):
        path = ("broken", str(index))
        broken[one.order_line_id] += one.quantity
        there = left.get(one.order_line_id, 0)
        if one.order_line_id not in lines:
            problems.append(Refused("NOT_FOUND", path=(*path, "orderLineId"), what="order line"))
        elif one.quantity < 1 or broken[one.order_line_id] > there:
            problems.append(Refused("OUT_OF_RANGE", path=(*path, "quantity"), minimum=1, maximum=there))
    refuse_all(problems)
    return broken


async def _put_away(
    viewer: Viewer, order: Order, parcel: Parcel, *, good: Mapping[UUID, int], broken: Mapping[UUID, int]
) -> None:
    if good:
        await stock.restock(viewer, order_id=order.id, quantities=good, reason=f"returns desk {parcel.number}")
        await watching.mark_restocked(parcel, good)
    if broken:
        await stock.scrap(order_id=order.id, quantities=broken)
        await watching.mark_broken(parcel, broken)

"""What is proposed for a delivery that went wrong, and which remedies are possible: the rules behind the queue."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.access import Viewer
from domain.aftersales.states import DELAYS
from domain.fulfillment import watching
from domain.inventory import stock
from domain.orders import dispatch
from domain.orders.lifecycle import open_units
from domain.payments import refunds
from kit.errors import Refused
from models.aftersales import DeliveryCase, Remedy
from models.fulfillment import Parcel, ParcelLine, ParcelState, Trouble
from models.orders import Order, OrderLine, OrderState

CHOICES = (Remedy.RESHIP, Remedy.REFUND)  # between which the customer may choose where both are possible
UNDERWAY = (OrderState.PARTIALLY_SHIPPED, OrderState.SHIPPED)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What should be done, about which units, for how many minor units."""

    remedy: Remedy
    units: Mapping[UUID, int]
    amount: int | None = None

    def as_json(self) -> list[dict[str, object]]:
        return [{"id": str(line_id), "quantity": units} for line_id, units in self.units.items()]


async def propose(viewer: Viewer, order: Order, kind: Trouble, parcel: Parcel | None) -> Proposal:
    """The usual remedy for this trouble: the goods again where they are in stock, else the money."""
    lines = {line.id: line for line in await OrderLine.filter(order_id=order.id).order_by("position")}
    units = await affected(parcel, lines, came_back=kind == Trouble.RETURNED)
    if kind == Trouble.LATE_DISPATCH:
        amount = viewer.market.policy.late_compensation
        return Proposal(Remedy.COMPENSATE, units, amount) if amount else Proposal(Remedy.WAIT, units)
    if kind in DELAYS and not comes_back(kind, parcel):
        return Proposal(Remedy.WAIT, units)
    if kind == Trouble.RETURNED:
        owed = watching.at_stake(await _parts(parcel))
        if not units:
            return refund_of(lines, owed)  # the returns desk has put everything away
        return Proposal(Remedy.RETURN_TO_STOCK, units, worth(lines, owed) or None)
    is_gone = kind not in (Trouble.REFUSED, Trouble.FAILED_ATTEMPTS)
    sendable = is_gone and order.state in UNDERWAY and await _in_stock(lines, units)
    return Proposal(Remedy.RESHIP, units) if sendable else refund_of(lines, units)


def refund_of(lines: Mapping[UUID, OrderLine], units: Mapping[UUID, int]) -> Proposal:
    """The money of these units."""
    return Proposal(Remedy.REFUND, units, worth(lines, units) or None)


def worth(lines: Mapping[UUID, OrderLine], units: Mapping[UUID, int]) -> int:
    """What these units refund, minor units; units whose money went back already count for nothing."""
    left = {line_id: min(count, lines[line_id].quantity - lines[line_id].refunded) for line_id, count in units.items()}
    return sum(refunds.worth(lines[line_id], count) for line_id, count in left.items() if count > 0)


async def affected(parcel: Parcel | None, lines: Mapping[UUID, OrderLine], *, came_back: bool) -> dict[UUID, int]:
    """The units that a case is about, in the order of the lines: those on their way, or those that came back."""
    if parcel is None:
        return {line.id: open_units(line) for line in lines.values() if open_units(line)}
    parts = await _parts(parcel)
    found = watching.not_restocked(parts) if came_back else watching.at_stake(parts)
    return {line_id: found[line_id] for line_id in lines if line_id in found}


def check(remedy: Remedy, order: Order, parcel: Parcel | None) -> None:
    """Refuse a remedy that cannot be, as things stand."""
    if remedy == Remedy.RESHIP:
        if parcel is None:
            raise Refused("REMEDY_NOT_POSSIBLE", path=("remedy",), why="nothing has been shipped yet")
        if parcel.state == ParcelState.DELIVERED or order.state not in UNDERWAY:
            raise Refused("REMEDY_NOT_POSSIBLE", path=("remedy",), why="the goods have arrived")
    if remedy == Remedy.REFUND:
        if parcel is None and order.state not in dispatch.UNSHIPPED:
            raise Refused("REMEDY_NOT_POSSIBLE", path=("remedy",), why="nothing is left to ship")
        if order.captured <= order.refunded:
            raise Refused("ALL_REFUNDED", path=("remedy",))
    if remedy == Remedy.RETURN_TO_STOCK and (parcel is None or parcel.state != ParcelState.RETURNED):
        raise Refused("REMEDY_NOT_POSSIBLE", path=("remedy",), why="the goods have not come back")


def is_possible(remedy: Remedy, order: Order, parcel: Parcel | None) -> bool:
    """What `check` would say."""
    try:
        check(remedy, order, parcel)
    except Refused:
        return False
    return True


def may_choose(kind: Trouble, order: Order, parcel: Parcel | None) -> bool:
    """Whether the customer may choose between the goods again and the money."""
    if kind not in (Trouble.LOST, Trouble.DAMAGED, Trouble.REFUSED) and not comes_back(kind, parcel):
        return False
    return all(is_possible(remedy, order, parcel) for remedy in CHOICES)


def comes_back(kind: Trouble, parcel: Parcel | None) -> bool:
    """Whether a parcel was tried in vain for the last time: until then waiting for the next try is usual."""
    return kind == Trouble.FAILED_ATTEMPTS and parcel is not None and parcel.state in watching.WAY_BACK


def units_of(case: DeliveryCase) -> dict[UUID, int]:
    """The units that a case is about, as it was written."""
    return {UUID(str(line["id"])): int(str(line["quantity"])) for line in case.lines}


async def _parts(parcel: Parcel | None) -> list[ParcelLine]:
    return await ParcelLine.filter(parcel_id=parcel.id) if parcel else []


async def _in_stock(lines: Mapping[UUID, OrderLine], units: Mapping[UUID, int]) -> bool:
    needed: dict[UUID, int] = {}
    for line_id, count in units.items():
        variant_id = lines[line_id].variant_id
        needed[variant_id] = needed.get(variant_id, 0) + count
    free = await stock.available(list(needed))
    return bool(needed) and all(free[variant_id] >= count for variant_id, count in needed.items())

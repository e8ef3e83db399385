"""Which units go into which parcel: each parcel leaves from one warehouse, and there are as few as can be."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.orders.lifecycle import open_units
from kit.errors import Refused, refuse_all
from models.inventory import Reservation
from models.orders import OrderLine


@dataclass(frozen=True, slots=True)
class Chosen:
    """Units of an order line that are to be shipped now."""

    order_line_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Load:
    """What one parcel takes out of one warehouse: units by order line."""

    warehouse_id: UUID
    quantities: Mapping[UUID, int]


def loads_of(
    lines: Sequence[OrderLine],
    held: Sequence[Reservation],
    *,
    chosen: Sequence[Chosen] | None = None,
    warehouse_id: UUID | None = None,
) -> list[Load]:
    """The parcels that the chosen units make; nothing chosen: all that is there, or lies in the warehouse.

    A unit is shipped from where it is held: NOT_RESERVED where too few are. What the order waits for follows.
    """
    here = [promise for promise in held if warehouse_id in (None, promise.warehouse_id)]
    if chosen is not None:
        return _packed(_checked(lines, chosen), here)
    there = _units(here)
    wanted = {line.id: min(open_units(line), there[line.id]) for line in lines if open_units(line) and there[line.id]}
    if not wanted and warehouse_id is not None:
        raise Refused("NOTHING_IN_WAREHOUSE", path=("warehouseId",))
    if not wanted:
        raise Refused("NOTHING_IS_THERE")
    return _packed(wanted, here)


def _checked(lines: Sequence[OrderLine], chosen: Sequence[Chosen]) -> dict[UUID, int]:
    if not chosen:
        raise Refused("REQUIRED", path=("lines",))
    known = {line.id: line for line in lines}
    wanted: Counter[UUID] = Counter()
    problems = []
    for index, one in enumerate(chosen):
        path = ("lines", str(index))
        line = known.get(one.order_line_id)
        if line is None:
            problems.append(Refused("NOT_FOUND", path=(*path, "orderLineId"), what="order line"))
            continue
        wanted[line.id] += one.quantity
        if one.quantity < 1 or wanted[line.id] > open_units(line):
            problems.append(Refused("MORE_THAN_OPEN", path=(*path, "quantity"), line=line, open=open_units(line)))
    refuse_all(problems)
    return dict(wanted)


def _packed(wanted: Mapping[UUID, int], held: Sequence[Reservation]) -> list[Load]:
    """Take the warehouse that has most of what is still missing, again and again."""
    places: dict[UUID, Counter[UUID]] = {}
    for promise in held:
        places.setdefault(promise.warehouse_id, Counter())[promise.order_line_id] += promise.quantity
    _check_held(wanted, held)
    missing = Counter(wanted)
    loads = []
    while missing.total():
        shares = {place: missing & units for place, units in places.items()}
        best = max(shares, key=lambda place: shares[place].total())
        loads.append(Load(best, dict(shares[best])))
        missing -= shares[best]
        del places[best]  # it has given what it holds: units that are packed are not there a second time
    return loads


def _check_held(wanted: Mapping[UUID, int], held: Sequence[Reservation]) -> None:
    there = _units(held)
    refuse_all(
        [
            Refused("NOT_RESERVED", path=("lines", str(index)), requested=units, held=there[line_id])
            for index, (line_id, units) in enumerate(wanted.items())
            if there[line_id] < units
        ]
    )


def _units(held: Sequence[Reservation]) -> Counter[UUID]:
    units: Counter[UUID] = Counter()
    for promise in held:
        units[promise.order_line_id] += promise.quantity
    return units

"""Stock of the warehouses: what is free, promises to orders and their end, counts by hand. Nothing is oversold."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import F
from tortoise.functions import Sum

from domain.access import Permission, Viewer
from domain.inventory.allocation import Place, allocate
from domain.inventory.levels import Change, locked, move, place_of
from kit import clock
from kit.errors import Refused, refuse_all
from models.catalog import Variant
from models.database import connection, persistent, transaction
from models.inventory import MovementKind, Reservation, ReservationState, StockLevel, Warehouse

LARGEST_COUNT = 1_000_000_000  # units in one place
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of a variant that an order line needs. `path` leads to the line in the caller's input."""

    order_line_id: UUID
    variant_id: UUID
    quantity: int
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Broken:
    """A place whose sums do not agree: its level, what the movements say, and what is held."""

    warehouse_id: UUID
    variant_id: UUID
    on_hand: int
    reserved: int
    moved_on_hand: int
    moved_reserved: int
    held: int


async def available(variant_ids: Collection[UUID]) -> dict[UUID, int]:
    """Units that can be sold now, over all active warehouses; 0 for a variant without stock. One statement."""
    free = dict.fromkeys(variant_ids, 0)
    if free:
        levels = StockLevel.filter(variant_id__in=list(free), warehouse__is_active=True)
        sums = levels.annotate(free=Sum(F("on_hand") - F("reserved"))).group_by("variant_id")
        free.update({variant_id: int(units) for variant_id, units in await sums.values_list("variant_id", "free")})
    return free


# ------------------------------------------------------------------------- promises, in the caller's transaction


async def reserve(viewer: Viewer, *, order_id: UUID, wanted: Sequence[Wanted], province: str) -> list[Reservation]:
    """Promise units to the lines of an order, from as few warehouses as can be, those of the province first.

    All variants that are short are refused at once (INSUFFICIENT_STOCK), and then nothing has changed.
    """
    needed: Counter[UUID] = Counter()
    for one in wanted:
        needed[one.variant_id] += one.quantity
    ranked = await _ranked(province)
    levels = await locked(StockLevel.filter(variant_id__in=list(needed), warehouse_id__in=ranked))
    free = {place_of(level): level.available for level in levels}
    await _refuse_shortage(wanted, needed, free)

    shares = allocate(needed, free, ranked)
    now = clock.now()
    promises = [
        Reservation(
            order_id=order_id,
            order_line_id=one.order_line_id,
            warehouse_id=warehouse_id,
            variant_id=one.variant_id,
            quantity=units,
            created_at=now,
        )
        for one, warehouse_id, units in _deal(wanted, shares, ranked)
    ]
    await Reservation.bulk_create(promises)
    changes = {place: Change(reserved=units) for place, units in shares.items()}
    await move(viewer, MovementKind.RESERVE, levels, changes, order_id=order_id)
    return promises


async def release(viewer: Viewer, *, order_id: UUID, quantities: Mapping[UUID, int] | None = None) -> None:
    """Give units back by order line; None gives back everything that is still held, which may be nothing."""
    held = await _promises(order_id, ReservationState.HELD)
    if quantities is None:
        taken = [(promise, promise.quantity) for promise in held]
    else:
        taken = _taken(list(reversed(held)), quantities)  # the parcel that was the second choice goes first
    await _end(viewer, taken, ReservationState.RELEASED, MovementKind.RELEASE, order_id=order_id)


async def ship(viewer: Viewer, *, order_id: UUID, warehouse_id: UUID, quantities: Mapping[UUID, int]) -> None:
    """Units of order lines leave the house; NOT_RESERVED when that warehouse does not hold them for the line."""
    held = await _promises(order_id, ReservationState.HELD)
    here = [promise for promise in held if promise.warehouse_id == warehouse_id]
    await _end(viewer, _taken(here, quantities), ReservationState.SHIPPED, MovementKind.SHIP, order_id=order_id)


async def lock(places: Collection[Place]) -> None:
    """Hold these levels until the transaction ends; first, for an action that changes them in several steps."""
    warehouses, variants = {warehouse_id for warehouse_id, _ in places}, {variant_id for _, variant_id in places}
    await locked(StockLevel.filter(warehouse_id__in=warehouses, variant_id__in=variants))


async def restock(viewer: Viewer, *, order_id: UUID, quantities: Mapping[UUID, int], reason: str = "") -> None:
    """Shipped units of order lines come back to the shelf that they left, never more than were shipped."""
    shipped = await _promises(order_id, ReservationState.SHIPPED)
    taken = _taken(shipped, quantities)
    await _end(viewer, taken, ReservationState.RETURNED, MovementKind.RESTOCK, order_id=order_id, reason=reason)


async def held(order_id: UUID) -> list[Reservation]:
    """What is still promised to an order, and where it lies."""
    return await Reservation.filter(order_id=order_id, state=ReservationState.HELD).order_by("id")


async def _ranked(province: str) -> list[UUID]:
    warehouses = await Warehouse.filter(is_active=True)
    warehouses.sort(key=lambda warehouse: (warehouse.province != province, warehouse.priority, warehouse.code))
    return [warehouse.id for warehouse in warehouses]


async def _refuse_shortage(wanted: Sequence[Wanted], needed: Mapping[UUID, int], free: Mapping[Place, int]) -> None:
    sums: Counter[UUID] = Counter()
    for (_, variant_id), units in free.items():
        sums[variant_id] += units
    short = [variant_id for variant_id, units in needed.items() if sums[variant_id] < units]
    if not short:
        return
    rows = {row.id: row for row in await Variant.filter(id__in=short)}
    paths = {one.variant_id: one.path for one in reversed(wanted)}  # the first line of each variant
    refuse_all(
        [
            Refused(
                "INSUFFICIENT_STOCK",
                path=paths[variant_id],
                variant=rows.get(variant_id),
                requested=needed[variant_id],
                available=sums[variant_id],
            )
            for variant_id in short
        ]
    )


def _deal(
    wanted: Sequence[Wanted], shares: Mapping[Place, int], ranked: Sequence[UUID]
) -> Iterable[tuple[Wanted, UUID, int]]:
    """Hand the units of each place out to the lines, in the order of the lines."""
    left = dict(shares)
    for one in wanted:
        missing = one.quantity
        for warehouse_id in ranked:
            part = min(missing, left.get((warehouse_id, one.variant_id), 0))
            if part > 0:
                left[warehouse_id, one.variant_id] -= part
                missing -= part
                yield one, warehouse_id, part


async def _promises(order_id: UUID, state: ReservationState) -> list[Reservation]:
    return await Reservation.filter(order_id=order_id, state=state).order_by("id").select_for_update()


def _taken(promises: Sequence[Reservation], quantities: Mapping[UUID, int]) -> list[tuple[Reservation, int]]:
    """Units out of promises, as many as asked for by line; all lines that have too few are refused at once."""
    taken, problems = [], []
    for index, (line_id, asked) in enumerate(quantities.items()):
        own = [promise for promise in promises if promise.order_line_id == line_id]
        held = sum(promise.quantity for promise in own)
        if not 0 <= asked <= held:
            problems.append(Refused("NOT_RESERVED", path=("lines", str(index)), requested=asked, held=held))
            continue
        for promise in own:
            part = min(asked, promise.quantity)
            if part:
                taken.append((promise, part))
                asked -= part
    refuse_all(problems)
    return taken


EFFECTS = {
    ReservationState.RELEASED: (0, -1),
    ReservationState.SHIPPED: (-1, -1),
    ReservationState.RETURNED: (1, 0),
}  # what one unit does to on_hand and reserved


async def _end(
    viewer: Viewer,
    taken: Sequence[tuple[Reservation, int]],
    state: ReservationState,
    kind: MovementKind,
    *,
    order_id: UUID,
    reason: str = "",
) -> None:
    if not taken:
        return
    on_hand, reserved = EFFECTS[state]
    units: Counter[Place] = Counter()
    for promise, part in taken:
        units[promise.warehouse_id, promise.variant_id] += part
    changes = {place: Change(on_hand=count * on_hand, reserved=count * reserved) for place, count in units.items()}
    levels = await locked(
        StockLevel.filter(
            warehouse_id__in={warehouse_id for warehouse_id, _ in units},
            variant_id__in={variant_id for _, variant_id in units},
        )
    )
    await _mark(taken, state)
    await move(viewer, kind, levels, changes, order_id=order_id, reason=reason)


async def _mark(taken: Sequence[tuple[Reservation, int]], state: ReservationState) -> None:
    """A promise that ends as a whole changes its state; a part of one becomes a row of its own."""
    now = clock.now()
    whole = [promise.id for promise, part in taken if part == promise.quantity]
    if whole:
        await Reservation.filter(id__in=whole).update(state=state, ended_at=now)
    parts = [(promise, part) for promise, part in taken if part < promise.quantity]
    for promise, part in parts:
        await Reservation.filter(id=promise.id).update(quantity=F("quantity") - part)
    await Reservation.bulk_create(
        Reservation(
            order_id=promise.order_id,
            order_line_id=promise.order_line_id,
            warehouse_id=promise.warehouse_id,
            variant_id=promise.variant_id,
            quantity=part,
            state=state,
            created_at=promise.created_at,
            ended_at=now,
        )
        for promise, part in parts
    )


# ------------------------------------------------------------------------------------------------ counts by hand


@persistent
async def set_on_hand(
    viewer: Viewer, *, variant_id: UUID, warehouse_id: UUID, on_hand: int, reason: str = ""
) -> StockLevel:
    """Write down what was counted on the shelf; never less than is promised."""
    _check_count("onHand", on_hand, minimum=0)
    async with transaction():
        level = await _level(viewer, variant_id=variant_id, warehouse_id=warehouse_id)
        await _correct(viewer, MovementKind.ADJUST, level, on_hand - level.on_hand, path="onHand", reason=reason)
    return level


@persistent
async def adjust(viewer: Viewer, *, variant_id: UUID, warehouse_id: UUID, change: int, reason: str = "") -> StockLevel:
    """Add or take away units that were found, broken or lost; never below what is promised."""
    _check_count("change", change, minimum=-LARGEST_COUNT)
    async with transaction():
        level = await _level(viewer, variant_id=variant_id, warehouse_id=warehouse_id)
        await _correct(viewer, MovementKind.ADJUST, level, change, path="change", reason=reason)
    return level


@persistent
async def receive(
    viewer: Viewer, *, variant_id: UUID, warehouse_id: UUID, quantity: int, reason: str = ""
) -> StockLevel:
    """Goods came in."""
    _check_count("quantity", quantity, minimum=1)
    async with transaction():
        level = await _level(viewer, variant_id=variant_id, warehouse_id=warehouse_id)
        await _correct(viewer, MovementKind.RECEIVE, level, quantity, path="quantity", reason=reason)
    return level


def _check_count(name: str, count: int, *, minimum: int) -> None:
    if not minimum <= count <= LARGEST_COUNT:
        raise Refused("OUT_OF_RANGE", path=(name,), minimum=minimum, maximum=LARGEST_COUNT)


async def _level(viewer: Viewer, *, variant_id: UUID, warehouse_id: UUID) -> StockLevel:
    """The level of a place, locked; an empty one is made where there was none."""
    viewer.require(Permission.EDIT_STOCK)
    problems = []
    if not await Variant.exists(id=variant_id):
        problems.append(Refused("NOT_FOUND", path=("variantId",), what="variant"))
    if not await Warehouse.exists(id=warehouse_id):
        problems.append(Refused("NOT_FOUND", path=("warehouseId",), what="warehouse"))
    refuse_all(problems)
    await StockLevel.bulk_create([StockLevel(variant_id=variant_id, warehouse_id=warehouse_id)], ignore_conflicts=True)
    return await locked(StockLevel.filter(variant_id=variant_id, warehouse_id=warehouse_id)).get()


async def _correct(
    viewer: Viewer, kind: MovementKind, level: StockLevel, change: int, *, path: str, reason: str
) -> None:
    if len(reason) > LONGEST_REASON:
        raise Refused("TOO_LONG", path=("reason",), maximum=LONGEST_REASON)
    on_hand = level.on_hand + change
    if on_hand < level.reserved:
        raise Refused("STOCK_PROMISED", path=(path,), reserved=level.reserved, on_hand=level.on_hand)
    if on_hand > LARGEST_COUNT:
        raise Refused("OUT_OF_RANGE", path=(path,), minimum=0, maximum=LARGEST_COUNT)
    if change:
        await move(viewer, kind, [level], {place_of(level): Change(on_hand=change)}, reason=reason)


# --------------------------------------------------------------------------------------------------- the invariant

_SUMS = """
SELECT warehouse_id, variant_id, SUM(on_hand) AS on_hand, SUM(reserved) AS reserved,
       SUM(moved_on_hand) AS moved_on_hand, SUM(moved_reserved) AS moved_reserved, SUM(held) AS held
FROM (
  SELECT warehouse_id, variant_id, on_hand, reserved, 0 AS moved_on_hand, 0 AS moved_reserved, 0 AS held
    FROM stock_level
  UNION ALL
  SELECT warehouse_id, variant_id, 0, 0, on_hand_change, reserved_change, 0 FROM stock_movement
  UNION ALL
  SELECT warehouse_id, variant_id, 0, 0, 0, 0, quantity FROM reservation WHERE state = 'HELD'
) AS entries
GROUP BY warehouse_id, variant_id
HAVING SUM(on_hand) <> SUM(moved_on_hand) OR SUM(reserved) <> SUM(moved_reserved) OR SUM(reserved) <> SUM(held)
"""


async def broken_sums() -> list[Broken]:
    """Places where level, movements and held promises disagree; there are none. One statement, one moment."""
    rows = await connection().execute_query_dict(_SUMS)
    return [
        Broken(
            UUID(str(row["warehouse_id"])),
            UUID(str(row["variant_id"])),
            *(int(row[column]) for column in ("on_hand", "reserved", "moved_on_hand", "moved_reserved", "held")),
        )
        for row in rows
    ]

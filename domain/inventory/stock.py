"""Promises of stock to orders, from the first hold to their end, and counts by hand. Nothing is oversold."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from tortoise.expressions import F, Q, Subquery

from domain.access import Permission, Viewer
from domain.inventory import bundles, holds
from domain.inventory.allocation import Place
from domain.inventory.availability import available as available  # this module is the door to stock for areas above
from domain.inventory.bundles import parts_in, parts_of
from domain.inventory.holds import Hold as Hold
from domain.inventory.levels import Change, locked, move, place_of
from domain.inventory.places import Region as Region
from domain.inventory.planning import Wanted as Wanted
from domain.inventory.planning import draw_up, shortages, write_down
from domain.inventory.sums import broken_sums as broken_sums
from kit import clock
from kit.errors import Refused, refuse_all
from models.catalog import Variant
from models.database import persistent, transaction
from models.inventory import (
    AdjustmentReason,
    Allocation,
    AllocationCause,
    BundlePart,
    MovementKind,
    Reservation,
    ReservationState,
    StockLevel,
    StockMovement,
    Warehouse,
)

LARGEST_COUNT = 1_000_000_000  # units in one place
LONGEST_REASON = 200
ADDING = frozenset({AdjustmentReason.FOUND, AdjustmentReason.RETURNED})
TAKING = frozenset(AdjustmentReason) - ADDING - {AdjustmentReason.OTHER}


# ------------------------------------------------------------------------- promises, in the caller's transaction


async def reserve(
    viewer: Viewer,
    *,
    order_id: UUID,
    wanted: Sequence[Wanted],
    region: Region,
    hold: Hold | None = None,
    cause: AllocationCause = AllocationCause.PLACED,
    partial: bool = False,
    without: Collection[UUID] = (),
) -> list[Reservation]:
    """Promise units to the lines of an order, from the warehouses that the rules choose, and write the choice down.

    All variants that are short are refused at once (INSUFFICIENT_STOCK), and then nothing has changed; with `partial`
    what is there is promised, and the caller sees from the promises what is not. A `hold` is of an order that is not
    paid: it counts against its customer's limit (HOLD_LIMIT). `without` leaves warehouses out.
    """
    plan = await draw_up(wanted, region, lock=True, partial=partial, without=without)
    problems = [] if partial else await shortages(plan, wanted)
    if hold is not None:
        problems += await holds.beyond_limit(viewer, hold.customer_key, plan, wanted)
    refuse_all(problems)
    dealt = list(_deal(wanted, plan.shares, [house.id for house in plan.houses]))
    now = clock.now()
    promises = [
        Reservation(
            order_id=order_id,
            order_line_id=one.order_line_id,
            warehouse_id=warehouse_id,
            variant_id=one.variant_id,
            bundle_id=plan.made_of[one.variant_id].bundle_id,
            quantity=units,
            customer_key=hold.customer_key if hold else None,
            expires_at=hold.until if hold else None,
            created_at=now,
        )
        for one, warehouse_id, units in dealt
    ]
    if not promises:
        return []
    await Reservation.bulk_create(promises)
    changes: Counter[Place] = Counter()
    for (warehouse_id, variant_id), units in plan.shares.items():
        for piece, count in plan.made_of[variant_id].parts:
            changes[warehouse_id, piece] += units * count
    reserved = {place: Change(reserved=units) for place, units in changes.items()}
    await move(viewer, MovementKind.RESERVE, plan.levels, reserved, order_id=order_id)
    await write_down(plan, promises, order_id=order_id, cause=cause)
    return promises


async def keep(order_id: UUID) -> None:
    """The order is paid: what it holds has no end any more, and counts against nobody's limit."""
    await Reservation.filter(order_id=order_id, state=ReservationState.HELD, expires_at__isnull=False).update(
        expires_at=None, customer_key=None
    )


async def release(
    viewer: Viewer,
    *,
    order_id: UUID,
    quantities: Mapping[UUID, int] | None = None,
    warehouse_id: UUID | None = None,
    reason: str = "",
) -> None:
    """Give units back by order line; None gives back everything that is still held, which may be nothing.

    With a warehouse, only what is held there. What lies in a package is not given back: UNITS_PACKED.
    """
    held = await _promises(order_id, ReservationState.HELD)
    held = [promise for promise in held if warehouse_id in (None, promise.warehouse_id)]
    if quantities is None:
        taken = [(promise, promise.quantity) for promise in held]
        if any(promise.packed for promise in held):
            raise Refused("UNITS_PACKED", packed=sum(promise.packed for promise in held))
    else:
        taken = _taken(list(reversed(held)), quantities)  # the parcel that was the second choice goes first
    await _end(viewer, taken, ReservationState.RELEASED, MovementKind.RELEASE, order_id=order_id, reason=reason)


async def ship(
    viewer: Viewer, *, order_id: UUID, warehouse_id: UUID, quantities: Mapping[UUID, int], packed: bool = False
) -> None:
    """Units of order lines leave the house; NOT_RESERVED when that warehouse does not hold them for the line.

    Those that lie in packages leave when they are asked for as `packed`, the others when they are not.
    """
    held = await _promises(order_id, ReservationState.HELD)
    here = [promise for promise in held if promise.warehouse_id == warehouse_id]
    taken = _taken(here, quantities, packed=packed)
    if packed:
        for promise, part in taken:
            await Reservation.filter(id=promise.id).update(packed=F("packed") - part)
    await _end(viewer, taken, ReservationState.SHIPPED, MovementKind.SHIP, order_id=order_id)


async def lose(
    viewer: Viewer,
    *,
    order_id: UUID,
    warehouse_id: UUID,
    quantities: Mapping[UUID, int],
    broken: Mapping[UUID, int] | None = None,
    reason: str = "",
) -> None:
    """Units promised to order lines are not there, or broken: promise and shelf lose them at once.

    `broken` says which variants are gone where a bundle loses only some of its parts: the others stay on the shelf. The
    caller tells the order: `orders.shortages.report`.
    """
    held = await _promises(order_id, ReservationState.HELD)
    taken = _taken([promise for promise in held if promise.warehouse_id == warehouse_id], quantities)
    if not taken:
        return
    units = await _pieces(taken)
    gone = units if broken is None else {(warehouse_id, variant_id): count for variant_id, count in broken.items()}
    changes = {place: Change(on_hand=-gone.get(place, 0), reserved=-count) for place, count in units.items()}
    levels = await _levels_at(changes)
    await _mark(taken, ReservationState.LOST)
    await move(viewer, MovementKind.ADJUST, levels, changes, order_id=order_id, reason=reason)


async def lock(places: Collection[Place]) -> None:
    """Hold these levels until the transaction ends; first, for an action that changes them in several steps."""
    warehouses, variants = {warehouse_id for warehouse_id, _ in places}, {variant_id for _, variant_id in places}
    parts = BundlePart.filter(bundle__variant_id__in=variants).values("variant_id")
    of_these = Q(variant_id__in=variants) | Q(variant_id__in=Subquery(parts))
    await locked(StockLevel.filter(of_these, warehouse_id__in=warehouses))


async def lock_variants(variant_ids: Collection[UUID]) -> list[StockLevel]:
    """Hold the levels of these variants and of their parts, wherever they are; first, where somebody's waiting ends."""
    parts = BundlePart.filter(bundle__variant_id__in=list(variant_ids)).values("variant_id")
    of_these = Q(variant_id__in=list(variant_ids)) | Q(variant_id__in=Subquery(parts))
    return await locked(StockLevel.filter(of_these))


async def hand_over(order_id: UUID, *, to: UUID) -> None:
    """What is held under one key is held under another from now on: a change becomes part of its order."""
    await Reservation.filter(order_id=order_id, state=ReservationState.HELD).update(order_id=to)
    await StockMovement.filter(order_id=order_id).update(order_id=to)
    await Allocation.filter(order_id=order_id).update(order_id=to)


async def restock(viewer: Viewer, *, order_id: UUID, quantities: Mapping[UUID, int], reason: str = "") -> None:
    """Shipped units of order lines come back to the shelf that they left, never more than were shipped."""
    shipped = await _promises(order_id, ReservationState.SHIPPED)
    taken = _taken(shipped, quantities)
    await _end(viewer, taken, ReservationState.RETURNED, MovementKind.RESTOCK, order_id=order_id, reason=reason)


async def scrap(*, order_id: UUID, quantities: Mapping[UUID, int]) -> None:
    """Shipped units of order lines have come back broken: they left the shelf when they were shipped, and stay off."""
    shipped = await _promises(order_id, ReservationState.SHIPPED)
    await _mark(_taken(shipped, quantities), ReservationState.LOST)


async def held(order_id: UUID) -> list[Reservation]:
    """What is still promised to an order, and where it lies."""
    return await Reservation.filter(order_id=order_id, state=ReservationState.HELD).order_by("id")


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


def _taken(
    promises: Sequence[Reservation], quantities: Mapping[UUID, int], *, packed: bool = False
) -> list[tuple[Reservation, int]]:
    """Units out of promises, as many as asked for by line; all lines that have too few are refused at once."""
    taken, problems = [], []
    for index, (line_id, asked) in enumerate(quantities.items()):
        own = [promise for promise in promises if promise.order_line_id == line_id]
        free = [promise.packed if packed else promise.quantity - promise.packed for promise in own]
        if not 0 <= asked <= sum(free):
            problems.append(_too_few(own, asked).at("lines", str(index)))
            continue
        for promise, there in zip(own, free, strict=True):
            part = min(asked, there)
            if part:
                taken.append((promise, part))
                asked -= part
    refuse_all(problems)
    return taken


def _too_few(own: Sequence[Reservation], asked: int) -> Refused:
    held, packed = sum(promise.quantity for promise in own), sum(promise.packed for promise in own)
    if packed and 0 <= asked <= held:
        return Refused("UNITS_PACKED", packed=packed)
    return Refused("NOT_RESERVED", requested=asked, held=held)


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
    units = await _pieces(taken)
    changes = {place: Change(on_hand=count * on_hand, reserved=count * reserved) for place, count in units.items()}
    levels = await _levels_at(changes)
    await _mark(taken, state)
    await move(viewer, kind, levels, changes, order_id=order_id, reason=reason)


async def _pieces(taken: Sequence[tuple[Reservation, int]]) -> dict[Place, int]:
    """What these units are on the shelves, bundles taken apart."""
    made_of = await parts_of(promise for promise, _ in taken)
    units: Counter[Place] = Counter()
    for promise, part in taken:
        for piece, count in parts_in(promise, made_of):
            units[promise.warehouse_id, piece] += part * count
    return dict(units)


async def _levels_at(places: Collection[Place]) -> list[StockLevel]:
    return await locked(
        StockLevel.filter(
            warehouse_id__in={warehouse_id for warehouse_id, _ in places},
            variant_id__in={variant_id for _, variant_id in places},
        )
    )


async def _mark(taken: Sequence[tuple[Reservation, int]], state: ReservationState) -> None:
    """A promise that ends as a whole changes its state; a part of one becomes a row of its own."""
    now = clock.now()
    whole = [promise.id for promise, part in taken if part == promise.quantity]
    if whole:
        await Reservation.filter(id__in=whole).update(state=state, ended_at=now, customer_key=None)
    parts = [(promise, part) for promise, part in taken if part < promise.quantity]
    for promise, part in parts:
        await Reservation.filter(id=promise.id).update(quantity=F("quantity") - part)
    await Reservation.bulk_create(
        Reservation(
            order_id=promise.order_id,
            order_line_id=promise.order_line_id,
            warehouse_id=promise.warehouse_id,
            variant_id=promise.variant_id,
            bundle_id=promise.bundle_id,
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
        level = await level_for_update(viewer, variant_id=variant_id, warehouse_id=warehouse_id)
        await _correct(viewer, MovementKind.ADJUST, level, on_hand - level.on_hand, path="onHand", reason=reason)
    return level


@persistent
async def adjust(
    viewer: Viewer,
    *,
    variant_id: UUID,
    warehouse_id: UUID,
    change: int,
    cause: AdjustmentReason = AdjustmentReason.OTHER,
    reason: str = "",
) -> StockLevel:
    """Add or take away units that were found, broken or lost; never below what is promised."""
    _check_count("change", change, minimum=-LARGEST_COUNT)
    if (cause in ADDING and change < 0) or (cause in TAKING and change > 0):
        raise Refused("CAUSE_DOES_NOT_FIT", path=("cause",))
    async with transaction():
        level = await level_for_update(viewer, variant_id=variant_id, warehouse_id=warehouse_id)
        await _correct(viewer, MovementKind.ADJUST, level, change, path="change", reason=reason, cause=cause)
    return level


@persistent
async def receive(
    viewer: Viewer, *, variant_id: UUID, warehouse_id: UUID, quantity: int, reason: str = ""
) -> StockLevel:
    """Goods came in."""
    _check_count("quantity", quantity, minimum=1)
    async with transaction():
        level = await level_for_update(viewer, variant_id=variant_id, warehouse_id=warehouse_id)
        await _correct(viewer, MovementKind.RECEIVE, level, quantity, path="quantity", reason=reason)
    return level


def _check_count(name: str, count: int, *, minimum: int) -> None:
    if not minimum <= count <= LARGEST_COUNT:
        raise Refused("OUT_OF_RANGE", path=(name,), minimum=minimum, maximum=LARGEST_COUNT)


async def level_for_update(viewer: Viewer, *, variant_id: UUID, warehouse_id: UUID) -> StockLevel:
    """The level of a place, locked; an empty one is made where there was none."""
    viewer.require(Permission.EDIT_STOCK)
    problems = []
    if not await Variant.exists(id=variant_id):
        problems.append(Refused("NOT_FOUND", path=("variantId",), what="variant"))
    if not await Warehouse.exists(id=warehouse_id):
        problems.append(Refused("NOT_FOUND", path=("warehouseId",), what="warehouse"))
    refuse_all(problems)
    await bundles.refuse_counts([variant_id], path=("variantId",))
    await StockLevel.bulk_create([StockLevel(variant_id=variant_id, warehouse_id=warehouse_id)], ignore_conflicts=True)
    return await locked(StockLevel.filter(variant_id=variant_id, warehouse_id=warehouse_id)).get()


async def _correct(
    viewer: Viewer,
    kind: MovementKind,
    level: StockLevel,
    change: int,
    *,
    path: str,
    reason: str,
    cause: AdjustmentReason | None = None,
) -> None:
    if len(reason) > LONGEST_REASON:
        raise Refused("TOO_LONG", path=("reason",), maximum=LONGEST_REASON)
    on_hand = level.on_hand + change
    if on_hand < level.reserved:
        raise Refused("STOCK_PROMISED", path=(path,), reserved=level.reserved, on_hand=level.on_hand)
    if on_hand > LARGEST_COUNT:
        raise Refused("OUT_OF_RANGE", path=(path,), minimum=0, maximum=LARGEST_COUNT)
    if change:
        await move(viewer, kind, [level], {place_of(level): Change(on_hand=change)}, cause=cause, reason=reason)

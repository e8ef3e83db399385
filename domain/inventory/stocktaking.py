"""Counting what really lies in a warehouse: counts are collected, their differences shown, then applied at once."""

from collections.abc import Sequence
from uuid import UUID

from domain.access import Permission, Viewer
from domain.inventory import bundles
from domain.inventory.levels import Change, locked, move, place_of
from domain.inventory.stock import LARGEST_COUNT
from domain.inventory.transfers import Units
from kit import clock, ids
from kit.errors import Refused, refuse_all
from models.catalog import Variant
from models.database import persistent
from models.inventory import MovementKind, StockLevel, Stocktake, StocktakeCount, StocktakeState, Warehouse

COUNTED_AT_ONCE = 500


async def start(viewer: Viewer, warehouse_id: UUID, *, note: str = "") -> Stocktake:
    """Begin to count. One stocktake of a warehouse is open at a time: this one is given again until it ends."""
    viewer.require(Permission.EDIT_STOCK)
    async with viewer.market.change():
        if await Warehouse.filter(id=warehouse_id).select_for_update().first() is None:
            raise Refused("NOT_FOUND", path=("warehouseId",), what="warehouse")
        known = await Stocktake.filter(warehouse_id=warehouse_id, state=StocktakeState.OPEN).first()
        return known or await Stocktake.create(
            number=f"C{ids.readable(10)}", warehouse_id=warehouse_id, note=note, started_at=clock.now()
        )


@persistent
async def count(viewer: Viewer, stocktake_id: UUID, counted: Sequence[Units]) -> Stocktake:
    """Write down what lies there of some variants, promised units included; a second count replaces the first.

    Beside it stands what the level says at this moment: units that move later do not count as a difference.
    """
    async with viewer.market.change():
        stocktake = await _open(viewer, stocktake_id)
        await _check(counted)
        keys = [one.variant_id for one in counted]
        levels = await locked(StockLevel.filter(warehouse_id=stocktake.warehouse_id, variant_id__in=keys))
        on_hand = {level.variant_id: level.on_hand for level in levels}
        await StocktakeCount.bulk_create(
            [
                StocktakeCount(
                    stocktake_id=stocktake.id,
                    variant_id=one.variant_id,
                    counted=one.quantity,
                    on_hand=on_hand.get(one.variant_id, 0),
                    counted_at=clock.now(),
                )
                for one in counted
            ],
            on_conflict=["stocktake_id", "variant_id"],
            update_fields=["counted", "on_hand", "counted_at"],
        )
        return stocktake


async def apply(viewer: Viewer, stocktake_id: UUID) -> Stocktake:
    """Bring the levels in line with the counts, all at once, in the caller's transaction.

    Where fewer lie there than are promised, STOCK_PROMISED names each count and nothing changes: those orders have to
    be seen to first.
    """
    stocktake = await _open(viewer, stocktake_id)
    counts = await StocktakeCount.filter(stocktake_id=stocktake.id).order_by("counted_at", "id")
    if not counts:
        raise Refused("NOTHING_COUNTED", path=("stocktakeId",))
    differing = [one for one in counts if one.counted != one.on_hand]
    levels = await _levels(stocktake, [one.variant_id for one in differing])
    by_variant = {level.variant_id: level for level in levels}
    problems, changes = [], {}
    for index, one in enumerate(counts):
        level, change = by_variant.get(one.variant_id), one.counted - one.on_hand
        if level is None or not change:
            continue
        if level.on_hand + change < level.reserved:
            path = ("counts", str(index))
            problems.append(Refused("STOCK_PROMISED", path=path, reserved=level.reserved, on_hand=level.on_hand))
        changes[place_of(level)] = Change(on_hand=change)
    refuse_all(problems)
    if changes:
        await move(viewer, MovementKind.COUNT, levels, changes, document_id=stocktake.id, reason=stocktake.note)
    return await _end(stocktake, StocktakeState.APPLIED)


@persistent
async def cancel(viewer: Viewer, stocktake_id: UUID) -> Stocktake:
    """Forget the counts; no level changes."""
    async with viewer.market.change():
        return await _end(await _open(viewer, stocktake_id), StocktakeState.CANCELED)


async def _end(stocktake: Stocktake, state: StocktakeState) -> Stocktake:
    stocktake.state, stocktake.ended_at = state, clock.now()
    await stocktake.save(update_fields=["state", "ended_at"])
    return stocktake


async def _open(viewer: Viewer, stocktake_id: UUID) -> Stocktake:
    viewer.require(Permission.EDIT_STOCK)
    stocktake = await Stocktake.filter(id=stocktake_id).select_for_update().first()
    if stocktake is None:
        raise Refused("NOT_FOUND", path=("stocktakeId",), what="stocktake")
    if stocktake.state != StocktakeState.OPEN:
        raise Refused("STOCKTAKE_OVER", path=("stocktakeId",))
    return stocktake


async def _check(counted: Sequence[Units]) -> None:
    if not 1 <= len(counted) <= COUNTED_AT_ONCE:
        raise Refused("OUT_OF_RANGE", path=("counts",), minimum=1, maximum=COUNTED_AT_ONCE)
    keys = [one.variant_id for one in counted]
    there = {row.id for row in await Variant.filter(id__in=keys)}
    problems = []
    for index, one in enumerate(counted):
        path = ("counts", str(index))
        if one.variant_id not in there:
            problems.append(Refused("NOT_FOUND", path=(*path, "variantId"), what="variant"))
        elif one.variant_id in keys[:index]:
            problems.append(Refused("PART_NAMED_TWICE", path=(*path, "variantId")))
        if not 0 <= one.quantity <= LARGEST_COUNT:
            problems.append(Refused("OUT_OF_RANGE", path=(*path, "quantity"), minimum=0, maximum=LARGEST_COUNT))
    refuse_all(problems)
    await bundles.refuse_counts(keys, path=("counts",))


async def _levels(stocktake: Stocktake, keys: Sequence[UUID]) -> list[StockLevel]:
    await StockLevel.bulk_create(
        [StockLevel(warehouse_id=stocktake.warehouse_id, variant_id=key) for key in sorted(keys)], ignore_conflicts=True
    )
    return await locked(StockLevel.filter(warehouse_id=stocktake.warehouse_id, variant_id__in=list(keys)))

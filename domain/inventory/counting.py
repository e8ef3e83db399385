"""Counts of many places at once, as a file brings them."""

from collections.abc import Mapping
from uuid import UUID

from domain.access import Permission, Viewer
from domain.inventory import bundles
from domain.inventory.allocation import Place
from domain.inventory.levels import Change, locked, move, place_of
from domain.inventory.stock import LARGEST_COUNT
from kit.errors import Refused
from models.database import transaction
from models.inventory import MovementKind, StockLevel


async def set_on_hand(viewer: Viewer, counts: Mapping[Place, int], *, reason: str) -> None:
    """Write down what lies in each (warehouse, variant), in a few statements; never less than is promised there."""
    viewer.require(Permission.EDIT_STOCK)
    if any(not 0 <= count <= LARGEST_COUNT for count in counts.values()):
        raise Refused("OUT_OF_RANGE", minimum=0, maximum=LARGEST_COUNT)
    async with transaction():
        await bundles.refuse_counts({variant_id for _, variant_id in counts})
        levels = await _levels(counts)
        for level in levels:
            if counts[place_of(level)] < level.reserved:
                raise Refused("STOCK_PROMISED", reserved=level.reserved, on_hand=level.on_hand)
        changes = {place_of(level): Change(on_hand=counts[place_of(level)] - level.on_hand) for level in levels}
        changes = {place: change for place, change in changes.items() if change.on_hand}
        if changes:
            await move(viewer, MovementKind.ADJUST, levels, changes, reason=reason)


async def _levels(counts: Mapping[Place, int]) -> list[StockLevel]:
    """The levels of the places, locked; empty ones are made where there were none."""
    warehouses: set[UUID] = {warehouse for warehouse, _ in counts}
    variants: set[UUID] = {variant for _, variant in counts}
    await StockLevel.bulk_create(
        [StockLevel(warehouse_id=warehouse, variant_id=variant) for warehouse, variant in sorted(counts)],
        ignore_conflicts=True,
    )
    rows = await locked(StockLevel.filter(warehouse_id__in=warehouses, variant_id__in=variants))
    return [row for row in rows if place_of(row) in counts]

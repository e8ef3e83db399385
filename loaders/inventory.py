"""Warehouses, levels and movements for those who see stock, and what can be sold, which everybody may know."""

from uuid import UUID

from domain.access import Viewer
from domain.inventory import stock
from domain.inventory.visible import visible_levels, visible_movements, visible_warehouses
from loaders.registry import in_order
from models.inventory import StockLevel, StockMovement, Warehouse


async def warehouses_by_id(viewer: Viewer, keys: list[UUID]) -> list[Warehouse | None]:
    """Warehouses."""
    return in_order(keys, {row.id: row for row in await visible_warehouses(viewer).filter(id__in=keys)})


async def levels_by_id(viewer: Viewer, keys: list[UUID]) -> list[StockLevel | None]:
    """Stock levels."""
    return in_order(keys, {row.id: row for row in await visible_levels(viewer).filter(id__in=keys)})


async def movements_by_id(viewer: Viewer, keys: list[UUID]) -> list[StockMovement | None]:
    """Movements of stock."""
    return in_order(keys, {row.id: row for row in await visible_movements(viewer).filter(id__in=keys)})


async def available_by_variant(viewer: Viewer, keys: list[UUID]) -> list[int]:
    """Units of each variant that can be sold now."""
    free = await stock.available(keys)
    return [free[key] for key in keys]

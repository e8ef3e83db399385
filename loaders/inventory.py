"""Warehouses, levels and movements for those who see stock, and what can be sold, which everybody may know."""

from uuid import UUID

from domain.access import Viewer
from domain.inventory import bundles, stock, tariffs
from domain.inventory.visible import (
    visible_allocations,
    visible_counts,
    visible_deliveries,
    visible_levels,
    visible_movements,
    visible_stocktakes,
    visible_transfer_lines,
    visible_transfers,
    visible_warehouses,
)
from loaders.registry import grouped, in_order
from models.inventory import (
    Allocation,
    BundlePart,
    CarrierTariff,
    ExpectedDelivery,
    StockLevel,
    StockMovement,
    Stocktake,
    StocktakeCount,
    StockTransfer,
    StockTransferLine,
    Warehouse,
)


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


async def deliveries_by_id(viewer: Viewer, keys: list[UUID]) -> list[ExpectedDelivery | None]:
    """Expected deliveries."""
    return in_order(keys, {row.id: row for row in await visible_deliveries(viewer).filter(id__in=keys)})


async def transfers_by_id(viewer: Viewer, keys: list[UUID]) -> list[StockTransfer | None]:
    """Transfers."""
    return in_order(keys, {row.id: row for row in await visible_transfers(viewer).filter(id__in=keys)})


async def lines_by_transfer(viewer: Viewer, keys: list[UUID]) -> list[list[StockTransferLine]]:
    """What is in transfers."""
    rows = await visible_transfer_lines(viewer).filter(transfer_id__in=keys).order_by("id")
    return grouped(keys, rows, by=lambda row: row.transfer_id)


async def stocktakes_by_id(viewer: Viewer, keys: list[UUID]) -> list[Stocktake | None]:
    """Stocktakes."""
    return in_order(keys, {row.id: row for row in await visible_stocktakes(viewer).filter(id__in=keys)})


async def counts_by_id(viewer: Viewer, keys: list[UUID]) -> list[StocktakeCount | None]:
    """What was counted."""
    return in_order(keys, {row.id: row for row in await visible_counts(viewer).filter(id__in=keys)})


async def allocations_by_id(viewer: Viewer, keys: list[UUID]) -> list[Allocation | None]:
    """Decisions about warehouses."""
    return in_order(keys, {row.id: row for row in await visible_allocations(viewer).filter(id__in=keys)})


async def tariffs_by_id(viewer: Viewer, keys: list[UUID]) -> list[CarrierTariff | None]:
    """What carriers take."""
    return in_order(keys, {row.id: row for row in await tariffs.visible_tariffs(viewer).filter(id__in=keys)})


async def parts_by_variant(viewer: Viewer, keys: list[UUID]) -> list[list[BundlePart]]:
    """What shown variants are put together from, which everybody may know."""
    rows = await bundles.visible_parts().filter(bundle__variant_id__in=keys).select_related("bundle").order_by("id")
    return grouped(keys, rows, by=lambda row: row.bundle.variant_id)

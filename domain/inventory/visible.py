"""Which warehouses, levels and movements a viewer may read: those who see stock read all, others none."""

from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from models.inventory import (
    Allocation,
    Backorder,
    ExpectedDelivery,
    StockLevel,
    StockMovement,
    Stocktake,
    StocktakeCount,
    StockTransfer,
    StockTransferLine,
    Warehouse,
)


def visible_warehouses(viewer: Viewer) -> QuerySet[Warehouse]:
    """Warehouses, closed ones too."""
    return Warehouse.all() if viewer.may(Permission.SEE_STOCK) else Warehouse.filter(id__in=[])


def visible_levels(viewer: Viewer) -> QuerySet[StockLevel]:
    """Stock levels of all warehouses."""
    return StockLevel.all() if viewer.may(Permission.SEE_STOCK) else StockLevel.filter(id__in=[])


def visible_movements(viewer: Viewer) -> QuerySet[StockMovement]:
    """The history of all levels."""
    return StockMovement.all() if viewer.may(Permission.SEE_STOCK) else StockMovement.filter(id__in=[])


def visible_backorders(viewer: Viewer) -> QuerySet[Backorder]:
    """Who waits for what."""
    return Backorder.all() if viewer.may(Permission.SEE_STOCK) else Backorder.filter(id__in=[])


def visible_deliveries(viewer: Viewer) -> QuerySet[ExpectedDelivery]:
    """What suppliers will bring and have brought."""
    return ExpectedDelivery.all() if viewer.may(Permission.SEE_STOCK) else ExpectedDelivery.filter(id__in=[])


def visible_transfers(viewer: Viewer) -> QuerySet[StockTransfer]:
    """What goes and went from one warehouse to another."""
    return StockTransfer.all() if viewer.may(Permission.SEE_STOCK) else StockTransfer.filter(id__in=[])


def visible_stocktakes(viewer: Viewer) -> QuerySet[Stocktake]:
    """Counts that are collected, and those that were."""
    return Stocktake.all() if viewer.may(Permission.SEE_STOCK) else Stocktake.filter(id__in=[])


def visible_counts(viewer: Viewer) -> QuerySet[StocktakeCount]:
    """What was counted."""
    return StocktakeCount.all() if viewer.may(Permission.SEE_STOCK) else StocktakeCount.filter(id__in=[])


def visible_transfer_lines(viewer: Viewer) -> QuerySet[StockTransferLine]:
    """What is in transfers."""
    return StockTransferLine.all() if viewer.may(Permission.SEE_STOCK) else StockTransferLine.filter(id__in=[])


def visible_allocations(viewer: Viewer) -> QuerySet[Allocation]:
    """Why warehouses were chosen."""
    return Allocation.all() if viewer.may(Permission.SEE_STOCK) else Allocation.filter(id__in=[])

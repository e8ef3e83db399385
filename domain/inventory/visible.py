"""Which warehouses, levels and movements a viewer may read: those who see stock read all, others none."""

from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from models.inventory import StockLevel, StockMovement, Warehouse


def visible_warehouses(viewer: Viewer) -> QuerySet[Warehouse]:
    """Warehouses, closed ones too."""
    return Warehouse.all() if viewer.may(Permission.SEE_STOCK) else Warehouse.filter(id__in=[])


def visible_levels(viewer: Viewer) -> QuerySet[StockLevel]:
    """Stock levels of all warehouses."""
    return StockLevel.all() if viewer.may(Permission.SEE_STOCK) else StockLevel.filter(id__in=[])


def visible_movements(viewer: Viewer) -> QuerySet[StockMovement]:
    """The history of all levels."""
    return StockMovement.all() if viewer.may(Permission.SEE_STOCK) else StockMovement.filter(id__in=[])

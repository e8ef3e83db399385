"""Runs of imports: who sees them."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from models.catalog import CatalogImport


def visible(viewer: Viewer) -> QuerySet[CatalogImport]:
    """Runs are for those who edit the catalog."""
    return CatalogImport.all() if viewer.may(Permission.EDIT_CATALOG) else CatalogImport.filter(Q(id__isnull=True))

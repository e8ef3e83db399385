"""Which archived orders a viewer may read: the same rule as for the others."""

from tortoise.queryset import QuerySet

from domain.access import Viewer
from domain.orders.visible import seen_by
from models.archive import ArchivedOrder


def visible(viewer: Viewer) -> QuerySet[ArchivedOrder]:
    """Orders that were put away."""
    return seen_by(viewer, ArchivedOrder.all())

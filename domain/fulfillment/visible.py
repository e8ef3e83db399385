"""Which parcels a viewer may read: those of the orders that the viewer may read."""

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from domain.access import Viewer
from domain.orders.visible import visible as visible_orders
from models.fulfillment import Parcel


def visible(viewer: Viewer) -> QuerySet[Parcel]:
    """Parcels of an order that the viewer may see."""
    return Parcel.filter(order_id__in=Subquery(visible_orders(viewer).values("id")))

"""Which payments and refunds a viewer may read: those of the orders that the viewer may read."""

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from domain.access import Viewer
from domain.orders.visible import visible as visible_orders
from models.payments import Payment, Refund


def visible(viewer: Viewer) -> QuerySet[Payment]:
    """Attempts to pay an order that the viewer may see."""
    return Payment.filter(order_id__in=Subquery(visible_orders(viewer).values("id")))


def visible_refunds(viewer: Viewer) -> QuerySet[Refund]:
    """Money on its way back to somebody whose order the viewer may see."""
    return Refund.filter(order_id__in=Subquery(visible_orders(viewer).values("id")))

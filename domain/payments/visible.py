"""Which payments and refunds a viewer may read, those of orders that the viewer may read; and who reads the books."""

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from domain.orders.visible import visible as visible_orders
from models.payments import JournalEntry, Payment, Refund


def visible(viewer: Viewer) -> QuerySet[Payment]:
    """Attempts to pay an order that the viewer may see."""
    return Payment.filter(order_id__in=Subquery(visible_orders(viewer).values("id")))


def visible_refunds(viewer: Viewer) -> QuerySet[Refund]:
    """Money on its way back to somebody whose order the viewer may see."""
    return Refund.filter(order_id__in=Subquery(visible_orders(viewer).values("id")))


def visible_entries(viewer: Viewer) -> QuerySet[JournalEntry]:
    """The books, for those who may see them."""
    return JournalEntry.all() if viewer.may(Permission.SEE_LEDGER) else JournalEntry.filter(id__in=[])

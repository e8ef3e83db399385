"""Which payments and refunds a viewer may read, those of orders that are theirs to know; and who reads the books."""

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from domain.orders.visible import known
from models.payments import JournalEntry, Payment, Refund


def visible(viewer: Viewer) -> QuerySet[Payment]:
    """Attempts to pay an order that is the viewer's to know."""
    return Payment.filter(order_id__in=Subquery(known(viewer).values("id")))


def visible_refunds(viewer: Viewer) -> QuerySet[Refund]:
    """Money on its way back to somebody whose order the viewer may see."""
    return Refund.filter(order_id__in=Subquery(known(viewer).values("id")))


def visible_entries(viewer: Viewer) -> QuerySet[JournalEntry]:
    """The books, for those who may see them."""
    return JournalEntry.all() if viewer.may(Permission.SEE_LEDGER) else JournalEntry.filter(id__in=[])

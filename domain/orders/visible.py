"""Which orders a viewer may read."""

from typing import TypeVar

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from models.base import Row
from models.orders import Order
from models.reviews import Review
from models.shortages import Shortage

RowType = TypeVar("RowType", bound=Row)


def visible(viewer: Viewer) -> QuerySet[Order]:
    """Orders in the tables of the day."""
    return seen_by(viewer, Order.all())


def seen_by(viewer: Viewer, rows: QuerySet[RowType]) -> QuerySet[RowType]:
    """Staff who see orders see all; a person sees their own; the holder of an order's token sees that one.

    `rows` are orders, in whichever table: with the order's key as `id` and its owner's as `user_id`.
    """
    if viewer.may(Permission.SEE_ORDERS):
        return rows
    if viewer.user_id is not None:
        return rows.filter(user_id=viewer.user_id)
    if viewer.order_id is not None:
        return rows.filter(id=viewer.order_id)
    return rows.filter(Q(id__isnull=True))


def is_owner(viewer: Viewer, order: Order) -> bool:
    """Whether the order is the viewer's own, by account or by its token."""
    if viewer.user_id is not None:
        return order.user_id == viewer.user_id
    return viewer.order_id == order.id


def visible_shortages(viewer: Viewer) -> QuerySet[Shortage]:
    """Shortages of the orders that the viewer may read."""
    if viewer.may(Permission.SEE_ORDERS):
        return Shortage.all()
    return Shortage.filter(order_id__in=Subquery(visible(viewer).values("id")))


def visible_reviews(viewer: Viewer) -> QuerySet[Review]:
    """Reviews are for those who review; buyers never see them."""
    return Review.all() if viewer.may(Permission.REVIEW_ORDERS) else Review.filter(Q(id__isnull=True))

"""Which orders a viewer may read."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from models.orders import Order


def visible(viewer: Viewer) -> QuerySet[Order]:
    """Staff who see orders see all; a person sees their own; the holder of an order's token sees that one."""
    if viewer.may(Permission.SEE_ORDERS):
        return Order.all()
    if viewer.user_id is not None:
        return Order.filter(user_id=viewer.user_id)
    if viewer.order_id is not None:
        return Order.filter(id=viewer.order_id)
    return Order.filter(Q(id__isnull=True))


def is_owner(viewer: Viewer, order: Order) -> bool:
    """Whether the order is the viewer's own, by account or by its token."""
    if viewer.user_id is not None:
        return order.user_id == viewer.user_id
    return viewer.order_id == order.id

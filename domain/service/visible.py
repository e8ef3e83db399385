"""Which customers' cases a viewer may read."""

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from domain.orders.visible import is_owner
from models.orders import Order
from models.service import ServiceCase

STAFF = (Permission.SEE_CASES, Permission.SHIP)


def sees_all(viewer: Viewer) -> bool:
    """Whether the viewer's work is with cases: to decide them, or to take in what comes back."""
    return any(viewer.may(permission) for permission in STAFF)


def visible(viewer: Viewer) -> QuerySet[ServiceCase]:
    """Staff who work with cases see all; a person, or the holder of an order's token, those of their own orders."""
    if sees_all(viewer):
        return ServiceCase.all()
    if viewer.user_id is not None:
        return ServiceCase.filter(order_id__in=Subquery(Order.filter(user_id=viewer.user_id).values("id")))
    if viewer.order_id is not None:
        return ServiceCase.filter(order_id=viewer.order_id)
    return ServiceCase.filter(Q(id__isnull=True))


def is_shown(viewer: Viewer, order: Order) -> bool:
    """Whether the viewer may read the cases of an order that they may see: the same rule, for one that is put away."""
    return sees_all(viewer) or is_owner(viewer, order)

"""Which delivery cases a viewer may read."""

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from domain.orders.visible import is_owner
from models.aftersales import CaseNote, DeliveryCase
from models.orders import Order


def visible(viewer: Viewer) -> QuerySet[DeliveryCase]:
    """Staff who see cases see all; a person, or the holder of an order's token, those of their own orders."""
    if viewer.may(Permission.SEE_CASES):
        return DeliveryCase.all()
    if viewer.user_id is not None:
        return DeliveryCase.filter(order_id__in=Subquery(Order.filter(user_id=viewer.user_id).values("id")))
    if viewer.order_id is not None:
        return DeliveryCase.filter(order_id=viewer.order_id)
    return DeliveryCase.filter(Q(id__isnull=True))


def is_shown(viewer: Viewer, order: Order) -> bool:
    """Whether the viewer may read the cases of an order that they may see: the same rule, for one that is put away."""
    return viewer.may(Permission.SEE_CASES) or is_owner(viewer, order)


def visible_notes(viewer: Viewer) -> QuerySet[CaseNote]:
    """Notes about cases are for staff."""
    return CaseNote.all() if viewer.may(Permission.SEE_CASES) else CaseNote.filter(Q(id__isnull=True))

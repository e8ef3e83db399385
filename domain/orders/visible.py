"""Which orders a viewer may read."""

from typing import TypeVar

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from models.base import Row
from models.delivery import DeliveryMode
from models.fulfillment import Parcel, ParcelState
from models.orders import Order, OrderState
from models.reviews import Review
from models.shortages import Shortage

RowType = TypeVar("RowType", bound=Row)

UNDERWAY = (OrderState.PARTIALLY_SHIPPED, OrderState.SHIPPED)
BROUGHT = (*UNDERWAY, OrderState.DELIVERED, OrderState.RECEIVED)
SERVICES_TO_BEGIN = Q(delivery_mode=DeliveryMode.SERVICE, state=OrderState.PAID)
AT_REST = (ParcelState.DELIVERED, ParcelState.RETURNED)


def visible(viewer: Viewer) -> QuerySet[Order]:
    """Orders in the tables of the day."""
    return seen_by(viewer, Order.all())


def seen_by(viewer: Viewer, rows: QuerySet[RowType]) -> QuerySet[RowType]:
    """Staff who see orders see all; who brings parcels sees those on their way; a person sees their own; the holder of
    an order's token sees that one.

    `rows` are orders, in whichever table: with the order's key as `id` and its owner's as `user_id`.
    """
    if viewer.may(Permission.SEE_ORDERS):
        return rows
    if viewer.user_id is not None:
        own = Q(user_id=viewer.user_id)
        return rows.filter(own | _brought() if is_bringer(viewer) and rows.model is Order else own)
    if viewer.order_id is not None:
        return rows.filter(id=viewer.order_id)
    return rows.filter(Q(id__isnull=True))


def is_bringer(viewer: Viewer) -> bool:
    """Whether the viewer's work is to bring parcels, and nothing for which all orders are needed."""
    return viewer.may(Permission.REPORT_DELIVERY) and not viewer.may(Permission.SEE_ORDERS)


def _brought() -> Q:
    """What is on its way, or there and perhaps to be reported again; services to begin; parcels that go back."""
    on_the_way = Parcel.filter(state__not_in=AT_REST).values("order_id")
    return Q(state__in=BROUGHT) | SERVICES_TO_BEGIN | Q(id__in=Subquery(on_the_way))


def known(viewer: Viewer) -> QuerySet[Order]:
    """Orders of which the viewer may know everything: whoever brings one need not know what was paid or changed."""
    return Order.filter(user_id=viewer.user_id) if is_bringer(viewer) else visible(viewer)


def is_known(viewer: Viewer, order: Order) -> bool:
    """The same for one that the viewer has been shown."""
    return not is_bringer(viewer) or order.user_id == viewer.user_id


def is_place_known(viewer: Viewer, order: Order) -> bool:
    """Whether the viewer may know where a shown order goes and how to reach its buyer; a bringer while underway."""
    if is_known(viewer, order):
        return True
    to_begin = order.delivery_mode == DeliveryMode.SERVICE and order.state == OrderState.PAID
    return order.moment is None and (order.state in UNDERWAY or to_begin)


def place_of(viewer: Viewer, order: Order) -> dict[str, str]:
    """The address of a shown order; of a place that the viewer need not know no more than province and city."""
    if is_place_known(viewer, order):
        return order.address
    return {name: value if name in ("province", "city") else "" for name, value in order.address.items()}


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

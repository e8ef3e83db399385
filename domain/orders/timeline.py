"""What happened to an order, and which orders lie on which shelf."""

from collections.abc import Sequence

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain.orders.states import SHELVES, BuyerStatus
from kit.paging import Sort
from models.orders import Order
from models.outbox import Event

OLDEST = Sort("events.oldest", ("sequence",))


def of_order(order: Order) -> QuerySet[Event]:
    """The events of an order that the viewer has been shown."""
    return Event.filter(stream_id=order.id)


def on_shelves(orders: QuerySet[Order], statuses: Sequence[BuyerStatus]) -> QuerySet[Order]:
    """The orders whose `buyer_status` is one of these: the same rule as a query."""
    condition = Q(id__isnull=True)
    for status in statuses:
        if status == BuyerStatus.AFTER_SALES:
            condition |= Q(state__in=list(SHELVES[BuyerStatus.COMPLETED]), refunded__gt=0)
        elif status == BuyerStatus.COMPLETED:
            condition |= Q(state__in=list(SHELVES[status]), refunded=0)
        else:
            condition |= Q(state__in=list(SHELVES[status]))
    return orders.filter(condition)

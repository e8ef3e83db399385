"""What happened to an order, and which orders lie on which shelf."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain.orders import dispatch
from domain.orders.states import SHELVES, BuyerStatus
from kit import clock, paging
from kit.paging import Sort
from models.orders import Order
from models.outbox import Event

OLDEST = Sort("events.oldest", ("sequence",))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events of one order: `size` of them, right after sequence number `after`."""

    order_id: UUID
    after: int
    size: int

    def holds(self, event: Event) -> bool:
        return self.after < event.sequence <= self.after + self.size


async def stretches(wanted: Sequence[Stretch]) -> list[list[Event]]:
    """The events of each stretch, of orders that the viewer has been shown. One statement: sequences have no gaps."""
    events = await Event.filter(
        stream_id__in={one.order_id for one in wanted},
        sequence__gt=min(one.after for one in wanted),
        sequence__lte=max(one.after + one.size for one in wanted),
    ).order_by("sequence")
    return [[event for event in events if event.stream_id == one.order_id and one.holds(event)] for one in wanted]


def cursor(event: Event) -> str:
    """Where a reader of the timeline stands after `event`."""
    return paging.encode([event.sequence, event.id], sort=OLDEST)


def sequence_at(cursor: str | None) -> int:
    """How far a reader with this cursor has come; refuses what is none as INVALID_CURSOR."""
    if cursor is None:
        return 0
    sequence = paging.read(cursor, sort=OLDEST, model=Event)[0]
    return max(0, sequence) if isinstance(sequence, int) else 0


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


def urged(orders: QuerySet[Order], wanted: bool) -> QuerySet[Order]:
    """The orders whose buyers have asked for a quicker dispatch and still wait for it, or all others."""
    waiting = Q(urged_at__isnull=False, state__in=list(dispatch.UNSHIPPED))
    return orders.filter(waiting if wanted else ~waiting)


def late(orders: QuerySet[Order], wanted: bool) -> QuerySet[Order]:
    """The orders for which `dispatch.is_late` says so, or all others."""
    overdue = Q(
        state__in=list(dispatch.UNSHIPPED),
        dispatch_by__isnull=False,
        dispatch_by__lte=clock.now(),
        dispatch_paused_at__isnull=True,
    )
    return orders.filter(overdue if wanted else ~overdue)

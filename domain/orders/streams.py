"""Live changes of orders: of one of them, and of all that are a person's own."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from domain import events
from domain.access import Viewer
from domain.orders.states import FINAL
from domain.orders.visible import visible
from domain.streams import SEQUENCE, Change, Stream, follow
from kit.errors import Refused
from models.orders import Order, OrderState
from models.outbox import Event

SNAPSHOT_ORDERS = 50

OrderChange = Change[Order]


def of_order(viewer: Viewer, order_id: UUID, *, after: str | None) -> AsyncIterator[OrderChange]:
    """One order's changes. The right to see it is asked for at every event; losing it ends the stream as NOT_FOUND."""
    return follow(OneOrder(viewer, order_id), after=after)


def of_viewer(viewer: Viewer, *, after: str | None, archived: Sequence[OrderChange] = ()) -> AsyncIterator[OrderChange]:
    """Changes of all the viewer's own orders. Without a cursor it starts with those that are not finished.

    `archived` are changes after the cursor whose events are no longer in the table; they come at their place.
    """
    return follow(OwnOrders(viewer, archived), after=after)


class OneOrder(Stream[Order]):
    """An order, as it is and goes on."""

    counts = SEQUENCE

    def __init__(self, viewer: Viewer, order_id: UUID) -> None:
        super().__init__(viewer)
        self.key = order_id

    async def open(self) -> None:
        self._order = await _seen(self.viewer, self.key)

    async def start(self) -> int:
        return self._order.sequence

    async def snapshot(self) -> Sequence[Order]:
        return [self._order]

    async def read(self, after: int) -> list[Event]:
        return await events.of_stream(self.key, after=after)

    async def seen(self, event: Event) -> Order:
        return await _seen(self.viewer, self.key)


class OwnOrders(Stream[Order]):
    """The orders of the person who reads."""

    def __init__(self, viewer: Viewer, archived: Sequence[OrderChange]) -> None:
        super().__init__(viewer)
        self._put_away = {change.event.id: change for change in archived if change.event}

    async def open(self) -> None:
        self.key = self.viewer.require_user()

    async def snapshot(self) -> Sequence[Order]:
        own = Order.filter(user_id=self.key, state__not_in=[*FINAL, OrderState.EXPIRED])
        return await own.order_by("-placed_at", "-id").limit(SNAPSHOT_ORDERS)

    def told(self, row: Order) -> tuple[UUID, int]:
        return row.id, row.sequence

    async def read(self, after: int) -> list[Event]:
        """A page in the order of positions, from the table and from the archive."""
        fresh = await events.of_user(self.key, after=after)
        old = [change.event for change in self._put_away.values() if change.event]
        missed = [event for event in old if (event.position or 0) > after]
        return sorted([*missed, *fresh], key=lambda event: event.position or 0)[: events.PAGE]

    async def seen(self, event: Event) -> Order:
        if event.id in self._put_away:
            return self._put_away[event.id].row
        return await _seen(self.viewer, event.stream_id)


async def _seen(viewer: Viewer, order_id: UUID) -> Order:
    order = await visible(viewer).filter(id=order_id).first()
    if order is None:
        raise Refused("NOT_FOUND", path=("orderId",), what="order")
    return order

"""Live changes of orders: a snapshot, then every event once and in order, from any cursor on."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain import events
from domain.access import Viewer
from domain.orders.states import FINAL
from domain.orders.visible import visible
from kit.errors import Refused
from models.orders import Order, OrderState
from models.outbox import Event

SNAPSHOT_ORDERS = 50


@dataclass(frozen=True, slots=True)
class OrderChange:
    """An order as it is now, what happened to it (nothing, in a snapshot), and the cursor to come back with."""

    order: Order
    event: Event | None
    cursor: str


async def of_order(viewer: Viewer, order_id: UUID, *, after: str | None) -> AsyncIterator[OrderChange]:
    """One order's changes. Without a cursor it starts with the order as it is; with one, with what was missed.

    The right to see the order is asked for again at every event; losing it ends the stream as NOT_FOUND.
    """
    order = await _seen(viewer, order_id)
    start = order.sequence
    if after is None:
        yield OrderChange(order, None, f"s.{order.sequence}")
    else:
        start = events.read_cursor(after, kind="s")
    reading = events.follow(
        order_id,
        lambda seen: events.of_stream(order_id, after=seen),
        after=start,
        place=lambda event: event.sequence,
    )
    async for event in reading:
        yield OrderChange(await _seen(viewer, order_id), event, events.stream_cursor(event))


async def of_viewer(
    viewer: Viewer, *, after: str | None, archived: Sequence[OrderChange] = ()
) -> AsyncIterator[OrderChange]:
    """Changes of all the viewer's own orders. Without a cursor it starts with those that are not finished.

    `archived` are changes after the cursor whose events are no longer in the table; they come at their place.
    """
    user_id = viewer.require_user()
    put_away = {change.event.id: change for change in archived if change.event}
    shown: dict[UUID, int] = {}  # how far the snapshot has told each order's history already
    if after is None:
        start = await events.latest_position()
        unfinished = Order.filter(user_id=user_id, state__not_in=[*FINAL, OrderState.EXPIRED]).order_by(
            "-placed_at", "-id"
        )
        for order in await unfinished.limit(SNAPSHOT_ORDERS):
            shown[order.id] = order.sequence
            yield OrderChange(order, None, f"p.{start}")
    else:
        start = events.read_cursor(after, kind="p")
    reading = events.follow(
        user_id,
        lambda seen: _of_user(user_id, after=seen, archived=list(put_away.values())),
        after=start,
        place=lambda event: event.position or 0,
    )
    async for event in reading:
        if event.id in put_away:
            yield put_away[event.id]
            continue
        # What was committed just before the snapshot has its position only after it.
        if event.sequence > shown.get(event.stream_id, 0):
            yield OrderChange(await _seen(viewer, event.stream_id), event, events.market_cursor(event))


async def _of_user(user_id: UUID, *, after: int, archived: Sequence[OrderChange]) -> list[Event]:
    """A page of a person's events in the order of their positions, from the table and from the archive."""
    fresh = await events.of_user(user_id, after=after)
    old = [change.event for change in archived if change.event and (change.event.position or 0) > after]
    if not old:
        return fresh
    page = sorted([*fresh, *old], key=lambda event: event.position or 0)
    return page[: events.PAGE]


async def _seen(viewer: Viewer, order_id: UUID) -> Order:
    order = await visible(viewer).filter(id=order_id).first()
    if order is None:
        raise Refused("NOT_FOUND", path=("orderId",), what="order")
    return order

"""Live changes of orders for a reader whose cursor is older than the archive: what was put away is told, too."""

from collections.abc import AsyncIterator
from uuid import UUID

from domain.access import Viewer
from domain.archive import documents, storing
from domain.archive.visible import visible as visible_archived
from domain.orders import streams
from domain.orders.streams import OrderChange
from domain.orders.visible import visible
from domain.streams import POSITION, SEQUENCE, cursor_of


async def of_order(viewer: Viewer, order_id: UUID, *, after: str | None) -> AsyncIterator[OrderChange]:
    """One order's changes. To an archived one nothing happens any more, so its stream comes to an end."""
    record = None
    if not await visible(viewer).filter(id=order_id).exists():
        record = (await storing.find(viewer, [order_id])).get(order_id)
    if record is None:
        async for change in streams.of_order(viewer, order_id, after=after):
            yield change
        return
    if after is None:
        yield OrderChange(record.order, None, SEQUENCE.cursor(record.order.sequence))
        return
    start = SEQUENCE.read(after)
    for event in record.events:
        if event.sequence > start:
            yield OrderChange(record.order, event, cursor_of(event, SEQUENCE))


async def of_viewer(viewer: Viewer, *, after: str | None) -> AsyncIterator[OrderChange]:
    """Changes of all the viewer's own orders."""
    missed: list[OrderChange] = []
    if after is not None:
        start = POSITION.read(after)
        own = visible_archived(viewer).filter(user_id=viewer.require_user(), last_position__gt=start)
        for row in await own:
            record = documents.read(row.document)
            missed += [
                OrderChange(record.order, event, cursor_of(event, POSITION))
                for event in record.events
                if (event.position or 0) > start
            ]
    async for change in streams.of_viewer(viewer, after=after, archived=missed):
        yield change

"""Subscriptions to changes of orders."""

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from domain.archive import streams
from domain.orders.streams import OrderChange
from kit import ids
from resolvers.context import Info

After = Annotated[
    str | None,
    strawberry.argument(
        description="The last cursor you have seen: the stream goes on right after it, missing nothing."
    ),
]


async def order_events(
    info: Info,
    order_id: Annotated[strawberry.ID, strawberry.argument(description="The order.")],
    after: After = None,
) -> AsyncIterator[OrderChange]:
    key = ids.key_of("Order", order_id, "orderId")
    async for change in streams.of_order(info.context.viewer, key, after=after or info.context.last_event_id):
        info.context.renew()
        info.context.show(change.row)
        yield change


async def my_order_events(info: Info, after: After = None) -> AsyncIterator[OrderChange]:
    async for change in streams.of_viewer(info.context.viewer, after=after or info.context.last_event_id):
        info.context.renew()
        info.context.show(change.row)
        yield change

"""The subscription to what happens in a warehouse."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

import strawberry

from domain.fulfillment import feed
from domain.fulfillment.feed import WarehouseEventKind, WaveChange
from kit import ids
from loaders import warehouse as loaders
from models.warehouse import PickTask
from resolvers.context import Info
from resolvers.orders.live import After


async def pick_wave_events(
    info: Info,
    warehouse_id: Annotated[strawberry.ID, strawberry.argument(description="The warehouse.")],
    after: After = None,
) -> AsyncIterator[WaveChange]:
    key = ids.key_of("Warehouse", warehouse_id, "warehouseId")
    async for change in feed.of_warehouse(info.context.viewer, key, after=after or info.context.last_event_id):
        info.context.renew()
        yield change


def kind_of(root: strawberry.Parent[WaveChange]) -> WarehouseEventKind | None:
    return WarehouseEventKind(root.event.kind) if root.event else None


async def task_of(root: strawberry.Parent[WaveChange], info: Info) -> PickTask | None:
    if root.event is None or "task_id" not in root.event.data:
        return None
    return await info.context.load(loaders.tasks_by_id, feed.task_id(root.event))


def units_of(root: strawberry.Parent[WaveChange]) -> int | None:
    return feed.units(root.event) if root.event else None


def occurred_at(root: strawberry.Parent[WaveChange]) -> datetime | None:
    return root.event.created_at if root.event else None

"""What happens inside a warehouse, told live to its staff: one stream for each warehouse, nothing missed."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain import events
from domain.access import Permission, Viewer
from domain.fulfillment.visible import visible_waves
from domain.inventory.visible import visible_warehouses
from kit.errors import Refused
from models.database import transaction
from models.outbox import Event
from models.warehouse import PickTask, WarehouseFeed, Wave, WaveState

SNAPSHOT_WAVES = 50


class WarehouseEventKind(StrEnum):
    """What happened in the warehouse."""

    WAVE_CREATED = "wave.created"
    WAVE_CLAIMED = "wave.claimed"
    WAVE_PICKED = "wave.picked"
    WAVE_PACKED = "wave.packed"
    WAVE_DONE = "wave.done"
    WAVE_CANCELED = "wave.canceled"
    TASK_PICKED = "task.picked"
    TASK_SHORT = "task.short"
    TASK_DROPPED = "task.dropped"


@dataclass(frozen=True, slots=True)
class WaveChange:
    """A wave as it is now, what happened (nothing, in a snapshot), and the cursor to come back with."""

    wave: Wave
    event: Event | None
    cursor: str


async def tell(
    viewer: Viewer, wave: Wave, kind: WarehouseEventKind, *, task: PickTask | None = None, units: int = 0
) -> None:
    """Write down what happened to a wave. The feed's row is the last thing that a transaction locks."""
    feed = await _feed(wave.warehouse_id)
    feed.sequence += 1
    await feed.save(update_fields=["sequence"])
    data: dict[str, object] = {"wave_id": str(wave.id), "wave": wave.number, "state": wave.state.value}
    if task is not None:
        data |= {"task_id": str(task.id), "units": units}
    await events.record(
        viewer, stream_id=wave.warehouse_id, sequence=feed.sequence, kind=kind.value, user_id=None, data=data
    )


async def _feed(warehouse_id: UUID) -> WarehouseFeed:
    row = await WarehouseFeed.filter(warehouse_id=warehouse_id).select_for_update().first()
    if row is not None:
        return row
    with contextlib.suppress(IntegrityError):  # another process has made it just now
        async with transaction():
            await WarehouseFeed.create(warehouse_id=warehouse_id)
    return await WarehouseFeed.filter(warehouse_id=warehouse_id).select_for_update().get()


async def follow(viewer: Viewer, warehouse_id: UUID, *, after: str | None) -> AsyncIterator[WaveChange]:
    """A warehouse's waves live. Without a cursor it starts with those that are not finished, as they are.

    The right to see them is asked for again at every event; losing it ends the stream.
    """
    await _check(viewer, warehouse_id)
    start = await _latest(warehouse_id)
    if after is None:
        unfinished = visible_waves(viewer).filter(
            warehouse_id=warehouse_id, state__not_in=[WaveState.DONE, WaveState.CANCELED]
        )
        for wave in await unfinished.order_by("-created_at", "-id").limit(SNAPSHOT_WAVES):
            yield WaveChange(wave, None, f"s.{start}")
    else:
        start = events.read_cursor(after, kind="s")
    reading = events.follow(
        warehouse_id,
        lambda seen: events.of_stream(warehouse_id, after=seen),
        after=start,
        place=lambda event: event.sequence,
    )
    async for event in reading:
        viewer.require(Permission.SHIP)
        wave = await visible_waves(viewer).get(id=UUID(str(event.data["wave_id"])))
        yield WaveChange(wave, event, events.stream_cursor(event))


async def _check(viewer: Viewer, warehouse_id: UUID) -> None:
    viewer.require(Permission.SHIP)
    if not await visible_warehouses(viewer).filter(id=warehouse_id).exists():
        raise Refused("NOT_FOUND", path=("warehouseId",), what="warehouse")


async def _latest(warehouse_id: UUID) -> int:
    feed = await WarehouseFeed.get_or_none(warehouse_id=warehouse_id)
    return feed.sequence if feed else 0


def task_id(event: Event) -> UUID:
    """The line of a pick list that an event is about."""
    return UUID(str(event.data["task_id"]))


def units(event: Event) -> int | None:
    """How many units were picked, short or dropped; None where an event is about none."""
    told = event.data.get("units")
    return told if isinstance(told, int) else None

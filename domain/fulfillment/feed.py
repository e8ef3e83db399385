"""What happens inside a warehouse, told live to its staff: one stream for each warehouse, nothing missed."""

from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from uuid import UUID

from domain import events
from domain.access import Permission, Viewer
from domain.fulfillment.visible import visible_waves
from domain.inventory.visible import visible_warehouses
from domain.streams import SEQUENCE, Change, Stream, follow
from kit.errors import Refused
from models.database import locked_or_made
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


WaveChange = Change[Wave]


async def tell(
    viewer: Viewer, wave: Wave, kind: WarehouseEventKind, *, task: PickTask | None = None, units: int = 0
) -> None:
    """Write down what happened to a wave. The feed's row is the last thing that a transaction locks."""
    feed = await locked_or_made(WarehouseFeed, warehouse_id=wave.warehouse_id)
    feed.sequence += 1
    await feed.save(update_fields=["sequence"])
    data: dict[str, object] = {"wave_id": str(wave.id), "wave": wave.number, "state": wave.state.value}
    if task is not None:
        data |= {"task_id": str(task.id), "units": units}
    await events.record(
        viewer, stream_id=wave.warehouse_id, sequence=feed.sequence, kind=kind.value, user_id=None, data=data
    )


def of_warehouse(viewer: Viewer, warehouse_id: UUID, *, after: str | None) -> AsyncIterator[WaveChange]:
    """A warehouse's waves live. Without a cursor it starts with those that are not finished, as they are."""
    return follow(Waves(viewer, warehouse_id), after=after)


class Waves(Stream[Wave]):
    """What is picked in one warehouse."""

    counts = SEQUENCE

    def __init__(self, viewer: Viewer, warehouse_id: UUID) -> None:
        super().__init__(viewer)
        self.key = warehouse_id

    async def open(self) -> None:
        self.viewer.require(Permission.SHIP)
        if not await visible_warehouses(self.viewer).filter(id=self.key).exists():
            raise Refused("NOT_FOUND", path=("warehouseId",), what="warehouse")

    async def start(self) -> int:
        feed = await WarehouseFeed.get_or_none(warehouse_id=self.key)
        return feed.sequence if feed else 0

    async def snapshot(self) -> Sequence[Wave]:
        waves = visible_waves(self.viewer).filter(warehouse_id=self.key)
        unfinished = waves.filter(state__not_in=[WaveState.DONE, WaveState.CANCELED])
        return await unfinished.order_by("-created_at", "-id").limit(SNAPSHOT_WAVES)

    async def read(self, after: int) -> list[Event]:
        return await events.of_stream(self.key, after=after)

    async def seen(self, event: Event) -> Wave:
        self.viewer.require(Permission.SHIP)
        return await visible_waves(self.viewer).get(id=UUID(str(event.data["wave_id"])))


def task_id(event: Event) -> UUID:
    """The line of a pick list that an event is about."""
    return UUID(str(event.data["task_id"]))


def units(event: Event) -> int | None:
    """How many units were picked, short or dropped; None where an event is about none."""
    told = event.data.get("units")
    return told if isinstance(told, int) else None

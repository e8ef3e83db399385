"""What people in a warehouse of the busy machine do with scanners, tables and lists, and who is served first."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

from domain.access import Viewer
from domain.fulfillment import labeling, manifests, packing, parts, picking, waves
from domain.fulfillment.waves import Wish
from kit import ids
from models.catalog import Variant
from models.fulfillment import CarrierCode
from models.inventory import Backorder
from models.warehouse import Package, PackageState, PickTask, ShortCause, TaskState, Wave, WaveState

T = TypeVar("T")


class Tries(Protocol):
    """Does something that may be refused; None when it was."""

    async def __call__(self, work: Awaitable[T]) -> T | None: ...


async def queue_of(variant_id: UUID) -> dict[UUID, int]:
    """Units that are waited for by row, who has waited longest first."""
    return {row.id: row.waiting for row in await Backorder.filter(variant_id=variant_id).order_by("since", "id")}


async def waited_for(variant_id: UUID) -> int:
    """Units that are waited for."""
    return sum((await queue_of(variant_id)).values())


def first_come_first_served(before: Mapping[UUID, int], after: Mapping[UUID, int]) -> None:
    """Nobody got a unit while somebody before them still waits for one."""
    is_anybody_waiting = False
    for key, units in before.items():
        left = after.get(key, 0)
        assert left <= units
        assert not is_anybody_waiting or left == units
        is_anybody_waiting = is_anybody_waiting or left > 0


async def pick(picker: Viewer, warehouse_id: UUID, walk: Sequence[str], *, tries: Tries) -> None:
    """Make a wave where there is none to be walked, and do something at each of its next places."""
    underway = Wave.filter(warehouse_id=warehouse_id, state__in=(WaveState.OPEN, WaveState.PICKING))
    wave = await underway.order_by("id").first()
    if wave is None:
        wave = await tries(waves.create(picker, Wish(warehouse_id, most_orders=3), key=ids.token()))
    if wave is None:
        return
    await tries(waves.claim(picker, wave.id))
    tasks = PickTask.filter(wave_id=wave.id, state=TaskState.OPEN).order_by("zone", "bin", "variant_id", "id")
    for task, what in zip(await tasks, walk, strict=False):
        await _pick(picker, await PickTask.get(id=task.id), what, tries=tries)


async def _pick(picker: Viewer, task: PickTask, what: str, *, tries: Tries) -> None:
    of_bundle = (await parts.by_task([task.id]))[task.id]
    one = next((part for part in of_bundle if part.units > part.picked), task)
    missing = one.units - one.picked
    if missing <= 0:
        return
    if what in ("short", "broken"):
        cause = ShortCause.NOT_FOUND if what == "short" else ShortCause.DAMAGED
        await tries(picking.short(picker, task.id, units=1, cause=cause, key=ids.token(), variant_id=one.variant_id))
        return
    variant = await Variant.get(id=one.variant_id)
    units = missing if what == "all" else 1
    await tries(picking.confirm(picker, task.id, barcode=variant.sku or "", quantity=units, scan_id=ids.token()))


async def go_on(picker: Viewer, warehouse_id: UUID, what: str, *, tries: Tries) -> None:
    """Do one thing with the waves and packages that are there, as far as one thing goes."""
    if what == "give up":
        wave = await Wave.filter(warehouse_id=warehouse_id).exclude(state=WaveState.CANCELED).order_by("-id").first()
        if wave is not None:
            await tries(waves.cancel(picker, wave.id))
        return
    if what == "open again":
        package = await _packages(warehouse_id, PackageState.PACKED, PackageState.LABELED).first()
        if package is not None:
            await tries(packing.unpack(picker, package.id))
        return
    await _pack(picker, warehouse_id, tries=tries)
    if what in ("label", "hand over"):
        for package in await _packages(warehouse_id, PackageState.PACKED):
            await tries(labeling.book(picker, package.id, carrier=CarrierCode.SIMULATOR))
    if what == "hand over":
        await _hand_over(picker, warehouse_id, tries=tries)


def _packages(warehouse_id: UUID, *states: PackageState) -> Any:
    return Package.filter(warehouse_id=warehouse_id, state__in=states).order_by("id")


async def _pack(picker: Viewer, warehouse_id: UUID, *, tries: Tries) -> None:
    if not await PickTask.filter(warehouse_id=warehouse_id, picked__gt=0).exclude(state=TaskState.CANCELED).exists():
        await pick(picker, warehouse_id, ["all"] * 3, tries=tries)
    tasks = await PickTask.filter(warehouse_id=warehouse_id, picked__gt=0).exclude(state=TaskState.CANCELED)
    for order_id in sorted({task.order_id for task in tasks if task.picked > task.packed}):
        await tries(packing.pack(picker, order_id, warehouse_id, key=ids.token()))


async def _hand_over(picker: Viewer, warehouse_id: UUID, *, tries: Tries) -> None:
    labeled = await _packages(warehouse_id, PackageState.LABELED)
    if not labeled:
        return
    listed = await tries(manifests.create(picker, warehouse_id, CarrierCode.SIMULATOR, key=ids.token()))
    if listed is None:
        return
    for package in labeled:
        await tries(manifests.add(picker, listed.id, scan=package.number))
    await tries(manifests.close(picker, listed.id, key=ids.token()))

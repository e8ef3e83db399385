"""Picking with a hand scanner: each scan is proven against the list and counts once; gaps on the shelf are told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from domain import idempotency
from domain.access import Permission, Viewer
from domain.fulfillment import bins, parts, scans, waves
from domain.fulfillment.feed import WarehouseEventKind, tell
from domain.fulfillment.scans import Scan
from domain.fulfillment.visible import visible_tasks
from domain.inventory import stock
from domain.orders import shortages
from domain.orders.history import lock
from domain.orders.history import tell as told
from kit.errors import Refused
from models.catalog import Variant
from models.database import persistent
from models.inventory import Reservation, ReservationState
from models.orders import OrderLine
from models.shortages import ShortageCause
from models.warehouse import PickPart, PickTask, ShortCause, TaskState, Wave, WaveState

Place = tuple[UUID, UUID, UUID]  # warehouse, order line, variant


async def confirm(viewer: Viewer, task_id: UUID, *, barcode: str, quantity: int, scan_id: str) -> PickTask:
    """Units were taken from their bin. The same `scan_id` counts once, another thing is refused as WRONG_ITEM."""
    viewer.require(Permission.SHIP)
    scan = scans.read(barcode=barcode, quantity=quantity, scan_id=scan_id)
    return await scans.once(PickTask, task_id, scan, _confirm(viewer, task_id, scan))


@persistent
async def _confirm(viewer: Viewer, task_id: UUID, scan: Scan) -> PickTask:
    async with viewer.market.change():
        task = await _locked(viewer, task_id)
        if await scans.is_known(task.id, scan):
            return task
        await _pick(task, scan.barcode, scan.quantity)
        await scans.remember(task.id, scan)
        if task.picked == task.units:
            task.state = TaskState.DONE
        await task.save(update_fields=["picked", "state"])
        wave = await _follow_wave(viewer, task)
        await tell(viewer, wave, WarehouseEventKind.TASK_PICKED, task=task, units=scan.quantity)
        return task


async def _pick(task: PickTask, barcode: str, quantity: int) -> None:
    """Count what was scanned: units of the task, or of one part of its bundles. The caller saves the task."""
    of_bundle = await parts.of(task)
    if not of_bundle:
        await _check_item(task, barcode)
        _check_open(task, task, quantity)
        task.picked += quantity
        return
    part = await parts.scanned(of_bundle, barcode)
    _check_open(task, part, quantity)
    part.picked += quantity
    await part.save(update_fields=["picked"])
    task.picked = parts.whole(of_bundle)


async def _locked(viewer: Viewer, task_id: UUID) -> PickTask:
    task = await visible_tasks(viewer).filter(id=task_id).select_for_update().first()
    if task is None:
        raise Refused("NOT_FOUND", path=("taskId",), what="pick task")
    return task


async def _check_item(task: PickTask, barcode: str) -> None:
    expected = await Variant.get(id=task.variant_id)
    if not bins.names(barcode, expected):
        raise Refused("WRONG_ITEM", path=("barcode",), expected=expected, sku=expected.sku or "", scanned=barcode)


def _check_open(task: PickTask, one: PickTask | PickPart, units: int, *, field: str = "quantity") -> None:
    """Refuse more than is still to be picked of a task, or of one part of it."""
    still = one.units - one.picked
    if task.state != TaskState.OPEN:
        raise Refused("TASK_CLOSED", path=("taskId",), state=task.state.value)
    if not 1 <= units <= still:
        raise Refused("OUT_OF_RANGE", path=(field,), minimum=1, maximum=still)


async def _follow_wave(viewer: Viewer, task: PickTask) -> Wave:
    """The wave after a change of its locked task: who works on one that nobody has gets it; the last task ends it."""
    wave = await Wave.get(id=task.wave_id)
    if wave.state == WaveState.OPEN and viewer.user_id is not None:
        wave = await waves.locked(viewer, wave.id)
        if wave.picker_id is None:
            await waves.give_to(viewer, wave, viewer.user_id)
    return wave if task.state == TaskState.OPEN else await waves.settle(viewer, task.wave_id)


# ------------------------------------------------------------------------------------------------- gaps on the shelf


async def short(
    viewer: Viewer, task_id: UUID, *, units: int, cause: ShortCause, key: str, variant_id: UUID | None = None
) -> PickTask:
    """Units are not where they should be, or broken. They are counted off, promised from elsewhere if there are any,
    else the customer is asked what is to be done. Of a bundle `variant_id` names the part: without it, or any other
    part, the bundle cannot be, and the parts of it that are there stay on the shelf."""
    viewer.require(Permission.SHIP)
    work = partial(_short, viewer, task_id, units=units, cause=cause, variant_id=variant_id)
    asked = {"task": task_id, "units": units, "cause": cause.value, "variant": variant_id}
    return await PickTask.get(id=await idempotency.once(viewer, "pickShort", key, asked=asked, work=work))


async def _short(viewer: Viewer, task_id: UUID, *, units: int, cause: ShortCause, variant_id: UUID | None) -> UUID:
    known = await visible_tasks(viewer).get_or_none(id=task_id)
    if known is None:
        raise Refused("NOT_FOUND", path=("taskId",), what="pick task")
    order = await lock(viewer, known.order_id)
    task = await _locked(viewer, task_id)
    lost, broken = await _miss(task, units, variant_id)
    task.short += lost
    await waves.take_off(task, lost)
    wave = await Wave.get(id=task.wave_id)
    gone = {task.order_line_id: lost}
    reason = f"{wave.number}: {cause.value}"
    await stock.lose(
        viewer, order_id=order.id, warehouse_id=task.warehouse_id, quantities=gone, broken=broken, reason=reason
    )
    if await shortages.report(viewer, order, gone, cause=ShortageCause(cause.value)) is None:
        facts: dict[str, object] = {"line_id": str(task.order_line_id), "units": lost}
        await told(viewer, order, kind="order.repicked", cause=cause.value, data=facts)
    wave = await _follow_wave(viewer, task)  # waves are locked after stock, everywhere
    await tell(viewer, wave, WarehouseEventKind.TASK_SHORT, task=task, units=lost)
    return task.id


async def _miss(task: PickTask, units: int, variant_id: UUID | None) -> tuple[int, dict[UUID, int] | None]:
    """How many units of the line are lost with what is not there, and which parts are gone when it is a bundle."""
    of_bundle = await parts.of(task)
    if not of_bundle:
        if variant_id not in (None, task.variant_id):
            raise Refused("NOT_FOUND", path=("variantId",), what="variant")
        _check_open(task, task, units, field="units")
        return units, None
    if variant_id is None:
        raise Refused("REQUIRED", path=("variantId",))
    part = next((one for one in of_bundle if one.variant_id == variant_id), None)
    if part is None:
        raise Refused("NOT_FOUND", path=("variantId",), what="variant")
    _check_open(task, part, units, field="units")
    part.short += units
    await part.save(update_fields=["short"])
    return -(-units // part.each), {part.variant_id: units}


# ------------------------------------------------------------------------------------- what an order no longer needs


async def follow_order(viewer: Viewer, order_id: UUID) -> None:
    """Take off the lists what an order holds no longer: canceled, dropped, or promised from elsewhere meanwhile.

    Nothing that is packed is touched: it cannot be given back unopened.
    """
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        tasks = await PickTask.filter(order_id=order.id).exclude(state=TaskState.CANCELED).order_by("id")
        tasks = await PickTask.filter(id__in=[task.id for task in tasks]).order_by("id").select_for_update()
        tasks = await _own(order.id, tasks)
        kept = _kept(tasks, await _held(order.id))
        touched = []
        for task in tasks:
            dropped = task.units - task.packed - kept[task.id]
            if dropped:
                await waves.take_off(task, dropped)
                touched.append((task, dropped))
        await _tell_dropped(viewer, touched)


def _kept(tasks: Sequence[PickTask], held: Mapping[Place, int]) -> Counter[UUID]:
    """How many units that are not packed each task keeps: those that are picked before those that are not."""
    left, kept = Counter(held), Counter[UUID]()
    picked = [(task, task.picked - task.packed) for task in tasks]
    for task, asked in (*picked, *((task, task.units - task.picked) for task in tasks)):
        place = (task.warehouse_id, task.order_line_id, task.variant_id)
        part = min(asked, left[place])
        left[place] -= part
        kept[task.id] += part
    return kept


async def _own(order_id: UUID, tasks: Sequence[PickTask]) -> list[PickTask]:
    """The tasks that are still of this order; lines that were merged into another one take theirs along."""
    homes = {line.id: line.order_id for line in await OrderLine.filter(id__in=[task.order_line_id for task in tasks])}
    for task in tasks:
        task.order_id = homes[task.order_line_id]
        if task.order_id != order_id:
            await task.save(update_fields=["order_id"])
    return [task for task in tasks if task.order_id == order_id]


async def _held(order_id: UUID) -> dict[Place, int]:
    """Units held and not packed, by warehouse, line and variant."""
    held: dict[Place, int] = {}
    for row in await Reservation.filter(order_id=order_id, state=ReservationState.HELD):
        place = (row.warehouse_id, row.order_line_id, row.variant_id)
        held[place] = held.get(place, 0) + row.quantity - row.packed
    return held


async def _tell_dropped(viewer: Viewer, touched: Sequence[tuple[PickTask, int]]) -> None:
    settled = {
        wave_id: await waves.settle(viewer, wave_id) for wave_id in sorted({task.wave_id for task, _ in touched})
    }
    for task, dropped in touched:
        await tell(viewer, settled[task.wave_id], WarehouseEventKind.TASK_DROPPED, task=task, units=dropped)

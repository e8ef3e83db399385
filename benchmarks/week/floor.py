"""The warehouse floor of a busy week: lists, scans, gaps, packages, labels and the van; a step of each in a turn."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from benchmarks.week import faults
from benchmarks.week.town import Act, Town, goes_by_list
from domain.access import Viewer
from domain.fulfillment import labeling, manifests, packing, picking, waves
from domain.fulfillment.waves import Wish
from domain.orders import actions
from domain.orders.actions import Action
from kit import ids
from kit.errors import Refusals, Refused
from models.catalog import Variant
from models.fulfillment import CarrierCode
from models.inventory import Reservation, ReservationState, Warehouse
from models.orders import Order
from models.warehouse import Manifest, Package, PackageState, PickTask, ShortCause, TaskState, Wave, WaveState

MOST_ORDERS = 20  # of a list
VAN_EVERY = 4  # turns
OTHER = "6900000000007"  # a barcode that nothing of the demo market has


async def acts(town: Town, ready: Sequence[Order]) -> list[Act]:
    """A shift for each warehouse: what is furthest goes first, so that nothing takes two steps in one turn."""
    by_list = [order.id for order in ready if goes_by_list(order)]
    return [partial(_shift, town, house, by_list) for house in town.houses]


async def _shift(town: Town, house: Warehouse, ready: Sequence[UUID]) -> None:
    picker = town.worker(town.dice.choice(("picker", "picker2")))
    if town.turns % VAN_EVERY == 0:
        await _hand_over(town, picker, house)
    await _label(town, picker, house)
    await _pack(town, picker, house)
    await _walk(town, picker, house)
    await _list(town, picker, house, ready)


async def _list(town: Town, picker: Viewer, house: Warehouse, ready: Sequence[UUID]) -> None:
    held = Reservation.filter(order_id__in=list(ready), warehouse_id=house.id, state=ReservationState.HELD)
    here = {promise.order_id for promise in await held if promise.quantity > promise.packed}
    tasks = PickTask.filter(order_id__in=list(here), warehouse_id=house.id).exclude(state=TaskState.CANCELED)
    listed = {task.order_id for task in await tasks if task.state == TaskState.OPEN or task.picked > task.packed}
    chosen = [order_id for order_id in ready if order_id in here - listed][:MOST_ORDERS]
    if chosen:
        wish = Wish(house.id, most_orders=MOST_ORDERS, order_ids=tuple(chosen))
        await town.tries("list", waves.create(picker, wish, key=str(ids.new_id())))


async def _walk(town: Town, picker: Viewer, house: Warehouse) -> None:
    underway = Wave.filter(warehouse_id=house.id, state__in=(WaveState.OPEN, WaveState.PICKING))
    for wave in [wave for wave in await underway.order_by("id") if town.is_own(wave.id)]:
        if town.falls(faults.LISTS_GIVEN_UP):
            await town.tries("give a list up", waves.cancel(picker, wave.id))
            continue
        if wave.picker_id is None:
            await town.tries("take a list", waves.claim(picker, wave.id))
        tasks = await PickTask.filter(wave_id=wave.id, state=TaskState.OPEN).order_by("zone", "bin", "id")
        variants = {row.id: row for row in await Variant.filter(id__in={task.variant_id for task in tasks})}
        for task in tasks:
            await _pick(town, picker, task, variants[task.variant_id])


async def _pick(town: Town, picker: Viewer, task: PickTask, variant: Variant) -> None:
    """One thing from its shelf: another one is scanned first, the scanner says it twice, or some of it is not there."""
    units, barcode, scan = task.units - task.picked, variant.barcode or variant.sku or "", str(ids.new_id())
    if town.falls(faults.SHORT):
        cause = town.dice.choice(list(ShortCause))
        short = picking.short(picker, task.id, units=town.dice.randint(1, units), cause=cause, key=scan)
        await town.tries(f"short {cause.value}", short)
        task = await PickTask.get(id=task.id)
        units = task.units - task.picked
    if task.state != TaskState.OPEN or units < 1:
        return
    if town.falls(faults.WRONG_SCAN):
        await town.tries("scan", picking.confirm(picker, task.id, barcode=OTHER, quantity=units, scan_id=f"{scan}?"))
    for _ in range(2 if town.falls(faults.SCANNED_TWICE) else 1):
        await town.tries("scan", picking.confirm(picker, task.id, barcode=barcode, quantity=units, scan_id=scan))


async def _pack(town: Town, picker: Viewer, house: Warehouse) -> None:
    waiting = PickTask.filter(warehouse_id=house.id, wave__state=WaveState.PICKED, state=TaskState.DONE)
    picked = [task for task in await waiting if task.picked > task.packed and town.is_own(task.order_id)]
    for order_id in sorted({task.order_id for task in picked}):
        await town.tries("pack", packing.pack(picker, order_id, house.id, key=str(ids.new_id())))


async def _label(town: Town, picker: Viewer, house: Warehouse) -> None:
    for package in await _packages(town, house, PackageState.PACKED):
        if town.falls(faults.OPENED_AGAIN):
            await town.tries("open again", packing.unpack(picker, package.id))
        else:
            await town.tries("label", labeling.book(picker, package.id, carrier=CarrierCode.SIMULATOR))


async def _hand_over(town: Town, picker: Viewer, house: Warehouse) -> None:
    labeled = await _packages(town, house, PackageState.LABELED)
    if not labeled:
        return
    opening = manifests.create(picker, house.id, CarrierCode.SIMULATOR, key=str(ids.new_id()))
    van = await town.tries("manifest", opening)
    if van is None:
        return
    for package in labeled:
        if package.manifest_id is None:
            scan = town.dice.choice((package.number, package.waybill or package.number))
            await town.tries("load", manifests.add(picker, van.id, scan=scan))
    if await town.tries("hand over", manifests.close(picker, van.id, key=str(ids.new_id()))) is None:
        for package in labeled:
            await _leave_behind(town, picker, van, package)
        await town.tries("hand over", manifests.close(picker, van.id, key=str(ids.new_id())))


async def _leave_behind(town: Town, picker: Viewer, van: Manifest, package: Package) -> None:
    """What may not go now stays here, and the van with the rest does not wait for it."""
    order = await Order.get(id=package.order_id)
    try:
        actions.check(picker, order, Action.SHIP)
    except (Refused, Refusals):
        await town.tries("leave behind", manifests.remove(picker, van.id, scan=package.number))


async def _packages(town: Town, house: Warehouse, state: PackageState) -> list[Package]:
    found = await Package.filter(warehouse_id=house.id, state=state).order_by("created_at", "id")
    return [package for package in found if town.is_own(package.order_id)]

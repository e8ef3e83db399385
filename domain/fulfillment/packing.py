"""Packing what was picked: the proposal, packages filled scan by scan or as proposed, and opening them again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from domain import idempotency
from domain.access import Permission, Viewer
from domain.fulfillment import bins, bookings, parts, scans, waves
from domain.fulfillment.boxes import Box, Goods, fits, proposed
from domain.fulfillment.scans import Scan
from domain.fulfillment.visible import visible_packages
from domain.inventory import handling
from domain.orders import actions
from domain.orders.actions import Action
from domain.orders.history import lock, tell
from domain.orders.visible import visible as visible_orders
from kit import clock, ids
from kit.errors import Refused
from models.catalog import Variant
from models.database import persistent
from models.inventory import Warehouse
from models.orders import Order, OrderLine
from models.warehouse import Package, PackageKind, PackageLine, PackageState, PickTask, TaskState

TRANSITIONS: Mapping[PackageState, frozenset[PackageState]] = {
    PackageState.OPEN: frozenset({PackageState.PACKED, PackageState.UNPACKED}),
    PackageState.PACKED: frozenset({PackageState.LABELED, PackageState.UNPACKED}),
    PackageState.LABELED: frozenset({PackageState.HANDED_OVER, PackageState.UNPACKED}),
    PackageState.HANDED_OVER: frozenset(),
    PackageState.UNPACKED: frozenset(),
}


async def plan(viewer: Viewer, order_id: UUID, warehouse_id: UUID) -> list[Box]:
    """The packages that the picked goods of an order make; nothing is written."""
    viewer.require(Permission.SHIP)
    if not await visible_orders(viewer).filter(id=order_id).exists():
        raise Refused("NOT_FOUND", path=("orderId",), what="order")
    tasks = await PickTask.filter(order_id=order_id, warehouse_id=warehouse_id).order_by("id")
    return proposed(await _goods(tasks), most_grams=viewer.market.policy.package_grams)


async def pack(viewer: Viewer, order_id: UUID, warehouse_id: UUID, *, key: str) -> list[Package]:
    """Pack everything that was picked of an order as proposed; gives the closed packages."""
    viewer.require(Permission.SHIP)
    asked = {"order": order_id, "warehouse": warehouse_id}
    work = partial(_pack, viewer, order_id, warehouse_id)
    batch = await idempotency.once(viewer, "packagePack", key, asked=asked, work=work)
    return await Package.filter(batch_id=batch).order_by("id")


async def _pack(viewer: Viewer, order_id: UUID, warehouse_id: UUID) -> UUID:
    order = await lock(viewer, order_id)
    actions.check(viewer, order, Action.SHIP)
    tasks = {task.id: task for task in await _locked_tasks(order_id, warehouse_id)}
    boxes = proposed(await _goods(list(tasks.values())), most_grams=viewer.market.policy.package_grams)
    if not boxes:
        raise Refused("NOTHING_PICKED", path=("orderId",))
    batch = ids.new_id()
    for box in boxes:
        package = await Package.create(
            number=f"B{ids.readable(10)}",
            order_id=order.id,
            warehouse_id=warehouse_id,
            kind=box.kind,
            is_fragile=box.is_fragile,
            batch_id=batch,
            created_at=clock.now(),
        )
        await _lay(order, package, [(tasks[task_id], units) for task_id, units in box.units])
        await _close(viewer, order, package)
    return batch


# --------------------------------------------------------------------------------------------------- scan by scan


async def open_package(viewer: Viewer, order_id: UUID, warehouse_id: UUID, *, kind: PackageKind, key: str) -> Package:
    """Begin a package for an order."""
    viewer.require(Permission.SHIP)

    async def work() -> UUID:
        order = await lock(viewer, order_id)
        actions.check(viewer, order, Action.SHIP)
        if not await Warehouse.exists(id=warehouse_id):
            raise Refused("NOT_FOUND", path=("warehouseId",), what="warehouse")
        package = await Package.create(
            number=f"B{ids.readable(10)}",
            order_id=order.id,
            warehouse_id=warehouse_id,
            kind=kind,
            is_fragile=kind == PackageKind.FRAGILE,
            created_at=clock.now(),
        )
        return package.id

    asked = {"order": order_id, "warehouse": warehouse_id, "kind": kind.value}
    return await Package.get(id=await idempotency.once(viewer, "packageOpen", key, asked=asked, work=work))


async def add_item(viewer: Viewer, package_id: UUID, *, barcode: str, quantity: int, scan_id: str) -> Package:
    """Lay picked units into an open package. The same `scan_id` counts once, what does not belong is refused."""
    viewer.require(Permission.SHIP)
    scan = scans.read(barcode=barcode, quantity=quantity, scan_id=scan_id)
    return await scans.once(Package, package_id, scan, _add_item(viewer, package_id, scan))


@persistent
async def _add_item(viewer: Viewer, package_id: UUID, scan: Scan) -> Package:
    async with viewer.market.change():
        order, package = await locked(viewer, package_id)
        if await scans.is_known(package.id, scan):
            return package
        if package.state != PackageState.OPEN:
            raise Refused("PACKAGE_CLOSED", path=("packageId",), state=package.state.value)
        tasks = await _locked_tasks(order.id, package.warehouse_id)
        chosen = await _chosen(package, tasks, scan)
        await _lay(order, package, chosen)
        _check_weight(viewer, package)
        await scans.remember(package.id, scan)
        await order.save(update_fields=["packed"])
        return package


async def _chosen(package: Package, tasks: Sequence[PickTask], scan: Scan) -> list[tuple[PickTask, int]]:
    """The picked units that a scan means, all of one variant."""
    known = {row.id: row for row in await Variant.filter(id__in=[task.variant_id for task in tasks])}
    fitting = [task for task in tasks if bins.names(scan.barcode, known[task.variant_id]) and task.picked > task.packed]
    if not fitting:
        raise Refused("NOT_PICKED", path=("barcode",), scanned=scan.barcode)
    if not all(fits(package.kind, goods) for goods in await _goods(fitting)):
        raise Refused("WRONG_PACKAGE", path=("packageId",), kind=package.kind.value)
    there = sum(task.picked - task.packed for task in fitting)
    if not 1 <= scan.quantity <= there:
        raise Refused("OUT_OF_RANGE", path=("quantity",), minimum=1, maximum=there)
    chosen, rest = [], scan.quantity
    for task in fitting:
        units = min(rest, task.picked - task.packed)
        rest -= units
        if units:
            chosen.append((task, units))
    return chosen


def _check_weight(viewer: Viewer, package: Package) -> None:
    most = viewer.market.policy.package_grams
    if package.weight_grams > most:
        raise Refused("PACKAGE_TOO_HEAVY", path=("packageId",), grams=package.weight_grams, maximum=most)


@persistent
async def close(viewer: Viewer, package_id: UUID) -> Package:
    """Close a package, so that it can be labeled. Closing it again changes nothing."""
    viewer.require(Permission.SHIP)
    async with viewer.market.change():
        order, package = await locked(viewer, package_id)
        if package.state in (PackageState.PACKED, PackageState.LABELED):
            return package
        if package.state != PackageState.OPEN:
            raise Refused("PACKAGE_CLOSED", path=("packageId",), state=package.state.value)
        actions.check(viewer, order, Action.SHIP)
        await _close(viewer, order, package)
        return package


async def _close(viewer: Viewer, order: Order, package: Package) -> None:
    if not await PackageLine.exists(package_id=package.id):
        raise Refused("PACKAGE_EMPTY", path=("packageId",))
    enter(package, PackageState.PACKED)
    package.packed_at = clock.now()
    await package.save()
    await tell(viewer, order, kind="order.packed", data={"package": package.number, "kind": package.kind.value})
    await settle_waves(viewer, [package.id])


# ------------------------------------------------------------------------------------------------------ opened again


@persistent
async def unpack(viewer: Viewer, package_id: UUID) -> Package:
    """Open a package that has not left: its units are picked, not packed, and the order can be changed again."""
    viewer.require(Permission.SHIP)
    async with viewer.market.change():
        order, package = await locked(viewer, package_id)
        if package.state == PackageState.UNPACKED:
            return package
        if package.state == PackageState.HANDED_OVER:
            raise Refused("PACKAGE_GONE", path=("packageId",))
        units = await units_of(package)
        tasks = {task.id: task for task in await _locked_tasks(order.id, package.warehouse_id)}
        for line in await PackageLine.filter(package_id=package.id):
            tasks[line.task_id].packed -= line.quantity
            await tasks[line.task_id].save(update_fields=["packed"])
        enter(package, PackageState.UNPACKED)
        package.manifest_id = None
        if package.booking_id is not None:
            await bookings.take_off(package.booking_id)
        await package.save()
        await handling.unpack(order_id=order.id, warehouse_id=package.warehouse_id, units=units)
        order.packed -= units.total()
        await tell(viewer, order, kind="order.unpacked", data={"package": package.number})
        await settle_waves(viewer, [package.id])
        return package


# ------------------------------------------------------------------------------------------------------------- pieces


async def locked(viewer: Viewer, package_id: UUID) -> tuple[Order, Package]:
    """A package and its order, the order's row first, held until the transaction ends."""
    known = await visible_packages(viewer).get_or_none(id=package_id)
    if known is None:
        raise Refused("NOT_FOUND", path=("packageId",), what="package")
    order = await lock(viewer, known.order_id)
    return order, await Package.filter(id=package_id).select_for_update().get()


def enter(package: Package, state: PackageState) -> None:
    """Move a package on, the caller saves it."""
    if state not in TRANSITIONS[package.state]:
        raise Refused("PACKAGE_CLOSED", path=("packageId",), state=package.state.value)
    package.state = state


async def units_of(package: Package) -> Counter[UUID]:
    """What lies in it, by order line."""
    units: Counter[UUID] = Counter()
    for line in await PackageLine.filter(package_id=package.id):
        units[line.order_line_id] += line.quantity
    return units


async def settle_waves(viewer: Viewer, package_ids: Sequence[UUID]) -> None:
    """Bring the waves that packages were picked in to where they stand now, in key order."""
    found = await PackageLine.filter(package_id__in=list(package_ids)).values_list("task__wave_id", flat=True)
    for wave_id in sorted({UUID(str(key)) for key in found}):
        await waves.settle(viewer, wave_id)


async def _locked_tasks(order_id: UUID, warehouse_id: UUID) -> list[PickTask]:
    tasks = PickTask.filter(order_id=order_id, warehouse_id=warehouse_id).exclude(state=TaskState.CANCELED)
    return await tasks.order_by("id").select_for_update()


async def _goods(tasks: Sequence[PickTask]) -> list[Goods]:
    """What was picked and is not packed, with what its products say of themselves; a bundle needs what its parts do."""
    made_of = await parts.variants_of(tasks)
    rows = await Variant.filter(id__in={key for keys in made_of.values() for key in keys}).select_related("product")
    known = {row.id: row.product for row in rows}
    lines = {row.id: row for row in await OrderLine.filter(id__in=[task.order_line_id for task in tasks])}
    return [
        Goods(
            task_id=task.id,
            quantity=task.picked - task.packed,
            weight_grams=lines[task.order_line_id].weight_grams,
            is_cold=any(known[key].cold_chain for key in made_of[task.id]),
            is_fragile=any(known[key].fragile for key in made_of[task.id]),
        )
        for task in tasks
        if task.picked > task.packed
    ]


async def _lay(order: Order, package: Package, chosen: Sequence[tuple[PickTask, int]]) -> None:
    """Put units of locked tasks into an open package; the caller saves the order."""
    goods = {one.task_id: one for one in await _goods([task for task, _ in chosen])}
    units: Counter[UUID] = Counter()
    for task, count in chosen:
        await _count_in(package, task, count)
        units[task.order_line_id] += count
        package.weight_grams += count * goods[task.id].weight_grams
        package.is_fragile = package.is_fragile or goods[task.id].is_fragile
        task.packed += count
        await task.save(update_fields=["packed"])
    await package.save(update_fields=["weight_grams", "is_fragile"])
    await handling.pack(order_id=order.id, warehouse_id=package.warehouse_id, units=units)
    order.packed += units.total()


async def _count_in(package: Package, task: PickTask, count: int) -> None:
    line = await PackageLine.get_or_none(package_id=package.id, task_id=task.id)
    if line is None:
        line = PackageLine(
            package_id=package.id,
            task_id=task.id,
            order_line_id=task.order_line_id,
            variant_id=task.variant_id,
            quantity=0,
        )
    line.quantity += count
    await line.save()

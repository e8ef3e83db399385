"""Work in a warehouse for tests, done through the real actions."""

from collections.abc import Sequence

from domain.access import Viewer
from domain.fulfillment import labeling, packing, parts, picking, waves
from domain.fulfillment.waves import Wish
from kit.ids import token
from models.catalog import Variant
from models.fulfillment import CarrierCode
from models.inventory import Warehouse
from models.orders import Order
from models.warehouse import Package, PickPart, PickTask, Wave


async def house(code: str = "SH") -> Warehouse:
    """The warehouse with this code."""
    return await Warehouse.get(code=code)


async def make_wave(picker: Viewer, code: str = "SH", *, key: str | None = None, most: int = 20) -> Wave:
    """A wave of whatever is ready there."""
    wish = Wish((await house(code)).id, most_orders=most)
    return await waves.create(picker, wish, key=key or token())


async def tasks_of(wave: Wave) -> list[PickTask]:
    """The pick list as it is now."""
    return await PickTask.filter(wave_id=wave.id).order_by("zone", "bin", "variant_id", "id")


async def scan(picker: Viewer, task: PickTask, units: int | None = None, *, scan_id: str | None = None) -> PickTask:
    """Pick units of a task, all that are missing when none are named."""
    variant = await Variant.get(id=task.variant_id)
    quantity = task.units - task.picked if units is None else units
    return await picking.confirm(
        picker, task.id, barcode=variant.sku or "", quantity=quantity, scan_id=scan_id or token()
    )


async def scan_part(picker: Viewer, part: PickPart, units: int) -> PickTask:
    """Pick units of a part of a bundle."""
    variant = await Variant.get(id=part.variant_id)
    return await picking.confirm(picker, part.task_id, barcode=variant.sku or "", quantity=units, scan_id=token())


async def pick_all(picker: Viewer, wave: Wave) -> None:
    """Walk the whole list."""
    for task in await tasks_of(wave):
        of_bundle = (await parts.by_task([task.id]))[task.id]
        for part in (one for one in of_bundle if one.units > one.picked):
            await scan_part(picker, part, part.units - part.picked)
        if not of_bundle and task.units > task.picked:
            await scan(picker, task)


async def make_picked(picker: Viewer, code: str = "SH") -> Wave:
    """A wave of whatever is ready there, walked to its end."""
    wave = await make_wave(picker, code)
    await pick_all(picker, wave)
    return await Wave.get(id=wave.id)


async def pack(picker: Viewer, order: Order, code: str = "SH") -> list[Package]:
    """Pack what was picked of an order as proposed."""
    return await packing.pack(picker, order.id, (await house(code)).id, key=token())


async def make_labeled(picker: Viewer, orders: Sequence[Order], code: str = "SH") -> list[Package]:
    """Packages of these orders, picked, packed and labeled."""
    await make_picked(picker, code)
    packages = [package for order in orders for package in await pack(picker, order, code)]
    return [await labeling.book(picker, package.id, carrier=CarrierCode.SIMULATOR) for package in packages]

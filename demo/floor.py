"""The warehouse floor of the demo market: where things lie, and orders that stand at each step between shelf and van."""

from collections.abc import Sequence
from itertools import count
from uuid import UUID

from demo.scene import Scene
from domain.access import Viewer
from domain.fulfillment import labeling, manifests, packing, parts, picking, waves
from domain.fulfillment.waves import Wish
from domain.inventory import stock
from models.catalog import Product, Variant
from models.fulfillment import CarrierCode
from models.inventory import StockLevel
from models.orders import Order
from models.warehouse import Package, PickPart, PickTask, StorageBin, Wave

SHELVES, PLACES = 12, 8  # of each zone


async def label_bins() -> None:
    """A bin for everything that lies anywhere: zone C is cold, F is padded, A and B hold the rest."""
    handling = {row.id: (row.cold_chain, row.fragile) for row in await Product.all()}
    variants = await Variant.all().order_by("sku")
    zones = {variant.id: _zone(*handling[variant.product_id], turn) for turn, variant in enumerate(variants)}
    counters = {zone: count() for zone in "ABCF"}
    codes = {variant.id: _code(next(counters[zones[variant.id]])) for variant in variants}
    levels = await StockLevel.all().order_by("id")
    await StorageBin.bulk_create(
        StorageBin(
            warehouse_id=level.warehouse_id,
            variant_id=level.variant_id,
            zone=zones[level.variant_id],
            code=codes[level.variant_id],
        )
        for level in levels
    )


def _zone(is_cold: bool, is_fragile: bool, turn: int) -> str:
    if is_cold:
        return "C"
    return "F" if is_fragile else "AB"[turn % 2]


def _code(number: int) -> str:
    aisle, place = divmod(number, SHELVES * PLACES)
    shelf, place = divmod(place, PLACES)
    return f"{aisle + 1:02}-{shelf + 1:02}-{place + 1}"


# Orders on the floor today -------------------------------------------------------------------------------------------


async def waits_on_a_pick_list(scene: Scene) -> None:
    """On a list that nobody has taken yet."""
    order = await scene.buy()
    await scene.moment()
    await _listed(scene, order)


async def is_being_picked(scene: Scene) -> None:
    """A picker walks: the first line is in the cart."""
    order = await scene.buy()
    await scene.moment()
    for wave in await _listed(scene, order):
        await waves.claim(_picker(scene), wave.id)
        await scene.moment()
        await _pick(scene, (await _tasks(wave))[:1])


async def lies_picked(scene: Scene) -> None:
    """Everything is in the picker's cart, and nothing in a package."""
    order = await scene.buy()
    await scene.moment()
    for wave in await _listed(scene, order):
        await scene.moment()
        await _pick(scene, await _tasks(wave))


async def comes_off_its_list(scene: Scene) -> None:
    """Its list was given up before anybody walked; it waits for the next one."""
    order = await scene.buy()
    await scene.moment()
    for wave in await _listed(scene, order):
        await scene.moment()
        await waves.cancel(_picker(scene), wave.id)


async def lies_packed(scene: Scene) -> None:
    """On the packing table, closed and without a label."""
    order = await scene.buy()
    await scene.moment()
    await _packed(scene, order)


async def waits_for_the_van(scene: Scene) -> None:
    """Labeled, and scanned onto the list that the carrier will sign."""
    order = await scene.buy()
    await scene.moment()
    await _on_a_manifest(scene, order)


async def left_by_manifest(scene: Scene) -> None:
    """Picked, packed, labeled, signed for."""
    order = await scene.buy()
    await scene.pause(0.5, 2)
    for manifest_id in await _on_a_manifest(scene, order):
        await scene.moment()
        await manifests.close(_picker(scene), manifest_id, key=f"{scene.key}:signed:{manifest_id}")


def _picker(scene: Scene) -> Viewer:
    return scene.stage.staff["picker"].viewer


async def _listed(scene: Scene, order: Order) -> list[Wave]:
    """A wave of this order in each warehouse that holds some of it."""
    places = sorted({promise.warehouse_id for promise in await stock.held(order.id)})
    return [
        await waves.create(_picker(scene), Wish(place, order_ids=(order.id,)), key=f"{scene.key}:wave:{number}")
        for number, place in enumerate(places)
    ]


async def _tasks(wave: Wave) -> list[PickTask]:
    return await PickTask.filter(wave_id=wave.id).order_by("zone", "bin", "id")


async def _pick(scene: Scene, tasks: Sequence[PickTask]) -> None:
    for task in tasks:
        takes: Sequence[PickTask | PickPart] = (await parts.by_task([task.id]))[task.id] or [task]
        for one in takes:
            variant = await Variant.get(id=one.variant_id)
            code = variant.barcode or variant.sku or ""
            await picking.confirm(_picker(scene), task.id, barcode=code, quantity=one.units, scan_id=str(one.id))


async def _packed(scene: Scene, order: Order) -> list[Package]:
    packages: list[Package] = []
    for wave in await _listed(scene, order):
        await scene.moment()
        await _pick(scene, await _tasks(wave))
        key = f"{scene.key}:pack:{wave.number}"
        packages += await packing.pack(_picker(scene), order.id, wave.warehouse_id, key=key)
    return packages


async def _on_a_manifest(scene: Scene, order: Order) -> list[UUID]:
    """The lists that the order's packages stand on, one for each warehouse."""
    lists: dict[UUID, UUID] = {}
    for package in await _packed(scene, order):
        labeled = await labeling.book(_picker(scene), package.id, carrier=CarrierCode.SIMULATOR)
        place = labeled.warehouse_id
        if place not in lists:
            key = f"{scene.key}:list:{place}"
            lists[place] = (await manifests.create(_picker(scene), place, CarrierCode.SIMULATOR, key=key)).id
        await manifests.add(_picker(scene), lists[place], scan=labeled.number)
    return list(lists.values())

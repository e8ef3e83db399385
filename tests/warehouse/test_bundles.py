"""Bundles on the floor: picked part by part, packed and shipped as whole ones."""

import pytest

from domain.access import Viewer
from domain.fulfillment import bins, manifests, packing, picking, waves
from domain.inventory import bundles
from domain.inventory.bundles import Part
from domain.market import Market
from domain.orders import lifecycle
from kit.errors import Refused
from models.catalog import Product, Variant
from models.fulfillment import CarrierCode, ParcelLine
from models.inventory import Reservation
from models.orders import CancelReason, Order, OrderState, Supply
from models.warehouse import PackageKind, PackageLine, PickPart, PickTask, ShortCause, TaskState, Wave, WaveState
from tests.api import Api
from tests.factories.catalog import make_product, variant_of
from tests.factories.fulfillment import lines_of, make_paid, public, run
from tests.factories.inventory import counts
from tests.factories.warehouse import house, make_labeled, make_picked, make_wave, pack, pick_all, scan_part, tasks_of

LIST = """query ($id: ID!) { wave(id: $id) {
  tasks { units picked variant { sku } parts { zone bin each units picked short putBack variant { sku } } }
  stops { zone bin units picked variant { sku } tasks { id } } } }"""
SHORT = """mutation ($input: PickTaskShortInput!) { pickTaskShort(input: $input) {
  task { units short parts { short } } userErrors { code path } } }"""


class Fruit:
    """Baskets of two apples and a pear, and apples by themselves; of each fruit twelve in Shanghai."""

    apples: Product
    baskets: Product
    apple: Variant
    pear: Variant


@pytest.fixture
async def fruit(the_market: Viewer, picker: Viewer) -> Fruit:
    found = Fruit()
    found.apples = await make_product(variants=[{"sku": "APPLE"}], stock={"SH": 12})
    found.apple = await variant_of(found.apples)
    found.pear = await variant_of(await make_product(variants=[{"sku": "PEAR"}], stock={"SH": 12}, cold_chain=True))
    found.baskets = await make_product(variants=[{"sku": "BASKET"}], stock={})
    basket = await variant_of(found.baskets)
    await bundles.set_parts(the_market, basket.id, [Part(found.apple.id, 2), Part(found.pear.id, 1)])
    for variant, zone, code in ((found.apple, "B", "02"), (found.pear, "A", "07")):
        await bins.put(picker, warehouse_id=(await house()).id, variant_id=variant.id, zone=zone, code=code)
    return found


async def part_of(task: PickTask, variant: Variant) -> PickPart:
    return await PickPart.get(task_id=task.id, variant_id=variant.id)


async def task_of(wave: Wave) -> PickTask:
    [task] = await tasks_of(wave)
    return task


async def test_a_wave_asks_for_the_parts_of_a_bundle_each_in_its_own_bin(
    api: Api, customer: Viewer, picker: Viewer, fruit: Fruit
) -> None:
    await make_paid(customer, {fruit.baskets: 2, fruit.apples: 1})
    wave = await make_wave(picker)
    seen = (await api(LIST, as_=picker, id=public("Wave", wave.id)))["wave"]
    [basket] = [task for task in seen["tasks"] if task["variant"]["sku"] == "BASKET"]
    assert (basket["units"], basket["picked"]) == (2, 0)
    assert [
        (part["zone"], part["bin"], part["variant"]["sku"], part["each"], part["units"]) for part in basket["parts"]
    ] == [
        ("A", "07", "PEAR", 1, 2),
        ("B", "02", "APPLE", 2, 4),
    ]
    assert [(stop["variant"]["sku"], stop["units"], len(stop["tasks"])) for stop in seen["stops"]] == [
        ("PEAR", 2, 1),
        ("APPLE", 5, 2),
    ]


async def test_a_bundle_is_picked_when_all_of_its_parts_are(customer: Viewer, picker: Viewer, fruit: Fruit) -> None:
    await make_paid(customer, {fruit.baskets: 2})
    wave = await make_wave(picker)
    task = await task_of(wave)
    apple, pear = await part_of(task, fruit.apple), await part_of(task, fruit.pear)
    assert (await scan_part(picker, apple, 3)).picked == 0
    assert (await scan_part(picker, pear, 2)).picked == 1
    with pytest.raises(Refused, match="OUT_OF_RANGE"):
        await scan_part(picker, apple, 2)
    for _ in range(2):
        task = await picking.confirm(picker, task.id, barcode="APPLE", quantity=1, scan_id="last")
    assert (task.picked, task.state) == (2, TaskState.DONE)
    assert (await Wave.get(id=wave.id)).state == WaveState.PICKED


async def test_another_thing_than_a_part_is_refused_the_bundle_itself_among_it(
    customer: Viewer, picker: Viewer, fruit: Fruit
) -> None:
    await make_paid(customer, {fruit.baskets: 1})
    task = await task_of(await make_wave(picker))
    for code in ("BASKET", "MELON"):
        with pytest.raises(Refused, match="WRONG_ITEM"):
            await picking.confirm(picker, task.id, barcode=code, quantity=1, scan_id=code)
    assert [part.picked for part in await PickPart.filter(task_id=task.id)] == [0, 0]


async def test_bundles_are_packed_and_shipped_whole(
    market: Market, customer: Viewer, picker: Viewer, fruit: Fruit
) -> None:
    order = await make_paid(customer, {fruit.baskets: 2})
    await make_picked(picker)
    [package] = await pack(picker, order)
    assert package.kind == PackageKind.COLD, "one of its parts is to be kept cold"
    assert (await PackageLine.get()).quantity == 2
    assert (await Order.get(id=order.id)).packed == 2
    assert (await Reservation.get(order_id=order.id)).packed == 2
    await packing.unpack(picker, package.id)
    await lifecycle.cancel(customer, order.id, reason=CancelReason.OTHER)
    await run(market)
    assert [part.put_back for part in await PickPart.all().order_by("-each")] == [4, 2]
    assert (await counts(fruit.apple), await counts(fruit.pear)) == ((12, 0), (12, 0))


async def test_a_shipped_bundle_takes_its_parts_off_the_shelves(customer: Viewer, picker: Viewer, fruit: Fruit) -> None:
    order = await make_paid(customer, {fruit.baskets: 2})
    [package] = await make_labeled(picker, [order])
    manifest = await manifests.create(picker, package.warehouse_id, CarrierCode.SIMULATOR, key="list")
    await manifests.add(picker, manifest.id, scan=package.number)
    await manifests.close(picker, manifest.id, key="away")
    assert (await ParcelLine.get()).quantity == 2
    assert (await Order.get(id=order.id)).state == OrderState.SHIPPED
    assert (await counts(fruit.apple), await counts(fruit.pear)) == ((8, 0), (10, 0))


async def test_a_part_that_is_not_there_costs_as_many_bundles_as_lack_it(
    api: Api, customer: Viewer, picker: Viewer, fruit: Fruit
) -> None:
    order = await make_paid(customer, {fruit.baskets: 6})
    wave = await make_wave(picker)
    task = await task_of(wave)
    await scan_part(picker, await part_of(task, fruit.pear), 6)
    asked = {"taskId": public("PickTask", task.id), "units": 3, "cause": "DAMAGED", "idempotencyKey": "gap"}
    answer = (await api(SHORT, as_=picker, input=asked))["pickTaskShort"]
    assert answer["userErrors"] == [{"code": "REQUIRED", "path": ["variantId"]}]
    for _ in range(2):
        asked["variantId"] = public("Variant", fruit.apple.id)
        answer = (await api(SHORT, as_=picker, input=asked))["pickTaskShort"]
        assert answer["userErrors"] == []
    assert (answer["task"]["units"], answer["task"]["short"]) == (4, 2)
    apple, pear = await part_of(task, fruit.apple), await part_of(task, fruit.pear)
    assert (apple.units, apple.picked, apple.short, apple.put_back) == (8, 0, 3, 0)
    assert (pear.units, pear.picked, pear.short, pear.put_back) == (4, 4, 0, 2)
    assert (await counts(fruit.apple), await counts(fruit.pear)) == ((9, 8), (12, 4))
    assert (await Order.get(id=order.id)).supply == Supply.UNDECIDED
    [line] = await lines_of(order)
    assert line.quantity == 6
    await pick_all(picker, wave)
    assert (await Wave.get(id=wave.id)).state == WaveState.PICKED


async def test_a_part_of_another_bundle_cannot_be_missed(customer: Viewer, picker: Viewer, fruit: Fruit) -> None:
    await make_paid(customer, {fruit.baskets: 1})
    task = await task_of(await make_wave(picker))
    with pytest.raises(Refused, match="NOT_FOUND"):
        await picking.short(picker, task.id, units=1, cause=ShortCause.NOT_FOUND, key="gap", variant_id=task.variant_id)


async def test_what_a_bundle_is_made_of_is_what_was_promised(
    customer: Viewer, picker: Viewer, the_market: Viewer, fruit: Fruit
) -> None:
    await make_paid(customer, {fruit.baskets: 1})
    await bundles.set_parts(the_market, (await variant_of(fruit.baskets)).id, [Part(fruit.pear.id, 5)])
    task = await task_of(await make_wave(picker))
    assert {(part.variant_id, part.units) for part in await PickPart.filter(task_id=task.id)} == {
        (fruit.apple.id, 2),
        (fruit.pear.id, 1),
    }


async def test_a_wave_with_bundles_that_is_given_up_gives_its_parts_back(
    customer: Viewer, picker: Viewer, fruit: Fruit
) -> None:
    await make_paid(customer, {fruit.baskets: 2})
    wave = await make_wave(picker)
    await scan_part(picker, await part_of(await task_of(wave), fruit.apple), 3)
    await waves.cancel(picker, wave.id)
    assert [(part.units, part.put_back) for part in await PickPart.all().order_by("-each")] == [(0, 3), (0, 0)]
    again = await make_wave(picker)
    await pick_all(picker, again)
    assert (await Wave.get(id=again.id)).state == WaveState.PICKED

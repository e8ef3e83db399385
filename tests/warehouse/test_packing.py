from uuid import UUID

import pytest

from domain.access import Viewer
from domain.fulfillment import packing, waves
from domain.fulfillment.boxes import Goods, fits, proposed
from domain.inventory import stock, warehouses
from domain.inventory.warehouses import REALLOCATE
from domain.market import Market
from domain.orders import actions, lifecycle
from domain.orders.actions import Action
from kit.errors import Refused
from kit.ids import new_id
from models.catalog import Product
from models.inventory import Reservation
from models.jobs import Timer
from models.orders import CancelReason, Order
from models.warehouse import Package, PackageKind, PackageLine, PackageState, PickTask, WarehouseScan, Wave, WaveState
from tests.api import Api
from tests.factories.catalog import make_product, variant_of
from tests.factories.fulfillment import make_paid, public, run, ship
from tests.factories.inventory import counts
from tests.factories.warehouse import house, make_picked, make_wave, pack, scan, tasks_of

PACK = """mutation ($input: PackagePackInput!) {
  packagePack(input: $input) {
    packages { number kind isFragile weightGrams state lines { quantity orderLine { sku } } }
    userErrors { code path }
  }
}"""
PLAN = """query ($order: ID!, $house: ID!) {
  packingPlan(orderId: $order, warehouseId: $house) { kind isFragile weightGrams units { quantity task { bin } } }
}"""


def goods(units: int, grams: int, *, cold: bool = False, fragile: bool = False) -> Goods:
    return Goods(new_id(), units, grams, cold, fragile)


def shapes(*lots: Goods, most: int = 10_000) -> list[tuple[str, bool, int]]:
    return [(box.kind.value, box.is_fragile, box.weight_grams) for box in proposed(lots, most_grams=most)]


def test_cold_goods_travel_apart_from_the_rest_and_fragile_ones_padded() -> None:
    milk, glass, rice = goods(2, 1000, cold=True), goods(1, 500, fragile=True), goods(3, 2000)
    assert shapes(milk, glass, rice) == [("COLD", False, 2000), ("FRAGILE", True, 500), ("AMBIENT", False, 6000)]


def test_cold_goods_that_are_fragile_stay_cold_and_are_marked() -> None:
    assert shapes(goods(1, 300, cold=True, fragile=True)) == [("COLD", True, 300)]


def test_a_package_that_would_be_too_heavy_is_split() -> None:
    assert shapes(goods(5, 4000)) == [("AMBIENT", False, 8000), ("AMBIENT", False, 8000), ("AMBIENT", False, 4000)]


def test_light_goods_fill_what_heavy_ones_leave() -> None:
    assert shapes(goods(2, 6000), goods(8, 1000)) == [("AMBIENT", False, 10_000), ("AMBIENT", False, 10_000)]


def test_a_unit_that_is_too_heavy_for_any_box_goes_alone() -> None:
    assert shapes(goods(2, 12_000), goods(1, 100)) == [
        ("AMBIENT", False, 12_000),
        ("AMBIENT", False, 12_000),
        ("AMBIENT", False, 100),
    ]


def test_goods_without_a_weight_share_one_box() -> None:
    assert shapes(goods(500, 0), goods(1, 9999)) == [("AMBIENT", False, 9999)]


def test_every_unit_is_packed_once() -> None:
    lots = [goods(n, 700 * n, cold=n % 2 == 0, fragile=n % 3 == 0) for n in range(1, 9)]
    packed: dict[UUID, int] = {}
    for box in proposed(lots, most_grams=5000):
        for task, units in box.units:
            packed[task] = packed.get(task, 0) + units
    assert packed == {lot.task_id: lot.quantity for lot in lots}


def test_sturdy_goods_may_share_padding_but_nothing_warm_lies_with_cold() -> None:
    rice, glass, milk = goods(1, 1), goods(1, 1, fragile=True), goods(1, 1, cold=True)
    assert [fits(PackageKind.FRAGILE, lot) for lot in (rice, glass, milk)] == [True, True, False]
    assert [fits(PackageKind.AMBIENT, lot) for lot in (rice, glass, milk)] == [True, False, False]
    assert [fits(PackageKind.COLD, lot) for lot in (rice, glass, milk)] == [False, False, True]


async def test_what_was_picked_is_packed_as_proposed(api: Api, customer: Viewer, picker: Viewer) -> None:
    milk = await make_product(slug="milk", cold_chain=True)
    eggs = await make_product(slug="eggs", fragile=True)
    order = await make_paid(customer, {milk: 2, eggs: 1})
    wave = await make_picked(picker)
    asked = {"order": public("Order", order.id), "house": public("Warehouse", (await house()).id)}
    plan = (await api(PLAN, as_=picker, **asked))["packingPlan"]
    assert [(box["kind"], box["isFragile"], box["weightGrams"], box["units"]) for box in plan] == [
        ("COLD", False, 1000, [{"quantity": 2, "task": {"bin": ""}}]),
        ("FRAGILE", True, 500, [{"quantity": 1, "task": {"bin": ""}}]),
    ]
    assert await Package.all().count() == 0

    wanted = {"orderId": asked["order"], "warehouseId": asked["house"], "idempotencyKey": "pack"}
    payload = (await api(PACK, as_=picker, input=wanted))["packagePack"]
    assert payload["userErrors"] == []
    assert [(p["kind"], p["isFragile"], p["state"], p["lines"]) for p in payload["packages"]] == [
        ("COLD", False, "PACKED", [{"quantity": 2, "orderLine": {"sku": "MILK-1"}}]),
        ("FRAGILE", True, "PACKED", [{"quantity": 1, "orderLine": {"sku": "EGGS-1"}}]),
    ]
    again = (await api(PACK, as_=picker, input=wanted))["packagePack"]
    assert again == payload
    assert (await Order.get(id=order.id)).packed == 3
    assert (await Wave.get(id=wave.id)).state == WaveState.PACKED
    assert sorted(promise.packed for promise in await Reservation.all()) == [1, 2]


async def test_nothing_is_packed_that_was_not_picked(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    with pytest.raises(Refused, match="NOTHING_PICKED"):
        await pack(picker, order)
    assert await Package.all().count() == 0


async def test_a_package_is_filled_scan_by_scan(customer: Viewer, picker: Viewer) -> None:
    rice = await make_product(slug="rice")
    order = await make_paid(customer, {rice: 3})
    await make_picked(picker)
    place = (await house()).id
    package = await packing.open_package(picker, order.id, place, kind=PackageKind.AMBIENT, key="box")
    assert (await packing.open_package(picker, order.id, place, kind=PackageKind.AMBIENT, key="box")).id == package.id
    with pytest.raises(Refused, match="PACKAGE_EMPTY"):
        await packing.close(picker, package.id)
    for scan_id in ("a", "a", "b"):
        package = await packing.add_item(picker, package.id, barcode="RICE-1", quantity=1, scan_id=scan_id)
    assert (package.weight_grams, package.state) == (1000, PackageState.OPEN)
    assert [line.quantity for line in await PackageLine.all()] == [2]
    with pytest.raises(Refused, match="OUT_OF_RANGE"):
        await packing.add_item(picker, package.id, barcode="RICE-1", quantity=2, scan_id="c")
    with pytest.raises(Refused, match="NOT_PICKED"):
        await packing.add_item(picker, package.id, barcode="TEA-1", quantity=1, scan_id="d")
    closed = await packing.close(picker, package.id)
    assert (closed.state, (await packing.close(picker, package.id)).state) == (PackageState.PACKED, PackageState.PACKED)
    with pytest.raises(Refused, match="PACKAGE_CLOSED"):
        await packing.add_item(picker, package.id, barcode="RICE-1", quantity=1, scan_id="e")
    assert (await Order.get(id=order.id)).packed == 2
    assert (await PickTask.get()).packed == 2


async def test_warm_goods_are_not_laid_with_cold_ones(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer, {await make_product(slug="rice"): 1})
    await make_picked(picker)
    package = await packing.open_package(picker, order.id, (await house()).id, kind=PackageKind.COLD, key="box")
    with pytest.raises(Refused, match="WRONG_PACKAGE"):
        await packing.add_item(picker, package.id, barcode="RICE-1", quantity=1, scan_id="a")
    assert await WarehouseScan.filter(subject_id=package.id).count() == 0


async def test_a_package_that_would_be_too_heavy_takes_no_more(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    most = market.policy.package_grams
    anvil = await make_product(slug="anvil", variants=[{"weight_grams": most // 2 + 1}])
    order = await make_paid(customer, {anvil: 2})
    await make_picked(picker)
    package = await packing.open_package(picker, order.id, (await house()).id, kind=PackageKind.AMBIENT, key="box")
    await packing.add_item(picker, package.id, barcode="ANVIL-1", quantity=1, scan_id="a")
    with pytest.raises(Refused, match="PACKAGE_TOO_HEAVY"):
        await packing.add_item(picker, package.id, barcode="ANVIL-1", quantity=1, scan_id="b")
    assert (await PickTask.get()).packed == 1
    assert [promise.packed for promise in await Reservation.all()] == [1]


async def test_packed_units_are_neither_canceled_nor_shipped_by_one_call_until_unpacked(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    wave = await make_picked(picker)
    [package] = await pack(picker, order)
    with pytest.raises(Refused, match="UNITS_PACKED"):
        await lifecycle.cancel(customer, order.id, reason=CancelReason.CHANGED_MIND)
    with pytest.raises(Refused, match="UNITS_IN_WAVE"):
        await ship(picker, order)
    packed = await Order.get(id=order.id)
    refused = {one.action: one.refusal.code for one in actions.possibilities(customer, packed) if one.refusal}
    for action in (Action.CANCEL, Action.CHANGE_ADDRESS, Action.CHANGE_ITEMS):
        assert refused[action] == "UNITS_PACKED"
    opened = await packing.unpack(picker, package.id)
    assert opened.state == (await packing.unpack(picker, package.id)).state == PackageState.UNPACKED
    assert (await Order.get(id=order.id)).packed == 0
    assert (await Wave.get(id=wave.id)).state == WaveState.PICKED
    await lifecycle.cancel(customer, order.id, reason=CancelReason.CHANGED_MIND)
    await run(market)
    task = await PickTask.get()
    assert (task.units, task.picked, task.packed, task.put_back) == (0, 0, 0, 2)
    assert (await Wave.get(id=wave.id)).state == WaveState.CANCELED


async def test_a_package_of_an_order_that_is_gone_is_not_begun(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    await lifecycle.cancel(customer, order.id, reason=CancelReason.CHANGED_MIND)
    with pytest.raises(Refused, match="NOTHING_TO_SHIP"):
        await packing.open_package(picker, order.id, (await house()).id, kind=PackageKind.AMBIENT, key="box")


async def test_customers_do_not_pack(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    await make_picked(picker)
    [package] = await pack(picker, order)
    for call in (
        packing.pack(customer, order.id, package.warehouse_id, key="a"),
        packing.unpack(customer, package.id),
        packing.close(customer, package.id),
        packing.plan(customer, order.id, package.warehouse_id),
    ):
        with pytest.raises(Refused, match="FORBIDDEN"):
            await call
    assert (await Package.get()).state == PackageState.PACKED


async def lay_on_shelf(picker: Viewer, product: Product, units: int) -> None:
    variant_id, hangzhou = (await variant_of(product)).id, (await house("HZ")).id
    await stock.set_on_hand(picker, variant_id=variant_id, warehouse_id=hangzhou, on_hand=units)


async def test_what_is_picked_stays_when_its_warehouse_closes_and_the_rest_goes_elsewhere(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    tea = await make_product(stock={"SH": 3})
    order = await make_paid(customer, {tea: 3})
    await lay_on_shelf(picker, tea, 9)
    wave = await make_wave(picker)
    [task] = await tasks_of(wave)
    await scan(picker, task, 2)
    await warehouses.close(picker, (await house("SH")).id, reallocate=True)
    await run(market)
    [task] = await tasks_of(wave)
    assert (task.units, task.picked, task.put_back) == (2, 2, 0)
    assert (await counts(await variant_of(tea), "SH"), await counts(await variant_of(tea), "HZ")) == ((3, 2), (9, 1))
    [package] = await pack(picker, order)
    assert package.state == PackageState.PACKED
    assert (await Wave.get(id=wave.id)).state == WaveState.PACKED


async def test_a_wave_that_is_given_up_in_a_closed_warehouse_goes_elsewhere(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    tea = await make_product(stock={"SH": 3})
    await make_paid(customer, {tea: 2})
    await lay_on_shelf(picker, tea, 9)
    wave = await make_picked(picker)
    await warehouses.close(picker, (await house("SH")).id, reallocate=True)
    await run(market)
    assert await counts(await variant_of(tea), "SH") == (3, 2)
    await waves.cancel(picker, wave.id)
    await run(market)
    assert [task.put_back for task in await tasks_of(wave)] == [2]
    assert (await counts(await variant_of(tea), "SH"), await counts(await variant_of(tea), "HZ")) == ((3, 0), (9, 2))


async def test_a_package_stays_where_it_is_when_its_warehouse_closes(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    tea = await make_product(stock={"SH": 3})
    order = await make_paid(customer, {tea: 2})
    await make_picked(picker)
    await pack(picker, order)
    await warehouses.close(picker, (await house("SH")).id, reallocate=True)
    await run(market)
    assert await Timer.filter(kind=REALLOCATE, done_at=None).count() == 0
    (held,) = await Reservation.filter(order_id=order.id)
    assert (held.quantity, held.packed) == (2, 2)
    assert [package.state for package in await Package.filter(order_id=order.id)] == [PackageState.PACKED]

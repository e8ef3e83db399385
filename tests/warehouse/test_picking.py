import pytest

from domain.access import Viewer
from domain.fulfillment import bins, picking
from domain.market import Market
from domain.orders import shortages
from kit.errors import Refused
from models.catalog import Variant
from models.orders import Order
from models.outbox import Event
from models.shortages import Shortage, ShortageCause, ShortageChoice, ShortageState
from models.warehouse import PackageState, PickTask, ShortCause, TaskState, WarehouseScan, Wave, WaveState
from tests.api import Api
from tests.factories.catalog import make_product, make_warehouse, variant_of
from tests.factories.fulfillment import make_paid, public, run
from tests.factories.inventory import counts
from tests.factories.warehouse import house, make_wave, pack, pick_all, scan, tasks_of

CONFIRM = """mutation ($input: PickTaskConfirmInput!) {
  pickTaskConfirm(input: $input) {
    task { picked units state wave { state isMine } }
    userErrors { code path message ... on WrongItem { scanned expected { sku } } }
  }
}"""
SET_BIN = """mutation ($input: StorageBinSetInput!) {
  storageBinSet(input: $input) {
    storageBin { zone code variant { barcode } warehouse { code } } userErrors { code path }
  }
}"""


async def one_task(customer: Viewer, picker: Viewer, units: int = 2) -> PickTask:
    tea = await make_product(slug="tea", stock={"SH": 10}, variants=[{"barcode": "6901234567892"}])
    await make_paid(customer, {tea: units})
    [task] = await tasks_of(await make_wave(picker))
    return task


async def test_a_scan_counts_and_the_last_one_ends_the_walk(api: Api, customer: Viewer, picker: Viewer) -> None:
    task = await one_task(customer, picker)
    asked = {"taskId": public("PickTask", task.id), "barcode": "6901234567892", "quantity": 1}
    first = (await api(CONFIRM, as_=picker, input={**asked, "scanId": "a"}))["pickTaskConfirm"]
    assert first["task"] == {"picked": 1, "units": 2, "state": "OPEN", "wave": {"state": "PICKING", "isMine": True}}
    last = (await api(CONFIRM, as_=picker, input={**asked, "scanId": "b"}))["pickTaskConfirm"]
    assert last["task"] == {"picked": 2, "units": 2, "state": "DONE", "wave": {"state": "PICKED", "isMine": True}}


async def test_the_same_scan_counts_once_also_after_the_task_is_done(customer: Viewer, picker: Viewer) -> None:
    task = await one_task(customer, picker)
    await scan(picker, task, 2, scan_id="beep")
    again = await scan(picker, task, 2, scan_id="beep")
    assert (again.picked, again.state) == (2, TaskState.DONE)
    assert await WarehouseScan.all().count() == 1


async def test_another_thing_is_refused_and_the_right_one_is_named(api: Api, customer: Viewer, picker: Viewer) -> None:
    task = await one_task(customer, picker)
    payload = (
        await api(
            CONFIRM,
            as_=picker,
            input={"taskId": public("PickTask", task.id), "barcode": "6901234567885", "scanId": "a"},
        )
    )["pickTaskConfirm"]
    assert payload["task"] is None
    [error] = payload["userErrors"]
    assert (error["code"], error["path"], error["scanned"], error["expected"]) == (
        "WRONG_ITEM",
        ["barcode"],
        "6901234567885",
        {"sku": "TEA-1"},
    )
    assert (await PickTask.get(id=task.id)).picked == 0
    assert await WarehouseScan.all().count() == 0


async def test_more_than_is_asked_for_is_not_picked(customer: Viewer, picker: Viewer) -> None:
    task = await one_task(customer, picker)
    for units in (0, -1, 3):
        with pytest.raises(Refused, match="OUT_OF_RANGE"):
            await scan(picker, task, units)
    assert (await PickTask.get(id=task.id)).picked == 0


async def test_a_sku_is_read_in_letters_of_either_case(customer: Viewer, picker: Viewer) -> None:
    task = await one_task(customer, picker)
    await picking.confirm(picker, task.id, barcode=" tea-1 ", quantity=1, scan_id="a")
    assert (await PickTask.get(id=task.id)).picked == 1


async def test_what_one_warehouse_lacks_another_gives(customer: Viewer, picker: Viewer) -> None:
    await make_warehouse("HZ", province="浙江省", priority=1)
    tea = await make_product(stock={"SH": 2, "HZ": 5})
    order = await make_paid(customer, {tea: 2})
    [task] = await tasks_of(await make_wave(picker))
    told = await picking.short(picker, task.id, units=2, cause=ShortCause.NOT_FOUND, key="gap")
    assert (told.state, told.units, told.short) == (TaskState.CANCELED, 0, 2)
    assert await counts(await variant_of(tea), "SH") == (0, 0)
    assert await counts(await variant_of(tea), "HZ") == (5, 2)
    assert (await Wave.get(id=task.wave_id)).state == WaveState.CANCELED
    event = await Event.filter(stream_id=order.id).order_by("-sequence").first()
    assert event is not None
    assert (event.kind, event.cause) == ("order.repicked", "NOT_FOUND")
    [moved] = await tasks_of(await make_wave(picker, "HZ"))
    assert (moved.order_id, moved.units) == (order.id, 2)


async def test_what_nobody_has_the_buyer_decides_about_while_the_rest_waits_on_the_table(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    tea = await make_product(stock={"SH": 3})
    order = await make_paid(customer, {tea: 3})
    wave = await make_wave(picker)
    [task] = await tasks_of(wave)
    await scan(picker, task, 2)
    await picking.short(picker, task.id, units=1, cause=ShortCause.DAMAGED, key="gap")
    await run(market)
    task = await PickTask.get(id=task.id)
    assert (task.units, task.picked, task.short, task.state) == (2, 2, 1, TaskState.DONE)
    assert (await Wave.get(id=wave.id)).state == WaveState.PICKED
    assert await counts(await variant_of(tea)) == (2, 2)
    shortage = await Shortage.get(order_id=order.id)
    assert (shortage.state, shortage.cause) == (ShortageState.OPEN, ShortageCause.DAMAGED)
    with pytest.raises(Refused, match="SHORTAGE_UNDECIDED"):
        await pack(picker, order)
    await shortages.choose(customer, order.id, ShortageChoice.SHIP_AVAILABLE)
    assert [package.state for package in await pack(picker, order)] == [PackageState.PACKED]


async def test_a_gap_is_counted_once_for_one_key(customer: Viewer, picker: Viewer) -> None:
    await make_warehouse("HZ", province="浙江省", priority=1)
    tea = await make_product(stock={"SH": 4, "HZ": 9})
    await make_paid(customer, {tea: 4})
    [task] = await tasks_of(await make_wave(picker))
    for _ in range(2):
        await picking.short(picker, task.id, units=1, cause=ShortCause.DAMAGED, key="gap")
    task = await PickTask.get(id=task.id)
    assert (task.units, task.short, task.state) == (3, 1, TaskState.OPEN)
    await scan(picker, task)
    with pytest.raises(Refused, match="TASK_CLOSED"):
        await picking.short(picker, task.id, units=1, cause=ShortCause.DAMAGED, key="another")
    assert (await PickTask.get(id=task.id)).short == 1


async def test_staff_say_where_a_thing_lies_and_what_its_label_reads(
    api: Api, customer: Viewer, picker: Viewer
) -> None:
    variant = await variant_of(await make_product())
    place = {
        "warehouseId": public("Warehouse", (await house()).id),
        "variantId": public("Variant", variant.id),
        "zone": "a",
        "bin": "03-2",
    }
    payload = (await api(SET_BIN, as_=picker, input={**place, "barcode": "6901234567892"}))["storageBinSet"]
    assert payload["storageBin"] == {
        "zone": "A",
        "code": "03-2",
        "variant": {"barcode": "6901234567892"},
        "warehouse": {"code": "SH"},
    }
    for barcode, code in (("6901234567893", "BARCODE_INVALID"), ("abc", "TOO_SHORT")):
        payload = (await api(SET_BIN, as_=picker, input={**place, "barcode": barcode}))["storageBinSet"]
        assert payload["userErrors"] == [{"code": code, "path": ["barcode"]}]
    other = await variant_of(await make_product())
    taken = {**place, "variantId": public("Variant", other.id), "barcode": "6901234567892"}
    payload = (await api(SET_BIN, as_=picker, input=taken))["storageBinSet"]
    assert payload["userErrors"] == [{"code": "BARCODE_TAKEN", "path": ["barcode"]}]
    payload = (await api(SET_BIN, as_=customer, input=place))["storageBinSet"]
    assert payload["userErrors"][0]["code"] == "FORBIDDEN"
    assert (await Variant.get(id=variant.id)).barcode == "6901234567892"


def test_the_last_digit_of_an_ean_follows_from_the_others() -> None:
    assert bins.is_ean("6901234567892")
    assert bins.is_ean("4006381333931")
    assert not bins.is_ean("4006381333932")


async def test_every_pick_is_told_to_the_warehouse_once_and_in_order(customer: Viewer, picker: Viewer) -> None:
    await make_paid(customer, {await make_product(): 2, await make_product(): 1})
    wave = await make_wave(picker)
    await pick_all(picker, wave)
    told = await Event.filter(stream_id=wave.warehouse_id).order_by("sequence")
    assert [event.sequence for event in told] == [1, 2, 3, 4, 5]
    assert [event.kind for event in told] == [
        "wave.created",
        "wave.claimed",
        "task.picked",
        "wave.picked",
        "task.picked",
    ]
    assert await Order.all().count() == 1

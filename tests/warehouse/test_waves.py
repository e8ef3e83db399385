from collections.abc import Awaitable, Callable

import pytest

from domain.access import Viewer
from domain.delivery.deliveries import Way
from domain.fulfillment import bins, waves
from domain.fulfillment.waves import Wish
from domain.market import Market
from domain.orders import damage, lifecycle
from domain.payments import merging
from kit.errors import Refused
from models.customers import Role
from models.delivery import DeliveryMode
from models.inventory import Reservation
from models.orders import CancelReason, Order, ReviewState, Supply
from models.outbox import Event
from models.warehouse import PickTask, TaskState, Wave, WaveState
from tests.api import Api
from tests.factories.catalog import make_product, variant_of
from tests.factories.delivery import make_region
from tests.factories.fulfillment import lines_of, make_paid, public, run, ship
from tests.factories.inventory import counts
from tests.factories.orders import place_order
from tests.factories.warehouse import house, make_picked, make_wave, pack, pick_all, scan, tasks_of

MakeStaff = Callable[..., Awaitable[Viewer]]

CREATE = """mutation ($input: WaveCreateInput!) {
  waveCreate(input: $input) {
    wave {
      number state orders isMine pickerName warehouse { code }
      tasks { zone bin units picked order { number } variant { sku } state }
      stops { zone bin units tasks { units } variant { sku } }
    }
    userErrors { code path }
  }
}"""


async def asked(**more: object) -> dict[str, object]:
    return {"warehouseId": public("Warehouse", (await house()).id), "idempotencyKey": "wave", **more}


async def test_a_wave_lists_the_goods_of_the_oldest_paid_orders_by_zone_and_bin(
    api: Api, customer: Viewer, other_customer: Viewer, picker: Viewer
) -> None:
    tea, rice, ice = await make_product(slug="tea"), await make_product(slug="rice"), await make_product(slug="ice")
    for product, zone, code in ((tea, "B", "02"), (rice, "A", "07"), (ice, "B", "01")):
        variant = await variant_of(product)
        await bins.put(picker, warehouse_id=(await house()).id, variant_id=variant.id, zone=zone, code=code)
    first = await make_paid(customer, {tea: 2, rice: 1})
    second = await make_paid(other_customer, {ice: 1, rice: 3})

    payload = (await api(CREATE, as_=picker, input=await asked()))["waveCreate"]

    assert payload["userErrors"] == []
    wave = payload["wave"]
    assert (wave["state"], wave["orders"], wave["warehouse"]["code"], wave["isMine"]) == ("OPEN", 2, "SH", False)
    assert [(task["zone"], task["bin"], task["units"], task["order"]["number"]) for task in wave["tasks"]] == [
        ("A", "07", 1, first.number),
        ("A", "07", 3, second.number),
        ("B", "01", 1, second.number),
        ("B", "02", 2, first.number),
    ]
    assert [(stop["zone"], stop["bin"], stop["units"], len(stop["tasks"])) for stop in wave["stops"]] == [
        ("A", "07", 4, 2),
        ("B", "01", 1, 1),
        ("B", "02", 2, 1),
    ]
    told = await Event.filter(stream_id=first.id).order_by("-sequence").first()
    assert told is not None
    assert told.kind == "order.picking"


async def test_the_same_key_makes_one_wave(customer: Viewer, picker: Viewer) -> None:
    await make_paid(customer)
    one = await make_wave(picker, key="once")
    assert (await make_wave(picker, key="once")).id == one.id
    assert await Wave.all().count() == 1


async def test_no_unit_is_in_two_waves(customer: Viewer, other_customer: Viewer, picker: Viewer) -> None:
    first = await make_paid(customer)
    one = await make_wave(picker)
    with pytest.raises(Refused, match="NOTHING_TO_PICK"):
        await make_wave(picker)
    second = await make_paid(other_customer)
    two = await make_wave(picker)
    assert [task.order_id for task in await tasks_of(one)] == [first.id]
    assert [task.order_id for task in await tasks_of(two)] == [second.id]


async def test_a_wave_takes_at_most_as_many_orders_as_asked_for_the_oldest_first(
    customer: Viewer, picker: Viewer
) -> None:
    orders = [await make_paid(customer) for _ in range(3)]
    wave = await make_wave(picker, most=2)
    assert {task.order_id for task in await tasks_of(wave)} == {orders[0].id, orders[1].id}


async def test_orders_that_are_unpaid_in_review_or_elsewhere_are_not_picked(customer: Viewer, picker: Viewer) -> None:
    await place_order(customer, await make_product())
    reviewed = await make_paid(customer)
    await Order.filter(id=reviewed.id).update(review=ReviewState.CLAIMED)
    await make_paid(customer, {await make_product(stock={"HZ": 5}): 1})
    with pytest.raises(Refused, match="NOTHING_TO_PICK"):
        await make_wave(picker)
    assert await PickTask.all().count() == 0


async def test_orders_with_an_undecided_shortage_or_in_review_are_in_no_wave(
    customer: Viewer, picker: Viewer, the_market: Viewer
) -> None:
    short, doubtful, fine = [await make_paid(customer, {await make_product(stock={"SH": 3}): 3}) for _ in range(3)]
    [line] = await lines_of(short)
    await damage.write_off(the_market, variant_id=line.variant_id, warehouse_id=(await house()).id, quantity=1)
    assert (await Order.get(id=short.id)).supply == Supply.UNDECIDED
    await Order.filter(id=doubtful.id).update(review=ReviewState.PENDING)
    assert {task.order_id for task in await tasks_of(await make_wave(picker))} == {fine.id}


async def test_a_wave_of_one_way_of_delivery_leaves_the_others(
    api: Api, market: Market, customer: Viewer, picker: Viewer
) -> None:
    await make_region(market, modes=[DeliveryMode.HOME, DeliveryMode.COURIER])
    home, ridden = await make_paid(customer), await make_paid(customer, way=Way(DeliveryMode.COURIER))
    for mode, order in (("COURIER", ridden), ("HOME", home)):
        payload = (await api(CREATE, as_=picker, input=await asked(deliveryMode=mode, idempotencyKey=mode)))[
            "waveCreate"
        ]
        assert [task["order"]["number"] for task in payload["wave"]["tasks"]] == [order.number]
    payload = (await api(CREATE, as_=picker, input=await asked(deliveryMode="PICKUP")))["waveCreate"]
    assert [error["code"] for error in payload["userErrors"]] == ["NOTHING_TO_PICK"]


async def test_a_wave_of_named_orders_leaves_the_older_ones(api: Api, customer: Viewer, picker: Viewer) -> None:
    await make_paid(customer)
    rush = await make_paid(customer)
    wanted = await asked(orderIds=[public("Order", rush.id)])
    payload = (await api(CREATE, as_=picker, input=wanted))["waveCreate"]
    assert [task["order"]["number"] for task in payload["wave"]["tasks"]] == [rush.number]
    payload = (await api(CREATE, as_=picker, input={**wanted, "orderIds": [], "idempotencyKey": "b"}))["waveCreate"]
    assert payload["userErrors"] == [{"code": "OUT_OF_RANGE", "path": ["orderIds"]}]


async def test_a_wave_of_one_temperature_leaves_the_rest_to_another(customer: Viewer, picker: Viewer) -> None:
    fish, salt = await make_product(cold_chain=True), await make_product()
    await make_paid(customer, {fish: 1, salt: 2})
    wish = Wish((await house()).id, cold=True)
    cold = await waves.create(picker, wish, key="cold")
    assert [task.units for task in await tasks_of(cold)] == [1]
    rest = await make_wave(picker)
    assert [task.units for task in await tasks_of(rest)] == [2]


async def test_a_wave_is_claimed_by_one_picker_and_given_to_another_by_name(
    customer: Viewer, picker: Viewer, other_picker: Viewer
) -> None:
    await make_paid(customer)
    wave = await make_wave(picker)
    assert (await waves.claim(picker, wave.id)).state == WaveState.PICKING
    version = (await Wave.get(id=wave.id)).version
    assert (await waves.claim(picker, wave.id)).version == version
    with pytest.raises(Refused, match="WAVE_TAKEN"):
        await waves.claim(other_picker, wave.id)
    assert other_picker.user_id is not None
    assert (await waves.assign(picker, wave.id, other_picker.user_id)).picker_id == other_picker.user_id
    assert customer.user_id is not None
    with pytest.raises(Refused, match="NOT_FOUND"):
        await waves.assign(picker, wave.id, customer.user_id)


async def test_a_canceled_wave_gives_its_orders_to_the_next(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    wave = await make_wave(picker)
    await scan(picker, (await tasks_of(wave))[0], 1)
    canceled = await waves.cancel(picker, wave.id)
    [task] = await tasks_of(wave)
    assert (canceled.state, task.state, task.units, task.put_back) == (WaveState.CANCELED, TaskState.CANCELED, 0, 1)
    assert (await waves.cancel(picker, wave.id)).state == WaveState.CANCELED
    again = await make_wave(picker)
    assert [(task.order_id, task.units) for task in await tasks_of(again)] == [(order.id, 2)]


async def test_a_wave_with_a_package_is_not_canceled(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    wave = await make_picked(picker)
    await pack(picker, order)
    with pytest.raises(Refused, match="UNITS_PACKED"):
        await waves.cancel(picker, wave.id)
    assert (await Wave.get(id=wave.id)).state == WaveState.PACKED


async def test_a_canceled_order_leaves_the_list_and_what_was_picked_goes_back(
    market: Market, customer: Viewer, other_customer: Viewer, picker: Viewer
) -> None:
    tea = await make_product(stock={"SH": 10})
    order, other = await make_paid(customer, {tea: 3}), await make_paid(other_customer, {tea: 1})
    wave = await make_wave(picker)
    task = await PickTask.get(order_id=order.id)
    await scan(picker, task, 2)
    await lifecycle.cancel(customer, order.id, reason=CancelReason.CHANGED_MIND)
    await run(market)
    task = await PickTask.get(id=task.id)
    assert (task.state, task.units, task.picked, task.put_back) == (TaskState.CANCELED, 0, 0, 2)
    assert [one.units for one in await PickTask.filter(order_id=other.id)] == [1]
    with pytest.raises(Refused, match="TASK_CLOSED"):
        await scan(picker, task, 1)
    await pick_all(picker, wave)
    assert (await Wave.get(id=wave.id)).state == WaveState.PICKED
    assert await counts(await variant_of(tea)) == (10, 1)


async def test_lines_that_are_merged_into_another_order_stay_on_their_list(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    first, second = await make_paid(customer), await make_paid(customer)
    wave = await make_wave(picker)
    await pick_all(picker, wave)
    await merging.merge(customer, [first.id, second.id], key="merge")
    await run(market)
    tasks = await tasks_of(wave)
    assert {(task.order_id, task.picked, task.put_back) for task in tasks} == {(first.id, 2, 0)}
    [package] = await pack(picker, first)
    assert package.weight_grams == 2000
    third = await make_paid(customer)
    with pytest.raises(Refused, match="MERGE_TOO_LATE"):
        await merging.merge(customer, [first.id, third.id], key="late")


async def test_one_call_does_not_ship_what_is_on_a_pick_list(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    wave = await make_wave(picker)
    with pytest.raises(Refused, match="UNITS_IN_WAVE"):
        await ship(picker, order)
    await waves.cancel(picker, wave.id)
    assert len(await ship(picker, order)) == 1


@pytest.mark.parametrize("role", list(Role))
async def test_only_those_who_ship_make_and_see_waves(
    api: Api, customer: Viewer, picker: Viewer, staff: MakeStaff, role: Role
) -> None:
    await make_paid(customer)
    wave = await make_wave(picker)
    viewer = await staff(role)
    seen = await api("query ($id: ID!) { wave(id: $id) { number } }", as_=viewer, id=public("Wave", wave.id))
    may = role in (Role.WAREHOUSE_PICKER, Role.ADMINISTRATOR)
    assert seen["wave"] == ({"number": wave.number} if may else None)
    await make_paid(customer)
    payload = (await api(CREATE, as_=viewer, input=await asked()))["waveCreate"]
    assert payload["userErrors"] == ([] if may else [{"code": "FORBIDDEN", "path": None}])
    assert await Wave.all().count() == 1 + may


async def test_strangers_see_no_waves(api: Api, customer: Viewer, picker: Viewer) -> None:
    await make_paid(customer)
    await make_wave(picker)
    for viewer in (customer, None):
        data = await api("{ waves { totalCount } packages { totalCount } manifests { totalCount } }", as_=viewer)
        assert {name: page["totalCount"] for name, page in data.items()} == {"waves": 0, "packages": 0, "manifests": 0}


async def test_what_is_held_stays_held_while_it_is_picked(customer: Viewer, picker: Viewer) -> None:
    tea = await make_product(stock={"SH": 10})
    await make_paid(customer, {tea: 3})
    await make_picked(picker)
    assert await counts(await variant_of(tea)) == (10, 3)
    assert [promise.packed for promise in await Reservation.all()] == [0]

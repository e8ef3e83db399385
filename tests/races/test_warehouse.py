"""Several hand scanners at once over the same orders, lists and packages."""

from collections import Counter
from functools import partial
from uuid import UUID

import pytest

from domain.access import Viewer, system
from domain.fulfillment import labeling, manifests, packing, picking, waves
from domain.fulfillment.waves import Wish
from domain.market import Market
from domain.orders import lifecycle
from kit.ids import token
from models.catalog import Variant
from models.customers import Role
from models.fulfillment import CarrierCode, Parcel, SimulatedParcel
from models.inventory import Reservation, ReservationState
from models.orders import CancelReason, Order, OrderState
from models.outbox import Event
from models.warehouse import Manifest, Package, PackageState, PickTask, TaskState, Wave
from settings import Settings
from tests.factories.catalog import make_product, make_warehouse, variant_of
from tests.factories.customers import make_staff, make_user, viewer_for
from tests.factories.fulfillment import run
from tests.factories.inventory import counts
from tests.factories.orders import place_order
from tests.factories.payments import pay
from tests.factories.warehouse import house, make_labeled, make_picked, make_wave, tasks_of
from tests.races.outcomes import Outcome, Try, all_at_once, outcome_of
from tests.races.processes import race

pytestmark = [pytest.mark.slow]


@pytest.fixture(autouse=True)
def _postgres_only(settings: Settings) -> None:
    if settings.database_url.startswith("sqlite"):
        pytest.skip("one writer at a time")


async def make_picker(market: Market) -> Viewer:
    return viewer_for(market, await make_staff(Role.WAREHOUSE_PICKER))


async def make_orders(market: Market, count: int, units: int = 2) -> tuple[list[Order], UUID]:
    """Paid orders of one product, and its variant."""
    await make_warehouse("SH")
    product = await make_product(slug="tea", stock={"SH": count * units})
    buyer = viewer_for(market, await make_user())
    orders = []
    for _ in range(count):
        order = await place_order(buyer, {product: units})
        await pay(market, order)
        orders.append(await Order.get(id=order.id))
    return orders, (await variant_of(product)).id


async def taken(attempt: Try) -> bool:
    return await outcome_of(attempt) == "done"


async def make_waves(market: Market, number: int, *, picker: UUID, place: UUID) -> Outcome:
    viewer = Viewer(market=market, user_id=picker, roles=frozenset({Role.WAREHOUSE_PICKER}))
    wish = Wish(place, most_orders=3)
    return await all_at_once([partial(waves.create, viewer, wish, key=token()) for _ in range(6)], most=4)


async def test_no_unit_is_in_two_waves_however_many_are_made_at_once(market: Market, settings: Settings) -> None:
    orders, _ = await make_orders(market, 24)
    picker = await make_picker(market)
    work = partial(make_waves, picker=picker.require_user(), place=(await house()).id)
    outcomes = await race(work, database_url=settings.database_url, processes=4)
    assert set(sum(outcomes, Counter())) <= {"done", "NOTHING_TO_PICK"}
    while await taken(partial(make_wave, picker, most=3)):  # what others held just then is found by the next wave
        pass
    tasks = await PickTask.all()
    assert Counter(task.order_id for task in tasks) == Counter(order.id for order in orders)
    assert {task.units for task in tasks} == {2}
    told = await Event.filter(stream_id=(await house()).id).order_by("sequence")
    assert [event.sequence for event in told] == list(range(1, await Wave.all().count() + 1))


async def scan_one(market: Market, number: int, *, picker: UUID, task: UUID, scans: int) -> Outcome:
    """Single units, each sent twice under one scan id, as a scanner does on a bad line."""
    viewer = Viewer(market=market, user_id=picker, roles=frozenset({Role.WAREHOUSE_PICKER}))
    tries = [
        partial(picking.confirm, viewer, task, barcode="TEA-1", quantity=1, scan_id=f"{number}-{scan}")
        for scan in range(scans)
        for _ in range(2)
    ]
    return await all_at_once(tries, most=4)


async def test_many_scanners_pick_one_line_exactly(market: Market, settings: Settings) -> None:
    await make_orders(market, 1, units=20)
    picker = await make_picker(market)
    [task] = await tasks_of(await make_wave(picker))
    work = partial(scan_one, picker=picker.require_user(), task=task.id, scans=10)
    outcomes = sum(await race(work, database_url=settings.database_url, processes=4), Counter())
    task = await PickTask.get(id=task.id)
    assert (task.picked, task.units, task.state) == (20, 20, TaskState.DONE)
    assert outcomes["done"] == 40
    assert set(outcomes) == {"done", "TASK_CLOSED"}


async def pack_or_cancel(market: Market, number: int, *, picker: UUID, place: UUID, orders: list[UUID]) -> Outcome:
    viewer = Viewer(market=market, user_id=picker, roles=frozenset({Role.WAREHOUSE_PICKER}))
    if number % 2:
        return await all_at_once([partial(packing.pack, viewer, order, place, key=token()) for order in orders], most=3)
    cancel = partial(lifecycle.cancel, system(market), reason=CancelReason.CHANGED_MIND)
    return await all_at_once([partial(cancel, order) for order in reversed(orders)], most=3)


async def test_an_order_is_packed_or_canceled_never_both(market: Market, settings: Settings) -> None:
    orders, _ = await make_orders(market, 16)
    picker = await make_picker(market)
    await make_picked(picker)
    keys = [order.id for order in orders]
    work = partial(pack_or_cancel, picker=picker.require_user(), place=(await house()).id, orders=keys)
    await race(work, database_url=settings.database_url, processes=4)
    await run(market)
    for order in await Order.filter(id__in=keys):
        packed = await Package.filter(order_id=order.id, state=PackageState.PACKED).count()
        held = await Reservation.filter(order_id=order.id, state=ReservationState.HELD)
        assert (order.state, order.packed, packed, sum(row.packed for row in held)) in (
            (OrderState.PAID, 2, 1, 2),
            (OrderState.CANCELED, 0, 0, 0),
        )
    assert {(task.units - task.packed) for task in await PickTask.all()} == {0}


async def close_or_open(market: Market, number: int, *, picker: UUID, manifest: UUID, packages: list[UUID]) -> Outcome:
    viewer = Viewer(market=market, user_id=picker, roles=frozenset({Role.WAREHOUSE_PICKER}))
    if number == 0:
        return await all_at_once([partial(packing.unpack, viewer, package) for package in packages[:3]])
    return await all_at_once([partial(manifests.close, viewer, manifest, key=f"{number}")])


async def test_a_manifest_ships_what_is_on_it_once_while_others_close_it_and_unpack(
    market: Market, settings: Settings
) -> None:
    orders, variant = await make_orders(market, 12)
    picker = await make_picker(market)
    packages = await make_labeled(picker, orders)
    manifest = await manifests.create(picker, (await house()).id, CarrierCode.SIMULATOR, key="m")
    for package in packages:
        await manifests.add(picker, manifest.id, scan=package.number)
    keys = [package.id for package in packages]
    work = partial(close_or_open, picker=picker.require_user(), manifest=manifest.id, packages=keys)
    outcomes = sum(await race(work, database_url=settings.database_url, processes=4), Counter())
    assert set(outcomes) <= {"done", "PACKAGE_GONE", "MANIFEST_CHANGED"}
    await manifests.close(picker, manifest.id, key="last")
    assert (await Manifest.get(id=manifest.id)).closed_at is not None
    gone = await Package.filter(state=PackageState.HANDED_OVER).count()
    opened = await Package.filter(state=PackageState.UNPACKED).count()
    assert (gone + opened, await Parcel.all().count()) == (12, gone)
    assert opened <= 3
    assert sum(order.packed for order in await Order.all()) == 0
    level = await counts(await Variant.get(id=variant))
    assert level == (2 * opened, 2 * opened)


async def label_one(market: Market, number: int, *, picker: UUID, package: UUID) -> list[str | None]:
    viewer = Viewer(market=market, user_id=picker, roles=frozenset({Role.WAREHOUSE_PICKER}))
    return [(await labeling.book(viewer, package, carrier=CarrierCode.SIMULATOR)).waybill for _ in range(3)]


async def test_one_package_gets_one_label_from_many_printers(market: Market, settings: Settings) -> None:
    [order], _ = await make_orders(market, 1)
    picker = await make_picker(market)
    await make_picked(picker)
    [package] = await packing.pack(picker, order.id, (await house()).id, key="p")
    work = partial(label_one, picker=picker.require_user(), package=package.id)
    answers = await race(work, database_url=settings.database_url, processes=4)
    assert len({waybill for answer in answers for waybill in answer}) == 1
    assert await SimulatedParcel.all().count() == 1

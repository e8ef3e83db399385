"""Several servers at once over the same slots and the same riders' jobs."""

from collections import Counter
from functools import partial
from uuid import UUID

import pytest

from domain.access import Viewer, system
from domain.delivery import slots
from domain.delivery.deliveries import Way
from domain.fulfillment import couriers
from domain.market import Market
from domain.orders import changes, changes_plan, checkout
from domain.orders.changes_delivery import SlotWish
from domain.orders.changes_plan import Units
from domain.orders.checkout import Purchase, Wish
from kit import ids
from models.customers import Role, User
from models.delivery import CourierJob, Delivery, DeliveryMode, DeliverySlot, JobState
from models.orders import ChangeState, OrderChangeRequest
from settings import Settings
from tests.factories.catalog import make_product, variant_of
from tests.factories.customers import make_staff, viewer_for
from tests.factories.delivery import make_region, make_slots
from tests.factories.fulfillment import make_paid
from tests.factories.fulfillment import run as run_due
from tests.factories.orders import SHANGHAI, make_tariff
from tests.races.outcomes import Outcome, all_at_once, outcome_of
from tests.races.processes import race

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


async def book(market: Market, number: int, *, variant: UUID, slot: UUID, buyers: int) -> Outcome:
    """Guests who each want the same slot."""
    asked = Purchase(wishes=[Wish(variant, 1, ("lines", "0"))], destination=SHANGHAI, way=Way(DeliveryMode.HOME, slot))
    return await all_at_once(
        [
            partial(checkout.place, Viewer(market=market, address=f"10.1.{number}.{buyer}"), asked, key=ids.token())
            for buyer in range(buyers)
        ]
    )


async def test_a_slot_for_seven_takes_seven_of_forty(market: Market, settings: Settings) -> None:
    await make_tariff()
    [slot, *_] = await make_slots(market, capacity=7)
    variant = await variant_of(await make_product(stock={"SH": 100}))
    work = partial(book, variant=variant.id, slot=slot.id, buyers=10)
    outcomes = sum(await race(work, database_url=settings.database_url, processes=4), Counter[str]())
    assert outcomes == {"done": 7, "SLOT_FULL": 33}
    assert (await DeliverySlot.get(id=slot.id)).taken == 7
    assert await Delivery.filter(slot_id=slot.id, slot_held=True).count() == 7


async def swap(market: Market, number: int, *, orders: list[UUID], places: list[UUID]) -> Outcome:
    """Orders go to and fro between the same slots, in opposite directions."""

    async def move(order_id: UUID, slot_id: UUID) -> None:
        async with market.change():
            await slots.move(order_id, slot_id, province="上海市", city="上海市")

    tries = [partial(move, orders[(number + turn) % len(orders)], places[(turn + number) % 2]) for turn in range(12)]
    return await all_at_once(tries)


async def test_orders_that_change_places_never_lose_or_double_one(market: Market, settings: Settings) -> None:
    await make_tariff()
    first, second, *_ = await make_slots(market, capacity=3)
    variant = await variant_of(await make_product(stock={"SH": 100}))
    for number, slot in enumerate((first, first, second, second)):
        await book(market, number, variant=variant.id, slot=slot.id, buyers=1)
    orders = [delivery.order_id for delivery in await Delivery.all()]
    work = partial(swap, orders=orders, places=[first.id, second.id])
    outcomes = sum(await race(work, database_url=settings.database_url, processes=4), Counter[str]())
    assert outcomes.keys() <= {"done", "SLOT_FULL"}
    for slot in (first, second):
        held = await Delivery.filter(slot_id=slot.id, slot_held=True).count()
        assert held == (await DeliverySlot.get(id=slot.id)).taken <= 3


async def crowd(market: Market, number: int, *, orders: list[UUID], slot: UUID, extra: UUID | None) -> Outcome:
    """Changes of orders that all want the same slot; with something extra they wait for money and keep the place."""
    add = [Units(extra, 1)] if extra else []

    async def change(order_id: UUID) -> None:
        wish = changes_plan.Wish(slot=SlotWish(slot), add=add)
        await changes.commit(system(market), order_id, wish, key=ids.token(), operation="orderChange")

    return await all_at_once([partial(change, order_id) for order_id in orders[number::4]])


@pytest.mark.parametrize("waits", [False, True])
async def test_changes_fill_a_slot_and_never_more(
    market: Market, settings: Settings, customer: Viewer, waits: bool
) -> None:
    [slot, *_] = await make_slots(market, capacity=3)
    variant = await variant_of(await make_product(stock={"SH": 100}))
    product = await make_product(stock={"SH": 100})
    orders = [(await make_paid(customer, {product: 1})).id for _ in range(8)]
    work = partial(crowd, orders=orders, slot=slot.id, extra=variant.id if waits else None)
    outcomes = sum(await race(work, database_url=settings.database_url, processes=4), Counter[str]())
    assert outcomes == {"done": 3, "SLOT_FULL": 5}
    assert (await DeliverySlot.get(id=slot.id)).taken == 3
    assert await Delivery.filter(slot_id=slot.id, slot_held=True).count() == (0 if waits else 3)
    assert await OrderChangeRequest.filter(state=ChangeState.AWAITING_PAYMENT).count() == (3 if waits else 0)


async def take(market: Market, number: int, *, job: UUID, riders: list[UUID]) -> str:
    """One rider wants the job."""
    rider = viewer_for(market, await User.get(id=riders[number]))
    return await outcome_of(partial(couriers.accept, rider, job))


async def test_of_four_riders_one_gets_the_job(market: Market, settings: Settings, customer: Viewer) -> None:
    await make_region(market, "*", modes=[DeliveryMode.COURIER])
    await make_paid(customer, {await make_product(): 1}, way=Way(DeliveryMode.COURIER))
    await run_due(market)
    riders = [(await make_staff(Role.RIDER)).id for _ in range(4)]
    job = await CourierJob.get(state=JobState.OFFERED)
    outcomes = Counter(
        await race(partial(take, job=job.id, riders=riders), database_url=settings.database_url, processes=4)
    )
    assert outcomes["done"] == 1
    assert sum(outcomes.values()) == 4
    assert (await CourierJob.get(id=job.id)).state == JobState.PREPARING

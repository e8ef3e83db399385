import asyncio
import logging
import random
from datetime import timedelta

import pytest

from demo import simulator
from demo.ground import lay
from demo.lease import LEASE, Lease
from demo.opening import mark_open
from demo.people import CUSTOMERS, STAFF
from demo.residents import residents, settle
from demo.simulator import MOST_OPEN, Town
from domain.fulfillment.loads import Chosen
from domain.market import Market
from domain.orders import lifecycle
from kit import clock
from models.jobs import Timer
from models.orders import CancelReason, Order, OrderState
from models.outbox import Event
from models.payments import Payment, PaymentState
from tests.factories.catalog import make_product
from tests.factories.fulfillment import later, lines_of, make_paid, ship


@pytest.fixture
async def town(market: Market) -> Town:
    """The demo's people with a few goods, and nobody who has bought anything yet."""
    now = clock.now()
    await lay(now, now=now)
    await settle(market, at=now)
    for _ in range(3):
        await make_product(stock={"SH": 200})
    await mark_open(now)
    found = await Town.found(market, now)
    found.dice = random.Random(7)
    found.next_purchase = float("inf")
    return found


async def buys(town: Town) -> Order:
    """Somebody of the simulator buys now."""
    town.next_purchase = 0.0
    await town.step()
    town.next_purchase = float("inf")
    return await Order.all().order_by("-placed_at").first()  # type: ignore[return-value]  # there is one now


async def state(order: Order) -> OrderState:
    return (await Order.get(id=order.id)).state


async def lives_for(town: Town, *, seconds: int) -> None:
    """Let market time go by in steps, timers and townspeople in turn."""
    for _ in range(seconds):
        await later(town.market, seconds=1)
        await town.step()


async def test_somebody_buys_and_events_follow_within_seconds_until_receipt(town: Town) -> None:
    order = await buys(town)
    assert await state(order) == OrderState.PENDING_PAYMENT
    await lives_for(town, seconds=10)
    assert await state(order) in (OrderState.PAID, OrderState.SHIPPED)
    await lives_for(town, seconds=60)
    kinds = [event.kind for event in await Event.filter(stream_id=order.id).order_by("sequence")]
    for kind in ("order.placed", "payment.captured", "parcel.shipped", "parcel.scanned", "order.delivered"):
        assert kind in kinds
    confirmed = order.id.int % simulator.UNCONFIRMED_ONE_IN != 0
    assert await state(order) == (OrderState.RECEIVED if confirmed else OrderState.DELIVERED)


async def test_a_refused_card_is_followed_by_another(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator, "DECLINED_ONE_IN", 1)
    order = await buys(town)
    await lives_for(town, seconds=15)
    payments = await Payment.filter(order_id=order.id).order_by("id")
    assert [payment.state for payment in payments] == [PaymentState.FAILED, PaymentState.CAPTURED]


async def test_what_an_explorer_bought_is_shipped_later(town: Town) -> None:
    lin = (await residents(town.market, CUSTOMERS))["lin"].viewer
    order = await make_paid(lin)
    await lives_for(town, seconds=55)
    assert await state(order) == OrderState.PAID, "there is a minute to ship it by hand"
    await lives_for(town, seconds=8)
    assert await state(order) == OrderState.SHIPPED


async def test_what_an_explorer_ships_in_part_is_left_to_them(town: Town) -> None:
    people = await residents(town.market, [*CUSTOMERS, *STAFF])
    order = await make_paid(people["lin"].viewer, {await make_product(): 2})
    lines = await lines_of(order)
    await ship(people["picker"].viewer, order, chosen=[Chosen(lines[0].id, 1)])
    await lives_for(town, seconds=30)
    assert await state(order) == OrderState.PARTIALLY_SHIPPED


async def test_orders_of_before_the_opening_are_left_alone(town: Town) -> None:
    lin = (await residents(town.market, CUSTOMERS))["lin"].viewer
    order = await make_paid(lin)
    town.opened_at = clock.now()
    await lives_for(town, seconds=30)
    assert await state(order) == OrderState.PAID


async def test_an_explorer_who_cancels_first_disturbs_nobody(town: Town) -> None:
    order = await buys(town)
    buyer = town._buyer(order).viewer
    await lifecycle.cancel(buyer, order.id, reason=CancelReason.CHANGED_MIND)
    other = await buys(town)
    await lives_for(town, seconds=12)
    assert await state(order) == OrderState.CANCELED
    assert await state(other) in (OrderState.PAID, OrderState.SHIPPED)


async def test_what_fails_is_logged_and_not_tried_again(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("the tape is empty")

    order = await buys(town)
    monkeypatch.setattr(simulator, "ship", broken)
    with caplog.at_level(logging.CRITICAL, logger="jishi.demo"):
        await lives_for(town, seconds=15)
    assert await state(order) == OrderState.PAID
    assert town.given_up == {order.id}


async def test_nobody_buys_while_many_orders_are_open(town: Town) -> None:
    for _ in range(MOST_OPEN + 3):
        await buys(town)
    assert await Order.all().count() == MOST_OPEN


async def test_there_is_an_end_to_buying(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator, "MOST_ORDERS", 2)
    for _ in range(4):
        await buys(town)
    assert await Order.all().count() == 2


async def test_without_demo_data_the_simulator_does_nothing(market: Market) -> None:
    task = asyncio.create_task(simulator.run(market))
    await asyncio.sleep(0.3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not await Timer.exists(kind="demo.simulator")


async def test_a_stopped_simulator_gives_its_lease_back(town: Town) -> None:
    task = asyncio.create_task(simulator.run(town.market))
    for _ in range(100):
        await asyncio.sleep(0.05)
        if await Order.exists():
            break
    assert await Timer.filter(kind="demo.simulator", claimed_until__not_isnull=True).exists()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await Timer.filter(kind="demo.simulator", claimed_until__isnull=True).exists()
    assert await Order.exists()


async def test_one_of_two_holds_the_lease_until_it_ends(market: Market) -> None:
    async with Lease("demo.simulator") as first:
        assert [await first.held(), await Lease("demo.simulator").held(), await first.held()] == [True, False, True]
    assert await Lease("demo.simulator").held()


async def test_a_lease_whose_holder_died_is_free_when_it_runs_out(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead, heir = Lease("demo.simulator"), Lease("demo.simulator")
    assert await dead.held()
    then = clock.machine() + LEASE + timedelta(seconds=2)
    monkeypatch.setattr(clock, "machine", lambda: then)
    assert await heir.held()
    assert not await dead.held()


async def test_a_lease_is_renewed_near_its_end(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = Lease("demo.simulator")
    assert await lease.held()
    start = clock.machine()
    for seconds in range(5, 60, 5):
        monkeypatch.setattr(clock, "machine", lambda seconds=seconds: start + timedelta(seconds=seconds))
        assert await lease.held()
        assert not await Lease("demo.simulator").held()

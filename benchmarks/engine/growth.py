"""What an order costs while more and more others are open: it must stay the same."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from statistics import median
from typing import Any
from uuid import UUID

from benchmarks.engine import copies
from benchmarks.engine.copies import Run
from benchmarks.engine.questions import QUESTIONS
from benchmarks.engine.scene import Cost, Scene, entered, furnish
from demo.stage import ship
from domain import effects, events
from domain.fulfillment import waves
from domain.orders import checkout, lifecycle
from domain.payments import attempts
from jobs.registry import HANDLERS
from jobs.runner import claim
from kit import clock, ids
from kit.errors import Refused
from models.inventory import Warehouse
from models.jobs import Timer
from models.orders import CancelReason, Order, OrderLine, ReviewState, Supply
from models.payments import PaymentMethod
from models.reviews import Review
from models.shortages import Shortage, ShortageCause, ShortageChoice, ShortageLine
from settings import Settings

ORIGINALS = 10  # orders of which copies are made: six paid, two shipped, one in review, one with a shortage
WAVE = 5  # orders

Samples = dict[str, list[Cost]]
Say = Callable[[str], None]

ACTS = {
    "place": "Place an order",
    "pay": "Pay it, and what follows",
    "publish": "Number its events",
    "ship": "Ship it",
    "after": "What follows",
    "claim": "Claim a timer",
    "cancel": "Cancel a paid order, and what follows",
    "wave": f"Make a wave of {WAVE} orders",
    "no-wave": "Make one where nothing waits",
}
CONTROL = "waves"  # there are as many as were measured, however many orders are open
TITLES = ACTS | {name: question.title for name, question in QUESTIONS.items()}


def measure(settings: Settings, sizes: Sequence[int], *, turns: int, say: Say) -> dict[int, Samples]:
    """Costs by number of open orders. The database is migrated and empty."""
    return asyncio.run(_measure(settings, sizes, turns=turns, say=say))


async def _measure(settings: Settings, sizes: Sequence[int], *, turns: int, say: Say) -> dict[int, Samples]:
    postgres = settings.database_url.startswith("postgres")
    made: dict[int, Samples] = {}
    await furnish(settings)
    async with entered(settings) as scene:
        originals = await _originals(scene)
        async with _copier(settings) as run:
            if postgres:
                await run(copies.ON_POSTGRES)
            await copies.keep(run, originals)
        have = 0
        for size in sorted(sizes):
            say(f"{size} open orders: filling")
            async with _copier(settings) as run:
                await copies.copy(run, first=have + 1, last=size // ORIGINALS)
                await run("VACUUM ANALYZE" if postgres else "ANALYZE")
            have = size // ORIGINALS
            say(f"{size} open orders: measuring")
            made[size] = await _sampled(scene, turns)
    return made


def _copier(settings: Settings) -> AbstractAsyncContextManager[Run]:
    url = settings.database_url
    return copies.postgres(url) if url.startswith("postgres") else copies.sqlite(url)


# The originals --------------------------------------------------------------------------------------------------------


async def _originals(scene: Scene) -> list[UUID]:
    orders = [await _bought(scene) for _ in range(ORIGINALS)]
    await scene.settle()
    for order in orders[:2]:
        await ship(scene.staff, order)
    await scene.settle()
    await _put_in_review(orders[2])
    await _make_short(orders[3])
    return [order.id for order in orders]


async def _bought(scene: Scene) -> Order:
    order = await _placed(scene)
    await _paid(scene, order)
    return order


async def _placed(scene: Scene) -> Order:
    buyer = scene.dice.choice(scene.buyers)
    purchase = buyer.purchase(scene.basket())
    return await checkout.place(buyer.viewer, purchase, key=str(ids.new_id()))


async def _paid(scene: Scene, order: Order) -> None:
    [owner] = [buyer.viewer for buyer in scene.buyers if buyer.viewer.user_id == order.user_id]
    payment = await attempts.create(owner, order.id, method=PaymentMethod.SIMULATOR, idempotency_key=str(ids.new_id()))
    await scene.pay(payment)
    await scene.settle_timers()


async def _put_in_review(order: Order) -> None:
    await Order.filter(id=order.id).update(review=ReviewState.PENDING)
    await Review.create(order_id=order.id, score=60, opened_at=clock.now(), due_at=clock.now() + copies.MONTH)


async def _make_short(order: Order) -> None:
    await Order.filter(id=order.id).update(supply=Supply.UNDECIDED)
    line = await OrderLine.filter(order_id=order.id).order_by("position").first()
    shortage = await Shortage.create(
        order_id=order.id,
        cause=ShortageCause.NOT_FOUND,
        default_choice=ShortageChoice.WAIT,
        choose_by=clock.now() + copies.MONTH,
        opened_at=clock.now(),
    )
    if line is not None:
        await ShortageLine.create(shortage_id=shortage.id, order_line_id=line.id, found_missing=1, missing=1)


# Measuring ------------------------------------------------------------------------------------------------------------


async def _sampled(scene: Scene, turns: int) -> Samples:
    samples: Samples = {name: [] for name in TITLES}
    await _turn(scene, {name: [] for name in TITLES})  # what is put together once is put together
    for _ in range(turns):
        await _turn(scene, samples)
    return samples


async def _turn(scene: Scene, samples: Samples) -> None:
    async def cost(name: str, act: Callable[[], Awaitable[Any]]) -> None:
        samples[name].append(await scene.cost(act))

    placed: list[Order] = []

    async def place() -> None:
        placed.append(await _placed(scene))

    await cost("place", place)
    order = placed[0]
    await cost("pay", lambda: _paid(scene, order))
    await cost("publish", events.publish)
    await cost("ship", lambda: ship(scene.staff, order))
    await cost("after", scene.settle_timers)
    await effects.soon("order.expire", ids.new_id())
    await cost("claim", lambda: claim(HANDLERS, limit=1))
    await Timer.filter(claimed_until__isnull=False, done_at__isnull=True).delete()
    other = await _bought(scene)
    await cost("cancel", lambda: _canceled(scene, other))
    await cost("wave", lambda: _wave(scene, "SH"))
    await cost("no-wave", lambda: _wave(scene, "BJ"))
    await scene.settle()
    for name, question in QUESTIONS.items():
        token = scene.tokens["buyer" if question.by_buyer else "staff"]
        await cost(name, lambda asked=question.document, token=token: scene.ask(asked, token=token))  # type: ignore[misc]


async def _wave(scene: Scene, code: str) -> None:
    """All orders are served from Shanghai: nothing waits in Beijing."""
    house = await Warehouse.get(code=code)
    with suppress(Refused):
        await waves.create(scene.staff, waves.Wish(house.id, most_orders=WAVE), key=str(ids.new_id()))


async def _canceled(scene: Scene, order: Order) -> None:
    await lifecycle.cancel(scene.staff, order.id, reason=CancelReason.OTHER)
    await scene.settle_timers()


def typical(costs: Sequence[Cost]) -> float:
    """The median of both sides together, in milliseconds of processor time."""
    return median(cost.total for cost in costs)

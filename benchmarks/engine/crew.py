"""One worker process of the engine: it takes its turns when told to, and answers what they cost it."""

import asyncio
import gc
import logging
from datetime import datetime
from multiprocessing.connection import Connection
from time import process_time
from uuid import UUID

from benchmarks.engine.scene import Scene, entered
from demo.director import set_clock
from demo.stage import ship
from domain import events
from domain.orders import checkout
from domain.payments import attempts
from kit import clock, crypto, ids
from models.database import connection
from models.jobs import Timer
from models.orders import Order, OrderState
from models.payments import PaymentMethod
from settings import Settings

AT_ONCE = 4  # orders that one process ships at the same moment


def run(pipe: Connection, settings: Settings, *, number: int) -> None:
    """Take turns until the parent says that it is over."""
    logging.disable(logging.ERROR)
    gc.freeze()
    crypto.use_keys(settings.keys)
    asyncio.run(_live(pipe, settings, number=number))


async def _live(pipe: Connection, settings: Settings, *, number: int) -> None:
    async with entered(settings, number=number) as scene:
        while True:
            message, *values = pipe.recv()
            if message == "end":
                return
            if message == "pile":
                await _pile(scene, *values)
                pipe.send(None)
            elif message == "turn":
                pipe.send(await _turn(scene, *values, number=number))
            elif message == "forget":
                await _forget()
                pipe.send(None)


async def _pile(scene: Scene, count: int, at: datetime) -> None:
    """Orders that are placed and about to be paid: the provider's word of it is due."""
    set_clock(at)
    for _ in range(count):
        buyer = scene.dice.choice(scene.buyers)
        order = await checkout.place(buyer.viewer, buyer.purchase(scene.basket()), key=str(ids.new_id()))
        payment = await attempts.create(
            buyer.viewer, order.id, method=PaymentMethod.SIMULATOR, idempotency_key=str(ids.new_id())
        )
        await scene.pay(payment)


async def _turn(scene: Scene, at: datetime, workers: int, *, number: int) -> tuple[int, float]:
    """Do what is due, ship this process's share of what can be shipped, and do what follows.

    Gives how many orders are not there yet, and the seconds of processor time that it took.
    """
    set_clock(at)
    began = process_time()
    await scene.settle_timers()
    door = asyncio.Semaphore(AT_ONCE)

    async def through(order: Order) -> None:
        async with door:
            await ship(scene.staff, order)

    await asyncio.gather(*(through(order) for order in await _ready(number, workers)))
    await scene.settle_timers()
    if number == 0:
        while await events.publish():
            pass
    spent = process_time() - began
    return await Order.exclude(state=OrderState.DELIVERED).count(), spent


async def _ready(number: int, workers: int) -> list[Order]:
    found = await Order.filter(state=OrderState.PAID).order_by("placed_at", "id")
    return [order for order in found if _share(order.id, workers) == number]


def _share(key: UUID, workers: int) -> int:
    return key.int % workers


async def _forget() -> None:
    """Call off what would come later, so that every pile is alone in the market."""
    await Timer.filter(done_at__isnull=True).update(done_at=clock.now())
    await connection().execute_query("ANALYZE")

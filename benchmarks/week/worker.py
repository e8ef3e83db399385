"""One process of the week: it opens the market, takes its turns when told to, and answers what came of them."""

import asyncio
import gc
import logging
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from time import process_time
from typing import Any

from adapters.bus import InProcessBus
from adapters.carriers.simulator import CarrierSimulator
from adapters.messages import DatabaseInbox
from adapters.payments.simulator import PaymentSimulator
from benchmarks.week import checks, faults, office, turns
from benchmarks.week.town import Town
from demo import filling, last_mile, story
from demo.director import set_clock
from demo.inline_sqlite import open_for_a_command
from demo.loopback import Loopback
from demo.people import CUSTOMERS, STAFF
from demo.residents import residents
from demo.stage import Buyer, buying
from domain import events
from domain.customers.visible import viewer_for
from domain.delivery import slots
from domain.market import Market
from kit import clock, crypto
from models.catalog import Variant
from models.customers import User
from models.database import close_database
from models.delivery import PickupPoint
from models.fulfillment import CarrierFault
from models.inventory import Warehouse
from settings import Settings


def run(pipe: Connection, settings: Settings, *, number: int, workers: int, seed: int, people: int) -> None:
    """Take turns until the parent says that it is over."""
    logging.disable(logging.ERROR)  # refusals and late money are what the week is made of
    gc.freeze()
    crypto.use_keys(settings.keys)
    asyncio.run(_live(pipe, settings, number=number, workers=workers, seed=seed, people=people))


async def _live(pipe: Connection, settings: Settings, *, number: int, workers: int, seed: int, people: int) -> None:
    async with opened(settings, dice=random.Random(f"{seed} carrier {number}")) as market:
        town: Town | None = None
        while True:
            message, *values = pipe.recv()
            if message == "end":
                return
            if message == "furnish":
                await furnish(market, start=values[0], people=people)
                pipe.send(None)
            elif message == "turn":
                town = town or await found(market, number=number, workers=workers, seed=seed)
                pipe.send(await _turn(town, *values))
            elif message == "check":
                pipe.send(await checks.broken(market))


async def _turn(town: Town, at: datetime, orders: int, hour: int | None) -> dict[str, Any]:
    set_clock(at)
    began = process_time()
    tally = await turns.play(town, orders)
    if hour is not None and town.number == 0:
        await office.at_hour(town, hour)
    if town.number == 0:
        while await events.publish():
            pass
    return {"done": tally.done, "refused": tally.refused, "bugs": tally.bugs, "cpu": process_time() - began}


@asynccontextmanager
async def opened(
    settings: Settings,
    *,
    dice: random.Random,
    odds: Mapping[CarrierFault, float] = faults.PARCELS,
    callback_seconds: float = 20,
) -> AsyncIterator[Market]:
    """A market of this process, whose payment callbacks take no network and whose parcels may go astray."""
    await open_for_a_command(settings.database_url, pool=settings.database_pool)
    bus, loopback = InProcessBus(), Loopback()
    simulator = PaymentSimulator(
        url=settings.url, secret="week", callback_seconds=callback_seconds, bus=bus, transport=loopback
    )
    carrier = CarrierSimulator(filling.Unhurried(), dice=dice, odds=odds)
    loopback.market = Market(
        policy=settings,
        bus=bus,
        messages=DatabaseInbox(),
        providers={simulator.code: simulator},
        carriers={carrier.code: carrier},
    )
    try:
        yield loopback.market
    finally:
        await simulator.close()
        await close_database()


async def furnish(market: Market, *, start: datetime, people: int) -> None:
    """The demo market's houses, goods, staff and slots, with more people who buy."""
    set_clock(start)
    await filling.furnish(market, now=clock.now(), say=lambda _: None)
    await last_mile.offer_service()
    await slots.make_ahead(market)
    opened_at = clock.now() - timedelta(days=60)
    await User.bulk_create(
        [
            User(name=f"Customer {place}", locale="zh-CN" if place % 5 else "en", roles=[], created_at=opened_at)
            for place in range(people)
        ],
        batch_size=500,
    )


async def found(market: Market, *, number: int, workers: int, seed: int) -> Town:
    """The town as this process sees it."""
    staff = await residents(market, STAFF)
    homes = [buying(resident) for resident in (await residents(market, CUSTOMERS)).values() if resident.destination]
    homes = [home for home in homes if home.key not in story.LEFT_OUT]
    near = [home for home in homes if home.destination.city in faults.WAYS]
    crowd = [
        _living(near if place % faults.NEARBY == 0 else homes, market, user, place) for place, user in await _crowd()
    ]
    return Town(
        market=market,
        goods=await story.goods_on_sale(),
        service=(await Variant.get(sku=last_mile.SERVICE_SKU)).id,
        buyers=[*crowd, *homes],
        staff=dict(staff),
        points=await PickupPoint.all().order_by("code"),
        houses=await Warehouse.all().order_by("code"),
        dice=random.Random(f"{seed} town {number}"),
        number=number,
        workers=workers,
    )


def _living(homes: Sequence[Buyer], market: Market, user: User, place: int) -> Buyer:
    where = homes[place % len(homes)].destination
    return Buyer(key=str(user.id), viewer=viewer_for(market, user), destination=where)


async def _crowd() -> list[tuple[int, User]]:
    """Those who came besides the demo market's people, numbered. Names are sealed: no query finds them."""
    return list(enumerate(user for user in await User.all().order_by("id") if user.name.startswith("Customer ")))

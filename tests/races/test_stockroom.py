import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from domain.access import Viewer, system
from domain.inventory import bundles, stock, transfers
from domain.inventory.bundles import Part
from domain.inventory.stock import Hold, Region, Wanted
from domain.inventory.transfers import Units
from domain.market import Market
from kit import clock
from kit.ids import new_id
from models.database import transaction
from models.inventory import Reservation, StockLevel, StockTransfer
from settings import Settings
from tests.factories.catalog import make_product, make_warehouse, variant_of
from tests.factories.inventory import counts
from tests.races.outcomes import Outcome, all_at_once
from tests.races.processes import race

pytestmark = pytest.mark.slow


async def _hold(market: Market, number: int, *, variant: UUID, units: int, orders: int) -> Outcome:
    """One customer on several devices, each placing orders that are not paid."""
    viewer = Viewer(market=market)

    async def hold() -> None:
        wanted = [Wanted(new_id(), variant, units)]
        until = clock.now() + timedelta(minutes=30)
        async with transaction():
            await stock.reserve(
                viewer, order_id=new_id(), wanted=wanted, region=Region("上海市"), hold=Hold(until, "user:1")
            )

    return await all_at_once([hold] * orders)


async def _send_both_ways(
    market: Market, number: int, *, ends: Sequence[UUID], variants: Sequence[UUID], times: int
) -> Outcome:
    """Trucks cross each other; each is unloaded at once, and every second one lacks a unit."""
    viewer = system(market)
    source, target = ends if number % 2 else ends[::-1]

    async def drive() -> None:
        lines = [Units(key, 2) for key in random.sample(variants, len(variants))]
        async with transaction():
            sent = await transfers.send(viewer, source_id=source, target_id=target, lines=lines)
        arrived = dict.fromkeys(variants, 2 - number % 2)
        async with transaction():
            await transfers.receive(viewer, sent.id, arrived=arrived)

    return await all_at_once([drive] * times)


async def _buy_what_shares_parts(market: Market, number: int, *, sold: Sequence[UUID], buyers: int) -> Outcome:
    viewer = Viewer(market=market)

    async def buy() -> None:
        wanted = [Wanted(new_id(), key, 1) for key in random.sample(sold, 2)]
        async with transaction():
            await stock.reserve(viewer, order_id=new_id(), wanted=wanted, region=Region("上海市"))

    return await all_at_once([buy] * buyers)


async def test_a_customer_on_many_devices_holds_no_more_than_allowed(market: Market, settings: Settings) -> None:
    variant = await variant_of(await make_product(stock={"SH": 5000}))
    work = partial(_hold, variant=variant.id, units=100, orders=10)
    outcomes = await race(work, database_url=settings.database_url, processes=3)
    assert sum(outcomes, Counter()) == {"done": 9, "HOLD_LIMIT": 21}  # of 999 units
    assert await counts(variant) == (5000, 900)


async def test_transfers_that_cross_lose_nothing_but_what_is_written_down(market: Market, settings: Settings) -> None:
    product = await make_product(variants=[{"stock": {"SH": 200, "CD": 200}}, {"stock": {"SH": 200, "CD": 200}}])
    variants = [await variant_of(product, place) for place in (0, 1)]
    ends = [(await make_warehouse(code)).id for code in ("SH", "CD")]
    work = partial(_send_both_ways, ends=ends, variants=[one.id for one in variants], times=8)
    outcomes = await race(work, database_url=settings.database_url, processes=4)
    assert sum(outcomes, Counter()) == {"done": 32}
    for variant in variants:
        assert (await counts(variant, "SH"), await counts(variant, "CD")) == ((200, 0), (184, 0))
    assert await StockTransfer.filter(state="RECEIVED").count() == 32
    assert await StockLevel.filter(in_transit__gt=0).count() == 0


async def test_bundles_that_share_parts_are_never_oversold(market: Market, settings: Settings) -> None:
    apple, pear, plum = [await variant_of(await make_product(stock={"SH": units})) for units in (60, 50, 70)]
    boxes = [await variant_of(await make_product(stock={})) for _ in range(2)]
    the_market = system(market)
    await bundles.set_parts(the_market, boxes[0].id, [Part(apple.id, 2), Part(pear.id, 1)])
    await bundles.set_parts(the_market, boxes[1].id, [Part(plum.id, 1), Part(pear.id, 2)])
    sold = [apple.id, pear.id, plum.id, *(box.id for box in boxes)]
    work = partial(_buy_what_shares_parts, sold=sold, buyers=25)
    outcomes = sum(await race(work, database_url=settings.database_url, processes=4), Counter[str]())
    assert set(outcomes) == {"done", "INSUFFICIENT_STOCK"}
    assert await Reservation.all().count() == 2 * outcomes["done"]
    levels = {level.variant_id: level for level in await StockLevel.all()}
    assert all(level.reserved <= level.on_hand for level in levels.values())
    assert levels[pear.id].available <= 1  # every second sale needs pears: they ran out

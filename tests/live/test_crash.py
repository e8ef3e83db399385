"""Kill -9 in the middle of two hundred purchases: nothing that anybody was told is lost, and nothing stays behind."""

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.live import documents, markets, shopping
from tests.live.client import Caller, Data, Watching, calling, watching
from tests.live.server import start_server

pytestmark = pytest.mark.slow

BUYERS = 8
PURCHASES = 200
KILLS_AFTER = (50, 60)  # payments that have begun; the second time on top of what the first left
LATEST_NEWS = 90.0  # seconds: what a killed process had in hand is taken up by others a minute later
Seen = tuple[str, int]
GONE = (httpx.HTTPError, OSError)


ON_SALE = "{ products(first: 100) { nodes { variants { id availability } } } }"
LEVELS = """
query ($after: String) {
  stockLevels(first: 100, after: $after) { nodes { reserved } pageInfo { hasNextPage endCursor } }
}"""


@dataclass
class Purchase:
    """One purchase by its keys, and what its buyer was told about it."""

    buyer: int
    pays: bool
    place_key: str = field(default_factory=shopping.new_key)
    pay_key: str = field(default_factory=shopping.new_key)
    order: Data | None = None
    told_paid: bool = False
    was_interrupted: bool = False
    is_done: bool = False


class Rush:
    """Many people who buy at once, each with the same keys again when the shop did not answer."""

    def __init__(self, buyers: list[Caller], variants: list[str]) -> None:
        dice = random.Random(7)
        self.buyers = buyers
        self.variants = variants
        self.purchases = [Purchase(number % len(buyers), pays=dice.random() < 0.8) for number in range(PURCHASES)]
        self.begun = 0

    async def go(self, *, until: int | None = None) -> None:
        """Everybody buys what is left to buy; returns when all is done, or when `until` payments have begun."""
        self._enough = asyncio.Event()
        self._until = until
        self._running = [asyncio.create_task(self._shop(person)) for person in range(len(self.buyers))]
        if until is None:
            await asyncio.gather(*self._running)
        else:
            await asyncio.wait_for(self._enough.wait(), 120)

    async def interrupted(self) -> None:
        """Everybody notices that nobody answers any more."""
        await asyncio.gather(*self._running)

    async def _shop(self, person: int) -> None:
        for number, purchase in enumerate(self.purchases):
            if purchase.buyer != person or purchase.is_done:
                continue
            try:
                await self._buy(self.buyers[person], purchase, self.variants[number % len(self.variants)])
            except GONE:
                purchase.was_interrupted = True
                return
            purchase.is_done = True

    async def _buy(self, buyer: Caller, purchase: Purchase, variant: str) -> None:
        placed = await shopping.place(buyer, variant, key=purchase.place_key)
        assert purchase.order is None or purchase.order["id"] == placed["id"]
        purchase.order = placed
        if not purchase.pays:
            return
        payment = await shopping.start_payment(buyer, placed["id"], key=purchase.pay_key)
        self.begun += 1
        if self._until is not None and self.begun >= self._until:
            self._enough.set()
        if payment["state"] == "PENDING":
            codes = await buyer.codes(documents.SIMULATE, paymentId=payment["id"], outcome="SUCCEED")
            assert codes in ([], ["PAYMENT_CLOSED"])  # the button was pressed before the shop was gone
        await self._look(buyer, purchase, seconds=1)

    async def money_has_come(self) -> None:
        """Everybody looks at their orders until all that was paid is there."""
        waiting = [one for one in self.purchases if one.pays and not one.told_paid]
        await asyncio.gather(*(self._look(self.buyers[one.buyer], one, seconds=LATEST_NEWS) for one in waiting))
        assert [one.pay_key for one in waiting if not one.told_paid] == []

    async def _look(self, buyer: Caller, purchase: Purchase, *, seconds: float) -> None:
        assert purchase.order
        deadline = time.monotonic() + seconds
        while not purchase.told_paid and time.monotonic() < deadline:
            found = await shopping.order(buyer, purchase.order["id"])
            purchase.told_paid = found["state"] == "PAID"
            await asyncio.sleep(min(0.1, seconds / 20) if not purchase.told_paid else 0)


def told(live: Watching) -> list[Seen]:
    """What a subscription has told: of which order, and which event of it."""
    return [(change["order"]["id"], change["event"]["sequence"]) for change in live.changes if change["event"]]


async def watch_until_cut(buyer: Caller, seen: list[Seen], cursor: str | None) -> str | None:
    """Follow one's own orders until the line is cut; gives the cursor to come back with."""
    with contextlib.suppress(OSError):
        async with watching(buyer, documents.WATCH_MINE, after=cursor) as live:
            await live.until(lambda own: own.is_over, seconds=120)
            seen.extend(told(live))
            cursor = live.changes[-1]["cursor"] if live.changes else cursor
    return cursor


async def on_sale(caller: Caller) -> list[str]:
    """Every variant that can be had."""
    nodes = (await caller(ON_SALE))["products"]["nodes"]
    return [one["id"] for product in nodes for one in product["variants"] if one["availability"] == "IN_STOCK"]


async def reserved(admin: Caller) -> int:
    """Units that are promised to orders, over all shelves."""
    units, after = 0, None
    while True:
        page = (await admin(LEVELS, after=after))["stockLevels"]
        units += sum(int(level["reserved"]) for level in page["nodes"])
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return units


async def everything_of(buyer: Caller) -> dict[str, int]:
    """How many events each order of one's own has by now."""
    orders, after = [], None
    while True:
        page = (await buyer(documents.MY_ORDERS, after=after))["orders"]
        orders += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    counts = {}
    for one in orders:
        timeline = (await shopping.order(buyer, one["id"]))["timeline"]["nodes"]
        assert [event["sequence"] for event in timeline] == list(range(1, len(timeline) + 1))
        counts[one["id"]] = len(timeline)
    return counts


async def test_a_killed_market_comes_back_with_everything_that_it_promised(market_url: str, tmp_path: Path) -> None:
    server = await start_server(market_url, tmp_path)
    try:
        async with calling(server.url) as guest:
            buyers = [(await shopping.sign_up(guest))[0] for _ in range(BUYERS)]
            rush = Rush(buyers, await on_sale(guest))
            seen: list[Seen] = []
            cursor: str | None = "p.0"  # where the history of a new customer begins
            for kill_after in KILLS_AFTER:
                reader = asyncio.create_task(watch_until_cut(buyers[0], seen, cursor))
                await rush.go(until=kill_after)
                server.kill()
                await rush.interrupted()
                cursor = await reader
                server.assert_no_bugs()
                server = await start_server(market_url, tmp_path, port=server.port)
                await assert_promises_hold(rush)
            await rush.go()
            await rush.money_has_come()
            await assert_each_purchase_is_there_once(rush)
            await assert_nothing_was_missed(buyers[0], seen, cursor)
            await assert_nothing_stays_behind(guest, rush)
    finally:
        server.kill()
    server.assert_no_bugs()


async def assert_promises_hold(rush: Rush) -> None:
    """What anybody was told before stands when the market is back."""
    assert any(purchase.was_interrupted for purchase in rush.purchases)
    told = [purchase for purchase in rush.purchases if purchase.told_paid]
    assert told
    for purchase in told:
        assert purchase.order
        assert (await shopping.order(rush.buyers[purchase.buyer], purchase.order["id"]))["state"] == "PAID"


async def assert_each_purchase_is_there_once(rush: Rush) -> None:
    """The same keys have completed the rest, and made nothing twice."""
    ids = [purchase.order["id"] for purchase in rush.purchases if purchase.order]
    assert len(set(ids)) == PURCHASES
    assert sorted([order for buyer in rush.buyers for order in await everything_of(buyer)]) == sorted(ids)
    for purchase in rush.purchases:
        assert purchase.order
        found = await shopping.order(rush.buyers[purchase.buyer], purchase.order["id"])
        expected = found["total"]["minorUnits"] if purchase.pays else 0
        assert found["captured"]["minorUnits"] == expected
        assert found["state"] == ("PAID" if purchase.pays else "PENDING_PAYMENT")


async def assert_nothing_was_missed(buyer: Caller, seen: list[Seen], cursor: str | None) -> None:
    """Whoever followed their orders over both crashes has each event once, and in its order's order."""
    mine = await everything_of(buyer)
    async with watching(buyer, documents.WATCH_MINE, after=cursor) as live:
        missed = sum(mine.values()) - len(seen)
        await live.until(lambda own: len(own.events) >= missed)
        seen = [*seen, *told(live)]
    assert sorted(seen) == sorted((order, number) for order, count in mine.items() for number in range(1, count + 1))
    for order in mine:
        numbers = [number for one, number in seen if one == order]
        assert numbers == sorted(numbers)


async def assert_nothing_stays_behind(guest: Caller, rush: Rush) -> None:
    """Goods are held for paid orders and for nobody else, once the time to pay is over; the books agree."""
    admin, finance = await markets.signed_in(guest, "admin"), await markets.signed_in(guest, "finance")
    assert await reserved(admin) == PURCHASES
    await shopping.advance(admin, days=0.1)
    unpaid = [(rush.buyers[one.buyer], one.order["id"]) for one in rush.purchases if one.order and not one.pays]
    assert unpaid
    for buyer, order in unpaid:
        async with watching(buyer, documents.WATCH_ORDER, orderId=order) as live:
            await live.until(lambda own: [c["order"]["state"] for c in own.changes][-1:] == ["EXPIRED"])
    assert await reserved(admin) == PURCHASES - len(unpaid)
    await shopping.assert_books_balance(finance)
    await everything_is_healthy(guest)


async def everything_is_healthy(guest: Caller) -> None:
    """The clock has jumped: what became due all at once is done in a while, and then nothing is late or unkept."""
    deadline = time.monotonic() + LATEST_NEWS
    while True:
        health = await guest.http.get(f"{guest.url}/health/deep")
        if health.status_code == 200:
            return
        assert time.monotonic() < deadline, health.text
        await asyncio.sleep(0.2)

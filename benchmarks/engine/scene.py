"""One process that acts and asks, and what each act costs: processor time on both sides, and statements."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any
from uuid import UUID

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

import server
from adapters.payments.simulator import Outcome, PaymentSimulator
from benchmarks import ground
from benchmarks.ground import Size
from benchmarks.shopping import ADDRESS
from benchmarks.week.worker import opened
from demo.stage import Basket, Buyer
from domain import events, refusals
from domain.access import Viewer
from domain.customers import sessions
from domain.customers.visible import viewer_for
from domain.market import Market
from domain.orders.checkout import Destination
from jobs.registry import HANDLERS
from jobs.runner import run_due
from kit import tally
from models.catalog import Variant
from models.customers import Role, User
from models.database import is_postgres, select
from models.payments import Payment
from schema.root import schema
from settings import Settings
from transport.endpoint import GraphQLEndpoint

SIZE = Size(products=200, customers=100, orders=0)
HOME = Destination(**ADDRESS)
NANOSECONDS = 1_000_000  # in a millisecond


@dataclass(frozen=True, slots=True)
class Cost:
    """What one act took."""

    ours: float
    """Milliseconds of this process; on SQLite all there is."""
    theirs: float
    """Milliseconds of PostgreSQL's processes that serve it."""
    statements: int

    @property
    def total(self) -> float:
        return self.ours + self.theirs


@dataclass(slots=True)
class Scene:
    """The market, the people in it, and a door to ask through."""

    market: Market
    variants: Sequence[UUID]
    buyers: Sequence[Buyer]
    staff: Viewer
    door: httpx.AsyncClient
    tokens: dict[str, str]
    dice: random.Random

    def basket(self) -> Basket:
        """One to three things, one or two of each."""
        chosen = self.dice.sample(self.variants, self.dice.randint(1, 3))
        return [(variant, self.dice.randint(1, 2)) for variant in chosen]

    async def cost(self, act: Callable[[], Awaitable[Any]]) -> Cost:
        """Do it, and say what it took."""
        pids = await _backends()
        count, before, began = tally.gauge(), _spent(pids), process_time()
        await act()
        ended = process_time()
        return Cost(1000 * (ended - began), (_spent(pids) - before) / NANOSECONDS, count())

    async def ask(self, document: str, *, token: str) -> Any:
        answer = await self.door.post(
            "/graphql", json={"query": document}, headers={"authorization": f"Bearer {token}"}
        )
        if not answer.is_success or b'"errors"' in answer.content:
            raise RuntimeError(f"{document}: {answer.text[:500]}")
        return answer.json()["data"]

    async def pay(self, payment: Payment) -> None:
        """As the buyer does on the provider's page. Its word of it is due at once."""
        simulator = self.market.providers[PaymentSimulator.code]
        if not isinstance(simulator, PaymentSimulator):
            raise TypeError("orders are paid with the simulator")
        await simulator.pay(payment.provider_reference or "", Outcome.SUCCEED)

    async def settle_timers(self) -> None:
        """Do whatever is due."""
        await run_due(self.market, HANDLERS)

    async def settle(self) -> None:
        """Do whatever is due, and number what happened."""
        await self.settle_timers()
        while await events.publish():
            pass


async def furnish(settings: Settings) -> None:
    """Goods that never run out, people who buy, and one who does everything else. The database is empty."""
    await ground.prepare(settings, SIZE)
    async with ground.opened(settings):
        await User.create(name="Staff", roles=[Role.ADMINISTRATOR.value], created_at=ground.START)


@asynccontextmanager
async def entered(settings: Settings, *, number: int = 0) -> AsyncIterator[Scene]:
    """A furnished market as this process sees it; nothing goes wrong in it."""
    async with opened(settings, dice=random.Random(number), odds={}, callback_seconds=0) as market:
        everybody = await User.all().order_by("id")
        people = [person for person in everybody if not person.roles]
        [staff] = [person for person in everybody if person.roles]
        buyers = [Buyer(key=person.name, viewer=viewer_for(market, person), destination=HOME) for person in people]
        door = httpx.AsyncClient(transport=httpx.ASGITransport(_application(settings, market)), base_url=settings.url)
        tokens = {"staff": await _token(market, staff), "buyer": await _token(market, people[0])}
        variants = [variant.id for variant in await Variant.all().order_by("id")]
        async with door:
            yield Scene(
                market, variants, buyers, viewer_for(market, staff), door, tokens, random.Random(f"buying {number}")
            )


def _application(settings: Settings, market: Market) -> Starlette:
    contexts = server.Contexts()
    contexts.market = market
    return Starlette(
        routes=[Route("/graphql", GraphQLEndpoint(schema, settings=settings, contexts=contexts, say=refusals.message))]
    )


async def _token(market: Market, person: User) -> str:
    visitor = Viewer(market=market, address="127.0.0.1")
    return (await sessions.start(visitor, person, device="benchmark")).access_token


async def _backends() -> list[int]:
    """The processes of PostgreSQL that serve this database."""
    if not is_postgres():
        return []
    rows = await select("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    return [int(row["pid"]) for row in rows]


def _spent(pids: Sequence[int]) -> int:
    """Nanoseconds of processor time, as Linux counts them; 0 where the server is elsewhere."""
    spent = 0
    for pid in pids:
        try:
            spent += int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0])
        except OSError:
            continue
    return spent

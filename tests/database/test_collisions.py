import asyncio
from uuid import UUID

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from domain import idempotency
from domain.access import Viewer
from domain.market import Market
from kit.ids import new_id
from models.database import is_collision, persistent, transaction
from models.outbox import Counter

on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)  # SQLite has one writer


class Crossing:
    """Two people take the same two rows, each the other way round, and meet in the middle."""

    def __init__(self) -> None:
        self.tries = 0
        self._met = asyncio.Barrier(2)

    async def take(self, first: str, second: str) -> None:
        self.tries += 1
        await self._count_up(first)
        if self.tries <= 2:
            await self._met.wait()
        await self._count_up(second)

    async def _count_up(self, name: str) -> None:
        await Counter.filter(name=name).update(value=F("value") + 1)


@pytest.fixture
async def rows(market: Market) -> None:
    await Counter.create(name="left")
    await Counter.create(name="right")


async def values() -> dict[str, int]:
    return dict(await Counter.all().values_list("name", "value"))


@on_postgres
@pytest.mark.usefixtures("rows")
async def test_who_waits_in_a_circle_begins_anew_and_nobody_hears_of_it() -> None:
    crossing = Crossing()

    @persistent
    async def act(first: str, second: str) -> None:
        async with transaction():
            await crossing.take(first, second)

    await asyncio.gather(act("left", "right"), act("right", "left"))
    assert crossing.tries == 3
    assert await values() == {"left": 2, "right": 2}


@on_postgres
@pytest.mark.usefixtures("rows")
async def test_keyed_calls_that_collide_are_each_done_once(visitor: Viewer) -> None:
    crossing = Crossing()

    async def act(first: str, second: str) -> UUID:
        async def work() -> UUID:
            await crossing.take(first, second)
            return new_id()

        return await idempotency.once(visitor, "cross", f"{first} first", asked={}, work=work)

    made = await asyncio.gather(act("left", "right"), act("right", "left"))
    assert crossing.tries == 3
    assert await values() == {"left": 2, "right": 2}
    assert list(made) == [await act("left", "right"), await act("right", "left")]


@on_postgres
@pytest.mark.usefixtures("rows")
async def test_inside_another_transaction_the_outermost_is_told() -> None:
    crossing = Crossing()

    @persistent
    async def act(first: str, second: str) -> None:
        await crossing.take(first, second)

    async def outer(first: str, second: str) -> None:
        async with transaction():
            await act(first, second)

    results = await asyncio.gather(outer("left", "right"), outer("right", "left"), return_exceptions=True)
    assert [is_collision(result) for result in results if isinstance(result, BaseException)] == [True]
    assert crossing.tries == 2
    assert await values() == {"left": 1, "right": 1}


async def test_what_is_no_collision_is_not_tried_again(market: Market) -> None:
    tries = []

    @persistent
    async def act() -> None:
        tries.append("once")
        async with transaction():
            await Counter.create(name="same")
            await Counter.create(name="same")

    with pytest.raises(IntegrityError):
        await act()
    assert tries == ["once"]
    assert not await Counter.all().exists()


async def test_an_action_that_always_collides_gives_up(market: Market) -> None:
    tries = []

    class Deadlock(Exception):
        sqlstate = "40P01"

    @persistent
    async def act() -> None:
        tries.append("again")
        raise Deadlock

    with pytest.raises(Deadlock):
        await act()
    assert len(tries) == 4

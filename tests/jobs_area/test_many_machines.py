import asyncio
import contextlib
from uuid import UUID

import pytest

from domain import effects
from domain.market import Market
from jobs.runner import run, run_due
from kit.ids import new_id
from models.jobs import Timer
from models.outbox import Counter
from settings import Settings
from tests.races.processes import race

TIMERS = 120


async def note(market: Market, subject_id: UUID) -> None:
    """A second run of the same timer fails on the unique name."""
    await asyncio.sleep(0.002)
    await Counter.create(name=str(subject_id))


async def work_off(market: Market, number: int) -> int:
    return await run_due(market, {"note": note})


async def be_a_worker(market: Market, number: int) -> int:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(4):
            await run(market, {"note": note})
    return number


async def assert_each_was_done_once() -> None:
    assert await Counter.all().count() == TIMERS
    timers = await Timer.filter(kind="note")
    assert len(timers) == TIMERS
    assert {(timer.attempts, timer.done_at is not None, timer.last_error) for timer in timers} == {(1, True, "")}


@pytest.mark.slow
async def test_several_machines_share_the_work_and_do_each_thing_once(market: Market, settings: Settings) -> None:
    for _ in range(TIMERS):
        await effects.soon("note", new_id())
    done = await race(work_off, database_url=settings.database_url, processes=3)
    assert sum(done) == TIMERS
    await assert_each_was_done_once()


@pytest.mark.slow
async def test_workers_that_live_side_by_side_do_each_thing_once(market: Market, settings: Settings) -> None:
    workers = asyncio.create_task(race(be_a_worker, database_url=settings.database_url, processes=2))
    for _ in range(TIMERS):
        await effects.soon("note", new_id())
        await asyncio.sleep(0.02)
    assert await workers == [0, 1]
    await assert_each_was_done_once()

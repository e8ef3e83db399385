from datetime import timedelta

import pytest

from domain.market import Market
from jobs import sweeps
from jobs.runner import run_due
from kit import clock
from kit.ids import new_id
from models.jobs import Timer

HOUR = timedelta(hours=1)


async def kinds() -> list[str]:
    return sorted([timer.kind for timer in await Timer.all()])


async def test_planting_twice_makes_one_timer_for_each_sweep(market: Market) -> None:
    await sweeps.plant(clock.now())
    await sweeps.plant(clock.now())
    assert await kinds() == sorted(sweeps.SWEEPS)


async def test_planting_leaves_a_waiting_sweep_at_its_time(market: Market) -> None:
    due_at = clock.now() + HOUR
    await Timer.create(kind="timers.purge", subject_id=sweeps.EVERYTHING, due_at=due_at)
    await sweeps.plant(clock.now())
    assert (await Timer.get(kind="timers.purge")).due_at == due_at


async def test_a_parked_sweep_gets_another_chance_at_the_next_start(market: Market) -> None:
    await Timer.create(kind="timers.purge", subject_id=sweeps.EVERYTHING, due_at=clock.now() - HOUR, attempts=99)
    await sweeps.plant(clock.now())
    assert await run_due(market, sweeps.HANDLERS) >= 1


async def test_a_sweep_sets_itself_again(market: Market) -> None:
    await sweeps.plant(clock.now())
    assert await run_due(market, sweeps.HANDLERS) == len(sweeps.SWEEPS)
    timer = await Timer.get(kind="timers.purge")
    assert timer.done_at is None
    assert timedelta(hours=5) < timer.due_at - clock.now() <= timedelta(hours=6)


async def test_a_sweep_that_fails_gets_its_next_turn_all_the_same(market: Market) -> None:
    async def broken(_: Market) -> None:
        raise ValueError("no broom")

    await Timer.create(kind="broom", subject_id=sweeps.EVERYTHING, due_at=clock.now())
    await run_due(market, {"broom": sweeps._recurring("broom", HOUR, broken)})
    timer = await Timer.get(kind="broom")
    assert (timer.done_at, timer.attempts) == (None, 0)
    assert timer.due_at > clock.now()


async def test_timers_done_long_ago_are_purged_and_others_stay(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "PURGED_AT_ONCE", 2)
    now = clock.now()
    for _ in range(5):
        await Timer.create(kind="old", subject_id=new_id(), due_at=now, done_at=now - timedelta(days=8))
    await Timer.create(kind="recent", subject_id=new_id(), due_at=now, done_at=now - timedelta(days=6))
    await Timer.create(kind="waiting", subject_id=new_id(), due_at=now - timedelta(days=30))
    await sweeps.purge_done(market)
    assert await kinds() == ["recent", "waiting"]

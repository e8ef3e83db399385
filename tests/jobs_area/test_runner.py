import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import UUID

import pytest

from domain import clock as market_clock
from domain import effects
from domain.access import Viewer
from domain.market import Market
from jobs import runner
from jobs.runner import MOST_ATTEMPTS, claim, health, pause_after, run, run_due
from kit import clock, tally
from kit.ids import new_id
from models.jobs import Timer

Handler = Callable[[Market, UUID], Awaitable[None]]


class Diary:
    """A handler that writes down whom it was called for."""

    def __init__(self) -> None:
        self.subjects: list[UUID] = []

    async def __call__(self, market: Market, subject_id: UUID) -> None:
        self.subjects.append(subject_id)


async def explode(market: Market, subject_id: UUID) -> None:
    raise ValueError("out of tea")


@asynccontextmanager
async def running(market: Market, handlers: dict[str, Handler]) -> AsyncIterator[None]:
    task = asyncio.create_task(run(market, handlers))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_what_is_due_is_done_once(market: Market) -> None:
    diary, subject = Diary(), new_id()
    await effects.soon("tea.pour", subject)
    assert await run_due(market, {"tea.pour": diary}) == 1
    assert await run_due(market, {"tea.pour": diary}) == 0
    assert diary.subjects == [subject]
    timer = await Timer.get(subject_id=subject)
    assert (timer.done_at is not None, timer.claimed_until, timer.attempts) == (True, None, 1)


async def test_the_longest_due_comes_first(market: Market) -> None:
    diary, first, second = Diary(), new_id(), new_id()
    await effects.at("tea.pour", second, clock.now() - timedelta(minutes=1))
    await effects.at("tea.pour", first, clock.now() - timedelta(minutes=2))
    assert [timer.subject_id for timer in await claim({"tea.pour": diary}, limit=2)] == [first, second]


async def test_a_timer_waits_for_its_time_and_a_moved_clock_brings_it(market: Market, the_market: Viewer) -> None:
    diary = Diary()
    await effects.at("tea.pour", new_id(), clock.now() + timedelta(days=7))
    assert await run_due(market, {"tea.pour": diary}) == 0
    await market_clock.advance(the_market, seconds=7 * 24 * 3600)
    assert await run_due(market, {"tea.pour": diary}) == 1


async def test_what_was_called_off_is_not_done(market: Market) -> None:
    diary, subject = Diary(), new_id()
    await effects.soon("tea.pour", subject)
    await effects.never("tea.pour", subject)
    assert await run_due(market, {"tea.pour": diary}) == 0


async def test_what_was_done_is_done_again_when_asked_again(market: Market) -> None:
    diary, subject = Diary(), new_id()
    for _ in range(2):
        await effects.soon("tea.pour", subject)
        await run_due(market, {"tea.pour": diary})
    assert diary.subjects == [subject, subject]


async def test_a_kind_without_a_handler_is_left_to_a_newer_version(market: Market) -> None:
    await effects.soon("tea.pour", new_id())
    assert await run_due(market, {"tea.brew": Diary()}) == 0
    assert (await Timer.get()).attempts == 0


async def test_a_claimed_timer_is_not_claimed_again(market: Market) -> None:
    handlers = {"tea.pour": Diary()}
    await effects.soon("tea.pour", new_id())
    assert len(await claim(handlers, limit=6)) == 1
    assert await claim(handlers, limit=6) == []


async def test_a_timer_whose_worker_died_is_taken_over_when_the_claim_has_run_out(market: Market) -> None:
    diary, subject = Diary(), new_id()
    await effects.soon("tea.pour", subject)
    await claim({"tea.pour": diary}, limit=6)  # and then the power went
    assert await run_due(market, {"tea.pour": diary}) == 0
    await Timer.filter(subject_id=subject).update(claimed_until=clock.machine() - timedelta(seconds=1))
    assert await run_due(market, {"tea.pour": diary}) == 1
    assert (diary.subjects, (await Timer.get()).attempts) == ([subject], 2)


async def test_moving_the_market_clock_does_not_take_timers_from_live_workers(
    market: Market, the_market: Viewer
) -> None:
    diary = Diary()
    await effects.soon("tea.pour", new_id())
    await claim({"tea.pour": diary}, limit=6)
    await market_clock.advance(the_market, seconds=24 * 3600)
    assert await run_due(market, {"tea.pour": diary}) == 0


async def test_a_worker_that_lost_its_claim_does_not_mark_the_timer_done(market: Market) -> None:
    subject = new_id()

    async def taken_over(_: Market, subject_id: UUID) -> None:
        await Timer.filter(subject_id=subject_id).update(claimed_until=clock.machine() + timedelta(seconds=60))

    await effects.soon("tea.pour", subject)
    await run_due(market, {"tea.pour": taken_over})
    assert (await Timer.get()).done_at is None


async def test_a_timer_that_its_handler_sets_again_stays_due(market: Market) -> None:
    async def again(_: Market, subject_id: UUID) -> None:
        await effects.at("tea.pour", subject_id, clock.now() + timedelta(hours=1))

    await effects.soon("tea.pour", new_id())
    assert await run_due(market, {"tea.pour": again}) == 1
    timer = await Timer.get()
    assert (timer.done_at, timer.attempts) == (None, 0)
    assert timer.due_at - clock.now() > timedelta(minutes=59)


async def test_a_failing_handler_is_tried_again_after_growing_pauses(
    market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    await effects.soon("tea.pour", new_id())
    with caplog.at_level(logging.CRITICAL, logger="jishi.jobs"):
        assert await run_due(market, {"tea.pour": explode}) == 0
        timer = await Timer.get()
        assert (timer.done_at, timer.claimed_until, timer.attempts) == (None, None, 1)
        assert timer.last_error == "ValueError: out of tea"
        assert timedelta(0) < timer.due_at - clock.now() <= pause_after(1)
        clock.set_offset(pause_after(1))
        assert await run_due(market, {"tea.pour": explode}) == 0
        assert (await Timer.get()).attempts == 2
    clock.set_offset(pause_after(1) + pause_after(2))
    assert await run_due(market, {"tea.pour": Diary()}) == 1
    assert (await Timer.get()).last_error == ""


def test_pauses_double_up_to_an_hour() -> None:
    assert [pause_after(attempts).total_seconds() for attempts in (1, 2, 3, 11, 12, 40)] == [2, 4, 8, 2048, 3600, 3600]


async def test_a_handler_that_never_succeeds_is_parked_and_reported(market: Market) -> None:
    await effects.soon("tea.pour", new_id())
    for attempt in range(MOST_ATTEMPTS + 3):
        clock.set_offset(timedelta(hours=2 * attempt))
        await run_due(market, {"tea.pour": explode})
    assert (await Timer.get()).attempts == MOST_ATTEMPTS
    assert await health() == runner.TimerHealth(late=0, parked={"tea.pour": 1})


async def test_a_parked_timer_is_tried_again_when_it_is_asked_for_again(market: Market) -> None:
    subject = new_id()
    await Timer.create(kind="tea.pour", subject_id=subject, due_at=clock.now(), attempts=MOST_ATTEMPTS)
    diary = Diary()
    assert await run_due(market, {"tea.pour": diary}) == 0
    await effects.soon("tea.pour", subject)
    assert await run_due(market, {"tea.pour": diary}) == 1


async def test_timers_that_wait_too_long_are_reported(market: Market) -> None:
    await effects.at("tea.pour", new_id(), clock.now() - timedelta(minutes=6))
    await effects.at("tea.pour", new_id(), clock.now() - timedelta(minutes=4))
    assert await health() == runner.TimerHealth(late=1, parked={})


async def test_poison_does_not_hold_up_the_others(market: Market) -> None:
    diary = Diary()
    for minute in range(20):
        await effects.at("tea.spill", new_id(), clock.now() - timedelta(minutes=100 + minute))
        await effects.at("tea.pour", new_id(), clock.now() - timedelta(minutes=1))
    assert await run_due(market, {"tea.pour": diary, "tea.spill": explode}) == 20
    assert len(set(diary.subjects)) == 20


async def test_the_runner_wakes_up_when_something_is_written(
    market: Market, the_market: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LOOK_AGAIN_SECONDS", 30.0)
    diary = Diary()
    async with running(market, {"tea.pour": diary}):
        await asyncio.sleep(0.1)
        async with the_market.market.change():
            await effects.soon("tea.pour", new_id())
        await until(lambda: len(diary.subjects) == 1, seconds=5)


async def test_the_runner_finds_by_itself_what_it_was_not_woken_for(market: Market) -> None:
    diary = Diary()
    async with running(market, {"tea.pour": diary}):
        await asyncio.sleep(0.1)
        await effects.soon("tea.pour", new_id())
        await until(lambda: len(diary.subjects) == 1)


async def test_a_handler_that_hangs_does_not_hold_up_the_others_and_is_stopped(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "WORK_SECONDS", 0.5)
    diary, hung = Diary(), new_id()

    async def hang(_: Market, __: UUID) -> None:
        await asyncio.sleep(3600)

    await effects.at("tea.steep", hung, clock.now() - timedelta(hours=1))
    for _ in range(20):
        await effects.soon("tea.pour", new_id())
    async with running(market, {"tea.pour": diary, "tea.steep": hang}):
        await until(lambda: len(diary.subjects) == 20)
        async with asyncio.timeout(5):
            while not (await Timer.get(subject_id=hung)).last_error:
                await asyncio.sleep(0.05)
    assert (await Timer.get(subject_id=hung)).last_error == "TimeoutError: "


async def test_a_stopped_runner_gives_back_what_it_could_not_finish(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "GRACE_SECONDS", 0.05)
    begun = asyncio.Event()

    async def hang(_: Market, __: UUID) -> None:
        begun.set()
        await asyncio.sleep(3600)

    await effects.soon("tea.steep", new_id())
    async with running(market, {"tea.steep": hang}), asyncio.timeout(5):
        await begun.wait()
    timer = await Timer.get(kind="tea.steep")
    assert (timer.done_at, timer.claimed_until, timer.attempts) == (None, None, 0)


@pytest.mark.parametrize("steps", range(10))
async def test_the_runner_stops_also_when_it_is_woken_in_the_same_moment(market: Market, steps: int) -> None:
    task = asyncio.create_task(run(market, {"tea.pour": Diary()}))
    await asyncio.sleep(0.05)
    await market.bus.wake()
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    _, still_running = await asyncio.wait([task], timeout=5)
    assert still_running == set()


async def test_looking_for_work_costs_one_statement_when_there_is_none(market: Market) -> None:
    counted = tally.begin()
    assert await run_due(market, {"tea.pour": Diary()}) == 0
    assert counted.statements == 1

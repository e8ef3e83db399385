from datetime import timedelta
from uuid import UUID

import pytest

from demo.director import Director, set_clock
from domain import effects
from domain.market import Market
from kit import clock
from kit.ids import new_id
from models.jobs import Timer

HOUR = timedelta(hours=1)


async def test_lives_and_timers_take_turns_in_the_order_of_time(market: Market) -> None:
    diary: list[tuple[str, int]] = []
    start = clock.machine() - 10 * HOUR
    set_clock(start)

    def note(what: str) -> None:
        diary.append((what, round((clock.now() - start) / HOUR)))

    async def ring(_: Market, __: UUID) -> None:
        note("bell")

    director = Director(market, {"bell": ring})

    async def gardener() -> None:
        note("plants")
        await director.pause(hours=4)
        note("harvests")

    async def cook() -> None:
        note("cooks")
        await effects.at("bell", new_id(), clock.now() + HOUR)
        await director.pause(hours=20)
        note("never")

    director.enter(start + HOUR, gardener())
    director.enter(start + 2 * HOUR, cook())
    await director.play(until=start + 10 * HOUR)
    assert diary == [("plants", 1), ("cooks", 2), ("bell", 3), ("harvests", 5)]
    assert await Timer.filter(kind="bell", done_at__isnull=False).count() == 1


async def test_work_that_asks_for_itself_again_is_done_again(market: Market) -> None:
    start = clock.machine() - 10 * HOUR
    set_clock(start)
    rung = 0

    async def ring(_: Market, subject_id: UUID) -> None:
        nonlocal rung
        rung += 1
        await effects.at("bell", subject_id, clock.now() + HOUR)

    await effects.at("bell", new_id(), start + HOUR)
    await Director(market, {"bell": ring}).move_to(start + 3.5 * HOUR)
    assert rung == 3
    assert await Timer.filter(done_at__isnull=True).count() == 1


async def test_what_goes_wrong_in_a_life_is_not_hidden(market: Market) -> None:
    director = Director(market, {})

    async def clumsy() -> None:
        await director.pause(hours=1)
        raise ValueError("dropped it")

    async def patient() -> None:
        await director.pause(hours=2)

    director.enter(clock.now() + HOUR, clumsy())
    director.enter(clock.now() + HOUR, patient())
    director.enter(clock.now() + 9 * HOUR, patient())
    with pytest.raises(ValueError, match="dropped it"):
        await director.play(until=clock.now() + 5 * HOUR)

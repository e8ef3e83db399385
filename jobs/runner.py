"""Does what is due: claims timers, runs their handlers, tries again what failed. Many machines may run it at once."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from domain import clock as market_clock
from domain.market import Market
from jobs import sweeps
from kit import clock
from models.database import transaction
from models.jobs import Timer

log = logging.getLogger("jishi.jobs")

Handler = Callable[[Market, UUID], Awaitable[None]]
Handlers = Mapping[str, Handler]

PARALLEL = 6  # timers that one process works on at once; fewer than the connections of its pool
CLAIM_SECONDS = 60  # machine time after which a claim counts as left behind by a dead worker
WORK_SECONDS = 50.0  # a handler that takes longer is stopped, so that nobody works on a timer without a claim
GRACE_SECONDS = 5.0  # for running handlers when the process is asked to stop
LOOK_AGAIN_SECONDS = 0.5  # how long a lost wake-up can go unnoticed
BURST_SECONDS = 0.02  # wake-ups this close together are one look at the table
MOST_ATTEMPTS = 12  # after that a timer is parked until somebody asks for it again
FIRST_PAUSE_SECONDS = 2
LONGEST_PAUSE_SECONDS = 3600
LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class TimerHealth:
    """What a person should know: timers that wait too long, and those that were given up, by kind."""

    late: int
    parked: dict[str, int]


async def run(market: Market, handlers: Handlers) -> None:
    """Do whatever is due, as long as this process lives. Ended by cancelling it: what is running may finish first."""
    woken = asyncio.Event()
    listener = asyncio.create_task(_pass_on(market, woken))
    working: set[asyncio.Task[None]] = set()
    try:
        await _start_sweeps()
        while True:
            woken.clear()
            await _take_up(market, handlers, working, woken)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_SECONDS):  # Python 3.11's wait_for can lose a cancellation
                    await woken.wait()
                await asyncio.sleep(BURST_SECONDS)
    finally:
        listener.cancel()
        await _finish(working)


async def run_due(market: Market, handlers: Handlers) -> int:
    """Do whatever is due and whatever that makes due, until nothing is; gives how many handlers came to their end."""
    done = 0
    while claimed := await claim(handlers, limit=PARALLEL):
        done += sum(await asyncio.gather(*(_work(market, handlers, timer) for timer in claimed)))
    return done


async def claim(handlers: Handlers, *, limit: int) -> list[Timer]:
    """Take up to `limit` timers that are due, the longest due first. Nobody else gets them until the claim runs out."""
    if not await _due(handlers).exists():
        return []  # without a transaction: on SQLite one would take the write lock twice a second for nothing
    async with transaction():
        timers = await _due(handlers).order_by("due_at", "id").limit(limit).select_for_update(skip_locked=True)
        until = clock.machine() + timedelta(seconds=CLAIM_SECONDS, microseconds=random.randrange(1_000_000))
        await Timer.filter(id__in=[timer.id for timer in timers]).update(
            claimed_until=until, attempts=F("attempts") + 1
        )
    for timer in timers:
        timer.claimed_until = until
        timer.attempts += 1
    return timers


async def health() -> TimerHealth:
    """Timers that are long overdue, and those that failed too often."""
    waiting = Timer.filter(done_at__isnull=True)
    late = await waiting.filter(due_at__lt=clock.now() - LATE, attempts__lt=MOST_ATTEMPTS).count()
    parked: dict[str, int] = {}
    for kind in await waiting.filter(attempts__gte=MOST_ATTEMPTS).limit(1000).values_list("kind", flat=True):
        parked[str(kind)] = parked.get(str(kind), 0) + 1
    return TimerHealth(late=late, parked=parked)


def pause_after(attempts: int) -> timedelta:
    """How long to leave a timer alone after its nth failure."""
    return timedelta(seconds=min(FIRST_PAUSE_SECONDS * 2 ** (attempts - 1), LONGEST_PAUSE_SECONDS))


def _due(handlers: Handlers) -> QuerySet[Timer]:
    """Kinds that this version does not know are left to one that does: two versions may run side by side."""
    unclaimed = Q(claimed_until__isnull=True) | Q(claimed_until__lt=clock.machine())
    return Timer.filter(
        unclaimed,
        done_at__isnull=True,
        due_at__lte=clock.now(),
        attempts__lt=MOST_ATTEMPTS,
        kind__in=list(handlers),
    )


async def _take_up(market: Market, handlers: Handlers, working: set[asyncio.Task[None]], woken: asyncio.Event) -> None:
    try:
        if market.policy.demo:
            await market_clock.follow()
        while free := PARALLEL - len(working):
            claimed = await claim(handlers, limit=free)
            for timer in claimed:
                task = asyncio.create_task(_work_unattended(market, handlers, timer))
                working.add(task)
                task.add_done_callback(working.discard)
                task.add_done_callback(lambda _: woken.set())
            if len(claimed) < free:
                return
    except Exception:  # the runner outlives a database that is away for a while
        log.exception("timers could not be claimed; looking again")
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _work_unattended(market: Market, handlers: Handlers, timer: Timer) -> None:
    try:
        await _work(market, handlers, timer)
    except Exception:  # the outcome could not be written down: the claim runs out and the timer is tried again
        log.exception("timer %s lost its outcome", timer.kind)


async def _work(market: Market, handlers: Handlers, timer: Timer) -> bool:
    try:
        async with asyncio.timeout(WORK_SECONDS):
            await handlers[timer.kind](market, timer.subject_id)
    except asyncio.CancelledError:
        await _own(timer).update(claimed_until=None, attempts=F("attempts") - 1)  # stopped, not failed
        raise
    except Exception as error:
        await _put_off(timer, error)
        return False
    await _own(timer).update(done_at=clock.now(), claimed_until=None, last_error="")
    return True


async def _put_off(timer: Timer, error: Exception) -> None:
    log.error("timer %s failed for %s, attempt %d", timer.kind, timer.subject_id, timer.attempts, exc_info=error)
    if timer.attempts >= MOST_ATTEMPTS:
        log.error("timer %s for %s is parked", timer.kind, timer.subject_id)
    await _own(timer).update(
        due_at=clock.now() + pause_after(timer.attempts),
        claimed_until=None,
        last_error=f"{type(error).__name__}: {error}"[:500],
    )


def _own(timer: Timer) -> QuerySet[Timer]:
    """The row while our claim on it stands. One that was asked for again meanwhile has lost its claim and stays due."""
    return Timer.filter(id=timer.id, claimed_until=timer.claimed_until)


async def _start_sweeps() -> None:
    try:
        await sweeps.plant(clock.now())
    except Exception:
        log.exception("the recurring work could not be planted; another start will")


async def _pass_on(market: Market, woken: asyncio.Event) -> None:
    async for _ in market.bus.wakeups():
        woken.set()


async def _finish(working: set[asyncio.Task[None]]) -> None:
    if not working:
        return
    _, running = await asyncio.wait(working, timeout=GRACE_SECONDS)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)

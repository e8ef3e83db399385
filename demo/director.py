"""Lets many lives take turns on one clock that is moved: whoever's time comes next goes on, and timers are done in between."""

import asyncio
import heapq
import itertools
from collections.abc import Coroutine
from datetime import datetime, timedelta

from domain.market import Market
from jobs.runner import Handlers
from kit import clock
from models.jobs import Timer

Life = Coroutine[None, None, None]


class Director:
    """Plays lives that were entered beforehand; each waits by `await director.pause(hours=3)`.

    Only one life runs at any moment and nothing runs between, so all of them may share one transaction.
    """

    def __init__(self, market: Market, handlers: Handlers) -> None:
        self._market = market
        self._handlers = handlers
        self._entrances: list[tuple[datetime, int, Life]] = []
        self._waiting: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._turns = itertools.count()
        self._their_turn_is_over = asyncio.Event()

    def enter(self, at: datetime, life: Life) -> None:
        """Have `life` begin at a time."""
        self._entrances.append((at, next(self._turns), life))

    async def pause(self, **length: float) -> None:
        """Called by a life: let this much time go by (`days`, `hours`, `minutes`, `seconds`)."""
        wake = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (clock.now() + timedelta(**length), next(self._turns), wake))
        self._their_turn_is_over.set()
        await wake

    async def play(self, *, until: datetime) -> None:
        """Let everybody live up to `until`; who is in the midst of something then stays there."""
        lives = [asyncio.create_task(self._live(at, life)) for at, _, life in self._entrances]
        try:
            await asyncio.sleep(0)  # everybody comes to the first wait
            while self._waiting and self._waiting[0][0] <= until:
                at, _, wake = heapq.heappop(self._waiting)
                await self.move_to(at)
                await self._give_turn(wake)
                for life in lives:
                    if life.done():
                        life.result()
                lives = [life for life in lives if not life.done()]
            await self.move_to(until)
        finally:
            for life in lives:
                life.cancel()
            await asyncio.gather(*lives, return_exceptions=True)

    async def move_to(self, at: datetime) -> None:
        """Bring the clock to `at`, and do on the way whatever is due, each at its own time."""
        due = Timer.filter(kind__in=list(self._handlers), done_at__isnull=True, due_at__lte=at)
        soonest = due.order_by("due_at", "id").only("id", "kind", "subject_id", "due_at")
        while timer := await soonest.first():
            set_clock(max(timer.due_at, clock.now()))
            await self._handlers[timer.kind](self._market, timer.subject_id)
            # Unless the work has asked for itself again, which moves `due_at`.
            await Timer.filter(id=timer.id, due_at=timer.due_at).update(done_at=clock.now(), attempts=1)
        set_clock(at)

    async def _give_turn(self, wake: asyncio.Future[None]) -> None:
        self._their_turn_is_over.clear()
        wake.set_result(None)
        await self._their_turn_is_over.wait()

    async def _live(self, at: datetime, life: Life) -> None:
        try:
            await self.pause(seconds=(at - clock.now()).total_seconds())
            await life
        finally:
            life.close()  # one that was never begun must not warn about it
            self._their_turn_is_over.set()


def set_clock(at: datetime) -> None:
    """Make it `at` in the market, from which moment time goes on as usual."""
    clock.set_offset(at - clock.machine())

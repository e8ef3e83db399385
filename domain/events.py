"""The history of every stream: written with the change, numbered in commit order, never missed.

`sequence` is gapless within an order, `position` over the whole market; `domain.streams` tells them to live readers.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from domain import clock as market_clock
from domain.access import Viewer
from domain.market import Market
from kit import clock
from models.database import locked_or_made, transaction
from models.outbox import Counter, Event

log = logging.getLogger("jishi.events")

POSITION = "event_position"
CASES = UUID(int=1)  # rung for whatever is about a delivery case
SERVICE_CASES = UUID(int=4)  # rung for whatever is about a customer's case
RUNG_BY = {"case_id": CASES, "service_case_id": SERVICE_CASES}  # by a fact that an event tells
PAGE = 200  # events read or numbered at a time
LOOK_AGAIN_SECONDS = 1.0  # how long a lost wake-up can go unnoticed
BURST_SECONDS = 0.005  # changes this close together are numbered in one go


async def record(
    viewer: Viewer,
    *,
    stream_id: UUID,
    sequence: int,
    kind: str,
    user_id: UUID | None,
    cause: str = "",
    data: dict[str, object] | None = None,
    changes: dict[str, object] | None = None,
) -> Event:
    """Write down a change. The caller holds the stream's row locked and has just counted `sequence` up on it."""
    return await Event.create(
        stream_id=stream_id,
        sequence=sequence,
        kind=kind,
        user_id=user_id,
        actor_kind=viewer.actor_kind,
        actor_id=viewer.user_id,
        cause=cause[:200],
        data=data or {},
        changes=changes,
        created_at=clock.now(),
    )


async def publish() -> list[Event]:
    """Number what was committed since the last time, one process at a time; gives what it numbered."""
    if not await Event.filter(position=None).exists():
        return []
    async with transaction():
        last = await counter(POSITION)
        events = await Event.filter(position=None).order_by("created_at", "id").limit(PAGE)
        _number(events, start=last.value + 1)
        if events:
            last.value += len(events)
            await last.save(update_fields=["value"])
            await Event.bulk_update(events, fields=["position"])
    return events


def _number(events: Sequence[Event], *, start: int) -> None:
    """Positions in order of time, but within a stream in order of sequence, even if two machines' clocks differ."""
    by_stream: dict[UUID, list[Event]] = defaultdict(list)
    for event in events:
        by_stream[event.stream_id].append(event)
    turns = {stream: iter(sorted(own, key=lambda event: event.sequence)) for stream, own in by_stream.items()}
    for place, event in enumerate(events, start=start):
        next(turns[event.stream_id]).position = place


async def counter(name: str) -> Counter:
    """A number that is counted up, locked; made when it is asked for the first time."""
    return await locked_or_made(Counter, name=name)


class Live:
    """Wakes the streams of this process whose order or person an event is about."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, set[asyncio.Event]] = defaultdict(set)

    @contextlib.contextmanager
    def listening(self, key: UUID) -> Iterator[asyncio.Event]:
        """An `asyncio.Event` that is set whenever there may be news about `key`."""
        bell = asyncio.Event()
        self._waiting[key].add(bell)
        try:
            yield bell
        finally:
            self._waiting[key].discard(bell)
            if not self._waiting[key]:
                del self._waiting[key]

    def ring(self, keys: set[UUID]) -> None:
        """There is news about these."""
        for key in keys & self._waiting.keys():
            for bell in self._waiting[key]:
                bell.set()

    @property
    def listeners(self) -> int:
        """How many streams are open in this process."""
        return sum(len(bells) for bells in self._waiting.values())


live = Live()


async def relay(market: Market) -> None:
    """Number new events and ring for them while this process lives; a second process does the same without harm."""
    woken = asyncio.Event()
    listener = asyncio.create_task(_pass_on(market, woken))
    seen = await latest_position()
    try:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_SECONDS):  # Python 3.11's wait_for can lose a cancellation
                    await woken.wait()
                await asyncio.sleep(BURST_SECONDS)
            woken.clear()
            try:
                if market.policy.demo:
                    await market_clock.follow()
                seen = await _ring_for_news(seen)
            except Exception:  # the relay outlives a database that is away for a while
                log.exception("the event relay will look again")
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
    finally:
        listener.cancel()


async def _pass_on(market: Market, woken: asyncio.Event) -> None:
    async for _ in market.bus.wakeups():
        woken.set()


async def _ring_for_news(seen: int) -> int:
    numbered = await publish()
    while numbered and seen + 1 in {event.position for event in numbered}:  # nobody else has numbered any: all the news
        _ring_for(numbered)
        seen += len(numbered)
        if len(numbered) < PAGE:
            return seen
        numbered = await publish()
    while len(numbered) == PAGE:
        numbered = await publish()
    while events := await Event.filter(position__gt=seen).order_by("position").limit(PAGE):
        _ring_for(events)
        seen = events[-1].position or seen
    return seen


def _ring_for(events: Sequence[Event]) -> None:
    about = {key for event in events for fact, key in RUNG_BY.items() if fact in event.data}
    live.ring({event.stream_id for event in events} | {event.user_id for event in events if event.user_id} | about)


async def latest_position() -> int:
    """The highest position handed out; 0 in an empty market."""
    counter = await Counter.get_or_none(name=POSITION)
    return counter.value if counter else 0


async def of_stream(stream_id: UUID, *, after: int, limit: int = PAGE) -> list[Event]:
    """What happened in one order after a sequence number."""
    return await Event.filter(stream_id=stream_id, sequence__gt=after).order_by("sequence").limit(limit)


async def of_user(user_id: UUID, *, after: int, limit: int = PAGE) -> list[Event]:
    """What happened in a person's orders after a position."""
    return await Event.filter(user_id=user_id, position__gt=after).order_by("position").limit(limit)

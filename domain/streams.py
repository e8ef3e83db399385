"""Live streams: what there is as it is now, then every event about it once and in order, from any cursor on.

A new stream is a class that says what it is about (`Stream`); `follow` reads it.
"""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from domain import events
from domain.access import Viewer
from kit.errors import Refused
from models.base import Row
from models.outbox import Event

LOOK_AGAIN_SECONDS = 15.0  # how long a reader whom nobody wakes stays away

RowType = TypeVar("RowType", bound=Row)


@dataclass(frozen=True, slots=True)
class Count:
    """What the cursors of a stream count: their letter, and the largest number that the column holds."""

    letter: str
    largest: int

    def cursor(self, number: int) -> str:
        """Where a reader stands who has seen everything up to `number`."""
        return f"{self.letter}.{number}"

    def read(self, cursor: str) -> int:
        """The number in such a cursor; refuses any other text as INVALID_CURSOR."""
        letter, _, number = cursor.partition(".")
        is_number = number.isascii() and number.isdigit() and len(number) <= 18
        if letter != self.letter or not is_number or int(number) > self.largest:
            raise Refused("INVALID_CURSOR", path=("after",))
        return int(number)


SEQUENCE = Count("s", 2**31 - 1)  # within one stream of events
POSITION = Count("p", 2**63 - 1)  # over all of them


def number_of(event: Event, counts: Count) -> int:
    """The place of an event as cursors of this kind count it."""
    return event.sequence if counts == SEQUENCE else event.position or 0


def cursor_of(event: Event, counts: Count) -> str:
    """Where a reader stands after an event."""
    return counts.cursor(number_of(event, counts))


@dataclass(frozen=True)
class Change(Generic[RowType]):
    """A row as it is now, what happened to it (nothing, in a snapshot), and the cursor to come back with."""

    row: RowType
    event: Event | None
    cursor: str


class Stream(ABC, Generic[RowType]):
    """What a stream is about, for one reader.

    `key` is what rings when there may be news: the id of an event's stream or of its person, or a word of
    `domain.events`. `counts` is what its cursors count.
    """

    key: UUID
    counts = POSITION

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer

    @abstractmethod
    async def open(self) -> None:
        """Refuse whoever may not read it. Asked once, before anything else."""

    @abstractmethod
    async def snapshot(self) -> Sequence[RowType]:
        """The rows that a reader without a cursor begins with. Read after `start`."""

    @abstractmethod
    async def read(self, after: int) -> list[Event]:
        """A page of its events after a number, in their order."""

    @abstractmethod
    async def seen(self, event: Event) -> RowType | None:
        """The row that an event is about, by the reader's rights of this moment; None to leave the event out."""

    async def start(self) -> int:
        """Where the events after a snapshot begin."""
        return await events.latest_position()

    def told(self, row: RowType) -> tuple[UUID, int] | None:
        """Of which stream of events, and up to which sequence, a row of the snapshot has told everything.

        What was committed just before the snapshot has its position only after it, and would be told again.
        """
        return None


class HistoryStream(Stream[RowType]):
    """What is told by events of certain kinds, read out of the market's history, each stretch of it once."""

    kinds: tuple[str, ...]

    def __init__(self, viewer: Viewer) -> None:
        super().__init__(viewer)
        self._looked_through = 0

    async def read(self, after: int) -> list[Event]:
        """The next events of these kinds after a position; what lies before it has no more of them."""
        upto = await events.latest_position()
        start = max(after, self._looked_through)
        found = (
            await Event.filter(kind__in=self.kinds, position__gt=start, position__lte=upto)
            .order_by("position")
            .limit(events.PAGE)
        )
        if len(found) < events.PAGE:
            self._looked_through = max(upto, start)
        return found


async def follow(stream: Stream[RowType], *, after: str | None) -> AsyncGenerator[Change[RowType], None]:
    """The snapshot, or with a cursor what was missed, then each new event, until the reader goes away."""
    await stream.open()
    told: dict[UUID, int] = {}
    if after is None:
        start = await stream.start()
        for row in await stream.snapshot():
            if known := stream.told(row):
                told.update([known])
            yield Change(row, None, stream.counts.cursor(start))
    else:
        start = stream.counts.read(after)
    async with contextlib.aclosing(_each(stream, start)) as news:
        async for event in news:
            if event.sequence <= told.get(event.stream_id, 0):
                continue
            changed = await stream.seen(event)
            if changed is not None:
                yield Change(changed, event, cursor_of(event, stream.counts))


async def _each(stream: Stream[RowType], after: int) -> AsyncGenerator[Event, None]:
    """Every event after a number, then each new one, once and in order."""
    with events.live.listening(stream.key) as bell:
        while True:
            bell.clear()
            news = await stream.read(after)
            for event in news:
                yield event
                after = number_of(event, stream.counts)
            if not news:
                await rung(bell, within=LOOK_AGAIN_SECONDS)


async def rung(bell: asyncio.Event, *, within: float) -> None:
    """Wait for the bell, not longer than so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within):  # Python 3.11's wait_for can lose a cancellation
            await bell.wait()

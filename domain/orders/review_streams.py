"""The review queue, live, for those who review."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from domain import events
from domain.access import Permission, Viewer
from domain.orders.review_guards import OPEN
from domain.orders.review_kinds import QUEUE
from domain.orders.visible import visible_reviews
from domain.streams import Change, Stream, follow
from models.outbox import Event
from models.reviews import Review

SNAPSHOT_REVIEWS = 50

ReviewChange = Change[Review]


def of_queue(viewer: Viewer, *, after: str | None) -> AsyncIterator[ReviewChange]:
    """Changes of the whole queue. Without a cursor it starts with the reviews that wait longest."""
    return follow(Queue(viewer), after=after)


class Queue(Stream[Review]):
    """All reviews."""

    key = QUEUE

    async def open(self) -> None:
        self.viewer.require(Permission.REVIEW_ORDERS)

    async def snapshot(self) -> Sequence[Review]:
        waiting = visible_reviews(self.viewer).filter(stage__in=OPEN)
        return await waiting.order_by("opened_at", "id").limit(SNAPSHOT_REVIEWS)

    def told(self, row: Review) -> tuple[UUID, int]:
        return row.id, row.sequence

    async def read(self, after: int) -> list[Event]:
        return await events.of_user(QUEUE, after=after)

    async def seen(self, event: Event) -> Review | None:
        self.viewer.require(Permission.REVIEW_ORDERS)
        return await visible_reviews(self.viewer).filter(id=event.stream_id).first()

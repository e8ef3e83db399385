"""The review queue, live: what is open, then every event of every review once and in the order of commits."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from domain import events
from domain.access import Permission, Viewer
from domain.orders.review_kinds import QUEUE
from domain.orders.review_rows import OPEN
from domain.orders.visible import visible_reviews
from models.outbox import Event
from models.reviews import Review

SNAPSHOT_REVIEWS = 50


@dataclass(frozen=True, slots=True)
class ReviewChange:
    """A review as it is now, what happened to it (nothing, in a snapshot), and the cursor to come back with."""

    review: Review
    event: Event | None
    cursor: str


async def of_queue(viewer: Viewer, *, after: str | None) -> AsyncIterator[ReviewChange]:
    """Changes of the whole queue. Without a cursor it starts with the reviews that wait longest.

    The right to review is asked for at every event; losing it ends the stream.
    """
    viewer.require(Permission.REVIEW_ORDERS)
    shown: dict[UUID, int] = {}  # how far the snapshot has told each review's history already
    if after is None:
        start = await events.latest_position()
        waiting = visible_reviews(viewer).filter(stage__in=OPEN).order_by("opened_at", "id")
        for review in await waiting.limit(SNAPSHOT_REVIEWS):
            shown[review.id] = review.sequence
            yield ReviewChange(review, None, f"p.{start}")
    else:
        start = events.read_cursor(after, kind="p")
    reading = events.follow(
        QUEUE,
        lambda seen: events.of_user(QUEUE, after=seen),
        after=start,
        place=lambda event: event.position or 0,
    )
    async for event in reading:
        viewer.require(Permission.REVIEW_ORDERS)
        changed = await visible_reviews(viewer).filter(id=event.stream_id).first()
        # What was committed just before the snapshot has its position only after it.
        if changed is not None and event.sequence > shown.get(changed.id, 0):
            yield ReviewChange(changed, event, events.market_cursor(event))

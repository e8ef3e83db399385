"""Reviews as rows: opened by checks, closed by themselves with their order, each change told in the queue's stream.

Called with the order's row locked; whoever changes an order's review and does not tell the order saves it.
"""

from datetime import timedelta

from domain import effects, events
from domain.access import Viewer
from domain.orders.review_guards import OPEN
from domain.orders.review_kinds import QUEUE, ReviewEventKind
from kit import clock
from models.orders import Order, ReviewState
from models.reviews import Review, ReviewStage

IN_REVIEW = (ReviewState.PENDING, ReviewState.CLAIMED)
ESCALATE = "review.escalate"
CLAIM_OVER = "review.claim_over"


async def open_for(viewer: Viewer, order: Order, *, score: int) -> bool:
    """Have a person look at the order; False for one that is looked at already, which now only weighs more."""
    if order.review in IN_REVIEW:
        await Review.filter(order_id=order.id, stage__in=OPEN, score__lt=score).update(score=score)
        return False
    now = clock.now()
    review = await Review.create(
        order_id=order.id,
        score=score,
        opened_at=now,
        due_at=now + timedelta(hours=viewer.market.policy.review_hours),
        sequence=1,
    )
    order.review = ReviewState.PENDING
    await _record(viewer, review, ReviewEventKind.OPENED)
    await effects.at(ESCALATE, review.id, review.due_at)
    return True


async def lapse(viewer: Viewer, order: Order) -> None:
    """The order has come to nothing, so there is nothing left to decide."""
    review = await Review.filter(order_id=order.id, stage__in=OPEN).select_for_update().first()
    order.review = ReviewState.NONE
    if review is not None:
        await close(viewer, review, ReviewStage.LAPSED, ReviewEventKind.LAPSED)


async def close(viewer: Viewer, review: Review, stage: ReviewStage, kind: ReviewEventKind) -> None:
    """End a locked review; its clocks stop."""
    review.stage, review.decided_at, review.claimed_until = stage, clock.now(), None
    await note(viewer, review, kind)
    await effects.never(ESCALATE, review.id)
    await effects.never(CLAIM_OVER, review.id)


async def note(viewer: Viewer, review: Review, kind: ReviewEventKind, *, data: dict[str, object] | None = None) -> None:
    """Save a locked review and write down what happened to it."""
    review.sequence += 1
    review.version += 1
    await review.save()
    await _record(viewer, review, kind, data)


async def _record(viewer: Viewer, review: Review, kind: ReviewEventKind, data: dict[str, object] | None = None) -> None:
    await events.record(
        viewer,
        stream_id=review.id,
        sequence=review.sequence,
        kind=kind.value,
        user_id=QUEUE,
        data={**(data or {}), "stage": review.stage},
    )

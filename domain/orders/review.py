"""A person decides: the queue, one claim at a time, recorded telephone calls, approval and rejection."""

from datetime import timedelta
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain import effects
from domain.access import Permission, Viewer
from domain.orders import history, lifecycle, review_guards
from domain.orders.review_guards import OPEN, holder, is_open
from domain.orders.review_kinds import ReviewEventKind
from domain.orders.review_rows import CLAIM_OVER, close, note
from domain.orders.visible import visible_reviews
from kit import clock
from kit.errors import Refused
from kit.validate import clean_text
from models.database import persistent
from models.orders import CancelReason, Order, ReviewState
from models.reviews import CallOutcome, RejectReason, Review, ReviewCall, ReviewStage

LONGEST_NOTE = 500


def is_overdue(review: Review) -> bool:
    """Whether it should have been decided by now."""
    return is_open(review) and clock.now() >= review.due_at


def overdue(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """Those for which `is_overdue`, as a query."""
    return reviews.filter(Q(stage__in=OPEN), due_at__lte=clock.now())


@persistent
async def claim(viewer: Viewer, review_id: UUID) -> Review:
    """Take a review, for some minutes: nobody else decides it meanwhile. Claiming again makes the time longer."""
    async with viewer.market.change():
        order, review = await _locked(viewer, review_id)
        review_guards.check_claim(viewer, review)
        now = clock.now()
        if holder(review) is None:
            review.claimed_at = now
        review.stage, review.claimed_by = ReviewStage.CLAIMED, viewer.user_id
        review.claimed_until = now + timedelta(minutes=viewer.market.policy.review_claim_minutes)
        await note(viewer, review, ReviewEventKind.CLAIMED)
        await effects.at(CLAIM_OVER, review.id, review.claimed_until)
        await _mark(order, ReviewState.CLAIMED)
        return review


@persistent
async def release(viewer: Viewer, review_id: UUID) -> Review:
    """Give a claim back. Who edits the rules may also take it from somebody else."""
    async with viewer.market.change():
        order, review = await _locked(viewer, review_id)
        if review.stage == ReviewStage.CLAIMED:
            if review.claimed_by != viewer.user_id and not viewer.may(Permission.EDIT_RISK):
                raise Refused("REVIEW_CLAIMED", until=review.claimed_until)
            await _let_go(viewer, order, review)
        return review


async def end_claim(viewer: Viewer, review_id: UUID) -> None:
    """The time of a claim is over. Does nothing when it was decided, released or made longer meanwhile."""
    async with viewer.market.change():
        found = await _found(viewer, review_id)
        if found is None:
            return
        order, review = found
        if review.stage == ReviewStage.CLAIMED and holder(review) is None:
            await _let_go(viewer, order, review)


async def escalate(viewer: Viewer, review_id: UUID) -> None:
    """The time to decide is over: written down once, for everybody who watches the queue."""
    async with viewer.market.change():
        found = await _found(viewer, review_id)
        if found is None or not is_overdue(found[1]) or found[1].escalated_at is not None:
            return
        review = found[1]
        review.escalated_at = clock.now()
        await note(viewer, review, ReviewEventKind.ESCALATED)


@persistent
async def add_call(viewer: Viewer, review_id: UUID, outcome: CallOutcome, *, words: str = "") -> Review:
    """Record a telephone call to the buyer, by whoever has claimed the review."""
    told = clean_text(words, path=("note",), maximum=LONGEST_NOTE, multiline=True)
    async with viewer.market.change():
        _, review = await _claimed(viewer, review_id)
        await ReviewCall.create(
            review_id=review.id, outcome=outcome, note=told, called_by=viewer.user_id, called_at=clock.now()
        )
        await note(viewer, review, ReviewEventKind.CALLED, data={"outcome": outcome.value})
        return review


@persistent
async def approve(viewer: Viewer, review_id: UUID, *, words: str = "", expected_version: int | None = None) -> Review:
    """Let the order pass. A large one needs a call first in which the buyer has confirmed it."""
    told = clean_text(words, path=("note",), maximum=LONGEST_NOTE, multiline=True)
    async with viewer.market.change():
        order, review = await _claimed(viewer, review_id, expected_version)
        is_confirmed = await ReviewCall.exists(review_id=review.id, outcome=CallOutcome.CONFIRMED)
        review_guards.check_call(viewer, order, is_confirmed=is_confirmed)
        review.note, review.decided_by = told, viewer.user_id
        await close(viewer, review, ReviewStage.APPROVED, ReviewEventKind.APPROVED)
        order.review = ReviewState.APPROVED
        await history.tell(viewer, order, kind="order.review_passed")
        return review


@persistent
async def reject(
    viewer: Viewer,
    review_id: UUID,
    reason: RejectReason,
    *,
    message: str = "",
    words: str = "",
    expected_version: int | None = None,
) -> Review:
    """Turn the order down: it is canceled, what was paid goes back, and the buyer is told, with `message`."""
    told = clean_text(words, path=("note",), maximum=LONGEST_NOTE, multiline=True)
    shown = clean_text(message, path=("message",), maximum=LONGEST_NOTE, multiline=True)
    async with viewer.market.change():
        order, review = await _claimed(viewer, review_id, expected_version)
        review.note, review.reject_reason, review.decided_by = told, reason, viewer.user_id
        await close(viewer, review, ReviewStage.REJECTED, ReviewEventKind.REJECTED)
        await _mark(order, ReviewState.REJECTED)
        await effects.soon("notice.order_rejected", order.id)
        await lifecycle.cancel(viewer, order.id, reason=CancelReason.NOT_ACCEPTED, note=shown)
        return review


async def _let_go(viewer: Viewer, order: Order, review: Review) -> None:
    review.stage, review.claimed_by, review.claimed_at, review.claimed_until = ReviewStage.PENDING, None, None, None
    await note(viewer, review, ReviewEventKind.RELEASED)
    await effects.never(CLAIM_OVER, review.id)
    await _mark(order, ReviewState.PENDING)


async def _mark(order: Order, state: ReviewState) -> None:
    """Say it on the locked order, where guards look. A claim is the staff's own affair: the buyer is not told."""
    order.review = state
    await Order.filter(id=order.id).update(review=state)


async def _claimed(viewer: Viewer, review_id: UUID, expected_version: int | None = None) -> tuple[Order, Review]:
    """Both locked; refuses whoever has no running claim on the review."""
    order, review = await _locked(viewer, review_id)
    if expected_version is not None and expected_version != review.version:
        raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=review)
    review_guards.check_decision(viewer, review)
    return order, review


async def _locked(viewer: Viewer, review_id: UUID) -> tuple[Order, Review]:
    """The order first, then the review; refuses one that is decided."""
    viewer.require(Permission.REVIEW_ORDERS)
    found = await _found(viewer, review_id)
    if found is None:
        raise Refused("NOT_FOUND", path=("reviewId",), what="review")
    review_guards.check_open(viewer, found[1])
    return found


async def _found(viewer: Viewer, review_id: UUID) -> tuple[Order, Review] | None:
    seen = await visible_reviews(viewer).filter(id=review_id).first()
    if seen is None:
        return None
    order = await history.lock(viewer, seen.order_id)
    return order, await Review.filter(id=review_id).select_for_update().get()

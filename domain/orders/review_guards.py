"""Who may take or decide a review now, and why not: what the mutations enforce and `Order.actions` tells."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from domain.access import Permission, Viewer
from domain.orders.visible import visible_reviews
from kit import clock
from kit.errors import Refused
from models.orders import Order
from models.reviews import CallOutcome, Review, ReviewCall, ReviewStage

OPEN = (ReviewStage.PENDING, ReviewStage.CLAIMED)


@dataclass(frozen=True, slots=True)
class Look:
    """The newest review of an order, and whether the buyer has confirmed the order in a recorded call."""

    review: Review
    is_confirmed: bool


async def newest(viewer: Viewer, order_ids: Collection[UUID]) -> dict[UUID, Look]:
    """The newest review of each order, for those who review. Two statements."""
    rows = await visible_reviews(viewer).filter(order_id__in=list(order_ids)).order_by("opened_at", "id")
    reviews = {review.order_id: review for review in rows}
    keys = [review.id for review in reviews.values()]
    calls = await ReviewCall.filter(review_id__in=keys, outcome=CallOutcome.CONFIRMED) if keys else []
    confirmed = {call.review_id for call in calls}
    return {order_id: Look(review, review.id in confirmed) for order_id, review in reviews.items()}


def is_open(review: Review) -> bool:
    """Whether it is still to be decided."""
    return review.stage in OPEN


def holder(review: Review) -> UUID | None:
    """Who has claimed it, as long as the claim runs."""
    runs = review.stage == ReviewStage.CLAIMED and review.claimed_until and clock.now() < review.claimed_until
    return review.claimed_by if runs else None


def check_open(viewer: Viewer, review: Review | None) -> Review:
    """Refuse who does not review, and what is decided, or was never to be."""
    viewer.require(Permission.REVIEW_ORDERS)
    if review is None:
        raise Refused("NOTHING_TO_REVIEW")
    if not is_open(review):
        raise Refused("REVIEW_CLOSED", path=("reviewId",), stage=review.stage.value)
    return review


def check_claim(viewer: Viewer, review: Review | None) -> None:
    """Refuse what somebody else has claimed."""
    other = holder(check_open(viewer, review))
    if other is not None and other != viewer.user_id:
        raise Refused("REVIEW_CLAIMED", until=review.claimed_until if review else None)


def check_decision(viewer: Viewer, review: Review | None) -> None:
    """Refuse whoever has no running claim on the review."""
    if holder(check_open(viewer, review)) != viewer.user_id or viewer.user_id is None:
        raise Refused("REVIEW_NOT_CLAIMED")


def check_call(viewer: Viewer, order: Order, *, is_confirmed: bool) -> None:
    """Refuse to let a large order pass without a call in which the buyer has confirmed it."""
    least = viewer.market.policy.review_call_minor_units
    if order.total >= least and not is_confirmed:
        raise Refused("CALL_NEEDED", minimum=least)

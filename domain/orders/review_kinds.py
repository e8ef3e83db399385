"""What can happen to a review. Reviews have a stream of their own, which only staff read."""

from enum import StrEnum
from uuid import UUID

QUEUE = UUID("6d0f5b1e-3c6a-4d61-9a54-0e8f3f4c2b17")  # whose stream all events of reviews belong to: the queue's


class ReviewEventKind(StrEnum):
    """What happened to a review."""

    OPENED = "review.opened"
    CLAIMED = "review.claimed"
    RELEASED = "review.released"
    CALLED = "review.called"
    ESCALATED = "review.escalated"
    APPROVED = "review.approved"
    REJECTED = "review.rejected"
    LAPSED = "review.lapsed"

"""Reviews, their calls and the rules, for those who review."""

from uuid import UUID

from domain.access import Viewer
from domain.orders import review_guards
from domain.orders.review_guards import OPEN, Look
from domain.orders.risk_rules import visible_rules
from domain.orders.visible import visible_reviews
from loaders.registry import grouped, in_order
from models.reviews import Review, ReviewCall, RiskRule


async def reviews_by_id(viewer: Viewer, keys: list[UUID]) -> list[Review | None]:
    """Visible reviews."""
    return in_order(keys, {review.id: review for review in await visible_reviews(viewer).filter(id__in=keys)})


async def rules_by_id(viewer: Viewer, keys: list[UUID]) -> list[RiskRule | None]:
    """Visible rules."""
    return in_order(keys, {rule.id: rule for rule in await visible_rules(viewer).filter(id__in=keys)})


async def open_reviews_by_order(viewer: Viewer, keys: list[UUID]) -> list[Review | None]:
    """The open review of each order, for those who review."""
    found = await visible_reviews(viewer).filter(order_id__in=keys, stage__in=OPEN)
    return in_order(keys, {review.order_id: review for review in found})


async def looks_by_order(viewer: Viewer, keys: list[UUID]) -> list[Look | None]:
    """The newest review of each order as its guards see it, for those who review."""
    return in_order(keys, await review_guards.newest(viewer, keys))


async def calls_by_review(viewer: Viewer, keys: list[UUID]) -> list[list[ReviewCall]]:
    """The calls of reviews that the viewer has already been shown, oldest first."""
    rows = await ReviewCall.filter(review_id__in=keys).order_by("review_id", "called_at", "id")
    return grouped(keys, rows, by=lambda row: row.review_id)

"""Rules, thresholds and orders in review, made through the real actions."""

from datetime import timedelta
from typing import Any

from domain.access import Viewer, system
from domain.market import Market
from domain.orders import review, risk_rules
from jobs.registry import HANDLERS
from jobs.runner import run_due
from kit import clock
from models.orders import Order
from models.reviews import Review, RiskRule, RiskRuleKind
from tests.factories.catalog import make_product
from tests.factories.orders import place_order

LARGE = 50_000  # minor units: what `large_orders_are_reviewed` takes for large


async def make_rule(market: Market, kind: RiskRuleKind, *, points: int = 50, **parameters: Any) -> RiskRule:
    """A rule of this kind."""
    return await risk_rules.put(
        system(market), name=kind.value.title(), kind=kind, parameters=parameters, points=points
    )


async def set_thresholds(market: Market, review_from: int | None = 50, reject_from: int | None = None) -> None:
    """From which score on a person looks, and from which on an order is turned down."""
    await risk_rules.set_thresholds(system(market), review_from=review_from, reject_from=reject_from)


async def large_orders_are_reviewed(market: Market) -> RiskRule:
    """One rule that a large order fits, and a threshold that it reaches."""
    await set_thresholds(market)
    return await make_rule(market, RiskRuleKind.ORDER_AMOUNT, from_minor_units=LARGE)


async def order_in_review(viewer: Viewer, *, price: int = LARGE) -> tuple[Order, Review]:
    """An order that waits for a reviewer. Its total is the price plus shipping, if any."""
    await large_orders_are_reviewed(viewer.market)
    order = await place_order(viewer, await make_product(price=price))
    return order, await Review.get(order_id=order.id)


async def claimed(reviewer: Viewer, found: Review) -> Review:
    """The review, claimed by this reviewer."""
    return await review.claim(reviewer, found.id)


async def run_all(market: Market, **later: float) -> None:
    """Let market time go by, if any, and do whatever is due."""
    clock.set_offset(clock.offset() + timedelta(**later))
    await run_due(market, HANDLERS)

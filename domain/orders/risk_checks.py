"""Checking an order when it is placed and when it is paid: clean ones pass without a person."""

from domain import effects
from domain.access import Viewer, system
from domain.orders import lifecycle, review_guards, review_rows, risk, risk_facts
from domain.orders.history import tell
from domain.orders.review_kinds import ReviewEventKind
from kit import clock
from models.orders import CancelReason, Order, OrderLine, ReviewState
from models.reviews import Review, ReviewStage, RiskAssessment, RiskDecision, RiskMoment, RiskPolicy, RiskRule

POLICY = "market"


async def check_placed(viewer: Viewer, order: Order, *, units: int) -> Order:
    """Check an order right after it was placed, in the same transaction; gives it as it is then."""
    found = await _assess(order, RiskMoment.SUBMISSION, units=units)
    return order if found is None else await _follow(viewer, order, found)


async def check_paid(viewer: Viewer, order: Order, *, payer: str = "") -> Order:
    """Check a locked order whose money has come, now that it is known who paid; gives it as it is then.

    What a person has approved stays approved, unless a rule fits that this person had not been shown.
    """
    shown = await _rules_shown(order)
    found = await _assess(order, RiskMoment.PAYMENT, payer=payer)
    if found is None:
        return order
    if order.review == ReviewState.APPROVED and {str(one["rule_id"]) for one in found.findings} <= shown:
        return order
    return await _follow(viewer, order, found)


async def _follow(viewer: Viewer, order: Order, found: RiskAssessment) -> Order:
    """Do what the check came to. The market itself does it, not whoever buys or pays."""
    itself = system(viewer.market)
    if found.decision == RiskDecision.REJECT:
        return await _turn_down(itself, order)
    if found.decision == RiskDecision.REVIEW and await review_rows.open_for(itself, order, score=found.score):
        await tell(itself, order, kind="order.review_opened")
    return order


async def _turn_down(itself: Viewer, order: Order) -> Order:
    review = await Review.filter(order_id=order.id, stage__in=review_guards.OPEN).select_for_update().first()
    if review is not None:
        await review_rows.close(itself, review, ReviewStage.REJECTED, ReviewEventKind.REJECTED)
    await Order.filter(id=order.id).update(review=ReviewState.REJECTED)
    await effects.soon("notice.order_rejected", order.id)
    return await lifecycle.cancel(itself, order.id, reason=CancelReason.NOT_ACCEPTED)


async def _assess(
    order: Order, moment: RiskMoment, *, units: int | None = None, payer: str = ""
) -> RiskAssessment | None:
    """Hold the rules against the order and keep what was found; None in a market without rules."""
    policy = await RiskPolicy.get_or_none(name=POLICY)
    if policy is None:
        return None
    rules = await RiskRule.filter(is_enabled=True).order_by("id")
    if units is None:
        lines = await OrderLine.filter(order_id=order.id).only("id", "quantity")
        units = sum(line.quantity for line in lines)
    found = risk.findings(rules, await risk_facts.of(order, rules, units=units, payer=payer))
    score = sum(finding.points for finding in found)
    return await RiskAssessment.create(
        order_id=order.id,
        occasion=moment,
        score=score,
        findings=[finding.as_json() for finding in found],
        decision=risk.decide(score, policy),
        created_at=clock.now(),
    )


async def _rules_shown(order: Order) -> set[str]:
    """The rules that whoever approved the order could see it fit."""
    if order.review != ReviewState.APPROVED:
        return set()
    known = await RiskAssessment.filter(order_id=order.id)
    return {str(finding["rule_id"]) for assessment in known for finding in assessment.findings}

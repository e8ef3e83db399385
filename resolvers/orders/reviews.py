"""The review queue, the checks of an order in words, and the rules behind them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.orders import review as domain
from domain.orders import review_guards, review_rows, review_streams, risk, risk_rules
from domain.orders.review_streams import ReviewChange
from domain.orders.visible import visible_reviews
from kit import ids
from kit.paging import Page, Sort, merged, window
from loaders import customers as customer_loaders
from loaders import orders as order_loaders
from loaders import reviews as loaders
from models.customers import User
from models.orders import Order
from models.outbox import Event
from models.reviews import (
    CallOutcome,
    RejectReason,
    Review,
    ReviewCall,
    ReviewStage,
    RiskAssessment,
    RiskDecision,
    RiskPolicy,
    RiskRule,
    RiskRuleKind,
)
from resolvers.answers import Answer
from resolvers.context import Info
from resolvers.orders.live import After


class ReviewSort(StrEnum):
    """In which order reviews are listed."""

    OLDEST = "OLDEST"
    NEWEST = "NEWEST"
    RISKIEST = "RISKIEST"


SORTS = {
    ReviewSort.OLDEST: Sort("reviews.oldest", ("opened_at",)),
    ReviewSort.NEWEST: Sort("reviews.newest", ("opened_at",), descending=True),
    ReviewSort.RISKIEST: Sort("reviews.riskiest", ("score",), descending=True),
}


@dataclass(frozen=True, slots=True)
class ReviewChoice:
    """Which reviews are asked for. Nothing chosen: those that are open."""

    stages: Sequence[ReviewStage] | None = None
    mine: bool = False
    overdue: bool = False


async def review_queue(info: Info, choice: ReviewChoice, sort: ReviewSort, **edges: Any) -> Page[Review]:
    viewer = info.context.viewer
    rows = visible_reviews(viewer)
    if choice.mine:
        rows = rows.filter(claimed_by=viewer.user_id)
    if choice.overdue:
        rows = domain.overdue(rows)
    stages = review_guards.OPEN if choice.stages is None else dict.fromkeys(choice.stages)
    # Each stage is asked for by itself, in the order of its index: a page does not grow with the reviews that wait.
    return await merged([rows.filter(stage=stage) for stage in stages], sort=SORTS[sort], window=window(**edges))


async def review_of_order(root: strawberry.Parent[Order], info: Info) -> Review | None:
    return await info.context.load(loaders.open_reviews_by_order, root.id)


def is_in_review(root: strawberry.Parent[Order]) -> bool:
    return root.review in review_rows.IN_REVIEW


async def review_order(root: strawberry.Parent[Any], info: Info) -> Order | None:
    return await info.context.load(order_loaders.orders_by_id, root.order_id)


def is_overdue(root: strawberry.Parent[Review]) -> bool:
    return domain.is_overdue(root)


async def claimed_by(root: strawberry.Parent[Review], info: Info) -> User | None:
    key = review_guards.holder(root)
    return await info.context.load(customer_loaders.users_by_id, key) if key else None


def claimed_until(root: strawberry.Parent[Review]) -> datetime | None:
    return root.claimed_until if review_guards.holder(root) else None


async def decided_by(root: strawberry.Parent[Review], info: Info) -> User | None:
    return await info.context.load(customer_loaders.users_by_id, root.decided_by) if root.decided_by else None


async def called_by(root: strawberry.Parent[ReviewCall], info: Info) -> User | None:
    return await info.context.load(customer_loaders.users_by_id, root.called_by) if root.called_by else None


async def calls(root: strawberry.Parent[Review], info: Info) -> list[ReviewCall]:
    return await info.context.load(loaders.calls_by_review, root.id)


async def needs_call(root: strawberry.Parent[Review], info: Info) -> bool:
    order = await info.context.load(order_loaders.orders_by_id, root.order_id)
    return order is not None and order.total >= info.context.viewer.market.policy.review_call_minor_units


async def review_claim(info: Info, *, review_id: str) -> Answer:
    return Answer(review=await domain.claim(info.context.viewer, _review(review_id)))


async def review_release(info: Info, *, review_id: str) -> Answer:
    return Answer(review=await domain.release(info.context.viewer, _review(review_id)))


async def review_phone_call_add(info: Info, *, review_id: str, outcome: CallOutcome, note: str = "") -> Answer:
    return Answer(review=await domain.add_call(info.context.viewer, _review(review_id), outcome, words=note))


async def review_approve(info: Info, *, review_id: str, note: str = "", expected_version: int | None = None) -> Answer:
    approved = await domain.approve(
        info.context.viewer, _review(review_id), words=note, expected_version=expected_version
    )
    return Answer(review=approved)


async def review_reject(
    info: Info,
    *,
    review_id: str,
    reason: RejectReason,
    message: str = "",
    note: str = "",
    expected_version: int | None = None,
) -> Answer:
    rejected = await domain.reject(
        info.context.viewer,
        _review(review_id),
        reason,
        message=message,
        words=note,
        expected_version=expected_version,
    )
    return Answer(review=rejected)


def _review(public_id: str) -> UUID:
    return ids.key_of("Review", public_id, "review_id")


async def review_queue_events(info: Info, after: After = None) -> AsyncIterator[ReviewChange]:
    async for change in review_streams.of_queue(info.context.viewer, after=after or info.context.last_event_id):
        info.context.renew()
        yield change


def event_kind(root: strawberry.Parent[ReviewChange]) -> Any:
    return root.event.kind if root.event else None


def event_moment(root: strawberry.Parent[ReviewChange]) -> datetime | None:
    event: Event | None = root.event
    return event.created_at if event else None


# ---------------------------------------------------------------------------------------------------------- the checks


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known about the risk of one order."""

    order: Order
    assessments: Sequence[RiskAssessment]
    policy: RiskPolicy

    @property
    def score(self) -> int:
        return max((one.score for one in self.assessments), default=0)

    @property
    def decision(self) -> RiskDecision | None:
        return self.assessments[-1].decision if self.assessments else None


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding in the viewer's language."""

    rule: str
    kind: RiskRuleKind
    points: int
    message: str


async def explain_risk(
    info: Info, order_id: Annotated[strawberry.ID, strawberry.argument(description="The order.")]
) -> Explanation:
    viewer = info.context.viewer
    order, assessments = await risk_rules.explain(viewer, ids.key_of("Order", order_id, "orderId"))
    return Explanation(order, assessments, await risk_rules.policy(viewer))


def findings(root: strawberry.Parent[RiskAssessment], info: Info) -> list[FindingView]:
    return [_finding(one, info.context.locale) for one in root.findings]


def _finding(found: Mapping[str, Any], locale: str) -> FindingView:
    kind = RiskRuleKind(found["kind"])
    return FindingView(found["name"], kind, found["points"], risk.in_words(kind, found["facts"], locale))


async def risk_settings(info: Info) -> RiskPolicy:
    return await risk_rules.policy(info.context.viewer)


async def risk_rule_list(info: Info) -> list[RiskRule]:
    return await risk_rules.visible_rules(info.context.viewer).order_by("-points", "id")


@dataclass(frozen=True, slots=True)
class ParametersView:
    """The parameters of a rule by name; None where its kind has none of that name."""

    values: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.values.get(name)


def parameters(root: strawberry.Parent[RiskRule]) -> ParametersView:
    return ParametersView(root.parameters)


async def risk_rule_set(
    info: Info,
    *,
    name: str,
    points: int,
    rule: Mapping[str, Mapping[str, Any]],
    rule_id: str | None = None,
    is_enabled: bool = True,
    expected_version: int | None = None,
) -> Answer:
    [(kind, given)] = rule.items()
    made = await risk_rules.put(
        info.context.viewer,
        rule_id=ids.key_of("RiskRule", rule_id, "rule_id") if rule_id else None,
        name=name,
        kind=RiskRuleKind(kind.upper()),
        parameters=given,
        points=points,
        is_enabled=is_enabled,
        expected_version=expected_version,
    )
    return Answer(rule=made)


async def risk_rule_remove(info: Info, *, rule_id: str, expected_version: int | None = None) -> Answer:
    key = ids.key_of("RiskRule", rule_id, "rule_id")
    await risk_rules.remove(info.context.viewer, key, expected_version=expected_version)
    return Answer(removed_id=rule_id)


async def risk_thresholds_set(
    info: Info,
    *,
    review_from: int | None = None,
    reject_from: int | None = None,
    expected_version: int | None = None,
) -> Answer:
    changed = await risk_rules.set_thresholds(
        info.context.viewer, review_from=review_from, reject_from=reject_from, expected_version=expected_version
    )
    return Answer(settings=changed)

"""The risk rules and thresholds as staff edit them, and what the checks of an order have found."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from domain.orders.risk import MOST_POINTS, clean_parameters
from domain.orders.risk_checks import POLICY
from domain.orders.visible import visible
from kit import clock
from kit.errors import Refused, gathered, refuse_all
from kit.validate import clean_text
from models.database import transaction
from models.orders import Order
from models.reviews import RiskAssessment, RiskPolicy, RiskRule, RiskRuleKind

log = structlog.get_logger("jishi.orders")

LONGEST_NAME = 80
MOST_RULES = 50
HIGHEST_SCORE = MOST_POINTS * MOST_RULES


def visible_rules(viewer: Viewer) -> QuerySet[RiskRule]:
    """The rules, for those who review or edit them."""
    may = viewer.may(Permission.REVIEW_ORDERS) or viewer.may(Permission.EDIT_RISK)
    return RiskRule.all() if may else RiskRule.filter(Q(id__isnull=True))


async def policy(viewer: Viewer) -> RiskPolicy:
    """The thresholds; none are set in a new market."""
    if not viewer.may(Permission.EDIT_RISK):
        viewer.require(Permission.REVIEW_ORDERS)
    return await RiskPolicy.get_or_none(name=POLICY) or RiskPolicy(name=POLICY)


async def put(
    viewer: Viewer,
    *,
    rule_id: UUID | None = None,
    name: str,
    kind: RiskRuleKind,
    parameters: Mapping[str, Any],
    points: int,
    is_enabled: bool = True,
    expected_version: int | None = None,
) -> RiskRule:
    """Write a rule down, or, with `rule_id`, change one. The first one switches the checks on."""
    viewer.require(Permission.EDIT_RISK)
    problems: list[Refused] = []
    columns: dict[str, Any] = {"kind": kind, "is_enabled": is_enabled, "points": points}
    with gathered(problems):
        columns["name"] = clean_text(name, path=("name",), minimum=1, maximum=LONGEST_NAME)
    with gathered(problems):
        columns["parameters"] = clean_parameters(kind, parameters, "rule", _input_name(kind))
    if not 1 <= points <= MOST_POINTS:
        problems.append(Refused("OUT_OF_RANGE", path=("points",), minimum=1, maximum=MOST_POINTS))
    refuse_all(problems)
    columns |= {"edited_by": viewer.user_id, "edited_at": clock.now()}
    async with viewer.market.change():
        await _switch_on()
        if rule_id is None:
            if await RiskRule.all().count() >= MOST_RULES:
                raise Refused("TOO_MANY_VALUES", maximum=MOST_RULES)
            rule = await RiskRule.create(**columns)
        else:
            rule = await _locked(rule_id, expected_version)
            await rule.update_from_dict({**columns, "version": rule.version + 1}).save()
    log.info("risk_rule_set", by=str(viewer.user_id), rule=str(rule.id), kind=kind.value, points=points)
    return rule


async def remove(viewer: Viewer, rule_id: UUID, *, expected_version: int | None = None) -> UUID:
    """Take a rule away. What it found stays with the orders."""
    viewer.require(Permission.EDIT_RISK)
    async with viewer.market.change():
        rule = await _locked(rule_id, expected_version)
        await rule.delete()
    log.info("risk_rule_removed", by=str(viewer.user_id), rule=str(rule_id))
    return rule_id


async def set_thresholds(
    viewer: Viewer, *, review_from: int | None, reject_from: int | None, expected_version: int | None = None
) -> RiskPolicy:
    """From which score on a person looks, and from which on an order is turned down by itself. None: never."""
    viewer.require(Permission.EDIT_RISK)
    problems = [
        Refused("OUT_OF_RANGE", path=(name,), minimum=1, maximum=HIGHEST_SCORE)
        for name, score in (("reviewFrom", review_from), ("rejectFrom", reject_from))
        if score is not None and not 1 <= score <= HIGHEST_SCORE
    ]
    if not problems and review_from is not None and reject_from is not None and reject_from <= review_from:
        problems.append(Refused("THRESHOLDS_CROSSED", path=("rejectFrom",)))
    refuse_all(problems)
    async with viewer.market.change():
        await _switch_on()
        found = await RiskPolicy.filter(name=POLICY).select_for_update().get()
        if expected_version is not None and expected_version != found.version:
            raise Refused("VERSION_CONFLICT", path=("expectedVersion",))
        found.review_from, found.reject_from, found.version = review_from, reject_from, found.version + 1
        await found.save()
    log.info("risk_thresholds_set", by=str(viewer.user_id), review_from=review_from, reject_from=reject_from)
    return found


async def explain(viewer: Viewer, order_id: UUID) -> tuple[Order, Sequence[RiskAssessment]]:
    """The order, and every check of it, oldest first."""
    viewer.require(Permission.REVIEW_ORDERS)
    order = await visible(viewer).filter(id=order_id).first()
    if order is None:
        raise Refused("NOT_FOUND", path=("orderId",), what="order")
    return order, await RiskAssessment.filter(order_id=order_id).order_by("created_at", "id")


async def _switch_on() -> None:
    """The row of the thresholds; two who make it at once make one."""
    if not await RiskPolicy.exists(name=POLICY):
        async with transaction():
            await RiskPolicy.bulk_create([RiskPolicy(name=POLICY)], ignore_conflicts=True)


async def _locked(rule_id: UUID, expected_version: int | None) -> RiskRule:
    rule = await RiskRule.filter(id=rule_id).select_for_update().first()
    if rule is None:
        raise Refused("NOT_FOUND", path=("ruleId",), what="rule")
    if expected_version is not None and expected_version != rule.version:
        raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=rule)
    return rule


def _input_name(kind: RiskRuleKind) -> str:
    """ORDER_AMOUNT stands in the input as orderAmount."""
    return kind.value.lower()

"""After-sales service: what can be asked for a line, what a case asks for, and what can be done with it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

import strawberry
from tortoise.expressions import Q

from domain import refusals
from domain.catalog import returns
from domain.orders.visible import is_known
from domain.payments import refunds
from domain.service import asking, cases, decisions, eligibility, goods, guards, states, streams
from domain.service.asking import Asked, Foreseen
from domain.service.decisions import Agreed
from domain.service.goods import Deduction, Finding, Inspection
from domain.service.guards import ServiceAction
from domain.service.streams import ServiceCaseChange
from domain.service.visible import visible
from kit import clock, ids
from kit.money import Money
from kit.paging import Page, Sort, page, window
from loaders import orders as order_loaders
from loaders import payments as payment_loaders
from loaders import service as loaders
from models.catalog import Product, ReturnExclusion
from models.orders import Order, OrderLine
from models.service import Grade, ServiceCase, ServiceCaseLine, ServiceLineState, ServiceReason, ServiceState, Wish
from resolvers.answers import Answer, Problem, problems
from resolvers.context import Info
from resolvers.orders.live import After

LONGEST_OPEN = Sort("service_cases.opened", ("opened_at",))


class LineChoice(Protocol):
    """A line as the client names it."""

    order_line_id: strawberry.ID
    quantity: int
    wish: Wish
    reason: ServiceReason


class AgreedLine(Protocol):
    """A line that is agreed to, as the client names it."""

    order_line_id: strawberry.ID
    amount_minor_units: int | None


class FoundUnits(Protocol):
    """Units that came back, as the client tells of them."""

    order_line_id: strawberry.ID
    quantity: int
    grade: Grade
    sent_back: bool


class KeptAmount(Protocol):
    """What the shop keeps of a line's money, as the client names it."""

    order_line_id: strawberry.ID
    amount_minor_units: int


# Before buying --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReturnTerms:
    """What holds for returning a product."""

    days: int
    complaint_days: int
    exclusion: ReturnExclusion | None


def return_terms(root: strawberry.Parent[Product], info: Info) -> ReturnTerms:
    policy, exclusion = info.context.viewer.market.policy, returns.exclusion(root)
    return ReturnTerms(0 if exclusion else policy.return_days, policy.complaint_days, exclusion)


def terms_text(root: strawberry.Parent[ReturnTerms], info: Info) -> str | None:
    return refusals.message(eligibility.not_returnable(root.exclusion), info.context.locale) if root.exclusion else None


# Lines of orders ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ServiceOption:
    """One reason to ask for something, as this viewer sees it at this moment."""

    option: eligibility.Option
    problem: Problem | None

    @property
    def reason(self) -> ServiceReason:
        return self.option.reason

    @property
    def wishes(self) -> tuple[Wish, ...]:
        return self.option.wishes

    @property
    def until(self) -> datetime | None:
        return self.option.until

    @property
    def allowed(self) -> bool:
        return self.problem is None

    @property
    def refusal(self) -> str | None:
        return self.problem.message if self.problem else None

    @property
    def refusal_code(self) -> str | None:
        return self.problem.code if self.problem else None


async def _order_of_line(line: OrderLine, info: Info) -> Order | None:
    """The order of a line, for whom it is to know what can be asked for it now: not for what was once."""
    if line.moment is not None:
        return None
    order = await info.context.load(order_loaders.orders_by_id, line.order_id)
    return order if order and is_known(info.context.viewer, order) else None


async def service_options(root: strawberry.Parent[OrderLine], info: Info) -> list[ServiceOption]:
    order = await _order_of_line(root, info)
    if order is None:
        return []
    known = await info.context.load(loaders.claimed_by_line, root.id)
    found = eligibility.options(info.context.viewer.market.policy, order, root, known)
    locale = info.context.locale
    return [ServiceOption(one, Problem(one.refusal, locale) if one.refusal else None) for one in found]


async def _returnable(line: OrderLine, info: Info) -> tuple[Order | None, int]:
    order = await _order_of_line(line, info)
    if order is None:
        return None, 0
    known = await info.context.load(loaders.claimed_by_line, line.id)
    return order, eligibility.returnable_units(info.context.viewer.market.policy, order, line, known)


async def returnable_quantity(root: strawberry.Parent[OrderLine], info: Info) -> int:
    return (await _returnable(root, info))[1]


async def returnable_until(root: strawberry.Parent[OrderLine], info: Info) -> datetime | None:
    order = await _order_of_line(root, info)
    if order is None:
        return None
    known = await info.context.load(loaders.claimed_by_line, root.id)
    found = eligibility.options(info.context.viewer.market.policy, order, root, known)
    ends = [one.until for one in found if one.until and one.refusal is None]
    return max(ends, default=None)


async def expected_refund(root: strawberry.Parent[OrderLine], info: Info) -> Money | None:
    order, units = await _returnable(root, info)
    if order is None:
        return None
    payments = await info.context.load(payment_loaders.payments_by_order, order.id) if units else []
    shares = refunds.returned(order, {root.id: root}, {root.id: units}, payments) if units else []
    return Money(sum(share.amount for share in shares), order.currency)


# Cases ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A line of a case, or of one that would be opened."""

    order_line_id: UUID
    quantity: int
    wish: Wish
    reason: ServiceReason
    expected: int | None
    currency: str
    row: ServiceCaseLine | None = None


@dataclass(frozen=True, slots=True)
class ActionView:
    """One thing that can or cannot be done with a case, in words."""

    action: ServiceAction
    allowed: bool
    reason: str | None
    reason_code: str | None
    deadline: datetime | None


async def service_case(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The case's id.")]
) -> ServiceCase | None:
    key = ids.find_key("ServiceCase", id)
    return await info.context.load(loaders.cases_by_id, key) if key else None


@dataclass(frozen=True, slots=True)
class CaseChoice:
    """Which cases are asked for."""

    states: Sequence[ServiceState] | None = None
    overdue: bool | None = None
    escalated: bool | None = None


async def service_cases(
    info: Info, choice: CaseChoice, *, first: int | None, after: str | None, last: int | None, before: str | None
) -> Page[ServiceCase]:
    rows = visible(info.context.viewer)
    rows = rows.filter(state__in=list(choice.states if choice.states is not None else states.LIVE))
    if choice.overdue is not None:
        late = Q(due_at__isnull=False, due_at__lte=clock.now())
        rows = rows.filter(late) if choice.overdue else rows.filter(~late)
    if choice.escalated is not None:
        rows = rows.filter(escalated_at__isnull=not choice.escalated)
    return await page(rows, sort=LONGEST_OPEN, window=window(first=first, after=after, last=last, before=before))


async def cases_of_order(root: strawberry.Parent[Order], info: Info) -> list[ServiceCase]:
    return await info.context.load(loaders.cases_by_order, root.id)


async def order_of(root: strawberry.Parent[ServiceCase], info: Info) -> Order | None:
    return await info.context.load(order_loaders.orders_by_id, root.order_id)


async def case_lines(root: strawberry.Parent[ServiceCase], info: Info) -> list[CaseLine]:
    rows: list[ServiceCaseLine] = await info.context.load(loaders.lines_by_case, root.id)
    return [
        CaseLine(row.order_line_id, row.quantity, row.wish, row.reason, row.expected, root.currency, row)
        for row in rows
    ]


async def line_of(root: strawberry.Parent[CaseLine], info: Info) -> OrderLine | None:
    return await info.context.load(order_loaders.order_lines_by_id, root.order_line_id)


def line_state(root: strawberry.Parent[CaseLine]) -> ServiceLineState | None:
    return root.row.state if root.row else None


def line_amount(root: strawberry.Parent[CaseLine]) -> Money | None:
    if root.row is None or root.row.amount is None:
        return None
    return Money(root.row.amount, root.currency)


def line_explanation(root: strawberry.Parent[CaseLine]) -> str | None:
    return (root.row.explanation or None) if root.row else None


@dataclass(frozen=True, slots=True)
class FindingView:
    """Units as they came back."""

    quantity: int
    grade: Grade
    sent_back: bool


def line_findings(root: strawberry.Parent[CaseLine]) -> list[FindingView]:
    found = root.row.findings if root.row else []
    return [FindingView(int(str(one["quantity"])), Grade(str(one["grade"])), bool(one["sent_back"])) for one in found]


async def actions_of(root: strawberry.Parent[ServiceCase], info: Info) -> list[ActionView]:
    order = await info.context.load(order_loaders.orders_by_id, root.order_id)
    if order is None or root.moment is not None:
        return []
    return [_shown(one, info.context.locale) for one in guards.possibilities(info.context.viewer, order, root)]


def _shown(one: guards.Possibility, locale: str) -> ActionView:
    problem = Problem(one.refusal, locale) if one.refusal else None
    return ActionView(
        action=one.action,
        allowed=problem is None,
        reason=problem.message if problem else None,
        reason_code=problem.code if problem else None,
        deadline=one.deadline,
    )


def is_overdue(root: strawberry.Parent[ServiceCase]) -> bool:
    return root.due_at is not None and clock.now() >= root.due_at


# Mutations ------------------------------------------------------------------------------------------------------------


def _key(case_id: str) -> UUID:
    return ids.key_of("ServiceCase", case_id, "caseId")


def _asked(lines: Sequence[LineChoice]) -> list[Asked]:
    keys = ids.keys_of("OrderLine", [line.order_line_id for line in lines], "lines", "order_line_id")
    return [Asked(key, line.quantity, line.wish, line.reason) for key, line in zip(keys, lines, strict=True)]


async def service_case_preview(info: Info, *, order_id: str, lines: Sequence[LineChoice]) -> Answer:
    plan = await asking.preview(info.context.viewer, ids.key_of("Order", order_id, "orderId"), _asked(lines))
    if plan.problems:
        return Answer(user_errors=problems(info, plan.problems))
    currency = plan.order.currency
    return Answer(
        lines=[_foreseen(one, currency) for one in plan.lines], expected_refund=Money(plan.expected, currency)
    )


def _foreseen(one: Foreseen, currency: str) -> CaseLine:
    asked = one.asked
    return CaseLine(one.line.id, asked.quantity, asked.wish, asked.reason, one.expected, currency)


async def service_case_create(
    info: Info, *, order_id: str, lines: Sequence[LineChoice], idempotency_key: str, note: str = ""
) -> Answer:
    key = ids.key_of("Order", order_id, "orderId")
    case = await asking.create(info.context.viewer, key, _asked(lines), note=note, key=idempotency_key)
    return await _answer(info, case)


async def service_case_cancel(info: Info, *, case_id: str) -> Answer:
    return await _answer(info, await cases.cancel(info.context.viewer, _key(case_id)))


async def service_case_approve(
    info: Info,
    *,
    case_id: str,
    idempotency_key: str,
    lines: Sequence[AgreedLine] | None = None,
    explanation: str = "",
    expected_version: int | None = None,
) -> Answer:
    agreed = None
    if lines is not None:
        keys = ids.keys_of("OrderLine", [line.order_line_id for line in lines], "lines", "order_line_id")
        amounts = [line.amount_minor_units for line in lines]
        agreed = tuple(Agreed(key, amount) for key, amount in zip(keys, amounts, strict=True))
    answer = decisions.Answer(_key(case_id), agreed, explanation, expected_version)
    return await _answer(info, await decisions.approve(info.context.viewer, answer, key=idempotency_key))


async def service_case_reject(
    info: Info, *, case_id: str, explanation: str, expected_version: int | None = None
) -> Answer:
    viewer = info.context.viewer
    case = await decisions.reject(viewer, _key(case_id), explanation=explanation, expected_version=expected_version)
    return await _answer(info, case)


async def service_case_appeal(info: Info, *, case_id: str, words: str) -> Answer:
    return await _answer(info, await decisions.appeal(info.context.viewer, _key(case_id), words=words))


async def service_case_ship_back(info: Info, *, case_id: str, carrier: str, waybill: str) -> Answer:
    viewer = info.context.viewer
    return await _answer(info, await goods.ship_back(viewer, _key(case_id), carrier=carrier, waybill=waybill))


async def service_case_inspect(
    info: Info,
    *,
    case_id: str,
    findings: Sequence[FoundUnits],
    idempotency_key: str,
    deductions: Sequence[KeptAmount] = (),
    explanation: str = "",
    waybill: str = "",
) -> Answer:
    found_keys = ids.keys_of("OrderLine", [one.order_line_id for one in findings], "findings", "order_line_id")
    kept_keys = ids.keys_of("OrderLine", [one.order_line_id for one in deductions], "deductions", "order_line_id")
    inspection = Inspection(
        case_id=_key(case_id),
        findings=tuple(
            Finding(key, one.quantity, one.grade, one.sent_back) for key, one in zip(found_keys, findings, strict=True)
        ),
        deductions=tuple(
            Deduction(key, one.amount_minor_units) for key, one in zip(kept_keys, deductions, strict=True)
        ),
        explanation=explanation,
        waybill=waybill,
    )
    return await _answer(info, await goods.inspect(info.context.viewer, inspection, key=idempotency_key))


async def _answer(info: Info, case: ServiceCase) -> Answer:
    return Answer(case=case, order=await info.context.load(order_loaders.orders_by_id, case.order_id))


# Live -----------------------------------------------------------------------------------------------------------------


async def service_case_events(info: Info, after: After = None) -> AsyncIterator[ServiceCaseChange]:
    async for change in streams.of_cases(info.context.viewer, after=after or info.context.last_event_id):
        info.context.renew()
        yield change

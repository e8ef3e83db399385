"""The shop's answer to what a customer asks for: agreed to line by line or turned down, and once more by another."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from domain import effects, idempotency
from domain.access import Viewer
from domain.orders import lifecycle
from domain.orders.history import tell
from domain.service import cases, eligibility, giving, guards, states
from domain.service.eligibility import Claimed
from domain.service.guards import ServiceAction
from kit import clock
from kit.errors import Refused, gathered, refuse_all
from kit.validate import clean_text
from models.database import persistent
from models.orders import Order, OrderLine
from models.service import ServiceCase, ServiceCaseLine, ServiceLineState, ServiceState, Wish


@dataclass(frozen=True, slots=True)
class Agreed:
    """A line that the shop agrees to; `amount` is for a compensation alone, in minor units."""

    order_line_id: UUID
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the shop agrees to: these lines, all of them when None. The others are turned down with the explanation."""

    case_id: UUID
    lines: tuple[Agreed, ...] | None = None
    explanation: str = ""
    expected_version: int | None = None


async def approve(viewer: Viewer, answer: Answer, *, key: str) -> ServiceCase:
    """Agree: money goes back at once unless the goods come back first. The same key does it once."""

    async def work() -> UUID:
        return await _approve(viewer, answer)

    case_id = await idempotency.once(viewer, "serviceCaseApprove", key, asked=asdict(answer), work=work)
    return await ServiceCase.get(id=case_id)


async def _approve(viewer: Viewer, answer: Answer) -> UUID:
    order, case = await _to_decide(viewer, answer.case_id, ServiceAction.APPROVE, answer.expected_version)
    asked = await cases.lines_of(case, ServiceLineState.REQUESTED)
    agreed = _agreed(asked, answer.lines)
    others = [line for line in asked if line.order_line_id not in agreed]
    words = _explained(answer.explanation, is_needed=bool(others))
    _note_decision(viewer, case, words)
    await _turn_down(others, words)
    to_come = [line for line in asked if line.order_line_id in agreed and line.wish == Wish.RETURN_AND_REFUND]
    await cases.mark(to_come, ServiceLineState.APPROVED)
    given = [line for line in asked if line.order_line_id in agreed and line.wish == Wish.REFUND_ONLY]
    units = {line.order_line_id: line.quantity for line in given}
    await giving.refund(viewer, order, case, units, given, less={})
    for line in asked:
        if line.order_line_id in agreed and line.wish == Wish.COMPENSATION:
            await giving.compensate(viewer, order, case, line, agreed[line.order_line_id].amount)
    if to_come:
        until = clock.now() + timedelta(days=viewer.market.policy.service_ship_back_days)
        await cases.wait(case, ServiceState.AWAITING_GOODS, until)
        await effects.soon("notice.service_ship_back", order.id)
        await tell(viewer, order, kind="service_case.approved", data=await cases.outcome(case))
    else:
        await cases.finish(viewer, order, case)
    return case.id


def _agreed(asked: Sequence[ServiceCaseLine], named: Sequence[Agreed] | None) -> dict[UUID, Agreed]:
    if named is None:
        return {line.order_line_id: Agreed(line.order_line_id) for line in asked}
    known, agreed = {line.order_line_id for line in asked}, dict[UUID, Agreed]()
    problems: list[Refused] = []
    for index, one in enumerate(named):
        path = ("lines", str(index), "orderLineId")
        if one.order_line_id not in known:
            problems.append(Refused("NOT_FOUND", path=path, what="order line"))
        elif one.order_line_id in agreed:
            problems.append(Refused("INVALID_INPUT", path=path, why="each line may be named once"))
        agreed[one.order_line_id] = one
    if not named:
        problems.append(Refused("REQUIRED", path=("lines",)))
    refuse_all(problems)
    return agreed


@persistent
async def reject(
    viewer: Viewer, case_id: UUID, *, explanation: str, expected_version: int | None = None
) -> ServiceCase:
    """Turn down all that is asked for. The customer is told why, and may appeal once."""
    async with viewer.market.change():
        order, case = await _to_decide(viewer, case_id, ServiceAction.REJECT, expected_version)
        words = _explained(explanation, is_needed=True)
        _note_decision(viewer, case, words)
        await _turn_down(await cases.lines_of(case, ServiceLineState.REQUESTED), words)
        await cases.finish(viewer, order, case)
        return case


@persistent
async def appeal(viewer: Viewer, case_id: UUID, *, words: str) -> ServiceCase:
    """The customer asks that another person decides about what was turned down or sent back. Once."""
    told = clean_text(words, path=("words",), minimum=1, maximum=cases.LONGEST_NOTE, multiline=True)
    async with viewer.market.change():
        order, case = await cases.locked(viewer, case_id)
        guards.check(viewer, order, case, ServiceAction.APPEAL)
        again = await cases.lines_of(case, *states.AGAINST)
        await _check_free(order, again)
        now = clock.now()
        await cases.mark(again, ServiceLineState.REQUESTED)
        case.appeal, case.appealed_at, case.ended_at, case.appeal_by = told, now, None, None
        await lifecycle.case_opened(viewer, order)
        until = now + timedelta(hours=viewer.market.policy.service_decision_hours)
        await cases.wait(case, ServiceState.APPEALED, until)
        await tell(viewer, order, kind="service_case.appealed", data=cases.facts(case))
        return case


async def _check_free(order: Order, again: Sequence[ServiceCaseLine]) -> None:
    """Nothing was given for the units in another way, and no other case is about them."""
    known = await eligibility.claimed([line.order_line_id for line in again])
    problems: list[Refused] = []
    for line in again:
        order_line = await OrderLine.get(id=line.order_line_id, order_id=order.id)
        with gathered(problems):
            if eligibility.free_units(order_line, known.get(order_line.id, Claimed())) < line.quantity:
                raise Refused("SERVICE_UNDERWAY", path=("caseId",))
    refuse_all(problems[:1])


async def _to_decide(
    viewer: Viewer, case_id: UUID, action: ServiceAction, expected_version: int | None
) -> tuple[Order, ServiceCase]:
    order, case = await cases.locked(viewer, case_id)
    guards.check(viewer, order, case, action)
    if expected_version is not None and expected_version != case.version:
        raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=case)
    return order, case


def _explained(words: str, *, is_needed: bool) -> str:
    minimum, maximum = int(is_needed), cases.LONGEST_EXPLANATION
    return clean_text(words, path=("explanation",), minimum=minimum, maximum=maximum, multiline=True)


def _note_decision(viewer: Viewer, case: ServiceCase, words: str) -> None:
    case.decided_by, case.decided_at, case.explanation = viewer.user_id, clock.now(), words


async def _turn_down(lines: Sequence[ServiceCaseLine], words: str) -> None:
    for line in lines:
        line.explanation = words
        await line.save(update_fields=["explanation"])
    await cases.mark(lines, ServiceLineState.REJECTED)

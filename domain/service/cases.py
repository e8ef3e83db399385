"""A customer's case: found, stored, ended and told to the order, which it keeps from being completed."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from domain import effects
from domain.access import Viewer
from domain.orders import lifecycle
from domain.orders.history import lock, tell
from domain.service import guards, states
from domain.service.guards import ServiceAction
from domain.service.visible import visible
from kit import clock
from kit.errors import Refused
from models.database import persistent
from models.orders import Order
from models.service import ServiceCase, ServiceCaseLine, ServiceLineState, ServiceState

DUE = "service.due"
LONGEST_NOTE = 1000
LONGEST_EXPLANATION = 500


async def locked(viewer: Viewer, case_id: UUID) -> tuple[Order, ServiceCase]:
    """The order first, then the case, both locked; NOT_FOUND where the viewer may not see it."""
    seen = await visible(viewer).filter(id=case_id).first()
    if seen is None:
        raise Refused("NOT_FOUND", path=("caseId",), what="after-sales case")
    order = await lock(viewer, seen.order_id)
    return order, await ServiceCase.filter(id=seen.id).select_for_update().get()


async def lines_of(case: ServiceCase, *among: ServiceLineState) -> list[ServiceCaseLine]:
    """The lines of a case, of these states when any are named."""
    lines = ServiceCaseLine.filter(case_id=case.id).order_by("position")
    return await (lines.filter(state__in=among) if among else lines)


async def save(case: ServiceCase) -> None:
    """Store a locked case as its next version."""
    case.version += 1
    await case.save()


async def keep_time(case: ServiceCase) -> None:
    """Have somebody look when the time for the next step is over; nobody when there is none."""
    if case.due_at is None:
        await effects.never(DUE, case.id)
    else:
        await effects.at(DUE, case.id, case.due_at)


async def wait(case: ServiceCase, state: ServiceState, until: datetime) -> None:
    """A locked case has a next step to be done. The caller tells the order."""
    states.move(case, state)
    case.due_at, case.escalated_at = until, None
    await save(case)
    await keep_time(case)


async def end(viewer: Viewer, order: Order, case: ServiceCase, state: ServiceState) -> None:
    """Put a locked case into a state in which nothing is to be done. The caller tells the order."""
    states.move(case, state)
    case.ended_at, case.due_at = clock.now(), None
    await save(case)
    await keep_time(case)
    await lifecycle.case_closed(viewer, order)


async def mark(lines: Collection[ServiceCaseLine], state: ServiceLineState) -> None:
    """All these lines stand there now."""
    for line in lines:
        line.state = state
        await line.save(update_fields=["state"])


@persistent
async def cancel(viewer: Viewer, case_id: UUID) -> ServiceCase:
    """The customer does not ask for it any more. The order goes on, and the same can be asked for again in time."""
    async with viewer.market.change():
        order, case = await locked(viewer, case_id)
        guards.check(viewer, order, case, ServiceAction.CANCEL)
        await mark(await lines_of(case, *states.PENDING), ServiceLineState.GIVEN_UP)
        await end(viewer, order, case, ServiceState.CANCELED)
        await tell(viewer, order, kind="service_case.canceled", data=facts(case))
        return case


async def finish(viewer: Viewer, order: Order, case: ServiceCase) -> None:
    """Nothing of a locked case is left to be done: it ends as its lines say, and its order and customer are told."""
    lines = await lines_of(case)
    against = [line for line in lines if line.state in states.AGAINST]
    is_given = any(line.state == ServiceLineState.SETTLED for line in lines)
    may_appeal = against and case.appealed_at is None
    days = viewer.market.policy.service_appeal_days
    case.appeal_by = clock.now() + timedelta(days=days) if may_appeal else None
    await end(viewer, order, case, ServiceState.RESOLVED if is_given else ServiceState.REJECTED)
    await effects.soon("notice.service_settled" if is_given else "notice.service_rejected", order.id)
    kind = "service_case.resolved" if is_given else "service_case.rejected"
    await tell(viewer, order, kind=kind, data=await outcome(case))


async def look_at(viewer: Viewer, case_id: UUID) -> None:
    """The time for the next step is over: what the shop owes is escalated, a customer who did not send anything is
    waited for no longer. Does nothing when it was done."""
    async with viewer.market.change():
        order, case = await locked(viewer, case_id)
        now = clock.now()
        if case.due_at is None or now < case.due_at or case.escalated_at is not None:
            return
        if case.state == ServiceState.AWAITING_GOODS:
            await mark(await lines_of(case, *states.PENDING), ServiceLineState.GIVEN_UP)
            await end(viewer, order, case, ServiceState.CLOSED)
            await effects.soon("notice.service_closed", order.id)
            await tell(viewer, order, kind="service_case.closed", data=facts(case))
            return
        case.escalated_at = now
        await save(case)
        await tell(viewer, order, kind="service_case.escalated", data=facts(case))


async def outcome(case: ServiceCase) -> dict[str, object]:
    """What an event says about a decided case: what was given, and what the customer was told."""
    amount = sum(line.amount or 0 for line in await lines_of(case))
    return {**facts(case), "amount": amount, "currency": case.currency, "why": case.explanation}


def facts(case: ServiceCase) -> dict[str, object]:
    """What an event on the order's stream says about a case."""
    return {"service_case_id": str(case.id), "case": case.number, "case_state": case.state.value}

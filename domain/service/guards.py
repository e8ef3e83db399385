"""What can be done with a customer's case now, by whom, until when, and why not: the guards that mutations enforce."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.access import Permission, Viewer
from domain.orders.visible import is_owner
from domain.service import states
from kit import clock
from kit.errors import Refused
from models.orders import Order
from models.service import ServiceCase, ServiceState


class ServiceAction(StrEnum):
    """Something that can be done with a case."""

    CANCEL = "CANCEL"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    SHIP_BACK = "SHIP_BACK"
    INSPECT = "INSPECT"
    APPEAL = "APPEAL"


@dataclass(frozen=True, slots=True)
class Possibility:
    """One action as seen by one viewer at this moment."""

    action: ServiceAction
    refusal: Refused | None
    deadline: datetime | None


def check(viewer: Viewer, order: Order, case: ServiceCase, action: ServiceAction) -> None:
    """Refuse unless `action` is possible now for this viewer. The case is one that the viewer can see."""
    GUARDS[action](viewer, order, case)


def possibilities(viewer: Viewer, order: Order, case: ServiceCase) -> list[Possibility]:
    """Every action with what `check` would say."""
    return [_possibility(viewer, order, case, action) for action in ServiceAction]


def _possibility(viewer: Viewer, order: Order, case: ServiceCase, action: ServiceAction) -> Possibility:
    try:
        check(viewer, order, case, action)
    except Refused as refused:
        return Possibility(action, refused, None)
    return Possibility(action, None, case.appeal_by if action == ServiceAction.APPEAL else case.due_at)


def _check_cancel(viewer: Viewer, order: Order, case: ServiceCase) -> None:
    _check_owner(viewer, order)
    _check_live(case)
    if case.state == ServiceState.GOODS_UNDERWAY:
        raise Refused("GOODS_ON_THEIR_WAY_BACK", path=("caseId",))


def _check_decision(viewer: Viewer, order: Order, case: ServiceCase) -> None:
    viewer.require(Permission.RESOLVE_CASES)
    _check_live(case)
    if case.state not in states.TO_DECIDE:
        raise Refused("CASE_DECIDED", path=("caseId",))
    if case.state == ServiceState.APPEALED and viewer.user_id in (case.decided_by, case.inspected_by):
        raise Refused("DECIDED_BY_YOU", path=("caseId",))


def _check_ship_back(viewer: Viewer, order: Order, case: ServiceCase) -> None:
    if not is_owner(viewer, order):
        viewer.require(Permission.RESOLVE_CASES)
    _check_live(case)
    if case.state != ServiceState.AWAITING_GOODS:
        raise Refused("NO_GOODS_AWAITED", path=("caseId",))
    if case.due_at is not None and clock.now() >= case.due_at:
        raise Refused("SERVICE_TIME_OVER", path=("caseId",), until=case.due_at)


def _check_inspection(viewer: Viewer, order: Order, case: ServiceCase) -> None:
    """Also of goods whose waybill the customer did not tell."""
    if not viewer.may(Permission.SHIP):
        viewer.require(Permission.RESOLVE_CASES)
    _check_live(case)
    if case.state not in states.COMING:
        raise Refused("NO_GOODS_AWAITED", path=("caseId",))


def _check_appeal(viewer: Viewer, order: Order, case: ServiceCase) -> None:
    _check_owner(viewer, order)
    if case.appealed_at is not None:
        raise Refused("APPEALED_BEFORE", path=("caseId",))
    if case.appeal_by is None:
        raise Refused("NOTHING_TO_APPEAL", path=("caseId",))
    if clock.now() >= case.appeal_by:
        raise Refused("SERVICE_TIME_OVER", path=("caseId",), until=case.appeal_by)


def _check_owner(viewer: Viewer, order: Order) -> None:
    if not is_owner(viewer, order):
        raise Refused("FORBIDDEN")


def _check_live(case: ServiceCase) -> None:
    if not states.is_live(case):
        raise Refused("CASE_ENDED", path=("caseId",))


GUARDS: dict[ServiceAction, Callable[[Viewer, Order, ServiceCase], None]] = {
    ServiceAction.CANCEL: _check_cancel,
    ServiceAction.APPROVE: _check_decision,
    ServiceAction.REJECT: _check_decision,
    ServiceAction.SHIP_BACK: _check_ship_back,
    ServiceAction.INSPECT: _check_inspection,
    ServiceAction.APPEAL: _check_appeal,
}

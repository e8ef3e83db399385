"""What can be done with a customer's case now, by whom, until when, and why not: the guards that mutations enforce."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.access import Viewer
from domain.orders.visible import is_owner
from domain.service import states
from kit.errors import Refused
from models.orders import Order
from models.service import ServiceCase, ServiceState


class ServiceAction(StrEnum):
    """Something that can be done with a case."""

    CANCEL = "CANCEL"


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
    return Possibility(action, None, case.due_at)


def _check_cancel(viewer: Viewer, order: Order, case: ServiceCase) -> None:
    _check_owner(viewer, order)
    _check_live(case)
    if case.state == ServiceState.GOODS_UNDERWAY:
        raise Refused("GOODS_ON_THEIR_WAY_BACK", path=("caseId",))


def _check_owner(viewer: Viewer, order: Order) -> None:
    if not is_owner(viewer, order):
        raise Refused("FORBIDDEN")


def _check_live(case: ServiceCase) -> None:
    if not states.is_live(case):
        raise Refused("CASE_ENDED", path=("caseId",))


GUARDS: dict[ServiceAction, Callable[[Viewer, Order, ServiceCase], None]] = {
    ServiceAction.CANCEL: _check_cancel,
}

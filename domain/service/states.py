"""Which state of a customer's case may follow which."""

from models.service import ServiceCase, ServiceLineState, ServiceState

S = ServiceState
TRANSITIONS: dict[ServiceState, frozenset[ServiceState]] = {
    S.REQUESTED: frozenset({S.AWAITING_GOODS, S.RESOLVED, S.REJECTED, S.CANCELED}),
    S.AWAITING_GOODS: frozenset({S.GOODS_UNDERWAY, S.RESOLVED, S.REJECTED, S.CANCELED, S.CLOSED}),
    S.GOODS_UNDERWAY: frozenset({S.RESOLVED, S.REJECTED}),
    S.APPEALED: frozenset({S.AWAITING_GOODS, S.RESOLVED, S.REJECTED, S.CANCELED}),
    S.RESOLVED: frozenset({S.APPEALED}),
    S.REJECTED: frozenset({S.APPEALED}),
    S.CANCELED: frozenset(),
    S.CLOSED: frozenset(),
}
LIVE = (S.REQUESTED, S.AWAITING_GOODS, S.GOODS_UNDERWAY, S.APPEALED)
TO_DECIDE = (S.REQUESTED, S.APPEALED)
COMING = (S.AWAITING_GOODS, S.GOODS_UNDERWAY)
AGAINST = (ServiceLineState.REJECTED, ServiceLineState.SENT_BACK)
PENDING = (ServiceLineState.REQUESTED, ServiceLineState.APPROVED)


class ForbiddenMove(Exception):
    """Code tried to move a case where the table does not allow it: a bug, since guards come first."""


def is_live(case: ServiceCase) -> bool:
    """Whether something is still to be done about it."""
    return case.state in LIVE


def move(case: ServiceCase, to: ServiceState) -> None:
    """Put a locked case into another state. The caller saves it and tells the order."""
    if to not in TRANSITIONS[case.state]:
        raise ForbiddenMove(f"{case.number}: {case.state} → {to}")
    case.state = to

"""Which state of a case may follow which, and how bad each kind of trouble is."""

from models.aftersales import CaseState, DeliveryCase
from models.fulfillment import Trouble

TRANSITIONS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.OPEN: frozenset({CaseState.CLAIMED, CaseState.RESOLVED, CaseState.CLOSED}),
    CaseState.CLAIMED: frozenset({CaseState.OPEN, CaseState.RESOLVED, CaseState.CLOSED}),
    CaseState.RESOLVED: frozenset(),
    CaseState.CLOSED: frozenset(),
}
LIVE = (CaseState.OPEN, CaseState.CLAIMED)
DELAYS = frozenset({Trouble.LATE_DISPATCH, Trouble.PAST_ESTIMATE, Trouble.NO_SCAN, Trouble.FAILED_ATTEMPTS})


class ForbiddenMove(Exception):
    """Code tried to move a case where the table does not allow it: a bug, since guards come first."""


def is_live(case: DeliveryCase) -> bool:
    """Whether something is still to be done about it."""
    return case.state in LIVE


def move(case: DeliveryCase, to: CaseState) -> None:
    """Put a locked case into another state. The caller saves it and tells the order."""
    if to not in TRANSITIONS[case.state]:
        raise ForbiddenMove(f"{case.number}: {case.state} → {to}")
    case.state = to
    if to not in LIVE:
        case.live_subject = None

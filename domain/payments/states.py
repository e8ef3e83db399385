"""Which state of a payment or a refund may follow which, and what an event says about them."""

from datetime import datetime, timedelta

from kit import clock
from models.payments import Payment, PaymentState, Refund, RefundState

# A provider's word that it has the money is believed whatever we thought before: callbacks come in any order.
TRANSITIONS: dict[PaymentState, frozenset[PaymentState]] = {
    PaymentState.PENDING: frozenset({PaymentState.CAPTURED, PaymentState.FAILED, PaymentState.EXPIRED}),
    PaymentState.FAILED: frozenset({PaymentState.CAPTURED}),
    PaymentState.EXPIRED: frozenset({PaymentState.CAPTURED}),
    PaymentState.CAPTURED: frozenset(),
}

REFUND_TRANSITIONS: dict[RefundState, frozenset[RefundState]] = {
    RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
    RefundState.FAILED: frozenset({RefundState.PENDING, RefundState.SUCCEEDED}),
    RefundState.SUCCEEDED: frozenset(),
}


ASKED_AFTER = timedelta(minutes=1)


class ForbiddenMove(Exception):
    """Code tried to move a payment or a refund where the table does not allow it: a bug, since guards come first."""


def can_become(payment: Payment, to: PaymentState) -> bool:
    """Whether the table allows it."""
    return to in TRANSITIONS[payment.state]


def move(payment: Payment, to: PaymentState) -> None:
    """Put a locked payment into another state. The caller saves it and tells the order."""
    if not can_become(payment, to):
        raise ForbiddenMove(f"{payment.number}: {payment.state} → {to}")
    payment.state = to


def can_end_as(refund: Refund, to: RefundState) -> bool:
    """Whether the table allows it."""
    return to in REFUND_TRANSITIONS[refund.state]


def move_refund(refund: Refund, to: RefundState) -> None:
    """Put a locked refund into another state. The caller saves it and tells the order."""
    if not can_end_as(refund, to):
        raise ForbiddenMove(f"{refund.number}: {refund.state} → {to}")
    refund.state = to


def ask_from() -> datetime:
    """When a provider that has not told the outcome of what is begun now is first asked for it."""
    return clock.now() + ASKED_AFTER


def ask_again(begun_at: datetime, *, longest: timedelta) -> datetime:
    """When it is asked once more: the longer ago it was begun, the longer the pause."""
    now = clock.now()
    return now + min(max(ASKED_AFTER, (now - begun_at) / 2), longest)


def facts(payment: Payment) -> dict[str, object]:
    """What an event on the order's stream says about a payment."""
    return {
        "payment": payment.number,
        "method": payment.method.value,
        "amount": payment.amount,
        "currency": payment.currency,
    }


def refund_facts(refund: Refund) -> dict[str, object]:
    """What an event on the order's stream says about a refund."""
    return {
        "refund": refund.number,
        "reason": refund.reason.value,
        "amount": refund.amount,
        "currency": refund.currency,
    }

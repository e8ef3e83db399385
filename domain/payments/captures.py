"""What a provider's word about a charge does: it pays the order, once, or the money goes back by itself."""

import logging
from uuid import UUID

from adapters.payments.provider import Notice
from domain import effects
from domain.access import Viewer
from domain.orders import lifecycle, risk_checks
from domain.orders.history import lock, move, tell
from domain.payments import claims, ledger, refunds, states
from kit import clock
from models.delivery import DeliveryMode
from models.orders import Order, OrderState
from models.payments import Payment, PaymentPurpose, PaymentState, RefundReason

log = logging.getLogger("jishi.payments")

LONGEST_NUMBER = 20  # characters of a payment's or refund's number; the database is not asked for longer ones


async def capture(viewer: Viewer, notice: Notice, *, provider: str) -> str:
    """The provider has the money of a charge. Never credits it twice; gives what was made of it, for the record."""
    found = await _locked(viewer, notice, provider=provider)
    if found is None:
        await set_aside(notice, provider=provider, order_id=None)
        return "unknown charge"
    order, payment = found
    if payment.state == PaymentState.CAPTURED:
        return "captured before"
    if (notice.amount, notice.currency) != (payment.amount, payment.currency):
        await set_aside(notice, provider=provider, order_id=order.id)
        await reject(viewer, order, notice, states.facts(payment))
        return "wrong amount"
    payment.provider_reference, payment.failure = notice.reference, ""
    if notice.payer:
        payment.payer = notice.payer
    return await credit(viewer, order, payment)


async def fail(viewer: Viewer, notice: Notice, *, provider: str) -> str:
    """The provider could not take the money. The order stays payable with another attempt."""
    found = await _locked(viewer, notice, provider=provider)
    if found is None:
        return "unknown charge"
    order, payment = found
    if not states.can_become(payment, PaymentState.FAILED):
        return "overtaken"
    states.move(payment, PaymentState.FAILED)
    payment.failure, payment.ask_at = notice.failure, None
    await payment.save(update_fields=["state", "failure", "ask_at"])
    await tell(
        viewer,
        order,
        kind="payment.failed",
        cause=notice.failure,
        data={**states.facts(payment), "why": notice.failure},
    )
    return "failed"


async def set_aside(notice: Notice, *, provider: str, order_id: UUID | None, sign: int = 1) -> None:
    """Book money that fits nothing of ours, and call somebody's attention to it. It is never counted as paid."""
    log.error("%s reports money that fits nothing of ours: notice %s", provider, notice.notice_id)
    await ledger.book_set_aside(
        f"notice:{provider}:{notice.notice_id}",
        order_id=order_id,
        currency=notice.currency,
        amount=sign * notice.amount,
    )


async def _locked(viewer: Viewer, notice: Notice, *, provider: str) -> tuple[Order, Payment] | None:
    """The order first, then the attempt: everybody takes these locks in this order."""
    if len(notice.request_key) > LONGEST_NUMBER:
        return None
    payment = await Payment.get_or_none(number=notice.request_key, provider=provider)
    if payment is None:
        return None
    order = await lock(viewer, payment.order_id)
    return order, await Payment.filter(id=payment.id).select_for_update().get()


async def credit(viewer: Viewer, order: Order, payment: Payment) -> str:
    """The amount of a locked payment has come: it pays for its locked order, or is sent back."""
    states.move(payment, PaymentState.CAPTURED)
    payment.captured, payment.captured_at, payment.ask_at = payment.amount, clock.now(), None
    if payment.purpose != PaymentPurpose.ORDER:
        return await claims.credit(viewer, order, payment)
    order.captured += payment.amount
    came_from = order.state
    payment.is_late = came_from != OrderState.PENDING_PAYMENT
    fits = payment.amount == order.total  # the order may have been changed since the attempt was started
    payment.is_applied = fits and (not payment.is_late or await lifecycle.revive(viewer, order))
    await payment.save()
    await ledger.book_capture(payment)
    captured = {**states.facts(payment), "applied": payment.is_applied}
    if not payment.is_applied:
        await tell(viewer, order, kind="payment.captured", data=captured)
        await refunds.give_back(viewer, order, payment, reason=_reason(came_from))
        return f"refused: the order is {came_from.value}"
    if payment.is_late:
        await tell(viewer, order, kind="payment.captured", data=captured)
        await move(viewer, order, OrderState.PAID, kind="order.revived", cause="late payment")
    else:
        await move(viewer, order, OrderState.PAID, kind="payment.captured", data=captured)
    await effects.never("order.expire", order.id)
    if order.delivery_mode == DeliveryMode.COURIER:
        await effects.soon("courier.offer", order.id)
    await effects.soon("payment.expire_attempts", order.id)  # the other ones: nobody should pay them now
    await risk_checks.check_paid(viewer, order, payer=payment.payer or "")
    return "late" if payment.is_late else "captured"


def _reason(state: OrderState) -> RefundReason:
    if state == OrderState.PENDING_PAYMENT:
        return RefundReason.CLAIM_GONE
    gone = (OrderState.EXPIRED, OrderState.CANCELED)
    return RefundReason.LATE_PAYMENT if state in gone else RefundReason.PAID_TWICE


async def reject(viewer: Viewer, order: Order, notice: Notice, facts: dict[str, object]) -> None:
    """Write down that a provider reports another amount than the payment or refund has that `facts` tell of."""
    await tell(
        viewer,
        order,
        kind="payment.rejected",
        cause="the provider reports another amount",
        data={**facts, "reported": notice.amount, "reported_currency": notice.currency},
    )

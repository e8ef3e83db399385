"""Money for more than the order as it was placed: the difference of a change, a tip for the courier."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from domain import effects
from domain.access import Viewer
from domain.orders.history import lock, tell
from domain.orders.states import FINAL
from domain.payments import ledger, refunds, states
from domain.payments.providers import PROVIDER_OF
from kit import clock, ids
from models.orders import Order, OrderState
from models.payments import Payment, PaymentMethod, PaymentPurpose, PaymentScene, PaymentState, RefundReason

PAID: Mapping[PaymentPurpose, str] = {
    PaymentPurpose.DIFFERENCE: "order.difference_paid",
    PaymentPurpose.TIP: "fulfillment.tip_paid",
}  # the effect whose handler makes something of the money, by the claim's key


async def start(
    viewer: Viewer,
    order: Order,
    *,
    purpose: PaymentPurpose,
    claim_id: UUID,
    amount: int,
    method: PaymentMethod,
    scene: PaymentScene,
    expires_at: datetime,
) -> Payment:
    """Write down an attempt to pay a claim on a locked order. `attempts.open_with_provider` opens it afterwards."""
    payment = await Payment.create(
        order_id=order.id,
        number=f"P{ids.readable(12)}",
        provider=PROVIDER_OF[method],
        method=method,
        scene=scene,
        purpose=purpose,
        claim_id=claim_id,
        currency=order.currency,
        amount=amount,
        created_at=clock.now(),
        expires_at=expires_at,
        ask_at=states.ask_from(),
    )
    await tell(viewer, order, kind="payment.created", data=states.facts(payment))
    return payment


async def credit(viewer: Viewer, order: Order, payment: Payment) -> str:
    """The money of a locked claim has come, its order is locked. Whoever made the claim hears of it by an effect.

    A difference is part of the order's money, a tip the courier's. For an order that is over a difference goes back.
    """
    if payment.purpose == PaymentPurpose.DIFFERENCE:
        order.captured += payment.amount
        payment.is_late = order.state in {*FINAL, OrderState.EXPIRED, OrderState.RECEIVED}
    payment.is_applied = not payment.is_late
    await payment.save()
    await ledger.book_capture(payment)
    await tell(viewer, order, kind="payment.captured", data={**states.facts(payment), "applied": payment.is_applied})
    if not payment.is_applied:
        await refunds.give_back(viewer, order, payment, reason=RefundReason.CLAIM_GONE)
        return f"refused: the order is {order.state.value}"
    if payment.claim_id is not None:
        await effects.soon(PAID[payment.purpose], payment.claim_id)
    return "captured"


async def give_back(viewer: Viewer, payment_id: UUID) -> None:
    """The claim stood no longer when its money came: send it back. Does nothing the second time."""
    payment = await Payment.get(id=payment_id)
    async with viewer.market.change():
        order = await lock(viewer, payment.order_id)
        payment = await Payment.filter(id=payment_id).select_for_update().get()
        if payment.state == PaymentState.CAPTURED and payment.captured > payment.refunded:
            await refunds.give_back(viewer, order, payment, reason=RefundReason.CLAIM_GONE)


async def paid(claim_id: UUID) -> list[UUID]:
    """The payments whose money came for a claim and has not gone back, oldest first."""
    payments = Payment.filter(claim_id=claim_id, state=PaymentState.CAPTURED, is_applied=True)
    return [payment.id for payment in await payments.order_by("id") if payment.captured > payment.refunded]


async def drop(viewer: Viewer, claim_id: UUID) -> None:
    """The claim stands no longer: give up the attempts to pay it. Does nothing the second time."""
    attempt = await Payment.filter(claim_id=claim_id, state=PaymentState.PENDING).first()
    if attempt is None:
        return
    async with viewer.market.change():
        await expire(viewer, await lock(viewer, attempt.order_id), claim_id)


async def expire(viewer: Viewer, order: Order, claim_id: UUID) -> None:
    """Give up the attempts to pay a claim on a locked order. One that is paid all the same goes back by itself."""
    pending = Payment.filter(order_id=order.id, claim_id=claim_id, state=PaymentState.PENDING)
    for payment in await pending.order_by("id").select_for_update():
        await give_up(viewer, order, payment)


async def give_up(viewer: Viewer, order: Order, payment: Payment) -> None:
    """The time of a locked attempt to pay is over, that of its locked order or that of its claim."""
    states.move(payment, PaymentState.EXPIRED)
    payment.ask_at = clock.now()  # its provider is to close it
    await payment.save(update_fields=["state", "ask_at"])
    await tell(viewer, order, kind="payment.expired", data=states.facts(payment))

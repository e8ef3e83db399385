"""A refund on its way: asked of the provider outside any transaction, ended by its word, retried when it refuses."""

import logging
from datetime import timedelta
from uuid import UUID

from adapters.payments.provider import Notice, NoticeKind, PaymentProvider, ProviderError, ProviderRefused
from domain import effects, idempotency
from domain.access import Permission, Viewer
from domain.orders.history import lock, tell
from domain.payments import ledger, states
from domain.payments.attempts import notify_url
from domain.payments.captures import LONGEST_NUMBER, reject, set_aside
from domain.payments.visible import visible_refunds
from kit import clock
from kit.errors import Refused
from models.orders import Order
from models.payments import PaymentMethod, Refund, RefundState

log = logging.getLogger("jishi.payments")

LONGEST_PAUSE = timedelta(hours=1)


async def send(viewer: Viewer, refund_id: UUID) -> None:
    """Ask the provider for a promised refund. Asking twice is harmless: the key of an attempt stays the same."""
    refund = await Refund.get(id=refund_id).select_related("payment")
    if refund.state != RefundState.PENDING or refund.provider_reference is not None:
        return
    payment = refund.payment
    try:
        reference = await _provider(viewer, payment.provider).refund(
            request_key=request_key(refund),
            charge_reference=payment.provider_reference or "",
            charge_amount=payment.captured,
            amount=refund.amount,
            currency=refund.currency,
            notify_url=notify_url(viewer, payment.provider),
            now=clock.now(),
        )
    except ProviderRefused as refused:
        await _refused(viewer, refund, why=str(refused))
        return
    except ProviderError as error:  # however long it stays away, the money is owed: this is never given up
        log.warning("%s could not be asked for refund %s: %s", payment.provider, refund.number, error)
        again_at = states.ask_again(refund.created_at, longest=LONGEST_PAUSE)
        await effects.at("payment.send_refund", refund.id, again_at)
        return
    await Refund.filter(id=refund.id, attempt=refund.attempt).update(
        provider_reference=reference, ask_at=states.ask_from()
    )
    if payment.method == PaymentMethod.EXTERNAL:
        await _settled(viewer, refund, provider=payment.provider, reference=reference)


def _provider(viewer: Viewer, code: str) -> PaymentProvider:
    """Whoever took the money; one that is no longer connected may be again."""
    provider = viewer.market.providers.get(code)
    if provider is None:
        raise ProviderError("not connected")
    return provider


async def _settled(viewer: Viewer, refund: Refund, *, provider: str, reference: str) -> None:
    """A marketplace does not call back: what it was told to give back has gone with its settlement."""
    notice = Notice(
        notice_id=reference,
        kind=NoticeKind.REFUNDED,
        request_key=request_key(refund),
        reference=reference,
        amount=refund.amount,
        currency=refund.currency,
        occurred_at=clock.now(),
    )
    async with viewer.market.change():
        await succeed(viewer, notice, provider=provider)


async def succeed(viewer: Viewer, notice: Notice, *, provider: str) -> str:
    """The provider has given money back."""
    found = await _locked(viewer, notice, provider=provider)
    if found is None:
        await set_aside(notice, provider=provider, order_id=None, sign=-1)
        return "unknown refund"
    order, refund = found
    if refund.state == RefundState.SUCCEEDED:
        if notice.reference == refund.provider_reference:
            return "refunded before"
        await set_aside(notice, provider=provider, order_id=order.id, sign=-1)  # an attempt that had been given up
        return "refunded twice"
    if (notice.amount, notice.currency) != (refund.amount, refund.currency):
        await set_aside(notice, provider=provider, order_id=order.id, sign=-1)
        await reject(viewer, order, notice, states.refund_facts(refund))
        return "wrong amount"
    states.move_refund(refund, RefundState.SUCCEEDED)
    refund.succeeded_at, refund.provider_reference, refund.failure = clock.now(), notice.reference, ""
    refund.ask_at = None
    await refund.save()
    await ledger.book_refund_paid(refund)
    await effects.never("payment.retry_refund", refund.id)
    await tell(viewer, order, kind="refund.succeeded", data=states.refund_facts(refund))
    return "refunded"


async def fail(viewer: Viewer, notice: Notice, *, provider: str) -> str:
    """The provider could not give money back. It stays promised, and the provider is asked again later."""
    found = await _locked(viewer, notice, provider=provider)
    if found is None:
        return "unknown refund"
    order, refund = found
    is_stale = notice.request_key != request_key(refund)  # of an attempt that was followed by another
    if is_stale or not states.can_end_as(refund, RefundState.FAILED):
        return "overtaken"
    await _fail(viewer, order, refund, why=notice.failure)
    return "refund failed"


async def retry(viewer: Viewer, refund_id: UUID, *, idempotency_key: str) -> Refund:
    """Ask the provider anew for a refund that has failed."""
    viewer.require(Permission.REFUND)

    async def work() -> UUID:
        order, refund = await _visible(viewer, refund_id)
        if refund.state != RefundState.FAILED:
            raise Refused("REFUND_NOT_FAILED", path=("refundId",))
        await _ask_anew(viewer, order, refund)
        return refund.id

    done = await idempotency.once(viewer, "refundRetry", idempotency_key, asked={"refund": refund_id}, work=work)
    return await Refund.get(id=done)


async def retry_by_itself(viewer: Viewer, refund_id: UUID) -> None:
    """The pause after a refusal is over. Does nothing when somebody was quicker or it was tried often enough."""
    async with viewer.market.change():
        order, refund = await _visible(viewer, refund_id)
        if refund.state == RefundState.FAILED and refund.attempt < viewer.market.policy.refund_attempts:
            await _ask_anew(viewer, order, refund)


async def _ask_anew(viewer: Viewer, order: Order, refund: Refund) -> None:
    states.move_refund(refund, RefundState.PENDING)
    refund.attempt += 1
    refund.provider_reference, refund.failure = None, ""
    await refund.save()
    await effects.soon("payment.send_refund", refund.id)
    await effects.never("payment.retry_refund", refund.id)
    await tell(viewer, order, kind="refund.requested", cause="again", data=states.refund_facts(refund))


async def _refused(viewer: Viewer, sent: Refund, *, why: str) -> None:
    async with viewer.market.change():
        order, refund = await _visible(viewer, sent.id)
        if refund.attempt == sent.attempt and states.can_end_as(refund, RefundState.FAILED):
            await _fail(viewer, order, refund, why=why)


async def _fail(viewer: Viewer, order: Order, refund: Refund, *, why: str) -> None:
    states.move_refund(refund, RefundState.FAILED)
    refund.failure, refund.ask_at = why[:60], None
    await refund.save(update_fields=["state", "failure", "ask_at"])
    if refund.attempt < viewer.market.policy.refund_attempts:
        pause = timedelta(minutes=viewer.market.policy.refund_retry_minutes)
        await effects.at("payment.retry_refund", refund.id, clock.now() + pause)
    await tell(viewer, order, kind="refund.failed", cause=why, data={**states.refund_facts(refund), "why": why})


def request_key(refund: Refund) -> str:
    """By what the provider knows the present attempt to give it back."""
    return refund.number if refund.attempt == 1 else f"{refund.number}-{refund.attempt}"


async def _visible(viewer: Viewer, refund_id: UUID) -> tuple[Order, Refund]:
    """The order first, then the refund, both locked."""
    refund = await visible_refunds(viewer).filter(id=refund_id).first()
    if refund is None:
        raise Refused("NOT_FOUND", path=("refundId",), what="refund")
    order = await lock(viewer, refund.order_id)
    refund = await Refund.filter(id=refund.id).select_for_update().get()
    if refund.order_id != order.id:  # its order was merged into another one while we waited
        order = await lock(viewer, refund.order_id)
    return order, refund


async def _locked(viewer: Viewer, notice: Notice, *, provider: str) -> tuple[Order, Refund] | None:
    number = notice.request_key.partition("-")[0]
    if len(number) > LONGEST_NUMBER:
        return None
    refund = await Refund.filter(number=number, payment__provider=provider).first()
    return None if refund is None else await _visible(viewer, refund.id)

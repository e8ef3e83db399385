"""Attempts to pay: opening one with a provider, and giving up those whose time is over."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from adapters.payments.provider import ProviderError, ProviderRefused, Way
from domain import idempotency
from domain.access import Viewer
from domain.orders import actions
from domain.orders.actions import Action
from domain.orders.history import lock, tell
from domain.payments import captures, claims, providers, states
from kit import clock, ids
from kit.errors import Refused
from models.orders import Order, OrderState
from models.payments import Payment, PaymentMethod, PaymentPurpose, PaymentScene, PaymentState

LONGEST_URL = 500


async def create(
    viewer: Viewer,
    order_id: UUID,
    *,
    method: PaymentMethod,
    idempotency_key: str,
    return_url: str = "",
    scene: PaymentScene | None = None,
    payer_id: str = "",
) -> Payment:
    """Start an attempt to pay the whole order and open it with the provider; gives it with what it is paid by.

    Where the provider does not answer, the attempt is kept and the same call may be repeated under the same key.
    """
    check_return_url(return_url)
    way = providers.way(viewer, method, scene=scene, payer_id=payer_id)
    payment_id = await idempotency.once(
        viewer,
        "paymentCreate",
        idempotency_key,
        asked={"order": order_id, "method": method, "return_url": return_url, "scene": scene, "payer_id": payer_id},
        work=lambda: _start(viewer, order_id, method=method, way=way),
    )
    return await open_with_provider(viewer, payment_id, return_url=return_url, way=way)


@dataclass(frozen=True, slots=True)
class Claim:
    """Money for more than the order as it was placed: for what, and how many minor units."""

    purpose: PaymentPurpose
    id: UUID
    amount: int

    @property
    def operation(self) -> str:
        """Names it in idempotency records."""
        return f"paymentCreate:{self.purpose}"

    def asked(self, method: PaymentMethod, return_url: str) -> dict[str, object]:
        """What has to be the same when a key comes again."""
        return {"claim": self.id, "amount": self.amount, "method": method, "return_url": return_url}


async def is_known(viewer: Viewer, claim: Claim, *, method: PaymentMethod, key: str, return_url: str) -> bool:
    """Whether it was started before under the same key; then it does not matter whether it could be started now."""
    asked = claim.asked(method, return_url)
    return await idempotency.answered(viewer, claim.operation, key, asked=asked) is not None


async def create_for_claim(
    viewer: Viewer,
    order_id: UUID,
    claim: Claim,
    *,
    method: PaymentMethod,
    expires_at: datetime,
    key: str,
    return_url: str = "",
) -> Payment:
    """Start an attempt to pay a claim on an order that the viewer may see; the caller has checked that it may be."""
    check_return_url(return_url)
    way = providers.way(viewer, method)

    async def work() -> UUID:
        order = await lock(viewer, order_id)
        started = await claims.start(
            viewer,
            order,
            purpose=claim.purpose,
            claim_id=claim.id,
            amount=claim.amount,
            method=method,
            scene=way.scene,
            expires_at=expires_at,
        )
        return started.id

    asked = claim.asked(method, return_url)
    payment_id = await idempotency.once(viewer, claim.operation, key, asked=asked, work=work)
    return await open_with_provider(viewer, payment_id, return_url=return_url, way=way)


def check_return_url(url: str) -> None:
    if not url:
        return
    if len(url) > LONGEST_URL:
        raise Refused("TOO_LONG", path=("returnUrl",), maximum=LONGEST_URL)
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web or not url.isprintable() or " " in url:
        raise Refused("INVALID_INPUT", path=("returnUrl",), why="an http or https address is needed")


async def _start(viewer: Viewer, order_id: UUID, *, method: PaymentMethod, way: Way) -> UUID:
    order = await lock(viewer, order_id)
    actions.check(viewer, order, Action.PAY)
    order.payment_attempts += 1
    payment = await Payment.create(
        order_id=order.id,
        number=f"P{ids.readable(12)}",
        provider=providers.PROVIDER_OF[method],
        method=method,
        scene=way.scene,
        currency=order.currency,
        amount=order.total,
        created_at=clock.now(),
        expires_at=order.pay_by,
        ask_at=states.ask_from(),
    )
    await tell(viewer, order, kind="payment.created", data=states.facts(payment))
    if payment.amount == 0:  # a coupon pays for all of it: there is nothing to ask a provider for
        await captures.credit(viewer, order, payment)
    return payment.id


async def open_with_provider(viewer: Viewer, payment_id: UUID, *, return_url: str, way: Way) -> Payment:
    """Have the provider open a charge for an attempt; gives it with what it is paid by. May be repeated."""
    payment = await Payment.get(id=payment_id).select_related("order")
    if payment.pay_url or payment.pay_code or payment.state != PaymentState.PENDING:
        return payment
    try:
        charge = await viewer.market.providers[payment.provider].open_charge(
            request_key=payment.number,
            amount=payment.amount,
            currency=payment.currency,
            title=payment.order.number,
            return_url=return_url,
            notify_url=notify_url(viewer, payment.provider),
            now=clock.now(),
            expires_at=payment.expires_at,
            way=way,
        )
    except (ProviderError, ProviderRefused) as error:
        raise Refused("PROVIDER_UNAVAILABLE", path=("method",), retryable=True) from error
    still_open = Payment.filter(id=payment.id, state=PaymentState.PENDING)  # its callback may have been quicker
    await still_open.update(provider_reference=charge.reference, pay_url=charge.pay_url, pay_code=charge.pay_code)
    return await Payment.get(id=payment.id)


def notify_url(viewer: Viewer, provider: str) -> str:
    """Where a provider calls back."""
    return f"{viewer.market.policy.url}/webhooks/{provider}"


async def expire(viewer: Viewer, order_id: UUID) -> None:
    """Give up the attempts of an order that no longer waits for their money. One that is paid all the same is late.

    An order that was changed waits for another amount: attempts over the old one are given up.
    """
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        for payment in await pending(order):
            if order.state == OrderState.PENDING_PAYMENT and payment.amount == order.total:
                continue
            await claims.give_up(viewer, order, payment)


async def pending(order: Order) -> list[Payment]:
    """Attempts to pay a locked order whose outcome nobody knows yet, locked. Claims have their own time."""
    waiting = Payment.filter(order_id=order.id, state=PaymentState.PENDING, purpose=PaymentPurpose.ORDER)
    return await waiting.order_by("id").select_for_update()

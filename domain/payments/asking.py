"""Asks providers what became of money whose outcome is unknown: a callback may be lost, an answer may never come.

A payment or a refund is asked about from a minute after it was opened, with pauses that grow with its age, until its
provider has told the outcome. What it tells is applied like its callback, so that neither counts twice.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from adapters.payments.provider import Notice, ProviderError, ProviderRefused
from domain.market import Market
from domain.payments import sending, states, webhooks
from kit import clock
from models.payments import Payment, PaymentState, Refund, RefundState

log = logging.getLogger("jishi.payments")

AT_ONCE = 100
LONGEST_PAUSE = timedelta(hours=6)
LATE_MONEY = timedelta(days=1)  # so long after its time an attempt that could not be closed is asked about

Ask = Callable[[], Awaitable[Notice | None]]


async def ask_all(market: Market) -> int:
    """Ask about everything that is due; gives how many outcomes became known."""
    now, known = clock.now(), 0
    for payment in await Payment.filter(ask_at__lte=now).order_by("ask_at", "id").limit(AT_ONCE):
        known += await about_payment(market, payment)
    for refund in (
        await Refund.filter(ask_at__lte=now).order_by("ask_at", "id").limit(AT_ONCE).select_related("payment")
    ):
        known += await about_refund(market, refund)
    return known


async def about_payment(market: Market, payment: Payment) -> bool:
    """Ask what became of an attempt; one whose time is over is closed first. Gives whether its outcome is known."""
    now = clock.now()
    if payment.state in (PaymentState.CAPTURED, PaymentState.FAILED):
        await _known(payment)
        return False
    provider = market.providers.get(payment.provider)
    reference = payment.provider_reference or ""
    if provider is None:
        await _ask_later(payment)
        return False
    if payment.state == PaymentState.EXPIRED or payment.expires_at <= now:
        try:
            await provider.close_charge(request_key=payment.number, reference=reference, now=now)
        except ProviderRefused:
            pass  # it was paid, or was never opened: the question below tells which
        except ProviderError as error:
            log.warning("%s could not be asked to close %s: %s", payment.provider, payment.number, error)
    found = await _asked(
        market,
        payment,
        lambda: provider.find_charge(request_key=payment.number, reference=reference, now=now),
    )
    is_over = payment.expires_at + LATE_MONEY <= now
    if found or is_over:
        await _known(payment)
    return found


async def about_refund(market: Market, refund: Refund) -> bool:
    """Ask what became of a refund on its way; gives whether its outcome is known."""
    now = clock.now()
    if refund.state != RefundState.PENDING:
        await _known(refund)
        return False
    provider = market.providers.get(refund.payment.provider)
    if provider is None:
        await _ask_later(refund)
        return False
    key, reference = sending.request_key(refund), refund.provider_reference or ""
    charge = refund.payment.provider_reference or ""
    found = await _asked(
        market,
        refund,
        lambda: provider.find_refund(request_key=key, reference=reference, charge_reference=charge, now=now),
    )
    if found:
        await _known(refund)
    return found


async def _asked(market: Market, row: Payment | Refund, ask: Ask) -> bool:
    """Whether the provider has told an outcome, which is applied then. Whatever it says, it is not asked again soon."""
    code = row.provider if isinstance(row, Payment) else row.payment.provider
    await _ask_later(row)
    try:
        notice = await ask()
    except ProviderError as error:
        log.warning("%s could not be asked about %s: %s", code, row.number, error)
        return False
    except ProviderRefused as refused:
        log.info("%s knows nothing of %s that would count: %s", code, row.number, refused)
        return isinstance(row, Payment) and row.state == PaymentState.EXPIRED
    if notice is None:
        return False
    outcome = await webhooks.apply(market, notice, provider=code)
    log.info("%s was asked about %s: %s, %s", code, row.number, notice.kind.value, outcome)
    return True


async def _ask_later(row: Payment | Refund) -> None:
    await type(row).filter(id=row.id).update(ask_at=states.ask_again(row.created_at, longest=LONGEST_PAUSE))


async def _known(row: Payment | Refund) -> None:
    await type(row).filter(id=row.id).update(ask_at=None)

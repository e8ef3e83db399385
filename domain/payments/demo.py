"""What an explorer may have the payment simulator do, without opening its page. Demo mode only."""

from uuid import UUID

from adapters.payments.simulator import ChargeClosed, ChargeExpired, Outcome, PaymentSimulator
from domain.access import Viewer
from domain.payments.visible import visible
from kit.errors import Refused
from kit.validate import clean_text
from models.payments import Payment

LONGEST_DELAY = 86_400 * 30  # seconds
LONGEST_PAYER = 60


async def simulate(
    viewer: Viewer, payment_id: UUID, outcome: Outcome, *, delay_seconds: int = 0, payer: str = ""
) -> Payment:
    """Let `outcome` happen to a payment at the provider; the market learns of it from the callback, later."""
    if not viewer.market.policy.demo:
        raise Refused("DEMO_ONLY")
    if not 0 <= delay_seconds <= LONGEST_DELAY:
        raise Refused("OUT_OF_RANGE", path=("delaySeconds",), minimum=0, maximum=LONGEST_DELAY)
    named = clean_text(payer, path=("payer",), maximum=LONGEST_PAYER)
    payment = await visible(viewer).filter(id=payment_id).first()
    if payment is None:
        raise Refused("NOT_FOUND", path=("paymentId",), what="payment")
    provider = viewer.market.providers.get(payment.provider)
    if not isinstance(provider, PaymentSimulator):
        raise Refused("DEMO_ONLY")
    try:
        await provider.pay(payment.provider_reference or "", outcome, delay_seconds=delay_seconds, payer=named)
    except (ChargeClosed, LookupError):
        raise Refused("PAYMENT_CLOSED", path=("paymentId",)) from None
    except ChargeExpired:
        raise Refused("PAYMENT_TIME_OVER", path=("paymentId",)) from None
    return payment

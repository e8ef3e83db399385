"""What happens to money by itself: callbacks of the simulator, refunds that are sent, attempts that expire."""

from uuid import UUID

from adapters.payments.simulator import DELIVER, PaymentSimulator
from domain import effects
from domain.access import system
from domain.market import Market
from domain.payments import attempts, claims, refunds, sending


async def deliver(market: Market, notice_id: UUID) -> None:
    """The simulator's turn to call back. It plans its own retries, as another company would."""
    simulator = market.providers.get(PaymentSimulator.code)
    if not isinstance(simulator, PaymentSimulator):
        return
    again = await simulator.deliver(notice_id)
    if again is not None:
        await effects.at(DELIVER, notice_id, again)


async def send_refund(market: Market, refund_id: UUID) -> None:
    await sending.send(system(market), refund_id)


async def retry_refund(market: Market, refund_id: UUID) -> None:
    await sending.retry_by_itself(system(market), refund_id)


async def settle_canceled(market: Market, order_id: UUID) -> None:
    await refunds.settle_canceled(system(market), order_id)


async def settle_dropped(market: Market, order_id: UUID) -> None:
    await refunds.settle_dropped(system(market), order_id)


async def return_claim(market: Market, payment_id: UUID) -> None:
    await claims.give_back(system(market), payment_id)


async def drop_claim(market: Market, claim_id: UUID) -> None:
    await claims.drop(system(market), claim_id)


async def expire_attempts(market: Market, order_id: UUID) -> None:
    await attempts.expire(system(market), order_id)


async def recognize(market: Market, order_id: UUID) -> None:
    await refunds.recognize(system(market), order_id)


HANDLERS = {
    DELIVER: deliver,
    "payment.send_refund": send_refund,
    "payment.retry_refund": retry_refund,
    "payment.settle_canceled": settle_canceled,
    "payment.settle_dropped": settle_dropped,
    "payment.return_claim": return_claim,
    "payment.drop_claim": drop_claim,
    "payment.expire_attempts": expire_attempts,
    "payment.recognize": recognize,
}

"""Money that a marketplace has taken for an order it sold: booked at once, under the marketplace's own reference."""

from adapters.payments.external import ExternalPayments
from domain.access import Viewer
from domain.orders.history import lock
from domain.payments import captures
from kit import clock, ids
from models.orders import Order
from models.payments import Payment, PaymentMethod


async def settle(viewer: Viewer, order: Order, reference: str, payer: str) -> None:
    """Write down the payment of an order in the caller's transaction. Its reference is unique within the channel."""
    locked = await lock(viewer, order.id)
    payment = await Payment.create(
        order_id=locked.id,
        number=f"P{ids.readable(12)}",
        provider=ExternalPayments.code,
        method=PaymentMethod.EXTERNAL,
        currency=locked.currency,
        amount=locked.total,
        provider_reference=f"{order.channel}:{reference}",
        payer=payer or None,
        created_at=clock.now(),
        expires_at=locked.pay_by,
    )
    await captures.credit(viewer, locked, payment)

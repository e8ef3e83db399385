"""The difference of a change: paid by the buyer while the change waits for it."""

from uuid import UUID

from domain.access import Viewer
from domain.orders import changes
from domain.payments import attempts
from kit import clock
from models.orders import OrderChangeRequest
from models.payments import Payment, PaymentMethod, PaymentPurpose


async def pay(
    viewer: Viewer, change_id: UUID, *, method: PaymentMethod, key: str, return_url: str = ""
) -> tuple[OrderChangeRequest, Payment]:
    """Start paying it; gives the change, and the attempt with the address to pay at. The same key gives the same
    attempt, also when the change has been paid meanwhile."""
    change = await changes.own(viewer, change_id)
    claim = attempts.Claim(PaymentPurpose.DIFFERENCE, change.id, change.to_pay)
    if not await attempts.is_known(viewer, claim, method=method, key=key, return_url=return_url):
        changes.check_payable(change)
    payment = await attempts.create_for_claim(
        viewer,
        change.order_id,
        claim,
        method=method,
        expires_at=change.pay_by or clock.now(),
        key=key,
        return_url=return_url,
    )
    return change, payment

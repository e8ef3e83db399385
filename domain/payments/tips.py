"""A tip for the courier: paid by the buyer after the delivery, once, and not a part of the order's money."""

from datetime import timedelta
from uuid import UUID

from domain import effects
from domain.access import Viewer
from domain.orders.visible import is_owner, visible
from domain.payments import attempts
from kit import clock
from kit.errors import Refused
from models.delivery import CourierJob, JobState
from models.payments import Payment, PaymentMethod, PaymentPurpose, PaymentState


async def give(
    viewer: Viewer, order_id: UUID, *, amount: int, method: PaymentMethod, key: str, return_url: str = ""
) -> Payment:
    """Start paying a tip; gives the attempt with the address to pay at. Amounts are minor units."""
    order = await visible(viewer).filter(id=order_id).first()
    if order is None:
        raise Refused("NOT_FOUND", path=("orderId",), what="order")
    if not is_owner(viewer, order):
        raise Refused("FORBIDDEN")
    policy = viewer.market.policy
    if not policy.tip_min <= amount <= policy.tip_max:
        raise Refused("OUT_OF_RANGE", path=("amount_minor_units",), minimum=policy.tip_min, maximum=policy.tip_max)
    job = await _tippable(viewer, order_id)
    claim = attempts.Claim(PaymentPurpose.TIP, job.id, amount)
    if not await attempts.is_known(viewer, claim, method=method, key=key, return_url=return_url):
        await _refuse_second(job)
    return await attempts.create_for_claim(
        viewer,
        order_id,
        claim,
        method=method,
        expires_at=clock.now() + timedelta(minutes=policy.payment_minutes),
        key=key,
        return_url=return_url,
    )


async def settle(viewer: Viewer, job_id: UUID) -> Payment | None:
    """The tip that counts, out of those that have come; a second one, paid at the same moment, goes back."""
    paid = Payment.filter(claim_id=job_id, purpose=PaymentPurpose.TIP, state=PaymentState.CAPTURED)
    tips = await paid.order_by("captured_at", "id")
    for other in tips[1:]:
        await effects.soon("payment.return_claim", other.id)
    return tips[0] if tips else None


async def _tippable(viewer: Viewer, order_id: UUID) -> CourierJob:
    job = await CourierJob.filter(order_id=order_id, state=JobState.COMPLETED).order_by("-ended_at").first()
    if job is None or job.ended_at is None:
        raise Refused("NOBODY_TO_TIP", path=("orderId",))
    if clock.now() > job.ended_at + timedelta(days=viewer.market.policy.tip_days):
        raise Refused("TIP_TOO_LATE", path=("orderId",), days=viewer.market.policy.tip_days)
    return job


async def _refuse_second(job: CourierJob) -> None:
    """One tip for one delivery; an attempt that came to nothing does not count."""
    if await Payment.exists(claim_id=job.id, purpose=PaymentPurpose.TIP, state=PaymentState.CAPTURED):
        raise Refused("TIPPED_ALREADY", path=("orderId",))

"""Coupons for one customer alone, given as a compensation."""

from datetime import timedelta

from domain.access import Viewer
from kit import clock, ids
from kit.errors import Refused
from kit.money import LARGEST_AMOUNT
from kit.text import Localized
from models.promotions import Coupon


async def give(viewer: Viewer, *, owner: str, amount: int, name: Localized, days: int) -> Coupon:
    """A coupon of `amount` minor units for one use by the customer with the key `owner`, in the caller's transaction.

    The right to give it is the caller's to check.
    """
    if not 1 <= amount <= LARGEST_AMOUNT:
        raise Refused("OUT_OF_RANGE", path=("amountMinorUnits",), minimum=1, maximum=LARGEST_AMOUNT)
    now = clock.now()
    return await Coupon.create(
        code=f"SORRY-{ids.readable(10)}",
        name=name,
        amount_off=amount,
        customer_key=owner,
        use_limit=1,
        starts_at=now,
        ends_at=now + timedelta(days=days),
        created_at=now,
    )

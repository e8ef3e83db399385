"""Making coupons and ending them."""

import re
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain.access import Permission, Viewer
from domain.promotions.coupons import visible
from kit import clock
from kit.errors import Refused, refuse_all
from kit.money import LARGEST_AMOUNT
from kit.text import Localized
from models.database import transaction
from models.promotions import Coupon

_CODE = re.compile(r"[A-Z0-9_-]{3,40}")
LARGEST_COUNT = 1_000_000_000  # uses


async def create(
    viewer: Viewer,
    *,
    code: str,
    name: Localized,
    amount_off: int,
    threshold: int = 0,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    use_limit: int | None = None,
    limit_per_customer: int = 1,
) -> Coupon:
    """Make a coupon of `amount_off` minor units; all problems of the input are refused at once."""
    viewer.require(Permission.EDIT_COUPONS)
    code = code.strip().upper()
    problems = [
        *_out_of_range("amountOffMinorUnits", amount_off, 1, LARGEST_AMOUNT),
        *_out_of_range("thresholdMinorUnits", threshold, 0, LARGEST_AMOUNT),
        *_out_of_range("limitPerCustomer", limit_per_customer, 1, LARGEST_COUNT),
        *([] if use_limit is None else _out_of_range("useLimit", use_limit, 1, LARGEST_COUNT)),
    ]
    if not _CODE.fullmatch(code):
        problems.append(Refused("COUPON_CODE_INVALID", path=("code",)))
    elif await Coupon.exists(code=code):
        problems.append(Refused("COUPON_CODE_TAKEN", path=("code",)))
    if not name:
        problems.append(Refused("REQUIRED", path=("name",)))
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        problems.append(Refused("COUPON_PERIOD", path=("endsAt",)))
    refuse_all(problems)
    try:
        async with transaction():
            return await Coupon.create(
                code=code,
                name=name,
                amount_off=amount_off,
                threshold=threshold,
                starts_at=starts_at,
                ends_at=ends_at,
                use_limit=use_limit,
                limit_per_customer=limit_per_customer,
                created_at=clock.now(),
            )
    except IntegrityError:  # somebody else was faster
        raise Refused("COUPON_CODE_TAKEN", path=("code",)) from None


async def deactivate(viewer: Viewer, coupon_id: UUID) -> Coupon:
    """End a coupon now. Orders that have used it keep their discount."""
    viewer.require(Permission.EDIT_COUPONS)
    coupon = await visible(viewer).get_or_none(id=coupon_id)
    if coupon is None:
        raise Refused("NOT_FOUND", path=("couponId",), what="coupon")
    coupon.is_active = False
    await coupon.save(update_fields=["is_active"])
    return coupon


def _out_of_range(name: str, value: int, minimum: int, maximum: int) -> list[Refused]:
    if minimum <= value <= maximum:
        return []
    return [Refused("OUT_OF_RANGE", path=(name,), minimum=minimum, maximum=maximum)]

"""Coupons for those who make them."""

from datetime import datetime
from typing import Any

from domain.promotions import editing
from domain.promotions.coupons import visible
from kit import ids
from kit.paging import Page, Sort, page, window
from kit.text import Localized
from kit.validate import clean_text
from models.promotions import Coupon
from resolvers.answers import Answer
from resolvers.context import Info

NEWEST = Sort("coupons.newest", ("created_at",), descending=True)
LONGEST_NAME = 120


async def coupons(info: Info, **edges: Any) -> Page[Coupon]:
    return await page(visible(info.context.viewer), sort=NEWEST, window=window(**edges))


async def coupon_create(
    info: Info,
    *,
    code: str,
    name: Localized,
    amount_off_minor_units: int,
    threshold_minor_units: int = 0,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    use_limit: int | None = None,
    limit_per_customer: int = 1,
) -> Answer:
    made = await editing.create(
        info.context.viewer,
        code=code,
        name={
            locale: text
            for locale, given in name.items()
            if (text := clean_text(given, path=("name",), maximum=LONGEST_NAME))
        },
        amount_off=amount_off_minor_units,
        threshold=threshold_minor_units,
        starts_at=starts_at,
        ends_at=ends_at,
        use_limit=use_limit,
        limit_per_customer=limit_per_customer,
    )
    return Answer(coupon=made)


async def coupon_deactivate(info: Info, *, coupon_id: str) -> Answer:
    key = ids.key_of("Coupon", coupon_id, "couponId")
    return Answer(coupon=await editing.deactivate(info.context.viewer, key))

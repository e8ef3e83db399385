"""Coupons for tests."""

from typing import Any

from kit import clock
from models.promotions import Coupon


async def make_coupon(code: str = "TEN", **overrides: Any) -> Coupon:
    """10.00 off, valid now, once per customer."""
    row: dict[str, Any] = {
        "name": {"zh-CN": "立减十元", "en": "Ten off"},
        "amount_off": 1000,
        "created_at": clock.now(),
        **overrides,
    }
    return await Coupon.create(code=code, **row)

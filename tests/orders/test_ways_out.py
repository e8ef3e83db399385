"""What a checkout refuses says what to do about it, in both languages."""

import pytest

from domain.refusals import MESSAGES

AT_CHECKOUT = (
    "NOTHING_TO_BUY",
    "TOO_MANY_LINES",
    "OFF_SHELF",
    "INSUFFICIENT_STOCK",
    "HOLD_LIMIT",
    "NOT_DELIVERABLE",
    "CANNOT_BE_DELIVERED",
    "PICKUP_POINT_CLOSED",
    "SLOT_FULL",
    "SLOT_CLOSED",
    "SLOT_WRONG",
    "SLOT_REQUIRED",
    "COUPON_UNKNOWN",
    "COUPON_NOT_YET",
    "COUPON_EXPIRED",
    "COUPON_USED_UP",
    "COUPON_LIMIT",
    "COUPON_THRESHOLD",
    "TOTAL_CHANGED",
)
WAYS_OUT = ("choose", "take", "select", "order then", "order without", "look at", "cancel")
IN_CHINESE = ("请",)


@pytest.mark.parametrize("code", AT_CHECKOUT)
def test_a_refusal_at_checkout_names_a_way_out(code: str) -> None:
    english, chinese = MESSAGES[code]
    assert any(way in english.lower() for way in WAYS_OUT), english
    assert any(way in chinese for way in IN_CHINESE), chinese

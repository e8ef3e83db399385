"""Coupons and their use."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from kit.text import Localized
from models.base import Row


class CouponUseState(StrEnum):
    """Whether a use still counts."""

    USED = "USED"
    GIVEN_BACK = "GIVEN_BACK"


class Coupon(Row):
    """An amount off an order that reaches a threshold."""

    code = fields.CharField(max_length=40, unique=True, description="upper case")
    name = fields.JSONField[Localized]()
    amount_off = fields.BigIntField(description="minor units")
    threshold = fields.BigIntField(default=0, description="minor units that the goods must cost at least")
    starts_at = fields.DatetimeField(null=True)
    ends_at = fields.DatetimeField(null=True)
    use_limit = fields.IntField(null=True, description="uses over all customers, empty for no limit")
    used = fields.IntField(default=0)
    limit_per_customer = fields.IntField(default=1)
    customer_key = fields.CharField(
        max_length=80, null=True, description="the only customer who may use it, empty for everybody"
    )
    is_active = fields.BooleanField(default=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "coupon"
        constraints = (
            CheckConstraint(check="amount_off > 0", name="coupon_amount_positive"),
            CheckConstraint(check="used >= 0", name="coupon_used_not_negative"),
            CheckConstraint(check="use_limit IS NULL OR used <= use_limit", name="coupon_never_overused"),
        )


class CouponUse(Row):
    """A coupon on an order."""

    coupon: fields.ForeignKeyRelation[Coupon] = fields.ForeignKeyField("market.Coupon", related_name="uses")
    coupon_id: UUID
    order_id = fields.UUIDField(unique=True)
    customer_key = fields.CharField(max_length=80, description="the user, or the hash of a guest's phone")
    state = fields.CharEnumField(CouponUseState, max_length=10, default=CouponUseState.USED)
    created_at = fields.DatetimeField()

    class Meta:
        table = "coupon_use"
        indexes = (Index(fields=("coupon_id", "customer_key", "state")),)

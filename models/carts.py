"""What somebody means to buy."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.catalog import Variant


class Cart(Row):
    """One per user, a guest's is found by the hash of the token that its owner keeps."""

    user_id = fields.UUIDField(null=True, unique=True)
    token_hash = fields.CharField(max_length=64, null=True, unique=True)
    coupon_code = fields.CharField(max_length=40, null=True)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    token: str | None = None
    """A guest's secret for this cart: known only to the call that made it, never stored."""

    class Meta:
        table = "cart"


class CartLine(Row):
    """A quantity of one variant."""

    cart: fields.ForeignKeyRelation[Cart] = fields.ForeignKeyField("market.Cart", related_name="lines")
    cart_id: UUID
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField("market.Variant", related_name="cart_lines")
    variant_id: UUID
    quantity = fields.IntField()
    selected = fields.BooleanField(default=True, description="whether it goes along at checkout")
    price_seen = fields.BigIntField(description="minor units at the last time its owner changed it")
    created_at = fields.DatetimeField()

    class Meta:
        table = "cart_line"
        unique_together = (("cart_id", "variant_id"),)
        constraints = (CheckConstraint(check="quantity > 0", name="cart_line_positive"),)

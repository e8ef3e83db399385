"""What was bought: the order, its lines, and where it stands."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from kit.text import Localized
from models.base import Row
from models.fields import SealedJson, SealedText


class OrderState(StrEnum):
    """Where an order stands. `domain/orders/states.py` says what may follow what."""

    PENDING_PAYMENT = "PENDING_PAYMENT"
    PAID = "PAID"
    PARTIALLY_SHIPPED = "PARTIALLY_SHIPPED"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    RECEIVED = "RECEIVED"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"


class CancelReason(StrEnum):
    """Why an order was canceled."""

    CHANGED_MIND = "CHANGED_MIND"
    ORDERED_BY_MISTAKE = "ORDERED_BY_MISTAKE"
    FOUND_CHEAPER = "FOUND_CHEAPER"
    TOO_SLOW = "TOO_SLOW"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    FRAUD = "FRAUD"
    OTHER = "OTHER"


class Order(Row):
    """An order as it was agreed. Amounts are minor units of `currency`."""

    number = fields.CharField(max_length=20, unique=True, description="for people, opens nothing by itself")
    user_id = fields.UUIDField(null=True, description="empty for a guest's order")
    state = fields.CharEnumField(OrderState, max_length=20, default=OrderState.PENDING_PAYMENT)
    currency = fields.CharField(max_length=3)
    subtotal = fields.BigIntField(description="lines at their unit prices")
    discount = fields.BigIntField(default=0, description="taken off by coupons, shared over the lines")
    shipping = fields.BigIntField(default=0)
    total = fields.BigIntField(description="subtotal - discount + shipping")
    captured = fields.BigIntField(default=0, description="received for this order")
    refunded = fields.BigIntField(default=0, description="given or promised back, never more than captured")
    shipping_refunded = fields.BigIntField(default=0)
    payment_attempts = fields.IntField(default=0, description="how often it was tried to pay it")
    adjustments = fields.JSONField[list[dict[str, object]]](
        default=list, description="each amount explained, see domain/pricing"
    )
    coupon_code = fields.CharField(max_length=40, null=True)
    address = SealedJson(description="recipient, phone, province, city, district, street, postal_code")
    province = fields.CharField(max_length=40)
    contact_phone = SealedText(null=True)
    contact_email = SealedText(null=True)
    contact_phone_hash = fields.CharField(max_length=64, null=True)
    contact_email_hash = fields.CharField(max_length=64, null=True)
    note = fields.CharField(max_length=500, default="")
    locale = fields.CharField(max_length=10, default="zh-CN")
    cancel_reason = fields.CharEnumField(CancelReason, max_length=20, null=True)
    cancel_note = fields.CharField(max_length=500, default="")
    sequence = fields.IntField(default=0, description="of the newest event")
    version = fields.IntField(default=1)
    placed_at = fields.DatetimeField()
    pay_by = fields.DatetimeField()
    paid_at = fields.DatetimeField(null=True)
    shipped_at = fields.DatetimeField(null=True)
    delivered_at = fields.DatetimeField(null=True)
    received_at = fields.DatetimeField(null=True)
    completed_at = fields.DatetimeField(null=True)
    canceled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "orders"
        indexes = (
            Index(fields=("placed_at", "id")),
            Index(fields=("user_id", "placed_at", "id")),
            Index(fields=("state", "placed_at", "id")),
        )
        constraints = (
            CheckConstraint(check="refunded <= captured", name="order_never_over_refunded"),
            CheckConstraint(check="total = subtotal - discount + shipping", name="order_total_adds_up"),
            CheckConstraint(check="shipping_refunded <= shipping", name="order_shipping_refunded_once"),
        )


class OrderLine(Row):
    """A quantity of one variant as it was sold, what it was called and cost then stays."""

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("market.Order", related_name="lines")
    order_id: UUID
    position = fields.IntField()
    product_id = fields.UUIDField()
    variant_id = fields.UUIDField()
    sku = fields.CharField(max_length=255, null=True)
    title = fields.JSONField[Localized]()
    choices = fields.JSONField[list[Localized]](default=list)
    image_url = fields.CharField(max_length=2000, default="")
    weight_grams = fields.IntField(default=0)
    unit_price = fields.BigIntField()
    quantity = fields.IntField()
    discount = fields.BigIntField(default=0, description="this line's share of the order's discounts")
    total = fields.BigIntField(description="unit_price × quantity - discount")
    shipped = fields.IntField(default=0, description="units handed to a carrier")
    delivered = fields.IntField(default=0, description="units that reached the customer")
    canceled = fields.IntField(default=0, description="units that will not be shipped")
    refunded = fields.IntField(default=0, description="units whose money was given or promised back")
    refunded_amount = fields.BigIntField(default=0)

    class Meta:
        table = "order_line"
        unique_together = (("order_id", "position"),)
        constraints = (
            CheckConstraint(check="quantity > 0", name="order_line_positive"),
            CheckConstraint(check="shipped + canceled <= quantity", name="order_line_shipped_once"),
            CheckConstraint(check="delivered <= shipped", name="order_line_delivered_once"),
            CheckConstraint(check="refunded <= quantity", name="order_line_refunded_once"),
            CheckConstraint(check="refunded_amount <= total", name="order_line_never_over_refunded"),
        )

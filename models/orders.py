"""What was bought: the order, its lines, and where it stands."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from kit.text import Localized
from models.base import Row
from models.catalog import ReturnExclusion
from models.delivery import DeliveryMode as DeliveryMode  # a migration looks for it here
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


class Supply(StrEnum):
    """Whether something of an order is missing, and what its buyer wants done about it."""

    COMPLETE = "COMPLETE"
    UNDECIDED = "UNDECIDED"
    WAITING = "WAITING"
    FOLLOWING = "FOLLOWING"


class CancelReason(StrEnum):
    """Why an order was canceled."""

    CHANGED_MIND = "CHANGED_MIND"
    ORDERED_BY_MISTAKE = "ORDERED_BY_MISTAKE"
    FOUND_CHEAPER = "FOUND_CHEAPER"
    TOO_SLOW = "TOO_SLOW"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    FRAUD = "FRAUD"
    MERGED = "MERGED"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    OTHER = "OTHER"


class ReviewState(StrEnum):
    """Whether a person has to look at an order before it is shipped, and what came of it."""

    NONE = "NONE"
    PENDING = "PENDING"
    CLAIMED = "CLAIMED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


class ChangeState(StrEnum):
    """What became of a change that was asked for."""

    APPLIED = "APPLIED"
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    EXPIRED = "EXPIRED"
    CANCELED = "CANCELED"
    REJECTED = "REJECTED"


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
    delivery_mode = fields.CharEnumField(DeliveryMode, max_length=10, default=DeliveryMode.HOME)
    review = fields.CharEnumField(ReviewState, max_length=10, default=ReviewState.NONE)
    open_cases = fields.IntField(default=0, description="cases that keep it from being completed")
    shipping_waived = fields.BigIntField(default=0, description="shipping that goes back because a change made it less")
    change_pay_by = fields.DatetimeField(null=True, description="until when a change waits for its difference")
    merged_into = fields.UUIDField(null=True, description="the order that took over its lines")
    goodwill = fields.BigIntField(default=0, description="part of what was refunded that is for no goods")
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
    caller_hash = fields.CharField(max_length=64, null=True, description="address of whoever placed it, hashed")
    channel = fields.CharField(max_length=40, null=True, description="marketplace that it was taken in from")
    external_id = fields.CharField(max_length=80, null=True, description="its number there")
    note = fields.CharField(max_length=500, default="")
    locale = fields.CharField(max_length=10, default="zh-CN")
    cancel_reason = fields.CharEnumField(CancelReason, max_length=20, null=True)
    cancel_note = fields.CharField(max_length=500, default="")
    supply = fields.CharEnumField(Supply, max_length=10, default=Supply.COMPLETE)
    supply_until = fields.DatetimeField(null=True, description="until when the buyer may choose, or will wait")
    sequence = fields.IntField(default=0, description="of the newest event")
    packed = fields.IntField(default=0, description="units in packages that have not left yet")
    version = fields.IntField(default=1)
    placed_at = fields.DatetimeField()
    pay_by = fields.DatetimeField()
    paid_at = fields.DatetimeField(null=True)
    dispatch_by = fields.DatetimeField(null=True, description="when everything is to be shipped")
    dispatch_paused_at = fields.DatetimeField(
        null=True, description="since when the shop may not ship it, the time to dispatch stands still"
    )
    urged_at = fields.DatetimeField(null=True, description="when the customer last asked for a quicker dispatch")
    urge_count = fields.IntField(default=0)
    shipped_at = fields.DatetimeField(null=True)
    delivered_at = fields.DatetimeField(null=True)
    received_at = fields.DatetimeField(null=True)
    completed_at = fields.DatetimeField(null=True)
    canceled_at = fields.DatetimeField(null=True)

    before: dict[str, Any] | None = None  # what it was when it was last told of, see domain/orders/history.py

    class Meta:
        table = "orders"
        indexes = (
            Index(fields=("placed_at", "id")),
            Index(fields=("user_id", "placed_at", "id")),
            Index(fields=("state", "placed_at", "id")),
            Index(fields=("state", "dispatch_by")),
            Index(fields=("urged_at",)),
            Index(fields=("contact_phone_hash", "placed_at")),
            Index(fields=("caller_hash", "placed_at")),
        )
        unique_together = (("channel", "external_id"),)
        constraints = (
            CheckConstraint(check="refunded <= captured", name="order_never_over_refunded"),
            CheckConstraint(check="total = subtotal - discount + shipping", name="order_total_adds_up"),
            CheckConstraint(check="shipping_refunded <= shipping", name="order_shipping_refunded_once"),
            CheckConstraint(check="open_cases >= 0", name="order_open_cases_not_negative"),
            CheckConstraint(check="shipping_waived <= shipping", name="order_shipping_waived_once"),
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
    owed = fields.IntField(default=0, description="canceled units whose money is still to be promised back")
    refunded = fields.IntField(default=0, description="units whose money was given or promised back")
    refunded_amount = fields.BigIntField(default=0)
    withheld = fields.BigIntField(default=0, description="what the shop kept of refunded units' money")
    return_exclusion = fields.CharEnumField(
        ReturnExclusion,
        max_length=10,
        null=True,
        description="why it cannot be returned without a reason",
    )

    class Meta:
        table = "order_line"
        unique_together = (("order_id", "position"),)
        constraints = (
            CheckConstraint(check="quantity > 0", name="order_line_positive"),
            CheckConstraint(check="shipped + canceled <= quantity", name="order_line_shipped_once"),
            CheckConstraint(check="delivered <= shipped", name="order_line_delivered_once"),
            CheckConstraint(check="owed >= 0 AND owed <= canceled", name="order_line_owed_of_canceled"),
            CheckConstraint(check="refunded <= quantity", name="order_line_refunded_once"),
            CheckConstraint(check="refunded_amount <= total", name="order_line_never_over_refunded"),
        )


class OrderChangeRequest(Row):
    """A change of an order after it was placed: what was asked, what it costs, and what became of it."""

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("market.Order", related_name="changes")
    order_id: UUID
    state = fields.CharEnumField(ChangeState, max_length=20)
    asked = SealedJson(description="address, contacts and note that were asked for, only those that change")
    before = SealedJson(description="the same as they were")
    added = fields.JSONField[list[dict[str, object]]](default=list, description="new lines, priced when asked")
    removed = fields.JSONField[dict[str, int]](default=dict, description="units by order line")
    reason = fields.CharEnumField(CancelReason, max_length=20, null=True, description="why units were taken out")
    note = fields.CharField(max_length=500, default="", description="what was written about the reason")
    currency = fields.CharField(max_length=3)
    total_before = fields.BigIntField()
    total_after = fields.BigIntField()
    to_pay = fields.BigIntField(default=0, description="difference that has to be paid before it is applied")
    shipping_more = fields.BigIntField(default=0, description="part of the difference that is shipping")
    refund = fields.BigIntField(default=0, description="what goes back when it is applied")
    shipping_less = fields.BigIntField(default=0, description="part of what goes back that is shipping")
    refusal = fields.CharField(max_length=60, default="", description="code of the reason why it was rejected")
    actor_id = fields.UUIDField(null=True)
    paid_by = fields.UUIDField(null=True, description="the payment of the difference")
    created_at = fields.DatetimeField()
    pay_by = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True, description="when it was applied, or given up")

    class Meta:
        table = "order_change_request"
        indexes = (Index(fields=("order_id", "created_at")),)
        constraints = (CheckConstraint(check="to_pay >= 0", name="order_change_to_pay_not_negative"),)

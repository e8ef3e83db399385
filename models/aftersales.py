"""Deliveries that go wrong: a case for each, with what is proposed, who takes care of it, and what came of it."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.fulfillment import Parcel, Trouble
from models.orders import Order


class CaseState(StrEnum):
    """Where a case stands. `domain/aftersales/states.py` says what may follow what."""

    OPEN = "OPEN"
    CLAIMED = "CLAIMED"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"


class Remedy(StrEnum):
    """What makes a delivery good that went wrong."""

    RESHIP = "RESHIP"
    REFUND = "REFUND"
    COMPENSATE = "COMPENSATE"
    WAIT = "WAIT"
    RETURN_TO_STOCK = "RETURN_TO_STOCK"


class Compensation(StrEnum):
    """How a customer is compensated."""

    MONEY = "MONEY"
    COUPON = "COUPON"


class Closing(StrEnum):
    """Why a case ended without a remedy."""

    SHIPPED = "SHIPPED"
    MOVING = "MOVING"
    COMES_BACK = "COMES_BACK"
    ARRIVED = "ARRIVED"
    ORDER_ENDED = "ORDER_ENDED"


class DeliveryCase(Row):
    """Something that went wrong on the way to a customer. Amounts are minor units of `currency`.

    At most one case is live for a parcel, and one for an order that leaves late: what gets worse changes its kind.
    """

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("market.Order", related_name="cases")
    order_id: UUID
    parcel: fields.ForeignKeyNullableRelation[Parcel] = fields.ForeignKeyField(
        "market.Parcel", related_name="cases", null=True, description="empty when nothing was shipped in time"
    )
    parcel_id: UUID | None
    number = fields.CharField(max_length=20, unique=True)
    live_subject = fields.UUIDField(null=True, unique=True, description="the parcel, else the order, while it is live")
    kind = fields.CharEnumField(Trouble, max_length=20)
    state = fields.CharEnumField(CaseState, max_length=10, default=CaseState.OPEN)
    currency = fields.CharField(max_length=3)
    proposed = fields.CharEnumField(Remedy, max_length=20)
    proposed_amount = fields.BigIntField(null=True)
    lines = fields.JSONField[list[dict[str, object]]](
        default=list, description="order lines and units that it is about"
    )
    chosen = fields.CharEnumField(Remedy, max_length=20, null=True, description="what the customer would rather have")
    choose_by = fields.DatetimeField(null=True, description="until when the customer may choose")
    due_at = fields.DatetimeField(description="when it escalates by itself")
    escalations = fields.IntField(default=0)
    owner_id = fields.UUIDField(null=True, description="who has claimed it")
    claimed_at = fields.DatetimeField(null=True)
    remedy = fields.CharEnumField(Remedy, max_length=20, null=True, description="what was done")
    amount = fields.BigIntField(null=True, description="of the money or the coupon that was given")
    coupon_code = fields.CharField(max_length=40, null=True)
    closing = fields.CharEnumField(Closing, max_length=20, null=True)
    turned_up_at = fields.DatetimeField(null=True, description="the parcel came to light after it was written off")
    version = fields.IntField(default=1)
    opened_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    ended_by = fields.UUIDField(null=True)

    class Meta:
        table = "delivery_case"
        indexes = (
            Index(fields=("order_id", "opened_at")),
            Index(fields=("parcel_id",)),
            Index(fields=("state", "due_at", "id")),
        )
        constraints = (
            CheckConstraint(check="amount IS NULL OR amount > 0", name="delivery_case_amount_positive"),
            CheckConstraint(
                check="(live_subject IS NOT NULL) = (state IN ('OPEN', 'CLAIMED'))", name="delivery_case_live_or_ended"
            ),
        )


class CaseNote(Row):
    """What somebody of the shop wrote down about a case."""

    case: fields.ForeignKeyRelation[DeliveryCase] = fields.ForeignKeyField("market.DeliveryCase", related_name="notes")
    case_id: UUID
    author_id = fields.UUIDField(null=True, description="empty for what the market noticed by itself")
    text = fields.CharField(max_length=1000)
    created_at = fields.DatetimeField()

    class Meta:
        table = "case_note"
        indexes = (Index(fields=("case_id", "created_at")),)

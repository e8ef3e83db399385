"""What is missing of an order, what its buyer was offered, and what was chosen."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.orders import Order, OrderLine


class ShortageState(StrEnum):
    """How far a shortage has come. `domain/orders/missing.py` moves it."""

    OPEN = "OPEN"
    CHOSEN = "CHOSEN"
    RESOLVED = "RESOLVED"
    WITHDRAWN = "WITHDRAWN"


class ShortageCause(StrEnum):
    """How it was found that something is missing."""

    AT_ALLOCATION = "AT_ALLOCATION"
    NOT_FOUND = "NOT_FOUND"
    DAMAGED = "DAMAGED"
    WAREHOUSE_FAILED = "WAREHOUSE_FAILED"


class ShortageChoice(StrEnum):
    """What a buyer can want done about missing units."""

    WAIT = "WAIT"
    SHIP_AVAILABLE = "SHIP_AVAILABLE"
    CANCEL_MISSING = "CANCEL_MISSING"


class Shortage(Row):
    """One question to the buyer of an order. An order has at most one that is not over."""

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("market.Order", related_name="shortages")
    order_id: UUID
    state = fields.CharEnumField(ShortageState, max_length=10, default=ShortageState.OPEN)
    cause = fields.CharEnumField(ShortageCause, max_length=20)
    default_choice = fields.CharEnumField(ShortageChoice, max_length=20, description="what happens without an answer")
    choose_by = fields.DatetimeField()
    choice = fields.CharEnumField(ShortageChoice, max_length=20, null=True)
    chosen_by = fields.UUIDField(null=True, description="empty for a guest and for the default")
    chosen_at = fields.DatetimeField(null=True)
    is_default = fields.BooleanField(default=False, description="nobody has answered in time")
    wait_until = fields.DatetimeField(null=True, description="when waiting is given up")
    promised_for = fields.DateField(null=True, description="the day that was named when the buyer chose to wait")
    opened_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "shortage"
        indexes = (
            Index(fields=("order_id", "id")),
            Index(fields=("state", "opened_at", "id")),
            Index(fields=("opened_at", "id")),
        )


class ShortageLine(Row):
    """Units of an order line that were found missing."""

    shortage: fields.ForeignKeyRelation[Shortage] = fields.ForeignKeyField("market.Shortage", related_name="lines")
    shortage_id: UUID
    order_line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField(
        "market.OrderLine", related_name="shortages"
    )
    order_line_id: UUID
    found_missing = fields.IntField(description="units, all told")
    missing = fields.IntField(description="units that are missing still, as far as the buyer was told")

    class Meta:
        table = "shortage_line"
        unique_together = (("shortage_id", "order_line_id"),)
        constraints = (CheckConstraint(check="missing >= 0 AND missing <= found_missing", name="shortage_line_range"),)

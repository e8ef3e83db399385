"""What lies in the warehouses, what of it is promised, and every movement between."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from kit.text import Localized
from models.base import Row
from models.catalog import Variant


class MovementKind(StrEnum):
    """Why stock changed."""

    RECEIVE = "RECEIVE"
    ADJUST = "ADJUST"
    RESERVE = "RESERVE"
    RELEASE = "RELEASE"
    SHIP = "SHIP"
    RESTOCK = "RESTOCK"


class ReservationState(StrEnum):
    """What became of a promise of stock."""

    HELD = "HELD"
    RELEASED = "RELEASED"
    SHIPPED = "SHIPPED"
    RETURNED = "RETURNED"


class Warehouse(Row):
    """A place that holds stock."""

    code = fields.CharField(max_length=20, unique=True)
    name = fields.JSONField[Localized]()
    province = fields.CharField(max_length=40)
    city = fields.CharField(max_length=40)
    priority = fields.IntField(default=0, description="lower ships first when distance does not decide")
    is_active = fields.BooleanField(default=True)

    class Meta:
        table = "warehouse"


class StockLevel(Row):
    """Units of one variant in one warehouse, available = on_hand - reserved."""

    warehouse: fields.ForeignKeyRelation[Warehouse] = fields.ForeignKeyField("market.Warehouse", related_name="levels")
    warehouse_id: UUID
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField("market.Variant", related_name="levels")
    variant_id: UUID
    on_hand = fields.IntField(default=0)
    reserved = fields.IntField(default=0)

    @property
    def available(self) -> int:
        """Units that are not promised yet."""
        return self.on_hand - self.reserved

    class Meta:
        table = "stock_level"
        unique_together = (("variant_id", "warehouse_id"),)
        constraints = (
            CheckConstraint(check="reserved >= 0", name="stock_reserved_not_negative"),
            CheckConstraint(check="on_hand >= reserved", name="stock_never_oversold"),
        )


class Reservation(Row):
    """Units of a warehouse promised to one order line."""

    order_id = fields.UUIDField()
    order_line_id = fields.UUIDField()
    warehouse: fields.ForeignKeyRelation[Warehouse] = fields.ForeignKeyField(
        "market.Warehouse", related_name="promises"
    )
    warehouse_id: UUID
    variant_id = fields.UUIDField()
    quantity = fields.IntField()
    state = fields.CharEnumField(ReservationState, max_length=10, default=ReservationState.HELD)
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "reservation"
        indexes = (Index(fields=("order_id", "state")), Index(fields=("variant_id", "state")))
        constraints = (CheckConstraint(check="quantity > 0", name="reservation_positive"),)


class StockMovement(Row):
    """One change of a stock level. The movements of a level sum to it."""

    warehouse_id = fields.UUIDField()
    variant_id = fields.UUIDField()
    kind = fields.CharEnumField(MovementKind, max_length=10)
    on_hand_change = fields.IntField(default=0)
    reserved_change = fields.IntField(default=0)
    order_id = fields.UUIDField(null=True)
    actor_id = fields.UUIDField(null=True)
    reason = fields.CharField(max_length=200, default="")
    created_at = fields.DatetimeField()

    class Meta:
        table = "stock_movement"
        indexes = (Index(fields=("variant_id", "warehouse_id")), Index(fields=("order_id",)))

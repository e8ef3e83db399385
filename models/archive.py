"""Orders that are long over: one row each, out of the way of the others, with everything that belonged to them."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index

from models.base import Row
from models.orders import OrderState


class ArchivedOrder(Row):
    """An order with all its rows in one document. The columns are those that lists are sorted and filtered by."""

    number = fields.CharField(max_length=20, unique=True)
    user_id = fields.UUIDField(null=True)
    state = fields.CharEnumField(OrderState, max_length=20)
    refunded = fields.BigIntField()
    contact_phone_hash = fields.CharField(max_length=64, null=True)
    contact_email_hash = fields.CharField(max_length=64, null=True)
    placed_at = fields.DatetimeField()
    last_position = fields.BigIntField(default=0, description="of its newest event")
    archived_at = fields.DatetimeField()
    document = fields.BinaryField(description="JSON of rows by table, deflated, personal columns are sealed in it")

    class Meta:
        table = "archived_order"
        indexes = (
            Index(fields=("placed_at", "id")),
            Index(fields=("user_id", "placed_at", "id")),
            Index(fields=("state", "placed_at", "id")),
        )


class ArchivedPart(Row):
    """Leads from the key of a line, parcel, payment or refund to the archived order that it belonged to."""

    order: fields.ForeignKeyRelation[ArchivedOrder] = fields.ForeignKeyField(
        "market.ArchivedOrder", related_name="parts"
    )
    order_id: UUID

    class Meta:
        table = "archived_part"
        indexes = (Index(fields=("order_id",)),)

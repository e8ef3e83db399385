"""What happened: one row for each change of a stream (an order, a parcel), written in the change's own transaction."""

from enum import StrEnum

from tortoise import fields
from tortoise.indexes import Index

from models.base import Row


class ActorKind(StrEnum):
    """Who caused a change."""

    GUEST = "GUEST"
    CUSTOMER = "CUSTOMER"
    STAFF = "STAFF"
    SYSTEM = "SYSTEM"
    PROVIDER = "PROVIDER"


class Event(Row):
    """One change. `sequence` is gapless within its stream, `position` is its place in the whole market's history.

    `position` is empty until the row is committed and numbered by `domain.events.publish`, which hands out positions in
    commit order, so that a reader who remembers the highest one it saw can never miss a slower transaction's lower one.
    """

    stream_id = fields.UUIDField(description="the order that changed")
    sequence = fields.IntField(description="1, 2, 3 … without a gap within the stream")
    position = fields.BigIntField(null=True, unique=True, description="1, 2, 3 … over all streams, in commit order")
    kind = fields.CharField(max_length=60, description="what happened, e.g. payment.captured")
    user_id = fields.UUIDField(null=True, description="whose stream of own orders this belongs to")
    actor_kind = fields.CharEnumField(ActorKind, max_length=10)
    actor_id = fields.UUIDField(null=True)
    cause = fields.CharField(max_length=200, default="", description="why, for staff")
    data = fields.JSONField[dict[str, object]](default=dict)
    changes = fields.JSONField[dict[str, object] | None](
        null=True, description="what it changed: columns of the order, sums of its lines, see domain/orders/snapshots"
    )
    created_at = fields.DatetimeField()

    class Meta:
        table = "event"
        unique_together = (("stream_id", "sequence"),)
        indexes = (Index(fields=("user_id", "position")),)


class Counter(Row):
    """A number that is handed out under its row's lock."""

    name = fields.CharField(max_length=40, unique=True)
    value = fields.BigIntField(default=0)

    class Meta:
        table = "counter"

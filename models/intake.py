"""Orders that come in by the file: runs of an intake, and what became of each row."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index

from models.base import Row


class BatchState(StrEnum):
    """How far a batch has come."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class OrderBatch(Row):
    """One file of orders from a marketplace, its progress and what came of it."""

    channel = fields.CharField(max_length=40)
    source = fields.CharField(max_length=80, unique=True, description="name of the file in the folder of uploads")
    file_name = fields.CharField(max_length=255)
    state = fields.CharEnumField(BatchState, max_length=10, default=BatchState.PENDING)
    actor_id = fields.UUIDField(null=True)
    bytes_total = fields.BigIntField(default=0)
    bytes_read = fields.BigIntField(default=0)
    rows_read = fields.IntField(default=0, description="where to go on after a stop")
    accepted = fields.IntField(default=0)
    repeated = fields.IntField(default=0, description="rows whose order was taken in before")
    rejected = fields.IntField(default=0)
    error = fields.CharField(max_length=60, default="", description="why the whole file could not be read")
    created_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "order_batch"
        indexes = (Index(fields=("created_at", "id")),)


class RowOutcome(StrEnum):
    """What became of a row."""

    ACCEPTED = "ACCEPTED"
    REPEATED = "REPEATED"
    REJECTED = "REJECTED"


class OrderBatchRow(Row):
    """One row of a batch. What stood in it is not kept, but for its number: it names people."""

    batch: fields.ForeignKeyRelation[OrderBatch] = fields.ForeignKeyField("market.OrderBatch", related_name="rows")
    batch_id: UUID
    row = fields.IntField(description="line of the file, from 1")
    external_id = fields.CharField(max_length=80, default="", description="as far as it is known")
    outcome = fields.CharEnumField(RowOutcome, max_length=10)
    order_id = fields.UUIDField(null=True, description="the order that it made, now or before")
    digest = fields.CharField(max_length=64, default="", description="names the content")
    problems = fields.JSONField[list[dict[str, object]]](default=list, description="code, path, facts")

    class Meta:
        table = "order_batch_row"
        unique_together = (("batch_id", "row"),)
        indexes = (Index(fields=("order_id",)), Index(fields=("external_id",)))

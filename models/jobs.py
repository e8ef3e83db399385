"""What is to be done at a time: rows that survive a restart, and the market's clock."""

from tortoise import fields
from tortoise.indexes import Index

from models.base import Row


class Timer(Row):
    """One thing to do for one subject, not before `due_at`.

    Written in the transaction that makes it necessary, so that what must happen later, or in an area further up, cannot
    be forgotten. Done rows stay for a while as a record.
    """

    kind = fields.CharField(max_length=60, description="the work in jobs/ that it asks for, e.g. order.expire")
    subject_id = fields.UUIDField(description="the order, parcel or charge that it is about")
    due_at = fields.DatetimeField()
    claimed_until = fields.DatetimeField(null=True, description="a worker has it until then, by the machine's clock")
    attempts = fields.IntField(default=0)
    done_at = fields.DatetimeField(null=True)
    last_error = fields.CharField(max_length=500, default="")

    class Meta:
        table = "timer"
        unique_together = (("kind", "subject_id"),)
        indexes = (Index(fields=("done_at", "due_at")),)


class MarketClock(Row):
    """How far the demo market is ahead of the machine, at most one row."""

    name = fields.CharField(max_length=10, unique=True, default="market")
    seconds_ahead = fields.BigIntField(default=0)

    class Meta:
        table = "market_clock"

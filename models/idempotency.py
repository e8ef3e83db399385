"""What was answered to a keyed call, so that asking again changes nothing."""

from tortoise import fields

from models.base import Row


class KeyedCall(Row):
    """One call that carried an idempotency key. `result_id` is empty while the first call is still working."""

    actor = fields.CharField(max_length=80, description="who called")
    operation = fields.CharField(max_length=60)
    key = fields.CharField(max_length=100)
    input_hash = fields.CharField(max_length=64)
    result_id = fields.UUIDField(null=True, description="the row that the call made")
    created_at = fields.DatetimeField()

    class Meta:
        table = "keyed_call"
        unique_together = (("actor", "operation", "key"),)

"""What every row has: an unguessable, time-ordered key."""

from tortoise import Model, fields

from kit.ids import new_id


class Row(Model):
    """A stored thing with a UUIDv7 key."""

    id = fields.UUIDField(primary_key=True, default=new_id)

    class Meta:
        abstract = True

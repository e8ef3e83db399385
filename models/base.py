"""What every row has: an unguessable, time-ordered key."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import Model, fields

from kit.ids import new_id


class Row(Model):
    """A stored thing with a UUIDv7 key."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    moment: tuple[UUID, datetime] | None = None  # of a row as it once was: its key, and when
    past: Any = None  # the record that a row of the past belongs to, see domain/archive/records.py

    class Meta:
        abstract = True

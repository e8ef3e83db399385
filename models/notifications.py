"""Messages that went out to people; the default SMS adapter delivers into this table."""

from enum import StrEnum

from tortoise import fields
from tortoise.indexes import Index

from models.base import Row
from models.fields import SealedText


class Channel(StrEnum):
    """How a message travels."""

    SMS = "SMS"
    EMAIL = "EMAIL"


class OutgoingMessage(Row):
    """One SMS or e-mail."""

    channel = fields.CharEnumField(Channel, max_length=10)
    recipient = SealedText()
    recipient_hash = fields.CharField(max_length=64)
    template = fields.CharField(max_length=60)
    body = SealedText(description="sealed: it may hold a code")
    created_at = fields.DatetimeField()

    class Meta:
        table = "outgoing_message"
        indexes = (Index(fields=("recipient_hash", "created_at")),)

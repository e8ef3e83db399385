"""Sends SMS and e-mail. The default keeps them in the database, where the demo and the tests read them."""

import logging
from datetime import datetime
from typing import Protocol

from kit.crypto import lookup_hash
from models.notifications import Channel, OutgoingMessage

log = logging.getLogger("jishi.messages")


class MessageSender(Protocol):
    """One message to one person."""

    async def send(self, channel: Channel, recipient: str, *, template: str, body: str, now: datetime) -> None:
        """Hand the message over for delivery; raises only when it cannot be accepted at all."""


class DatabaseInbox:
    """Keeps every message as a row, sealed."""

    async def send(self, channel: Channel, recipient: str, *, template: str, body: str, now: datetime) -> None:
        await OutgoingMessage.create(
            channel=channel,
            recipient=recipient,
            recipient_hash=lookup_hash(recipient),
            template=template,
            body=body,
            created_at=now,
        )


class Console(DatabaseInbox):
    """Keeps every message and prints it, for a developer without a phone at hand. Never for production."""

    async def send(self, channel: Channel, recipient: str, *, template: str, body: str, now: datetime) -> None:
        await super().send(channel, recipient, template=template, body=body, now=now)
        log.warning("%s to %s: %s", channel, recipient, body)


async def received_by(recipient: str, *, limit: int) -> list[OutgoingMessage]:
    """What was sent to a phone (E.164) or e-mail address (lower case), newest first."""
    sent = OutgoingMessage.filter(recipient_hash=lookup_hash(recipient))
    return await sent.order_by("-created_at", "-id").limit(limit)

"""Files that clients send: the address for a large one, and the choice between such a file and a text."""

from uuid import UUID

from domain.catalog.uploads import Ticket
from kit import ids
from kit.errors import Refused
from resolvers.answers import Answer
from resolvers.context import Info


def opened(info: Info, kind: str, ticket: Ticket) -> Answer:
    """Where to send the file of a new upload, until when, and how large it may be."""
    policy = info.context.viewer.market.policy
    return Answer(
        upload_id=ids.to_public(kind, ticket.upload.id),
        url=f"{policy.url}/uploads/{ticket.token}",
        expires_at=ticket.upload.expires_at,
        largest_bytes=policy.upload_bytes,
    )


def sent(kind: str, content: str | None, upload_id: str | None) -> UUID | None:
    """The key of the upload that was named; None where the content was given instead. Refuses both and neither."""
    if (content is None) == (upload_id is None):
        raise Refused("INVALID_INPUT", path=("content",), why="give either content or uploadId")
    return None if upload_id is None else ids.key_of(kind, upload_id, "upload_id")

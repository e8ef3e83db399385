"""What the wire asks of the rest of the house: who is calling, whether they still may, and how a refusal reads."""

from collections.abc import Callable
from typing import Any, Protocol, Self

from starlette.requests import HTTPConnection

from kit.errors import Refused


class Context(Protocol):
    """The value that resolvers find in `info.context`. The wire reads these names and leaves the rest alone."""

    @property
    def locale(self) -> str: ...

    @property
    def caller_key(self) -> str:
        """Whose bucket pays for the operation: a customer, or the address of a guest."""
        ...

    # Where an event stream was cut off, as its client told in `Last-Event-ID`. Set by the wire.
    last_event_id: str | None

    def renewed(self) -> Self:
        """The same caller with fresh loaders: one for every operation and every event of a subscription."""
        ...


class ContextSource(Protocol):
    """Turns a connection into a context."""

    async def for_request(self, connection: HTTPConnection, token: str | None) -> Any:
        """Raises `Refused("UNAUTHENTICATED")` when `token` is not good. No token is a guest.

        Over WebSocket `locale` and `cartToken` of `connection_init` arrive as the headers `Accept-Language` and
        `X-Cart-Token`, so that there is one place to read them from.
        """
        ...

    async def still_valid(self, context: Any) -> bool:
        """Whether the token behind `context` still holds. Asked before each event and every few seconds: be cheap."""
        ...


Say = Callable[[Refused, str], str]
"""The text of a refusal in a locale."""

Gauge = Callable[[], Callable[[], int]]
"""Starts counting SQL statements of the current task; the answer tells the count so far."""

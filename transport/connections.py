"""Who is at the other end: their token, their address, and how many streams that address already holds."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from starlette.requests import HTTPConnection

from kit.errors import Refused

LONGEST_TOKEN = 4_096  # characters
LONGEST_EVENT_ID = 1_000


def bearer(header: object) -> str | None:
    """The token in an `Authorization` value; None when there is no value. Raises `Refused("UNAUTHENTICATED")`."""
    if header is None or header == "":
        return None
    if not isinstance(header, str) or len(header) > LONGEST_TOKEN:
        raise Refused("UNAUTHENTICATED")
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refused("UNAUTHENTICATED")
    return token.strip()


def last_event_id(connection: HTTPConnection) -> str | None:
    """How far a client of an event stream came before its connection broke."""
    header = connection.headers.get("last-event-id")
    if not header or len(header) > LONGEST_EVENT_ID:
        return None
    try:
        return header.encode("latin-1").decode("utf-8")  # browsers send UTF-8; ASGI headers are read as Latin-1
    except UnicodeError:
        return None


def with_headers(connection: HTTPConnection, named: Mapping[str, str]) -> HTTPConnection:
    """The same connection as if these headers had come with it."""
    fresh = {name.lower().encode("ascii"): value.encode("utf-8") for name, value in named.items()}
    kept = [(name, value) for name, value in connection.scope["headers"] if name not in fresh]
    return HTTPConnection({**connection.scope, "headers": [*kept, *fresh.items()]})


def address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


class OpenStreams:
    """Counts WebSockets and event streams by caller address."""

    def __init__(self, allowed: int) -> None:
        self._allowed = allowed
        self._open: Counter[str] = Counter()

    @contextmanager
    def one_more(self, caller: str) -> Iterator[None]:
        """Raises `Refused("TOO_MANY_CONNECTIONS")`."""
        if self._open[caller] >= self._allowed:
            raise Refused("TOO_MANY_CONNECTIONS", retryable=True, allowed=self._allowed)
        self._open[caller] += 1
        try:
            yield
        finally:
            self._open[caller] -= 1
            if not self._open[caller]:
                del self._open[caller]

"""The whole endpoint, ready to be mounted: HTTP, event streams and WebSocket over one schema."""

from pathlib import Path

from graphql import GraphQLSchema
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry import Schema

from settings import Settings
from transport.connections import OpenStreams
from transport.http import HttpDoor
from transport.operations import Operations
from transport.origins import Origins
from transport.ports import ContextSource, Gauge, Say
from transport.throttle import LocalThrottle, Throttle
from transport.websocket import WebSocketDoor


class GraphQLEndpoint:
    """Mounted as `Route("/graphql", endpoint)`, `WebSocketRoute("/graphql", endpoint)` and
    `Route("/graphql/stream", endpoint.stream)`.

    The routes take any method: what is not allowed is refused here, in the words of GraphQL over HTTP.
    """

    def __init__(
        self,
        schema: Schema,
        *,
        settings: Settings,
        contexts: ContextSource,
        say: Say,
        page: Path | None = None,
        page_policy: str = "default-src 'self'",
        throttle: Throttle | None = None,
        statements: Gauge | None = None,
    ) -> None:
        limits = settings.limits
        core: GraphQLSchema = schema._schema  # Strawberry has no public name for the schema that it builds
        operations = Operations(
            core,
            settings=settings,
            contexts=contexts,
            say=say,
            throttle=throttle or LocalThrottle(limits.bucket_size, limits.bucket_refill_per_second),
            statements=statements,
        )
        origins = Origins((settings.url, *settings.allowed_origins))
        streams = OpenStreams(limits.connections_per_caller)
        self._http = HttpDoor(operations, origins=origins, streams=streams, page=page, page_policy=page_policy)
        self._websocket = WebSocketDoor(operations, origins=origins, streams=streams)
        self.stream: ASGIApp = HttpDoor(operations, origins=origins, streams=streams, streams_only=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door: ASGIApp = self._websocket if scope["type"] == "websocket" else self._http
        await door(scope, receive, send)

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog.testing
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from uvicorn.server import ServerState

from settings import LimitSettings, Settings
from tests.wire import toy
from transport.endpoint import GraphQLEndpoint


@dataclass
class Wire:
    """A running server, and a client for it."""

    http: httpx.AsyncClient
    contexts: toy.ToyContexts
    port: int

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    async def post(self, query: str, *, accept: str = "application/json", **payload: Any) -> httpx.Response:
        return await self.http.post("/graphql", json={"query": query, **payload}, headers={"Accept": accept})

    async def code_of(self, query: str, **payload: Any) -> str:
        """The code of the one error that answers `query`."""
        body = (await self.post(query, **payload)).json()
        assert len(body["errors"]) == 1, body
        code: str = body["errors"][0]["extensions"]["code"]
        return code


Serve = Callable[..., Awaitable[Wire]]


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """What the server logged. Bugs are provoked here on purpose; their tracebacks need not fill the screen."""
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts servers with the limits and settings that a test needs."""
    async with AsyncExitStack() as stack:

        async def start(*, page: Path | None = None, settings: dict[str, Any] | None = None, **limits: Any) -> Wire:
            toy.reset()
            contexts = toy.ToyContexts()
            configured = Settings(_env_file=None, limits=LimitSettings(_env_file=None, **limits), **(settings or {}))
            endpoint = GraphQLEndpoint(
                toy.schema, settings=configured, contexts=contexts, say=toy.say, page=page, statements=lambda: lambda: 7
            )
            app = Starlette(
                routes=[
                    Route("/graphql", endpoint),
                    WebSocketRoute("/graphql", endpoint),
                    Route("/graphql/stream", endpoint.stream),
                ]
            )
            listener = socket.create_server(("127.0.0.1", 0))
            # uvicorn's own protocols on a real socket; its main loop, with its pauses, is left out.
            config = uvicorn.Config(app, log_level="critical", lifespan="off")
            config.load()
            state = ServerState()
            http_protocol: Callable[..., asyncio.Protocol] = config.http_protocol_class
            protocol = partial(http_protocol, config=config, server_state=state, app_state={})
            server = await asyncio.get_running_loop().create_server(protocol, sock=listener)
            port = listener.getsockname()[1]
            http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=15, verify=False)  # no TLS to set up

            async def stop() -> None:
                await http.aclose()
                server.close()
                for connection in list(state.connections):
                    connection.shutdown()
                for task in list(state.tasks):
                    task.cancel()
                await asyncio.gather(*state.tasks, return_exceptions=True)

            stack.push_async_callback(stop)
            return Wire(http, contexts, port)

        yield start


@pytest.fixture
async def wire(serve: Serve) -> Wire:
    return await serve()

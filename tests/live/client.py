"""Clients as users have them: GraphQL over HTTP, subscriptions over WebSocket and over event streams."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Self

import httpx
from websockets import Subprotocol
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE = 20.0  # seconds until something that must come by itself counts as missing

Data = dict[str, Any]


class Failed(AssertionError):
    """Top-level errors where data was expected."""

    def __init__(self, errors: list[Data]) -> None:
        super().__init__(json.dumps(errors, ensure_ascii=False))
        self.codes = [error["extensions"]["code"] for error in errors]


@dataclass(frozen=True)
class Caller:
    """Somebody at a server, with a token, a cart, or neither. `await caller(DOCUMENT, name=value)` gives `data`."""

    http: httpx.AsyncClient
    url: str
    token: str | None = None
    cart_token: str | None = None
    locale: str = "en"

    def but(self, **changes: Any) -> Self:
        """The same with another token, cart, server."""
        return replace(self, **changes)

    @property
    def headers(self) -> dict[str, str]:
        named = {"Accept-Language": self.locale, "Accept": "application/json"}
        if self.token:
            named["Authorization"] = f"Bearer {self.token}"
        if self.cart_token:
            named["X-Cart-Token"] = self.cart_token
        return named

    async def __call__(self, document: str, **variables: Any) -> Data:
        answer = await self.ask(document, **variables)
        if "errors" in answer:
            raise Failed(answer["errors"])
        data: Data = answer["data"]
        return data

    async def ask(self, document: str, **variables: Any) -> Data:
        """The whole answer, errors and all."""
        body = {"query": document, "variables": variables}
        response = await self.http.post(f"{self.url}/graphql", json=body, headers=self.headers)
        assert response.status_code < 500, response.text
        answer: Data = response.json()
        return answer

    async def do(self, document: str, **input: Any) -> Data:
        """A mutation with one field; the payload, which must tell of no problem."""
        payload = await self.refused(document, **input)
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    async def refused(self, document: str, **input: Any) -> Data:
        """The payload, whatever it tells."""
        data = await self(document, input=input)
        payload: Data = next(iter(data.values()))
        return payload

    async def codes(self, document: str, **input: Any) -> list[str]:
        """The codes of the problems that a mutation tells of."""
        return [error["code"] for error in (await self.refused(document, **input))["userErrors"]]


@contextlib.asynccontextmanager
async def calling(url: str, **who: Any) -> AsyncIterator[Caller]:
    """A caller with connections of their own."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=50)
    async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as http:
        yield Caller(http, url, **who)


@dataclass
class Watching:
    """An open subscription: what has come so far, and how it ended."""

    changes: list[Data] = field(default_factory=list)
    errors: list[Data] = field(default_factory=list)
    is_complete: bool = False
    close_code: int | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_over(self) -> bool:
        return self.is_complete or self.close_code is not None

    @property
    def events(self) -> list[Data]:
        """What happened, without the snapshots."""
        return [change["event"] for change in self.changes if change["event"]]

    @property
    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.events]

    @property
    def sequences(self) -> list[int]:
        return [event["sequence"] for event in self.events]

    @property
    def cursor(self) -> str:
        cursor: str = self.changes[-1]["cursor"]
        return cursor

    async def until(self, condition: Callable[["Watching"], bool], *, seconds: float = PATIENCE) -> None:
        """Wait until `condition` holds; what came instead is told when it never does."""
        try:
            async with asyncio.timeout(seconds):
                while not condition(self):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            seen = f"{self.kinds} errors={self.errors} complete={self.is_complete} closed={self.close_code}"
            raise AssertionError(f"waited {seconds} s in vain; what came: {seen}") from None

    async def until_kind(self, kind: str, *, seconds: float = PATIENCE) -> Data:
        """Wait for an event of `kind`."""
        await self.until(lambda own: kind in own.kinds, seconds=seconds)
        return self.events[self.kinds.index(kind)]

    def take(self, payload: Data) -> None:
        if "errors" in payload:
            self.errors.extend(payload["errors"])
        else:
            self.changes.append(next(iter(payload["data"].values())))
        self.tell()

    def tell(self) -> None:
        self._news.set()


@contextlib.asynccontextmanager
async def socket_of(caller: Caller) -> AsyncIterator[ClientConnection]:
    """A WebSocket that has been acknowledged."""
    payload: Data = {"locale": caller.locale}
    if caller.token:
        payload["authorization"] = f"Bearer {caller.token}"
    if caller.cart_token:
        payload["cartToken"] = caller.cart_token
    url = caller.url.replace("http://", "ws://") + "/graphql"
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None, close_timeout=2) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        first = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
        assert first["type"] == "connection_ack", first
        yield socket


@contextlib.asynccontextmanager
async def watching(caller: Caller, document: str, **variables: Any) -> AsyncIterator[Watching]:
    """A subscription over graphql-transport-ws."""
    watch = Watching()
    async with socket_of(caller) as socket:
        subscribe = {"type": "subscribe", "id": "1", "payload": {"query": document, "variables": variables}}
        await socket.send(json.dumps(subscribe))
        reader = asyncio.create_task(_read_socket(socket, watch))
        try:
            yield watch
        finally:
            await _ended(reader)


async def _read_socket(socket: ClientConnection, watch: Watching) -> None:
    try:
        async for frame in socket:
            message = json.loads(frame)
            if message["type"] == "ping":
                await socket.send('{"type": "pong"}')
            elif message["type"] == "next":
                watch.take(message["payload"])
            elif message["type"] == "error":
                watch.take({"errors": message["payload"]})
                watch.is_complete = True
            elif message["type"] == "complete":
                watch.is_complete = True
            watch.tell()
    except ConnectionClosed:
        pass
    watch.close_code = socket.close_code
    watch.tell()


@contextlib.asynccontextmanager
async def streaming(
    caller: Caller, document: str, *, last_id: str | None = None, **variables: Any
) -> AsyncIterator[Watching]:
    """The same over an event stream."""
    watch = Watching()
    headers = {**caller.headers, "Accept": "text/event-stream", **({"Last-Event-ID": last_id} if last_id else {})}
    body = {"query": document, "variables": variables}
    async with caller.http.stream("POST", f"{caller.url}/graphql/stream", json=body, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        reader = asyncio.create_task(_read_stream(response, watch))
        try:
            yield watch
        finally:
            await _ended(reader)


async def _read_stream(response: httpx.Response, watch: Watching) -> None:
    event = ""
    with contextlib.suppress(httpx.HTTPError):
        async for line in response.aiter_lines():
            name, _, value = line.partition(":")
            if name == "event":
                event = value.strip()
            elif name == "data" and event == "next":
                watch.take(json.loads(value))
            elif name == "data" and event == "complete":
                watch.is_complete = True
                watch.tell()
    watch.close_code = 0
    watch.tell()


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task

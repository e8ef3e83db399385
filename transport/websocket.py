"""graphql-transport-ws: the one WebSocket subprotocol spoken here, message by message and close code by close code."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, aclosing, suppress
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from kit.errors import Refusals, Refused
from kit.text import best_locale
from transport.connections import LONGEST_TOKEN, OpenStreams, address, bearer, with_headers
from transport.errors import ErrorFormat, Formatted, Invalid
from transport.jsontext import encode
from transport.operations import Admitted, Failed, Operations, Payload, Revoked
from transport.origins import Origins
from transport.requests import OperationRequest, decoded, from_payload

PROTOCOL = "graphql-transport-ws"
LONGEST_ID = 200  # characters
CLOSE_SECONDS = 2.0  # for the close frame to leave; a peer that is gone takes none

# What sending meets when nobody is there: silence for too long, a broken connection, a socket that was closed.
_HUNG_UP = (TimeoutError, OSError, RuntimeError, WebSocketDisconnect)

# A write that has begun is finished though its client has left. These live until then.
_writes: set["asyncio.Task[Payload]"] = set()


class WebSocketDoor:
    """The ASGI application of one path."""

    def __init__(self, operations: Operations, *, origins: Origins, streams: OpenStreams) -> None:
        self._operations = operations
        self._origins = origins
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        if not self._origins.may_call(socket.headers):
            await _deny(socket, 403)
            return
        with ExitStack() as place:
            try:
                place.enter_context(self._streams.one_more(address(socket)))
            except Refused:
                await _deny(socket, 429)
                return
            await self._talk(socket)

    async def _talk(self, socket: WebSocket) -> None:
        if PROTOCOL not in socket.scope["subprotocols"]:
            await socket.accept()
            await socket.close(4406, "Subprotocol not acceptable")
            return
        await socket.accept(PROTOCOL)
        await _Session(socket, self._operations).run()


class _Close(Exception):
    """The peer broke the protocol, or may not go on: end the socket with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class _Gone(Exception):
    """Nobody reads any more."""


class _Session:
    """One socket, from `connection_init` to the end."""

    def __init__(self, socket: WebSocket, operations: Operations) -> None:
        self._socket = socket
        self._operations = operations
        self._limits = operations.limits
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._heard = self._loop.time()
        self._greeted = False
        self._context: Any = None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._take: dict[str, Callable[[dict[str, Any]], Awaitable[None]]] = {
            "connection_init": self._greet,
            "ping": self._ping,
            "pong": self._pong,
            "subscribe": self._subscribe,
            "complete": self._complete,
        }

    async def run(self) -> None:
        reader = self._loop.create_task(self._read())
        watches = {self._loop.create_task(watch()) for watch in (self._watch_peer, self._watch_token)}
        try:
            await asyncio.wait({reader, self._over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending = {reader, *watches, *self._tasks}
            for task in ending:
                task.cancel()
            await asyncio.gather(*ending, return_exceptions=True)

    # What the peer says

    async def _read(self) -> None:
        try:
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                self._heard = self._loop.time()
                await self._hear(message.get("text"))
        except _Close as close:
            await self._close(close.code, close.reason)
        except _Gone:
            pass
        except Exception as error:
            self._words().bug(error)
            await self._close(4500, "Internal server error")

    async def _hear(self, text: str | None) -> None:
        if text is None:
            raise _Close(4400, "Only text messages are spoken here")
        if len(text) > self._limits.body_bytes:
            raise _Close(1009, f"A message may have {self._limits.body_bytes} bytes")
        try:
            message = decoded(text)
        except Refused:
            raise _Close(4400, "The message is not JSON") from None
        kind = message.get("type") if isinstance(message, dict) else None
        take = self._take.get(kind) if isinstance(kind, str) else None
        if take is None:
            raise _Close(4400, "The message has no type of graphql-transport-ws")
        await take(message)

    async def _greet(self, message: dict[str, Any]) -> None:
        payload = _payload_of(message)
        if self._greeted:
            raise _Close(4429, "Too many initialisation requests")
        self._greeted = True
        connection = with_headers(self._socket, _told_headers(payload))
        try:
            token = bearer(_told_authorization(payload) or connection.headers.get("authorization"))
            self._context = await self._operations.contexts.for_request(connection, token)
        except (Refused, Refusals):
            raise _Close(4403, "Forbidden") from None
        await self._send({"type": "connection_ack"})

    async def _ping(self, message: dict[str, Any]) -> None:
        payload = _payload_of(message)
        await self._send({"type": "pong", "payload": payload} if payload else {"type": "pong"})

    async def _pong(self, message: dict[str, Any]) -> None:
        _payload_of(message)

    async def _subscribe(self, message: dict[str, Any]) -> None:
        operation_id = _id_of(message)
        try:
            request = from_payload(message.get("payload"))
        except Refused as refused:
            raise _Close(4400, f"The payload is not well formed: {refused.facts['why']}") from None
        if self._context is None:
            raise _Close(4401, "Unauthorized")
        if operation_id in self._running:
            raise _Close(4409, f"Subscriber for {operation_id} already exists")
        allowed = self._limits.operations_per_connection
        if len(self._running) >= allowed:
            too_many = Refused("LIMIT_EXCEEDED", limit="operations_per_connection", allowed=allowed)
            await self._send_error(operation_id, [self._words().refused(too_many)])
            return
        task = self._loop.create_task(self._operate(operation_id, request))
        self._running[operation_id] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _complete(self, message: dict[str, Any]) -> None:
        if task := self._running.pop(_id_of(message), None):
            task.cancel()

    # What we answer

    async def _operate(self, operation_id: str, request: OperationRequest) -> None:
        context = self._context.renewed()
        try:
            await self._answer(operation_id, request, context)
            errors: list[Formatted] = []
        except (Refused, Refusals, Invalid) as problem:
            errors = self._words().request_errors(problem)
        except Failed as failed:
            errors = failed.errors
        except Revoked:
            await self._close(4403, "Forbidden")
            return
        except _Gone:
            return
        except Exception as error:
            errors = [self._words().bug(error)]
        finally:
            if self._running.get(operation_id) is asyncio.current_task():
                del self._running[operation_id]
        with suppress(_Gone):
            if errors:
                await self._send_error(operation_id, errors)
            else:
                await self._send({"type": "complete", "id": operation_id})

    async def _answer(self, operation_id: str, request: OperationRequest, context: Any) -> None:
        operation = await self._operations.read(request, context)
        admitted = await self._operations.admit(operation, request, context)
        if not operation.is_subscription:
            await self._send_next(operation_id, await self._run_once(admitted, context))
            return
        async with aclosing(self._operations.stream(admitted, context)) as payloads:
            async for payload in payloads:
                # Waits while the peer does not read; meanwhile nothing more is asked of the source.
                await self._send_next(operation_id, payload)

    async def _run_once(self, admitted: Admitted, context: Any) -> Payload:
        if not admitted.operation.is_mutation:
            return await self._operations.answer(admitted, context)
        write = self._loop.create_task(self._operations.answer(admitted, context))
        _writes.add(write)
        write.add_done_callback(_writes.discard)
        return await asyncio.shield(write)

    async def _send_next(self, operation_id: str, payload: Payload) -> None:
        await self._send({"type": "next", "id": operation_id, "payload": payload})

    async def _send_error(self, operation_id: str, errors: list[Formatted]) -> None:
        await self._send({"type": "error", "id": operation_id, "payload": errors})

    async def _send(self, message: dict[str, Any]) -> None:
        text = encode(message)
        try:
            async with asyncio.timeout(self._limits.ping_seconds):
                await self._socket.send_text(text)
        except _HUNG_UP:
            self._end()
            raise _Gone from None

    # How it ends

    async def _watch_peer(self) -> None:
        await asyncio.sleep(self._limits.connection_init_seconds)
        if not self._greeted:
            await self._close(4408, "Connection initialisation timeout")
        while not self._over.done():
            asked = self._loop.time()
            await self._send({"type": "ping"})
            await asyncio.sleep(self._limits.ping_seconds)
            if self._heard < asked:
                # Perhaps asleep: 1013 lets a client come back. To graphql-ws 1011 is fatal.
                await self._close(1013, "No answer to ping")

    async def _watch_token(self) -> None:
        while not self._over.done():
            await asyncio.sleep(self._limits.revalidate_seconds)
            if self._context is not None and not await self._still_valid():
                await self._close(4403, "Forbidden")

    async def _still_valid(self) -> bool:
        try:
            return await self._operations.contexts.still_valid(self._context)
        except Exception as error:  # the store of tokens may be away for a moment; each event asks again
            self._words().bug(error)
            return True

    async def _close(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._socket.close(code, _fitting(reason))
        except _HUNG_UP:
            pass
        finally:
            self._end()

    def _end(self) -> None:
        if not self._over.done():
            self._over.set_result(None)

    def _words(self) -> ErrorFormat:
        if self._context is not None:
            return self._operations.format_for(self._context.locale)
        return self._operations.format_for(best_locale(self._socket.headers.get("accept-language")))


async def _deny(socket: WebSocket, status: int) -> None:
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.receive()
        await socket.send_denial_response(Response(status_code=status))
    else:
        await socket.close(1008)


def _payload_of(message: dict[str, Any]) -> dict[str, Any]:
    payload = message.get("payload")
    if payload is None:
        return {}
    if not isinstance(payload, dict):
        raise _Close(4400, "payload must be an object")
    return payload


def _id_of(message: dict[str, Any]) -> str:
    operation_id = message.get("id")
    if not isinstance(operation_id, str) or not 0 < len(operation_id) <= LONGEST_ID:
        raise _Close(4400, f"id must be a text of 1 to {LONGEST_ID} characters")
    return operation_id


def _told_authorization(payload: dict[str, Any]) -> object:
    return payload.get("authorization") or payload.get("Authorization")


def _told_headers(payload: dict[str, Any]) -> dict[str, str]:
    told = {"X-Cart-Token": payload.get("cartToken"), "Accept-Language": payload.get("locale")}
    for name, value in told.items():
        if value is not None and (not isinstance(value, str) or len(value) > LONGEST_TOKEN):
            raise _Close(4400, f"{name} must be a text")
    return {name: value for name, value in told.items() if isinstance(value, str)}


def _fitting(reason: str) -> str:
    """A close frame has room for 123 bytes."""
    return reason.encode()[:120].decode(errors="ignore")

"""Event streams: `distinct connections` of GraphQL over SSE, one operation for each response."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from transport.errors import Formatted
from transport.jsontext import encode
from transport.operations import Failed, Payload, Revoked

COMMENT = b":\n\n"
# The empty `data` line matters: without one, an EventSource drops the event.
COMPLETE = b"event: complete\ndata:\n\n"


def framed(payload: Payload) -> bytes:
    """A `next` event, with the cursor of the payload as its id, so that a client that reconnects says where it was.

    Lines end in LF: urql and others split on a blank line of that kind.
    """
    cursor = _cursor(payload)
    event_id = f"id: {cursor}\n" if cursor else ""
    return f"event: next\n{event_id}data: {encode(payload)}\n\n".encode()


class EventStream:
    """An ASGI response. `payloads` is closed as soon as the client is gone."""

    def __init__(
        self,
        payloads: AsyncGenerator[Payload, None],
        *,
        headers: dict[str, str],
        pulse_seconds: float,
        send_seconds: float,
        still_valid: Callable[[], Awaitable[bool]],
        revoked: list[Formatted],
        ended: Callable[[], object],
    ) -> None:
        self._payloads = payloads
        self._headers = headers
        self._pulse_seconds = pulse_seconds
        self._send_seconds = send_seconds
        self._still_valid = still_valid
        self._revoked = revoked
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            async with asyncio.timeout(self._send_seconds):
                await send(self._start())
            await self._deliver(send, gone)
        except TimeoutError:
            pass  # a reader that takes nothing for this long is as good as gone
        finally:
            gone.cancel()
            self._ended()
            await self._payloads.aclose()

    async def _deliver(self, send: Send, gone: "asyncio.Future[None]") -> None:
        await self._write(send, COMMENT)  # proxies and clients see at once that the stream stands
        while not gone.done():
            coming = asyncio.ensure_future(anext(self._payloads, None))
            try:
                last = await self._deliver_one(send, gone, coming)
            finally:
                if not coming.done():
                    coming.cancel()
                    with suppress(asyncio.CancelledError):
                        await coming
            if last:
                return

    async def _deliver_one(
        self, send: Send, gone: "asyncio.Future[None]", coming: "asyncio.Future[Payload | None]"
    ) -> bool:
        """Wait for one payload, keeping the connection warm meanwhile. True when the stream is over."""
        while not coming.done():
            either: set[asyncio.Future[Any]] = {coming, gone}
            await asyncio.wait(either, timeout=self._pulse_seconds, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                return True
            if coming.done():
                break
            if not await self._still_valid():
                return await self._end(send, self._revoked)
            await self._write(send, COMMENT)
        try:
            payload = coming.result()
        except Revoked:
            return await self._end(send, self._revoked)
        except Failed as failed:
            return await self._end(send, failed.errors)
        if payload is None:
            return await self._end(send, [])
        await self._write(send, framed(payload))
        return False

    async def _end(self, send: Send, errors: list[Formatted]) -> bool:
        if errors:
            await self._write(send, framed({"errors": errors}))
        await self._write(send, COMPLETE, more=False)
        return True

    async def _write(self, send: Send, chunk: bytes, *, more: bool = True) -> None:
        async with asyncio.timeout(self._send_seconds):
            await send({"type": "http.response.body", "body": chunk, "more_body": more})

    def _start(self) -> Message:
        headers = {
            **self._headers,
            "Content-Type": "text/event-stream; charset=utf-8",
            "X-Accel-Buffering": "no",
        }
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        return {"type": "http.response.start", "status": 200, "headers": raw}


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _cursor(payload: Payload) -> str | None:
    data: Any = payload.get("data")
    for value in data.values() if isinstance(data, dict) else ():
        cursor = value.get("cursor") if isinstance(value, dict) else None
        if isinstance(cursor, str) and cursor.isprintable():
            return cursor
    return None

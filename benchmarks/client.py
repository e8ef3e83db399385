"""The measuring client: keep-alive connections and a clock, in a process of its own so that it steals no server's time.

It reads one job as a line of JSON from standard input and answers with one line: the seconds that it took and the
latencies. Requests are made ready beforehand; of an answer it reads no more than its status and its length.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

import uvloop

from benchmarks.shopping import Shopper, Shopping

READ_LIMIT = 1 << 20  # bytes of an answer that may wait to be read
FAILED = b'"errors":'


@dataclass(frozen=True, slots=True)
class Request:
    """A request to send as it stands."""

    path: str
    body: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What to do over and over, on how many connections, for how long: either the `requests` in turn, or `shopping`."""

    port: int
    seconds: float
    connections: int
    requests: Sequence[Request] = field(default_factory=list)
    shopping: Shopping | None = None

    @classmethod
    def read(cls, line: str) -> "Job":
        plain = json.loads(line)
        plain["requests"] = [Request(**one) for one in plain["requests"]]
        if plain["shopping"] is not None:
            plain["shopping"] = Shopping.read(plain["shopping"])
        return cls(**plain)

    def write(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(slots=True)
class Timed:
    """What came of a job: how long each repetition took, milliseconds, and all of them together, seconds."""

    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0


class Connection:
    """One keep-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> "Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=READ_LIMIT))

    async def send(self, prepared: bytes) -> bytes:
        """The body of the answer, which must be a success."""
        self._writer.write(prepared)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status, length = int(head[9:12]), _content_length(head)
        body = await self._reader.readexactly(length)
        if not 200 <= status < 300 or body.startswith(b'{"errors":') or FAILED in body[-2000:]:
            raise RuntimeError(f"{status}: {body[:500].decode(errors='replace')}")
        return body

    def close(self) -> None:
        self._writer.close()


def prepared(request: Request, headers: dict[str, str] | None = None) -> bytes:
    """The bytes of a POST."""
    body = request.body.encode()
    lines = [
        f"POST {request.path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Accept: application/json",
        "Accept-Language: en",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *([f"Authorization: Bearer {request.token}"] if request.token else []),
        *(f"{name}: {value}" for name, value in (headers or {}).items() if name != "content-type"),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def measure(job: Job) -> Timed:
    """Repeat the job on all connections until its time is over."""
    connections = [await Connection.open(job.port) for _ in range(job.connections)]
    timed, started = Timed(), time.perf_counter()
    once = _reading(job.requests) if job.shopping is None else _shopping(job.shopping)
    try:
        turns = count()
        await asyncio.gather(
            *(
                _repeat(once, connection, place, turns, started + job.seconds, timed)
                for place, connection in enumerate(connections)
            )
        )
        timed.seconds = time.perf_counter() - started
    finally:
        for connection in connections:
            connection.close()
    return timed


async def _repeat(
    once: Callable[[Connection, int, int], Awaitable[object]],
    connection: Connection,
    place: int,
    turns: Iterator[int],
    end: float,
    timed: Timed,
) -> None:
    while (begun := time.perf_counter()) < end:
        await once(connection, place, next(turns))
        timed.milliseconds.append((time.perf_counter() - begun) * 1000)


def _reading(requests: Sequence[Request]) -> Callable[[Connection, int, int], Awaitable[object]]:
    ready = [prepared(request) for request in requests]

    async def read(connection: Connection, place: int, turn: int) -> object:
        return await connection.send(ready[turn % len(ready)])

    return read


def _shopping(shopping: Shopping) -> Callable[[Connection, int, int], Awaitable[object]]:
    async def buy(connection: Connection, place: int, turn: int) -> object:
        async def post(path: str, body: str, token: str | None, headers: dict[str, str]) -> Any:
            answer = await connection.send(prepared(Request(path, body, token), headers))
            return json.loads(answer) if answer else None

        return await Shopper(shopping, post).buy(buyer=place, turn=turn)

    return buy


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0


async def _serve() -> None:
    for line in sys.stdin:  # nothing else is to be done meanwhile, so waiting for a line may block
        timed = await measure(Job.read(line))
        print(json.dumps(asdict(timed)), flush=True)


if __name__ == "__main__":
    uvloop.run(_serve())

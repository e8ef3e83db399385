"""Both servers as processes of their own, on one database and under the same settings."""

import asyncio
import contextlib
import json
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.client import Job, Timed
from settings import LimitSettings, Settings

ROOT = Path(__file__).resolve().parent.parent
SECRET = "benchmark"
START_SECONDS = 60.0
LINE_LIMIT = 64 * 1024 * 1024  # bytes of latencies in one answer of the client


def settings_for(database_url: str, *, port: int = 8000) -> Settings:
    """The settings of both servers. Timers rest: what they do later is no part of an operation."""
    return Settings(
        _env_file=None,
        database_url=database_url,
        port=port,
        demo=False,
        run_jobs=False,
        redis_url=None,
        log_level="ERROR",
        secret_keys=(SECRET,),
        simulator_secret=SECRET,
        access_token_minutes=24 * 60,
        limits=LimitSettings(_env_file=None, bucket_size=10**12),
    )


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "HOST": "127.0.0.1",
        "PORT": str(settings.port),
        "DEMO": "false",
        "RUN_JOBS": "false",
        "REDIS_URL": "",
        "LOG_LEVEL": "ERROR",
        "SECRET_KEYS": SECRET,
        "SIMULATOR_SECRET": SECRET,
        "ACCESS_TOKEN_MINUTES": str(settings.access_token_minutes),
        "LIMIT_BUCKET_SIZE": str(settings.limits.bucket_size),
    }


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    port: int
    pid: int

    def cpu_seconds(self) -> float | None:
        """Processor time that it has used so far, in all its threads; None where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.asynccontextmanager
async def served(database_url: str, *arguments: str) -> AsyncIterator[Server]:
    """A server, `python <arguments>`, that answers."""
    settings = settings_for(database_url, port=_free_port())
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, env=_environment(settings), stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await _answers(process, settings.port)
        yield Server(settings.port, process.pid)
    finally:
        await _stop(process)


def graphql(database_url: str) -> contextlib.AbstractAsyncContextManager[Server]:
    """The API as `make run` serves it."""
    return served(database_url, "server.py")


def handwritten(database_url: str) -> contextlib.AbstractAsyncContextManager[Server]:
    """The hand-written handlers."""
    return served(database_url, "-m", "benchmarks.handwritten")


class Client:
    """The measuring client in its own process."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def run(self, job: Job) -> Timed:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the client has no pipes")
        stdin.write(job.write().encode() + b"\n")
        await stdin.drain()
        line = await stdout.readline()
        if not line:
            raise RuntimeError("the client has stopped; its error stands above")
        return Timed(**json.loads(line))


@contextlib.asynccontextmanager
async def client() -> AsyncIterator[Client]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.client", cwd=ROOT, stdin=PIPE, stdout=PIPE, limit=LINE_LIMIT
    )
    try:
        yield Client(process)
    finally:
        await _stop(process)


async def _answers(process: Process, port: int) -> None:
    async with asyncio.timeout(START_SECONDS), httpx.AsyncClient(trust_env=False) as asking:
        while True:
            if process.returncode is not None:
                raise RuntimeError("the server has stopped; its error stands above")
            with contextlib.suppress(httpx.TransportError):
                if (await asking.get(f"http://127.0.0.1:{port}/health")).is_success:
                    return
            await asyncio.sleep(0.1)


async def _stop(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

"""Starts the real `server.py` and `worker.py` as processes of their own, and knows how to end them, gently or not."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from settings import ROOT, LimitSettings, Settings

SECRET = "live-secret"
START_SECONDS = 60.0  # a loaded machine with two cores takes its time to import everything
STOP_SECONDS = 15.0
SETTING_NAMES = {
    *(name.upper() for name in Settings.model_fields),
    *(f"LIMIT_{name.upper()}" for name in LimitSettings.model_fields),
}


@dataclass
class Process:
    """A program of this checkout that runs."""

    popen: subprocess.Popen[bytes]
    log: Path
    output: Path

    def kill(self) -> None:
        """As when the power goes: no time for anything."""
        with contextlib.suppress(ProcessLookupError):
            self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()

    def stop(self) -> int:
        """As Ctrl-C does; gives the exit status. One that will not end is killed, and that fails the test."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGINT)
        try:
            return self.popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"it did not stop:\n{self.tail()}") from None

    def said(self) -> str:
        """Everything that it wrote so far, to both streams."""
        return self.output.read_text("utf-8", "replace") + self.log.read_text("utf-8", "replace")

    def tail(self) -> str:
        return self.said()[-4000:]

    def assert_no_bugs(self) -> None:
        """No traceback and no masked error stands in its log."""
        complaints = [line for line in self.said().splitlines() if "Traceback" in line or '"bug"' in line]
        assert complaints == [], "\n".join(complaints)[:6000]


@dataclass
class Server(Process):
    """A `server.py` that answers."""

    url: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def ws_url(self) -> str:
        return self.url.replace("http://", "ws://") + "/graphql"

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


def free_port() -> int:
    """One that nobody listens on right now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def environment(database_url: str, folder: Path, **changes: str) -> dict[str, str]:
    """What a program is told by its environment: nothing of this developer's own settings."""
    kept = {name: value for name, value in os.environ.items() if name.upper() not in SETTING_NAMES}
    return {
        **kept,
        "PYTHONUNBUFFERED": "1",
        "DATABASE_URL": database_url,
        "SECRET_KEYS": SECRET,
        "DEMO": "true",
        "MEDIA_ROOT": str(folder / "media"),
        "SIMULATOR_CALLBACK_SECONDS": "0.05",
        "SIMULATOR_PARCEL_SECONDS": "0.2",
        "CODES_PER_ADDRESS_PER_HOUR": "10000",  # everybody here calls from one address
        "DEMO_SHIP_SECONDS": "86400",  # the demo's own picker keeps off what a test ships itself
        **changes,
    }


def start(program: str, folder: Path, env: dict[str, str]) -> Process:
    """Run `program` (`server.py`, `worker.py`) away from the checkout, so that no `.env` of a developer is read."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{Path(program).stem}-{time.monotonic_ns()}"
    log, output = folder / f"{name}.log", folder / f"{name}.out"
    with log.open("wb") as errors, output.open("wb") as printed:
        popen = subprocess.Popen(
            [sys.executable, str(ROOT / program)],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=errors,
            start_new_session=True,  # Ctrl-C at the test run is not for it
        )
    return Process(popen, log, output)


async def start_server(database_url: str, folder: Path, *, port: int | None = None, **changes: str) -> Server:
    """A server that answers at `/health`."""
    port = port or free_port()
    env = environment(database_url, folder, PORT=str(port), **changes)
    process = start("server.py", folder, env)
    server = Server(process.popen, process.log, process.output, f"http://127.0.0.1:{port}", env)
    try:
        await _until_it_answers(server)
    except BaseException:
        server.kill()
        raise
    return server


async def _until_it_answers(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    async with httpx.AsyncClient(trust_env=False, timeout=2) as http:
        while time.monotonic() < deadline:
            assert server.popen.poll() is None, f"server.py ended by itself:\n{server.tail()}"
            with contextlib.suppress(httpx.HTTPError):
                if (await http.get(f"{server.url}/health")).status_code == 200:
                    return
            await asyncio.sleep(0.05)
    raise AssertionError(f"server.py does not answer:\n{server.tail()}")


@contextlib.asynccontextmanager
async def serving(database_url: str, folder: Path, **changes: str) -> AsyncIterator[Server]:
    """A server for as long as the block lasts; after it the server must stop when asked, and its log hold no bug."""
    server = await start_server(database_url, folder, port=None, **changes)
    try:
        yield server
    except BaseException:
        server.kill()
        print(server.tail(), file=sys.stderr)  # beside the failure that it explains
        raise
    assert server.stop() == 0, server.tail()
    server.assert_no_bugs()


@contextlib.contextmanager
def working(database_url: str, folder: Path, **changes: str) -> Iterator[Process]:
    """A worker for as long as the block lasts."""
    worker = start("worker.py", folder, environment(database_url, folder, **changes))
    try:
        yield worker
    except BaseException:
        worker.kill()
        raise
    assert worker.stop() == 0, worker.tail()
    worker.assert_no_bugs()


def copy_market(template: Path, folder: Path) -> str:
    """A database of its own for one test, from a SQLite file that nobody has open."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, folder / "market.sqlite3")
    return f"sqlite://{folder / 'market.sqlite3'}"

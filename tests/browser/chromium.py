"""Drives a headless Chromium over its DevTools protocol, cut off from every host but this machine."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
    # Whatever a page asks of another host fails at once, as it would without a network.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
OBSERVED = ("Runtime.enable", "Network.enable", "Log.enable", "Page.enable")


def executable() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


class PageError(Exception):
    """The page threw, or did not come to the state that was waited for."""


class ProtocolError(PageError):
    """The browser could not do what it was asked, for example because the page went elsewhere meanwhile."""


class Page:
    """One tab: what it requested and complained about is kept from its first moment on, its workers included."""

    def __init__(self, socket: ClientConnection) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._tab: str | None = None
        self._target: str | None = None
        self._reader = asyncio.create_task(self._read())

    async def open(self, url: str) -> None:
        """Come to `url` as somebody who has never been there."""
        place = urlsplit(url)
        await self._send(
            "Storage.clearDataForOrigin",
            origin=f"{place.scheme}://{place.netloc}",
            storageTypes="cookies,local_storage",
        )
        await self._send("Page.navigate", url=url)

    async def evaluate(self, script: str) -> Any:
        """The value of an expression, awaited when it is a promise."""
        answer = await self._send(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        if "exceptionDetails" in answer:
            raise PageError(answer["exceptionDetails"].get("exception", {}).get("description", str(answer)))
        return answer["result"].get("value")

    async def wait_for(self, condition: str, *, seconds: float = 20) -> Any:
        """Wait until the expression is true, and answer its value."""
        try:
            async with asyncio.timeout(seconds):
                while not (value := await self._evaluate_if_there(condition)):
                    await asyncio.sleep(0.05)
                return value
        except TimeoutError:
            text = await self.evaluate("document.body.innerText")
            complaints = "\n".join(self.complaints)
            raise PageError(f"never true: {condition}\n--- complaints\n{complaints}\n--- page\n{text}") from None

    async def _evaluate_if_there(self, script: str) -> Any:
        try:
            return await self.evaluate(script)
        except ProtocolError:  # between two pages
            return None

    async def click(self, selector: str) -> None:
        """Press the mouse in the middle of the first element that matches, as a person would."""
        found = f"document.querySelector({json.dumps(selector)})"
        await self.wait_for(f"{found} !== null")
        middle = await self.evaluate(
            f"(r => [r.x + r.width / 2, r.y + r.height / 2])"
            f"(({found}.scrollIntoView({{block: 'nearest'}}), {found}).getBoundingClientRect())"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self._send(
                "Input.dispatchMouseEvent", type=kind, x=middle[0], y=middle[1], button="left", clickCount=1
            )

    async def resize(self, width: int, height: int) -> None:
        """Give the tab a window of this size, in CSS pixels."""
        await self._send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    async def prefer_dark(self, dark: bool) -> None:
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self._send("Emulation.setEmulatedMedia", features=[scheme])

    async def screenshot(self, path: Path) -> None:
        picture = await self._send("Page.captureScreenshot", format="png")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(picture["data"]))

    async def _start(self) -> None:
        target = await self._send("Target.createTarget", url="about:blank")
        self._target = target["targetId"]
        attached = await self._send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._tab = attached["sessionId"]
        for method in OBSERVED:
            await self._send(method)
        await self._send("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=True, flatten=True)

    async def _send(self, method: str, /, session: str | None = None, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": params}
        session = session or self._tab
        await self._socket.send(json.dumps({**message, "sessionId": session} if session else message))
        return await asyncio.wait_for(answer, 30)

    async def _read(self) -> None:
        async with asyncio.TaskGroup() as workers:
            async for text in self._socket:
                message = json.loads(text)
                if "id" in message:
                    self._settle(message)
                elif message["method"] == "Target.attachedToTarget" and message.get("sessionId"):
                    workers.create_task(self._observe(message["params"]["sessionId"]))
                else:
                    self._note(message["method"], message["params"])

    def _settle(self, message: dict[str, Any]) -> None:
        answer = self._answers.pop(message["id"])
        if answer.done():
            return
        if "error" in message:
            answer.set_exception(ProtocolError(message["error"]["message"]))
        else:
            answer.set_result(message["result"])

    async def _observe(self, session: str) -> None:
        """Listen to a worker before its first line runs. A worker lacks some domains, and may be gone already."""
        for method in (*OBSERVED, "Runtime.runIfWaitingForDebugger"):
            with contextlib.suppress(PageError, TimeoutError):
                await self._send(method, session)

    def _note(self, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent" if not params["request"]["url"].startswith("data:"):
                self.requests.append(params["request"]["url"])
            case "Network.webSocketCreated":
                self.requests.append(params["url"])
            case "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                self.complaints.append(details.get("exception", {}).get("description", details["text"]))
            case "Runtime.consoleAPICalled" if params["type"] in ("error", "assert"):
                self.complaints.append(
                    " ".join(str(arg.get("value", arg.get("description"))) for arg in params["args"])
                )
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                entry = params["entry"]
                self.complaints.append(f"{entry['text']} {entry.get('url', '')}".strip())

    async def _stop(self) -> None:
        with contextlib.suppress(PageError, TimeoutError):
            await self._send("Target.closeTarget", targetId=self._target)
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader


@contextlib.contextmanager
def browser() -> Iterator[str]:
    """A browser without a window; gives the address of its DevTools protocol."""
    program = executable()
    if program is None:
        raise PageError("no Chromium on this machine")
    with tempfile.TemporaryDirectory(prefix="jishi-chromium-", ignore_cleanup_errors=True) as profile:
        quiet = subprocess.DEVNULL
        command = [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
            try:
                yield _address(Path(profile), process)
            finally:
                process.terminate()


@contextlib.asynccontextmanager
async def tab(address: str, *, width: int = 1440, height: int = 900) -> AsyncIterator[Page]:
    """An empty tab of a running browser, closed at the end."""
    async with connect(address, max_size=None) as socket:
        page = Page(socket)
        try:
            await page._start()
            await page.resize(width, height)
            yield page
        finally:
            await page._stop()


def _address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    """Where the browser's DevTools protocol answers; Chromium writes port and path into the profile."""
    written = profile / "DevToolsActivePort"
    for _ in range(600):
        if process.poll() is not None:
            raise PageError(f"Chromium ended at once, with exit code {process.returncode}")
        if written.is_file() and len(lines := written.read_text().splitlines()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.05)
    raise PageError("Chromium did not start within 30 seconds")

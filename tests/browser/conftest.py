"""A browser, a server over a stocked market, and GraphiQL with its first step in front."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.browser import chromium, trade
from tests.browser.explorer import Explorer
from tests.live import markets
from tests.live.fixtures import KEYS
from tests.live.server import Server, copy_market, serving


@pytest.fixture(scope="session")
def browser() -> Iterator[str]:
    """A running browser, by its address."""
    if chromium.executable() is None:
        reason = "no Chromium on this machine"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with chromium.browser() as address:
        yield address


@pytest.fixture(scope="session")
def stocked_server(browser: str, stocked_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests; the demo's people and goods are there, its six weeks of trade are not."""
    folder = tmp_path_factory.mktemp("stocked-server")
    with asyncio.Runner() as runner:
        context = serving(copy_market(stocked_sqlite, folder), folder)
        yield runner.run(context.__aenter__())
        runner.run(context.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def traded_server(browser: str, stocked_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over a market with a few days of trade behind it."""
    folder = tmp_path_factory.mktemp("traded-server")
    url = copy_market(stocked_sqlite, folder)
    markets.alone(lambda: trade.play(url, folder), KEYS)
    with asyncio.Runner() as runner:
        context = serving(url, folder)
        yield runner.run(context.__aenter__())
        runner.run(context.__aexit__(None, None, None))


@pytest.fixture
def live_server(stocked_server: Server) -> str:
    """The address of a server; loading the whole demo would take longer than all of these tests."""
    return stocked_server.url


@pytest.fixture
async def explorer(browser: str, live_server: str) -> AsyncIterator[Explorer]:
    """Somebody who has just opened GraphiQL."""
    async with chromium.tab(browser) as page:
        explorer = Explorer(page, live_server)
        await explorer.open()
        yield explorer

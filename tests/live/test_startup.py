"""Starting: what the server says, and how several processes share one market."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.live import documents, shopping
from tests.live.client import Caller, watching
from tests.live.server import copy_market, environment, free_port, serving, start, working

pytestmark = pytest.mark.slow


@pytest.fixture
def shelf(stocked_sqlite: Path, tmp_path: Path) -> str:
    """The address of a stocked SQLite market."""
    return copy_market(stocked_sqlite, tmp_path)


async def test_the_server_says_where_to_click_and_whom_to_sign_in_as_or_that_its_port_is_taken(
    shelf: str, tmp_path: Path, http: httpx.AsyncClient
) -> None:
    async with serving(shelf, tmp_path) as server:
        said = server.output.read_text("utf-8")
        page = await http.get(server.url, follow_redirects=True, headers={"Accept": "text/html"})
        second = start("server.py", tmp_path / "second", server.environment)
        try:
            status = await asyncio.to_thread(second.popen.wait, 30)
        finally:
            second.kill()
    assert f"{server.url}/graphql" in said
    for person in ("lin@example.com", "admin@example.com", "picker@example.com", "jishi-demo"):
        assert person in said
    assert str(page.url) == f"{server.url}/graphql"
    assert status != 0
    assert "in use" in second.said()
    assert "Traceback" not in second.said()


async def test_a_server_that_is_no_demo_offers_nobody(shelf: str, tmp_path: Path, http: httpx.AsyncClient) -> None:
    async with serving(shelf, tmp_path, DEMO="false") as server:
        said = server.output.read_text("utf-8")
        guest = Caller(http, server.url)
        answer = await guest.ask(documents.INBOX, recipient="lin@example.com")
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["DEMO_ONLY"]
        assert await guest.codes(documents.ADVANCE, seconds=60) == ["DEMO_ONLY"]
    assert "example.com" not in said
    warned = server.log.read_text("utf-8")
    assert "The payment simulator is the only payment provider" in warned
    assert "the staff of the demo market" in warned


async def test_a_market_without_tables_is_said_in_words(tmp_path: Path) -> None:
    process = start(
        "server.py", tmp_path, environment(f"sqlite://{tmp_path}/empty.sqlite3", tmp_path, PORT=str(free_port()))
    )
    try:
        status = await asyncio.to_thread(process.popen.wait, 30)
    finally:
        process.kill()
    assert status not in (0, -9)
    assert "Traceback" not in process.said()
    assert "make migrate" in process.said()


async def test_a_worker_alone_runs_the_timers(shelf: str, tmp_path: Path, http: httpx.AsyncClient) -> None:
    async with serving(shelf, tmp_path, RUN_JOBS="false") as server:
        guest = Caller(http, server.url)
        buyer, _ = await shopping.sign_up(guest)
        order = await shopping.place(buyer, await shopping.first_variant(guest))
        async with watching(buyer, documents.WATCH_ORDER, orderId=order["id"]) as live:
            await shopping.pay(buyer, order["id"])
            await asyncio.sleep(1.5)
            assert "PAYMENT_CAPTURED" not in live.kinds  # the callback waits: this server runs no timers
            with working(shelf, tmp_path / "worker", PORT=str(server.port)):
                await live.until_kind("PAYMENT_CAPTURED", seconds=40)

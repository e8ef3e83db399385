"""Fixtures for tests through the front door; `tests/conftest.py` hands them to everybody."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests import databases
from tests.live import markets
from tests.live.client import Caller
from tests.live.server import Server, copy_market, serving

KEYS = ("test-secret",)  # of tests/conftest.py, which cannot be imported from here

# Whoever is silent, or whose session has ended, is noticed soon.
IMPATIENT = {"LIMIT_PING_SECONDS": "2", "LIMIT_REVALIDATE_SECONDS": "1"}


@pytest.fixture(scope="session")
def stocked_sqlite(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    folder = tmp_path_factory.mktemp("stocked")
    path = folder / "market.sqlite3"
    url = databases.copy_sqlite(sqlite_template, path)
    markets.alone(lambda: markets.stock(url, folder), KEYS)
    return path


@pytest.fixture(scope="session")
def stocked_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    reason = asyncio.run(databases.postgres_reason())
    if reason is not None:
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("stocked-postgres")
    with asyncio.Runner() as runner:
        database = databases.postgres_database("stocked")
        url = runner.run(database.__aenter__())
        try:
            markets.alone(lambda: markets.stock(url, folder), KEYS)
            yield url
        finally:
            runner.run(database.__aexit__(None, None, None))


@pytest.fixture
async def postgres_market(stocked_postgres: str) -> AsyncIterator[str]:
    """The address of a stocked PostgreSQL database of this test's own."""
    url = await markets.clone_postgres(stocked_postgres)
    try:
        yield url
    finally:
        await markets.drop_postgres(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def market_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a stocked database of this test's own; every test that uses it runs on both kinds."""
    if request.param == "sqlite":
        return copy_market(request.getfixturevalue("stocked_sqlite"), tmp_path)
    url: str = request.getfixturevalue("postgres_market")
    return url


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over a stocked market of each kind, for tests that bring people of their own. Its clock may have moved.

    The one over PostgreSQL shares its wake-ups through Redis.
    """
    folder = tmp_path_factory.mktemp("server")
    with asyncio.Runner() as runner:
        if request.param == "sqlite":
            url = copy_market(request.getfixturevalue("stocked_sqlite"), folder)
            context = serving(url, folder, **IMPATIENT)
            yield runner.run(context.__aenter__())
            runner.run(context.__aexit__(None, None, None))
            return
        url = runner.run(markets.clone_postgres(request.getfixturevalue("stocked_postgres")))
        try:
            context = serving(url, folder, REDIS_URL=markets.REDIS, **IMPATIENT)
            yield runner.run(context.__aenter__())
            runner.run(context.__aexit__(None, None, None))
        finally:
            runner.run(markets.drop_postgres(url))


@pytest.fixture
async def second_server(server: Server, tmp_path: Path) -> AsyncIterator[Server]:
    """Another server over the same market."""
    bus = {name: server.environment[name] for name in ("REDIS_URL",) if name in server.environment}
    async with serving(server.environment["DATABASE_URL"], tmp_path, **bus) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """Connections to servers on this machine."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=50)
    async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as client:
        yield client


@pytest.fixture
def guest(server: Server, http: httpx.AsyncClient) -> Caller:
    """Somebody without an account at `server`."""
    return Caller(http, server.url)

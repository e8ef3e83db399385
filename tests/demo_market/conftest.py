"""The demo market, loaded once on each kind of database; its tests only read."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.bus import InProcessBus
from adapters.messages import DatabaseInbox
from demo import load
from domain.market import Market
from models.database import close_database, open_database
from settings import Settings
from tests import databases
from tests.conftest import KEYS


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def loaded_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Settings]:
    """The settings of a market that was loaded just now. Takes half a minute."""
    folder = tmp_path_factory.mktemp("demo")
    with asyncio.Runner() as runner:
        if request.param == "sqlite":
            yield loaded(databases.copy_sqlite(sqlite_template, folder / "demo.sqlite3"), folder, runner)
            return
        reason = runner.run(databases.postgres_reason())
        if reason is not None:
            pytest.skip(reason)
        database = databases.postgres_database("demo")
        url = runner.run(database.__aenter__())
        try:
            yield loaded(url, folder, runner)
        finally:
            runner.run(database.__aexit__(None, None, None))


def loaded(url: str, folder: Path, runner: asyncio.Runner) -> Settings:
    """Load the demo market into an empty, migrated database."""
    settings = Settings(
        _env_file=None, database_url=url, secret_keys=KEYS, demo=True, media_root=folder / "media", redis_url=None
    )
    assert runner.run(load.load_from_outside(settings)) is None
    return settings


@pytest.fixture
async def loaded_market(loaded_settings: Settings) -> AsyncIterator[Market]:
    """The loaded market, open."""
    await open_database(loaded_settings.database_url, pool=loaded_settings.database_pool)
    try:
        yield Market(policy=loaded_settings, bus=InProcessBus(), messages=DatabaseInbox(), providers={}, carriers={})
    finally:
        await close_database()

"""Fixtures for all areas: a fresh database of each kind, a market in it, and viewers of each role."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.bus import InProcessBus
from adapters.carriers.simulator import CarrierSimulator
from adapters.messages import DatabaseInbox
from adapters.payments.external import ExternalPayments
from domain.access import Viewer, system
from domain.market import Market
from kit import clock, crypto
from models.customers import Role
from models.database import close_database, open_database
from settings import Settings
from tests import databases
from tests.api import Api
from tests.factories.customers import make_staff, make_user, viewer_for
from tests.factories.payments import connect, make_simulator
from tests.invariants import assert_books_balance
from tests.live.fixtures import (  # noqa: F401  # fixtures for tests through the front door
    guest,
    http,
    market_url,
    postgres_market,
    second_server,
    server,
    stocked_postgres,
    stocked_sqlite,
)
from tests.soak import SOAKING

KEYS = ("test-secret",)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only a soak runs, whatever marks are asked for."""
    if SOAKING:
        return
    left_out = [item for item in items if item.get_closest_marker("soak")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session", autouse=True)
def _keys() -> None:
    crypto.use_keys(KEYS)


@pytest.fixture(autouse=True)
def _clock_back() -> Iterator[None]:
    yield
    clock.set_offset(timedelta(0))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    asyncio.run(databases.migrate_database(f"sqlite://{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """The one PostgreSQL database of this run; emptied before each test that uses it."""
    reason = asyncio.run(databases.postgres_reason())
    if reason is not None:
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with asyncio.Runner() as runner:
        database = databases.postgres_database("main")
        url = runner.run(database.__aenter__())
        try:
            yield url
        finally:
            runner.run(database.__aexit__(None, None, None))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated database; every test that uses it runs on both kinds."""
    if request.param == "sqlite":
        return databases.copy_sqlite(request.getfixturevalue("sqlite_template"), tmp_path / "test.sqlite3")
    url: str = request.getfixturevalue("postgres_template")
    asyncio.run(databases.empty_postgres(url))
    return url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        database_url=database_url,
        secret_keys=KEYS,
        demo=True,
        media_root=tmp_path / "media",
    )


@pytest.fixture
async def market(settings: Settings) -> AsyncIterator[Market]:
    """A market in an empty database, with the default adapters. After the test its books and its stock must agree."""
    await open_database(settings.database_url, pool=settings.database_pool)
    try:
        bus = InProcessBus()
        simulator = make_simulator(settings.url, bus)
        yield connect(
            Market(
                policy=settings,
                bus=bus,
                messages=DatabaseInbox(),
                providers={simulator.code: simulator, ExternalPayments.code: ExternalPayments()},
                carriers={CarrierSimulator.code: CarrierSimulator(settings)},
            )
        )
        await assert_books_balance()
        await simulator.close()
    finally:
        await close_database()


@pytest.fixture
def visitor(market: Market) -> Viewer:
    """Somebody without an account or a cart."""
    return Viewer(market=market, address="192.0.2.1", locale="en")


@pytest.fixture
def the_market(market: Market) -> Viewer:
    """The market itself."""
    return system(market)


@pytest.fixture
async def customer(market: Market) -> Viewer:
    """A signed-in customer."""
    return viewer_for(market, await make_user())


@pytest.fixture
async def other_customer(market: Market) -> Viewer:
    """Another one, to whom nothing of the first belongs."""
    return viewer_for(market, await make_user())


@pytest.fixture
def staff(market: Market) -> Callable[..., Awaitable[Viewer]]:
    """`await staff(Role.FINANCE)` gives a member of staff in these roles."""

    async def make(*roles: Role) -> Viewer:
        return viewer_for(market, await make_staff(*roles))

    return make


@pytest.fixture
def api(visitor: Viewer, settings: Settings) -> Api:
    return Api(visitor, settings)

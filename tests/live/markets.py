"""Markets for live servers: stocked as the demo is, without its six weeks of trade; copied, not rebuilt."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import asyncpg

from adapters.bus import InProcessBus
from adapters.messages import DatabaseInbox
from demo import ground, residents
from demo.people import CUSTOMERS, STAFF
from domain.access import Viewer
from domain.catalog import imports
from domain.market import Market
from jobs.catalog import put_stock
from kit import clock, crypto
from models.catalog import ImportFormat, ImportProblem
from models.database import close_database, open_database
from settings import ROOT, Settings
from tests import databases
from tests.live.client import Caller
from tests.live.server import SECRET

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
CATALOG = ROOT / "demo" / "catalog"
SOME = 24  # products: all 366 take half a minute
SIGN_IN = """
mutation ($input: PasswordSignInInput!) {
  passwordSignIn(input: $input) { credentials { accessToken } userErrors { code message path } }
}"""


async def stock(database_url: str, folder: Path) -> None:
    """Put warehouses, people and some of the demo's goods into a migrated database; nobody has bought anything yet."""
    settings = Settings(
        _env_file=None, database_url=database_url, secret_keys=(SECRET,), demo=True, media_root=folder / "media"
    )
    crypto.use_keys(settings.keys)
    await open_database(database_url, pool=settings.database_pool)
    try:
        market = Market(policy=settings, bus=InProcessBus(), messages=DatabaseInbox(), providers={}, carriers={})
        await ground.lay(clock.now(), now=clock.now())
        await residents.settle(market, at=clock.now())
        manager = (await residents.residents(market, STAFF))["catalog"].viewer
        for name in ("brands.jsonl", "categories.jsonl", "products.jsonl"):
            await _import_some(manager, CATALOG / name, folder)
    finally:
        await close_database()


async def _import_some(manager: Viewer, source: Path, folder: Path) -> None:
    lines = source.read_text("utf-8").splitlines()
    some = folder / source.name
    some.write_text("\n".join(lines[:SOME] if source.stem == "products" else lines), "utf-8")
    run = await imports.start_file(manager, some, format=ImportFormat.JSON_LINES, locale="zh-CN")
    await imports.read_on(manager, run.id, put_stock=put_stock)
    assert await ImportProblem.filter(run_id=run.id) == []


def alone(work: Callable[[], Awaitable[None]], keys: tuple[str, ...]) -> None:
    """Run `work` in a loop of its own and give the test run its key ring back."""
    try:
        asyncio.run(work())  # type: ignore[arg-type]  # an async function gives a coroutine
    finally:
        crypto.use_keys(keys)


async def clone_postgres(template_url: str) -> str:
    """A copy of a PostgreSQL database that nobody is connected to."""
    name = f"jishi_test_live_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(databases.POSTGRES)
    try:
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_url.rpartition("/")[2]}"')
    finally:
        await admin.close()
    return databases.postgres_url(name)


async def drop_postgres(url: str) -> None:
    """Take a copy away, whoever is still connected."""
    admin = await asyncpg.connect(databases.POSTGRES)
    try:
        await admin.execute(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')
    finally:
        await admin.close()


async def signed_in(caller: Caller, key: str) -> Caller:
    """The same caller as a person of the demo: `lin`, `picker`, `agent`, …"""
    person = next(person for person in (*CUSTOMERS, *STAFF) if person.key == key)
    payload = await caller.but(token=None, cart_token=None).do(
        SIGN_IN, contact={"email": person.email}, password=residents.PASSWORD
    )
    return caller.but(token=payload["credentials"]["accessToken"], cart_token=None)

"""Where the rows are: the Tortoise configuration for a `DATABASE_URL`, opening and closing, and transactions."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Coroutine
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import unquote, urlsplit
from uuid import UUID

from asyncpg import PostgresError
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient, TransactionContext
from tortoise.connection import get_connection, get_connections
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError
from tortoise.models import Model
from tortoise.transactions import in_transaction

MODULES = (
    "models.outbox",
    "models.jobs",
    "models.idempotency",
    "models.customers",
    "models.catalog",
    "models.inventory",
    "models.promotions",
    "models.pricing",
    "models.delivery",
    "models.carts",
    "models.orders",
    "models.shortages",
    "models.reviews",
    "models.intake",
    "models.payments",
    "models.fulfillment",
    "models.aftersales",
    "models.service",
    "models.warehouse",
    "models.notifications",
    "models.archive",
)
APP = "market"

log = logging.getLogger("jishi.database")
P = ParamSpec("P")
T = TypeVar("T")
ModelType = TypeVar("ModelType", bound=Model)

COLLISIONS = {"40001": "serialization failure", "40P01": "deadlock"}  # what PostgreSQL ends, to let others pass
MOST_TRIES = 4
LONGEST_PAUSE_SECONDS = 0.1  # before the second try; doubled before each further one
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def tortoise_config(database_url: str, *, pool: int = 10, migrating: bool = False) -> dict[str, Any]:
    """The configuration for `sqlite://PATH` or `postgres://user:password@host:port/name`, else ValueError.

    `migrating` leaves foreign keys unenforced on SQLite, where a table that changes is made anew.
    """
    # Tortoise caches SQL by the connection's name: one name for both kinds would serve one kind's SQL to the other.
    name = "sqlite" if database_url.startswith("sqlite://") else "postgres"
    return {
        "connections": {name: _connection(database_url, pool, migrating=migrating)},
        "apps": {APP: {"models": list(MODULES), "default_connection": name, "migrations": "migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


async def open_database(database_url: str, *, pool: int = 10) -> None:
    """Connect this process; every task of it may then use the models."""
    await Tortoise.init(config=tortoise_config(database_url, pool=pool), _enable_global_fallback=True)
    # Connect now: a first caller that goes away half-way would leave a connection without its settings behind.
    await connection().execute_query("SELECT 1")


async def close_database() -> None:
    """Give all connections back."""
    await Tortoise.close_connections()


async def what_is_missing(database_url: str) -> str | None:
    """Why a program cannot work with this database, in words for whoever started it; None when it can."""
    try:
        await open_database(database_url, pool=1)
    except (OSError, DBConnectionError, PostgresError) as error:
        return f"The database cannot be reached: {error}"
    try:
        rows = await connection().execute_query_dict("SELECT name FROM tortoise_migrations")
    except OperationalError:
        rows = []
    finally:
        await close_database()
    wanted = {file.stem for file in MIGRATIONS.glob("[0-9]*.py")}
    if wanted - {row["name"] for row in rows}:
        return "The database has no tables yet, or those of an older version: `make migrate` brings it up to date."
    return None


def transaction() -> TransactionContext:
    """`async with transaction():` — all or nothing; on SQLite it holds the write lock from its first line."""
    return in_transaction()


async def locked_or_made(kind: type[ModelType], **key: Any) -> ModelType:
    """The one row with this unique key, locked; made with its defaults when it is asked for the first time."""
    row = await kind.filter(**key).select_for_update().first()
    if row is not None:
        return row
    with contextlib.suppress(IntegrityError):  # another process has made it just now
        async with transaction():
            await kind.create(**key)
    return await kind.filter(**key).select_for_update().get()


def persistent(action: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Begin an action anew when the database ended its transaction to let another pass: its caller never hears of it.

    For an action that is one transaction and nothing else. Locks are taken in one order everywhere, so this is for the
    circle that nobody thought of. Inside another transaction it does nothing: only the outermost can begin anew.
    """

    @wraps(action)
    async def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        for turn in range(1, MOST_TRIES):
            try:
                return await action(*args, **kwargs)
            except Exception as error:
                if not is_collision(error) or isinstance(connection(), TransactionalDBClient):
                    raise
                log.warning("%s begins anew after a %s", action.__qualname__, COLLISIONS[_sqlstate(error)])
            await asyncio.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS * 2**turn / 2))
        return await action(*args, **kwargs)

    return tried


def is_collision(error: BaseException) -> bool:
    """Whether the database ended a transaction only because it stood in another's way."""
    return _sqlstate(error) in COLLISIONS


def _sqlstate(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", ""))


def connection() -> BaseDBAsyncClient:
    """The connection of the running transaction, else the pool."""
    return get_connection(next(iter(get_connections().db_config)))


async def select(sql: str, *values: Any) -> list[dict[str, Any]]:
    """The rows of a statement that is written out, with `?` for its values; keys come as the database keeps them.

    For what runs with every request, or cannot be said otherwise: a queryset takes longer to put together than to run.
    """
    if is_postgres():
        return await connection().execute_query_dict(_numbered(sql), list(values))
    plain = [str(value) if isinstance(value, UUID) else value for value in values]
    return await connection().execute_query_dict(sql, plain)


async def check_references_at_the_end() -> None:
    """In a transaction: a row may refer to one that is only written later in it."""
    if not is_postgres():  # there the foreign keys that need it say so themselves
        await connection().execute_query("PRAGMA defer_foreign_keys = ON")


def is_postgres() -> bool:
    """Whether the rows are in PostgreSQL; else they are in SQLite."""
    return connection().capabilities.dialect == "postgres"


@lru_cache(maxsize=200)
def _numbered(sql: str) -> str:
    """`$1`, `$2` … in place of `?`."""
    head, *rest = sql.split("?")
    return head + "".join(f"${place}{part}" for place, part in enumerate(rest, start=1))


def _connection(database_url: str, pool: int, *, migrating: bool) -> dict[str, Any]:
    if database_url.startswith("sqlite://"):
        path = database_url.removeprefix("sqlite://")
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        return {
            "engine": "models.backends.sqlite",
            "credentials": {
                "file_path": path,
                "busy_timeout": 10_000,
                "synchronous": "NORMAL",
                "foreign_keys": "OFF" if migrating else "ON",
            },
        }
    parts = urlsplit(database_url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"DATABASE_URL must start with sqlite:// or postgres://, not {parts.scheme}://")
    return {
        "engine": "models.backends.postgres",
        "credentials": {
            "host": parts.hostname or "127.0.0.1",
            "port": parts.port or 5432,
            "user": unquote(parts.username or "postgres"),
            "password": unquote(parts.password or ""),
            "database": parts.path.lstrip("/"),
            "minsize": 1,
            "maxsize": pool,
            "application_name": "jishi",
        },
    }

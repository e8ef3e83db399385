"""Where the rows are: the Tortoise configuration for a `DATABASE_URL`, opening and closing, and transactions."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionContext
from tortoise.connection import get_connection, get_connections
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
    "models.carts",
    "models.orders",
    "models.payments",
    "models.fulfillment",
    "models.notifications",
)
APP = "market"


def tortoise_config(database_url: str, *, pool: int = 10) -> dict[str, Any]:
    """The configuration for `sqlite://PATH` or `postgres://user:password@host:port/name`, else ValueError."""
    # Tortoise caches SQL by the connection's name: one name for both kinds would serve one kind's SQL to the other.
    name = "sqlite" if database_url.startswith("sqlite://") else "postgres"
    return {
        "connections": {name: _connection(database_url, pool)},
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


def transaction() -> TransactionContext:
    """`async with transaction():` — all or nothing; on SQLite it holds the write lock from its first line."""
    return in_transaction()


def connection() -> BaseDBAsyncClient:
    """The connection of the running transaction, else the pool."""
    return get_connection(next(iter(get_connections().db_config)))


def is_postgres() -> bool:
    """Whether the rows are in PostgreSQL; else they are in SQLite."""
    return connection().capabilities.dialect == "postgres"


def _connection(database_url: str, pool: int) -> dict[str, Any]:
    if database_url.startswith("sqlite://"):
        path = database_url.removeprefix("sqlite://")
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        return {
            "engine": "models.backends.sqlite",
            "credentials": {"file_path": path, "busy_timeout": 10_000, "synchronous": "NORMAL"},
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

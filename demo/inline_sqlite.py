"""SQLite without the thread in between: for a command that does one thing after another, handing each statement to a
thread and back takes as long as all the rest. A server must not wait like this."""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

import aiosqlite
from tortoise import Tortoise

from models.backends.sqlite import MarketSqliteClient
from models.database import tortoise_config


class _Inline(aiosqlite.Connection):
    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)


class InlineSqliteClient(MarketSqliteClient):
    """The market's own client on such a connection."""

    async def create_connection(self, with_db: bool) -> None:
        if self._connection is not None:
            return
        connect = partial(sqlite3.connect, self.filename, isolation_level=None, check_same_thread=False)
        self._connection = await _Inline(connect, iter_chunk_size=64)
        self._connection.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            await self._connection.execute(f"PRAGMA {pragma}={value}")
        await self._post_connect()


client_class = InlineSqliteClient


async def open_for_a_command(database_url: str, *, pool: int) -> None:
    """Connect a process that does one thing after another. PostgreSQL is opened as ever."""
    config = tortoise_config(database_url, pool=pool)
    for connection in config["connections"].values():
        if connection["engine"].endswith("sqlite"):
            connection["engine"] = __name__
    await Tortoise.init(config=config, _enable_global_fallback=True)

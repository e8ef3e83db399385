"""SQLite as Jishi uses it: transactions that take the write lock at once, times as times, and counted statements.

Tortoise opens a transaction with a plain BEGIN. A second process that has read in such a transaction and then writes
fails at once with "database is locked", whatever the busy timeout; BEGIN IMMEDIATE waits its turn instead.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import aiosqlite
from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from kit.tally import count_statement
from models.backends import schema, states

# SQLite keeps times as text. Read here they cost a thirtieth of what Tortoise's own reading of ISO 8601 costs.
sqlite3.register_converter("TIMESTAMP", lambda text: datetime.fromisoformat(text.decode()))


class _CountsStatements:
    """Mixed into both clients below: each sends its statements through these four."""

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        count_statement()
        return cast(int, await super().execute_insert(query, values))  # type: ignore[misc]  # the mixin's other parent

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[dict[str, Any]]]:
        count_statement()
        found = await super().execute_query(query, values)  # type: ignore[misc]  # the mixin's other parent
        return cast(tuple[int, Sequence[dict[str, Any]]], found)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        count_statement()
        found = await super().execute_query_dict(query, values)  # type: ignore[misc]  # the mixin's other parent
        return cast(list[dict[str, Any]], found)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        count_statement()
        await super().execute_many(query, values)  # type: ignore[misc]  # the mixin's other parent


class MarketSqliteClient(_CountsStatements, SqliteClient):
    """The embedded default."""

    async def create_connection(self, with_db: bool) -> None:
        """As Tortoise does it, and columns that are declared to hold times give times."""
        if self._connection:
            return
        opened = aiosqlite.connect(self.filename, isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES)
        self._connection = await opened
        self._connection.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            await self._connection.execute_fetchall(f"PRAGMA {pragma}={value}")
        await self._post_connect()

    def _in_transaction(self) -> TransactionContext:
        return _EndingTransaction(_ImmediateTransaction(self), self._lock)


class _EndingTransaction(SqliteTransactionContext):
    """Gives the connection back also when it never began: its caller left, or another process kept the write lock."""

    async def __aenter__(self) -> Any:
        await self._trxlock.acquire()
        token = None
        try:
            await self.ensure_connection()
            token = get_connections().set(self.connection_name, self.connection)
            await self.connection.begin()
        except BaseException:
            try:
                if self.connection._connection:  # the BEGIN may still come to pass in SQLite's thread
                    await self.connection._connection.rollback()
            finally:
                get_connections().reset(token)
                self._trxlock.release()
            raise
        self.token = token
        return self.connection


class _ImmediateTransaction(_CountsStatements, SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.commit()
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise TransactionManagementError(error) from error

    async def commit(self) -> None:
        """End it. SQLite leaves a transaction open that it could not commit, and the next one would write into it."""
        try:
            await super().commit()
        except sqlite3.Error as error:
            await self.rollback()
            kind = IntegrityError if isinstance(error, sqlite3.IntegrityError) else OperationalError
            raise kind(error) from error


schema.install()
states.install()

client_class = MarketSqliteClient

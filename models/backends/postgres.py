"""PostgreSQL as Jishi uses it: a pool that says when it is exhausted instead of hanging, and counted statements."""

from typing import Any, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections

from kit.tally import count_statement
from models.backends import schema, states

ACQUIRE_SECONDS = 15.0


class _PatientPool(asyncpg.Pool):  # type: ignore[misc]  # asyncpg is untyped
    """Waits a bounded time for a free connection: under load a request fails with a reason rather than never ending."""

    def acquire(self, *, timeout: float | None = None) -> Any:
        return super().acquire(timeout=timeout or ACQUIRE_SECONDS)


async def _nothing_to_reset(connection: Any) -> None:
    """No session of ours has settings, listeners or advisory locks, and asyncpg ends a transaction that was left open.

    Its own way asks the server after every statement, which doubles the journeys.
    """


class _CountsStatements:
    """Mixed into both clients below: each sends its statements through these four."""

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        count_statement()
        return await super().execute_insert(query, values)  # type: ignore[misc]  # the mixin's other parent

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[dict[str, Any]]]:
        count_statement()
        found = await super().execute_query(query, values)  # type: ignore[misc]  # the mixin's other parent
        return cast(tuple[int, list[dict[str, Any]]], found)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        count_statement()
        found = await super().execute_query_dict(query, values)  # type: ignore[misc]  # the mixin's other parent
        return cast(list[dict[str, Any]], found)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        count_statement()
        await super().execute_many(query, values)  # type: ignore[misc]  # the mixin's other parent


class MarketPostgresClient(_CountsStatements, AsyncpgDBClient):
    """The grown-up database."""

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        settings = {
            "max_queries": 50_000,
            "max_inactive_connection_lifetime": 300.0,
            "connect": None,
            "setup": None,
            "init": None,
            "reset": _nothing_to_reset,
            "record_class": asyncpg.Record,
            **kwargs,
        }
        return await _PatientPool(None, **settings)

    def _in_transaction(self) -> TransactionContext:
        return _EndingTransaction(_CountedTransaction(self), self._pool_init_lock)


class _EndingTransaction(TransactionContextPooled):
    """Gives the connection back to the pool also when its caller was gone before it began."""

    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        pool = self.client._parent._pool
        self.client._connection = await pool.acquire()
        token = get_connections().set(self.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            get_connections().reset(token)
            await pool.release(self.client._connection)
            raise
        self.token = token
        return self.client


class _CountedTransaction(_CountsStatements, TransactionWrapper):
    pass


schema.install()
states.install()

client_class = MarketPostgresClient

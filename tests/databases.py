"""Migrated databases for tests: a fresh SQLite file by copying, a PostgreSQL database of this run by emptying."""

import contextlib
import os
import shutil
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
from tortoise.context import TortoiseContext
from tortoise.migrations.api import migrate

from models.database import tortoise_config

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
RUN = uuid.uuid4().hex[:10]


async def migrate_database(url: str) -> None:
    """Bring the database at `url` to the newest schema."""
    async with TortoiseContext():
        await migrate(config=tortoise_config(url, migrating=True))


async def postgres_reason() -> str | None:
    """Why PostgreSQL cannot be used, or None."""
    try:
        connection = await asyncpg.connect(POSTGRES, timeout=3)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        return f"no PostgreSQL at {POSTGRES}: {error}"
    await connection.close()
    return None


def postgres_url(name: str) -> str:
    """The address of another database on the same server."""
    return f"{POSTGRES.rsplit('/', 1)[0]}/{name}"


@contextlib.asynccontextmanager
async def postgres_database(label: str, *, migrated: bool = True) -> AsyncIterator[str]:
    """A PostgreSQL database, migrated unless said otherwise, that is dropped afterwards."""
    name = f"jishi_test_{label}_{RUN}"
    admin = await asyncpg.connect(POSTGRES)
    try:
        await admin.execute(f'CREATE DATABASE "{name}"')
        try:
            await admin.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
            if migrated:
                await migrate_database(postgres_url(name))
            yield postgres_url(name)
        finally:
            await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await admin.close()


async def empty_postgres(url: str) -> None:
    """Take every row out. Deleting the few rows of a test is far quicker than truncating every table."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [f'"{row["tablename"]}"' for row in rows if row["tablename"] != "tortoise_migrations"]
        deletes = "; ".join(f"DELETE FROM {name}" for name in names)
        # In any order: what keeps rows consistent is put back to sleep with this connection.
        await connection.execute(f"SET session_replication_role = replica; {deletes}")
    finally:
        await connection.close()


def copy_sqlite(template: Path, target: Path) -> str:
    """A fresh SQLite database from the migrated template."""
    shutil.copy(template, target)
    return f"sqlite://{target}"

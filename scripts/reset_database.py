"""Empties the demo database: removes the SQLite files, or takes every migration back on PostgreSQL."""

import asyncio
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tortoise import Tortoise
from tortoise.migrations.api import migrate

from models.database import APP, tortoise_config
from settings import Settings


def remove_sqlite(path: Path) -> None:
    """Remove the database and the files that SQLite keeps beside it. No process may have it open."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


async def take_back_migrations(database_url: str) -> None:
    """Drop our own tables, and nothing else that lives in the database."""
    try:
        await migrate(
            config=tortoise_config(database_url, migrating=True), target=f"{APP}.__first__", direction="backward"
        )
    finally:
        await Tortoise.close_connections()


def main() -> int:
    settings = Settings()
    if not settings.demo:
        print("Only a demo market may be emptied (DEMO=true).", file=sys.stderr)
        return 1
    url = settings.database_url
    if url.startswith("sqlite://"):
        remove_sqlite(Path(url.removeprefix("sqlite://")))
    else:
        asyncio.run(take_back_migrations(url))
    print(f"The demo market is empty: {urlsplit(url).path or url}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

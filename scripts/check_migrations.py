"""Fails when the models have moved on and no migration says so, as `tortoise makemigrations` would find."""

import asyncio
import sys

from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from models.database import tortoise_config

# Operations do not depend on the database, so an empty one in memory will do.
CONFIG = tortoise_config("sqlite://:memory:")


async def missing_operations() -> list[str]:
    """What the next migration would contain, one readable line for each operation; empty when nothing is missing."""
    async with TortoiseContext() as context:
        await context.init(config=CONFIG, init_connections=False)
        if context.apps is None:
            raise RuntimeError("Tortoise found no models to compare")
        writers = await MigrationAutodetector(context.apps, CONFIG["apps"]).changes()
    return [f"{writer.app_label}: {describe(operation)}" for writer in writers for operation in writer.operations]


def describe(operation: object) -> str:
    """An operation and what it touches, such as `AddField Order.number`."""
    named = (getattr(operation, key, None) for key in ("model_name", "name"))
    return f"{type(operation).__name__} {'.'.join(name for name in named if isinstance(name, str))}".strip()


def main() -> int:
    missing = asyncio.run(missing_operations())
    if not missing:
        print("Migrations match the models.")
        return 0
    print("The models have changed and no migration says so (`make migrations` writes it):", file=sys.stderr)
    print(*(f"  {line}" for line in missing), sep="\n", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

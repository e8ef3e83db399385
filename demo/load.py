"""Fills an empty database with the demo market, once: `python -m demo.load`."""

import asyncio
import gc
import logging
import sys
import time

from demo.inline_sqlite import open_for_a_command
from demo.opening import opened_at
from kit import crypto
from models.database import close_database
from models.orders import Order
from settings import Settings

NOT_A_DEMO = "Only a demo market is filled with invented data (DEMO=true)."
NOT_EMPTY = "There are orders in this database that are not the demo's; `make demo-reset` empties it first."


async def load(settings: Settings) -> str | None:
    """Load everything unless it is there already; gives what stands in the way, if anything does. The database is open."""
    if not settings.demo:
        return NOT_A_DEMO
    if await opened_at() is not None:
        return None
    if await Order.exists():
        return NOT_EMPTY
    # Imported late: it brings the whole market along, which nobody has to wait for when all is loaded.
    from demo import filling

    started = time.monotonic()
    await filling.fill(settings)
    print(f"The demo market is open, after {time.monotonic() - started:.0f} seconds.")
    return None


async def load_from_outside(settings: Settings) -> str | None:
    """The same, opening the database for it."""
    crypto.use_keys(settings.keys)
    await open_for_a_command(settings.database_url, pool=settings.database_pool)
    try:
        return await load(settings)
    finally:
        await close_database()


def main() -> int:
    """Load with the settings of the environment."""
    gc.disable()  # a short life on a steady heap: the collector alone would take a fifth of the time
    logging.getLogger("jishi.payments").setLevel(logging.CRITICAL)  # the story has money that fits nothing, on purpose
    problem = asyncio.run(load_from_outside(Settings()))
    if problem:
        print(problem, file=sys.stderr)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())

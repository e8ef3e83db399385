"""Runs the timers in a process of their own: start any number of these and set RUN_JOBS=false for the servers."""

import asyncio
import contextlib
import signal
import sys

from models.database import what_is_missing
from server import background, open_market
from settings import Settings
from transport.logs import configure_logging


async def work(settings: Settings) -> None:
    """Until told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(signal_number, stop.set)
    async with open_market(settings) as market, background(market, jobs=True):
        print("Jishi's worker is running the timers. Ctrl-C ends it.", file=sys.stderr)
        await stop.wait()


def main() -> None:
    """Work with the settings of the environment."""
    settings = Settings()
    configure_logging(settings.log_level)
    if missing := asyncio.run(what_is_missing(settings.database_url)):
        sys.exit(missing)
    asyncio.run(work(settings))


if __name__ == "__main__":
    main()

"""Runs one coroutine in several processes at once, each with its own connections, as several servers would."""

import asyncio
import multiprocessing
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from adapters.bus import InProcessBus
from adapters.carriers.simulator import CarrierSimulator
from adapters.messages import DatabaseInbox
from adapters.payments.external import ExternalPayments
from domain.market import Market
from kit import crypto
from models import database
from models.database import close_database, open_database
from settings import Settings
from tests.factories.payments import connect, make_simulator

T = TypeVar("T")
Work = Callable[[Market, int], Awaitable[T]]

PATIENCE_SECONDS = 60
SERVERS = multiprocessing.get_context("forkserver")  # never a fork of ours: that has connections and threads
SERVERS.set_forkserver_preload([__name__])  # imported once, not by every process of every race
KEYS = ("test-secret",)  # those of tests/conftest.py: sealed columns must open in every process


async def race(work: Work[T], *, database_url: str, processes: int) -> list[T]:
    """What `work(market, process number)` gives in each process: a function of a module, or a partial of one.

    All processes start on one mark, when the last of them is ready. They run without the net that begins an action anew
    after a deadlock: two actions that take locks in different orders shall be seen here.
    """
    with SERVERS.Manager() as manager, ProcessPoolExecutor(processes, mp_context=SERVERS) as pool:
        mark = manager.Barrier(processes, timeout=PATIENCE_SECONDS)
        loop = asyncio.get_running_loop()
        runs = (loop.run_in_executor(pool, _run, work, database_url, number, mark) for number in range(processes))
        return list(await asyncio.gather(*runs))


def _run(work: Work[T], database_url: str, number: int, mark: threading.Barrier) -> T:
    return asyncio.run(_in_market(work, database_url, number, mark))


async def _in_market(work: Work[T], database_url: str, number: int, mark: threading.Barrier) -> T:
    crypto.use_keys(KEYS)
    database.MOST_TRIES = 1
    settings = Settings(_env_file=None, database_url=database_url, database_pool=6, secret_keys=KEYS, demo=True)
    await open_database(settings.database_url, pool=settings.database_pool)
    await asyncio.to_thread(mark.wait)
    try:
        bus = InProcessBus()
        simulator = make_simulator(settings.url, bus)
        return await work(
            connect(
                Market(
                    policy=settings,
                    bus=bus,
                    messages=DatabaseInbox(),
                    providers={simulator.code: simulator, ExternalPayments.code: ExternalPayments()},
                    carriers={CarrierSimulator.code: CarrierSimulator(settings)},
                )
            ),
            number,
        )
    finally:
        await close_database()

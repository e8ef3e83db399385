"""A busy week, played in minutes with everything that goes wrong in one: `make week`, options in ARGS."""

import argparse
import asyncio
import multiprocessing
import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from tortoise.context import TortoiseContext
from tortoise.migrations.api import migrate

from benchmarks import ground
from benchmarks.week import faults, report, worker
from benchmarks.week.report import Log
from kit import crypto
from models.database import close_database, open_database, tortoise_config
from settings import Settings

DATABASES = {"sqlite": ground.sqlite_database, "postgres": ground.postgres_database}
TURNS_PER_HOUR = 2
TURNS_PER_DAY = 24 * TURNS_PER_HOUR
AFTERWARDS_DAYS = 30  # until the last order is over
CUSTOMERS_PER_ORDER = 0.25


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _arguments(arguments)
    with DATABASES[asked.database]() as url:
        settings = Settings(_env_file=None, database_url=url, secret_keys=("week",), demo=True, database_pool=8)
        crypto.use_keys(settings.keys)
        asyncio.run(_migrated(url))
        began = time.monotonic()
        log = _play(settings, asked)
        console = Console(width=None if sys.stdout.isatty() else 140)
        report.plot(log, console)
        asyncio.run(_figures(url, log, console, seconds=time.monotonic() - began))
    return 1 if log.broken or log.bugs else 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.week", description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000, help="placed in the week; 20000")
    parser.add_argument("--days", type=int, default=7, help="length of the week; 7")
    parser.add_argument("--database", choices=list(DATABASES), default="sqlite")
    parser.add_argument("--workers", type=int, default=1, help="processes, on PostgreSQL; 1")
    parser.add_argument("--seed", type=int, default=1, help="another one is another week; 1")
    asked = parser.parse_args(arguments)
    if asked.workers > 1 and asked.database == "sqlite":
        parser.error("SQLite has one writer: several workers need --database postgres")
    return asked


def _play(settings: Settings, asked: argparse.Namespace) -> Log:
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)  # eight, there
    people = max(50, int(asked.orders * CUSTOMERS_PER_ORDER))
    crew = [_hire(settings, number, asked, people) for number in range(asked.workers)]
    pipes = [pipe for pipe, _ in crew]
    try:
        _tell(pipes[:1], "furnish", start)
        log = _week(pipes, asked, start)
        log.check(len(log.orders), _tell(pipes[:1], "check")[0])
    finally:
        for pipe, process in crew:
            pipe.send(("end",))
            process.join()
    return log


def _week(pipes: Sequence[Connection], asked: argparse.Namespace, start: datetime) -> Log:
    log, dice = Log(), random.Random(asked.seed)
    plan = _plan(asked.orders, asked.days, dice)
    end = start + timedelta(days=asked.days)
    days = [end + timedelta(hours=6 * step) for step in range(AFTERWARDS_DAYS * 4)]
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn()
    ) as progress:
        bar = progress.add_task("The week, orders", total=sum(plan))
        for turn, orders in enumerate(plan):
            hour, part = divmod(turn, TURNS_PER_HOUR)
            at = start + timedelta(minutes=60 / TURNS_PER_HOUR * turn)
            _note(log, _turn(pipes, at, orders, hour if part == 0 else None), orders, new_hour=part == 0)
            progress.advance(bar, orders)
            if turn % TURNS_PER_DAY == TURNS_PER_DAY - 1:
                log.check(hour, _tell(pipes[:1], "check")[0])
        bar = progress.add_task("Until the last one is over, turns", total=len(days))
        for at in days:
            hour = int((at - start).total_seconds()) // 3600
            _note(log, _turn(pipes, at, 0, hour), 0, new_hour=False)
            progress.advance(bar)
    return log


def _plan(orders: int, days: int, dice: random.Random) -> list[int]:
    """How many orders are placed in each turn: as many as are asked for, more in the evening than at night."""
    turns = days * 24 * TURNS_PER_HOUR
    weights = [faults.HOURS[(turn // TURNS_PER_HOUR + 8) % 24] for turn in range(turns)]
    chosen = dice.choices(range(turns), weights, k=orders)
    plan = [0] * turns
    for turn in chosen:
        plan[turn] += 1
    return plan


def _turn(pipes: Sequence[Connection], at: datetime, orders: int, hour: int | None) -> list[dict[str, Any]]:
    shares = [orders // len(pipes) + (place < orders % len(pipes)) for place in range(len(pipes))]
    for pipe, share in zip(pipes, shares, strict=True):
        pipe.send(("turn", at, share, hour))
    return [pipe.recv() for pipe in pipes]


def _note(log: Log, answers: Sequence[dict[str, Any]], orders: int, *, new_hour: bool) -> None:
    if new_hour:
        for numbers in (log.orders, log.timers, log.scans, log.handed):
            numbers.append(0)
        log.cpu.append(0.0)
    log.orders[-1] += orders
    for answer in answers:
        log.done.update(answer["done"])
        log.refused.update(answer["refused"])
        log.bugs.extend(answer["bugs"])
        log.cpu[-1] += answer["cpu"]
        log.timers[-1] += answer["done"]["timers"]
        log.scans[-1] += answer["done"]["scan"]
        log.handed[-1] += sum(answer["done"][name] for name in report.HANDED_OVER)


def _hire(
    settings: Settings, number: int, asked: argparse.Namespace, people: int
) -> tuple[Connection, multiprocessing.process.BaseProcess]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=worker.run,
        args=(theirs, settings),
        kwargs={"number": number, "workers": asked.workers, "seed": asked.seed, "people": people},
    )
    process.start()
    return ours, process


def _tell(pipes: Sequence[Connection], *message: object) -> list[Any]:
    for pipe in pipes:
        pipe.send(message)
    return [pipe.recv() for pipe in pipes]


async def _migrated(url: str) -> None:
    async with TortoiseContext():
        await migrate(config=tortoise_config(url, migrating=True))


async def _figures(url: str, log: Log, console: Console, *, seconds: float) -> None:
    await open_database(url)
    try:
        await report.figures(log, console, seconds=seconds)
    finally:
        await close_database()


if __name__ == "__main__":
    sys.exit(main())

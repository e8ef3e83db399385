"""How fast the engine does its work, and what an order costs while many are open: `make bench ARGS='--engine'`."""

import argparse
import asyncio
import logging
import os
import platform
import sys
from collections.abc import Sequence

from benchmarks import ground, report
from benchmarks.engine import growth, pile, scene, table
from kit import clock, crypto
from settings import LimitSettings, Settings

DATABASES = {"sqlite": ground.sqlite_database, "postgres": ground.postgres_database}
SIZES = {"sqlite": (1_000, 10_000, 100_000), "postgres": (1_000, 10_000, 100_000, 1_000_000)}
QUICK = (20, 40)
ORDERS = {True: 8, False: 240}  # in a pile, by whether it is quick
ROUNDS = {True: 1, False: 5}
TURNS = {True: 1, False: 9}


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _arguments(arguments)
    logging.disable(logging.ERROR)
    sizes = sorted(asked.open or (QUICK if asked.quick else SIZES[asked.database]))
    parts = [_about(asked)]
    if asked.database == "postgres" and not asked.open:
        with DATABASES[asked.database]() as url:
            parts.append("### Throughput\n\n" + pile.table(_piles(_settings(url), asked)))
    with DATABASES[asked.database]() as url:
        made = growth.measure(_settings(url), sizes, turns=asked.turns or TURNS[asked.quick], say=_say)
    parts.append("### Milliseconds while this many orders are open\n\n" + table.growth(made))
    text = "\n\n".join(parts)
    print(f"\n{text}")
    if asked.record:
        report.record(text, between=report.ENGINE)
    return 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks --engine", description=__doc__)
    parser.add_argument("--database", choices=list(DATABASES), default="postgres")
    parser.add_argument("--open", type=int, nargs="+", help="numbers of open orders; only these are measured then")
    parser.add_argument("--quick", action="store_true", help="few orders: does it work at all")
    parser.add_argument("--turns", type=int, help="how often each act is measured; 9, or 1 when quick")
    parser.add_argument("--rounds", type=int, help="piles for each number of processes; 5, or 1 when quick")
    parser.add_argument("--record", action="store_true", help="write the tables into docs/performance.md")
    return parser.parse_args(arguments)


def _piles(settings: Settings, asked: argparse.Namespace) -> dict[int, pile.Speed]:
    asyncio.run(scene.furnish(settings))
    rounds = asked.rounds or ROUNDS[asked.quick]
    return pile.measure(settings, orders=ORDERS[asked.quick], rounds=rounds, say=_say)


def _settings(url: str) -> Settings:
    settings = Settings(
        _env_file=None,
        database_url=url,
        secret_keys=("engine",),
        demo=True,
        database_pool=8,
        limits=LimitSettings(_env_file=None, bucket_size=10**12),
    )
    crypto.use_keys(settings.keys)
    return settings


def _about(asked: argparse.Namespace) -> str:
    return (
        f"{clock.machine():%Y-%m-%d}, Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} "
        f"processors, {'PostgreSQL' if asked.database == 'postgres' else 'SQLite'}; other work was going on."
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

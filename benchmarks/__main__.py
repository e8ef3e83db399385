"""Measures the API beside hand-written handlers over the same rows: `make bench`, options in ARGS."""

import argparse
import asyncio
import contextlib
import platform
import sys
from collections.abc import Sequence

from benchmarks import checks, ground, report, servers
from benchmarks.engine import __main__ as engine
from benchmarks.ground import FULL, QUICK, Ground, Size
from benchmarks.operations import OPERATIONS, Operation
from benchmarks.report import Outcome
from benchmarks.rounds import Pace, race
from kit import clock, crypto

DATABASES = {"sqlite": ground.sqlite_database, "postgres": ground.postgres_database}
TITLES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def main(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    if "--engine" in words:
        return engine.main([word for word in words if word != "--engine"])
    asked = _arguments(words)
    kinds = list(DATABASES) if asked.database == "both" else [asked.database]
    operations = [one for one in OPERATIONS if not asked.only or one.name in asked.only]
    pace = Pace(
        rounds=asked.rounds or (3 if asked.quick else 7),
        seconds=asked.seconds or (0.3 if asked.quick else 2.0),
        connections=asked.connections,
    )
    parts = [_about(pace, QUICK if asked.quick else FULL)]
    for kind in kinds:
        outcomes = _measure(kind, QUICK if asked.quick else FULL, operations, pace)
        parts.append(f"### {TITLES[kind]}\n\n{report.table(outcomes)}")
    text = "\n\n".join(parts)
    print(f"\n{text}")
    if asked.record:
        report.record(text)
    return 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--engine", action="store_true", help="the engine instead: throughput, and many open orders")
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="sqlite")
    parser.add_argument("--quick", action="store_true", help="few rows and short rounds: does it work at all")
    parser.add_argument("--rounds", type=int, help="rounds of each operation; 7, or 3 when quick")
    parser.add_argument("--seconds", type=float, help="length of each server's turn; 2, or 0.3 when quick")
    parser.add_argument("--connections", type=int, default=4, help="requests at a time; 4")
    parser.add_argument("--only", nargs="*", choices=[one.name for one in OPERATIONS], help="just these operations")
    parser.add_argument("--record", action="store_true", help="write the table into docs/performance.md")
    return parser.parse_args(arguments)


def _measure(kind: str, size: Size, operations: Sequence[Operation], pace: Pace) -> list[Outcome]:
    with DATABASES[kind]() as url:
        settings = servers.settings_for(url)
        crypto.use_keys(settings.keys)
        _say(f"{TITLES[kind]}: filling a market with {size.products} products and {size.orders} orders")
        made = asyncio.run(ground.prepare(settings, size))
        counted = asyncio.run(_check(url, operations, made))
        return asyncio.run(_race(url, operations, made, pace, counted))


async def _check(url: str, operations: Sequence[Operation], made: Ground) -> dict[str, checks.Statements]:
    _say("Checking that both servers say and write the same")
    async with checks.doors(servers.settings_for(url)) as doors:
        return {one.name: await checks.check(doors, one, made) for one in operations}


async def _race(
    url: str, operations: Sequence[Operation], made: Ground, pace: Pace, counted: dict[str, checks.Statements]
) -> list[Outcome]:
    async with contextlib.AsyncExitStack() as stack:
        running = {
            True: await stack.enter_async_context(servers.graphql(url)),
            False: await stack.enter_async_context(servers.handwritten(url)),
        }
        client = await stack.enter_async_context(servers.client())
        outcomes = []
        for operation in operations:
            _say(operation.title)
            found = await race(client, operation, made, running, pace, say=_say)
            outcomes.append(Outcome(operation, found, counted[operation.name]))
        return outcomes


def _about(pace: Pace, size: Size) -> str:
    return (
        f"{clock.machine():%Y-%m-%d}, Python {platform.python_version()}, {platform.machine()}: "
        f"{size.products} products × {ground.VARIANTS} variants, {size.orders} orders × {ground.LINES} lines; "
        f"{pace.rounds} rounds of {pace.seconds:g} s for each server in turn, {pace.connections} requests at a time."
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

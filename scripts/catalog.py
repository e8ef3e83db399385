"""Imports catalog files and exports the catalog: `python -m scripts.catalog import FILE --format shopify-csv`."""

import argparse
import asyncio
import sys
from pathlib import Path

from adapters.bus import InProcessBus
from adapters.messages import DatabaseInbox
from domain import refusals
from domain.access import Viewer, system
from domain.catalog import exports, imports
from domain.market import Market
from jobs.catalog import put_stock, stock_of
from kit import crypto
from kit.text import LOCALES
from models.catalog import CatalogImport, ImportFormat, ImportProblem, ImportState
from models.database import close_database, open_database
from settings import Settings

FORMATS = {"shopify-csv": ImportFormat.SHOPIFY_CSV, "json-lines": ImportFormat.JSON_LINES}
SHOWN = 50  # problems that are printed


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.command == "import" and not arguments.file.is_file():
        print(f"There is no file {arguments.file}.", file=sys.stderr)
        return 2
    return asyncio.run(_run(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.catalog", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    importing = commands.add_parser("import", help="read a file; what is in it already is left alone")
    importing.add_argument("file", type=Path)
    exporting = commands.add_parser("export", help="write the whole catalog to standard output")
    for command in (importing, exporting):
        command.add_argument("--format", choices=FORMATS, required=True)
        command.add_argument("--locale", choices=LOCALES, default=LOCALES[0], help="language of a Shopify CSV")
    return parser


async def _run(arguments: argparse.Namespace) -> int:
    settings = Settings()
    crypto.use_keys(settings.keys)
    await open_database(settings.database_url, pool=settings.database_pool)
    try:
        market = Market(policy=settings, bus=InProcessBus(), messages=DatabaseInbox(), providers={}, carriers={})
        if arguments.command == "export":
            return await _export(market, FORMATS[arguments.format], arguments.locale)
        return await _import(system(market), arguments.file, FORMATS[arguments.format], arguments.locale)
    finally:
        await close_database()


async def _import(viewer: Viewer, file: Path, format: ImportFormat, locale: str) -> int:
    run = await imports.start_file(viewer, file, format=format, locale=locale)
    await imports.read_on(viewer, run.id, put_stock=put_stock, progress=_show)
    run = await CatalogImport.get(id=run.id)
    _show(run)
    print(file=sys.stderr)
    await _report(run)
    return 0 if run.state is ImportState.COMPLETED and run.failed == 0 else 1


def _show(run: CatalogImport) -> None:
    percent = 100 * run.bytes_read // run.bytes_total if run.bytes_total else 100
    counts = f"{run.created} new, {run.updated} changed, {run.unchanged} unchanged, {run.failed} failed"
    print(f"\r{run.file_name}: {percent:3d} %, {counts}", end="", file=sys.stderr, flush=True)


async def _report(run: CatalogImport) -> None:
    problems = ImportProblem.filter(run_id=run.id).order_by("row", "id")
    for problem in await problems.limit(SHOWN):
        words = refusals.say(problem.code, problem.facts, "en")
        place = ", ".join(filter(None, (f"row {problem.row}", problem.column, problem.product)))
        print(f"  {place}: {words} [{problem.code}] {problem.value}", file=sys.stderr)
    left = await problems.count() - SHOWN
    if left > 0:
        print(f"  … and {left} more", file=sys.stderr)


async def _export(market: Market, format: ImportFormat, locale: str) -> int:
    pieces = exports.write(format, locale=locale, currency=market.policy.currency, stock_of=stock_of)
    async for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())

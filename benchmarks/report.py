"""The table: printed, and kept in docs/performance.md between two marks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.checks import Statements
from benchmarks.operations import Operation
from benchmarks.rounds import Race, Speed

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
ENGINE = "<!-- engine -->", "<!-- /engine -->"
HEAD = (
    "| Operation | | per second | p50 ms | p99 ms | CPU ms | SQL statements | times as long | times the CPU |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|--:|"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found about one operation."""

    operation: Operation
    race: Race
    statements: Statements


def table(outcomes: Sequence[Outcome]) -> str:
    """Two lines for each operation."""
    return "\n".join([HEAD, *(line for outcome in outcomes for line in _lines(outcome))])


def _lines(outcome: Outcome) -> list[str]:
    ratios, counted = outcome.race.ratios, outcome.statements
    ours, theirs = outcome.race.speed(in_graphql=True), outcome.race.speed(in_graphql=False)
    wall = f"**{median(ratios):.1f}** ({min(ratios):.1f}–{max(ratios):.1f})"
    cpu = "" if not ours.cpu or not theirs.cpu else f"**{ours.cpu / theirs.cpu:.1f}**"
    return [
        _line(outcome.operation.title, "GraphQL", ours, _counts(counted.graphql), wall, cpu),
        _line("", "by hand", theirs, _counts(counted.handwritten)),
    ]


def _line(title: str, which: str, speed: Speed, statements: str, *ratios: str) -> str:
    cells = [
        title,
        which,
        f"{speed.typical:.0f}",
        f"{speed.percentile(50):.1f}",
        f"{speed.percentile(99):.1f}",
        "" if speed.cpu is None else f"{speed.cpu:.1f}",
        statements,
        *(ratios or ("", "")),
    ]
    return f"| {' | '.join(cells)} |"


def _counts(by_size: Mapping[int, int]) -> str:
    """One number where the count is the same for every size of page, else each of them."""
    if len(set(by_size.values())) == 1:
        return str(next(iter(by_size.values())))
    return ", ".join(f"{size}: {count}" for size, count in by_size.items())


def record(text: str, *, between: tuple[str, str] = (BEGIN, END)) -> None:
    """Put `text` between two marks of docs/performance.md."""
    begin, end = between
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{PAGE} has no marks {begin} and {end}")
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")

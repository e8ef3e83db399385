"""The engine's tables: printed, and kept in docs/performance.md between two marks of their own."""

from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.engine.growth import CONTROL, TITLES, Samples, typical


def growth(made: Mapping[int, Samples]) -> str:
    """A line for each act, a column for each number of open orders, and how the last compares with the first.

    The ratio is divided by that of the control, an act to which open orders mean nothing: what is left is growth, and
    not that the machine had more or less other work to do.
    """
    sizes = sorted(made)
    titles = ["", *(f"{size:,}" for size in sizes), "last : first", "by the control", "statements"]
    drift = _growth([typical(made[size][CONTROL]) for size in sizes])
    lines = [_line(titles), "|---|" + "--:|" * (len(titles) - 1)]
    for name, title in TITLES.items():
        columns = [made[size][name] for size in sizes]
        costs = [typical(column) for column in columns]
        counts = [median(cost.statements for cost in column) for column in columns]
        shares = [
            f"{cost:.1f} ({median(one.theirs for one in column):.1f})"
            for cost, column in zip(costs, columns, strict=True)
        ]
        statements = f"{counts[0]:.0f}" if len({*counts}) == 1 else ", ".join(f"{count:.0f}" for count in counts)
        lines.append(_line([title, *shares, f"{_growth(costs):.2f}", f"**{_growth(costs) / drift:.2f}**", statements]))
    return "\n".join(lines)


def _growth(costs: Sequence[float]) -> float:
    return costs[-1] / costs[0]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"

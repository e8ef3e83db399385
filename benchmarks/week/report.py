"""What a week came to, in figures and plots for a terminal."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.bar import Bar
from rich.console import Console
from rich.table import Table

from models.database import select

COUNTERS = """
    SELECT COUNT(collected_at) AS collected, COUNT(given_up_at) AS never_collected,
           SUM(CASE WHEN pickup_code IS NOT NULL THEN 1 ELSE 0 END) AS still_there
      FROM delivery WHERE mode = 'PICKUP'"""
SLOTS = """
    SELECT COUNT(*) AS slots, SUM(taken) AS places_held, SUM(CASE WHEN taken = capacity THEN 1 ELSE 0 END) AS full
      FROM delivery_slot WHERE mode <> 'PICKUP'"""

HANDED_OVER = ("bring", "collect", "done at home")  # as the people's acts are called

TOGETHER = 4  # hours in a line of a plot
BAR = 14  # characters


@dataclass(slots=True)
class Log:
    """What was noted, hour by hour."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    bugs: list[str] = field(default_factory=list)
    broken: dict[str, int] = field(default_factory=dict)  # what must never be, and how often it was found
    orders: list[int] = field(default_factory=list)
    timers: list[int] = field(default_factory=list)
    scans: list[int] = field(default_factory=list)  # on the floor
    handed: list[int] = field(default_factory=list)  # by riders, at counters, at home
    cpu: list[float] = field(default_factory=list)  # seconds of all processes

    def check(self, hour: int, found: Mapping[str, int]) -> None:
        """Write down what was found wrong at the end of an hour."""
        self.broken |= {f"{name} (hour {hour})": count for name, count in found.items()}

    @property
    def costs(self) -> list[float]:
        """Milliseconds of processor time in the hours of each line, for each order placed in them."""
        spent = zip(_together(self.cpu), _together(self.orders), strict=True)
        return [1000 * cpu / orders if orders else 0 for cpu, orders in spent]


def plot(log: Log, console: Console) -> None:
    """How the week went: orders, timers, the floor, the last steps, and what an order cost with everything going on."""
    table = Table(title="The week, four hours a line", padding=(0, 1))
    table.add_column("day", justify="right")
    table.add_column("hour", justify="right")
    for title in ("orders", "timers", "scanned", "handed over", "ms an order"):
        table.add_column(title, justify="right")
        table.add_column("")
    counted = (log.orders, log.timers, log.scans, log.handed)
    columns: list[Sequence[float]] = [*(_together(numbers) for numbers in counted), log.costs]
    for place, values in enumerate(zip(*columns, strict=True)):
        day, hour = divmod(place * TOGETHER, 24)
        cells: list[str | Bar] = [str(day + 1) if hour == 0 else "", f"{hour:02}"]
        for value, column in zip(values, columns, strict=True):
            cells += [f"{value:.0f}", Bar(max(column) or 1, 0, value, width=BAR)]
        table.add_row(*cells, end_section=hour + TOGETHER == 24)
    console.print(table)


async def figures(log: Log, console: Console, *, seconds: float) -> None:
    """Tables, and what all of it took."""
    for title, rows in (
        ("Orders by state", await _counts("orders", "state")),
        ("Orders by way", await _counts("orders", "delivery_mode")),
        ("Parcels by state", await _counts("parcel", "state")),
        ("Lists of the floor", await _counts("wave", "state")),
        ("Packages", await _counts("package", "state")),
        ("Riders' jobs", await _counts("courier_job", "state")),
        ("At counters", await _named(COUNTERS)),
        ("Slots", await _named(SLOTS)),
        ("Reviews", await _counts("review", "stage")),
        ("Transfers", await _counts("stock_transfer", "state")),
        ("Delivery cases", await _counts("delivery_case", "kind")),
        ("Shortages", await _counts("shortage", "state")),
        ("Refunds", await _counts("refund", "reason")),
        ("From payment to the last parcel, hours", await _dispatch()),
        ("Done", log.done),
        ("Refused, as it should be", log.refused),
        ("Bugs", Counter(log.bugs)),
        ("Broken invariants", log.broken),
    ):
        console.print(_table(title, rows) if rows else f"[bold]{title}[/]: none")
    placed = sum(log.orders)
    console.print(
        f"{placed} orders in {seconds:.0f} seconds, {placed / seconds:.1f} a second; "
        f"{1000 * sum(log.cpu) / max(placed, 1):.0f} ms of processor time for an order from the cart to its end."
    )


async def _counts(table: str, column: str) -> dict[str, int]:
    rows = await select(f"SELECT {column} AS name, COUNT(*) AS n FROM {table} GROUP BY {column} ORDER BY n DESC")
    return {str(row["name"]): int(row["n"]) for row in rows}


async def _named(sql: str) -> dict[str, str]:
    """The columns of its one row."""
    return {name.replace("_", " "): str(value or 0) for name, value in dict((await select(sql))[0]).items()}


async def _dispatch() -> dict[str, str]:
    rows = await select("SELECT paid_at, shipped_at FROM orders WHERE shipped_at IS NOT NULL AND paid_at IS NOT NULL")
    hours = sorted((row["shipped_at"] - row["paid_at"]).total_seconds() / 3600 for row in rows)
    if not hours:
        return {}
    return {f"{share} %": f"{hours[min(len(hours) - 1, len(hours) * share // 100)]:.1f}" for share in (50, 90, 99)}


def _table(title: str, rows: Mapping[str, object]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2))
    for name, value in rows.items():
        table.add_row(name, str(value))
    return table


def _together(values: Sequence[float]) -> list[float]:
    return [sum(values[place : place + TOGETHER]) for place in range(0, len(values), TOGETHER)]

"""Whether the market is well: timers in time, stock sums that agree, a ledger that balances."""

from dataclasses import asdict, dataclass

from domain.inventory import stock
from domain.market import Market
from domain.orders import missing
from domain.payments import chain, ledger
from jobs import runner


@dataclass(frozen=True, slots=True)
class Report:
    """What a person on call wants to know first."""

    late_timers: int
    parked_timers: dict[str, int]
    broken_stock_sums: int
    unbalanced_entries: int
    journal_broken_at: int | None
    unkept_promises: int

    @property
    def is_healthy(self) -> bool:
        books = self.unbalanced_entries or self.journal_broken_at
        wrong = self.broken_stock_sums or books or self.unkept_promises
        return not (self.late_timers or self.parked_timers or wrong)

    def as_json(self) -> dict[str, object]:
        return {"status": "ok" if self.is_healthy else "failing", **asdict(self)}


async def report(market: Market) -> Report:
    """Ask the database everything; a second or so on a large market."""
    timers = await runner.health()
    return Report(
        late_timers=timers.late,
        parked_timers=timers.parked,
        broken_stock_sums=len(await stock.broken_sums()),
        unbalanced_entries=len(await ledger.broken_entries()),
        journal_broken_at=(await chain.verify()).broken_at,
        unkept_promises=len(await missing.unkept()),
    )

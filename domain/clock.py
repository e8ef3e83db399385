"""The demo market's clock: stored, so that every process and every restart agrees on the time."""

from datetime import datetime, timedelta

from domain.access import Viewer
from kit import clock
from kit.errors import Refused
from models.jobs import MarketClock

LONGEST_STEP = timedelta(days=400)
FARTHEST = timedelta(days=36_500)  # ahead of the machine: far beyond it no calendar goes on


async def advance(viewer: Viewer, *, seconds: int) -> datetime:
    """Move the market's time on; only in demo mode, never back."""
    if not viewer.market.policy.demo:
        raise Refused("DEMO_ONLY")
    if not 0 < seconds <= LONGEST_STEP.total_seconds():
        raise Refused("OUT_OF_RANGE", path=("seconds",), minimum=1, maximum=int(LONGEST_STEP.total_seconds()))
    async with viewer.market.change():
        row, _ = await MarketClock.get_or_create(name="market")
        row = await MarketClock.filter(id=row.id).select_for_update().get()
        left = int(FARTHEST.total_seconds()) - row.seconds_ahead
        if seconds > left:
            raise Refused("OUT_OF_RANGE", path=("seconds",), minimum=0, maximum=left)
        row.seconds_ahead += seconds
        await row.save(update_fields=["seconds_ahead"])
    clock.set_offset(timedelta(seconds=row.seconds_ahead))
    return clock.now()


async def follow() -> None:
    """Take over the stored time; called at start and whenever another process may have moved it."""
    row = await MarketClock.get_or_none(name="market")
    clock.set_offset(timedelta(seconds=row.seconds_ahead if row else 0))

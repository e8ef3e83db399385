"""Work that comes back by itself: one timer each, which sets itself again whatever became of its turn."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from domain import effects, idempotency
from domain.access import system
from domain.archive import storing
from domain.customers import forgetting
from domain.delivery import slots
from domain.fulfillment import bookings, notices, positions
from domain.inventory import holds, waiting
from domain.market import Market
from domain.orders import changes
from domain.payments import asking, chain
from kit import clock
from models.jobs import Timer

log = logging.getLogger("jishi.jobs")

Sweep = Callable[[Market], Awaitable[None]]

EVERYTHING = UUID(int=0)  # the subject of work that is about no single thing
DONE_IS_KEPT = timedelta(days=7)
PURGED_AT_ONCE = 1000
ARCHIVED_AT_ONCE = 1000


async def serve_waiting(market: Market) -> None:
    """Serve orders that wait for what has become free without a movement of stock."""
    await waiting.look_again(system(market))


async def purge_done(market: Market) -> None:
    """Take away timers that were done long ago."""
    while True:
        old = Timer.filter(done_at__lt=clock.now() - DONE_IS_KEPT).limit(PURGED_AT_ONCE)
        ids = await old.values_list("id", flat=True)
        await Timer.filter(id__in=list(ids)).delete()
        if len(ids) < PURGED_AT_ONCE:
            return


async def archive_orders(market: Market) -> None:
    """Put away orders that have been over for long; what is left over waits for the next turn."""
    await storing.archive_old(system(market), limit=ARCHIVED_AT_ONCE)


async def forget_expired(market: Market) -> None:
    """Take away sign-ins, keyed calls and carriers' notices that are of no more use."""
    await forgetting.forget_expired()
    await idempotency.forget_old()
    await notices.forget_old()


async def make_slots(market: Market) -> None:
    """Make the time slots of the coming days."""
    await slots.make_ahead(market)


async def end_forgotten_holds(market: Market) -> None:
    """Give back what unpaid orders still hold long after their time to pay, and say so: their own timer was lost."""
    for order_id in await holds.forgotten():
        if await changes.end_forgotten_hold(system(market), order_id):
            log.warning("order or change %s held stock past its end; it is given back", order_id)


async def seal_journal(market: Market) -> None:
    """Give entries of the journal their place in the chain."""
    await chain.seal()


async def ask_providers(market: Market) -> None:
    """Ask providers what became of payments and refunds whose outcome is unknown."""
    await asking.ask_all(market)


SWEEPS: dict[str, tuple[timedelta, Sweep]] = {
    "carriers.void_unused": (timedelta(hours=1), bookings.void_unused),
    "payments.ask": (timedelta(seconds=30), ask_providers),
    "ledger.seal": (timedelta(minutes=1), seal_journal),
    "orders.archive": (timedelta(minutes=10), archive_orders),
    "stock.holds": (timedelta(minutes=10), end_forgotten_holds),
    "people.forget": (timedelta(hours=6), forget_expired),
    "courier.forget": (timedelta(hours=1), positions.forget_old),
    "delivery.slots": (timedelta(hours=6), make_slots),
    "stock.serve_waiting": (timedelta(minutes=10), serve_waiting),
    "timers.purge": (timedelta(hours=6), purge_done),
}


async def plant(now: datetime) -> None:
    """Make sure that every sweep has its timer: on the first start, and after one was lost."""
    missing = [Timer(kind=kind, subject_id=EVERYTHING, due_at=now) for kind in SWEEPS]
    await Timer.bulk_create(missing, ignore_conflicts=True)
    planted = Timer.filter(kind__in=list(SWEEPS))
    await planted.filter(done_at__isnull=False).update(done_at=None, claimed_until=None, due_at=now)
    await planted.update(attempts=0)  # one that was parked gets another chance


def _recurring(kind: str, every: timedelta, sweep: Sweep) -> Callable[[Market, UUID], Awaitable[None]]:
    async def turn(market: Market, _: UUID) -> None:
        try:
            await sweep(market)
        except Exception:  # one bad turn must not end all the following ones
            log.exception("sweep %s failed; its next turn comes in %s", kind, every)
        await effects.at(kind, EVERYTHING, clock.now() + every)

    return turn


HANDLERS = {kind: _recurring(kind, every, sweep) for kind, (every, sweep) in SWEEPS.items()}

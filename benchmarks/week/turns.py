"""A turn of the clock in a busy week: everybody does what is up to them, and what is due is done."""

from functools import partial

from benchmarks.week import buyers, floor, last_mile, office
from benchmarks.week.town import PATIENCE, Tally, Town, carried
from kit import clock


async def play(town: Town, orders: int) -> Tally:
    """One turn with so many purchases. Gives what came of it."""
    town.tally = Tally()
    town.turns += 1
    await town.each([partial(buyers.buy, town) for _ in range(orders)])
    await town.run_due()
    ready = await town.own(carried(clock.now() - PATIENCE))
    everybody = [
        *await buyers.acts(town),
        *await office.acts(town, ready),
        *await floor.acts(town, ready),
        *await last_mile.acts(town),
    ]
    await town.each(everybody)
    await town.run_due()
    return town.tally

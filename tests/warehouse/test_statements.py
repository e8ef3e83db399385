from domain.access import Viewer
from domain.fulfillment import waves
from kit import tally
from tests.factories.catalog import make_product
from tests.factories.fulfillment import make_paid
from tests.factories.warehouse import make_wave, scan, tasks_of

# What a scan costs, whatever else lies on the list: the picker waits for it.
A_SCAN = 10


async def test_a_scan_costs_the_same_on_a_short_list_and_on_a_long_one(customer: Viewer, picker: Viewer) -> None:
    costs = []
    for lines in (2, 6):
        await make_paid(customer, {await make_product(): 2 for _ in range(lines)})
        wave = await make_wave(picker)
        await waves.claim(picker, wave.id)
        [task, *_] = await tasks_of(wave)
        counted = tally.begin()
        await scan(picker, task, 1)
        costs.append(counted.statements)
    assert costs == [A_SCAN, A_SCAN]

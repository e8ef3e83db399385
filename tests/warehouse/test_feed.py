import asyncio
from collections.abc import AsyncIterator

import pytest

from domain import events
from domain.access import Viewer
from domain.fulfillment import feed, waves
from domain.fulfillment.feed import WaveChange
from kit.errors import Refused
from kit.ids import new_id
from models.warehouse import WaveState
from tests.factories.fulfillment import make_paid
from tests.factories.warehouse import house, make_wave, pick_all


async def take(changes: AsyncIterator[WaveChange], count: int) -> list[WaveChange]:
    return [await asyncio.wait_for(anext(changes), 10) for _ in range(count)]


async def test_a_warehouse_stream_begins_with_the_unfinished_waves_and_goes_on_with_every_event(
    customer: Viewer, picker: Viewer
) -> None:
    await make_paid(customer)
    wave = await make_wave(picker)
    changes = feed.of_warehouse(picker, (await house()).id, after=None)
    [snapshot] = await take(changes, 1)
    assert (snapshot.row.id, snapshot.event, snapshot.cursor) == (wave.id, None, "s.1")
    await pick_all(picker, wave)
    events.live.ring({wave.warehouse_id})
    told = await take(changes, 3)
    assert [change.event.kind for change in told if change.event] == ["wave.claimed", "wave.picked", "task.picked"]
    assert {change.row.state for change in told} == {WaveState.PICKED}


async def test_a_client_that_comes_back_misses_nothing(customer: Viewer, picker: Viewer) -> None:
    await make_paid(customer)
    wave = await make_wave(picker)
    await waves.claim(picker, wave.id)
    await waves.cancel(picker, wave.id)
    changes = await take(feed.of_warehouse(picker, wave.warehouse_id, after="s.1"), 2)
    assert [change.cursor for change in changes] == ["s.2", "s.3"]
    assert [change.event.kind for change in changes if change.event] == ["wave.claimed", "wave.canceled"]


async def test_only_those_who_ship_watch_a_warehouse(customer: Viewer, visitor: Viewer, picker: Viewer) -> None:
    await make_paid(customer)
    place = (await house()).id
    for viewer, where, code in (
        (customer, place, "FORBIDDEN"),
        (visitor, place, "UNAUTHENTICATED"),
        (picker, new_id(), "NOT_FOUND"),
    ):
        with pytest.raises(Refused, match=code):
            await take(feed.of_warehouse(viewer, where, after=None), 1)

import asyncio
from collections.abc import AsyncIterator

import pytest

from domain import events
from domain.access import Viewer
from domain.orders import lifecycle, streams
from domain.orders.history import lock, tell
from domain.orders.streams import OrderChange
from domain.streams import follow
from kit.errors import Refused
from models.orders import CancelReason, Order
from models.outbox import Event
from tests.factories.catalog import make_product
from tests.factories.orders import place_order


async def take(changes: AsyncIterator[OrderChange], count: int) -> list[OrderChange]:
    """The next changes of a stream; a stream that has no more fails the test instead of hanging it."""
    return [await asyncio.wait_for(anext(changes), 10) for _ in range(count)]


async def happen(viewer: Viewer, order: Order, times: int = 1) -> None:
    for _ in range(times):
        async with viewer.market.change():
            await tell(viewer, await lock(viewer, order.id), kind="order.units_dropped")


async def test_a_stream_begins_with_the_order_as_it_is(customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    [snapshot] = await take(streams.of_order(customer, order.id, after=None), 1)
    assert (snapshot.row.id, snapshot.event, snapshot.cursor) == (order.id, None, "s.1")


async def test_a_stream_goes_on_with_every_event_once_and_in_order(customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    changes = streams.of_order(customer, order.id, after=None)
    await take(changes, 1)
    await happen(customer, order, times=3)
    events.live.ring({order.id})
    assert [change.event.sequence for change in await take(changes, 3) if change.event] == [2, 3, 4]


async def test_a_client_that_comes_back_with_its_cursor_gets_what_it_missed(customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    await happen(customer, order, times=3)
    changes = streams.of_order(customer, order.id, after="s.2")
    assert [change.event.sequence for change in await take(changes, 2) if change.event] == [3, 4]


async def test_more_than_a_page_is_missed_and_all_of_it_comes_at_once(customer: Viewer) -> None:
    class TwoAtATime(streams.OneOrder):
        async def read(self, after: int) -> list[Event]:
            return await events.of_stream(self.key, after=after, limit=2)

    order = await place_order(customer, await make_product())
    await happen(customer, order, times=6)
    changes = await take(follow(TwoAtATime(customer, order.id), after="s.0"), 7)
    assert [change.cursor for change in changes] == [f"s.{number}" for number in range(1, 8)]


async def test_a_reader_who_goes_away_is_no_longer_woken(customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    listening = events.live.listeners
    changes = follow(streams.OneOrder(customer, order.id), after="s.0")
    await take(changes, 1)
    assert events.live.listeners == listening + 1
    await changes.aclose()
    assert events.live.listeners == listening


async def test_a_stranger_cannot_open_a_stream(customer: Viewer, other_customer: Viewer, visitor: Viewer) -> None:
    order = await place_order(customer, await make_product())
    for stranger in (other_customer, visitor):
        with pytest.raises(Refused) as refused:
            await take(streams.of_order(stranger, order.id, after=None), 1)
        assert refused.value.code == "NOT_FOUND"


async def test_the_right_to_see_an_order_is_asked_for_at_every_event(customer: Viewer, other_customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    changes = streams.of_order(customer, order.id, after=None)
    await take(changes, 1)
    await happen(customer, order)
    await Order.filter(id=order.id).update(user_id=other_customer.user_id)
    with pytest.raises(Refused) as refused:
        await take(changes, 1)
    assert refused.value.code == "NOT_FOUND"


@pytest.mark.parametrize(
    "cursor", ["", "s.", "p.1", "s.-1", "s.1.2", "s.٣", "s.2147483648", "s." + "9" * 30, "nonsense"]
)
async def test_what_is_no_cursor_is_refused(customer: Viewer, cursor: str) -> None:
    order = await place_order(customer, await make_product())
    with pytest.raises(Refused) as refused:
        await take(streams.of_order(customer, order.id, after=cursor), 1)
    assert refused.value.code == "INVALID_CURSOR"


async def test_my_stream_carries_all_my_orders_and_nobody_elses(customer: Viewer, other_customer: Viewer) -> None:
    apples = await make_product()
    mine = await place_order(customer, apples)
    changes = streams.of_viewer(customer, after="p.0")
    await place_order(other_customer, apples)
    second = await place_order(customer, apples)
    await lifecycle.cancel(customer, mine.id, reason=CancelReason.OTHER)
    await events.publish()
    events.live.ring({customer.user_id} if customer.user_id else set())
    seen = [(change.row.id, change.event.kind) for change in await take(changes, 3) if change.event]
    assert seen == [(mine.id, "order.placed"), (second.id, "order.placed"), (mine.id, "order.canceled")]


async def test_my_stream_does_not_tell_again_what_its_snapshot_has_shown(customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    changes = streams.of_viewer(customer, after=None)  # before the event of the placing has its position
    (snapshot,) = await take(changes, 1)
    await lifecycle.cancel(customer, order.id, reason=CancelReason.OTHER)
    await events.publish()
    (change,) = await take(changes, 1)
    assert (snapshot.row.id, snapshot.event, snapshot.cursor) == (order.id, None, "p.0")
    assert change.event is not None
    assert (change.event.kind, change.event.sequence) == ("order.canceled", 2)


async def test_positions_are_handed_out_without_a_gap_and_in_order_of_each_stream(customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    await happen(customer, order, times=4)
    await events.publish()
    found = await Event.all().order_by("position").values_list("position", "sequence")
    assert list(found) == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]


async def test_a_visitor_has_no_stream_of_own_orders(visitor: Viewer) -> None:
    with pytest.raises(Refused) as refused:
        await take(streams.of_viewer(visitor, after=None), 1)
    assert refused.value.code == "UNAUTHENTICATED"

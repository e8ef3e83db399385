"""The review queue, live: nothing missed, nothing twice, and only for those who review."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from domain import events
from domain.access import Viewer
from domain.market import Market
from domain.orders import review, review_streams, streams
from domain.orders.review_streams import ReviewChange
from kit.errors import Refused
from models.customers import Role
from models.reviews import CallOutcome, RejectReason, Review
from tests.factories.catalog import make_product
from tests.factories.orders import place_order
from tests.factories.reviews import LARGE, claimed, large_orders_are_reviewed, order_in_review

Staff = Callable[..., Awaitable[Viewer]]


async def take(changes: AsyncIterator[ReviewChange], count: int) -> list[ReviewChange]:
    """The next changes of a stream; a stream that has no more fails the test instead of hanging it."""
    return [await asyncio.wait_for(anext(changes), 10) for _ in range(count)]


def told(changes: list[ReviewChange]) -> list[tuple[object, str | None]]:
    return [(change.row.id, change.event.kind if change.event else None) for change in changes]


async def test_the_stream_begins_with_what_waits_longest(customer: Viewer, market: Market, staff: Staff) -> None:
    await large_orders_are_reviewed(market)
    product = await make_product(price=LARGE)
    for _ in range(2):
        await place_order(customer, product)
    await events.publish()
    first, second = await Review.all().order_by("opened_at")
    changes = review_streams.of_queue(await staff(Role.ORDER_REVIEWER), after=None)
    assert told(await take(changes, 2)) == [(first.id, None), (second.id, None)]


async def test_it_goes_on_with_every_event_of_every_review_once(customer: Viewer, market: Market, staff: Staff) -> None:
    reviewer = await staff(Role.ORDER_REVIEWER)
    _, found = await order_in_review(customer)
    changes = review_streams.of_queue(reviewer, after=None)  # before the event of the opening has its position
    [snapshot] = await take(changes, 1)
    await claimed(reviewer, found)
    await review.add_call(reviewer, found.id, CallOutcome.NO_ANSWER)
    await review.reject(reviewer, found.id, RejectReason.UNREACHABLE)
    await events.publish()
    assert told(await take(changes, 3)) == [
        (found.id, "review.claimed"),
        (found.id, "review.called"),
        (found.id, "review.rejected"),
    ]
    assert snapshot.cursor == "p.0"


async def test_a_client_that_comes_back_with_its_cursor_gets_what_it_missed(
    customer: Viewer, market: Market, staff: Staff
) -> None:
    reviewer = await staff(Role.ORDER_REVIEWER)
    _, found = await order_in_review(customer)
    await events.publish()
    changes = review_streams.of_queue(reviewer, after="p.0")
    [opened] = await take(changes, 1)
    await claimed(reviewer, found)
    await review.release(reviewer, found.id)
    await events.publish()
    again = review_streams.of_queue(reviewer, after=opened.cursor)
    assert told(await take(again, 2)) == [(found.id, "review.claimed"), (found.id, "review.released")]


async def test_buyers_do_not_find_events_of_reviews_in_their_own_streams(customer: Viewer, market: Market) -> None:
    order, _ = await order_in_review(customer)
    await events.publish()
    changes = streams.of_viewer(customer, after="p.0")
    seen = [await asyncio.wait_for(anext(changes), 10) for _ in range(2)]
    assert [change.event.kind for change in seen if change.event] == ["order.placed", "order.review_opened"]
    assert {change.row.id for change in seen} == {order.id}


async def test_only_those_who_review_open_the_stream(customer: Viewer, visitor: Viewer, staff: Staff) -> None:
    for viewer, code in (
        (customer, "FORBIDDEN"),
        (visitor, "UNAUTHENTICATED"),
        (await staff(Role.WAREHOUSE_PICKER), "FORBIDDEN"),
    ):
        with pytest.raises(Refused) as refused:
            await take(review_streams.of_queue(viewer, after=None), 1)
        assert refused.value.code == code


@pytest.mark.parametrize("cursor", ["s.1", "p.", "p.-1", "nonsense"])
async def test_what_is_no_cursor_is_refused(staff: Staff, cursor: str) -> None:
    with pytest.raises(Refused) as refused:
        await take(review_streams.of_queue(await staff(Role.ORDER_REVIEWER), after=cursor), 1)
    assert refused.value.code == "INVALID_CURSOR"

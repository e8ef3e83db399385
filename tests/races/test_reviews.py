"""Several servers at once over the same reviews and the same files of orders."""

from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from domain.access import Viewer, system
from domain.market import Market
from domain.orders import intake_batches, lifecycle, review
from domain.payments import outside
from models.customers import Role
from models.intake import OrderBatch, OrderBatchRow, RowOutcome
from models.orders import CancelReason, Order, OrderState, ReviewState
from models.outbox import Event
from models.payments import Payment
from models.reviews import RejectReason, Review, ReviewStage
from settings import Settings
from tests.factories.catalog import make_product
from tests.factories.customers import make_staff, make_user, viewer_for
from tests.factories.orders import place_order
from tests.factories.reviews import LARGE, claimed, large_orders_are_reviewed, order_in_review
from tests.intake.files import file_of, row, stock_the_shop
from tests.races.outcomes import Outcome, all_at_once, outcome_of
from tests.races.processes import race

pytestmark = pytest.mark.slow


def reviewer(market: Market, user: UUID) -> Viewer:
    return Viewer(market=market, user_id=user, roles=frozenset({Role.ORDER_REVIEWER}))


async def claim(market: Market, number: int, *, found: UUID, users: list[list[UUID]]) -> Outcome:
    return await all_at_once([partial(review.claim, reviewer(market, user), found) for user in users[number]])


async def test_fifty_reviewers_get_one_claim(market: Market, settings: Settings) -> None:
    customer = viewer_for(market, await make_user())
    order, found = await order_in_review(customer)
    users = [[(await make_staff(Role.ORDER_REVIEWER)).id for _ in range(10)] for _ in range(5)]
    work = partial(claim, found=found.id, users=users)
    outcomes = await race(work, database_url=settings.database_url, processes=5)
    assert sum(outcomes, Counter()) == {"done": 1, "REVIEW_CLAIMED": 49}
    assert (await Review.get(id=found.id)).stage == ReviewStage.CLAIMED
    assert (await Order.get(id=order.id)).review == ReviewState.CLAIMED
    assert await Event.filter(stream_id=found.id).count() == 2


async def decide(market: Market, number: int, *, reviews: list[tuple[UUID, UUID, UUID, UUID]]) -> list[str]:
    """The same reviewer on two devices, one of whom approves and one rejects, and the buyer who cancels."""
    outcomes = []
    for found, order_id, user, buyer in reviews:
        by = reviewer(market, user)
        tries = (
            partial(review.approve, by, found),
            partial(review.reject, by, found, RejectReason.OTHER),
            partial(lifecycle.cancel, Viewer(market=market, user_id=buyer), order_id, reason=CancelReason.OTHER),
        )
        outcomes.append(await outcome_of(tries[number]))
    return outcomes


async def test_of_approval_rejection_and_cancellation_the_order_and_its_review_tell_one_story(
    market: Market, settings: Settings
) -> None:
    await large_orders_are_reviewed(market)
    product = await make_product(price=LARGE, stock={"SH": 100})
    by = viewer_for(market, await make_staff(Role.ORDER_REVIEWER))
    buyer = viewer_for(market, await make_user())
    assert by.user_id is not None
    assert buyer.user_id is not None
    reviews = []
    for _ in range(12):
        order = await place_order(buyer, product)
        found = await claimed(by, await Review.get(order_id=order.id))
        reviews.append((found.id, order.id, by.user_id, buyer.user_id))
    work = partial(decide, reviews=reviews)
    approvals, rejections, cancellations = await race(work, database_url=settings.database_url, processes=3)
    for place, (found_id, order_id, _, _) in enumerate(reviews):
        stage, order = (await Review.get(id=found_id)).stage, await Order.get(id=order_id)
        outcomes = (approvals[place], rejections[place], cancellations[place])
        if stage == ReviewStage.REJECTED:
            assert outcomes == ("REVIEW_CLOSED", "done", "ORDER_ALREADY_CANCELED")
            assert (order.state, order.review) == (OrderState.CANCELED, ReviewState.REJECTED)
        elif stage == ReviewStage.LAPSED:
            assert outcomes == ("REVIEW_CLOSED", "REVIEW_CLOSED", "done")
            assert (order.state, order.review) == (OrderState.CANCELED, ReviewState.NONE)
        else:
            assert (stage, outcomes) == (ReviewStage.APPROVED, ("done", "REVIEW_CLOSED", "done"))
            assert (order.state, order.review) == (OrderState.CANCELED, ReviewState.APPROVED)


async def read(market: Market, number: int, *, batches: list[UUID], media_root: Path) -> bool:
    """Each server reads a file of its own from the folder that they share."""
    assert isinstance(market.policy, Settings)
    shared = replace(market, policy=market.policy.model_copy(update={"media_root": media_root}))
    return await intake_batches.read_on(system(shared), batches[number], settle=outside.settle)


async def test_the_same_file_sent_four_times_at_once_makes_each_order_once(market: Market, settings: Settings) -> None:
    await stock_the_shop(units=1000)
    content = file_of(*(row(number) for number in range(25)))
    batches = [
        (await intake_batches.start_text(system(market), channel="tmall", file_name=f"{number}", content=content)).id
        for number in range(4)
    ]
    done = await race(
        partial(read, batches=batches, media_root=settings.media_root), database_url=settings.database_url, processes=4
    )
    assert done == [True] * 4
    assert await Order.all().count() == await Payment.all().count() == 25
    found = await OrderBatch.filter(id__in=batches)
    assert sum(batch.accepted for batch in found) == 25
    assert sum(batch.repeated for batch in found) == 75
    assert sum(batch.rejected for batch in found) == 0
    assert await OrderBatchRow.filter(outcome=RowOutcome.ACCEPTED).count() == 25

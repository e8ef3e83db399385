"""Automatic checks when an order is placed and when it is paid."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from adapters.payments.simulator import Outcome
from domain.access import Viewer, system
from domain.fulfillment import shipping
from domain.fulfillment.shipping import Shipment
from domain.inventory import stock
from domain.market import Market
from domain.orders import lifecycle, review, risk_rules
from domain.payments import demo
from kit import clock, ids, tally
from kit.errors import Refused
from models.fulfillment import CarrierCode
from models.notifications import OutgoingMessage
from models.orders import CancelReason, Order, OrderState, ReviewState
from models.outbox import Event
from models.payments import Payment, Refund
from models.reviews import (
    Review,
    ReviewStage,
    RiskAssessment,
    RiskDecision,
    RiskMoment,
    RiskPolicy,
    RiskRuleKind,
)
from tests.factories.catalog import make_product, variant_of
from tests.factories.customers import make_user, viewer_for
from tests.factories.inventory import counts
from tests.factories.orders import SHANGHAI, place_order
from tests.factories.payments import run, start_payment
from tests.factories.reviews import (
    LARGE,
    large_orders_are_reviewed,
    make_rule,
    order_in_review,
    run_all,
    set_thresholds,
)


async def checked(order: Order) -> tuple[ReviewState, int, list[str]]:
    """What the order's review says, and the score and rules of its newest check."""
    found = await RiskAssessment.filter(order_id=order.id).order_by("-created_at", "-id").first()
    assert found is not None
    return (await Order.get(id=order.id)).review, found.score, [str(one["kind"]) for one in found.findings]


async def paid_by(market: Market, order: Order, payer: str) -> Order:
    payment = await start_payment(market, order)
    await demo.simulate(system(market), payment.id, Outcome.SUCCEED, payer=payer)
    await run(market)
    return await Order.get(id=order.id)


async def kinds(order: Order) -> list[str]:
    return [event.kind for event in await Event.filter(stream_id=order.id).order_by("sequence")]


async def test_without_rules_orders_pass_and_nothing_is_written_about_it(customer: Viewer) -> None:
    order = await place_order(customer, await make_product(price=10_000_000))
    assert order.review == ReviewState.NONE
    assert await RiskAssessment.all().count() == 0


async def test_a_clean_order_passes_without_a_person(customer: Viewer, market: Market) -> None:
    await large_orders_are_reviewed(market)
    order = await place_order(customer, await make_product(price=LARGE - 10_000))
    assert await checked(order) == (ReviewState.NONE, 0, [])
    assert await Review.all().count() == 0
    assert await kinds(order) == ["order.placed"]


async def test_a_large_order_waits_for_a_person_and_keeps_its_stock(customer: Viewer, market: Market) -> None:
    await large_orders_are_reviewed(market)
    product = await make_product(price=LARGE)
    order = await place_order(customer, product)
    assert (order.review, order.state) == (ReviewState.PENDING, OrderState.PENDING_PAYMENT)
    assert await checked(order) == (ReviewState.PENDING, 50, ["ORDER_AMOUNT"])
    found = await Review.get(order_id=order.id)
    assert (found.stage, found.score, found.due_at - found.opened_at) == (ReviewStage.PENDING, 50, timedelta(hours=4))
    assert await counts(await variant_of(product)) == (10, 1)
    assert await kinds(order) == ["order.placed", "order.review_opened"]


async def test_an_order_in_review_can_be_paid_and_not_shipped(customer: Viewer, market: Market) -> None:
    order, _ = await order_in_review(customer)
    paid = await paid_by(market, order, "")
    assert (paid.state, paid.review) == (OrderState.PAID, ReviewState.PENDING)
    with pytest.raises(Refused) as refused:
        await shipping.ship(system(market), Shipment(order_id=order.id, carrier=CarrierCode.SIMULATOR), key="once")
    assert refused.value.code == "ORDER_IN_REVIEW"
    assert await stock.held(order.id) != []


async def test_the_score_is_the_sum_of_all_rules_that_fit(customer: Viewer, market: Market) -> None:
    await set_thresholds(market, review_from=80)
    await make_rule(market, RiskRuleKind.ORDER_AMOUNT, points=30, from_minor_units=1000)
    await make_rule(market, RiskRuleKind.MANY_UNITS, points=40, units=5)
    await make_rule(market, RiskRuleKind.REGION, points=10, provinces=["Shanghai"])
    product = await make_product(price=1000)
    order = await place_order(customer, {product: 5})
    assert await checked(order) == (ReviewState.PENDING, 80, ["MANY_UNITS", "ORDER_AMOUNT", "REGION"])
    fewer = await place_order(customer, {product: 4})
    assert await checked(fewer) == (ReviewState.NONE, 40, ["ORDER_AMOUNT", "REGION"])


async def test_a_rule_that_is_switched_off_does_not_count(customer: Viewer, market: Market) -> None:
    rule = await large_orders_are_reviewed(market)
    await risk_rules.put(
        system(market),
        rule_id=rule.id,
        name="off",
        kind=rule.kind,
        parameters=rule.parameters,
        points=50,
        is_enabled=False,
    )
    order = await place_order(customer, await make_product(price=LARGE))
    assert await checked(order) == (ReviewState.NONE, 0, [])


@pytest.mark.parametrize(
    ("parameters", "fits"),
    [
        ({"provinces": ["上海"]}, True),
        ({"provinces": ["Sichuan"]}, False),
        ({"cities": ["上海"]}, True),
        ({"cities": ["上海市", "成都"]}, True),
        ({"cities": ["成都市"]}, False),
    ],
)
async def test_a_risky_region_is_a_province_or_a_city(
    customer: Viewer, market: Market, parameters: Mapping[str, Any], fits: bool
) -> None:
    await set_thresholds(market)
    await make_rule(market, RiskRuleKind.REGION, **parameters)
    order = await place_order(customer, await make_product())
    assert (order.review == ReviewState.PENDING) is fits


@pytest.mark.parametrize(
    ("note", "fits"),
    [("请帮忙代 购，谢谢", True), ("CASH-back please", True), ("放门口就好", False), ("", False)],
)
async def test_unusual_notes_are_found_by_words_whatever_their_blanks_and_capitals(
    customer: Viewer, market: Market, note: str, fits: bool
) -> None:
    await set_thresholds(market)
    await make_rule(market, RiskRuleKind.NOTE_KEYWORDS, words=["代购", "cashback"])
    order = await place_order(customer, await make_product(), note=note)
    assert (order.review == ReviewState.PENDING) is fits


async def test_the_third_order_of_an_account_within_an_hour_is_one_too_many(market: Market) -> None:
    await set_thresholds(market)
    await make_rule(market, RiskRuleKind.VELOCITY, by="ACCOUNT", orders=3, hours=1)
    product = await make_product()
    eager, other = viewer_for(market, await make_user()), viewer_for(market, await make_user())
    states = [(await place_order(eager, product)).review for _ in range(3)]
    assert states == [ReviewState.NONE, ReviewState.NONE, ReviewState.PENDING]
    assert (await place_order(other, product)).review == ReviewState.NONE
    clock.set_offset(timedelta(minutes=61))
    assert (await place_order(eager, product)).review == ReviewState.NONE


@pytest.mark.parametrize(("by", "expected"), [("PHONE", "PENDING"), ("ADDRESS", "NONE"), ("ACCOUNT", "NONE")])
async def test_guests_are_counted_by_phone_and_by_the_address_they_call_from(
    market: Market, visitor: Viewer, by: str, expected: str
) -> None:
    await set_thresholds(market)
    await make_rule(market, RiskRuleKind.VELOCITY, by=by, orders=2, hours=24)
    product = await make_product()
    await place_order(visitor.but(address="198.51.100.1"), product)
    second = await place_order(visitor.but(address="198.51.100.2"), product)
    assert second.review == expected


async def test_two_orders_from_one_address_are_seen_whoever_places_them(market: Market) -> None:
    await set_thresholds(market)
    await make_rule(market, RiskRuleKind.VELOCITY, by="ADDRESS", orders=2, hours=24)
    product = await make_product()
    first, second = viewer_for(market, await make_user()), viewer_for(market, await make_user())
    assert (await place_order(first, product)).review == ReviewState.NONE
    assert (await place_order(second, product)).review == ReviewState.PENDING


async def test_a_new_account_is_one_below_the_hours_and_guests_count_if_the_rule_says_so(
    market: Market, visitor: Viewer
) -> None:
    await set_thresholds(market)
    rule = await make_rule(market, RiskRuleKind.NEW_ACCOUNT, hours=24)
    product = await make_product()
    old = viewer_for(market, await make_user(created_at=clock.now() - timedelta(hours=25)))
    new = viewer_for(market, await make_user(created_at=clock.now() - timedelta(hours=23)))
    placed = [(await place_order(buyer, product)).review for buyer in (old, new, visitor)]
    assert placed == [ReviewState.NONE, ReviewState.PENDING, ReviewState.PENDING]
    await risk_rules.put(
        system(market),
        rule_id=rule.id,
        name="accounts only",
        kind=rule.kind,
        parameters={"hours": 24, "guests": False},
        points=50,
    )
    assert (await place_order(visitor, product)).review == ReviewState.NONE


async def test_somebody_who_pays_for_a_stranger_is_noticed_when_the_money_comes(
    customer: Viewer, market: Market
) -> None:
    await set_thresholds(market)
    await make_rule(market, RiskRuleKind.PAYER_MISMATCH)
    product = await make_product()
    order = await place_order(customer, product)
    assert await checked(order) == (ReviewState.NONE, 0, [])
    paid = await paid_by(market, order, "王某某")
    assert (paid.state, paid.review) == (OrderState.PAID, ReviewState.PENDING)
    found = await RiskAssessment.get(order_id=order.id, occasion=RiskMoment.PAYMENT)
    assert found.findings[0]["facts"] == {"payer": "王**", "recipient": "林**"}
    assert (await Payment.get(order_id=order.id)).payer == "王某某"
    assert await kinds(order) == [
        *("order.placed", "payment.created", "payment.captured", "order.review_opened"),
    ]


@pytest.mark.parametrize("payer", [SHANGHAI.recipient, " 林 晓雨", "Customer Name", ""])
async def test_whoever_receives_it_or_owns_the_account_may_pay(market: Market, payer: str) -> None:
    await set_thresholds(market)
    await make_rule(market, RiskRuleKind.PAYER_MISMATCH)
    buyer = viewer_for(market, await make_user(name="Customer name"))
    paid = await paid_by(market, await place_order(buyer, await make_product()), payer)
    assert (paid.state, paid.review) == (OrderState.PAID, ReviewState.NONE)


async def test_an_account_that_buys_for_another_name_is_noticed_when_the_rule_asks(market: Market) -> None:
    await set_thresholds(market)
    await make_rule(market, RiskRuleKind.PAYER_MISMATCH, account_too=True)
    product = await make_product()
    stranger = viewer_for(market, await make_user(name="赵某"))
    own = viewer_for(market, await make_user(name=SHANGHAI.recipient))
    assert (await place_order(stranger, product)).review == ReviewState.PENDING
    assert (await place_order(own, product)).review == ReviewState.NONE


async def test_what_a_person_approved_stays_approved_when_it_is_paid(
    customer: Viewer, market: Market, the_market: Viewer
) -> None:
    order, _ = await order_in_review(customer)
    await Order.filter(id=order.id).update(review=ReviewState.APPROVED)
    await Review.filter(order_id=order.id).update(stage=ReviewStage.APPROVED)
    paid = await paid_by(market, order, "")
    assert (paid.state, paid.review) == (OrderState.PAID, ReviewState.APPROVED)


async def test_a_rule_that_the_reviewer_could_not_know_asks_again_at_payment(customer: Viewer, market: Market) -> None:
    order, _ = await order_in_review(customer)
    await make_rule(market, RiskRuleKind.PAYER_MISMATCH, points=50)
    await Order.filter(id=order.id).update(review=ReviewState.APPROVED)
    await Review.filter(order_id=order.id).update(stage=ReviewStage.APPROVED)
    paid = await paid_by(market, order, "王某某")
    assert (paid.state, paid.review) == (OrderState.PAID, ReviewState.PENDING)
    stages = await Review.filter(order_id=order.id).order_by("opened_at").values_list("stage", "score")
    assert list(stages) == [("APPROVED", 50), ("PENDING", 100)]


async def test_a_review_that_is_open_already_only_weighs_more_at_payment(customer: Viewer, market: Market) -> None:
    order, found = await order_in_review(customer)
    await make_rule(market, RiskRuleKind.PAYER_MISMATCH, points=20)
    await paid_by(market, order, "王某某")
    assert await Review.all().count() == 1
    assert (await Review.get(id=found.id)).score == 70
    assert await RiskAssessment.filter(order_id=order.id).count() == 2


async def test_an_order_far_too_risky_is_turned_down_at_once(customer: Viewer, market: Market) -> None:
    await set_thresholds(market, review_from=10, reject_from=50)
    await make_rule(market, RiskRuleKind.ORDER_AMOUNT, from_minor_units=LARGE)
    product = await make_product(price=LARGE)
    order = await place_order(customer, product)
    assert (order.state, order.review, order.cancel_reason) == (
        *(OrderState.CANCELED, ReviewState.REJECTED, CancelReason.NOT_ACCEPTED),
    )
    assert await counts(await variant_of(product)) == (10, 0)
    assert await Review.all().count() == 0
    assert (await RiskAssessment.get(order_id=order.id)).decision == RiskDecision.REJECT
    with pytest.raises(Refused) as refused:
        await start_payment(market, order)
    assert refused.value.code == "ORDER_NOT_PAYABLE"


async def test_an_order_turned_down_at_payment_gets_its_money_back_and_its_buyer_is_told(
    customer: Viewer, market: Market
) -> None:
    await set_thresholds(market, review_from=10, reject_from=60)
    await make_rule(market, RiskRuleKind.PAYER_MISMATCH, points=40)
    await make_rule(market, RiskRuleKind.ORDER_AMOUNT, points=20, from_minor_units=1000)
    order = await place_order(customer, await make_product())
    assert order.review == ReviewState.PENDING
    await paid_by(market, order, "王某某")
    await run_all(market)
    paid = await Order.get(id=order.id)
    assert (paid.state, paid.review, paid.refunded) == (OrderState.CANCELED, ReviewState.REJECTED, order.total)
    assert (await Refund.get(order_id=order.id)).state == "SUCCEEDED"
    found = await Review.get(order_id=order.id)
    assert (found.stage, found.decided_by) == (ReviewStage.REJECTED, None)
    told = await OutgoingMessage.get(template="order_rejected")
    assert order.number in told.body


@pytest.mark.parametrize("way", ["expiry", "cancellation"])
async def test_a_review_closes_by_itself_when_its_order_comes_to_nothing(
    customer: Viewer, market: Market, way: str
) -> None:
    order, found = await order_in_review(customer)
    if way == "expiry":
        clock.set_offset(timedelta(minutes=31))
        await run(market)
    else:
        await lifecycle.cancel(customer, order.id, reason=CancelReason.CHANGED_MIND)
    gone = await Order.get(id=order.id)
    assert (gone.state in (OrderState.EXPIRED, OrderState.CANCELED), gone.review) == (True, ReviewState.NONE)
    closed = await Review.get(id=found.id)
    assert (closed.stage, closed.decided_by) == (ReviewStage.LAPSED, None)
    assert not review.is_overdue(closed)


async def test_a_late_payment_that_revives_an_order_has_it_looked_at_again(customer: Viewer, market: Market) -> None:
    order, _ = await order_in_review(customer)
    payment = await start_payment(market, order)
    await demo.simulate(system(market), payment.id, Outcome.SUCCEED_AFTER_EXPIRY)
    clock.set_offset(timedelta(minutes=31))
    await run(market)
    revived = await Order.get(id=order.id)
    assert (revived.state, revived.review) == (OrderState.PAID, ReviewState.PENDING)
    found = await Review.filter(order_id=order.id).order_by("opened_at")
    assert [one.stage for one in found] == [ReviewStage.LAPSED, ReviewStage.PENDING]


async def test_the_checks_of_a_purchase_take_few_statements_however_many_rules_there_are(
    customer: Viewer, market: Market
) -> None:
    product = await make_product(stock={"SH": 100})
    await place_order(customer, product)  # whatever is written once
    plain = tally.gauge()
    await place_order(customer, product)
    without = plain()
    await RiskPolicy.create()
    empty = tally.gauge()
    await place_order(customer, product)
    assert empty() == without + 2  # the rules, and what was found
    for hours in (1, 2, 24):
        for by in ("ACCOUNT", "PHONE", "ADDRESS"):
            await make_rule(market, RiskRuleKind.VELOCITY, by=by, orders=100, hours=hours)
    await make_rule(market, RiskRuleKind.NEW_ACCOUNT, hours=1)
    full = tally.gauge()
    await place_order(customer, product, key=ids.token())
    assert full() == without + 4  # and the account, and all counts in one

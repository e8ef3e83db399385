"""The review queue: claims, calls, decisions, and who may."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from adapters.payments.simulator import Outcome
from domain.access import Viewer
from domain.market import Market
from domain.orders import review
from kit import clock
from kit.errors import Refused
from kit.ids import to_public
from models.customers import Role
from models.notifications import OutgoingMessage
from models.orders import CancelReason, Order, OrderState, ReviewState
from models.outbox import Event
from models.reviews import CallOutcome, Review, ReviewCall, ReviewStage
from tests.api import Api
from tests.factories.catalog import make_product, variant_of
from tests.factories.inventory import counts
from tests.factories.orders import make_tariff, place_order
from tests.factories.payments import pay
from tests.factories.reviews import LARGE, claimed, large_orders_are_reviewed, order_in_review, run_all, set_thresholds

Staff = Callable[..., Awaitable[Viewer]]

QUEUE = """query ($filter: ReviewFilter, $sort: ReviewSort! = OLDEST, $first: Int, $after: String) {
  reviewQueue(filter: $filter, sort: $sort, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { stage score isOverdue needsCall claimedBy { name } claimedUntil order { number } calls { outcome note } }
  }
}"""
CLAIM = """mutation ($id: ID!) { reviewClaim(input: {reviewId: $id}) {
  review { stage version claimedBy { name } claimedUntil }
  userErrors { code message ... on ReviewClaimed { until } }
} }"""
RELEASE = """mutation ($id: ID!) { reviewRelease(input: {reviewId: $id}) {
  review { stage claimedBy { name } } userErrors { code } } }"""
CALL = """mutation ($id: ID!, $outcome: CallOutcome!, $note: String! = "") {
  reviewPhoneCallAdd(input: {reviewId: $id, outcome: $outcome, note: $note}) {
    review { calls { outcome note calledBy { name } } } userErrors { code path } } }"""
APPROVE = """mutation ($id: ID!, $note: String! = "", $version: Int) {
  reviewApprove(input: {reviewId: $id, note: $note, expectedVersion: $version}) {
    review { stage note decidedBy { name } order { isInReview review { stage } actions { action allowed } } }
    userErrors { code path ... on CallNeeded { minimum { amount } } ... on VersionConflict { current { id } } } } }"""
REJECT = """mutation ($id: ID!, $reason: RejectReason!, $message: String! = "", $note: String! = "") {
  reviewReject(input: {reviewId: $id, reason: $reason, message: $message, note: $note}) {
    review { stage rejectReason order { state cancelReason cancelNote } } userErrors { code } } }"""


def public(found: Review) -> str:
    return to_public("Review", found.id)


async def standing(found: Review) -> tuple[ReviewStage, ReviewState]:
    """Where the review and its order stand."""
    row = await Review.get(id=found.id)
    return row.stage, (await Order.get(id=row.order_id)).review


async def kinds_of(found: Review) -> list[str]:
    return [event.kind for event in await Event.filter(stream_id=found.id).order_by("sequence")]


async def test_the_queue_shows_open_reviews_whoever_waits_longest_first(
    api: Api, customer: Viewer, market: Market, staff: Staff
) -> None:
    await large_orders_are_reviewed(market)
    product, orders = await make_product(price=LARGE), []
    for minutes in (0, 1, 2):
        clock.set_offset(timedelta(minutes=minutes))
        orders.append(await place_order(customer, product))
    reviewer = await staff(Role.ORDER_REVIEWER)
    page = (await api(QUEUE, as_=reviewer, first=2))["reviewQueue"]
    assert [node["order"]["number"] for node in page["nodes"]] == [order.number for order in orders[:2]]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    assert page["nodes"][0] == {
        "stage": "PENDING",
        "score": 50,
        "isOverdue": False,
        "needsCall": False,
        "claimedBy": None,
        "claimedUntil": None,
        "order": {"number": orders[0].number},
        "calls": [],
    }
    rest = (await api(QUEUE, as_=reviewer, first=2, after=page["pageInfo"]["endCursor"]))["reviewQueue"]
    assert [node["order"]["number"] for node in rest["nodes"]] == [orders[2].number]
    newest = (await api(QUEUE, as_=reviewer, sort="NEWEST"))["reviewQueue"]
    assert [node["order"]["number"] for node in newest["nodes"]] == [order.number for order in reversed(orders)]


async def test_the_queue_can_be_narrowed_to_my_own_the_overdue_and_the_decided(
    api: Api, customer: Viewer, market: Market, staff: Staff
) -> None:
    reviewer = await staff(Role.ORDER_REVIEWER)
    await large_orders_are_reviewed(market)
    product = await make_product(price=LARGE)
    for _ in range(3):
        await place_order(customer, product)
    first, second, _ = await Review.all().order_by("opened_at")
    await claimed(reviewer, first)
    await review.approve(reviewer, first.id)
    await claimed(reviewer, second)
    for choice, expected in (
        ({}, ["CLAIMED", "PENDING"]),
        ({"mine": True}, ["CLAIMED"]),
        ({"stages": ["APPROVED"]}, ["APPROVED"]),
        ({"stages": []}, []),
        ({"overdue": True}, []),
    ):
        page = (await api(QUEUE, as_=reviewer, filter=choice))["reviewQueue"]
        assert [node["stage"] for node in page["nodes"]] == expected, choice
    clock.set_offset(timedelta(hours=5))
    page = (await api(QUEUE, as_=reviewer, filter={"overdue": True}))["reviewQueue"]
    assert [node["isOverdue"] for node in page["nodes"]] == [True, True]


async def test_a_claim_is_for_one_person_at_a_time(api: Api, customer: Viewer, staff: Staff) -> None:
    _, found = await order_in_review(customer)
    mine, other = await staff(Role.ORDER_REVIEWER), await staff(Role.ORDER_REVIEWER)
    taken = (await api(CLAIM, as_=mine, id=public(found)))["reviewClaim"]
    assert (taken["userErrors"], taken["review"]["stage"]) == ([], "CLAIMED")
    refused = (await api(CLAIM, as_=other, id=public(found)))["reviewClaim"]
    assert refused["review"] is None
    assert [error["code"] for error in refused["userErrors"]] == ["REVIEW_CLAIMED"]
    assert refused["userErrors"][0]["until"] == taken["review"]["claimedUntil"]
    assert await standing(found) == (ReviewStage.CLAIMED, ReviewState.CLAIMED)
    assert (await Review.get(id=found.id)).claimed_by == mine.user_id


async def test_a_claim_given_back_is_anybodys_again(api: Api, customer: Viewer, staff: Staff) -> None:
    _, found = await order_in_review(customer)
    mine, other = await staff(Role.ORDER_REVIEWER), await staff(Role.ORDER_REVIEWER)
    await claimed(mine, found)
    stolen = (await api(RELEASE, as_=other, id=public(found)))["reviewRelease"]
    assert [error["code"] for error in stolen["userErrors"]] == ["REVIEW_CLAIMED"]
    given = (await api(RELEASE, as_=mine, id=public(found)))["reviewRelease"]
    assert given == {"review": {"stage": "PENDING", "claimedBy": None}, "userErrors": []}
    assert await standing(found) == (ReviewStage.PENDING, ReviewState.PENDING)
    await claimed(other, found)
    administrator = await staff(Role.ADMINISTRATOR)
    await review.release(administrator, found.id)
    assert await standing(found) == (ReviewStage.PENDING, ReviewState.PENDING)


async def test_a_claim_runs_out_and_its_holder_decides_nothing_any_more(
    customer: Viewer, market: Market, staff: Staff
) -> None:
    order, found = await order_in_review(customer)
    await pay(market, order)
    mine, other = await staff(Role.ORDER_REVIEWER), await staff(Role.ORDER_REVIEWER)
    await claimed(mine, found)
    await run_all(market, minutes=14)
    assert await standing(found) == (ReviewStage.CLAIMED, ReviewState.CLAIMED)
    clock.set_offset(clock.offset() + timedelta(minutes=1))
    with pytest.raises(Refused) as refused:
        await review.approve(mine, found.id)  # before any job has looked
    assert refused.value.code == "REVIEW_NOT_CLAIMED"
    await run_all(market)
    assert await standing(found) == (ReviewStage.PENDING, ReviewState.PENDING)
    await claimed(other, found)
    assert await kinds_of(found) == ["review.opened", "review.claimed", "review.released", "review.claimed"]


async def test_claiming_again_makes_the_time_longer(customer: Viewer, market: Market, staff: Staff) -> None:
    order, found = await order_in_review(customer)
    await pay(market, order)
    mine = await staff(Role.ORDER_REVIEWER)
    await claimed(mine, found)
    await run_all(market, minutes=10)
    await claimed(mine, found)
    await run_all(market, minutes=10)
    assert await standing(found) == (ReviewStage.CLAIMED, ReviewState.CLAIMED)


async def test_who_has_not_claimed_it_neither_calls_nor_decides(api: Api, customer: Viewer, staff: Staff) -> None:
    order, found = await order_in_review(customer)
    mine, other = await staff(Role.ORDER_REVIEWER), await staff(Role.ADMINISTRATOR)
    await claimed(mine, found)
    for name, document, values in (
        ("reviewPhoneCallAdd", CALL, {"outcome": "CONFIRMED"}),
        ("reviewApprove", APPROVE, {}),
        ("reviewReject", REJECT, {"reason": "OTHER"}),
    ):
        answer = (await api(document, as_=other, id=public(found), **values))[name]
        assert [error["code"] for error in answer["userErrors"]] == ["REVIEW_NOT_CLAIMED"], name
    assert await ReviewCall.all().count() == 0
    assert await standing(found) == (ReviewStage.CLAIMED, ReviewState.CLAIMED)
    assert (await Order.get(id=order.id)).state == OrderState.PENDING_PAYMENT


async def test_an_approved_order_may_be_shipped(api: Api, customer: Viewer, market: Market, staff: Staff) -> None:
    order, found = await order_in_review(customer)
    await pay(market, order)
    reviewer = await staff(Role.ADMINISTRATOR)
    await claimed(reviewer, found)
    approved = (await api(APPROVE, as_=reviewer, id=public(found), note="老客户"))["reviewApprove"]
    assert approved["userErrors"] == []
    assert (approved["review"]["stage"], approved["review"]["note"]) == ("APPROVED", "老客户")
    shown = approved["review"]["order"]
    assert (shown["isInReview"], shown["review"]) == (False, None)
    assert {"action": "SHIP", "allowed": True} in shown["actions"]
    assert await standing(found) == (ReviewStage.APPROVED, ReviewState.APPROVED)
    assert (await Event.filter(stream_id=order.id).order_by("-sequence").first()).kind == "order.review_passed"  # type: ignore[union-attr]  # there are events


async def test_a_very_large_order_is_approved_only_after_a_call_that_confirms_it(
    api: Api, customer: Viewer, staff: Staff
) -> None:
    _, found = await order_in_review(customer, price=100_000)
    reviewer = await staff(Role.ORDER_REVIEWER)
    await claimed(reviewer, found)
    for outcome in (None, CallOutcome.NO_ANSWER, CallOutcome.WRONG_NUMBER):
        if outcome is not None:
            await review.add_call(reviewer, found.id, outcome)
        refused = (await api(APPROVE, as_=reviewer, id=public(found)))["reviewApprove"]
        assert refused["userErrors"] == [{"code": "CALL_NEEDED", "path": None, "minimum": {"amount": "1000.00"}}]
    assert await standing(found) == (ReviewStage.CLAIMED, ReviewState.CLAIMED)
    called = await api(CALL, as_=reviewer, id=public(found), outcome="CONFIRMED", note="本人确认")
    calls = called["reviewPhoneCallAdd"]["review"]["calls"]
    assert [call["outcome"] for call in calls] == ["NO_ANSWER", "WRONG_NUMBER", "CONFIRMED"]
    assert (calls[-1]["note"], calls[-1]["calledBy"] is not None) == ("本人确认", True)
    approved = (await api(APPROVE, as_=reviewer, id=public(found)))["reviewApprove"]
    assert approved["userErrors"] == []


async def test_a_rejected_order_is_canceled_its_money_goes_back_and_its_buyer_is_told(
    api: Api, customer: Viewer, market: Market, staff: Staff
) -> None:
    await large_orders_are_reviewed(market)
    product = await make_product(price=LARGE)
    order = await place_order(customer, product)
    found = await Review.get(order_id=order.id)
    await pay(market, order, Outcome.SUCCEED)
    reviewer = await staff(Role.ORDER_REVIEWER)
    await claimed(reviewer, found)
    answer = await api(
        REJECT,
        as_=reviewer,
        id=public(found),
        reason="BUYER_DENIES",
        message="电话中您表示未下单。",
        note="疑似盗号",
    )
    assert answer["reviewReject"] == {
        "review": {
            "stage": "REJECTED",
            "rejectReason": "BUYER_DENIES",
            "order": {"state": "CANCELED", "cancelReason": "NOT_ACCEPTED", "cancelNote": "电话中您表示未下单。"},
        },
        "userErrors": [],
    }
    await run_all(market)
    gone = await Order.get(id=order.id)
    assert (gone.state, gone.review, gone.refunded) == (OrderState.CANCELED, ReviewState.REJECTED, order.total)
    assert await counts(await variant_of(product)) == (10, 0)
    told = await OutgoingMessage.get(template="order_rejected")
    assert order.number in told.body
    assert await OutgoingMessage.all().count() == 1


async def test_what_is_decided_stays_decided(api: Api, customer: Viewer, staff: Staff) -> None:
    _, found = await order_in_review(customer)
    reviewer = await staff(Role.ORDER_REVIEWER)
    await claimed(reviewer, found)
    await review.approve(reviewer, found.id)
    for name, document, values in (
        ("reviewClaim", CLAIM, {}),
        ("reviewRelease", RELEASE, {}),
        ("reviewApprove", APPROVE, {}),
        ("reviewReject", REJECT, {"reason": "OTHER"}),
    ):
        answer = (await api(document, as_=reviewer, id=public(found), **values))[name]
        assert [error["code"] for error in answer["userErrors"]] == ["REVIEW_CLOSED"], name
    assert await standing(found) == (ReviewStage.APPROVED, ReviewState.APPROVED)


async def test_a_decision_about_an_older_version_is_refused_with_the_current_one(
    api: Api, customer: Viewer, staff: Staff
) -> None:
    _, found = await order_in_review(customer)
    reviewer = await staff(Role.ORDER_REVIEWER)
    await claimed(reviewer, found)
    answer = (await api(APPROVE, as_=reviewer, id=public(found), version=1))["reviewApprove"]
    assert answer["userErrors"] == [
        {"code": "VERSION_CONFLICT", "path": ["expectedVersion"], "current": {"id": public(found)}}
    ]
    assert await standing(found) == (ReviewStage.CLAIMED, ReviewState.CLAIMED)


async def test_a_review_open_past_its_time_is_escalated_once(
    api: Api, customer: Viewer, market: Market, staff: Staff
) -> None:
    order, found = await order_in_review(customer)
    await pay(market, order)
    await run_all(market, hours=4, seconds=-5)
    assert (await Review.get(id=found.id)).escalated_at is None
    await run_all(market, seconds=6)
    escalated = await Review.get(id=found.id)
    assert escalated.escalated_at is not None
    assert await kinds_of(found) == ["review.opened", "review.escalated"]
    page = (await api(QUEUE, as_=await staff(Role.ORDER_REVIEWER)))["reviewQueue"]
    assert [node["isOverdue"] for node in page["nodes"]] == [True]


async def test_a_decided_review_is_not_escalated(customer: Viewer, market: Market, staff: Staff) -> None:
    order, found = await order_in_review(customer)
    await pay(market, order)
    reviewer = await staff(Role.ORDER_REVIEWER)
    await claimed(reviewer, found)
    await review.approve(reviewer, found.id)
    await run_all(market, hours=5)
    assert await kinds_of(found) == ["review.opened", "review.claimed", "review.approved"]


@pytest.mark.parametrize("role", [None, *sorted(set(Role) - {Role.ORDER_REVIEWER, Role.ADMINISTRATOR})])
async def test_others_neither_see_nor_touch_the_queue(
    api: Api, customer: Viewer, staff: Staff, role: Role | None
) -> None:
    order, found = await order_in_review(customer)
    other = await staff(*([role] if role else []))
    calls: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("reviewClaim", CLAIM, {}),
        ("reviewRelease", RELEASE, {}),
        ("reviewPhoneCallAdd", CALL, {"outcome": "CONFIRMED"}),
        ("reviewApprove", APPROVE, {}),
        ("reviewReject", REJECT, {"reason": "OTHER"}),
    )
    for name, document, values in calls:
        answer = (await api(document, as_=other, id=public(found), **values))[name]
        assert [error["code"] for error in answer["userErrors"]] == ["FORBIDDEN"], name
    seen = await api(
        "query ($id: ID!) { reviewQueue { totalCount } node(id: $id) { id } riskRules { name } }",
        as_=other,
        id=public(found),
    )
    assert seen == {"reviewQueue": {"totalCount": 0}, "node": None, "riskRules": []}
    assert await standing(found) == (ReviewStage.PENDING, ReviewState.PENDING)
    assert (await Order.get(id=order.id)).state == OrderState.PENDING_PAYMENT


async def test_a_buyer_sees_that_the_order_is_looked_at_and_nothing_else_of_it(
    api: Api, customer: Viewer, visitor: Viewer
) -> None:
    order, found = await order_in_review(customer)
    document = """query ($id: ID!) { order(id: $id) { isInReview review { id score }
      timeline { nodes { kind message cause } } } }"""
    seen = (await api(document, as_=customer, id=to_public("Order", order.id)))["order"]
    assert (seen["isInReview"], seen["review"]) == (True, None)
    assert [(event["kind"], event["cause"]) for event in seen["timeline"]["nodes"]] == [
        ("ORDER_PLACED", None),
        ("ORDER_REVIEW_OPENED", None),
    ]
    answer = (await api(CLAIM, as_=visitor, id=public(found)))["reviewClaim"]
    assert [error["code"] for error in answer["userErrors"]] == ["UNAUTHENTICATED"]


async def test_an_order_that_is_turned_down_at_once_is_answered_with_a_word_about_it(
    api: Api, customer: Viewer, market: Market
) -> None:
    await large_orders_are_reviewed(market)
    await set_thresholds(market, review_from=10, reject_from=50)
    product = await make_product(price=LARGE)
    await make_tariff()
    variant = await variant_of(product)
    document = """mutation ($variant: ID!) { orderPlace(input: {
      idempotencyKey: "k", lines: [{variantId: $variant, quantity: 1}],
      destination: {address: {recipient: "林晓雨", phone: "13800138000", province: "上海市", city: "上海市",
        street: "集市路 1 号"}}
    }) { order { state cancelReason } warnings { code message } userErrors { code } } }"""
    placed = (await api(document, as_=customer, variant=to_public("Variant", variant.id)))["orderPlace"]
    assert placed["order"] == {"state": "CANCELED", "cancelReason": "NOT_ACCEPTED"}
    assert [warning["code"] for warning in placed["warnings"]] == ["ORDER_NOT_ACCEPTED"]
    assert (await Order.get()).cancel_reason == CancelReason.NOT_ACCEPTED


ACTIONS = """query ($id: ID!) { order(id: $id) { actions { action allowed reason reasonCode deadline } } }"""
REVIEWING = ("REVIEW_CLAIM", "REVIEW_APPROVE", "REVIEW_REJECT")


async def told(api: Api, viewer: Viewer, order: Order) -> dict[str, str | None]:
    """What the order says about reviewing it: the code of the reason against it, None where nothing is."""
    seen = await api(ACTIONS, as_=viewer, id=to_public("Order", order.id))
    return {one["action"]: one["reasonCode"] for one in seen["order"]["actions"] if one["action"] in REVIEWING}


def all_three(claim: str | None, approve: str | None, reject: str | None) -> dict[str, str | None]:
    return dict(zip(REVIEWING, (claim, approve, reject), strict=True))


async def test_an_order_tells_reviewers_what_they_can_decide_and_why_not(
    api: Api, market: Market, customer: Viewer, staff: Staff
) -> None:
    order, found = await order_in_review(customer, price=market.policy.review_call_minor_units)
    first, second = await staff(Role.ORDER_REVIEWER), await staff(Role.ORDER_REVIEWER)
    not_yet = "REVIEW_NOT_CLAIMED"
    assert await told(api, customer, order) == all_three(*["FORBIDDEN"] * 3)
    assert await told(api, await staff(Role.SERVICE_AGENT), order) == all_three(*["FORBIDDEN"] * 3)
    assert await told(api, first, order) == all_three(None, not_yet, not_yet)
    await claimed(first, found)
    assert await told(api, first, order) == all_three(None, "CALL_NEEDED", None)
    assert await told(api, second, order) == all_three("REVIEW_CLAIMED", not_yet, not_yet)
    await review.add_call(first, found.id, CallOutcome.NO_ANSWER)
    assert (await told(api, first, order))["REVIEW_APPROVE"] == "CALL_NEEDED"
    await review.add_call(first, found.id, CallOutcome.CONFIRMED)
    assert await told(api, first, order) == all_three(None, None, None)
    clock.set_offset(timedelta(minutes=market.policy.review_claim_minutes, seconds=1))
    assert await told(api, second, order) == all_three(None, not_yet, not_yet)
    clock.set_offset(timedelta())
    await review.approve(first, found.id)
    assert await told(api, first, order) == all_three(*["REVIEW_CLOSED"] * 3)


async def test_an_order_that_passed_by_itself_has_nothing_to_review(api: Api, customer: Viewer, staff: Staff) -> None:
    order = await place_order(customer, await make_product())
    assert await told(api, await staff(Role.ORDER_REVIEWER), order) == all_three(*["NOTHING_TO_REVIEW"] * 3)


async def test_the_deadlines_of_a_review_are_told_with_its_actions(api: Api, customer: Viewer, staff: Staff) -> None:
    order, found = await order_in_review(customer)
    reviewer = await staff(Role.ORDER_REVIEWER)
    running = await claimed(reviewer, found)
    seen = await api(ACTIONS, as_=reviewer, id=to_public("Order", order.id))
    deadlines = {one["action"]: one["deadline"] for one in seen["order"]["actions"] if one["action"] in REVIEWING}
    assert running.claimed_until is not None
    expected = [found.due_at, running.claimed_until, running.claimed_until]
    assert deadlines == dict(zip(REVIEWING, [moment.isoformat() for moment in expected], strict=True))

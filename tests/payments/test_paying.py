"""From an order that waits for money to one that is paid, whatever the provider does."""

from typing import Any
from uuid import UUID

import pytest

from adapters.payments.provider import Charge, ProviderError
from adapters.payments.simulator import Outcome
from domain.access import Viewer, system
from domain.inventory import stock
from domain.market import Market
from domain.orders import lifecycle
from domain.orders.actions import Action, possibilities
from kit import ids
from models.customers import Role
from models.inventory import Reservation, ReservationState, StockLevel
from models.orders import CancelReason, Order, OrderState
from models.outbox import Event
from models.payments import JournalEntry, Payment, PaymentState, Posting, ProviderNotice, Refund, SimulatedNotice
from tests.api import Api
from tests.factories.payments import (
    callbacks_of,
    later,
    lines_of,
    make_order,
    pay,
    run,
    simulator_of,
    start_payment,
)

PAY = """mutation ($orderId: ID!, $key: ID!, $returnUrl: String! = "") {
  paymentCreate(input: {orderId: $orderId, method: SIMULATOR, idempotencyKey: $key, returnUrl: $returnUrl}) {
    payment {
      id state payUrl failure isLate isApplied amount { amount currency minorUnits } captured { minorUnits }
      receipt { number orderNumber amount { minorUnits } method providerReference }
      order { number state }
    }
    userErrors { code path retryable }
  }
}"""

SIMULATE = """mutation ($paymentId: ID!, $outcome: PaymentSimulation!, $delaySeconds: Int! = 0) {
  demoPaymentSimulate(input: {paymentId: $paymentId, outcome: $outcome, delaySeconds: $delaySeconds}) {
    payment { state }
    userErrors { code path }
  }
}"""

ORDER = """query ($id: ID!) {
  order(id: $id) {
    state captured { minorUnits } refunded { minorUnits }
    payments { number state failure isLate isApplied captured { minorUnits } payUrl }
    refunds { state reason amount { minorUnits } payment { number } lines { quantity } }
  }
}"""


def public(order: Order) -> str:
    return ids.to_public("Order", order.id)


async def started(api: Api, order: Order, viewer: Viewer, *, key: str = "k1", **variables: Any) -> dict[str, Any]:
    data = await api(PAY, as_=viewer, orderId=public(order), key=key, **variables)
    answer: dict[str, Any] = data["paymentCreate"]
    return answer


async def kinds(order: Order) -> list[str]:
    return [event.kind for event in await Event.filter(stream_id=order.id).order_by("sequence")]


async def postings(order: Order) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for entry in await JournalEntry.filter(order_id=order.id):
        rows = await Posting.filter(entry_id=entry.id)
        found[entry.kind] = {row.account.value: row.amount for row in rows}
    return found


async def test_a_buyer_pays_an_order_and_has_a_receipt(market: Market, api: Api, customer: Viewer) -> None:
    order = await make_order(market, viewer=customer)
    answer = await started(api, order, customer)
    payment = answer["payment"]
    assert answer["userErrors"] == []
    assert payment["state"] == "PENDING"
    assert payment["amount"] == {"amount": "26.00", "currency": "CNY", "minorUnits": 2600}
    assert payment["payUrl"].startswith(f"{market.policy.url}/simulator/pay/SIM_")
    assert payment["receipt"] is None

    data = await api(SIMULATE, as_=customer, paymentId=payment["id"], outcome="SUCCEED")
    assert data["demoPaymentSimulate"] == {"payment": {"state": "PENDING"}, "userErrors": []}
    await run(market)

    paid = (await started(api, order, customer))["payment"]
    row = await Payment.get(order_id=order.id)
    assert paid["state"] == "CAPTURED"
    assert paid["payUrl"] is None
    assert (paid["isApplied"], paid["isLate"]) == (True, False)
    assert paid["captured"] == {"minorUnits": 2600}
    assert paid["order"] == {"number": order.number, "state": "PAID"}
    assert paid["receipt"] == {
        "number": row.number,
        "orderNumber": order.number,
        "amount": {"minorUnits": 2600},
        "method": "SIMULATOR",
        "providerReference": row.provider_reference,
    }
    assert await kinds(order) == ["order.placed", "payment.created", "payment.captured"]
    assert await postings(order) == {"capture": {"PROVIDER_CLEARING": 2600, "CUSTOMER_DEPOSITS": -2600}}


async def test_the_same_key_gives_the_same_payment(market: Market, api: Api, customer: Viewer) -> None:
    order = await make_order(market, viewer=customer)
    first, second = await started(api, order, customer), await started(api, order, customer)
    assert first == second
    assert await Payment.filter(order_id=order.id).count() == 1
    other = await make_order(market, viewer=customer)
    refused = await started(api, other, customer)
    assert refused["userErrors"] == [{"code": "IDEMPOTENCY_KEY_REUSED", "path": ["idempotencyKey"], "retryable": False}]
    assert await Payment.filter(order_id=other.id).count() == 0


async def test_a_failed_payment_can_be_followed_by_another_and_each_attempt_is_kept(
    market: Market, api: Api, customer: Viewer
) -> None:
    order = await make_order(market, viewer=customer)
    first = (await started(api, order, customer))["payment"]
    await api(SIMULATE, as_=customer, paymentId=first["id"], outcome="DECLINE")
    await run(market)
    assert (await Order.get(id=order.id)).state == OrderState.PENDING_PAYMENT
    second = (await started(api, order, customer, key="k2"))["payment"]
    await api(SIMULATE, as_=customer, paymentId=second["id"], outcome="SUCCEED")
    await run(market)
    shown = (await api(ORDER, as_=customer, id=public(order)))["order"]
    assert [(p["state"], p["failure"]) for p in shown["payments"]] == [
        ("FAILED", "INSUFFICIENT_FUNDS"),
        ("CAPTURED", None),
    ]
    assert shown["state"] == "PAID"
    assert await kinds(order) == [
        "order.placed",
        "payment.created",
        "payment.failed",
        "payment.created",
        "payment.captured",
    ]


async def test_an_order_that_costs_nothing_is_paid_without_a_provider(
    market: Market, api: Api, customer: Viewer
) -> None:
    order = await make_order(market, viewer=customer, lines=((1000, 2, 2000),), shipping=0)
    payment = (await started(api, order, customer))["payment"]
    assert (payment["state"], payment["payUrl"], payment["isApplied"]) == ("CAPTURED", None, True)
    assert payment["order"]["state"] == "PAID"
    await lifecycle.cancel(customer, order.id, reason=CancelReason.CHANGED_MIND)
    await run(market)
    assert (await Order.get(id=order.id)).state == OrderState.CANCELED
    assert await Refund.all().count() == 0


async def test_the_other_attempts_are_given_up_once_one_has_paid(market: Market) -> None:
    order = await make_order(market)
    await start_payment(market, order)
    await pay(market, order)
    attempts = await Payment.filter(order_id=order.id).order_by("id")
    assert [attempt.state for attempt in attempts] == [PaymentState.EXPIRED, PaymentState.CAPTURED]


async def test_only_the_buyer_can_pay(
    market: Market, api: Api, customer: Viewer, other_customer: Viewer, staff: Any
) -> None:
    order = await make_order(market, viewer=customer)
    for viewer, code, path in (
        (other_customer, "NOT_FOUND", ["orderId"]),
        (api.visitor, "NOT_FOUND", ["orderId"]),
        (await staff(Role.FINANCE), "FORBIDDEN", None),
        (await staff(Role.CATALOG_MANAGER), "NOT_FOUND", ["orderId"]),
    ):
        answer = await started(api, order, viewer)
        assert answer["payment"] is None
        assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [(code, path)]
    assert await Payment.all().count() == 0


async def test_a_payment_is_invisible_to_others(
    market: Market, api: Api, customer: Viewer, other_customer: Viewer
) -> None:
    order = await make_order(market, viewer=customer)
    payment = (await started(api, order, customer))["payment"]
    query = "query ($id: ID!) { payment(id: $id) { state } node(id: $id) { id } }"
    mine = await api(query, as_=customer, id=payment["id"])
    assert mine == {"payment": {"state": "PENDING"}, "node": {"id": payment["id"]}}
    assert await api(query, as_=other_customer, id=payment["id"]) == {"payment": None, "node": None}
    data = await api(SIMULATE, as_=other_customer, paymentId=payment["id"], outcome="SUCCEED")
    assert data["demoPaymentSimulate"] == {
        "payment": None,
        "userErrors": [{"code": "NOT_FOUND", "path": ["paymentId"]}],
    }


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "/cart", "https://", "ftp://shop.example", "https://a b", "http://[", "https://a/\x07"],
)
async def test_the_way_back_must_be_a_web_address(market: Market, api: Api, customer: Viewer, url: str) -> None:
    order = await make_order(market, viewer=customer)
    answer = await started(api, order, customer, returnUrl=url)
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [("INVALID_INPUT", ["returnUrl"])]
    assert await Payment.all().count() == 0


async def test_a_paid_or_canceled_order_cannot_be_paid(market: Market, api: Api, customer: Viewer) -> None:
    order = await make_order(market, viewer=customer)
    await pay(market, order)
    answer = await started(api, order, customer)
    assert [error["code"] for error in answer["userErrors"]] == ["ORDER_NOT_PAYABLE"]
    canceled = await make_order(market, viewer=customer)
    await lifecycle.cancel(customer, canceled.id, reason=CancelReason.CHANGED_MIND)
    answer = await started(api, canceled, customer)
    assert [error["code"] for error in answer["userErrors"]] == ["ORDER_NOT_PAYABLE"]


async def test_an_order_can_be_tried_to_pay_only_so_often(market: Market, api: Api, customer: Viewer) -> None:
    order = await make_order(market, viewer=customer)
    for turn in range(20):
        assert (await started(api, order, customer, key=f"k{turn}"))["userErrors"] == []
    answer = await started(api, order, customer, key="one more")
    assert [error["code"] for error in answer["userErrors"]] == ["TOO_MANY_ATTEMPTS"]
    [pay_now] = [one for one in possibilities(customer, await Order.get(id=order.id)) if one.action == Action.PAY]
    assert pay_now.refusal is not None
    assert pay_now.refusal.code == "TOO_MANY_ATTEMPTS"


async def test_where_the_provider_is_away_the_same_call_works_later(
    market: Market, api: Api, customer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await make_order(market, viewer=customer)

    async def away(**_: object) -> Charge:
        raise ProviderError("no answer")

    with monkeypatch.context() as patched:
        patched.setattr(simulator_of(market), "open_charge", away)
        answer = await started(api, order, customer)
    assert answer["payment"] is None
    assert answer["userErrors"] == [{"code": "PROVIDER_UNAVAILABLE", "path": ["method"], "retryable": True}]
    assert (await started(api, order, customer))["payment"]["payUrl"] is not None
    assert await Payment.filter(order_id=order.id).count() == 1


async def test_a_callback_that_comes_twice_credits_once(market: Market, api: Api, customer: Viewer) -> None:
    order = await make_order(market, viewer=customer)
    payment = (await started(api, order, customer))["payment"]
    await api(SIMULATE, as_=customer, paymentId=payment["id"], outcome="SUCCEED_TWICE")
    await run(market)
    assert callbacks_of(market).answers == [204, 204]
    assert await ProviderNotice.all().count() == 1
    assert (await Order.get(id=order.id)).captured == 2600
    assert (await kinds(order)).count("payment.captured") == 1


async def test_a_badly_signed_callback_is_not_believed_and_the_good_one_that_follows_is(
    market: Market, api: Api, customer: Viewer
) -> None:
    order = await make_order(market, viewer=customer)
    payment = (await started(api, order, customer))["payment"]
    await api(SIMULATE, as_=customer, paymentId=payment["id"], outcome="SUCCEED_BADLY_SIGNED_FIRST")
    await run(market)
    assert callbacks_of(market).answers == [401]
    assert (await Order.get(id=order.id)).state == OrderState.PENDING_PAYMENT
    assert await ProviderNotice.all().count() == 0
    await later(market, seconds=2)
    await later(market, seconds=3)
    assert callbacks_of(market).answers == [401, 401, 204]
    assert (await Order.get(id=order.id)).state == OrderState.PAID


async def test_a_refusal_that_is_told_after_the_success_is_overtaken(
    market: Market, api: Api, customer: Viewer
) -> None:
    order = await make_order(market, viewer=customer)
    payment = (await started(api, order, customer))["payment"]
    await api(SIMULATE, as_=customer, paymentId=payment["id"], outcome="SUCCEED_OUT_OF_ORDER")
    await run(market)
    await later(market, seconds=2)
    notices = await ProviderNotice.all().order_by("received_at")
    assert [notice.outcome for notice in notices] == ["captured", "overtaken"]
    assert (await Payment.get(order_id=order.id)).state == PaymentState.CAPTURED
    assert (await Payment.get(order_id=order.id)).failure == ""


async def test_a_success_is_believed_after_a_refusal(market: Market) -> None:
    order = await make_order(market)
    payment = await start_payment(market, order)
    await Payment.filter(id=payment.id).update(state=PaymentState.FAILED, failure="INSUFFICIENT_FUNDS")
    await simulator_of(market).pay(payment.provider_reference or "", Outcome.SUCCEED)
    await run(market)
    paid = await Payment.get(id=payment.id)
    assert (paid.state, paid.failure) == (PaymentState.CAPTURED, "")
    assert (await Order.get(id=order.id)).state == OrderState.PAID


async def test_another_amount_is_set_aside_and_never_counts_as_paid(market: Market, api: Api, customer: Viewer) -> None:
    order = await make_order(market, viewer=customer)
    payment = (await started(api, order, customer))["payment"]
    await api(SIMULATE, as_=customer, paymentId=payment["id"], outcome="SUCCEED_WRONG_AMOUNT")
    await run(market)
    order = await Order.get(id=order.id)
    assert (order.state, order.captured) == (OrderState.PENDING_PAYMENT, 0)
    assert (await Payment.get(order_id=order.id)).state == PaymentState.PENDING
    assert await postings(order) == {"set_aside": {"PROVIDER_CLEARING": 2599, "SUSPENSE": -2599}}
    assert await kinds(order) == ["order.placed", "payment.created", "payment.rejected"]
    rejected = await Event.get(stream_id=order.id, kind="payment.rejected")
    assert (rejected.data["amount"], rejected.data["reported"]) == (2600, 2599)


async def test_callbacks_are_repeated_until_the_market_answers(market: Market, api: Api, customer: Viewer) -> None:
    order = await make_order(market, viewer=customer)
    payment = (await started(api, order, customer))["payment"]
    await api(SIMULATE, as_=customer, paymentId=payment["id"], outcome="SUCCEED", delaySeconds=60)
    await run(market)
    assert callbacks_of(market).answers == []
    callbacks_of(market).is_down = True
    await later(market, seconds=61)
    await later(market, seconds=1)
    await later(market, seconds=2)
    assert callbacks_of(market).answers == [503, 503, 503]
    callbacks_of(market).is_down = False
    await later(market, seconds=4)
    assert callbacks_of(market).answers == [503, 503, 503, 204]
    assert (await Order.get(id=order.id)).state == OrderState.PAID
    notice = await SimulatedNotice.all().first()
    assert notice is not None
    assert notice.attempts == 4
    assert notice.delivered_at is not None


async def test_an_unpaid_order_expires_with_its_attempts(market: Market, api: Api, customer: Viewer) -> None:
    order = await make_order(market, viewer=customer)
    payment = (await started(api, order, customer))["payment"]
    await later(market, minutes=29)
    assert (await Payment.get(order_id=order.id)).state == PaymentState.PENDING
    await later(market, minutes=2)
    assert (await Order.get(id=order.id)).state == OrderState.EXPIRED
    assert (await Payment.get(order_id=order.id)).state == PaymentState.EXPIRED
    assert await kinds(order) == ["order.placed", "payment.created", "order.expired", "payment.expired"]
    answer = await started(api, order, customer, key="k2")
    assert [error["code"] for error in answer["userErrors"]] == ["PAYMENT_TIME_OVER"]
    data = await api(SIMULATE, as_=customer, paymentId=payment["id"], outcome="SUCCEED")
    assert [error["code"] for error in data["demoPaymentSimulate"]["userErrors"]] == ["PAYMENT_TIME_OVER"]


async def test_a_late_payment_takes_the_goods_again_while_they_are_there(
    market: Market, api: Api, customer: Viewer
) -> None:
    order = await make_order(market, viewer=customer, stock_each=2)
    payment = (await started(api, order, customer))["payment"]
    await api(SIMULATE, as_=customer, paymentId=payment["id"], outcome="SUCCEED_AFTER_EXPIRY")
    await run(market)
    assert (await Order.get(id=order.id)).state == OrderState.PENDING_PAYMENT
    await later(market, minutes=31)
    shown = (await api(ORDER, as_=customer, id=public(order)))["order"]
    assert shown["state"] == "PAID"
    assert shown["captured"] == {"minorUnits": 2600}
    assert shown["refunds"] == []
    assert [(p["state"], p["isLate"], p["isApplied"]) for p in shown["payments"]] == [("CAPTURED", True, True)]
    assert [(line.quantity, line.canceled) for line in await lines_of(order)] == [(2, 0)]
    held = await Reservation.filter(order_id=order.id, state=ReservationState.HELD)
    assert [promise.quantity for promise in held] == [2]
    assert (await Order.get(id=order.id)).canceled_at is None
    assert (await kinds(order))[-2:] == ["payment.captured", "order.revived"]


async def test_a_late_payment_goes_back_by_itself_when_the_goods_are_gone(
    market: Market, api: Api, customer: Viewer
) -> None:
    order = await make_order(market, viewer=customer, lines=((1000, 2, 0), (500, 1, 0)), stock_each=2)
    payment = await start_payment(market, order)
    await simulator_of(market).pay(payment.provider_reference or "", Outcome.SUCCEED, delay_seconds=3600)
    await later(market, minutes=31)
    gone = (await lines_of(order))[1]
    await empty_shelf(market, gone.variant_id)
    await later(market, minutes=60)
    shown = (await api(ORDER, as_=customer, id=public(order)))["order"]
    assert shown["state"] == "EXPIRED"
    assert shown["captured"] == shown["refunded"] == {"minorUnits": 3100}
    assert [(p["state"], p["isLate"], p["isApplied"]) for p in shown["payments"]] == [("CAPTURED", True, False)]
    assert shown["refunds"] == [
        {
            "state": "SUCCEEDED",
            "reason": "LATE_PAYMENT",
            "amount": {"minorUnits": 3100},
            "payment": {"number": payment.number},
            "lines": [],
        }
    ]
    assert await Reservation.filter(order_id=order.id, state=ReservationState.HELD).count() == 0
    assert (await postings(order))["refund"] == {"SUSPENSE": 3100, "REFUNDS_PAYABLE": -3100}


async def test_a_payment_for_a_canceled_order_goes_back(market: Market, api: Api, customer: Viewer) -> None:
    order = await make_order(market, viewer=customer)
    payment = await start_payment(market, order)
    await simulator_of(market).pay(payment.provider_reference or "", Outcome.SUCCEED, delay_seconds=60)
    await lifecycle.cancel(customer, order.id, reason=CancelReason.CHANGED_MIND)
    await run(market)
    assert (await Payment.get(id=payment.id)).state == PaymentState.EXPIRED
    await later(market, seconds=61)
    shown = (await api(ORDER, as_=customer, id=public(order)))["order"]
    assert shown["state"] == "CANCELED"
    assert [(r["state"], r["reason"], r["amount"]["minorUnits"]) for r in shown["refunds"]] == [
        ("SUCCEEDED", "LATE_PAYMENT", 2600)
    ]


async def test_the_second_of_two_payments_for_one_order_goes_back(market: Market, api: Api, customer: Viewer) -> None:
    order = await make_order(market, viewer=customer)
    first, second = await start_payment(market, order), await start_payment(market, order)
    for payment in (first, second):
        await simulator_of(market).pay(payment.provider_reference or "", Outcome.SUCCEED)
    await run(market)
    shown = (await api(ORDER, as_=customer, id=public(order)))["order"]
    assert shown["state"] == "PAID"
    assert shown["captured"] == {"minorUnits": 5200}
    assert shown["refunded"] == {"minorUnits": 2600}
    assert sorted(p["isApplied"] for p in shown["payments"]) == [False, True]
    [refund] = shown["refunds"]
    returned = next(p["number"] for p in shown["payments"] if not p["isApplied"])
    assert (refund["state"], refund["reason"], refund["payment"]["number"]) == ("SUCCEEDED", "PAID_TWICE", returned)
    assert await Refund.all().count() == 1


async def test_a_simulated_payment_can_be_decided_once(market: Market, api: Api, customer: Viewer) -> None:
    order = await make_order(market, viewer=customer)
    payment = (await started(api, order, customer))["payment"]
    await api(SIMULATE, as_=customer, paymentId=payment["id"], outcome="SUCCEED")
    data = await api(SIMULATE, as_=customer, paymentId=payment["id"], outcome="DECLINE")
    assert data["demoPaymentSimulate"]["userErrors"] == [{"code": "PAYMENT_CLOSED", "path": ["paymentId"]}]
    data = await api(SIMULATE, as_=customer, paymentId=payment["id"], outcome="SUCCEED", delaySeconds=-1)
    assert [error["code"] for error in data["demoPaymentSimulate"]["userErrors"]] == ["OUT_OF_RANGE"]


async def test_payments_of_many_orders_cost_as_many_statements_as_of_one(
    market: Market, api: Api, customer: Viewer
) -> None:
    query = (
        "{ orders(first: 20) { nodes { payments { state order { number } receipt { number } } refunds { number } } } }"
    )
    for _ in range(3):
        await pay(market, await make_order(market, viewer=customer))
    result = await api.raw(query, as_=customer)
    assert result.errors is None
    for _ in range(5):
        await pay(market, await make_order(market, viewer=customer))
    more = await api.raw(query, as_=customer)
    assert more.data is not None
    assert len(more.data["orders"]["nodes"]) == 8
    assert more.extensions["statements"] == result.extensions["statements"] <= 6


async def empty_shelf(market: Market, variant_id: UUID) -> None:
    level = await StockLevel.get(variant_id=variant_id)
    await stock.set_on_hand(
        system(market), variant_id=variant_id, warehouse_id=level.warehouse_id, on_hand=level.reserved
    )

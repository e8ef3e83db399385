"""Money back: to the cent what the preview said, never more than was captured, and never lost on the way."""

import asyncio
from typing import Any

import pytest

from adapters.payments.provider import ProviderError
from adapters.payments.simulator import Outcome
from domain.access import GRANTS, Permission, Viewer
from domain.market import Market
from domain.orders import lifecycle
from domain.orders.history import lock
from kit import ids
from models.customers import Role
from models.inventory import Reservation, ReservationState
from models.orders import CancelReason, Order, OrderState
from models.outbox import Event
from models.payments import Payment, Refund, RefundState, SimulatedCharge
from tests.api import Api
from tests.factories.payments import (
    later,
    lines_of,
    make_order,
    make_paid_order,
    pay,
    receive_all,
    run,
    ship_all,
    simulator_of,
)

PREVIEW = """mutation ($orderId: ID!, $lines: [RefundLineInput!]! = [], $shipping: Boolean! = false) {
  refundPreview(input: {orderId: $orderId, lines: $lines, shipping: $shipping}) {
    amount { minorUnits } shipping { minorUnits } lines { orderLine { id } quantity amount { minorUnits } }
    userErrors { code path ... on OutOfRange { minimum maximum } }
  }
}"""

REFUND = """mutation ($orderId: ID!, $lines: [RefundLineInput!]! = [], $shipping: Boolean! = false, $key: ID!) {
  refundCreate(input: {
    orderId: $orderId, lines: $lines, shipping: $shipping, reason: QUALITY, note: "bruised", idempotencyKey: $key
  }) {
    refund {
      id state reason note amount { minorUnits } shipping { minorUnits }
      lines { orderLine { id } quantity amount { minorUnits } } payment { state } failure
    }
    refunds { id }
    order { state buyerStatus refunded { minorUnits } lines { refundableQuantity refundableAmount { minorUnits } } }
    userErrors { code path ... on OutOfRange { minimum maximum } }
  }
}"""

RETRY = """mutation ($refundId: ID!, $key: ID!) {
  refundRetry(input: {refundId: $refundId, idempotencyKey: $key}) { refund { state } userErrors { code } }
}"""


def public(order: Order) -> str:
    return ids.to_public("Order", order.id)


async def wish(order: Order, *quantities: int) -> list[dict[str, Any]]:
    lines = await lines_of(order)
    return [
        {"orderLineId": ids.to_public("OrderLine", line.id), "quantity": quantity}
        for line, quantity in zip(lines, quantities, strict=False)
        if quantity
    ]


@pytest.fixture
async def agent(staff: Any) -> Viewer:
    viewer: Viewer = await staff(Role.SERVICE_AGENT)
    return viewer


async def preview(api: Api, order: Order, viewer: Viewer, **variables: Any) -> dict[str, Any]:
    data = await api(PREVIEW, as_=viewer, orderId=public(order), **variables)
    answer: dict[str, Any] = data["refundPreview"]
    return answer


async def refund(api: Api, order: Order, viewer: Viewer, *, key: str = "k1", **variables: Any) -> dict[str, Any]:
    data = await api(REFUND, as_=viewer, orderId=public(order), key=key, **variables)
    answer: dict[str, Any] = data["refundCreate"]
    return answer


async def test_a_refund_gives_to_the_cent_what_its_preview_said(market: Market, api: Api, agent: Viewer) -> None:
    order = await make_paid_order(market, lines=((999, 3, 100), (500, 1, 0)))
    lines = await wish(order, 2)
    said = await preview(api, order, agent, lines=lines, shipping=True)
    assert said["amount"] == {"minorUnits": 1931 + 600}  # floor(2897 × 2 / 3) + shipping
    assert await Refund.all().count() == 0
    answer = await refund(api, order, agent, lines=lines, shipping=True)
    done = answer["refund"]
    assert answer["userErrors"] == []
    assert (done["amount"], done["shipping"], done["lines"]) == (said["amount"], said["shipping"], said["lines"])
    assert (done["state"], done["reason"], done["note"]) == ("PENDING", "QUALITY", "bruised")
    assert answer["order"]["refunded"] == {"minorUnits": 2531}
    assert answer["order"]["buyerStatus"] == "TO_SHIP"
    assert answer["order"]["lines"] == [
        {"refundableQuantity": 1, "refundableAmount": {"minorUnits": 966}},
        {"refundableQuantity": 1, "refundableAmount": {"minorUnits": 500}},
    ]
    await run(market)
    row = await Refund.get()
    assert row.state == RefundState.SUCCEEDED
    assert row.succeeded_at is not None
    kinds = [event.kind for event in await Event.filter(stream_id=order.id).order_by("sequence")]
    assert kinds[-3:] == ["refund.requested", "order.units_dropped", "refund.succeeded"]


async def test_in_parts_a_line_gives_back_exactly_its_total(market: Market, api: Api, agent: Viewer) -> None:
    order = await make_paid_order(market, lines=((999, 7, 11),), shipping=0)
    amounts = []
    for turn in range(7):
        answer = await refund(api, order, agent, lines=await wish(order, 1), key=f"k{turn}")
        amounts.append(answer["refund"]["amount"]["minorUnits"])
    assert sum(amounts) == order.total == 6982
    assert set(amounts) <= {997, 998}
    answer = await refund(api, order, agent, lines=await wish(order, 1), key="one more")
    assert answer["refund"] is None
    assert [error["code"] for error in answer["userErrors"]] == ["ORDER_ALREADY_CANCELED"]


async def test_the_same_key_refunds_once(market: Market, api: Api, agent: Viewer) -> None:
    order = await make_paid_order(market)
    lines = await wish(order, 1)
    first = await refund(api, order, agent, lines=lines)
    second = await refund(api, order, agent, lines=lines)
    assert first == second
    assert await Refund.all().count() == 1
    other = await refund(api, order, agent, lines=lines, shipping=True)
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert (await Order.get(id=order.id)).refunded == 1000


async def test_what_is_wrong_with_a_refund_is_told_at_once_and_alike_in_the_preview(
    market: Market, api: Api, agent: Viewer
) -> None:
    order = await make_paid_order(market, lines=((1000, 2, 0), (500, 1, 0), (300, 1, 0)))
    await refund(api, order, agent, lines=await wish(order, 0, 1), key="earlier")
    stranger = (await wish(await make_paid_order(market), 1))[0]
    lines = [*await wish(order, 3, 1, 1), stranger, (await wish(order, 0, 0, 1))[0]]
    expected = [
        {"code": "OUT_OF_RANGE", "path": ["lines", "0", "quantity"], "minimum": 1, "maximum": 2},
        {"code": "LINE_ALREADY_REFUNDED", "path": ["lines", "1", "orderLineId"]},
        {"code": "NOT_FOUND", "path": ["lines", "3", "orderLineId"]},
        {"code": "INVALID_INPUT", "path": ["lines", "4", "orderLineId"]},
    ]
    assert (await refund(api, order, agent, lines=lines))["userErrors"] == expected
    said = await preview(api, order, agent, lines=lines)
    assert said["userErrors"] == expected
    assert said["amount"] is None
    assert (await Order.get(id=order.id)).refunded == 500


async def test_a_refund_of_nothing_is_refused(market: Market, api: Api, agent: Viewer) -> None:
    order = await make_paid_order(market, shipping=0)
    for shipping in (False, True):
        answer = await refund(api, order, agent, shipping=shipping)
        assert [error["code"] for error in answer["userErrors"]] == ["NOTHING_TO_REFUND"]


async def test_shipping_is_refunded_once(market: Market, api: Api, agent: Viewer) -> None:
    order = await make_paid_order(market)
    assert (await refund(api, order, agent, shipping=True))["refund"]["shipping"] == {"minorUnits": 600}
    again = await refund(api, order, agent, shipping=True, key="k2")
    assert [error["code"] for error in again["userErrors"]] == ["NOTHING_TO_REFUND"]


async def test_an_unpaid_or_canceled_order_cannot_be_refunded(market: Market, api: Api, agent: Viewer) -> None:
    unpaid = await make_order(market)
    answer = await refund(api, unpaid, agent, lines=await wish(unpaid, 1))
    assert [error["code"] for error in answer["userErrors"]] == ["ORDER_NOT_PAID"]
    canceled = await make_paid_order(market)
    await lifecycle.cancel(agent, canceled.id, reason=CancelReason.OTHER)
    await run(market)
    answer = await refund(api, canceled, agent, lines=await wish(canceled, 1))
    assert [error["code"] for error in answer["userErrors"]] == ["ORDER_ALREADY_CANCELED"]


@pytest.mark.parametrize("role", [None, *Role])
async def test_only_those_who_refund_can(
    market: Market, api: Api, customer: Viewer, staff: Any, role: Role | None
) -> None:
    order = await make_paid_order(market, viewer=customer)
    viewer = customer if role is None else await staff(role)
    answer = await refund(api, order, viewer, lines=await wish(order, 1))
    said = await preview(api, order, viewer, lines=await wish(order, 1))
    may = role in (Role.SERVICE_AGENT, Role.FINANCE, Role.ADMINISTRATOR)
    blind = role is not None and Permission.SEE_ORDERS not in GRANTS[role]
    code = "NOT_FOUND" if blind else "FORBIDDEN"
    assert [error["code"] for error in answer["userErrors"]] == ([] if may else [code])
    assert [error["code"] for error in said["userErrors"]] == ([] if may else [code])
    assert (await Order.get(id=order.id)).refunded == (1000 if may else 0)


async def test_a_stranger_finds_neither_order_nor_refund(
    market: Market, api: Api, agent: Viewer, customer: Viewer, other_customer: Viewer
) -> None:
    order = await make_paid_order(market, viewer=customer)
    made = (await refund(api, order, agent, lines=await wish(order, 1)))["refund"]
    query = "query ($id: ID!) { node(id: $id) { ... on Refund { number state } } }"
    number = (await Refund.get()).number
    assert (await api(query, as_=customer, id=made["id"]))["node"] == {"number": number, "state": "PENDING"}
    assert (await api(query, as_=other_customer, id=made["id"]))["node"] is None
    answer = await refund(api, order, other_customer, lines=await wish(order, 1), key="k2")
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [("NOT_FOUND", ["orderId"])]


async def test_units_that_were_still_to_be_shipped_stay_here(market: Market, api: Api, agent: Viewer) -> None:
    order = await make_paid_order(market, lines=((1000, 3, 0),))
    await refund(api, order, agent, lines=await wish(order, 1))
    [line] = await lines_of(order)
    assert (line.canceled, line.refunded) == (1, 1)
    held = await Reservation.filter(order_id=order.id, state=ReservationState.HELD)
    assert sum(promise.quantity for promise in held) == 2
    assert (await Order.get(id=order.id)).state == OrderState.PAID


async def test_an_order_whose_last_unit_is_refunded_before_shipment_is_canceled_and_all_its_money_goes_back(
    market: Market, api: Api, agent: Viewer
) -> None:
    order = await make_paid_order(market)
    answer = await refund(api, order, agent, lines=await wish(order, 2))
    assert answer["refund"]["amount"] == {"minorUnits": 2000}
    assert answer["order"]["state"] == "CANCELED"
    await run(market)
    order = await Order.get(id=order.id)
    assert order.refunded == order.captured == 2600
    assert [row.amount for row in await Refund.all().order_by("id")] == [2000, 600]


async def test_shipped_units_are_refunded_without_being_taken_back(market: Market, api: Api, agent: Viewer) -> None:
    order = await make_paid_order(market)
    await ship_all(market, order)
    await refund(api, order, agent, lines=await wish(order, 2), shipping=True)
    [line] = await lines_of(order)
    assert (line.shipped, line.canceled, line.refunded) == (2, 0, 2)
    assert (await Order.get(id=order.id)).state == OrderState.SHIPPED
    answer = await refund(api, order, agent, lines=await wish(order, 1), key="k2")
    assert [error["code"] for error in answer["userErrors"]] == ["ALL_REFUNDED"]


async def test_a_canceled_order_gives_back_everything_once(market: Market, customer: Viewer) -> None:
    order = await make_paid_order(market, viewer=customer, lines=((999, 3, 100), (500, 2, 0)))
    await lifecycle.cancel(customer, order.id, reason=CancelReason.CHANGED_MIND)
    await run(market)
    await run(market)
    order = await Order.get(id=order.id)
    assert order.refunded == order.captured == order.total
    assert order.shipping_refunded == 600
    assert [(line.refunded, line.refunded_amount) for line in await lines_of(order)] == [(3, 2897), (2, 1000)]
    row = await Refund.get()
    assert (row.amount, row.shipping, row.state) == (order.total, 600, RefundState.SUCCEEDED)


async def test_cancelling_after_a_partial_refund_gives_back_the_rest(
    market: Market, api: Api, agent: Viewer, customer: Viewer
) -> None:
    order = await make_paid_order(market, viewer=customer, lines=((999, 3, 100),))
    await refund(api, order, agent, lines=await wish(order, 1))
    await lifecycle.cancel(customer, order.id, reason=CancelReason.CHANGED_MIND)
    await run(market)
    assert [row.amount for row in await Refund.all().order_by("id")] == [965, 2532]


async def test_a_failed_refund_stays_promised_and_is_tried_again_by_itself(
    market: Market, api: Api, agent: Viewer
) -> None:
    order = await make_order(market)
    await pay(market, order, Outcome.SUCCEED_FAILING_REFUND)
    made = (await refund(api, order, agent, lines=await wish(order, 1)))["refund"]
    await run(market)
    row = await Refund.get()
    assert (row.state, row.failure) == (RefundState.FAILED, "ACCOUNT_CLOSED")
    assert (await Order.get(id=order.id)).refunded == 1000
    await later(market, minutes=59)
    assert (await Refund.get()).state == RefundState.FAILED
    await later(market, minutes=2)
    row = await Refund.get()
    assert (row.state, row.attempt, row.failure) == (RefundState.SUCCEEDED, 2, "")
    asked = await SimulatedCharge.filter(kind="refund").order_by("created_at")
    assert [charge.request_key for charge in asked] == [row.number, f"{row.number}-2"]
    data = await api(RETRY, as_=agent, refundId=made["id"], key="r1")
    assert data["refundRetry"] == {"refund": None, "userErrors": [{"code": "REFUND_NOT_FAILED"}]}


async def test_staff_can_send_a_failed_refund_again_at_once(
    market: Market, api: Api, agent: Viewer, customer: Viewer
) -> None:
    order = await make_order(market, viewer=customer)
    await pay(market, order, Outcome.SUCCEED_FAILING_REFUND)
    made = (await refund(api, order, agent, lines=await wish(order, 1)))["refund"]
    await run(market)
    refused = await api(RETRY, as_=customer, refundId=made["id"], key="r1")
    assert refused["refundRetry"] == {"refund": None, "userErrors": [{"code": "FORBIDDEN"}]}
    for _ in range(2):
        data = await api(RETRY, as_=agent, refundId=made["id"], key="r1")
        assert data["refundRetry"]["userErrors"] == []
    await run(market)
    assert ((await Refund.get()).state, (await Refund.get()).attempt) == (RefundState.SUCCEEDED, 2)


async def test_a_provider_that_keeps_refusing_is_asked_four_times(market: Market, api: Api, agent: Viewer) -> None:
    order = await make_paid_order(market)
    await SimulatedCharge.all().update(amount=1)  # it will say each time that this is more than it ever took
    await refund(api, order, agent, lines=await wish(order, 1))
    await run(market)
    for _ in range(5):
        await later(market, minutes=61)
    row = await Refund.get()
    assert (row.state, row.attempt, row.failure) == (RefundState.FAILED, 4, "MORE_THAN_CAPTURED")
    assert await SimulatedCharge.filter(kind="refund").count() == 0


async def test_where_the_provider_is_away_the_refund_is_sent_later_and_once(
    market: Market, api: Api, agent: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await make_paid_order(market)
    simulator, asked = simulator_of(market), []
    original = simulator.refund

    async def unreliable(**request: Any) -> str:
        asked.append(request["request_key"])
        reference = await original(**request)
        if len(asked) == 1:
            raise ProviderError("the answer got lost")
        return reference

    monkeypatch.setattr(simulator, "refund", unreliable)
    await refund(api, order, agent, lines=await wish(order, 1))
    await run(market)
    await later(market, seconds=61)
    assert await SimulatedCharge.filter(kind="refund").count() == 1
    assert (await Refund.get()).state == RefundState.SUCCEEDED
    assert set(asked) == {(await Refund.get()).number}


async def test_a_refund_outlasts_a_provider_that_is_away_for_a_day(
    market: Market, api: Api, agent: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await make_paid_order(market)

    async def away(**_: Any) -> str:
        raise ProviderError("no route to host")

    with monkeypatch.context() as outage:
        outage.setattr(simulator_of(market), "refund", away)
        await refund(api, order, agent, lines=await wish(order, 1))
        await run(market)
        for _ in range(24):
            await later(market, hours=1)
        assert (await Refund.get()).state == RefundState.PENDING
    await later(market, hours=1)
    assert (await Refund.get()).state == RefundState.SUCCEEDED


async def test_problems_of_several_lines_come_together(market: Market, api: Api, agent: Viewer) -> None:
    order = await make_paid_order(market)
    nonsense = [{"orderLineId": name, "quantity": 1} for name in ("one", public(order))]
    answer = await refund(api, order, agent, lines=nonsense)
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("INVALID_ID", ["lines", "0", "orderLineId"]),
        ("INVALID_ID", ["lines", "1", "orderLineId"]),
    ]
    assert await Refund.all().count() == 0


async def test_refunds_at_once_never_exceed_what_was_captured(market: Market, api: Api, agent: Viewer) -> None:
    order = await make_paid_order(market, lines=((1000, 3, 0),))
    await ship_all(market, order)
    lines = await wish(order, 1)
    answers = await asyncio.gather(*(refund(api, order, agent, lines=lines, key=f"k{turn}") for turn in range(10)))
    assert sum(answer["refund"] is not None for answer in answers) == 3
    assert (await Order.get(id=order.id)).refunded == 3000
    payment = await Payment.get()
    assert (payment.captured, payment.refunded) == (3600, 3000)


async def test_a_refund_after_receipt_comes_out_of_revenue(market: Market, api: Api, agent: Viewer) -> None:
    order = await make_paid_order(market)
    await receive_all(market, order)
    answer = await refund(api, order, agent, lines=await wish(order, 1), shipping=True)
    assert answer["refund"]["amount"] == {"minorUnits": 1600}
    await run(market)
    assert (await Refund.get()).state == RefundState.SUCCEEDED


async def test_a_unit_that_never_came_is_refunded_also_where_another_of_its_line_was_given_back_before(
    market: Market, api: Api, the_market: Viewer, agent: Viewer
) -> None:
    order = await make_paid_order(market, lines=((1000, 3, 0),))
    await ship_all(market, order)
    await refund(api, order, agent, lines=await wish(order, 1))
    [line] = await lines_of(order)
    async with market.change():
        locked = await lock(the_market, order.id)
        await lifecycle.reopen_units(the_market, locked, {line.id: 1}, cause="lost")
        await lifecycle.drop_units(the_market, locked, {line.id: 1}, cause="lost")
    [line] = await lines_of(order)
    assert (line.shipped, line.canceled, line.refunded, line.owed) == (2, 1, 1, 1)
    await run(market)
    [line] = await lines_of(order)
    assert (line.refunded, line.owed, line.refunded_amount) == (2, 0, line.total * 2 // 3)

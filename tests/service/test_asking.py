"""What can be asked for after receipt, for which reason, until when, and what it would give."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domain.access import Viewer
from domain.orders import lifecycle
from domain.payments import refunds
from domain.service import asking, cases
from kit.errors import Refused
from models.customers import Role
from models.orders import Order, OrderState
from models.payments import RefundReason
from models.service import ServiceCase, ServiceLineState, ServiceReason, ServiceState, Wish
from tests.api import Api
from tests.factories.catalog import make_product
from tests.factories.fulfillment import later, lines_of, make_paid, public, run
from tests.factories.payments import ship_all
from tests.factories.service import ask, lines_of_case, make_received, wished

MakeStaff = Callable[..., Awaitable[Viewer]]

LINE = """
query ($id: ID!) {
  order(id: $id) {
    lines {
      returnableQuantity returnableUntil expectedRefund { minorUnits }
      serviceOptions { reason wishes allowed refusalCode refusal until }
    }
    serviceCases { number state actions { action allowed reasonCode deadline } lines { quantity wish state } }
  }
}
"""
PREVIEW = """
mutation ($input: ServiceCasePreviewInput!) {
  serviceCasePreview(input: $input) {
    expectedRefund { minorUnits }
    lines { quantity wish reason state expectedRefund { minorUnits } orderLine { title } }
    userErrors { code path }
  }
}
"""
CREATE = """
mutation ($input: ServiceCaseCreateInput!) {
  serviceCaseCreate(input: $input) {
    case { id number state note isOverdue lines { quantity state expectedRefund { minorUnits } } }
    order { serviceCases { number } }
    userErrors { code path }
  }
}
"""
CANCEL = """
mutation ($input: ServiceCaseCancelInput!) {
  serviceCaseCancel(input: $input) { case { state lines { state } } userErrors { code } }
}
"""


@pytest.fixture
async def order(customer: Viewer) -> Order:
    """Three units at 9.99 yuan."""
    return await make_received(customer, {await make_product(price=999): 3})


async def line_of(api: Api, viewer: Viewer, order: Order) -> dict[str, Any]:
    seen = (await api(LINE, as_=viewer, id=public("Order", order.id)))["order"]
    line: dict[str, Any] = seen["lines"][0]
    return line


def option(line: dict[str, Any], reason: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in line["serviceOptions"] if one["reason"] == reason)
    return found


async def asked_for(order: Order, **wish: Any) -> dict[str, Any]:
    [line] = await lines_of(order)
    chosen = {"quantity": 1, "wish": "RETURN_AND_REFUND", "reason": "NO_REASON", **wish}
    return {"orderId": public("Order", order.id), "lines": [{"orderLineId": public("OrderLine", line.id), **chosen}]}


async def refused(viewer: Viewer, order: Order, **wish: Any) -> str:
    with pytest.raises(Refused) as refusal:
        await ask(viewer, order, await wished(order, **wish))
    assert await ServiceCase.all().count() == 0
    return refusal.value.code


# ------------------------------------------------------------------------------------------------------ eligibility


async def test_a_received_line_says_what_can_be_asked_for_and_what_it_would_give(
    api: Api, customer: Viewer, order: Order
) -> None:
    line = await line_of(api, customer, order)
    assert (line["returnableQuantity"], line["expectedRefund"]) == (3, {"minorUnits": 2997})
    assert all(one["allowed"] for one in line["serviceOptions"])
    assert option(line, "NO_REASON")["wishes"] == ["RETURN_AND_REFUND"]
    assert option(line, "QUALITY")["wishes"] == ["REFUND_ONLY", "RETURN_AND_REFUND", "COMPENSATION"]
    assert option(line, "NO_REASON")["until"] < option(line, "QUALITY")["until"] == line["returnableUntil"]


async def test_without_a_reason_there_are_seven_days_and_for_complaints_fifteen(
    api: Api, customer: Viewer, order: Order
) -> None:
    await later(customer.market, days=8)
    line = await line_of(api, customer, order)
    assert option(line, "NO_REASON")["refusalCode"] == option(line, "SIZE")["refusalCode"] == "SERVICE_TIME_OVER"
    assert option(line, "QUALITY")["allowed"]
    assert await refused(customer, order) == "SERVICE_TIME_OVER"
    await later(customer.market, days=8)
    line = await line_of(api, customer, order)
    assert (line["returnableQuantity"], line["returnableUntil"]) == (0, None)
    assert await refused(customer, order, reason=ServiceReason.QUALITY) == "SERVICE_TIME_OVER"


async def test_a_completed_order_can_still_be_complained_about(customer: Viewer, order: Order) -> None:
    await later(customer.market, days=8)
    assert (await Order.get(id=order.id)).state == OrderState.COMPLETED
    case = await ask(customer, order, await wished(order, reason=ServiceReason.MALFUNCTION))
    order = await Order.get(id=order.id)
    assert (case.state, order.state, order.open_cases) == (ServiceState.REQUESTED, OrderState.COMPLETED, 1)


@pytest.mark.parametrize(("facts", "why"), [({"cold_chain": True}, "FRESH"), ({"is_returnable": False}, "MARKED")])
async def test_goods_that_are_excluded_say_so_before_buying_and_after(
    api: Api, customer: Viewer, facts: dict[str, Any], why: str
) -> None:
    product = await make_product(price=500, **facts)
    terms = "query ($id: ID!) { product(id: $id) { returnTerms { days complaintDays exclusion text } } }"
    told = (await api(terms, id=public("Product", product.id)))["product"]["returnTerms"]
    assert (told["days"], told["complaintDays"], told["exclusion"]) == (0, 15, why)
    assert "without a reason" in told["text"]
    order = await make_received(customer, {product: 1})
    line = await line_of(api, customer, order)
    assert option(line, "NO_REASON")["refusalCode"] == "NOT_RETURNABLE"
    assert option(line, "NO_REASON")["refusal"] == told["text"]
    assert option(line, "QUALITY")["allowed"]
    assert await refused(customer, order) == "NOT_RETURNABLE"


async def test_an_order_keeps_what_was_said_when_it_was_placed(customer: Viewer) -> None:
    product = await make_product(price=500)
    order = await make_received(customer, {product: 1})
    product.is_returnable = False
    await product.save()
    assert (await ask(customer, order)).state == ServiceState.REQUESTED


async def test_nothing_can_be_asked_for_before_it_was_received(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    line = await line_of(api, customer, order)
    assert (line["returnableQuantity"], line["expectedRefund"]) == (0, {"minorUnits": 0})
    assert {one["refusalCode"] for one in line["serviceOptions"]} == {"NOT_RECEIVED_YET"}
    await ship_all(customer.market, order)
    assert await refused(customer, order) == "NOT_RECEIVED_YET"


async def test_units_that_are_refunded_or_in_another_case_cannot_be_asked_about_again(
    api: Api, customer: Viewer, order: Order, staff: MakeStaff
) -> None:
    agent = await staff(Role.SERVICE_AGENT)
    [line] = await lines_of(order)
    await refunds.create(
        agent,
        order.id,
        lines=[refunds.Asked(line.id, 1)],
        reason=RefundReason.QUALITY,
        idempotency_key="once",
    )
    assert (await line_of(api, customer, order))["returnableQuantity"] == 2
    case = await ask(customer, order)
    assert (await line_of(api, customer, order))["returnableQuantity"] == 1
    with pytest.raises(Refused) as refusal:
        await ask(customer, order, await wished(order, quantity=2))
    assert (refusal.value.code, refusal.value.facts["maximum"]) == ("OUT_OF_RANGE", 1)
    await ask(customer, order)
    line_now = await line_of(api, customer, order)
    assert {one["refusalCode"] for one in line_now["serviceOptions"]} == {"SERVICE_UNDERWAY"}
    await cases.cancel(customer, case.id)
    assert (await line_of(api, customer, order))["returnableQuantity"] == 1


async def test_units_that_never_arrived_are_not_taken_for_returned_ones(
    customer: Viewer, staff: MakeStaff, api: Api
) -> None:
    agent = await staff(Role.SERVICE_AGENT)
    order = await make_paid(customer, {await make_product(price=1000): 3})
    [line] = await lines_of(order)
    await refunds.create(
        agent, order.id, lines=[refunds.Asked(line.id, 1)], reason=RefundReason.NO_REASON, idempotency_key="once"
    )
    await run(customer.market)
    await ship_all(customer.market, order)
    await lifecycle.confirm_receipt(customer, order.id)
    seen = await line_of(api, customer, order)
    assert (seen["returnableQuantity"], seen["expectedRefund"]) == (2, {"minorUnits": 2000})


@pytest.mark.parametrize("wish", [Wish.REFUND_ONLY, Wish.COMPENSATION])
async def test_money_without_the_goods_needs_a_reason(customer: Viewer, order: Order, wish: Wish) -> None:
    assert await refused(customer, order, wish=wish) == "WISH_DOES_NOT_FIT"


# ---------------------------------------------------------------------------------------------------------- asking


async def test_the_preview_tells_to_the_cent_what_a_refund_would_give(
    api: Api, customer: Viewer, order: Order, staff: MakeStaff
) -> None:
    asked = await asked_for(order, quantity=2)
    told = (await api(PREVIEW, as_=customer, input=asked))["serviceCasePreview"]
    assert told["userErrors"] == []
    [line] = told["lines"]
    assert (line["expectedRefund"], told["expectedRefund"], line["state"]) == (
        {"minorUnits": 1998},
        {"minorUnits": 1998},
        None,
    )
    assert await ServiceCase.all().count() == 0
    [row] = await lines_of(order)
    plan = await refunds.preview(await staff(Role.SERVICE_AGENT), order.id, lines=[refunds.Asked(row.id, 2)])
    assert plan.amount == 1998


async def test_a_preview_names_every_problem(api: Api, customer: Viewer, order: Order) -> None:
    asked = await asked_for(order, quantity=9)
    asked["lines"].append({**asked["lines"][0], "quantity": 1, "wish": "REFUND_ONLY"})
    told = (await api(PREVIEW, as_=customer, input=asked))["serviceCasePreview"]
    assert told["userErrors"] == [
        {"code": "OUT_OF_RANGE", "path": ["lines", "0", "quantity"]},
        {"code": "WISH_DOES_NOT_FIT", "path": ["lines", "1", "wish"]},
    ]


async def test_a_case_is_opened_once_and_holds_the_order(api: Api, customer: Viewer, order: Order) -> None:
    asked = {**await asked_for(order, quantity=2), "note": "Too small.", "idempotencyKey": "once"}
    first = (await api(CREATE, as_=customer, input=asked))["serviceCaseCreate"]
    again = (await api(CREATE, as_=customer, input=asked))["serviceCaseCreate"]
    assert first == again
    assert first["case"]["lines"] == [{"quantity": 2, "state": "REQUESTED", "expectedRefund": {"minorUnits": 1998}}]
    assert (first["case"]["note"], first["case"]["isOverdue"]) == ("Too small.", False)
    assert len(first["order"]["serviceCases"]) == 1
    await later(customer.market, days=10)
    order = await Order.get(id=order.id)
    assert (order.state, order.open_cases) == (OrderState.RECEIVED, 1)


async def test_an_order_is_completed_once_its_case_was_taken_back(api: Api, customer: Viewer, order: Order) -> None:
    case = await ask(customer, order)
    await later(customer.market, days=10)
    answer = (await api(CANCEL, as_=customer, input={"caseId": public("ServiceCase", case.id)}))["serviceCaseCancel"]
    assert answer["case"] == {"state": "CANCELED", "lines": [{"state": "GIVEN_UP"}]}
    await run(customer.market)
    order = await Order.get(id=order.id)
    assert (order.state, order.open_cases) == (OrderState.COMPLETED, 0)
    again = await api(CANCEL, as_=customer, input={"caseId": public("ServiceCase", case.id)})
    assert again["serviceCaseCancel"]["userErrors"] == [{"code": "CASE_ENDED"}]


async def test_a_case_that_nobody_answers_is_escalated(customer: Viewer, order: Order) -> None:
    case = await ask(customer, order)
    await later(customer.market, hours=25)
    case = await ServiceCase.get(id=case.id)
    assert (case.state, case.escalated_at is not None) == (ServiceState.REQUESTED, True)


# ---------------------------------------------------------------------------------------------------------- rights


async def test_only_the_buyer_asks_and_takes_back(
    api: Api, customer: Viewer, other_customer: Viewer, order: Order, staff: MakeStaff
) -> None:
    agent, asked = await staff(Role.SERVICE_AGENT), {**await asked_for(order), "idempotencyKey": "once"}
    stranger = (await api(CREATE, as_=other_customer, input=asked))["serviceCaseCreate"]
    assert stranger["userErrors"] == [{"code": "NOT_FOUND", "path": ["orderId"]}]
    by_staff = (await api(CREATE, as_=agent, input=asked))["serviceCaseCreate"]
    assert by_staff["userErrors"] == [{"code": "FORBIDDEN", "path": None}]
    case = await ask(customer, order)
    for viewer, code in ((other_customer, "NOT_FOUND"), (agent, "FORBIDDEN")):
        answer = await api(CANCEL, as_=viewer, input={"caseId": public("ServiceCase", case.id)})
        assert answer["serviceCaseCancel"]["userErrors"] == [{"code": code}]
    assert (await lines_of_case(case))[0].state == ServiceLineState.REQUESTED


async def test_the_holder_of_the_orders_token_asks_too(visitor: Viewer, order: Order) -> None:
    holder = visitor.but(order_id=order.id)
    case = await ask(holder, order)
    assert (await cases.cancel(holder, case.id)).state == ServiceState.CANCELED


async def test_a_case_is_seen_by_its_buyer_and_by_staff_who_work_with_cases(
    api: Api, visitor: Viewer, customer: Viewer, other_customer: Viewer, order: Order, staff: MakeStaff
) -> None:
    case = await ask(customer, order)
    query, key = "query ($id: ID!) { serviceCase(id: $id) { number } }", public("ServiceCase", case.id)
    seen = {"serviceCase": {"number": case.number}}
    for viewer in (customer, await staff(Role.SERVICE_AGENT), await staff(Role.WAREHOUSE_PICKER)):
        assert await api(query, as_=viewer, id=key) == seen
    for viewer in (visitor, other_customer, await staff(Role.COURIER), await staff(Role.CATALOG_MANAGER)):
        assert await api(query, as_=viewer, id=key) == {"serviceCase": None}


async def test_actions_say_what_the_mutation_would_answer(
    api: Api, customer: Viewer, order: Order, staff: MakeStaff
) -> None:
    await ask(customer, order)
    for viewer, code in ((customer, None), (await staff(Role.SERVICE_AGENT), "FORBIDDEN")):
        seen = (await api(LINE, as_=viewer, id=public("Order", order.id)))["order"]["serviceCases"][0]
        found = next(one for one in seen["actions"] if one["action"] == "CANCEL")
        assert (found["allowed"], found["reasonCode"]) == (code is None, code)


async def test_preview_and_create_need_lines(customer: Viewer, order: Order) -> None:
    plan = await asking.preview(customer, order.id, [])
    assert [problem.code for problem in plan.problems] == ["REQUIRED"]

"""Cases are worked on in a queue, chosen about by customers, and settled by one mutation."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domain.access import Viewer
from domain.fulfillment.loads import Chosen
from domain.inventory import stock
from domain.market import Market
from domain.orders import lifecycle
from domain.payments import ledger, refunds
from kit.errors import Refused
from models.aftersales import CaseState, Compensation, DeliveryCase, Remedy
from models.customers import Role
from models.fulfillment import Parcel, ParcelState, Trouble
from models.orders import CancelReason, Order, OrderState, Supply
from models.payments import LedgerAccount, Refund, RefundReason
from models.promotions import Coupon
from tests.api import Api
from tests.factories.aftersales import confirm, live_case, report, send
from tests.factories.catalog import make_product
from tests.factories.fulfillment import later, lines_of, make_paid, public, run, ship
from tests.factories.orders import place_order

MakeStaff = Callable[..., Awaitable[Viewer]]

CONFIRM = """
mutation ($input: DeliveryCaseConfirmInput!) {
  deliveryCaseConfirm(input: $input) {
    case { state remedy amount { minorUnits } couponCode possibleRemedies notes { text author { name } } }
    order { state refunded { minorUnits } goodwill { minorUnits } deliveryCases { state remedy } }
    userErrors { code path message }
  }
}
"""


@pytest.fixture
async def picker(staff: MakeStaff) -> Viewer:
    return await staff(Role.WAREHOUSE_PICKER, Role.COURIER)


@pytest.fixture
async def agent(staff: MakeStaff) -> Viewer:
    return await staff(Role.SERVICE_AGENT)


@pytest.fixture
async def order(customer: Viewer) -> Order:
    return await make_paid(customer, {await make_product(price=1000): 2})


@pytest.fixture
async def parcel(order: Order, picker: Viewer) -> Parcel:
    return await send(picker, order)


@pytest.fixture
async def lost(order: Order, parcel: Parcel, picker: Viewer) -> DeliveryCase:
    await report(picker, parcel, ParcelState.LOST)
    return await live_case(order)


def asked(case: DeliveryCase, **fields: Any) -> dict[str, Any]:
    return {"caseId": public("DeliveryCase", case.id), "idempotencyKey": "once", **fields}


# ----------------------------------------------------------------------------------------------------------- remedies


async def test_a_lost_parcel_is_sent_again_with_one_mutation(
    api: Api, order: Order, parcel: Parcel, lost: DeliveryCase, agent: Viewer, picker: Viewer
) -> None:
    answer = (await api(CONFIRM, as_=agent, input=asked(lost)))["deliveryCaseConfirm"]
    assert answer["userErrors"] == []
    assert answer["case"] == {
        "state": "RESOLVED",
        "remedy": "RESHIP",
        "amount": None,
        "couponCode": None,
        "possibleRemedies": [],
        "notes": [],
    }
    assert answer["order"]["state"] == "PAID"
    assert answer["order"]["refunded"] == {"minorUnits": 0}
    [promise] = await stock.held(order.id)
    assert promise.quantity == 2
    await run(agent.market)
    again = await send(picker, order)
    await report(picker, again, ParcelState.DELIVERED)
    order = await Order.get(id=order.id)
    assert (order.state, order.open_cases, order.refunded) == (OrderState.DELIVERED, 0, 0)
    [line] = await lines_of(order)
    assert (line.shipped, line.delivered, line.canceled) == (2, 2, 0)


async def test_a_lost_parcel_is_refunded_with_one_mutation(
    api: Api, order: Order, lost: DeliveryCase, agent: Viewer
) -> None:
    answer = (await api(CONFIRM, as_=agent, input=asked(lost, remedy="REFUND")))["deliveryCaseConfirm"]
    assert (answer["case"]["state"], answer["case"]["amount"]) == ("RESOLVED", {"minorUnits": 2000})
    await run(agent.market)
    order = await Order.get(id=order.id)
    assert (order.state, order.refunded) == (OrderState.CANCELED, order.captured)  # nothing of it arrived


async def test_one_lost_unit_of_several_is_refunded(
    order: Order, lost: DeliveryCase, agent: Viewer, picker: Viewer, parcel: Parcel
) -> None:
    [line] = await lines_of(order)
    await confirm(agent, lost, remedy=Remedy.REFUND, chosen=(Chosen(line.id, 1),))
    order = await Order.get(id=order.id)
    assert (order.state, order.refunded) == (OrderState.SHIPPED, 1000)
    await report(picker, parcel, ParcelState.DELIVERED)
    [line] = await lines_of(order)
    assert (line.shipped, line.delivered, line.canceled, line.refunded) == (1, 1, 1, 1)
    assert (await Order.get(id=order.id)).state == OrderState.DELIVERED


async def test_a_customer_is_compensated_with_money_that_is_an_expense(
    order: Order, lost: DeliveryCase, agent: Viewer
) -> None:
    done = await confirm(
        agent, lost, remedy=Remedy.COMPENSATE, amount=300, compensation=Compensation.MONEY, note="a good customer"
    )
    assert (done.state, done.amount) == (CaseState.RESOLVED, 300)
    [refund] = await Refund.filter(order_id=order.id)
    assert (refund.amount, refund.goodwill, refund.shipping, refund.reason) == (300, 300, 0, RefundReason.GOODWILL)
    order = await Order.get(id=order.id)
    assert (order.refunded, order.goodwill, order.state) == (300, 300, OrderState.SHIPPED)
    balances = {one.account: one.balance for one in await ledger.trial_balance()}
    assert balances[LedgerAccount.GOODWILL] == 300
    assert balances[LedgerAccount.CUSTOMER_DEPOSITS] == -order.captured


async def test_goodwill_is_never_more_than_was_paid(api: Api, order: Order, lost: DeliveryCase, agent: Viewer) -> None:
    wish = {"remedy": "COMPENSATE", "compensation": "MONEY", "amountMinorUnits": order.total + 1}
    answer = (await api(CONFIRM, as_=agent, input=asked(lost, **wish)))["deliveryCaseConfirm"]
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("OUT_OF_RANGE", ["amountMinorUnits"])
    ]
    assert await Refund.all().count() == 0
    assert (await live_case(order)).version == lost.version


async def test_goodwill_is_set_off_when_all_the_money_of_an_order_goes_back(
    market: Market, customer: Viewer, order: Order, agent: Viewer
) -> None:
    await later(market, hours=24.1)
    late = await live_case(order)
    await confirm(agent, late, remedy=Remedy.COMPENSATE, amount=700, compensation=Compensation.MONEY)
    await lifecycle.cancel(customer, order.id, reason=CancelReason.TOO_SLOW)
    await run(market)
    order = await Order.get(id=order.id)
    assert (order.refunded, order.goodwill) == (order.captured, 700)
    balances = {one.account: one.balance for one in await ledger.trial_balance()}
    assert (balances[LedgerAccount.GOODWILL], balances[LedgerAccount.CUSTOMER_DEPOSITS]) == (0, 0)


async def test_goodwill_is_set_off_against_a_refund_that_would_exceed_what_was_paid(
    order: Order, lost: DeliveryCase, agent: Viewer
) -> None:
    rest = order.captured - 100
    await confirm(agent, lost, remedy=Remedy.COMPENSATE, amount=rest, compensation=Compensation.MONEY)
    [line] = await lines_of(order)
    plan = await refunds.preview(agent, order.id, lines=[refunds.Asked(line.id, 2)])
    assert (plan.problems, plan.amount) == ([], 100)


async def test_a_customer_is_compensated_with_a_coupon_that_nobody_else_can_use(
    order: Order, lost: DeliveryCase, agent: Viewer, customer: Viewer, other_customer: Viewer
) -> None:
    done = await confirm(agent, lost, remedy=Remedy.COMPENSATE, amount=500)
    coupon = await Coupon.get(code=done.coupon_code)
    assert (coupon.amount_off, coupon.use_limit, coupon.threshold) == (500, 1, 0)
    product = await make_product(price=3000)
    with pytest.raises(Refused, match="COUPON_UNKNOWN"):
        await place_order(other_customer, product, coupon_code=coupon.code)
    placed = await place_order(customer, product, coupon_code=coupon.code)
    assert placed.discount == 500


async def test_waiting_puts_a_case_off_and_keeps_it_open(
    market: Market, order: Order, lost: DeliveryCase, agent: Viewer
) -> None:
    done = await confirm(agent, lost, remedy=Remedy.WAIT)
    assert done.state == CaseState.OPEN
    assert done.due_at > lost.due_at
    await later(market, hours=47)
    assert (await live_case(order)).escalations == 0
    await later(market, hours=1.1)
    assert (await live_case(order)).escalations == 1


async def test_goods_that_came_back_go_on_the_shelf_and_are_refunded(
    order: Order, parcel: Parcel, agent: Viewer, picker: Viewer
) -> None:
    [line] = await lines_of(order)
    await report(picker, parcel, ParcelState.REFUSED)
    await report(picker, parcel, ParcelState.RETURNED)
    case = await live_case(order)
    assert (case.proposed, case.proposed_amount) == (Remedy.RETURN_TO_STOCK, 2000)
    await confirm(agent, case)
    assert (await stock.available([line.variant_id]))[line.variant_id] == 10
    order = await Order.get(id=order.id)
    assert (order.state, order.refunded) == (OrderState.CANCELED, order.captured)


async def test_goods_that_were_refunded_before_they_came_back_only_go_on_the_shelf(
    order: Order, parcel: Parcel, agent: Viewer, picker: Viewer
) -> None:
    [line] = await lines_of(order)
    await report(picker, parcel, ParcelState.REFUSED)
    await confirm(agent, await live_case(order))
    refunded = (await Order.get(id=order.id)).refunded
    await report(picker, parcel, ParcelState.RETURNED)
    case = await live_case(order)
    assert (case.kind, case.proposed, case.proposed_amount) == (Trouble.RETURNED, Remedy.RETURN_TO_STOCK, None)
    await confirm(agent, case)
    assert (await stock.available([line.variant_id]))[line.variant_id] == 10
    assert (await Order.get(id=order.id)).refunded == refunded


async def test_goods_that_came_back_can_be_sent_again(
    order: Order, parcel: Parcel, agent: Viewer, picker: Viewer
) -> None:
    await report(picker, parcel, ParcelState.RETURNED)
    await confirm(agent, await live_case(order), remedy=Remedy.RESHIP)
    [line] = await lines_of(order)
    assert (await stock.available([line.variant_id]))[line.variant_id] == 8
    assert (await Order.get(id=order.id)).state == OrderState.PAID


async def test_goods_on_their_way_back_are_not_on_the_shelf_yet(
    api: Api, order: Order, parcel: Parcel, agent: Viewer, picker: Viewer
) -> None:
    await report(picker, parcel, ParcelState.RETURNING)
    case = await live_case(order)
    answer = (await api(CONFIRM, as_=agent, input=asked(case, remedy="RETURN_TO_STOCK")))["deliveryCaseConfirm"]
    assert [error["code"] for error in answer["userErrors"]] == ["REMEDY_NOT_POSSIBLE"]
    assert answer["case"] is None
    assert (await live_case(order)).version == case.version


async def test_what_is_late_can_be_taken_out_of_the_order_and_refunded(
    market: Market, order: Order, agent: Viewer
) -> None:
    await later(market, hours=24.1)
    await confirm(agent, await live_case(order), remedy=Remedy.REFUND)
    order = await Order.get(id=order.id)
    assert (order.state, order.refunded) == (OrderState.CANCELED, order.captured)


async def test_a_damaged_parcel_that_arrived_is_refunded_by_the_unit(
    order: Order, parcel: Parcel, agent: Viewer, picker: Viewer
) -> None:
    await report(picker, parcel, ParcelState.DAMAGED)
    await report(picker, parcel, ParcelState.DELIVERED)
    [line] = await lines_of(order)
    await confirm(agent, await live_case(order), remedy=Remedy.REFUND, chosen=(Chosen(line.id, 1),))
    order = await Order.get(id=order.id)
    assert (order.state, order.refunded) == (OrderState.DELIVERED, 1000)


async def test_goods_that_are_sold_out_become_a_shortage_when_they_are_to_be_sent_again(
    customer: Viewer, agent: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer, {await make_product(price=1000, stock={"SH": 2}): 2})
    parcel = await send(picker, order)
    await report(picker, parcel, ParcelState.LOST)
    case = await live_case(order)
    assert case.proposed == Remedy.REFUND
    await confirm(agent, case, remedy=Remedy.RESHIP)
    order = await Order.get(id=order.id)
    assert (order.state, order.open_cases, order.supply) == (OrderState.PAID, 0, Supply.UNDECIDED)
    assert order.dispatch_paused_at is not None


async def test_a_lost_parcel_that_turns_up_after_a_reshipment_is_noted(
    order: Order, parcel: Parcel, lost: DeliveryCase, agent: Viewer, picker: Viewer
) -> None:
    await confirm(agent, lost)
    again = await send(picker, order)
    await report(picker, parcel, ParcelState.DELIVERED)
    case = await DeliveryCase.get(id=lost.id)
    assert case.turned_up_at is not None
    [line] = await lines_of(order)
    assert (line.shipped, line.delivered) == (2, 0)  # what was written off does not count
    await report(picker, again, ParcelState.DELIVERED)
    assert (await Order.get(id=order.id)).state == OrderState.DELIVERED


async def test_the_same_key_settles_a_case_once(api: Api, order: Order, lost: DeliveryCase, agent: Viewer) -> None:
    first = (await api(CONFIRM, as_=agent, input=asked(lost)))["deliveryCaseConfirm"]
    second = (await api(CONFIRM, as_=agent, input=asked(lost)))["deliveryCaseConfirm"]
    assert (first["case"], second["case"]["state"]) == (second["case"], "RESOLVED")
    assert sum(promise.quantity for promise in await stock.held(order.id)) == 2
    third = (await api(CONFIRM, as_=agent, input=asked(lost, idempotencyKey="anew")))["deliveryCaseConfirm"]
    assert [error["code"] for error in third["userErrors"]] == ["CASE_ENDED"]


async def test_a_decision_on_an_older_version_is_refused(api: Api, lost: DeliveryCase, agent: Viewer) -> None:
    wish = asked(lost, expectedVersion=lost.version - 1)
    answer = (await api(CONFIRM, as_=agent, input=wish))["deliveryCaseConfirm"]
    assert [error["code"] for error in answer["userErrors"]] == ["VERSION_CONFLICT"]


# -------------------------------------------------------------------------------------------------------- the queue

CLAIM = """
mutation ($input: DeliveryCaseInput!) {
  deliveryCaseClaim(input: $input) { case { state version owner { name } } userErrors { code } }
}
"""
RELEASE = CLAIM.replace("deliveryCaseClaim", "deliveryCaseRelease")
QUEUE = """
query ($filter: DeliveryCaseFilter) {
  deliveryCases(filter: $filter) {
    totalCount
    nodes { kind what state proposedRemedy proposalReason isOverdue possibleRemedies choices
            lines { quantity orderLine { sku } }
            order { number } parcel { number cases { number } } }
  }
}
"""


async def test_staff_work_on_a_queue_of_cases(
    api: Api, order: Order, parcel: Parcel, lost: DeliveryCase, agent: Viewer
) -> None:
    page = (await api(QUEUE, as_=agent))["deliveryCases"]
    assert page["totalCount"] == 1
    [node] = page["nodes"]
    assert node["what"] == "A parcel seems to be lost."
    assert node["possibleRemedies"] == ["RESHIP", "REFUND", "COMPENSATE", "WAIT"]
    assert node["proposalReason"] == "The same goods are in stock."
    assert node["parcel"] == {"number": parcel.number, "cases": [{"number": lost.number}]}
    assert (await api(QUEUE, as_=agent, filter={"kinds": ["DAMAGED"]}))["deliveryCases"]["nodes"] == []
    assert (await api(QUEUE, as_=agent, filter={"overdue": True}))["deliveryCases"]["totalCount"] == 0
    assert (await api(QUEUE, as_=agent, filter={"mine": True}))["deliveryCases"]["totalCount"] == 0


async def test_one_person_at_a_time_claims_a_case(
    api: Api, lost: DeliveryCase, agent: Viewer, staff: MakeStaff
) -> None:
    other = await staff(Role.SERVICE_AGENT)
    case = {"caseId": public("DeliveryCase", lost.id)}
    assert (await api(CLAIM, as_=agent, input=case))["deliveryCaseClaim"]["case"]["state"] == "CLAIMED"
    refused = (await api(CLAIM, as_=other, input=case))["deliveryCaseClaim"]
    assert [error["code"] for error in refused["userErrors"]] == ["CASE_CLAIMED_BY_ANOTHER"]
    refused = (await api(CONFIRM, as_=other, input=asked(lost)))["deliveryCaseConfirm"]
    assert [error["code"] for error in refused["userErrors"]] == ["CASE_CLAIMED_BY_ANOTHER"]
    refused = (await api(RELEASE, as_=other, input=case))["deliveryCaseRelease"]
    assert [error["code"] for error in refused["userErrors"]] == ["CASE_CLAIMED_BY_ANOTHER"]
    assert (await api(RELEASE, as_=agent, input=case))["deliveryCaseRelease"]["case"]["state"] == "OPEN"
    assert (await api(CLAIM, as_=other, input=case))["deliveryCaseClaim"]["userErrors"] == []


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.SERVICE_AGENT, Role.ADMINISTRATOR)])
async def test_only_service_and_administrators_settle_cases(
    api: Api, lost: DeliveryCase, staff: MakeStaff, role: Role
) -> None:
    answer = (await api(CONFIRM, as_=await staff(role), input=asked(lost)))["deliveryCaseConfirm"]
    assert [error["code"] for error in answer["userErrors"]] == ["FORBIDDEN"]
    assert (await DeliveryCase.get(id=lost.id)).state == CaseState.OPEN


async def test_customers_see_their_own_cases_and_nobody_elses(
    api: Api, order: Order, lost: DeliveryCase, customer: Viewer, other_customer: Viewer, staff: MakeStaff
) -> None:
    mine = (await api(QUEUE, as_=customer))["deliveryCases"]
    assert [node["choices"] for node in mine["nodes"]] == [["RESHIP", "REFUND"]]
    assert [node["possibleRemedies"] for node in mine["nodes"]] == [[]]
    for stranger in (other_customer, await staff(Role.WAREHOUSE_PICKER), None):
        assert (await api(QUEUE, as_=stranger))["deliveryCases"]["totalCount"] == 0
    one = "query ($id: ID!) { deliveryCase(id: $id) { number notes { text } } }"
    seen = await api(one, as_=customer, id=public("DeliveryCase", lost.id))
    assert seen["deliveryCase"] == {"number": lost.number, "notes": []}
    unseen = await api(one, as_=other_customer, id=public("DeliveryCase", lost.id))
    assert unseen["deliveryCase"] is None


async def test_notes_are_for_staff(api: Api, lost: DeliveryCase, customer: Viewer, agent: Viewer) -> None:
    add = """mutation ($input: DeliveryCaseNoteAddInput!) {
      deliveryCaseNoteAdd(input: $input) { case { notes { text } } userErrors { code } } }"""
    wish = {"caseId": public("DeliveryCase", lost.id), "text": "Called the carrier."}
    assert (await api(add, as_=agent, input=wish))["deliveryCaseNoteAdd"]["case"]["notes"] == [
        {"text": "Called the carrier."}
    ]
    refused = (await api(add, as_=customer, input=wish))["deliveryCaseNoteAdd"]
    assert [error["code"] for error in refused["userErrors"]] == ["FORBIDDEN"]
    one = "query ($id: ID!) { deliveryCase(id: $id) { notes { text } } }"
    assert (await api(one, as_=customer, id=public("DeliveryCase", lost.id)))["deliveryCase"] == {"notes": []}


# ------------------------------------------------------------------------------------------------- the buyer's choice

CHOOSE = """
mutation ($input: DeliveryCaseChooseInput!) {
  deliveryCaseChoose(input: $input) {
    case { chosen proposedRemedy proposedAmount { minorUnits } proposalReason } userErrors { code }
  }
}
"""


async def test_the_buyer_chooses_the_money_and_staff_confirm_it(
    api: Api, order: Order, lost: DeliveryCase, customer: Viewer, agent: Viewer
) -> None:
    wish = {"caseId": public("DeliveryCase", lost.id), "remedy": "REFUND"}
    chosen = (await api(CHOOSE, as_=customer, input=wish))["deliveryCaseChoose"]["case"]
    assert chosen == {
        "chosen": "REFUND",
        "proposedRemedy": "REFUND",
        "proposedAmount": {"minorUnits": 2000},
        "proposalReason": "The customer has asked for it.",
    }
    answer = (await api(CONFIRM, as_=agent, input=asked(lost)))["deliveryCaseConfirm"]
    assert answer["case"]["remedy"] == "REFUND"


async def test_the_buyer_cannot_choose_what_is_not_offered_or_too_late(
    api: Api, market: Market, lost: DeliveryCase, customer: Viewer, other_customer: Viewer, agent: Viewer
) -> None:
    async def codes(viewer: Viewer, remedy: str) -> list[str]:
        wish = {"caseId": public("DeliveryCase", lost.id), "remedy": remedy}
        answer = (await api(CHOOSE, as_=viewer, input=wish))["deliveryCaseChoose"]
        return [error["code"] for error in answer["userErrors"]]

    assert await codes(customer, "COMPENSATE") == ["CHOICE_NOT_OFFERED"]
    assert await codes(other_customer, "REFUND") == ["NOT_FOUND"]
    assert await codes(agent, "REFUND") == ["FORBIDDEN"]
    await later(market, hours=24.1)
    assert await codes(customer, "REFUND") == ["CHOICE_TIME_OVER"]
    assert (await DeliveryCase.get(id=lost.id)).chosen is None


# ----------------------------------------------------------------------------------------------------------- urging

URGE = """
mutation ($input: OrderUrgeInput!) {
  orderUrge(input: $input) {
    order { urgeCount urgedAt isLate dispatchBy actions { action allowed reasonCode availableFrom } }
    userErrors { code ... on UrgeTooEarly { nextAt } }
  }
}
"""


async def test_a_customer_urges_a_paid_order_now_and_then(
    api: Api, market: Market, order: Order, customer: Viewer, agent: Viewer, picker: Viewer
) -> None:
    wish = {"orderId": public("Order", order.id)}

    async def codes(viewer: Viewer = customer) -> list[str]:
        answer = (await api(URGE, as_=viewer, input=wish))["orderUrge"]
        return [error["code"] for error in answer["userErrors"]]

    assert await codes() == ["URGE_TOO_EARLY"]
    await later(market, hours=6)
    assert await codes(agent) == ["FORBIDDEN"]
    assert await codes() == []
    assert await codes() == ["URGE_TOO_EARLY"]
    urged = "query { orders(filter: {urged: true}) { nodes { urgeCount isLate } } }"
    assert (await api(urged, as_=agent))["orders"]["nodes"] == [{"urgeCount": 1, "isLate": False}]
    await later(market, hours=24)
    assert await codes() == []
    late = "query { orders(filter: {late: true}) { nodes { urgeCount isLate } } }"
    assert (await api(late, as_=agent))["orders"]["nodes"] == [{"urgeCount": 2, "isLate": True}]
    await ship(picker, order)
    await run(market)
    assert (await api(urged, as_=agent))["orders"]["nodes"] == []
    assert await codes() == ["NOTHING_TO_SHIP"]


async def test_the_action_says_when_it_becomes_possible(
    api: Api, market: Market, order: Order, customer: Viewer
) -> None:
    document = """query ($id: ID!) { order(id: $id) {
      paidAt dispatchBy actions { action allowed reasonCode availableFrom deadline } } }"""
    found = (await api(document, as_=customer, id=public("Order", order.id)))["order"]
    urge = next(action for action in found["actions"] if action["action"] == "URGE")
    assert (urge["allowed"], urge["reasonCode"]) == (False, "URGE_TOO_EARLY")
    assert urge["availableFrom"] > found["paidAt"]
    await later(market, hours=6)
    found = (await api(document, as_=customer, id=public("Order", order.id)))["order"]
    urge = next(action for action in found["actions"] if action["action"] == "URGE")
    assert (urge["allowed"], urge["availableFrom"]) == (True, None)


async def test_a_parcel_whose_goods_were_refunded_already_may_still_go_wrong(
    customer: Viewer, picker: Viewer, agent: Viewer
) -> None:
    apples = await make_product(price=1000, stock={"SH": 2})
    order = await make_paid(customer, {apples: 2})
    parcel = await send(picker, order)
    (line,) = await lines_of(order)
    asked = [refunds.Asked(line.id, 2)]
    await refunds.create(agent, order.id, lines=asked, reason=RefundReason.GOODWILL, idempotency_key="k")
    await report(picker, parcel, ParcelState.REFUSED)
    case = await live_case(order)
    assert (case.proposed, case.proposed_amount) == (Remedy.REFUND, None)
    await confirm(agent, case)
    order = await Order.get(id=order.id)
    assert (order.state, order.open_cases, order.refunded) == (OrderState.CANCELED, 0, order.captured)

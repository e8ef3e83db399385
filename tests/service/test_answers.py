"""The shop's answer: agreed to, turned down, appealed against; goods that come back, and the money that follows."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domain.access import Viewer
from domain.payments import refunds
from domain.service import cases, decisions, goods
from domain.service.decisions import Agreed, Answer
from domain.service.goods import Deduction, Finding, Inspection
from kit import ids
from kit.errors import Refusals, Refused
from models.customers import Role
from models.inventory import MovementKind, Reservation, ReservationState, StockMovement
from models.orders import Order, OrderState
from models.payments import Refund, RefundReason
from models.service import Grade, ServiceCase, ServiceLineState, ServiceReason, ServiceState, Wish
from tests.api import Api
from tests.factories.catalog import make_product
from tests.factories.fulfillment import later, lines_of, public, run
from tests.factories.service import ask, lines_of_case, make_received, wished

MakeStaff = Callable[..., Awaitable[Viewer]]
ACTIONS = "query ($id: ID!) { serviceCase(id: $id) { actions { action allowed reasonCode } } }"
FIELDS = """
case {
  state explanation appealBy carrier waybill
  lines { state explanation amount { minorUnits } findings { quantity grade isSentBack } }
}
order { refunded { minorUnits } goodwill { minorUnits } }
userErrors { code path }
"""


@pytest.fixture
async def order(customer: Viewer) -> Order:
    """Three units at 9.99 yuan."""
    return await make_received(customer, {await make_product(price=999): 3})


@pytest.fixture
async def agent(staff: MakeStaff) -> Viewer:
    return await staff(Role.SERVICE_AGENT)


@pytest.fixture
async def picker(staff: MakeStaff) -> Viewer:
    return await staff(Role.WAREHOUSE_PICKER)


async def call(api: Api, viewer: Viewer, name: str, case: ServiceCase, **fields: Any) -> dict[str, Any]:
    kind = name[0].upper() + name[1:]
    document = f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {FIELDS} }} }}"
    told = await api(document, as_=viewer, input={"caseId": public("ServiceCase", case.id), **fields})
    answer: dict[str, Any] = told[name]
    return answer


async def approve(viewer: Viewer, case: ServiceCase, *lines: Agreed, key: str | None = None) -> ServiceCase:
    answer = Answer(case.id, lines or None, "Fine." if lines else "")
    return await decisions.approve(viewer, answer, key=key or ids.token())


async def inspect(viewer: Viewer, case: ServiceCase, *findings: Finding, **more: Any) -> ServiceCase:
    return await goods.inspect(viewer, Inspection(case.id, findings, **more), key=ids.token())


async def coming(customer: Viewer, agent: Viewer, order: Order, quantity: int = 2) -> ServiceCase:
    """Units that are agreed to and on their way back."""
    case = await approve(agent, await ask(customer, order, await wished(order, quantity=quantity)))
    return await goods.ship_back(customer, case.id, carrier="SF Express", waybill="SF12345678")


async def refunded(order: Order) -> int:
    found: int = (await Order.get(id=order.id)).refunded
    return found


# ---------------------------------------------------------------------------------------------------------- answers


async def test_a_refund_without_the_goods_is_given_at_once(
    api: Api, customer: Viewer, order: Order, agent: Viewer
) -> None:
    asked = await wished(order, quantity=2, wish=Wish.REFUND_ONLY, reason=ServiceReason.QUALITY)
    case = await ask(customer, order, asked)
    answer = await call(api, agent, "serviceCaseApprove", case, idempotencyKey="once")
    again = await call(api, agent, "serviceCaseApprove", case, idempotencyKey="once")
    assert (answer["userErrors"], answer) == ([], again)
    assert answer["case"]["state"] == "RESOLVED"
    assert answer["case"]["lines"][0]["amount"] == {"minorUnits": 1998}
    await run(agent.market)
    [refund] = await Refund.filter(order_id=order.id)
    assert (refund.amount, refund.reason, await refunded(order)) == (1998, RefundReason.QUALITY, 1998)
    assert (await Order.get(id=order.id)).open_cases == 0


async def test_a_compensation_is_named_by_the_shop_and_not_more_than_was_paid(
    customer: Viewer, order: Order, agent: Viewer
) -> None:
    case = await ask(customer, order, await wished(order, wish=Wish.COMPENSATION, reason=ServiceReason.QUALITY))
    [line] = await lines_of(order)
    for amount, code in ((None, "REQUIRED"), (1000, "OUT_OF_RANGE"), (0, "OUT_OF_RANGE")):
        with pytest.raises(Refused) as refusal:
            await approve(agent, case, Agreed(line.id, amount))
        assert (refusal.value.code, await refunded(order)) == (code, 0)
    await approve(agent, case, Agreed(line.id, 300))
    order = await Order.get(id=order.id)
    assert (order.refunded, order.goodwill) == (300, 300)
    [line] = await lines_of(order)
    assert line.refunded == 0


async def test_some_lines_are_agreed_to_and_others_turned_down_with_a_reason(customer: Viewer, agent: Viewer) -> None:
    order = await make_received(customer, {await make_product(price=500): 1, await make_product(price=700): 1})
    wish: dict[str, Any] = {"wish": Wish.REFUND_ONLY, "reason": ServiceReason.MALFUNCTION}
    case = await ask(customer, order, await wished(order, line=0, **wish), await wished(order, line=1, **wish))
    first, _ = await lines_of(order)
    with pytest.raises(Refused) as refusal:
        await decisions.approve(agent, Answer(case.id, (Agreed(first.id),)), key="silent")
    assert refusal.value.code == "REQUIRED"
    case = await approve(agent, case, Agreed(first.id))
    assert (case.state, await refunded(order), case.appeal_by is not None) == (ServiceState.RESOLVED, 500, True)
    assert [line.state for line in await lines_of_case(case)] == [ServiceLineState.SETTLED, ServiceLineState.REJECTED]


async def test_money_that_went_back_meanwhile_is_not_given_twice(customer: Viewer, order: Order, agent: Viewer) -> None:
    asked = await wished(order, quantity=3, wish=Wish.REFUND_ONLY, reason=ServiceReason.QUALITY)
    case = await ask(customer, order, asked)
    [line] = await lines_of(order)
    units = [refunds.Asked(line.id, 1)]
    await refunds.create(agent, order.id, lines=units, reason=RefundReason.QUALITY, idempotency_key="by hand")
    with pytest.raises(Refused) as refusal:
        await approve(agent, case)
    assert (refusal.value.code, await refunded(order)) == ("LINE_ALREADY_REFUNDED", 999)
    assert (await ServiceCase.get(id=case.id)).state == ServiceState.REQUESTED


async def test_two_agents_at_once_give_the_money_once(customer: Viewer, order: Order, staff: MakeStaff) -> None:
    asked = await wished(order, quantity=3, wish=Wish.REFUND_ONLY, reason=ServiceReason.QUALITY)
    case = await ask(customer, order, asked)
    agents = [await staff(Role.SERVICE_AGENT) for _ in range(3)]
    done = await asyncio.gather(*(approve(one, case) for one in agents), return_exceptions=True)
    codes = [one.code for one in done if isinstance(one, Refused)]
    assert codes == ["CASE_ENDED", "CASE_ENDED"]
    assert (await refunded(order), await Refund.filter(order_id=order.id).count()) == (2997, 1)


# ------------------------------------------------------------------------------------------------- goods that come back


async def test_goods_come_back_and_the_money_follows(
    api: Api, customer: Viewer, order: Order, agent: Viewer, picker: Viewer
) -> None:
    case = await ask(customer, order, await wished(order, quantity=2))
    answer = await call(api, agent, "serviceCaseApprove", case, idempotencyKey="yes")
    assert (answer["case"]["state"], answer["order"]["refunded"]) == ("AWAITING_GOODS", {"minorUnits": 0})
    answer = await call(api, customer, "serviceCaseShipBack", case, carrier="SF Express", waybill="SF12345678")
    assert (answer["case"]["state"], answer["case"]["waybill"]) == ("GOODS_UNDERWAY", "SF12345678")
    [line] = await lines_of(order)
    key = public("OrderLine", line.id)
    found = [
        {"orderLineId": key, "quantity": 1, "grade": "AS_NEW"},
        {"orderLineId": key, "quantity": 1, "grade": "DAMAGED"},
    ]
    answer = await call(api, picker, "serviceCaseInspect", case, findings=found, idempotencyKey="in")
    assert (answer["userErrors"], answer["case"]["state"]) == ([], "RESOLVED")
    assert answer["order"]["refunded"] == {"minorUnits": 1998}
    assert [one["grade"] for one in answer["case"]["lines"][0]["findings"]] == ["AS_NEW", "DAMAGED"]
    back = await StockMovement.filter(kind=MovementKind.RESTOCK)
    assert [movement.on_hand_change for movement in back] == [1]
    states = {one.state: one.quantity for one in await Reservation.filter(order_id=order.id)}
    assert (states[ReservationState.RETURNED], states[ReservationState.LOST]) == (1, 1)


async def test_fresh_goods_do_not_go_on_the_shelf_again(customer: Viewer, agent: Viewer, picker: Viewer) -> None:
    order = await make_received(customer, {await make_product(price=500, cold_chain=True): 1})
    case = await approve(agent, await ask(customer, order, await wished(order, reason=ServiceReason.QUALITY)))
    [line] = await lines_of(order)
    await inspect(picker, case, Finding(line.id, 1, Grade.AS_NEW))
    assert (await refunded(order), await StockMovement.filter(kind=MovementKind.RESTOCK).count()) == (500, 0)


async def test_the_shop_may_keep_a_part_with_a_reason_and_does_not_give_it_back_later(
    customer: Viewer, order: Order, agent: Viewer, picker: Viewer
) -> None:
    case = await coming(customer, agent, order)
    [line] = await lines_of(order)
    as_new = Finding(line.id, 2, Grade.AS_NEW)
    with pytest.raises(Refused) as refusal:
        await inspect(picker, case, as_new, deductions=(Deduction(line.id, 500),))
    assert refusal.value.code == "REQUIRED"
    with pytest.raises(Refused) as refusal:
        await inspect(picker, case, as_new, deductions=(Deduction(line.id, 1998),), explanation="All of it.")
    assert (refusal.value.code, refusal.value.facts["maximum"]) == ("OUT_OF_RANGE", 1997)
    await inspect(picker, case, as_new, deductions=(Deduction(line.id, 500),), explanation="The cable is missing.")
    assert await refunded(order) == 1498
    last = [refunds.Asked(line.id, 1)]
    await refunds.create(agent, order.id, lines=last, reason=RefundReason.QUALITY, idempotency_key="last")
    assert await refunded(order) == 1498 + 999


async def test_goods_that_are_not_taken_back_go_to_the_customer_again(
    customer: Viewer, order: Order, agent: Viewer, picker: Viewer
) -> None:
    case = await coming(customer, agent, order)
    [line] = await lines_of(order)
    back = Finding(line.id, 2, Grade.WRONG_ITEM, sent_back=True)
    case = await inspect(picker, case, back, explanation="This is not ours.", waybill="SF999")
    assert (case.state, case.returned_waybill, await refunded(order)) == (ServiceState.REJECTED, "SF999", 0)
    assert [one.state for one in await lines_of_case(case)] == [ServiceLineState.SENT_BACK]
    assert await StockMovement.filter(kind=MovementKind.RESTOCK).count() == 0


@pytest.mark.parametrize("counts", [(1,), (3,), (1, 2), (0, 2)])
async def test_every_unit_is_accounted_for_once(
    customer: Viewer, order: Order, agent: Viewer, picker: Viewer, counts: tuple[int, ...]
) -> None:
    case = await coming(customer, agent, order)
    [line] = await lines_of(order)
    with pytest.raises((Refused, Refusals)):
        await inspect(picker, case, *(Finding(line.id, count, Grade.AS_NEW) for count in counts))
    assert (await refunded(order), (await ServiceCase.get(id=case.id)).state) == (0, ServiceState.GOODS_UNDERWAY)


# ------------------------------------------------------------------------------------------------------------ times


async def test_goods_that_do_not_come_in_time_close_the_case(customer: Viewer, order: Order, agent: Viewer) -> None:
    case = await approve(agent, await ask(customer, order))
    await later(customer.market, days=8)
    case = await ServiceCase.get(id=case.id)
    assert (case.state, (await Order.get(id=order.id)).open_cases) == (ServiceState.CLOSED, 0)
    await run(customer.market)
    assert (await Order.get(id=order.id)).state == OrderState.COMPLETED
    with pytest.raises(Refused) as refusal:
        await goods.ship_back(customer, case.id, carrier="SF Express", waybill="SF12345678")
    assert refusal.value.code == "CASE_ENDED"


async def test_goods_that_nobody_inspects_are_escalated(customer: Viewer, order: Order, agent: Viewer) -> None:
    case = await coming(customer, agent, order)
    assert case.escalated_at is None
    await later(customer.market, days=11)
    case = await ServiceCase.get(id=case.id)
    assert (case.state, case.escalated_at is not None) == (ServiceState.GOODS_UNDERWAY, True)


# ---------------------------------------------------------------------------------------------------------- appeals


async def test_an_appeal_is_decided_once_and_by_another_person(
    api: Api, customer: Viewer, order: Order, agent: Viewer, staff: MakeStaff
) -> None:
    case = await ask(customer, order, await wished(order, wish=Wish.REFUND_ONLY, reason=ServiceReason.QUALITY))
    answer = await call(api, agent, "serviceCaseReject", case, explanation="It looks fine.")
    assert (answer["case"]["state"], answer["case"]["explanation"]) == ("REJECTED", "It looks fine.")
    assert answer["case"]["lines"][0]["explanation"] == "It looks fine."
    with pytest.raises(Refused) as refusal:
        await ask(customer, order, await wished(order, wish=Wish.REFUND_ONLY, reason=ServiceReason.QUALITY))
    assert refusal.value.code == "SERVICE_TURNED_DOWN"
    answer = await call(api, customer, "serviceCaseAppeal", case, words="It is moldy inside.")
    assert (answer["case"]["state"], (await Order.get(id=order.id)).open_cases) == ("APPEALED", 1)
    answer = await call(api, agent, "serviceCaseApprove", case, idempotencyKey="mine")
    assert answer["userErrors"] == [{"code": "DECIDED_BY_YOU", "path": ["caseId"]}]
    other = await staff(Role.SERVICE_AGENT)
    answer = await call(api, other, "serviceCaseReject", case, explanation="Still fine.")
    assert (answer["case"]["state"], answer["case"]["appealBy"]) == ("REJECTED", None)
    answer = await call(api, customer, "serviceCaseAppeal", case, words="No!")
    assert answer["userErrors"] == [{"code": "APPEALED_BEFORE", "path": ["caseId"]}]
    assert (await Order.get(id=order.id)).open_cases == 0


async def test_an_appeal_has_its_time(customer: Viewer, order: Order, agent: Viewer) -> None:
    case = await decisions.reject(agent, (await ask(customer, order)).id, explanation="No.")
    await later(customer.market, days=8)
    with pytest.raises(Refused) as refusal:
        await decisions.appeal(customer, case.id, words="But!")
    assert refusal.value.code == "SERVICE_TIME_OVER"


async def test_units_that_are_in_another_case_meanwhile_are_not_appealed_about(
    customer: Viewer, order: Order, agent: Viewer
) -> None:
    case = await ask(customer, order, await wished(order, quantity=3))
    await decisions.reject(agent, case.id, explanation="No.")
    await ask(customer, order, await wished(order, quantity=3, reason=ServiceReason.QUALITY))
    with pytest.raises(Refused) as refusal:
        await decisions.appeal(customer, case.id, words="But!")
    assert refusal.value.code == "SERVICE_UNDERWAY"


# ----------------------------------------------------------------------------------------------------------- rights


MUTATIONS: dict[str, dict[str, Any]] = {
    "serviceCaseApprove": {"idempotencyKey": "x"},
    "serviceCaseReject": {"explanation": "No."},
    "serviceCaseShipBack": {"carrier": "SF", "waybill": "SF1234"},
    "serviceCaseInspect": {"findings": [], "idempotencyKey": "y"},
    "serviceCaseAppeal": {"words": "But!"},
}


async def test_each_step_is_for_those_whose_step_it_is(
    api: Api, customer: Viewer, other_customer: Viewer, order: Order, agent: Viewer, picker: Viewer
) -> None:
    case = await ask(customer, order)
    for name, fields in MUTATIONS.items():
        answer = await call(api, other_customer, name, case, **fields)
        assert [one["code"] for one in answer["userErrors"]] == ["NOT_FOUND"], name
    for viewer, names in (
        (customer, ("serviceCaseApprove", "serviceCaseReject", "serviceCaseInspect")),
        (agent, ("serviceCaseAppeal",)),
        (picker, ("serviceCaseApprove", "serviceCaseReject", "serviceCaseShipBack", "serviceCaseAppeal")),
    ):
        for name in names:
            answer = await call(api, viewer, name, case, **MUTATIONS[name])
            assert [one["code"] for one in answer["userErrors"]] == ["FORBIDDEN"], name
    assert (await ServiceCase.get(id=case.id)).version == case.version


async def test_actions_follow_the_case(api: Api, customer: Viewer, order: Order, agent: Viewer) -> None:
    async def allowed(viewer: Viewer) -> set[str]:
        told = await api(ACTIONS, as_=viewer, id=public("ServiceCase", case.id))
        return {one["action"] for one in told["serviceCase"]["actions"] if one["allowed"]}

    case = await ask(customer, order)
    assert (await allowed(customer), await allowed(agent)) == ({"CANCEL"}, {"APPROVE", "REJECT"})
    await approve(agent, case)
    assert (await allowed(customer), await allowed(agent)) == ({"CANCEL", "SHIP_BACK"}, {"SHIP_BACK", "INSPECT"})
    await goods.ship_back(customer, case.id, carrier="SF", waybill="SF12345678")
    assert (await allowed(customer), await allowed(agent)) == (set(), {"INSPECT"})
    with pytest.raises(Refused):
        await cases.cancel(customer, case.id)
    [line] = await lines_of(order)
    await inspect(agent, case, Finding(line.id, 1, Grade.AS_NEW, sent_back=True), explanation="Worn.")
    assert (await allowed(customer), await allowed(agent)) == ({"APPEAL"}, set())

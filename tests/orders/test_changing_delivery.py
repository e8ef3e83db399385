"""Changing where and when an order comes: its time slot, and what cannot be delivered to a new address."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.access import Viewer, system
from domain.delivery import slots
from domain.delivery.deliveries import Way
from domain.market import Market
from domain.orders import lifecycle
from domain.orders.actions import Action, possibilities
from kit import ids
from models.customers import Role
from models.delivery import DeliveryMode, DeliverySlot
from models.orders import CancelReason, ChangeState, Order
from models.outbox import Event
from tests.api import Api
from tests.factories import changes
from tests.factories.catalog import make_product, variant_of
from tests.factories.delivery import delivery_of, make_point, make_region, make_slots, taken
from tests.factories.fulfillment import later, lines_of, make_paid, public, run, ship
from tests.factories.orders import make_tariff, place_order

Staff = Callable[..., Awaitable[Viewer]]

ASK = """mutation ($input: OrderChangeInput!) { orderChange(input: $input) {
  change { id state changesSlot slot { id } slotBefore { id } } order { delivery { slot { id } slotStartsAt } }
  userErrors { code path message ... on SlotUnavailable { slot { id free } }
    ... on CannotBeDelivered { obstacle variant { id } waysOut } } } }"""
IN_SHANGHAI = {**changes.HANGZHOU, "province": "上海市", "city": "上海市"}


async def ask(api: Api, order: Order, viewer: Viewer, **wish: Any) -> dict[str, Any]:
    """The answer to the preview has the same problems as that to the change."""
    looked = await changes.look(api, order, viewer, **wish)
    asked = {"orderId": public("Order", order.id), "idempotencyKey": ids.token(), **wish}
    answer: dict[str, Any] = (await api(ASK, as_=viewer, input=asked))["orderChange"]
    assert codes(looked) == codes(answer)
    return answer


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["code"] for error in answer["userErrors"]]


def named(slot: DeliverySlot) -> str:
    return public("DeliverySlot", slot.id)


async def booked(customer: Viewer, slot: DeliverySlot, **given: Any) -> Order:
    return await make_paid(customer, way=Way(slot.mode, slot.id, slot.pickup_point_id), **given)


# ------------------------------------------------------------------------------------------------------------- the slot


async def test_an_order_moves_to_another_slot_and_the_old_place_is_free(
    api: Api, market: Market, customer: Viewer
) -> None:
    first, second, *_ = await make_slots(market)
    order = await booked(customer, first)
    looked = await changes.look(api, order, customer, slotId=named(second))
    assert (looked["plan"]["slot"], await taken(second)) == ({"id": named(second)}, 0)
    answer = await ask(api, order, customer, slotId=named(second))
    assert answer["userErrors"] == []
    assert answer["change"]["state"] == "APPLIED"
    assert answer["change"]["changesSlot"]
    assert (answer["change"]["slotBefore"], answer["change"]["slot"]) == ({"id": named(first)}, {"id": named(second)})
    assert answer["order"]["delivery"]["slot"] == {"id": named(second)}
    assert (await taken(first), await taken(second)) == (0, 1)
    event = await Event.filter(stream_id=order.id, kind="order.changed").get()
    assert event.data["fields"] == ["slot"]


async def test_an_order_without_a_slot_takes_one_and_gives_it_up_again(
    api: Api, market: Market, customer: Viewer
) -> None:
    [slot, *_] = await make_slots(market)
    order = await place_order(customer, await make_product())
    assert codes(await ask(api, order, customer, slotId=named(slot))) == []
    assert await taken(slot) == 1
    assert codes(await ask(api, order, customer, slotId=named(slot))) == ["NOTHING_TO_CHANGE"]
    answer = await ask(api, order, customer, slotId=None)
    assert (answer["change"]["slot"], answer["change"]["slotBefore"]) == (None, {"id": named(slot)})
    assert (await taken(slot), (await delivery_of(order)).slot_id) == (0, None)


@pytest.mark.parametrize("kind", ["full", "closed", "another city", "another mode", "unknown"])
async def test_a_slot_that_cannot_be_had_is_refused_and_nothing_moves(
    api: Api, market: Market, customer: Viewer, other_customer: Viewer, kind: str
) -> None:
    await make_region(market, "*", modes=[DeliveryMode.HOME, DeliveryMode.COURIER])
    first, other, *_ = await make_slots(market)
    order = await booked(customer, first)
    key = named(other)
    if kind == "full":
        await booked(other_customer, other)
    elif kind == "closed":
        await slots.change_capacity(system(market), other.id, capacity=None, is_open=False)
    elif kind == "another city":
        key = named((await make_slots(market, city="崇明"))[0])
    elif kind == "another mode":
        key = named((await make_slots(market, mode=DeliveryMode.COURIER))[0])
    else:
        key = public("DeliverySlot", order.id)
    answer = await ask(api, order, customer, slotId=key)
    code = {"full": "SLOT_FULL", "closed": "SLOT_CLOSED", "unknown": "NOT_FOUND"}.get(kind, "SLOT_WRONG")
    [error] = answer["userErrors"]
    assert (error["code"], error["path"]) == (code, ["slotId"])
    assert "choose" in error["message"] or kind == "unknown"
    assert ((await delivery_of(order)).slot_id, await taken(first)) == (first.id, 1)


async def test_a_counter_s_slot_is_changed_for_another_of_the_same_counter(
    api: Api, market: Market, customer: Viewer
) -> None:
    here, there = await make_point(market), await make_point(market, "P2")
    first, second, *_ = await make_slots(market, mode=DeliveryMode.PICKUP, pickup_point_id=here.id)
    [elsewhere, *_] = await make_slots(market, mode=DeliveryMode.PICKUP, pickup_point_id=there.id)
    order = await booked(customer, first)
    assert codes(await ask(api, order, customer, slotId=named(elsewhere))) == ["SLOT_WRONG"]
    assert codes(await ask(api, order, customer, slotId=named(second))) == []
    assert (await taken(first), await taken(second), await taken(elsewhere)) == (0, 1, 0)


async def test_a_service_keeps_having_a_slot(api: Api, market: Market, customer: Viewer) -> None:
    await make_region(market, "*", modes=[DeliveryMode.SERVICE])
    first, second, *_ = await make_slots(market, mode=DeliveryMode.SERVICE)
    order = await booked(customer, first, products={await make_product(is_service=True): 1})
    assert codes(await ask(api, order, customer, slotId=None)) == ["SLOT_REQUIRED"]
    assert codes(await ask(api, order, customer, slotId=named(second))) == []
    assert (await taken(first), await taken(second)) == (0, 1)


async def test_who_may_change_the_slot_and_until_when(
    api: Api, market: Market, customer: Viewer, other_customer: Viewer, staff: Staff, the_market: Viewer
) -> None:
    first, second, *_ = await make_slots(market)
    order = await booked(customer, first)
    assert codes(await ask_only(api, order, other_customer, second)) == ["NOT_FOUND"]
    assert codes(await ask_only(api, order, await staff(Role.WAREHOUSE_PICKER), second)) == ["FORBIDDEN"]
    assert codes(await ask_only(api, order, await staff(Role.SERVICE_AGENT), second)) == []
    await ship(the_market, order)
    [told] = [one for one in possibilities(customer, await Order.get(id=order.id)) if one.action == Action.CHANGE_SLOT]
    assert told.refusal is not None
    assert codes(await ask(api, order, customer, slotId=named(first))) == [told.refusal.code] == ["TOO_LATE_TO_CHANGE"]
    assert (await taken(first), await taken(second)) == (0, 1)


async def ask_only(api: Api, order: Order, viewer: Viewer, slot: DeliverySlot) -> dict[str, Any]:
    asked = {"orderId": public("Order", order.id), "idempotencyKey": ids.token(), "slotId": named(slot)}
    answer: dict[str, Any] = (await api(ASK, as_=viewer, input=asked))["orderChange"]
    return answer


# ------------------------------------------------------------------------------------------------ a change that waits


async def test_a_change_that_waits_for_money_holds_the_new_place_beside_the_old_one(
    api: Api, market: Market, customer: Viewer, other_customer: Viewer
) -> None:
    first, second, *_ = await make_slots(market)
    order = await booked(customer, first)
    wish = {"slotId": named(second), "add": [await changes.add(await make_product())]}
    answer = await changes.ask(api, order, customer, **wish)
    assert answer["change"]["state"] == "AWAITING_PAYMENT"
    assert (await taken(first), await taken(second)) == (1, 1)
    assert (await delivery_of(order)).slot_id == first.id
    other = await place_order(other_customer, await make_product())
    assert codes(await ask(api, other, other_customer, slotId=named(second))) == ["SLOT_FULL"]
    await changes.pay_difference(api, answer["change"]["id"], customer)
    assert ((await delivery_of(order)).slot_id, await taken(first), await taken(second)) == (second.id, 0, 1)
    await lifecycle.cancel(customer, order.id, reason=CancelReason.OTHER)
    assert (await taken(first), await taken(second)) == (0, 0)


@pytest.mark.parametrize("end", ["expires", "is given up", "its order is canceled", "its order is shipped"])
async def test_a_change_that_comes_to_nothing_gives_its_place_back(
    api: Api, market: Market, customer: Viewer, the_market: Viewer, end: str
) -> None:
    first, second, *_ = await make_slots(market)
    order = await booked(customer, first)
    wish = {"slotId": named(second), "add": [await changes.add(await make_product())]}
    change = (await changes.ask(api, order, customer, **wish))["change"]["id"]
    started = await changes.start_paying(api, change, customer)
    if end == "expires":
        await later(market, minutes=31)
    elif end == "is given up":
        for _ in range(2):
            await api(changes.GIVE_UP, as_=customer, input={"changeId": change})
    elif end == "its order is canceled":
        await lifecycle.cancel(customer, order.id, reason=CancelReason.OTHER)
        await run(market)
    else:
        await ship(the_market, order)
    if end != "expires":  # the provider takes nothing any more
        await changes.at_simulator(customer, started["payment"]["id"])
    assert (await changes.the_change()).state != ChangeState.APPLIED
    assert await taken(second) == 0
    assert await taken(first) == (0 if end == "its order is canceled" else 1)


# ---------------------------------------------------------------------------------------------------------- the address


async def test_a_new_address_needs_a_slot_of_its_own_place(api: Api, market: Market, customer: Viewer) -> None:
    [here, *_] = await make_slots(market)
    [there, *_] = await make_slots(market, city="崇明")
    order = await booked(customer, here)
    moved = {"destination": {"address": {**IN_SHANGHAI, "city": "崇明"}}}
    answer = await ask(api, order, customer, **moved)
    [error] = answer["userErrors"]
    assert (error["code"], error["path"], error["slot"]["id"]) == ("SLOT_ELSEWHERE", ["slotId"], named(here))
    assert codes(await ask(api, order, customer, **moved, slotId=named(here))) == ["SLOT_ELSEWHERE"]
    assert (await Order.get(id=order.id)).address["city"] == "上海市"
    assert codes(await ask(api, order, customer, **moved, slotId=named(there))) == []
    assert (await Order.get(id=order.id)).address["city"] == "崇明"
    assert (await taken(here), await taken(there)) == (0, 1)
    back = {"destination": {"address": IN_SHANGHAI}, "slotId": None}
    assert codes(await ask(api, order, customer, **back)) == []
    assert (await taken(there), (await delivery_of(order)).slot_id) == (0, None)


async def test_another_street_of_the_same_city_keeps_the_slot(api: Api, market: Market, customer: Viewer) -> None:
    [slot, *_] = await make_slots(market)
    order = await booked(customer, slot)
    assert codes(await ask(api, order, customer, destination={"address": {**IN_SHANGHAI, "city": "上海"}})) == []
    assert ((await delivery_of(order)).slot_id, await taken(slot)) == (slot.id, 1)


@pytest.mark.parametrize("is_paid", [True, False])
async def test_goods_that_cannot_go_to_the_new_address_are_named_with_the_ways_that_work(
    api: Api, market: Market, customer: Viewer, is_paid: bool
) -> None:
    milk, glass = await make_product(cold_chain=True), await make_product(fragile=True)
    bread = await make_product()
    goods = {milk: 1, glass: 1, bread: 1}
    order = await make_paid(customer, goods) if is_paid else await place_order(customer, goods)
    await make_region(market, "崇明", cold_chain=False, fragile=False)
    wish = {"destination": {"address": {**IN_SHANGHAI, "city": "崇明"}}}
    answer = await ask(api, order, customer, **wish)
    told = [(error["code"], error["path"], error["obstacle"], error["waysOut"]) for error in answer["userErrors"]]
    assert told == [
        ("CANNOT_BE_DELIVERED", ["destination"], "COLD_CHAIN", []),
        ("CANNOT_BE_DELIVERED", ["destination"], "FRAGILE", ["PICKUP"]),
    ]
    assert [error["variant"]["id"] for error in answer["userErrors"]] == [
        public("Variant", (await variant_of(product)).id) for product in (milk, glass)
    ]
    assert (await Order.get(id=order.id)).address["city"] == "上海市"
    first, second, _ = await lines_of(order)
    taken_out = [changes.remove(first), changes.remove(second)]
    assert codes(await ask(api, order, customer, **wish, remove=taken_out)) == [], "what is taken out goes nowhere"


async def test_a_city_that_is_not_served_is_refused_for_every_line(api: Api, market: Market, customer: Viewer) -> None:
    order = await make_paid(customer, {await make_product(): 1, await make_product(): 1})
    await make_region(market, "崇明", delivers=False)
    answer = await ask(api, order, customer, destination={"address": {**IN_SHANGHAI, "city": "崇明"}})
    assert [error["obstacle"] for error in answer["userErrors"]] == ["REGION", "REGION"]


async def test_added_goods_are_held_to_the_rules_of_the_place(api: Api, market: Market, customer: Viewer) -> None:
    order = await make_paid(customer)
    await make_region(market, "*", cold_chain=False)
    milk, haircut = await make_product(cold_chain=True), await make_product(is_service=True)
    added = [await changes.add(await make_product()), await changes.add(milk), await changes.add(haircut)]
    answer = await ask(api, order, customer, add=added)
    told = [(error["path"], error["obstacle"]) for error in answer["userErrors"]]
    assert told == [(["add", "1"], "COLD_CHAIN"), (["add", "2"], "SERVICE")]
    assert len(await lines_of(order)) == 1


async def test_an_order_that_is_brought_cannot_become_one_that_is_collected(
    api: Api, market: Market, customer: Viewer
) -> None:
    order = await make_paid(customer)
    counter = {"pickupPointId": public("PickupPoint", (await make_point(market)).id)}
    where = {"pickup": {**counter, "recipient": "林晓雨", "phone": "13800138000"}}
    answer = await changes.ask(api, order, customer, destination=where)
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("MODE_STAYS", ["destination", "pickup"])
    ]


async def test_what_was_promised_follows_the_address(api: Api, market: Market, customer: Viewer) -> None:
    order = await make_paid(customer)
    before = await delivery_of(order)
    await make_tariff("浙江省", first_fee=800)
    await make_region(market, "*", province="浙江省", days_min=8, days_max=9)
    assert codes(await ask(api, order, customer, destination={"address": changes.HANGZHOU})) == []
    after = await delivery_of(order)
    assert (after.days_min, after.days_max) == (10, 11), "two more from a warehouse of another province"
    assert before.promised_until is not None
    assert after.promised_from is not None
    assert after.promised_from > before.promised_until - timedelta(hours=24)

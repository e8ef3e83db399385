"""Making one order of several: goods, stock and money move together, and what shipping it saves goes back."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from domain.access import Viewer
from domain.delivery.deliveries import Way
from domain.market import Market
from domain.orders import lifecycle
from jobs.registry import HANDLERS
from jobs.runner import run_due
from kit import ids
from models.customers import Role
from models.delivery import DeliveryMode
from models.inventory import Reservation, ReservationState
from models.orders import CancelReason, Order, OrderState
from models.payments import JournalEntry, Payment
from models.promotions import Coupon
from tests.api import Api
from tests.factories import changes
from tests.factories.catalog import make_product, variant_of
from tests.factories.delivery import delivery_of, make_region, make_slots, taken
from tests.factories.fulfillment import lines_of, make_paid, ship
from tests.factories.inventory import counts
from tests.factories.orders import place_order
from tests.factories.payments import pay, start_payment
from tests.factories.promotions import make_coupon

Staff = Callable[..., Awaitable[Viewer]]
MERGE = """mutation ($input: OrderMergeInput!) { orderMerge(input: $input) {
  order { id total { minorUnits } captured { minorUnits } }
  merged { number state cancelReason mergedInto { id } } userErrors { code message } } }"""
PREVIEW = """mutation ($input: OrderMergePreviewInput!) { orderMergePreview(input: $input) {
  plan { into { id } merged { id } total { minorUnits } shippingBefore { minorUnits } refund { minorUnits }
    saved { minorUnits } slot { id } } userErrors { code } } }"""


def public(orders: Sequence[Order]) -> list[str]:
    return [ids.to_public("Order", order.id) for order in orders]


async def merge(api: Api, viewer: Viewer, *orders: Order, key: str = "") -> dict[str, Any]:
    wish = {"orderIds": public(orders), "idempotencyKey": key or ids.token()}
    answer: dict[str, Any] = (await api(MERGE, as_=viewer, input=wish))["orderMerge"]
    await run_due(viewer.market, HANDLERS)
    return answer


async def look(api: Api, viewer: Viewer, *orders: Order) -> dict[str, Any]:
    answer: dict[str, Any] = (await api(PREVIEW, as_=viewer, input={"orderIds": public(orders)}))["orderMergePreview"]
    return answer


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["code"] for error in answer["userErrors"]]


async def test_paid_orders_become_one_and_what_shipping_it_saves_goes_back(
    api: Api, customer: Viewer, the_market: Viewer
) -> None:
    apples, pears = await make_product(price=2000), await make_product(price=3000)
    first, second = await make_paid(customer, {apples: 1}), await make_paid(customer, {pears: 1})
    looked = await look(api, customer, second, first)
    assert looked["plan"] == {
        "into": {"id": ids.to_public("Order", first.id)},
        "merged": [{"id": ids.to_public("Order", second.id)}],
        "total": {"minorUnits": 5800},
        "shippingBefore": {"minorUnits": 1600},
        "refund": {"minorUnits": 800},
        "saved": {"minorUnits": 800},
        "slot": None,
    }
    answer = await merge(api, customer, second, first)
    assert answer["userErrors"] == []
    assert answer["merged"] == [
        {
            "number": second.number,
            "state": "CANCELED",
            "cancelReason": "MERGED",
            "mergedInto": {"id": ids.to_public("Order", first.id)},
        }
    ]
    one, gone = await Order.get(id=first.id), await Order.get(id=second.id)
    assert (one.total, one.captured, one.refunded, one.shipping_refunded) == (6600, 6600, 800, 800)
    assert (gone.total, gone.captured, gone.refunded) == (0, 0, 0)
    assert [line.total for line in await lines_of(one)] == [2000, 3000]
    assert await Reservation.filter(order_id=one.id, state=ReservationState.HELD).count() == 2
    assert await Payment.filter(order_id=one.id).count() == 2
    kinds = {entry.reference: entry.order_id for entry in await JournalEntry.filter(kind="transfer")}
    assert kinds == {f"transfer_out:{second.id}": second.id, f"transfer_in:{second.id}": first.id}
    await ship(the_market, one)
    received = await lifecycle.confirm_receipt(customer, one.id)
    await run_due(customer.market, HANDLERS)
    assert received.state == OrderState.RECEIVED


async def test_a_merged_order_is_canceled_and_refunded_as_one(api: Api, customer: Viewer) -> None:
    apples, pears = await make_product(price=2000), await make_product(price=3000)
    first, second = await make_paid(customer, {apples: 2}), await make_paid(customer, {pears: 1})
    await merge(api, customer, first, second)
    await lifecycle.cancel(customer, first.id, reason=CancelReason.CHANGED_MIND)
    await run_due(customer.market, HANDLERS)
    one = await Order.get(id=first.id)
    assert one.refunded == one.captured == first.total + second.total
    assert [payment.captured - payment.refunded for payment in await Payment.all()] == [0, 0]
    assert await counts(await variant_of(apples)) == (10, 0)


async def test_merged_orders_keep_the_refunds_and_changes_that_they_had(api: Api, customer: Viewer) -> None:
    apples, pears = await make_product(price=2000), await make_product(price=3000)
    first, second = await make_paid(customer, {apples: 1}), await make_paid(customer, {pears: 2})
    [line] = await lines_of(second)
    await changes.cancel_lines(api, second, customer, changes.remove(line))
    await run_due(customer.market, HANDLERS)
    added = await changes.ask(api, second, customer, add=[await changes.add(apples)])
    await changes.pay_difference(api, added["change"]["id"], customer)
    before = await Order.get(id=second.id)
    assert (before.captured, before.refunded) == (second.total + 2000, 3000)
    await merge(api, customer, first, second)
    one = await Order.get(id=first.id)
    assert (one.captured, one.refunded) == (first.total + before.captured, 3000 + 600)
    assert [line.quantity - line.canceled for line in await lines_of(one)] == [1, 1, 1]


async def test_unpaid_orders_become_one_that_is_paid_at_once(api: Api, customer: Viewer) -> None:
    await make_coupon(amount_off=500, threshold=1000)
    apples, pears = await make_product(price=2000), await make_product(price=3000)
    first = await place_order(customer, {apples: 1})
    second = await place_order(customer, {pears: 1}, coupon_code="TEN")
    old = await start_payment(customer.market, first)
    looked = await look(api, customer, first, second)
    assert looked["plan"]["total"] == {"minorUnits": 5300}
    assert looked["plan"]["refund"] == {"minorUnits": 0}
    answer = await merge(api, customer, first, second)
    assert answer["order"]["total"] == {"minorUnits": 5300}
    await changes.at_simulator(customer, ids.to_public("Payment", old.id))
    one = await Order.get(id=first.id)
    assert (one.state, one.captured, one.refunded) == (OrderState.PENDING_PAYMENT, 2800, 2800), "the old amount"
    await pay(customer.market, one)
    assert (await Order.get(id=first.id)).state == OrderState.PAID
    await lifecycle.cancel(customer, first.id, reason=CancelReason.OTHER)
    assert (await Coupon.get(code="TEN")).used == 0


async def test_the_same_key_merges_once(api: Api, customer: Viewer) -> None:
    first, second = await make_paid(customer), await make_paid(customer)
    one = await merge(api, customer, first, second, key="k")
    again = await merge(api, customer, first, second, key="k")
    assert one == again
    assert codes(await merge(api, customer, first, second)) == ["MERGE_TOO_LATE"]


async def test_orders_that_differ_stay_apart(api: Api, customer: Viewer, the_market: Viewer) -> None:
    first = await make_paid(customer)
    unpaid = await place_order(customer, await make_product())
    elsewhere = await make_paid(customer)
    await changes.ask(api, elsewhere, customer, destination={"address": {**changes.HANGZHOU, "province": "上海市"}})
    shipped = await make_paid(customer)
    await ship(the_market, shipped)
    for other, code in ((unpaid, "MERGE_DIFFERENT"), (elsewhere, "MERGE_DIFFERENT"), (shipped, "MERGE_TOO_LATE")):
        assert code in codes(await look(api, customer, first, other))
        assert code in codes(await merge(api, customer, first, other))
    assert len(await lines_of(first)) == 1


async def test_one_order_is_not_merged_with_itself(api: Api, customer: Viewer) -> None:
    first = await make_paid(customer)
    assert codes(await merge(api, customer, first, first)) == ["OUT_OF_RANGE"]


async def test_who_may_merge(api: Api, customer: Viewer, other_customer: Viewer, staff: Staff) -> None:
    first, second = await make_paid(customer), await make_paid(customer)
    theirs = await make_paid(other_customer)
    assert codes(await merge(api, other_customer, first, second)) == ["NOT_FOUND"]
    assert set(codes(await merge(api, customer, first, theirs))) == {"NOT_FOUND"}
    assert codes(await merge(api, await staff(Role.WAREHOUSE_PICKER), first, second)) == ["FORBIDDEN"]
    agent = await staff(Role.SERVICE_AGENT)
    assert "MERGE_DIFFERENT" in codes(await merge(api, agent, first, theirs))
    assert codes(await merge(api, agent, first, second)) == []


async def test_the_one_order_keeps_its_time_slot_and_the_others_are_free(
    api: Api, market: Market, customer: Viewer
) -> None:
    first, second, *_ = await make_slots(market)
    orders = [await make_paid(customer, way=Way(DeliveryMode.HOME, slot.id)) for slot in (first, second)]
    looked = await look(api, customer, *orders)
    assert looked["plan"]["slot"] == {"id": ids.to_public("DeliverySlot", first.id)}
    assert (await taken(first), await taken(second)) == (1, 1)
    assert codes(await merge(api, customer, *orders)) == []
    assert (await taken(first), await taken(second)) == (1, 0)
    assert (await delivery_of(orders[0])).slot_id == first.id
    assert not (await delivery_of(orders[1])).slot_held


async def test_an_order_without_a_time_slot_takes_over_that_of_the_next(
    api: Api, market: Market, customer: Viewer
) -> None:
    first, second, *_ = await make_slots(market)
    orders = [await make_paid(customer)]
    orders += [await make_paid(customer, way=Way(DeliveryMode.HOME, slot.id)) for slot in (first, second)]
    looked = await look(api, customer, *orders)
    assert looked["plan"]["slot"] == {"id": ids.to_public("DeliverySlot", first.id)}
    assert codes(await merge(api, customer, *orders)) == []
    kept = await delivery_of(orders[0])
    assert (kept.slot_id, kept.slot_held, kept.slot_starts_at) == (first.id, True, first.starts_at)
    assert (await taken(first), await taken(second)) == (1, 0)
    await lifecycle.cancel(customer, orders[0].id, reason=CancelReason.OTHER)
    assert (await taken(first), await taken(second)) == (0, 0)


async def test_only_what_a_carrier_brings_to_the_door_is_merged(api: Api, market: Market, customer: Viewer) -> None:
    await make_region(market, "*", modes=[DeliveryMode.HOME, DeliveryMode.COURIER])
    brought = await make_paid(customer)
    ridden = [await make_paid(customer, way=Way(DeliveryMode.COURIER)) for _ in range(2)]
    for orders in ([brought, ridden[0]], ridden):
        looked, answer = await look(api, customer, *orders), await merge(api, customer, *orders)
        assert set(codes(looked)) == set(codes(answer)) == {"MERGE_HOME_ONLY"}
        assert ridden[0].number in answer["userErrors"][0]["message"]


@pytest.mark.parametrize("how_many", [2, 4])
async def test_an_order_names_those_that_it_could_be_merged_with(api: Api, customer: Viewer, how_many: int) -> None:
    orders = [await make_paid(customer) for _ in range(how_many)]
    await place_order(customer, await make_product())
    document = "query ($id: ID!) { order(id: $id) { mergeableWith { number } } }"
    seen = await api(document, as_=customer, id=public(orders)[0])
    assert [one["number"] for one in seen["order"]["mergeableWith"]] == [order.number for order in orders[1:]]

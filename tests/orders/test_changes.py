"""Changing an order after it was placed, through the API: what it costs, what goes back, who may, and until when."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from domain.access import Viewer
from domain.fulfillment.loads import Chosen
from domain.inventory import stock
from domain.orders import lifecycle, shortages
from jobs import sweeps
from jobs.registry import HANDLERS
from jobs.runner import run_due
from kit import clock, ids
from kit.errors import Refused
from models.customers import Role
from models.inventory import Reservation, ReservationState
from models.jobs import Timer
from models.orders import CancelReason, ChangeState, Order, OrderLine, OrderState, ReviewState
from models.outbox import Event
from models.payments import Payment, PaymentPurpose, PaymentState, Refund
from models.promotions import Coupon
from models.shortages import ShortageChoice
from tests.api import Api
from tests.factories import changes
from tests.factories.catalog import make_product, variant_of
from tests.factories.fulfillment import lines_of, make_paid, ship
from tests.factories.inventory import counts
from tests.factories.orders import make_tariff, place_order
from tests.factories.payments import pay, start_payment
from tests.factories.promotions import make_coupon
from tests.factories.shortages import break_units

Staff = Callable[..., Awaitable[Viewer]]


async def run(viewer: Viewer) -> None:
    await run_due(viewer.market, HANDLERS)


def codes(answer: dict[str, list[dict[str, object]]]) -> list[object]:
    return [error["code"] for error in answer["userErrors"]]


# ---------------------------------------------------------------------------------------------------- paid orders


async def test_contacts_and_note_of_a_paid_order_change_at_once_and_cost_nothing(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    wish = {"contactPhone": "13911112222", "contactEmail": "New@Example.com", "note": " ring twice "}
    answer = await changes.ask(api, order, customer, **wish)
    assert answer["userErrors"] == []
    assert answer["change"]["state"] == "APPLIED"
    assert changes.figures(answer["change"]) == (0, 0, 0, 0, order.total, order.total)
    changed = await Order.get(id=order.id)
    assert (changed.contact_phone, changed.contact_email, changed.note) == (
        "+8613911112222",
        "new@example.com",
        "ring twice",
    )
    assert changed.contact_phone_hash != order.contact_phone_hash
    event = await Event.filter(stream_id=order.id, kind="order.changed").get()
    assert event.data["fields"] == ["contact_email", "contact_phone", "note"]


async def test_an_address_in_the_same_province_costs_nothing(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    wish = {**changes.HANGZHOU, "province": "上海市", "city": "上海市", "street": "外滩 9 号"}
    answer = await changes.ask(api, order, customer, destination={"address": wish})
    assert answer["change"]["state"] == "APPLIED"
    assert (await Order.get(id=order.id)).address["street"] == "外滩 9 号"


async def test_a_dearer_province_has_to_be_paid_before_the_address_changes(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    await make_tariff("浙江省", first_fee=1500)
    answer = await changes.ask(api, order, customer, destination={"address": changes.HANGZHOU})
    assert answer["change"]["state"] == "AWAITING_PAYMENT"
    assert changes.figures(answer["change"]) == (700, 0, 0, 700, order.total, order.total + 700)
    assert (await Order.get(id=order.id)).province == "上海市"
    await changes.pay_difference(api, answer["change"]["id"], customer)
    changed = await Order.get(id=order.id)
    assert (changed.province, changed.address["city"]) == ("浙江省", "杭州市")
    assert (changed.shipping, changed.total, changed.captured) == (1500, order.total + 700, order.total + 700)
    assert sum(int(str(entry["amount"])) for entry in changed.adjustments) == changed.total - changed.subtotal
    assert changed.change_pay_by is None


async def test_a_cheaper_province_gives_shipping_back_and_a_dearer_one_later_is_paid_again(
    api: Api, customer: Viewer
) -> None:
    order = await make_paid(customer)
    await make_tariff("浙江省", first_fee=300)
    answer = await changes.ask(api, order, customer, destination={"address": changes.HANGZHOU})
    assert answer["change"]["state"] == "APPLIED"
    assert changes.figures(answer["change"]) == (0, 500, 500, -500, order.total, order.total)
    await run(customer)
    changed = await Order.get(id=order.id)
    assert (changed.refunded, changed.shipping_refunded, changed.total) == (500, 500, order.total)
    back = {**changes.HANGZHOU, "province": "上海市", "city": "上海市"}
    answer = await changes.ask(api, order, customer, destination={"address": back})
    assert changes.figures(answer["change"])[0] == 500


async def test_removed_units_of_a_paid_order_are_refunded_with_their_share_of_the_coupon(
    api: Api, customer: Viewer
) -> None:
    await make_coupon(amount_off=1000)
    apples, pears = await make_product(price=3000), await make_product(price=1000)
    order = await make_paid(customer, {apples: 3, pears: 1}, coupon_code="TEN")
    line = (await lines_of(order))[0]
    assert (line.total, line.discount) == (8100, 900)
    looked = await changes.look(api, order, customer, remove=[changes.remove(line, 2)])
    answer = await changes.ask(api, order, customer, remove=[changes.remove(line, 2)])
    assert changes.figures(looked["plan"]) == changes.figures(answer["change"])
    assert changes.figures(answer["change"]) == (0, 5400, 0, -5400, order.total, order.total)
    assert answer["change"]["state"] == "APPLIED"
    await run(customer)
    line = (await lines_of(order))[0]
    assert (line.canceled, line.refunded, line.refunded_amount) == (2, 2, 5400)
    assert (await Order.get(id=order.id)).refunded == 5400
    assert await counts(await variant_of(apples)) == (10, 1)


async def test_added_goods_of_a_paid_order_are_held_at_once_and_join_it_when_they_are_paid(
    api: Api, customer: Viewer
) -> None:
    order = await make_paid(customer)
    pears = await make_product(price=1200, stock={"SH": 3})
    wish = {"add": [await changes.add(pears, 2)]}
    looked = await changes.look(api, order, customer, **wish)
    answer = await changes.ask(api, order, customer, **wish)
    assert looked["plan"]["added"][0]["total"]["minorUnits"] == 2400
    assert changes.figures(answer["change"]) == changes.figures(looked["plan"])
    assert changes.figures(answer["change"])[0] == 2600, "2400 of goods, 200 for the second kilogram"
    assert await stock.available([(await variant_of(pears)).id]) == {(await variant_of(pears)).id: 1}
    assert len(await lines_of(order)) == 1
    await changes.pay_difference(api, answer["change"]["id"], customer)
    [_, line] = await lines_of(order)
    assert (line.variant_id, line.quantity, line.total) == ((await variant_of(pears)).id, 2, 2400)
    held = await Reservation.get(order_line_id=line.id)
    assert (held.order_id, held.quantity, held.state) == (order.id, 2, ReservationState.HELD)
    changed = await Order.get(id=order.id)
    assert changed.total == changed.captured == order.total + 2600
    assert (await Payment.get(purpose=PaymentPurpose.DIFFERENCE)).amount == 2600


async def test_added_goods_are_shipped_and_refunded_like_all_others(
    api: Api, customer: Viewer, the_market: Viewer
) -> None:
    order = await make_paid(customer)
    answer = await changes.ask(api, order, customer, add=[await changes.add(await make_product(), 1)])
    await changes.pay_difference(api, answer["change"]["id"], customer)
    [_, line] = await lines_of(order)
    await changes.cancel_lines(api, order, customer, changes.remove(line))
    await run(customer)
    changed = await Order.get(id=order.id)
    assert (changed.refunded, changed.state) == (line.total, OrderState.PAID)
    await ship(the_market, changed)
    assert (await Order.get(id=order.id)).state == OrderState.SHIPPED


async def test_one_call_changes_everything_or_nothing(api: Api, customer: Viewer) -> None:
    apples, pears, plums = [await make_product(price=2000) for _ in range(3)]
    order = await make_paid(customer, {apples: 2, pears: 1})
    first, _ = await lines_of(order)
    wish = {
        "note": "all of it",
        "remove": [changes.remove(first)],
        "add": [await changes.add(plums, 1)],
        "destination": {"address": {**changes.HANGZHOU, "province": "上海市"}},
    }
    answer = await changes.ask(api, order, customer, **{**wish, "remove": [changes.remove(first, 3)]})
    assert answer["userErrors"] == [{"code": "MORE_THAN_OPEN", "path": ["remove", "0", "quantity"]}]
    assert (await Order.get(id=order.id)).note == ""
    answer = await changes.ask(api, order, customer, **wish)
    assert changes.figures(answer["change"]) == (2000, 2000, 0, 0, order.total, order.total + 2000)
    assert (await Order.get(id=order.id)).note == "", "it waits for its money"
    await changes.pay_difference(api, answer["change"]["id"], customer)
    changed = await Order.get(id=order.id)
    assert (changed.note, changed.address["city"]) == ("all of it", "杭州市")
    assert [(line.quantity, line.canceled) for line in await lines_of(order)] == [(2, 1), (1, 0), (1, 0)]
    assert (changed.captured, changed.refunded) == (order.total + 2000, 2000)


async def test_a_difference_that_is_not_paid_in_time_gives_the_goods_back(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    pears = await make_product(stock={"SH": 3})
    answer = await changes.ask(api, order, customer, add=[await changes.add(pears, 3)])
    started = await changes.start_paying(api, answer["change"]["id"], customer)
    clock.set_offset(timedelta(minutes=30, seconds=1))
    await run(customer)
    assert (await changes.the_change()).state == ChangeState.EXPIRED
    assert await counts(await variant_of(pears)) == (3, 0)
    assert (await Payment.get(id=ids.key_of("Payment", started["payment"]["id"]))).state == PaymentState.EXPIRED
    changed = await Order.get(id=order.id)
    assert (changed.change_pay_by, changed.total, changed.state) == (None, order.total, OrderState.PAID)


async def test_a_difference_that_comes_after_its_time_goes_back(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    answer = await changes.ask(api, order, customer, add=[await changes.add(await make_product())])
    started = await changes.start_paying(api, answer["change"]["id"], customer)
    await api(changes.GIVE_UP, as_=customer, input={"changeId": answer["change"]["id"]})
    await changes.at_simulator(customer, started["payment"]["id"])
    changed = await Order.get(id=order.id)
    assert changed.captured - changed.refunded == order.total == changed.total
    assert (await changes.the_change()).state == ChangeState.CANCELED
    assert len(await lines_of(order)) == 1


async def test_a_difference_paid_twice_is_kept_once(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    answer = await changes.ask(api, order, customer, add=[await changes.add(await make_product())])
    started = [await changes.start_paying(api, answer["change"]["id"], customer) for _ in range(2)]
    for one in started:
        await changes.at_simulator(customer, one["payment"]["id"])
    changed = await Order.get(id=order.id)
    assert changed.captured - changed.refunded == changed.total > order.total
    assert len(await lines_of(order)) == 2


async def test_the_same_key_gives_the_same_attempt_after_it_was_paid(api: Api, customer: Viewer) -> None:
    tea, more = await make_product(), await make_product()
    answer = await changes.ask(api, await make_paid(customer, {tea: 1}), customer, add=[await changes.add(more)])
    first = await changes.start_paying(api, answer["change"]["id"], customer, key="k")
    await changes.at_simulator(customer, first["payment"]["id"])
    again = await changes.start_paying(api, answer["change"]["id"], customer, key="k")
    assert (again["userErrors"], again["payment"]["id"]) == ([], first["payment"]["id"])
    other = await changes.start_paying(api, answer["change"]["id"], customer, key="another")
    assert codes(other) == ["CHANGE_NOT_WAITING"]


async def test_a_difference_for_an_order_that_left_meanwhile_goes_back(
    api: Api, customer: Viewer, the_market: Viewer
) -> None:
    order = await make_paid(customer)
    pears = await make_product(stock={"SH": 3})
    answer = await changes.ask(api, order, customer, add=[await changes.add(pears, 3)])
    started = await changes.start_paying(api, answer["change"]["id"], customer)
    await ship(the_market, order)
    await changes.at_simulator(customer, started["payment"]["id"])
    change = await changes.the_change()
    assert (change.state, change.refusal) == (ChangeState.REJECTED, "TOO_LATE_TO_CHANGE")
    assert await counts(await variant_of(pears)) == (3, 0)
    changed = await Order.get(id=order.id)
    assert changed.captured - changed.refunded == order.total == changed.total


async def test_canceling_an_order_ends_the_change_that_waits(api: Api, customer: Viewer) -> None:

    order = await make_paid(customer)
    pears = await make_product(stock={"SH": 3})
    answer = await changes.ask(api, order, customer, add=[await changes.add(pears, 3)])
    started = await changes.start_paying(api, answer["change"]["id"], customer)
    await lifecycle.cancel(customer, order.id, reason=CancelReason.OTHER)
    await run(customer)
    assert (await changes.the_change()).state == ChangeState.REJECTED
    assert await counts(await variant_of(pears)) == (3, 0)
    await changes.at_simulator(customer, started["payment"]["id"])
    changed = await Order.get(id=order.id)
    assert changed.refunded == changed.captured == order.total + (await changes.the_change()).to_pay


async def test_an_order_whose_goods_are_all_taken_out_ends_the_change_that_waits(api: Api, customer: Viewer) -> None:
    tea, more = await make_product(stock={"SH": 5}), await make_product(stock={"SH": 5})
    order = await make_paid(customer, {tea: 1})
    answer = await changes.ask(api, order, customer, add=[await changes.add(more)])
    assert answer["change"]["state"] == "AWAITING_PAYMENT"
    await break_units(customer, await variant_of(tea), 5)
    await shortages.choose(customer, order.id, ShortageChoice.CANCEL_MISSING)
    await run(customer)
    assert (await Order.get(id=order.id)).state == OrderState.CANCELED
    change = await changes.the_change()
    assert (change.state, change.refusal) == (ChangeState.REJECTED, "ORDER_ALREADY_CANCELED")
    assert await counts(await variant_of(more)) == (5, 0)


async def test_goods_that_break_while_a_change_waits_for_its_money_end_the_change_and_no_paid_order(
    api: Api, customer: Viewer, other_customer: Viewer
) -> None:
    tea, more = await make_product(stock={"SH": 5}), await make_product(stock={"SH": 3})
    await make_paid(other_customer, {more: 1})
    answer = await changes.ask(api, await make_paid(customer, {tea: 1}), customer, add=[await changes.add(more, 2)])
    assert answer["change"]["state"] == "AWAITING_PAYMENT"
    await break_units(customer, await variant_of(more), 1)
    change = await changes.the_change()
    assert (change.state, change.refusal) == (ChangeState.REJECTED, "INSUFFICIENT_STOCK")
    assert await counts(await variant_of(more)) == (2, 1)
    with pytest.raises(Refused, match="OUT_OF_RANGE"):
        await break_units(customer, await variant_of(more), 3)


async def test_a_change_whose_timer_was_lost_gives_its_goods_back(api: Api, customer: Viewer) -> None:
    tea, more = await make_product(stock={"SH": 5}), await make_product(stock={"SH": 5})
    await changes.ask(api, await make_paid(customer, {tea: 1}), customer, add=[await changes.add(more)])
    await Timer.filter(kind="order.expire_change").delete()
    clock.set_offset(clock.offset() + timedelta(hours=2))
    await sweeps.end_forgotten_holds(customer.market)
    assert (await changes.the_change()).state == ChangeState.EXPIRED
    assert await counts(await variant_of(more)) == (5, 0)


async def test_one_change_waits_at_a_time(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    wish = {"add": [await changes.add(await make_product())]}
    first = await changes.ask(api, order, customer, **wish)
    second = await changes.ask(api, order, customer, note="and this")
    assert codes(second) == ["CHANGE_AWAITS_PAYMENT"]
    assert second["userErrors"][0]["payBy"] == first["change"]["payBy"]
    await api(changes.GIVE_UP, as_=customer, input={"changeId": first["change"]["id"]})
    assert codes(await changes.ask(api, order, customer, note="and this")) == []


# -------------------------------------------------------------------------------------------------- unpaid orders


async def test_an_unpaid_order_is_priced_anew_and_its_stock_follows(api: Api, customer: Viewer) -> None:
    apples, pears = await make_product(price=2000), await make_product(price=500)
    order = await place_order(customer, {apples: 3})
    [line] = await lines_of(order)
    wish = {"remove": [changes.remove(line, 1)], "add": [await changes.add(pears, 4), await changes.add(apples, 2)]}
    looked = await changes.look(api, order, customer, **wish)
    answer = await changes.ask(api, order, customer, **wish)
    assert answer["userErrors"] == []
    assert answer["change"]["state"] == "APPLIED"
    assert changes.figures(looked["plan"]) == changes.figures(answer["change"])
    changed = await Order.get(id=order.id)
    assert changed.total == answer["change"]["totalAfter"]["minorUnits"] == 4 * 2000 + 4 * 500 + 0, "free from 99"
    assert [(one.quantity, one.total) for one in await lines_of(order)] == [(4, 8000), (4, 2000)]
    assert await counts(await variant_of(apples)) == (10, 4)
    assert await counts(await variant_of(pears)) == (10, 4)
    await pay(customer.market, changed)
    assert (await Order.get(id=order.id)).state == OrderState.PAID


async def test_a_line_taken_out_of_an_unpaid_order_leaves_no_trace_on_the_bill(api: Api, customer: Viewer) -> None:
    apples, pears = await make_product(price=2000), await make_product(price=500)
    order = await place_order(customer, {apples: 1, pears: 1})
    first, _ = await lines_of(order)
    await changes.ask(api, order, customer, remove=[changes.remove(first)])
    assert [line.total for line in await lines_of(order)] == [500]
    assert (await Order.get(id=order.id)).total == 500 + 800
    assert await counts(await variant_of(apples)) == (10, 0)


async def test_an_unpaid_order_below_the_threshold_of_its_coupon_gives_it_back(api: Api, customer: Viewer) -> None:
    await make_coupon(amount_off=1000, threshold=5000)
    apples = await make_product(price=2000)
    order = await place_order(customer, {apples: 3}, coupon_code="TEN")
    [line] = await lines_of(order)
    looked = await changes.look(api, order, customer, remove=[changes.remove(line)])
    assert [warning["code"] for warning in looked["warnings"]] == ["COUPON_THRESHOLD"]
    assert (await Coupon.get(code="TEN")).used == 1
    await changes.ask(api, order, customer, remove=[changes.remove(line)])
    changed = await Order.get(id=order.id)
    assert (changed.discount, changed.coupon_code, changed.total) == (0, None, 4800)
    assert (await Coupon.get(code="TEN")).used == 0


async def test_an_attempt_over_the_old_amount_is_given_up_and_its_money_goes_back(api: Api, customer: Viewer) -> None:
    apples = await make_product(price=2000)
    order = await place_order(customer, {apples: 2})
    started = await start_payment(customer.market, order)
    [line] = await lines_of(order)
    await changes.ask(api, order, customer, remove=[changes.remove(line)])
    await changes.at_simulator(customer, ids.to_public("Payment", started.id))
    changed = await Order.get(id=order.id)
    assert changed.state == OrderState.PENDING_PAYMENT
    assert changed.captured == changed.refunded == 4800
    assert [refund.reason for refund in await Refund.all()] == ["CLAIM_GONE"]
    await pay(customer.market, changed)
    assert (await Order.get(id=order.id)).state == OrderState.PAID


async def test_goods_that_are_not_there_change_nothing(api: Api, customer: Viewer) -> None:
    pears = await make_product(stock={"SH": 1})
    for order in (await place_order(customer, await make_product()), await make_paid(customer)):
        answer = await changes.ask(api, order, customer, add=[await changes.add(pears, 2)])
        assert answer["userErrors"] == [{"code": "INSUFFICIENT_STOCK", "path": ["add", "0"]}]
        assert (await Order.get(id=order.id)).total == order.total
    assert await counts(await variant_of(pears)) == (1, 0)


# ------------------------------------------------------------------------------------------------------ who and when


async def test_every_problem_of_a_change_is_told_at_once(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    [line] = await lines_of(order)
    pears = await make_product()
    wish = {"add": [await changes.add(pears, 0)], "remove": [changes.remove(line, 9), changes.remove(order, 1)]}
    answer = await changes.ask(api, order, customer, **wish)
    assert sorted(map(str, codes(answer))) == ["MORE_THAN_OPEN", "NOT_FOUND", "OUT_OF_RANGE"]


async def test_what_changes_nothing_is_refused(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    assert codes(await changes.ask(api, order, customer)) == ["NOTHING_TO_CHANGE"]
    assert codes(await changes.ask(api, order, customer, note="")) == ["NOTHING_TO_CHANGE"]


async def test_taking_everything_out_is_a_cancellation(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    [line] = await lines_of(order)
    assert codes(await changes.ask(api, order, customer, remove=[changes.remove(line, 2)])) == ["CANCELS_EVERYTHING"]
    assert codes(await changes.cancel_lines(api, order, customer, changes.remove(line, 2))) == ["CANCELS_EVERYTHING"]


async def test_an_old_version_is_a_conflict(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    answer = await changes.ask(api, order, customer, note="x", expectedVersion=order.version - 1)
    assert codes(answer) == ["VERSION_CONFLICT"]
    assert codes(await changes.ask(api, order, customer, note="x", expectedVersion=order.version)) == []


async def test_the_same_key_changes_once(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    wish = {"add": [await changes.add(await make_product())]}
    first = await changes.ask(api, order, customer, idempotencyKey="one", **wish)
    second = await changes.ask(api, order, customer, idempotencyKey="one", **wish)
    assert first["change"]["id"] == second["change"]["id"]
    assert await Reservation.filter(order_id=(await changes.the_change()).id).count() == 1


@pytest.mark.parametrize("state", [ReviewState.PENDING, ReviewState.CLAIMED])
async def test_an_order_in_review_is_not_changed(api: Api, customer: Viewer, state: ReviewState) -> None:
    order = await make_paid(customer)
    await Order.filter(id=order.id).update(review=state)
    assert codes(await changes.ask(api, order, customer, note="x")) == ["CHANGE_IN_REVIEW"]


async def test_a_shipped_order_is_not_changed_and_a_partly_shipped_one_only_in_contacts(
    api: Api, customer: Viewer, the_market: Viewer
) -> None:
    apples = await make_product()
    order = await make_paid(customer, {apples: 3})
    [line] = await lines_of(order)

    await ship(the_market, order, chosen=(Chosen(line.id, 1),))
    assert codes(await changes.ask(api, order, customer, remove=[changes.remove(line)])) == ["TOO_LATE_TO_CHANGE"]
    address = {"destination": {"address": changes.HANGZHOU}}
    assert codes(await changes.ask(api, order, customer, **address)) == ["TOO_LATE_TO_CHANGE"]
    assert codes(await changes.ask(api, order, customer, note="x")) == []
    answer = await changes.cancel_lines(api, order, customer, changes.remove(line, 2))
    assert (codes(answer), answer["order"]["state"]) == ([], "SHIPPED")
    await run(customer)
    assert (await Order.get(id=order.id)).refunded == 2 * 1990
    assert codes(await changes.ask(api, order, customer, note="y")) == ["TOO_LATE_TO_CHANGE"]


async def test_who_may_change_an_order(api: Api, customer: Viewer, other_customer: Viewer, staff: Staff) -> None:
    order = await make_paid(customer)
    assert codes(await changes.ask(api, order, other_customer, note="x")) == ["NOT_FOUND"]
    for role in (Role.WAREHOUSE_PICKER, Role.FINANCE, Role.ORDER_REVIEWER):
        assert codes(await changes.ask(api, order, await staff(role), note="x")) == ["FORBIDDEN"], role
    for role in (Role.CATALOG_MANAGER, Role.COURIER):
        assert codes(await changes.ask(api, order, await staff(role), note="x")) == ["NOT_FOUND"], role
    assert (await Order.get(id=order.id)).note == ""
    assert codes(await changes.ask(api, order, await staff(Role.SERVICE_AGENT), note="x")) == []
    guest = customer.but(user_id=None, order_id=order.id)
    assert codes(await changes.ask(api, order, guest, note="y")) == [], "the order's own token opens it"


async def test_a_stranger_sees_and_ends_no_change(api: Api, customer: Viewer, other_customer: Viewer) -> None:
    order = await make_paid(customer)
    answer = await changes.ask(api, order, customer, add=[await changes.add(await make_product())])
    key = answer["change"]["id"]
    ended = await api(changes.GIVE_UP, as_=other_customer, input={"changeId": key})
    assert codes(ended["orderChangeCancel"]) == ["NOT_FOUND"]
    assert codes(await changes.start_paying(api, key, other_customer)) == ["NOT_FOUND"]
    seen = await api("query ($id: ID!) { node(id: $id) { id } }", as_=other_customer, id=key)
    assert seen["node"] is None
    assert (await changes.the_change()).state == ChangeState.AWAITING_PAYMENT


async def test_the_buyer_reads_what_was_changed(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    await changes.ask(
        api, order, customer, note="x", destination={"address": {**changes.HANGZHOU, "province": "上海市"}}
    )
    document = """query ($id: ID!) { order(id: $id) { changes {
      state note address { city } addressBefore { city } added { title } removed { quantity } } } }"""
    seen = await api(document, as_=customer, id=ids.to_public("Order", order.id))
    assert seen["order"]["changes"] == [
        {
            "state": "APPLIED",
            "note": "x",
            "address": {"city": "杭州市"},
            "addressBefore": {"city": "上海市"},
            "added": [],
            "removed": [],
        }
    ]


async def test_a_preview_writes_nothing(api: Api, customer: Viewer) -> None:
    order = await make_paid(customer)
    [line] = await lines_of(order)
    await changes.look(
        api, order, customer, remove=[changes.remove(line)], add=[await changes.add(await make_product())]
    )
    assert await Order.get(id=order.id) == order
    assert (await Order.get(id=order.id)).version == order.version
    assert await OrderLine.filter(canceled__gt=0).count() == 0

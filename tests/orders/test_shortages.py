from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from domain.access import Viewer, system
from domain.inventory import bundles, incoming, stock, waiting
from domain.inventory.bundles import Part
from domain.orders import lifecycle, shortages
from domain.orders.history import lock
from kit import clock
from kit.errors import Refused
from models.catalog import Product
from models.customers import Role
from models.database import transaction
from models.inventory import Backorder, Warehouse
from models.notifications import OutgoingMessage
from models.orders import CancelReason, Order, OrderState, Supply
from models.outbox import Event
from models.payments import Refund
from models.shortages import Shortage, ShortageCause, ShortageChoice, ShortageLine, ShortageState
from tests.api import Api
from tests.factories.catalog import make_product, variant_of
from tests.factories.fulfillment import later, lines_of, make_paid, public, run, ship
from tests.factories.inventory import counts
from tests.factories.orders import place_order
from tests.factories.shortages import break_units, make_short, queue_of, receive

MakeStaff = Callable[..., Awaitable[Viewer]]

READ = """query ($id: ID!) { order(id: $id) {
  actions { action allowed reasonCode deadline }
  shortage { id state cause chooseBy defaultChoice choice isDefault promisedFor waitUntil version
    lines { foundMissing missing expectedOn orderLine { id } }
    options { choice allowed reasonCode reason refund { minorUnits } unitsNow expectedOn } } } }"""

CHOOSE = """mutation ($input: ShortageChooseInput!) { shortageChoose(input: $input) {
  shortage { state choice waitUntil options { choice } } order { state refunded { minorUnits } }
  userErrors { code path message ... on VersionConflict { current { id } } } } }"""


async def expect(product: Product, day: date, viewer: Viewer) -> None:
    """A delivery is expected."""
    house, variant = await Warehouse.get(code="SH"), await variant_of(product)
    async with transaction():
        await incoming.expect(
            system(viewer.market), variant_id=variant.id, warehouse_id=house.id, units=50, expected_on=day
        )


def soon(days: int = 3) -> date:
    return (clock.now() + timedelta(days=days)).date()


async def read(api: Api, viewer: Viewer, order: Order) -> dict[str, Any]:
    data = await api(READ, as_=viewer, id=public("Order", order.id))
    return dict(data["order"])


async def choose(api: Api, viewer: Viewer, shortage: Shortage, choice: str, **more: Any) -> dict[str, Any]:
    given = {"orderId": public("Order", shortage.order_id), "choice": choice, "idempotencyKey": choice, **more}
    return dict((await api(CHOOSE, as_=viewer, input=given))["shortageChoose"])


async def kinds_of(order: Order, start: str = "order.short") -> list[str]:
    kinds = [event.kind for event in await Event.filter(stream_id=order.id).order_by("sequence")]
    return kinds[kinds.index(start) :]


async def code_of(attempt: Awaitable[object]) -> str:
    with pytest.raises(Refused) as refused:
        await attempt
    return refused.value.code


def by_choice(options: list[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {option["choice"]: option for option in options}


# ------------------------------------------------------------------------------------------------------- the offer


async def test_the_buyer_is_offered_to_wait_to_get_what_is_there_or_to_cancel_what_is_missing(
    api: Api, customer: Viewer
) -> None:
    tea, rice = await make_product(stock={"SH": 3}, price=1000), await make_product(stock={"SH": 9}, price=2000)
    await expect(tea, soon(), customer)
    order, shortage = await make_short(customer, {tea: 3, rice: 1}, broken={tea: 2})

    shown = await read(api, customer, order)

    tea_line = (await lines_of(order))[0]
    assert shown["shortage"]["state"], shown["shortage"]["cause"] == ("OPEN", "DAMAGED")
    assert shown["shortage"]["lines"] == [
        {
            "foundMissing": 2,
            "missing": 2,
            "expectedOn": soon().isoformat(),
            "orderLine": {"id": public("OrderLine", tea_line.id)},
        }
    ]
    assert [(one["choice"], one["allowed"]) for one in shown["shortage"]["options"]] == [
        ("WAIT", True),
        ("SHIP_AVAILABLE", True),
        ("CANCEL_MISSING", True),
    ]
    options = by_choice(shown["shortage"]["options"])
    assert options["WAIT"]["expectedOn"] == soon().isoformat()
    assert (options["SHIP_AVAILABLE"]["unitsNow"], options["SHIP_AVAILABLE"]["refund"]["minorUnits"]) == (2, 0)
    assert options["CANCEL_MISSING"]["refund"]["minorUnits"] == 2000
    assert shown["shortage"]["chooseBy"] == (shortage.opened_at + timedelta(hours=24)).isoformat()
    [action] = [one for one in shown["actions"] if one["action"] == "CHOOSE_SHORTAGE"]
    assert action == {
        "action": "CHOOSE_SHORTAGE",
        "allowed": True,
        "reasonCode": None,
        "deadline": shown["shortage"]["chooseBy"],
    }
    assert (await queue_of(await variant_of(tea)), await counts(await variant_of(tea))) == ([2], (1, 1))


async def test_the_offer_is_told_live_and_by_message(customer: Viewer) -> None:
    tea = await make_product(stock={"SH": 2})
    order, _ = await make_short(customer, {tea: 2}, broken={tea: 1})
    told = await Event.filter(stream_id=order.id).order_by("-sequence").first()
    [line] = await lines_of(order)
    assert told is not None
    assert (told.kind, told.cause, told.user_id) == ("order.short", "DAMAGED", customer.user_id)
    assert told.data["lines"] == [{"id": str(line.id), "quantity": 1}]


async def test_the_buyer_is_written_to_at_every_turn(api: Api, customer: Viewer) -> None:
    tea, rice, nuts = [await make_product(stock={"SH": 2}, price=500) for _ in range(3)]
    await make_short(customer, {tea: 2}, broken={tea: 1})
    await receive(customer, await variant_of(tea), 1)
    assert await written_to(customer) == ["shortage_opened", "shortage_withdrawn"]
    _, shortage = await make_short(customer, {rice: 2}, broken={rice: 1})
    await choose(api, customer, shortage, "SHIP_AVAILABLE")
    await receive(customer, await variant_of(rice), 1)
    assert await written_to(customer, 2) == ["shortage_opened", "shortage_restocked"]
    await make_short(customer, {nuts: 2}, broken={nuts: 1})
    await later(customer.market, hours=25)
    await later(customer.market, days=15)
    assert await written_to(customer, 4) == ["shortage_opened", "shortage_decided", "shortage_given_up"]


async def written_to(viewer: Viewer, after: int = 0) -> list[str]:
    """The templates of the messages about shortages, in their order."""
    await run(viewer.market)
    sent = OutgoingMessage.filter(template__startswith="shortage_").order_by("created_at", "id")
    return [message.template for message in await sent][after:]


async def test_waiting_is_not_offered_when_nothing_is_expected_or_too_late(api: Api, customer: Viewer) -> None:
    tea = await make_product(stock={"SH": 2})
    order, shortage = await make_short(customer, {tea: 2}, broken={tea: 1})
    option = by_choice((await read(api, customer, order))["shortage"]["options"])["WAIT"]
    assert (option["allowed"], option["reasonCode"], option["expectedOn"]) == (False, "NO_RESTOCK_EXPECTED", None)
    await expect(tea, soon(15), customer)  # nobody is kept waiting for more than 14 days
    payload = await choose(api, customer, shortage, "WAIT")
    assert [error["code"] for error in payload["userErrors"]] == ["NO_RESTOCK_EXPECTED"]
    assert (await Shortage.get(id=shortage.id)).state == ShortageState.OPEN


async def test_shipping_what_is_there_is_not_offered_when_nothing_is_there(api: Api, customer: Viewer) -> None:
    tea = await make_product(stock={"SH": 2})
    order, shortage = await make_short(customer, {tea: 2}, broken={tea: 2})
    option = by_choice((await read(api, customer, order))["shortage"]["options"])["SHIP_AVAILABLE"]
    assert (option["allowed"], option["reasonCode"]) == (False, "NOTHING_IS_THERE")
    assert [e["code"] for e in (await choose(api, customer, shortage, "SHIP_AVAILABLE"))["userErrors"]] == [
        "NOTHING_IS_THERE"
    ]


async def test_units_that_are_free_elsewhere_are_taken_and_nobody_is_asked(customer: Viewer) -> None:
    tea = await make_product(stock={"SH": 3, "HZ": 2})
    order = await make_paid(customer, {tea: 2})
    await break_units(customer, await variant_of(tea), 3)
    assert (await Order.get(id=order.id)).supply == Supply.COMPLETE
    assert await counts(await variant_of(tea), "HZ") == (2, 2)
    assert await Shortage.all().count() == await Backorder.all().count() == 0


async def test_units_that_are_missing_later_are_added_to_the_same_question(
    api: Api, customer: Viewer, the_market: Viewer
) -> None:
    tea, rice = await make_product(stock={"SH": 3}), await make_product(stock={"SH": 1})
    order, shortage = await make_short(customer, {tea: 3, rice: 1}, broken={tea: 1})
    await choose(api, customer, shortage, "SHIP_AVAILABLE")
    clock.set_offset(timedelta(hours=5))
    await break_units(customer, await variant_of(tea), 1)
    await break_units(customer, await variant_of(rice), 1)
    again = await Shortage.get()
    assert (again.id, again.state, again.chosen_at) == (shortage.id, ShortageState.OPEN, None)
    assert again.choose_by >= shortage.choose_by + timedelta(hours=5)
    assert [(line.found_missing, line.missing) for line in await ShortageLine.all().order_by("id")] == [(2, 2), (1, 1)]
    assert (await Order.get(id=order.id)).supply == Supply.UNDECIDED


async def test_a_stranger_sees_no_shortage_and_cannot_choose(
    api: Api, customer: Viewer, other_customer: Viewer, visitor: Viewer, staff: MakeStaff
) -> None:
    tea = await make_product(stock={"SH": 2})
    order, shortage = await make_short(customer, {tea: 2}, broken={tea: 1})
    for stranger in (other_customer, visitor, await staff(Role.CATALOG_MANAGER)):
        assert [e["code"] for e in (await choose(api, stranger, shortage, "CANCEL_MISSING"))["userErrors"]] == [
            "NOT_FOUND"
        ]
        listed = await api("{ shortages { totalCount } backorders { totalCount } }", as_=stranger)
        assert listed["shortages"] == {"totalCount": 0}
    for role, code in (
        (Role.WAREHOUSE_PICKER, "FORBIDDEN"),
        (Role.FINANCE, "FORBIDDEN"),
        (Role.COURIER, "NOT_FOUND"),
    ):
        answer = await choose(api, await staff(role), shortage, "CANCEL_MISSING")
        assert [error["code"] for error in answer["userErrors"]] == [code]
    assert (await Order.get(id=order.id)).version == order.version
    agent = await staff(Role.SERVICE_AGENT)
    assert (await choose(api, agent, shortage, "CANCEL_MISSING"))["userErrors"] == []


async def test_a_guest_chooses_with_the_token_of_the_order(api: Api, visitor: Viewer) -> None:
    tea = await make_product(stock={"SH": 2})
    order, shortage = await make_short(visitor, {tea: 2}, broken={tea: 1})
    holder = visitor.but(order_id=order.id)
    payload = await choose(api, holder, shortage, "SHIP_AVAILABLE")
    assert (payload["userErrors"], payload["shortage"]["choice"]) == ([], "SHIP_AVAILABLE")


async def test_a_choice_made_on_an_old_view_is_refused(api: Api, customer: Viewer) -> None:
    tea = await make_product(stock={"SH": 3})
    _, shortage = await make_short(customer, {tea: 3}, broken={tea: 1})
    await break_units(customer, await variant_of(tea), 1)
    [error] = (await choose(api, customer, shortage, "CANCEL_MISSING", expectedVersion=1))["userErrors"]
    assert (error["code"], error["path"]) == ("VERSION_CONFLICT", ["expectedVersion"])
    assert error["current"] == {"id": public("Shortage", shortage.id)}
    assert (await choose(api, customer, shortage, "CANCEL_MISSING", expectedVersion=2))["userErrors"] == []


# -------------------------------------------------------------------------------------------------------- outcomes


async def test_an_order_of_which_something_is_missing_is_not_shipped_before_it_is_decided(
    customer: Viewer, the_market: Viewer
) -> None:
    tea = await make_product(stock={"SH": 2})
    order, _ = await make_short(customer, {tea: 2}, broken={tea: 1})
    assert await code_of(ship(the_market, order)) == "SHORTAGE_UNDECIDED"


async def test_who_waits_gets_everything_together(api: Api, customer: Viewer, the_market: Viewer) -> None:
    tea = await make_product(stock={"SH": 3})
    await expect(tea, soon(), customer)
    order, shortage = await make_short(customer, {tea: 3}, broken={tea: 2})
    assert (await choose(api, customer, shortage, "WAIT"))["userErrors"] == []
    chosen = await Shortage.get()
    assert (chosen.state, chosen.choice, chosen.promised_for) == (ShortageState.CHOSEN, ShortageChoice.WAIT, soon())
    assert await code_of(ship(the_market, order)) == "WAITING_FOR_STOCK"

    await receive(customer, await variant_of(tea), 1)
    assert await code_of(ship(the_market, order)) == "WAITING_FOR_STOCK"
    assert (await ShortageLine.get()).missing == 1

    await receive(customer, await variant_of(tea), 5)
    assert (await Shortage.get()).state == ShortageState.RESOLVED
    assert await counts(await variant_of(tea)) == (7, 3)
    await ship(the_market, order)
    assert (await Order.get(id=order.id)).state == OrderState.SHIPPED
    assert await kinds_of(order) == [
        "order.short",
        "order.shortage_chosen",
        "order.restocked",
        "order.restocked",
        "parcel.shipped",
        "order.shipped",
    ]


async def test_what_is_there_goes_first_and_the_rest_follows(api: Api, customer: Viewer, the_market: Viewer) -> None:
    tea, rice = await make_product(stock={"SH": 3}), await make_product(stock={"SH": 1})
    order, shortage = await make_short(customer, {tea: 3, rice: 1}, broken={tea: 2})
    await choose(api, customer, shortage, "SHIP_AVAILABLE")

    await ship(the_market, order)
    assert [line.shipped for line in await lines_of(order)] == [1, 1]
    assert (await Order.get(id=order.id)).state == OrderState.PARTIALLY_SHIPPED
    assert await code_of(ship(the_market, order)) == "NOTHING_IS_THERE"

    await receive(customer, await variant_of(tea), 1)
    await ship(the_market, order)
    assert [line.shipped for line in await lines_of(order)] == [2, 1]
    await receive(customer, await variant_of(tea), 1)
    await ship(the_market, order)
    moved = await Order.get(id=order.id)
    assert (moved.state, moved.supply) == (OrderState.SHIPPED, Supply.COMPLETE)
    assert (await Shortage.get()).state == ShortageState.RESOLVED


@pytest.mark.parametrize(("quantity", "broken"), [(3, 1), (3, 2), (7, 3)])
async def test_canceling_what_is_missing_refunds_what_was_offered_to_the_cent(
    api: Api, customer: Viewer, the_market: Viewer, quantity: int, broken: int
) -> None:
    tea, rice = await make_product(stock={"SH": quantity}, price=333), await make_product(price=1000)
    order, shortage = await make_short(customer, {tea: quantity, rice: 1}, broken={tea: broken})
    offered = by_choice((await read(api, customer, order))["shortage"]["options"])["CANCEL_MISSING"]
    await choose(api, customer, shortage, "CANCEL_MISSING")
    await run(customer.market)
    canceled = await Order.get(id=order.id)
    assert canceled.refunded == offered["refund"]["minorUnits"] == 333 * broken
    assert (canceled.supply, canceled.state) == (Supply.COMPLETE, OrderState.PAID)
    assert [line.canceled for line in await lines_of(order)] == [broken, 0]
    assert (await Shortage.get()).state == ShortageState.RESOLVED
    assert (await read(api, customer, order))["shortage"]["options"] == []
    await ship(the_market, order)
    assert (await Order.get(id=order.id)).state == OrderState.SHIPPED


async def test_canceling_all_that_there_was_gives_back_delivery_too(api: Api, customer: Viewer) -> None:
    tea = await make_product(stock={"SH": 2}, price=1000)
    order, shortage = await make_short(customer, {tea: 2}, broken={tea: 2})
    offered = by_choice((await read(api, customer, order))["shortage"]["options"])["CANCEL_MISSING"]
    assert offered["refund"]["minorUnits"] == order.total == 2800
    assert (await choose(api, customer, shortage, "CANCEL_MISSING"))["order"]["state"] == "CANCELED"
    await run(customer.market)
    canceled = await Order.get(id=order.id)
    assert (canceled.refunded, await Backorder.all().count()) == (2800, 0)


async def test_the_same_key_chooses_once(api: Api, customer: Viewer) -> None:
    tea = await make_product(stock={"SH": 2})
    order, shortage = await make_short(customer, {tea: 2}, broken={tea: 1})
    first = await choose(api, customer, shortage, "CANCEL_MISSING")
    version = (await Order.get(id=order.id)).version
    again = await choose(api, customer, shortage, "CANCEL_MISSING")
    assert again["shortage"] == first["shortage"]
    assert (await Order.get(id=order.id)).version == version
    other = await choose(api, customer, shortage, "CANCEL_MISSING", idempotencyKey="another")
    assert [error["code"] for error in other["userErrors"]] == ["NOTHING_MISSING"]


async def test_a_choice_may_be_changed_while_units_are_missing(api: Api, customer: Viewer) -> None:
    tea = await make_product(stock={"SH": 2})
    await expect(tea, soon(), customer)
    order, shortage = await make_short(customer, {tea: 2}, broken={tea: 1})
    for choice, supply in (
        ("WAIT", Supply.WAITING),
        ("SHIP_AVAILABLE", Supply.FOLLOWING),
        ("CANCEL_MISSING", Supply.COMPLETE),
    ):
        assert (await choose(api, customer, shortage, choice))["userErrors"] == []
        assert (await Order.get(id=order.id)).supply == supply


async def test_after_the_first_parcel_nobody_can_choose_to_get_everything_together(
    api: Api, customer: Viewer, the_market: Viewer
) -> None:
    tea = await make_product(stock={"SH": 2})
    await expect(tea, soon(), customer)
    order, shortage = await make_short(customer, {tea: 2}, broken={tea: 1})
    await choose(api, customer, shortage, "SHIP_AVAILABLE")
    await ship(the_market, order)
    assert [e["code"] for e in (await choose(api, customer, shortage, "WAIT"))["userErrors"]] == [
        "PART_SHIPPED_ALREADY"
    ]
    assert (await choose(api, customer, shortage, "CANCEL_MISSING"))["userErrors"] == []
    assert (await Order.get(id=order.id)).state == OrderState.SHIPPED


# ------------------------------------------------------------------------------------------------ clock and restock


async def test_stock_that_comes_before_the_choice_withdraws_the_question(api: Api, customer: Viewer) -> None:
    tea = await make_product(stock={"SH": 2})
    order, shortage = await make_short(customer, {tea: 2}, broken={tea: 1})
    await receive(customer, await variant_of(tea), 1)
    assert (await Shortage.get()).state == ShortageState.WITHDRAWN
    assert (await Order.get(id=order.id)).supply == Supply.COMPLETE
    assert await kinds_of(order) == ["order.short", "order.shortage_withdrawn"]
    assert [e["code"] for e in (await choose(api, customer, shortage, "WAIT"))["userErrors"]] == ["NOTHING_MISSING"]


async def test_without_an_answer_the_default_is_done(customer: Viewer, the_market: Viewer) -> None:
    tea = await make_product(stock={"SH": 2})
    order, _ = await make_short(customer, {tea: 2}, broken={tea: 1})
    await later(customer.market, hours=23)
    assert (await Order.get(id=order.id)).supply == Supply.UNDECIDED
    await later(customer.market, hours=1.1)
    shortage = await Shortage.get()
    assert (shortage.choice, shortage.is_default, shortage.chosen_by) == (ShortageChoice.SHIP_AVAILABLE, True, None)
    await ship(the_market, order)


async def test_a_default_that_is_not_possible_gives_way_to_the_next_gentlest(customer: Viewer) -> None:
    tea, rice = await make_product(stock={"SH": 2}), await make_product(stock={"SH": 2})
    expected, _ = await make_short(customer, {tea: 2}, broken={tea: 2})
    unexpected = await make_paid(customer, {rice: 2})
    await break_units(customer, await variant_of(rice), 2)
    await expect(tea, soon(), customer)
    await later(customer.market, hours=24.1)
    assert (await Shortage.get(order_id=expected.id)).choice == ShortageChoice.WAIT
    assert (await Order.get(id=unexpected.id)).state == OrderState.CANCELED


async def test_waiting_ends_after_14_days_with_the_money_back(api: Api, customer: Viewer) -> None:
    tea, rice = await make_product(stock={"SH": 2}, price=700), await make_product()
    order, shortage = await make_short(customer, {tea: 2, rice: 1}, broken={tea: 1})
    await choose(api, customer, shortage, "SHIP_AVAILABLE")
    await later(customer.market, days=13.9)
    assert (await Order.get(id=order.id)).supply == Supply.FOLLOWING
    await later(customer.market, days=0.2)
    given_up = await Order.get(id=order.id)
    assert (given_up.supply, given_up.refunded) == (Supply.COMPLETE, 700)
    assert (await Shortage.get()).is_default
    assert await Refund.all().count() == 1


async def test_canceling_the_order_ends_its_waiting(customer: Viewer) -> None:
    tea = await make_product(stock={"SH": 2})
    order, _ = await make_short(customer, {tea: 2}, broken={tea: 1})
    await lifecycle.cancel(customer, order.id, reason=CancelReason.TOO_SLOW)
    assert (await Shortage.get()).state == ShortageState.WITHDRAWN
    await receive(customer, await variant_of(tea), 3)
    assert await counts(await variant_of(tea)) == (4, 0)


async def test_units_that_are_dropped_are_first_those_that_are_missing(customer: Viewer, the_market: Viewer) -> None:
    tea = await make_product(stock={"SH": 5})
    order, _ = await make_short(customer, {tea: 5}, broken={tea: 2})
    [line] = await lines_of(order)
    async with customer.market.change():
        await lifecycle.drop_units(the_market, await lock(the_market, order.id), {line.id: 1}, cause="test")
    assert (await queue_of(await variant_of(tea)), await counts(await variant_of(tea))) == ([1], (3, 3))
    async with customer.market.change():
        await lifecycle.drop_units(the_market, await lock(the_market, order.id), {line.id: 2}, cause="test")
    assert (await queue_of(await variant_of(tea)), await counts(await variant_of(tea))) == ([], (3, 2))
    assert (await Order.get(id=order.id)).supply == Supply.COMPLETE
    await run(customer.market)


async def test_an_unpaid_order_that_lost_units_is_decided_after_it_is_paid(api: Api, customer: Viewer) -> None:
    tea = await make_product(stock={"SH": 2})
    order = await place_order(customer, {tea: 2})
    await break_units(customer, await variant_of(tea), 1)
    shortage = await Shortage.get()
    assert [e["code"] for e in (await choose(api, customer, shortage, "CANCEL_MISSING"))["userErrors"]] == [
        "ORDER_NOT_PAID"
    ]
    await later(customer.market, minutes=31)
    assert (await Order.get(id=order.id)).state == OrderState.EXPIRED
    assert (await Shortage.get()).state == ShortageState.WITHDRAWN
    assert await Backorder.all().count() == 0


async def test_first_come_first_served_before_any_new_buyer(
    customer: Viewer, other_customer: Viewer, the_market: Viewer
) -> None:
    tea = await make_product(stock={"SH": 4})
    variant = await variant_of(tea)
    first = await make_paid(customer, {tea: 2})
    second = await make_paid(other_customer, {tea: 2})
    await break_units(customer, variant, 4)
    assert await queue_of(variant) == [2, 2]
    await receive(customer, variant, 3)
    assert (await stock.available([variant.id]), await counts(variant)) == ({variant.id: 0}, (3, 3))
    assert await queue_of(variant) == [1]
    held = {order.id: sum(one.quantity for one in await stock.held(order.id)) for order in (first, second)}
    assert held == {first.id: 2, second.id: 1}
    with pytest.raises(Refused):
        await place_order(customer, {tea: 1})
    await receive(customer, variant, 2)
    assert (await queue_of(variant), await stock.available([variant.id])) == ([], {variant.id: 1})


async def test_units_that_an_order_gives_back_serve_those_who_wait(customer: Viewer, other_customer: Viewer) -> None:
    tea = await make_product(stock={"SH": 4})
    variant = await variant_of(tea)
    old = await make_paid(customer, {tea: 2})
    short = await make_paid(other_customer, {tea: 2})
    await break_units(customer, variant, 1)
    assert await queue_of(variant) == [1]
    await lifecycle.cancel(customer, old.id, reason=CancelReason.OTHER)
    await run(customer.market)
    assert (await queue_of(variant), await counts(variant)) == ([], (3, 2))
    assert (await Order.get(id=short.id)).supply == Supply.COMPLETE


# --------------------------------------------------------------------------------------------------------- damage

DAMAGE = """mutation ($input: StockDamageInput!) { stockDamage(input: $input) {
  level { onHand reserved available } userErrors { code path } } }"""


async def test_damage_takes_free_units_first_then_the_newest_promises(
    api: Api, customer: Viewer, other_customer: Viewer, staff: MakeStaff
) -> None:
    tea = await make_product(stock={"SH": 6})
    variant = await variant_of(tea)
    old, new = await make_paid(customer, {tea: 2}), await make_paid(other_customer, {tea: 3})
    picker = await staff(Role.WAREHOUSE_PICKER)
    [promise] = await stock.held(old.id)
    given = {
        "idempotencyKey": "key",
        "variantId": public("Variant", variant.id),
        "warehouseId": public("Warehouse", promise.warehouse_id),
        "quantity": 3,
        "reason": "wet",
    }
    for _ in range(2):
        payload = (await api(DAMAGE, as_=picker, input=given))["stockDamage"]
        assert payload == {"level": {"onHand": 3, "reserved": 3, "available": 0}, "userErrors": []}
    assert (await Order.get(id=old.id)).supply == Supply.COMPLETE
    shortage = await Shortage.get()
    assert (shortage.order_id, shortage.cause) == (new.id, ShortageCause.DAMAGED)
    assert (await ShortageLine.get()).missing == 2

    for viewer, code in ((customer, "FORBIDDEN"), (None, "UNAUTHENTICATED"), (await staff(Role.COURIER), "FORBIDDEN")):
        payload = (await api(DAMAGE, as_=viewer, input={**given, "idempotencyKey": code}))["stockDamage"]
        assert [error["code"] for error in payload["userErrors"]] == [code]
    payload = (await api(DAMAGE, as_=picker, input={**given, "idempotencyKey": "more", "quantity": 4}))["stockDamage"]
    assert payload["userErrors"] == [{"code": "OUT_OF_RANGE", "path": ["quantity"]}]
    assert await counts(variant) == (3, 3)


async def test_staff_see_shortages_and_the_queue(api: Api, customer: Viewer, staff: MakeStaff) -> None:
    tea = await make_product(stock={"SH": 2})
    order, _ = await make_short(customer, {tea: 2}, broken={tea: 1})
    document = """query ($variant: ID!) {
      shortages(states: [OPEN]) { nodes { order { number } state lines { missing } } }
      backorders(variantId: $variant) { nodes { waiting order { number } orderLine { id } variant { sku } } } }"""
    data = await api(
        document, as_=await staff(Role.ADMINISTRATOR), variant=public("Variant", (await variant_of(tea)).id)
    )
    assert [node["order"]["number"] for node in data["shortages"]["nodes"]] == [order.number]
    assert [(node["waiting"], node["order"]["number"]) for node in data["backorders"]["nodes"]] == [(1, order.number)]


async def test_reporting_what_is_not_missing_after_all_changes_nothing(customer: Viewer, the_market: Viewer) -> None:
    tea = await make_product(stock={"SH": 2})
    order = await make_paid(customer, {tea: 2})
    [line] = await lines_of(order)
    async with customer.market.change():
        held = await lock(the_market, order.id)
        await shortages.report(the_market, held, {line.id: 0}, cause=ShortageCause.NOT_FOUND)
    assert await Shortage.all().count() == 0


async def test_a_bundle_waits_for_its_parts_and_is_served_when_all_are_there(
    customer: Viewer, other_customer: Viewer, the_market: Viewer
) -> None:
    tea, cup, box = (
        await make_product(stock={"SH": 4}),
        await make_product(stock={"SH": 2}),
        await make_product(stock={}),
    )
    parts = [Part((await variant_of(tea)).id, 2), Part((await variant_of(cup)).id, 1)]
    await bundles.set_parts(the_market, (await variant_of(box)).id, parts)
    order = await make_paid(customer, {box: 2})
    assert (await counts(await variant_of(tea)), await counts(await variant_of(cup))) == ((4, 4), (2, 2))

    await break_units(customer, await variant_of(tea), 1)  # of the four, so one box is short
    assert (await counts(await variant_of(tea)), await counts(await variant_of(cup))) == ((3, 2), (2, 1))
    assert [line.missing for line in await ShortageLine.all()] == [1]
    assert await queue_of(await variant_of(box)) == [1]

    await buy_the_last(other_customer, cup)
    await receive(customer, await variant_of(tea), 5)
    assert await queue_of(await variant_of(box)) == [1]  # the cup is gone
    await receive(customer, await variant_of(cup), 1)
    assert await queue_of(await variant_of(box)) == []
    assert (await Order.get(id=order.id)).supply == Supply.COMPLETE
    await ship(the_market, order)
    assert (await Order.get(id=order.id)).state == OrderState.SHIPPED


async def buy_the_last(buyer: Viewer, cup: Product) -> None:
    """Somebody buys the last one."""
    await make_paid(buyer, {cup: 1})


async def test_a_warehouse_that_opens_again_serves_those_who_wait(customer: Viewer, the_market: Viewer) -> None:
    tea = await make_product(stock={"SH": 2, "HZ": 0})
    variant = await variant_of(tea)
    order, _ = await make_short(customer, {tea: 2}, broken={tea: 1})
    await Warehouse.filter(code="HZ").update(is_active=False)
    await receive(customer, variant, 3, code="HZ")
    assert await queue_of(variant) == [1]
    await Warehouse.filter(code="HZ").update(is_active=True)
    await waiting.look_again(the_market)
    await run(customer.market)
    assert (await queue_of(variant), (await Order.get(id=order.id)).supply) == ([], Supply.COMPLETE)


async def test_a_warehouse_serves_only_those_in_its_regions(customer: Viewer) -> None:
    tea = await make_product(stock={"SH": 2, "HZ": 0})
    variant = await variant_of(tea)
    await make_short(customer, {tea: 2}, broken={tea: 1})
    await Warehouse.filter(code="HZ").update(regions=["浙江省"])
    await receive(customer, variant, 3, code="HZ")
    assert (await queue_of(variant), await counts(variant, "HZ")) == ([1], (3, 0))
    await Warehouse.filter(code="HZ").update(regions=["浙江省", "上海市"])
    await receive(customer, variant, 1, code="HZ")
    assert (await queue_of(variant), await counts(variant, "HZ")) == ([], (4, 1))

"""The state of an order at any past moment can be asked for."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from domain import events
from domain.access import Viewer
from domain.archive import storing
from domain.market import Market
from domain.orders import changes, lifecycle
from domain.orders.changes_plan import Wish
from domain.orders.checkout import Destination
from domain.orders.history import lock, tell
from domain.orders.kinds import EventKind
from domain.payments import refunds
from domain.payments.refunds import Asked
from kit import clock, ids, tally
from models.customers import Role
from models.orders import Order, OrderLine, OrderState
from models.outbox import Event
from models.payments import RefundReason
from tests.api import Api
from tests.factories.catalog import make_product
from tests.factories.fulfillment import later, run, ship
from tests.factories.orders import place_order
from tests.factories.payments import pay

Staff = Callable[..., Awaitable[Viewer]]

AS_OF = """query ($id: ID!, $at: DateTime) { order(id: $id, asOf: $at) {
  id number state buyerStatus captured { minorUnits } refunded { minorUnits } paidAt shippedAt deliveredAt receivedAt
  actions { action } lines { id shipped delivered refunded } parcels { id state tracking { state } lines { quantity } }
  payments { state captured { minorUnits } } refunds { id state amount { minorUnits } }
  timeline(first: 100) { totalCount nodes { kind } }
} }"""


async def lived(market: Market, customer: Viewer, staff: Staff) -> tuple[Order, dict[str, datetime]]:
    """An order of two units with an hour between everything that happens to it, and a moment after each step."""
    moments: dict[str, datetime] = {"before": clock.now() - timedelta(minutes=1)}

    async def step(name: str) -> None:
        moments[name] = clock.now()
        await later(market, minutes=5)

    order = await place_order(customer, {await make_product(): 2})
    await step("placed")
    await pay(market, order)
    await step("paid")
    await ship(await staff(Role.WAREHOUSE_PICKER), order)
    await step("shipped")
    await later(market, days=3)
    await step("delivered")
    await lifecycle.confirm_receipt(customer, order.id)
    await step("received")
    line = await OrderLine.get(order_id=order.id)
    agent = await staff(Role.SERVICE_AGENT)
    await refunds.create(agent, order.id, lines=[Asked(line.id, 1)], reason=RefundReason.QUALITY, idempotency_key="one")
    await run(market)
    await step("refunded")
    return order, moments


async def shown(api: Api, viewer: Viewer, order: Order, at: datetime | None) -> Any:
    return (await api(AS_OF, as_=viewer, id=ids.to_public("Order", order.id), at=at.isoformat() if at else None))[
        "order"
    ]


async def test_an_order_is_shown_as_it_was_after_each_step(
    api: Api, market: Market, customer: Viewer, staff: Staff
) -> None:
    order, moments = await lived(market, customer, staff)
    assert await shown(api, customer, order, moments["before"]) is None
    seen = {name: await shown(api, customer, order, at) for name, at in moments.items() if name != "before"}
    assert {name: then["state"] for name, then in seen.items()} == {
        "placed": "PENDING_PAYMENT",
        "paid": "PAID",
        "shipped": "SHIPPED",
        "delivered": "DELIVERED",
        "received": "RECEIVED",
        "refunded": "RECEIVED",
    }
    assert {name: then["buyerStatus"] for name, then in seen.items()}["refunded"] == "AFTER_SALES"
    assert [then["captured"]["minorUnits"] for then in seen.values()] == [0, *[order.total] * 5]
    assert [then["lines"][0]["shipped"] for then in seen.values()] == [0, 0, 2, 2, 2, 2]
    assert [then["lines"][0]["delivered"] for then in seen.values()] == [0, 0, 0, 2, 2, 2]
    assert [then["lines"][0]["refunded"] for then in seen.values()] == [0, 0, 0, 0, 0, 1]
    assert [[parcel["state"] for parcel in then["parcels"]] for then in seen.values()] == [
        [],
        [],
        ["SHIPPED"],
        *[["DELIVERED"]] * 3,
    ]
    assert [then["paidAt"] is None for then in seen.values()] == [True, *[False] * 5]
    assert [then["receivedAt"] is None for then in seen.values()] == [True, True, True, True, False, False]
    assert [[payment["state"] for payment in then["payments"]] for then in seen.values()][:2] == [[], ["CAPTURED"]]
    assert [len(then["refunds"]) for then in seen.values()] == [0, 0, 0, 0, 0, 1]
    counts = [then["timeline"]["totalCount"] for then in seen.values()]
    assert counts == sorted(counts)
    assert counts[0] == 1


async def test_the_last_moment_is_the_order_as_it_is_now(
    api: Api, market: Market, customer: Viewer, staff: Staff
) -> None:
    order, _ = await lived(market, customer, staff)
    now, then = await shown(api, customer, order, None), await shown(api, customer, order, clock.now())
    for name in ("number", "state", "captured", "refunded", "paidAt", "receivedAt", "timeline"):
        assert then[name] == now[name], name
    assert [line["refunded"] for line in then["lines"]] == [line["refunded"] for line in now["lines"]]


async def test_an_order_of_the_past_has_an_id_of_its_own_and_nothing_can_be_done_with_it(
    api: Api, market: Market, customer: Viewer, other_customer: Viewer, staff: Staff
) -> None:
    order, moments = await lived(market, customer, staff)
    then = await shown(api, customer, order, moments["shipped"])
    assert then["id"] != ids.to_public("Order", order.id)
    assert then["actions"] == []
    node = """query ($id: ID!) {
      node(id: $id) {
        id ... on Order { state } ... on OrderLine { shipped delivered } ... on Parcel { parcelState: state }
      }
    }"""
    assert (await api(node, as_=customer, id=then["id"]))["node"] == {"id": then["id"], "state": "SHIPPED"}
    line = then["lines"][0]
    assert (await api(node, as_=customer, id=line["id"]))["node"] == {"id": line["id"], "shipped": 2, "delivered": 0}
    parcel = then["parcels"][0]
    assert (await api(node, as_=customer, id=parcel["id"]))["node"]["parcelState"] == "SHIPPED"
    for part in (then, line, parcel):
        assert (await api(node, as_=other_customer, id=part["id"]))["node"] is None
    cancel = "mutation ($input: OrderCancelInput!) { orderCancel(input: $input) { userErrors { code path } } }"
    answer = await api(cancel, as_=customer, input={"orderId": then["id"], "reason": "OTHER", "idempotencyKey": "past"})
    assert answer["orderCancel"]["userErrors"] == [{"code": "INVALID_ID", "path": ["orderId"]}]


async def test_now_and_then_stand_side_by_side_in_one_answer(
    api: Api, market: Market, customer: Viewer, staff: Staff
) -> None:
    order, moments = await lived(market, customer, staff)
    document = """query ($id: ID!, $at: DateTime) {
      then: order(id: $id, asOf: $at) { id lines { id shipped } parcels { id } }
      now: order(id: $id) { id lines { id shipped } parcels { id } }
    }"""
    answer = await api(document, as_=customer, id=ids.to_public("Order", order.id), at=moments["paid"].isoformat())
    assert (answer["then"]["lines"][0]["shipped"], answer["now"]["lines"][0]["shipped"]) == (0, 2)
    assert (len(answer["then"]["parcels"]), len(answer["now"]["parcels"])) == (0, 1)


async def test_the_past_of_an_archived_order_can_be_asked_for_too(
    api: Api, market: Market, the_market: Viewer, customer: Viewer, staff: Staff
) -> None:
    order, moments = await lived(market, customer, staff)
    before = await shown(api, customer, order, moments["delivered"])
    await later(market, days=8)  # the time for complaints is over
    await later(market, days=200)
    await events.publish()
    assert await storing.archive_old(the_market, limit=9) == 1
    assert await shown(api, customer, order, moments["delivered"]) == before


async def test_a_moment_that_has_not_come_and_one_without_a_record_are_refused(
    api: Api, market: Market, customer: Viewer
) -> None:
    order = await place_order(customer, await make_product())
    key = ids.to_public("Order", order.id)
    future = (clock.now() + timedelta(days=1)).isoformat()
    refused = await api.raw(AS_OF, as_=customer, id=key, at=future)
    assert refused.errors is not None
    assert refused.errors[0].extensions["code"] == "INVALID_INPUT"
    await Event.filter(stream_id=order.id).update(changes=None)
    refused = await api.raw(AS_OF, as_=customer, id=key, at=clock.now().isoformat())
    assert refused.errors is not None
    assert refused.errors[0].extensions["code"] == "NOT_RECORDED"
    assert (await Order.get(id=order.id)).state == OrderState.PENDING_PAYMENT


async def test_what_changes_no_line_reads_none(customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    costs = {}
    for kind in (EventKind.CASE_CLAIMED, EventKind.ORDER_PICKING, EventKind.ORDER_UNITS_DROPPED):
        async with customer.market.change():
            locked = await lock(customer, order.id)
            counted = tally.begin()
            await tell(customer, locked, kind=kind)
            costs[kind] = counted.statements
    assert costs == {EventKind.CASE_CLAIMED: 2, EventKind.ORDER_PICKING: 2, EventKind.ORDER_UNITS_DROPPED: 3}


async def test_the_address_of_then_is_shown_not_the_one_it_was_changed_to(api: Api, customer: Viewer) -> None:
    order = await place_order(customer, {await make_product(): 1})
    street = order.address["street"]
    then = clock.now()
    clock.set_offset(timedelta(minutes=5))
    elsewhere = Destination(**{"postal_code": "", **order.address, "street": "延安东路 9 号"})
    await changes.commit(customer, order.id, Wish(destination=elsewhere), key=ids.token(), operation="orderChange")
    asked = "query ($id: ID!, $at: DateTime) { order(id: $id, asOf: $at) { address { street } } }"
    for at, shown_street in ((then, street), (None, "延安东路 9 号")):
        moment = at.isoformat() if at else None
        found = await api(asked, as_=customer, id=ids.to_public("Order", order.id), at=moment)
        assert found["order"]["address"]["street"] == shown_street

"""Orders that are long over leave the tables of the day and are read as before."""

import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domain import events
from domain.access import Viewer
from domain.archive import documents, storing, streams
from domain.market import Market
from domain.orders import lifecycle
from jobs import sweeps
from kit import clock, ids
from kit.errors import Refused
from models.archive import ArchivedOrder
from models.customers import Role
from models.fulfillment import Parcel
from models.inventory import Reservation
from models.orders import CancelReason, Order, OrderLine, OrderState
from models.outbox import Event
from models.payments import Payment, Refund
from models.shortages import Shortage, ShortageCause, ShortageChoice, ShortageLine, ShortageState
from tests.api import Api
from tests.factories.catalog import make_product
from tests.factories.fulfillment import later, make_paid, ship
from tests.factories.orders import place_order

Staff = Callable[..., Awaitable[Viewer]]

EVERYTHING = """query ($id: ID!) { order(id: $id) {
  id number state buyerStatus total { minorUnits } captured { minorUnits } refunded { minorUnits }
  receivedAt completedAt
  address { recipient street } contactPhone actions { action allowed reasonCode }
  lines { id title quantity shipped delivered refundableQuantity refundableAmount { minorUnits } }
  parcels { id waybill state order { id } lines { quantity orderLine { id } } tracking { state occurredAt } }
  payments { id state amount { minorUnits } receipt { number orderNumber } order { id } }
  refunds { id state amount { minorUnits } lines { quantity orderLine { id } } payment { id } }
  timeline(first: 100) { totalCount nodes { sequence kind state createdAt } pageInfo { hasNextPage } }
} }"""
NODES = "query ($id: ID!) { node(id: $id) { __typename id } }"


async def archived(market: Market, the_market: Viewer) -> int:
    """Half a year later, everything that is long over has been put away; gives how much."""
    await later(market, days=200)
    await events.publish()
    return await storing.archive_old(the_market, limit=100)


async def make_completed(customer: Viewer, picker: Viewer) -> Order:
    """An order that went well, from the first click to the end of the time for complaints."""
    order = await make_paid(customer)
    await ship(picker, order)
    await later(customer.market, days=3)
    await lifecycle.confirm_receipt(customer, order.id)
    await later(customer.market, days=8)
    done = await Order.get(id=order.id)
    assert done.state == OrderState.COMPLETED
    return done


@pytest.fixture
async def picker(staff: Staff) -> Viewer:
    return await staff(Role.WAREHOUSE_PICKER)


async def test_a_completed_order_leaves_the_tables_after_180_days(
    market: Market, the_market: Viewer, customer: Viewer, picker: Viewer
) -> None:
    order = await make_completed(customer, picker)
    await later(market, days=178)
    await events.publish()
    assert await storing.archive_old(the_market, limit=100) == 0
    await later(market, days=3)
    assert await storing.archive_old(the_market, limit=100) == 1
    for table in (Order, OrderLine, Parcel, Payment, Refund, Reservation):
        assert await table.all().count() == 0, table
    assert await Event.filter(stream_id=order.id).count() == 0
    assert await ArchivedOrder.all().values_list("id", flat=True) == [order.id]


async def test_an_archived_order_answers_word_for_word_as_before(
    api: Api, market: Market, the_market: Viewer, customer: Viewer, picker: Viewer
) -> None:
    order = await make_completed(customer, picker)
    public = ids.to_public("Order", order.id)
    before = await api(EVERYTHING, as_=customer, id=public)
    assert before["order"]["parcels"][0]["tracking"]
    assert await archived(market, the_market) == 1
    assert await api(EVERYTHING, as_=customer, id=public) == before
    for part in (before["order"], *_parts(before["order"])):
        assert (await api(NODES, as_=customer, id=part["id"]))["node"]["id"] == part["id"]


async def test_a_part_of_an_archived_order_leads_to_all_the_rest(
    api: Api, market: Market, the_market: Viewer, customer: Viewer, picker: Viewer
) -> None:
    order = await make_completed(customer, picker)
    parcel = await Parcel.get(order_id=order.id)
    await archived(market, the_market)
    document = "query ($id: ID!) { parcel(id: $id) { lines { quantity orderLine { title } } order { number } } }"
    shown = (await api(document, as_=customer, id=ids.to_public("Parcel", parcel.id)))["parcel"]
    assert shown["order"]["number"] == order.number
    assert shown["lines"][0]["quantity"] == 2
    assert shown["lines"][0]["orderLine"]["title"]


async def test_lists_run_on_from_the_tables_into_the_archive(
    api: Api, market: Market, the_market: Viewer, customer: Viewer, picker: Viewer
) -> None:
    old = [(await make_completed(customer, picker)).number for _ in range(3)]
    assert await archived(market, the_market) == 3
    new = [(await place_order(customer, await make_product())).number for _ in range(2)]
    document = """query ($first: Int, $after: String, $last: Int, $before: String, $filter: OrderFilter) {
      orders(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
        totalCount nodes { number lines { quantity } }
        pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }"""
    whole = (await api(document, as_=customer, first=10))["orders"]
    newest_first = [*new[::-1], *old[::-1]]
    assert ([node["number"] for node in whole["nodes"]], whole["totalCount"]) == (newest_first, 5)
    assert all(node["lines"] for node in whole["nodes"])
    read, after = [], None
    while True:
        part = (await api(document, as_=customer, first=2, after=after))["orders"]
        read += [node["number"] for node in part["nodes"]]
        after = part["pageInfo"]["endCursor"]
        if not part["pageInfo"]["hasNextPage"]:
            break
    assert read == newest_first
    last = (await api(document, as_=customer, last=2, before=whole["pageInfo"]["endCursor"]))["orders"]
    assert [node["number"] for node in last["nodes"]] == newest_first[2:4]
    assert last["pageInfo"]["hasPreviousPage"] is True
    shelf = (await api(document, as_=customer, filter={"statuses": ["COMPLETED"]}))["orders"]
    assert [node["number"] for node in shelf["nodes"]] == old[::-1]


async def test_an_archived_order_is_found_by_its_number_and_by_nobody_else(
    api: Api, market: Market, the_market: Viewer, customer: Viewer, other_customer: Viewer, picker: Viewer, staff: Staff
) -> None:
    order = await make_completed(customer, picker)
    await archived(market, the_market)
    document = "query ($number: String) { order(number: $number) { id } }"
    public = ids.to_public("Order", order.id)
    for viewer in (customer, await staff(Role.SERVICE_AGENT)):
        assert (await api(document, as_=viewer, number=order.number))["order"] == {"id": public}
    for stranger in (other_customer, await staff(Role.CATALOG_MANAGER), None):
        assert (await api(document, as_=stranger, number=order.number))["order"] is None
        assert (await api(EVERYTHING, as_=stranger, id=public))["order"] is None
        assert (await api("{ orders { totalCount } }", as_=stranger))["orders"]["totalCount"] == 0


async def test_nothing_that_is_not_over_is_put_away(market: Market, the_market: Viewer, customer: Viewer) -> None:
    paid = await make_paid(customer)
    canceled = await make_paid(customer)
    await lifecycle.cancel(customer, canceled.id, reason=CancelReason.OTHER)
    await events.publish()
    await later(market, days=200)
    await Refund.filter(order_id=canceled.id).update(state="FAILED")
    assert await storing.archive_old(the_market, limit=100) == 0
    await Refund.filter(order_id=canceled.id).update(state="SUCCEEDED")
    await events.publish()
    assert await storing.archive_old(the_market, limit=100) == 1
    assert [order.id for order in await Order.all()] == [paid.id]


async def test_an_open_case_keeps_an_order_from_its_end_and_its_closing_lets_it_go(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    await ship(picker, order)
    await later(market, days=3)
    await lifecycle.confirm_receipt(customer, order.id)
    await Order.filter(id=order.id).update(open_cases=1)
    await later(market, days=8)
    assert (await Order.get(id=order.id)).state == OrderState.RECEIVED
    async with market.change():
        row = await Order.get(id=order.id)
        await lifecycle.case_closed(customer, row)
        await row.save(update_fields=["open_cases"])
    await later(market, seconds=1)
    assert (await Order.get(id=order.id)).state == OrderState.COMPLETED


async def test_whoever_comes_back_with_an_old_cursor_is_told_also_what_was_put_away(
    market: Market, the_market: Viewer, customer: Viewer, picker: Viewer
) -> None:
    order = await make_completed(customer, picker)
    await events.publish()
    told = [(event.kind, event.position) for event in await Event.filter(stream_id=order.id).order_by("sequence")]
    await archived(market, the_market)
    new = await place_order(customer, await make_product())
    await events.publish()
    seen = []
    async for change in streams.of_viewer(customer, after="p.2"):
        assert change.event is not None
        seen.append((change.event.kind, change.event.position))
        if change.row.id == new.id:
            break
    assert seen[:-1] == told[2:]
    assert seen[-1][0] == "order.placed"
    one = [change async for change in streams.of_order(customer, order.id, after="s.1")]
    assert [change.event.kind for change in one if change.event] == [kind for kind, _ in told[1:]]


async def test_an_archived_order_can_not_be_changed(
    market: Market, the_market: Viewer, customer: Viewer, picker: Viewer
) -> None:
    order = await make_completed(customer, picker)
    await archived(market, the_market)
    with pytest.raises(Refused, match="NOT_FOUND"):
        await lifecycle.cancel(customer, order.id, reason=CancelReason.OTHER)


async def test_personal_data_does_not_lie_open_in_the_archive(
    market: Market, the_market: Viewer, customer: Viewer, picker: Viewer
) -> None:
    order = await make_completed(customer, picker)
    await archived(market, the_market)
    row = await ArchivedOrder.get(id=order.id)
    text = zlib.decompress(row.document).decode()
    assert order.address["street"] not in text
    assert str(order.contact_phone) not in text
    assert documents.read(row.document).order.address == order.address


async def test_rows_of_every_table_that_would_go_with_an_order_are_kept(
    market: Market, the_market: Viewer, customer: Viewer, picker: Viewer
) -> None:
    order = await make_completed(customer, picker)
    (line,) = await OrderLine.filter(order_id=order.id)
    shortage = await Shortage.create(
        order_id=order.id,
        state=ShortageState.RESOLVED,
        cause=ShortageCause.NOT_FOUND,
        default_choice=ShortageChoice.WAIT,
        choose_by=clock.now(),
        opened_at=clock.now(),
    )
    part = await ShortageLine.create(shortage_id=shortage.id, order_line_id=line.id, found_missing=1, missing=0)
    await archived(market, the_market)
    assert await Shortage.all().count() == 0
    others = documents.read((await ArchivedOrder.get(id=order.id)).document).others
    assert {row.pk for row in others} == {shortage.id, part.id}
    assert next(row for row in others if isinstance(row, Shortage)).cause == ShortageCause.NOT_FOUND


async def test_the_sweep_puts_away_what_is_due(market: Market, customer: Viewer, picker: Viewer) -> None:
    order = await make_completed(customer, picker)
    await later(market, days=200)
    await events.publish()
    await sweeps.archive_orders(market)
    assert await ArchivedOrder.filter(id=order.id).exists()
    assert (await ArchivedOrder.get(id=order.id)).archived_at <= clock.now()


def _parts(order: dict[str, Any]) -> list[dict[str, Any]]:
    return [*order["lines"], *order["parcels"], *order["payments"], *order["refunds"]]

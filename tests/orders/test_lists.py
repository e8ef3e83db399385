"""Lists of orders and of what happened to them: pages, and cursors that nobody was given."""

import base64
import json
from typing import Any

import pytest

from domain.access import Viewer
from domain.orders.history import lock, tell
from kit import ids
from kit.tally import begin
from models.orders import Order
from tests.api import Api
from tests.factories.catalog import make_product
from tests.factories.orders import place_order

ORDERS = "query ($after: String) { orders(first: 2, after: $after) { nodes { number } pageInfo { endCursor } } }"
TIMELINE = """query ($id: ID!, $after: String) {
  order(id: $id) {
    timeline(first: 2, after: $after) {
      nodes { sequence } totalCount pageInfo { endCursor hasNextPage hasPreviousPage }
    }
  }
}"""
TIMELINES = "{ orders { nodes { timeline(first: 3) { nodes { sequence kind } } } } }"
SOMEBODY = "01900000-0000-7000-8000-000000000000"


def forged(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


async def test_pages_go_on_where_the_last_one_ended(api: Api, customer: Viewer) -> None:
    apples = await make_product()
    placed = [(await place_order(customer, apples)).number for _ in range(3)]
    first = (await api(ORDERS, as_=customer))["orders"]
    rest = (await api(ORDERS, as_=customer, after=first["pageInfo"]["endCursor"]))["orders"]
    assert [node["number"] for node in (*first["nodes"], *rest["nodes"])] == placed[::-1]


async def happen(viewer: Viewer, order: Order, *, times: int) -> None:
    for _ in range(times):
        async with viewer.market.change():
            await tell(viewer, await lock(viewer, order.id), kind="payment.created")


async def test_a_timeline_is_read_page_by_page(api: Api, customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    await happen(customer, order, times=3)
    key = ids.to_public("Order", order.id)
    first = (await api(TIMELINE, as_=customer, id=key))["order"]["timeline"]
    assert [node["sequence"] for node in first["nodes"]] == [1, 2]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (
        4,
        True,
        False,
    )
    rest = (await api(TIMELINE, as_=customer, id=key, after=first["pageInfo"]["endCursor"]))["order"]["timeline"]
    assert [node["sequence"] for node in rest["nodes"]] == [3, 4]
    assert (rest["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasPreviousPage"]) == (False, True)


@pytest.mark.parametrize(("sequence", "shown"), [(-7, [1, 2]), (2**31 - 1, [])])
async def test_a_cursor_beyond_the_timeline_reads_what_there_is(
    api: Api, customer: Viewer, sequence: int, shown: list[int]
) -> None:
    order = await place_order(customer, await make_product())
    await happen(customer, order, times=1)
    after = forged("events.oldest", sequence, SOMEBODY)
    answer = await api(TIMELINE, as_=customer, id=ids.to_public("Order", order.id), after=after)
    assert [node["sequence"] for node in answer["order"]["timeline"]["nodes"]] == shown


async def test_the_timelines_of_a_page_take_as_many_statements_as_that_of_one_order(api: Api, customer: Viewer) -> None:
    apples, costs = await make_product(), []
    for placed in (1, 3):
        while await Order.all().count() < placed:
            await happen(customer, await place_order(customer, apples), times=4)
        tally = begin()
        answer = await api(TIMELINES, as_=customer)
        costs.append(tally.statements)
        assert [len(node["timeline"]["nodes"]) for node in answer["orders"]["nodes"]] == [3] * placed
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    "moment",
    [
        5,
        "yesterday",
        {"t": 5},
        {"t": "2026-01-01T00:00:00"},
        {"t": "0001-01-01T00:00:00+23:59"},
        {"t": "9999-12-31T23:59:59-23:59"},
    ],
)
async def test_a_cursor_without_a_moment_of_ours_is_refused(api: Api, customer: Viewer, moment: object) -> None:
    answer = await api.raw(ORDERS, as_=customer, after=forged("orders.newest", moment, SOMEBODY))
    assert answer.errors is not None
    assert [error.code for error in answer.errors] == ["INVALID_CURSOR"]


@pytest.mark.parametrize("sequence", [2**31, -(2**40), "one", {"t": "2026-01-01T00:00:00+00:00"}, True, None])
async def test_a_cursor_without_a_number_of_ours_is_refused(api: Api, customer: Viewer, sequence: object) -> None:
    order = await place_order(customer, await make_product())
    after = forged("events.oldest", sequence, SOMEBODY)
    answer = await api.raw(TIMELINE, as_=customer, id=ids.to_public("Order", order.id), after=after)
    assert answer.errors is not None
    assert [error.code for error in answer.errors] == ["INVALID_CURSOR"]

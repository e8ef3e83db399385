"""Lists of orders and of what happened to them: pages, and cursors that nobody was given."""

import base64
import json
from typing import Any

import pytest

from domain.access import Viewer
from kit import ids
from tests.api import Api
from tests.factories.catalog import make_product
from tests.factories.orders import place_order

ORDERS = "query ($after: String) { orders(first: 2, after: $after) { nodes { number } pageInfo { endCursor } } }"
TIMELINE = """query ($id: ID!, $after: String) {
  order(id: $id) { timeline(after: $after) { nodes { sequence } } }
}"""
SOMEBODY = "01900000-0000-7000-8000-000000000000"


def forged(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


async def test_pages_go_on_where_the_last_one_ended(api: Api, customer: Viewer) -> None:
    apples = await make_product()
    placed = [(await place_order(customer, apples)).number for _ in range(3)]
    first = (await api(ORDERS, as_=customer))["orders"]
    rest = (await api(ORDERS, as_=customer, after=first["pageInfo"]["endCursor"]))["orders"]
    assert [node["number"] for node in (*first["nodes"], *rest["nodes"])] == placed[::-1]


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

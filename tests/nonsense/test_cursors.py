"""Cursors that somebody has tampered with: a place in the list, or refused, whatever is written in them."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from graphql import GraphQLEnumType, get_named_type
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.root import schema
from tests.nonsense.conftest import Town
from tests.nonsense.test_nonsense import nonsense

CORE = schema._schema
ADMINISTRATOR = "ADMINISTRATOR"

whole = st.integers(-(2**70), 2**70) | st.sampled_from((0, -1, 2**31, 2**63 - 1, -(2**63), 2**63))
texts = st.text(max_size=12) | st.sampled_from(
    (
        "\x00",
        "\ud800",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "00000000-0000-0000-0000-000000000000",
        "x" * 900,
        "NaN",
        "1e9",
    )
)
moments = st.sampled_from(
    ("2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "", 5, None)
)
parts: st.SearchStrategy[Any] = (
    whole
    | texts
    | st.none()
    | st.booleans()
    | st.floats()
    | st.fixed_dictionaries({"t": moments})
    | st.fixed_dictionaries(
        {"d": st.sampled_from(("2026-01-01", "0001-01-01", "9999-12-31", "2026-02-30", "", 5, None))}
    )
    | st.just([])
    | st.just({})
)


def lists() -> list[str]:
    """A document for each list at the root, and each order that it can be asked for in."""
    assert CORE.query_type is not None
    found = []
    for name, one in CORE.query_type.fields.items():
        if get_named_type(one.type).name.endswith("Connection"):
            sort = get_named_type(one.args["sort"].type) if "sort" in one.args else None
            orders = [f", sort: {order}" for order in sort.values] if isinstance(sort, GraphQLEnumType) else [""]
            found += [f"{name}(first: 1, after: $after{order})" for order in orders]
    return [f"query ($after: String) {{ {call} {{ edges {{ cursor }} totalCount }} }}" for call in found]


def opened(cursor: str) -> list[Any]:
    key: list[Any] = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return key


def closed(key: object) -> str:
    return urlsafe_b64encode(json.dumps(key).encode()).rstrip(b"=").decode()


@settings(nonsense, max_examples=80)
@given(data=st.data(), document=st.sampled_from(lists()))
async def test_a_forged_cursor_is_a_place_in_the_list_or_refused(town: Town, data: Any, document: str) -> None:
    first = await town.tell(ADMINISTRATOR, document, {})
    edges = next(iter(first["data"].values()))["edges"]
    key = opened(edges[0]["cursor"]) if edges else ["", "", ""]
    for place in data.draw(st.sets(st.integers(0, len(key) - 1), min_size=1)):
        key[place] = data.draw(parts)
    answer = await town.tell(ADMINISTRATOR, document, {"after": closed(key)})
    codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
    assert codes in ([], ["INVALID_CURSOR"]), codes


async def test_what_is_no_cursor_is_refused(town: Town) -> None:
    for document in lists():
        for cursor in ("", "x", "====", "é", "bnVsbA", "W10", "W1tdXQ", "e30", "A" * 2000):
            answer = await town.tell(ADMINISTRATOR, document, {"after": cursor})
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID_CURSOR"], document

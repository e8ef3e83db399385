"""Errors: each has a code; a bug shows its id and nothing else."""

import json
from typing import Any

import pytest

from tests.wire.conftest import Serve, Wire

SECRET = "hunter2"


async def test_a_bug_is_masked_with_an_id_that_stands_in_the_log(wire: Wire, logs: list[Any]) -> None:
    response = await wire.post("query Q { bug hello }")
    assert response.status_code == 200
    body = response.json()
    assert body["data"] == {"bug": None, "hello": "hello world"}
    error = body["errors"][0]
    assert error["path"] == ["bug"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert SECRET not in response.text
    assert error["extensions"]["id"] in error["message"]
    [entry] = [log for log in logs if log["event"] == "bug"]
    assert entry["error_id"] == error["extensions"]["id"]
    assert entry["operation"] == "Q"
    assert SECRET in str(entry["exc_info"])


async def test_a_bug_that_takes_the_whole_answer_is_still_answered(wire: Wire) -> None:
    response = await wire.post("{ fatalBug }", accept="application/graphql-response+json")
    assert response.status_code == 200
    assert response.json()["data"] is None
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL"


async def test_a_bug_outside_the_schema_is_masked_too(wire: Wire, logs: list[Any]) -> None:
    wire.contexts.broken = True
    response = await wire.post("{ hello }")
    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "secret store" not in response.text
    assert [log["event"] for log in logs] == ["bug"]


async def test_an_answer_that_is_not_json_is_a_bug_of_ours(wire: Wire, logs: list[Any]) -> None:
    response = await wire.post("{ notJson }")
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert [log["event"] for log in logs] == ["bug"]


async def test_a_refusal_is_shown_with_its_code_and_words(wire: Wire) -> None:
    error = (await wire.post("{ refused }")).json()["errors"][0]
    assert error["message"] == "SOLD_OUT in en"
    assert error["extensions"] == {"code": "SOLD_OUT", "retryable": True, "inputPath": ["lines", "0"]}
    assert error["path"] == ["refused"]


async def test_several_refusals_are_told_at_once(wire: Wire) -> None:
    errors = (await wire.post("{ refusedTwice }")).json()["errors"]
    assert [error["extensions"]["code"] for error in errors] == ["SOLD_OUT", "PRICE_CHANGED"]


async def test_the_wires_own_refusals_speak_the_callers_language(wire: Wire) -> None:
    async def message(language: str) -> Any:
        response = await wire.http.put("/graphql", headers={"Accept-Language": language})
        return response.json()["errors"][0]["message"]

    assert "方法" in await message("zh-CN")
    assert "Use GET" in await message("en-GB")


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ hello(name: LONG) }", {}),
        ("query($n: Int!) { number(value: $n) }", {"n": "LONG"}),
        ("query($w: Wish) { paint(color: RED, wish: $w) }", {"w": {"name": "x", "color": "LONG"}}),
        ("{ paint(color: LONG) }", {}),
        ("{ LONG }", {}),
        ("query LONG { hello } query LONG { hello }", {}),
    ],
)
async def test_long_input_is_not_echoed(wire: Wire, query: str, variables: dict[str, Any]) -> None:
    long = "x" * 100_000
    text = json.dumps(variables).replace("LONG", long)
    response = await wire.post(query.replace("LONG", long), variables=json.loads(text))
    assert response.json()["errors"]
    assert len(response.content) < 5_000


MISSPELT: list[tuple[str, dict[str, Any]]] = [
    ("{ helo }", {}),
    ("{ hello(nam: 1) }", {}),
    ("{ paint(color: REDD) }", {}),
    ("{ paint(color: RED, wish: {nam: 1}) }", {}),
    ("query($x: Wisch) { paint(color: RED, wish: $x) }", {}),
    ("{ ... on Produkt { id } }", {}),
    ("query($w: Wish) { paint(color: RED, wish: $w) }", {"w": {"name": "a", "colour": "RED"}}),
    ("query($c: Color!) { paint(color: $c) }", {"c": "REDD"}),
]


@pytest.mark.parametrize(
    ("settings", "hinted"), [({"demo": True}, True), ({}, False), ({"demo": True, "strict": True}, False)]
)
async def test_hints_at_names_are_for_demo_only(serve: Serve, settings: dict[str, Any], hinted: bool) -> None:
    wire = await serve(settings=settings)
    for query, variables in MISSPELT:
        response = await wire.post(query, variables=variables)
        assert response.json()["errors"]
        assert ("Did you mean" in response.text) is hinted, query


async def test_the_schema_is_described_unless_the_server_is_strict(serve: Serve) -> None:
    question = '{ __schema { queryType { name } } __type(name: "Query") { name } }'
    assert (await (await serve()).post(question)).json()["data"]["__type"] == {"name": "Query"}
    strict = await serve(settings={"strict": True})
    assert await strict.code_of(question) == "INTROSPECTION_DISABLED"
    assert (await strict.post("{ __typename }")).json()["data"] == {"__typename": "Query"}


async def test_the_introspection_query_of_graphiql_is_within_the_limits(wire: Wire) -> None:
    from graphql import get_introspection_query

    response = await wire.post(get_introspection_query(input_value_deprecation=True, specified_by_url=True))
    assert "errors" not in response.json()

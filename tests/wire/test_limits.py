"""Limits: a refusal is cheap, comes before anything runs, and names the limit."""

import time
from typing import Any

import pytest

from settings import LimitSettings
from tests.wire import toy
from tests.wire.conftest import Serve, Wire
from transport.documents import Documents
from transport.throttle import MOST_CALLERS, LocalThrottle

# Generous: the machine may be busy. Followed spread by spread, each of these would take minutes.
A_MOMENT = 3.0


async def refusal(wire: Wire, query: str, **payload: Any) -> dict[str, Any]:
    body = (await wire.post(query, **payload)).json()
    assert "data" not in body
    assert len(body["errors"]) == 1, body
    extensions: dict[str, Any] = body["errors"][0]["extensions"]
    assert extensions["code"] == "LIMIT_EXCEEDED"
    return extensions


def bomb(levels: int) -> str:
    """2 to the power of `levels` fields in a few bytes for each level."""
    steps = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels))
    return f"{{ ...F0 }} {steps} fragment F{levels} on Query {{ a: hello }}"


async def test_depth_is_counted_through_fragments(serve: Serve) -> None:
    wire = await serve(depth=4)
    ok = "{ product(id: 1) { variants { variants { id } } } }"
    assert "errors" not in (await wire.post(ok)).json()
    deep = "{ product(id: 1) { variants { ...F } } } fragment F on Product { variants { ... { variants { id } } } }"
    assert await refusal(wire, deep) == {"code": "LIMIT_EXCEEDED", "limit": "depth", "allowed": 4, "found": 5}


async def test_aliases_are_counted_where_fragments_are_spread(serve: Serve) -> None:
    wire = await serve(aliases=3)
    assert "errors" not in (await wire.post("{ a: hello b: hello c: hello }")).json()
    spread = "{ ...F ...F } fragment F on Query { a: hello b: hello }"
    assert (await refusal(wire, spread))["found"] == 4


async def test_root_fields_directives_tokens_and_fragments_are_counted(serve: Serve) -> None:
    wire = await serve(root_fields=2, directives=2, tokens=60, fragments=1)
    assert (await refusal(wire, "{ ...F hello } fragment F on Query { hello viewer }"))["limit"] == "root_fields"
    assert (await refusal(wire, "{ hello @skip(if: false) @skip(if: false) @skip(if: false) }"))[
        "limit"
    ] == "directives"
    assert (await refusal(wire, "{ " + "hello " * 60 + "}"))["limit"] == "tokens"
    assert (await refusal(wire, "{ hello }" + "#\n" * 100 + "{ hello }"))["limit"] == "tokens"
    fragments = "{ ...F ...G } fragment F on Query { hello } fragment G on Query { hello }"
    assert await refusal(wire, fragments) == {"code": "LIMIT_EXCEEDED", "limit": "fragments", "allowed": 1, "found": 2}


async def test_describing_the_schema_over_and_over_costs_more_than_once(serve: Serve) -> None:
    wire = await serve(cost=1_000)
    once = "{ __schema { types { fields { name args { name } } } } }"
    assert "errors" not in (await wire.post(once)).json()
    again = " ".join(f"f{n}: fields {{ ...F }}" for n in range(200))
    often = f"{{ __schema {{ types {{ {again} }} }} }} fragment F on __Field {{ name args {{ name }} }}"
    assert (await refusal(wire, often))["limit"] == "cost"


async def test_values_in_variables_are_counted_through_lists_and_objects(serve: Serve) -> None:
    wire = await serve(variable_values=6)
    query = "{ hello }"
    assert "errors" not in (await wire.post(query, variables={"a": [1, 2], "b": {"c": {"d": None}}})).json()
    assert await refusal(wire, query, variables={"a": [1, 2], "b": {"c": {"d": [None]}}}) == {
        "code": "LIMIT_EXCEEDED",
        "limit": "variable_values",
        "allowed": 6,
        "found": 7,
    }


@pytest.mark.parametrize("levels", [25, 60, 99])
async def test_a_fragment_bomb_is_refused_in_a_moment(wire: Wire, levels: int) -> None:
    started = time.perf_counter()
    assert (await refusal(wire, bomb(levels)))["limit"] == "aliases"
    assert time.perf_counter() - started < A_MOMENT


async def test_a_bomb_of_fields_without_aliases_is_refused_by_cost(serve: Serve) -> None:
    wire = await serve(fragments=200, root_fields=10**13)
    started = time.perf_counter()
    assert (await refusal(wire, bomb(60).replace("a: hello", "hello")))["limit"] == "cost"
    assert time.perf_counter() - started < A_MOMENT


@pytest.mark.parametrize(
    "query",
    [
        "{ product(id: 1) { " + "id " * 3_900 + "} }",
        "{ product(id: 1) { " + "variants { id } " * 900 + "} }",
        "{"
        + " ".join(f"...F{n}" for n in range(90))
        + "}"
        + " ".join(f"fragment F{n} on Query {{ hello product(id: 1) {{ id title }} }}" for n in range(90)),
        "{ product(id: 1) { " + "... { " * 150 + "id" + " }" * 150 + " } }",
        "{ a: hello(name: " + "[" * 190 + "]" * 190 + ") }",
        "{ " + "{ " * 3_000,
        "{ product(id: 1) { ...A } } fragment A on Product { variants { ...B } }"
        " fragment B on Product { variants { ...A } }",
    ],
)
async def test_documents_that_are_dear_to_validate_take_a_moment(wire: Wire, query: str) -> None:
    started = time.perf_counter()
    response = await wire.post(query)
    assert response.status_code == 200
    assert "errors" in response.json() or response.json()["data"]
    assert time.perf_counter() - started < A_MOMENT


async def test_cost_is_fields_times_the_lists_around_them(wire: Wire) -> None:
    async def cost(query: str, **variables: Any) -> int:
        shown = (await wire.post(query, variables=variables)).json()["extensions"]["throttle"]
        found: int = shown["cost"]
        return found

    assert await cost("{ hello viewer }") == 2
    # products 1, edges 1, then 5 × (node 1 + title 1)
    assert await cost("{ products(first: 5) { edges { node { title } } } }") == 1 + 1 + 5 * 2
    assert await cost("query($n: Int) { products(first: $n) { nodes { title } } }", n=7) == 1 + 1 + 7
    assert await cost("query($n: Int = 3) { products(last: $n) { nodes { title } } }") == 1 + 1 + 3
    assert await cost("{ products { nodes { title } } }") == 1 + 1 + 20  # the assumed page
    assert await cost("{ product(id: 1) { variants { title } } }") == 1 + 1 + 10  # the assumed list
    assert await cost(
        "{ products(first: 2) { ...C } } fragment C on ProductConnection { nodes { ...P } }"
        " fragment P on Product { title variants { id } }"
    ) == 1 + 1 + 2 * (1 + 1 + 10)
    assert await cost('mutation { note(text: "x") }') == 10


async def test_nested_pages_are_refused_before_they_run(wire: Wire) -> None:
    nested = (
        "query($n: Int!) { products(first: $n) { nodes { related(first: $n) { nodes { related(first: $n) "
        "{ nodes { title } } } } } } }"
    )
    started = time.perf_counter()
    refused = await refusal(wire, nested, variables={"n": 100})
    assert (refused["limit"], refused["allowed"]) == ("cost", 20_000)
    assert refused["found"] > 1_000_000
    assert time.perf_counter() - started < A_MOMENT
    for absurd in (10**300, -5, "100", True, None, [100], {"n": 1}):
        body = (await wire.post(nested, variables={"n": absurd})).json()
        codes = {error["extensions"]["code"] for error in body.get("errors", [])}
        assert codes <= {"LIMIT_EXCEEDED", "BAD_USER_INPUT"}


async def test_an_operation_that_takes_too_long_is_stopped(serve: Serve) -> None:
    wire = await serve(operation_seconds=0.2)
    started = time.perf_counter()
    response = await wire.post("{ slow product(id: 1) { id } again: slow }")
    assert time.perf_counter() - started < A_MOMENT
    assert response.status_code == 200
    assert response.json()["data"] is None
    assert response.json()["errors"][0]["extensions"] == {"code": "TIMEOUT", "retryable": True, "allowed": 0.2}
    assert toy.watch.open == 0  # nothing of it goes on behind the answer


async def test_a_caller_with_an_empty_bucket_waits_while_others_do_not(serve: Serve) -> None:
    wire = await serve(bucket_size=60, bucket_refill_per_second=1)
    document = "{ products(first: 10) { nodes { id title } } }"  # 23 to read it the first time, 22 to run it
    first = (await wire.post(document)).json()["extensions"]["throttle"]
    assert first == {"cost": 22, "available": 60 - 23 - 22, "size": 60, "refillPerSecond": 1}
    refused = await wire.post(document)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == refused.json()["errors"][0]["extensions"]["seconds"] > 0
    assert refused.json()["errors"][0]["extensions"]["code"] == "THROTTLED"
    other = await wire.http.post("/graphql", json={"query": document}, headers={"Authorization": "Bearer lin"})
    assert other.status_code == 200


async def test_nonsense_empties_the_bucket_too(serve: Serve) -> None:
    wire = await serve(bucket_size=100, bucket_refill_per_second=1)
    statuses = [(await wire.post("{ " + "x" * 60 + str(n))).status_code for n in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


async def test_a_bucket_fills_up_again_and_no_further() -> None:
    now = 0.0
    throttle = LocalThrottle(100, 10, clock=lambda: now)
    assert (await throttle.take("lin", 90)).available == 10
    refused = await throttle.take("lin", 50)
    assert (refused.granted, refused.available, refused.wait_seconds) == (False, 10, 4)
    now = 4.0
    assert (await throttle.take("lin", 50)).granted
    now = 1_000.0
    assert (await throttle.take("lin", 0)).available == 100


async def test_the_memory_of_buckets_is_bounded() -> None:
    throttle = LocalThrottle(100, 10)
    for number in range(MOST_CALLERS + 500):
        await throttle.take(str(number), 1)
    assert len(throttle._buckets) == MOST_CALLERS


def test_a_document_is_parsed_and_validated_once_and_the_cache_is_bounded() -> None:
    limits = LimitSettings(_env_file=None, cached_document_chars=1_000)
    documents = Documents(toy.schema._schema, limits, introspection=True, suggestions=False)
    first = documents.operation("{ hello }", None)
    assert documents.operation("{ hello }", None) is first
    for number in range(100):
        documents.operation(f'{{ hello(name: "{number}") }}', None)
    assert not documents.knows("{ hello }")
    assert documents._kept_chars == sum(map(len, documents._kept)) <= 1_000

"""Whatever is sent, the server answers as the protocols say: no 5xx, no traceback, no bug in the log."""

import asyncio
import json
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema
from websockets import Subprotocol
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.wire import toy
from tests.wire.conftest import Wire

BRIEF = settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
JSON = {"Content-Type": "application/json"}
PROVOKED = ("bug", "fatalBug", "notJson", "trouble", "breaks", "slow", "forever", "seconds", "pause", "wide")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
queries = from_schema(str(toy.schema), allow_x00=True, allow_null=True).filter(
    lambda query: not any(name in query for name in PROVOKED)
)
parts = st.fixed_dictionaries(
    {},
    optional={
        "query": queries | st.sampled_from(["{ hello }", "{", "query A { hello } query B { hello }"]) | json_values,
        "variables": json_values,
        "operationName": json_values,
        "extensions": json_values,
    },
)


def told_properly(response: httpx.Response, logs: list[Any]) -> None:
    assert response.status_code < 500, response.text
    assert "Traceback" not in response.text
    clean(logs)
    body = response.json()
    for one in body if isinstance(body, list) else [body]:
        assert "data" in one or one["errors"]
        assert all(error["extensions"]["code"] != "INTERNAL" for error in one.get("errors", []))


def clean(logs: list[Any]) -> None:
    assert [log for log in logs if log["event"] == "bug"] == []


@BRIEF
@given(
    body=st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()),
    accept=st.sampled_from(
        ["application/json", "application/graphql-response+json", "*/*", "text/event-stream, application/json"]
    ),
)
async def test_any_body_is_answered(wire: Wire, logs: list[Any], body: bytes, accept: str) -> None:
    headers = {"Content-Type": "application/json", "Accept": accept}
    told_properly(await wire.http.post("/graphql", content=body, headers=headers), logs)


@BRIEF
@given(payload=parts)
async def test_any_request_is_answered(wire: Wire, logs: list[Any], payload: dict[str, Any]) -> None:
    told_properly(await wire.http.post("/graphql", content=json.dumps(payload).encode(), headers=JSON), logs)


@BRIEF
@given(query=queries)
async def test_any_query_of_the_schema_is_answered_without_a_bug(wire: Wire, logs: list[Any], query: str) -> None:
    told_properly(await wire.http.post("/graphql", json={"query": query}), logs)


@BRIEF
@given(
    headers=st.dictionaries(
        st.sampled_from(
            [
                "accept",
                "content-type",
                "accept-language",
                "authorization",
                "origin",
                "last-event-id",
                "x-cart-token",
                "content-encoding",
            ]
        ),
        st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30),
    )
)
async def test_any_headers_are_answered(wire: Wire, logs: list[Any], headers: dict[str, str]) -> None:
    raw = {name.encode(): value.strip().encode("latin-1") for name, value in {**JSON, **headers}.items()}
    told_properly(await wire.http.post("/graphql", content=b'{"query":"{ hello }"}', headers=raw), logs)


@BRIEF
@given(query_string=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=60))
async def test_any_query_string_is_answered(wire: Wire, logs: list[Any], query_string: str) -> None:
    told_properly(await wire.http.get(f"/graphql?{query_string}", headers={"Accept": "application/json"}), logs)


@settings(BRIEF, max_examples=40)
@given(
    frames=st.lists(
        st.text(max_size=60)
        | st.binary(max_size=20)
        | json_values.map(json.dumps)
        | st.fixed_dictionaries(
            {"type": st.sampled_from(["connection_init", "subscribe", "complete", "ping", "pong"]) | json_values},
            optional={"id": st.sampled_from(["1", "2"]) | json_values, "payload": parts | json_values},
        ).map(json.dumps),
        max_size=5,
    ),
    greets=st.booleans(),
)
async def test_any_frames_are_answered_or_closed_with_a_code_of_the_protocol(
    wire: Wire, logs: list[Any], frames: list[str | bytes], greets: bool
) -> None:
    async with connect(wire.ws_url, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None) as socket:
        try:
            for frame in [*(['{"type": "connection_init"}'] if greets else []), *frames]:
                await socket.send(frame)
            await socket.send('{"type": "ping", "payload": {"last": true}}')
            while '"last"' not in await asyncio.wait_for(socket.recv(), 5):
                pass
        except ConnectionClosed:
            assert socket.close_code in {4400, 4401, 4403, 4409, 4429}
    clean(logs)

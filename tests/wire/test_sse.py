"""Event streams: one operation for each response, framed so that every client can read it."""

import asyncio
import json
import socket
from typing import Any

import httpx
import pytest

from tests.wire import toy
from tests.wire.conftest import Serve, Wire
from tests.wire.test_websocket import ended, produced
from transport.silence import end_silent_connections

STREAM = {"Accept": "text/event-stream"}


def frames(text: str) -> list[dict[str, str]]:
    """The events of a stream, read as an EventSource reads them; comments are left out."""
    events = []
    for block in text.split("\n\n"):
        fields = dict(line.split(":", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if fields:
            events.append({name: value.removeprefix(" ") for name, value in fields.items()})
    return events


async def streamed(wire: Wire, query: str, *, path: str = "/graphql", **payload: Any) -> list[dict[str, str]]:
    response = await wire.http.post(path, json={"query": query, **payload}, headers=STREAM)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert "\r" not in response.text
    return frames(response.text)


async def test_a_subscription_streams_its_events_and_completes(wire: Wire) -> None:
    events = await streamed(wire, "subscription { ticks(upto: 2) { number cursor } }")
    assert events == [
        {"event": "next", "id": "1", "data": '{"data":{"ticks":{"number":1,"cursor":"1"}}}'},
        {"event": "next", "id": "2", "data": '{"data":{"ticks":{"number":2,"cursor":"2"}}}'},
        {"event": "complete", "data": ""},
    ]
    await ended()


async def test_the_stream_path_streams_whatever_is_accepted(wire: Wire) -> None:
    for accept in ("*/*", "application/json", "text/event-stream"):
        response = await wire.http.post("/graphql/stream", json={"query": "{ hello }"}, headers={"Accept": accept})
        [answer, done] = frames(response.text)
        assert json.loads(answer["data"])["data"] == {"hello": "hello world"}
        assert done == {"event": "complete", "data": ""}


async def test_an_event_source_may_subscribe_by_get_but_not_write(wire: Wire) -> None:
    subscription = {"query": "subscription { ticks(upto: 1) { number } }"}
    response = await wire.http.get("/graphql/stream", params=subscription, headers=STREAM)
    assert [event["event"] for event in frames(response.text)] == ["next", "complete"]
    write = await wire.http.get("/graphql/stream", params={"query": 'mutation { note(text: "x") }'}, headers=STREAM)
    assert write.status_code == 405
    assert toy.writes == []


async def test_a_client_that_reconnects_goes_on_after_the_last_event_it_saw(wire: Wire) -> None:
    query = {
        "query": "subscription($after: String) { ticks(upto: 4, after: $after) { number cursor } }",
        "variables": '{"after": "1"}',
    }
    first = await wire.http.get("/graphql/stream", params=query, headers=STREAM)
    assert [event.get("id") for event in frames(first.text)] == ["2", "3", "4", None]
    again = await wire.http.get("/graphql/stream", params=query, headers={**STREAM, "Last-Event-ID": "3"})
    assert [event.get("id") for event in frames(again.text)] == ["4", None]
    seen = await wire.http.post(
        "/graphql/stream", json={"query": "subscription { resumedFrom }"}, headers={b"Last-Event-ID": "光标".encode()}
    )
    assert json.loads(frames(seen.text)[0]["data"]) == {"data": {"resumedFrom": "光标"}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription($n: Int!) { ticks(upto: $n) { number } }", "BAD_USER_INPUT"),
        ("subscription { refuses }", "SOLD_OUT"),
    ],
)
async def test_what_cannot_run_is_told_in_the_stream(wire: Wire, query: str, code: str) -> None:
    [error, done] = await streamed(wire, query)
    assert json.loads(error["data"])["errors"][0]["extensions"]["code"] == code
    assert done["event"] == "complete"


async def test_a_source_that_breaks_ends_with_a_masked_error(wire: Wire) -> None:
    [first, error, done] = await streamed(wire, "subscription { breaks }")
    assert json.loads(first["data"]) == {"data": {"breaks": "first"}}
    assert json.loads(error["data"])["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in error["data"]
    assert done["event"] == "complete"


async def test_a_stream_is_kept_warm_by_comments(serve: Serve) -> None:
    wire = await serve(ping_seconds=0.1)
    async with wire.http.stream(
        "POST", "/graphql", json={"query": "subscription { forever { number } }"}, headers=STREAM
    ) as response:
        text = ""
        async with asyncio.timeout(5):
            async for chunk in response.aiter_text():
                text += chunk
                if text.count(":\n\n") >= 4:
                    break
    assert text.startswith(":\n\n")


async def test_a_client_that_leaves_ends_the_source(wire: Wire) -> None:
    async with wire.http.stream(
        "POST", "/graphql", json={"query": "subscription { forever { number } }"}, headers=STREAM
    ) as response:
        assert response.status_code == 200
        await produced(1)
        assert toy.watch.open == 1
    await ended()


async def test_a_reader_that_takes_nothing_is_let_go(serve: Serve) -> None:
    wire = await serve(ping_seconds=0.5)
    body = json.dumps({"query": "subscription { forever(pause: 0) { wide(size: 100000) } }"}).encode()
    _, writer = await asyncio.open_connection("127.0.0.1", wire.port, limit=1_000)
    writer.write(
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
        + f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    await produced(1)
    await ended()
    assert toy.watch.produced < 200  # nothing was piled up for them
    writer.close()


async def test_a_revoked_token_ends_a_stream_with_an_error(serve: Serve) -> None:
    wire = await serve(revalidate_seconds=0.1)
    for pause in (60, 0.05):  # idle, and between events
        wire.contexts.revoked.clear()
        async with wire.http.stream(
            "POST",
            "/graphql",
            json={"query": f"subscription {{ forever(pause: {pause}) {{ number }} }}"},
            headers={**STREAM, "Authorization": "Bearer lin"},
        ) as response:
            text = ""
            async with asyncio.timeout(5):
                async for chunk in response.aiter_text():
                    text += chunk
                    wire.contexts.revoked.add("lin")
        last, done = frames(text)[-2:]
        assert json.loads(last["data"])["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert done["event"] == "complete"
        await ended()


async def test_streams_count_as_connections_of_their_caller(serve: Serve) -> None:
    wire = await serve(connections_per_caller=1)
    forever = {"query": "subscription { forever { number } }"}
    async with wire.http.stream("POST", "/graphql", json=forever, headers=STREAM):
        refused = await wire.http.post("/graphql", json=forever, headers=STREAM)
        assert refused.status_code == 429
        assert refused.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_CONNECTIONS"
    await ended()
    assert len(await streamed(wire, "subscription { ticks(upto: 1) { number } }")) == 2


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no TCP_USER_TIMEOUT")
def test_connections_inherit_how_long_silence_is_borne() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        end_silent_connections(listener, 40)
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 40_000


async def test_pages_of_other_sites_may_not_open_streams(wire: Wire) -> None:
    query = {"query": "subscription { forever { number } }"}
    response: httpx.Response = await wire.http.get(
        "/graphql/stream", params=query, headers={**STREAM, "Origin": "https://evil.example"}
    )
    assert response.status_code == 403
    assert response.json()["errors"][0]["extensions"]["code"] == "ORIGIN_NOT_ALLOWED"

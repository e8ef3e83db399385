"""graphql-transport-ws: messages, close codes, and what ends with a socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets import Subprotocol
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from tests.wire import toy
from tests.wire.conftest import Serve, Wire

PROTOCOL = Subprotocol("graphql-transport-ws")
SOON = 5.0  # seconds; a test that waits this long has failed


@asynccontextmanager
async def opened(wire: Wire, *, init: bool | dict[str, Any] = True, **headers: str) -> AsyncIterator[ClientConnection]:
    async with connect(
        wire.ws_url, subprotocols=[PROTOCOL], additional_headers=headers, compression=None, proxy=None
    ) as socket:
        if init is not False:
            await say(socket, type="connection_init", **({} if init is True else {"payload": init}))
            assert await heard(socket) == {"type": "connection_ack"}
        yield socket


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def subscribe(socket: ClientConnection, query: str, id: str = "1", **payload: Any) -> None:
    await say(socket, type="subscribe", id=id, payload={"query": query, **payload})


async def heard(socket: ClientConnection) -> dict[str, Any]:
    """The next message that is not a ping; pings are answered."""
    while True:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), SOON))
        if message["type"] != "ping":
            return message
        await say(socket, type="pong")


async def closed(socket: ClientConnection) -> tuple[int, str]:
    """With which code and reason the server ended the socket."""
    async with asyncio.timeout(SOON):
        with suppress(ConnectionClosedError):
            async for _ in socket:
                pass  # whatever was still under way
        await socket.wait_closed()
    assert socket.close_code is not None
    return socket.close_code, socket.close_reason or ""


async def ended() -> None:
    """Waits until no source of a subscription is open."""
    async with asyncio.timeout(SOON):
        while toy.watch.open:
            toy.watch.changed.clear()
            await toy.watch.changed.wait()


async def produced(number: int) -> None:
    async with asyncio.timeout(SOON):
        while toy.watch.produced < number:
            await asyncio.sleep(0.01)


# Opening


async def test_only_graphql_transport_ws_is_offered(wire: Wire) -> None:
    old_and_new = [Subprotocol("graphql-ws"), PROTOCOL]
    async with connect(wire.ws_url, subprotocols=old_and_new, proxy=None) as socket:
        assert socket.subprotocol == PROTOCOL


@pytest.mark.parametrize("offered", [None, [Subprotocol("graphql-ws")]])
async def test_another_subprotocol_is_closed_with_4406(wire: Wire, offered: list[Subprotocol] | None) -> None:
    async with connect(wire.ws_url, subprotocols=offered, proxy=None) as socket:
        assert await closed(socket) == (4406, "Subprotocol not acceptable")


async def test_a_socket_without_connection_init_is_closed_with_4408(serve: Serve) -> None:
    wire = await serve(connection_init_seconds=0.2)
    async with opened(wire, init=False) as socket:
        assert await closed(socket) == (4408, "Connection initialisation timeout")


async def test_a_second_connection_init_is_closed_with_4429(wire: Wire) -> None:
    async with opened(wire) as socket:
        await say(socket, type="connection_init")
        assert await closed(socket) == (4429, "Too many initialisation requests")


async def test_a_subscribe_before_connection_init_is_closed_with_4401(wire: Wire) -> None:
    async with opened(wire, init=False) as socket:
        await subscribe(socket, "{ hello }")
        assert await closed(socket) == (4401, "Unauthorized")


async def test_the_token_may_come_in_connection_init_or_in_the_header(wire: Wire) -> None:
    async def viewer(init: bool | dict[str, Any], **headers: str) -> Any:
        async with opened(wire, init=init, **headers) as socket:
            await subscribe(socket, "{ viewer }")
            return (await heard(socket))["payload"]["data"]["viewer"]

    assert await viewer({"authorization": "Bearer lin"}) == "lin en None"
    assert await viewer({"Authorization": "Bearer lin", "locale": "zh-CN"}) == "lin zh-CN None"
    assert await viewer(True, Authorization="Bearer mei") == "mei en None"
    assert await viewer({"cartToken": "cart", "locale": "en"}, **{"Accept-Language": "zh"}) == "guest en cart"


@pytest.mark.parametrize("payload", [{"authorization": "Bearer bad"}, {"authorization": "lin"}, {"authorization": 5}])
async def test_a_bad_token_is_closed_with_4403(wire: Wire, payload: dict[str, Any]) -> None:
    async with opened(wire, init=False) as socket:
        await say(socket, type="connection_init", payload=payload)
        assert await closed(socket) == (4403, "Forbidden")


async def test_a_bug_while_greeting_is_closed_with_4500_and_says_nothing(wire: Wire) -> None:
    wire.contexts.broken = True
    async with opened(wire, init=False) as socket:
        await say(socket, type="connection_init")
        assert await closed(socket) == (4500, "Internal server error")


async def test_pages_of_other_sites_may_not_connect(serve: Serve) -> None:
    wire = await serve(settings={"allowed_origins": "https://shop.example"})
    for origin in ("https://evil.example", "null", "https://shop.example.evil.example", "https://["):
        with pytest.raises(InvalidStatus) as refused:
            async with opened(wire, Origin=origin):
                pass
        assert refused.value.response.status_code == 403
    for origin in ("https://shop.example", "https://SHOP.example:443", f"http://127.0.0.1:{wire.port}"):
        async with opened(wire, Origin=origin):
            pass


async def test_one_address_may_keep_so_many_sockets_and_no_more(serve: Serve) -> None:
    wire = await serve(connections_per_caller=2)
    async with opened(wire), opened(wire):
        with pytest.raises(InvalidStatus) as refused:
            async with opened(wire):
                pass
        assert refused.value.response.status_code == 429
    await asyncio.sleep(0.05)
    async with opened(wire):
        pass


# Messages


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        "5",
        '"text"',
        "",
        "{",
        "\0",
        "[" * 100_000,
        '{"type":' * 20_000,
        '{"type": "ping", "payload": ' + "9" * 5_000 + "}",
        '{"type": "pong", "payload": []}',
        '{"type": "ping", "payload": 1}',
        "{}",
        '{"type": "unknown"}',
        '{"type": null}',
        '{"type": {"a": 1}}',
        '{"type": "start", "id": "1", "payload": {"query": "{ hello }"}}',
        '{"type": "connection_init", "payload": "x"}',
        '{"type": "connection_ack"}',
        '{"type": "subscribe"}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": null}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": {"a": 1}, "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": null, "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "variables": [1]}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "variables": "x"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "operationName": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "extensions": 1}}',
        '{"type": "subscribe", "id": "1", "payload": [{"query": "{ hello }"}]}',
        '{"type": "complete"}',
        '{"type": "complete", "id": []}',
    ],
)
async def test_a_malformed_message_is_closed_with_4400(wire: Wire, text: str) -> None:
    async with opened(wire) as socket:
        await socket.send(text)
        assert (await closed(socket))[0] == 4400


async def test_a_binary_message_is_closed_with_4400(wire: Wire) -> None:
    async with opened(wire) as socket:
        await socket.send(b'{"type": "ping"}')
        assert (await closed(socket))[0] == 4400


async def test_a_message_over_the_limit_is_closed_with_1009(serve: Serve) -> None:
    wire = await serve(body_bytes=1_000)
    async with opened(wire) as socket:
        await say(socket, type="ping", payload={"text": "x" * 1_000})
        assert (await closed(socket))[0] == 1009


async def test_a_ping_is_answered_with_its_payload(wire: Wire) -> None:
    async with opened(wire, init=False) as socket:
        await say(socket, type="ping", payload={"a": 1})
        assert await heard(socket) == {"type": "pong", "payload": {"a": 1}}
        await say(socket, type="ping", payload=None)
        assert await heard(socket) == {"type": "pong"}
        await say(socket, type="pong")
        await say(socket, type="connection_init", payload=None)
        assert await heard(socket) == {"type": "connection_ack"}


async def test_queries_and_mutations_run_over_a_socket(wire: Wire) -> None:
    async with opened(wire) as socket:
        await subscribe(socket, "query Q($n: String) { hello(name: $n) }", variables={"n": "林"}, operationName="Q")
        answer = await heard(socket)
        assert (answer["type"], answer["id"]) == ("next", "1")
        assert answer["payload"]["data"] == {"hello": "hello 林"}
        assert await heard(socket) == {"type": "complete", "id": "1"}
        await subscribe(socket, 'mutation { note(text: "x") }', id="1")
        assert (await heard(socket))["payload"]["data"] == {"note": "x"}
        assert toy.writes == ["x"]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "query A { hello }", "operationName": "B"}, "OPERATION_NOT_FOUND"),
        ({"query": "query A { hello } query B { hello }"}, "OPERATION_NAME_REQUIRED"),
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "subscription { nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "subscription($n: Int!) { ticks(upto: $n) { number } }"}, "BAD_USER_INPUT"),
        ({"query": "{ products(first: 100000) { nodes { title } } }"}, "LIMIT_EXCEEDED"),
        ({"query": "subscription { refuses }"}, "SOLD_OUT"),
    ],
)
async def test_an_operation_that_cannot_run_gets_an_error_and_the_socket_lives(
    wire: Wire, payload: dict[str, Any], code: str
) -> None:
    async with opened(wire) as socket:
        await say(socket, type="subscribe", id="e", payload=payload)
        error = await heard(socket)
        assert (error["type"], error["id"]) == ("error", "e")
        assert error["payload"][0]["extensions"]["code"] == code
        await subscribe(socket, "{ hello }", id="e")
        assert (await heard(socket))["payload"]["data"] == {"hello": "hello world"}


async def test_a_subscription_sends_its_events_and_completes(wire: Wire) -> None:
    async with opened(wire) as socket:
        await subscribe(socket, "subscription { ticks(upto: 2) { number } }")
        for number in (1, 2):
            message = await heard(socket)
            assert message == {"type": "next", "id": "1", "payload": {"data": {"ticks": {"number": number}}}}
        assert await heard(socket) == {"type": "complete", "id": "1"}
        await ended()


async def test_a_bug_in_an_event_is_masked_and_the_stream_goes_on(wire: Wire) -> None:
    async with opened(wire) as socket:
        await subscribe(socket, "subscription { ticks(upto: 2) { number trouble } }")
        for _ in range(2):
            payload = (await heard(socket))["payload"]
            assert payload["data"]["ticks"]["trouble"] is None
            assert payload["errors"][0]["extensions"]["code"] == "INTERNAL"
            assert "hunter2" not in json.dumps(payload)
        assert (await heard(socket))["type"] == "complete"


async def test_a_source_that_breaks_ends_its_operation_with_a_masked_error(wire: Wire) -> None:
    async with opened(wire) as socket:
        await subscribe(socket, "subscription { breaks }")
        assert (await heard(socket))["payload"]["data"] == {"breaks": "first"}
        error = await heard(socket)
        assert error["type"] == "error"
        assert error["payload"][0]["extensions"]["code"] == "INTERNAL"
        assert "hunter2" not in json.dumps(error)


async def test_every_event_has_a_context_of_its_own(wire: Wire) -> None:
    async with opened(wire) as socket:
        await subscribe(socket, "subscription { ticks(upto: 3) { renewed } }")
        for _ in range(3):
            await heard(socket)
        assert (await heard(socket))["type"] == "complete"
    [greeted] = wire.contexts.seen
    assert len(greeted.renewals) == 1  # for the operation; its events renew the operation's own context


async def test_an_id_in_use_is_closed_with_4409(wire: Wire) -> None:
    async with opened(wire) as socket:
        await subscribe(socket, "subscription { forever { number } }")
        await heard(socket)
        await subscribe(socket, "{ hello }")
        assert await closed(socket) == (4409, "Subscriber for 1 already exists")
    await ended()


async def test_a_long_id_in_use_still_fits_the_close_frame(wire: Wire) -> None:
    async with opened(wire) as socket:
        for _ in range(2):
            await subscribe(socket, "subscription { forever { number } }", id="长" * 200)
        assert (await closed(socket))[0] == 4409


async def test_operations_of_one_socket_are_limited(serve: Serve) -> None:
    wire = await serve(operations_per_connection=2)
    async with opened(wire) as socket:
        for id in ("a", "b"):
            await subscribe(socket, "subscription { forever { number } }", id=id)
            await heard(socket)
        await subscribe(socket, "{ hello }", id="c")
        refused = await heard(socket)
        assert (refused["type"], refused["id"]) == ("error", "c")
        assert refused["payload"][0]["extensions"]["limit"] == "operations_per_connection"
        await say(socket, type="complete", id="a")
        await subscribe(socket, "{ hello }", id="c")
        assert (await heard(socket))["payload"]["data"] == {"hello": "hello world"}


# Ending


async def test_complete_ends_the_source_at_once_and_frees_the_id(wire: Wire) -> None:
    async with opened(wire) as socket:
        await subscribe(socket, "subscription { forever { number } }")
        await heard(socket)
        assert toy.watch.open == 1
        await say(socket, type="complete", id="1")
        await ended()
        await say(socket, type="complete", id="unknown")
        await subscribe(socket, "{ hello }", id="1")
        assert (await heard(socket))["payload"]["data"] == {"hello": "hello world"}


async def test_a_client_that_closes_ends_its_sources(wire: Wire) -> None:
    async with opened(wire) as socket:
        for id in ("a", "b"):
            await subscribe(socket, "subscription { forever { number } }", id=id)
        await produced(2)
    await ended()


async def test_a_client_that_breaks_off_ends_its_sources(wire: Wire) -> None:
    async with opened(wire) as socket:
        await subscribe(socket, "subscription { forever { number } }")
        await produced(1)
        socket.transport.abort()
        await ended()


async def test_a_client_that_vanishes_is_found_by_ping(serve: Serve) -> None:
    wire = await serve(ping_seconds=0.3, connection_init_seconds=0.1)
    async with opened(wire) as socket:
        await subscribe(socket, "subscription { forever { number } }")
        await produced(1)
        # TCP stays open, and nothing answers: what the server sees when a telephone enters a tunnel.
        assert await closed(socket) == (1013, "No answer to ping")
        await ended()


async def test_a_client_that_answers_pings_stays(serve: Serve) -> None:
    wire = await serve(ping_seconds=0.15, connection_init_seconds=0.05)
    async with opened(wire) as socket:
        async with asyncio.timeout(1.2):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(heard(socket), 1.0)
        await subscribe(socket, "{ hello }")
        assert (await heard(socket))["payload"]["data"] == {"hello": "hello world"}


async def test_a_slow_reader_is_not_written_ahead_of(serve: Serve) -> None:
    wire = await serve(ping_seconds=1.0)
    async with opened(wire) as socket:
        socket.transport.pause_reading()
        await subscribe(socket, "subscription { forever(pause: 0) { wide(size: 100000) } }")
        await asyncio.sleep(0.6)
        ahead = toy.watch.produced
        await asyncio.sleep(0.2)
        assert toy.watch.produced == ahead  # the source waits for the reader
        assert ahead < 200  # socket buffers of the system and of asyncio, no queue of ours
        await ended()  # and a reader that takes nothing for too long is let go
        socket.transport.abort()


async def test_a_revoked_token_ends_the_socket_before_the_next_event(wire: Wire) -> None:
    async with opened(wire, init={"authorization": "Bearer lin"}) as socket:
        await subscribe(socket, "subscription { forever(pause: 0.2) { number } }")
        await heard(socket)
        wire.contexts.revoked.add("lin")
        assert await closed(socket) == (4403, "Forbidden")
        await ended()


async def test_a_revoked_token_ends_an_idle_socket(serve: Serve) -> None:
    wire = await serve(revalidate_seconds=0.2)
    async with opened(wire, init={"authorization": "Bearer lin"}) as socket:
        await subscribe(socket, "subscription { forever { number } }")
        await heard(socket)
        wire.contexts.revoked.add("lin")
        assert await closed(socket) == (4403, "Forbidden")


async def test_a_write_that_has_begun_is_finished_though_its_client_left(wire: Wire) -> None:
    async with opened(wire) as socket:
        await subscribe(socket, 'mutation { note(text: "kept", seconds: 0.2) }')
        await asyncio.sleep(0.05)
        socket.transport.abort()
    async with asyncio.timeout(SOON):
        while toy.writes != ["kept"]:
            await asyncio.sleep(0.02)


async def test_an_operation_over_a_socket_has_its_time_limit(serve: Serve) -> None:
    wire = await serve(operation_seconds=0.1)
    async with opened(wire) as socket:
        await subscribe(socket, "{ slow }")
        assert (await heard(socket))["payload"]["errors"][0]["extensions"]["code"] == "TIMEOUT"
        assert (await heard(socket))["type"] == "complete"

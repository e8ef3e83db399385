"""Requests over HTTP: what they may look like, and how they are answered."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.wire import toy
from tests.wire.conftest import Serve, Wire

RESPONSE_JSON = "application/graphql-response+json"
JSON = {"Content-Type": "application/json"}


def code(response: httpx.Response) -> str:
    errors = response.json()["errors"]
    assert len(errors) == 1, errors
    found: str = errors[0]["extensions"]["code"]
    return found


async def test_a_query_answers_in_the_media_type_that_was_asked_for(wire: Wire) -> None:
    for accept in ("application/json", RESPONSE_JSON):
        response = await wire.post("{ hello }", accept=accept)
        assert response.status_code == 200
        assert response.headers["content-type"] == f"{accept}; charset=utf-8"
        assert response.json()["data"] == {"hello": "hello world"}


async def test_the_accept_header_of_urql_gets_json_for_a_query(wire: Wire) -> None:
    urql = f"{RESPONSE_JSON}, application/graphql+json, application/json, text/event-stream, multipart/mixed"
    response = await wire.post("{ hello }", accept=urql)
    assert response.headers["content-type"].startswith(RESPONSE_JSON)
    subscription = await wire.post("subscription { ticks(upto: 1) { number } }", accept=urql)
    assert subscription.headers["content-type"].startswith("text/event-stream")


async def test_an_answer_that_nobody_accepts_is_not_acceptable(wire: Wire) -> None:
    response = await wire.post('mutation { note(text: "x") }', accept="image/png")
    assert (response.status_code, code(response)) == (406, "NOT_ACCEPTABLE")
    assert toy.writes == []


@pytest.mark.parametrize(
    "body",
    [
        b'"text"',
        b"5",
        b"null",
        b"true",
        b"[1]",
        b"",
        b"{",
        b"\xff\xfe",
        b'{"query": "{ hello }\xff"}',
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"a":' * 40_000,
        b'{"query": "{ hello }", "variables": {"a": ' + b"9" * 5_000 + b"}}",
        b'{"query": "{ hello }", "variables": {"a": NaN}}',
        b'{"query": "{ hello(name: \\"\\u0000\\") }", "variables": {"a": "\\u0000"}}',
        b'{"query": "{ hello }", "variables": {"a": "\\ud800"}}',
        b'{"query": 1}',
        b'{"query": ""}',
        b'{"query": "{ hello }", "variables": []}',
        b'{"query": "{ hello }", "variables": "x"}',
        b'{"query": "{ hello }", "operationName": {}}',
        b'{"query": "{ hello }", "extensions": 1}',
    ],
)
async def test_a_malformed_body_is_refused_with_400(wire: Wire, body: bytes) -> None:
    for accept in ("application/json", RESPONSE_JSON):
        response = await wire.http.post("/graphql", content=body, headers={**JSON, "Accept": accept})
        assert response.status_code == (400 if body != b"[1]" or accept == RESPONSE_JSON else 200)
        assert code(response) in ("BAD_REQUEST", "LIMIT_EXCEEDED")
        assert "data" not in response.json()


async def test_a_character_that_no_database_stores_is_refused_in_a_document_too(wire: Wire) -> None:
    assert await wire.code_of('{ hello(name: "\\u0000") }') == "BAD_REQUEST"
    assert await wire.code_of('{ hello(name: "\\u{0}") }') == "BAD_REQUEST"
    assert (await wire.post('{ hello(name: "\\u6797 \\uD83C\\uDF4E") }')).json()["data"] == {"hello": "hello 林 🍎"}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/graphql", ""],
)
async def test_a_form_cannot_write(wire: Wire, content_type: str) -> None:
    body = json.dumps({"query": 'mutation { note(text: "stolen") }'}).encode()
    response = await wire.http.post("/graphql", content=body, headers={"Content-Type": content_type})
    assert (response.status_code, code(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert toy.writes == []


async def test_a_body_in_another_charset_or_compressed_is_refused(wire: Wire) -> None:
    body = json.dumps({"query": "{ hello }"}).encode()
    latin = await wire.http.post(
        "/graphql", content=body, headers={"Content-Type": "application/json; charset=iso-8859-1"}
    )
    assert (latin.status_code, code(latin)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    packed = await wire.http.post("/graphql", content=gzip.compress(body), headers={**JSON, "Content-Encoding": "gzip"})
    assert (packed.status_code, code(packed)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert packed.headers["accept-encoding"] == "identity"
    utf8 = await wire.http.post("/graphql", content=body, headers={"Content-Type": 'Application/JSON; charset="UTF-8"'})
    assert utf8.status_code == 200


async def test_a_body_over_the_limit_is_refused_while_it_is_read(serve: Serve) -> None:
    wire = await serve(body_bytes=1_000)
    declared = await wire.http.post("/graphql", content=b" " * 1_001, headers=JSON)
    assert (declared.status_code, code(declared)) == (413, "BODY_TOO_LARGE")
    assert declared.json()["errors"][0]["extensions"]["allowed"] == 1_000

    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(10_000):
            sent += 1
            yield b" " * 500
            await asyncio.sleep(0.001)

    try:
        chunked = await wire.http.post("/graphql", content=endless(), headers=JSON)
        assert (chunked.status_code, code(chunked)) == (413, "BODY_TOO_LARGE")
    except httpx.TransportError:
        pass  # the server hung up while we were still sending, which is as clear
    assert sent < 5_000


async def test_a_sender_who_stalls_is_not_waited_for(serve: Serve) -> None:
    wire = await serve(operation_seconds=0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
    writer.write(b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{")
    answer = await asyncio.wait_for(reader.read(), 5)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"code":"TIMEOUT"' in answer
    writer.close()


async def test_get_runs_queries_and_nothing_else(wire: Wire) -> None:
    ok = await wire.http.get(
        "/graphql", params={"query": "query($n: String) { hello(name: $n) }", "variables": '{"n": "林"}'}
    )
    assert ok.json()["data"] == {"hello": "hello 林"}
    for headers in ({"Accept": "application/json"}, {"Accept": RESPONSE_JSON}):
        write = await wire.http.get("/graphql", params={"query": 'mutation { note(text: "x") }'}, headers=headers)
        assert (write.status_code, code(write), write.headers["allow"]) == (405, "METHOD_NOT_ALLOWED", "POST")
    assert toy.writes == []


@pytest.mark.parametrize(
    "query",
    [
        "query=%ff",
        "query={hello}&query={hello}",
        "variables={}",
        "query={hello}&variables=[1]",
        "query={hello}&variables={",
        "",
    ],
)
async def test_a_malformed_query_string_is_refused(wire: Wire, query: str) -> None:
    response = await wire.http.get(f"/graphql?{query}", headers={"Accept": "application/json"})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_a_long_query_string_is_refused(serve: Serve) -> None:
    wire = await serve(url_bytes=200)
    response = await wire.http.get("/graphql", params={"query": "{ hello }" + " " * 200})
    assert (response.status_code, code(response)) == (414, "URL_TOO_LONG")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_other_methods_are_not_allowed(wire: Wire, method: str) -> None:
    response = await wire.http.request(method, "/graphql", json={"query": "{ hello }"})
    assert (response.status_code, code(response)) == (405, "METHOD_NOT_ALLOWED")
    assert response.headers["allow"] == "GET, POST, OPTIONS"


async def test_a_document_with_several_operations_needs_a_name(wire: Wire) -> None:
    document = "query A { hello } query B { viewer }"
    assert await wire.code_of(document) == "OPERATION_NAME_REQUIRED"
    assert await wire.code_of(document, operationName="C") == "OPERATION_NOT_FOUND"
    assert (await wire.post(document, operationName="A")).json()["data"] == {"hello": "hello world"}
    assert await wire.code_of("fragment F on Query { hello }") in ("OPERATION_NOT_FOUND", "GRAPHQL_VALIDATION_FAILED")


async def test_two_operations_without_a_name_are_refused(wire: Wire) -> None:
    errors = (await wire.post("{ hello } { viewer }")).json()["errors"]
    assert {error["extensions"]["code"] for error in errors} == {"GRAPHQL_VALIDATION_FAILED"}


async def test_request_errors_carry_no_data_and_the_right_status(wire: Wire) -> None:
    for query, expected in (
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($n: Int!) { number(value: $n) }", "BAD_USER_INPUT"),
    ):
        legacy, modern = await wire.post(query), await wire.post(query, accept=RESPONSE_JSON)
        assert (legacy.status_code, modern.status_code) == (200, 400)
        assert code(legacy) == code(modern) == expected
        assert "data" not in legacy.json()
        assert "data" not in modern.json()


async def test_a_subscription_by_plain_post_is_refused_and_told_what_to_do(wire: Wire) -> None:
    for accept in ("application/json", RESPONSE_JSON, "*/*"):
        response = await wire.post("subscription { forever { number } }", accept=accept)
        assert (response.status_code, code(response)) == (406, "SUBSCRIPTION_NEEDS_STREAM")
        assert "text/event-stream" in response.json()["errors"][0]["message"]
    assert toy.watch.produced == 0


async def test_the_token_decides_who_is_asking(wire: Wire) -> None:
    async def asked(**headers: str) -> Any:
        response = await wire.http.post("/graphql", json={"query": "{ viewer }"}, headers=headers)
        return response.json()["data"]["viewer"]

    assert await asked() == "guest en None"
    assert await asked(Authorization="Bearer lin", **{"X-Cart-Token": "cart"}) == "lin en cart"
    assert await asked(Authorization="bearer lin", **{"Accept-Language": "zh-CN,zh;q=0.9"}) == "lin zh-CN None"


@pytest.mark.parametrize("header", ["Bearer bad", "Basic bGluOmxpbg==", "Bearer", "Bearer " + "x" * 5_000])
async def test_a_bad_token_is_told_apart_from_none(wire: Wire, header: str) -> None:
    for accept in ("application/json", RESPONSE_JSON, "text/event-stream"):
        response = await wire.http.post(
            "/graphql", json={"query": "{ viewer }"}, headers={"Authorization": header, "Accept": accept}
        )
        assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")
        assert response.headers["www-authenticate"] == "Bearer"


async def test_no_answer_is_kept_by_a_cache(wire: Wire) -> None:
    for response in (await wire.post("{ hello }"), await wire.post("{"), await wire.http.post("/graphql")):
        assert response.headers["cache-control"] == "no-store"
        assert {"Accept", "Authorization", "Origin"} <= set(response.headers["vary"].split(", "))
        assert response.headers["x-content-type-options"] == "nosniff"


async def test_pages_of_allowed_origins_may_read_answers_and_others_may_not(serve: Serve) -> None:
    wire = await serve(settings={"allowed_origins": "https://shop.example"})
    shop = await wire.http.options("/graphql", headers={"Origin": "https://shop.example"})
    assert shop.status_code == 204
    assert shop.headers["access-control-allow-origin"] == "https://shop.example"
    assert "POST" in shop.headers["access-control-allow-methods"]
    assert {"Authorization", "Content-Type", "X-Cart-Token"} <= set(
        shop.headers["access-control-allow-headers"].split(", ")
    )
    stranger = await wire.http.options("/graphql", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in stranger.headers
    answer = await wire.http.post("/graphql", json={"query": "{ hello }"}, headers={"Origin": "https://shop.example"})
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


async def test_a_browser_gets_the_page_and_a_program_does_not(serve: Serve, tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text("<title>market</title>")
    wire = await serve(page=page)
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    shown = await wire.http.get("/graphql", headers=browser)
    assert (shown.status_code, shown.text) == (200, "<title>market</title>")
    assert "default-src 'self'" in shown.headers["content-security-policy"]
    asked = await wire.http.get("/graphql", params={"query": "{ hello }"}, headers=browser)
    assert asked.json()["data"] == {"hello": "hello world"}
    program = await wire.http.get("/graphql", headers={"Accept": "*/*"})
    assert (program.status_code, code(program)) == (400, "BAD_REQUEST")


async def test_batches_are_off_unless_set_and_bounded_when_set(serve: Serve) -> None:
    off = await serve()
    one = {"query": "{ hello }"}
    refused = await off.http.post("/graphql", json=[one], headers={"Accept": RESPONSE_JSON})
    assert (refused.status_code, code(refused)) == (400, "LIMIT_EXCEEDED")
    assert refused.json()["errors"][0]["extensions"] == {
        "code": "LIMIT_EXCEEDED",
        "limit": "batch",
        "allowed": 0,
        "found": 1,
    }
    on = await serve(batch=2)
    answers = (await on.http.post("/graphql", json=[one, {"query": "{"}])).json()
    assert answers[0]["data"] == {"hello": "hello world"}
    assert answers[1]["errors"][0]["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"
    assert code(await on.http.post("/graphql", json=[one] * 3)) == "LIMIT_EXCEEDED"
    assert code(await on.http.post("/graphql", json=[])) == "BAD_REQUEST"


async def test_demo_mode_tells_what_an_operation_took(serve: Serve) -> None:
    demo = await serve(settings={"demo": True})
    told = (await demo.post("{ hello viewer }")).json()["extensions"]
    assert (told["cost"], told["statements"]) == (2, 7)
    assert told["milliseconds"] >= 0
    plain = await serve()
    assert set((await plain.post("{ hello }")).json()["extensions"]) == {"throttle"}


async def test_requests_are_answered_while_others_wait(wire: Wire) -> None:
    slow = asyncio.create_task(wire.post("{ slow(seconds: 5) }"))
    quick = await asyncio.wait_for(wire.post("{ hello }"), 2)
    assert quick.status_code == 200
    slow.cancel()

"""Every door of the server, knocked on in odd ways: an answer below 500, and no bug in the log when the server ends."""

import asyncio

import httpx
import pytest

from tests.live.server import Server

pytestmark = pytest.mark.slow

PATHS = (
    "/",
    "/nothing",
    "//",
    "/graphql/",
    "/graphql/stream",
    "/graphql%00",
    "/%ff%fe",
    "/health",
    "/health/deep",
    "/metrics",
    "/webhooks/",
    "/webhooks/simulator",
    "/webhooks/nobody",
    "/webhooks/%00",
    "/webhooks/..%2f..",
    "/uploads/x",
    "/uploads/%00",
    "/exports/x",
    "/exports/%f0%9f%8d%8e",
    "/documents/x",
    "/documents/%00",
    "/simulator/pay/x",
    "/simulator/pay/%00",
    "/simulator/pay/" + "x" * 3000,
    "/media/",
    "/media/../settings.py",
    "/media/..%2f..%2fsettings.py",
    "/media/%00",
    "/media/" + "x" * 3000,
    "/graphiql/",
    "/graphiql/..%2findex.html",
    "/demo/identities",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW")
BODIES = (b"", b"\x00\xff" * 50, b"{}", b"null", b"[" * 50_000, b"a=1&a=2&" * 3000, b"x" * 400_000)
RAW = (
    b"\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
    b"POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /webhooks/simulator HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n",
    b"POST /simulator/pay/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na=",
    b"PUT /uploads/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\nabc",
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"GET /graphql HTTP/1.1\r\nHost: \x00\r\nCookie: \xff\xfe\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
)


@pytest.mark.parametrize("path", PATHS, ids=[path[:30] for path in PATHS])
async def test_a_door_answers_whatever_is_asked_of_it(server: Server, http: httpx.AsyncClient, path: str) -> None:
    for method in METHODS:
        for body in BODIES if method in ("POST", "PUT", "PATCH") else BODIES[:1]:
            if path == "/graphql/stream" and method == "GET":
                continue
            response = await http.request(
                method,
                httpx.URL(server.url, raw_path=path.encode()),
                content=body,
                headers={"X-Signature": "x", "Cookie": "simulator_visit=x"},
            )
            assert response.status_code < 500, (method, path, body[:20], response.text[:300])
            assert "Traceback" not in response.text


@pytest.mark.parametrize("raw", RAW, ids=range(len(RAW)))
async def test_a_line_that_is_no_http_does_no_harm(server: Server, http: httpx.AsyncClient, raw: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(raw)
    await writer.drain()
    try:
        answer = await asyncio.wait_for(reader.read(2000), 0.5)
    except TimeoutError:
        answer = b""  # it waits for the rest
    writer.transport.abort()
    assert not answer.startswith(b"HTTP/1.1 5")
    assert (await http.get(f"{server.url}/health")).status_code == 200


async def test_odd_headers_and_cookies_are_taken_calmly(server: Server, http: httpx.AsyncClient) -> None:
    odd = (b"\xff\xfe", b"Bearer", b"Bearer " + b"x" * 5000, b"Bearer a.b.c", b"bytes=5-1", b"*/*;q=9,,", b"null")
    for value in odd:
        for name in (b"Authorization", b"X-Cart-Token", b"Accept-Language", b"Accept", b"Origin", b"Range", b"Cookie"):
            headers = [(name, value), (b"Content-Type", b"application/json")]
            body = b'{"query": "{ market { name } cart { id } }"}'
            response = await http.post(f"{server.url}/graphql", content=body, headers=headers)
            assert response.status_code < 500, (name, value, response.text[:300])

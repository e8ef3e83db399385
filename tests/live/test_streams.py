"""Subscriptions as clients live with them: they vanish, come back, lose their rights, and miss nothing all the same."""

import asyncio
import json
import random
import re
import time
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.live import documents, shopping
from tests.live.client import Caller, Watching, socket_of, streaming, watching
from tests.live.server import Server

pytestmark = pytest.mark.slow

ODD_CURSORS = (
    "x",
    "s.",
    "s.-1",
    "p.1",
    "s.1.1",
    "s.١",
    "s.1\u00b2",
    "🍎",
    "s.2147483648",
    "s." + "9" * 400,
)
SIGN_OUT = "mutation { signOut { userErrors { code message path } } }"


async def open_streams(http: httpx.AsyncClient, server: Server) -> int:
    """What the server itself says."""
    figures = (await http.get(f"{server.url}/metrics")).text
    found = re.search(r"^jishi_open_streams (\d+)", figures, re.MULTILINE)
    assert found, figures
    return int(found[1])


async def eventually(check: Callable[[], Awaitable[bool]], what: str, *, seconds: float = 20) -> None:
    """Ask again and again until it holds."""
    deadline = time.monotonic() + seconds
    while not await check():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.1)


async def buyer_with_order(guest: Caller) -> tuple[Caller, str, str]:
    """A new customer, an order of theirs, and what they bought."""
    variant = await shopping.first_variant(guest)
    buyer, _ = await shopping.sign_up(guest)
    return buyer, (await shopping.place(buyer, variant))["id"], variant


def first(live: Watching) -> bool:
    return bool(live.changes)


@pytest.mark.parametrize("manner", ["cut", "silent"])
async def test_a_subscriber_who_vanishes_without_a_word_leaves_nothing_running(
    server: Server, guest: Caller, http: httpx.AsyncClient, manner: str
) -> None:
    buyer, order, _ = await buyer_with_order(guest)
    before = await open_streams(http, server)
    async with socket_of(buyer) as socket:
        payload = {"query": documents.WATCH_ORDER, "variables": {"orderId": order}}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        while json.loads(await socket.recv())["type"] != "next":
            pass

        async def is_open() -> bool:
            return await open_streams(http, server) == before + 1

        async def is_freed() -> bool:
            return await open_streams(http, server) == before

        await eventually(is_open, "the stream was never counted")
        if manner == "cut":
            socket.transport.abort()
        # Else nobody answers the pings any more, as when a telephone is out of reach: the line stays up.
        await eventually(is_freed, "the server keeps a stream that nobody reads")


async def test_an_event_stream_is_freed_when_its_reader_is_gone(
    server: Server, guest: Caller, http: httpx.AsyncClient
) -> None:
    buyer, order, _ = await buyer_with_order(guest)
    before = await open_streams(http, server)
    async with streaming(buyer, documents.WATCH_ORDER, orderId=order) as live:
        await live.until(first)
        assert await open_streams(http, server) == before + 1

    async def is_freed() -> bool:
        return await open_streams(http, server) == before

    await eventually(is_freed, "the server keeps a stream that nobody reads")


@pytest.mark.parametrize("open_stream", [watching, streaming])
async def test_who_comes_back_with_a_cursor_gets_the_rest_once(
    guest: Caller, open_stream: Callable[..., object]
) -> None:
    buyer, order, _ = await buyer_with_order(guest)
    async with open_stream(buyer, documents.WATCH_ORDER, orderId=order) as live:  # type: ignore[attr-defined]  # both are context managers
        await live.until(first)
        cursor = live.cursor
    await shopping.pay(buyer, order)
    async with open_stream(buyer, documents.WATCH_ORDER, orderId=order, after=cursor) as again:  # type: ignore[attr-defined]  # as above
        await again.until_kind("PAYMENT_CAPTURED")
        assert again.changes[0]["event"], "a snapshot came to somebody who has one"
    whole = [event["sequence"] for event in (await shopping.order(buyer, order))["timeline"]["nodes"]]
    assert again.sequences == whole[1:]


async def test_an_event_stream_goes_on_after_the_id_that_a_browser_sends(guest: Caller) -> None:
    buyer, order, _ = await buyer_with_order(guest)
    await shopping.pay(buyer, order)
    async with streaming(buyer, documents.WATCH_ORDER, last_id="s.1", orderId=order) as live:
        await live.until_kind("PAYMENT_CAPTURED")
        assert live.sequences[0] == 2


@pytest.mark.parametrize("cursor", ODD_CURSORS)
async def test_an_odd_cursor_is_refused_in_words(guest: Caller, cursor: str) -> None:
    buyer, order, _ = await buyer_with_order(guest)
    async with watching(buyer, documents.WATCH_ORDER, orderId=order, after=cursor) as live:
        await live.until(lambda own: own.is_over)
    assert [error["extensions"]["code"] for error in live.errors] == ["INVALID_CURSOR"]


async def test_a_cursor_from_the_far_future_waits_without_harm(guest: Caller) -> None:
    buyer, order, _ = await buyer_with_order(guest)
    for cursor, document, variables in (
        ("s." + "9" * 9, documents.WATCH_ORDER, {"orderId": order}),
        ("p." + "9" * 18, documents.WATCH_MINE, {}),
    ):
        async with watching(buyer, document, after=cursor, **variables) as live:
            await asyncio.sleep(0.5)
            assert (live.errors, live.changes, live.is_over) == ([], [], False)


async def test_a_revoked_session_ends_its_streams(guest: Caller) -> None:
    buyer, order, _ = await buyer_with_order(guest)
    async with (
        watching(buyer, documents.WATCH_ORDER, orderId=order) as live,
        streaming(buyer, documents.WATCH_MINE) as beside,
    ):
        await live.until(first)
        await beside.until(first)
        await buyer(SIGN_OUT)
        await live.until(lambda own: own.close_code is not None)
        await beside.until(lambda own: own.is_complete)
    assert live.close_code == 4403
    assert len(live.changes) == len(beside.changes) == 1
    assert [error["extensions"]["code"] for error in beside.errors] == ["UNAUTHENTICATED"]


async def test_a_token_for_one_order_opens_no_other_stream(guest: Caller) -> None:
    _, order, variant = await buyer_with_order(guest)
    own = await shopping.place(guest, variant)
    holder = guest.but(token=own["token"])
    async with watching(holder, documents.WATCH_ORDER, orderId=own["id"]) as live:
        await live.until(first)
    for document, variables, code in (
        (documents.WATCH_ORDER, {"orderId": order}, "NOT_FOUND"),
        (documents.WATCH_MINE, {}, "UNAUTHENTICATED"),
    ):
        async with watching(holder, document, **variables) as refused:
            await refused.until(lambda own: own.is_over)
        assert [error["extensions"]["code"] for error in refused.errors] == [code]
        assert refused.changes == []


async def test_nothing_is_missed_over_reconnects_while_several_processes_write(
    guest: Caller, second_server: Server
) -> None:
    variant = await shopping.first_variant(guest)
    buyer, _ = await shopping.sign_up(guest)
    doors = [buyer, buyer.but(url=second_server.url)]
    is_over = asyncio.Event()

    async def shop(number: int) -> None:
        for turn in range(6):
            here, there = doors[(number + turn) % 2], doors[(number + turn + 1) % 2]
            placed = await shopping.place(here, variant)
            await shopping.start_payment(there, placed["id"])
            cancel = {"orderId": placed["id"], "reason": "CHANGED_MIND", "idempotencyKey": shopping.new_key()}
            await there.do(documents.CANCEL, **cancel)

    seen: list[tuple[str, int]] = []
    cursor = "p.0"
    dice = random.Random(11)

    async def look_in() -> None:
        """Come, read a few, and go again."""
        nonlocal cursor
        few = dice.randint(1, 12)
        async with watching(dice.choice(doors), documents.WATCH_MINE, after=cursor) as live:
            try:
                await live.until(lambda own: len(own.events) >= few, seconds=3 if is_over.is_set() else 1)
            except AssertionError:
                pass  # nothing more for now
            read = live.changes[:few]  # what came beyond that is as if lost on the way
        seen.extend((change["order"]["id"], change["event"]["sequence"]) for change in read)
        cursor = read[-1]["cursor"] if read else cursor

    writers = asyncio.gather(*(shop(number) for number in range(5)))
    writers.add_done_callback(lambda _: is_over.set())
    while not is_over.is_set():
        await look_in()
    await writers
    before = -1
    while len(seen) > before:
        before = len(seen)
        await look_in()

    orders = (await buyer(documents.MY_ORDERS))["orders"]["nodes"]
    assert len(orders) == 30
    happened = []
    for one in orders:
        timeline = (await shopping.order(buyer, one["id"]))["timeline"]["nodes"]
        happened += [(one["id"], event["sequence"]) for event in timeline]
        assert [number for order, number in seen if order == one["id"]] == [event["sequence"] for event in timeline]
    assert sorted(seen) == sorted(happened)

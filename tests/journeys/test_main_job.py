"""The main job as its users do it: from the first search to the last refund, over HTTP, WebSocket and event stream."""

import re

import httpx
import pytest

from tests.live import documents, markets, shopping
from tests.live.client import Caller, streaming, watching
from tests.live.server import Server

pytestmark = pytest.mark.slow


async def test_a_shopper_searches_buys_watches_receives_and_gets_a_part_back(
    guest: Caller,
) -> None:
    # A guest looks around in Chinese and fills a cart.
    found = await guest(documents.SEARCH, text="苹果")
    assert found["products"]["totalCount"] >= 1
    assert (await guest(documents.SEARCH, text="pingguo"))["products"] == found["products"]
    variant = await shopping.first_variant(guest)
    cart = (await guest.do(documents.CART_ADD, lines=[{"variantId": variant, "quantity": 2}]))["cart"]
    assert cart["token"]
    guest = guest.but(cart_token=cart["token"])
    assert (await guest(documents.CART))["cart"]["lines"][0]["quantity"] == 2

    # Signing up by phone brings the cart along.
    buyer, signed_up = await shopping.sign_up(guest)
    assert signed_up["isNew"] is True
    mine = (await buyer(documents.CART))["cart"]
    assert [(line["variant"]["id"], line["quantity"]) for line in mine["lines"]] == [(variant, 2)]

    # The preview says to the cent what the order will cost.
    destination = {"address": documents.SHANGHAI}
    preview = (await buyer.do(documents.PREVIEW, destination=destination))["checkout"]
    total = preview["total"]["minorUnits"]
    assert total == preview["subtotal"]["minorUnits"] + preview["shipping"]["minorUnits"]
    key = shopping.new_key()
    wish = {"destination": destination, "expectedTotalMinorUnits": total, "idempotencyKey": key}
    order = (await buyer.do(documents.PLACE, **wish))["order"]
    assert (order["state"], order["buyerStatus"], order["total"]["minorUnits"]) == ("PENDING_PAYMENT", "TO_PAY", total)
    assert (await buyer(documents.CART))["cart"]["lines"] == []

    async with (
        watching(buyer, documents.WATCH_ORDER, orderId=order["id"]) as live,
        streaming(buyer, documents.WATCH_ORDER, orderId=order["id"]) as beside,
    ):
        await live.until(lambda own: len(own.changes) == 1)
        assert live.changes[0]["event"] is None
        assert live.changes[0]["order"]["state"] == "PENDING_PAYMENT"

        # The money comes by a callback, after the simulator's button was pressed.
        await shopping.pay(buyer, order["id"])
        paid = await live.until_kind("PAYMENT_CAPTURED")
        assert paid["state"] == "PAID"
        assert (await shopping.order(buyer, order["id"]))["captured"]["minorUnits"] == total

        # The warehouse ships; the carrier moves the parcel by itself.
        picker = await markets.signed_in(guest, "picker")
        await shopping.ship(picker, order["id"])
        await live.until_kind("ORDER_SHIPPED")
        await live.until_kind("PARCEL_SCANNED")
        await live.until_kind("ORDER_DELIVERED", seconds=40)

        confirmed = (await buyer.do(documents.CONFIRM, orderId=order["id"]))["order"]
        assert confirmed == {"state": "RECEIVED", "buyerStatus": "COMPLETED"}
        await live.until_kind("ORDER_RECEIVED")

        # Service gives one of the two units back, as much as its preview says.
        agent = await markets.signed_in(guest, "agent")
        lines = [{"orderLineId": order["lines"][0]["id"], "quantity": 1}]
        expected = (await agent.do(documents.REFUND_PREVIEW, orderId=order["id"], lines=lines))["amount"]
        refund = (
            await agent.do(
                documents.REFUND, orderId=order["id"], lines=lines, reason="QUALITY", idempotencyKey=shopping.new_key()
            )
        )["refund"]
        assert refund["amount"] == expected
        await live.until_kind("REFUND_SUCCEEDED")
        assert live.changes[-1]["order"]["refunded"]["minorUnits"] == expected["minorUnits"]

        # Both streams have told the whole story, once and in order.
        await beside.until(lambda own: own.sequences == live.sequences)
    assert live.sequences == list(range(live.sequences[0], live.sequences[-1] + 1))
    assert beside.kinds == live.kinds

    after = await shopping.order(buyer, order["id"])
    assert [event["sequence"] for event in after["timeline"]["nodes"]] == list(range(1, live.sequences[-1] + 1))
    assert [refund["state"] for refund in after["refunds"]] == ["SUCCEEDED"]
    await shopping.assert_books_balance(await markets.signed_in(guest, "finance"))


async def test_a_guest_pays_on_the_page_and_follows_the_order_later(guest: Caller, http: httpx.AsyncClient) -> None:
    variant = await shopping.first_variant(guest)
    placed = await shopping.place(guest, variant, email="visitor@example.com")
    holder = guest.but(token=placed["token"])

    # He pays on the provider's own page, as a browser does.
    payment = await shopping.start_payment(holder, placed["id"])
    page = await http.get(payment["payUrl"])
    assert page.status_code == 200
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token
    async with watching(holder, documents.WATCH_ORDER, orderId=placed["id"]) as live:
        await live.until(lambda own: len(own.changes) == 1)
        pressed = await http.post(payment["payUrl"], data={"token": token[1], "outcome": "SUCCEED"})
        assert pressed.status_code == 303
        assert (await live.until_kind("PAYMENT_CAPTURED"))["state"] == "PAID"

    # Without that token the number alone opens nothing: not for him, and not for anybody.
    assert await shopping.order(guest, placed["id"]) is None
    assert (await guest("query ($number: String!) { order(number: $number) { id } }", number=placed["number"]))[
        "order"
    ] is None
    contact = {"phone": documents.SHANGHAI["phone"]}
    stranger = {"phone": "13712345678"}
    known = await guest.do(documents.ACCESS_REQUEST, number=placed["number"], contact=contact)
    unknown = await guest.do(documents.ACCESS_REQUEST, number=placed["number"], contact=stranger)
    assert known.keys() == unknown.keys()
    code = await shopping.code_for(guest, documents.SHANGHAI["phone"])
    assert await guest.codes(documents.ACCESS_GRANT, number=placed["number"], contact=stranger, code=code) == [
        "CODE_INVALID"
    ]
    opened = await guest.do(documents.ACCESS_GRANT, number=placed["number"].lower(), contact=contact, code=code)
    assert opened["order"]["state"] == "PAID"
    assert opened["credentials"]["refreshToken"] is None
    follower = guest.but(token=opened["credentials"]["accessToken"])
    assert (await shopping.order(follower, placed["id"]))["number"] == placed["number"]
    assert await guest.codes(documents.ACCESS_GRANT, number=placed["number"], contact=contact, code=code) == [
        "CODE_INVALID"
    ]


async def test_an_order_is_nobody_elses_business(guest: Caller) -> None:
    variant = await shopping.first_variant(guest)
    buyer, _ = await shopping.sign_up(guest)
    stranger, _ = await shopping.sign_up(guest)
    placed = await shopping.place(buyer, variant)
    other = await shopping.place(guest, variant)
    paid = await shopping.start_payment(buyer, placed["id"])
    nobody = [guest, stranger, guest.but(token=other["token"])]

    for caller in nobody:
        assert await shopping.order(caller, placed["id"]) is None
        assert (await caller("query ($id: ID!) { node(id: $id) { id } }", id=placed["id"]))["node"] is None
        assert (await caller("query ($id: ID!) { payment(id: $id) { id } }", id=paid["id"]))["payment"] is None
        cancel = {"orderId": placed["id"], "reason": "CHANGED_MIND", "idempotencyKey": shopping.new_key()}
        assert await caller.codes(documents.CANCEL, **cancel) == ["NOT_FOUND"]
        pay = {"orderId": placed["id"], "method": "SIMULATOR", "idempotencyKey": shopping.new_key()}
        assert await caller.codes(documents.PAY, **pay) == ["NOT_FOUND"]
        assert await caller.codes(documents.SIMULATE, paymentId=paid["id"], outcome="SUCCEED") == ["NOT_FOUND"]
        async with watching(caller, documents.WATCH_ORDER, orderId=placed["id"]) as refused:
            await refused.until(lambda own: own.is_over)
            assert [error["extensions"]["code"] for error in refused.errors] == ["NOT_FOUND"]

    assert (await shopping.order(buyer, placed["id"]))["state"] == "PENDING_PAYMENT"
    # Staff without the right see that there is an order, and may do nothing of it.
    finance = await markets.signed_in(guest, "finance")
    assert (await shopping.order(finance, placed["id"]))["number"] == placed["number"]
    fraud = {"orderId": placed["id"], "reason": "FRAUD", "idempotencyKey": shopping.new_key()}
    assert await finance.codes(documents.CANCEL, **fraud) == ["FORBIDDEN"]
    ship = {"orderId": placed["id"], "carrier": "SIMULATOR", "idempotencyKey": shopping.new_key()}
    assert await finance.codes(documents.SHIP, **ship) == ["FORBIDDEN"]
    for name in ("catalog", "courier"):  # whoever brings parcels sees it once it is on its way
        assert await shopping.order(await markets.signed_in(guest, name), placed["id"]) is None


async def test_the_clock_receives_and_completes_orders_and_gives_up_unpaid_ones(guest: Caller) -> None:
    variant = await shopping.first_variant(guest)
    buyer, _ = await shopping.sign_up(guest)
    admin, picker = await markets.signed_in(guest, "admin"), await markets.signed_in(guest, "picker")
    forgotten = await shopping.place(buyer, variant)
    placed = await shopping.place(buyer, variant)
    async with (
        watching(buyer, documents.WATCH_ORDER, orderId=placed["id"]) as live,
        watching(buyer, documents.WATCH_ORDER, orderId=forgotten["id"]) as dying,
    ):
        await live.until(lambda own: len(own.changes) == 1)
        await shopping.pay(buyer, placed["id"])
        await live.until_kind("PAYMENT_CAPTURED")
        await shopping.ship(picker, placed["id"])
        await live.until_kind("ORDER_DELIVERED", seconds=40)
        await shopping.advance(admin, days=7.1)
        await live.until_kind("ORDER_RECEIVED")
        await dying.until_kind("ORDER_EXPIRED")
        await shopping.advance(admin, days=7.1)
        await live.until_kind("ORDER_COMPLETED")
    assert (await shopping.order(buyer, placed["id"]))["state"] == "COMPLETED"
    assert (await shopping.order(buyer, forgotten["id"]))["state"] == "EXPIRED"
    await shopping.assert_books_balance(await markets.signed_in(guest, "finance"))


async def test_what_happens_at_one_server_is_told_by_the_other(guest: Caller, second_server: Server) -> None:
    variant = await shopping.first_variant(guest)
    buyer, _ = await shopping.sign_up(guest)
    placed = await shopping.place(buyer, variant)
    over_there = buyer.but(url=second_server.url)
    async with (
        watching(over_there, documents.WATCH_ORDER, orderId=placed["id"]) as one,
        watching(over_there, documents.WATCH_MINE) as all_of_mine,
    ):
        await one.until(lambda own: len(own.changes) == 1)
        await all_of_mine.until(lambda own: len(own.changes) == 1)
        await shopping.pay(buyer, placed["id"])
        await one.until_kind("PAYMENT_CAPTURED")
        second = await shopping.place(buyer, variant)
        await all_of_mine.until(lambda own: any(c["order"]["id"] == second["id"] for c in own.changes))
        await all_of_mine.until_kind("PAYMENT_CAPTURED")
    assert (await shopping.order(over_there, placed["id"]))["state"] == "PAID"

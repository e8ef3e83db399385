"""The walk through the main job, as the guide of the page leads it."""

from pathlib import Path

import pytest

from tests.browser import chromium
from tests.browser.explorer import SCREENSHOTS, Explorer
from tests.live.server import copy_market, start_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def fill_the_cart(explorer: Explorer) -> None:
    """Steps 1 to 3."""
    await explorer.get("Search")
    await explorer.go_to(2)
    await explorer.get("ProductPage")
    await explorer.go_to(3)
    added = await explorer.get("CartAdd")
    assert added["cart"]["lines"][0]["quantity"] == 2


async def order_and_watch(explorer: Explorer) -> str:
    """Steps 1 to 5; gives the order's number."""
    await fill_the_cart(explorer)
    await explorer.go_to(4)
    preview = (await explorer.get("CheckoutPreview"))["checkout"]
    order = (await explorer.get("OrderPlace"))["order"]
    assert order["total"] == preview["total"]
    await explorer.go_to(5)
    watched = await explorer.get("WatchOrder")
    assert watched["order"]["state"] == "PENDING_PAYMENT"
    number: str = order["number"]
    return number


async def pay_without_the_page(explorer: Explorer) -> None:
    """Step 6."""
    await explorer.go_to(6)
    await explorer.get("Pay")
    await explorer.get("PayWithoutThePage")
    await explorer.sees_live("Payment received.", "PAID")


def sequences(messages: list[dict[str, dict[str, dict[str, int]]]]) -> list[int]:
    return [event["sequence"] for message in messages if (event := message["orderEvents"]["event"])]


async def test_the_main_job_is_walked_from_the_search_to_the_refund(explorer: Explorer) -> None:
    number = await order_and_watch(explorer)
    await pay_without_the_page(explorer)

    await explorer.go_to(7)
    await explorer.act_as("lin")
    refused = await explorer.run("Ship")
    assert [error["code"] for error in refused["data"]["parcelShip"]["userErrors"]] == ["FORBIDDEN"]
    await explorer.act_as("picker")
    shipped = await explorer.get("Ship")
    await explorer.sees_live("Everything is on its way.", shipped["parcel"]["waybill"], "DELIVERED")

    await explorer.go_to(8)
    order = await explorer.get("WhereIsIt")
    assert order["number"] == number
    assert order["lines"][0]["delivered"] == 2
    assert "CONFIRM_RECEIPT" in [action["action"] for action in order["actions"] if action["allowed"]]
    assert (await explorer.get("ConfirmReceipt"))["order"]["state"] == "RECEIVED"

    await explorer.go_to(9)
    preview = await explorer.get("RefundPreview")
    refund = await explorer.get("Refund")
    assert refund["refund"]["amount"] == preview["amount"]
    await explorer.sees_live("Refund completed.")
    await explorer.take_picture("graphiql-live")

    told = sequences(await explorer.live_messages())
    assert told == list(range(told[0], told[0] + len(told)))
    assert explorer.page.complaints == []
    assert explorer.hosts == {explorer.url.removeprefix("http://")}


async def test_a_guest_walks_the_same_way(explorer: Explorer) -> None:
    await explorer.act_as("guest")
    await order_and_watch(explorer)
    await pay_without_the_page(explorer)
    await explorer.acts_as("guest")
    assert explorer.page.complaints == []


async def test_a_payment_is_made_on_the_pay_page(explorer: Explorer, browser: str) -> None:
    await order_and_watch(explorer)
    await explorer.go_to(6)
    pay_url = (await explorer.get("Pay"))["payment"]["payUrl"]
    assert await explorer.page.evaluate("document.querySelector('.guide-pay').href") == pay_url

    async with chromium.tab(browser) as pay_page:
        await pay_page.open(pay_url)
        await pay_page.wait_for("document.querySelector('button.first') !== null")
        await pay_page.screenshot(SCREENSHOTS / "pay-page.png")
        await pay_page.click("button.first")
        await pay_page.wait_for("document.body?.innerText.includes('Paid')")
        assert pay_page.complaints == []

    await explorer.sees_live("Payment received.", "PAID")


async def test_a_stream_goes_on_after_the_server_was_killed(browser: str, stocked_sqlite: Path, tmp_path: Path) -> None:
    url = copy_market(stocked_sqlite, tmp_path)
    server = await start_server(url, tmp_path)
    try:
        async with chromium.tab(browser) as page:
            explorer = Explorer(page, server.url)
            await explorer.open()
            await order_and_watch(explorer)
            await explorer.go_to(7)  # acting as somebody else must not matter to the stream

            server.kill()
            await page.wait_for("document.querySelector('.live-stream').dataset.status === 'reconnecting'")
            server = await start_server(url, tmp_path, port=server.port)

            await pay_without_the_page(explorer)
            told = sequences(await explorer.live_messages())
            assert told == [2, 3]  # what came after the order was placed, each once
            assert "Lin Xiaoyu" in await page.evaluate("document.querySelector('.live-stream small').innerText")
    finally:
        server.kill()


async def test_an_import_is_followed_to_its_report(explorer: Explorer) -> None:
    await explorer.go_to(12)
    started = await explorer.get("Import")
    assert started["catalogImport"]["state"] == "PENDING"
    report = await explorer.get("ImportReport")
    while report["state"] in ("PENDING", "RUNNING"):
        report = await explorer.get("ImportReport")
    assert (report["state"], report["created"], report["failed"]) == ("COMPLETED", 1, 1)
    assert [problem["column"] for problem in report["problems"]["nodes"]] == ["variants.0.price"]
    found = await explorer.get("SeeIt")
    assert [node["slug"] for node in found["nodes"]] == ["cloud-terrace-peach"]


async def test_my_orders_and_the_clock(explorer: Explorer) -> None:
    await explorer.act_as("zhao")
    await explorer.go_to(10)
    await explorer.page.click("[data-operation=MyOrders]")
    await explorer.page.wait_for("document.querySelector('.live-stream')?.dataset.status === 'live'")
    await fill_the_cart_again(explorer)
    await explorer.sees_live("PENDING_PAYMENT", stream="My orders live")
    await explorer.go_to(11)
    await explorer.get("MoveTheClock")
    await explorer.sees_live("Not paid in time", "EXPIRED", stream="My orders live")


async def fill_the_cart_again(explorer: Explorer) -> None:
    await explorer.go_to(1)
    await fill_the_cart(explorer)
    await explorer.go_to(4)
    await explorer.get("OrderPlace")

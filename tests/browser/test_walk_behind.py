"""The steps behind the main job, 13 to 20: each operation in its order, by the person that the step names."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser import chromium
from tests.browser.explorer import Explorer
from tests.live.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_what_goes_on_behind_the_main_job_is_walked_in_one_go(browser: str, traded_server: Server) -> None:
    async with chromium.tab(browser) as page:
        explorer = Explorer(page, traded_server.url)
        await explorer.open()
        await explorer.get("Search")
        await explorer.go_to(2)
        await explorer.get("ProductPage")
        await _stock_and_allocation(explorer)
        await _review(explorer)
        await _shortage(explorer)
        await _change(explorer)
        await _warehouse(explorer)
        await _by_courier(explorer)
        await _at_a_counter(explorer)
        await _carriers(explorer)
        await _exceptions(explorer)
        assert page.complaints == []


async def _until(explorer: Explorer, operation: str, holds: Callable[[Any], bool]) -> Any:
    """Run a query again and again, as one does who waits for something."""
    for _ in range(200):
        if holds(found := await explorer.get(operation)):
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"{operation} never came to it")


async def _watch(explorer: Explorer, operation: str) -> None:
    await explorer.page.click(f"[data-operation={operation}]")
    await explorer.page.wait_for("document.querySelector('.live-stream')?.dataset.status === 'live'")
    await asyncio.sleep(0.5)  # what stands there already comes in at once, and into the pane of answers, too


async def _stock_and_allocation(explorer: Explorer) -> None:
    await explorer.go_to(13)
    unknown = await explorer.run("Why")
    assert "Run “Look” first" in unknown["errors"][0]["message"]
    looked = await explorer.run("Look")
    assert looked["data"]["orders"]["nodes"]
    await explorer.get("NearestFirst")
    (before,) = await explorer.get("Why")
    serving = before["shares"][0]["warehouse"]["code"]
    await explorer.get("SendOver")
    assert (await explorer.get("TakeIn"))["transfer"]["state"] == "RECEIVED"
    assert (await explorer.get("Fail"))["warehouse"] == {
        "code": serving,
        "isActive": False,
        "closedWhy": "A pipe burst.",
    }
    _, after = await _until(explorer, "Why", lambda told: len(told) == 2)
    assert {share["warehouse"]["code"] for share in after["shares"]} & {serving} == set()
    assert (await explorer.get("Reopen"))["warehouse"]["isActive"]
    assert (await explorer.get("Receive"))["delivery"]["received"] == 5


async def _review(explorer: Explorer) -> None:
    await explorer.go_to(14)
    await _watch(explorer, "WatchQueue")
    queue = await explorer.get("Queue")
    number = queue["nodes"][0]["order"]["number"]
    assert (await explorer.get("ExplainRisk"))["decision"] == "REVIEW"
    await explorer.get("Claim")
    await explorer.get("CallTheBuyer")
    assert (await explorer.get("Approve"))["review"]["stage"] == "APPROVED"
    await explorer.sees_live("APPROVED", number, stream="Review an order")  # which running the others did not end
    await explorer.act_as("lin")
    assert (await explorer.get("MakeOneWait"))["order"]["isInReview"]
    await explorer.act_as("reviewer")
    assert (await explorer.get("Queue"))["totalCount"] == queue["totalCount"]
    await explorer.get("TakeOrdersIn")
    report = await _until(explorer, "BatchReport", lambda batch: batch["state"] == "COMPLETED")
    assert (report["accepted"], report["rejected"]) == (1, 1)


async def _shortage(explorer: Explorer) -> None:
    await explorer.go_to(15)
    (short,) = (await explorer.get("MyShortages"))["nodes"]
    assert {option["choice"] for option in short["options"]} == {"WAIT", "SHIP_AVAILABLE", "CANCEL_MISSING"}
    assert (await explorer.get("ChooseShortage"))["shortage"]["choice"] == "SHIP_AVAILABLE"


async def _change(explorer: Explorer) -> None:
    await explorer.go_to(16)
    await explorer.get("BuyAgain")
    await explorer.get("PayAgain")
    await explorer.get("PayNow")
    await _until(explorer, "WhatCanBeDone", lambda order: order["state"] == "PAID")
    plan = (await explorer.get("Look"))["plan"]
    assert (await explorer.get("Change"))["change"]["toPay"] == plan["toPay"]
    await explorer.get("PayDifference")
    await explorer.get("PayNow")
    paid = await _until(explorer, "WhatCanBeDone", lambda order: order["changes"][0]["state"] == "APPLIED")
    assert paid["total"] == plan["totalAfter"]
    assert (await explorer.get("CancelUnits"))["change"]["refund"] == plan["toPay"]
    await explorer.act_as("picker")
    await explorer.get("ShipIt")
    await explorer.act_as("lin")
    stopped = await explorer.run("Stop")  # unless the parcel was quicker
    assert [error["code"] for error in stopped["data"]["interceptionRequest"]["userErrors"]] in (
        [],
        ["NOTHING_UNDERWAY"],
    )


async def _warehouse(explorer: Explorer) -> None:
    await explorer.go_to(17)
    await explorer.get("Houses")
    await _watch(explorer, "WatchTheFloor")
    made = (await explorer.get("MakeWave"))["wave"]
    assert (await explorer.get("Pick"))["task"]["picked"] == 1
    wrong = await explorer.run("PickWrongItem")
    assert [error["code"] for error in wrong["data"]["pickTaskConfirm"]["userErrors"]] == ["WRONG_ITEM"]
    await explorer.sees_live("TASK_PICKED", made["number"], stream="Warehouse")
    await explorer.get("Pack")
    assert (await explorer.get("Label"))["package"]["state"] == "LABELED"
    await explorer.get("BeginManifest")
    await explorer.get("ScanPackage")
    (package,) = (await explorer.get("HandOver"))["manifest"]["packages"]
    assert package["state"] == "HANDED_OVER"


async def _by_courier(explorer: Explorer) -> None:
    await explorer.go_to(18)
    await explorer.get("WhereAndWhen")
    await explorer.get("BuyForCourier")
    await explorer.get("Pay")
    await explorer.get("PayNow")
    job = await _until(explorer, "MyDelivery", lambda order: order["courierJob"] is not None)
    await explorer.act_as("rider")
    (offered,) = (await explorer.get("RiderJobs"))["nodes"]
    assert offered["id"] == job["courierJob"]["id"]
    await explorer.get("TakeJob")
    await explorer.get("SetOut")
    await explorer.act_as("lin")
    await explorer.get("MyDelivery")
    await _watch(explorer, "WatchCourier")
    await explorer.act_as("rider")
    await explorer.get("HereIAm")
    await explorer.sees_live("31.19", "121.437", stream="Delivery")
    assert (await explorer.get("HandOver"))["job"]["state"] == "COMPLETED"
    await explorer.act_as("lin")
    await explorer.get("TipCourier")
    await explorer.get("PayNow")
    await _until(explorer, "MyDelivery", lambda order: order["courierJob"]["tip"] == {"amount": "5.00"})


async def _at_a_counter(explorer: Explorer) -> None:
    await explorer.get("BuyForCounter")
    await explorer.get("Pay")
    await explorer.get("PayNow")
    await _until(explorer, "MyDelivery", lambda order: order["state"] == "PAID")
    await explorer.act_as("picker")
    await explorer.get("SendToCounter")
    await explorer.act_as("lin")
    await _until(explorer, "MyDelivery", lambda order: order["delivery"]["code"] is not None)
    await explorer.act_as("clerk")
    await explorer.get("GiveOut")
    await explorer.act_as("lin")
    assert (await explorer.get("MyDelivery"))["state"] == "DELIVERED"


async def _carriers(explorer: Explorer) -> None:
    await explorer.go_to(19)
    await explorer.get("Carriers")
    await explorer.get("WaitingOrder")
    quotes = await explorer.get("Quotes")
    assert [quote["carrierName"] for quote in quotes if quote["problem"] is None] == ["Simulated Express"]
    await explorer.get("ShipIt")
    await explorer.get("LetItGoWrong")
    await _until(explorer, "WhereIsTheParcel", lambda parcel: parcel["state"] in ("REFUSED", "RETURNING", "RETURNED"))


async def _exceptions(explorer: Explorer) -> None:
    await explorer.go_to(20)
    await _watch(explorer, "Watch")
    first = (await explorer.get("Queue"))["nodes"][0]
    await explorer.act_as("lin")
    (own,) = (await explorer.get("MyCase"))["nodes"]
    assert own["choices"] == ["RESHIP", "REFUND"]
    assert (await explorer.get("Choose"))["case"]["chosen"] == "REFUND"
    assert (await explorer.get("Urge"))["order"]["urgeCount"] == 1
    await explorer.act_as("agent")
    await explorer.get("Queue")
    await explorer.get("Claim")
    await explorer.get("KeepLooking")
    assert (await explorer.get("Confirm"))["case"]["state"] == "RESOLVED"
    await explorer.sees_live(first["number"], "RESOLVED", stream="Exceptions")
    await explorer.take_picture("graphiql-exceptions")

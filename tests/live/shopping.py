"""The steps that users take, as short verbs over the documents."""

import re
from secrets import randbelow
from typing import Any
from uuid import uuid4

from tests.live import documents
from tests.live.client import Caller, Data

DAY = 24 * 60 * 60
WANTED = "苹果"


def new_key() -> str:
    return uuid4().hex


async def first_variant(caller: Caller, text: str = WANTED) -> str:
    """The first variant of the first product that a search finds and that can be had."""
    found = await caller(documents.SEARCH, text=text)
    for edge in found["products"]["edges"]:
        product = (await caller(documents.PRODUCT, slug=edge["node"]["slug"]))["product"]
        for variant in product["variants"]:
            if variant["availability"] == "IN_STOCK":
                public_id: str = variant["id"]
                return public_id
    raise AssertionError(f"nothing on sale for {text}: {found}")


async def code_for(caller: Caller, recipient: str) -> str:
    """The six digits of the newest message to a phone."""
    body = (await caller(documents.INBOX, recipient=recipient))["demoInbox"][0]["body"]
    found = re.search(r"\b(\d{6})\b", body)
    assert found, body
    return found[1]


async def sign_up(caller: Caller) -> tuple[Caller, Data]:
    """A new account by phone code; the guest's cart comes along. Gives who one is now, and the payload."""
    phone = f"139{randbelow(10**8):08d}"
    await caller.do(documents.CODE_REQUEST, contact={"phone": phone})
    code = await code_for(caller, phone)
    payload = await caller.do(documents.CODE_SIGN_IN, contact={"phone": phone}, code=code, device="test")
    return caller.but(token=payload["credentials"]["accessToken"], cart_token=None), payload


async def place(caller: Caller, variant: str, *, quantity: int = 1, key: str | None = None, **input: Any) -> Data:
    """Buy at once, to a typed-in address."""
    payload = await caller.do(
        documents.PLACE,
        lines=[{"variantId": variant, "quantity": quantity}],
        destination={"address": documents.SHANGHAI},
        idempotencyKey=key or new_key(),
        **input,
    )
    order: Data = payload["order"]
    return {**order, "token": payload["orderToken"]}


async def start_payment(caller: Caller, order_id: str, *, key: str | None = None) -> Data:
    """An attempt to pay."""
    payload = await caller.do(documents.PAY, orderId=order_id, method="SIMULATOR", idempotencyKey=key or new_key())
    payment: Data = payload["payment"]
    return payment


async def pay(caller: Caller, order_id: str, outcome: str = "SUCCEED") -> None:
    """Pay with the simulator; its callback comes by itself."""
    payment = await start_payment(caller, order_id)
    await caller.do(documents.SIMULATE, paymentId=payment["id"], outcome=outcome)


async def cancel(caller: Caller, order_id: str) -> None:
    """Call it off."""
    await caller.do(documents.CANCEL, orderId=order_id, reason="CHANGED_MIND", idempotencyKey=new_key())


async def ship(picker: Caller, order_id: str) -> None:
    """Hand everything over to the simulated carrier, which goes on by itself."""
    payload = await picker.do(documents.SHIP, orderId=order_id, carrier="SIMULATOR", idempotencyKey=new_key())
    assert all(parcel["waybill"] for parcel in payload["parcels"])


async def order(caller: Caller, order_id: str) -> Data:
    """An order as this caller sees it."""
    found: Data = (await caller(documents.ORDER, id=order_id))["order"]
    return found


async def advance(caller: Caller, *, days: float) -> None:
    """Move the market's clock on."""
    await caller.do(documents.ADVANCE, seconds=int(days * DAY))


async def assert_books_balance(finance: Caller) -> None:
    """Every currency of the ledger sums to zero, and the market says that it is well."""
    balances = (await finance(documents.TRIAL_BALANCE))["trialBalance"]
    assert sum(account["balance"]["minorUnits"] for account in balances) == 0
    report = (await finance.http.get(f"{finance.url}/health/deep")).json()
    assert report["broken_stock_sums"] == report["unbalanced_entries"] == 0, report
    assert report["parked_timers"] == {}, report

import time
from datetime import timedelta
from typing import Any

import pytest

from domain.access import Viewer
from domain.customers import codes, sessions
from domain.customers.contacts import phone_contact
from domain.market import Market
from domain.orders import guests
from domain.orders.visible import visible
from kit import clock
from kit.crypto import lookup_hash
from kit.errors import Refused
from models.customers import CodePurpose, DeviceSession, OneTimeCode
from models.notifications import OutgoingMessage
from models.orders import Order
from tests.api import Api
from tests.customers.people import PHONE, code_for, codes_sent, wrong

EMAIL = "guest@example.com"
REQUEST = """mutation ($number: String!, $contact: ContactInput!) {
  orderAccessRequest(input: {number: $number, contact: $contact}) { expiresAt userErrors { code path message } }
}"""
GRANT = """mutation ($number: String!, $contact: ContactInput!, $code: String!) {
  orderAccessGrant(input: {number: $number, contact: $contact, code: $code}) {
    order { number }
    credentials { accessToken accessTokenExpiresAt refreshToken }
    userErrors { __typename code path message retryable }
  }
}"""


async def make_order(number: str, **overrides: Any) -> Order:
    now = clock.now()
    values: dict[str, Any] = {
        "number": number,
        "currency": "CNY",
        "subtotal": 1000,
        "total": 1000,
        "address": {},
        "province": "上海市",
        "contact_phone": PHONE,
        "contact_phone_hash": lookup_hash(PHONE),
        "contact_email": EMAIL,
        "contact_email_hash": lookup_hash(EMAIL),
        "placed_at": now,
        "pay_by": now + timedelta(minutes=30),
        **overrides,
    }
    return await Order.create(**values)


async def ask(api: Api, number: str, **contact: str) -> dict[str, Any]:
    data = await api(REQUEST, number=number, contact=contact)
    return dict(data["orderAccessRequest"])


async def grant(api: Api, number: str, code: str, **contact: str) -> dict[str, Any]:
    data = await api(GRANT, number=number, contact=contact, code=code)
    return dict(data["orderAccessGrant"])


@pytest.mark.parametrize("contact", [{"phone": "138 0013 8000"}, {"email": "Guest@example.com"}])
async def test_a_guest_opens_one_order_with_number_contact_and_code(
    api: Api, market: Market, visitor: Viewer, contact: dict[str, str]
) -> None:
    order = await make_order("J7KQ4MX9")
    await make_order("J3333333")
    await ask(api, " j7kq4mx9 ", **contact)
    code = await code_for(PHONE if "phone" in contact else EMAIL)
    answer = await grant(api, "J7KQ4MX9", code, **contact)
    assert answer["userErrors"] == []
    assert answer["order"] == {"number": "J7KQ4MX9"}
    assert answer["credentials"]["refreshToken"] is None
    identity = await sessions.identify(market, answer["credentials"]["accessToken"])
    assert (identity.order_id, identity.user_id) == (order.id, None)
    guest = visitor.but(order_id=identity.order_id, session_id=identity.session_id)
    assert [seen.number for seen in await visible(guest)] == ["J7KQ4MX9"]
    session = await DeviceSession.get(id=identity.session_id)
    left = session.expires_at - clock.machine()
    assert timedelta(minutes=59) < left <= timedelta(minutes=60)


async def test_a_wrong_contact_answers_exactly_as_a_missing_order(api: Api) -> None:
    await make_order("J7KQ4MX9")
    right = await ask(api, "J7KQ4MX9", phone=PHONE)
    stranger = await ask(api, "J7KQ4MX9", phone="13900139000")
    missing = await ask(api, "JXXXXXXX", phone="13900139001")
    assert right["userErrors"] == stranger["userErrors"] == missing["userErrors"] == []
    assert None not in (right["expiresAt"], stranger["expiresAt"], missing["expiresAt"])
    assert await OutgoingMessage.all().count() == 1
    code = wrong(await code_for(PHONE))
    answers = [
        await grant(api, "J7KQ4MX9", code, phone=PHONE),
        await grant(api, "J7KQ4MX9", code, phone="13900139000"),
        await grant(api, "JXXXXXXX", code, phone="13900139001"),
        await grant(api, "JXXXXXXX", code, phone="13900139002"),  # never asked for
    ]
    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert answers[0]["userErrors"][0]["code"] == "CODE_INVALID"
    assert await DeviceSession.all().count() == 0


async def test_a_wrong_contact_is_limited_exactly_as_a_right_one(api: Api) -> None:
    await make_order("J7KQ4MX9")
    for phone in (PHONE, "13900139000"):
        for _ in range(5):
            assert (await ask(api, "J7KQ4MX9", phone=phone))["userErrors"] == []
        (error,) = (await ask(api, "J7KQ4MX9", phone=phone))["userErrors"]
        assert error["code"] == "TOO_MANY_REQUESTS"
    assert len(await codes_sent(PHONE)) == 5


async def test_a_request_takes_as_long_when_there_is_no_such_order(visitor: Viewer, api: Api) -> None:
    started = time.monotonic()
    await ask(api, "JXXXXXXX", phone=PHONE)
    assert time.monotonic() - started >= codes.QUIET_SECONDS


async def test_the_code_of_one_order_opens_no_other(api: Api) -> None:
    await make_order("J7KQ4MX9")
    await make_order("J3333333")
    await ask(api, "J7KQ4MX9", phone=PHONE)
    code = await code_for(PHONE)
    answer = await grant(api, "J3333333", code, phone=PHONE)
    assert answer["userErrors"][0]["code"] == "CODE_INVALID"
    assert answer["credentials"] is None
    answer = await grant(api, "J7KQ4MX9", code, email=EMAIL)  # sent to the other contact
    assert answer["userErrors"][0]["code"] == "CODE_INVALID"


async def test_guessing_ends_after_five_tries(api: Api) -> None:
    await make_order("J7KQ4MX9")
    await ask(api, "J7KQ4MX9", phone=PHONE)
    code = await code_for(PHONE)
    for _ in range(5):
        await grant(api, "J7KQ4MX9", wrong(code), phone=PHONE)
    answer = await grant(api, "J7KQ4MX9", code, phone=PHONE)
    assert answer["userErrors"][0]["code"] == "CODE_INVALID"
    assert await DeviceSession.all().count() == 0


async def test_a_right_guess_for_an_order_that_is_not_there_opens_nothing(visitor: Viewer, api: Api) -> None:
    code = await codes.issue(
        visitor, phone_contact(PHONE), CodePurpose.FOLLOW_ORDER, subject_id=guests._subject(None, "JXXXXXXX")
    )
    answer = await grant(api, "JXXXXXXX", code, phone=PHONE)
    assert answer["userErrors"][0]["code"] == "CODE_INVALID"
    assert (await OneTimeCode.get()).used_at is None


@pytest.mark.parametrize("number", ["", " ", "%", "x" * 5000, "订单", "J7KQ4MX9\u202e"])
async def test_any_text_may_be_tried_as_a_number(api: Api, number: str) -> None:
    assert (await ask(api, number, phone=PHONE))["userErrors"] == []
    assert await OutgoingMessage.all().count() == 0


async def test_the_token_is_refused_when_its_hour_is_over(market: Market, api: Api) -> None:
    await make_order("J7KQ4MX9")
    await ask(api, "J7KQ4MX9", phone=PHONE)
    answer = await grant(api, "J7KQ4MX9", await code_for(PHONE), phone=PHONE)
    await DeviceSession.all().update(expires_at=clock.machine())
    with pytest.raises(Refused, match="UNAUTHENTICATED"):
        await sessions.identify(market, answer["credentials"]["accessToken"])

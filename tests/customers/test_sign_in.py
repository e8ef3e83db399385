import asyncio
from datetime import timedelta
from typing import Any

import pytest

from adapters.messages import received_by
from domain.access import Viewer
from domain.carts import carts
from domain.carts.carts import Addition
from domain.customers import codes, passwords
from domain.customers.contacts import email_contact, phone_contact
from domain.market import Market
from kit import clock
from kit.errors import Refused
from models.carts import CartLine
from models.customers import CodePurpose, DeviceSession, OneTimeCode, User
from models.database import connection
from models.notifications import OutgoingMessage
from tests.api import Api
from tests.customers.people import (
    ACCOUNT_CREATE,
    CODE_SIGN_IN,
    PASSWORD,
    PASSWORD_SIGN_IN,
    PHONE,
    REQUEST_CODE,
    ask_code,
    code_for,
    codes_sent,
    wrong,
)
from tests.factories.catalog import make_product, variant_of
from tests.factories.customers import make_user, viewer_for

RESET_REQUEST = """mutation ($contact: ContactInput!) {
  passwordResetRequest(input: {contact: $contact}) { expiresAt userErrors { code } }
}"""
RESET = """mutation ($contact: ContactInput!, $code: String!, $password: String!) {
  passwordReset(input: {contact: $contact, code: $code, password: $password}) {
    user { id } credentials { accessToken } userErrors { code path }
  }
}"""
CHANGE = """mutation ($password: String!, $new: String!) {
  passwordChange(input: {password: $password, newPassword: $new}) { user { id } userErrors { code path } }
}"""


async def test_a_new_phone_signs_up_with_a_code(api: Api) -> None:
    code = await ask_code(api, phone="138 0013 8000")
    data = await api(CODE_SIGN_IN, contact={"phone": "13800138000"}, code=code, device="Pixel")
    answer = data["codeSignIn"]
    assert answer["userErrors"] == []
    assert answer["isNew"] is True
    assert answer["user"]["phone"] == PHONE
    assert answer["credentials"]["session"] == {
        "id": answer["credentials"]["session"]["id"],
        "device": "Pixel",
        "isCurrent": True,
    }
    assert await User.all().count() == 1


async def test_a_known_phone_signs_in_with_a_code(api: Api) -> None:
    user = await make_user(phone=PHONE)
    code = await ask_code(api, phone=PHONE)
    data = await api(CODE_SIGN_IN, contact={"phone": PHONE}, code=code)
    assert data["codeSignIn"]["isNew"] is False
    assert data["codeSignIn"]["user"]["name"] == user.name
    assert await User.all().count() == 1


async def test_a_code_is_good_once(api: Api) -> None:
    code = await ask_code(api, phone=PHONE)
    await api(CODE_SIGN_IN, contact={"phone": PHONE}, code=code)
    data = await api(CODE_SIGN_IN, contact={"phone": PHONE}, code=code)
    assert data["codeSignIn"]["userErrors"][0]["code"] == "CODE_INVALID"
    assert data["codeSignIn"]["userErrors"][0]["path"] == ["code"]
    assert await DeviceSession.all().count() == 1


async def test_a_code_expires_after_five_minutes(api: Api) -> None:
    code = await ask_code(api, phone=PHONE)
    clock.set_offset(timedelta(minutes=5))
    data = await api(CODE_SIGN_IN, contact={"phone": PHONE}, code=code)
    assert data["codeSignIn"]["userErrors"][0]["code"] == "CODE_INVALID"
    assert await User.all().count() == 0


async def test_a_code_dies_after_five_wrong_tries(api: Api) -> None:
    code = await ask_code(api, phone=PHONE)
    for _ in range(5):
        data = await api(CODE_SIGN_IN, contact={"phone": PHONE}, code=wrong(code))
        assert data["codeSignIn"]["userErrors"][0]["code"] == "CODE_INVALID"
    data = await api(CODE_SIGN_IN, contact={"phone": PHONE}, code=code)
    assert data["codeSignIn"]["userErrors"][0]["code"] == "CODE_INVALID"
    assert await User.all().count() == 0


async def test_the_last_of_five_tries_may_be_right(api: Api) -> None:
    code = await ask_code(api, phone=PHONE)
    for _ in range(4):
        await api(CODE_SIGN_IN, contact={"phone": PHONE}, code=wrong(code))
    data = await api(CODE_SIGN_IN, contact={"phone": PHONE}, code=code)
    assert data["codeSignIn"]["userErrors"] == []


async def test_a_new_code_replaces_the_one_before(api: Api) -> None:
    first = await ask_code(api, phone=PHONE)
    second = await ask_code(api, phone=PHONE)
    if first != second:
        data = await api(CODE_SIGN_IN, contact={"phone": PHONE}, code=first)
        assert data["codeSignIn"]["userErrors"][0]["code"] == "CODE_INVALID"
    data = await api(CODE_SIGN_IN, contact={"phone": PHONE}, code=second)
    assert data["codeSignIn"]["userErrors"] == []


async def test_a_code_opens_only_what_it_was_sent_for(api: Api) -> None:
    await make_user(phone=PHONE)
    code = await ask_code(api, phone=PHONE)
    data = await api(RESET, contact={"phone": PHONE}, code=code, password=PASSWORD)
    assert data["passwordReset"]["userErrors"] == [{"code": "CODE_INVALID", "path": ["code"]}]
    assert (await User.get()).password_hash is None


async def test_five_codes_an_hour_go_to_one_contact(api: Api) -> None:
    for _ in range(5):
        await ask_code(api, phone=PHONE)
    ask = REQUEST_CODE.replace("retryable", "retryable ... on TooManyRequests { seconds }")
    data = await api(ask, contact={"phone": PHONE})
    (error,) = data["signInCodeRequest"]["userErrors"]
    assert (error["__typename"], error["code"], error["retryable"]) == ("TooManyRequests", "TOO_MANY_REQUESTS", True)
    assert 3590 <= error["seconds"] <= 3600
    assert len(await codes_sent(PHONE)) == 5
    assert await OneTimeCode.all().count() == 5
    clock.set_offset(timedelta(seconds=error["seconds"]))
    await ask_code(api, phone=PHONE)


async def test_thirty_codes_an_hour_go_to_callers_at_one_address(visitor: Viewer) -> None:
    for number in range(30):
        await codes.issue(visitor, email_contact(f"a{number}@example.com"), CodePurpose.SIGN_IN)
    with pytest.raises(Refused, match="TOO_MANY_REQUESTS"):
        await codes.issue(visitor, email_contact("another@example.com"), CodePurpose.SIGN_IN)
    elsewhere = visitor.but(address="198.51.100.7")
    await codes.issue(elsewhere, email_contact("another@example.com"), CodePurpose.SIGN_IN)


async def test_a_burst_of_requests_gets_no_more_codes_than_the_limit(visitor: Viewer) -> None:
    contact = phone_contact(PHONE)
    burst = [codes.issue(visitor, contact, CodePurpose.SIGN_IN) for _ in range(12)]
    answers = await asyncio.gather(*burst, return_exceptions=True)
    assert sum(isinstance(answer, str) for answer in answers) <= 5
    assert all(isinstance(answer, str | Refused) for answer in answers)


async def test_of_two_racing_uses_of_a_code_one_wins(api: Api) -> None:
    code = await ask_code(api, phone=PHONE)
    tries = [api(CODE_SIGN_IN, contact={"phone": PHONE}, code=code) for _ in range(4)]
    answers = [data["codeSignIn"] for data in await asyncio.gather(*tries)]
    assert sum(answer["user"] is not None for answer in answers) == 1
    assert await User.all().count() == 1


async def test_signing_in_brings_the_guests_cart_along(api: Api, market: Market, visitor: Viewer) -> None:
    user = await make_user(phone=PHONE)
    apple, pear = [await variant_of(await make_product(slug=slug, stock={"SH": 9})) for slug in ("apple", "pear")]
    cart = await carts.add(visitor, [Addition(apple.id, 2), Addition(pear.id, 1)])
    guest = visitor.but(cart_token=cart.token)
    await carts.add(viewer_for(market, user), [Addition(apple.id, 3)])
    code = await ask_code(api, phone=PHONE)
    await api(CODE_SIGN_IN, as_=guest, contact={"phone": PHONE}, code=code)
    lines = await CartLine.filter(cart__user_id=user.id)
    assert {line.variant_id: line.quantity for line in lines} == {apple.id: 5, pear.id: 1}
    assert await carts.find(guest) is None


@pytest.mark.parametrize(
    ("contact", "error"),
    [
        ({"phone": "12345"}, ("INVALID_PHONE", ["contact", "phone"])),
        ({"phone": "1" * 5000}, ("INVALID_PHONE", ["contact", "phone"])),
        ({"email": "nobody@"}, ("INVALID_EMAIL", ["contact", "email"])),
        ({"email": "a\x01b@example.com"}, ("INVALID_EMAIL", ["contact", "email"])),
        ({"email": ""}, ("INVALID_EMAIL", ["contact", "email"])),
    ],
)
async def test_what_is_no_contact_is_refused(api: Api, contact: dict[str, str], error: tuple[str, list[str]]) -> None:
    data = await api(REQUEST_CODE, contact=contact)
    (refused,) = data["signInCodeRequest"]["userErrors"]
    assert (refused["code"], refused["path"]) == error
    assert await OneTimeCode.all().count() == 0


async def test_an_account_with_a_password_needs_the_contact_proved(api: Api) -> None:
    code = await ask_code(api, email="Lin@Example.com")
    variables: dict[str, Any] = {
        "contact": {"email": "lin@example.com"},
        "password": PASSWORD,
        "name": " 林晓雨 ",
    }
    data = await api(ACCOUNT_CREATE, code=wrong(code), **variables)
    assert data["accountCreate"]["userErrors"][0]["code"] == "CODE_INVALID"
    assert await User.all().count() == 0
    data = await api(ACCOUNT_CREATE, code=code, **variables)
    user = data["accountCreate"]["user"]
    assert (user["email"], user["name"], user["hasPassword"]) == ("lin@example.com", "林晓雨", True)
    stored = await User.get()
    assert stored.password_hash is not None
    assert stored.password_hash.startswith("$argon2id$")


async def test_a_taken_contact_keeps_its_account(api: Api) -> None:
    user = await make_user(email="lin@example.com")
    code = await ask_code(api, email="lin@example.com")
    data = await api(ACCOUNT_CREATE, contact={"email": "lin@example.com"}, code=code, password=PASSWORD)
    assert data["accountCreate"]["userErrors"][0]["code"] == "CONTACT_TAKEN"
    assert (await User.get()).id == user.id
    assert (await User.get()).password_hash is None


@pytest.mark.parametrize(
    ("password", "code"),
    [("short", "TOO_SHORT"), ("x" * 129, "TOO_LONG"), ("line\nbreak here", "UNREADABLE_TEXT")],
)
async def test_a_password_has_8_to_128_printable_characters(api: Api, password: str, code: str) -> None:
    data = await api(ACCOUNT_CREATE, contact={"email": "a@example.com"}, code="000000", password=password)
    assert [error["code"] for error in data["accountCreate"]["userErrors"]] == [code]


async def test_the_right_password_signs_in_by_phone_or_email(api: Api) -> None:
    user = await make_user(phone=PHONE, password_hash=await passwords.hashed(PASSWORD))
    for contact in ({"phone": PHONE}, {"email": user.email}):
        data = await api(PASSWORD_SIGN_IN, contact=contact, password=PASSWORD)
        assert data["passwordSignIn"]["userErrors"] == []
        assert data["passwordSignIn"]["user"] is not None


async def test_a_wrong_password_and_an_unknown_account_answer_alike(api: Api) -> None:
    user = await make_user(password_hash=await passwords.hashed(PASSWORD))
    without = await make_user()
    answers = [
        (await api(PASSWORD_SIGN_IN, contact={"email": email}, password="not the one"))["passwordSignIn"]
        for email in (user.email, without.email, "nobody@example.com")
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["userErrors"][0]["code"] == "CREDENTIALS_INVALID"
    assert await DeviceSession.all().count() == 0


@pytest.mark.parametrize("known", [True, False])
async def test_five_bad_passwords_lock_for_fifteen_minutes(api: Api, known: bool) -> None:
    if known:
        await make_user(email="lin@example.com", password_hash=await passwords.hashed(PASSWORD))
    contact = {"email": "lin@example.com"}
    for _ in range(5):
        data = await api(PASSWORD_SIGN_IN, contact=contact, password="not the one")
        assert data["passwordSignIn"]["userErrors"][0]["code"] == "CREDENTIALS_INVALID"
    data = await api(PASSWORD_SIGN_IN, contact=contact, password=PASSWORD)
    (error,) = data["passwordSignIn"]["userErrors"]
    assert (error["__typename"], error["code"], error["retryable"]) == ("PasswordLocked", "PASSWORD_LOCKED", True)
    assert error["message"] == "Too many bad passwords; wait 15 minutes, or set a new password with a code."
    clock.set_offset(timedelta(minutes=15))
    data = await api(PASSWORD_SIGN_IN, contact=contact, password=PASSWORD)
    assert [error["code"] for error in data["passwordSignIn"]["userErrors"]] == (
        [] if known else ["CREDENTIALS_INVALID"]
    )


async def test_a_right_password_starts_the_count_anew(api: Api) -> None:
    user = await make_user(password_hash=await passwords.hashed(PASSWORD))
    for _ in range(2):
        for _ in range(4):
            await api(PASSWORD_SIGN_IN, contact={"email": user.email}, password="not the one")
        data = await api(PASSWORD_SIGN_IN, contact={"email": user.email}, password=PASSWORD)
        assert data["passwordSignIn"]["userErrors"] == []


async def test_a_burst_of_passwords_gets_five_tries(api: Api) -> None:
    user = await make_user(password_hash=await passwords.hashed(PASSWORD))
    burst = [api(PASSWORD_SIGN_IN, contact={"email": user.email}, password=f"guess number {n}") for n in range(10)]
    answers = [data["passwordSignIn"]["userErrors"][0]["code"] for data in await asyncio.gather(*burst)]
    assert answers.count("CREDENTIALS_INVALID") == 5
    assert answers.count("PASSWORD_LOCKED") == 5


async def test_a_code_sets_a_new_password_and_signs_every_device_out(api: Api) -> None:
    user = await make_user(email="lin@example.com", password_hash=await passwords.hashed("the one before"))
    contact = {"email": "lin@example.com"}
    await api(PASSWORD_SIGN_IN, contact=contact, password="the one before")
    for _ in range(5):
        await api(PASSWORD_SIGN_IN, contact=contact, password="forgotten it")
    await api(RESET_REQUEST, contact=contact)
    data = await api(RESET, contact=contact, code=await code_for("lin@example.com"), password=PASSWORD)
    assert data["passwordReset"]["userErrors"] == []
    devices = await DeviceSession.filter(user_id=user.id).order_by("created_at")
    assert [device.revoke_reason for device in devices] == ["PASSWORD_RESET", ""]
    data = await api(PASSWORD_SIGN_IN, contact=contact, password=PASSWORD)
    assert data["passwordSignIn"]["userErrors"] == []  # the lock is off as well
    told = [message.template for message in await received_by("lin@example.com", limit=5)]
    assert told == ["password_changed", "password_code"]


async def test_a_reset_request_does_not_tell_whether_there_is_an_account(api: Api) -> None:
    await make_user(email="lin@example.com")
    known = await api(RESET_REQUEST, contact={"email": "lin@example.com"})
    unknown = await api(RESET_REQUEST, contact={"email": "nobody@example.com"})
    assert known["passwordResetRequest"]["userErrors"] == unknown["passwordResetRequest"]["userErrors"] == []
    assert await OutgoingMessage.all().count() == 1
    data = await api(RESET, contact={"email": "nobody@example.com"}, code="123456", password=PASSWORD)
    assert data["passwordReset"]["userErrors"] == [{"code": "CODE_INVALID", "path": ["code"]}]


async def test_a_reset_request_takes_as_long_without_an_account(api: Api) -> None:
    started = asyncio.get_running_loop().time()
    await api(RESET_REQUEST, contact={"email": "nobody@example.com"})
    assert asyncio.get_running_loop().time() - started >= codes.QUIET_SECONDS


async def test_a_password_is_changed_with_the_present_one(api: Api, customer: Viewer) -> None:
    await User.filter(id=customer.user_id).update(password_hash=await passwords.hashed("the one before"))
    data = await api(CHANGE, as_=customer, password="not the one", new=PASSWORD)
    assert data["passwordChange"]["userErrors"] == [{"code": "CREDENTIALS_INVALID", "path": ["password"]}]
    user = await User.get(id=customer.user_id)
    assert await passwords.fits(user.password_hash, "the one before")
    data = await api(CHANGE, as_=customer, password="the one before", new=PASSWORD)
    assert data["passwordChange"]["userErrors"] == []
    assert await passwords.fits((await User.get(id=customer.user_id)).password_hash, PASSWORD)


async def test_a_visitor_has_no_password_to_change(api: Api) -> None:
    data = await api(CHANGE, password=PASSWORD, new=PASSWORD)
    assert data["passwordChange"]["userErrors"] == [{"code": "UNAUTHENTICATED", "path": None}]


async def test_nothing_personal_is_stored_in_the_clear(api: Api, visitor: Viewer) -> None:
    code = await ask_code(api, email="lin@example.com")
    await api(ACCOUNT_CREATE, contact={"email": "lin@example.com"}, code=code, password=PASSWORD, name="林晓雨")
    rows = [
        *await User.all().values_list("email_hash", "phone_hash", "password_hash"),
        *await OneTimeCode.all().values_list("code_hash", "contact_hash", "caller_hash"),
    ]
    stored = repr(rows)
    for secret in ("lin@example.com", code, PASSWORD, visitor.address):
        assert secret not in stored
    raw = await connection().execute_query_dict(
        'SELECT email, name FROM "user_account" UNION ALL SELECT recipient, body FROM "outgoing_message"'
    )
    assert len(raw) == 2
    assert not any(secret in repr(raw) for secret in ("lin@", "林晓雨", code))


async def test_all_faults_of_a_new_account_are_told_at_once(api: Api) -> None:
    variables: dict[str, Any] = {"contact": {"email": "a@example.com"}, "code": "000000", "password": "short"}
    data = await api(ACCOUNT_CREATE, name="x" * 61, **variables)
    assert [(error["code"], error["path"]) for error in data["accountCreate"]["userErrors"]] == [
        ("TOO_LONG", ["name"]),
        ("TOO_SHORT", ["password"]),
    ]
    assert await User.all().count() == 0

from typing import Any

import pytest

from adapters.messages import received_by
from domain.access import Viewer
from domain.customers.contacts import Contact
from kit.ids import to_public
from models.customers import OneTimeCode, User
from models.notifications import Channel
from tests.api import Api
from tests.customers.people import code_for, wrong
from tests.factories.customers import make_user

ME = "{ me { id name phone email gender birthday locale roles addresses { id } } }"
UPDATE = """mutation ($change: ProfileUpdateInput!) {
  profileUpdate(input: $change) {
    user { name gender birthday avatarUrl locale version } userErrors { code path }
  }
}"""
CHANGE_REQUEST = """mutation ($contact: ContactInput!) {
  contactChangeRequest(input: {contact: $contact}) { expiresAt userErrors { code } }
}"""
CHANGE = """mutation ($contact: ContactInput!, $code: String!) {
  contactChange(input: {contact: $contact, code: $code}) { user { phone email } userErrors { code path } }
}"""
NEW_PHONE = "+8613900139000"


async def test_a_visitor_is_nobody(api: Api) -> None:
    assert (await api("{ me { id } }"))["me"] is None


async def test_one_sees_oneself_in_full(api: Api, customer: Viewer) -> None:
    user = await User.get(id=customer.user_id)
    data = await api(ME, as_=customer)
    assert data["me"] == {
        "id": to_public("User", user.id),
        "name": user.name,
        "phone": user.phone,
        "email": user.email,
        "gender": None,
        "birthday": None,
        "locale": "EN",
        "roles": [],
        "addresses": [],
    }


async def test_a_profile_is_changed_where_it_is_given(api: Api, customer: Viewer) -> None:
    change: dict[str, Any] = {
        "name": " 林晓雨 ",
        "gender": "FEMALE",
        "birthday": "1994-03-12",
        "avatarUrl": "https://example.com/lin.png",
        "locale": "ZH_CN",
    }
    data = await api(UPDATE, as_=customer, change=change)
    assert data["profileUpdate"]["userErrors"] == []
    assert data["profileUpdate"]["user"] == {**change, "name": "林晓雨", "version": 2}
    data = await api(UPDATE, as_=customer, change={"gender": None, "birthday": None, "name": None, "locale": None})
    user = data["profileUpdate"]["user"]
    assert (user["gender"], user["birthday"], user["name"], user["locale"]) == (None, None, "林晓雨", "ZH_CN")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "  "}, "REQUIRED"),
        ({"name": "x" * 61}, "TOO_LONG"),
        ({"birthday": "1899-12-31"}, "BIRTHDAY_INVALID"),
        ({"birthday": "2999-01-01"}, "BIRTHDAY_INVALID"),
        ({"avatarUrl": "javascript:alert(1)"}, "URL_INVALID"),
        ({"avatarUrl": "http://example.com/lin.png"}, "URL_INVALID"),
        ({"avatarUrl": "https://[half"}, "URL_INVALID"),
        ({"avatarUrl": "https://exa mple.com/"}, "URL_INVALID"),
    ],
)
async def test_a_faulty_profile_is_refused(api: Api, customer: Viewer, change: dict[str, Any], code: str) -> None:
    before = await User.get(id=customer.user_id)
    data = await api(UPDATE, as_=customer, change=change)
    assert data["profileUpdate"]["userErrors"] == [{"code": code, "path": list(change)}]
    after = await User.get(id=customer.user_id)
    assert (after.name, after.birthday, after.avatar_url, after.version) == (
        before.name,
        before.birthday,
        before.avatar_url,
        1,
    )


async def test_a_profile_that_changed_meanwhile_is_told(api: Api, customer: Viewer) -> None:
    await api(UPDATE, as_=customer, change={"name": "One", "expectedVersion": 1})
    data = await api(UPDATE, as_=customer, change={"name": "Two", "expectedVersion": 1})
    assert data["profileUpdate"]["userErrors"] == [{"code": "VERSION_CONFLICT", "path": ["expectedVersion"]}]
    assert (await User.get(id=customer.user_id)).name == "One"


async def test_a_visitor_has_no_profile_to_change(api: Api) -> None:
    data = await api(UPDATE, change={"name": "Nobody"})
    assert data["profileUpdate"]["userErrors"] == [{"code": "UNAUTHENTICATED", "path": None}]


async def test_a_phone_is_changed_by_a_code_to_the_new_one_and_the_old_one_is_told(api: Api, customer: Viewer) -> None:
    old = (await User.get(id=customer.user_id)).phone
    assert old is not None
    await api(CHANGE_REQUEST, as_=customer, contact={"phone": NEW_PHONE})
    code = await code_for(NEW_PHONE)
    data = await api(CHANGE, as_=customer, contact={"phone": NEW_PHONE}, code=wrong(code))
    assert data["contactChange"]["userErrors"] == [{"code": "CODE_INVALID", "path": ["code"]}]
    assert (await User.get(id=customer.user_id)).phone == old
    data = await api(CHANGE, as_=customer, contact={"phone": NEW_PHONE}, code=code)
    assert data["contactChange"]["user"]["phone"] == NEW_PHONE
    user = await User.get(id=customer.user_id)
    assert (user.phone, user.phone_hash) == (NEW_PHONE, Contact(Channel.SMS, NEW_PHONE).hash)
    (told,) = await received_by(old, limit=5)
    assert told.template == "contact_changed"
    assert "+86139****9000" in told.body


async def test_a_taken_contact_cannot_be_moved_to(api: Api, customer: Viewer) -> None:
    await make_user(email="lin@example.com")
    before = (await User.get(id=customer.user_id)).email
    await api(CHANGE_REQUEST, as_=customer, contact={"email": "lin@example.com"})
    code = await code_for("lin@example.com")
    data = await api(CHANGE, as_=customer, contact={"email": "lin@example.com"}, code=code)
    assert data["contactChange"]["userErrors"] == [{"code": "CONTACT_TAKEN", "path": ["contact"]}]
    assert (await User.get(id=customer.user_id)).email == before


async def test_another_persons_code_moves_no_contact(api: Api, customer: Viewer, other_customer: Viewer) -> None:
    await api(CHANGE_REQUEST, as_=customer, contact={"phone": NEW_PHONE})
    code = await code_for(NEW_PHONE)
    data = await api(CHANGE, as_=other_customer, contact={"phone": NEW_PHONE}, code=code)
    assert data["contactChange"]["userErrors"] == [{"code": "CODE_INVALID", "path": ["code"]}]


async def test_a_visitor_has_no_contact_to_change(api: Api) -> None:
    data = await api(CHANGE_REQUEST, contact={"phone": NEW_PHONE})
    assert data["contactChangeRequest"]["userErrors"] == [{"code": "UNAUTHENTICATED"}]
    assert await OneTimeCode.all().count() == 0

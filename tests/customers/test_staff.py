import asyncio
from collections.abc import Awaitable, Callable

import pytest
import structlog

from domain.access import GRANTS, Permission, Viewer
from domain.customers import sessions
from domain.customers import staff as people
from domain.customers.contacts import phone_contact
from domain.market import Market
from kit.errors import Refused
from kit.ids import to_public
from models.customers import Role, User
from settings import Settings
from tests.api import Api
from tests.customers.people import PHONE, ask_code
from tests.factories.customers import make_staff, make_user, viewer_for

Staff = Callable[..., Awaitable[Viewer]]

FIND = "query ($by: CustomerKeyInput!) { customer(by: $by) { name phone email birthday addresses { id } hasPassword } }"
STAFF = "{ staff(first: 10) { totalCount nodes { name roles phone } } }"
SET = """mutation ($id: ID!, $roles: [Role!]!, $version: Int) {
  staffRolesSet(input: {userId: $id, roles: $roles, expectedVersion: $version}) {
    user { roles version } userErrors { code path }
  }
}"""
INBOX = "query ($to: String!) { demoInbox(recipient: $to) { channel recipient template body } }"


async def test_who_serves_customers_finds_them_with_masked_contacts(api: Api, staff: Staff) -> None:
    user = await make_user(name="林晓雨", phone=PHONE, email="lin@example.com")
    agent = await staff(Role.SERVICE_AGENT)
    for by in ({"id": to_public("User", user.id)}, {"phone": "138 0013 8000"}, {"email": "LIN@example.com"}):
        data = await api(FIND, as_=agent, by=by)
        assert data["customer"] == {
            "name": "林晓雨",
            "phone": "+86138****8000",
            "email": "l***@example.com",
            "birthday": None,
            "addresses": [],
            "hasPassword": None,
        }
    assert (await api(FIND, as_=agent, by={"phone": "13900139000"}))["customer"] is None


@pytest.mark.parametrize("role", Role)
async def test_only_some_roles_find_customers(api: Api, staff: Staff, role: Role) -> None:
    await make_user(phone=PHONE)
    result = await api.raw(FIND, as_=await staff(role), by={"phone": PHONE})
    if Permission.SEE_CUSTOMERS in GRANTS[role]:
        assert result.errors is None
    else:
        assert result.errors is not None
        assert [error.code for error in result.errors] == ["FORBIDDEN"]
        assert result.data in (None, {"customer": None})


async def test_customers_and_visitors_find_nobody(api: Api, customer: Viewer, visitor: Viewer) -> None:
    await make_user(phone=PHONE)
    for viewer, code in ((customer, "FORBIDDEN"), (visitor, "UNAUTHENTICATED")):
        result = await api.raw(FIND, as_=viewer, by={"phone": PHONE})
        assert result.errors is not None
        assert [error.code for error in result.errors] == [code]


async def test_another_person_is_no_node_for_customers(
    api: Api, customer: Viewer, other_customer: Viewer, staff: Staff
) -> None:
    node = "query ($id: ID!) { node(id: $id) { ... on User { phone } } }"
    user = await User.get(id=other_customer.user_id)
    public = to_public("User", user.id)
    assert (await api(node, as_=customer, id=public))["node"] is None
    assert (await api(node, as_=other_customer, id=public))["node"] == {"phone": user.phone}
    masked = (await api(node, as_=await staff(Role.SERVICE_AGENT), id=public))["node"]["phone"]
    assert "****" in masked


async def test_each_look_at_a_customer_is_logged_without_what_was_seen(staff: Staff) -> None:
    user = await make_user(name="林晓雨", phone=PHONE)
    agent = await staff(Role.SERVICE_AGENT)
    with structlog.testing.capture_logs() as logs:
        await people.find(agent, contact=phone_contact(PHONE))
    assert [(log["event"], log["by"], log["user"], log["key"]) for log in logs] == [
        ("customer_looked_up", str(agent.user_id), str(user.id), "SMS")
    ]
    assert not any(text in repr(logs) for text in ("林晓雨", "13800138000"))


async def test_administrators_see_the_staff(api: Api, staff: Staff, customer: Viewer) -> None:
    admin = await staff(Role.ADMINISTRATOR)
    await make_staff(Role.COURIER, Role.WAREHOUSE_PICKER, name="Wen")
    data = await api(STAFF, as_=admin)
    assert data["staff"]["totalCount"] == 2
    assert [node["roles"] for node in data["staff"]["nodes"]] == [["ADMINISTRATOR"], ["COURIER", "WAREHOUSE_PICKER"]]
    for viewer in (customer, await staff(Role.SERVICE_AGENT)):
        result = await api.raw(STAFF, as_=viewer)
        assert result.errors is not None
        assert [error.code for error in result.errors] == ["FORBIDDEN"]


async def test_an_administrator_appoints_and_dismisses(api: Api, market: Market, staff: Staff) -> None:
    admin = await staff(Role.ADMINISTRATOR)
    user = await make_user()
    public = to_public("User", user.id)
    data = await api(SET, as_=admin, id=public, roles=["FINANCE", "COURIER", "FINANCE"], version=1)
    assert data["staffRolesSet"]["user"] == {"roles": ["COURIER", "FINANCE"], "version": 2}
    credentials = await sessions.start(viewer_for(market, user), user)
    data = await api(SET, as_=admin, id=public, roles=["COURIER"], version=1)
    assert data["staffRolesSet"]["userErrors"] == [{"code": "VERSION_CONFLICT", "path": ["expectedVersion"]}]
    assert await sessions.is_alive(credentials.session.id)
    data = await api(SET, as_=admin, id=public, roles=[])
    assert data["staffRolesSet"]["user"] == {"roles": [], "version": 3}
    assert not await sessions.is_alive(credentials.session.id)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
async def test_only_administrators_appoint(api: Api, staff: Staff, role: Role) -> None:
    user = await make_user()
    data = await api(SET, as_=await staff(role), id=to_public("User", user.id), roles=["ADMINISTRATOR"])
    assert [error["code"] for error in data["staffRolesSet"]["userErrors"]] == ["FORBIDDEN"]
    assert (await User.get(id=user.id)).roles == []


async def test_nobody_changes_their_own_roles(api: Api, staff: Staff, customer: Viewer, visitor: Viewer) -> None:
    admin = await staff(Role.ADMINISTRATOR)
    own = to_public("User", admin.require_user())
    for viewer, code in ((admin, "OWN_ROLES"), (customer, "FORBIDDEN"), (visitor, "UNAUTHENTICATED")):
        data = await api(SET, as_=viewer, id=own, roles=[])
        assert [error["code"] for error in data["staffRolesSet"]["userErrors"]] == [code]
    assert (await User.get(id=admin.user_id)).roles == ["ADMINISTRATOR"]


async def test_two_administrators_who_dismiss_each_other_leave_one(market: Market) -> None:
    one, other = await make_staff(Role.ADMINISTRATOR), await make_staff(Role.ADMINISTRATOR)
    answers = await asyncio.gather(
        people.set_roles(viewer_for(market, one), other.id, []),
        people.set_roles(viewer_for(market, other), one.id, []),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Refused", "User"]
    assert sum(isinstance(answer, Refused) and answer.code == "FORBIDDEN" for answer in answers) == 1
    assert await User.exclude(roles=[]).count() == 1


async def test_an_explorer_reads_codes_in_the_demo_inbox(api: Api) -> None:
    code = await ask_code(api, phone=PHONE)
    data = await api(INBOX, to="138 0013 8000")
    (message,) = data["demoInbox"]
    assert (message["channel"], message["recipient"], message["template"]) == ("SMS", PHONE, "sign_in_code")
    assert message["body"] == f"Jishi: {code} is your sign-in code, good for 5 minutes. Tell it to nobody."
    assert (await api(INBOX, to="nobody@example.com"))["demoInbox"] == []


class TestOutsideTheDemo:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"demo": False})

    async def test_there_is_no_inbox_to_look_into(self, api: Api) -> None:
        await ask_code(api, phone=PHONE)
        result = await api.raw(INBOX, to=PHONE)
        assert result.errors is not None
        assert [error.code for error in result.errors] == ["DEMO_ONLY"]

import asyncio
from typing import Any

import pytest

from domain.access import Viewer
from domain.customers import addresses
from domain.market import Market
from kit.errors import Refused
from kit.ids import to_public
from models.customers import Address
from models.database import connection
from tests.api import Api
from tests.factories.customers import make_user, viewer_for

FIELDS = "label recipient phone province provinceEnglish city district street postalCode isDefault version"
ERRORS = "userErrors { code path ... on VersionConflict { current { id } } }"
CREATE = f"""mutation ($address: AddressCreateInput!) {{
  addressCreate(input: $address) {{ address {{ id {FIELDS} }} {ERRORS} }}
}}"""
UPDATE = f"""mutation ($change: AddressUpdateInput!) {{
  addressUpdate(input: $change) {{ address {{ id {FIELDS} }} {ERRORS} }}
}}"""
DELETE = """mutation ($id: ID!) {
  addressDelete(input: {addressId: $id}) { deletedAddressId userErrors { code } }
}"""
BOOK = "{ me { addresses { id label isDefault version } } }"

HOME = {
    "recipient": " 林晓雨 ",
    "phone": "138 0013 8000",
    "province": "Zhejiang",
    "city": "杭州市",
    "district": "西湖区",
    "street": "茶铃路 56 号",
    "postalCode": "310012",
    "label": "家",
}

SHORT: dict[str, Any] = {
    "recipient": "A",
    "phone": "13800138000",
    "province": "上海",
    "city": "上海市",
    "street": "梧桐影路 1 号",
}


async def book(api: Api, viewer: Viewer) -> list[tuple[str, bool]]:
    data = await api(BOOK, as_=viewer)
    return [(address["label"], address["isDefault"]) for address in data["me"]["addresses"]]


async def add(api: Api, viewer: Viewer, label: str, **changes: Any) -> str:
    data = await api(CREATE, as_=viewer, address={**HOME, "label": label, **changes})
    assert data["addressCreate"]["userErrors"] == []
    return str(data["addressCreate"]["address"]["id"])


async def test_an_address_is_kept_complete_and_in_one_spelling(api: Api, customer: Viewer) -> None:
    data = await api(CREATE, as_=customer, address=HOME)
    address = data["addressCreate"]["address"]
    assert {name: value for name, value in address.items() if name != "id"} == {
        "label": "家",
        "recipient": "林晓雨",
        "phone": "+8613800138000",
        "province": "浙江省",
        "provinceEnglish": "Zhejiang",
        "city": "杭州市",
        "district": "西湖区",
        "street": "茶铃路 56 号",
        "postalCode": "310012",
        "isDefault": True,
        "version": 1,
    }


async def test_who_lives_where_is_sealed_at_rest(api: Api, customer: Viewer) -> None:
    await add(api, customer, "家")
    (row,) = await connection().execute_query_dict('SELECT recipient, phone, street FROM "address"')
    assert not any(text in repr(dict(row)) for text in ("林晓雨", "13800138000", "茶铃路"))


async def test_all_faults_of_an_address_are_told_at_once(api: Api, customer: Viewer) -> None:
    faulty = {
        "recipient": "",
        "phone": "123",
        "province": "Atlantis",
        "city": "a\u202eb",
        "street": "x" * 201,
        "postalCode": "31<00>",
        "label": "x" * 31,
    }
    data = await api(CREATE, as_=customer, address=faulty)
    assert data["addressCreate"]["address"] is None
    assert {(error["code"], *error["path"]) for error in data["addressCreate"]["userErrors"]} == {
        ("REQUIRED", "recipient"),
        ("INVALID_PHONE", "phone"),
        ("PROVINCE_UNKNOWN", "province"),
        ("UNREADABLE_TEXT", "city"),
        ("TOO_LONG", "street"),
        ("POSTAL_CODE_INVALID", "postalCode"),
        ("TOO_LONG", "label"),
    }
    assert await Address.all().count() == 0


async def test_one_address_is_the_default(api: Api, customer: Viewer) -> None:
    await add(api, customer, "first")
    second = await add(api, customer, "second")
    await add(api, customer, "third", isDefault=True)
    assert await book(api, customer) == [("third", True), ("second", False), ("first", False)]
    await api(UPDATE, as_=customer, change={"addressId": second, "isDefault": True})
    assert await book(api, customer) == [("second", True), ("third", False), ("first", False)]
    await api(DELETE, as_=customer, id=second)
    assert await book(api, customer) == [("third", True), ("first", False)]


async def test_only_what_is_given_is_changed(api: Api, customer: Viewer) -> None:
    address_id = await add(api, customer, "家")
    change = {"addressId": address_id, "city": "宁波市", "label": None, "isDefault": False}
    data = await api(UPDATE, as_=customer, change=change)
    address = data["addressUpdate"]["address"]
    assert (address["city"], address["label"], address["isDefault"], address["version"]) == ("宁波市", "家", True, 2)
    assert address["recipient"] == "林晓雨"


async def test_an_address_that_changed_meanwhile_is_told(api: Api, customer: Viewer) -> None:
    address_id = await add(api, customer, "家")
    await api(UPDATE, as_=customer, change={"addressId": address_id, "city": "宁波市", "expectedVersion": 1})
    data = await api(UPDATE, as_=customer, change={"addressId": address_id, "city": "温州市", "expectedVersion": 1})
    assert data["addressUpdate"]["userErrors"] == [
        {"code": "VERSION_CONFLICT", "path": ["expectedVersion"], "current": {"id": address_id}}
    ]
    assert (await Address.get()).city == "宁波市"


async def test_an_address_book_is_nobody_elses(
    api: Api, customer: Viewer, other_customer: Viewer, visitor: Viewer, the_market: Viewer
) -> None:
    address_id = await add(api, customer, "家")
    for viewer, code in ((other_customer, "NOT_FOUND"), (visitor, "UNAUTHENTICATED")):
        data = await api(UPDATE, as_=viewer, change={"addressId": address_id, "city": "宁波市"})
        assert [error["code"] for error in data["addressUpdate"]["userErrors"]] == [code]
        data = await api(DELETE, as_=viewer, id=address_id)
        assert [error["code"] for error in data["addressDelete"]["userErrors"]] == [code]
        data = await api("query ($id: ID!) { node(id: $id) { id } }", as_=viewer, id=address_id)
        assert data["node"] is None
    assert (await Address.get()).city == "杭州市"
    data = await api("query ($id: ID!) { node(id: $id) { id } }", as_=customer, id=address_id)
    assert data["node"] == {"id": address_id}


async def test_an_id_of_another_kind_is_refused(api: Api, customer: Viewer) -> None:
    user_id = to_public("User", customer.require_user())
    data = await api(DELETE, as_=customer, id=user_id)
    assert data["addressDelete"]["userErrors"] == [{"code": "INVALID_ID"}]


async def test_an_address_book_has_an_end(market: Market, customer: Viewer) -> None:
    small = Market(
        policy=market.policy.model_copy(update={"saved_addresses": 2}),  # type: ignore[attr-defined]  # Settings
        bus=market.bus,
        messages=market.messages,
        providers={},
        carriers={},
    )
    viewer = customer.but(market=small)
    for _ in range(2):
        await addresses.create(viewer, **SHORT)
    with pytest.raises(Refused, match="TOO_MANY_ADDRESSES"):
        await addresses.create(viewer, **SHORT)
    assert await Address.all().count() == 2


async def test_two_devices_that_each_choose_a_default_leave_one(market: Market) -> None:
    viewer = viewer_for(market, await make_user())
    await asyncio.gather(*(addresses.create(viewer, is_default=True, **SHORT) for _ in range(6)))
    assert await Address.filter(is_default=True).count() == 1
    assert await Address.all().count() == 6


async def test_the_statements_of_a_list_do_not_grow_with_it(api: Api, customer: Viewer) -> None:
    costs = []
    for _ in range(2):
        await add(api, customer, "x")
        result = await api.raw("{ me { name addresses { city } sessions { device } } }", as_=customer)
        costs.append(result.extensions["statements"])
    assert costs == [3, 3]


async def test_provinces_are_listed_for_forms(api: Api) -> None:
    data = await api("{ provinces { name englishName } }")
    assert len(data["provinces"]) == 34
    assert data["provinces"][0] == {"name": "北京市", "englishName": "Beijing"}

from datetime import timedelta
from typing import Any

import pytest

from domain.access import Viewer
from domain.market import Market
from domain.promotions import coupons
from kit import clock
from kit.errors import Refused
from kit.ids import new_id, to_public
from kit.money import Money
from models.customers import Role
from models.database import transaction
from models.promotions import Coupon, CouponUse, CouponUseState
from tests.api import Api
from tests.factories.customers import make_staff, viewer_for
from tests.factories.promotions import make_coupon

CREATE = """mutation ($input: CouponCreateInput!) { couponCreate(input: $input) {
  coupon { id code name amountOff { amount } threshold { amount } useLimit used limitPerCustomer isActive startsAt }
  userErrors { code path } } }"""
DEACTIVATE = """mutation ($id: ID!) { couponDeactivate(input: {couponId: $id}) {
  coupon { isActive } userErrors { code path } } }"""

SEE = "query ($id: ID!) { coupons { nodes { code } } node(id: $id) { id } }"


async def use(viewer: Viewer, coupon: Coupon, customer: str = "user:1") -> CouponUse:
    async with transaction():
        return await coupons.use(viewer, coupon=coupon, order_id=new_id(), customer_key=customer)


async def test_a_coupon_is_found_in_any_case_of_letters(the_market: Viewer) -> None:
    made = await make_coupon("SUMMER")
    assert (await coupons.find(the_market, " summer ")).id == made.id


@pytest.mark.parametrize(
    ("code", "overrides"),
    [
        ("COUPON_UNKNOWN", {"is_active": False}),
        ("COUPON_NOT_YET", {"starts_at": clock.now() + timedelta(hours=1)}),
        ("COUPON_EXPIRED", {"ends_at": clock.now() - timedelta(hours=1)}),
        ("COUPON_USED_UP", {"use_limit": 3, "used": 3}),
    ],
)
async def test_a_coupon_that_cannot_be_used_says_why(the_market: Viewer, code: str, overrides: dict[str, Any]) -> None:
    await make_coupon("TEN", **overrides)
    with pytest.raises(Refused) as refused:
        await coupons.find(the_market, "TEN")
    assert refused.value.code == code


@pytest.mark.parametrize("typed", ["NOPE", "", "TEN\x00", "T" * 41, "ß" * 40])
async def test_what_is_no_coupon_is_refused(the_market: Viewer, typed: str) -> None:
    await make_coupon("TEN")
    with pytest.raises(Refused) as refused:
        await coupons.find(the_market, typed)
    assert refused.value.code in {"COUPON_UNKNOWN", "UNREADABLE_TEXT", "TOO_LONG"}


async def test_goods_below_the_threshold_are_told_how_much_is_missing(the_market: Viewer) -> None:
    await make_coupon("TEN", threshold=5000)
    with pytest.raises(Refused) as refused:
        await coupons.check(the_market, "TEN", subtotal=4999, customer_key=None)
    assert refused.value.code == "COUPON_THRESHOLD"
    facts = refused.value.facts
    assert (facts["threshold"], facts["subtotal"]) == (Money(5000, "CNY"), Money(4999, "CNY"))
    assert (await coupons.check(the_market, "TEN", subtotal=5000, customer_key=None)).code == "TEN"


async def test_a_customer_uses_a_coupon_as_often_as_it_says(the_market: Viewer) -> None:
    coupon = await make_coupon("TWICE", limit_per_customer=2)
    await use(the_market, coupon)
    await use(the_market, coupon)
    with pytest.raises(Refused) as refused:
        await use(the_market, coupon)
    assert (refused.value.code, refused.value.facts["limit"]) == ("COUPON_LIMIT", 2)
    with pytest.raises(Refused, match="COUPON_LIMIT"):
        await coupons.check(the_market, "TWICE", subtotal=1, customer_key="user:1")
    await use(the_market, coupon, "user:2")
    assert (await Coupon.get(id=coupon.id)).used == 3


async def test_a_used_up_coupon_is_not_counted_again(the_market: Viewer) -> None:
    coupon = await make_coupon("ONE", use_limit=1)
    await use(the_market, coupon, "user:1")
    with pytest.raises(Refused, match="COUPON_USED_UP"):
        await use(the_market, coupon, "user:2")
    assert (await Coupon.get(id=coupon.id)).used == 1
    assert await CouponUse.all().count() == 1


async def test_a_coupon_is_given_back_once_and_can_then_be_used_again(the_market: Viewer) -> None:
    coupon = await make_coupon("ONE", use_limit=1)
    counted = await use(the_market, coupon)
    for _ in range(2):
        await coupons.give_back(counted.order_id)
    assert (await Coupon.get(id=coupon.id)).used == 0
    await use(the_market, coupon)
    assert (await Coupon.get(id=coupon.id)).used == 1


async def test_an_order_that_lives_on_takes_its_coupon_again_while_there_is_one(the_market: Viewer) -> None:
    coupon = await make_coupon("ONE", use_limit=1)
    counted = await use(the_market, coupon)
    await coupons.give_back(counted.order_id)
    assert await coupons.take_again(the_market, counted.order_id)
    assert (await Coupon.get(id=coupon.id)).used == 1

    await coupons.give_back(counted.order_id)
    await use(the_market, coupon, "user:2")
    assert not await coupons.take_again(the_market, counted.order_id)
    assert (await CouponUse.get(id=counted.id)).state == CouponUseState.GIVEN_BACK
    assert (await Coupon.get(id=coupon.id)).used == 1


async def test_a_catalog_manager_makes_and_ends_a_coupon(api: Api, market: Market) -> None:
    manager = viewer_for(market, await make_staff(Role.CATALOG_MANAGER))
    asked = {
        "code": "autumn-5",
        "name": {"zhCN": "秋日", "en": "Autumn"},
        "amountOffMinorUnits": 500,
        "thresholdMinorUnits": 3000,
        "useLimit": 10,
        "startsAt": "2026-01-01T08:00:00+08:00",
    }
    made = (await api(CREATE, as_=manager, input=asked))["couponCreate"]
    assert made["userErrors"] == []
    coupon_id = made["coupon"].pop("id")
    assert made["coupon"] == {
        "code": "AUTUMN-5",
        "name": "Autumn",
        "amountOff": {"amount": "5.00"},
        "threshold": {"amount": "30.00"},
        "useLimit": 10,
        "used": 0,
        "limitPerCustomer": 1,
        "isActive": True,
        "startsAt": "2026-01-01T00:00:00+00:00",
    }
    listed = await api("{ coupons { totalCount nodes { code } } }", as_=manager)
    assert listed["coupons"] == {"totalCount": 1, "nodes": [{"code": "AUTUMN-5"}]}
    ended = await api(DEACTIVATE, as_=manager, id=coupon_id)
    assert ended["couponDeactivate"] == {"coupon": {"isActive": False}, "userErrors": []}


async def test_all_that_is_wrong_with_a_new_coupon_is_told_at_once(api: Api, market: Market) -> None:
    manager = viewer_for(market, await make_staff(Role.ADMINISTRATOR))
    asked = {
        "code": "秋",
        "name": {},
        "amountOffMinorUnits": 0,
        "useLimit": 0,
        "startsAt": "2026-01-02T00:00:00Z",
        "endsAt": "2026-01-01T00:00:00Z",
    }
    answer = (await api(CREATE, as_=manager, input=asked))["couponCreate"]
    assert answer["coupon"] is None
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("OUT_OF_RANGE", ["amountOffMinorUnits"]),
        ("OUT_OF_RANGE", ["useLimit"]),
        ("COUPON_CODE_INVALID", ["code"]),
        ("REQUIRED", ["name"]),
        ("COUPON_PERIOD", ["endsAt"]),
    ]
    assert await Coupon.all().count() == 0


async def test_a_code_is_given_once(api: Api, market: Market) -> None:
    manager = viewer_for(market, await make_staff(Role.ADMINISTRATOR))
    await make_coupon("TEN")
    asked = {"code": "ten", "name": {"en": "Ten"}, "amountOffMinorUnits": 1}
    answer = (await api(CREATE, as_=manager, input=asked))["couponCreate"]
    assert answer["userErrors"] == [{"code": "COUPON_CODE_TAKEN", "path": ["code"]}]
    assert (await Coupon.get(code="TEN")).amount_off == 1000


@pytest.mark.parametrize("role", [None, *sorted(set(Role) - {Role.CATALOG_MANAGER, Role.ADMINISTRATOR})])
async def test_others_neither_see_nor_make_nor_end_coupons(api: Api, market: Market, role: Role | None) -> None:
    coupon = await make_coupon("TEN")
    other = viewer_for(market, await make_staff(*([role] if role else [])))
    asked = {"code": "MINE", "name": {"en": "Mine"}, "amountOffMinorUnits": 1}
    made = (await api(CREATE, as_=other, input=asked))["couponCreate"]
    ended = (await api(DEACTIVATE, as_=other, id=to_public("Coupon", coupon.id)))["couponDeactivate"]
    assert [error["code"] for error in (*made["userErrors"], *ended["userErrors"])] == ["FORBIDDEN", "FORBIDDEN"]
    assert [row.code for row in await Coupon.filter(is_active=True)] == ["TEN"]
    seen = await api(SEE, as_=other, id=to_public("Coupon", coupon.id))
    assert seen == {"coupons": {"nodes": []}, "node": None}


async def test_a_visitor_is_told_to_sign_in(api: Api) -> None:
    asked = {"code": "MINE", "name": {"en": "Mine"}, "amountOffMinorUnits": 1}
    answer = (await api(CREATE, input=asked))["couponCreate"]
    assert [error["code"] for error in answer["userErrors"]] == ["UNAUTHENTICATED"]

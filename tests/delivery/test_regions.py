"""Which goods go where, and in which way."""

from collections.abc import Awaitable, Callable

import pytest

from domain.access import Viewer
from domain.delivery.places import city_key
from domain.delivery.regions import terms_for
from domain.market import Market
from models.customers import Role
from models.delivery import DeliveryMode, DeliveryRegion
from models.orders import Order
from tests.api import Api
from tests.factories.carts import fill
from tests.factories.catalog import make_product, variant_of
from tests.factories.delivery import make_region
from tests.factories.fulfillment import public
from tests.factories.orders import make_tariff

MakeStaff = Callable[..., Awaitable[Viewer]]

SET = """mutation ($input: DeliveryRegionSetInput!) { deliveryRegionSet(input: $input) {
  region { id province city delivers modes allowsColdChain allowsFragile daysMin daysMax cutOffHour version }
  userErrors { code path } } }"""
PREVIEW = """mutation ($input: CheckoutPreviewInput!) { checkoutPreview(input: $input) {
  checkout { deliveryEstimate { earliest latest basis } }
  userErrors { code path message ... on CannotBeDelivered { obstacle waysOut variant { id } } } } }"""
PLACE = """mutation ($input: OrderPlaceInput!) { orderPlace(input: $input) {
  order { id deliveryMode delivery { mode promisedFrom } } userErrors { code path } } }"""
ADDRESS = {
    "recipient": "林晓雨",
    "phone": "13800138000",
    "province": "上海市",
    "city": "上海市",
    "street": "集市路 1 号 301 室",
}


@pytest.mark.parametrize(
    ("province", "city", "key"),
    [
        ("上海市", "上海市", "上海"),
        ("上海市", "上海", "上海"),
        ("上海市", "Shanghai", "上海"),
        ("江苏省", "苏州市", "苏州"),
        ("江苏省", " 苏 州 ", "苏州"),
        ("四川省", "凉山彝族自治州", "凉山彝族"),
        ("江苏省", "*", "*"),
        ("江苏省", "Suzhou City", "suzhou"),
    ],
)
def test_a_city_is_the_same_however_it_is_written(province: str, city: str, key: str) -> None:
    assert city_key(province, city) == key


async def test_the_most_particular_row_holds(market: Market) -> None:
    assert (await terms_for("上海市", "上海市")).days_max == 3  # nobody has written anything down
    await make_region(market, "*", province="*", days_max=9)
    await make_region(market, "*", days_max=5)
    await make_region(market, "上海市", days_max=1)
    assert (await terms_for("上海市", "上海")).days_max == 1
    assert (await terms_for("上海市", "崇明")).days_max == 5
    assert (await terms_for("江苏省", "南京市")).days_max == 9


async def test_a_region_is_written_down_by_staff_and_read_by_all(api: Api, staff: MakeStaff) -> None:
    picker = await staff(Role.WAREHOUSE_PICKER)
    given = {"province": "Shanghai", "city": "上海", "modes": ["COURIER", "HOME"], "daysMin": 0, "daysMax": 1}
    data = await api(SET, as_=picker, input=given)
    region = data["deliveryRegionSet"]["region"]
    assert (region["province"], region["city"], region["modes"]) == ("上海市", "上海", ["COURIER", "HOME"])
    assert (region["daysMin"], region["daysMax"], region["cutOffHour"], region["version"]) == (0, 1, 16, 1)
    again = {"province": "上海市", "city": "上海市", "allowsColdChain": False, "expectedVersion": 1}
    changed = (await api(SET, as_=picker, input=again))["deliveryRegionSet"]["region"]
    assert (changed["id"], changed["version"], changed["allowsColdChain"]) == (region["id"], 2, False)
    assert changed["modes"] == ["COURIER", "HOME"]
    listed = await api("{ deliveryRegions { totalCount nodes { city } } }")
    assert listed["deliveryRegions"] == {"totalCount": 1, "nodes": [{"city": "上海市"}]}
    stale = (await api(SET, as_=picker, input=again))["deliveryRegionSet"]["userErrors"]
    assert [error["code"] for error in stale] == ["VERSION_CONFLICT"]


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"province": "Atlantis"}, ["PROVINCE_UNKNOWN"]),
        ({"province": "上海市", "daysMin": 4, "daysMax": 2}, ["OUT_OF_RANGE"]),
        ({"province": "上海市", "daysMin": -1, "cutOffHour": 24}, ["OUT_OF_RANGE", "OUT_OF_RANGE"]),
        ({"province": "*", "city": "上海"}, ["INVALID_INPUT"]),
        ({"province": "上海市", "city": "x" * 41}, ["TOO_LONG"]),
    ],
)
async def test_a_region_that_makes_no_sense_is_refused(
    api: Api, staff: MakeStaff, given: dict[str, object], codes: list[str]
) -> None:
    data = await api(SET, as_=await staff(Role.ADMINISTRATOR), input=given)
    assert [error["code"] for error in data["deliveryRegionSet"]["userErrors"]] == codes
    assert await DeliveryRegion.all().count() == 0


async def test_only_those_who_arrange_deliveries_edit_regions(api: Api, customer: Viewer, staff: MakeStaff) -> None:
    for viewer, code in (
        (None, "UNAUTHENTICATED"),
        (customer, "FORBIDDEN"),
        (await staff(Role.COURIER), "FORBIDDEN"),
        (await staff(Role.FINANCE), "FORBIDDEN"),
    ):
        data = await api(SET, as_=viewer, input={"province": "上海市"})
        assert [error["code"] for error in data["deliveryRegionSet"]["userErrors"]] == [code]
    assert not await DeliveryRegion.exists()


async def test_perishable_goods_do_not_go_where_they_would_not_stay_cold(
    api: Api, market: Market, customer: Viewer
) -> None:
    """The line is named, and what would work instead."""
    await make_tariff()
    await make_region(market, "上海市", modes=[DeliveryMode.HOME, DeliveryMode.COURIER], cold_chain=False)
    dry, fish = await make_product(), await make_product(cold_chain=True)
    lines = [{"variantId": public("Variant", (await variant_of(one)).id), "quantity": 1} for one in (dry, fish)]
    asked = {"lines": lines, "destination": {"address": ADDRESS}}
    errors = (await api(PREVIEW, as_=customer, input=asked))["checkoutPreview"]["userErrors"]
    assert [(error["code"], error["path"], error["obstacle"]) for error in errors] == [
        ("CANNOT_BE_DELIVERED", ["lines", "1"], "COLD_CHAIN")
    ]
    assert errors[0]["waysOut"] == ["COURIER"]
    assert errors[0]["variant"]["id"] == lines[1]["variantId"]
    placed = await api(PLACE, as_=customer, input={**asked, "idempotencyKey": "k"})
    assert placed["orderPlace"]["order"] is None
    assert await Order.all().count() == 0
    by_courier = {**asked, "deliveryMode": "COURIER", "idempotencyKey": "k"}
    order = (await api(PLACE, as_=customer, input=by_courier))["orderPlace"]["order"]
    assert order["deliveryMode"] == "COURIER"
    assert order["delivery"]["promisedFrom"] is not None


@pytest.mark.parametrize(
    ("region", "product", "mode", "obstacle", "ways_out"),
    [
        ({"delivers": False}, {}, "HOME", "REGION", []),
        ({"fragile": False}, {"fragile": True}, "HOME", "FRAGILE", ["PICKUP"]),
        ({"modes": [DeliveryMode.HOME]}, {}, "COURIER", "MODE", ["HOME"]),
        ({}, {"is_service": True}, "HOME", "SERVICE", []),
        ({"modes": [DeliveryMode.SERVICE]}, {"is_service": True}, "HOME", "SERVICE", ["SERVICE"]),
        ({}, {}, "SERVICE", "SERVICE", ["HOME", "PICKUP"]),
    ],
)
async def test_every_obstacle_is_told_with_the_way_out(
    api: Api,
    market: Market,
    customer: Viewer,
    region: dict[str, object],
    product: dict[str, object],
    mode: str,
    obstacle: str,
    ways_out: list[str],
) -> None:
    await make_tariff()
    await make_region(market, "*", **region)  # type: ignore[arg-type]  # columns of a region
    variant = await variant_of(await make_product(**product))  # type: ignore[arg-type]  # columns of a product
    lines = [{"variantId": public("Variant", variant.id), "quantity": 1}]
    asked = {"lines": lines, "destination": {"address": ADDRESS}, "deliveryMode": mode}
    errors = (await api(PREVIEW, as_=customer, input=asked))["checkoutPreview"]["userErrors"]
    told = [error for error in errors if error["code"] == "CANNOT_BE_DELIVERED"]
    assert [(error["obstacle"], error["waysOut"]) for error in told] == [(obstacle, ways_out)]


async def test_a_province_that_the_tariff_refuses_is_told_once(api: Api, customer: Viewer, market: Market) -> None:
    await make_tariff("上海市", delivers=False)
    await make_region(market, delivers=False)
    variant = await variant_of(await make_product())
    lines = [{"variantId": public("Variant", variant.id), "quantity": 1}]
    data = await api(PREVIEW, as_=customer, input={"lines": lines, "destination": {"address": ADDRESS}})
    assert [error["code"] for error in data["checkoutPreview"]["userErrors"]] == ["NOT_DELIVERABLE"]


async def test_the_cart_warns_of_what_cannot_go_to_the_default_address(
    api: Api, market: Market, customer: Viewer
) -> None:
    address = """mutation ($input: AddressCreateInput!) { addressCreate(input: $input) { userErrors { code } } }"""
    cart = """{ cart { lines { quantity warnings { code ... on CannotBeDelivered { obstacle waysOut } } } } }"""
    plain, glass = await make_product(stock={"SH": 90}), await make_product(fragile=True, stock={"SH": 90})
    await fill(customer, (await variant_of(plain), 1), (await variant_of(glass), 1))
    await make_region(market, fragile=False)
    assert [line["warnings"] for line in (await api(cart, as_=customer))["cart"]["lines"]] == [[], []]
    await api(address, as_=customer, input=ADDRESS)
    warnings = [line["warnings"] for line in (await api(cart, as_=customer))["cart"]["lines"]]
    assert warnings == [[], [{"code": "CANNOT_BE_DELIVERED", "obstacle": "FRAGILE", "waysOut": ["PICKUP"]}]]

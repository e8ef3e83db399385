from typing import Any

import pytest

from domain.access import Viewer
from domain.inventory.places import Region, distance, kilometers, position, serves, zone
from domain.market import Market
from kit.ids import to_public
from models.customers import Role
from models.inventory import Allocation, Reservation, StockMovement, TariffZone, Warehouse
from models.orders import Order
from tests.api import Api
from tests.factories.catalog import make_product, make_warehouse, variant_of
from tests.factories.customers import make_staff, viewer_for
from tests.factories.inventory import counts
from tests.factories.orders import make_tariff, place_order

EXPLAIN = """query ($id: ID!) { explainAllocation(orderId: $id) {
  cause province city rules isExact compared
  shares { warehouse { code } orderLine { quantity } variant { sku } units }
  candidates { warehouses { code } parcels cost { minorUnits } unitKilometers lostBy }
  passedOver { warehouse { code } why } } }"""
RULES = """mutation ($input: AllocationRulesSetInput!) { allocationRulesSet(input: $input) {
  rules { rules version } userErrors { code path } } }"""
TARIFF = """mutation ($input: CarrierTariffSetInput!) { carrierTariffSet(input: $input) {
  tariff { id carrier zone province firstFee { minorUnits } } userErrors { code path } } }"""
PREVIEW = """mutation ($input: CheckoutPreviewInput!) { checkoutPreview(input: $input) {
  checkout { allocation { isExact parcels { warehouse { code } lines { units variant { sku } } } } }
  userErrors { code } } }"""
AGAIN = """mutation ($input: OrderReallocateInput!) { orderReallocate(input: $input) {
  order { id } userErrors { code path } } }"""
SHANGHAI = {
    "recipient": "林晓雨",
    "phone": "13800138000",
    "province": "上海市",
    "city": "上海市",
    "street": "集市路 1 号",
}


async def clerk(market: Market) -> Viewer:
    return viewer_for(market, await make_staff(Role.WAREHOUSE_PICKER))


async def houses() -> dict[str, Warehouse]:
    return {
        "SH": await make_warehouse("SH", priority=5),
        "HZ": await make_warehouse("HZ", province="浙江省", city="杭州市"),
        "CD": await make_warehouse("CD", province="四川省", city="成都市"),
    }


async def test_a_distance_is_that_of_the_map() -> None:
    shanghai, chengdu = position("上海市"), position("四川省", "成都市")
    assert shanghai is not None
    assert chengdu is not None
    assert 1600 < kilometers(shanghai, chengdu) < 1720
    assert position("四川省", "无名市") == chengdu  # a city that is not on the map counts as its province
    assert position("亚特兰蒂斯") is None
    placed = Warehouse(province="上海市", city="上海市", latitude=30_570_000, longitude=104_070_000)
    assert distance(placed, Region("四川省", "成都市")) == 0
    assert distance(Warehouse(province="Atlantis", city=""), Region("四川省")) is None


@pytest.mark.parametrize(
    ("province", "city", "expected"),
    [
        ("上海市", "上海市", TariffZone.LOCAL),
        ("浙江省", "杭州市", TariffZone.REGIONAL),
        ("四川省", "成都市", TariffZone.NATIONAL),
        ("西藏自治区", "拉萨市", TariffZone.REMOTE),
    ],
)
async def test_a_zone_follows_province_and_distance(province: str, city: str, expected: TariffZone) -> None:
    house, to = Warehouse(province="上海市", city="上海市"), Region(province, city)
    assert zone(house, to, km=distance(house, to)) == expected


async def test_a_warehouse_serves_the_regions_it_names() -> None:
    house = Warehouse(province="上海市", city="上海市", regions=["浙江省", "成都市"])
    assert serves(house, Region("浙江省", "宁波市"))
    assert serves(house, Region("四川省", "成都"))
    assert not serves(house, Region("四川省", "绵阳市"))
    assert serves(Warehouse(regions=[]), Region("四川省", "绵阳市"))


async def test_staff_read_why_warehouses_were_chosen(api: Api, market: Market, customer: Viewer) -> None:
    await houses()
    await make_warehouse("OLD", is_active=False)
    await make_warehouse("XJ", regions=["新疆维吾尔自治区"])
    apples = await make_product(variants=[{"sku": "APPLE"}], stock={"SH": 3, "HZ": 9, "CD": 9, "XJ": 9})
    order = await place_order(customer, {apples: 4})
    [told] = (await api(EXPLAIN, as_=await clerk(market), id=to_public("Order", order.id)))["explainAllocation"]
    assert {name: told[name] for name in ("cause", "province", "city", "isExact", "compared")} == {
        "cause": "PLACED",
        "province": "上海市",
        "city": "上海市",
        "isExact": True,
        "compared": 2,
    }
    assert told["rules"] == ["FEWEST_PARCELS", "LOWEST_COST", "NEAREST"]
    assert told["shares"] == [
        {"warehouse": {"code": "HZ"}, "orderLine": {"quantity": 4}, "variant": {"sku": "APPLE"}, "units": 4}
    ]
    best, other = told["candidates"]
    assert (best["warehouses"], best["parcels"], best["cost"], best["lostBy"]) == ([{"code": "HZ"}], 1, None, None)
    assert (other["warehouses"], other["lostBy"]) == ([{"code": "CD"}], "NEAREST")
    assert best["unitKilometers"] < other["unitKilometers"]
    assert {(one["warehouse"]["code"], one["why"]) for one in told["passedOver"]} == {
        ("OLD", "CLOSED"),
        ("XJ", "NOT_SERVED"),
    }


async def test_the_rules_that_staff_set_decide(api: Api, market: Market, customer: Viewer) -> None:
    await houses()
    apples, staff = await make_product(stock={"SH": 3, "HZ": 9}), await clerk(market)
    asked: dict[str, Any] = {"rules": ["NEAREST", "FEWEST_PARCELS"], "expectedVersion": 0}
    answer = (await api(RULES, as_=staff, input=asked))["allocationRulesSet"]
    assert answer == {"rules": {"rules": ["NEAREST", "FEWEST_PARCELS"], "version": 1}, "userErrors": []}
    order = await place_order(customer, {apples: 4})
    promises = await Reservation.filter(order_id=order.id).order_by("id").select_related("warehouse")
    assert [(one.warehouse.code, one.quantity) for one in promises] == [("SH", 3), ("HZ", 1)]
    late = (await api(RULES, as_=staff, input=asked))["allocationRulesSet"]
    assert late == {"rules": None, "userErrors": [{"code": "VERSION_CONFLICT", "path": ["expectedVersion"]}]}
    twice = (await api(RULES, as_=staff, input={"rules": ["NEAREST", "NEAREST"]}))["allocationRulesSet"]
    assert twice["userErrors"] == [{"code": "RULES_INVALID", "path": ["rules"]}]


async def test_the_cheaper_way_is_taken_where_carriers_differ(api: Api, market: Market, customer: Viewer) -> None:
    """SF takes 12 within a province and 9 into the next one; YTO is dearer everywhere."""
    await houses()
    apples, staff = await make_product(stock={"SH": 9, "HZ": 9}), await clerk(market)
    fees = {("SF_EXPRESS", "LOCAL"): 1200, ("SF_EXPRESS", "REGIONAL"): 900, ("YTO", "LOCAL"): 1500}
    for (carrier, where), fee in fees.items():
        tariff = {"carrier": carrier, "zone": where, "firstFeeMinorUnits": fee, "stepFeeMinorUnits": 100}
        assert (await api(TARIFF, as_=staff, input=tariff))["carrierTariffSet"]["userErrors"] == []
    order = await place_order(customer, {apples: 3})  # 1.5 kg: the first step and another
    [told] = (await api(EXPLAIN, as_=staff, id=to_public("Order", order.id)))["explainAllocation"]
    compared = [(one["warehouses"][0]["code"], one["cost"]["minorUnits"], one["lostBy"]) for one in told["candidates"]]
    assert compared == [("HZ", 1000, None), ("SH", 1300, "LOWEST_COST")]
    dear = {"carrier": "SF_EXPRESS", "zone": "REGIONAL", "province": "Shanghai"}
    again = dear | {"firstFeeMinorUnits": 5000, "stepFeeMinorUnits": 0}
    await api(TARIFF, as_=staff, input=again)
    order = await place_order(customer, {apples: 3})
    assert (await Reservation.get(order_id=order.id).select_related("warehouse")).warehouse.code == "SH"


async def test_the_preview_shows_which_lines_come_together_and_writes_nothing(
    api: Api, market: Market, customer: Viewer
) -> None:
    await houses()
    apple = await variant_of(await make_product(variants=[{"sku": "APPLE"}], stock={"SH": 3}))
    pear = await variant_of(await make_product(variants=[{"sku": "PEAR"}], stock={"HZ": 3}))
    plum = await variant_of(await make_product(variants=[{"sku": "PLUM"}], stock={"SH": 3, "HZ": 3}))
    await make_tariff()
    lines = [{"variantId": to_public("Variant", one.id), "quantity": 1} for one in (apple, pear, plum)]
    asked = {"lines": lines, "destination": {"address": SHANGHAI}}
    before = (await StockMovement.all().count(), await Allocation.all().count())
    seen = (await api(PREVIEW, as_=customer, input=asked))["checkoutPreview"]["checkout"]["allocation"]
    assert seen == {
        "isExact": True,
        "parcels": [
            {
                "warehouse": None,
                "lines": [{"units": 1, "variant": {"sku": "APPLE"}}, {"units": 1, "variant": {"sku": "PLUM"}}],
            },
            {"warehouse": None, "lines": [{"units": 1, "variant": {"sku": "PEAR"}}]},
        ],
    }
    staff = (await api(PREVIEW, as_=await clerk(market), input=asked))["checkoutPreview"]["checkout"]["allocation"]
    assert [parcel["warehouse"]["code"] for parcel in staff["parcels"]] == ["SH", "HZ"]
    assert (await StockMovement.all().count(), await Allocation.all().count()) == before
    nowhere = (await api(PREVIEW, as_=customer, input={"lines": lines}))["checkoutPreview"]
    assert nowhere["checkout"]["allocation"] is None


async def test_staff_choose_again_for_one_order_as_a_whole_or_not_at_all(
    api: Api, market: Market, customer: Viewer
) -> None:
    house, staff = await houses(), await clerk(market)
    apples = await make_product(stock={"SH": 5, "HZ": 5})
    apple = await variant_of(apples)
    order = await place_order(customer, {apples: 4})
    asked = {"idempotencyKey": "r1", "orderId": to_public("Order", order.id)}
    without = {"withoutWarehouseIds": [to_public("Warehouse", house["SH"].id)]}
    for _ in range(2):
        answer = (await api(AGAIN, as_=staff, input=asked | without))["orderReallocate"]
        assert answer == {"order": {"id": to_public("Order", order.id)}, "userErrors": []}
    assert (await counts(apple, "SH"), await counts(apple, "HZ")) == ((5, 0), (5, 4))
    causes = [one.cause for one in await Allocation.filter(order_id=order.id).order_by("id")]
    assert causes == ["PLACED", "ASKED"]
    nowhere = {"withoutWarehouseIds": [to_public("Warehouse", one.id) for one in house.values()]}
    refused = (await api(AGAIN, as_=staff, input=asked | nowhere | {"idempotencyKey": "r2"}))["orderReallocate"]
    assert refused == {"order": None, "userErrors": [{"code": "INSUFFICIENT_STOCK", "path": ["orderId"]}]}
    assert (await counts(apple, "SH"), await counts(apple, "HZ")) == ((5, 0), (5, 4))
    held = await Reservation.get(order_id=order.id, state="HELD")
    assert held.expires_at == (await Order.get(id=order.id)).pay_by


@pytest.mark.parametrize("role", [None, Role.FINANCE, Role.COURIER, Role.SERVICE_AGENT, Role.ORDER_REVIEWER])
async def test_others_neither_read_nor_change_the_choice(
    api: Api, market: Market, customer: Viewer, role: Role | None
) -> None:
    apples = await make_product(stock={"SH": 5})
    order = await place_order(customer, {apples: 1})
    other = viewer_for(market, await make_staff(*([role] if role else [])))
    asked: list[tuple[str, dict[str, Any]]] = [
        (RULES, {"rules": ["NEAREST"]}),
        (TARIFF, {"carrier": "YTO", "zone": "LOCAL", "firstFeeMinorUnits": 1, "stepFeeMinorUnits": 1}),
        (AGAIN, {"idempotencyKey": "r", "orderId": to_public("Order", order.id)}),
    ]
    for document, wanted in asked:
        [payload] = (await api(document, as_=other, input=wanted)).values()
        assert [error["code"] for error in payload["userErrors"]] == ["FORBIDDEN"]
    for viewer in (other, customer):
        assert (await api(EXPLAIN, as_=viewer, id=to_public("Order", order.id)))["explainAllocation"] == []
        data = await api("{ allocationRules { version } carrierTariffs { id } }", as_=viewer)
        assert data == {"allocationRules": None, "carrierTariffs": []}

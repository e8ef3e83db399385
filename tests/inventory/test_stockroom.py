from datetime import timedelta
from typing import Any

import pytest

from domain.access import Viewer
from domain.inventory import bundles, incoming, stock
from domain.inventory.bundles import Part
from domain.market import Market
from jobs import inventory
from jobs.runner import run_due
from kit import clock
from kit.ids import to_public
from models.catalog import Product, Variant
from models.customers import Role
from models.database import transaction
from models.inventory import MovementKind, StockLevel, StockMovement, Warehouse
from tests.api import Api
from tests.factories.catalog import make_product, make_warehouse, variant_of
from tests.factories.customers import make_staff, viewer_for
from tests.factories.inventory import counts, reserve

CREATE = """mutation ($input: WarehouseCreateInput!) { warehouseCreate(input: $input) {
  warehouse { id code province city latitude longitude regions version } userErrors { code path } } }"""
UPDATE = """mutation ($input: WarehouseUpdateInput!) { warehouseUpdate(input: $input) {
  warehouse { city regions version }
  userErrors { code path ... on VersionConflict { current { ... on Warehouse { version } } } } } }"""
CLOSE = """mutation ($input: WarehouseCloseInput!) { warehouseClose(input: $input) {
  warehouse { isActive closedWhy } userErrors { code } } }"""
REOPEN = """mutation ($input: WarehouseReopenInput!) { warehouseReopen(input: $input) {
  warehouse { isActive } userErrors { code } } }"""
EXPECT = """mutation ($input: ExpectedDeliveryCreateInput!) { expectedDeliveryCreate(input: $input) {
  delivery { id units open state expectedOn variant { sku } warehouse { code } } userErrors { code path } } }"""
RECEIVE = """mutation ($input: ExpectedDeliveryReceiveInput!) { expectedDeliveryReceive(input: $input) {
  delivery { received calledOff open state } userErrors { code path } } }"""
CALL_OFF = """mutation ($input: ExpectedDeliveryCancelInput!) { expectedDeliveryCancel(input: $input) {
  delivery { received calledOff open state } userErrors { code } } }"""
SEND = """mutation ($input: StockTransferSendInput!) { stockTransferSend(input: $input) {
  transfer { id state lines { units received missing variant { sku } } } userErrors { code path } } }"""
ARRIVE = """mutation ($input: StockTransferReceiveInput!) { stockTransferReceive(input: $input) {
  transfer { state lines { units received missing } } userErrors { code path } } }"""
START = """mutation ($input: StocktakeStartInput!) { stocktakeStart(input: $input) {
  stocktake { id state } userErrors { code } } }"""
COUNT = """mutation ($input: StocktakeCountInput!) { stocktakeCount(input: $input) {
  stocktake { counts { nodes { counted onHand difference variant { sku } } } } userErrors { code path } } }"""
APPLY = """mutation ($input: StocktakeApplyInput!) { stocktakeApply(input: $input) {
  stocktake { state } userErrors { code path } } }"""


async def clerk(market: Market) -> Viewer:
    return viewer_for(market, await make_staff(Role.WAREHOUSE_PICKER))


def keyed(key: str, **more: Any) -> dict[str, Any]:
    return {"idempotencyKey": key, **more}


def public(row: Variant | Warehouse) -> str:
    return to_public(type(row).__name__, row.id)


async def test_a_warehouse_is_opened_with_its_place_and_the_regions_it_serves(api: Api, market: Market) -> None:
    asked = {
        "code": "gz-1",
        "name": {"zhCN": "广州仓", "en": "Guangzhou"},
        "province": "Guangdong",
        "city": "广州市",
        "position": {"latitude": 23.13, "longitude": 113.26},
        "regions": ["guangdong", "广西", "三亚市"],
    }
    answer = (await api(CREATE, as_=await clerk(market), input=asked))["warehouseCreate"]
    assert answer["userErrors"] == []
    assert {name: answer["warehouse"][name] for name in ("code", "province", "latitude", "longitude", "regions")} == {
        "code": "GZ-1",
        "province": "广东省",
        "latitude": 23.13,
        "longitude": 113.26,
        "regions": ["广东省", "广西壮族自治区", "三亚市"],
    }
    row = await Warehouse.get(code="GZ-1")
    assert (row.latitude, row.longitude) == (23_130_000, 113_260_000)
    again = (await api(CREATE, as_=await clerk(market), input=asked))["warehouseCreate"]
    assert again["userErrors"] == [{"code": "WAREHOUSE_CODE_TAKEN", "path": ["code"]}]


async def test_whatever_is_wrong_with_a_warehouse_is_told_at_once(api: Api, market: Market) -> None:
    asked = {
        "code": "仓",
        "name": {"zhCN": "", "en": ""},
        "province": "Atlantis",
        "city": "x",
        "priority": -1,
        "position": {"latitude": 91.0, "longitude": 0.0},
    }
    answer = (await api(CREATE, as_=await clerk(market), input=asked))["warehouseCreate"]
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("WAREHOUSE_CODE_INVALID", ["code"]),
        ("PROVINCE_UNKNOWN", ["province"]),
        ("REQUIRED", ["name"]),
        ("OUT_OF_RANGE", ["priority"]),
        ("OUT_OF_RANGE", ["position", "latitude"]),
    ]
    assert await Warehouse.all().count() == 0


async def test_two_people_who_edit_a_warehouse_do_not_overwrite_each_other(api: Api, market: Market) -> None:
    house, staff = await make_warehouse("SH"), await clerk(market)
    asked = {"warehouseId": public(house), "expectedVersion": 1, "city": "苏州市"}
    answer = (await api(UPDATE, as_=staff, input=asked))["warehouseUpdate"]
    assert answer["warehouse"] == {"city": "苏州市", "regions": [], "version": 2}
    answer = (await api(UPDATE, as_=staff, input=asked | {"city": "无锡市"}))["warehouseUpdate"]
    assert answer["userErrors"] == [
        {"code": "VERSION_CONFLICT", "path": ["expectedVersion"], "current": {"version": 2}}
    ]
    assert (await Warehouse.get(id=house.id)).city == "苏州市"


async def test_a_closed_warehouse_sells_nothing_until_it_is_opened_again(api: Api, market: Market) -> None:
    product, staff = await make_product(stock={"SH": 5}), await clerk(market)
    variant, house = await variant_of(product), await make_warehouse("SH")
    answer = (await api(CLOSE, as_=staff, input={"warehouseId": public(house), "why": "flood"}))["warehouseClose"]
    assert answer == {"warehouse": {"isActive": False, "closedWhy": "flood"}, "userErrors": []}
    await run_due(market, inventory.HANDLERS)
    assert await stock.available([variant.id]) == {variant.id: 0}
    assert not (await Product.get(id=product.id)).in_stock
    await api(REOPEN, as_=staff, input={"warehouseId": public(house)})
    await run_due(market, inventory.HANDLERS)
    assert await stock.available([variant.id]) == {variant.id: 5}
    assert (await Product.get(id=product.id)).in_stock


async def test_a_warehouse_promises_only_where_it_delivers(the_market: Viewer) -> None:
    await make_warehouse("SH", regions=["江苏省", "杭州市"])
    variant = await variant_of(await make_product(stock={"SH": 5}))
    await reserve(the_market, (variant, 1), province="江苏省")
    with pytest.raises(Exception, match="INSUFFICIENT_STOCK"):
        await reserve(the_market, (variant, 1), province="浙江省")
    assert await counts(variant) == (5, 1)


async def test_an_expected_delivery_is_received_in_parts(api: Api, market: Market) -> None:
    variant = await variant_of(await make_product(variants=[{"sku": "APPLE"}], stock={"SH": 2}))
    house, staff, day = await make_warehouse("SH"), await clerk(market), clock.now().date() + timedelta(days=3)
    asked = keyed("e1", variantId=public(variant), warehouseId=public(house), units=10, expectedOn=str(day))
    made: dict[str, Any] = {}
    for _ in range(2):
        made = (await api(EXPECT, as_=staff, input=asked))["expectedDeliveryCreate"]
    assert made["delivery"] | {"id": ""} == {
        "id": "",
        "units": 10,
        "open": 10,
        "state": "EXPECTED",
        "expectedOn": str(day),
        "variant": {"sku": "APPLE"},
        "warehouse": {"code": "SH"},
    }
    assert await incoming.expected([variant.id]) == {variant.id: incoming.Expected(10, day)}
    assert await stock.available([variant.id]) == {variant.id: 2}  # what is not here cannot be sold
    delivery = made["delivery"]["id"]
    part = (await api(RECEIVE, as_=staff, input=keyed("r1", deliveryId=delivery, units=4)))["expectedDeliveryReceive"]
    assert part["delivery"] == {"received": 4, "calledOff": 0, "open": 6, "state": "PARTLY_RECEIVED"}
    assert (await counts(variant), (await StockLevel.get(variant_id=variant.id)).incoming) == ((6, 0), 6)
    last = (await api(RECEIVE, as_=staff, input=keyed("r2", deliveryId=delivery, units=5, isLast=True)))[
        "expectedDeliveryReceive"
    ]
    assert last["delivery"] == {"received": 9, "calledOff": 1, "open": 0, "state": "RECEIVED"}
    assert (await counts(variant), (await StockLevel.get(variant_id=variant.id)).incoming) == ((11, 0), 0)
    over = (await api(RECEIVE, as_=staff, input=keyed("r3", deliveryId=delivery, units=1)))["expectedDeliveryReceive"]
    assert over["userErrors"] == [{"code": "DELIVERY_OVER", "path": ["deliveryId"]}]
    assert await incoming.expected([variant.id]) == {}


async def test_expected_deliveries_are_listed_by_their_day_page_by_page(api: Api, market: Market) -> None:
    variant, house, staff = await variant_of(await make_product()), await make_warehouse("SH"), await clerk(market)
    today = clock.now().date()
    for days in (4, 1, 1, 2):
        async with transaction():
            await incoming.expect(
                staff, variant_id=variant.id, warehouse_id=house.id, units=1, expected_on=today + timedelta(days=days)
            )
    pages = """query ($after: String) { expectedDeliveries(first: 2, after: $after) {
      nodes { expectedOn } pageInfo { hasNextPage endCursor } } }"""
    first = (await api(pages, as_=staff))["expectedDeliveries"]
    second = (await api(pages, as_=staff, after=first["pageInfo"]["endCursor"]))["expectedDeliveries"]
    listed = [node["expectedOn"] for node in (*first["nodes"], *second["nodes"])]
    assert listed == [str(today + timedelta(days=count)) for count in (1, 1, 2, 4)]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


async def test_more_than_was_announced_is_welcome_and_the_rest_can_be_called_off(api: Api, market: Market) -> None:
    variant = await variant_of(await make_product(stock={"SH": 0}))
    house, staff, day = await make_warehouse("SH"), await clerk(market), clock.now().date()
    keys = []
    for key in ("e1", "e2"):
        asked = keyed(key, variantId=public(variant), warehouseId=public(house), units=3, expectedOn=str(day))
        keys.append((await api(EXPECT, as_=staff, input=asked))["expectedDeliveryCreate"]["delivery"]["id"])
    more = (await api(RECEIVE, as_=staff, input=keyed("r1", deliveryId=keys[0], units=5)))["expectedDeliveryReceive"]
    assert more["delivery"] == {"received": 5, "calledOff": 0, "open": 0, "state": "RECEIVED"}
    off = (await api(CALL_OFF, as_=staff, input=keyed("c1", deliveryId=keys[1])))["expectedDeliveryCancel"]
    assert off["delivery"] == {"received": 0, "calledOff": 3, "open": 0, "state": "CALLED_OFF"}
    assert (await counts(variant), (await StockLevel.get(variant_id=variant.id)).incoming) == ((5, 0), 0)
    past = keyed("e3", variantId=public(variant), warehouseId=public(house), units=3, expectedOn="2020-01-01")
    refused = (await api(EXPECT, as_=staff, input=past))["expectedDeliveryCreate"]
    assert refused["userErrors"] == [{"code": "DAY_NOT_AHEAD", "path": ["expectedOn"]}]


async def test_a_transfer_is_nowhere_for_sale_while_it_travels_and_a_shortfall_is_written_down(
    api: Api, market: Market
) -> None:
    variant = await variant_of(await make_product(variants=[{"sku": "APPLE"}], stock={"SH": 10}))
    here, there, staff = await make_warehouse("SH"), await make_warehouse("CD"), await clerk(market)
    lines = [{"variantId": public(variant), "quantity": 6}]
    asked = keyed("t1", fromWarehouseId=public(here), toWarehouseId=public(there), lines=lines)
    sent: dict[str, Any] = {}
    for _ in range(2):
        sent = (await api(SEND, as_=staff, input=asked))["stockTransferSend"]["transfer"]
    assert sent["lines"] == [{"units": 6, "received": 0, "missing": 0, "variant": {"sku": "APPLE"}}]
    on_the_way = await StockLevel.get(variant_id=variant.id, warehouse_id=there.id)
    assert (on_the_way.on_hand, on_the_way.in_transit) == (0, 6)
    assert await stock.available([variant.id]) == {variant.id: 4}
    arrived = [{"variantId": public(variant), "quantity": 5}]
    come = keyed("a1", transferId=sent["id"], arrived=arrived)
    answer = (await api(ARRIVE, as_=staff, input=come))["stockTransferReceive"]
    assert answer["transfer"] == {"state": "RECEIVED", "lines": [{"units": 6, "received": 5, "missing": 1}]}
    assert (await counts(variant, "SH"), await counts(variant, "CD")) == ((4, 0), (5, 0))
    assert (await StockMovement.get(kind=MovementKind.MISS)).in_transit_change == -1
    again = (await api(ARRIVE, as_=staff, input=come | {"idempotencyKey": "a2"}))["stockTransferReceive"]
    assert again["userErrors"] == [{"code": "TRANSFER_OVER", "path": ["transferId"]}]


async def test_promised_units_stay_when_goods_are_transferred(api: Api, market: Market, the_market: Viewer) -> None:
    variant = await variant_of(await make_product(stock={"SH": 10}))
    here, there = await make_warehouse("SH"), await make_warehouse("CD")
    await reserve(the_market, (variant, 7))
    lines = [{"variantId": public(variant), "quantity": 4}]
    asked = keyed("t1", fromWarehouseId=public(here), toWarehouseId=public(there), lines=lines)
    answer = (await api(SEND, as_=await clerk(market), input=asked))["stockTransferSend"]
    assert answer == {
        "transfer": None,
        "userErrors": [{"code": "STOCK_PROMISED", "path": ["lines", "0", "quantity"]}],
    }
    assert await counts(variant) == (10, 7)
    same = asked | {"toWarehouseId": public(here)}
    answer = (await api(SEND, as_=await clerk(market), input=same))["stockTransferSend"]
    assert answer["userErrors"] == [{"code": "SAME_WAREHOUSE", "path": ["toWarehouseId"]}]


async def test_a_stocktake_shows_differences_and_applies_them_at_once(api: Api, market: Market) -> None:
    apple = await variant_of(await make_product(variants=[{"sku": "APPLE"}], stock={"SH": 10}))
    pear = await variant_of(await make_product(variants=[{"sku": "PEAR"}], stock={"SH": 4}))
    house, staff = await make_warehouse("SH"), await clerk(market)
    taken = (await api(START, as_=staff, input={"warehouseId": public(house)}))["stocktakeStart"]["stocktake"]
    twin = (await api(START, as_=staff, input={"warehouseId": public(house)}))["stocktakeStart"]["stocktake"]
    assert taken == twin
    found = [{"variantId": public(apple), "quantity": 8}, {"variantId": public(pear), "quantity": 5}]
    counted = (await api(COUNT, as_=staff, input={"stocktakeId": taken["id"], "counts": found}))["stocktakeCount"]
    assert counted["stocktake"]["counts"]["nodes"] == [
        {"counted": 8, "onHand": 10, "difference": -2, "variant": {"sku": "APPLE"}},
        {"counted": 5, "onHand": 4, "difference": 1, "variant": {"sku": "PEAR"}},
    ]
    assert (await counts(apple), await counts(pear)) == ((10, 0), (4, 0))
    await stock.receive(staff, variant_id=apple.id, warehouse_id=house.id, quantity=3)  # after it was counted
    for _ in range(2):
        applied = (await api(APPLY, as_=staff, input=keyed("s1", stocktakeId=taken["id"])))["stocktakeApply"]
        assert applied == {"stocktake": {"state": "APPLIED"}, "userErrors": []}
    assert (await counts(apple), await counts(pear)) == ((11, 0), (5, 0))
    over = (await api(COUNT, as_=staff, input={"stocktakeId": taken["id"], "counts": found}))["stocktakeCount"]
    assert over["userErrors"] == [{"code": "STOCKTAKE_OVER", "path": ["stocktakeId"]}]


async def test_a_stocktake_never_takes_what_is_promised(api: Api, market: Market, the_market: Viewer) -> None:
    apple = await variant_of(await make_product(stock={"SH": 10}))
    pear = await variant_of(await make_product(stock={"SH": 4}))
    house, staff = await make_warehouse("SH"), await clerk(market)
    await reserve(the_market, (apple, 6))
    taken = (await api(START, as_=staff, input={"warehouseId": public(house)}))["stocktakeStart"]["stocktake"]["id"]
    nothing = (await api(APPLY, as_=staff, input=keyed("s0", stocktakeId=taken)))["stocktakeApply"]
    assert nothing["userErrors"] == [{"code": "NOTHING_COUNTED", "path": ["stocktakeId"]}]
    found = [{"variantId": public(apple), "quantity": 5}, {"variantId": public(pear), "quantity": 9}]
    await api(COUNT, as_=staff, input={"stocktakeId": taken, "counts": found})
    refused = (await api(APPLY, as_=staff, input=keyed("s1", stocktakeId=taken)))["stocktakeApply"]
    assert refused["userErrors"] == [{"code": "STOCK_PROMISED", "path": ["counts", "0"]}]
    assert (await counts(apple), await counts(pear)) == ((10, 6), (4, 0))


@pytest.mark.parametrize("cause", ["LOST", "FOUND"])
async def test_a_correction_goes_in_the_direction_of_its_reason(api: Api, market: Market, cause: str) -> None:
    variant, staff = await variant_of(await make_product(stock={"SH": 5})), await clerk(market)
    adjust = """mutation ($input: StockAdjustInput!) { stockAdjust(input: $input) {
      level { onHand } userErrors { code path } } }"""
    asked = {"variantId": public(variant), "warehouseId": public(await make_warehouse("SH")), "cause": cause}
    change = 2 if cause == "FOUND" else -2
    wrong = (await api(adjust, as_=staff, input=keyed("a1", change=-change, **asked)))["stockAdjust"]
    assert wrong == {"level": None, "userErrors": [{"code": "CAUSE_DOES_NOT_FIT", "path": ["cause"]}]}
    right = (await api(adjust, as_=staff, input=keyed("a2", change=change, **asked)))["stockAdjust"]
    assert right == {"level": {"onHand": 5 + change}, "userErrors": []}
    assert (await StockMovement.get(kind=MovementKind.ADJUST)).cause == cause


@pytest.mark.parametrize("role", [None, Role.FINANCE, Role.COURIER, Role.SERVICE_AGENT, Role.ORDER_REVIEWER])
async def test_others_neither_see_nor_touch_the_stockroom(api: Api, market: Market, role: Role | None) -> None:
    variant, house = await variant_of(await make_product(stock={"SH": 5})), await make_warehouse("SH")
    other = viewer_for(market, await make_staff(*([role] if role else [])))
    lines = [{"variantId": public(variant), "quantity": 1}]
    day = str(clock.now().date())
    ids = {"variantId": public(variant), "warehouseId": public(house)}
    to = public(await make_warehouse("CD"))
    asked: list[tuple[str, dict[str, Any]]] = [
        (CREATE, {"code": "X", "name": {"zhCN": "甲", "en": "X"}, "province": "上海市", "city": "上海市"}),
        (UPDATE, {"warehouseId": public(house), "city": "x"}),
        (CLOSE, {"warehouseId": public(house)}),
        (REOPEN, {"warehouseId": public(house)}),
        (EXPECT, keyed("1", **ids, units=1, expectedOn=day)),
        (SEND, keyed("2", fromWarehouseId=public(house), toWarehouseId=to, lines=lines)),
        (START, {"warehouseId": public(house)}),
    ]
    for document, wanted in asked:
        [payload] = (await api(document, as_=other, input=wanted)).values()
        assert [error["code"] for error in payload["userErrors"]] == ["FORBIDDEN"]
    seen = await api(
        "{ expectedDeliveries { totalCount } stockTransfers { totalCount } stocktakes { totalCount } }", as_=other
    )
    assert [one["totalCount"] for one in seen.values()] == [0, 0, 0]
    assert (await counts(variant), (await Warehouse.get(id=house.id)).version) == ((5, 0), 1)


async def test_sums_of_what_is_on_its_way_are_proven_too(market: Market) -> None:
    variant = await variant_of(await make_product(stock={"SH": 5}))
    for column, moved, open_units in (
        ("incoming", "moved_incoming", "expected"),
        ("in_transit", "moved_in_transit", "sent"),
    ):
        await StockLevel.filter(variant_id=variant.id).update(**{column: 3})
        [broken] = await stock.broken_sums()
        assert (getattr(broken, column), getattr(broken, moved), getattr(broken, open_units)) == (3, 0, 0)
        await StockLevel.filter(variant_id=variant.id).update(**{column: 0})
    assert await stock.broken_sums() == []


async def test_a_bundle_is_expected_with_the_last_of_its_parts(market: Market, the_market: Viewer) -> None:
    apple, pear = [await variant_of(await make_product(stock={"SH": 0})) for _ in range(2)]
    box = await variant_of(await make_product(stock={}))
    await bundles.set_parts(the_market, box.id, [Part(apple.id, 2), Part(pear.id, 1)])
    house, today = await make_warehouse("SH"), clock.now().date()
    for variant, units, days in ((apple, 9, 2), (pear, 9, 5)):
        assert await incoming.expected([box.id]) == {}
        async with transaction():
            await incoming.expect(
                the_market,
                variant_id=variant.id,
                warehouse_id=house.id,
                units=units,
                expected_on=today + timedelta(days=days),
            )
    assert await incoming.expected([box.id]) == {box.id: incoming.Expected(4, today + timedelta(days=5))}

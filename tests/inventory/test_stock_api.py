from typing import Any

import pytest

from domain.access import Viewer
from domain.market import Market
from kit import tally
from kit.ids import to_public
from models.catalog import Variant
from models.customers import Role
from models.inventory import StockLevel, StockMovement
from tests.api import Api
from tests.factories.catalog import make_product, make_warehouse, variant_of
from tests.factories.customers import make_staff, viewer_for
from tests.factories.inventory import counts, reserve

RECEIVE = """mutation ($input: StockReceiveInput!) { stockReceive(input: $input) {
  level { onHand reserved available warehouse { code } variant { sku } } userErrors { code path } } }"""
ADJUST = """mutation ($input: StockAdjustInput!) { stockAdjust(input: $input) {
  level { onHand } userErrors { __typename code path ... on StockPromised { onHand reserved } } } }"""
SET = "mutation ($input: StockSetInput!) { stockSet(input: $input) { level { onHand } userErrors { code path } } }"
SEE = """query ($filter: StockLevelFilter) {
  warehouses { code name(locale: EN) isActive }
  stockLevels(filter: $filter) { totalCount nodes { onHand warehouse { code } variant { sku } } }
  stockMovements { nodes {
    kind onHandChange reservedChange reason order { id } warehouse { code } variant { sku } } } }"""


async def clerk(market: Market) -> Viewer:
    return viewer_for(market, await make_staff(Role.WAREHOUSE_PICKER))


async def place(variant: Variant, **more: Any) -> dict[str, Any]:
    warehouse = await make_warehouse("SH")
    ids = {"variantId": to_public("Variant", variant.id), "warehouseId": to_public("Warehouse", warehouse.id)}
    return {"idempotencyKey": "count-1", **ids, **more}


async def test_goods_that_come_in_can_be_sold(api: Api, market: Market) -> None:
    variant = await variant_of(await make_product(variants=[{"sku": "APPLE"}], stock={"SH": 2}))
    asked = await place(variant, quantity=3, reason="delivery 17")
    answer = (await api(RECEIVE, as_=await clerk(market), input=asked))["stockReceive"]
    assert answer == {
        "level": {"onHand": 5, "reserved": 0, "available": 5, "warehouse": {"code": "SH"}, "variant": {"sku": "APPLE"}},
        "userErrors": [],
    }


async def test_the_same_key_changes_stock_once(api: Api, market: Market) -> None:
    variant = await variant_of(await make_product(stock={"SH": 2}))
    asked, staff = await place(variant, quantity=3), await clerk(market)
    for _ in range(2):
        answer = (await api(RECEIVE, as_=staff, input=asked))["stockReceive"]
        assert answer["level"]["onHand"] == 5
    other = (await api(RECEIVE, as_=staff, input={**asked, "quantity": 4}))["stockReceive"]
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert await counts(variant) == (5, 0)


async def test_a_level_cannot_fall_below_what_is_promised(api: Api, market: Market, the_market: Viewer) -> None:
    variant = await variant_of(await make_product(stock={"SH": 5}))
    await reserve(the_market, (variant, 3))
    answer = (await api(ADJUST, as_=await clerk(market), input=await place(variant, change=-3)))["stockAdjust"]
    assert answer == {
        "level": None,
        "userErrors": [
            {"__typename": "StockPromised", "code": "STOCK_PROMISED", "path": ["change"], "onHand": 5, "reserved": 3}
        ],
    }
    assert await counts(variant) == (5, 3)


@pytest.mark.parametrize(
    ("document", "count", "path"), [(RECEIVE, {"quantity": 0}, "quantity"), (SET, {"onHand": -1}, "onHand")]
)
async def test_a_count_that_cannot_be_is_refused(
    api: Api, market: Market, document: str, count: dict[str, int], path: str
) -> None:
    variant = await variant_of(await make_product(stock={"SH": 5}))
    answer = await api(document, as_=await clerk(market), input=await place(variant, **count))
    [payload] = answer.values()
    assert payload == {"level": None, "userErrors": [{"code": "OUT_OF_RANGE", "path": [path]}]}
    assert await counts(variant) == (5, 0)


async def test_an_unknown_variant_or_warehouse_is_not_found(api: Api, market: Market) -> None:
    variant = await variant_of(await make_product(stock={"SH": 5}))
    asked = await place(variant, onHand=1)
    swapped = {"variantId": to_public("Variant", variant.product_id), "warehouseId": to_public("Warehouse", variant.id)}
    answer = (await api(SET, as_=await clerk(market), input=asked | swapped))["stockSet"]
    assert answer["userErrors"] == [
        {"code": "NOT_FOUND", "path": ["variantId"]},
        {"code": "NOT_FOUND", "path": ["warehouseId"]},
    ]


async def test_staff_see_what_lies_where_and_how_it_moved(api: Api, market: Market, the_market: Viewer) -> None:
    variant = await variant_of(await make_product(variants=[{"sku": "APPLE"}], stock={"SH": 5, "HZ": 1}))
    await variant_of(await make_product(stock={"HZ": 7}))
    await reserve(the_market, (variant, 2))
    asked = {"variantId": to_public("Variant", variant.id)}
    data = await api(SEE, as_=await clerk(market), filter=asked)
    assert data["warehouses"] == [
        {"code": "HZ", "name": "HZ", "isActive": True},
        {"code": "SH", "name": "SH", "isActive": True},
    ]
    assert data["stockLevels"]["totalCount"] == 2
    assert {(node["warehouse"]["code"], node["onHand"]) for node in data["stockLevels"]["nodes"]} == {
        ("SH", 5),
        ("HZ", 1),
    }
    newest = data["stockMovements"]["nodes"][0]
    assert newest == {
        "kind": "RESERVE",
        "onHandChange": 0,
        "reservedChange": 2,
        "reason": "",
        "order": None,
        "warehouse": {"code": "SH"},
        "variant": {"sku": "APPLE"},
    }


async def test_a_page_of_levels_takes_as_many_statements_whatever_its_size(api: Api, market: Market) -> None:
    staff = await clerk(market)
    document = "{ stockLevels { nodes { warehouse { code } variant { sku } } } }"
    needed = []
    for products in (1, 9):
        for _ in range(products):
            await make_product(stock={"SH": 1, "HZ": 1})
        tallied = tally.begin()
        await api(document, as_=staff)
        needed.append(tallied.statements)
    assert needed[0] == needed[1]


@pytest.mark.parametrize(
    "role", [None, *sorted(set(Role) - {Role.CATALOG_MANAGER, Role.WAREHOUSE_PICKER, Role.ADMINISTRATOR})]
)
async def test_others_neither_see_nor_change_stock(api: Api, market: Market, role: Role | None) -> None:
    variant = await variant_of(await make_product(stock={"SH": 5}))
    other = viewer_for(market, await make_staff(*([role] if role else [])))
    before = await StockMovement.all().count()
    for document, count in ((RECEIVE, {"quantity": 1}), (ADJUST, {"change": 1}), (SET, {"onHand": 9})):
        [payload] = (await api(document, as_=other, input=await place(variant, **count))).values()
        assert [error["code"] for error in payload["userErrors"]] == ["FORBIDDEN"]
    assert (await counts(variant), await StockMovement.all().count()) == ((5, 0), before)
    data = await api(SEE, as_=other)
    assert (data["warehouses"], data["stockLevels"]["totalCount"], data["stockMovements"]["nodes"]) == ([], 0, [])
    level = await StockLevel.get(variant_id=variant.id)
    for name, key in (("StockLevel", level.id), ("Warehouse", level.warehouse_id)):
        seen = await api("query ($id: ID!) { node(id: $id) { id } }", as_=other, id=to_public(name, key))
        assert seen == {"node": None}

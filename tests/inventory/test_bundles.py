from typing import Any

import pytest

from domain.access import Viewer
from domain.inventory import bundles, stock
from domain.inventory.bundles import Part
from domain.market import Market
from domain.orders import lifecycle
from kit.errors import Refused
from kit.ids import to_public
from models.catalog import Product, Variant
from models.customers import Role
from models.database import transaction
from models.inventory import Reservation
from models.orders import CancelReason
from tests.api import Api
from tests.factories.carts import fill
from tests.factories.catalog import make_product, make_warehouse, variant_of
from tests.factories.customers import make_staff, viewer_for
from tests.factories.inventory import counts, reserve
from tests.factories.orders import place_order

SET = """mutation ($input: BundleSetInput!) { bundleSet(input: $input) {
  variant { availableQuantity bundleParts { quantity variant { sku } } } userErrors { code path } } }"""


async def basket(the_market: Viewer, **parts: tuple[Variant, int]) -> Product:
    """A product whose one variant is two apples and a pear, or whatever is said."""
    product = await make_product(variants=[{"sku": "BASKET"}], stock={})
    variant = await variant_of(product)
    await bundles.set_parts(the_market, variant.id, [Part(row.id, units) for row, units in parts.values()])
    return product


async def fruit(**stock_of: dict[str, int]) -> dict[str, Variant]:
    return {
        name: await variant_of(await make_product(variants=[{"sku": name.upper()}], stock=units))
        for name, units in stock_of.items()
    }


async def test_a_bundle_can_be_sold_as_often_as_one_warehouse_has_all_of_its_parts(the_market: Viewer) -> None:
    row = await fruit(apple={"SH": 7, "CD": 3}, pear={"SH": 2, "CD": 9})
    product = await basket(the_market, apple=(row["apple"], 2), pear=(row["pear"], 1))
    sold = await variant_of(product)
    assert await stock.available([sold.id, row["apple"].id]) == {sold.id: 3, row["apple"].id: 10}  # 2 there, 1 here
    assert (await Product.get(id=product.id)).in_stock


async def test_a_bundle_is_reserved_shipped_and_brought_back_as_its_parts(the_market: Viewer) -> None:
    row = await fruit(apple={"SH": 7}, pear={"SH": 3})
    sold = await variant_of(await basket(the_market, apple=(row["apple"], 2), pear=(row["pear"], 1)))
    [promise] = await reserve(the_market, (sold, 3))
    assert (promise.variant_id, promise.quantity) == (sold.id, 3)
    assert (await counts(row["apple"]), await counts(row["pear"])) == ((7, 6), (3, 3))
    two = {promise.order_line_id: 2}
    async with transaction():
        await stock.ship(the_market, order_id=promise.order_id, warehouse_id=promise.warehouse_id, quantities=two)
    assert (await counts(row["apple"]), await counts(row["pear"])) == ((3, 2), (1, 1))
    async with transaction():
        await stock.restock(the_market, order_id=promise.order_id, quantities={promise.order_line_id: 1})
        await stock.release(the_market, order_id=promise.order_id)
    assert (await counts(row["apple"]), await counts(row["pear"])) == ((5, 0), (2, 0))
    assert await stock.broken_sums() == []


async def test_what_was_promised_stays_when_a_bundle_is_put_together_anew(the_market: Viewer) -> None:
    row = await fruit(apple={"SH": 9}, pear={"SH": 9})
    sold = await variant_of(await basket(the_market, apple=(row["apple"], 2), pear=(row["pear"], 1)))
    [promise] = await reserve(the_market, (sold, 2))
    await bundles.set_parts(the_market, sold.id, [Part(row["pear"].id, 4)])
    assert (await counts(row["apple"]), await counts(row["pear"])) == ((9, 4), (9, 2))
    await reserve(the_market, (sold, 1))
    assert (await counts(row["apple"]), await counts(row["pear"])) == ((9, 4), (9, 6))
    async with transaction():
        await stock.release(the_market, order_id=promise.order_id)
    assert (await counts(row["apple"]), await counts(row["pear"])) == ((9, 0), (9, 4))


async def test_units_are_summed_over_lines_and_over_parts_of_bundles(the_market: Viewer) -> None:
    row = await fruit(apple={"SH": 5}, pear={"SH": 5})
    sold = await variant_of(await basket(the_market, apple=(row["apple"], 2), pear=(row["pear"], 1)))
    with pytest.raises(Refused) as refused:
        await reserve(the_market, (sold, 2), (row["apple"], 2))
    assert (refused.value.code, refused.value.path) == ("INSUFFICIENT_STOCK", ("lines", "1"))
    assert (refused.value.facts["requested"], refused.value.facts["available"]) == (2, 1)
    assert (await counts(row["apple"]), await counts(row["pear"])) == ((5, 0), (5, 0))
    await reserve(the_market, (sold, 2), (row["apple"], 1))
    assert (await counts(row["apple"]), await counts(row["pear"])) == ((5, 5), (5, 2))


async def test_a_product_is_out_of_stock_when_its_bundle_lacks_a_part(the_market: Viewer) -> None:
    row = await fruit(apple={"SH": 3}, pear={"SH": 9})
    product = await basket(the_market, apple=(row["apple"], 2), pear=(row["pear"], 1))
    [promise] = await reserve(the_market, (row["apple"], 2))  # one apple is left, a basket needs two
    assert not (await Product.get(id=product.id)).in_stock
    async with transaction():
        await stock.release(the_market, order_id=promise.order_id)
    assert (await Product.get(id=product.id)).in_stock


async def test_a_shopper_buys_a_bundle_like_anything_else(
    api: Api, the_market: Viewer, customer: Viewer, market: Market
) -> None:
    row = await fruit(apple={"SH": 6}, pear={"SH": 6})
    product = await basket(the_market, apple=(row["apple"], 2), pear=(row["pear"], 1))
    sold = await variant_of(product)
    await fill(customer, (sold, 4))
    seen = await api("{ cart { warnings { code ... on InsufficientStock { requested available } } } }", as_=customer)
    assert seen["cart"]["warnings"] == [{"code": "INSUFFICIENT_STOCK", "requested": 4, "available": 3}]
    order = await place_order(customer, {product: 2})
    assert (await counts(row["apple"]), await counts(row["pear"])) == ((6, 4), (6, 2))
    await lifecycle.cancel(customer, order.id, reason=CancelReason.CHANGED_MIND)
    assert (await counts(row["apple"]), await counts(row["pear"])) == ((6, 0), (6, 0))
    assert await Reservation.filter(order_id=order.id).values_list("variant_id", flat=True) == [sold.id]


async def test_staff_put_a_bundle_together_and_everybody_sees_of_what(
    api: Api, market: Market, customer: Viewer
) -> None:
    row = await fruit(apple={"SH": 6}, pear={"SH": 6})
    product = await make_product(variants=[{"sku": "BASKET"}], stock={})
    sold, staff = await variant_of(product), viewer_for(market, await make_staff(Role.CATALOG_MANAGER))
    parts = [
        {"variantId": to_public("Variant", row[name].id), "quantity": n} for name, n in (("apple", 2), ("pear", 1))
    ]
    asked = {"variantId": to_public("Variant", sold.id), "parts": parts}
    made_of = [{"quantity": 2, "variant": {"sku": "APPLE"}}, {"quantity": 1, "variant": {"sku": "PEAR"}}]
    answer = (await api(SET, as_=staff, input=asked))["bundleSet"]
    assert answer == {"variant": {"availableQuantity": 3, "bundleParts": made_of}, "userErrors": []}
    document = "query ($slug: String!) { product(slug: $slug) { isInStock variants { bundleParts { quantity } } } }"
    shown = (await api(document, as_=customer, slug=product.slug))["product"]
    assert shown == {"isInStock": True, "variants": [{"bundleParts": [{"quantity": 2}, {"quantity": 1}]}]}
    answer = (await api(SET, as_=staff, input=asked | {"parts": []}))["bundleSet"]
    assert answer == {"variant": {"availableQuantity": 0, "bundleParts": []}, "userErrors": []}


async def test_what_cannot_be_a_bundle_is_refused(api: Api, market: Market, the_market: Viewer) -> None:
    row = await fruit(apple={"SH": 6}, pear={"SH": 6})
    bundle = await variant_of(await basket(the_market, apple=(row["apple"], 2)))
    other = await variant_of(await make_product(stock={}))
    staff = viewer_for(market, await make_staff(Role.WAREHOUSE_PICKER))

    async def refused(variant: Variant, *parts: tuple[Variant, int]) -> list[tuple[str, list[str]]]:
        wanted: list[dict[str, Any]] = [{"variantId": to_public("Variant", one.id), "quantity": n} for one, n in parts]
        asked = {"variantId": to_public("Variant", variant.id), "parts": wanted}
        errors = (await api(SET, as_=staff, input=asked))["bundleSet"]["userErrors"]
        return [(error["code"], error["path"]) for error in errors]

    assert await refused(other, (bundle, 1), (other, 1)) == [
        ("BUNDLE_IN_BUNDLE", ["parts", "0", "variantId"]),
        ("BUNDLE_IN_BUNDLE", ["parts", "1", "variantId"]),
    ]
    assert await refused(other, (row["pear"], 0), (row["pear"], 51)) == [
        ("OUT_OF_RANGE", ["parts", "0", "quantity"]),
        ("PART_NAMED_TWICE", ["parts", "1", "variantId"]),
        ("OUT_OF_RANGE", ["parts", "1", "quantity"]),
    ]
    assert await refused(row["pear"], (other, 1)) == [("BUNDLE_HAS_STOCK", ["variantId"])]
    assert await refused(row["apple"], (other, 1)) == [
        ("BUNDLE_IN_BUNDLE", ["variantId"]),
        ("BUNDLE_HAS_STOCK", ["variantId"]),
    ]
    house = await make_warehouse("SH")
    with pytest.raises(Refused, match="BUNDLE_IS_NOT_COUNTED"):
        await stock.receive(staff, variant_id=bundle.id, warehouse_id=house.id, quantity=1)
    shopper = viewer_for(market, await make_staff())
    asked = {"variantId": to_public("Variant", other.id), "parts": []}
    assert [error["code"] for error in (await api(SET, as_=shopper, input=asked))["bundleSet"]["userErrors"]] == [
        "FORBIDDEN"
    ]

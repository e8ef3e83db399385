from datetime import timedelta
from typing import Any

import pytest

from domain.access import Viewer
from domain.carts import carts
from domain.carts.carts import Addition
from domain.market import Market
from kit import clock, tally
from kit.crypto import token_hash
from kit.errors import Refusals, Refused
from kit.ids import new_id, to_public
from models.carts import Cart, CartLine
from models.catalog import Product, ProductStatus, Variant
from tests.api import Api
from tests.factories.carts import fill, inside, line_of
from tests.factories.catalog import make_product, variant_of
from tests.factories.customers import make_user, viewer_for
from tests.factories.promotions import make_coupon

CART = """fragment Shown on Cart {
  id token version couponCode totalQuantity subtotal { amount } discount { amount } total { amount }
  lines { id quantity isSelected unitPrice { amount } total { amount } variant { sku } warnings { code } }
  warnings { __typename code message path
    ... on PriceChanged { line { id } was { amount } now { amount } }
    ... on LowStock { variant { sku } available }
    ... on InsufficientStock { variant { sku } requested available }
    ... on CouponThreshold { threshold { amount } subtotal { amount } } } }"""
SHOW = "query { cart { ...Shown } }" + CART
ADD = (
    """mutation ($lines: [CartLineInput!]!) { cartLineAdd(input: {lines: $lines}) {
  cart { ...Shown } warnings { code path }
  userErrors { __typename code path ... on CartQuantity { quantity maximum } } } }"""
    + CART
)
UPDATE = (
    "mutation ($input: CartLineUpdateInput!) { cartLineUpdate(input: $input) {"
    "cart { ...Shown } warnings { code } userErrors { code path } } }" + CART
)
REMOVE = (
    "mutation ($ids: [ID!]!) { cartLineRemove(input: {lineIds: $ids}) { cart { ...Shown } userErrors { code path } } }"
    + CART
)
CLEAR = (
    "mutation ($input: CartClearInput!) { cartClear(input: $input) { cart { ...Shown }"
    " userErrors { code path ... on VersionConflict { current { id } } } } }" + CART
)
COUPON = (
    "mutation ($code: String) { cartCouponSet(input: {couponCode: $code}) {"
    "cart { ...Shown } warnings { code path } userErrors { code path } } }" + CART
)
MERGE = (
    "mutation ($token: String) { cartMerge(input: {guestToken: $token}) { cart { ...Shown } userErrors { code } } }"
    + CART
)


async def goods(sku: str = "APPLE", price: int = 1990, stock: int = 100, **more: Any) -> Variant:
    return await variant_of(await make_product(variants=[{"sku": sku, "price": price}], stock={"SH": stock}, **more))


@pytest.fixture
async def shopper(market: Market) -> Viewer:
    return viewer_for(market, await make_user())


def wish(variant: Variant, quantity: int) -> dict[str, Any]:
    return {"variantId": to_public("Variant", variant.id), "quantity": quantity}


# ---------------------------------------------------------------------------------------------------------- whose


async def test_nobody_has_a_cart_before_something_is_put_in(api: Api, shopper: Viewer) -> None:
    assert (await api(SHOW)) == {"cart": None}
    assert (await api(SHOW, as_=shopper)) == {"cart": None}


async def test_a_guest_is_told_the_carts_token_once_and_only_its_hash_is_kept(api: Api, visitor: Viewer) -> None:
    apple = await goods()
    made = (await api(ADD, lines=[wish(apple, 2)]))["cartLineAdd"]
    token = made["cart"]["token"]
    assert len(token) >= 43  # 256 bits
    assert made["cart"]["lines"][0] | {"id": ""} == {
        "id": "",
        "quantity": 2,
        "isSelected": True,
        "unitPrice": {"amount": "19.90"},
        "total": {"amount": "39.80"},
        "variant": {"sku": "APPLE"},
        "warnings": [],
    }
    assert (await Cart.get()).token_hash == token_hash(token)
    again = await api(ADD, as_=visitor.but(cart_token=token), lines=[wish(apple, 1)])
    assert again["cartLineAdd"]["cart"]["token"] is None
    assert again["cartLineAdd"]["cart"]["lines"][0]["quantity"] == 3


async def test_a_wrong_token_opens_nothing(api: Api, visitor: Viewer) -> None:
    cart = await fill(visitor, (await goods(), 1))
    line = await CartLine.get(cart_id=cart.id)
    thief = visitor.but(cart_token="x" * 43)
    assert (await api(SHOW, as_=thief))["cart"] is None
    for name, key in (("Cart", cart.id), ("CartLine", line.id)):
        found = await api("query ($id: ID!) { node(id: $id) { id } }", as_=thief, id=to_public(name, key))
        assert found == {"node": None}


async def test_another_persons_line_is_not_there(api: Api, market: Market, shopper: Viewer) -> None:
    apple = await goods()
    cart = await fill(shopper, (apple, 2))
    stranger = viewer_for(market, await make_user())
    await fill(stranger, (apple, 1))
    line_id = to_public("CartLine", (await line_of(cart, apple)).id)
    changed = (await api(UPDATE, as_=stranger, input={"lineId": line_id, "quantity": 9}))["cartLineUpdate"]
    removed = (await api(REMOVE, as_=stranger, ids=[line_id]))["cartLineRemove"]
    assert changed["userErrors"] == [{"code": "NOT_FOUND", "path": ["lineId"]}]
    assert removed["userErrors"] == [{"code": "NOT_FOUND", "path": ["lineIds", "0"]}]
    assert await inside(cart) == {"APPLE": 2}


async def test_a_person_has_one_cart_on_all_devices(shopper: Viewer) -> None:
    apple, pear = await goods(), await goods("PEAR")
    first = await fill(shopper, (apple, 1))
    second = await fill(shopper.but(session_id=new_id()), (pear, 1))
    assert first.id == second.id
    assert await inside(second) == {"APPLE": 1, "PEAR": 1}
    assert second.version > first.version - 1


# -------------------------------------------------------------------------------------------------------- putting in


async def test_units_of_the_same_variant_add_up_also_within_one_call(shopper: Viewer) -> None:
    apple, pear = await goods(), await goods("PEAR")
    await fill(shopper, (apple, 1))
    cart = await fill(shopper, (apple, 2), (pear, 1), (apple, 3))
    assert await inside(cart) == {"APPLE": 6, "PEAR": 1}


async def test_everything_that_cannot_be_put_in_is_told_at_once_and_nothing_is(api: Api, shopper: Viewer) -> None:
    apple = await goods()
    draft = await goods("DRAFT", status=ProductStatus.DRAFT)
    cart = await fill(shopper, (apple, 998))
    answer = (await api(ADD, as_=shopper, lines=[wish(draft, 1), wish(apple, 2)]))["cartLineAdd"]
    assert answer["cart"] is None
    assert answer["userErrors"] == [
        {"__typename": "PlainError", "code": "NOT_FOUND", "path": ["lines", "0", "variantId"]},
        {
            "__typename": "CartQuantity",
            "code": "CART_QUANTITY",
            "path": ["lines", "1", "quantity"],
            "quantity": 1000,
            "maximum": 999,
        },
    ]
    assert await inside(cart) == {"APPLE": 998}


@pytest.mark.parametrize("quantity", [0, -1, 1000])
async def test_a_quantity_that_cannot_be_is_refused(api: Api, shopper: Viewer, quantity: int) -> None:
    answer = (await api(ADD, as_=shopper, lines=[wish(await goods(), quantity)]))["cartLineAdd"]
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("OUT_OF_RANGE", ["lines", "0", "quantity"])
    ]
    assert await Cart.all().count() == 0


async def test_ids_that_are_none_are_all_told(api: Api, shopper: Viewer) -> None:
    lines = [{"variantId": "nonsense", "quantity": 1}, {"variantId": to_public("Product", new_id()), "quantity": 1}]
    answer = (await api(ADD, as_=shopper, lines=lines))["cartLineAdd"]
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("INVALID_ID", ["lines", "0", "variantId"]),
        ("INVALID_ID", ["lines", "1", "variantId"]),
    ]


async def test_a_cart_has_an_end(shopper: Viewer) -> None:
    product = await make_product(variants=[{"sku": f"V{place}"} for place in range(101)], stock={})
    variants = await Variant.filter(product_id=product.id).order_by("position")
    await fill(shopper, *((variant, 1) for variant in variants[:100]))
    with pytest.raises(Refused) as refused:
        await fill(shopper, (variants[100], 1))
    assert (refused.value.code, refused.value.facts) == ("CART_FULL", {"maximum": 100})
    cart = await fill(shopper, (variants[0], 1))
    assert await CartLine.filter(cart_id=cart.id).count() == 100


async def test_nothing_to_put_in_is_refused(shopper: Viewer) -> None:
    with pytest.raises(Refused, match="REQUIRED"):
        await carts.add(shopper, [])


# ----------------------------------------------------------------------------------------------------------- changing


async def test_a_line_is_changed_and_saved_for_later(api: Api, shopper: Viewer) -> None:
    apple, pear = await goods(), await goods("PEAR", 500)
    cart = await fill(shopper, (apple, 1), (pear, 1))
    line_id = to_public("CartLine", (await line_of(cart, apple)).id)
    changed = (await api(UPDATE, as_=shopper, input={"lineId": line_id, "quantity": 3}))["cartLineUpdate"]["cart"]
    assert (changed["subtotal"], changed["totalQuantity"]) == ({"amount": "64.70"}, 4)
    later = (await api(UPDATE, as_=shopper, input={"lineId": line_id, "isSelected": False}))["cartLineUpdate"]["cart"]
    assert [(line["quantity"], line["isSelected"]) for line in later["lines"]] == [(3, False), (1, True)]
    assert (later["subtotal"], later["version"]) == ({"amount": "5.00"}, changed["version"] + 1)
    assert [line.variant_id for line in await carts.checkout_lines(shopper)] == [pear.id]


async def test_a_line_changes_to_another_variant_of_its_product(shopper: Viewer) -> None:
    product = await make_product(variants=[{"sku": "SMALL"}, {"sku": "LARGE", "price": 2990}])
    small, large = await variant_of(product, 0), await variant_of(product, 1)
    cart = await fill(shopper, (small, 2))
    line = await line_of(cart, small)
    await carts.update(shopper, line_id=line.id, variant_id=large.id)
    moved = await CartLine.get(id=line.id)
    assert (moved.variant_id, moved.quantity, moved.price_seen) == (large.id, 2, 2990)


async def test_changing_to_a_variant_that_is_there_joins_both_lines(shopper: Viewer) -> None:
    product = await make_product(variants=[{"sku": "SMALL"}, {"sku": "LARGE"}])
    small, large = await variant_of(product, 0), await variant_of(product, 1)
    cart = await fill(shopper, (small, 2), (large, 3))
    line = await line_of(cart, small)
    await carts.update(shopper, line_id=line.id, variant_id=large.id, quantity=4)
    assert await inside(cart) == {"LARGE": 7}
    assert (await CartLine.get(cart_id=cart.id)).id == line.id


async def test_a_line_does_not_become_another_product(shopper: Viewer) -> None:
    apple, pear = await goods(), await goods("PEAR")
    cart = await fill(shopper, (apple, 2))
    with pytest.raises(Refused, match="NOT_SAME_PRODUCT"):
        await carts.update(shopper, line_id=(await line_of(cart, apple)).id, variant_id=pear.id)
    assert await inside(cart) == {"APPLE": 2}


async def test_lines_are_taken_out_and_a_cart_is_cleared(api: Api, shopper: Viewer) -> None:
    await make_coupon("TEN")
    apple, pear, plum = await goods(), await goods("PEAR"), await goods("PLUM")
    cart = await fill(shopper, (apple, 1), (pear, 2), (plum, 3))
    await carts.set_coupon(shopper, "TEN")
    ids = [to_public("CartLine", (await line_of(cart, variant)).id) for variant in (apple, plum)]
    left = (await api(REMOVE, as_=shopper, ids=ids))["cartLineRemove"]["cart"]
    assert [line["variant"]["sku"] for line in left["lines"]] == ["PEAR"]
    cleared = (await api(CLEAR, as_=shopper, input={}))["cartClear"]["cart"]
    assert (cleared["lines"], cleared["couponCode"], cleared["subtotal"]) == ([], None, {"amount": "0.00"})


async def test_an_older_version_is_refused(api: Api, shopper: Viewer) -> None:
    cart = await fill(shopper, (await goods(), 1))
    answer = (await api(CLEAR, as_=shopper, input={"expectedVersion": cart.version - 1}))["cartClear"]
    current = {"id": to_public("Cart", cart.id)}
    assert answer["userErrors"] == [{"code": "VERSION_CONFLICT", "path": ["expectedVersion"], "current": current}]
    assert await inside(cart) == {"APPLE": 1}
    assert (await api(CLEAR, as_=shopper, input={"expectedVersion": cart.version}))["cartClear"]["userErrors"] == []


# ----------------------------------------------------------------------------------------------------------- warnings


async def test_each_line_tells_what_has_changed(api: Api, shopper: Viewer) -> None:
    dearer, few, short, gone = (
        await goods("DEARER"),
        await goods("FEW", stock=5),
        await goods("SHORT"),
        await goods("GONE"),
    )
    cart = await fill(shopper, (dearer, 1), (few, 2), (short, 101), (gone, 1))
    await Variant.filter(id=dearer.id).update(price=2490)
    await Product.filter(id=gone.product_id).update(status=ProductStatus.ARCHIVED)
    shown = (await api(SHOW, as_=shopper))["cart"]
    assert [[warning["code"] for warning in line["warnings"]] for line in shown["lines"]] == [
        ["PRICE_CHANGED"],
        ["LOW_STOCK"],
        ["INSUFFICIENT_STOCK"],
        ["OFF_SHELF"],
    ]
    changed, low, insufficient, off = shown["warnings"]
    assert changed == {
        "__typename": "PriceChanged",
        "code": "PRICE_CHANGED",
        "message": "The price has changed from 19.90 CNY to 24.90 CNY since you put it into the cart.",
        "path": ["lines", "0"],
        "line": {"id": to_public("CartLine", (await line_of(cart, dearer)).id)},
        "was": {"amount": "19.90"},
        "now": {"amount": "24.90"},
    }
    assert (low["variant"], low["available"], low["message"]) == ({"sku": "FEW"}, 5, "Only 5 left.")
    assert (insufficient["variant"], insufficient["requested"], insufficient["available"]) == (
        {"sku": "SHORT"},
        101,
        100,
    )
    assert off["message"] == "This is no longer for sale; take it out."
    assert shown["subtotal"] == {"amount": "2074.60"}  # 24.90 + 2 × 19.90 + 101 × 19.90: what is gone is not counted


async def test_changing_a_line_takes_note_of_its_price(api: Api, shopper: Viewer) -> None:
    apple = await goods()
    cart = await fill(shopper, (apple, 1))
    await Variant.filter(id=apple.id).update(price=2490)
    line_id = to_public("CartLine", (await line_of(cart, apple)).id)
    answer = (await api(UPDATE, as_=shopper, input={"lineId": line_id, "quantity": 2}))["cartLineUpdate"]
    assert (answer["warnings"], answer["cart"]["warnings"]) == ([], [])


async def test_showing_a_cart_takes_as_many_statements_whatever_is_in_it(api: Api, shopper: Viewer) -> None:
    needed = []
    for count in (1, 9):
        await fill(shopper, *[(await goods(f"SKU-{count}-{place}"), 1) for place in range(count)])
        tallied = tally.begin()
        await api(SHOW, as_=shopper)
        needed.append(tallied.statements)
    assert needed[0] == needed[1]
    assert needed[0] <= 4


# ------------------------------------------------------------------------------------------------------------ coupons


async def test_a_coupon_takes_off_once_its_threshold_is_reached(api: Api, shopper: Viewer) -> None:
    await make_coupon("TEN", threshold=3000)
    apple = await goods()
    await fill(shopper, (apple, 1))
    below = (await api(COUPON, as_=shopper, code="ten"))["cartCouponSet"]
    assert (below["userErrors"], below["warnings"]) == ([], [{"code": "COUPON_THRESHOLD", "path": ["couponCode"]}])
    assert (below["cart"]["couponCode"], below["cart"]["total"]) == ("TEN", {"amount": "19.90"})
    assert below["cart"]["warnings"][0]["threshold"] == {"amount": "30.00"}
    reached = (await api(ADD, as_=shopper, lines=[wish(apple, 1)]))["cartLineAdd"]["cart"]
    assert (reached["subtotal"], reached["discount"], reached["total"]) == (
        {"amount": "39.80"},
        {"amount": "10.00"},
        {"amount": "29.80"},
    )
    without = (await api(COUPON, as_=shopper, code=None))["cartCouponSet"]["cart"]
    assert (without["couponCode"], without["total"]) == (None, {"amount": "39.80"})


async def test_an_invalid_coupon_is_refused_and_one_that_expires_later_warns(api: Api, shopper: Viewer) -> None:
    await make_coupon("SOON", ends_at=clock.now() + timedelta(hours=1))
    await fill(shopper, (await goods(), 1))
    unknown = (await api(COUPON, as_=shopper, code="NOPE"))["cartCouponSet"]
    assert unknown["userErrors"] == [{"code": "COUPON_UNKNOWN", "path": ["couponCode"]}]
    await api(COUPON, as_=shopper, code="SOON")
    clock.set_offset(timedelta(hours=2))
    shown = (await api(SHOW, as_=shopper))["cart"]
    assert [warning["code"] for warning in shown["warnings"]] == ["COUPON_EXPIRED"]
    assert shown["discount"] == {"amount": "0.00"}


# ------------------------------------------------------------------------------------------------------------ merging


async def test_a_guests_cart_comes_along_and_loses_nothing(api: Api, visitor: Viewer, shopper: Viewer) -> None:
    await make_coupon("TEN")
    apple, pear, plum = await goods(), await goods("PEAR"), await goods("PLUM")
    guest = await fill(visitor, (apple, 600), (pear, 2))
    holder = visitor.but(cart_token=guest.token)
    await carts.set_coupon(holder, "TEN")
    await carts.update(holder, line_id=(await line_of(guest, pear)).id, selected=False)
    mine = await fill(shopper, (apple, 500), (plum, 1))

    merged = (await api(MERGE, as_=shopper, token=guest.token))["cartMerge"]["cart"]
    assert {line["variant"]["sku"]: (line["quantity"], line["isSelected"]) for line in merged["lines"]} == {
        "APPLE": (1100, True),
        "PLUM": (1, True),
        "PEAR": (2, False),
    }
    assert (merged["couponCode"], merged["token"]) == ("TEN", None)
    assert "CART_QUANTITY" in [warning["code"] for warning in merged["warnings"]]
    assert (await api(SHOW, as_=holder))["cart"] is None
    assert await Cart.all().values_list("id", flat=True) == [mine.id]


async def test_merging_again_or_nothing_changes_nothing(visitor: Viewer, shopper: Viewer) -> None:
    apple = await goods()
    guest = await fill(visitor, (apple, 1))
    merged = await carts.merge(shopper, guest_token=guest.token)
    for token in (guest.token, "unknown", None):
        assert (await carts.merge(shopper, guest_token=token)).version == merged.version
    assert await inside(merged) == {"APPLE": 1}


async def test_one_persons_cart_is_never_merged_into_anothers(market: Market, shopper: Viewer) -> None:
    victim = await fill(shopper, (await goods(), 1))
    thief = viewer_for(market, await make_user())
    for token in (str(victim.id), to_public("Cart", victim.id), str(shopper.user_id)):
        await carts.merge(thief, guest_token=token)
    assert await inside(victim) == {"APPLE": 1}


async def test_a_guest_cannot_merge(api: Api, visitor: Viewer) -> None:
    guest = await fill(visitor, (await goods(), 1))
    answer = (await api(MERGE, token=guest.token))["cartMerge"]
    assert answer == {"cart": None, "userErrors": [{"code": "UNAUTHENTICATED"}]}
    assert await inside(guest) == {"APPLE": 1}


# ----------------------------------------------------------------------------------------------------------- checkout


async def test_what_was_ordered_leaves_the_cart_with_the_coupon(shopper: Viewer) -> None:
    await make_coupon("TEN")
    apple, pear = await goods(), await goods("PEAR")
    cart = await fill(shopper, (apple, 1), (pear, 1))
    await carts.set_coupon(shopper, "TEN")
    assert await carts.coupon_code(shopper) == "TEN"
    await carts.take_out(shopper, [(await line_of(cart, apple)).id])
    assert (await inside(cart), await carts.coupon_code(shopper)) == ({"PEAR": 1}, None)


async def test_a_strangers_lines_cannot_be_taken_out(market: Market, shopper: Viewer) -> None:
    apple = await goods()
    cart = await fill(shopper, (apple, 1))
    stranger = viewer_for(market, await make_user())
    await fill(stranger, (apple, 1))
    await carts.take_out(stranger, [(await line_of(cart, apple)).id])
    assert await inside(cart) == {"APPLE": 1}


async def test_two_mutations_of_one_operation_each_show_the_cart_as_it_is_after_them(api: Api, shopper: Viewer) -> None:
    line = wish(await goods(), 1)
    document = """mutation ($line: CartLineInput!) {
      once: cartLineAdd(input: {lines: [$line]}) { cart { totalQuantity subtotal { amount } } }
      twice: cartLineAdd(input: {lines: [$line]}) { cart { totalQuantity subtotal { amount } } } }"""
    data = await api(document, as_=shopper, line=line)
    assert data["once"]["cart"] == {"totalQuantity": 1, "subtotal": {"amount": "19.90"}}
    assert data["twice"]["cart"] == {"totalQuantity": 2, "subtotal": {"amount": "39.80"}}


async def test_problems_of_several_additions_come_together(shopper: Viewer) -> None:
    with pytest.raises(Refusals) as refused:
        await carts.add(shopper, [Addition(new_id(), 1, ("lines", "0")), Addition(new_id(), 1, ("lines", "1"))])
    assert [one.path for one in refused.value.refusals] == [("lines", "0", "variantId"), ("lines", "1", "variantId")]

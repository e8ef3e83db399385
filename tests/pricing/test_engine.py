import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.market import Market
from domain.pricing import engine
from domain.pricing.engine import AdjustmentKind, Item, quote, refundable_amount, shipping_fee
from kit import clock
from kit.errors import Refused
from models.pricing import ShippingRate
from models.promotions import Coupon
from tests.api import Api


def coupon(amount_off: int, threshold: int = 0) -> Coupon:
    return Coupon(
        code="TEN",
        name={"zh-CN": "立减", "en": "Off"},
        amount_off=amount_off,
        threshold=threshold,
        created_at=clock.now(),
    )


def rate(**overrides: int | None) -> ShippingRate:
    return ShippingRate(province="*", **{"first_fee": 800, "step_fee": 200, "free_from": 9900} | overrides)


def item(price: int, quantity: int = 1, grams: int = 500) -> Item:
    return Item(quantity=quantity, unit_price=price, weight_grams=grams)


ITEMS = st.lists(st.builds(item, st.integers(0, 10_000_000), st.integers(1, 999), st.integers(0, 50_000)), max_size=12)
COUPONS = st.none() | st.builds(coupon, st.integers(1, 10**9), st.integers(0, 10**9))
RATES = st.none() | st.builds(
    rate,
    first_fee=st.integers(0, 10_000),
    step_fee=st.integers(0, 10_000),
    first_grams=st.integers(0, 5_000),
    step_grams=st.integers(1, 5_000),
    free_from=st.none() | st.integers(0, 10**9),
)


def test_a_quote_adds_up_and_explains_itself() -> None:
    priced = quote([item(1990, 2), item(1010)], coupon=coupon(1000, 4900), rate=rate(), currency="CNY")
    assert (priced.subtotal, priced.discount, priced.shipping, priced.total) == (4990, 1000, 1000, 4990)
    assert [(line.gross, line.discount, line.total) for line in priced.lines] == [(3980, 798, 3182), (1010, 202, 808)]
    assert [(told.kind, told.amount, told.why["en"]) for told in priced.adjustments] == [
        (AdjustmentKind.COUPON, -1000, "Coupon TEN: 10.00 CNY off from 49.00 CNY"),
        (AdjustmentKind.SHIPPING, 1000, "1.500 kg in all"),
    ]


def test_shipping_is_free_from_the_threshold_after_discounts() -> None:
    free = quote([item(9900)], coupon=None, rate=rate(), currency="CNY")
    assert (free.shipping, free.total) == (0, 9900)
    assert [(told.kind, told.amount) for told in free.adjustments] == [("SHIPPING", 800), ("FREE_SHIPPING", -800)]
    short = quote([item(9900)], coupon=coupon(1), rate=rate(), currency="CNY")
    assert (short.shipping, short.total) == (800, 10_699)


@pytest.mark.parametrize(("grams", "fee"), [(0, 800), (1000, 800), (1001, 1000), (2000, 1000), (2001, 1200)])
def test_each_step_of_weight_that_is_begun_is_paid(grams: int, fee: int) -> None:
    assert shipping_fee(rate(), grams) == fee


def test_without_an_address_shipping_is_not_known_and_not_explained() -> None:
    priced = quote([item(1990)], coupon=None, rate=None, currency="CNY")
    assert (priced.shipping, priced.adjustments) == (0, [])


def test_a_coupon_below_its_threshold_takes_nothing_off() -> None:
    assert quote([item(999)], coupon=coupon(100, 1000), rate=None, currency="CNY").discount == 0


def test_a_coupon_never_takes_off_more_than_the_goods_cost() -> None:
    priced = quote([item(300), item(0)], coupon=coupon(1000), rate=None, currency="CNY")
    assert (priced.discount, priced.total, [line.total for line in priced.lines]) == (300, 0, [0, 0])


def test_nothing_costs_nothing() -> None:
    assert quote([], coupon=coupon(1000), rate=rate(), currency="CNY").total == 0


@given(items=ITEMS, off=COUPONS, tariff=RATES)
def test_whatever_is_bought_every_sum_agrees(
    items: list[Item], off: Coupon | None, tariff: ShippingRate | None
) -> None:
    priced = quote(items, coupon=off, rate=tariff, currency="CNY")
    assert priced.total == priced.subtotal - priced.discount + priced.shipping
    assert priced.total == priced.subtotal + sum(told.amount for told in priced.adjustments)
    assert sum(line.total for line in priced.lines) == priced.goods
    assert sum(line.discount for line in priced.lines) == priced.discount
    assert all(0 <= line.discount <= line.gross and line.total == line.gross - line.discount for line in priced.lines)
    assert priced.shipping >= 0


@given(total=st.integers(0, 10**10), quantity=st.integers(1, 999), data=st.data())
def test_refunding_a_line_in_any_parts_gives_back_exactly_its_total(
    total: int, quantity: int, data: st.DataObject
) -> None:
    units = amount = 0
    while units < quantity:
        part = data.draw(st.integers(1, quantity - units))
        refund = refundable_amount(
            line_total=total, line_quantity=quantity, already_units=units, already_amount=amount, units=part
        )
        assert 0 <= refund <= total - amount
        units, amount = units + part, amount + refund
    assert amount == total


def test_the_same_units_refund_the_same_whether_one_by_one_or_together() -> None:
    together = refundable_amount(line_total=1000, line_quantity=3, already_units=0, already_amount=0, units=2)
    first = refundable_amount(line_total=1000, line_quantity=3, already_units=0, already_amount=0, units=1)
    second = refundable_amount(line_total=1000, line_quantity=3, already_units=1, already_amount=first, units=1)
    assert (together, first, second) == (666, 333, 333)


@pytest.mark.parametrize("units", [0, -1, 3])
def test_more_units_than_are_left_have_no_worth(units: int) -> None:
    with pytest.raises(ValueError, match="more units"):
        refundable_amount(line_total=1000, line_quantity=3, already_units=1, already_amount=333, units=units)


async def test_a_province_without_a_tariff_of_its_own_pays_that_of_all_others(market: Market) -> None:
    await ShippingRate.create(province="*", first_fee=800, step_fee=200)
    await ShippingRate.create(province="西藏自治区", first_fee=2500, step_fee=1500)
    assert (await engine.rate_for("西藏自治区")).first_fee == 2500
    assert (await engine.rate_for("浙江省")).first_fee == 800


async def test_nothing_goes_where_a_tariff_says_so(market: Market) -> None:
    await ShippingRate.create(province="*", first_fee=800, step_fee=200)
    await ShippingRate.create(province="台湾省", first_fee=0, step_fee=0, delivers=False)
    with pytest.raises(Refused) as refused:
        await engine.rate_for("台湾省")
    assert (refused.value.code, refused.value.facts) == ("NOT_DELIVERABLE", {"province": "台湾省"})


async def test_nothing_goes_anywhere_before_there_is_a_tariff(market: Market) -> None:
    with pytest.raises(Refused, match="NOT_DELIVERABLE"):
        await engine.rate_for("浙江省")


async def test_everybody_sees_the_tariffs(api: Api) -> None:
    await ShippingRate.create(province="*", first_fee=800, step_fee=200, free_from=9900)
    await ShippingRate.create(province="浙江省", first_fee=600, step_fee=100)
    fields = "province delivers firstGrams firstFee { amount } stepGrams stepFee { amount } freeFrom { amount }"
    data = await api(f"{{ shippingRates {{ {fields} }} }}")
    own = {"province": "浙江省", "firstFee": {"amount": "6.00"}, "stepFee": {"amount": "1.00"}, "freeFrom": None}
    rest = {
        "province": None,
        "firstFee": {"amount": "8.00"},
        "stepFee": {"amount": "2.00"},
        "freeFrom": {"amount": "99.00"},
    }
    same = {"delivers": True, "firstGrams": 1000, "stepGrams": 1000}
    assert data["shippingRates"] == [own | same, rest | same]

"""What an order costs and why: pure arithmetic in minor units, so that preview, order and refund always agree."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kit.errors import Refused
from kit.money import Money, split
from kit.text import Localized
from models.catalog import Variant
from models.pricing import ShippingRate
from models.promotions import Coupon

EVERYWHERE_ELSE = "*"  # the province of the tariff that serves those without one of their own


class AdjustmentKind(StrEnum):
    """What stands between the price of the goods and the total."""

    COUPON = "COUPON"
    SHIPPING = "SHIPPING"
    FREE_SHIPPING = "FREE_SHIPPING"
    SHIPPING_CHANGE = "SHIPPING_CHANGE"
    MARKETPLACE = "MARKETPLACE"


@dataclass(frozen=True, slots=True)
class Item:
    """A quantity of one thing at a price."""

    quantity: int
    unit_price: int
    weight_grams: int


@dataclass(frozen=True, slots=True)
class LineQuote:
    """One line, in the order of the items: `total` = `gross` - `discount`, its share of the discounts."""

    gross: int
    discount: int
    total: int


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An amount that was added (+) or taken off (-), what it is called, and why, in both languages."""

    kind: AdjustmentKind
    label: Localized
    amount: int
    why: Localized

    def as_json(self) -> dict[str, object]:
        """The form that is stored with an order."""
        return {"kind": self.kind.value, "label": self.label, "amount": self.amount, "why": self.why}


@dataclass(frozen=True, slots=True)
class Quote:
    """`total` = `subtotal` - `discount` + `shipping`, which is also `subtotal` + the sum of the adjustments.

    The line totals sum to `goods`.
    """

    currency: str
    subtotal: int
    discount: int
    shipping: int
    weight_grams: int
    lines: list[LineQuote]
    adjustments: list[Adjustment] = field(default_factory=list)

    @property
    def goods(self) -> int:
        """What the goods cost after discounts."""
        return self.subtotal - self.discount

    @property
    def total(self) -> int:
        return self.goods + self.shipping


def item(variant: Variant, quantity: int) -> Item:
    """Units of a variant at its price now."""
    return Item(quantity=quantity, unit_price=variant.price, weight_grams=variant.weight_grams)


def quote(items: Sequence[Item], *, coupon: Coupon | None, rate: ShippingRate | None, currency: str) -> Quote:
    """Price a list of items. Without a `rate` (no address yet) shipping is 0 and not explained.

    A discount is shared over the lines in proportion to their price, by largest remainder. A coupon whose threshold is
    not reached takes nothing off; `domain.promotions.coupons.check` says so to the buyer.
    """
    gross = [item.unit_price * item.quantity for item in items]
    subtotal = sum(gross)
    weight = sum(item.weight_grams * item.quantity for item in items)
    discount = _coupon_discount(coupon, subtotal)
    shares = split(discount, gross) if gross else []
    shipping = _shipping(rate, goods=subtotal - discount, weight=weight, currency=currency) if rate and items else []
    return Quote(
        currency=currency,
        subtotal=subtotal,
        discount=discount,
        shipping=sum(adjustment.amount for adjustment in shipping),
        weight_grams=weight,
        lines=[
            LineQuote(gross=price, discount=share, total=price - share)
            for price, share in zip(gross, shares, strict=True)
        ],
        adjustments=[*_explain_coupon(coupon, discount, currency), *shipping],
    )


def shipping_fee(rate: ShippingRate, weight_grams: int) -> int:
    """The tariff's fee before any free threshold: the first weight, then each started step."""
    beyond = max(0, weight_grams - rate.first_grams)
    steps = -(-beyond // rate.step_grams)
    fee: int = rate.first_fee + steps * rate.step_fee
    return fee


def delivery_fee(rate: ShippingRate, *, goods: int, weight_grams: int) -> int:
    """What the tariff asks for goods of this price after discounts and this weight."""
    fee = shipping_fee(rate, weight_grams)
    is_free = rate.free_from is not None and goods >= rate.free_from
    return 0 if is_free else fee


def shipping_change(more: int) -> Adjustment:
    """What a change of a paid order adds to its shipping."""
    why = {"zh-CN": "订单变更后重新计算运费", "en": "Computed anew when the order was changed"}
    return Adjustment(AdjustmentKind.SHIPPING_CHANGE, {"zh-CN": "运费补差", "en": "Further shipping"}, more, why)


def refundable_amount(
    *, line_total: int, line_quantity: int, already_units: int, already_amount: int, units: int
) -> int:
    """What `units` of a line refund, after `already_units` have refunded `already_amount`.

    The first k units of a line are worth floor(total × k / quantity) together; so refunding a line in any parts and any
    order gives back exactly its total.
    """
    if units < 1 or already_units < 0 or already_units + units > line_quantity:
        raise ValueError("more units than the line has left")
    worth = line_total * (already_units + units) // line_quantity
    return max(0, worth - already_amount)


async def rates() -> list[ShippingRate]:
    """All tariffs, by province, the one for all others last."""
    return sorted(await ShippingRate.all(), key=lambda rate: (rate.province == EVERYWHERE_ELSE, rate.province))


async def rate_for(province: str, *, path: Sequence[str] = ()) -> ShippingRate:
    """The tariff of a province; refuses NOT_DELIVERABLE where nothing goes."""
    rates = {rate.province: rate for rate in await ShippingRate.filter(province__in=[province, EVERYWHERE_ELSE])}
    rate = rates.get(province) or rates.get(EVERYWHERE_ELSE)
    if rate is None or not rate.delivers:
        raise Refused("NOT_DELIVERABLE", path=path, province=province)
    return rate


def _coupon_discount(coupon: Coupon | None, subtotal: int) -> int:
    if coupon is None or subtotal < coupon.threshold:
        return 0
    discount: int = min(coupon.amount_off, subtotal)
    return discount


def _explain_coupon(coupon: Coupon | None, discount: int, currency: str) -> list[Adjustment]:
    if coupon is None or discount == 0:
        return []
    off, threshold = Money(discount, currency), Money(coupon.threshold, currency)
    why = {"zh-CN": f"优惠券 {coupon.code}：减 {off}", "en": f"Coupon {coupon.code}: {off} off"}
    if coupon.threshold:
        why = {"zh-CN": f"{why['zh-CN']}（满 {threshold}）", "en": f"{why['en']} from {threshold}"}
    return [Adjustment(AdjustmentKind.COUPON, coupon.name, -discount, why)]


def _shipping(rate: ShippingRate, *, goods: int, weight: int, currency: str) -> list[Adjustment]:
    fee = shipping_fee(rate, weight)
    kilograms = f"{weight // 1000}.{weight % 1000:03}"
    charged = Adjustment(
        AdjustmentKind.SHIPPING,
        {"zh-CN": "运费", "en": "Shipping"},
        fee,
        {"zh-CN": f"总重 {kilograms} 千克", "en": f"{kilograms} kg in all"},
    )
    if rate.free_from is None or goods < rate.free_from or fee == 0:
        return [charged]
    threshold = Money(rate.free_from, currency)
    waived = Adjustment(
        AdjustmentKind.FREE_SHIPPING,
        {"zh-CN": "包邮", "en": "Free shipping"},
        -fee,
        {"zh-CN": f"商品满 {threshold} 包邮", "en": f"Goods of {threshold} or more ship free"},
    )
    return [charged, waived]

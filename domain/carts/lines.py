"""What a cart's lines are worth now, and what has changed about them since they were put in."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.access import Viewer
from domain.delivery.regions import Goods, Terms, problems
from domain.market import Policy
from domain.pricing.engine import Quote, item, quote
from domain.promotions import coupons
from kit.errors import Refused
from kit.money import Money
from models.carts import Cart, CartLine
from models.catalog import ProductStatus
from models.delivery import DeliveryMode
from models.promotions import Coupon


@dataclass(frozen=True, slots=True)
class Contents:
    """A cart's lines, what the selected ones come to before shipping, and why the coupon does not count."""

    lines: Sequence[CartLine]
    quote: Quote
    problem: Refused | None = None


def is_on_sale(line: CartLine) -> bool:
    """Whether the line can be bought; its variant and product are loaded."""
    return line.variant.is_active and line.variant.product.status == ProductStatus.ACTIVE


def warnings(line: CartLine, *, available: int, policy: Policy, terms: Terms | None = None) -> list[Refused]:
    """What the owner should know about a line before paying. `available` units of its variant can be sold; `terms` are
    those of the place that the owner's orders usually go to."""
    variant, units = line.variant, line.quantity
    if not is_on_sale(line):
        return [Refused("OFF_SHELF", line=line, variant=variant)]
    found = []
    if variant.price != line.price_seen:
        was, now = Money(line.price_seen, policy.currency), Money(variant.price, policy.currency)
        found.append(Refused("PRICE_CHANGED", line=line, was=was, now=now))
    if units > policy.line_quantity:
        found.append(Refused("CART_QUANTITY", line=line, quantity=units, maximum=policy.line_quantity))
    if available < units:
        found.append(Refused("INSUFFICIENT_STOCK", variant=variant, requested=units, available=available))
    elif available <= policy.low_stock:
        found.append(Refused("LOW_STOCK", variant=variant, available=available))
    if terms is not None:
        usual = DeliveryMode.SERVICE if variant.product.is_service else DeliveryMode.HOME
        found.extend(problems(terms, usual, [Goods(variant, variant.product)]))
    return found


async def contents(viewer: Viewer, cart: Cart, lines: Sequence[CartLine]) -> Contents:
    """Price the selected lines that can be bought, with the cart's coupon if it counts."""
    bought = [line for line in lines if line.selected and is_on_sale(line)]
    subtotal = sum(line.variant.price * line.quantity for line in bought)
    coupon, problem = await _coupon(viewer, cart, subtotal) if bought else (None, None)
    items = [item(line.variant, line.quantity) for line in bought]
    priced = quote(items, coupon=coupon, rate=None, currency=viewer.market.policy.currency)
    return Contents(lines, priced, problem)


async def _coupon(viewer: Viewer, cart: Cart, subtotal: int) -> tuple[Coupon | None, Refused | None]:
    if cart.coupon_code is None:
        return None, None
    buyer = coupons.customer_key(user_id=viewer.user_id)
    try:
        return await coupons.check(viewer, cart.coupon_code, subtotal=subtotal, customer_key=buyer), None
    except Refused as refused:
        return None, refused

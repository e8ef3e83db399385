"""Taking in an order that a marketplace has sold: the checks of our own checkout, its prices, and its money."""

from collections.abc import Awaitable, Callable, Sequence

from domain import effects
from domain.access import Viewer
from domain.catalog.variants import sellable
from domain.delivery import deliveries, nearness
from domain.delivery.deliveries import Way
from domain.delivery.regions import Goods
from domain.inventory import stock
from domain.inventory.planning import Wanted
from domain.orders import checkout, risk_checks, shortages
from domain.orders.checkout import Draft, Purchase, Wish, region_of
from domain.orders.history import begin
from domain.orders.intake_rows import ExternalLine, ExternalOrder
from domain.pricing import engine
from domain.pricing.engine import Adjustment, AdjustmentKind, LineQuote, Quote
from kit.errors import Refusals, Refused, gathered, refuse_all
from kit.money import split
from models.catalog import Product, Variant
from models.database import transaction
from models.orders import Order, OrderLine, OrderState
from models.shortages import ShortageCause

# Writes down that the marketplace has the money of a locked order: its reference there, and who paid.
Settle = Callable[[Viewer, Order, str, str], Awaitable[None]]


async def accept(viewer: Viewer, external: ExternalOrder, *, channel: str, settle: Settle) -> Order:
    """Store the order, promise its stock and book its money, in the caller's transaction; gives it as it is then.

    What is not in stock makes a shortage: the marketplace has sold it, and the buyer chooses. Everything else that our
    own checkout would refuse is refused here too, all at once.
    """
    draft = await _draft(viewer, external)
    purchase = Purchase(wishes=draft.wishes, destination=external.destination, email=external.email, note=external.note)
    buyer = viewer.but(locale=external.locale)
    order, lines = await checkout.write_down(
        buyer, purchase, draft, external.destination, channel=channel, external_id=external.external_id
    )
    is_short = not await _reserve(viewer, order, external, lines)
    await _promise(order, purchase, draft)
    await effects.at("order.expire", order.id, order.pay_by)
    await begin(viewer, order)
    order = await risk_checks.check_placed(viewer, order, units=sum(line.quantity for line in lines))
    if order.state == OrderState.PENDING_PAYMENT:
        await settle(viewer, order, external.reference, external.payer)
        order = await Order.filter(id=order.id).get()
    if is_short and order.state == OrderState.PAID:
        units = {line.id: line.quantity for line in lines}
        await shortages.report(viewer, order, units, cause=ShortageCause.AT_ALLOCATION)
    return order


async def _draft(viewer: Viewer, external: ExternalOrder) -> Draft:
    problems: list[Refused] = []
    variants = {variant.sku: variant for variant in await sellable().filter(sku__in=[x.sku for x in external.lines])}
    problems += [
        Refused("UNKNOWN_SKU", path=("lines", str(place), "sku"), sku=line.sku)
        for place, line in enumerate(external.lines)
        if line.sku not in variants
    ]
    with gathered(problems):
        await engine.rate_for(external.destination.province, path=("address", "province"))
    refuse_all(problems)
    currency = viewer.market.policy.currency
    bought = [variants[line.sku] for line in external.lines]
    wishes = [
        Wish(variant.id, line.quantity, ("lines", str(place)))
        for place, (variant, line) in enumerate(zip(bought, external.lines, strict=True))
    ]
    products = await Product.in_bulk({variant.product_id for variant in bought}, "id")
    goods = [
        Goods(variant, products[variant.product_id], wish.path) for variant, wish in zip(bought, wishes, strict=True)
    ]
    goes_to = external.destination
    agreement = await deliveries.agree(
        Way(), province=goes_to.province, city=goes_to.city, goods=goods, problems=problems
    )
    refuse_all(problems)
    return Draft(
        wishes=wishes,
        variants={variant.id: variant for variant in bought},
        products=products,
        quote=quoted(external, bought, currency=currency),
        currency=currency,
        agreement=agreement,
    )


async def _promise(order: Order, purchase: Purchase, draft: Draft) -> None:
    """What is agreed about the delivery, as our own checkout writes it down."""
    if draft.agreement is None:
        return
    served_from = [promise.warehouse_id for promise in await stock.held(order.id)]
    is_near = await nearness.is_near(served_from, order.province)
    await deliveries.write(order.id, purchase.way, draft.agreement, now=order.placed_at, is_near=is_near)


def quoted(external: ExternalOrder, bought: Sequence[Variant], *, currency: str) -> Quote:
    """The marketplace's prices in our terms: what it took off the whole order is shared over the lines."""
    shares = split(external.discount, [line.total for line in external.lines])
    lines = [_line(line, share) for line, share in zip(external.lines, shares, strict=True)]
    discount = sum(line.discount for line in lines)
    adjustments = []
    if discount:
        adjustments.append(Adjustment(AdjustmentKind.MARKETPLACE, DISCOUNT, -discount, SOLD_THERE))
    if external.shipping:
        adjustments.append(Adjustment(AdjustmentKind.SHIPPING, SHIPPING, external.shipping, SOLD_THERE))
    return Quote(
        currency=currency,
        subtotal=sum(line.gross for line in lines),
        discount=discount,
        shipping=external.shipping,
        weight_grams=sum(
            variant.weight_grams * line.quantity for variant, line in zip(bought, external.lines, strict=True)
        ),
        lines=lines,
        adjustments=adjustments,
    )


DISCOUNT = {"zh-CN": "平台优惠", "en": "Marketplace discount"}
SHIPPING = {"zh-CN": "运费", "en": "Shipping"}
SOLD_THERE = {"zh-CN": "按平台成交价", "en": "As it was sold at the marketplace"}


def _line(line: ExternalLine, share: int) -> LineQuote:
    return LineQuote(gross=line.unit_price * line.quantity, discount=line.discount + share, total=line.total - share)


async def _reserve(viewer: Viewer, order: Order, external: ExternalOrder, lines: Sequence[OrderLine]) -> bool:
    """Promise the stock of all lines; False, and nothing promised, where there is too little."""
    wanted = [
        Wanted(line.id, line.variant_id, line.quantity, ("lines", str(line.position)), line.weight_grams)
        for line in lines
    ]
    try:
        async with transaction():  # a savepoint
            await stock.reserve(viewer, order_id=order.id, wanted=wanted, region=region_of(external.destination))
    except (Refused, Refusals):
        return False
    return True

"""From goods to an order: one set of checks and one price for the preview and for placing it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from domain import effects, idempotency
from domain.access import Viewer
from domain.carts import carts
from domain.carts.lines import is_on_sale
from domain.catalog.returns import exclusion
from domain.catalog.variants import picture_of, pictures, sellable
from domain.delivery import deliveries, nearness
from domain.delivery.deliveries import Agreement, Way
from domain.delivery.estimates import Estimate
from domain.delivery.regions import Goods
from domain.inventory import holds, planning, stock
from domain.inventory.planning import Plan, Wanted
from domain.inventory.stock import Hold, Region
from domain.orders import risk_checks
from domain.orders.history import begin
from domain.pricing import engine
from domain.pricing.engine import Quote
from domain.promotions import coupons
from kit import clock
from kit.crypto import lookup_hash
from kit.errors import Refused, gathered, refuse_all
from kit.ids import readable
from models.carts import CartLine
from models.catalog import Product, Variant
from models.delivery import DeliveryMode
from models.orders import Order, OrderLine
from models.pricing import ShippingRate
from models.promotions import Coupon


@dataclass(frozen=True, slots=True)
class Wish:
    """A quantity of one variant, and where in the input it was asked for."""

    variant_id: UUID
    quantity: int
    path: tuple[str, ...]
    cart_line_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where it goes; checked by `domain.customers.addresses`. `phone` is E.164."""

    recipient: str
    phone: str
    province: str
    city: str
    district: str
    street: str
    postal_code: str = ""

    def as_json(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Purchase:
    """What somebody means to buy. Without `wishes` it is what is selected in the viewer's cart."""

    wishes: Sequence[Wish] | None = None
    destination: Destination | None = None
    email: str | None = None
    coupon_code: str | None = None
    note: str = ""
    expected_total: int | None = None
    way: Way = field(default_factory=Way)


@dataclass(slots=True)
class Draft:
    """The order that would be placed now, and what stands in its way."""

    wishes: Sequence[Wish]
    variants: dict[UUID, Variant]
    products: dict[UUID, Product]
    quote: Quote
    currency: str
    coupon: Coupon | None = None
    problems: list[Refused] = field(default_factory=list)
    plan: Plan | None = None
    agreement: Agreement | None = None


async def estimate(purchase: Purchase, draft: Draft) -> Estimate | None:
    """When the order would be there; None while nothing is known of where it goes, or nothing would come."""
    if draft.agreement is None or purchase.destination is None or not draft.wishes:
        return None
    wanted: Counter[UUID] = Counter()
    for wish in draft.wishes:
        wanted[wish.variant_id] += wish.quantity
    is_near = await nearness.lies_near(wanted, purchase.destination.province)
    return deliveries.estimate(draft.agreement, purchase.way, now=clock.now(), is_near=is_near)


async def preview(viewer: Viewer, purchase: Purchase) -> Draft:
    """What placing it now would give, to cent and parcel, and every problem that would stop it. Writes nothing."""
    return await _draft(viewer, purchase, lock=False)


async def place(viewer: Viewer, purchase: Purchase, *, key: str) -> Order:
    """Place the order, hold its stock and use its coupon, all or nothing. The same key gives the same order."""

    made: list[Order] = []

    async def work() -> UUID:
        made[:] = [await _place(viewer, purchase)]
        return made[0].id

    order_id = await idempotency.once(
        viewer, "orderPlace", key, asked=_asked(purchase), work=work, actor=_guest(viewer, purchase)
    )
    return made[0] if made and made[0].id == order_id else await Order.get(id=order_id)


def _guest(viewer: Viewer, purchase: Purchase) -> str | None:
    """A guest is known by the cart, else by the phone: the address may be another one when a call is repeated, and the
    answer to the first call brings a token."""
    if viewer.user_id is not None:
        return None
    return viewer.but(order_id=None).key if viewer.cart_token else _customer_key(viewer, purchase)


def _asked(purchase: Purchase) -> object:
    return {
        "wishes": None if purchase.wishes is None else [(str(w.variant_id), w.quantity) for w in purchase.wishes],
        "destination": purchase.destination.as_json() if purchase.destination else None,
        "email": purchase.email,
        "coupon": purchase.coupon_code,
        "note": purchase.note,
        "expected_total": purchase.expected_total,
        **({} if purchase.way == Way() else {"way": repr(purchase.way)}),
    }


async def _place(viewer: Viewer, purchase: Purchase) -> Order:
    draft = await _draft(viewer, purchase, lock=True)
    refuse_all(draft.problems)
    destination = purchase.destination
    if destination is None:
        raise Refused("REQUIRED", path=("destination",))
    order, lines = await write_down(viewer, purchase, draft, destination)
    customer_key = _customer_key(viewer, purchase)
    promises = await stock.reserve(
        viewer,
        order_id=order.id,
        wanted=[
            Wanted(line.id, line.variant_id, line.quantity, wish.path, line.weight_grams)
            for line, wish in zip(lines, draft.wishes, strict=True)
        ],
        region=region_of(destination),
        hold=Hold(order.pay_by, customer_key),
    )
    if draft.agreement is not None:
        is_near = await nearness.is_near([promise.warehouse_id for promise in promises], destination.province)
        await deliveries.write(order.id, purchase.way, draft.agreement, now=order.placed_at, is_near=is_near)
    if draft.coupon is not None and customer_key is not None:
        await coupons.use(viewer, coupon=draft.coupon, order_id=order.id, customer_key=customer_key)
    await carts.take_out(viewer, [wish.cart_line_id for wish in draft.wishes if wish.cart_line_id])
    await effects.at("order.expire", order.id, order.pay_by)
    await begin(viewer, order)
    return await risk_checks.check_placed(viewer, order, units=sum(line.quantity for line in lines))


async def write_down(
    viewer: Viewer,
    purchase: Purchase,
    draft: Draft,
    destination: Destination,
    *,
    channel: str | None = None,
    external_id: str | None = None,
) -> tuple[Order, list[OrderLine]]:
    """Store an order and its lines as the draft says, and nothing else."""
    order = await _write(viewer, purchase, draft, destination, channel=channel, external_id=external_id)
    return order, await _write_lines(order, draft)


async def _write(
    viewer: Viewer,
    purchase: Purchase,
    draft: Draft,
    destination: Destination,
    *,
    channel: str | None,
    external_id: str | None,
) -> Order:
    quote, now = draft.quote, clock.now()
    return await Order.create(
        number=_number(),
        user_id=viewer.user_id,
        currency=draft.currency,
        subtotal=quote.subtotal,
        discount=quote.discount,
        shipping=quote.shipping,
        total=quote.total,
        adjustments=[adjustment.as_json() for adjustment in quote.adjustments],
        coupon_code=draft.coupon.code if draft.coupon else None,
        address=destination.as_json(),
        province=destination.province,
        delivery_mode=purchase.way.mode,
        contact_phone=destination.phone,
        contact_phone_hash=lookup_hash(destination.phone),
        contact_email=purchase.email,
        contact_email_hash=lookup_hash(purchase.email) if purchase.email else None,
        caller_hash=lookup_hash(viewer.address) if viewer.address else None,
        channel=channel,
        external_id=external_id,
        note=purchase.note,
        locale=viewer.locale,
        sequence=1,
        placed_at=now,
        pay_by=now + timedelta(minutes=viewer.market.policy.payment_minutes),
    )


async def _write_lines(order: Order, draft: Draft) -> list[OrderLine]:
    shown = await pictures(list(draft.products))
    lines = []
    for position, (wish, quoted) in enumerate(zip(draft.wishes, draft.quote.lines, strict=True)):
        variant = draft.variants[wish.variant_id]
        product = draft.products[variant.product_id]
        lines.append(
            OrderLine(
                order_id=order.id,
                position=position,
                product_id=product.id,
                variant_id=variant.id,
                sku=variant.sku,
                title=product.title,
                choices=variant.choices,
                image_url=picture_of(variant, shown),
                weight_grams=variant.weight_grams,
                unit_price=quoted.gross // wish.quantity,
                quantity=wish.quantity,
                discount=quoted.discount,
                total=quoted.total,
                return_exclusion=exclusion(product),
            )
        )
    await OrderLine.bulk_create(lines)
    return lines


def _number() -> str:
    """The day and eight random characters: readable aloud, not guessable in sequence."""
    tail = readable(8)
    return f"{clock.now():%y%m%d}-{tail[:4]}-{tail[4:]}"


async def _draft(viewer: Viewer, purchase: Purchase, *, lock: bool) -> Draft:
    problems: list[Refused] = []
    lines = None if purchase.wishes is not None else await carts.checkout_lines(viewer, lock=lock)
    wishes = list(purchase.wishes or ()) if lines is None else _from_cart(lines)
    if not wishes:
        problems.append(Refused("NOTHING_TO_BUY", path=("lines",) if purchase.wishes is not None else ()))
    _check_quantities(viewer, wishes, problems)
    wishes = [replace(wish, quantity=_countable(viewer, wish.quantity)) for wish in wishes]
    variants, products = await _goods(wishes) if lines is None else _goods_in(lines)
    problems.extend(Refused("OFF_SHELF", path=wish.path) for wish in wishes if wish.variant_id not in variants)
    wishes = [wish for wish in wishes if wish.variant_id in variants]
    plan = None
    if lock or purchase.destination is None:
        await _check_stock(wishes, variants, problems)  # `stock.reserve` looks again, with the levels held
    else:
        plan = await _plan(viewer, purchase, purchase.destination, wishes, variants, problems)
    rate = await _rate(purchase, problems)
    items = [engine.item(variants[wish.variant_id], wish.quantity) for wish in wishes]
    currency = viewer.market.policy.currency
    coupon = await _coupon(viewer, purchase, sum(item.unit_price * item.quantity for item in items), problems)
    quote = engine.quote(items, coupon=coupon, rate=rate, currency=currency)
    if purchase.expected_total is not None and purchase.expected_total != quote.total:
        problems.append(
            Refused("TOTAL_CHANGED", path=("expected_total_minor_units",), was=purchase.expected_total, now=quote.total)
        )
    goods = [
        Goods(variants[wish.variant_id], products[variants[wish.variant_id].product_id], wish.path) for wish in wishes
    ]
    agreement = await _agreement(purchase, goods, problems)
    return Draft(wishes, variants, products, quote, currency, coupon, problems, plan, agreement)


async def _agreement(purchase: Purchase, goods: Sequence[Goods], problems: list[Refused]) -> Agreement | None:
    """What the place and the way of delivery come to; not asked where the tariff has refused the province already."""
    destination = purchase.destination
    if destination is None or any(problem.code == "NOT_DELIVERABLE" for problem in problems):
        return None
    return await deliveries.agree(
        purchase.way, province=destination.province, city=destination.city, goods=goods, problems=problems
    )


def _from_cart(lines: Sequence[CartLine]) -> list[Wish]:
    return [
        Wish(line.variant_id, line.quantity, ("cart", "lines", str(index)), cart_line_id=line.id)
        for index, line in enumerate(lines)
    ]


def _goods_in(lines: Sequence[CartLine]) -> tuple[dict[UUID, Variant], dict[UUID, Product]]:
    """What of a cart can be bought; it came along with the lines."""
    bought = [line.variant for line in lines if is_on_sale(line)]
    return {variant.id: variant for variant in bought}, {variant.product_id: variant.product for variant in bought}


def _check_quantities(viewer: Viewer, wishes: Sequence[Wish], problems: list[Refused]) -> None:
    policy = viewer.market.policy
    if len(wishes) > policy.cart_lines:
        problems.append(Refused("TOO_MANY_LINES", path=("lines",), maximum=policy.cart_lines))
    problems.extend(
        Refused("OUT_OF_RANGE", path=(*wish.path, "quantity"), minimum=1, maximum=policy.line_quantity)
        for wish in wishes
        if not 1 <= wish.quantity <= policy.line_quantity
    )


def _countable(viewer: Viewer, quantity: int) -> int:
    """What the figures of a preview take for a quantity that is refused: they stay within what clients can read."""
    return min(max(quantity, 0), viewer.market.policy.line_quantity)


async def _goods(wishes: Sequence[Wish]) -> tuple[dict[UUID, Variant], dict[UUID, Product]]:
    wanted = {wish.variant_id for wish in wishes}
    variants = {variant.id: variant for variant in await sellable().filter(id__in=list(wanted))}
    products = {
        product.id: product
        for product in await Product.filter(id__in={variant.product_id for variant in variants.values()})
    }
    return variants, products


async def _check_stock(wishes: Sequence[Wish], variants: dict[UUID, Variant], problems: list[Refused]) -> None:
    wanted: dict[UUID, int] = defaultdict(int)
    for wish in wishes:
        wanted[wish.variant_id] += wish.quantity
    there = await stock.available(list(wanted))
    told: set[UUID] = set()
    for wish in wishes:
        requested, available = wanted[wish.variant_id], there.get(wish.variant_id, 0)
        if requested > available and wish.variant_id not in told:
            told.add(wish.variant_id)
            problems.append(
                Refused(
                    "INSUFFICIENT_STOCK",
                    path=wish.path,
                    variant=variants[wish.variant_id],
                    requested=requested,
                    available=available,
                )
            )


async def _plan(
    viewer: Viewer,
    purchase: Purchase,
    destination: Destination,
    wishes: Sequence[Wish],
    variants: dict[UUID, Variant],
    problems: list[Refused],
) -> Plan:
    """Which warehouses would serve, by the rules that placing follows; tells what is short and what is too much."""
    wanted = [
        Wanted(wish.variant_id, wish.variant_id, wish.quantity, wish.path, variants[wish.variant_id].weight_grams)
        for wish in wishes
    ]
    plan = await planning.draw_up(wanted, region_of(destination))
    problems.extend(await planning.shortages(plan, wanted))
    problems.extend(await holds.beyond_limit(viewer, _customer_key(viewer, purchase), plan, wanted))
    return plan


def region_of(destination: Destination) -> Region:
    """Where a destination lies, for allocation."""
    return Region(destination.province, destination.city)


async def _rate(purchase: Purchase, problems: list[Refused]) -> ShippingRate | None:
    if purchase.destination is None:
        problems.append(Refused("REQUIRED", path=("destination",)))
        return None
    if purchase.way.mode == DeliveryMode.SERVICE:
        return None  # nothing is shipped
    rate = None
    with gathered(problems):
        rate = await engine.rate_for(purchase.destination.province, path=("destination",))
    return rate  # noqa: RET504  # what was refused inside leaves it empty


async def _coupon(viewer: Viewer, purchase: Purchase, subtotal: int, problems: list[Refused]) -> Coupon | None:
    code = purchase.coupon_code
    if code is None and purchase.wishes is None:
        code = await carts.coupon_code(viewer)
    if not code:
        return None
    try:
        return await coupons.check(viewer, code, subtotal=subtotal, customer_key=_customer_key(viewer, purchase))
    except Refused as refused:
        problems.append(refused.at("coupon_code"))
        return None


def _customer_key(viewer: Viewer, purchase: Purchase) -> str | None:
    phone = purchase.destination.phone if purchase.destination else None
    return coupons.customer_key(user_id=viewer.user_id, phone_hash=lookup_hash(phone) if phone else None)

"""What a change of an order would give, to the cent: the one rule behind its preview and the change itself."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.access import Viewer
from domain.catalog.returns import exclusion
from domain.catalog.variants import picture_of, pictures, sellable
from domain.inventory import holds, planning
from domain.inventory.places import Region
from domain.inventory.planning import Wanted
from domain.orders import actions
from domain.orders.actions import Action
from domain.orders.changes_delivery import SlotWish, check_goods, check_slot, held_slot, slot_asked
from domain.orders.checkout import Destination
from domain.orders.lifecycle import open_units
from domain.pricing import engine
from domain.pricing.engine import Item, Quote
from domain.promotions import coupons
from kit import ids
from kit.errors import Refused, gathered
from kit.money import Money
from models.catalog import Product, Variant
from models.delivery import DeliveryMode
from models.orders import CancelReason, Order, OrderLine, OrderState
from models.promotions import Coupon

AT_HOME = frozenset({DeliveryMode.HOME, DeliveryMode.COURIER})  # shipping follows the tariff of the province


@dataclass(frozen=True, slots=True)
class Units:
    """Units of a variant to add, or of an order line to take out, and where in the input they were asked for."""

    key: UUID
    quantity: int
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """A change as it is asked for. What is None stays as it is."""

    destination: Destination | None = None
    phone: str | None = None
    email: str | None = None
    note: str | None = None
    slot: SlotWish | None = None
    add: Sequence[Units] = ()
    remove: Sequence[Units] = ()
    reason: CancelReason | None = None
    reason_note: str = ""
    expected_version: int | None = None

    @property
    def contacts(self) -> dict[str, str]:
        given = {"contact_phone": self.phone, "contact_email": self.email, "note": self.note}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(slots=True)
class Plan:
    """A change that could be made now: its figures in minor units, and what stands in its way.

    Of an unpaid order `quote` is the whole order anew. Of a paid one `to_pay` must come before anything happens, and
    `refund` goes back by itself: what is taken out is never set off against what is added, each has its own payment.
    """

    order: Order
    lines: Sequence[OrderLine]
    asked: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    added: list[dict[str, Any]] = field(default_factory=list)
    removed: dict[UUID, int] = field(default_factory=dict)
    grown: dict[UUID, int] = field(default_factory=dict)
    quote: Quote | None = None
    loses_coupon: bool = False
    held_slot: UUID | None = None
    shipping_more: int = 0
    shipping_less: int = 0
    goods_back: int = 0
    problems: list[Refused] = field(default_factory=list)
    warnings: list[Refused] = field(default_factory=list)

    @property
    def slot_after(self) -> UUID | None:
        """The time slot that the order has afterwards."""
        return slot_asked(self.asked) if "slot" in self.asked else self.held_slot

    @property
    def to_pay(self) -> int:
        return 0 if self.quote else self.added_total + self.shipping_more

    @property
    def refund(self) -> int:
        return self.goods_back + self.shipping_less

    @property
    def total_after(self) -> int:
        after: int = self.quote.total if self.quote else self.order.total + self.to_pay
        return after

    @property
    def difference(self) -> int:
        """What the customer has to give in the end; negative for what comes back."""
        given: int = self.total_after - self.order.total - self.refund
        return given

    @property
    def added_total(self) -> int:
        return sum(int(one["unit_price"]) * int(one["quantity"]) for one in self.added)


async def plan(viewer: Viewer, order: Order, lines: Sequence[OrderLine], wish: Wish) -> Plan:
    """Everything a change would give and every problem at once. Writes nothing; the order is one the viewer may see."""
    made = Plan(order, lines, held_slot=await held_slot(order))
    _check_version(order, wish)
    _name_changes(made, wish)
    if _refused_as_such(viewer, made, wish):
        return made
    known = {line.id: line for line in lines}
    _take_out(made, wish, known)
    variants = await _variants(viewer, made, wish)
    if order.state == OrderState.PENDING_PAYMENT:
        _let_grow(made, wish, variants)
    await _write_added(made, wish, variants)
    _check_size(viewer, made)
    if not made.problems:
        await _price(viewer, made)
    await _check_delivery(made, wish, variants)
    return made


def _check_version(order: Order, wish: Wish) -> None:
    if wish.expected_version is not None and wish.expected_version != order.version:
        raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=order)


def _name_changes(made: Plan, wish: Wish) -> None:
    order = made.order
    asked: dict[str, Any] = {name: value for name, value in wish.contacts.items() if value != getattr(order, name)}
    if wish.destination is not None and wish.destination.as_json() != {"postal_code": "", **order.address}:
        asked["address"] = wish.destination.as_json()
    made.before = {name: getattr(order, name) for name in asked}
    if wish.slot is not None and wish.slot.slot_id != made.held_slot:
        asked["slot"] = str(wish.slot.slot_id) if wish.slot.slot_id else None
        made.before["slot"] = str(made.held_slot) if made.held_slot else None
    made.asked = asked


def _refused_as_such(viewer: Viewer, made: Plan, wish: Wish) -> bool:
    """Whether the order, or the viewer, stands against it whatever the figures are."""
    needed = []
    if "address" in made.asked:
        needed.append(Action.CHANGE_ADDRESS)
    if "slot" in made.asked:
        needed.append(Action.CHANGE_SLOT)
    if made.asked.keys() - {"address", "slot"}:
        needed.append(Action.CHANGE_CONTACT)
    if wish.add or (wish.remove and wish.reason is None):
        needed.append(Action.CHANGE_ITEMS)
    elif wish.remove:
        needed.append(Action.CANCEL_LINES)
    for action in needed:
        with gathered(made.problems):
            actions.check(viewer, made.order, action)
    made.problems = list({problem.code: problem for problem in made.problems}.values())
    if not needed:
        made.problems.append(Refused("NOTHING_TO_CHANGE"))
    return bool(made.problems)


def _take_out(made: Plan, wish: Wish, known: Mapping[UUID, OrderLine]) -> None:
    removed: Counter[UUID] = Counter()
    for one in wish.remove:
        line = known.get(one.key)
        if line is None:
            made.problems.append(Refused("NOT_FOUND", path=(*one.path, "orderLineId"), what="order line"))
            continue
        removed[line.id] += one.quantity
        if one.quantity < 1 or removed[line.id] > open_units(line):
            path = (*one.path, "quantity")
            made.problems.append(Refused("MORE_THAN_OPEN", path=path, line=line, open=open_units(line)))
    made.removed = dict(removed)
    is_unshipped = made.order.state in (OrderState.PENDING_PAYMENT, OrderState.PAID)
    stays = any(open_units(line) > removed[line.id] for line in known.values())
    if is_unshipped and removed and not stays and not wish.add:
        made.problems.append(Refused("CANCELS_EVERYTHING", path=("remove",)))


async def _variants(viewer: Viewer, made: Plan, wish: Wish) -> dict[UUID, Variant]:
    most = viewer.market.policy.line_quantity
    made.problems.extend(
        Refused("OUT_OF_RANGE", path=(*one.path, "quantity"), minimum=1, maximum=most)
        for one in wish.add
        if not 1 <= one.quantity <= most
    )
    keys = [one.key for one in wish.add]
    found = {variant.id: variant for variant in await sellable().filter(id__in=keys)} if keys else {}
    made.problems.extend(Refused("OFF_SHELF", path=one.path) for one in wish.add if one.key not in found)
    if not made.problems:
        await _check_stock(viewer, made, wish, found)
    return found


async def _check_stock(viewer: Viewer, made: Plan, wish: Wish, variants: Mapping[UUID, Variant]) -> None:
    if not wish.add:
        return
    order = made.order
    address = made.asked.get("address") or order.address
    wanted = [
        Wanted(one.key, one.key, one.quantity, one.path, variants[one.key].weight_grams)  # no line of their own yet
        for one in wish.add
    ]
    drawn = await planning.draw_up(wanted, Region(str(address["province"]), str(address.get("city", ""))))
    made.problems.extend(await planning.shortages(drawn, wanted))
    buyer = coupons.customer_key(user_id=order.user_id, phone_hash=order.contact_phone_hash)
    made.problems.extend(await holds.beyond_limit(viewer, buyer, drawn, wanted))


async def _check_delivery(made: Plan, wish: Wish, variants: Mapping[UUID, Variant]) -> None:
    """By the rules of the checkout; not asked where the tariff has refused the province already."""
    if any(problem.code == "NOT_DELIVERABLE" for problem in made.problems):
        return
    units = {one.path: [one.key] for one in wish.add if one.key in variants}
    if "address" in made.asked:
        staying = [line for line in made.lines if open_units(line) > made.removed.get(line.id, 0)]
        units[("destination",)] = [line.variant_id for line in staying]
    with gathered(made.problems):
        await check_goods(made.order, made.asked, units)
    if made.asked.keys() & {"address", "slot"}:
        with gathered(made.problems):
            await check_slot(made.order, made.asked, made.held_slot)


def _let_grow(made: Plan, wish: Wish, variants: Mapping[UUID, Variant]) -> None:
    """Units of what an unpaid order has already, at the same price, join its line."""
    for one in wish.add:
        variant = variants.get(one.key)
        if variant is None:
            continue
        same = [x for x in made.lines if x.variant_id == variant.id and x.unit_price == variant.price]
        if same:
            made.grown[same[0].id] = made.grown.get(same[0].id, 0) + one.quantity


async def _write_added(made: Plan, wish: Wish, variants: Mapping[UUID, Variant]) -> None:
    """The new lines as they would be written, at today's price."""
    joined = {line.variant_id for line in made.lines if line.id in made.grown}
    wanted: Counter[UUID] = Counter()
    for one in wish.add:
        if one.key in variants and one.key not in joined:
            wanted[one.key] += one.quantity
    if not wanted:
        return
    products = await Product.in_bulk({variants[key].product_id for key in wanted}, "id")
    shown = await pictures(list(products))
    made.added = [
        {
            "id": str(ids.new_id()),
            "product_id": str(variants[key].product_id),
            "variant_id": str(key),
            "sku": variants[key].sku,
            "title": products[variants[key].product_id].title,
            "choices": variants[key].choices,
            "image_url": picture_of(variants[key], shown),
            "weight_grams": variants[key].weight_grams,
            "unit_price": variants[key].price,
            "quantity": units,
            "return_exclusion": exclusion(products[variants[key].product_id]),
        }
        for key, units in wanted.items()
    ]


def _check_size(viewer: Viewer, made: Plan) -> None:
    policy = viewer.market.policy
    units: Counter[UUID] = Counter()
    for line in made.lines:
        units[line.variant_id] += open_units(line) - made.removed.get(line.id, 0) + made.grown.get(line.id, 0)
    for one in made.added:
        units[UUID(one["variant_id"])] += one["quantity"]
    made.problems.extend(
        Refused("CART_QUANTITY", path=("add",), quantity=count, maximum=policy.line_quantity)
        for count in units.values()
        if count > policy.line_quantity and (made.added or made.grown)
    )
    if made.added and len(+units) > policy.cart_lines:
        made.problems.append(Refused("TOO_MANY_LINES", path=("add",), maximum=policy.cart_lines))


async def _price(viewer: Viewer, made: Plan) -> None:
    with gathered(made.problems):
        if made.order.state == OrderState.PENDING_PAYMENT:
            await _price_unpaid(viewer, made)
        else:
            await _price_paid(made)


async def _price_unpaid(viewer: Viewer, made: Plan) -> None:
    """All of it anew: goods at the price they were ordered for, new ones at today's, coupon and shipping as they come
    out."""
    if not (made.removed or made.added or made.grown or "address" in made.asked):
        return
    order = made.order
    items = [Item(units, line.unit_price, line.weight_grams) for line, units in after(made)]
    items += [Item(one["quantity"], one["unit_price"], one["weight_grams"]) for one in made.added]
    coupon = await Coupon.get_or_none(code=order.coupon_code) if order.coupon_code else None
    subtotal = sum(item.quantity * item.unit_price for item in items)
    if coupon is not None and subtotal < coupon.threshold:
        made.loses_coupon = True
        threshold, now = Money(coupon.threshold, order.currency), Money(subtotal, order.currency)
        made.warnings.append(Refused("COUPON_THRESHOLD", coupon=coupon, threshold=threshold, subtotal=now))
        coupon = None
    rate = None
    if order.delivery_mode in AT_HOME:
        rate = await engine.rate_for(_province(made), path=("destination",))
    made.quote = engine.quote(items, coupon=coupon, rate=rate, currency=order.currency)


def after(made: Plan) -> list[tuple[OrderLine, int]]:
    """The lines of an unpaid order that stay, with their units then."""
    units = [
        (line, line.quantity - made.removed.get(line.id, 0) + made.grown.get(line.id, 0))
        for line in sorted(made.lines, key=lambda line: line.position)
    ]
    return [(line, count) for line, count in units if count]


async def _price_paid(made: Plan) -> None:
    by_line = {line.id: line for line in made.lines}
    made.goods_back = sum(worth(by_line[line_id], units) for line_id, units in made.removed.items())
    order = made.order
    is_elsewhere = "address" in made.asked and _province(made) != order.province
    if order.delivery_mode not in AT_HOME or not (is_elsewhere or made.added):
        return
    more = await _fee(made) - (order.shipping - order.shipping_waived)
    made.shipping_more = max(0, more)
    made.shipping_less = min(max(0, -more), order.shipping - max(order.shipping_refunded, order.shipping_waived))


async def _fee(made: Plan) -> int:
    """The tariff's fee for the goods that the order then holds."""
    rate = await engine.rate_for(_province(made), path=("destination",))
    staying = [(line, line.quantity - line.canceled - made.removed.get(line.id, 0)) for line in made.lines]
    goods = made.added_total + sum(line.total * units // line.quantity for line, units in staying)
    weight = sum(one["weight_grams"] * one["quantity"] for one in made.added)
    weight += sum(line.weight_grams * units for line, units in staying)
    return engine.delivery_fee(rate, goods=goods, weight_grams=weight)


def worth(line: OrderLine, units: int) -> int:
    """What canceling further units of a paid line gives back: the line's own share, by the rule of refunds."""
    already = max(line.canceled, line.refunded)
    return engine.refundable_amount(
        line_total=line.total,
        line_quantity=line.quantity,
        already_units=already,
        already_amount=max(line.refunded_amount, line.total * already // line.quantity),
        units=units,
    )


def _province(made: Plan) -> str:
    address = made.asked.get("address")
    return str(address["province"]) if address else made.order.province

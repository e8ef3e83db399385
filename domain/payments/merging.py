"""Orders of one customer that go to one place become one: its lines, stock and money move to the oldest of them.

It stands with the money because all of it moves in one transaction; docs/decisions tells why that is sound.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from domain import effects, idempotency
from domain.access import Permission, Viewer
from domain.delivery import slots
from domain.inventory import stock
from domain.orders.history import lock, move, tell
from domain.orders.visible import is_owner
from domain.orders.visible import visible as visible_orders
from domain.payments import ledger
from domain.pricing import engine
from domain.pricing.engine import Quote
from domain.promotions import coupons
from kit import clock
from kit.errors import Refusals, Refused, refuse_all
from models.orders import (
    CancelReason,
    DeliveryMode,
    Order,
    OrderChangeRequest,
    OrderLine,
    OrderState,
    ReviewState,
    Supply,
)
from models.payments import Payment, PaymentPurpose, PaymentState, Refund
from models.promotions import Coupon

MOST_ORDERS = 10  # in one call
OPEN = (OrderState.PENDING_PAYMENT, OrderState.PAID)


@dataclass(slots=True)
class Plan:
    """What merging would give, in minor units. `into` is the oldest; without a plan it is None."""

    orders: Sequence[Order]
    into: Order | None = None
    quote: Quote | None = None
    shipping_before: int = 0
    shipping_less: int = 0
    slot_id: UUID | None = None
    problems: list[Refused] = field(default_factory=list)

    @property
    def others(self) -> list[Order]:
        return [order for order in self.orders if order is not self.into]

    @property
    def total(self) -> int:
        """Of the one order, after what goes back of its shipping."""
        apart: int = sum(order.total for order in self.orders)
        return apart - self.shipping_less if self.quote is None else self.quote.total

    @property
    def refund(self) -> int:
        """Of paid orders: shipping that goes back by itself."""
        return 0 if self.quote is not None else self.shipping_less

    @property
    def saved(self) -> int:
        """What the customer saves."""
        apart: int = sum(order.total for order in self.orders)
        return apart - self.total


async def mergeable(viewer: Viewer, orders: Sequence[Order]) -> dict[UUID, list[Order]]:
    """For each of these visible orders those that it could be merged with, oldest first. One statement."""
    wanted = {order.user_id for order in orders if order.user_id and order.state in OPEN}
    found: list[Order] = []
    if wanted:
        found = await visible_orders(viewer).filter(user_id__in=wanted, state__in=OPEN).order_by("placed_at", "id")
    return {
        order.id: [other for other in found if other.id != order.id and not _standing_against([order, other])]
        for order in orders
    }


async def preview(viewer: Viewer, order_ids: Sequence[UUID]) -> Plan:
    """Exactly what `merge` would give, and every problem that would stop it. Writes nothing."""
    _check_count(order_ids)
    orders = await visible_orders(viewer).filter(id__in=list(order_ids)).order_by("placed_at", "id")
    return await _plan(viewer, orders, order_ids)


async def merge(viewer: Viewer, order_ids: Sequence[UUID], *, key: str) -> Order:
    """Make one order of several, all or nothing; gives the one. The others end as canceled and say into which."""
    _check_count(order_ids)
    asked = sorted(str(order_id) for order_id in order_ids)
    into = await idempotency.once(
        viewer, "orderMerge", key, asked=asked, work=lambda: _merge(viewer, sorted(set(order_ids)))
    )
    return await Order.get(id=into)


def _check_count(order_ids: Sequence[UUID]) -> None:
    if not 2 <= len(set(order_ids)) <= MOST_ORDERS:
        raise Refused("OUT_OF_RANGE", path=("orderIds",), minimum=2, maximum=MOST_ORDERS)


async def _merge(viewer: Viewer, order_ids: Sequence[UUID]) -> UUID:
    locked = [await lock(viewer, order_id) for order_id in order_ids]  # in key order, as everybody who takes several
    orders = sorted(locked, key=lambda order: (order.placed_at, order.id))
    plan = await _plan(viewer, orders, order_ids)
    refuse_all(plan.problems)
    into = orders[0]
    for other in plan.others:
        await _move_lines(other, into)
        await stock.hand_over(other.id, to=into.id)
        await _move_money(other, into)
        await _end(viewer, other, into)
    await slots.merge([other.id for other in plan.others], into=into.id)
    await _settle(viewer, into, plan)
    return into.id


# ------------------------------------------------------------------------------------------------------- the rule


async def _plan(viewer: Viewer, orders: Sequence[Order], order_ids: Sequence[UUID]) -> Plan:
    plan = Plan(orders, shipping_before=sum(order.shipping - order.shipping_waived for order in orders))
    known = {order.id for order in orders}
    plan.problems.extend(
        Refused("NOT_FOUND", path=("orderIds", str(place)), what="order")
        for place, order_id in enumerate(order_ids)
        if order_id not in known
    )
    if not plan.problems:
        plan.problems.extend(_not_allowed(viewer, orders) or _standing_against(orders))
    if plan.problems:
        return plan
    plan.into = orders[0]
    plan.slot_id = await slots.kept_of([order.id for order in orders])
    try:
        await _price(plan)
    except (Refused, Refusals) as refused:
        plan.problems.extend(refused.refusals if isinstance(refused, Refusals) else [refused])
    return plan


def _not_allowed(viewer: Viewer, orders: Sequence[Order]) -> list[Refused]:
    if all(is_owner(viewer, order) for order in orders) or viewer.may(Permission.CHANGE_ORDERS):
        return []
    return [Refused("FORBIDDEN")]


def _standing_against(orders: Sequence[Order]) -> list[Refused]:
    """What makes orders unlike each other, or one of them unfit."""
    unfit = [refused for order in orders if (refused := _unfit(order))]
    return unfit + [Refused("MERGE_DIFFERENT", why=why) for why in _differences(orders)]


def _unfit(order: Order) -> Refused | None:
    if order.state == OrderState.PENDING_PAYMENT and clock.now() >= order.pay_by:
        return Refused("PAYMENT_TIME_OVER")
    if order.state not in OPEN or order.open_cases or order.packed or order.supply != Supply.COMPLETE:
        return Refused("MERGE_TOO_LATE", order=order.number)
    if order.delivery_mode != DeliveryMode.HOME:
        return Refused("MERGE_HOME_ONLY", order=order.number)
    if order.review in (ReviewState.PENDING, ReviewState.CLAIMED):
        return Refused("CHANGE_IN_REVIEW")
    if order.change_pay_by is not None:
        return Refused("CHANGE_AWAITS_PAYMENT", pay_by=order.change_pay_by)
    return None


def _differences(orders: Sequence[Order]) -> list[str]:
    first = orders[0]
    coupons_used = {order.coupon_code for order in orders if order.coupon_code}
    unlike = {
        "buyer": any(order.user_id is None or order.user_id != first.user_id for order in orders),
        "address": any(order.address != first.address for order in orders),
        "currency": any(order.currency != first.currency for order in orders),
        "payment": len({order.state == OrderState.PENDING_PAYMENT for order in orders}) > 1,
        "coupon": first.state == OrderState.PENDING_PAYMENT and len(coupons_used) > 1,
    }
    return [why for why, differs in unlike.items() if differs]


async def _price(plan: Plan) -> None:
    """Shipping anew for the whole, never dearer than it was apart; an unpaid order is priced anew altogether."""
    orders = list(plan.orders)
    rate = await engine.rate_for(orders[0].province, path=("orderIds",))
    lines = await OrderLine.filter(order_id__in=[order.id for order in orders]).order_by("id")
    if orders[0].state == OrderState.PENDING_PAYMENT:
        places = {order.id: place for place, order in enumerate(orders)}
        lines.sort(key=lambda line: (places[line.order_id], line.position))
        code = next((order.coupon_code for order in orders if order.coupon_code), None)
        coupon = await Coupon.get_or_none(code=code) if code else None
        items = [engine.Item(line.quantity, line.unit_price, line.weight_grams) for line in lines]
        plan.quote = engine.quote(items, coupon=coupon, rate=rate, currency=orders[0].currency)
        plan.shipping_less = max(0, plan.shipping_before - plan.quote.shipping)
        return
    staying = [(line, line.quantity - line.canceled) for line in lines]
    goods = sum(line.total * units // line.quantity for line, units in staying)
    weight = sum(line.weight_grams * units for line, units in staying)
    saved = plan.shipping_before - engine.delivery_fee(rate, goods=goods, weight_grams=weight)
    rest = sum(order.shipping - max(order.shipping_refunded, order.shipping_waived) for order in orders)
    plan.shipping_less = min(max(0, saved), rest)


# ------------------------------------------------------------------------------------------------------ the moves


async def _move_lines(other: Order, into: Order) -> None:
    last = await OrderLine.filter(order_id=into.id).order_by("-position").first()
    position = last.position + 1 if last else 0
    for place, line in enumerate(await OrderLine.filter(order_id=other.id).order_by("position").select_for_update()):
        line.order_id, line.position = into.id, position + place
        await line.save(update_fields=["order_id", "position"])


async def _move_money(other: Order, into: Order) -> None:
    """What pays for the other order pays for the one now, with its refunds; what never paid for it stays behind."""
    paying = Payment.filter(
        order_id=other.id, state=PaymentState.CAPTURED, is_applied=True, purpose__not=PaymentPurpose.TIP
    )
    payments = await paying.order_by("id").select_for_update()
    keys = [payment.id for payment in payments]
    captured, refunded = sum(p.captured for p in payments), sum(p.refunded for p in payments)
    if keys:
        await Payment.filter(id__in=keys).update(order_id=into.id)
        await Refund.filter(payment_id__in=keys).update(order_id=into.id)
    await OrderChangeRequest.filter(order_id=other.id).update(order_id=into.id)
    await ledger.book_transfer(other, into, amount=captured - refunded)
    into.captured, other.captured = into.captured + captured, other.captured - captured
    into.refunded, other.refunded = into.refunded + refunded, other.refunded - refunded
    for amount in ("subtotal", "discount", "shipping", "shipping_refunded", "shipping_waived", "total"):
        setattr(into, amount, getattr(into, amount) + getattr(other, amount))
        setattr(other, amount, 0)
    into.goodwill, other.goodwill = into.goodwill + other.goodwill, 0
    into.adjustments, other.adjustments = [*into.adjustments, *other.adjustments], []


async def _end(viewer: Viewer, other: Order, into: Order) -> None:
    other.cancel_reason, other.cancel_note, other.merged_into = CancelReason.MERGED, into.number, into.id
    if other.coupon_code and into.coupon_code is None:
        into.coupon_code = other.coupon_code
        await coupons.hand_over(other.id, to=into.id)
    await other.save(update_fields=[*AMOUNTS, "merged_into"])
    await effects.never("order.expire", other.id)
    await effects.soon("payment.expire_attempts", other.id)
    await effects.soon("warehouse.follow", other.id)  # its lines may be on somebody's pick list
    await move(viewer, other, OrderState.CANCELED, kind="order.merged_away", data={"into": into.number})


AMOUNTS = (
    "subtotal",
    "discount",
    "shipping",
    "shipping_refunded",
    "shipping_waived",
    "total",
    "captured",
    "refunded",
    "goodwill",
    "adjustments",
)


async def _settle(viewer: Viewer, into: Order, plan: Plan) -> None:
    if plan.quote is not None:
        await _reprice(into, plan.quote)
        await effects.soon("payment.expire_attempts", into.id)
    elif plan.shipping_less:
        into.shipping_waived += plan.shipping_less
        await effects.soon("payment.settle_dropped", into.id)
    await into.save(update_fields=[*AMOUNTS, "coupon_code"])
    numbers = ", ".join(order.number for order in plan.others)
    await tell(viewer, into, kind="order.merged", data={"orders": numbers, "refund": plan.refund})


async def _reprice(into: Order, quote: Quote) -> None:
    lines = await OrderLine.filter(order_id=into.id).order_by("position")
    for line, quoted in zip(lines, quote.lines, strict=True):
        line.discount, line.total = quoted.discount, quoted.total
        await line.save(update_fields=["discount", "total"])
    into.subtotal, into.discount, into.shipping = quote.subtotal, quote.discount, quote.shipping
    into.total = quote.total
    into.adjustments = [adjustment.as_json() for adjustment in quote.adjustments]

"""How a change is written into an order: address, contacts and note, lines, amounts, and the stock behind them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain import effects
from domain.access import Permission, Viewer
from domain.inventory import stock
from domain.inventory.stock import Hold, Region, Wanted
from domain.orders import changes_delivery, missing
from domain.orders.changes_plan import Plan, after
from domain.orders.history import tell
from domain.orders.lifecycle import drop_units, open_units, region_of
from domain.orders.visible import is_owner
from domain.pricing import engine
from domain.promotions import coupons
from kit.crypto import lookup_hash
from kit.errors import Refused
from models.inventory import AllocationCause
from models.orders import Order, OrderChangeRequest, OrderLine, OrderState

# What a change may write of what was agreed; amounts go in one statement, since they have to add up.
WRITTEN = (
    "address",
    "province",
    "contact_phone",
    "contact_phone_hash",
    "contact_email",
    "contact_email_hash",
    "note",
    "subtotal",
    "discount",
    "shipping",
    "shipping_waived",
    "total",
    "adjustments",
    "coupon_code",
)


def facts(change: OrderChangeRequest) -> dict[str, object]:
    """What an event on the order's stream says about a change. Nothing personal: it tells what, not to which value."""
    return {
        "change": str(change.id),
        "fields": sorted(change.asked),
        "added": sum(int(one["quantity"]) for one in change.added),  # type: ignore[call-overload]  # JSON of ours
        "removed": sum(change.removed.values()),
        "to_pay": change.to_pay,
        "refund": change.refund,
        "currency": change.currency,
    }


def wanted(added: Sequence[Mapping[str, Any]], paths: Mapping[UUID, tuple[str, ...]]) -> list[Wanted]:
    """The goods of new lines."""
    return [
        Wanted(
            UUID(one["id"]),
            UUID(one["variant_id"]),
            one["quantity"],
            paths.get(UUID(one["variant_id"]), ()),
            one["weight_grams"],
        )
        for one in added
    ]


async def why_not(order: Order, change: OrderChangeRequest) -> str:
    """The code of what stands against a change whose difference has been paid; empty when nothing does."""
    if order.state != OrderState.PAID:
        is_over = order.state in (OrderState.CANCELED, OrderState.EXPIRED)
        return "ORDER_ALREADY_CANCELED" if is_over else "TOO_LATE_TO_CHANGE"
    if order.packed:
        return "UNITS_PACKED"
    lines = {str(line.id): line for line in await OrderLine.filter(order_id=order.id)}
    if any(units > open_units(lines[line_id]) for line_id, units in change.removed.items()):
        return "MORE_THAN_OPEN"
    return ""


def check_owner(viewer: Viewer, order: Order) -> None:
    """Refuse whoever may not pay for the order."""
    if not (viewer.is_system or is_owner(viewer, order)):
        raise Refused("FORBIDDEN")


def check_changer(viewer: Viewer, order: Order) -> None:
    """Refuse whoever may not change the order."""
    if not is_owner(viewer, order):
        viewer.require(Permission.CHANGE_ORDERS)


async def to_paid(viewer: Viewer, order: Order, change: OrderChangeRequest, *, has_waited: bool) -> None:
    """Write a change into a locked, paid order: new lines are paid already, removed units go back by themselves.

    One that has waited holds its place in the new slot.
    """
    _write_asked(order, change)
    position = await _next_position(order)
    lines = [_line(order, one, position=position + place) for place, one in enumerate(change.added)]
    for line in lines:
        line.total = line.unit_price * line.quantity
        order.subtotal += line.total
    if lines:
        await OrderLine.bulk_create(lines)
        await stock.hand_over(change.id, to=order.id)
        await stock.keep(order.id)
    if change.shipping_more:
        order.shipping += change.shipping_more
        order.adjustments = [*order.adjustments, engine.shipping_change(change.shipping_more).as_json()]
    order.shipping_waived = min(order.shipping, order.shipping_waived + change.shipping_less)
    order.total = order.subtotal - order.discount + order.shipping
    await order.save(update_fields=WRITTEN)
    await tell(viewer, order, kind="order.changed", data=facts(change))
    if change.shipping_less:
        await effects.soon("payment.settle_dropped", order.id)
    removed = {UUID(line_id): units for line_id, units in change.removed.items()}
    await drop_units(viewer, order, removed, cause=change.reason.value if change.reason else "changed")
    await changes_delivery.write(order, change, is_held=has_waited)


async def to_unpaid(
    viewer: Viewer, order: Order, change: OrderChangeRequest, made: Plan, *, paths: Mapping[UUID, tuple[str, ...]]
) -> None:
    """Write a change into a locked order that waits for money: all figures anew, attempts over others are given up."""
    _write_asked(order, change)
    if made.quote is not None:
        await _move_stock(viewer, order, made, paths)
        await _rewrite_lines(order, made)
        if made.loses_coupon:
            order.coupon_code = None
            await coupons.give_back(order.id)
        order.subtotal, order.discount = made.quote.subtotal, made.quote.discount
        order.shipping, order.total = made.quote.shipping, made.quote.total
        order.adjustments = [adjustment.as_json() for adjustment in made.quote.adjustments]
        await effects.soon("payment.expire_attempts", order.id)
    await order.save(update_fields=WRITTEN)
    await changes_delivery.write(order, change, is_held=False)
    await tell(viewer, order, kind="order.changed", data=facts(change))


def _write_asked(order: Order, change: OrderChangeRequest) -> None:
    for name in change.asked.keys() & set(WRITTEN):
        setattr(order, name, change.asked[name])
    if "address" in change.asked:
        order.province = change.asked["address"]["province"]
    for contact in ("contact_phone", "contact_email"):
        if contact in change.asked:
            setattr(order, f"{contact}_hash", lookup_hash(change.asked[contact]))


async def _next_position(order: Order) -> int:
    last = await OrderLine.filter(order_id=order.id).order_by("-position").first()
    return last.position + 1 if last else 0


def _line(order: Order, one: Mapping[str, Any], *, position: int) -> OrderLine:
    keys = {name: UUID(one[name]) for name in ("id", "product_id", "variant_id")}
    return OrderLine(**{**one, **keys}, order_id=order.id, position=position)


async def _move_stock(viewer: Viewer, order: Order, made: Plan, paths: Mapping[UUID, tuple[str, ...]]) -> None:
    """What is taken out goes back to the shelf, what is added is promised; all these levels are held from the start."""
    by_line = {line.id: line for line in made.lines}
    variants = {line.id: line.variant_id for line in made.lines}
    more = [
        Wanted(line_id, variants[line_id], n, paths.get(variants[line_id], ()), by_line[line_id].weight_grams)
        for line_id, n in made.grown.items()
    ]
    more += wanted(made.added, paths)
    await stock.lock_variants({one.variant_id for one in more} | {variants[line_id] for line_id in made.removed})
    if made.removed:
        waited = await missing.let_go(order, made.removed)
        held = {line_id: units - waited.get(line_id, 0) for line_id, units in made.removed.items()}
        await stock.release(viewer, order_id=order.id, quantities=held)
    if more:
        await hold(viewer, order, more, region=region_of(order), key=order.id, until=order.pay_by)


async def hold(
    viewer: Viewer, order: Order, goods: Sequence[Wanted], *, region: Region, key: UUID, until: datetime
) -> None:
    """Promise goods that are not paid yet, to the order or to a change of it."""
    buyer = coupons.customer_key(user_id=order.user_id, phone_hash=order.contact_phone_hash)
    await stock.reserve(
        viewer,
        order_id=key,
        wanted=goods,
        region=region,
        hold=Hold(until, buyer),
        cause=AllocationCause.CHANGED,
    )


async def _rewrite_lines(order: Order, made: Plan) -> None:
    if made.quote is None:
        return
    staying = after(made)
    position = await _next_position(order)
    rows = [line for line, _ in staying]
    rows += [_line(order, one, position=position + place) for place, one in enumerate(made.added)]
    units = [count for _, count in staying] + [one["quantity"] for one in made.added]
    for line, count, quoted in zip(rows, units, made.quote.lines, strict=True):
        line.quantity, line.discount, line.total = count, quoted.discount, quoted.total
    for line in rows[: len(staying)]:
        await line.save(update_fields=["quantity", "discount", "total"])
    await OrderLine.bulk_create(rows[len(staying) :])
    kept = {line.id for line in rows}
    await OrderLine.filter(id__in=[line.id for line in made.lines if line.id not in kept]).delete()

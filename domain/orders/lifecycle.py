"""What happens to an order after it was placed: expiry, cancellation, delivery, receipt and completion."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import F

from domain import effects
from domain.access import Viewer
from domain.delivery import slots
from domain.inventory import backorders, stock
from domain.inventory.stock import Region, Wanted
from domain.orders import actions, missing
from domain.orders.actions import Action
from domain.orders.history import lock, move, tell
from domain.orders.visible import is_owner
from domain.promotions import coupons
from kit import clock
from kit.errors import Refusals, Refused
from models.database import persistent, transaction
from models.delivery import DeliveryMode
from models.inventory import AllocationCause
from models.orders import CancelReason, Order, OrderLine, OrderState, Supply


@persistent
async def cancel(viewer: Viewer, order_id: UUID, *, reason: CancelReason, note: str = "") -> Order:
    """Cancel the whole order before anything is shipped; what was paid goes back by itself."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        actions.check(viewer, order, Action.CANCEL)
        order.cancel_reason, order.cancel_note = reason, note
        await _give_up(viewer, order, OrderState.CANCELED, kind="order.canceled", cause=reason.value)
        if order.captured > order.refunded:
            await effects.soon("payment.settle_canceled", order.id)
        if reason != CancelReason.NOT_ACCEPTED and not is_owner(viewer, order):  # that has a message of its own
            await effects.soon("notice.order_canceled_by_shop", order.id)
        return order


async def expire(viewer: Viewer, order_id: UUID) -> None:
    """Give up an order whose time to pay is over. Does nothing when it was paid or canceled meanwhile."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        if order.state != OrderState.PENDING_PAYMENT or clock.now() < order.pay_by:
            return
        await _give_up(viewer, order, OrderState.EXPIRED, kind="order.expired", cause="time to pay is over")


async def end_forgotten_hold(viewer: Viewer, order_id: UUID) -> bool:
    """Give back what an order holds although its time to pay is long over; False when it holds it rightly."""
    await expire(viewer, order_id)
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        if order.state in (OrderState.EXPIRED, OrderState.CANCELED):
            await stock.release(viewer, order_id=order.id, reason="the hold was forgotten")
        else:
            await stock.keep(order.id)
        return order.state in (OrderState.EXPIRED, OrderState.CANCELED)


async def revive(viewer: Viewer, order: Order) -> bool:
    """Take the goods of a locked, expired order again because its money came late; False when they are gone.

    The caller moves the order on. The price stays as agreed, also where the coupon has been used up meanwhile.
    """
    if order.state != OrderState.EXPIRED:
        return False
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    wanted = [Wanted(line.id, line.variant_id, line.quantity, (), line.weight_grams) for line in lines]
    try:
        async with transaction():  # a savepoint: goods that are there are let go again when others are not
            cause = AllocationCause.REVIVED
            await stock.reserve(viewer, order_id=order.id, wanted=wanted, region=region_of(order), cause=cause)
    except (Refused, Refusals):
        return False
    await OrderLine.filter(order_id=order.id).update(canceled=0)
    await coupons.take_again(viewer, order.id)
    await slots.take_again(order.id)
    return True


async def _give_up(viewer: Viewer, order: Order, to: OrderState, *, kind: str, cause: str) -> None:
    await missing.let_go(order)
    await stock.release(viewer, order_id=order.id)
    await _let_go(order)
    await OrderLine.filter(order_id=order.id).update(canceled=F("quantity") - F("shipped"))
    await effects.never("order.expire", order.id)
    await effects.soon("payment.expire_attempts", order.id)
    if order.paid_at is not None:
        await effects.soon("warehouse.follow", order.id)  # it may be on somebody's pick list
    await move(viewer, order, to, kind=kind, cause=cause)


async def _let_go(order: Order) -> None:
    """What else a locked order has besides its goods, and nobody needs any more once it comes to nothing."""
    await coupons.give_back(order.id)
    await slots.release(order.id)
    await _call_rider_off(order)
    if order.change_pay_by is not None:
        await effects.soon("order.drop_changes", order.id)


async def drop_units(
    viewer: Viewer, order: Order, units: Mapping[UUID, int], *, cause: str, is_refunded: bool = False
) -> None:
    """Take units that are not shipped out of a locked order: those first that it waits for. Their money goes back by
    itself, unless the caller has seen to that.

    With nothing left to ship the order moves on: canceled when nothing was ever shipped, else as far as its
    parcels are.
    """
    if not any(units.values()):
        return
    lines = {line.id: line for line in await OrderLine.filter(order_id=order.id).order_by("id")}
    bound = await _bound(order, lines, units)
    is_owed = order.captured > 0 and not is_refunded
    for line_id, quantity in units.items():
        line = lines[line_id]
        if quantity > open_units(line):
            raise Refused("NOTHING_TO_SHIP")
        line.canceled += quantity
        if is_owed:
            line.owed += quantity
        await line.save(update_fields=["canceled", "owed"])
    waited = await missing.let_go(order, bound)
    held = {line_id: quantity - waited.get(line_id, 0) for line_id, quantity in bound.items()}
    await stock.release(viewer, order_id=order.id, quantities=held)
    if is_owed:
        await effects.soon("payment.settle_dropped", order.id)
    await effects.soon("warehouse.follow", order.id)  # it may be on somebody's pick list
    dropped: dict[str, object] = {"lines": [{"id": str(line), "quantity": n} for line, n in units.items() if n]}
    if any(open_units(line) for line in lines.values()):
        await tell(viewer, order, kind="order.units_dropped", cause=cause, data=dropped)
    elif not any(line.shipped for line in lines.values()):
        await _let_go(order)
        await effects.soon("payment.settle_canceled", order.id)
        await move(viewer, order, OrderState.CANCELED, kind="order.canceled", cause=cause, data=dropped)
    elif order.state == OrderState.PARTIALLY_SHIPPED:
        await move(viewer, order, OrderState.SHIPPED, kind="order.shipped", cause=cause, data=dropped)
        await _call_rider_off(order)
        await settle_delivery(viewer, order)


async def _call_rider_off(order: Order) -> None:
    if order.delivery_mode == DeliveryMode.COURIER:
        await effects.soon("courier.withdraw", order.id)


async def call_rider(order: Order) -> None:
    """Goods of a locked order lie ready that no rider has: offered where riders bring it."""
    if order.delivery_mode == DeliveryMode.COURIER:
        await effects.soon("courier.offer", order.id)


async def _bound(order: Order, lines: Mapping[UUID, OrderLine], units: Mapping[UUID, int]) -> dict[UUID, int]:
    """How many of these units are promised or waited for: those that have just been opened again are dropped first."""
    if order.supply != Supply.COMPLETE:
        await missing.hold(order)  # what it waits for shall not come in between the two questions
    bound = Counter(await backorders.waiting(order.id))
    for promise in await stock.held(order.id):
        bound[promise.order_line_id] += promise.quantity
    loose = {line_id: max(0, open_units(lines[line_id]) - bound[line_id]) for line_id in units}
    return {line_id: max(0, quantity - loose[line_id]) for line_id, quantity in units.items()}


async def reopen_units(viewer: Viewer, order: Order, units: Mapping[UUID, int], *, cause: str) -> None:
    """Count shipped units of a locked order that did not arrive as open again: to be sent anew, or dropped.

    Nothing is promised for them; the caller reserves, or drops them.
    """
    lines = {line.id: line for line in await OrderLine.filter(order_id=order.id).order_by("id")}
    for line_id, quantity in units.items():
        line = lines[line_id]
        if not 0 <= quantity <= line.shipped - line.delivered:
            raise Refused("MORE_THAN_UNDERWAY", line=line, underway=line.shipped - line.delivered)
        line.shipped -= quantity
        await line.save(update_fields=["shipped"])
    reopened: dict[str, object] = {"lines": [{"id": str(line), "quantity": n} for line, n in units.items() if n]}
    await call_rider(order)
    if any(line.shipped for line in lines.values()):
        to = OrderState.PARTIALLY_SHIPPED
    else:
        to = OrderState.PAID
    if order.state == to:
        await tell(viewer, order, kind="order.units_reopened", cause=cause, data=reopened)
    else:
        await move(viewer, order, to, kind="order.units_reopened", cause=cause, data=reopened)


async def case_opened(viewer: Viewer, order: Order) -> None:
    """Something about a locked order has to be settled before it is completed. The caller tells the order."""
    order.open_cases += 1


async def case_closed(viewer: Viewer, order: Order) -> None:
    """It is settled. The caller tells the order."""
    order.open_cases -= 1
    if order.open_cases == 0 and order.state == OrderState.RECEIVED:
        await effects.at("order.complete", order.id, after_sales_end(viewer, order))


def after_sales_end(viewer: Viewer, order: Order) -> datetime:
    """When a received order is completed, unless something about it is still to be settled."""
    return (order.received_at or clock.now()) + timedelta(days=viewer.market.policy.after_sales_days)


def region_of(order: Order) -> Region:
    """Where an order goes, as far as warehouses need to know."""
    return Region(order.province, str(order.address.get("city", "")))


def open_units(line: OrderLine) -> int:
    """Units that are still to be shipped."""
    return line.quantity - line.shipped - line.canceled


async def settle_delivery(viewer: Viewer, order: Order) -> None:
    """Mark a locked, completely shipped order as delivered once every shipped unit has arrived."""
    if order.state != OrderState.SHIPPED:
        return
    lines = await OrderLine.filter(order_id=order.id)
    if any(line.delivered < line.shipped for line in lines):
        return
    await move(viewer, order, OrderState.DELIVERED, kind="order.delivered")
    await effects.at("order.auto_receive", order.id, actions.receipt_assumed_at(viewer, order) or clock.now())


@persistent
async def confirm_receipt(viewer: Viewer, order_id: UUID) -> Order:
    """The customer has the goods."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        actions.check(viewer, order, Action.CONFIRM_RECEIPT)
        await _receive(viewer, order, cause="confirmed by the customer")
        return order


async def assume_receipt(viewer: Viewer, order_id: UUID) -> None:
    """Receipt by the clock. Does nothing when the customer was quicker."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        if order.state == OrderState.DELIVERED:
            await _receive(viewer, order, cause="time to confirm is over")


async def _receive(viewer: Viewer, order: Order, *, cause: str) -> None:
    await OrderLine.filter(order_id=order.id).update(delivered=F("shipped"))
    await move(viewer, order, OrderState.RECEIVED, kind="order.received", cause=cause)
    await effects.never("order.auto_receive", order.id)
    await effects.at("order.complete", order.id, after_sales_end(viewer, order))
    await effects.soon("payment.recognize", order.id)


async def complete(viewer: Viewer, order_id: UUID) -> None:
    """The after-sales period is over. Does nothing when the order is elsewhere by now, or has an open case."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        if order.state == OrderState.RECEIVED and order.open_cases == 0:
            await move(viewer, order, OrderState.COMPLETED, kind="order.completed", cause="after-sales period is over")

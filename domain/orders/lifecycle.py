"""What happens to an order after it was placed: expiry, cancellation, delivery, receipt and completion."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from tortoise.expressions import F

from domain import effects
from domain.access import Viewer
from domain.inventory import stock
from domain.inventory.stock import Wanted
from domain.orders import actions
from domain.orders.actions import Action
from domain.orders.history import lock, move, tell
from domain.promotions import coupons
from kit import clock
from kit.errors import Refusals, Refused
from models.database import persistent, transaction
from models.orders import CancelReason, Order, OrderLine, OrderState


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
        return order


async def expire(viewer: Viewer, order_id: UUID) -> None:
    """Give up an order whose time to pay is over. Does nothing when it was paid or canceled meanwhile."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        if order.state != OrderState.PENDING_PAYMENT or clock.now() < order.pay_by:
            return
        await _give_up(viewer, order, OrderState.EXPIRED, kind="order.expired", cause="time to pay is over")


async def revive(viewer: Viewer, order: Order) -> bool:
    """Take the goods of a locked, expired order again because its money came late; False when they are gone.

    The caller moves the order on. The price stays as agreed, also where the coupon has been used up meanwhile.
    """
    if order.state != OrderState.EXPIRED:
        return False
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    wanted = [Wanted(line.id, line.variant_id, line.quantity, ()) for line in lines]
    try:
        async with transaction():  # a savepoint: goods that are there are let go again when others are not
            await stock.reserve(viewer, order_id=order.id, wanted=wanted, province=order.province)
    except (Refused, Refusals):
        return False
    await OrderLine.filter(order_id=order.id).update(canceled=0)
    await coupons.take_again(viewer, order.id)
    return True


async def _give_up(viewer: Viewer, order: Order, to: OrderState, *, kind: str, cause: str) -> None:
    await stock.release(viewer, order_id=order.id)
    await coupons.give_back(order.id)
    await OrderLine.filter(order_id=order.id).update(canceled=F("quantity") - F("shipped"))
    await effects.never("order.expire", order.id)
    await effects.soon("payment.expire_attempts", order.id)
    await move(viewer, order, to, kind=kind, cause=cause)


async def drop_units(viewer: Viewer, order: Order, units: Mapping[UUID, int], *, cause: str) -> None:
    """Take units that are not shipped out of a locked order, because their money goes back.

    With nothing left to ship the order moves on: canceled when nothing was ever shipped, else as far as its
    parcels are.
    """
    if not any(units.values()):
        return
    lines = {line.id: line for line in await OrderLine.filter(order_id=order.id).order_by("id")}
    for line_id, quantity in units.items():
        line = lines[line_id]
        if quantity > open_units(line):
            raise Refused("NOTHING_TO_SHIP")
        line.canceled += quantity
        await line.save(update_fields=["canceled"])
    await stock.release(viewer, order_id=order.id, quantities=units)
    dropped: dict[str, object] = {"lines": [{"id": str(line), "quantity": n} for line, n in units.items() if n]}
    if any(open_units(line) for line in lines.values()):
        await tell(viewer, order, kind="order.units_dropped", cause=cause, data=dropped)
    elif not any(line.shipped for line in lines.values()):
        await coupons.give_back(order.id)
        await effects.soon("payment.settle_canceled", order.id)
        await move(viewer, order, OrderState.CANCELED, kind="order.canceled", cause=cause, data=dropped)
    elif order.state == OrderState.PARTIALLY_SHIPPED:
        await move(viewer, order, OrderState.SHIPPED, kind="order.shipped", cause=cause, data=dropped)
        await settle_delivery(viewer, order)


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
    await effects.at("order.complete", order.id, clock.now() + timedelta(days=viewer.market.policy.after_sales_days))
    await effects.soon("payment.recognize", order.id)


async def complete(viewer: Viewer, order_id: UUID) -> None:
    """The after-sales period is over. Does nothing when the order is elsewhere by now."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        if order.state == OrderState.RECEIVED:
            await move(viewer, order, OrderState.COMPLETED, kind="order.completed", cause="after-sales period is over")

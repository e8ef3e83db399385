"""The one place that moves an order's state and writes its history."""

from uuid import UUID

from domain import effects, events
from domain.access import Viewer
from domain.inventory import stock
from domain.orders import dispatch, snapshots
from domain.orders.review_rows import IN_REVIEW, lapse
from domain.orders.states import GONE, TRANSITIONS
from domain.orders.visible import visible
from kit import clock
from kit.errors import Refused
from models.orders import Order, OrderLine, OrderState

STAMPS = {
    OrderState.PAID: "paid_at",
    OrderState.SHIPPED: "shipped_at",
    OrderState.DELIVERED: "delivered_at",
    OrderState.RECEIVED: "received_at",
    OrderState.COMPLETED: "completed_at",
    OrderState.CANCELED: "canceled_at",
    OrderState.EXPIRED: "canceled_at",
}

SHIPPED = (
    OrderState.PARTIALLY_SHIPPED,
    OrderState.SHIPPED,
)  # from where an order comes back whose parcels did not arrive

# What was agreed when the order was placed: telling does not write it again, least of all what must be sealed anew.
AGREED = frozenset(
    {
        "id",
        "number",
        "user_id",
        "currency",
        "subtotal",
        "adjustments",
        "coupon_code",
        "address",
        "province",
        "contact_phone",
        "contact_email",
        "contact_phone_hash",
        "contact_email_hash",
        "caller_hash",
        "channel",
        "external_id",
        "note",
        "locale",
        "placed_at",
    }
)


class ForbiddenMove(Exception):
    """Code tried to move an order where the table does not allow it: a bug, since guards come first."""


async def lock(viewer: Viewer, order_id: UUID) -> Order:
    """The order, if the viewer may see it, its row locked until the transaction ends; else NOT_FOUND."""
    order = await visible(viewer).filter(id=order_id).select_for_update().first()
    if order is None:
        raise Refused("NOT_FOUND", path=("orderId",), what="order")
    order.before = snapshots.of_order(order)
    return order


async def move(
    viewer: Viewer, order: Order, to: OrderState, *, kind: str, cause: str = "", data: dict[str, object] | None = None
) -> None:
    """Move a locked order to another state and write it down. Saves what `tell` saves."""
    came_from = order.state
    if to not in TRANSITIONS[came_from]:
        raise ForbiddenMove(f"{order.number}: {came_from} → {to}")
    order.state = to
    if to == OrderState.PAID:
        order.canceled_at = None  # revived by a late payment
        await stock.keep(order.id)
        await dispatch.start(viewer, order)
    elif came_from in dispatch.UNSHIPPED and to not in dispatch.UNSHIPPED:
        await dispatch.end(order)
    if to in GONE and order.review in IN_REVIEW:
        await lapse(viewer, order)
    if to in STAMPS and not (to == OrderState.PAID and came_from in SHIPPED):
        setattr(order, STAMPS[to], clock.now())
    if order.open_cases:
        await effects.soon(dispatch.CASES, order.id)
    await tell(viewer, order, kind=kind, cause=cause, data={**(data or {}), "from": came_from, "to": to})


async def tell(
    viewer: Viewer, order: Order, *, kind: str, cause: str = "", data: dict[str, object] | None = None
) -> None:
    """Write down what happened to a locked order. Saves the order but for what was `AGREED`."""
    order.sequence += 1
    order.version += 1
    await dispatch.follow(order)
    await order.save(update_fields=[name for name in order._meta.db_fields if name not in AGREED])
    await _record(viewer, order, kind=kind, cause=cause, data=data)


async def begin(viewer: Viewer, order: Order) -> None:
    """Write down that an order was placed, in the transaction in which it was stored."""
    await _record(viewer, order, kind="order.placed")


async def _changes(order: Order, kind: str) -> dict[str, object]:
    told: dict[str, object] = {"order": snapshots.changes(order.before, order)}
    order.before = snapshots.of_order(order)
    if kind not in snapshots.NOT_ABOUT_LINES:
        told["lines"] = snapshots.of_lines(await OrderLine.filter(order_id=order.id).only("id", *snapshots.SUMS))
    return told


async def _record(
    viewer: Viewer, order: Order, *, kind: str, cause: str = "", data: dict[str, object] | None = None
) -> None:
    await events.record(
        viewer,
        stream_id=order.id,
        sequence=order.sequence,
        kind=kind,
        user_id=order.user_id,
        cause=cause,
        data={**(data or {}), "state": order.state},
        changes=await _changes(order, kind),
    )

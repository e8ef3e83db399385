"""The one place that moves an order's state and writes its history."""

from uuid import UUID

from domain import events
from domain.access import Viewer
from domain.orders.states import TRANSITIONS
from domain.orders.visible import visible
from kit import clock
from kit.errors import Refused
from models.orders import Order, OrderState

STAMPS = {
    OrderState.PAID: "paid_at",
    OrderState.SHIPPED: "shipped_at",
    OrderState.DELIVERED: "delivered_at",
    OrderState.RECEIVED: "received_at",
    OrderState.COMPLETED: "completed_at",
    OrderState.CANCELED: "canceled_at",
    OrderState.EXPIRED: "canceled_at",
}


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
    if to in STAMPS:
        setattr(order, STAMPS[to], clock.now())
    await tell(viewer, order, kind=kind, cause=cause, data={**(data or {}), "from": came_from, "to": to})


async def tell(
    viewer: Viewer, order: Order, *, kind: str, cause: str = "", data: dict[str, object] | None = None
) -> None:
    """Write down what happened to a locked order. Saves the order but for what was `AGREED`."""
    order.sequence += 1
    order.version += 1
    await order.save(update_fields=[name for name in order._meta.db_fields if name not in AGREED])
    await _record(viewer, order, kind=kind, cause=cause, data=data)


async def begin(viewer: Viewer, order: Order) -> None:
    """Write down that an order was placed, in the transaction in which it was stored."""
    await _record(viewer, order, kind="order.placed")


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
    )

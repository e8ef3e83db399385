"""Orders and their parts as they were at a past moment."""

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.archive import reading
from kit import ids
from loaders import fulfillment, orders, payments
from loaders.registry import Question
from models.base import Row
from models.orders import Order
from resolvers.context import Info

PARTS: dict[str, Question[UUID, Any]] = {
    "OrderLine": orders.order_lines_by_id,
    "Payment": payments.payments_by_id,
    "Refund": payments.refunds_by_id,
    "Parcel": fulfillment.parcels_by_id,
}


async def as_of(info: Info, order: Order, at: datetime) -> Order | None:
    """The order at that moment; None before it was placed."""
    then = await reading.as_of(order, at)
    info.context.show(then)
    return then


async def node(info: Info, public_id: str) -> Row | None:
    """What an id of a past moment stands for, if it is there and the viewer's to see."""
    found = ids.from_public_past(public_id)
    if found is None:
        return None
    type_name, key, at = found
    if type_name == "Order":
        order = await info.context.load(orders.orders_by_id, key)
        return await as_of(info, order, at) if order else None
    row = await info.context.load(PARTS[type_name], key) if type_name in PARTS else None
    order = await info.context.load(orders.orders_by_id, row.order_id) if row else None
    then = await reading.part_as_of(row, order, at) if row and order else None
    info.context.show(then)
    return then

"""What an event remembers of its order, so that the order's state at any past moment can be told: what it changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from tortoise.models import Model

from domain.orders.kinds import EventKind
from models.orders import Order, OrderLine

Values = dict[str, Any]

# Told by every event itself, or the same for ever.
NOT_KEPT = frozenset({"id", "number", "user_id", "currency", "sequence", "placed_at"})
SUMS = ("quantity", "discount", "total", "shipped", "delivered", "canceled", "refunded", "refunded_amount")

# What happens to money, to parcels on their way, to those who work on an order and to its exceptions changes no line.
# Where one of them takes units out of the order, that has an event of its own.
NOT_ABOUT_LINES = frozenset(
    {
        EventKind.PAYMENT_CREATED,
        EventKind.PAYMENT_CAPTURED,
        EventKind.PAYMENT_FAILED,
        EventKind.PAYMENT_EXPIRED,
        EventKind.PAYMENT_REJECTED,
        EventKind.REFUND_SUCCEEDED,
        EventKind.REFUND_FAILED,
        EventKind.PARCEL_SCANNED,
        EventKind.PARCEL_TURNED_UP,
        EventKind.PICKUP_READY,
        EventKind.ORDER_COMPLETED,
        EventKind.ORDER_REALLOCATED,
        EventKind.ORDER_PICKING,
        EventKind.ORDER_REPICKED,
        EventKind.ORDER_PACKED,
        EventKind.ORDER_UNPACKED,
        EventKind.ORDER_REVIEW_OPENED,
        EventKind.ORDER_REVIEW_PASSED,
        EventKind.ORDER_URGED,
        EventKind.ORDER_CHANGE_WAITS,
        EventKind.ORDER_CHANGE_EXPIRED,
        EventKind.ORDER_CHANGE_CANCELED,
        EventKind.ORDER_CHANGE_REJECTED,
        EventKind.INTERCEPTION_REQUESTED,
        EventKind.INTERCEPTION_ACCEPTED,
        EventKind.INTERCEPTION_REFUSED,
        EventKind.INTERCEPTION_DONE,
        EventKind.INTERCEPTION_FAILED,
        EventKind.CASE_OPENED,
        EventKind.CASE_CHANGED,
        EventKind.CASE_CLAIMED,
        EventKind.CASE_RELEASED,
        EventKind.CASE_CHOSEN,
        EventKind.CASE_WAITING,
        EventKind.CASE_ESCALATED,
        EventKind.CASE_RESOLVED,
        EventKind.CASE_CLOSED,
        EventKind.SERVICE_CASE_OPENED,
        EventKind.SERVICE_CASE_APPROVED,
        EventKind.SERVICE_CASE_SHIPPED_BACK,
        EventKind.SERVICE_CASE_CLOSED,
        EventKind.SERVICE_CASE_APPEALED,
        EventKind.SERVICE_CASE_ESCALATED,
        EventKind.SERVICE_CASE_CANCELED,
        EventKind.COURIER_OFFERED,
        EventKind.COURIER_ASSIGNED,
        EventKind.COURIER_PREPARING,
        EventKind.COURIER_DELIVERING,
        EventKind.COURIER_FAILED,
        EventKind.COURIER_TIPPED,
    }
)


def stored(row: Model, names: Iterable[str]) -> Values:
    """Columns of a row as JSON can hold them; what is sealed stays sealed."""
    fields = row._meta.fields_map
    return {name: _plain(fields[name].to_db_value(getattr(row, name), row)) for name in names}


def revived(model: type[Model], values: Mapping[str, Any]) -> Values:
    """The same columns as a row has them."""
    fields = model._meta.fields_map
    return {name: fields[name].to_python_value(value) for name, value in values.items() if name in fields}


def of_order(order: Order) -> Values:
    """Everything about an order that may change. What is sealed is compared open, since no two seals are alike."""
    return {name: getattr(order, name) for name in order._meta.db_fields if name not in NOT_KEPT}


def changes(before: Values | None, order: Order) -> Values:
    """What of an order is other than it was; everything, where nothing was before."""
    now = of_order(order)
    return stored(order, [name for name, value in now.items() if before is None or before[name] != value])


def of_lines(lines: Iterable[OrderLine]) -> dict[str, list[int]]:
    """How much of each line was ordered, shipped, delivered …, in the order of `SUMS`."""
    return {str(line.id): [getattr(line, name) for name in SUMS] for line in lines}


def _plain(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value

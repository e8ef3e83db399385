"""An order as it was at a past moment: its history up to then, and what followed from it."""

from collections.abc import Iterable
from copy import copy
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from tortoise.models import Model

from domain.archive.records import Record
from domain.fulfillment import states as parcel_states
from domain.orders.history import STAMPS
from domain.orders.snapshots import SUMS, revived
from kit import clock
from kit.errors import Refused
from models.base import Row
from models.fulfillment import Parcel, ParcelState, TrackingEvent
from models.orders import Order, OrderLine
from models.outbox import Event
from models.payments import Payment, PaymentState, Refund, RefundState

MOMENTS = UUID("0f8ed3a5-1c0f-4a34-9a9b-6a2a0b7f3e11")  # namespace of the keys of rows as they once were


def as_of(record: Record, at: datetime) -> Record | None:
    """The record as it stood at `at`; None before the order was placed.

    Refuses a moment that has not come yet, and one from which the history does not tell enough (NOT_RECORDED).
    """
    if at > clock.now():
        raise Refused("INVALID_INPUT", path=("asOf",), why="this moment has not come yet")
    if at < record.order.placed_at:
        return None
    events = [event for event in record.events if event.created_at <= at]
    if not events or not events[0].changes:
        raise Refused("NOT_RECORDED", path=("asOf",))
    order = _order(record.order, events, at)
    refunds = [_refund(refund, at) for refund in record.refunds if refund.created_at <= at]
    parcels = [parcel for parcel in record.parcels if parcel.shipped_at is not None and parcel.shipped_at <= at]
    scans = [scan for scan in record.scans if scan.received_at <= at]
    kept = Record(
        order=order,
        lines=_lines(record.lines, events),
        payments=[_payment(payment, events, at) for payment in record.payments if payment.created_at <= at],
        refunds=refunds,
        refund_lines=record.refund_lines,
        parcels=[_parcel(parcel, scans) for parcel in parcels],
        parcel_lines=record.parcel_lines,
        scans=scans,
        events=events,
    )
    return _keyed(kept, at).bind()


def _order(order: Order, events: Iterable[Event], at: datetime) -> Order:
    then = copy(order)
    for event in events:
        changed: Any = (event.changes or {}).get("order", {})
        _set(then, revived(Order, changed))
        then.sequence = event.sequence
    for stamp in STAMPS.values():
        moment = getattr(then, stamp)
        if moment is not None and moment > at:
            setattr(then, stamp, None)
    return then


def _lines(lines: Iterable[OrderLine], events: Iterable[Event]) -> list[OrderLine]:
    sums: dict[str, list[int]] = {}
    for event in events:
        told: Any = (event.changes or {}).get("lines")
        sums = told if told is not None else sums
    kept = []
    for line in lines:
        if str(line.id) in sums:
            then = copy(line)
            _set(then, dict(zip(SUMS, sums[str(line.id)], strict=True)))
            kept.append(then)
    return kept


def _payment(payment: Payment, events: Iterable[Event], at: datetime) -> Payment:
    then = copy(payment)
    if payment.captured_at is not None and payment.captured_at <= at:
        return then
    then.captured, then.refunded, then.captured_at, then.is_applied, then.is_late = 0, 0, None, False, False
    ends = {"payment.failed": PaymentState.FAILED, "payment.expired": PaymentState.EXPIRED}
    then.state = PaymentState.PENDING
    for event in events:
        if event.data.get("payment") == payment.number and event.kind in ends:
            then.state = ends[event.kind]
    return then


def _refund(refund: Refund, at: datetime) -> Refund:
    then = copy(refund)
    if refund.succeeded_at is None or refund.succeeded_at > at:
        then.state, then.succeeded_at = RefundState.PENDING, None
    return then


def _parcel(parcel: Parcel, scans: Iterable[TrackingEvent]) -> Parcel:
    then = copy(parcel)
    then.state, then.delivered_at = ParcelState.SHIPPED, None
    for scan in sorted((scan for scan in scans if scan.parcel_id == parcel.id), key=lambda scan: scan.received_at):
        parcel_states.advance(then, scan.state, at=scan.occurred_at)
    return then


def _keyed(record: Record, at: datetime) -> Record:
    """Give the rows keys of their own, so that nothing takes them for the rows of today."""
    keys: dict[UUID, UUID] = {}

    def rekey(row: Row) -> None:
        key = uuid5(MOMENTS, f"{row.id}@{at.isoformat()}")
        keys[row.id] = key
        row.moment = (row.id, at)
        row.id = key

    for row in (record.order, *record.lines, *record.payments, *record.refunds, *record.parcels):
        rekey(row)
    record.lines = [_referring(row, "order_id", keys) for row in record.lines]
    record.payments = [_referring(row, "order_id", keys) for row in record.payments]
    record.parcels = [_referring(row, "order_id", keys) for row in record.parcels]
    record.refunds = [_referring(_referring(row, "order_id", keys), "payment_id", keys) for row in record.refunds]
    parts = [copy(row) for row in record.parcel_lines if row.parcel_id in keys]
    record.parcel_lines = [_referring(_referring(row, "parcel_id", keys), "order_line_id", keys) for row in parts]
    shares = [copy(row) for row in record.refund_lines if row.refund_id in keys]
    record.refund_lines = [_referring(_referring(row, "refund_id", keys), "order_line_id", keys) for row in shares]
    record.scans = [_referring(copy(row), "parcel_id", keys) for row in record.scans if row.parcel_id in keys]
    return record


def _referring(row: Any, name: str, keys: dict[UUID, UUID]) -> Any:
    setattr(row, name, keys[getattr(row, name)])
    return row


def _set(row: Model, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)

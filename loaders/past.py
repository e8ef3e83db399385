"""What loaders would answer about rows of the past: those of an archived order, or of one as it once was."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from domain.archive.records import Record
from loaders import fulfillment, orders, payments
from loaders.registry import Question


def answers(record: Record) -> Iterator[tuple[Question[UUID, Any], UUID, Any]]:
    """Question, key and answer, for everything that belongs to a record that the viewer has been shown."""
    order = record.order
    yield orders.orders_by_id, order.id, order
    yield orders.lines_by_order, order.id, record.lines
    yield payments.payments_by_order, order.id, record.payments
    yield payments.refunds_by_order, order.id, record.refunds
    yield fulfillment.parcels_by_order, order.id, record.parcels
    for line in record.lines:
        yield orders.order_lines_by_id, line.id, line
    for payment in record.payments:
        yield payments.payments_by_id, payment.id, payment
    for refund in record.refunds:
        yield payments.refunds_by_id, refund.id, refund
        yield payments.refund_lines, refund.id, record.lines_of_refund(refund)
    for parcel in record.parcels:
        yield fulfillment.parcels_by_id, parcel.id, parcel
        yield fulfillment.lines_by_parcel, parcel.id, record.lines_of(parcel)
        yield fulfillment.tracking_by_parcel, parcel.id, record.scans_of(parcel)

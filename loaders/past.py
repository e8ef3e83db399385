"""What loaders would answer about rows of the past: those of an archived order, or of one as it once was."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from domain.access import Permission, Viewer
from domain.aftersales.visible import is_shown
from domain.archive.records import Record
from domain.service import visible as service_visible
from loaders import aftersales, fulfillment, orders, payments, service, shortages
from loaders.registry import Question
from models.aftersales import CaseNote, DeliveryCase
from models.fulfillment import Interception
from models.orders import OrderChangeRequest
from models.service import ServiceCase, ServiceCaseLine
from models.shortages import Shortage, ShortageLine

Known = Iterator[tuple[Question[UUID, Any], UUID, Any]]  # question, key and answer


def answers(viewer: Viewer, record: Record) -> Known:
    """Everything that belongs to a record that the viewer has been shown."""
    yield from _order(record)
    yield from _exceptions(record)
    yield from _cases(viewer, record)
    yield from _service(viewer, record)


def _order(record: Record) -> Known:
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


def _exceptions(record: Record) -> Known:
    key, asked, missing = record.order.id, record.rows(OrderChangeRequest), record.rows(Shortage)
    yield orders.changes_by_order, key, asked
    yield fulfillment.interceptions_by_order, key, record.rows(Interception)
    yield shortages.newest_by_order, key, missing[-1] if missing else None
    for change in asked:
        yield orders.changes_by_id, change.id, change
    for found in record.rows(Interception):
        yield fulfillment.interceptions_by_id, found.id, found
    for shortage in missing:
        yield shortages.shortages_by_id, shortage.id, shortage
        own = [line for line in record.rows(ShortageLine) if line.shortage_id == shortage.id]
        yield shortages.lines_by_shortage, shortage.id, own


def _cases(viewer: Viewer, record: Record) -> Known:
    cases = record.rows(DeliveryCase) if is_shown(viewer, record.order) else []
    notes = record.rows(CaseNote) if viewer.may(Permission.SEE_CASES) else []
    yield aftersales.cases_by_order, record.order.id, cases
    for parcel in record.parcels:
        yield aftersales.cases_by_parcel, parcel.id, [case for case in cases if case.parcel_id == parcel.id]
    for case in cases:
        yield aftersales.cases_by_id, case.id, case
        yield aftersales.notes_by_case, case.id, [note for note in notes if note.case_id == case.id]


def _service(viewer: Viewer, record: Record) -> Known:
    cases = record.rows(ServiceCase) if service_visible.is_shown(viewer, record.order) else []
    yield service.cases_by_order, record.order.id, cases
    for case in cases:
        yield service.cases_by_id, case.id, case
        own = [line for line in record.rows(ServiceCaseLine) if line.case_id == case.id]
        yield service.lines_by_case, case.id, sorted(own, key=lambda line: line.position)

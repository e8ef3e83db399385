"""All rows of one order as one thing, which can be taken out of the tables and shown as if it were in them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from tortoise import Tortoise
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from models.aftersales import DeliveryCase
from models.base import Row
from models.database import APP
from models.fulfillment import Interception, Parcel, ParcelLine, TrackingEvent
from models.inventory import Reservation
from models.orders import Order, OrderChangeRequest, OrderLine
from models.outbox import Event
from models.payments import Payment, Refund, RefundLine
from models.service import ServiceCase
from models.shortages import Shortage

RowType = TypeVar("RowType", bound=Model)
ShownType = TypeVar("ShownType", bound=Row)

# Of the others, what has an id for clients.
SHOWN = (Shortage, OrderChangeRequest, Interception, DeliveryCase, ServiceCase)


@dataclass(slots=True)
class Record:
    """An order with everything that belongs to it, each list in the order in which it is shown.

    `others` are rows of all further tables that refer to one of these by a foreign key; `add_others` finds them.
    """

    order: Order
    lines: list[OrderLine] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    refund_lines: list[RefundLine] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    parcel_lines: list[ParcelLine] = field(default_factory=list)
    scans: list[TrackingEvent] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    reservations: list[Reservation] = field(default_factory=list)
    others: list[Model] = field(default_factory=list, repr=False)

    def bind(self) -> "Record":
        """Have every row know that it belongs to this record."""
        for row in (self.order, *self.parts):
            row.past = self
        return self

    @property
    def parts(self) -> list[Row]:
        """The rows for which clients may ask by their ids."""
        others = [row for row in self.others if isinstance(row, SHOWN)]
        return [*self.lines, *self.payments, *self.refunds, *self.parcels, *others]

    def rows(self, kind: type[ShownType]) -> list[ShownType]:
        """What of the others is of one kind, oldest first: keys grow with time."""
        return sorted((row for row in self.others if isinstance(row, kind)), key=lambda row: row.id)

    def lines_of(self, parcel: Parcel) -> list[ParcelLine]:
        """What is in a parcel."""
        return [line for line in self.parcel_lines if line.parcel_id == parcel.id]

    def scans_of(self, parcel: Parcel) -> list[TrackingEvent]:
        """Where a parcel was seen."""
        return [scan for scan in self.scans if scan.parcel_id == parcel.id]

    def lines_of_refund(self, refund: Refund) -> list[RefundLine]:
        """What a refund was for."""
        return [line for line in self.refund_lines if line.refund_id == refund.id]


async def collect(orders: Sequence[Order]) -> list[Record]:
    """Everything about orders that are in the tables, in one statement for each table."""
    keys = [order.id for order in orders]
    lines = _by(await OrderLine.filter(order_id__in=keys).order_by("position"), "order_id")
    payments = _by(await Payment.filter(order_id__in=keys).order_by("id"), "order_id")
    refunds = _by(await Refund.filter(order_id__in=keys).order_by("id"), "order_id")
    parcels = _by(await Parcel.filter(order_id__in=keys).order_by("shipped_at", "id"), "order_id")
    events = _by(await Event.filter(stream_id__in=keys).order_by("sequence"), "stream_id")
    reservations = _by(await Reservation.filter(order_id__in=keys).order_by("id"), "order_id")
    refund_keys = [refund.id for own in refunds.values() for refund in own]
    refund_lines = _by(await RefundLine.filter(refund_id__in=refund_keys).order_by("id"), "refund_id")
    parcel_keys = [parcel.id for own in parcels.values() for parcel in own]
    contents = ParcelLine.filter(parcel_id__in=parcel_keys).order_by("order_line__position")
    parcel_lines = _by(await contents, "parcel_id")
    scans = _by(await TrackingEvent.filter(parcel_id__in=parcel_keys).order_by("occurred_at", "id"), "parcel_id")
    return [
        Record(
            order=order,
            lines=lines[order.id],
            payments=payments[order.id],
            refunds=refunds[order.id],
            refund_lines=[line for refund in refunds[order.id] for line in refund_lines[refund.id]],
            parcels=parcels[order.id],
            parcel_lines=[line for parcel in parcels[order.id] for line in parcel_lines[parcel.id]],
            scans=[scan for parcel in parcels[order.id] for scan in scans[parcel.id]],
            events=events[order.id],
            reservations=reservations[order.id],
        )
        for order in orders
    ]


CORE = (Order, OrderLine, Payment, Refund, RefundLine, Parcel, ParcelLine, TrackingEvent, Event, Reservation)


def referring(to: type[Model]) -> list[tuple[type[Model], str]]:
    """Tables outside of `CORE` that refer to a table, and by which column."""
    return [
        (model, f"{name}_id")
        for model in (Tortoise.apps or {})[APP].values()
        if model not in CORE
        for name, column in model._meta.fields_map.items()
        if isinstance(column, ForeignKeyFieldInstance) and column.related_model is to
    ]


async def add_others(records: Sequence[Record]) -> None:
    """Fill in what has to go along: rows that refer to these by a foreign key, and what refers to those."""
    owner = {row.id: record for record in records for row in (record.order, *record.lines)}
    owner |= {row.id: record for record in records for row in (*record.payments, *record.refunds, *record.parcels)}
    waiting: list[tuple[type[Model], list[UUID]]] = [(kind, list(owner)) for kind in CORE[:6]]
    seen: set[UUID] = set()
    while waiting:
        kind, keys = waiting.pop()
        for model, column in referring(kind):
            rows = await model.filter(**{f"{column}__in": keys})
            fresh = [row for row in rows if row.pk not in seen]
            seen |= {row.pk for row in fresh}
            for row in fresh:
                owner[row.pk] = owner[getattr(row, column)]
                owner[row.pk].others.append(row)
            if fresh:
                waiting.append((model, [row.pk for row in fresh]))


def _by(rows: Sequence[RowType], name: str) -> dict[Any, list[RowType]]:
    groups: dict[Any, list[RowType]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return groups

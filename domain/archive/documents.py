"""A record as bytes: JSON of its rows, deflated. Sealed columns stay sealed in it."""

import json
import zlib
from dataclasses import fields
from typing import Any, TypeVar

from tortoise import Tortoise
from tortoise.fields import JSONField
from tortoise.models import Model

from domain.archive.records import Record
from domain.orders.snapshots import revived, stored
from models.database import APP
from models.fulfillment import Parcel, ParcelLine, TrackingEvent
from models.inventory import Reservation
from models.orders import Order, OrderLine
from models.outbox import Event
from models.payments import Payment, Refund, RefundLine

KINDS: dict[str, type[Model]] = {
    "lines": OrderLine,
    "payments": Payment,
    "refunds": Refund,
    "refund_lines": RefundLine,
    "parcels": Parcel,
    "parcel_lines": ParcelLine,
    "scans": TrackingEvent,
    "events": Event,
    "reservations": Reservation,
}
VERSION = 1

RowType = TypeVar("RowType", bound=Model)


def write(record: Record) -> bytes:
    """The bytes of a record."""
    plain: dict[str, Any] = {"version": VERSION, "order": _plain(record.order)}
    plain["others"] = [{"table": type(row).__name__, **_plain(row)} for row in record.others]
    for part in fields(record):
        if part.name in KINDS:
            plain[part.name] = [_plain(row) for row in getattr(record, part.name)]
    return zlib.compress(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode(), level=9)


def read(document: bytes) -> Record:
    """The record in such bytes, its rows as they were; columns that came later have their defaults."""
    plain = json.loads(zlib.decompress(document))
    known = (Tortoise.apps or {})[APP]
    rows = {name: [_row(kind, values) for values in plain.get(name, [])] for name, kind in KINDS.items()}
    others = [_row(known[row["table"]], row) for row in plain.get("others", []) if row["table"] in known]
    return Record(order=_row(Order, plain["order"]), others=others, **rows).bind()  # type: ignore[arg-type]  # KINDS names each part's kind


def _plain(row: Model) -> dict[str, Any]:
    values = stored(row, row._meta.db_fields)
    for name, field in row._meta.fields_map.items():
        if isinstance(field, JSONField):
            values[name] = getattr(row, name)  # as what it means, not as a text within a text
    return values


def _row(kind: type[RowType], values: dict[str, Any]) -> RowType:
    row = kind(**revived(kind, values))
    row._saved_in_db = True
    return row

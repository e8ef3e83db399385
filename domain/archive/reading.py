"""Orders wherever they are: in the tables, in the archive, or in a past moment."""

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from domain.access import Viewer
from domain.archive import documents, past, storing
from domain.archive.records import Record, collect
from domain.archive.visible import visible as visible_archived
from domain.orders.visible import visible
from models.archive import ArchivedOrder
from models.base import Row
from models.orders import Order

RowType = TypeVar("RowType", bound=Row)


async def orders(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Order]:
    """Orders that the viewer may see. Only keys that are not in the tables are looked for in the archive."""
    found = {order.id: order for order in await visible(viewer).filter(id__in=list(keys))}
    missing = [key for key in keys if key not in found]
    if missing:
        found |= {key: record.order for key, record in (await storing.find(viewer, missing)).items()}
    return found


async def numbered(viewer: Viewer, number: str) -> Order | None:
    """The order with this number, if the viewer may see it."""
    order = await visible(viewer).filter(number=number).first()
    if order is not None:
        return order
    archived = await visible_archived(viewer).filter(number=number).first()
    return opened(archived) if archived else None


async def with_archived_parts(
    viewer: Viewer, keys: Collection[UUID], found: dict[UUID, RowType], kind: type[RowType]
) -> dict[UUID, RowType]:
    """The rows that were found, and from the archive those of `kind` that were not."""
    missing = [key for key in keys if key not in found]
    if not missing:
        return found
    parts: dict[UUID, RowType] = {}
    for key, record in (await storing.find_by_part(viewer, missing)).items():
        for row in record.parts:
            if row.id == key and isinstance(row, kind):
                parts[key] = row
    return found | parts


def opened(row: ArchivedOrder) -> Order:
    """The order in an archived row that the viewer has been shown."""
    return documents.read(row.document).order


async def as_of(order: Order, at: datetime) -> Order | None:
    """An order that the viewer has been shown, as it was at a moment; None before it was placed."""
    record = order.past or (await collect([order]))[0]
    then = past.as_of(record, at)
    return then.order if then else None


async def part_as_of(row: Row, order: Order, at: datetime) -> Row | None:
    """A line, parcel, payment or refund of a shown order, as it was at a moment; None where it was not there yet."""
    record: Record | None = past.as_of(order.past or (await collect([order]))[0], at)
    if record is None:
        return None
    return next((one for one in record.parts if one.moment and one.moment[0] == row.id), None)

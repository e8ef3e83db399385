"""What staff of a warehouse scan: read alike everywhere, and counted once however often it is sent."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain.fulfillment import bins
from kit import clock
from kit.validate import clean_text
from models.base import Row
from models.warehouse import WarehouseScan

LONGEST_SCAN_ID = 60

RowType = TypeVar("RowType", bound=Row)


@dataclass(frozen=True, slots=True)
class Scan:
    """A code, how many units of it, and the name that the scanner gave to this scan."""

    barcode: str
    quantity: int
    scan_id: str


def read(*, barcode: str, quantity: int, scan_id: str) -> Scan:
    """A scan as it was sent, its texts in order. Whether the quantity fits is for whoever takes it."""
    return Scan(
        barcode=clean_text(barcode, path=("barcode",), minimum=1, maximum=bins.LONGEST_CODE),
        quantity=quantity,
        scan_id=clean_text(scan_id, path=("scanId",), minimum=1, maximum=LONGEST_SCAN_ID),
    )


async def is_known(subject_id: UUID, scan: Scan) -> bool:
    """Whether this scan of a task or package has been counted."""
    return await WarehouseScan.exists(subject_id=subject_id, scan_id=scan.scan_id)


async def remember(subject_id: UUID, scan: Scan) -> None:
    """Write down that it counts, in the transaction that counts it."""
    await WarehouseScan.create(
        subject_id=subject_id, scan_id=scan.scan_id, quantity=scan.quantity, created_at=clock.now()
    )


async def once(kind: type[RowType], subject_id: UUID, scan: Scan, taking: Awaitable[RowType]) -> RowType:
    """What `taking` the scan gives; where the same scan was sent twice at once, the row as the other one left it."""
    try:
        return await taking
    except IntegrityError:
        if not await is_known(subject_id, scan):
            raise
        return await kind.get(id=subject_id)

"""What every carrier can do for us, and what it tells us."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.fulfillment import ParcelState


@dataclass(frozen=True, slots=True)
class Booking:
    """A parcel that the carrier has accepted."""

    waybill: str
    estimated_at: datetime


@dataclass(frozen=True, slots=True)
class Scan:
    """One report about a parcel. `scan_id` is the same when the carrier repeats itself."""

    scan_id: str
    waybill: str
    state: ParcelState
    place: str
    description: str
    occurred_at: datetime


class Carrier(Protocol):
    """One carrier. Calls happen outside transactions, and booking may be repeated with the same `request_key`."""

    code: str
    name: str

    async def book(self, *, request_key: str, province: str, city: str, weight_grams: int, now: datetime) -> Booking:
        """Announce a parcel. The same key gives the same waybill."""

    async def track(self, *, waybill: str, now: datetime) -> list[Scan]:
        """Everything the carrier knows about a parcel up to now, oldest first."""

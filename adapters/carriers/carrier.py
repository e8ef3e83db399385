"""What every carrier can do for us, and what it tells us."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from kit.text import Localized
from models.fulfillment import ParcelState


class CarrierError(Exception):
    """The carrier could not be asked, or answered with an error. It may be asked again."""


class WaybillRefused(Exception):
    """The carrier does not take this waybill: it is not one of its own, or it is on another parcel."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is, as far as a carrier's network is concerned."""

    province: str
    city: str


@dataclass(frozen=True, slots=True)
class Booking:
    """A parcel that the carrier has accepted."""

    waybill: str
    estimated_at: datetime


@dataclass(frozen=True, slots=True)
class Scan:
    """One report about a parcel. `scan_id` is the same when the carrier repeats itself."""

    carrier: str
    waybill: str
    scan_id: str
    state: ParcelState
    place: Localized
    description: Localized
    occurred_at: datetime


class Carrier(Protocol):
    """One carrier. Calls happen outside transactions, and booking may be repeated with the same `request_key`."""

    code: str

    @property
    def pause(self) -> timedelta:
        """How long to leave it alone between two questions about the same parcel, market time."""

    async def book(
        self,
        *,
        request_key: str,
        waybill: str | None,
        sender: Place,
        receiver: Place,
        weight_grams: int,
        now: datetime,
    ) -> Booking:
        """Announce a parcel. The same key gives the same waybill; `waybill` is that of a label printed before.

        Raises CarrierError, or WaybillRefused.
        """

    async def track(self, *, waybill: str, now: datetime) -> list[Scan]:
        """Everything the carrier knows about a parcel up to now, in no certain order. Raises CarrierError."""

"""What every carrier can do for us, and what it tells us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NoReturn, Protocol

from adapters.replies import Reply
from kit.text import Localized
from models.fulfillment import ParcelState, ScanKind

# What every implementation promises is tested in tests/carriers/test_contract.py, which a new one joins.


class CarrierError(Exception):
    """The carrier could not be asked, or answered with an error. It may be asked again."""


class CarrierRefused(Exception):
    """The carrier has said no, and will say so again: nothing was done. The text is its reason."""


class WaybillRefused(CarrierRefused):
    """The carrier does not take this waybill: it is not one of its own, or it is on another parcel."""


class CannotDo(CarrierRefused):
    """This carrier does not offer what it was asked for; `Carrier.can` says so beforehand."""


class BadSignature(Exception):
    """A push that the carrier did not sign, or signed too long ago. Nothing of it may be believed."""


class Ability(StrEnum):
    """Something that a carrier may offer. Every one can be asked where a parcel is."""

    QUOTE = "QUOTE"
    BOOK = "BOOK"
    CANCEL = "CANCEL"
    INTERCEPT = "INTERCEPT"
    PUSH = "PUSH"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is, as far as a carrier's network is concerned, and who is there as far as a label needs it."""

    province: str
    city: str
    district: str = ""
    street: str = ""
    name: str = ""
    phone: str = ""
    is_pickup_point: bool = False

    @property
    def address(self) -> str:
        """All of it in one line, as Chinese addresses are written."""
        province = "" if self.province == self.city else self.province
        return f"{province}{self.city}{self.district}{self.street}"


@dataclass(frozen=True, slots=True)
class Quote:
    """What carrying a parcel would cost, minor units of the currency, and how many days it would take."""

    fee: int
    currency: str
    fastest_days: int | None = None
    slowest_days: int | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """A parcel that the carrier has accepted. `reference` is what it wants to hear when the booking is canceled.

    `marks` are what its own label would show beside the waybill, by the carrier's names for them: the sorting code,
    the address of a label picture.
    """

    waybill: str
    estimated_at: datetime | None
    reference: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scan:
    """One report about a parcel. `scan_id` is the same when the carrier repeats itself.

    `state` is None where the report moves the parcel nowhere, or we do not know the carrier's word for it.
    """

    carrier: str
    waybill: str
    scan_id: str
    state: ParcelState | None
    place: Localized
    description: Localized
    occurred_at: datetime
    kind: ScanKind = ScanKind.MOVE
    estimated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """What a carrier tells us unasked, verified. `notice_id` is the same when it repeats itself.

    `goes_on` is whether it will tell us more about this parcel by itself, None when it does not say.
    """

    notice_id: str
    waybill: str
    scans: tuple[Scan, ...]
    goes_on: bool | None = True


class Carrier(Protocol):
    """One carrier. Calls happen outside transactions, and booking may be repeated with the same `request_key`.

    Every call raises CarrierError when the carrier could not be asked and CarrierRefused when it says no. It waits for
    a bounded time only.
    """

    @property
    def code(self) -> str:
        """Its name in `CarrierCode`, in `/webhooks/carriers/{code}` and in our books."""

    @property
    def can(self) -> frozenset[Ability]:
        """What it offers. Asked for anything else it raises CannotDo."""

    @property
    def pause(self) -> timedelta:
        """How long to leave it alone between two questions about the same parcel, market time."""

    @property
    def longest_pause(self) -> timedelta:
        """How long to leave it alone when a parcel has been silent, or when the carrier tells us by itself."""

    @property
    def needs_phone(self) -> bool:
        """Whether it answers about a parcel only to those who know the recipient's phone."""

    async def quote(self, *, sender: Place, receiver: Place, weight_grams: int, now: datetime) -> Quote:
        """What carrying a parcel would cost and how long it would take. Binds nobody."""

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

        Raises WaybillRefused as well.
        """

    async def cancel(self, *, waybill: str, reference: str, now: datetime) -> None:
        """Give a booking back before the parcel is collected. Doing it again changes nothing.

        Raises CarrierRefused when the parcel has been collected.
        """

    async def intercept(self, *, waybill: str, receiver: Place | None, now: datetime) -> None:
        """Stop a parcel that is on its way: back to its sender, or to another receiver. Asking again changes nothing.

        Raises CarrierRefused when it is too late for that.
        """

    async def track(self, *, waybill: str, now: datetime, phone: str = "") -> list[Scan]:
        """Everything the carrier knows about a parcel up to now, in no certain order. Of an unknown one: nothing."""

    def read_push(self, *, body: bytes, headers: Mapping[str, str]) -> Push:
        """What a push says; raises BadSignature when it is not the carrier's, ValueError when it makes no sense.

        The names of `headers` are in lower case.
        """

    def answer_push(self, *, taken: bool) -> Reply:
        """What the carrier wants to read: that we have it, or that it shall tell us again."""

    async def close(self) -> None:
        """Give connections back."""


class PlainCarrier:
    """What a carrier does that offers nothing: an implementation inherits what it has no better answer for."""

    can: frozenset[Ability] = frozenset()
    needs_phone = False

    async def quote(self, *, sender: Place, receiver: Place, weight_grams: int, now: datetime) -> Quote:
        _cannot(Ability.QUOTE)

    async def cancel(self, *, waybill: str, reference: str, now: datetime) -> None:
        _cannot(Ability.CANCEL)

    async def intercept(self, *, waybill: str, receiver: Place | None, now: datetime) -> None:
        _cannot(Ability.INTERCEPT)

    def read_push(self, *, body: bytes, headers: Mapping[str, str]) -> Push:
        _cannot(Ability.PUSH)

    def answer_push(self, *, taken: bool) -> Reply:
        return Reply(204 if taken else 500)

    async def close(self) -> None:
        return None


def _cannot(ability: Ability) -> NoReturn:
    raise CannotDo(ability.value)

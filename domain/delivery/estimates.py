"""When goods will be there: one pure rule before buying, and one along the way."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.delivery.places import local_date, local_moment
from domain.delivery.regions import Terms
from models.delivery import DeliveryMode

FIRST_MINUTE, LAST_MINUTE = 8 * 60, 22 * 60  # the hours of a day in which carriers ring at doors
FAR_DAYS = 2  # more on the road from a warehouse of another province
COURIER_MINUTES = (30, 90)  # from paying to the door, by the shop's own courier
LATEST_COURIER_MINUTE = 21 * 60  # who orders later is served the next morning


class Basis(StrEnum):
    """What an estimate rests on."""

    SLOT = "SLOT"
    REGION = "REGION"
    DISPATCH = "DISPATCH"
    CARRIER = "CARRIER"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    ARRIVED = "ARRIVED"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A span of time in which goods are expected, UTC, and what that rests on."""

    earliest: datetime
    latest: datetime
    basis: Basis


@dataclass(frozen=True, slots=True)
class Sent:
    """A parcel on its way, as far as its arrival is concerned."""

    shipped_at: datetime
    estimated_at: datetime | None = None
    out_at: datetime | None = None
    arrived_at: datetime | None = None


def leaves_on(now: datetime, terms: Terms) -> datetime:
    """The moment that counts as dispatch: the cut-off of today, or of tomorrow once that is over."""
    cut_off = local_moment(local_date(now), terms.cut_off_hour * 60)
    return cut_off if now < cut_off else local_moment(local_date(now) + timedelta(days=1), terms.cut_off_hour * 60)


def before_buying(
    now: datetime,
    terms: Terms,
    mode: DeliveryMode,
    *,
    is_near: bool = True,
    slot: tuple[datetime, datetime] | None = None,
) -> Estimate:
    """When what is bought now would be there. `is_near`: all of it lies in a warehouse of the province."""
    if slot is not None:
        return Estimate(*slot, Basis.SLOT)
    if mode == DeliveryMode.COURIER:
        return _by_courier(now)
    return on_the_road(leaves_on(now, terms), *days_on_the_road(terms, is_near=is_near), Basis.REGION)


def days_on_the_road(terms: Terms, *, is_near: bool) -> tuple[int, int]:
    """At best and at worst."""
    more = 0 if is_near else FAR_DAYS
    return terms.days_min + more, terms.days_max + more


def on_the_road(leaves: datetime, at_best: int, at_worst: int, basis: Basis) -> Estimate:
    """So many days after dispatch, in the hours in which parcels are delivered, never before the dispatch."""
    day = local_date(leaves)
    earliest = local_moment(day + timedelta(days=at_best), FIRST_MINUTE)
    latest = local_moment(day + timedelta(days=at_worst), LAST_MINUTE)
    return Estimate(max(earliest, leaves), max(latest, leaves), basis)


def along_the_way(promised: Estimate, sent: list[Sent], *, days: tuple[int, int], is_all_sent: bool) -> Estimate:
    """When the last part of an order will be there, from what is known by now.

    What is promised holds until a parcel leaves; then the dispatch, the carrier's word and the scans count. Goods that
    have not left yet keep the promise's end. A slot is kept by whoever delivers, so it goes before a carrier's word.
    """
    if not sent:
        return promised
    each = [_of_parcel(promised, parcel, days) for parcel in sent]
    last = max(each, key=lambda one: one.latest)
    if is_all_sent or last.latest >= promised.latest:
        return last
    return Estimate(max(last.earliest, promised.earliest), promised.latest, promised.basis)


def _of_parcel(promised: Estimate, parcel: Sent, days: tuple[int, int]) -> Estimate:
    if parcel.arrived_at is not None:
        return Estimate(parcel.arrived_at, parcel.arrived_at, Basis.ARRIVED)
    if parcel.out_at is not None:
        evening = local_moment(local_date(parcel.out_at), LAST_MINUTE)
        return Estimate(parcel.out_at, max(evening, parcel.out_at), Basis.OUT_FOR_DELIVERY)
    if promised.basis == Basis.SLOT and parcel.shipped_at < promised.latest:
        return promised
    if parcel.estimated_at is not None:
        return Estimate(
            max(parcel.shipped_at, parcel.estimated_at - timedelta(hours=6)), parcel.estimated_at, Basis.CARRIER
        )
    return on_the_road(parcel.shipped_at, *days, Basis.DISPATCH)


def _by_courier(now: datetime) -> Estimate:
    soonest, latest = (timedelta(minutes=minutes) for minutes in COURIER_MINUTES)
    today, opens = local_date(now), local_moment(local_date(now), FIRST_MINUTE)
    if now >= local_moment(today, LATEST_COURIER_MINUTE):
        opens = local_moment(today + timedelta(days=1), FIRST_MINUTE)
    start = max(now, opens)
    return Estimate(start + soonest, start + latest, Basis.REGION)

"""The way of a simulated parcel: what it passes, when, when that is told, and what goes wrong on request."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.carriers import roads
from adapters.carriers.carrier import Scan
from kit.text import Localized
from models.fulfillment import CarrierFault, ParcelState, ScanKind, SimulatedParcel

DELAY_STEPS = 8


@dataclass(frozen=True, slots=True)
class Stop:
    """One scan of a journey. `at` is how many steps after the booking it happens, `told` when the carrier says so."""

    key: str
    at: float
    state: ParcelState | None
    place: Localized
    description: Localized
    kind: ScanKind = ScanKind.MOVE
    told: float = 0.0
    expected: float | None = None  # when it means to deliver, as of this stop


Tail = Callable[[Sequence[Stop], Sequence[Stop]], list[Stop]]  # what was told and what would follow → what follows


def journey(parcel: SimulatedParcel) -> list[Stop]:
    """The stops of a parcel of which nobody asked more, the first at its booking: collected, some places, the door."""
    start = roads.hub(parcel.from_province)
    end = roads.hub(parcel.to_province)
    city = roads.town(parcel.to_province, parcel.to_city)
    between = [start, end] if start != end else [start, roads.station(parcel.to_province, parcel.to_city)]
    if start != end and _digest(parcel.waybill) % 2:
        between.insert(1, roads.on_the_way(start, end, choice=_digest(parcel.waybill) // 2))
    home = roads.town(parcel.from_province, parcel.from_city)
    on_the_way = [
        (ParcelState.SHIPPED, home, ("已揽收", "Collected in")),
        *((ParcelState.IN_TRANSIT, place, ("已到达", "Arrived at")) for place in between),
    ]
    last_mile = [
        (ParcelState.OUT_FOR_DELIVERY, city, ("正在派送", "Out for delivery in")),
        (ParcelState.DELIVERED, city, ("已签收", "Delivered in")),
    ]
    to_collect = [(ParcelState.AT_PICKUP_POINT, city, ("已到自提点", "Ready to be collected in"))]
    stops = [*on_the_way, *(to_collect if parcel.to_pickup_point else last_mile)]
    return [
        Stop(str(number), number, state, place, _says(*words, place), told=number)
        for number, (state, place, words) in enumerate(stops)
    ]


def told(parcel: SimulatedParcel, *, step: timedelta, carrier: str) -> list[tuple[datetime, Scan]]:
    """Every scan of a parcel with the moment from which the carrier tells it, in the order of telling."""
    if parcel.canceled_at is not None:
        return []
    stops = list(_with_fault(parcel, journey(parcel)))
    return sorted(
        ((parcel.booked_at + step * stop.told, _scan(parcel, stop, step=step, carrier=carrier)) for stop in stops),
        key=lambda pair: pair[0],
    )


def passed(parcel: SimulatedParcel, *, step: timedelta, now: datetime) -> int:
    """How many stops of its plain journey a parcel has behind it."""
    return sum(parcel.booked_at + step * stop.at <= now for stop in journey(parcel))


def last_scan(parcel: SimulatedParcel, *, step: timedelta) -> datetime:
    """When a parcel of which nobody asked more is at its end."""
    return parcel.booked_at + step * (len(journey(parcel)) - 1)


def _scan(parcel: SimulatedParcel, stop: Stop, *, step: timedelta, carrier: str) -> Scan:
    return Scan(
        carrier=carrier,
        waybill=parcel.waybill,
        scan_id=f"{parcel.waybill}-{stop.key}",
        state=stop.state,
        place=stop.place,
        description=stop.description,
        occurred_at=parcel.booked_at + step * stop.at,
        kind=stop.kind,
        estimated_at=None if stop.expected is None else parcel.booked_at + step * stop.expected,
    )


# What goes wrong ------------------------------------------------------------------------------------------------------


def _with_fault(parcel: SimulatedParcel, stops: Sequence[Stop]) -> Iterator[Stop]:
    """The journey with its fault. What was told before somebody asked for the fault stays as it was."""
    if parcel.fault == CarrierFault.NONE:
        yield from stops
        return
    kept = max(parcel.fault_after, _least_kept(parcel.fault, stops))
    yield from stops[:kept]
    if kept < len(stops):
        yield from TAILS[parcel.fault](stops[:kept], stops[kept:])


def _least_kept(fault: CarrierFault, stops: Sequence[Stop]) -> int:
    """How far a parcel gets before it happens: to the door, or to the first sorting center."""
    if fault in (CarrierFault.REFUSAL, CarrierFault.FAILED_ATTEMPT):
        return len(stops) - 1
    early = (CarrierFault.WRONG_ORDER, CarrierFault.DUPLICATES, CarrierFault.INTERCEPTION)
    return 1 if fault in early else 2


def _delay(kept: Sequence[Stop], rest: Sequence[Stop]) -> list[Stop]:
    end = rest[-1].at + DELAY_STEPS
    notice = _trouble(kept, "delay", 1, None, ("因天气延误", "Held up by the weather at"), kind=ScanKind.DELAYED)
    late = [replace(stop, at=stop.at + DELAY_STEPS, told=stop.at + DELAY_STEPS) for stop in rest]
    return [replace(notice, expected=end), *late]


def _loss(kept: Sequence[Stop], rest: Sequence[Stop]) -> list[Stop]:
    return [_trouble(kept, "loss", 6, ParcelState.LOST, ("包裹遗失，最后所在", "Lost, last seen at"))]


def _damage(kept: Sequence[Stop], rest: Sequence[Stop]) -> list[Stop]:
    return [
        _trouble(kept, "damage", 1, ParcelState.DAMAGED, ("包裹破损", "Damaged at")),
        *_way_back(kept, start=3),
    ]


def _refusal(kept: Sequence[Stop], rest: Sequence[Stop]) -> list[Stop]:
    return [
        _trouble(kept, "refusal", 1, ParcelState.REFUSED, ("收件人拒收", "Refused by the recipient in")),
        *_way_back(kept, start=2),
    ]


def _failed_attempt(kept: Sequence[Stop], rest: Sequence[Stop]) -> list[Stop]:
    failed = ("派送失败：无法联系收件人", "Nobody was there to take it in")
    return [
        _trouble(kept, "attempt", 1, None, failed, kind=ScanKind.ATTEMPT_FAILED),
        _trouble(kept, "again", 3, ParcelState.OUT_FOR_DELIVERY, ("再次派送", "Out for delivery again in")),
        replace(rest[-1], at=kept[-1].at + 4, told=kept[-1].at + 4),
    ]


def _interception(kept: Sequence[Stop], rest: Sequence[Stop]) -> list[Stop]:
    return _way_back(kept, start=1)


def _silence(kept: Sequence[Stop], rest: Sequence[Stop]) -> list[Stop]:
    return []


def _wrong_order(kept: Sequence[Stop], rest: Sequence[Stop]) -> list[Stop]:
    return [replace(stop, told=stop.at + 1.5) if place % 2 == 0 else stop for place, stop in enumerate(rest)]


def _duplicates(kept: Sequence[Stop], rest: Sequence[Stop]) -> list[Stop]:
    return [twin for stop in rest for twin in (stop, replace(stop, key=f"{stop.key}-again"), stop)]


def _way_back(kept: Sequence[Stop], *, start: int) -> list[Stop]:
    return [
        _trouble(kept, "back", start, ParcelState.RETURNING, ("退回寄件人", "On its way back from")),
        _trouble(
            kept, "returned", start + 2, ParcelState.RETURNED, ("已退回寄件人，来自", "Returned to the sender from")
        ),
    ]


def _trouble(
    kept: Sequence[Stop],
    key: str,
    steps: int,
    state: ParcelState | None,
    words: tuple[str, str],
    *,
    kind: ScanKind = ScanKind.MOVE,
) -> Stop:
    """Something that happens some steps after the last stop, at the same place."""
    at, place = kept[-1].at + steps, kept[-1].place
    return Stop(key, at, state, place, _says(*words, place), kind, told=at)


TAILS: Mapping[CarrierFault, Tail] = {
    CarrierFault.DELAY: _delay,
    CarrierFault.LOSS: _loss,
    CarrierFault.DAMAGE: _damage,
    CarrierFault.REFUSAL: _refusal,
    CarrierFault.FAILED_ATTEMPT: _failed_attempt,
    CarrierFault.SILENCE: _silence,
    CarrierFault.WRONG_ORDER: _wrong_order,
    CarrierFault.DUPLICATES: _duplicates,
    CarrierFault.INTERCEPTION: _interception,
}


def _says(chinese: str, english: str, place: Localized) -> Localized:
    return {"zh-CN": f"{place['zh-CN']}：{chinese}", "en": f"{english} {place['en']}"}


def _digest(waybill: str) -> int:
    return int.from_bytes(hashlib.sha256(waybill.encode()).digest()[:4])

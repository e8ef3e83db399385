"""A carrier of our own making: it takes every parcel and moves it along a real road, one scan after another."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from tortoise.exceptions import IntegrityError

from adapters.carriers import roads
from adapters.carriers.carrier import Booking, Place, Scan, WaybillRefused
from kit import ids
from kit.text import Localized
from models.fulfillment import CarrierCode, ParcelState, SimulatedParcel

USUAL_STEP = timedelta(hours=6)  # between two scans, outside of a demo
LONGEST_PAUSE = timedelta(minutes=30)
SHORTEST_PAUSE = timedelta(seconds=0.5)


class Pace(Protocol):
    """What of the settings the simulator reads."""

    @property
    def demo(self) -> bool: ...
    @property
    def simulator_parcel_seconds(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Stop:
    """One scan of a journey that is still to be dated."""

    state: ParcelState
    place: Localized
    description: Localized


class CarrierSimulator:
    """Every parcel's journey follows from its waybill and its booking, so it needs no work between two questions.

    For tests it can be asked to behave as badly as real ones do: to repeat itself, and to tell things out of order.
    """

    code = CarrierCode.SIMULATOR.value

    def __init__(self, pace: Pace, *, repeats: bool = False, shuffles: bool = False) -> None:
        self.step = timedelta(seconds=pace.simulator_parcel_seconds) if pace.demo else USUAL_STEP
        self.repeats = repeats
        self.shuffles = shuffles

    @property
    def pause(self) -> timedelta:
        return min(max(self.step / 2, SHORTEST_PAUSE), LONGEST_PAUSE)

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
        known = await SimulatedParcel.get_or_none(request_key=request_key)
        if known is None:
            known = await self._accept(request_key, waybill, sender, receiver, weight_grams, now)
        if waybill is not None and known.waybill != waybill:
            raise WaybillRefused(waybill)
        return Booking(known.waybill, known.booked_at + self.step * (len(journey(known)) - 1))

    async def track(self, *, waybill: str, now: datetime) -> list[Scan]:
        parcel = await SimulatedParcel.get_or_none(waybill=waybill)
        if parcel is None:
            return []
        scans = [
            Scan(
                carrier=self.code,
                waybill=waybill,
                scan_id=f"{waybill}-{number}",
                state=stop.state,
                place=stop.place,
                description=stop.description,
                occurred_at=parcel.booked_at + self.step * number,
            )
            for number, stop in enumerate(journey(parcel))
        ]
        return self._told([scan for scan in scans if scan.occurred_at <= now])

    async def _accept(
        self, request_key: str, waybill: str | None, sender: Place, receiver: Place, weight_grams: int, now: datetime
    ) -> SimulatedParcel:
        try:
            return await SimulatedParcel.create(
                request_key=request_key,
                waybill=waybill or f"JS{ids.readable(12)}",
                from_province=sender.province,
                from_city=sender.city,
                to_province=receiver.province,
                to_city=receiver.city,
                weight_grams=weight_grams,
                booked_at=now,
            )
        except IntegrityError:
            twin = await SimulatedParcel.get_or_none(request_key=request_key)
            if twin is None:
                raise WaybillRefused(waybill) from None
            return twin  # the same request, asked twice at once

    def _told(self, scans: Sequence[Scan]) -> list[Scan]:
        told = [*scans, *scans] if self.repeats else list(scans)
        if self.shuffles:
            random.shuffle(told)
        return told


def journey(parcel: SimulatedParcel) -> list[Stop]:
    """The stops of a parcel, the first at its booking: collected, two or three places between, last mile, the door."""
    start = roads.hub(parcel.from_province)
    end = roads.hub(parcel.to_province)
    city = roads.town(parcel.to_province, parcel.to_city)
    between = [start, end] if start != end else [start, roads.station(parcel.to_province, parcel.to_city)]
    if start != end and _digest(parcel.waybill) % 2:
        between.insert(1, roads.on_the_way(start, end, choice=_digest(parcel.waybill) // 2))
    home = roads.town(parcel.from_province, parcel.from_city)
    return [
        Stop(ParcelState.SHIPPED, home, _says("已揽收", "Collected in", home)),
        *(Stop(ParcelState.IN_TRANSIT, place, _says("已到达", "Arrived at", place)) for place in between),
        Stop(ParcelState.OUT_FOR_DELIVERY, city, _says("正在派送", "Out for delivery in", city)),
        Stop(ParcelState.DELIVERED, city, _says("已签收", "Delivered in", city)),
    ]


def _says(chinese: str, english: str, place: Localized) -> Localized:
    return {"zh-CN": f"{place['zh-CN']}：{chinese}", "en": f"{english} {place['en']}"}


def _digest(waybill: str) -> int:
    return int.from_bytes(hashlib.sha256(waybill.encode()).digest()[:4])

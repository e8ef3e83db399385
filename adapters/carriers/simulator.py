"""A carrier of our own making: it takes every parcel and moves it along a real road, one scan after another.

Whatever makes real carriers hard can be had on request: delay, loss, damage, refusal, failed attempts, silence, scans
in the wrong order and twice. Asked to, it reports by itself as well: signed, and again until it is heard.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import httpx
from tortoise.exceptions import IntegrityError

from adapters.carriers import journeys, pushes
from adapters.carriers.carrier import (
    Ability,
    Booking,
    CarrierRefused,
    Place,
    PlainCarrier,
    Push,
    Quote,
    Scan,
    WaybillRefused,
)
from adapters.replies import Reply
from adapters.signatures import signed_headers
from kit import clock, ids
from models.database import transaction
from models.fulfillment import CarrierCode, CarrierFault, ParcelState, SimulatedParcel
from models.jobs import Timer

USUAL_STEP = timedelta(hours=6)  # between two scans, outside of a demo
LONGEST_PAUSE = timedelta(minutes=30)
SHORTEST_PAUSE = timedelta(seconds=0.5)
CANCELED_WITHIN = timedelta(minutes=30)  # of the booking, or a step if that is longer

PUSH = "carrier.simulator_push"
MOST_PUSHES = 20
LONGEST_WAIT = timedelta(hours=1)
POST_SECONDS = 10.0

REMOTE = ("新疆", "西藏", "青海", "内蒙古", "甘肃", "宁夏", "海南", "香港", "澳门", "台湾")


class Pace(Protocol):
    """What of the settings the simulator reads."""

    @property
    def demo(self) -> bool: ...
    @property
    def simulator_parcel_seconds(self) -> float: ...


class CarrierSimulator(PlainCarrier):
    """Every parcel's journey follows from its waybill and its booking, so it needs no work between two questions.

    It may be given dice and, by fault, how likely it is; `push_url` is where parcels report by themselves, and
    `pushes_all` has every new one do so. `repeats` and `shuffles` spoil every answer, for tests.
    """

    code = CarrierCode.SIMULATOR.value
    can = frozenset(Ability)

    def __init__(
        self,
        pace: Pace,
        *,
        repeats: bool = False,
        shuffles: bool = False,
        dice: random.Random | None = None,
        odds: Mapping[CarrierFault, float] | None = None,
        secret: str = "",
        push_url: str = "",
        pushes_all: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.step = timedelta(seconds=pace.simulator_parcel_seconds) if pace.demo else USUAL_STEP
        self.repeats = repeats
        self.shuffles = shuffles
        self.push_url = push_url
        self.pushes_all = pushes_all
        self.secret = secret
        self.transport = transport
        self._dice = dice or random.Random()
        self._odds = odds or {}
        self._client: httpx.AsyncClient | None = None

    @property
    def pause(self) -> timedelta:
        return min(max(self.step / 2, SHORTEST_PAUSE), LONGEST_PAUSE)

    @property
    def longest_pause(self) -> timedelta:
        return max(self.pause, 4 * self.step)

    # What every carrier does ------------------------------------------------------------------------------------------

    async def quote(self, *, sender: Place, receiver: Place, weight_grams: int, now: datetime) -> Quote:
        first, further, fastest, slowest = _tariff(sender, receiver)
        kilograms = max(1, -(-weight_grams // 1000))
        fee = first + further * (kilograms - 1)
        return Quote(fee=fee, currency="CNY", fastest_days=fastest, slowest_days=slowest)

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
        if known.canceled_at is not None:
            raise CarrierRefused("this booking was canceled")
        return Booking(known.waybill, journeys.last_scan(known, step=self.step), reference=known.waybill)

    async def cancel(self, *, waybill: str, reference: str, now: datetime) -> None:
        parcel = await SimulatedParcel.get_or_none(waybill=waybill)
        if parcel is None:
            raise CarrierRefused("no such booking")
        if parcel.canceled_at is None and now >= parcel.booked_at + max(self.step, CANCELED_WITHIN):
            raise CarrierRefused("it has been collected")
        await SimulatedParcel.filter(id=parcel.id, canceled_at__isnull=True).update(canceled_at=now)

    async def intercept(self, *, waybill: str, receiver: Place | None, now: datetime) -> None:
        """Until it is out for delivery; to another receiver in the same city only."""
        parcel = await SimulatedParcel.get_or_none(waybill=waybill)
        if parcel is None:
            raise CarrierRefused("no such parcel")
        if parcel.fault == CarrierFault.INTERCEPTION:
            return
        passed = {scan.state for at, scan in self._told(parcel) if scan.occurred_at <= now}
        if passed - {ParcelState.SHIPPED, ParcelState.IN_TRANSIT}:
            raise CarrierRefused("it is out for delivery already")
        if receiver is None:
            await self.let(waybill, CarrierFault.INTERCEPTION, now=now)
        elif (receiver.province, receiver.city) != (parcel.to_province, parcel.to_city):
            raise CarrierRefused("only within the same city")

    async def track(self, *, waybill: str, now: datetime, phone: str = "") -> list[Scan]:
        parcel = await SimulatedParcel.get_or_none(waybill=waybill)
        if parcel is None:
            return []
        return self._spoiled([scan for at, scan in self._told(parcel) if at <= now])

    def read_push(self, *, body: bytes, headers: Mapping[str, str]) -> Push:
        return pushes.read(body, headers, secret=self.secret, now=clock.machine(), carrier=self.code)

    def answer_push(self, *, taken: bool) -> Reply:
        return Reply(204 if taken else 500)

    # What only a simulator does ---------------------------------------------------------------------------------------

    async def let(self, waybill: str, fault: CarrierFault, *, now: datetime, reports: bool = False) -> None:
        """Let `fault` happen to a parcel from now on; `reports` has it report by itself as well. LookupError."""
        async with transaction():
            parcel = await SimulatedParcel.filter(waybill=waybill).select_for_update().first()
            if parcel is None:
                raise LookupError(waybill)
            parcel.fault, parcel.fault_after = fault, journeys.passed(parcel, step=self.step, now=now)
            if reports and self.push_url and not parcel.push_url:
                parcel.push_url, parcel.push_attempts = self.push_url, 0
            await parcel.save(update_fields=["fault", "fault_after", "push_url", "push_attempts"])
            if parcel.push_url:
                await _plan_push(parcel.id, now)

    async def push(self, parcel_id: UUID) -> datetime | None:
        """Report what is new about a parcel; gives when to do it again, None when there is nothing more to come."""
        parcel = await SimulatedParcel.get_or_none(id=parcel_id)
        if parcel is None or not parcel.push_url:
            return None
        told, now = self._told(parcel), clock.now()
        due = [scan for at, scan in told if at <= now]
        if len(due) > parcel.pushed:
            last = len(due) == len(told)
            if await self._post(parcel, due[parcel.pushed :], goes_on=not last):
                parcel.pushed, parcel.push_attempts = len(due), 0
            else:
                parcel.push_attempts += 1
            await parcel.save(update_fields=["pushed", "push_attempts"])
        if parcel.push_attempts >= MOST_PUSHES:
            return None
        if parcel.push_attempts:
            return now + min(timedelta(seconds=2 ** (parcel.push_attempts - 1)), LONGEST_WAIT)
        return next((at for at, _ in told[parcel.pushed :] if at > now), None)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _accept(
        self, request_key: str, waybill: str | None, sender: Place, receiver: Place, weight_grams: int, now: datetime
    ) -> SimulatedParcel:
        fault = self._thrown()
        try:
            async with transaction():
                parcel = await SimulatedParcel.create(
                    request_key=request_key,
                    waybill=waybill or f"JS{ids.readable(12)}",
                    from_province=sender.province,
                    from_city=sender.city,
                    to_province=receiver.province,
                    to_city=receiver.city,
                    to_pickup_point=receiver.is_pickup_point,
                    weight_grams=weight_grams,
                    booked_at=now,
                    fault=fault,
                    push_url=self.push_url if self.pushes_all else "",
                )
                if parcel.push_url:
                    await _plan_push(parcel.id, now)
                return parcel
        except IntegrityError:
            twin = await SimulatedParcel.get_or_none(request_key=request_key)
            if twin is None:
                raise WaybillRefused(waybill) from None
            return twin  # the same request, asked twice at once

    def _thrown(self) -> CarrierFault:
        """What the dice have in store for a new parcel."""
        if not self._odds:
            return CarrierFault.NONE
        chance = self._dice.random()
        for fault, likely in self._odds.items():
            chance -= likely
            if chance < 0:
                return fault
        return CarrierFault.NONE

    def _told(self, parcel: SimulatedParcel) -> list[tuple[datetime, Scan]]:
        return journeys.told(parcel, step=self.step, carrier=self.code)

    def _spoiled(self, scans: Sequence[Scan]) -> list[Scan]:
        told = [*scans, *scans] if self.repeats else list(scans)
        if self.shuffles:
            random.shuffle(told)
        return told

    async def _post(self, parcel: SimulatedParcel, scans: Sequence[Scan], *, goes_on: bool) -> bool:
        body = pushes.write(parcel.waybill, scans, goes_on=goes_on)
        headers = signed_headers(body, secret=self.secret, now=clock.machine())
        if self._client is None:
            self._client = httpx.AsyncClient(transport=self.transport, timeout=POST_SECONDS, trust_env=False)
        try:
            response = await self._client.post(parcel.push_url, content=body, headers=headers)
        except httpx.HTTPError:
            return False
        return response.is_success


async def _plan_push(parcel_id: UUID, at: datetime) -> None:
    await Timer.bulk_create(
        [Timer(kind=PUSH, subject_id=parcel_id, due_at=at)],
        on_conflict=["kind", "subject_id"],
        update_fields=["due_at", "done_at", "claimed_until", "attempts"],
    )


def _tariff(sender: Place, receiver: Place) -> tuple[int, int, int, int]:
    """The first and each further kilogram in fen, and the days it takes, by zone."""
    if receiver.province.startswith(REMOTE) or sender.province.startswith(REMOTE):
        return 2000, 1200, 4, 7
    if sender.province != receiver.province:
        return 1200, 500, 2, 4
    return (600, 100, 1, 1) if sender.city == receiver.city else (800, 200, 1, 2)

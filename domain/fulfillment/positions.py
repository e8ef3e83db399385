"""Where a courier is: reported while delivering, shown live to whoever waits for the parcel, forgotten after a day."""

import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q

from domain import events
from domain.access import Permission, Viewer
from domain.fulfillment.visible import visible
from domain.market import Market
from domain.streams import Count, rung
from kit import clock
from kit.errors import Refused
from models.delivery import CourierJob, CourierPosition, JobState

FORGOTTEN_AT_ONCE = 1000
LATITUDE, LONGITUDE = 90_000_000, 180_000_000  # millionths of a degree, at most
SIGHTINGS = Count("l", 2**31 - 1)


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where the courier was last seen, and the cursor to come back with."""

    position: CourierPosition
    cursor: str


async def report(viewer: Viewer, job_id: UUID, *, latitude_e6: int, longitude_e6: int) -> CourierPosition:
    """Say where one is, not more often than the setting allows, and only while delivering."""
    viewer.require(Permission.RIDE)
    _check_degrees(latitude_e6, longitude_e6)
    async with viewer.market.change():
        job = await CourierJob.filter(id=job_id, courier_id=viewer.user_id).select_for_update().first()
        if job is None:
            raise Refused("NOT_FOUND", path=("jobId",), what="courier job")
        if job.state != JobState.DELIVERING:
            raise Refused("JOB_STATE", path=("jobId",), state=job.state.value)
        await _check_pace(viewer, job)
        job.positions += 1
        await job.save(update_fields=["positions"])
        position = await CourierPosition.create(
            job_id=job.id,
            sequence=job.positions,
            latitude_e6=latitude_e6,
            longitude_e6=longitude_e6,
            reported_at=clock.now(),
        )
    events.live.ring({job.id})  # other processes look again by themselves
    return position


def _check_degrees(latitude_e6: int, longitude_e6: int) -> None:
    for name, value, most in (("latitude", latitude_e6, LATITUDE), ("longitude", longitude_e6, LONGITUDE)):
        if not -most <= value <= most:
            raise Refused("OUT_OF_RANGE", path=(name,), minimum=-most // 1_000_000, maximum=most // 1_000_000)


async def _check_pace(viewer: Viewer, job: CourierJob) -> None:
    last = await CourierPosition.filter(job_id=job.id).order_by("-sequence").first()
    if last is None:
        return
    wait = last.reported_at + timedelta(seconds=viewer.market.policy.courier_position_seconds) - clock.now()
    if wait > timedelta(0):
        raise Refused("TOO_MANY_REQUESTS", retryable=True, seconds=math.ceil(wait.total_seconds()))


async def of_parcel(viewer: Viewer, parcel_id: UUID, *, after: str | None) -> AsyncIterator[Sighting]:
    """Where the courier of a parcel is: the newest position first, then each newer one, until it has arrived.

    The right to see the parcel is asked for again each time. Before the courier has set out there is nothing to see.
    """
    job = await _job(viewer, parcel_id)
    seen = 0 if after is None else SIGHTINGS.read(after)
    with events.live.listening(job.id) as bell:
        while True:
            bell.clear()
            job = await _job(viewer, parcel_id)
            if job.state != JobState.DELIVERING:
                return
            newest = await CourierPosition.filter(job_id=job.id, sequence__gt=seen).order_by("-sequence").first()
            if newest is not None:
                seen = newest.sequence
                yield Sighting(newest, SIGHTINGS.cursor(seen))
            await rung(bell, within=viewer.market.policy.courier_position_seconds)


async def latest(job_ids: list[UUID]) -> dict[UUID, CourierPosition]:
    """The newest position of each of these jobs that is being delivered."""
    underway = await CourierJob.filter(id__in=job_ids, state=JobState.DELIVERING, positions__gt=0)
    newest = {job.id: job.positions for job in underway}
    found = CourierPosition.filter(job_id__in=list(newest), sequence__in=set(newest.values()))
    return {row.job_id: row for row in await found if row.sequence == newest[row.job_id]}


async def forget_old(market: Market) -> None:
    """Take away positions that nobody needs any more."""
    before: datetime = clock.now() - timedelta(hours=market.policy.courier_position_hours)
    while True:
        old = await CourierPosition.filter(reported_at__lt=before).limit(FORGOTTEN_AT_ONCE).values_list("id", flat=True)
        await CourierPosition.filter(id__in=list(old)).delete()
        if len(old) < FORGOTTEN_AT_ONCE:
            return


async def _job(viewer: Viewer, parcel_id: UUID) -> CourierJob:
    parcel = await visible(viewer).filter(id=parcel_id).first()
    if parcel is None:
        raise Refused("NOT_FOUND", path=("parcelId",), what="parcel")
    number, _, _ = parcel.waybill.rpartition("-")
    tries = CourierJob.filter(Q(number=number) | Q(first_number=number), order_id=parcel.order_id)
    job = await tries.order_by("-attempt").first()
    if job is None:
        raise Refused("NOT_BY_COURIER", path=("parcelId",))
    return job

"""What the carrier simulator lets happen to parcels on request."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from adapters.carriers.carrier import Scan
from adapters.carriers.journeys import TAILS
from adapters.carriers.simulator import CarrierSimulator
from domain.market import Market
from kit import clock
from models.fulfillment import CarrierFault, ParcelState, ScanKind, SimulatedParcel
from settings import Settings
from tests.carriers.benches import CHENGDU, SHANGHAI

S, F = ParcelState, CarrierFault
STEP = timedelta(seconds=4)


async def told(carrier: CarrierSimulator, waybill: str, *, steps: float) -> list[Scan]:
    """What it says so many steps after the booking."""
    booked_at = (await SimulatedParcel.get(waybill=waybill)).booked_at
    return await carrier.track(waybill=waybill, now=booked_at + STEP * steps)


async def book(carrier: CarrierSimulator, key: str = "one") -> str:
    booking = await carrier.book(
        request_key=key, waybill="JS66666666", sender=SHANGHAI, receiver=CHENGDU, weight_grams=900, now=clock.now()
    )
    return booking.waybill


def states(scans: list[Scan]) -> list[ParcelState]:
    return [scan.state for scan in sorted(scans, key=lambda scan: scan.occurred_at) if scan.state is not None]


async def journey(settings: Settings, fault: CarrierFault, *, steps: float = 60, after: float = 0) -> list[Scan]:
    carrier = CarrierSimulator(settings)
    waybill = await book(carrier)
    booked_at = (await SimulatedParcel.get()).booked_at
    await carrier.let(waybill, fault, now=booked_at + STEP * after)
    return sorted(await told(carrier, waybill, steps=steps), key=lambda scan: scan.occurred_at)


async def test_a_delayed_parcel_says_so_names_a_later_day_and_arrives(market: Market, settings: Settings) -> None:
    scans = await journey(settings, F.DELAY)
    [delay] = [scan for scan in scans if scan.kind == ScanKind.DELAYED]
    assert delay.state is None
    assert scans[-1].state == S.DELIVERED
    assert delay.estimated_at == scans[-1].occurred_at


async def test_a_lost_parcel_is_called_lost_and_never_seen_again(market: Market, settings: Settings) -> None:
    assert states(await journey(settings, F.LOSS)) == [S.SHIPPED, S.IN_TRANSIT, S.LOST]


async def test_a_damaged_parcel_comes_back(market: Market, settings: Settings) -> None:
    assert states(await journey(settings, F.DAMAGE))[-3:] == [S.DAMAGED, S.RETURNING, S.RETURNED]


async def test_a_refused_parcel_was_at_the_door_and_comes_back(market: Market, settings: Settings) -> None:
    assert states(await journey(settings, F.REFUSAL))[-4:] == [S.OUT_FOR_DELIVERY, S.REFUSED, S.RETURNING, S.RETURNED]


async def test_after_a_failed_attempt_there_is_another(market: Market, settings: Settings) -> None:
    scans = await journey(settings, F.FAILED_ATTEMPT)
    assert [(scan.state, scan.kind) for scan in scans[-4:]] == [
        (S.OUT_FOR_DELIVERY, ScanKind.MOVE),
        (None, ScanKind.ATTEMPT_FAILED),
        (S.OUT_FOR_DELIVERY, ScanKind.MOVE),
        (S.DELIVERED, ScanKind.MOVE),
    ]


async def test_a_silent_parcel_says_nothing_more(market: Market, settings: Settings) -> None:
    assert states(await journey(settings, F.SILENCE, after=1)) == [S.SHIPPED, S.IN_TRANSIT]


async def test_in_the_wrong_order_a_later_scan_is_told_first(market: Market, settings: Settings) -> None:
    carrier = CarrierSimulator(settings)
    waybill = await book(carrier)
    await carrier.let(waybill, F.WRONG_ORDER, now=clock.now())
    early = {scan.scan_id for scan in await told(carrier, waybill, steps=2.1)}
    late = {scan.scan_id for scan in await told(carrier, waybill, steps=2.6)}
    assert early == {f"{waybill}-0", f"{waybill}-2"}
    assert late - early == {f"{waybill}-1"}
    whole = await told(carrier, waybill, steps=60)
    assert states(whole)[-1] == S.DELIVERED
    assert len(whole) == len(await told(CarrierSimulator(settings), waybill, steps=60))


async def test_duplicates_come_under_the_same_id_and_under_another(market: Market, settings: Settings) -> None:
    scans = await journey(settings, F.DUPLICATES)
    assert states(scans)[-1] == S.DELIVERED
    counts = Counter(scan.scan_id for scan in scans)
    assert set(counts.values()) == {1, 2}
    assert sum(scan_id.endswith("-again") for scan_id in counts) == len([n for n in counts.values() if n == 2])


@pytest.mark.parametrize("fault", list(CarrierFault))
async def test_what_was_told_before_a_fault_was_asked_for_stays_as_it_was(
    market: Market, settings: Settings, fault: CarrierFault
) -> None:
    carrier = CarrierSimulator(settings)
    waybill = await book(carrier)
    booked_at = (await SimulatedParcel.get()).booked_at
    before = await told(carrier, waybill, steps=3)
    await carrier.let(waybill, fault, now=booked_at + STEP * 3)
    assert await told(carrier, waybill, steps=3) == before


@pytest.mark.parametrize("fault", list(CarrierFault))
async def test_to_a_parcel_that_has_arrived_nothing_happens(
    market: Market, settings: Settings, fault: CarrierFault
) -> None:
    assert states(await journey(settings, fault, after=50))[-1] == S.DELIVERED


async def test_a_parcel_for_a_pickup_point_waits_there(market: Market, settings: Settings) -> None:
    carrier = CarrierSimulator(settings)
    await book(carrier)
    await SimulatedParcel.all().update(to_pickup_point=True)
    assert states(await told(carrier, "JS66666666", steps=60))[-1] == S.AT_PICKUP_POINT


async def test_a_canceled_booking_is_never_seen_on_its_way(market: Market, settings: Settings) -> None:
    carrier = CarrierSimulator(settings)
    waybill = await book(carrier)
    await carrier.cancel(waybill=waybill, reference=waybill, now=clock.now())
    assert await told(carrier, waybill, steps=60) == []


async def test_dice_decide_what_goes_wrong_the_same_way_each_time(market: Market, settings: Settings) -> None:
    async def thrown() -> list[CarrierFault]:
        await SimulatedParcel.all().delete()
        carrier = CarrierSimulator(settings, dice=random.Random(7), odds={F.LOSS: 0.3, F.DELAY: 0.3})
        for number in range(30):
            await carrier.book(
                request_key=str(number),
                waybill=None,
                sender=SHANGHAI,
                receiver=CHENGDU,
                weight_grams=900,
                now=clock.now(),
            )
        by_key = {parcel.request_key: parcel.fault for parcel in await SimulatedParcel.all()}
        return [by_key[str(number)] for number in range(30)]

    first = await thrown()
    assert set(first) == {F.NONE, F.LOSS, F.DELAY}
    assert await thrown() == first


def test_every_fault_has_its_way() -> None:
    assert set(TAILS) == set(CarrierFault) - {CarrierFault.NONE}

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from adapters.carriers import roads
from adapters.carriers.carrier import Booking, Place, WaybillRefused
from adapters.carriers.simulator import USUAL_STEP, CarrierSimulator
from domain.market import Market
from kit import clock
from models.fulfillment import ParcelState, SimulatedParcel

SHANGHAI, CHENGDU = Place("上海市", "上海市"), Place("四川省", "绵阳市")


@dataclass(frozen=True)
class Pace:
    demo: bool = True
    simulator_parcel_seconds: float = 4.0


async def book(carrier: CarrierSimulator, key: str = "one", waybill: str | None = None) -> Booking:
    return await carrier.book(
        request_key=key, waybill=waybill, sender=SHANGHAI, receiver=CHENGDU, weight_grams=900, now=clock.now()
    )


def end_of(booking: Booking) -> datetime:
    assert booking.estimated_at is not None
    return booking.estimated_at


async def test_a_parcel_is_scanned_on_its_way_to_the_door(market: Market) -> None:
    carrier = CarrierSimulator(Pace())
    booking = await book(carrier)
    scans = await carrier.track(waybill=booking.waybill, now=end_of(booking))
    states = [scan.state for scan in scans]
    assert states[0] == ParcelState.SHIPPED
    assert states[-2:] == [ParcelState.OUT_FOR_DELIVERY, ParcelState.DELIVERED]
    assert set(states[1:-2]) == {ParcelState.IN_TRANSIT}
    assert len(states[1:-2]) in (2, 3)
    assert scans[0].place == {"zh-CN": "上海市", "en": "Shanghai"}
    assert scans[1].place == {"zh-CN": "上海转运中心", "en": "Shanghai sorting center"}
    assert scans[1].description["en"] == "Arrived at Shanghai sorting center"
    assert scans[-3].place == {"zh-CN": "成都转运中心", "en": "Chengdu sorting center"}
    assert scans[-1].place == {"zh-CN": "绵阳市", "en": "绵阳"}
    assert scans[-1].occurred_at == booking.estimated_at
    assert {later.occurred_at - scan.occurred_at for scan, later in pairwise(scans)} == {timedelta(seconds=4)}


async def test_a_parcel_within_a_province_does_not_leave_it(market: Market) -> None:
    carrier = CarrierSimulator(Pace())
    booking = await carrier.book(
        request_key="near", waybill=None, sender=SHANGHAI, receiver=SHANGHAI, weight_grams=900, now=clock.now()
    )
    scans = await carrier.track(waybill=booking.waybill, now=end_of(booking))
    assert [scan.place["en"] for scan in scans] == [
        "Shanghai",
        "Shanghai sorting center",
        "Shanghai delivery station",
        "Shanghai",
        "Shanghai",
    ]


async def test_only_what_has_happened_is_told(market: Market) -> None:
    carrier = CarrierSimulator(Pace())
    booking = await book(carrier)
    booked_at = (await SimulatedParcel.get()).booked_at
    assert [
        len(await carrier.track(waybill=booking.waybill, now=booked_at + timedelta(seconds=seconds)))
        for seconds in (-1, 0, 3.9, 4, 8)
    ] == [0, 1, 1, 2, 3]


async def test_the_same_question_gets_the_same_answer(market: Market) -> None:
    carrier = CarrierSimulator(Pace())
    booking = await book(carrier)
    first = await carrier.track(waybill=booking.waybill, now=end_of(booking))
    assert await CarrierSimulator(Pace()).track(waybill=booking.waybill, now=end_of(booking)) == first


async def test_the_same_request_gives_the_same_waybill(market: Market) -> None:
    carrier = CarrierSimulator(Pace())
    first, second, other = await book(carrier), await book(carrier), await book(carrier, "two")
    assert first == second
    assert other.waybill != first.waybill


async def test_a_printed_label_is_taken_over_once(market: Market) -> None:
    carrier = CarrierSimulator(Pace())
    assert (await book(carrier, waybill="JS12345678")).waybill == "JS12345678"
    with pytest.raises(WaybillRefused):
        await book(carrier, "two", waybill="JS12345678")
    with pytest.raises(WaybillRefused):
        await book(carrier, "one", waybill="JS87654321")


async def test_of_a_waybill_that_it_never_saw_it_knows_nothing(market: Market) -> None:
    assert await CarrierSimulator(Pace()).track(waybill="JS00000000", now=clock.now()) == []


async def test_on_request_it_repeats_itself_and_tells_things_out_of_order(market: Market) -> None:
    booking = await book(CarrierSimulator(Pace()))
    straight = await CarrierSimulator(Pace()).track(waybill=booking.waybill, now=end_of(booking))
    confused = CarrierSimulator(Pace(), repeats=True, shuffles=True)
    answers = [await confused.track(waybill=booking.waybill, now=end_of(booking)) for _ in range(5)]
    assert all(len(scans) == 2 * len(straight) for scans in answers)
    assert all({scan.scan_id for scan in scans} == {scan.scan_id for scan in straight} for scans in answers)
    assert any(sorted(scans, key=lambda scan: scan.occurred_at) != scans for scans in answers)


def test_outside_of_a_demo_parcels_take_days() -> None:
    assert CarrierSimulator(Pace(demo=False)).step == USUAL_STEP == timedelta(hours=6)
    assert CarrierSimulator(Pace(demo=False)).pause == timedelta(minutes=30)
    assert CarrierSimulator(Pace()).pause == timedelta(seconds=2)


@pytest.mark.parametrize(
    ("province", "center"),
    [("浙江省", "Hangzhou"), ("内蒙古自治区", "Hohhot"), ("香港特别行政区", "Hong Kong"), ("Bavaria", "Bavaria")],
)
def test_every_province_has_a_sorting_center(province: str, center: str) -> None:
    assert roads.hub(province)["en"] == f"{center} sorting center"


def test_what_lies_on_the_way_is_neither_end() -> None:
    start, end = roads.hub("浙江省"), roads.hub("广东省")
    assert all(roads.on_the_way(start, end, choice=choice) not in (start, end) for choice in range(20))

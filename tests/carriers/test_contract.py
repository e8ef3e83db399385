"""What every carrier promises, also on a bad day. A new adapter joins with a bench of its own."""

import pytest

from adapters.carriers.carrier import (
    Ability,
    BadSignature,
    Booking,
    CarrierError,
    CarrierRefused,
    Scan,
)
from domain.market import Market
from kit import clock
from models.fulfillment import CarrierCode, ParcelState
from settings import Settings
from tests.carriers.benches import CHENGDU, SHANGHAI, Bench, Kuaidi100Bench, SimulatorBench


@pytest.fixture(params=["simulator", "kuaidi100"])
def bench(request: pytest.FixtureRequest, market: Market, settings: Settings) -> Bench:
    return SimulatorBench(settings) if request.param == "simulator" else Kuaidi100Bench()


async def book(bench: Bench, key: str = "one", waybill: str | None = None) -> Booking:
    return await bench.carrier.book(
        request_key=key, waybill=waybill, sender=SHANGHAI, receiver=CHENGDU, weight_grams=900, now=clock.now()
    )


async def track(bench: Bench, waybill: str) -> list[Scan]:
    return await bench.carrier.track(waybill=waybill, now=clock.now(), phone=CHENGDU.phone)


async def cancel(bench: Bench, booking: Booking) -> None:
    await bench.carrier.cancel(waybill=booking.waybill, reference=booking.reference, now=clock.now())


def identity(scans: list[Scan]) -> set[tuple[object, ...]]:
    return {(scan.scan_id, scan.state, scan.kind, scan.occurred_at) for scan in scans}


def spoil(bench: Bench, **how: int) -> None:
    if not bench.disturb(**how):
        pytest.skip("this carrier has no line that could fail")


# ---------------------------------------------------------------------------------------------------------- booking


async def test_it_goes_by_a_name_that_the_market_knows(bench: Bench) -> None:
    assert CarrierCode(bench.carrier.code)
    assert bench.carrier.pause <= bench.carrier.longest_pause
    assert bench.carrier.can <= set(Ability)


async def test_a_heavier_parcel_never_costs_less(bench: Bench) -> None:
    fees = [
        (await bench.carrier.quote(sender=SHANGHAI, receiver=CHENGDU, weight_grams=grams, now=clock.now())).fee
        for grams in (1, 999, 1000, 1001, 5000, 20000)
    ]
    assert fees == sorted(fees)
    assert fees[0] > 0


async def test_a_quote_names_days_that_make_sense(bench: Bench) -> None:
    quote = await bench.carrier.quote(sender=SHANGHAI, receiver=CHENGDU, weight_grams=900, now=clock.now())
    assert quote.currency == "CNY"
    assert 0 < (quote.fastest_days or 1) <= (quote.slowest_days or 1)


async def test_the_same_request_gives_the_same_waybill_and_another_one_another(bench: Bench) -> None:
    first, again, other = await book(bench), await book(bench), await book(bench, "two")
    assert again.waybill == first.waybill
    assert again.reference == first.reference
    assert other.waybill != first.waybill


async def test_a_label_that_was_printed_before_is_taken_over(bench: Bench) -> None:
    assert (await book(bench, waybill="YT1234567890")).waybill == "YT1234567890"
    assert (await book(bench, waybill="YT1234567890")).waybill == "YT1234567890"


async def test_a_booking_whose_answer_was_lost_is_not_made_twice(bench: Bench) -> None:
    spoil(bench, deaf=1)
    first = await book(bench)
    assert (await book(bench)).waybill == first.waybill


async def test_a_line_that_stays_dead_is_an_error_that_may_be_tried_again(bench: Bench) -> None:
    spoil(bench, cut=9)
    with pytest.raises(CarrierError):
        await book(bench)
    with pytest.raises(CarrierError):
        await track(bench, "YT1234567890")
    with pytest.raises(CarrierError):
        await bench.carrier.quote(sender=SHANGHAI, receiver=CHENGDU, weight_grams=900, now=clock.now())
    bench.disturb()
    assert (await book(bench)).waybill


@pytest.mark.parametrize("how", [{"hang": 9}, {"garbled": 9}, {"busy": 9}])
async def test_an_answer_that_is_late_or_no_answer_is_an_error(bench: Bench, how: dict[str, int]) -> None:
    spoil(bench, **how)
    with pytest.raises(CarrierError):
        await book(bench)


@pytest.mark.parametrize("how", [{"cut": 1}, {"hang": 1}, {"garbled": 1}, {"busy": 1}])
async def test_one_failure_on_the_way_is_not_noticed(bench: Bench, how: dict[str, int]) -> None:
    spoil(bench, **how)
    assert (await book(bench)).waybill


# ---------------------------------------------------------------------------------------------------- giving it back


async def test_a_booking_can_be_given_back_and_that_again(bench: Bench) -> None:
    booking = await book(bench)
    await cancel(bench, booking)
    await cancel(bench, booking)


async def test_what_the_carrier_has_collected_is_not_given_back(bench: Bench) -> None:
    booking = await book(bench)
    await bench.collect(booking)
    with pytest.raises(CarrierRefused):
        await cancel(bench, booking)


async def test_a_booking_that_nobody_made_is_not_given_back(bench: Bench) -> None:
    with pytest.raises(CarrierRefused):
        await cancel(bench, Booking("YT0000000000", None))


async def test_a_cancellation_whose_answer_was_lost_has_been_done(bench: Bench) -> None:
    booking = await book(bench)
    spoil(bench, deaf=1)
    await cancel(bench, booking)


# ----------------------------------------------------------------------------------------------------------- asking


async def test_of_a_waybill_that_it_never_saw_it_knows_nothing(bench: Bench) -> None:
    assert await track(bench, "YT0000000000") == []


async def test_it_tells_how_the_parcel_came_to_the_door(bench: Bench) -> None:
    booking = await book(bench)
    await bench.deliver(booking)
    scans = sorted(await track(bench, booking.waybill), key=lambda scan: scan.occurred_at)
    assert {scan.carrier for scan in scans} == {bench.carrier.code}
    assert {scan.waybill for scan in scans} == {booking.waybill}
    assert [scan.state for scan in scans if scan.state != ParcelState.IN_TRANSIT] == [
        ParcelState.SHIPPED,
        ParcelState.OUT_FOR_DELIVERY,
        ParcelState.DELIVERED,
    ]
    assert all(scan.occurred_at.utcoffset() is not None and scan.occurred_at <= clock.now() for scan in scans)
    assert all(len(scan.scan_id) <= 80 and scan.description for scan in scans)


async def test_the_same_scan_has_the_same_id_however_often_it_is_told(bench: Bench) -> None:
    booking = await book(bench)
    await bench.deliver(booking)
    first, second = await track(bench, booking.waybill), await track(bench, booking.waybill)
    assert identity(first) == identity(second)
    assert len({scan.scan_id for scan in first}) == len(first)


# ------------------------------------------------------------------------------------------------------- being told


async def test_what_it_pushes_is_what_it_would_answer(bench: Bench) -> None:
    booking = await book(bench)
    await bench.deliver(booking)
    body, headers = await bench.push(booking)
    push = bench.carrier.read_push(body=body, headers=headers)
    assert push.waybill == booking.waybill
    assert push.goes_on
    assert identity(list(push.scans)) == identity(await track(bench, booking.waybill))


async def test_the_same_push_has_the_same_id_and_another_one_another(bench: Bench) -> None:
    first, second = await book(bench), await book(bench, "two")
    ids = []
    for booking in (first, first, second):
        await bench.deliver(booking)
        body, headers = await bench.push(booking)
        ids.append(bench.carrier.read_push(body=body, headers=headers).notice_id)
    assert ids[0] != ids[2]
    assert all(0 < len(notice_id) <= 80 for notice_id in ids)


async def test_a_push_that_somebody_else_signed_is_not_believed(bench: Bench) -> None:
    booking = await book(bench)
    await bench.deliver(booking)
    body, headers = await bench.push(booking, signed=False)
    with pytest.raises(BadSignature):
        bench.carrier.read_push(body=body, headers=headers)


async def test_a_push_that_was_changed_on_the_way_is_not_believed(bench: Bench) -> None:
    booking = await book(bench)
    await bench.deliver(booking)
    body, headers = await bench.push(booking)
    changed = body.replace(booking.waybill.encode(), b"YT9999999999")
    assert changed != body
    with pytest.raises(BadSignature):
        bench.carrier.read_push(body=changed, headers=headers)


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"\xff\xfe", b"sign=&param=", b"param=%7B%7D", b"[" * 5000])
async def test_nonsense_is_not_believed(bench: Bench, body: bytes) -> None:
    with pytest.raises(BadSignature):
        bench.carrier.read_push(body=body, headers={})


async def test_it_is_told_that_it_was_heard_and_that_it_was_not(bench: Bench) -> None:
    taken, missed = bench.carrier.answer_push(taken=True), bench.carrier.answer_push(taken=False)
    assert 200 <= taken.status < 300
    assert (taken.status, taken.body) != (missed.status, missed.body)


async def test_it_can_be_closed_twice(bench: Bench) -> None:
    await book(bench)
    await bench.carrier.close()
    await bench.carrier.close()

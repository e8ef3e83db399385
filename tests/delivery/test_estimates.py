"""When goods will be there: the rule alone, sentence by sentence."""

from datetime import datetime, timedelta

import pytest

from domain.delivery.estimates import Basis, Estimate, Sent, along_the_way, before_buying, leaves_on
from domain.delivery.places import LOCAL
from domain.delivery.regions import Terms
from models.delivery import DeliveryMode

TERMS = Terms(days_min=1, days_max=3, cut_off_hour=16)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=LOCAL)


def home(now: datetime, *, is_near: bool = True) -> Estimate:
    return before_buying(now, TERMS, DeliveryMode.HOME, is_near=is_near)


def test_what_is_bought_before_the_cut_off_leaves_the_same_day() -> None:
    assert leaves_on(at(4, 15, 59), TERMS) == at(4, 16)
    assert home(at(4, 15, 59)) == Estimate(at(5, 8), at(7, 22), Basis.REGION)


def test_what_is_bought_at_the_cut_off_leaves_a_day_later() -> None:
    assert leaves_on(at(4, 16), TERMS) == at(5, 16)
    assert home(at(4, 16)) == Estimate(at(6, 8), at(8, 22), Basis.REGION)


def test_goods_in_a_warehouse_of_another_province_take_two_days_more() -> None:
    assert home(at(4, 10), is_near=False) == Estimate(at(7, 8), at(9, 22), Basis.REGION)


def test_goods_of_the_same_day_are_never_there_before_they_leave() -> None:
    same_day = before_buying(at(4, 10), Terms(days_min=0, days_max=0), DeliveryMode.HOME)
    assert same_day == Estimate(at(4, 16), at(4, 22), Basis.REGION)


def test_a_chosen_slot_is_the_estimate() -> None:
    slot = (at(6, 10), at(6, 12))
    assert before_buying(at(4, 10), TERMS, DeliveryMode.HOME, slot=slot) == Estimate(*slot, Basis.SLOT)


@pytest.mark.parametrize(
    ("now", "earliest"), [(at(4, 12), at(4, 12, 30)), (at(4, 6), at(4, 8, 30)), (at(4, 21), at(5, 8, 30))]
)
def test_a_courier_comes_within_the_hour_and_a_half_by_day_and_in_the_morning_by_night(
    now: datetime, earliest: datetime
) -> None:
    estimate = before_buying(now, TERMS, DeliveryMode.COURIER)
    assert (estimate.earliest, estimate.latest) == (earliest, earliest + timedelta(hours=1))


PROMISED = Estimate(at(5, 8), at(7, 22), Basis.REGION)


def moved(*sent: Sent, promised: Estimate = PROMISED, is_all_sent: bool = True) -> Estimate:
    return along_the_way(promised, list(sent), days=(1, 3), is_all_sent=is_all_sent)


def test_until_something_leaves_the_promise_holds() -> None:
    assert moved() == PROMISED


def test_a_parcel_without_a_word_of_its_carrier_takes_the_days_of_the_road_from_its_dispatch() -> None:
    assert moved(Sent(at(6, 9))) == Estimate(at(7, 8), at(9, 22), Basis.DISPATCH)


def test_the_word_of_the_carrier_goes_before_the_days_of_the_road() -> None:
    assert moved(Sent(at(6, 9), estimated_at=at(7, 18))) == Estimate(at(7, 12), at(7, 18), Basis.CARRIER)


def test_a_parcel_that_is_out_comes_today() -> None:
    out = Sent(at(6, 9), estimated_at=at(8, 18), out_at=at(7, 9, 30))
    assert moved(out) == Estimate(at(7, 9, 30), at(7, 22), Basis.OUT_FOR_DELIVERY)


def test_a_parcel_that_has_arrived_needs_no_estimate() -> None:
    assert moved(Sent(at(6, 9), arrived_at=at(7, 11))) == Estimate(at(7, 11), at(7, 11), Basis.ARRIVED)


def test_the_last_parcel_decides() -> None:
    here, underway = Sent(at(6, 9), arrived_at=at(7, 11)), Sent(at(6, 9), estimated_at=at(8, 18))
    assert moved(here, underway) == Estimate(at(8, 12), at(8, 18), Basis.CARRIER)


def test_what_has_not_left_keeps_the_end_of_the_promise() -> None:
    arrived = Sent(at(5, 9), arrived_at=at(6, 11))
    assert moved(arrived, is_all_sent=False) == Estimate(at(6, 11), at(7, 22), Basis.REGION)


def test_a_slot_is_kept_whatever_the_carrier_reckons() -> None:
    slot = Estimate(at(6, 18), at(6, 20), Basis.SLOT)
    assert moved(Sent(at(6, 9), estimated_at=at(8, 18)), promised=slot) == slot

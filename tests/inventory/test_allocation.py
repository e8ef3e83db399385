from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.inventory.allocation import allocate

NEAR, FAR, FARTHEST, LAST = (UUID(int=number) for number in range(1, 5))
APPLE, PEAR = UUID(int=100), UUID(int=101)


def test_the_nearest_warehouse_that_has_everything_serves() -> None:
    free = {(NEAR, APPLE): 5, (FAR, APPLE): 9}
    assert allocate({APPLE: 5}, free, [NEAR, FAR]) == {(NEAR, APPLE): 5}


def test_one_parcel_from_afar_is_better_than_two() -> None:
    free = {(NEAR, APPLE): 5, (FAR, APPLE): 5, (FAR, PEAR): 1}
    assert allocate({APPLE: 2, PEAR: 1}, free, [NEAR, FAR]) == {(FAR, APPLE): 2, (FAR, PEAR): 1}


def test_what_no_single_warehouse_has_is_split_and_the_nearest_gives_most() -> None:
    free = {(NEAR, APPLE): 3, (FAR, APPLE): 4, (FARTHEST, APPLE): 4}
    assert allocate({APPLE: 6}, free, [NEAR, FAR, FARTHEST]) == {(NEAR, APPLE): 3, (FAR, APPLE): 3}


def test_two_far_parcels_are_better_than_three_near_ones() -> None:
    free = {(NEAR, APPLE): 1, (FAR, APPLE): 5, (FARTHEST, APPLE): 5}
    assert allocate({APPLE: 10}, free, [NEAR, FAR, FARTHEST]) == {(FAR, APPLE): 5, (FARTHEST, APPLE): 5}


def test_four_parcels_are_taken_in_the_order_of_nearness() -> None:
    free = {(warehouse, APPLE): 1 for warehouse in (NEAR, FAR, FARTHEST, LAST)}
    shares = allocate({APPLE: 4}, free, [LAST, FARTHEST, FAR, NEAR])
    assert shares == {(warehouse, APPLE): 1 for warehouse in (NEAR, FAR, FARTHEST, LAST)}


@given(
    free=st.dictionaries(
        st.tuples(st.sampled_from([NEAR, FAR, FARTHEST, LAST]), st.sampled_from([APPLE, PEAR])), st.integers(0, 9)
    ),
    data=st.data(),
)
def test_every_wanted_unit_is_given_once_and_no_place_gives_more_than_it_has(
    free: dict[tuple[UUID, UUID], int], data: st.DataObject
) -> None:
    there = {variant: sum(n for (_, what), n in free.items() if what == variant) for variant in (APPLE, PEAR)}
    wanted = {variant: data.draw(st.integers(1, units)) for variant, units in there.items() if units}
    shares = allocate(wanted, free, [NEAR, FAR, FARTHEST, LAST])
    for variant, units in wanted.items():
        assert sum(n for (_, what), n in shares.items() if what == variant) == units
    assert all(0 < units <= free[place] for place, units in shares.items())

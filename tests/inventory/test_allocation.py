from collections.abc import Mapping, Sequence
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.inventory import allocation
from domain.inventory.allocation import Choice, House, Need, Place, Shares, allocate, deciding_rule, fitting
from models.inventory import AllocationRule

FEWEST, CHEAPEST, NEAREST = (
    AllocationRule.FEWEST_PARCELS,
    AllocationRule.LOWEST_COST,
    AllocationRule.NEAREST,
)
NEAR, FAR, FARTHEST, LAST = (UUID(int=number) for number in range(1, 5))
HOUSES = (NEAR, FAR, FARTHEST, LAST)
APPLE, PEAR, BASKET, CRATE = (UUID(int=number) for number in range(100, 104))


def need(variant: UUID, units: int, **parts: int) -> Need:
    """`need(BASKET, 2, apple=2, pear=1)` is a bundle; without parts it lies on the shelf itself."""
    pieces = {"apple": APPLE, "pear": PEAR}
    made_of = tuple((pieces[name], count) for name, count in parts.items()) or ((variant, 1),)
    return Need(variant, units, made_of, grams=500)


def choose(
    wanted: Mapping[UUID, int] | Sequence[Need],
    free: Mapping[Place, int],
    houses: Sequence[UUID | House],
    rules: Sequence[AllocationRule] = allocation.DEFAULT_RULES,
) -> Choice:
    needs = [need(*one) for one in wanted.items()] if isinstance(wanted, Mapping) else wanted
    choice = allocate(needs, free, [one if isinstance(one, House) else House(one) for one in houses], rules)
    assert choice is not None
    return choice


def shares(wanted: Mapping[UUID, int] | Sequence[Need], free: Mapping[Place, int], houses: Sequence[UUID]) -> Shares:
    return choose(wanted, free, houses).shares


def test_the_nearest_warehouse_that_has_everything_serves() -> None:
    free = {(NEAR, APPLE): 5, (FAR, APPLE): 9}
    assert shares({APPLE: 5}, free, [NEAR, FAR]) == {(NEAR, APPLE): 5}


def test_one_parcel_from_afar_is_better_than_two() -> None:
    free = {(NEAR, APPLE): 5, (FAR, APPLE): 5, (FAR, PEAR): 1}
    assert shares({APPLE: 2, PEAR: 1}, free, [NEAR, FAR]) == {(FAR, APPLE): 2, (FAR, PEAR): 1}


def test_what_no_single_warehouse_has_is_split_and_the_nearest_gives_most() -> None:
    free = {(NEAR, APPLE): 3, (FAR, APPLE): 4, (FARTHEST, APPLE): 4}
    assert shares({APPLE: 6}, free, [NEAR, FAR, FARTHEST]) == {(NEAR, APPLE): 3, (FAR, APPLE): 3}


def test_two_far_parcels_are_better_than_three_near_ones() -> None:
    free = {(NEAR, APPLE): 1, (FAR, APPLE): 5, (FARTHEST, APPLE): 5}
    assert shares({APPLE: 10}, free, [NEAR, FAR, FARTHEST]) == {(FAR, APPLE): 5, (FARTHEST, APPLE): 5}


def test_where_all_must_give_all_do() -> None:
    free = {(warehouse, APPLE): 1 for warehouse in HOUSES}
    assert shares({APPLE: 4}, free, [LAST, FARTHEST, FAR, NEAR]) == free


def test_without_enough_nothing_is_chosen() -> None:
    assert allocate([need(APPLE, 3)], {(NEAR, APPLE): 2}, [House(NEAR)]) is None
    assert fitting([need(APPLE, 3)], {(NEAR, APPLE): 2}, [House(NEAR)]) == {APPLE: 2}


def test_rules_decide_in_the_order_that_they_are_given() -> None:
    """Near by hand, dear by fee: whoever comes first in the rules wins."""
    houses = [House(NEAR, 10, lambda _: 900), House(FAR, 500, lambda _: 600)]
    free = {(NEAR, APPLE): 5, (FAR, APPLE): 5}
    wanted = {APPLE: 2}
    assert choose(wanted, free, houses, (FEWEST, CHEAPEST, NEAREST)).shares == {(FAR, APPLE): 2}
    assert choose(wanted, free, houses, (FEWEST, NEAREST, CHEAPEST)).shares == {(NEAR, APPLE): 2}
    assert choose(wanted, free, houses, (NEAREST, FEWEST)).shares == {(NEAR, APPLE): 2}


def test_nearest_first_rather_splits_than_fetches_from_afar() -> None:
    houses = [House(NEAR, 10), House(FAR, 500)]
    free = {(NEAR, APPLE): 3, (FAR, APPLE): 9}
    assert choose({APPLE: 5}, free, houses, (NEAREST, FEWEST)).shares == {(NEAR, APPLE): 3, (FAR, APPLE): 2}
    assert choose({APPLE: 5}, free, houses, (FEWEST, NEAREST)).shares == {(FAR, APPLE): 5}


def test_the_cost_of_a_parcel_follows_its_weight() -> None:
    light = House(NEAR, 10, lambda grams: 500 + grams)  # dear by weight
    heavy = House(FAR, 500, lambda grams: 1200)
    free = {(NEAR, APPLE): 9, (FAR, APPLE): 9}
    assert choose({APPLE: 1}, free, [light, heavy]).shares == {(NEAR, APPLE): 1}  # 1000 < 1200
    assert choose({APPLE: 2}, free, [light, heavy]).shares == {(FAR, APPLE): 2}  # 1500 > 1200


def test_the_rule_by_which_a_group_lost_is_known() -> None:
    houses = [House(NEAR, 10, lambda _: 900), House(FAR, 500, lambda _: 600), House(LAST, 500, lambda _: 600)]
    free = {(house, APPLE): 5 for house in (NEAR, FAR, LAST)}
    best, *others = choose({APPLE: 1}, free, houses).candidates
    assert best.houses == (FAR,)
    rules = allocation.DEFAULT_RULES
    assert [(one.houses, deciding_rule(best, one, rules)) for one in others] == [((LAST,), None), ((NEAR,), CHEAPEST)]


def test_a_bundle_comes_from_one_warehouse_whole() -> None:
    free = {(NEAR, APPLE): 9, (FAR, PEAR): 9, (FARTHEST, APPLE): 2, (FARTHEST, PEAR): 1}
    basket = need(BASKET, 1, apple=2, pear=1)
    assert shares([basket], free, [NEAR, FAR, FARTHEST]) == {(FARTHEST, BASKET): 1}
    assert allocate([need(BASKET, 2, apple=2, pear=1)], free, [House(one) for one in HOUSES]) is None


def test_a_bundle_and_its_part_do_not_take_the_same_unit() -> None:
    free = {(NEAR, APPLE): 3, (NEAR, PEAR): 5, (FAR, APPLE): 4, (FAR, PEAR): 1}
    wanted = [need(BASKET, 1, apple=2, pear=1), need(APPLE, 2)]
    assert shares(wanted, free, [NEAR, FAR]) == {(FAR, BASKET): 1, (FAR, APPLE): 2}  # 4 apples lie together there only
    assert allocate([need(BASKET, 2, apple=2, pear=1), need(APPLE, 4)], free, [House(NEAR), House(FAR)]) is None


def test_bundles_that_share_a_part_are_dealt_so_that_all_fit() -> None:
    """Taking as many baskets as the first house has would leave no room for the crate."""
    free = {(NEAR, APPLE): 3, (NEAR, PEAR): 3, (FAR, APPLE): 2, (FAR, PEAR): 1}
    wanted = [need(BASKET, 1, apple=2, pear=1), need(CRATE, 1, apple=3, pear=3)]
    assert shares(wanted, free, [NEAR, FAR]) == {(FAR, BASKET): 1, (NEAR, CRATE): 1}


def test_beyond_the_budget_the_choice_says_that_it_is_not_proven() -> None:
    houses = [House(UUID(int=number)) for number in range(1, 41)]
    free = {(house.id, APPLE): 1 for house in houses}
    assert choose({APPLE: 2}, free, houses).is_exact
    many = choose({APPLE: 30}, free, houses)
    assert (many.is_exact, len(many.shares)) == (False, 30)


free_units = st.dictionaries(st.tuples(st.sampled_from(HOUSES), st.sampled_from([APPLE, PEAR])), st.integers(0, 6))


def fewest_by_trying_everything(needs: Sequence[Need], free: Mapping[Place, int]) -> int | None:
    """The smallest number of warehouses over every way to deal every need: no cleverness at all."""
    ways = [
        [way for way in product(range(one.units + 1), repeat=len(HOUSES)) if sum(way) == one.units] for one in needs
    ]
    fewest: int | None = None
    for dealt in product(*ways):
        taken: dict[Place, int] = {}
        for one, way in zip(needs, dealt, strict=True):
            for house, units in zip(HOUSES, way, strict=True):
                for piece, count in one.parts:
                    taken[house, piece] = taken.get((house, piece), 0) + units * count
        if all(units <= free.get(place, 0) for place, units in taken.items()):
            parcels = sum(any(way[place] for way in dealt) for place in range(len(HOUSES)))
            fewest = parcels if fewest is None else min(fewest, parcels)
    return fewest


@settings(deadline=None, max_examples=60)
@given(
    free=free_units,
    baskets=st.integers(0, 2),
    crates=st.integers(0, 2),
    apples=st.integers(0, 2),
    pears=st.integers(0, 2),
)
def test_the_parcels_are_as_few_as_trying_everything_finds(
    free: dict[Place, int], baskets: int, crates: int, apples: int, pears: int
) -> None:
    wanted = [
        need(BASKET, baskets, apple=2, pear=1),
        need(CRATE, crates, apple=1, pear=1),
        need(APPLE, apples),
        need(PEAR, pears),
    ]
    needs = [one for one in wanted if one.units]
    choice = allocate(needs, free, [House(one) for one in HOUSES])
    fewest = fewest_by_trying_everything(needs, free)
    assert (None if choice is None else len({house for house, _ in choice.shares})) == fewest
    assert choice is None or choice.is_exact


@given(free=free_units, data=st.data(), rules=st.permutations(list(AllocationRule)))
def test_every_wanted_unit_is_given_once_and_no_place_gives_more_than_it_has(
    free: dict[Place, int], data: st.DataObject, rules: list[AllocationRule]
) -> None:
    there = {variant: sum(n for (_, what), n in free.items() if what == variant) for variant in (APPLE, PEAR)}
    wanted = {variant: data.draw(st.integers(1, units)) for variant, units in there.items() if units}
    houses = [House(one, data.draw(st.integers(0, 900))) for one in HOUSES]
    choice = choose(wanted, free, houses, rules)
    for variant, units in wanted.items():
        assert sum(n for (_, what), n in choice.shares.items() if what == variant) == units
    assert all(0 < units <= free[place] for place, units in choice.shares.items())
    assert all(len(one.houses) == one.score[FEWEST] for one in choice.candidates)


@pytest.mark.parametrize("rules", [(NEAREST,), (CHEAPEST, NEAREST)])
@given(free=free_units, data=st.data())
def test_no_candidate_is_better_than_the_chosen_one(
    rules: tuple[AllocationRule, ...], free: dict[Place, int], data: st.DataObject
) -> None:
    units = sum(n for (_, what), n in free.items() if what == APPLE)
    if not units:
        return
    houses = [House(one, place * 100, lambda grams, place=place: 700 - place * 100) for place, one in enumerate(HOUSES)]  # type: ignore[misc]  # the default binds the loop's value
    choice = choose({APPLE: data.draw(st.integers(1, units))}, free, houses, rules)
    keys = [tuple(one.score[rule] for rule in rules) for one in choice.candidates]
    assert min(keys) == keys[0]

"""Which warehouses give what: every group of them is compared, by rules in an order that staff decide. Pure.

A group is compared by what it would send: each warehouse in it gives one parcel, the nearest as much as it has. So the
fewest parcels that can be are found exactly, wherever all groups up to that size fit the budget. Beyond it the answer
comes from a greedy choice and says so.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from uuid import UUID

from models.inventory import AllocationRule

Place = tuple[UUID, UUID]  # warehouse, variant
Shares = dict[Place, int]  # units that each warehouse gives of what is sold
Score = dict[AllocationRule, int]

DEFAULT_RULES = (AllocationRule.FEWEST_PARCELS, AllocationRule.LOWEST_COST, AllocationRule.NEAREST)
MOST_GROUPS = 5000  # compared at most: all groups of 12 warehouses, all up to three parcels of 30
MOST_STEPS = 2000  # tried at most to deal bundles that share their parts within one group
UNKNOWN_KM = 9999  # a place that is not on the map is farther than any that is
UNKNOWN_FEE = 10**12  # a parcel that no tariff covers costs more than any that one does


@dataclass(frozen=True, slots=True)
class Need:
    """Units of one sold variant. `parts` lie on the shelves: units of each in one unit of it, itself if no bundle."""

    variant_id: UUID
    units: int
    parts: tuple[tuple[UUID, int], ...]
    grams: int = 0


@dataclass(frozen=True, slots=True)
class House:
    """A warehouse that may serve. `fee` gives what a parcel of so many grams costs from there, None where unknown."""

    id: UUID
    km: int | None = None
    fee: Callable[[int], int | None] = field(default=lambda _: None, compare=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A group of warehouses that has everything, what each would give, and how good that is; smaller is better."""

    houses: tuple[UUID, ...]
    shares: Shares
    score: Score


@dataclass(frozen=True, slots=True)
class Choice:
    """The best candidate comes first. `is_exact`: no group that could be better was left out."""

    candidates: Sequence[Candidate]
    is_exact: bool

    @property
    def shares(self) -> Shares:
        return self.candidates[0].shares


def allocate(
    needs: Sequence[Need],
    free: Mapping[Place, int],
    houses: Sequence[House],
    rules: Sequence[AllocationRule] = DEFAULT_RULES,
) -> Choice | None:
    """Choose who gives what; None when all together have too little. Of equals, the house named first serves."""
    if not needs:
        return Choice([Candidate((), {}, dict.fromkeys(rules, 0))], is_exact=True)
    search = _Search(needs, free, houses, rules)
    found, is_exact = search.compare()
    if not found:
        return None
    found.sort(key=lambda one: (*(one.score[rule] for rule in rules), search.ranks(one)))
    return Choice(found, is_exact)


def deciding_rule(winner: Candidate, loser: Candidate, rules: Sequence[AllocationRule]) -> AllocationRule | None:
    """By which rule the loser lost; None when only the order of the warehouses decided."""
    return next((rule for rule in rules if winner.score[rule] != loser.score[rule]), None)


def fitting(needs: Sequence[Need], free: Mapping[Place, int], houses: Sequence[House]) -> dict[UUID, int]:
    """How many units of each need all warehouses have together, where the first need takes first."""
    left = Counter({place: units for place, units in free.items() if units > 0})
    there = {}
    for need in needs:
        there[need.variant_id] = 0
        for house in houses:
            units = min(need.units - there[need.variant_id], _capacity(need, house.id, left))
            _take(left, need, house.id, units)
            there[need.variant_id] += units
    return there


class _Search:
    """One comparison of groups."""

    def __init__(
        self,
        needs: Sequence[Need],
        free: Mapping[Place, int],
        houses: Sequence[House],
        rules: Sequence[AllocationRule],
    ) -> None:
        shelves = Counter(piece for need in needs for piece, _ in need.parts)
        self.alone = [need for need in needs if all(shelves[piece] == 1 for piece, _ in need.parts)]
        entangled = [need for need in needs if any(shelves[piece] > 1 for piece, _ in need.parts)]
        self.bundles = [need for need in entangled if not _is_plain(need)]
        self.rest = [need for need in entangled if _is_plain(need)]
        self.free, self.rules = free, rules
        self.capacity = {
            (house.id, need.variant_id): _capacity(need, house.id, free) for house in houses for need in needs
        }
        self.houses = [house for house in houses if any(self.capacity[house.id, need.variant_id] for need in needs)]
        self.rank = {house.id: place for place, house in enumerate(self.houses)}
        self.alone.sort(key=lambda need: sum(self.capacity[h.id, need.variant_id] for h in self.houses) - need.units)
        self.grams = {need.variant_id: need.grams for need in needs}
        self.gave_up = False

    def ranks(self, candidate: Candidate) -> list[int]:
        return [self.rank[house_id] for house_id in candidate.houses]

    def compare(self) -> tuple[list[Candidate], bool]:
        """All groups that can serve, the small ones first, as far as the rules and the budget ask for."""
        found: list[Candidate] = []
        budget, sizes = MOST_GROUPS, len(self.houses)
        for size in range(1, sizes + 1):
            budget -= comb(sizes, size)
            if budget < 0:
                found.extend(self._candidates(self._greedy()))
                return found, False
            found.extend(self._candidates(combinations(self.houses, size)))
            if found and self.rules[0] == AllocationRule.FEWEST_PARCELS:
                break  # a larger group gives more parcels
        return found, not self.gave_up

    def _candidates(self, groups: Iterable[Sequence[House]]) -> Iterator[Candidate]:
        for group in groups:
            shares = self._deal(group)
            if shares is None:
                continue
            giving = {house_id for house_id, _ in shares}
            if len(giving) == len(group):  # else it is a smaller group that has been compared
                yield Candidate(tuple(house.id for house in group), shares, self._score(group, shares))

    def _greedy(self) -> Iterator[Sequence[House]]:
        """Two ways to go on beyond the budget: whoever has most of what is missing, and all who have anything."""
        missing = {need.variant_id: need.units for need in (*self.alone, *self.bundles, *self.rest)}
        group: list[House] = []
        while any(missing.values()) and len(group) < len(self.houses):
            best = max(
                (house for house in self.houses if house not in group),
                key=lambda house: sum(min(units, self.capacity[house.id, key]) for key, units in missing.items()),
            )
            group.append(best)
            missing = {key: max(0, units - self.capacity[best.id, key]) for key, units in missing.items()}
        group.sort(key=lambda house: self.rank[house.id])
        few, all_that_give = self._giving(group), self._giving(self.houses)
        yield few
        if all_that_give != few:
            yield all_that_give

    def _giving(self, group: Sequence[House]) -> list[House]:
        giving = {house_id for house_id, _ in self._deal(group) or {}}
        return [house for house in group if house.id in giving]

    def _score(self, group: Sequence[House], shares: Shares) -> Score:
        weights, way = Counter[UUID](), 0
        km = {house.id: UNKNOWN_KM if house.km is None else house.km for house in group}
        for (house_id, variant_id), units in shares.items():
            weights[house_id] += units * self.grams[variant_id]
            way += units * km[house_id]
        fees = [house.fee(weights[house.id]) for house in group]
        return {
            AllocationRule.FEWEST_PARCELS: len(group),
            AllocationRule.LOWEST_COST: sum(UNKNOWN_FEE if fee is None else fee for fee in fees),
            AllocationRule.NEAREST: way,
        }

    def _deal(self, group: Sequence[House]) -> Shares | None:
        """What each of the group gives, the first as much as it can; None when the group has too little."""
        shares: Shares = {}
        for need in self.alone:
            missing = need.units
            for house in group:
                units = min(missing, self.capacity[house.id, need.variant_id])
                if units:
                    shares[house.id, need.variant_id] = units
                    missing -= units
            if missing:
                return None
        if not self.bundles:
            return shares
        left = Counter(
            {(h.id, p): self.free.get((h.id, p), 0) for h in group for n in self.bundles for p, _ in n.parts}
        )
        self.steps = MOST_STEPS
        entangled = self._deal_entangled(group, left)
        return None if entangled is None else shares | entangled

    def _deal_entangled(
        self, group: Sequence[House], left: Counter[Place], turn: int = 0, at: int = 0, dealt: int = 0
    ) -> Shares | None:
        """Bundles that share parts: try how many of each come from each house, most from the first; then the rest."""
        if turn == len(self.bundles):
            return self._deal_rest(group, left)
        need = self.bundles[turn]
        if dealt == need.units:
            return self._deal_entangled(group, left, turn + 1)
        if at == len(group):
            return None
        house = group[at]
        for units in range(min(need.units - dealt, _capacity(need, house.id, left)), -1, -1):
            self.steps -= 1
            if self.steps < 0:
                self.gave_up = True
                return None
            _take(left, need, house.id, units)
            below = self._deal_entangled(group, left, turn, at + 1, dealt + units)
            _take(left, need, house.id, -units)
            if below is not None:
                return below | ({(house.id, need.variant_id): units} if units else {})
        return None

    def _deal_rest(self, group: Sequence[House], left: Counter[Place]) -> Shares | None:
        shares: Shares = {}
        for need in self.rest:
            missing = need.units
            for house in group:
                units = min(missing, left[house.id, need.variant_id])
                if units:
                    shares[house.id, need.variant_id] = units
                    missing -= units
            if missing:
                return None
        return shares


def _is_plain(need: Need) -> bool:
    return need.parts == ((need.variant_id, 1),)


def _capacity(need: Need, house_id: UUID, free: Mapping[Place, int]) -> int:
    """Whole units that one house has."""
    return max(0, min(free.get((house_id, piece), 0) // count for piece, count in need.parts))


def _take(left: Counter[Place], need: Need, house_id: UUID, units: int) -> None:
    for piece, count in need.parts:
        left[house_id, piece] -= units * count

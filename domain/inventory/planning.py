"""What an order would take from where, now: the same for a preview and for holding it, and the record of a decision."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from domain.inventory import bundles
from domain.inventory.allocation import (
    DEFAULT_RULES,
    UNKNOWN_FEE,
    UNKNOWN_KM,
    Candidate,
    Choice,
    House,
    Need,
    Shares,
    allocate,
    deciding_rule,
    fitting,
)
from domain.inventory.bundles import Composition
from domain.inventory.levels import locked, place_of
from domain.inventory.places import Region, distance, serves
from domain.inventory.tariffs import Tariffs, all_tariffs
from kit import clock
from kit.errors import Refused
from models.catalog import Variant
from models.inventory import (
    Allocation,
    AllocationCause,
    AllocationRule,
    AllocationRules,
    Reservation,
    StockLevel,
    Warehouse,
)

SHOWN_CANDIDATES = 6  # groups of warehouses that a record keeps, the best first
SHOWN_PASSED_OVER = 20
LONGEST_CITY = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of a variant that an order line needs. `path` leads to the line in the caller's input."""

    order_line_id: UUID
    variant_id: UUID
    quantity: int
    path: tuple[str, ...] = ()
    grams: int = 0


class LostBy(StrEnum):
    """What made another group of warehouses better."""

    FEWEST_PARCELS = "FEWEST_PARCELS"
    LOWEST_COST = "LOWEST_COST"
    NEAREST = "NEAREST"
    ORDER = "ORDER"


class PassedOver(StrEnum):
    """Why a warehouse could not be chosen."""

    CLOSED = "CLOSED"
    NOT_SERVED = "NOT_SERVED"
    LEFT_OUT = "LEFT_OUT"
    NO_STOCK = "NO_STOCK"


@dataclass(slots=True)
class Plan:
    """Who would give what. `short` maps each variant that is short to the units there are; then there is no choice."""

    region: Region
    needed: Mapping[UUID, int]
    made_of: Mapping[UUID, Composition]
    rules: Sequence[AllocationRule]
    choice: Choice | None
    houses: Sequence[House]
    levels: Sequence[StockLevel]
    passed_over: Mapping[UUID, PassedOver]
    short: dict[UUID, int] = field(default_factory=dict)

    @property
    def shares(self) -> Shares:
        return self.choice.shares if self.choice else {}

    def pieces(self) -> Counter[UUID]:
        """What is wanted, bundles taken apart: units by variant on the shelf."""
        units: Counter[UUID] = Counter()
        for variant_id, count in self.needed.items():
            for piece, per_unit in self.made_of[variant_id].parts:
                units[piece] += count * per_unit
        return units


async def draw_up(
    wanted: Sequence[Wanted],
    region: Region,
    *,
    lock: bool = False,
    partial: bool = False,
    without: Collection[UUID] = (),
) -> Plan:
    """Choose warehouses for what is wanted. With `lock` the levels are held; with `partial` what is there is enough.

    `without` leaves warehouses out, however much they have.
    """
    needed = _summed(wanted)
    made_of = await bundles.compositions(needed)
    warehouses = await Warehouse.all()
    passed_over = {row.id: why for row in warehouses if (why := _why_not(row, region, without))}
    serving = [row for row in warehouses if row.id not in passed_over]
    pieces = {piece for one in made_of.values() for piece, _ in one.parts}
    levels = await _levels(pieces, serving, lock=lock)
    free = {place_of(level): level.available for level in levels}
    for row in serving:
        if not any(free.get((row.id, piece), 0) > 0 for piece in pieces):
            passed_over[row.id] = PassedOver.NO_STOCK
    useful = [row for row in serving if row.id not in passed_over]
    rules, tariffs = await _rules_for(len(useful))
    houses = _houses(useful, region, tariffs)
    grams = {one.variant_id: one.grams for one in wanted}
    needs = [Need(key, units, made_of[key].parts, grams[key]) for key, units in needed.items()]
    plan = Plan(region, needed, made_of, rules, None, houses, levels, passed_over)
    plan.choice = allocate(needs, free, houses, rules)
    if plan.choice is None:
        there = fitting(needs, free, houses)
        plan.short = {need.variant_id: there[need.variant_id] for need in needs if there[need.variant_id] < need.units}
        if partial:
            some = [Need(n.variant_id, there[n.variant_id], n.parts, n.grams) for n in needs if there[n.variant_id]]
            plan.choice = allocate(some, free, houses, rules)
    return plan


async def shortages(plan: Plan, wanted: Sequence[Wanted]) -> list[Refused]:
    """A refusal for each variant that is short, at the first line that wants it."""
    if not plan.short:
        return []
    rows = {row.id: row for row in await Variant.filter(id__in=list(plan.short))}
    paths = {one.variant_id: one.path for one in reversed(wanted)}
    return [
        Refused(
            "INSUFFICIENT_STOCK",
            path=paths[variant_id],
            variant=rows.get(variant_id),
            requested=plan.needed[variant_id],
            available=there,
        )
        for variant_id, there in plan.short.items()
    ]


async def write_down(plan: Plan, promises: Sequence[Reservation], *, order_id: UUID, cause: AllocationCause) -> None:
    """Keep the decision, and the promises that came of it, for `explainAllocation`."""
    if plan.choice is None:
        return
    await Allocation.create(
        order_id=order_id,
        cause=cause,
        province=plan.region.province,
        city=plan.region.city[:LONGEST_CITY],
        rules=[rule.value for rule in plan.rules],
        is_exact=plan.choice.is_exact,
        compared=len(plan.choice.candidates),
        chosen=[
            {
                "warehouse": str(one.warehouse_id),
                "line": str(one.order_line_id),
                "variant": str(one.variant_id),
                "units": one.quantity,
            }
            for one in promises
        ],
        candidates=_compared(plan.choice, plan.rules),
        passed_over=[
            {"warehouse": str(warehouse_id), "why": why.value}
            for warehouse_id, why in list(plan.passed_over.items())[:SHOWN_PASSED_OVER]
        ],
        created_at=clock.now(),
    )


async def rules_in_force() -> Sequence[AllocationRule]:
    """The rules of allocation, the one that decides first."""
    row = await AllocationRules.all().order_by("-id").first()
    return tuple(AllocationRule(rule) for rule in row.rules) if row else DEFAULT_RULES


def _compared(choice: Choice, rules: Sequence[AllocationRule]) -> list[dict[str, object]]:
    best = choice.candidates[0]
    return [
        {
            "warehouses": [str(house_id) for house_id in one.houses],
            "parcels": one.score[AllocationRule.FEWEST_PARCELS],
            "cost": cost if (cost := one.score[AllocationRule.LOWEST_COST]) < UNKNOWN_FEE else None,
            "unit_kilometers": one.score[AllocationRule.NEAREST],
            "lost_by": None if one is best else _lost_by(best, one, rules).value,
        }
        for one in choice.candidates[:SHOWN_CANDIDATES]
    ]


def _lost_by(best: Candidate, other: Candidate, rules: Sequence[AllocationRule]) -> LostBy:
    rule = deciding_rule(best, other, rules)
    return LostBy.ORDER if rule is None else LostBy(rule.value)


def _summed(wanted: Sequence[Wanted]) -> dict[UUID, int]:
    needed: Counter[UUID] = Counter()
    for one in wanted:
        needed[one.variant_id] += one.quantity
    return {key: units for key, units in needed.items() if units > 0}


def _why_not(warehouse: Warehouse, region: Region, without: Collection[UUID]) -> PassedOver | None:
    if not warehouse.is_active:
        return PassedOver.CLOSED
    if warehouse.id in without:
        return PassedOver.LEFT_OUT
    return None if serves(warehouse, region) else PassedOver.NOT_SERVED


async def _levels(pieces: Collection[UUID], serving: Sequence[Warehouse], *, lock: bool) -> list[StockLevel]:
    levels = StockLevel.filter(variant_id__in=list(pieces), warehouse_id__in=[row.id for row in serving])
    return await (locked(levels) if lock else levels.order_by("id"))


async def _rules_for(houses: int) -> tuple[Sequence[AllocationRule], Tariffs]:
    """With one warehouse to choose there is nothing to decide, and nothing is asked for."""
    if houses < 2:
        return DEFAULT_RULES, Tariffs({})
    return await rules_in_force(), await all_tariffs()


def _houses(useful: Sequence[Warehouse], region: Region, tariffs: Tariffs) -> list[House]:
    """The nearest first; where distance does not decide, the one that staff prefer."""
    far = {row.id: distance(row, region) for row in useful}
    ordered = sorted(
        useful, key=lambda row: (UNKNOWN_KM if (km := far[row.id]) is None else km, row.priority, row.code)
    )
    return [House(row.id, far[row.id], tariffs.from_warehouse(row, region, km=far[row.id])) for row in ordered]

"""Units that order lines wait for: entered under the locks of the stock levels, served first come, first served.

Whoever touches a row here holds the levels of its variant. So what comes in, what is canceled and what is newly missing
pass one after the other, and no unit is free to buy while somebody waits for it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.functions import Sum

from domain import effects
from domain.inventory.allocation import Place
from domain.inventory.places import Region, serves
from kit import clock
from models.inventory import Backorder, BundlePart, Reservation, StockLevel, Warehouse

RESTOCKED = "order.restocked"
SERVE = "inventory.serve_waiting"
LONGEST_CITY = 60
SERVED_AT_ONCE = 200  # rows of the queue read at a time

Need = tuple[UUID, UUID]  # order line, variant


@dataclass(frozen=True, slots=True)
class Served:
    """Units of a place that are now promised to an order which waited for them."""

    place: Place
    order_id: UUID
    units: int


async def waiting(order_id: UUID) -> dict[UUID, int]:
    """Units that each line of an order waits for."""
    return (await waiting_by_order([order_id]))[order_id]


async def waiting_by_order(order_ids: Collection[UUID]) -> dict[UUID, dict[UUID, int]]:
    """The same for several orders, in one statement; nothing for an order that waits for nothing."""
    sums = Backorder.filter(order_id__in=list(order_ids)).annotate(units=Sum("waiting"))
    rows = await sums.group_by("order_id", "order_line_id").values_list("order_id", "order_line_id", "units")
    found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for order_id, line_id, units in rows:
        found[order_id][line_id] = int(units)
    return found


async def enter(*, order_id: UUID, region: Region, needs: Mapping[Need, int]) -> None:
    """Have lines wait for units that are nowhere. The caller holds the levels of the variants."""
    now = clock.now()
    await Backorder.bulk_create(
        Backorder(
            order_id=order_id,
            order_line_id=line_id,
            variant_id=variant_id,
            waiting=units,
            province=region.province,
            city=region.city[:LONGEST_CITY],
            since=now,
        )
        for (line_id, variant_id), units in needs.items()
        if units > 0
    )


async def withdraw(order_id: UUID, quantities: Mapping[UUID, int] | None = None) -> dict[UUID, int]:
    """Let lines wait for so many units less, the newest wish first; None ends all waiting of the order.

    Gives the units by line that no longer wait, which may be fewer than asked for. The caller holds the levels.
    """
    rows = await Backorder.filter(order_id=order_id).order_by("-since", "-id").select_for_update()
    left = Counter[UUID]()
    for row in rows:
        left[row.order_line_id] += row.waiting
    asked = Counter(left if quantities is None else {line: min(n, left[line]) for line, n in quantities.items()})
    ended = +asked
    taken = []
    for row in rows:
        part = min(row.waiting, asked[row.order_line_id])
        asked[row.order_line_id] -= part
        if part:
            taken.append((row, part))
    await shorten(taken)
    return dict(ended)


async def serve(levels: Sequence[StockLevel]) -> list[Served]:
    """Promise what is free in these locked levels to those who wait for it, who has waited longest first.

    Writes the promises and asks for `order.restocked`; the caller counts the units as reserved on the levels. A bundle
    needs levels that are not held here, so its queue is looked at right after this transaction.
    """
    free = {level.variant_id for level in levels if level.available > 0}
    missed = await _missed(free) if free else set()
    for bundle_id in sorted(missed - free):
        await effects.soon(SERVE, bundle_id)
    if not missed & free:
        return []
    houses = {house.id: house for house in await _open_houses({level.warehouse_id for level in levels})}
    served: list[Served] = []
    for variant_id in sorted(missed & free):
        here = [level for level in levels if level.variant_id == variant_id and level.warehouse_id in houses]
        served += await _serve_variant(variant_id, {level.warehouse_id: level.available for level in here}, houses)
    for order_id in sorted({one.order_id for one in served}):
        await effects.soon(RESTOCKED, order_id)
    return served


async def _missed(variant_ids: Collection[UUID]) -> set[UUID]:
    """Those of the variants, and of the bundles with one of them in it, that anybody waits for."""
    bundles = BundlePart.filter(variant_id__in=list(variant_ids), bundle__is_current=True).values("bundle__variant_id")
    rows = Backorder.filter(Q(variant_id__in=list(variant_ids)) | Q(variant_id__in=Subquery(bundles)))
    return {UUID(str(variant_id)) for variant_id in await rows.distinct().values_list("variant_id", flat=True)}


async def _open_houses(warehouse_ids: Collection[UUID]) -> list[Warehouse]:
    return await Warehouse.filter(id__in=list(warehouse_ids), is_active=True)


async def _serve_variant(variant_id: UUID, free: dict[UUID, int], houses: Mapping[UUID, Warehouse]) -> list[Served]:
    """Go down the queue as far as the units last. Another place may be serving it at the same time: rows that it has
    emptied meanwhile are gone when we get them, and then we read on."""
    served: list[Served] = []
    seen: set[UUID] = set()
    while units := sum(free.values()):
        queue = Backorder.filter(variant_id=variant_id).exclude(id__in=seen).order_by("since", "id")
        rows = await queue.limit(min(units, SERVED_AT_ONCE)).select_for_update()
        if not rows:
            break
        seen |= {row.id for row in rows}
        served += await _serve_rows(rows, free, houses)
    return served


async def _serve_rows(
    rows: Sequence[Backorder], free: dict[UUID, int], houses: Mapping[UUID, Warehouse]
) -> list[Served]:
    taken: list[tuple[Backorder, int]] = []
    promises: list[Reservation] = []
    for row in rows:
        got = 0
        near = [house for house in free if serves(houses[house], Region(row.province, row.city))]
        for house in sorted(near, key=lambda house: (-free[house], house)):
            part = min(row.waiting - got, free[house])
            if part:
                free[house] -= part
                got += part
                promises.append(_promise(row, house, part))
        if got:
            taken.append((row, got))
    await shorten(taken)
    await Reservation.bulk_create(promises)
    return [Served((one.warehouse_id, one.variant_id), one.order_id, one.quantity) for one in promises]


def _promise(row: Backorder, warehouse_id: UUID, units: int) -> Reservation:
    return Reservation(
        order_id=row.order_id,
        order_line_id=row.order_line_id,
        warehouse_id=warehouse_id,
        variant_id=row.variant_id,
        quantity=units,
        created_at=clock.now(),
    )


async def shorten(taken: Sequence[tuple[Backorder, int]]) -> None:
    """Take units out of rows; a row that waits for nothing more goes."""
    over = [row.id for row, part in taken if part == row.waiting]
    if over:
        await Backorder.filter(id__in=over).delete()
    for row, part in taken:
        if part < row.waiting:
            await Backorder.filter(id=row.id).update(waiting=row.waiting - part)

"""Waiting for stock: what is free somewhere is promised at once, for the rest an order stands in the queue."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from domain import effects
from domain.access import Viewer
from domain.inventory import backorders, stock
from domain.inventory.availability import available
from domain.inventory.places import Region
from domain.inventory.planning import Wanted
from models.inventory import AllocationCause, Backorder

MOST_VARIANTS = 1000  # looked at in one turn of the sweep


async def wait_for(viewer: Viewer, *, order_id: UUID, region: Region, wanted: Sequence[Wanted]) -> dict[UUID, int]:
    """Promise what is free to lines of an order and have them wait for the rest, after all who wait already.

    Gives the units by line that are waited for. In the caller's transaction, which holds the order.
    """
    await stock.lock_variants({one.variant_id for one in wanted})
    got = await _reserve(viewer, order_id=order_id, region=region, wanted=wanted)
    lacking = {one.order_line_id: one.quantity - got[one.order_line_id] for one in wanted}
    needs = {(one.order_line_id, one.variant_id): lacking[one.order_line_id] for one in wanted}
    await backorders.enter(order_id=order_id, region=region, needs=needs)
    return {line_id: units for line_id, units in lacking.items() if units}


async def serve(viewer: Viewer, variant_id: UUID) -> None:
    """Go through the queue of a variant or bundle, who has waited longest first. Holds no order."""
    async with viewer.market.change():
        await stock.lock_variants([variant_id])
        queue = Backorder.filter(variant_id=variant_id).order_by("since", "id").limit(backorders.SERVED_AT_ONCE)
        served: set[UUID] = set()
        for row in await queue.select_for_update():
            wanted = [Wanted(row.order_line_id, variant_id, row.waiting)]
            region = Region(row.province, row.city)
            got = await _reserve(viewer, order_id=row.order_id, region=region, wanted=wanted)
            if got:
                await backorders.shorten([(row, got[row.order_line_id])])
                served.add(row.order_id)
        for order_id in sorted(served):  # in key order, as everywhere
            await effects.soon(backorders.RESTOCKED, order_id)


async def look_again(viewer: Viewer) -> None:
    """Serve whoever waits for something that is free: a warehouse may have opened, or serve more regions now."""
    rows = Backorder.all().distinct().limit(MOST_VARIANTS)
    variants = {UUID(str(variant_id)) for variant_id in await rows.values_list("variant_id", flat=True)}
    free = await available(variants)
    for variant_id in sorted(variant_id for variant_id in variants if free[variant_id] > 0):
        await serve(viewer, variant_id)


async def _reserve(viewer: Viewer, *, order_id: UUID, region: Region, wanted: Sequence[Wanted]) -> Counter[UUID]:
    """Units by line that could be promised."""
    promises = await stock.reserve(
        viewer, order_id=order_id, wanted=wanted, region=region, cause=AllocationCause.RESTOCKED, partial=True
    )
    got: Counter[UUID] = Counter()
    for promise in promises:
        got[promise.order_line_id] += promise.quantity
    return got

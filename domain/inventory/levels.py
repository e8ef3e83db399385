"""How a stock level changes: locked in key order, by one guarded statement, with a movement for every change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Case, F, Q, When
from tortoise.queryset import QuerySet

from domain import effects
from domain.access import Viewer
from domain.inventory import backorders
from domain.inventory.allocation import Place
from domain.inventory.availability import available
from kit import clock
from models.catalog import Product, Variant
from models.inventory import AdjustmentReason, BundlePart, MovementKind, StockLevel, StockMovement

IN_STOCK = "inventory.in_stock"
WAITED = "an order waited for it"  # reason of the movement
COLUMNS = ("on_hand", "reserved", "incoming", "in_transit")
LARGEST_PART = 50  # units of one variant in one unit of a bundle


@dataclass(frozen=True, slots=True)
class Change:
    """By how many units a level changes."""

    on_hand: int = 0
    reserved: int = 0
    incoming: int = 0
    in_transit: int = 0


def place_of(level: StockLevel) -> Place:
    """Where the level counts what."""
    return level.warehouse_id, level.variant_id


def locked(levels: QuerySet[StockLevel]) -> QuerySet[StockLevel]:
    """The same levels, held until the transaction ends. Everybody locks in key order, so nobody waits in a circle."""
    return levels.order_by("id").select_for_update()


async def move(
    viewer: Viewer,
    kind: MovementKind,
    levels: Sequence[StockLevel],
    changes: Mapping[Place, Change],
    *,
    order_id: UUID | None = None,
    document_id: UUID | None = None,
    cause: AdjustmentReason | None = None,
    reason: str = "",
) -> None:
    """Change locked levels and write down why. The rows given follow; products learn whether they are in stock.

    What becomes free goes to those who wait for it before anybody else sees it.
    """
    moved = [(level, changes[place_of(level)]) for level in levels if place_of(level) in changes]
    if len(moved) != len(changes):
        raise LookupError("a place without a stock level was to change")
    if not moved:
        return
    before = {level.id: level.available for level, _ in moved}
    moves = [(level, change, order_id) for level, change in moved]
    await _change(viewer, kind, moves, document_id=document_id, cause=cause, reason=reason)
    await _serve_waiting(viewer, [level for level, _ in moved if level.available > before[level.id]])
    await _tell_products([level for level, _ in moved], before)


async def serve_waiting(viewer: Viewer, levels: Sequence[StockLevel]) -> None:
    """Promise what is free in locked levels to those who wait for it; `move` does that by itself."""
    before = {level.id: level.available for level in levels}
    await _serve_waiting(viewer, levels)
    await _tell_products(levels, before)


async def _serve_waiting(viewer: Viewer, levels: Sequence[StockLevel]) -> None:
    places = {place_of(level): level for level in levels}
    served = await backorders.serve(levels) if levels else []
    if served:
        moves = [(places[one.place], Change(reserved=one.units), one.order_id) for one in served]
        await _change(viewer, MovementKind.RESERVE, moves, reason=WAITED)


async def _tell_products(levels: Sequence[StockLevel], before: Mapping[UUID, int]) -> None:
    """The products of levels that ran out or came back learn of it, and those of bundles that need several units."""
    changed = [level for level in levels if level.available != before[level.id]]
    crossed = {level.variant_id for level in changed if (before[level.id] > 0) != (level.available > 0)}
    scarce = {level.variant_id for level in changed if min(level.available, before[level.id]) < LARGEST_PART}
    if scarce:
        crossed |= await _bundles_with(scarce)
    if crossed:
        await _follow_or_remember({row.product_id for row in await Variant.filter(id__in=crossed).only("product_id")})


async def _change(
    viewer: Viewer,
    kind: MovementKind,
    moves: Sequence[tuple[StockLevel, Change, UUID | None]],
    *,
    document_id: UUID | None = None,
    cause: AdjustmentReason | None = None,
    reason: str,
) -> None:
    """Write the levels in one statement and a movement for each change; the rows follow."""
    sums: dict[UUID, Change] = {}
    for level, change, _ in moves:
        before = sums.get(level.id, Change())
        sums[level.id] = Change(*(getattr(before, name) + getattr(change, name) for name in COLUMNS))
    rows = {level.id: level for level, _, _ in moves}
    await _write([(rows[level_id], change) for level_id, change in sums.items()])
    now = clock.now()
    await StockMovement.bulk_create(
        StockMovement(
            warehouse_id=level.warehouse_id,
            variant_id=level.variant_id,
            kind=kind,
            on_hand_change=change.on_hand,
            reserved_change=change.reserved,
            incoming_change=change.incoming,
            in_transit_change=change.in_transit,
            order_id=order_id,
            document_id=document_id,
            actor_id=viewer.user_id,
            cause=cause,
            reason=reason,
            created_at=now,
        )
        for level, change, order_id in moves
    )
    for level, change, _ in moves:
        for name in COLUMNS:
            setattr(level, name, getattr(level, name) + getattr(change, name))


async def _write(moved: Sequence[tuple[StockLevel, Change]]) -> None:
    """One statement for all levels, which holds only where enough is there."""
    guards = []
    for level, change in moved:
        least = change.reserved - change.on_hand  # on_hand + change >= reserved + change
        enough = {f"{name}__gte": -getattr(change, name) for name in COLUMNS[1:] if getattr(change, name)}
        guards.append(Q(id=level.id, on_hand__gte=F("reserved") + least, **enough))
    changed = {
        name: Case(
            *(When(id=level.id, then=F(name) + getattr(change, name)) for level, change in moved), default=F(name)
        )
        for name in COLUMNS
        if any(getattr(change, name) for _, change in moved)
    }
    written = await StockLevel.filter(Q(*guards, join_type=Q.OR)).update(**changed)
    if written != len(moved):
        raise RuntimeError("a stock level was to fall below what it has, although it was locked and checked")


async def _bundles_with(variant_ids: Collection[UUID]) -> set[UUID]:
    """What is sold as a bundle with one of these in it."""
    rows = BundlePart.filter(variant_id__in=variant_ids, bundle__is_current=True).select_related("bundle")
    return {row.bundle.variant_id for row in await rows}


async def follow_in_stock(product_ids: Collection[UUID]) -> None:
    """Bring `Product.in_stock` in step with the levels, in a transaction that holds none: it may wait for others."""
    await _show_in_stock(await _products(product_ids).select_for_update())


async def _follow_or_remember(product_ids: Collection[UUID]) -> None:
    """The same for one that holds levels, which must not wait for whoever edits a product: a job comes back to that."""
    free = await _products(product_ids).select_for_update(skip_locked=True)
    await _show_in_stock(free)
    for product_id in sorted(set(product_ids) - {row.id for row in free}):
        await effects.soon(IN_STOCK, product_id)


def _products(product_ids: Collection[UUID]) -> QuerySet[Product]:
    return Product.filter(id__in=product_ids).order_by("id").only("id", "in_stock")


async def _show_in_stock(shown: Sequence[Product]) -> None:
    """The products are locked before the levels are read: of two orders that take the last units of two variants at
    once, the later one sees what the earlier has taken."""
    sold = await Variant.filter(product_id__in=[row.id for row in shown], is_active=True).only("id", "product_id")
    free = await available([row.id for row in sold])
    stocked = {row.product_id for row in sold if free[row.id] > 0}
    for truth in (True, False):
        wrong = [row.id for row in shown if (row.id in stocked) is truth and row.in_stock is not truth]
        if wrong:
            await Product.filter(id__in=wrong).update(in_stock=truth)

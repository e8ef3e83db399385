"""How a stock level changes: locked in key order, by one guarded statement, with a movement for every change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Case, F, Q, When
from tortoise.queryset import QuerySet

from domain import effects
from domain.access import Viewer
from domain.inventory.allocation import Place
from kit import clock
from models.catalog import Product, Variant
from models.inventory import MovementKind, StockLevel, StockMovement

IN_STOCK = "inventory.in_stock"


@dataclass(frozen=True, slots=True)
class Change:
    """By how many units a level changes."""

    on_hand: int = 0
    reserved: int = 0


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
    reason: str = "",
) -> None:
    """Change locked levels and write down why. The rows given follow; products learn whether they are in stock."""
    moved = [(level, changes[place_of(level)]) for level in levels if place_of(level) in changes]
    if len(moved) != len(changes):
        raise LookupError("a place without a stock level was to change")
    if not moved:
        return
    await _write(moved)
    await StockMovement.bulk_create(
        StockMovement(
            warehouse_id=level.warehouse_id,
            variant_id=level.variant_id,
            kind=kind,
            on_hand_change=change.on_hand,
            reserved_change=change.reserved,
            order_id=order_id,
            actor_id=viewer.user_id,
            reason=reason,
            created_at=clock.now(),
        )
        for level, change in moved
    )
    crossed = {level.variant_id for level, change in moved if _crosses(level, change)}
    for level, change in moved:
        level.on_hand += change.on_hand
        level.reserved += change.reserved
    if crossed:
        await _follow_or_remember({row.product_id for row in await Variant.filter(id__in=crossed).only("product_id")})


async def _write(moved: Sequence[tuple[StockLevel, Change]]) -> None:
    """One statement for all levels, which holds only where enough is there."""
    guards, on_hand, reserved = [], [], []
    for level, change in moved:
        least = change.reserved - change.on_hand  # on_hand + change >= reserved + change
        guards.append(Q(id=level.id, on_hand__gte=F("reserved") + least, reserved__gte=-change.reserved))
        on_hand.append(When(id=level.id, then=F("on_hand") + change.on_hand))
        reserved.append(When(id=level.id, then=F("reserved") + change.reserved))
    written = await StockLevel.filter(Q(*guards, join_type=Q.OR)).update(
        on_hand=Case(*on_hand, default=F("on_hand")), reserved=Case(*reserved, default=F("reserved"))
    )
    if written != len(moved):
        raise RuntimeError("a stock level was to fall below what it has, although it was locked and checked")


def _crosses(level: StockLevel, change: Change) -> bool:
    """Whether the level runs out or comes back."""
    after = level.available + change.on_hand - change.reserved
    return (level.available > 0) != (after > 0)


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
    stocked = await StockLevel.filter(
        variant__product_id__in=[row.id for row in shown],
        variant__is_active=True,
        warehouse__is_active=True,
        on_hand__gt=F("reserved"),
    ).values_list("variant__product_id", flat=True)
    for truth in (True, False):
        wrong = [row.id for row in shown if (row.id in stocked) is truth and row.in_stock is not truth]
        if wrong:
            await Product.filter(id__in=wrong).update(in_stock=truth)

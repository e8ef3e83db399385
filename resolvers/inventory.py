"""Stock for staff: where it lies, how it moved, and counts by hand."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import strawberry

from domain.idempotency import once
from domain.inventory import stock
from domain.inventory.visible import visible_levels, visible_movements, visible_warehouses
from kit import ids
from kit.errors import Refused
from kit.paging import Page, Sort, page, window
from kit.validate import clean_text
from loaders import catalog as catalog_loaders
from loaders import inventory as loaders
from loaders import orders as order_loaders
from models.catalog import Variant
from models.inventory import AdjustmentReason, StockLevel, StockMovement, Warehouse
from models.orders import Order
from resolvers.answers import Answer
from resolvers.context import Info

OLDEST = Sort("stock.levels", ())
NEWEST = Sort("stock.movements", ("created_at",), descending=True)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which levels or movements are asked for, by public id."""

    variant_id: str | None = None
    warehouse_id: str | None = None
    order_id: str | None = None

    def conditions(self) -> dict[str, UUID]:
        kinds = {"variant_id": "Variant", "warehouse_id": "Warehouse", "order_id": "Order"}
        asked = {name: getattr(self, name) for name in kinds}
        return {name: ids.key_of(kinds[name], key, "filter", name) for name, key in asked.items() if key is not None}


async def warehouses(info: Info) -> list[Warehouse]:
    return await visible_warehouses(info.context.viewer).order_by("priority", "code")


async def stock_levels(info: Info, choice: Choice, **edges: Any) -> Page[StockLevel]:
    rows = visible_levels(info.context.viewer).filter(**choice.conditions())
    return await page(rows, sort=OLDEST, window=window(**edges))


async def stock_movements(info: Info, choice: Choice, **edges: Any) -> Page[StockMovement]:
    rows = visible_movements(info.context.viewer).filter(**choice.conditions())
    return await page(rows, sort=NEWEST, window=window(**edges))


async def warehouse(root: strawberry.Parent[Any], info: Info) -> Warehouse | None:
    return await info.context.load(loaders.warehouses_by_id, root.warehouse_id)


async def variant(root: strawberry.Parent[Any], info: Info) -> Variant | None:
    return await info.context.load(catalog_loaders.variants_by_id, root.variant_id)


async def order(root: strawberry.Parent[StockMovement], info: Info) -> Order | None:
    return await info.context.load(order_loaders.orders_by_id, root.order_id) if root.order_id else None


async def stock_receive(info: Info, *, quantity: int, **given: Any) -> Answer:
    return await _count(info, "stockReceive", stock.receive, quantity=quantity, **given)


async def stock_adjust(
    info: Info, *, change: int, cause: AdjustmentReason = AdjustmentReason.OTHER, **given: Any
) -> Answer:
    return await _count(info, "stockAdjust", stock.adjust, change=change, cause=cause, **given)


async def stock_set(info: Info, *, on_hand: int, **given: Any) -> Answer:
    return await _count(info, "stockSet", stock.set_on_hand, on_hand=on_hand, **given)


async def _count(
    info: Info,
    operation: str,
    action: Callable[..., Awaitable[StockLevel]],
    *,
    variant_id: str,
    warehouse_id: str,
    idempotency_key: str,
    reason: str = "",
    **count: Any,
) -> Answer:
    """One count by hand, once for each key. A repeated call shows the level as it is now."""
    viewer = info.context.viewer
    facts: dict[str, Any] = {
        "variant_id": ids.key_of("Variant", variant_id, "variantId"),
        "warehouse_id": ids.key_of("Warehouse", warehouse_id, "warehouseId"),
        "reason": clean_text(reason, path=("reason",), maximum=stock.LONGEST_REASON),
        **count,
    }

    async def work() -> UUID:
        return (await action(viewer, **facts)).id

    level_id = await once(viewer, operation, idempotency_key, asked=facts, work=work)
    level = await visible_levels(viewer).get_or_none(id=level_id)
    if level is None:
        raise Refused("FORBIDDEN")
    return Answer(level=level)

"""Stock for tests, promised through the real actions."""

from uuid import UUID

from domain.access import Viewer
from domain.inventory import stock
from domain.inventory.stock import Region, Wanted
from kit.ids import new_id
from models.catalog import Variant
from models.database import transaction
from models.inventory import Reservation, StockLevel


async def level_of(variant: Variant, code: str = "SH") -> StockLevel:
    """The level of a variant in the warehouse with this code."""
    return await StockLevel.get(variant_id=variant.id, warehouse__code=code)


async def counts(variant: Variant, code: str = "SH") -> tuple[int, int]:
    """Units on hand and reserved there."""
    level = await level_of(variant, code)
    return level.on_hand, level.reserved


async def reserve(
    viewer: Viewer, *lines: tuple[Variant, int], order_id: UUID | None = None, province: str = "上海市"
) -> list[Reservation]:
    """Promise units to an order with one line for each pair; the line's path is its place."""
    wanted = [
        Wanted(new_id(), variant.id, quantity, ("lines", str(index))) for index, (variant, quantity) in enumerate(lines)
    ]
    async with transaction():
        return await stock.reserve(viewer, order_id=order_id or new_id(), wanted=wanted, region=Region(province))

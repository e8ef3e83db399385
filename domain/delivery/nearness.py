"""Whether goods lie in a warehouse of the province that they go to: the road is shorter then."""

from collections import Counter
from collections.abc import Collection, Mapping
from uuid import UUID

from models.inventory import StockLevel, Warehouse


async def is_near(warehouse_ids: Collection[UUID], province: str) -> bool:
    """Whether all of these warehouses are in the province. One statement."""
    far = Warehouse.filter(id__in=set(warehouse_ids)).exclude(province=province)
    return bool(warehouse_ids) and not await far.exists()


async def lies_near(wanted: Mapping[UUID, int], province: str) -> bool:
    """Whether the warehouses of the province could give all of it now. One statement."""
    free: Counter[UUID] = Counter()
    levels = StockLevel.filter(
        variant_id__in=list(wanted), warehouse__is_active=True, warehouse__province=province
    ).values_list("variant_id", "on_hand", "reserved")
    for variant_id, on_hand, reserved in await levels:
        free[variant_id] += on_hand - reserved
    return all(free[variant_id] >= units for variant_id, units in wanted.items())

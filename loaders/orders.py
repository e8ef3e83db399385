"""Orders and their lines, for what belongs to them."""

from collections import defaultdict
from uuid import UUID

from domain.access import Viewer
from domain.orders.visible import visible
from loaders.registry import in_order
from models.orders import Order, OrderLine


async def orders_by_id(viewer: Viewer, keys: list[UUID]) -> list[Order | None]:
    """Visible orders."""
    return in_order(keys, {order.id: order for order in await visible(viewer).filter(id__in=keys)})


async def lines_by_order(viewer: Viewer, keys: list[UUID]) -> list[list[OrderLine]]:
    """The lines of orders that the viewer has already been shown, in their order."""
    lines: dict[UUID, list[OrderLine]] = defaultdict(list)
    for line in await OrderLine.filter(order_id__in=keys).order_by("order_id", "position"):
        lines[line.order_id].append(line)
    return [lines[key] for key in keys]


async def order_lines_by_id(viewer: Viewer, keys: list[UUID]) -> list[OrderLine | None]:
    """Lines of visible orders."""
    found = {line.id: line for line in await OrderLine.filter(id__in=keys)}
    seen = set(
        await visible(viewer).filter(id__in={line.order_id for line in found.values()}).values_list("id", flat=True)
    )
    return [line if (line := found.get(key)) and line.order_id in seen else None for key in keys]

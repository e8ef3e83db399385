"""Orders and their lines, for what belongs to them."""

from uuid import UUID

from domain.access import Viewer
from domain.archive import reading
from domain.orders import changes
from domain.orders.timeline import Stretch, stretches
from domain.orders.visible import visible
from loaders.registry import grouped, in_order
from models.orders import Order, OrderChangeRequest, OrderLine
from models.outbox import Event


async def orders_by_id(viewer: Viewer, keys: list[UUID]) -> list[Order | None]:
    """Visible orders, archived ones too."""
    return in_order(keys, await reading.orders(viewer, keys))


async def lines_by_order(viewer: Viewer, keys: list[UUID]) -> list[list[OrderLine]]:
    """The lines of orders that the viewer has already been shown, in their order."""
    rows = await OrderLine.filter(order_id__in=keys).order_by("order_id", "position")
    return grouped(keys, rows, by=lambda row: row.order_id)


async def events_by_stretch(viewer: Viewer, keys: list[Stretch]) -> list[list[Event]]:
    """What happened to orders that the viewer has already been shown, oldest first."""
    return await stretches(keys)


async def order_lines_by_id(viewer: Viewer, keys: list[UUID]) -> list[OrderLine | None]:
    """Lines of visible orders."""
    found = {line.id: line for line in await OrderLine.filter(id__in=keys)}
    seen = set(
        await visible(viewer).filter(id__in={line.order_id for line in found.values()}).values_list("id", flat=True)
    )
    shown = {key: line for key, line in found.items() if line.order_id in seen}
    return in_order(keys, await reading.with_archived_parts(viewer, keys, shown, OrderLine))


async def changes_by_id(viewer: Viewer, keys: list[UUID]) -> list[OrderChangeRequest | None]:
    """Changes of visible orders."""
    found = {row.id: row for row in await changes.visible(viewer).filter(id__in=keys)}
    return in_order(keys, await reading.with_archived_parts(viewer, keys, found, OrderChangeRequest))


async def changes_by_order(viewer: Viewer, keys: list[UUID]) -> list[list[OrderChangeRequest]]:
    """The changes of orders that the viewer has already been shown, oldest first."""
    rows = await OrderChangeRequest.filter(order_id__in=keys).order_by("order_id", "id")
    return grouped(keys, rows, by=lambda row: row.order_id)

"""Which orders could become one."""

from uuid import UUID

from domain.access import Viewer
from domain.orders.visible import visible
from domain.payments import merging
from models.orders import Order


async def mergeable_by_order(viewer: Viewer, keys: list[UUID]) -> list[list[Order]]:
    """For each visible order those that it could be merged with, oldest first."""
    found = await merging.mergeable(viewer, await visible(viewer).filter(id__in=keys))
    return [found.get(key, []) for key in keys]

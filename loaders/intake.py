"""Batches of orders, for those who take them in."""

from uuid import UUID

from domain.access import Viewer
from domain.orders.intake_batches import visible_batches
from loaders.registry import in_order
from models.intake import OrderBatch


async def batches_by_id(viewer: Viewer, keys: list[UUID]) -> list[OrderBatch | None]:
    """Visible batches."""
    return in_order(keys, {batch.id: batch for batch in await visible_batches(viewer).filter(id__in=keys)})

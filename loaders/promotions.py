"""Coupons, for those who make them."""

from uuid import UUID

from domain.access import Viewer
from domain.promotions.coupons import visible
from loaders.registry import in_order
from models.promotions import Coupon


async def coupons_by_id(viewer: Viewer, keys: list[UUID]) -> list[Coupon | None]:
    """Coupons."""
    return in_order(keys, {row.id: row for row in await visible(viewer).filter(id__in=keys)})

"""What is agreed about the delivery of orders, and the regions, slots and pickup points that everybody may know."""

from uuid import UUID

from domain.access import Viewer
from domain.customers.visible import visible_addresses
from domain.delivery import deliveries, points, regions, slots
from domain.delivery.regions import Terms
from loaders.registry import in_order
from models.delivery import Delivery, DeliveryRegion, DeliverySlot, PickupPoint, SlotTemplate


async def deliveries_by_order(viewer: Viewer, keys: list[UUID]) -> list[Delivery | None]:
    """What is agreed about orders that the viewer has already been shown."""
    return in_order(keys, await deliveries.of_orders(keys))


async def regions_by_id(viewer: Viewer, keys: list[UUID]) -> list[DeliveryRegion | None]:
    """Regions."""
    return in_order(keys, {row.id: row for row in await regions.listed().filter(id__in=keys)})


async def slots_by_id(viewer: Viewer, keys: list[UUID]) -> list[DeliverySlot | None]:
    """Slots."""
    return in_order(keys, {row.id: row for row in await slots.visible(viewer).filter(id__in=keys)})


async def templates_by_id(viewer: Viewer, keys: list[UUID]) -> list[SlotTemplate | None]:
    """Templates of slots."""
    return in_order(keys, {row.id: row for row in await slots.visible_templates(viewer).filter(id__in=keys)})


async def points_by_id(viewer: Viewer, keys: list[UUID]) -> list[PickupPoint | None]:
    """Pickup points that are open; closed ones for staff."""
    return in_order(keys, {row.id: row for row in await points.visible(viewer).filter(id__in=keys)})


async def points_of_orders(viewer: Viewer, keys: list[UUID]) -> list[PickupPoint | None]:
    """Pickup points that orders go to which the viewer has already been shown, closed ones too."""
    return in_order(keys, {row.id: row for row in await points.named(keys)})


async def terms_of_viewer(viewer: Viewer, keys: list[bool]) -> list[Terms | None]:
    """What the place of the viewer's default address is offered; None without one. The key says nothing."""
    address = await visible_addresses(viewer).filter(is_default=True).first() if viewer.user_id else None
    terms = await regions.terms_for(address.province, address.city) if address else None
    return [terms for _ in keys]

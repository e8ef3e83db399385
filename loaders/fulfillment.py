"""Parcels, what is in them and where they were seen, for what belongs to them."""

from uuid import UUID

from domain.access import Viewer
from domain.archive import reading
from domain.fulfillment import interception
from domain.fulfillment.visible import visible
from loaders.registry import grouped, in_order
from models.fulfillment import Interception, Parcel, ParcelLine, TrackingEvent


async def parcels_by_id(viewer: Viewer, keys: list[UUID]) -> list[Parcel | None]:
    """Visible parcels."""
    found = {parcel.id: parcel for parcel in await visible(viewer).filter(id__in=keys)}
    return in_order(keys, await reading.with_archived_parts(viewer, keys, found, Parcel))


async def parcels_by_order(viewer: Viewer, keys: list[UUID]) -> list[list[Parcel]]:
    """The parcels of orders that the viewer has already been shown, in the order of shipping."""
    rows = await Parcel.filter(order_id__in=keys).order_by("order_id", "shipped_at", "id")
    return grouped(keys, rows, by=lambda row: row.order_id)


async def lines_by_parcel(viewer: Viewer, keys: list[UUID]) -> list[list[ParcelLine]]:
    """What is in parcels that the viewer has already been shown, in the order of the order's lines."""
    rows = await ParcelLine.filter(parcel_id__in=keys).order_by("parcel_id", "order_line__position")
    return grouped(keys, rows, by=lambda row: row.parcel_id)


async def tracking_by_parcel(viewer: Viewer, keys: list[UUID]) -> list[list[TrackingEvent]]:
    """The scans of parcels that the viewer has already been shown, newest last."""
    rows = await TrackingEvent.filter(parcel_id__in=keys).order_by("parcel_id", "occurred_at", "id")
    return grouped(keys, rows, by=lambda row: row.parcel_id)


async def interceptions_by_id(viewer: Viewer, keys: list[UUID]) -> list[Interception | None]:
    """Interceptions of visible orders."""
    found = {row.id: row for row in await interception.visible(viewer).filter(id__in=keys)}
    return in_order(keys, await reading.with_archived_parts(viewer, keys, found, Interception))


async def interceptions_by_order(viewer: Viewer, keys: list[UUID]) -> list[list[Interception]]:
    """The interceptions of orders that the viewer has already been shown, oldest first."""
    rows = await Interception.filter(order_id__in=keys).order_by("order_id", "id")
    return grouped(keys, rows, by=lambda row: row.order_id)

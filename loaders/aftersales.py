"""Delivery cases and what was noted about them, for what they are about."""

from uuid import UUID

from domain.access import Viewer
from domain.aftersales.visible import is_shown, visible, visible_notes
from domain.archive import reading
from loaders.registry import grouped, in_order
from models.aftersales import CaseNote, DeliveryCase


async def cases_by_id(viewer: Viewer, keys: list[UUID]) -> list[DeliveryCase | None]:
    """Visible cases."""
    found = {case.id: case for case in await visible(viewer).filter(id__in=keys)}
    known = await reading.with_archived_parts(viewer, keys, found, DeliveryCase)
    return in_order(
        keys, {key: case for key, case in known.items() if not case.past or is_shown(viewer, case.past.order)}
    )


async def cases_by_order(viewer: Viewer, keys: list[UUID]) -> list[list[DeliveryCase]]:
    """The visible cases of orders, oldest first."""
    rows = await visible(viewer).filter(order_id__in=keys).order_by("order_id", "opened_at", "id")
    return grouped(keys, rows, by=lambda row: row.order_id)


async def cases_by_parcel(viewer: Viewer, keys: list[UUID]) -> list[list[DeliveryCase]]:
    """The visible cases of parcels, oldest first."""
    rows = await visible(viewer).filter(parcel_id__in=keys).order_by("parcel_id", "opened_at", "id")
    return grouped(keys, rows, by=lambda row: row.parcel_id)


async def notes_by_case(viewer: Viewer, keys: list[UUID]) -> list[list[CaseNote]]:
    """What staff noted about cases, oldest first; nothing for others."""
    rows = await visible_notes(viewer).filter(case_id__in=keys).order_by("case_id", "created_at", "id")
    return grouped(keys, rows, by=lambda row: row.case_id)

"""Shortages of orders, and what their offers are made from."""

from datetime import date
from uuid import UUID

from domain.access import Viewer
from domain.archive import reading
from domain.orders import shortages
from domain.orders.offers import Facts
from domain.orders.visible import visible_shortages
from loaders.registry import grouped, in_order
from models.shortages import Shortage, ShortageLine


async def shortages_by_id(viewer: Viewer, keys: list[UUID]) -> list[Shortage | None]:
    """Shortages of visible orders."""
    found = {row.id: row for row in await visible_shortages(viewer).filter(id__in=keys)}
    return in_order(keys, await reading.with_archived_parts(viewer, keys, found, Shortage))


async def newest_by_order(viewer: Viewer, keys: list[UUID]) -> list[Shortage | None]:
    """The newest shortage of orders that the viewer has already been shown."""
    rows = await Shortage.filter(order_id__in=keys).order_by("id")
    return in_order(keys, {row.order_id: row for row in rows})


async def lines_by_shortage(viewer: Viewer, keys: list[UUID]) -> list[list[ShortageLine]]:
    """The lines of shortages that the viewer has already been shown."""
    rows = await ShortageLine.filter(shortage_id__in=keys).order_by("id")
    return grouped(keys, rows, by=lambda row: row.shortage_id)


async def facts_by_order(viewer: Viewer, keys: list[UUID]) -> list[Facts | None]:
    """What the offers of visible orders are made from; nothing where none is open."""
    return in_order(keys, await shortages.facts_by_order(viewer, keys))


async def expected_by_variant(viewer: Viewer, keys: list[UUID]) -> list[date | None]:
    """When more of a variant is expected."""
    return in_order(keys, await shortages.expected_days(keys))

"""Customers' cases, their lines, and what lines of orders have to do with them."""

from uuid import UUID

from domain.access import Viewer
from domain.archive import reading
from domain.service import eligibility
from domain.service.eligibility import Claimed
from domain.service.visible import is_shown, visible
from loaders.registry import grouped, in_order
from models.service import ServiceCase, ServiceCaseLine


async def cases_by_id(viewer: Viewer, keys: list[UUID]) -> list[ServiceCase | None]:
    """Visible cases."""
    found = {case.id: case for case in await visible(viewer).filter(id__in=keys)}
    known = await reading.with_archived_parts(viewer, keys, found, ServiceCase)
    return in_order(
        keys, {key: case for key, case in known.items() if not case.past or is_shown(viewer, case.past.order)}
    )


async def cases_by_order(viewer: Viewer, keys: list[UUID]) -> list[list[ServiceCase]]:
    """The visible cases of orders, oldest first."""
    rows = await visible(viewer).filter(order_id__in=keys).order_by("order_id", "opened_at", "id")
    return grouped(keys, rows, by=lambda row: row.order_id)


async def lines_by_case(viewer: Viewer, keys: list[UUID]) -> list[list[ServiceCaseLine]]:
    """The lines of cases that have been shown."""
    rows = await ServiceCaseLine.filter(case_id__in=keys).order_by("case_id", "position")
    return grouped(keys, rows, by=lambda row: row.case_id)


async def claimed_by_line(viewer: Viewer, keys: list[UUID]) -> list[Claimed]:
    """What cases have to do with lines of orders that have been shown."""
    known = await eligibility.claimed(keys)
    return [known.get(key, Claimed()) for key in keys]

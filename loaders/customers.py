"""People, their addresses and their devices, many at a time."""

from uuid import UUID

from domain.access import Viewer
from domain.customers.visible import visible, visible_addresses, visible_sessions
from loaders.registry import grouped, in_order
from models.customers import Address, DeviceSession, User


async def users_by_id(viewer: Viewer, keys: list[UUID]) -> list[User | None]:
    return in_order(keys, {user.id: user for user in await visible(viewer).filter(id__in=keys)})


async def addresses_by_id(viewer: Viewer, keys: list[UUID]) -> list[Address | None]:
    return in_order(keys, {address.id: address for address in await visible_addresses(viewer).filter(id__in=keys)})


async def addresses_by_user(viewer: Viewer, keys: list[UUID]) -> list[list[Address]]:
    """The default first, then the newest."""
    rows = await visible_addresses(viewer).filter(user_id__in=keys).order_by("-is_default", "-created_at")
    return grouped(keys, rows, by=lambda address: address.user_id)


async def sessions_by_id(viewer: Viewer, keys: list[UUID]) -> list[DeviceSession | None]:
    return in_order(keys, {session.id: session for session in await visible_sessions(viewer).filter(id__in=keys)})


async def sessions_by_user(viewer: Viewer, keys: list[UUID]) -> list[list[DeviceSession]]:
    """The last used first."""
    rows = await visible_sessions(viewer).filter(user_id__in=keys).order_by("-last_used_at", "-id")
    return grouped(keys, rows, by=lambda session: session.user_id)

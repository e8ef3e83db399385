"""People, their addresses and their devices, many at a time."""

from collections import defaultdict
from uuid import UUID

from domain.access import Viewer
from domain.customers.visible import visible, visible_addresses, visible_sessions
from loaders.registry import in_order
from models.customers import Address, DeviceSession, User


async def users_by_id(viewer: Viewer, keys: list[UUID]) -> list[User | None]:
    return in_order(keys, {user.id: user for user in await visible(viewer).filter(id__in=keys)})


async def addresses_by_id(viewer: Viewer, keys: list[UUID]) -> list[Address | None]:
    return in_order(keys, {address.id: address for address in await visible_addresses(viewer).filter(id__in=keys)})


async def addresses_by_user(viewer: Viewer, keys: list[UUID]) -> list[list[Address]]:
    """The default first, then the newest."""
    books: dict[UUID, list[Address]] = defaultdict(list)
    for address in await visible_addresses(viewer).filter(user_id__in=keys).order_by("-is_default", "-created_at"):
        books[address.user_id].append(address)
    return [books[key] for key in keys]


async def sessions_by_id(viewer: Viewer, keys: list[UUID]) -> list[DeviceSession | None]:
    return in_order(keys, {session.id: session for session in await visible_sessions(viewer).filter(id__in=keys)})


async def sessions_by_user(viewer: Viewer, keys: list[UUID]) -> list[list[DeviceSession]]:
    """The last used first."""
    devices: dict[UUID | None, list[DeviceSession]] = defaultdict(list)
    for session in await visible_sessions(viewer).filter(user_id__in=keys).order_by("-last_used_at", "-id"):
        devices[session.user_id].append(session)
    return [devices[key] for key in keys]

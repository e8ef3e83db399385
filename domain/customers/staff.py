"""Appointing staff, and what staff look up about people; each look is logged, without what was seen."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from domain.customers import sessions
from domain.customers.contacts import Contact
from domain.customers.visible import visible
from kit.errors import Refused
from models.customers import Role, User

log = structlog.get_logger("jishi.customers")


def staff(viewer: Viewer) -> QuerySet[User]:
    """Everybody with a role, for who may appoint them."""
    viewer.require(Permission.EDIT_STAFF)
    return visible(viewer).exclude(roles=[])


async def set_roles(
    viewer: Viewer, user_id: UUID, roles: Sequence[Role], *, expected_version: int | None = None
) -> User:
    """Give a person exactly these roles. One's own cannot be changed, so an administrator always remains.

    Who loses a role is signed out everywhere: no open stream shows more than the person may still see.
    """
    viewer.require(Permission.EDIT_STAFF)
    if user_id == viewer.user_id:
        raise Refused("OWN_ROLES", path=("userId",))
    wanted = {role.value for role in roles}
    async with viewer.market.change():
        held = {row.id: row for row in await _hold(viewer, user_id)}
        _still_administrator(viewer, held)
        user = held.get(user_id)
        if user is None:
            raise Refused("NOT_FOUND", path=("userId",), what="user")
        if expected_version is not None and expected_version != user.version:
            raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=user)
        lost = set(user.roles) - wanted
        user.roles, user.version = sorted(wanted), user.version + 1
        await user.save(update_fields=["roles", "version"])
        if lost:
            await sessions.end_all(user.id, reason="ROLES_CHANGED")
    log.info("roles_set", by=str(viewer.user_id), user=str(user.id), roles=user.roles)
    return user


async def find(viewer: Viewer, *, user_id: UUID | None = None, contact: Contact | None = None) -> User | None:
    """A person by key, phone or e-mail address, for staff who see customers."""
    viewer.require(Permission.SEE_CUSTOMERS)
    people = visible(viewer)
    user = await people.filter(contact.query if contact else Q(id=user_id)).first()
    log.info(
        "customer_looked_up",
        by=str(viewer.user_id),
        user=str(user.id) if user else None,
        key=contact.channel.value if contact else "ID",
    )
    return user


async def _hold(viewer: Viewer, user_id: UUID) -> list[User]:
    """Both rows in key order: of two administrators who dismiss each other, the second finds the own role gone."""
    ids = [user_id] + ([viewer.user_id] if viewer.user_id else [])
    return await User.filter(id__in=ids).order_by("id").select_for_update()


def _still_administrator(viewer: Viewer, held: dict[UUID, User]) -> None:
    if viewer.user_id is None:
        return  # the market itself
    own = held.get(viewer.user_id)
    if own is None or Role.ADMINISTRATOR.value not in own.roles:
        raise Refused("FORBIDDEN", permission=Permission.EDIT_STAFF.value)

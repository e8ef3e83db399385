"""Viewers in roles, for tests of who may what."""

from domain.access import Viewer
from kit.ids import new_id
from models.customers import Role


def in_role(visitor: Viewer, role: Role) -> Viewer:
    """Somebody signed in with a role."""
    return visitor.but(user_id=new_id(), roles=frozenset({role}))


def manager(visitor: Viewer) -> Viewer:
    """The catalogue manager."""
    return in_role(visitor, Role.CATALOG_MANAGER)

"""Which people, addresses and sessions a viewer may read."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from domain.market import Market
from kit import clock
from models.customers import Address, DeviceSession, Role, User


def visible(viewer: Viewer) -> QuerySet[User]:
    """Oneself; anybody for staff who see customers or appoint staff."""
    if viewer.may(Permission.SEE_CUSTOMERS) or viewer.may(Permission.EDIT_STAFF):
        return User.all()
    return User.filter(id=viewer.user_id) if viewer.user_id else User.filter(Q(id__isnull=True))


def visible_addresses(viewer: Viewer) -> QuerySet[Address]:
    """One's own address book. Staff read where an order goes on the order."""
    return Address.filter(user_id=viewer.user_id) if viewer.user_id else Address.filter(Q(id__isnull=True))


def visible_sessions(viewer: Viewer) -> QuerySet[DeviceSession]:
    """The devices that one is signed in on."""
    if viewer.user_id is None:
        return DeviceSession.filter(Q(id__isnull=True))
    return alive().filter(user_id=viewer.user_id)


def alive() -> QuerySet[DeviceSession]:
    """Every session that is neither ended nor over."""
    return DeviceSession.filter(revoked_at=None, expires_at__gt=clock.machine())


def viewer_for(market: Market, user: User, *, like: Viewer | None = None) -> Viewer:
    """A viewer that speaks as `user`, from the place of `like`."""
    roles = frozenset(Role(role) for role in user.roles)
    address = like.address if like else ""
    cart_token = like.cart_token if like else None
    return Viewer(
        market=market, user_id=user.id, roles=roles, locale=user.locale, address=address, cart_token=cart_token
    )

"""People for tests: customers, staff in roles, and viewers that speak as them."""

import itertools
from typing import Any

from domain.access import Viewer
from domain.market import Market
from kit import clock
from kit.crypto import lookup_hash
from models.customers import Role, User

_numbers = itertools.count(1)


async def make_user(**overrides: Any) -> User:
    """A customer with a phone and an e-mail address of their own."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": f"Customer {number}",
        "phone": f"+86138{number:08d}",
        "email": f"customer{number}@example.com",
        "email_verified_at": clock.now(),
        "locale": "en",
        "created_at": clock.now(),
        **overrides,
    }
    for contact in ("phone", "email"):
        values[f"{contact}_hash"] = lookup_hash(values[contact]) if values[contact] else None
    return await User.create(**values)


async def make_staff(*roles: Role, **overrides: Any) -> User:
    """A member of staff in these roles."""
    return await make_user(roles=[role.value for role in roles], **overrides)


def viewer_for(market: Market, user: User) -> Viewer:
    """A viewer that speaks as `user`, without a session of its own."""
    return Viewer(
        market=market,
        user_id=user.id,
        roles=frozenset(Role(role) for role in user.roles),
        locale=user.locale,
        address="192.0.2.2",
    )

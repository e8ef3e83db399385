"""People as they see themselves and as staff see them: profile, contacts, address book, roles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

import strawberry
from strawberry import UNSET

from domain.customers import addresses, inbox, profile, regions, staff
from kit import ids
from kit.paging import Page, Sort, page, window
from kit.text import mask_email, mask_phone
from loaders import customers as loaders
from models.customers import Address, DeviceSession, Gender, Role, User
from models.notifications import OutgoingMessage
from resolvers.answers import Answer
from resolvers.context import Info
from resolvers.customers.accounts import ContactChoice, contact_of

OLDEST = Sort("users.oldest", ("created_at",))
CLEARABLE = frozenset({"gender", "birthday"})  # of a profile; null leaves the rest as it is


class CustomerKey(ContactChoice, Protocol):
    """How to find a person: exactly one is given."""

    @property
    def id(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Province:
    """A province-level division by its two names."""

    name: str
    english_name: str


async def me(info: Info) -> User | None:
    viewer = info.context.viewer
    return await info.context.load(loaders.users_by_id, viewer.user_id) if viewer.user_id else None


async def customer(info: Info, by: CustomerKey) -> User | None:
    viewer = info.context.viewer
    if by.id is not UNSET and by.id is not None:
        return await staff.find(viewer, user_id=ids.key_of("User", by.id, "by", "id"))
    return await staff.find(viewer, contact=contact_of(by, "by"))


async def staff_members(
    info: Info, *, first: int | None, after: str | None, last: int | None, before: str | None
) -> Page[User]:
    part = window(first=first, after=after, last=last, before=before)
    return await page(staff.staff(info.context.viewer), sort=OLDEST, window=part)


async def demo_inbox(info: Info, recipient: str, first: int) -> list[OutgoingMessage]:
    return await inbox.messages_to(info.context.viewer, recipient, limit=first)


def provinces() -> list[Province]:
    return [Province(name, regions.ENGLISH[name]) for name in regions.PROVINCES]


def phone(root: strawberry.Parent[User], info: Info) -> str | None:
    return root.phone if _oneself(root, info) or not root.phone else mask_phone(root.phone)


def email(root: strawberry.Parent[User], info: Info) -> str | None:
    return root.email if _oneself(root, info) or not root.email else mask_email(root.email)


def gender(root: strawberry.Parent[User], info: Info) -> Gender | None:
    return root.gender if _oneself(root, info) else None


def birthday(root: strawberry.Parent[User], info: Info) -> date | None:
    return root.birthday if _oneself(root, info) else None


def has_password(root: strawberry.Parent[User], info: Info) -> bool | None:
    return root.password_hash is not None if _oneself(root, info) else None


async def user_addresses(root: strawberry.Parent[User], info: Info) -> list[Address]:
    return await info.context.load(loaders.addresses_by_user, root.id)


async def user_sessions(root: strawberry.Parent[User], info: Info) -> list[DeviceSession]:
    return await info.context.load(loaders.sessions_by_user, root.id)


def is_current(root: strawberry.Parent[DeviceSession], info: Info) -> bool:
    return root.id == info.context.viewer.session_id


def province_english(root: strawberry.Parent[Address]) -> str:
    return regions.ENGLISH[root.province]


async def profile_update(info: Info, *, expected_version: int | None = None, **given: Any) -> Answer:
    changes = {
        name: value.value if isinstance(value, Enum) and name == "locale" else value
        for name, value in given.items()
        if value is not None or name in CLEARABLE
    }
    return Answer(user=await profile.update(info.context.viewer, expected_version=expected_version, **changes))


async def contact_change_request(info: Info, *, contact: ContactChoice) -> Answer:
    known = contact_of(contact, "contact")
    return Answer(expires_at=await profile.request_contact_change(info.context.viewer, known))


async def contact_change(info: Info, *, contact: ContactChoice, code: str) -> Answer:
    known = contact_of(contact, "contact")
    return Answer(user=await profile.change_contact(info.context.viewer, known, code))


async def address_create(info: Info, *, is_default: bool | None = None, **given: str | None) -> Answer:
    wanted = _without_nulls(given)
    return Answer(address=await addresses.create(info.context.viewer, is_default=bool(is_default), **wanted))


async def address_update(
    info: Info,
    *,
    address_id: str,
    is_default: bool | None = None,
    expected_version: int | None = None,
    **given: str | None,
) -> Answer:
    changed = await addresses.update(
        info.context.viewer,
        ids.key_of("Address", address_id, "addressId"),
        is_default=is_default,
        expected_version=expected_version,
        **_without_nulls(given),
    )
    return Answer(address=changed)


async def address_delete(info: Info, *, address_id: str) -> Answer:
    key = ids.key_of("Address", address_id, "addressId")
    await addresses.delete(info.context.viewer, key)
    return Answer(deleted_address_id=address_id)


async def staff_roles_set(
    info: Info, *, user_id: str, roles: Sequence[Role], expected_version: int | None = None
) -> Answer:
    key: UUID = ids.key_of("User", user_id, "userId")
    return Answer(user=await staff.set_roles(info.context.viewer, key, roles, expected_version=expected_version))


def _oneself(user: User, info: Info) -> bool:
    return user.id == info.context.viewer.user_id


def _without_nulls(given: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in given.items() if value is not None}

"""What people say about themselves, and moving an account to another phone or e-mail address."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from tortoise.exceptions import IntegrityError

from domain.access import Viewer
from domain.customers import codes, texts
from domain.customers.accounts import LONGEST_NAME, account_of, bind, contacts_of
from domain.customers.contacts import Contact
from kit import clock
from kit.errors import Refused
from kit.text import LOCALES
from kit.validate import Check, clean_all, clean_text
from models.customers import CodePurpose, Gender, User

EARLIEST_BIRTHDAY = date(1900, 1, 1)


def _gender(value: Gender | None, *, path: Sequence[str]) -> Gender | None:
    return value


def _birthday(value: date | None, *, path: Sequence[str]) -> date | None:
    if value is not None and not EARLIEST_BIRTHDAY <= value <= clock.now().date():
        raise Refused("BIRTHDAY_INVALID", path=path)
    return value


def _locale(value: str, *, path: Sequence[str]) -> str:
    if value not in LOCALES:
        raise Refused("INVALID_INPUT", path=path, why=", ".join(LOCALES))
    return value


def _avatar(value: str, *, path: Sequence[str]) -> str:
    """Empty, a picture of ours (`/media/…`) or one behind https."""
    url = clean_text(value, path=path, maximum=500)
    if not url or url.startswith("/media/"):
        return url
    try:
        parts = urlsplit(url)
        good = parts.scheme == "https" and bool(parts.hostname) and " " not in url
    except ValueError:
        good = False
    if not good:
        raise Refused("URL_INVALID", path=path)
    return url


CHECKS: Final[dict[str, Check]] = {
    "name": partial(clean_text, minimum=1, maximum=LONGEST_NAME),
    "gender": _gender,
    "birthday": _birthday,
    "avatar_url": _avatar,
    "locale": _locale,
}


async def update(viewer: Viewer, *, expected_version: int | None = None, **given: Any) -> User:
    """Change what is given of one's own profile."""
    user_id = viewer.require_user()
    cleaned = clean_all(given, CHECKS)
    async with viewer.market.change():
        user = await User.filter(id=user_id).select_for_update().get()
        if expected_version is not None and expected_version != user.version:
            raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=user)
        user.update_from_dict({**cleaned, "version": user.version + 1})
        await user.save(update_fields=[*cleaned, "version"])
        return user


async def request_contact_change(viewer: Viewer, contact: Contact) -> datetime:
    """Send a code to the phone or address that the account is to have."""
    code = await codes.issue(viewer, contact, CodePurpose.CHANGE_CONTACT, subject_id=viewer.require_user())
    await texts.tell_code(viewer, contact, "contact_code", code)
    return codes.good_until(viewer)


async def change_contact(viewer: Viewer, contact: Contact, code: str) -> User:
    """Put the proved phone or e-mail address in the place of the old one, and tell the old one."""
    user_id = viewer.require_user()
    row = await codes.check(viewer, contact, CodePurpose.CHANGE_CONTACT, code, subject_id=user_id)
    try:
        async with viewer.market.change():
            await codes.use(row)
            user = await User.filter(id=user_id).select_for_update().get()
            before = contacts_of(user)
            await _put(user, contact)
    except IntegrityError:  # somebody else proved it in this moment
        raise Refused("CONTACT_TAKEN", path=("contact",)) from None
    for old in before:
        if old.channel == contact.channel and old != contact:
            await texts.tell(viewer, old, "contact_changed", user.locale, other=contact.masked)
    return user


async def _put(user: User, contact: Contact) -> None:
    holder = await account_of(contact)
    if holder is not None and holder.id != user.id:
        raise Refused("CONTACT_TAKEN", path=("contact",))
    bind(user, contact)
    user.version += 1
    await user.save()

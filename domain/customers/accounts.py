"""Signing up and in, by a one-time code or by password, and getting a lost password back."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from domain.access import Viewer
from domain.customers import codes, passwords, sessions, texts
from domain.customers.contacts import Contact, email_contact, phone_contact
from domain.customers.sessions import Credentials
from kit import clock
from kit.errors import Refused
from kit.validate import Check, clean_all, clean_text
from models.customers import CodePurpose, User
from models.notifications import Channel

LONGEST_NAME = 60
LONGEST_DEVICE = 120

CHECKS: Final[dict[str, Check]] = {
    "name": partial(clean_text, maximum=LONGEST_NAME),
    "password": passwords.clean_password,
    "device": partial(clean_text, maximum=LONGEST_DEVICE),
}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person, what their device was given, and whether the account was made just now."""

    user: User
    credentials: Credentials
    is_new: bool = False


async def account_of(contact: Contact) -> User | None:
    """Whose phone or e-mail address it is."""
    return await User.filter(contact.query).first()


def contacts_of(user: User) -> list[Contact]:
    """The ways to reach a person."""
    phone = [phone_contact(user.phone)] if user.phone else []
    return [*phone, *([email_contact(user.email)] if user.email else [])]


async def request_sign_in_code(viewer: Viewer, contact: Contact) -> datetime:
    """Send a code that signs in, or up; gives when it expires."""
    code = await codes.issue(viewer, contact, CodePurpose.SIGN_IN)
    await texts.tell_code(viewer, contact, "sign_in_code", code)
    return codes.good_until(viewer)


async def sign_in_with_code(viewer: Viewer, contact: Contact, code: str, *, device: str = "") -> SignedIn:
    """Sign in whoever holds the contact; makes the account when it is new."""
    device = CHECKS["device"](device, path=("device",))
    row = await codes.check(viewer, contact, CodePurpose.SIGN_IN, code)
    async with viewer.market.change():
        await codes.use(row)
        user = await account_of(contact)
        is_new = user is None
        user = user or await _open_account(viewer, contact)
        return SignedIn(user, await sessions.start(viewer, user, device=device), is_new)


async def create(
    viewer: Viewer, contact: Contact, code: str, password: str, *, name: str = "", device: str = ""
) -> SignedIn:
    """Make an account with a password. The code proves the contact first, so nobody can sit on another's address."""
    cleaned = clean_all({"name": name, "password": password, "device": device}, CHECKS)
    row = await codes.check(viewer, contact, CodePurpose.SIGN_IN, code)
    password_hash = await passwords.hashed(cleaned["password"])
    async with viewer.market.change():
        await codes.use(row)
        if await account_of(contact) is not None:
            raise Refused("CONTACT_TAKEN", path=("contact",))
        user = await _open_account(viewer, contact, name=cleaned["name"], password_hash=password_hash)
        return SignedIn(user, await sessions.start(viewer, user, device=cleaned["device"]), is_new=True)


async def sign_in_with_password(viewer: Viewer, contact: Contact, password: str, *, device: str = "") -> SignedIn:
    """Sign in; refuses CREDENTIALS_INVALID for a wrong password and an unknown contact alike."""
    device = CHECKS["device"](device, path=("device",))
    await passwords.count_try(viewer, contact)
    user = await account_of(contact)
    if not await passwords.fits(user.password_hash if user else None, password) or user is None:
        raise Refused("CREDENTIALS_INVALID")
    await passwords.forget_tries(contact)
    await _renew_hash(user, password)
    async with viewer.market.change():
        return SignedIn(user, await sessions.start(viewer, user, device=device))


async def request_password_reset(viewer: Viewer, contact: Contact) -> datetime:
    """Send a code that sets a new password, if there is an account; the answer does not tell."""
    async with codes.quietly():
        code = await codes.issue(viewer, contact, CodePurpose.RESET_PASSWORD)
        if await account_of(contact) is not None:
            await texts.tell_code(viewer, contact, "password_code", code)
        return codes.good_until(viewer)


async def reset_password(viewer: Viewer, contact: Contact, code: str, password: str, *, device: str = "") -> SignedIn:
    """Set a new password, take the lock off, sign every device out and this one in."""
    cleaned = clean_all({"password": password, "device": device}, CHECKS)
    row = await codes.check(viewer, contact, CodePurpose.RESET_PASSWORD, code)
    password_hash = await passwords.hashed(cleaned["password"])
    async with viewer.market.change():
        await codes.use(row)
        user = await account_of(contact)
        if user is None:
            raise Refused("CODE_INVALID", path=("code",))  # the contact has moved away from its account meanwhile
        await User.filter(id=user.id).update(password_hash=password_hash)
        await sessions.end_all(user.id, reason="PASSWORD_RESET")
        for own in contacts_of(user):
            await passwords.forget_tries(own)
        signed_in = SignedIn(user, await sessions.start(viewer, user, device=cleaned["device"]))
    await _tell_password_changed(viewer, user)
    return signed_in


async def change_password(viewer: Viewer, *, password: str, new_password: str) -> User:
    """Replace one's password and sign every other device out. Who has none yet sets it by `reset_password`."""
    user = await User.get(id=viewer.require_user())
    contacts = contacts_of(user)
    new_password = passwords.clean_password(new_password, path=("newPassword",))
    await passwords.count_try(viewer, contacts[0])
    if not await passwords.fits(user.password_hash, password):
        raise Refused("CREDENTIALS_INVALID", path=("password",))
    await passwords.forget_tries(contacts[0])
    password_hash = await passwords.hashed(new_password)
    async with viewer.market.change():
        await User.filter(id=user.id).update(password_hash=password_hash)
        await sessions.end_all(user.id, reason="PASSWORD_CHANGED", but=viewer.session_id)
    await _tell_password_changed(viewer, user)
    return user


def bind(user: User, contact: Contact) -> None:
    """Put a proved contact in the place of the one of its kind."""
    if contact.channel == Channel.SMS:
        user.phone, user.phone_hash = contact.value, contact.hash
    else:
        user.email, user.email_hash = contact.value, contact.hash
        user.email_verified_at = clock.now()


async def _open_account(viewer: Viewer, contact: Contact, **values: str) -> User:
    user = User(locale=viewer.locale, created_at=clock.now(), **values)
    bind(user, contact)
    await user.save(force_create=True)
    return user


async def _renew_hash(user: User, password: str) -> None:
    if user.password_hash and passwords.is_outdated(user.password_hash):
        renewed = await passwords.hashed(password)
        await User.filter(id=user.id, password_hash=user.password_hash).update(password_hash=renewed)


async def _tell_password_changed(viewer: Viewer, user: User) -> None:
    for contact in contacts_of(user):
        await texts.tell(viewer, contact, "password_changed", user.locale)

"""Passwords: argon2id, checked away from the event loop, and locked for a while after too many bad tries.

A check costs the same whether or not there is an account, and an unknown contact is locked like a known one, so neither
the time nor the answer tells who has an account here.
"""

import asyncio
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from math import ceil

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.access import Viewer
from domain.customers.contacts import Contact
from kit import clock
from kit.errors import Refused
from models.customers import PasswordTries

SHORTEST, LONGEST = 8, 128  # characters

# OWASP's figures for argon2id: 19 MiB, two passes, one lane. About 40 ms of one core, and many may sign in at once.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def clean_password(value: str, *, path: Sequence[str] = ()) -> str:
    """A password that may be chosen, in normal form KC, so that every keyboard types the same one."""
    password = _normal(value)
    if not password.isprintable():
        raise Refused("UNREADABLE_TEXT", path=path)
    if len(password) < SHORTEST:
        raise Refused("TOO_SHORT", path=path, minimum=SHORTEST)
    if len(password) > LONGEST:
        raise Refused("TOO_LONG", path=path, maximum=LONGEST)
    return password


async def hashed(password: str) -> str:
    """What is stored of a cleaned password."""
    return await asyncio.to_thread(_hasher.hash, password)


async def fits(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one behind the hash; takes as long when there is no hash."""
    fitting = await asyncio.to_thread(_verify, password_hash or _nobodys_hash(), _normal(password[: 4 * LONGEST]))
    return fitting and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other figures than today's."""
    return _hasher.check_needs_rehash(password_hash)


async def count_try(viewer: Viewer, contact: Contact) -> None:
    """Count a try before its password is looked at; refuses PASSWORD_LOCKED while the lock holds.

    The last allowed try locks at once and a right password takes the lock off again: many tries at the same moment get
    no further than one after the other.
    """
    policy = viewer.market.policy
    now = clock.now()
    await PasswordTries.bulk_create([PasswordTries(contact_hash=contact.hash)], ignore_conflicts=True)
    async with viewer.market.change():
        tries = await PasswordTries.filter(contact_hash=contact.hash).select_for_update().get()
        if tries.locked_until is not None and tries.locked_until > now:
            minutes = ceil((tries.locked_until - now).total_seconds() / 60)
            raise Refused("PASSWORD_LOCKED", retryable=True, until=tries.locked_until, minutes=minutes)
        tries.bad, tries.locked_until = tries.bad + 1, None
        if tries.bad >= policy.password_attempts:
            tries.bad, tries.locked_until = 0, now + timedelta(minutes=policy.password_lock_minutes)
        await tries.save(update_fields=["bad", "locked_until"])


async def forget_tries(contact: Contact) -> None:
    """After the right password, or a new one: start counting anew."""
    await PasswordTries.filter(contact_hash=contact.hash).update(bad=0, locked_until=None)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe())


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)

"""One-time codes: six digits to one contact for one purpose, used once, with few tries and few codes an hour."""

import asyncio
import secrets
import time
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from tortoise.expressions import F

from domain.access import Viewer
from domain.customers.contacts import Contact
from kit import clock
from kit.crypto import lookup_hash, same
from kit.errors import Refused
from models.customers import CodePurpose, OneTimeCode

DIGITS = 6
HOUR = timedelta(hours=1)
QUIET_SECONDS = (
    0.1  # a request for a code takes at least this long, so that its time does not tell whether one was sent
)


async def issue(viewer: Viewer, contact: Contact, purpose: CodePurpose, *, subject_id: UUID | None = None) -> str:
    """A new code, which replaces the ones before it. Refuses TOO_MANY_REQUESTS per contact and per caller's address.

    The row is written first and counted afterwards: who races sees the others' rows, so no burst gets past the limit.
    """
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    now = clock.now()
    row = await OneTimeCode.create(
        purpose=purpose,
        contact_hash=contact.hash,
        subject_id=subject_id,
        code_hash=_hashed(purpose, contact, code),
        caller_hash=lookup_hash(viewer.address),
        expires_at=now + timedelta(minutes=viewer.market.policy.code_minutes),
        created_at=now,
    )
    wait = await _wait(viewer, row)
    if wait is not None:
        await row.delete()
        raise Refused("TOO_MANY_REQUESTS", retryable=True, seconds=wait)
    older = OneTimeCode.filter(purpose=purpose, contact_hash=contact.hash, subject_id=subject_id, used_at=None)
    await older.filter(id__not=row.id, created_at__lte=row.created_at).update(used_at=now)
    return code


async def check(
    viewer: Viewer, contact: Contact, purpose: CodePurpose, code: str, *, subject_id: UUID | None = None
) -> OneTimeCode:
    """The row behind a right code. Every try counts, also one whose transaction later fails, so call it outside of any.

    Wrong, expired, used, tried too often or never sent: always the same CODE_INVALID.
    """
    row = (
        await OneTimeCode.filter(
            purpose=purpose, contact_hash=contact.hash, subject_id=subject_id, used_at=None, expires_at__gt=clock.now()
        )
        .order_by("-created_at", "-id")
        .first()
    )
    if row is None or not await _count_try(viewer, row) or not same(row.code_hash, _hashed(purpose, contact, code)):
        raise Refused("CODE_INVALID", path=("code",))
    return row


async def use(row: OneTimeCode) -> None:
    """Spend a checked code, inside the transaction that does what it opens. Of two racing uses one is refused."""
    if not await OneTimeCode.filter(id=row.id, used_at=None).update(used_at=clock.now()):
        raise Refused("CODE_INVALID", path=("code",))


def good_until(viewer: Viewer) -> datetime:
    """When a code that is sent now expires."""
    return clock.now() + timedelta(minutes=viewer.market.policy.code_minutes)


@asynccontextmanager
async def quietly() -> AsyncIterator[None]:
    """Take at least QUIET_SECONDS, whether or not there was anybody to send a code to."""
    started = time.monotonic()
    try:
        yield
    finally:
        await asyncio.sleep(max(0.0, started + QUIET_SECONDS - time.monotonic()))


async def _count_try(viewer: Viewer, row: OneTimeCode) -> int:
    tries = OneTimeCode.filter(id=row.id, used_at=None, attempts__lt=viewer.market.policy.code_attempts)
    return await tries.update(attempts=F("attempts") + 1)


async def _wait(viewer: Viewer, row: OneTimeCode) -> int | None:
    """Seconds until another code may go out; None when this one may."""
    policy = viewer.market.policy
    for column, limit in (
        ("contact_hash", policy.codes_per_contact_per_hour),
        ("caller_hash", policy.codes_per_address_per_hour),
    ):
        recent = OneTimeCode.filter(**{column: getattr(row, column)}, created_at__gt=row.created_at - HOUR)
        codes = await recent.order_by("-created_at").limit(limit + 1).only("id", "created_at")
        if len(codes) > limit:
            return max(1, ceil((codes[-1].created_at + HOUR - row.created_at).total_seconds()))
    return None


def _hashed(purpose: CodePurpose, contact: Contact, code: str) -> str:
    digits = "".join(mark for mark in unicodedata.normalize("NFKC", code[:40]) if mark in "0123456789")
    return lookup_hash(f"code:{purpose}:{contact.hash}:{digits}")

"""Answers a repeated call with what the first one made."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain.access import Viewer
from kit import clock
from kit.errors import Refused
from models.database import persistent
from models.idempotency import KeyedCall

LONGEST_KEY = 100
KEYS_ARE_KEPT = timedelta(days=30)


async def once(
    viewer: Viewer,
    operation: str,
    key: str,
    *,
    asked: object,
    work: Callable[[], Awaitable[UUID]],
    actor: str | None = None,
) -> UUID:
    """Do `work` in one transaction unless this caller did it under `key` before; gives the id of the row that it made.

    A repeated call with other input is refused as IDEMPOTENCY_KEY_REUSED. Of two racing calls one works: the other
    waits on the unique row and then gets the same id. A refused call leaves no trace, so that it can be tried again.
    `actor` names the caller where the viewer's own key would change between two tries.
    """
    _check(key)
    who, digest = _name(actor or viewer.key), _digest(asked)
    known = await _known(who, operation, key, digest)
    if known is not None:
        return known
    call = KeyedCall(actor=who, operation=operation, key=key, input_hash=digest, created_at=clock.now())
    try:
        return await _first(viewer, call, work)
    except IntegrityError:
        known = await _known(who, operation, key, digest)
        if known is None:
            raise  # not our row: a constraint of the work itself
        return known


@persistent
async def _first(viewer: Viewer, call: KeyedCall, work: Callable[[], Awaitable[UUID]]) -> UUID:
    async with viewer.market.change():
        await call.save(force_create=True)
        call.result_id = await work()
        await call.save(update_fields=["result_id"], force_update=True)
        return call.result_id


async def answered(viewer: Viewer, operation: str, key: str, *, asked: object, actor: str | None = None) -> UUID | None:
    """What `once` gave for this very call before, for work that must be prepared outside its transaction."""
    _check(key)
    return await _known(_name(actor or viewer.key), operation, key, _digest(asked))


def _name(actor: str) -> str:
    return hashlib.sha256(actor.encode()).hexdigest()


def _digest(asked: object) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


def _check(key: str) -> None:
    if not key.strip() or len(key) > LONGEST_KEY or not key.isprintable():
        raise Refused("INVALID_IDEMPOTENCY_KEY", path=("idempotencyKey",), maximum=LONGEST_KEY)


async def _known(who: str, operation: str, key: str, digest: str) -> UUID | None:
    call = await KeyedCall.get_or_none(actor=who, operation=operation, key=key)
    if call is None or call.result_id is None:
        return None
    if call.input_hash != digest:
        raise Refused("IDEMPOTENCY_KEY_REUSED", path=("idempotencyKey",))
    return call.result_id


async def forget_old() -> None:
    """Take away records of calls that nobody repeats any more."""
    await KeyedCall.filter(created_at__lt=clock.now() - KEYS_ARE_KEPT).delete()

"""Keys and public ids: time-ordered and unguessable inside, opaque and tagged with their type outside."""

import os
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kit.errors import Refused, refuse_all

# No 0/O, 1/I/L, 2/Z, 5/S, 8/B: numbers are read aloud over the telephone.
READABLE = "34679ACDEFGHJKMNPQRTUVWXY"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_ID = 200  # characters; a longer one is refused before it is looked at


def new_id() -> UUID:
    """A UUID of version 7: sorts by creation time, also within a millisecond; 62 random bits."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000  # twelve more bits of time: rows made in one go keep their order
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (fraction << 64) | (0x2 << 62) | random)


def to_public(type_name: str, key: UUID) -> str:
    """`("Order", key)` → the opaque id that clients see."""
    return urlsafe_b64encode(type_name.encode() + b":" + key.bytes).rstrip(b"=").decode()


def from_public(public_id: str) -> tuple[str, UUID] | None:
    """The type name and key behind a public id, or None when it is not one."""
    if not public_id or len(public_id) > LONGEST_ID or not public_id.isascii():
        return None
    try:
        raw = urlsafe_b64decode(public_id + "=" * (-len(public_id) % 4))
        type_name, separator, key = raw.partition(b":")
        if not separator or len(key) != 16:
            return None
        found = type_name.decode("ascii"), UUID(bytes=key)
    except ValueError:
        return None
    return found if to_public(*found) == public_id else None  # one spelling for one thing


def to_public_past(type_name: str, key: UUID, at: datetime) -> str:
    """The opaque id of a thing as it was at a moment."""
    microseconds = (at - EPOCH) // timedelta(microseconds=1)
    tail = key.bytes + microseconds.to_bytes(8, "big")
    return urlsafe_b64encode(type_name.encode() + b"@" + tail).rstrip(b"=").decode()


def from_public_past(public_id: str) -> tuple[str, UUID, datetime] | None:
    """The type name, key and moment behind such an id, or None when it is not one."""
    if not public_id or len(public_id) > LONGEST_ID or not public_id.isascii():
        return None
    try:
        type_name, separator, tail = urlsafe_b64decode(public_id + "=" * (-len(public_id) % 4)).partition(b"@")
        if not separator or len(tail) != 24:
            return None
        at = EPOCH + timedelta(microseconds=int.from_bytes(tail[16:], "big"))
        found = type_name.decode("ascii"), UUID(bytes=tail[:16]), at
    except (ValueError, OverflowError):
        return None
    return found if to_public_past(*found) == public_id else None


def find_key(type_name: str, public_id: str) -> UUID | None:
    """The key behind an id of `type_name`; None for anything else."""
    found = from_public(public_id)
    return found[1] if found is not None and found[0] == type_name else None


def key_of(type_name: str, public_id: str, *path: str) -> UUID:
    """The key behind an id of `type_name`; refuses anything else as INVALID_ID at `path`."""
    key = find_key(type_name, public_id)
    if key is None:
        raise Refused("INVALID_ID", path=path, expected=type_name)
    return key


def keys_of(type_name: str, public_ids: Sequence[str], *path: str) -> list[UUID]:
    """The keys behind the ids in a list of the input; all that are none are refused at once.

    `path` leads to the list; what it ends with after the list's own name leads on from each of its items.
    """
    head, *tail = path
    keys = [find_key(type_name, public_id) for public_id in public_ids]
    refuse_all(
        [
            Refused("INVALID_ID", path=(head, str(index), *tail), expected=type_name)
            for index, key in enumerate(keys)
            if key is None
        ]
    )
    return [key for key in keys if key is not None]


def readable(length: int) -> str:
    """Random characters that people can read out."""
    return "".join(secrets.choice(READABLE) for _ in range(length))


def token() -> str:
    """A secret of 256 random bits for a URL or a header."""
    return secrets.token_urlsafe(32)

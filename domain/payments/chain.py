"""The chain over the journal: each entry gets a number and a digest over itself and the one before it.

Who changes, adds or removes a numbered entry behind the market's back breaks the chain at that place, and `verify`
names it. Entries are numbered after their transaction, so that no movement of money waits for another.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from domain.access import Permission, Viewer
from domain.events import counter
from models.database import transaction
from models.outbox import Counter
from models.payments import JournalEntry, Posting

COUNTER = "journal_number"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Chain:
    """What the journal looks like from outside. `broken_at` is the first number at which it is not what it was."""

    length: int
    digest: str
    waiting: int
    broken_at: int | None


async def seal() -> int:
    """Number what was booked since the last time, one process at a time; gives how many entries."""
    sealed = 0
    while count := await _seal_some():
        sealed += count
    return sealed


async def _seal_some() -> int:
    if not await JournalEntry.filter(number=None).exists():
        return 0
    async with transaction():
        last = await counter(COUNTER)
        previous = await JournalEntry.get_or_none(number=last.value)
        digest = previous.digest or "" if previous else ""
        entries = await JournalEntry.filter(number=None).order_by("created_at", "id").limit(AT_ONCE)
        sides = await _sides(entries)
        for number, entry in enumerate(entries, start=last.value + 1):
            entry.number, entry.digest = number, digest_of(entry, sides[entry.id], number=number, previous=digest)
            digest = entry.digest
        if entries:
            await JournalEntry.bulk_update(entries, fields=["number", "digest"])
            last.value += len(entries)
            await last.save(update_fields=["value"])
    return len(entries)


async def read(viewer: Viewer) -> Chain:
    """Look at the whole chain, for those who may see the books."""
    viewer.require(Permission.SEE_LEDGER)
    return await verify()


async def verify() -> Chain:
    """Compute every digest anew, oldest first."""
    length, digest = 0, ""
    while entries := await JournalEntry.filter(number__gt=length).order_by("number").limit(AT_ONCE):
        sides = await _sides(entries)
        for entry in entries:
            expected = digest_of(entry, sides[entry.id], number=length + 1, previous=digest)
            if entry.number != length + 1 or entry.digest != expected:
                return await _chain(length, digest, broken_at=length + 1)
            length, digest = length + 1, expected
    last = await Counter.get_or_none(name=COUNTER)
    is_cut = last is not None and last.value > length
    return await _chain(length, digest, broken_at=length + 1 if is_cut else None)


async def _chain(length: int, digest: str, *, broken_at: int | None) -> Chain:
    return Chain(length, digest, await JournalEntry.filter(number=None).count(), broken_at)


def digest_of(entry: JournalEntry, sides: Sequence[Posting], *, number: int, previous: str) -> str:
    """SHA-256 in hexadecimal over the digest before it and everything that an entry says."""
    said = {
        "previous": previous,
        "number": number,
        "id": str(entry.id),
        "kind": entry.kind,
        "reference": entry.reference,
        "order": str(entry.order_id or ""),
        "reverses": str(entry.reverses_id or ""),
        "booked_by": str(entry.booked_by or ""),
        "note": entry.note,
        "created_at": entry.created_at.astimezone(UTC).isoformat(),
        "postings": sorted([one.account.value, one.currency, one.amount] for one in sides),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


async def _sides(entries: Sequence[JournalEntry]) -> dict[object, list[Posting]]:
    found: dict[object, list[Posting]] = {entry.id: [] for entry in entries}
    for posting in await Posting.filter(entry_id__in=list(found)):
        found[posting.entry_id].append(posting)
    return found

"""What must happen later, or in an area further up: a timer, written in the transaction that makes it necessary."""

from datetime import datetime
from uuid import UUID

from kit import clock
from models.jobs import Timer


async def at(kind: str, subject_id: UUID, due_at: datetime) -> None:
    """Have `kind` done for `subject_id` at `due_at` (market time). Asking again moves it and makes it due again."""
    await Timer.bulk_create(
        [Timer(kind=kind, subject_id=subject_id, due_at=due_at)],
        on_conflict=["kind", "subject_id"],
        update_fields=["due_at", "done_at", "claimed_until", "attempts"],
    )


async def soon(kind: str, subject_id: UUID) -> None:
    """Have it done right after this transaction."""
    await at(kind, subject_id, clock.now())


async def never(kind: str, subject_id: UUID) -> None:
    """Call it off."""
    await Timer.filter(kind=kind, subject_id=subject_id, done_at__isnull=True).update(done_at=clock.now())

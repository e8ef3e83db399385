"""A lease in the database: of several processes one holds it, and loses it when it dies or is away too long."""

import random
from datetime import datetime, timedelta
from typing import Self

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from jobs.sweeps import EVERYTHING
from kit import clock
from models.jobs import Timer

LEASE = timedelta(seconds=20)
RENEWED_BEFORE_THE_END = timedelta(seconds=12)


class Lease:
    """Kept as the claim on a timer that is done, so that nobody ever runs it."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._until: datetime | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._until is not None:
            await self._row().filter(claimed_until=self._until).update(claimed_until=None)

    async def held(self) -> bool:
        """Whether it is ours: takes it while it is free, renews it when it comes near its end."""
        now = clock.machine()
        if self._until is not None and now < self._until - RENEWED_BEFORE_THE_END:
            return True
        await Timer.bulk_create(
            [Timer(kind=self._kind, subject_id=EVERYTHING, due_at=now, done_at=now)], ignore_conflicts=True
        )
        mine = Q(claimed_until=self._until) if self._until is not None else Q(id__isnull=True)
        until = now + LEASE + timedelta(microseconds=random.randrange(1_000_000))  # names the holder, too
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
        taken = await self._row().filter(mine | free).update(claimed_until=until, done_at=clock.now())
        self._until = until if taken else None
        return bool(taken)

    def _row(self) -> QuerySet[Timer]:
        return Timer.filter(kind=self._kind, subject_id=EVERYTHING)

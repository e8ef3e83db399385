"""How much each caller may still ask for: a leaky bucket of cost points per caller."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

MOST_CALLERS = 50_000  # buckets kept in memory; the longest untouched goes first, and by then it is full again


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a bucket answered."""

    granted: bool
    available: int
    size: int
    refill_per_second: int
    wait_seconds: int = 0

    def shown(self, cost: int) -> dict[str, Any]:
        """`extensions.throttle`."""
        return {
            "cost": cost,
            "available": self.available,
            "size": self.size,
            "refillPerSecond": self.refill_per_second,
        }


class Throttle(Protocol):
    """Where the buckets are: in this process, or shared by several."""

    async def take(self, caller: str, points: int) -> Allowance:
        """Take `points` from the caller's bucket, or nothing at all when it holds less."""
        ...


class LocalThrottle:
    """Buckets of one process."""

    def __init__(self, size: int, refill_per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._refill = refill_per_second
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is left, and when it was counted

    async def take(self, caller: str, points: int) -> Allowance:
        now = self._clock()
        left, counted = self._buckets.pop(caller, (float(self._size), now))
        left = min(self._size, left + (now - counted) * self._refill)
        granted = points <= left
        if granted:
            left -= points
        self._buckets[caller] = (left, now)
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        wait = 0 if granted else max(1, math.ceil((points - left) / self._refill))
        return Allowance(granted, int(left), self._size, self._refill, wait)

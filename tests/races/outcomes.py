"""Many calls at once in one process, and what became of them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from kit.errors import Refusals, Refused

Outcome = Counter[str]
Try = Callable[[], Awaitable[object]]

AT_ONCE = 12  # more would only wait for a connection


async def all_at_once(tries: Sequence[Try], *, most: int = AT_ONCE) -> Outcome:
    """How often it was done, and how often refused, by code. A bug is raised."""
    turn = asyncio.Semaphore(most)

    async def one(attempt: Try) -> str:
        async with turn:
            return await outcome_of(attempt)

    return Counter(await asyncio.gather(*(one(attempt) for attempt in tries)))


async def outcome_of(attempt: Try) -> str:
    """`done`, or the code of the first refusal."""
    try:
        await attempt()
    except Refused as refused:
        return refused.code
    except Refusals as several:
        return several.refusals[0].code
    return "done"

"""Wakes readers of the event table, in this process and in others. Truth is the table: a lost wake-up costs time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Protocol

import redis.asyncio as redis
from redis.exceptions import RedisError

CHANNEL = "jishi:events"


class EventBus(Protocol):
    """Carries one message: something was written, look again."""

    async def wake(self) -> None:
        """Tell every process. Never raises: whoever missed it looks again by itself."""

    def wakeups(self) -> AsyncIterator[None]:
        """One item for each wake-up, several at once may come as one."""

    async def close(self) -> None:
        """Give connections back."""


class InProcessBus:
    """For one process, or for several that look at the table every second."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Event] = set()

    async def wake(self) -> None:
        for listener in self._listeners:
            listener.set()

    async def wakeups(self) -> AsyncIterator[None]:
        listener = asyncio.Event()
        self._listeners.add(listener)
        try:
            while True:
                await listener.wait()
                listener.clear()
                yield
        finally:
            self._listeners.discard(listener)

    async def close(self) -> None:
        return None


class RedisBus:
    """For many processes on many machines: Redis publish/subscribe."""

    def __init__(self, url: str, *, channel: str = CHANNEL) -> None:
        self._channel = channel
        self._redis = redis.Redis.from_url(url, socket_connect_timeout=2.0, socket_timeout=None)

    async def wake(self) -> None:
        with contextlib.suppress(RedisError, OSError):
            await self._redis.publish(self._channel, b"")

    async def wakeups(self) -> AsyncIterator[None]:
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(self._channel)
                    yield  # what was written while nobody listened
                    async for message in pubsub.listen():
                        if message["type"] == "message":
                            yield
            except (RedisError, OSError):
                await asyncio.sleep(1.0)  # readers look by themselves meanwhile

    async def close(self) -> None:
        await self._redis.aclose()

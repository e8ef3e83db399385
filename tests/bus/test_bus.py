import asyncio
import os
import uuid
from collections.abc import AsyncIterator

import pytest
import redis.asyncio as redis
from redis.exceptions import RedisError

from adapters.bus import EventBus, InProcessBus, RedisBus

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


async def redis_reason() -> str | None:
    client = redis.Redis.from_url(REDIS, socket_connect_timeout=2)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        return f"no Redis at {REDIS}: {error}"
    finally:
        await client.aclose()
    return None


@pytest.fixture(params=["in process", pytest.param("redis", marks=pytest.mark.redis)])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[EventBus]:
    if request.param == "in process":
        yield InProcessBus()
        return
    reason = await redis_reason()
    if reason is not None:
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    bus = RedisBus(REDIS, channel=f"jishi:test:{uuid.uuid4().hex}")
    yield bus
    await bus.close()


async def listening(bus: EventBus) -> tuple["asyncio.Queue[None]", "asyncio.Task[None]"]:
    """A listener that has begun to listen: what it hears at the start is already taken out."""
    heard: asyncio.Queue[None] = asyncio.Queue()

    async def listen() -> None:
        async for _ in bus.wakeups():
            heard.put_nowait(None)

    task = asyncio.create_task(listen())
    await asyncio.sleep(0.3)
    while not heard.empty():
        heard.get_nowait()
    return heard, task


async def test_every_listener_is_woken(bus: EventBus) -> None:
    one, task_one = await listening(bus)
    other, task_other = await listening(bus)
    await bus.wake()
    await asyncio.wait_for(asyncio.gather(one.get(), other.get()), 5)
    task_one.cancel()
    task_other.cancel()


async def test_waking_nobody_is_no_error(bus: EventBus) -> None:
    await bus.wake()


async def test_a_bus_that_is_away_does_not_fail_whoever_writes() -> None:
    away = RedisBus("redis://127.0.0.1:1/0")
    await asyncio.wait_for(away.wake(), 10)
    await away.close()


async def test_a_listener_outlives_a_bus_that_is_away() -> None:
    away = RedisBus("redis://127.0.0.1:1/0")
    _, task = await listening(away)
    await asyncio.sleep(0.2)
    assert not task.done()
    task.cancel()
    await away.close()

import asyncio
from contextlib import suppress

import pytest
from tortoise.exceptions import TransactionManagementError

from domain.market import Market
from models.backends import sqlite
from models.database import transaction
from models.outbox import Counter


async def count_up(name: str) -> None:
    async with transaction():
        await Counter.create(name=name)


@pytest.mark.parametrize("steps", range(12))
async def test_a_caller_that_goes_away_at_any_moment_leaves_the_database_free(market: Market, steps: int) -> None:
    """More often than the pool has connections, so that one that is not given back shows."""
    for turn in range(12):
        task = asyncio.ensure_future(count_up(f"gone {turn}"))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    async with asyncio.timeout(10):
        await asyncio.gather(*(count_up(f"stays {turn}") for turn in range(12)))
    assert await Counter.filter(name__startswith="stays").count() == 12


async def test_nothing_is_written_inside_a_transaction_whose_caller_is_gone(market: Market) -> None:
    for _ in range(20):
        task = asyncio.ensure_future(count_up("gone"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await Counter.filter(name="gone").delete()
    await Counter.create(name="outside")
    with suppress(ZeroDivisionError):
        async with transaction():
            await Counter.create(name="inside")
            raise ZeroDivisionError
    assert [counter.name for counter in await Counter.all()] == ["outside"]


async def test_waiting_in_vain_for_another_process_frees_the_database(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked_out(self: object) -> None:
        raise TransactionManagementError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(sqlite._ImmediateTransaction, "begin", locked_out)
        patched.setattr("models.backends.postgres._CountedTransaction.begin", locked_out)
        for _ in range(12):
            with pytest.raises(TransactionManagementError):
                await count_up("never")
    async with asyncio.timeout(10):
        await count_up("later")
    assert [counter.name for counter in await Counter.all()] == ["later"]

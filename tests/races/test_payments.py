"""Several servers at once over the same money."""

import asyncio
from functools import partial
from uuid import UUID

import pytest

from adapters.payments import callbacks
from adapters.payments.provider import Notice, NoticeKind
from adapters.signatures import signed_headers
from domain.access import system
from domain.market import Market
from domain.payments import refunds, webhooks
from domain.payments.refunds import Asked
from kit import clock, ids
from kit.errors import Refusals, Refused
from models.orders import Order
from models.payments import JournalEntry, Payment, ProviderNotice, Refund, RefundReason
from tests.factories.payments import SECRET, lines_of, make_order, make_paid_order, run, ship_all, start_payment
from tests.races.processes import race

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database_url", ["postgres"], indirect=True)]

PROCESSES = 4


async def give_back_again_and_again(market: Market, number: int, *, order_id: UUID, line_id: UUID, tries: int) -> int:
    """How many of `tries` refunds of one unit worked."""

    async def one() -> bool:
        try:
            await refunds.create(
                system(market),
                order_id,
                lines=[Asked(line_id, 1)],
                reason=RefundReason.QUALITY,
                idempotency_key=ids.token(),
            )
        except (Refused, Refusals):
            return False
        return True

    return sum(await asyncio.gather(*(one() for _ in range(tries))))


async def test_fifty_racing_refunds_of_one_order_never_exceed_it(market: Market, database_url: str) -> None:
    order = await make_paid_order(market, lines=((999, 20, 7),), shipping=600)
    await ship_all(market, order)
    [line] = await lines_of(order)
    work = partial(give_back_again_and_again, order_id=order.id, line_id=line.id, tries=13)
    assert sum(await race(work, database_url=database_url, processes=PROCESSES)) == 20
    order = await Order.get(id=order.id)
    assert order.refunded == line.total == 19973
    assert sum(refund.amount for refund in await Refund.all()) == 19973
    await run(market)
    assert (await Payment.get()).refunded == 19973


async def use_one_key(market: Market, number: int, *, order_id: UUID, line_id: UUID) -> list[UUID]:
    """The refunds that eight calls under one key give."""

    async def one() -> UUID:
        made = await refunds.create(
            system(market), order_id, lines=[Asked(line_id, 1)], reason=RefundReason.QUALITY, idempotency_key="one key"
        )
        return made[0].id

    return await asyncio.gather(*(one() for _ in range(8)))


async def test_racing_refunds_under_one_key_are_one_refund(market: Market, database_url: str) -> None:
    order = await make_paid_order(market, lines=((1000, 20, 0),))
    [line] = await lines_of(order)
    work = partial(use_one_key, order_id=order.id, line_id=line.id)
    answers = await race(work, database_url=database_url, processes=PROCESSES)
    assert len({refund_id for answer in answers for refund_id in answer}) == 1
    assert (await Order.get(id=order.id)).refunded == 1000


async def call_back(market: Market, number: int, *, body: bytes, headers: dict[str, str]) -> list[str]:
    """What the market makes of ten deliveries of one callback."""
    deliveries = (webhooks.receive(market, "simulator", body=body, headers=headers) for _ in range(10))
    return await asyncio.gather(*deliveries)


async def test_a_callback_that_reaches_every_server_at_once_credits_once(market: Market, database_url: str) -> None:
    order = await make_order(market)
    payment = await start_payment(market, order)
    notice = Notice(
        notice_id="EVT_1",
        kind=NoticeKind.CAPTURED,
        request_key=payment.number,
        reference=payment.provider_reference or "",
        amount=payment.amount,
        currency=payment.currency,
        occurred_at=clock.now(),
    )
    body = callbacks.write(notice).encode()
    headers = signed_headers(body, secret=SECRET, now=clock.machine())
    answers = await race(partial(call_back, body=body, headers=headers), database_url=database_url, processes=PROCESSES)
    outcomes = sorted(outcome for answer in answers for outcome in answer)
    assert outcomes == ["captured"] + ["duplicate"] * (10 * PROCESSES - 1)
    assert (await Order.get(id=order.id)).captured == 2600
    assert await ProviderNotice.all().count() == 1
    assert await JournalEntry.filter(order_id=order.id).count() == 1

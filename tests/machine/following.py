"""Lets the model see each timer that the market does, so that it knows what came first."""

import json
from collections.abc import Awaitable, Callable
from uuid import UUID

from domain.market import Market
from jobs.registry import HANDLERS
from jobs.runner import Handler
from kit import clock
from models.fulfillment import CarrierCode, Parcel
from models.orders import OrderState
from models.payments import SimulatedNotice
from tests.machine.model import Books

Told = Callable[[Market, Books, UUID], Awaitable[None]]


def handlers(books: Books) -> dict[str, Handler]:
    """The market's own handlers, each followed by what the model makes of it."""
    return {kind: _followed(handler, AFTERWARDS.get(kind), books) for kind, handler in HANDLERS.items()}


def _followed(handler: Handler, told: Told | None, books: Books) -> Handler:
    async def turn(market: Market, subject: UUID) -> None:
        await handler(market, subject)
        if told is not None:
            await told(market, books, subject)

    return turn


async def _delivered(market: Market, books: Books, notice_id: UUID) -> None:
    notice = await SimulatedNotice.get(id=notice_id)
    if notice.delivered_at is not None:
        body = json.loads(notice.body)
        books.noticed(body["id"], body["event"], body["merchantNumber"], body["amount"])


async def _expired(market: Market, books: Books, order_id: UUID) -> None:
    deal = books.deals[order_id]
    if deal.state == OrderState.PENDING_PAYMENT and clock.now() >= deal.pay_by:
        books.given_up(deal, OrderState.EXPIRED)


async def _attempts_expired(market: Market, books: Books, order_id: UUID) -> None:
    books.attempts_given_up(books.deals[order_id])


async def _settled(market: Market, books: Books, order_id: UUID) -> None:
    books.settled(books.deals[order_id])


async def _recognized(market: Market, books: Books, order_id: UUID) -> None:
    books.recognized(books.deals[order_id])


async def _auto_received(market: Market, books: Books, order_id: UUID) -> None:
    if books.deals[order_id].state == OrderState.DELIVERED:
        books.received(books.deals[order_id])


async def _completed(market: Market, books: Books, order_id: UUID) -> None:
    if books.deals[order_id].state == OrderState.RECEIVED:
        books.deals[order_id].state = OrderState.COMPLETED


async def _tracked(market: Market, books: Books, parcel_id: UUID) -> None:
    parcel = await Parcel.get(id=parcel_id)
    deal = books.deals[parcel.order_id]
    scans = await market.carriers[CarrierCode.SIMULATOR].track(waybill=parcel.waybill, now=clock.now())
    for scan in sorted(scans, key=lambda one: one.occurred_at):
        if scan.state is not None:
            books.scanned(deal, deal.boxes[parcel_id], scan.scan_id, scan.state)


AFTERWARDS: dict[str, Told] = {
    "simulator.deliver": _delivered,
    "order.expire": _expired,
    "order.auto_receive": _auto_received,
    "order.complete": _completed,
    "payment.expire_attempts": _attempts_expired,
    "payment.settle_canceled": _settled,
    "payment.recognize": _recognized,
    "parcel.track": _tracked,
}

"""What the clock does to orders."""

from uuid import UUID

from domain.access import system
from domain.market import Market
from domain.orders import lifecycle


async def expire(market: Market, order_id: UUID) -> None:
    await lifecycle.expire(system(market), order_id)


async def auto_receive(market: Market, order_id: UUID) -> None:
    await lifecycle.assume_receipt(system(market), order_id)


async def complete(market: Market, order_id: UUID) -> None:
    await lifecycle.complete(system(market), order_id)


HANDLERS = {"order.expire": expire, "order.auto_receive": auto_receive, "order.complete": complete}

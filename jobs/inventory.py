"""What is put off about stock."""

from uuid import UUID

from domain.inventory import levels
from domain.market import Market


async def in_stock(market: Market, product_id: UUID) -> None:
    async with market.change():
        await levels.follow_in_stock([product_id])


HANDLERS = {levels.IN_STOCK: in_stock}

"""What is put off about stock."""

from uuid import UUID

from domain.access import system
from domain.inventory import backorders, levels, waiting, warehouses
from domain.market import Market


async def in_stock(market: Market, product_id: UUID) -> None:
    async with market.change():
        await levels.follow_in_stock([product_id])


async def warehouse_turned(market: Market, warehouse_id: UUID) -> None:
    async with market.change():
        await warehouses.turned(system(market), warehouse_id)


async def serve_waiting(market: Market, variant_id: UUID) -> None:
    await waiting.serve(system(market), variant_id)


HANDLERS = {
    levels.IN_STOCK: in_stock,
    warehouses.CLOSED_OR_OPENED: warehouse_turned,
    backorders.SERVE: serve_waiting,
}

"""What the clock does to orders."""

from uuid import UUID

from domain import effects
from domain.access import system
from domain.fulfillment import closing
from domain.inventory.backorders import RESTOCKED
from domain.inventory.warehouses import REALLOCATE
from domain.market import Market
from domain.orders import changes, lifecycle, missing, shortages
from domain.payments import claims


async def expire(market: Market, order_id: UUID) -> None:
    await lifecycle.expire(system(market), order_id)


async def auto_receive(market: Market, order_id: UUID) -> None:
    await lifecycle.assume_receipt(system(market), order_id)


async def complete(market: Market, order_id: UUID) -> None:
    await lifecycle.complete(system(market), order_id)


async def restocked(market: Market, order_id: UUID) -> None:
    await shortages.restocked(system(market), order_id)


async def decide_shortage(market: Market, order_id: UUID) -> None:
    await shortages.decide(system(market), order_id)


async def expire_change(market: Market, change_id: UUID) -> None:
    await changes.expire(system(market), change_id)


async def drop_changes(market: Market, order_id: UUID) -> None:
    await changes.drop_waiting(system(market), order_id)


async def difference_paid(market: Market, change_id: UUID) -> None:
    """Apply the change; money that it has no use for goes back, such as that of a second attempt."""
    for payment_id in await claims.paid(change_id):
        async with market.change():
            if not await changes.settle(system(market), change_id, payment_id):
                await effects.soon("payment.return_claim", payment_id)


async def reallocate(market: Market, order_id: UUID) -> None:
    await closing.leave(system(market), order_id)


HANDLERS = {
    REALLOCATE: reallocate,
    "order.expire": expire,
    "order.auto_receive": auto_receive,
    "order.complete": complete,
    RESTOCKED: restocked,
    missing.DUE: decide_shortage,
    changes.EXPIRE: expire_change,
    "order.drop_changes": drop_changes,
    "order.difference_paid": difference_paid,
}

"""What is missing of an order: its shortage as stored, kept in step with what its lines wait for."""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from domain import effects
from domain.inventory import backorders, stock
from kit import clock
from models.database import connection
from models.inventory import Backorder, Reservation, ReservationState
from models.orders import Order, Supply
from models.shortages import Shortage, ShortageLine, ShortageState

DUE = "order.shortage_due"
UNSETTLED = (ShortageState.OPEN, ShortageState.CHOSEN)


async def current(order: Order) -> Shortage | None:
    """The shortage of an order that is not over."""
    return await Shortage.filter(order_id=order.id, state__in=UNSETTLED).first()


async def hold(order: Order) -> None:
    """Hold the levels of all that a locked order holds or waits for, so that nothing comes in for it meanwhile."""
    waits = await Backorder.filter(order_id=order.id).values_list("variant_id", flat=True)
    holds = await Reservation.filter(order_id=order.id, state=ReservationState.HELD).values_list(
        "variant_id", flat=True
    )
    await stock.lock_variants({UUID(str(variant_id)) for variant_id in (*waits, *holds)})


async def let_go(order: Order, units: Mapping[UUID, int] | None = None) -> dict[UUID, int]:
    """Let a locked order wait for these units less, or for nothing more; gives what it no longer waits for, by line.

    The caller tells the order, which saves it.
    """
    if order.supply == Supply.COMPLETE:
        return {}
    await hold(order)
    ended = await backorders.withdraw(order.id, units)
    await follow(order)
    return ended


async def follow(order: Order) -> dict[UUID, int]:
    """Bring the shortage of a locked order in step with what waits; gives the units by line that no longer do.

    With nothing left it is over. The caller tells the order, which saves it.
    """
    shortage = await current(order)
    if shortage is None:
        return {}
    waiting = await backorders.waiting(order.id)
    ended: Counter[UUID] = Counter()
    for line in await ShortageLine.filter(shortage_id=shortage.id, missing__gt=0):
        ended[line.order_line_id] = line.missing - waiting.get(line.order_line_id, 0)
        if ended[line.order_line_id]:
            line.missing -= ended[line.order_line_id]
            await line.save(update_fields=["missing"])
    if not any(waiting.values()):
        await _close(order, shortage)
    elif ended.total():
        shortage.version += 1
        await shortage.save(update_fields=["version"])
    return dict(+ended)


async def _close(order: Order, shortage: Shortage) -> None:
    was_chosen = shortage.state == ShortageState.CHOSEN
    shortage.state = ShortageState.RESOLVED if was_chosen else ShortageState.WITHDRAWN
    shortage.closed_at = clock.now()
    shortage.version += 1
    await shortage.save(update_fields=["state", "closed_at", "version"])
    order.supply, order.supply_until = Supply.COMPLETE, None
    await effects.never(DUE, order.id)


_UNKEPT = """
SELECT line.id AS line_id
FROM order_line AS line
JOIN orders ON orders.id = line.order_id
LEFT JOIN (
  SELECT order_line_id, variant_id, SUM(quantity) AS units FROM reservation WHERE state = 'HELD'
   GROUP BY order_line_id, variant_id
) AS held ON held.order_line_id = line.id AND held.variant_id = line.variant_id
LEFT JOIN (
  SELECT order_line_id, variant_id, SUM(waiting) AS units FROM backorder GROUP BY order_line_id, variant_id
) AS waiting ON waiting.order_line_id = line.id AND waiting.variant_id = line.variant_id
WHERE orders.state IN ('PENDING_PAYMENT', 'PAID', 'PARTIALLY_SHIPPED')
  AND line.quantity - line.shipped - line.canceled <> COALESCE(held.units, 0) + COALESCE(waiting.units, 0)
"""


async def unkept() -> list[UUID]:
    """Order lines with open units that are neither promised nor waited for, or the other way round; there are none."""
    return [UUID(str(row["line_id"])) for row in await connection().execute_query_dict(_UNKEPT)]

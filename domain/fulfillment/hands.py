"""What the warehouse has in its hands: units in waves, and the orders that wait to be picked."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.database import is_postgres, select
from models.inventory import Reservation
from models.orders import OrderState
from models.warehouse import PickTask, TaskState

Item = tuple[UUID, UUID, UUID | None]  # order line, variant, bundle that it is put together as

# Nobody waits for a row that another wave or a cancellation holds: it is passed over and found by the next wave.
_READY = """
SELECT o.id FROM orders o
WHERE o.state = ? AND o.review NOT IN ('PENDING', 'CLAIMED')
  AND o.supply NOT IN ('UNDECIDED', 'WAITING') {more} {there} AND EXISTS (
  SELECT 1 FROM reservation r {join}
  WHERE r.order_id = o.id AND r.state = 'HELD' AND r.warehouse_id = ? {goods}
  GROUP BY r.order_line_id, r.variant_id
  HAVING SUM(r.quantity - r.packed) > COALESCE((
    SELECT SUM(t.units - t.packed) FROM pick_task t
    WHERE t.order_id = o.id AND t.warehouse_id = ? AND t.state <> 'CANCELED'
      AND t.order_line_id = r.order_line_id AND t.variant_id = r.variant_id), 0))
ORDER BY o.placed_at, o.id LIMIT ? {lock}
"""
# PostgreSQL knows how much a warehouse holds: where that is little it begins with the promises, instead of asking for
# every open order. SQLite would gather all promises of the warehouse first, each time.
_THERE = "AND o.id IN (SELECT order_id FROM reservation WHERE warehouse_id = ? AND state = 'HELD')"
_GOODS = "JOIN variant v ON v.id = r.variant_id JOIN product p ON p.id = v.product_id"


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which orders, and which goods of them, are asked for; None lets everything through."""

    cold: bool | None = None
    mode: str | None = None
    order_ids: Collection[UUID] | None = None


async def ready_orders(warehouse_id: UUID, sieve: Sieve, *, but: Collection[UUID], most: int) -> list[UUID]:
    """Paid orders with units there that no wave has, locked: those that wait for their second parcel, then the oldest.

    Each state is asked for by itself, in the order of its index: the cost does not grow with the orders that wait.
    """
    keys: list[UUID] = []
    for state in (OrderState.PARTIALLY_SHIPPED, OrderState.PAID):
        if len(keys) < most:
            keys += await _ready(state, warehouse_id, sieve, but=but, most=most - len(keys))
    return keys


async def _ready(
    state: OrderState, warehouse_id: UUID, sieve: Sieve, *, but: Collection[UUID], most: int
) -> list[UUID]:
    more, values = "", list[Any]([state.value])
    if sieve.mode is not None:
        more += " AND o.delivery_mode = ?"
        values.append(sieve.mode)
    for keys, word in ((sieve.order_ids, "IN"), (but, "NOT IN")):
        if keys:
            more += f" AND o.id {word} ({', '.join('?' * len(keys))})"
            values += keys
    if is_postgres():
        values.append(warehouse_id)
    statement = _READY.format(
        more=more,
        there=_THERE if is_postgres() else "",
        join="" if sieve.cold is None else _GOODS,
        goods="" if sieve.cold is None else "AND p.cold_chain = ?",
        lock="FOR UPDATE OF o SKIP LOCKED" if is_postgres() else "",
    )
    told = [] if sieve.cold is None else [sieve.cold]
    rows = await select(statement, *values, warehouse_id, *told, warehouse_id, most)
    return [UUID(str(row["id"])) for row in rows]


async def in_hand(order_ids: Sequence[UUID], warehouse_id: UUID | None = None) -> dict[UUID, Counter[Item]]:
    """Units in waves that are not packed yet, by order; in one warehouse or in all."""
    tasks = PickTask.filter(order_id__in=list(order_ids)).exclude(state=TaskState.CANCELED)
    if warehouse_id is not None:
        tasks = tasks.filter(warehouse_id=warehouse_id)
    taken: dict[UUID, Counter[Item]] = {order_id: Counter() for order_id in order_ids}
    for task in await tasks:
        if task.units > task.packed:
            taken[task.order_id][task.order_line_id, task.variant_id, task.bundle_id] += task.units - task.packed
    return taken


async def take_out(order_id: UUID, held: Sequence[Reservation]) -> int:
    """Take units in packages and in waves out of promises (the rows in memory, not the stored ones); gives how many."""
    taken = 0
    for promise in held:
        taken += promise.packed
        promise.quantity -= promise.packed
    tasks = PickTask.filter(order_id=order_id).exclude(state=TaskState.CANCELED)
    for task in await tasks:
        left = task.units - task.packed
        for promise in held:
            place = (promise.warehouse_id, promise.order_line_id, promise.variant_id)
            if place == (task.warehouse_id, task.order_line_id, task.variant_id):
                part = min(left, promise.quantity)
                promise.quantity -= part
                left -= part
                taken += part
    return taken

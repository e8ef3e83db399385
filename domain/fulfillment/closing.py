"""A warehouse that is closed: what its people have picked stays theirs to pack, the rest of an order goes elsewhere."""

from collections import Counter
from uuid import UUID

from tortoise.expressions import F

from domain import effects
from domain.access import Viewer
from domain.inventory.warehouses import REALLOCATE
from domain.orders import reallocation
from domain.orders.history import lock
from domain.orders.reallocation import Picked
from kit import clock
from models.inventory import Warehouse
from models.orders import ChangeState, OrderChangeRequest
from models.warehouse import PickTask, TaskState, Wave


async def leave(viewer: Viewer, order_id: UUID) -> None:
    """Move what an order holds in closed warehouses to open ones, except for what is picked or packed there.

    What a change of an order holds is moved once it is paid.
    """
    change = await OrderChangeRequest.get_or_none(id=order_id)
    if change is not None and change.state == ChangeState.AWAITING_PAYMENT:
        await effects.at(REALLOCATE, change.id, change.pay_by or clock.now())
        return
    order_id = change.order_id if change is not None else order_id
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        await reallocation.leave_failed(viewer, order.id, picked=await _picked(order.id))


async def _picked(order_id: UUID) -> Picked:
    """Units in pickers' hands, by warehouse and line; no scan changes them until the transaction ends."""
    tasks = PickTask.filter(order_id=order_id).exclude(state=TaskState.CANCELED)
    picked: Picked = Counter()
    for task in await tasks.filter(picked__gt=F("packed")).order_by("id").select_for_update():
        picked[task.warehouse_id, task.order_line_id] += task.picked - task.packed
    return picked


async def given_up(wave: Wave, tasks: list[PickTask]) -> None:
    """What was picked is on the shelves of a closed warehouse again, where nobody picks: it goes elsewhere, too."""
    if await Warehouse.exists(id=wave.warehouse_id, is_active=False):
        for order_id in sorted({task.order_id for task in tasks}):
            await effects.soon(REALLOCATE, order_id)

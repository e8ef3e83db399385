"""催发货: the customer asks for a quicker dispatch, now and then."""

from uuid import UUID

from domain.access import Viewer
from domain.orders import actions
from domain.orders.actions import Action
from domain.orders.history import lock, tell
from kit import clock
from models.database import persistent
from models.orders import Order


@persistent
async def urge(viewer: Viewer, order_id: UUID) -> Order:
    """Ask the shop to ship a paid order now. Staff see it on the order and in their list."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        actions.check(viewer, order, Action.URGE)
        order.urged_at = clock.now()
        order.urge_count += 1
        await tell(viewer, order, kind="order.urged", data={"times": order.urge_count})
        return order

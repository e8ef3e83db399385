"""What the arrival of a parcel means where the customer collects it: a code, and times to come by."""

from datetime import timedelta

from domain import effects
from domain.access import Viewer
from domain.delivery import collecting
from domain.orders.history import tell
from kit import clock
from models.delivery import Delivery, DeliveryMode
from models.fulfillment import ParcelState
from models.orders import Order

READY, REMIND, OVER, BACK = "pickup.ready", "pickup.remind", "pickup.over", "pickup.returned"


def meant(order: Order, state: ParcelState | None) -> ParcelState | None:
    """What a carrier calls delivered is, for an order that is collected, the arrival at the counter."""
    at_counter = order.delivery_mode == DeliveryMode.PICKUP and state == ParcelState.DELIVERED
    return ParcelState.AT_PICKUP_POINT if at_counter else state


async def wait(viewer: Viewer, order: Order) -> None:
    """A parcel of a locked order has come to its counter: make the code, and set the times."""
    delivery = await Delivery.filter(order_id=order.id).first()
    if delivery is None:
        return
    await collecting.arrive(viewer.market.policy, delivery)
    if delivery.collect_by is not None:
        ahead = timedelta(hours=viewer.market.policy.pickup_remind_hours)
        await effects.at(REMIND, order.id, max(clock.now(), delivery.collect_by - ahead))
        await effects.at(OVER, order.id, delivery.collect_by)
    await effects.soon(READY, order.id)
    await tell(viewer, order, kind="pickup.ready", data={"collect_by": str(delivery.collect_by)})

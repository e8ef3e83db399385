"""How long the shop may take to ship a paid order: time runs from the payment, and stands still while it may not."""

from datetime import timedelta

from domain import effects
from domain.access import Viewer
from kit import clock
from models.orders import Order, OrderState, ReviewState, Supply

LATE = "order.late_dispatch"
CASES = "order.cases"
UNSHIPPED = (OrderState.PAID, OrderState.PARTIALLY_SHIPPED)


def is_held_up(order: Order) -> bool:
    """Whether the shop may not ship what is left of it now, so that the time to do so does not run."""
    if order.review in (ReviewState.PENDING, ReviewState.CLAIMED):
        return True
    if order.supply == Supply.FOLLOWING:
        return order.state == OrderState.PARTIALLY_SHIPPED  # the rest can only follow when it is there
    return order.supply != Supply.COMPLETE


def is_late(order: Order) -> bool:
    """Whether something of a paid order should have left by now and did not."""
    if order.state not in UNSHIPPED or order.dispatch_by is None or order.dispatch_paused_at is not None:
        return False
    return clock.now() >= order.dispatch_by


async def start(viewer: Viewer, order: Order) -> None:
    """Let the time to dispatch a locked order begin, or begin anew. The caller saves the order."""
    now = clock.now()
    order.dispatch_by = now + timedelta(hours=viewer.market.policy.dispatch_hours)
    order.dispatch_paused_at = now if is_held_up(order) else None
    await effects.at(LATE, order.id, order.dispatch_by)


async def follow(order: Order) -> None:
    """Stop the time, or let it go on, with what has just changed about a locked order. The caller saves the order."""
    if order.dispatch_by is None or order.state not in UNSHIPPED:
        return
    held_up = is_held_up(order)
    if held_up and order.dispatch_paused_at is None:
        order.dispatch_paused_at = clock.now()
    elif not held_up and order.dispatch_paused_at is not None:
        order.dispatch_by += clock.now() - order.dispatch_paused_at
        order.dispatch_paused_at = None
        await effects.at(LATE, order.id, order.dispatch_by)


async def end(order: Order) -> None:
    """Nothing is left to dispatch."""
    await effects.never(LATE, order.id)

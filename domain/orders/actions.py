"""What can be done with an order now, by whom, until when, and why not: the guards that mutations enforce."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.access import Permission, Viewer
from domain.market import Policy
from domain.orders.visible import is_owner
from kit import clock
from kit.errors import Refused
from models.orders import Order, OrderState


class Action(StrEnum):
    """Something that can be done with an order."""

    PAY = "PAY"
    CANCEL = "CANCEL"
    SHIP = "SHIP"
    CONFIRM_RECEIPT = "CONFIRM_RECEIPT"
    REFUND = "REFUND"


@dataclass(frozen=True, slots=True)
class Possibility:
    """One action as seen by one viewer at this moment."""

    action: Action
    refusal: Refused | None
    deadline: datetime | None

    @property
    def allowed(self) -> bool:
        return self.refusal is None


def check(viewer: Viewer, order: Order, action: Action) -> None:
    """Refuse unless `action` is possible now for this viewer. The order is one that the viewer can see."""
    _may(viewer, order, action)
    GUARDS[action](viewer.market.policy, order)


def possibilities(viewer: Viewer, order: Order) -> list[Possibility]:
    """Every action with what `check` would say."""
    return [Possibility(action, _refusal(viewer, order, action), _deadline(viewer, order, action)) for action in Action]


def _refusal(viewer: Viewer, order: Order, action: Action) -> Refused | None:
    try:
        check(viewer, order, action)
    except Refused as refused:
        return refused
    return None


STAFF_MAY: dict[Action, Permission] = {
    Action.CANCEL: Permission.CANCEL_ORDERS,
    Action.SHIP: Permission.SHIP,
    Action.REFUND: Permission.REFUND,
}
OWNER_MAY = frozenset({Action.PAY, Action.CANCEL, Action.CONFIRM_RECEIPT})


def _may(viewer: Viewer, order: Order, action: Action) -> None:
    if viewer.is_system or (action in OWNER_MAY and is_owner(viewer, order)):
        return
    if action in STAFF_MAY:
        viewer.require(STAFF_MAY[action])
    else:
        raise Refused("FORBIDDEN")


def _check_pay(policy: Policy, order: Order) -> None:
    if order.state == OrderState.EXPIRED or (order.state == OrderState.PENDING_PAYMENT and clock.now() >= order.pay_by):
        raise Refused("PAYMENT_TIME_OVER")
    if order.state != OrderState.PENDING_PAYMENT:
        raise Refused("ORDER_NOT_PAYABLE", state=order.state.value)
    if order.payment_attempts >= policy.payment_attempts:
        raise Refused("TOO_MANY_ATTEMPTS", maximum=policy.payment_attempts)


def _check_cancel(policy: Policy, order: Order) -> None:
    if order.state in (OrderState.CANCELED, OrderState.EXPIRED):
        raise Refused("ORDER_ALREADY_CANCELED")
    if order.state not in (OrderState.PENDING_PAYMENT, OrderState.PAID):
        raise Refused("ORDER_ALREADY_SHIPPED")


def _check_ship(policy: Policy, order: Order) -> None:
    if order.state == OrderState.PENDING_PAYMENT:
        raise Refused("ORDER_NOT_PAID")
    if order.state not in (OrderState.PAID, OrderState.PARTIALLY_SHIPPED):
        raise Refused("NOTHING_TO_SHIP")


def _check_receipt(policy: Policy, order: Order) -> None:
    if order.state in (OrderState.RECEIVED, OrderState.COMPLETED):
        raise Refused("ALREADY_RECEIVED")
    if order.state not in (OrderState.SHIPPED, OrderState.DELIVERED):
        raise Refused("NOT_SHIPPED_YET")


def _check_refund(policy: Policy, order: Order) -> None:
    if order.captured == 0:
        raise Refused("ORDER_NOT_PAID")
    if order.state in (OrderState.CANCELED, OrderState.EXPIRED):
        raise Refused("ORDER_ALREADY_CANCELED")  # its money goes back by itself
    if order.refunded >= order.captured:
        raise Refused("ALL_REFUNDED")


GUARDS: dict[Action, Callable[[Policy, Order], None]] = {
    Action.PAY: _check_pay,
    Action.CANCEL: _check_cancel,
    Action.SHIP: _check_ship,
    Action.CONFIRM_RECEIPT: _check_receipt,
    Action.REFUND: _check_refund,
}


def _deadline(viewer: Viewer, order: Order, action: Action) -> datetime | None:
    if action == Action.PAY and order.state == OrderState.PENDING_PAYMENT:
        return order.pay_by
    if action == Action.CONFIRM_RECEIPT and order.state == OrderState.DELIVERED:
        return receipt_assumed_at(viewer, order)
    return None


def receipt_assumed_at(viewer: Viewer, order: Order) -> datetime | None:
    """When a delivered order counts as received without anybody saying so."""
    days = viewer.market.policy.auto_receipt_days
    return order.delivered_at + timedelta(days=days) if order.delivered_at else None

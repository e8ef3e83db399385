"""What can be done with an order now, by whom, until when, and why not: the guards that mutations enforce."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.access import Permission, Viewer
from domain.market import Policy
from domain.orders import dispatch, review_guards
from domain.orders.review_guards import Look
from domain.orders.visible import is_owner
from kit import clock
from kit.errors import Refused
from models.delivery import DeliveryMode
from models.orders import Order, OrderState, ReviewState, Supply


class Action(StrEnum):
    """Something that can be done with an order."""

    PAY = "PAY"
    CHANGE_ADDRESS = "CHANGE_ADDRESS"
    CHANGE_CONTACT = "CHANGE_CONTACT"
    CHANGE_SLOT = "CHANGE_SLOT"
    CHANGE_ITEMS = "CHANGE_ITEMS"
    CANCEL_LINES = "CANCEL_LINES"
    CANCEL = "CANCEL"
    INTERCEPT = "INTERCEPT"
    SHIP = "SHIP"
    CONFIRM_RECEIPT = "CONFIRM_RECEIPT"
    REFUND = "REFUND"
    CHOOSE_SHORTAGE = "CHOOSE_SHORTAGE"
    URGE = "URGE"
    REVIEW_CLAIM = "REVIEW_CLAIM"
    REVIEW_APPROVE = "REVIEW_APPROVE"
    REVIEW_REJECT = "REVIEW_REJECT"


@dataclass(frozen=True, slots=True)
class Possibility:
    """One action as seen by one viewer at this moment."""

    action: Action
    refusal: Refused | None
    deadline: datetime | None
    available_from: datetime | None = None

    @property
    def allowed(self) -> bool:
        return self.refusal is None


def check(viewer: Viewer, order: Order, action: Action) -> None:
    """Refuse unless `action` is possible now for this viewer. The order is one that the viewer can see."""
    _may(viewer, order, action)
    GUARDS[action](viewer.market.policy, order)


def possibilities(viewer: Viewer, order: Order, look: Look | None = None) -> list[Possibility]:
    """Every action with what `check` would say; `look` is the order's newest review, for those who review."""
    return [_possibility(viewer, order, action, look) for action in Action]


def _possibility(viewer: Viewer, order: Order, action: Action, look: Look | None) -> Possibility:
    refusal = _refusal(viewer, order, action, look)
    later = refusal.facts.get("next_at") if refusal else None
    available_from = later if isinstance(later, datetime) else None
    deadline = _decide_by(viewer, action, look) if action in REVIEWING else _deadline(viewer, order, action)
    return Possibility(action, refusal, deadline, available_from)


def _refusal(viewer: Viewer, order: Order, action: Action, look: Look | None) -> Refused | None:
    try:
        if action in REVIEWING:
            REVIEWING[action](viewer, order, look)
        else:
            check(viewer, order, action)
    except Refused as refused:
        return refused
    return None


STAFF_MAY: dict[Action, Permission] = {
    Action.CHANGE_ADDRESS: Permission.CHANGE_ORDERS,
    Action.CHANGE_CONTACT: Permission.CHANGE_ORDERS,
    Action.CHANGE_SLOT: Permission.CHANGE_ORDERS,
    Action.CHANGE_ITEMS: Permission.CHANGE_ORDERS,
    Action.CANCEL_LINES: Permission.CANCEL_ORDERS,
    Action.CANCEL: Permission.CANCEL_ORDERS,
    Action.INTERCEPT: Permission.CHANGE_ORDERS,
    Action.SHIP: Permission.SHIP,
    Action.REFUND: Permission.REFUND,
    Action.CHOOSE_SHORTAGE: Permission.CANCEL_ORDERS,
}
OWNER_MAY = frozenset(
    {
        Action.PAY,
        Action.CHANGE_ADDRESS,
        Action.CHANGE_CONTACT,
        Action.CHANGE_SLOT,
        Action.CHANGE_ITEMS,
        Action.CANCEL_LINES,
        Action.CANCEL,
        Action.INTERCEPT,
        Action.CONFIRM_RECEIPT,
        Action.CHOOSE_SHORTAGE,
        Action.URGE,
    }
)


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
    if order.packed:
        raise Refused("UNITS_PACKED", packed=order.packed)


def _check_change(policy: Policy, order: Order, *, also_of_the_rest: bool = False) -> None:
    """What all changes have in common. Some are still possible for what is left of a partly shipped order."""
    if order.state in (OrderState.CANCELED, OrderState.EXPIRED):
        raise Refused("ORDER_ALREADY_CANCELED")
    if order.state == OrderState.PENDING_PAYMENT and clock.now() >= order.pay_by:
        raise Refused("PAYMENT_TIME_OVER")
    changeable = {OrderState.PENDING_PAYMENT, OrderState.PAID}
    if also_of_the_rest:
        changeable.add(OrderState.PARTIALLY_SHIPPED)
    if order.state not in changeable:
        raise Refused("TOO_LATE_TO_CHANGE")
    if order.review in (ReviewState.PENDING, ReviewState.CLAIMED):
        raise Refused("CHANGE_IN_REVIEW")
    if order.packed and not also_of_the_rest:
        raise Refused("UNITS_PACKED", packed=order.packed)
    if order.change_pay_by is not None:
        raise Refused("CHANGE_AWAITS_PAYMENT", pay_by=order.change_pay_by)


def _check_change_address(policy: Policy, order: Order) -> None:
    _check_change(policy, order)
    if order.delivery_mode == DeliveryMode.PICKUP:
        raise Refused("NO_ADDRESS_TO_CHANGE")


def _check_change_rest(policy: Policy, order: Order) -> None:
    _check_change(policy, order, also_of_the_rest=True)


# Why an order of which something is missing is not shipped. What follows later does not hold up what is there.
NOT_YET_SHIPPED = {Supply.UNDECIDED: "SHORTAGE_UNDECIDED", Supply.WAITING: "WAITING_FOR_STOCK"}


def _check_intercept(policy: Policy, order: Order) -> None:
    if order.state in (OrderState.CANCELED, OrderState.EXPIRED):
        raise Refused("ORDER_ALREADY_CANCELED")
    if order.state in (OrderState.PENDING_PAYMENT, OrderState.PAID):
        raise Refused("NOTHING_UNDERWAY")
    if order.state not in (OrderState.PARTIALLY_SHIPPED, OrderState.SHIPPED):
        raise Refused("TOO_LATE_TO_INTERCEPT")


def _check_ship(policy: Policy, order: Order) -> None:
    if order.state == OrderState.PENDING_PAYMENT:
        raise Refused("ORDER_NOT_PAID")
    if order.state not in (OrderState.PAID, OrderState.PARTIALLY_SHIPPED):
        raise Refused("NOTHING_TO_SHIP")
    if order.delivery_mode == DeliveryMode.SERVICE:
        raise Refused("ORDER_IS_SERVICE")
    if order.review in (ReviewState.PENDING, ReviewState.CLAIMED):
        raise Refused("ORDER_IN_REVIEW")
    if order.supply in NOT_YET_SHIPPED:
        raise Refused(NOT_YET_SHIPPED[order.supply], until=order.supply_until)


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


def _check_choose_shortage(policy: Policy, order: Order) -> None:
    if order.supply == Supply.COMPLETE:
        raise Refused("NOTHING_MISSING")
    if order.state == OrderState.PENDING_PAYMENT:
        raise Refused("ORDER_NOT_PAID")


def _check_urge(policy: Policy, order: Order) -> None:
    _check_ship(policy, order)
    next_at = urgeable_from(policy, order)
    if clock.now() < next_at:
        raise Refused("URGE_TOO_EARLY", retryable=True, next_at=next_at)


def urgeable_from(policy: Policy, order: Order) -> datetime:
    """From when on the customer of a paid order may urge it, the first time or again."""
    if order.urged_at is not None:
        return order.urged_at + timedelta(hours=policy.urge_again_hours)
    return (order.paid_at or order.placed_at) + timedelta(hours=policy.urge_after_hours)


GUARDS: dict[Action, Callable[[Policy, Order], None]] = {
    Action.PAY: _check_pay,
    Action.CHANGE_ADDRESS: _check_change_address,
    Action.CHANGE_CONTACT: _check_change_rest,
    Action.CHANGE_SLOT: _check_change,
    Action.CHANGE_ITEMS: _check_change,
    Action.CANCEL_LINES: _check_change_rest,
    Action.CANCEL: _check_cancel,
    Action.INTERCEPT: _check_intercept,
    Action.SHIP: _check_ship,
    Action.CONFIRM_RECEIPT: _check_receipt,
    Action.REFUND: _check_refund,
    Action.CHOOSE_SHORTAGE: _check_choose_shortage,
    Action.URGE: _check_urge,
}


def _check_review_claim(viewer: Viewer, order: Order, look: Look | None) -> None:
    review_guards.check_claim(viewer, look.review if look else None)


def _check_approval(viewer: Viewer, order: Order, look: Look | None) -> None:
    review_guards.check_decision(viewer, look.review if look else None)
    review_guards.check_call(viewer, order, is_confirmed=look is not None and look.is_confirmed)


def _check_rejection(viewer: Viewer, order: Order, look: Look | None) -> None:
    review_guards.check_decision(viewer, look.review if look else None)
    check(viewer, order, Action.CANCEL)


# What is asked of an order's review, and not of the order alone.
REVIEWING: dict[Action, Callable[[Viewer, Order, Look | None], None]] = {
    Action.REVIEW_CLAIM: _check_review_claim,
    Action.REVIEW_APPROVE: _check_approval,
    Action.REVIEW_REJECT: _check_rejection,
}


def _decide_by(viewer: Viewer, action: Action, look: Look | None) -> datetime | None:
    if look is None or not review_guards.is_open(look.review):
        return None
    if action == Action.REVIEW_CLAIM:
        return look.review.due_at
    return look.review.claimed_until if review_guards.holder(look.review) == viewer.user_id else None


def _deadline(viewer: Viewer, order: Order, action: Action) -> datetime | None:
    if action == Action.PAY and order.state == OrderState.PENDING_PAYMENT:
        return order.pay_by
    if action == Action.SHIP and order.state in dispatch.UNSHIPPED and order.dispatch_paused_at is None:
        return order.dispatch_by
    if action == Action.CONFIRM_RECEIPT and order.state == OrderState.DELIVERED:
        return receipt_assumed_at(viewer, order)
    if action == Action.CHOOSE_SHORTAGE:
        return order.supply_until
    return None


def receipt_assumed_at(viewer: Viewer, order: Order) -> datetime | None:
    """When a delivered order counts as received without anybody saying so."""
    days = viewer.market.policy.auto_receipt_days
    return order.delivered_at + timedelta(days=days) if order.delivered_at else None

"""Asks an order what can be done with it, and then really does it, in a transaction that is undone."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from domain.access import Viewer, system
from domain.fulfillment import interception, shipping
from domain.fulfillment.shipping import Shipment
from domain.orders import changes, lifecycle, review, review_guards, shortages, urging
from domain.orders.actions import Action, possibilities
from domain.orders.changes_delivery import SlotWish
from domain.orders.changes_plan import Units, Wish
from domain.orders.checkout import Destination
from domain.orders.visible import visible
from domain.payments import attempts, refunds
from domain.payments.refunds import Asked
from kit import ids
from kit.errors import Refusals, Refused
from models.database import transaction
from models.delivery import Delivery
from models.fulfillment import CarrierCode, InterceptionAction
from models.orders import CancelReason, Order, OrderLine, Supply
from models.payments import PaymentMethod, RefundReason
from models.reviews import RejectReason
from models.shortages import ShortageChoice
from tests.factories.delivery import make_slots

T = TypeVar("T")

UNSEEN = {"NOT_FOUND", "FORBIDDEN", "UNAUTHENTICATED"}


class Undone(Exception):
    """The action worked; its transaction ends here."""


async def _pay(viewer: Viewer, order_id: UUID) -> object:
    return await attempts.create(viewer, order_id, method=PaymentMethod.SIMULATOR, idempotency_key=ids.token())


async def _cancel(viewer: Viewer, order_id: UUID) -> object:
    return await lifecycle.cancel(viewer, order_id, reason=CancelReason.OTHER)


async def _ship(viewer: Viewer, order_id: UUID) -> object:
    return await shipping.ship(viewer, Shipment(order_id, CarrierCode.SIMULATOR), key=ids.token())


async def _refund(viewer: Viewer, order_id: UUID) -> object:
    lines = await OrderLine.filter(order_id=order_id)
    rest = [Asked(line.id, line.quantity - line.refunded) for line in lines if line.quantity > line.refunded]
    return await refunds.create(
        viewer, order_id, lines=rest, shipping=True, reason=RefundReason.GOODWILL, idempotency_key=ids.token()
    )


# What the goods or the parcels stand against, not the order: an order cannot know it from its own row.
OF_THE_GOODS = {
    "INSUFFICIENT_STOCK",
    "HOLD_LIMIT",
    "OFF_SHELF",
    "CART_QUANTITY",
    "TOO_MANY_LINES",
    "NOT_DELIVERABLE",
    "CANCELS_EVERYTHING",
    "NOTHING_IN_WAREHOUSE",
    "UNITS_IN_WAVE",
    "TOO_LATE_TO_INTERCEPT",
    "INTERCEPTION_UNDERWAY",
    "SHORTAGE_OVER",
}


async def _change(viewer: Viewer, order_id: UUID, wish: Wish) -> object:
    return await changes.commit(viewer, order_id, wish, key=ids.token(), operation="orderChange")


async def _change_address(viewer: Viewer, order_id: UUID) -> object:
    order = await Order.get(id=order_id)
    address = {"postal_code": "", **order.address, "street": f"巷 {ids.readable(6)} 号"}
    return await _change(viewer, order_id, Wish(destination=Destination(**address)))


async def _change_contact(viewer: Viewer, order_id: UUID) -> object:
    return await _change(viewer, order_id, Wish(note=ids.readable(8)))


async def _change_slot(viewer: Viewer, order_id: UUID) -> object:
    order = await Order.get(id=order_id)
    delivery = await Delivery.get(order_id=order_id)
    where: dict[str, object] = {"province": order.province, "city": str(order.address["city"])}
    if delivery.pickup_point_id:
        where = {"pickup_point_id": delivery.pickup_point_id}
    [*_, slot] = await make_slots(viewer.market, mode=order.delivery_mode, **where)
    return await _change(viewer, order_id, Wish(slot=SlotWish(slot.id)))


async def _change_items(viewer: Viewer, order_id: UUID) -> object:
    line = await OrderLine.filter(order_id=order_id).order_by("position").first()
    assert line is not None
    return await _change(viewer, order_id, Wish(add=[Units(line.variant_id, 1)]))


async def _cancel_lines(viewer: Viewer, order_id: UUID) -> object:
    lines = await OrderLine.filter(order_id=order_id).order_by("position")
    line = next((line for line in lines if lifecycle.open_units(line)), lines[0])
    return await _change(viewer, order_id, Wish(remove=[Units(line.id, 1)], reason=CancelReason.OTHER))


async def _intercept(viewer: Viewer, order_id: UUID) -> object:
    wish = interception.Wish(action=InterceptionAction.RETURN, order_id=order_id)
    return await interception.request(viewer, wish, key=ids.token())


async def _choose_shortage(viewer: Viewer, order_id: UUID) -> object:
    return await shortages.choose(viewer, order_id, ShortageChoice.CANCEL_MISSING)


async def _review(viewer: Viewer, order_id: UUID) -> UUID:
    """The order's newest review, or one that nobody knows."""
    look = (await review_guards.newest(system(viewer.market), [order_id])).get(order_id)
    return look.review.id if look else ids.new_id()


async def _review_claim(viewer: Viewer, order_id: UUID) -> object:
    return await review.claim(viewer, await _review(viewer, order_id))


async def _review_approve(viewer: Viewer, order_id: UUID) -> object:
    return await review.approve(viewer, await _review(viewer, order_id))


async def _review_reject(viewer: Viewer, order_id: UUID) -> object:
    return await review.reject(viewer, await _review(viewer, order_id), RejectReason.OTHER)


DOING: dict[Action, Callable[[Viewer, UUID], Awaitable[object]]] = {
    Action.PAY: _pay,
    Action.CHANGE_ADDRESS: _change_address,
    Action.CHANGE_CONTACT: _change_contact,
    Action.CHANGE_SLOT: _change_slot,
    Action.CHANGE_ITEMS: _change_items,
    Action.CANCEL_LINES: _cancel_lines,
    Action.CANCEL: _cancel,
    Action.INTERCEPT: _intercept,
    Action.SHIP: _ship,
    Action.CONFIRM_RECEIPT: lifecycle.confirm_receipt,
    Action.REFUND: _refund,
    Action.CHOOSE_SHORTAGE: _choose_shortage,
    Action.URGE: urging.urge,
    Action.REVIEW_CLAIM: _review_claim,
    Action.REVIEW_APPROVE: _review_approve,
    Action.REVIEW_REJECT: _review_reject,
}


async def outcome_of(work: Awaitable[T]) -> tuple[T | None, list[str]]:
    """What it gives, or nothing and the codes of all refusals."""
    try:
        return await work, []
    except Refused as refused:
        return None, [refused.code]
    except Refusals as several:
        return None, [refused.code for refused in several.refusals]


async def codes_of(work: Awaitable[object]) -> list[str]:
    """The codes of all refusals, none when it worked."""
    _, codes = await outcome_of(work)
    return codes


async def _tried(viewer: Viewer, order_id: UUID, action: Action) -> str | None:
    codes: list[str] = []
    try:
        async with transaction():
            codes = await codes_of(DOING[action](viewer, order_id))
            raise Undone
    except Undone:
        return codes[0] if codes else None


def _stands_with_the_goods(order: Order, action: Action, code: str | None) -> bool:
    if action == Action.SHIP and code == "NOTHING_IS_THERE":
        return order.supply == Supply.FOLLOWING  # all that was there has left
    if action in (Action.CANCEL_LINES, Action.REFUND) and code == "UNITS_PACKED":
        return order.packed > 0  # just these units, or the last open ones, lie in a package
    return code in OF_THE_GOODS


async def promises_are_kept(viewer: Viewer, order_id: UUID) -> None:
    """Each action works exactly when the order says so, else is refused for the reason that it gives."""
    order = await visible(viewer).filter(id=order_id).first()
    if await Order.exists(id=order_id, merged_into__isnull=False):  # it has no lines to ask for
        assert order is None or all(possibility.refusal for possibility in possibilities(viewer, order))
        return
    if order is None:
        for action in Action:
            assert await _tried(viewer, order_id, action) in UNSEEN, action
        return
    look = (await review_guards.newest(viewer, [order_id])).get(order_id)
    for possibility in possibilities(viewer, order, look):
        told = possibility.refusal.code if possibility.refusal else None
        happened = await _tried(viewer, order_id, possibility.action)
        if told is None and _stands_with_the_goods(order, possibility.action, happened):
            continue
        if told == "NOTHING_TO_REVIEW":
            told = "NOT_FOUND"  # a review that is not there has no name
        assert happened == told, f"{possibility.action}: told {told}, then {happened}"

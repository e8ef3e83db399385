"""Changes of an order after it was placed: previewed, made at once, or made when their difference has been paid."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from domain import effects, idempotency
from domain.access import Viewer
from domain.inventory import stock
from domain.inventory.stock import Region
from domain.orders import changes_apply, changes_delivery, lifecycle
from domain.orders.changes_plan import Plan, Wish, plan
from domain.orders.history import lock, tell
from domain.orders.visible import known
from domain.orders.visible import visible as visible_orders
from kit import clock, ids
from kit.errors import Refused, refuse_all
from models.orders import ChangeState, Order, OrderChangeRequest, OrderLine, OrderState

EXPIRE = "order.expire_change"  # the timer of a change that waits for its difference


def visible(viewer: Viewer) -> QuerySet[OrderChangeRequest]:
    """Changes of orders that are the viewer's to know."""
    return OrderChangeRequest.filter(order_id__in=Subquery(known(viewer).values("id")))


async def preview(viewer: Viewer, order_id: UUID, wish: Wish) -> Plan:
    """Exactly what `commit` would do, and every problem that would stop it. Writes nothing."""
    order = await visible_orders(viewer).filter(id=order_id).first()
    if order is None:
        raise Refused("NOT_FOUND", path=("orderId",), what="order")
    return await plan(viewer, order, await OrderLine.filter(order_id=order.id).order_by("id"), wish)


async def commit(viewer: Viewer, order_id: UUID, wish: Wish, *, key: str, operation: str) -> OrderChangeRequest:
    """Make the change, all of it or nothing. With a difference to pay it waits for that, its goods held meanwhile."""
    change_id = await idempotency.once(
        viewer, operation, key, asked=_asked(order_id, wish), work=lambda: _commit(viewer, order_id, wish)
    )
    return await OrderChangeRequest.get(id=change_id)


def _asked(order_id: UUID, wish: Wish) -> object:
    return {
        "order": order_id,
        "address": wish.destination.as_json() if wish.destination else None,
        "contacts": wish.contacts,
        "add": [(str(one.key), one.quantity) for one in wish.add],
        "remove": [(str(one.key), one.quantity) for one in wish.remove],
        "reason": wish.reason,
        "reason_note": wish.reason_note,
        "version": wish.expected_version,
        **({"slot": str(wish.slot.slot_id)} if wish.slot else {}),
    }


async def _commit(viewer: Viewer, order_id: UUID, wish: Wish) -> UUID:
    order = await lock(viewer, order_id)
    lines = await OrderLine.filter(order_id=order.id).order_by("id").select_for_update()
    made = await plan(viewer, order, lines, wish)
    refuse_all(made.problems)
    change = _begin(viewer, made, wish)
    if order.state == OrderState.PENDING_PAYMENT:
        await _save(change, ChangeState.APPLIED)
        await changes_apply.to_unpaid(viewer, order, change, made, paths=_paths(wish))
        return change.id
    change.pay_by = clock.now() + timedelta(minutes=viewer.market.policy.change_payment_minutes)
    goods = changes_apply.wanted(change.added, _paths(wish))
    if goods:  # promised to the change until it is applied or given up
        region = _region(order, change)
        await changes_apply.hold(viewer, order, goods, region=region, key=change.id, until=change.pay_by)
    if made.to_pay:
        await changes_delivery.hold(change)
        await _wait(viewer, order, change)
    else:
        change.pay_by = None
        await _save(change, ChangeState.APPLIED)
        await changes_apply.to_paid(viewer, order, change, has_waited=False)
    return change.id


def _begin(viewer: Viewer, made: Plan, wish: Wish) -> OrderChangeRequest:
    return OrderChangeRequest(
        id=ids.new_id(),
        order_id=made.order.id,
        asked=made.asked,
        before=made.before,
        added=made.added,
        removed={str(line_id): units for line_id, units in made.removed.items()},
        reason=wish.reason,
        note=wish.reason_note,
        currency=made.order.currency,
        total_before=made.order.total,
        total_after=made.total_after,
        to_pay=made.to_pay,
        shipping_more=made.shipping_more,
        refund=made.refund,
        shipping_less=made.shipping_less,
        actor_id=viewer.user_id,
        created_at=clock.now(),
    )


async def _save(change: OrderChangeRequest, state: ChangeState) -> None:
    change.state = state
    if state != ChangeState.AWAITING_PAYMENT:
        change.ended_at = clock.now()
    await change.save()


def _paths(wish: Wish) -> dict[UUID, tuple[str, ...]]:
    return {one.key: one.path for one in reversed(wish.add)}


def _region(order: Order, change: OrderChangeRequest) -> Region:
    address: dict[str, Any] = change.asked.get("address") or order.address
    return Region(str(address["province"]), str(address.get("city", "")))


async def _wait(viewer: Viewer, order: Order, change: OrderChangeRequest) -> None:
    await _save(change, ChangeState.AWAITING_PAYMENT)
    order.change_pay_by = change.pay_by
    await effects.at(EXPIRE, change.id, change.pay_by or clock.now())
    await tell(viewer, order, kind="order.change_waits", data=changes_apply.facts(change))


# ------------------------------------------------------------------------------------------- a change that waits


async def own(viewer: Viewer, change_id: UUID) -> OrderChangeRequest:
    """The change, if this viewer may pay for it."""
    change = await visible(viewer).filter(id=change_id).select_related("order").first()
    if change is None:
        raise Refused("NOT_FOUND", path=("changeId",), what="change")
    changes_apply.check_owner(viewer, change.order)
    return change


def check_payable(change: OrderChangeRequest) -> None:
    """Refuse a change whose difference cannot be paid now."""
    if change.state != ChangeState.AWAITING_PAYMENT:
        raise Refused("CHANGE_NOT_WAITING", path=("changeId",), state=change.state.value)
    if change.pay_by is None or clock.now() >= change.pay_by:
        raise Refused("PAYMENT_TIME_OVER", path=("changeId",))


async def cancel(viewer: Viewer, change_id: UUID) -> OrderChangeRequest:
    """Give a change up that waits for its difference. Doing it again changes nothing."""
    found = await visible(viewer).filter(id=change_id).first()
    if found is None:
        raise Refused("NOT_FOUND", path=("changeId",), what="change")
    async with viewer.market.change():
        order, change = await _locked(viewer, found)
        changes_apply.check_changer(viewer, order)
        if change.state == ChangeState.AWAITING_PAYMENT:
            await _give_up(viewer, order, change, ChangeState.CANCELED, kind="order.change_canceled")
        elif change.state != ChangeState.CANCELED:
            raise Refused("CHANGE_NOT_WAITING", path=("changeId",), state=change.state.value)
        return change


async def expire(viewer: Viewer, change_id: UUID) -> None:
    """Give a change up whose time to pay is over. Does nothing when it has been settled otherwise."""
    found = await OrderChangeRequest.get(id=change_id)
    async with viewer.market.change():
        order, change = await _locked(viewer, found)
        is_due = change.pay_by is not None and clock.now() >= change.pay_by
        if change.state == ChangeState.AWAITING_PAYMENT and is_due:
            await _give_up(viewer, order, change, ChangeState.EXPIRED, kind="order.change_expired")


async def end_forgotten_hold(viewer: Viewer, key: UUID) -> bool:
    """Give back what an unpaid order, or a change that waits, holds although its time is long over; False when it holds
    it rightly."""
    if not await OrderChangeRequest.exists(id=key):
        return await lifecycle.end_forgotten_hold(viewer, key)
    await expire(viewer, key)
    return True


async def lose_goods(viewer: Viewer, change_id: UUID) -> None:
    """What a change holds that nobody has paid for is not there: reject it. Does nothing when it waits no more."""
    found = await OrderChangeRequest.get(id=change_id)
    async with viewer.market.change():
        order, change = await _locked(viewer, found)
        if change.state == ChangeState.AWAITING_PAYMENT:
            await _reject(viewer, order, change, "INSUFFICIENT_STOCK")


async def drop_waiting(viewer: Viewer, order_id: UUID) -> None:
    """The order came to nothing: what waited to change it is rejected. Does nothing the second time."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        waiting = OrderChangeRequest.filter(order_id=order.id, state=ChangeState.AWAITING_PAYMENT)
        for change in await waiting.order_by("id").select_for_update():
            await _reject(viewer, order, change, "ORDER_ALREADY_CANCELED")


async def settle(viewer: Viewer, change_id: UUID, payment_id: UUID) -> bool:
    """The difference was paid: apply the change. False when it no longer stands, and its money has to go back."""
    found = await OrderChangeRequest.get_or_none(id=change_id)
    if found is None:
        return False
    async with viewer.market.change():
        order, change = await _locked(viewer, found)
        if change.state == ChangeState.APPLIED:
            return change.paid_by == payment_id
        if change.state != ChangeState.AWAITING_PAYMENT:
            return False
        refusal = await changes_apply.why_not(order, change)
        if refusal:
            await _reject(viewer, order, change, refusal)
            return False
        change.paid_by = payment_id
        order.change_pay_by = None
        await effects.never(EXPIRE, change.id)
        await _save(change, ChangeState.APPLIED)
        await changes_apply.to_paid(viewer, order, change, has_waited=True)
        return True


async def _locked(viewer: Viewer, found: OrderChangeRequest) -> tuple[Order, OrderChangeRequest]:
    """The order first, then the change."""
    order = await lock(viewer, found.order_id)
    return order, await OrderChangeRequest.filter(id=found.id).select_for_update().get()


async def _reject(viewer: Viewer, order: Order, change: OrderChangeRequest, refusal: str) -> None:
    change.refusal = refusal
    await _give_up(viewer, order, change, ChangeState.REJECTED, kind="order.change_rejected")


async def _give_up(viewer: Viewer, order: Order, change: OrderChangeRequest, state: ChangeState, *, kind: str) -> None:
    await stock.release(viewer, order_id=change.id)
    await changes_delivery.let_go(change)
    await effects.never(EXPIRE, change.id)
    await effects.soon("payment.drop_claim", change.id)
    await _save(change, state)
    order.change_pay_by = None
    await tell(viewer, order, kind=kind, cause=change.refusal, data=changes_apply.facts(change))

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from domain.access import Viewer
from domain.inventory import stock
from domain.orders import actions, lifecycle
from domain.orders.actions import Action
from jobs import orders as jobs
from kit import clock
from kit.errors import Refused
from models.customers import Role
from models.orders import CancelReason, Order, OrderState
from tests.factories.catalog import make_product
from tests.factories.orders import first_variant, place_order

Staff = Callable[..., Awaitable[Viewer]]
CHANGES = {
    Action.CHANGE_ADDRESS,
    Action.CHANGE_CONTACT,
    Action.CHANGE_SLOT,
    Action.CHANGE_ITEMS,
    Action.CANCEL_LINES,
}


def allowed(viewer: Viewer, order: Order) -> set[Action]:
    return {possibility.action for possibility in actions.possibilities(viewer, order) if possibility.allowed}


async def test_the_buyer_of_an_unpaid_order_may_pay_or_cancel(customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    assert allowed(customer, order) == {Action.PAY, *CHANGES, Action.CANCEL}


async def test_each_role_may_do_what_it_is_there_for(customer: Viewer, staff: Staff) -> None:
    order = await place_order(customer, await make_product())
    order.state, order.captured = OrderState.PAID, order.total
    assert allowed(await staff(Role.WAREHOUSE_PICKER), order) == {Action.SHIP}
    assert allowed(await staff(Role.SERVICE_AGENT), order) == {*CHANGES, Action.CANCEL, Action.REFUND}
    assert allowed(await staff(Role.FINANCE), order) == {Action.REFUND}
    assert allowed(await staff(Role.CATALOG_MANAGER), order) == set()
    assert allowed(await staff(Role.COURIER), order) == set()
    assert allowed(customer, order) == {*CHANGES, Action.CANCEL}


async def test_after_the_time_to_pay_the_order_cannot_be_paid_even_before_the_timer_ran(customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    clock.set_offset(timedelta(minutes=31))
    assert Action.PAY not in allowed(customer, order)


async def test_canceling_gives_the_stock_back(customer: Viewer) -> None:
    apples = await make_product(stock={"SH": 5})
    order = await place_order(customer, {apples: 3})
    canceled = await lifecycle.cancel(customer, order.id, reason=CancelReason.CHANGED_MIND)
    assert canceled.state == OrderState.CANCELED
    assert await stock.available([await first_variant(apples)]) == {await first_variant(apples): 5}


async def test_an_order_is_canceled_once(customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    await lifecycle.cancel(customer, order.id, reason=CancelReason.OTHER)
    with pytest.raises(Refused) as refused:
        await lifecycle.cancel(customer, order.id, reason=CancelReason.OTHER)
    assert refused.value.code == "ORDER_ALREADY_CANCELED"


async def test_a_strangers_order_looks_like_no_order(customer: Viewer, other_customer: Viewer, visitor: Viewer) -> None:
    order = await place_order(customer, await make_product())
    for stranger in (other_customer, visitor):
        with pytest.raises(Refused) as refused:
            await lifecycle.cancel(stranger, order.id, reason=CancelReason.OTHER)
        assert refused.value.code == "NOT_FOUND"
    await order.refresh_from_db()
    assert order.state == OrderState.PENDING_PAYMENT


async def test_an_unpaid_order_expires_and_gives_its_stock_back(customer: Viewer) -> None:
    apples = await make_product(stock={"SH": 5})
    order = await place_order(customer, {apples: 3})
    await jobs.expire(customer.market, order.id)
    assert (await Order.get(id=order.id)).state == OrderState.PENDING_PAYMENT, "its time is not over"
    clock.set_offset(timedelta(minutes=30, seconds=1))
    await jobs.expire(customer.market, order.id)
    assert (await Order.get(id=order.id)).state == OrderState.EXPIRED
    assert await stock.available([await first_variant(apples)]) == {await first_variant(apples): 5}


async def test_expiring_twice_changes_nothing(customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    clock.set_offset(timedelta(minutes=31))
    await jobs.expire(customer.market, order.id)
    await jobs.expire(customer.market, order.id)
    await order.refresh_from_db()
    assert order.sequence == 2

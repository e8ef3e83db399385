"""Several servers at once over one order that is changed, shipped, canceled, paid and merged."""

import asyncio
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import pytest

from adapters.payments.simulator import Outcome
from domain.access import system
from domain.fulfillment import shipping
from domain.fulfillment.shipping import Shipment
from domain.market import Market
from domain.orders import changes, lifecycle
from domain.orders.changes_plan import Units, Wish
from domain.payments import demo, differences, merging
from jobs.registry import HANDLERS
from jobs.runner import run_due
from kit import ids
from models.fulfillment import CarrierCode
from models.inventory import Reservation, ReservationState
from models.orders import CancelReason, ChangeState, Order, OrderChangeRequest, OrderLine, OrderState
from models.payments import Payment, PaymentMethod
from tests.factories.catalog import make_product, variant_of
from tests.factories.customers import make_user, viewer_for
from tests.factories.fulfillment import lines_of, make_paid
from tests.factories.inventory import counts
from tests.races.outcomes import outcome_of
from tests.races.processes import race

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database_url", ["postgres"], indirect=True)]

PROCESSES = 4


async def change_ship_or_cancel(market: Market, number: int, *, orders: Sequence[UUID], extra: UUID) -> list[str]:
    """One process takes a unit out, one adds something, one ships, one cancels; each of them every order."""
    viewer = system(market)

    async def act(order_id: UUID) -> object:
        line = await OrderLine.filter(order_id=order_id).order_by("position").first()
        assert line is not None
        if number == 0:
            wish = Wish(remove=[Units(line.id, 1)])
            return await changes.commit(viewer, order_id, wish, key=ids.token(), operation="orderChange")
        if number == 1:
            wish = Wish(add=[Units(extra, 1)])
            return await changes.commit(viewer, order_id, wish, key=ids.token(), operation="orderChange")
        if number == 2:
            return await shipping.ship(viewer, Shipment(order_id, CarrierCode.SIMULATOR), key=ids.token())
        return await lifecycle.cancel(viewer, order_id, reason=CancelReason.CHANGED_MIND)

    return await asyncio.gather(*(outcome_of(partial(act, order_id)) for order_id in orders))


async def test_changing_shipping_and_canceling_at_once_leave_every_order_whole(
    market: Market, database_url: str
) -> None:
    apples, pears = await make_product(stock={"SH": 30}), await make_product(stock={"SH": 30})
    orders = [await make_paid(viewer_for(market, await make_user()), {apples: 3}) for _ in range(8)]
    work = partial(change_ship_or_cancel, orders=[order.id for order in orders], extra=(await variant_of(pears)).id)
    answers = await race(work, database_url=database_url, processes=PROCESSES)
    await run_due(market, HANDLERS)
    for order, outcomes in zip(orders, zip(*answers, strict=True), strict=True):
        now = await Order.get(id=order.id)
        [line] = await lines_of(order)
        assert now.state in (OrderState.SHIPPED, OrderState.CANCELED), outcomes
        assert line.quantity == line.shipped + line.canceled, outcomes
        assert outcomes.count("done") >= 1
        if now.state == OrderState.CANCELED:
            assert now.refunded == now.captured, outcomes
    for change in await OrderChangeRequest.filter(state=ChangeState.AWAITING_PAYMENT):
        await changes.cancel(system(market), change.id)
    shipped = sum([line.shipped for line in await OrderLine.all()])
    assert await counts(await variant_of(apples)) == (30 - shipped, 0)
    assert await counts(await variant_of(pears)) == (30, 0)


async def change_again_and_again(market: Market, number: int, *, order_id: UUID, extra: UUID) -> list[str]:
    wish = Wish(add=[Units(extra, 1)])
    commit = partial(changes.commit, system(market), order_id, wish, operation="orderChange")
    return await asyncio.gather(*(outcome_of(partial(commit, key=ids.token())) for _ in range(3)))


async def test_of_changes_at_once_one_waits_for_its_money(market: Market, database_url: str) -> None:
    pears = await make_product(stock={"SH": 30})
    order = await make_paid(viewer_for(market, await make_user()))
    work = partial(change_again_and_again, order_id=order.id, extra=(await variant_of(pears)).id)
    answers = await race(work, database_url=database_url, processes=PROCESSES)
    assert sorted(outcome for answer in answers for outcome in answer) == ["CHANGE_AWAITS_PAYMENT"] * 11 + ["done"]
    assert await counts(await variant_of(pears)) == (30, 1)


async def settle_or_end(market: Market, number: int, *, pairs: Sequence[tuple[UUID, UUID]]) -> list[str]:
    """Two processes apply what was paid, one gives the changes up, one ships the orders."""
    viewer = system(market)

    async def act(order_id: UUID, change_id: UUID) -> object:
        if number < 2:
            await HANDLERS["order.difference_paid"](market, change_id)
            return None
        if number == 2:
            return await changes.cancel(viewer, change_id)
        return await shipping.ship(viewer, Shipment(order_id, CarrierCode.SIMULATOR), key=ids.token())

    return await asyncio.gather(*(outcome_of(partial(act, *pair)) for pair in pairs))


async def test_a_difference_that_comes_at_the_last_moment_is_used_or_goes_back(
    market: Market, database_url: str
) -> None:
    pears = await make_product(stock={"SH": 30})
    pairs = []
    for _ in range(6):
        order = await make_paid(viewer_for(market, await make_user()))
        wish = Wish(add=[Units((await variant_of(pears)).id, 1)])
        change = await changes.commit(system(market), order.id, wish, key=ids.token(), operation="orderChange")
        await _paid_not_told(market, change)
        pairs.append((order.id, change.id))
    work = partial(settle_or_end, pairs=pairs)
    await race(work, database_url=database_url, processes=PROCESSES)
    await run_due(market, HANDLERS)
    for order_id, change_id in pairs:
        order, change = await Order.get(id=order_id), await OrderChangeRequest.get(id=change_id)
        assert change.state in (ChangeState.APPLIED, ChangeState.CANCELED, ChangeState.REJECTED)
        assert order.captured - order.refunded == order.total
        assert (await OrderLine.filter(order_id=order_id).count() == 2) == (change.state == ChangeState.APPLIED)
    open_units = sum([line.quantity - line.shipped - line.canceled for line in await OrderLine.all()])
    held = await Reservation.filter(state=ReservationState.HELD)
    assert sum(promise.quantity for promise in held) == open_units


async def _paid_not_told(market: Market, change: OrderChangeRequest) -> None:
    """The provider's money is here, the effect that applies the change has still to be done."""
    _, payment = await differences.pay(system(market), change.id, method=PaymentMethod.SIMULATOR, key=ids.token())
    await demo.simulate(system(market), payment.id, Outcome.SUCCEED)
    without = {kind: handler for kind, handler in HANDLERS.items() if kind != "order.difference_paid"}
    await run_due(market, without)
    assert (await Payment.get(id=payment.id)).captured == change.to_pay


async def merge_or_cancel(market: Market, number: int, *, pairs: Sequence[tuple[UUID, UUID]]) -> list[str]:
    """Two processes merge both ways round, one cancels the first, one ships the second."""
    viewer = system(market)

    async def act(first: UUID, second: UUID) -> object:
        if number < 2:
            wanted = (first, second) if number else (second, first)
            return await merging.merge(viewer, wanted, key=ids.token())
        if number == 2:
            return await lifecycle.cancel(viewer, first, reason=CancelReason.CHANGED_MIND)
        return await shipping.ship(viewer, Shipment(second, CarrierCode.SIMULATOR), key=ids.token())

    return await asyncio.gather(*(outcome_of(partial(act, *pair)) for pair in pairs))


async def test_merging_canceling_and_shipping_at_once_lose_nothing(market: Market, database_url: str) -> None:
    apples = await make_product(stock={"SH": 30})
    pairs = []
    for _ in range(6):
        buyer = viewer_for(market, await make_user())
        pairs.append(((await make_paid(buyer, {apples: 1})).id, (await make_paid(buyer, {apples: 1})).id))
    answers = await race(partial(merge_or_cancel, pairs=pairs), database_url=database_url, processes=PROCESSES)
    await run_due(market, HANDLERS)
    for pair, outcomes in zip(pairs, zip(*answers, strict=True), strict=True):
        assert outcomes[:2].count("done") <= 1
        lines = await OrderLine.filter(order_id__in=pair)
        assert len(lines) == 2
        for order in await Order.filter(id__in=pair):
            if order.state == OrderState.CANCELED:
                assert order.captured == order.refunded
    shipped = sum([line.shipped for line in await OrderLine.all()])
    held = sum([line.quantity - line.shipped - line.canceled for line in await OrderLine.all()])
    assert await counts(await variant_of(apples)) == (30 - shipped, held)

"""Receipts, buyers, orders that wait and orders that give up, from several servers at once."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import pytest

from domain.access import Viewer, system
from domain.fulfillment import shipping
from domain.fulfillment.shipping import Shipment
from domain.inventory import stock
from domain.market import Market
from domain.orders import checkout, damage, lifecycle, shortages
from domain.orders.checkout import Purchase, Wish
from kit import ids
from models.catalog import Product
from models.fulfillment import CarrierCode
from models.inventory import Backorder, StockLevel, Warehouse
from models.orders import CancelReason, Order, OrderState, Supply
from models.shortages import Shortage, ShortageCause, ShortageChoice, ShortageState
from settings import Settings
from tests.factories.catalog import make_product, variant_of
from tests.factories.customers import make_user, viewer_for
from tests.factories.fulfillment import make_paid, run
from tests.factories.orders import SHANGHAI
from tests.races.outcomes import Outcome, all_at_once
from tests.races.processes import race

pytestmark = pytest.mark.slow


async def queue_up(market: Market, product: Product, orders: int, *, units: int = 2) -> list[Order]:
    """Paid orders that hold nothing any more and wait, each of its own customer, in this order."""
    waiting = [await make_paid(viewer_for(market, await make_user()), {product: units}) for _ in range(orders)]
    variant = await variant_of(product)
    house = await Warehouse.get(code="SH")
    for order in waiting:
        async with market.change():
            locked = await Order.filter(id=order.id).select_for_update().get()
            [promise] = await stock.held(order.id)
            await stock.lose(
                system(market), order_id=order.id, warehouse_id=house.id, quantities={promise.order_line_id: units}
            )
            await shortages.report(
                system(market), locked, {promise.order_line_id: units}, cause=ShortageCause.NOT_FOUND
            )
    assert await Backorder.filter(variant_id=variant.id).count() == orders
    return waiting


async def receive_or_buy(market: Market, number: int, *, variant: UUID, houses: Sequence[UUID], times: int) -> Outcome:
    """Some processes book what comes in, unit by unit and each in a warehouse of its own; the others buy."""
    if number < len(houses):
        viewer = system(market)
        receive = partial(stock.receive, viewer, variant_id=variant, warehouse_id=houses[number], quantity=1)
        return await all_at_once([receive] * times, most=3)

    async def buy() -> None:
        wishes = [Wish(variant, 1, ("lines", "0"))]
        viewer = Viewer(market=market, address=f"10.0.{number}.1")
        await checkout.place(viewer, Purchase(wishes=wishes, destination=SHANGHAI), key=ids.token())

    return await all_at_once([buy] * times, most=3)


async def test_what_comes_in_goes_to_those_who_wait_in_their_order_and_to_no_new_buyer(
    market: Market, settings: Settings
) -> None:
    product = await make_product(stock={"SH": 20, "HZ": 0})
    waiting = await queue_up(market, product, 10)
    variant = await variant_of(product)
    houses = [house.id for house in await Warehouse.all().order_by("code")]
    work = partial(receive_or_buy, variant=variant.id, houses=houses, times=8)
    outcomes = await race(work, database_url=settings.database_url, processes=4)
    assert sum(outcomes, Counter()) == {"done": 16, "INSUFFICIENT_STOCK": 16}
    held = [sum(one.quantity for one in await stock.held(order.id)) for order in waiting]
    assert held == [2] * 8 + [0] * 2
    assert await stock.available([variant.id]) == {variant.id: 0}
    await run(market)
    supplies = [(await Order.get(id=order.id)).supply for order in waiting]
    assert supplies == [Supply.COMPLETE] * 8 + [Supply.UNDECIDED] * 2


async def receive_cancel_or_choose(
    market: Market, number: int, *, variant: UUID, house: UUID, orders: Sequence[UUID]
) -> Outcome:
    viewer = system(market)
    if number == 0:
        receive = partial(stock.receive, viewer, variant_id=variant, warehouse_id=house, quantity=1)
        return await all_at_once([receive] * 10, most=3)
    if number == 1:
        cancel = partial(lifecycle.cancel, viewer, reason=CancelReason.OTHER)
        return await all_at_once([partial(cancel, order) for order in orders[::2]], most=3)
    if number == 2:
        asked = {row.order_id for row in await Shortage.filter(state=ShortageState.OPEN)}
        choose = partial(shortages.choose, viewer, choice=ShortageChoice.CANCEL_MISSING)
        return await all_at_once([partial(choose, order) for order in orders if order in asked], most=3)
    await run(market)
    return Counter()


async def test_giving_up_and_being_served_at_once_leaves_no_unit_without_an_owner(
    market: Market, settings: Settings
) -> None:
    product = await make_product(stock={"SH": 16, "HZ": 0})
    waiting = await queue_up(market, product, 8)
    variant, house = await variant_of(product), await Warehouse.get(code="SH")
    work = partial(receive_cancel_or_choose, variant=variant.id, house=house.id, orders=[order.id for order in waiting])
    await race(work, database_url=settings.database_url, processes=4)
    await run(market)
    level = await StockLevel.get(variant_id=variant.id, warehouse_id=house.id)
    kept = [order for order in waiting if (await Order.get(id=order.id)).state == OrderState.PAID]
    held = sum([one.quantity for order in kept for one in await stock.held(order.id)])
    assert (level.on_hand, level.reserved) == (10, held)
    assert await Backorder.all().count() == 0 or level.available == 0
    for order in waiting:
        now = await Order.get(id=order.id)
        assert now.refunded == (now.captured if now.state == OrderState.CANCELED else now.refunded)


async def break_ship_or_buy(
    market: Market, number: int, *, variant: UUID, house: UUID, orders: Sequence[UUID]
) -> Outcome:
    viewer = system(market)
    if number < 2:
        spoil = partial(damage.write_off, viewer, variant_id=variant, warehouse_id=house, quantity=3)
        return await all_at_once([spoil] * 3, most=3)
    if number == 2:
        ship = [
            partial(shipping.ship, viewer, Shipment(order_id=order, carrier=CarrierCode.SIMULATOR), key=ids.token())
            for order in orders
        ]
        return await all_at_once(ship, most=3)
    receive = partial(stock.receive, viewer, variant_id=variant, warehouse_id=house, quantity=2)
    return await all_at_once([receive] * 4, most=3)


async def test_damage_shipping_and_receipts_at_once_keep_every_promise_or_ask(
    market: Market, settings: Settings
) -> None:
    product = await make_product(stock={"SH": 24})
    orders = [await make_paid(viewer_for(market, await make_user()), {product: 2}) for _ in range(12)]
    variant, house = await variant_of(product), await Warehouse.get(code="SH")
    work = partial(break_ship_or_buy, variant=variant.id, house=house.id, orders=[order.id for order in orders])
    outcomes = await race(work, database_url=settings.database_url, processes=4)
    assert (outcomes[0] + outcomes[1])["done"] >= 1
    await run(market)
    level = await StockLevel.get(variant_id=variant.id, warehouse_id=house.id)
    assert not (level.available and await Backorder.all().count())

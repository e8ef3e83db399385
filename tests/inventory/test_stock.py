import asyncio
import contextvars

import pytest

from domain.access import Viewer
from domain.inventory import stock
from domain.inventory.stock import Region
from domain.market import Market
from jobs import inventory
from jobs.runner import run_due
from kit import tally
from kit.errors import Refusals, Refused
from kit.ids import new_id
from models.catalog import Product
from models.database import is_postgres, transaction
from models.inventory import MovementKind, Reservation, ReservationState, StockLevel, StockMovement, Warehouse
from tests.factories.catalog import make_product, make_warehouse, put_stock, variant_of
from tests.factories.inventory import counts, reserve


async def test_available_sums_over_active_warehouses_and_knows_of_nothing_as_zero(the_market: Viewer) -> None:
    await make_warehouse("OLD", is_active=False)
    variant = await variant_of(await make_product(stock={"SH": 3, "HZ": 4, "OLD": 50}))
    await reserve(the_market, (variant, 2))
    unknown = new_id()
    tallied = tally.begin()
    assert await stock.available([variant.id, unknown]) == {variant.id: 5, unknown: 0}
    assert tallied.statements == 1


async def test_a_promise_holds_units_and_leaves_them_on_the_shelf(the_market: Viewer) -> None:
    variant = await variant_of(await make_product(stock={"SH": 10}))
    [promise] = await reserve(the_market, (variant, 4))
    assert (promise.quantity, promise.state) == (4, ReservationState.HELD)
    assert await counts(variant) == (10, 4)
    movement = await StockMovement.get(kind=MovementKind.RESERVE)
    assert (movement.on_hand_change, movement.reserved_change, movement.order_id) == (0, 4, promise.order_id)
    assert await stock.broken_sums() == []


async def test_two_lines_over_one_variant_are_summed(the_market: Viewer) -> None:
    variant = await variant_of(await make_product(stock={"SH": 10}))
    with pytest.raises(Refused) as refused:
        await reserve(the_market, (variant, 6), (variant, 5))
    assert refused.value.code == "INSUFFICIENT_STOCK"
    assert refused.value.path == ("lines", "0")
    assert (refused.value.facts["requested"], refused.value.facts["available"]) == (11, 10)
    assert await counts(variant) == (10, 0)


async def test_everything_that_is_short_is_told_at_once_and_nothing_is_promised(the_market: Viewer) -> None:
    plenty = await variant_of(await make_product(stock={"SH": 10}))
    short = await variant_of(await make_product(stock={"SH": 1}))
    none = await variant_of(await make_product(stock={}))
    with pytest.raises(Refusals) as refused:
        await reserve(the_market, (plenty, 1), (short, 2), (none, 3))
    told = [
        (one.path, one.facts["variant"], one.facts["requested"], one.facts["available"])
        for one in refused.value.refusals
    ]
    assert told == [(("lines", "1"), short, 2, 1), (("lines", "2"), none, 3, 0)]
    assert await Reservation.all().count() == 0
    assert await counts(plenty) == (10, 0)


async def test_a_warehouse_of_the_buyers_province_serves_first(the_market: Viewer) -> None:
    await make_warehouse("SH", priority=0)
    await make_warehouse("GZ", province="广东省", city="广州市", priority=9)
    variant = await variant_of(await make_product(stock={"SH": 10, "GZ": 10}))
    await reserve(the_market, (variant, 1), province="广东省")
    assert (await counts(variant, "SH"), await counts(variant, "GZ")) == ((10, 0), (10, 1))
    await reserve(the_market, (variant, 1), province="山东省")
    assert (await counts(variant, "SH"), await counts(variant, "GZ")) == ((10, 1), (10, 1))


async def test_one_line_can_be_split_over_two_warehouses(the_market: Viewer) -> None:
    await make_warehouse("GZ", province="广东省", city="广州市")
    variant = await variant_of(await make_product(stock={"SH": 3, "GZ": 3}))
    promises = await reserve(the_market, (variant, 1), (variant, 4))
    names = {row.id: row.code for row in await Warehouse.all()}
    dealt = [(names[promise.warehouse_id], promise.quantity) for promise in promises]
    assert dealt == [("SH", 1), ("SH", 2), ("GZ", 2)]
    assert await stock.broken_sums() == []


async def test_a_closed_warehouse_promises_nothing(the_market: Viewer) -> None:
    await make_warehouse("OLD", is_active=False)
    variant = await variant_of(await make_product(stock={"OLD": 50}))
    with pytest.raises(Refused, match="INSUFFICIENT_STOCK"):
        await reserve(the_market, (variant, 1))


async def test_releasing_everything_gives_all_units_back_once(the_market: Viewer) -> None:
    variant = await variant_of(await make_product(stock={"SH": 10}))
    [promise] = await reserve(the_market, (variant, 4))
    for _ in range(2):
        async with transaction():
            await stock.release(the_market, order_id=promise.order_id)
    assert await counts(variant) == (10, 0)
    assert await StockMovement.filter(kind=MovementKind.RELEASE).count() == 1
    ended = await Reservation.get(id=promise.id)
    assert ended.state == ReservationState.RELEASED
    assert ended.ended_at is not None
    assert await stock.broken_sums() == []


async def test_releasing_some_units_keeps_the_rest(the_market: Viewer) -> None:
    variant = await variant_of(await make_product(stock={"SH": 10}))
    [promise] = await reserve(the_market, (variant, 4))
    async with transaction():
        await stock.release(the_market, order_id=promise.order_id, quantities={promise.order_line_id: 1})
    assert await counts(variant) == (10, 3)
    assert [held.quantity for held in await stock.held(promise.order_id)] == [3]
    assert await stock.broken_sums() == []


async def test_more_than_is_held_cannot_be_released(the_market: Viewer) -> None:
    variant = await variant_of(await make_product(stock={"SH": 10}))
    [promise] = await reserve(the_market, (variant, 4))
    with pytest.raises(Refused) as refused:
        async with transaction():
            await stock.release(the_market, order_id=promise.order_id, quantities={promise.order_line_id: 5})
    assert (refused.value.code, refused.value.facts) == ("NOT_RESERVED", {"requested": 5, "held": 4})
    assert await counts(variant) == (10, 4)


async def test_shipping_takes_units_off_the_shelf_and_off_the_promise(the_market: Viewer) -> None:
    variant = await variant_of(await make_product(stock={"SH": 10}))
    [promise] = await reserve(the_market, (variant, 4))
    async with transaction():
        await stock.ship(
            the_market,
            order_id=promise.order_id,
            warehouse_id=promise.warehouse_id,
            quantities={promise.order_line_id: 3},
        )
    assert await counts(variant) == (7, 1)
    assert await stock.available([variant.id]) == {variant.id: 6}
    assert await stock.broken_sums() == []


async def test_a_warehouse_ships_only_what_it_holds_itself(the_market: Viewer) -> None:
    other = await make_warehouse("GZ", province="广东省", city="广州市")
    variant = await variant_of(await make_product(stock={"SH": 10, "GZ": 10}))
    [promise] = await reserve(the_market, (variant, 4))
    with pytest.raises(Refused) as refused:
        async with transaction():
            await stock.ship(
                the_market, order_id=promise.order_id, warehouse_id=other.id, quantities={promise.order_line_id: 1}
            )
    assert (refused.value.code, refused.value.path) == ("NOT_RESERVED", ("lines", "0"))
    assert (await counts(variant, "SH"), await counts(variant, "GZ")) == ((10, 4), (10, 0))


async def test_shipped_units_come_back_to_the_shelf_once(the_market: Viewer) -> None:
    variant = await variant_of(await make_product(stock={"SH": 10}))
    [promise] = await reserve(the_market, (variant, 4))
    asked = {promise.order_line_id: 4}
    async with transaction():
        await stock.ship(the_market, order_id=promise.order_id, warehouse_id=promise.warehouse_id, quantities=asked)
    async with transaction():
        await stock.restock(the_market, order_id=promise.order_id, quantities={promise.order_line_id: 3})
    assert await counts(variant) == (9, 0)
    with pytest.raises(Refused, match="NOT_RESERVED"):
        async with transaction():
            await stock.restock(the_market, order_id=promise.order_id, quantities={promise.order_line_id: 2})
    assert await counts(variant) == (9, 0)
    assert await stock.broken_sums() == []


async def test_a_product_is_in_stock_as_long_as_one_variant_is(the_market: Viewer) -> None:
    product = await make_product(variants=[{"stock": {"SH": 2}}, {"stock": {"SH": 1}}])
    small, large = await variant_of(product, 0), await variant_of(product, 1)
    [first] = await reserve(the_market, (small, 2))
    assert (await Product.get(id=product.id)).in_stock
    [second] = await reserve(the_market, (large, 1))
    assert not (await Product.get(id=product.id)).in_stock
    async with transaction():
        await stock.release(the_market, order_id=second.order_id)
    assert (await Product.get(id=product.id)).in_stock
    async with transaction():
        await stock.ship(
            the_market,
            order_id=first.order_id,
            warehouse_id=first.warehouse_id,
            quantities={first.order_line_id: 2},
        )
    assert (await Product.get(id=product.id)).in_stock


async def test_stock_in_a_second_warehouse_keeps_a_product_on_the_shelf(the_market: Viewer) -> None:
    product = await make_product(stock={"SH": 1, "HZ": 1})
    variant = await variant_of(product)
    await reserve(the_market, (variant, 1))
    assert (await Product.get(id=product.id)).in_stock
    await reserve(the_market, (variant, 1))
    assert not (await Product.get(id=product.id)).in_stock


async def test_a_count_by_hand_is_written_down(the_market: Viewer) -> None:
    product = await make_product(stock={})
    variant, warehouse = await variant_of(product), await make_warehouse("SH")
    level = await stock.receive(the_market, variant_id=variant.id, warehouse_id=warehouse.id, quantity=5, reason="D-17")
    assert (level.on_hand, (await Product.get(id=product.id)).in_stock) == (5, True)
    level = await stock.adjust(the_market, variant_id=variant.id, warehouse_id=warehouse.id, change=-2, reason="broken")
    assert level.on_hand == 3
    level = await stock.set_on_hand(the_market, variant_id=variant.id, warehouse_id=warehouse.id, on_hand=0)
    assert (level.on_hand, (await Product.get(id=product.id)).in_stock) == (0, False)
    moved = await StockMovement.all().order_by("id").values_list("kind", "on_hand_change", "reason")
    assert moved == [("RECEIVE", 5, "D-17"), ("ADJUST", -2, "broken"), ("ADJUST", -3, "")]
    assert await stock.broken_sums() == []


async def test_a_count_that_changes_nothing_leaves_no_movement(the_market: Viewer) -> None:
    variant, warehouse = await variant_of(await make_product(stock={"SH": 5})), await make_warehouse("SH")
    before = await StockMovement.all().count()
    await stock.set_on_hand(the_market, variant_id=variant.id, warehouse_id=warehouse.id, on_hand=5)
    assert await StockMovement.all().count() == before


async def test_stock_never_falls_below_what_is_promised(the_market: Viewer) -> None:
    variant, warehouse = await variant_of(await make_product(stock={"SH": 5})), await make_warehouse("SH")
    await reserve(the_market, (variant, 3))
    with pytest.raises(Refused) as refused:
        await stock.set_on_hand(the_market, variant_id=variant.id, warehouse_id=warehouse.id, on_hand=2)
    assert (refused.value.code, refused.value.facts) == ("STOCK_PROMISED", {"reserved": 3, "on_hand": 5})
    assert await counts(variant) == (5, 3)


async def test_an_order_of_ten_lines_takes_as_many_statements_as_one_of_two(the_market: Viewer) -> None:
    variants = [await variant_of(await make_product(stock={"SH": 9})) for _ in range(10)]
    tallied = tally.begin()
    await reserve(the_market, *((variant, 1) for variant in variants[:2]))
    two, tallied.statements = tallied.statements, 0
    await reserve(the_market, *((variant, 1) for variant in variants))
    assert tallied.statements == two
    assert two <= 8


async def test_a_broken_sum_is_found(the_market: Viewer) -> None:
    variant = await variant_of(await make_product(stock={"SH": 5}))
    await StockLevel.filter(variant_id=variant.id).update(on_hand=6, reserved=1)
    [broken] = await stock.broken_sums()
    assert (broken.variant_id, broken.on_hand, broken.moved_on_hand) == (variant.id, 6, 5)
    assert (broken.reserved, broken.moved_reserved, broken.held) == (1, 0, 0)
    await StockLevel.filter(variant_id=variant.id).update(on_hand=5, reserved=0)  # leave sums that agree
    assert await stock.broken_sums() == []


async def test_reserving_for_an_order_without_lines_changes_nothing(the_market: Viewer) -> None:
    assert await stock.reserve(the_market, order_id=new_id(), wanted=[], region=Region("上海市")) == []


async def test_stock_put_into_a_place_twice_adds_up(the_market: Viewer) -> None:
    variant, warehouse = await variant_of(await make_product(stock={})), await make_warehouse("SH")
    await put_stock(variant, {"SH": 1})
    await stock.receive(the_market, variant_id=variant.id, warehouse_id=warehouse.id, quantity=1)
    assert await counts(variant) == (2, 0)
    assert await StockLevel.all().count() == 1


async def test_an_order_does_not_wait_for_whoever_edits_the_product(market: Market, the_market: Viewer) -> None:
    product = await make_product(stock={"SH": 1})
    variant = await variant_of(product)
    if not is_postgres():
        pytest.skip("SQLite has one writer at a time")
    async with transaction():
        await Product.filter(id=product.id).select_for_update().get()
        # A task of its own would share this transaction; another process is played by a fresh context.
        buying = asyncio.create_task(reserve(the_market, (variant, 1)), context=contextvars.Context())
        await asyncio.wait_for(buying, 5)
    assert (await Product.get(id=product.id)).in_stock
    assert await run_due(market, inventory.HANDLERS) == 1
    assert not (await Product.get(id=product.id)).in_stock

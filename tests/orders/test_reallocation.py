from domain.access import Viewer
from domain.inventory import bundles, warehouses
from domain.inventory.bundles import Part
from domain.market import Market
from kit.ids import to_public
from models.customers import Role
from models.inventory import Allocation, Reservation
from models.jobs import Timer
from models.orders import Order, Supply
from models.shortages import Shortage, ShortageCause
from tests.api import Api
from tests.factories import changes
from tests.factories.catalog import make_product, make_warehouse, variant_of
from tests.factories.customers import make_staff, viewer_for
from tests.factories.inventory import counts
from tests.factories.orders import place_order
from tests.factories.payments import later, pay, run

CLOSE = """mutation ($input: WarehouseCloseInput!) { warehouseClose(input: $input) {
  warehouse { isActive } userErrors { code } } }"""


async def close(api: Api, market: Market, code: str = "SH") -> None:
    staff = viewer_for(market, await make_staff(Role.WAREHOUSE_PICKER))
    house = await make_warehouse(code)
    asked = {"warehouseId": to_public("Warehouse", house.id), "why": "fire", "reallocate": True}
    answer = (await api(CLOSE, as_=staff, input=asked))["warehouseClose"]
    assert answer == {"warehouse": {"isActive": False}, "userErrors": []}
    await run(market)


async def test_what_a_failed_warehouse_held_moves_to_others(api: Api, market: Market, customer: Viewer) -> None:
    await make_warehouse("HZ", province="浙江省", city="杭州市")
    apples = await make_product(stock={"SH": 5, "HZ": 5})
    apple = await variant_of(apples)
    order = await place_order(customer, {apples: 3})
    await pay(market, order)
    assert await counts(apple, "SH") == (5, 3)
    await close(api, market)
    assert (await counts(apple, "SH"), await counts(apple, "HZ")) == ((5, 0), (5, 3))
    rounds = await Allocation.filter(order_id=order.id).order_by("id")
    assert [one.cause for one in rounds] == ["PLACED", "WAREHOUSE_FAILED"]
    document = "query ($id: ID!) { order(id: $id) { timeline { nodes { kind message } } } }"
    told = (await api(document, as_=customer, id=to_public("Order", order.id)))["order"]["timeline"]["nodes"]
    assert [one["message"] for one in told if one["kind"] == "ORDER_REALLOCATED"] == [
        "Your goods will come from another warehouse."
    ]
    await close(api, market)  # again: nothing lies there any more
    assert await Allocation.filter(order_id=order.id).count() == 2


async def test_what_a_change_held_in_a_failed_warehouse_moves_once_it_is_paid(
    api: Api, market: Market, customer: Viewer
) -> None:
    await make_warehouse("HZ", province="浙江省", city="杭州市")
    tea, apples = await make_product(stock={"SH": 5, "HZ": 5}), await make_product(stock={"SH": 5, "HZ": 5})
    order = await place_order(customer, {tea: 1})
    await pay(market, order)
    answer = await changes.ask(api, order, customer, add=[await changes.add(apples, 2)])
    await close(api, market)
    assert await counts(await variant_of(apples), "SH") == (5, 2)
    assert await Timer.filter(attempts__gt=0, done_at=None).count() == 0
    await changes.pay_difference(api, answer["change"]["id"], customer)
    await later(market, hours=1)
    assert await counts(await variant_of(apples), "SH") == (5, 0)
    assert await counts(await variant_of(apples), "HZ") == (5, 2)


async def test_what_nobody_has_is_a_shortage(api: Api, market: Market, customer: Viewer) -> None:
    await make_warehouse("HZ", province="浙江省", city="杭州市")
    apples = await make_product(stock={"SH": 5, "HZ": 2})
    apple = await variant_of(apples)
    order = await place_order(customer, {apples: 3})
    await pay(market, order)
    await close(api, market)
    assert (await counts(apple, "SH"), await counts(apple, "HZ")) == ((5, 0), (2, 2))
    shortage = await Shortage.get(order_id=order.id)
    assert shortage.cause == ShortageCause.WAREHOUSE_FAILED
    assert (await Order.get(id=order.id)).supply == Supply.UNDECIDED


async def test_an_unpaid_order_moves_when_it_can_and_is_not_asked_when_it_cannot(
    api: Api, market: Market, customer: Viewer
) -> None:
    await make_warehouse("HZ", province="浙江省", city="杭州市")
    apples, pears = await make_product(stock={"SH": 5, "HZ": 5}), await make_product(stock={"SH": 5, "HZ": 1})
    lucky, unlucky = await place_order(customer, {apples: 3}), await place_order(customer, {pears: 3})
    await close(api, market)
    assert await counts(await variant_of(apples), "HZ") == (5, 3)
    held = await Reservation.get(order_id=lucky.id, state="HELD")
    assert held.expires_at == lucky.pay_by
    assert (await counts(await variant_of(pears), "SH"), await counts(await variant_of(pears), "HZ")) == (
        (5, 3),
        (1, 0),
    )
    assert await Shortage.filter(order_id=unlucky.id).count() == 0


async def test_a_bundle_moves_as_a_whole(api: Api, market: Market, customer: Viewer, the_market: Viewer) -> None:
    await make_warehouse("HZ", province="浙江省", city="杭州市")
    apple = await variant_of(await make_product(stock={"SH": 9, "HZ": 9}))
    pear = await variant_of(await make_product(stock={"SH": 9, "HZ": 2}))
    boxes = await make_product(stock={})
    box = await variant_of(boxes)
    await bundles.set_parts(the_market, box.id, [Part(apple.id, 2), Part(pear.id, 1)])
    order = await place_order(customer, {boxes: 2})
    await pay(market, order)
    await close(api, market)
    assert [await counts(one, code) for one in (apple, pear) for code in ("SH", "HZ")] == [
        (9, 0),
        (9, 4),
        (9, 0),
        (2, 2),
    ]


async def test_closing_without_moving_leaves_promises_where_they_are(market: Market, customer: Viewer) -> None:
    apples = await make_product(stock={"SH": 5, "HZ": 5})
    await place_order(customer, {apples: 3})
    lies = (await Reservation.get().select_related("warehouse")).warehouse
    staff = viewer_for(market, await make_staff(Role.WAREHOUSE_PICKER))
    await warehouses.close(staff, lies.id)
    await run(market)
    assert (await Reservation.get()).warehouse_id == lies.id

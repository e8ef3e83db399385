from datetime import timedelta

import pytest

from domain.access import Viewer
from domain.inventory import bundles, holds, stock
from domain.inventory.bundles import Part
from domain.market import Market
from domain.orders import lifecycle
from jobs import sweeps
from kit import clock
from kit.errors import Refused
from kit.ids import to_public
from models.inventory import Reservation, ReservationState, StockMovement
from models.jobs import Timer
from models.orders import CancelReason, Order
from settings import Settings
from tests.api import Api
from tests.factories.catalog import make_product, variant_of
from tests.factories.inventory import counts
from tests.factories.orders import place_order
from tests.factories.payments import pay


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"held_units_per_customer": 10})


async def test_a_hold_ends_with_the_time_to_pay_and_stays_once_paid(market: Market, customer: Viewer) -> None:
    apples = await make_product(stock={"SH": 5})
    order = await place_order(customer, {apples: 2})
    hold = await Reservation.get(order_id=order.id)
    assert hold.expires_at == order.pay_by
    await pay(market, order)
    hold = await Reservation.get(order_id=order.id)
    assert (hold.state, hold.expires_at, hold.customer_key) == (ReservationState.HELD, None, None)


async def test_a_customer_holds_at_most_so_many_units_in_unpaid_orders(
    customer: Viewer, other_customer: Viewer
) -> None:
    apples = await make_product(stock={"SH": 50})
    first = await place_order(customer, {apples: 7})
    with pytest.raises(Refused) as refused:
        await place_order(customer, {apples: 4})
    told = refused.value
    assert (told.code, told.path) == ("HOLD_LIMIT", ("lines", "0"))
    assert (told.facts["requested"], told.facts["held"], told.facts["maximum"]) == (4, 7, 10)
    assert await counts(await variant_of(apples)) == (50, 7)
    await place_order(other_customer, {apples: 10})
    await lifecycle.cancel(customer, first.id, reason=CancelReason.CHANGED_MIND)
    await place_order(customer, {apples: 10})  # what was given up counts no more
    assert await counts(await variant_of(apples)) == (50, 20)


async def test_what_is_paid_does_not_count_against_the_limit(market: Market, customer: Viewer) -> None:
    apples = await make_product(stock={"SH": 50})
    await pay(market, await place_order(customer, {apples: 10}))
    await place_order(customer, {apples: 10})
    assert await counts(await variant_of(apples)) == (50, 20)


async def test_the_parts_of_bundles_count_against_the_limit(customer: Viewer, the_market: Viewer) -> None:
    apples, boxes = await make_product(stock={"SH": 50}), await make_product(stock={})
    apple, box = await variant_of(apples), await variant_of(boxes)
    await bundles.set_parts(the_market, box.id, [Part(apple.id, 4)])
    await place_order(customer, {boxes: 2})
    with pytest.raises(Refused) as refused:
        await place_order(customer, {apples: 3})
    assert (refused.value.code, refused.value.facts["held"]) == ("HOLD_LIMIT", 8)
    assert await counts(apple) == (50, 8)


async def test_the_preview_tells_of_the_limit_too(api: Api, customer: Viewer) -> None:
    apples = await make_product(stock={"SH": 50})
    await place_order(customer, {apples: 7})
    document = """mutation ($input: CheckoutPreviewInput!) { checkoutPreview(input: $input) { userErrors {
      code path ... on HoldLimit { requested held maximum variant { sku } } } } }"""
    address = {
        "recipient": "林晓雨", "phone": "13800138000", "province": "上海市", "city": "上海市", "street": "集市路 1 号",
    }  # fmt: skip
    variant = await variant_of(apples)
    lines = [{"variantId": to_public("Variant", variant.id), "quantity": 4}]
    wanted = {"lines": lines, "destination": {"address": address}}
    [error] = (await api(document, as_=customer, input=wanted))["checkoutPreview"]["userErrors"]
    assert error == {
        "code": "HOLD_LIMIT",
        "path": ["lines", "0"],
        "requested": 4,
        "held": 7,
        "maximum": 10,
        "variant": {"sku": variant.sku},
    }


async def test_a_hold_whose_timer_was_lost_is_found_and_given_back(market: Market, customer: Viewer) -> None:
    apples = await make_product(stock={"SH": 5})
    order = await place_order(customer, {apples: 2})
    await Timer.filter(kind="order.expire").delete()
    clock.set_offset(timedelta(minutes=market.policy.payment_minutes) + holds.FORGOTTEN_AFTER + timedelta(seconds=1))
    assert await holds.forgotten() == [order.id]
    await sweeps.end_forgotten_holds(market)
    assert await counts(await variant_of(apples)) == (5, 0)
    assert (await Order.get(id=order.id)).state == "EXPIRED"
    assert await holds.forgotten() == []


async def test_a_hold_that_outlived_its_order_says_so_in_its_movement(market: Market, customer: Viewer) -> None:
    apples = await make_product(stock={"SH": 5})
    order = await place_order(customer, {apples: 2})
    await Order.filter(id=order.id).update(state="EXPIRED")  # as a bug would leave it
    clock.set_offset(timedelta(minutes=market.policy.payment_minutes) + holds.FORGOTTEN_AFTER + timedelta(seconds=1))
    await sweeps.end_forgotten_holds(market)
    assert await counts(await variant_of(apples)) == (5, 0)
    assert (await StockMovement.get(kind="RELEASE")).reason == "the hold was forgotten"
    assert await stock.broken_sums() == []

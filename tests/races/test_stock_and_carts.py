import random
from collections import Counter
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import pytest

from domain.access import Viewer
from domain.carts import carts
from domain.carts.carts import Addition
from domain.inventory import stock
from domain.inventory.stock import Region, Wanted
from domain.market import Market
from domain.promotions import coupons
from jobs import inventory
from jobs.runner import run_due
from kit.ids import new_id
from models.carts import Cart
from models.catalog import Product, Variant
from models.database import transaction
from models.inventory import Reservation
from models.promotions import Coupon, CouponUse
from settings import Settings
from tests.factories.carts import fill, inside
from tests.factories.catalog import make_product, variant_of
from tests.factories.customers import make_user, viewer_for
from tests.factories.inventory import counts
from tests.factories.promotions import make_coupon
from tests.races.outcomes import Outcome, all_at_once
from tests.races.processes import race

pytestmark = pytest.mark.slow


async def _buy(market: Market, number: int, *, variants: Sequence[UUID], buyers: int) -> Outcome:
    """Buyers take one unit of each variant; each names them in an order of their own."""
    viewer = Viewer(market=market)

    async def reserve() -> None:
        wanted = [Wanted(new_id(), variant, 1) for variant in random.sample(variants, len(variants))]
        async with transaction():
            await stock.reserve(viewer, order_id=new_id(), wanted=wanted, region=Region("上海市"))

    return await all_at_once([reserve] * buyers)


async def _buy_one_of(market: Market, number: int, *, variants: Sequence[UUID], buyers: int) -> Outcome:
    """The buyers of each process want another variant."""
    return await _buy(market, number, variants=[variants[number]], buyers=buyers)


async def _use(market: Market, number: int, *, code: str, customer: str | None, orders: int) -> Outcome:
    coupon = await Coupon.get(code=code)
    viewer = Viewer(market=market)

    async def use() -> None:
        async with transaction():
            who = customer or str(new_id())
            await coupons.use(viewer, coupon=coupon, order_id=new_id(), customer_key=who)

    return await all_at_once([use] * orders)


async def _fill(market: Market, number: int, *, user: UUID, variants: Sequence[UUID], times: int) -> Outcome:
    """Each process is a device that puts in another variant, unit by unit."""
    viewer = Viewer(market=market, user_id=user)
    return await all_at_once([lambda: carts.add(viewer, [Addition(variants[number], 1)])] * times)


async def _merge_or_fill(market: Market, number: int, *, user: UUID, token: str, variant: UUID, times: int) -> Outcome:
    """Two devices bring the guest's cart along, a third goes on shopping."""
    viewer = Viewer(market=market, user_id=user)
    if number < 2:
        return await all_at_once([lambda: carts.merge(viewer, guest_token=token)] * times)
    return await all_at_once([lambda: carts.add(viewer, [Addition(variant, 1)])] * times)


async def _variants(product: Product) -> list[Variant]:
    return await Variant.filter(product_id=product.id).order_by("position")


async def test_400_buyers_in_four_processes_buy_exactly_the_100_units_there_are(
    market: Market, settings: Settings
) -> None:
    product = await make_product(stock={"SH": 60, "HZ": 40})
    [variant] = await _variants(product)
    work = partial(_buy, variants=[variant.id], buyers=100)
    outcomes = await race(work, database_url=settings.database_url, processes=4)
    assert sum(outcomes, Counter()) == {"done": 100, "INSUFFICIENT_STOCK": 300}
    assert (await counts(variant, "SH"), await counts(variant, "HZ")) == ((60, 60), (40, 40))
    assert await Reservation.all().count() == 100
    await run_due(market, inventory.HANDLERS)
    assert not (await Product.get(id=product.id)).in_stock


async def test_orders_over_the_same_variants_in_any_order_never_wait_in_a_circle(
    market: Market, settings: Settings
) -> None:
    product = await make_product(variants=[{"stock": {"SH": 50}}, {"stock": {"SH": 40}}, {"stock": {"SH": 45}}])
    variants = await _variants(product)
    work = partial(_buy, variants=[variant.id for variant in variants], buyers=30)
    outcomes = await race(work, database_url=settings.database_url, processes=3)
    assert sum(outcomes, Counter()) == {"done": 40, "INSUFFICIENT_STOCK": 50}
    assert [await counts(variant) for variant in variants] == [(50, 40), (40, 40), (45, 40)]


async def test_the_last_units_of_two_variants_taken_at_once_empty_the_product(
    market: Market, settings: Settings
) -> None:
    product = await make_product(variants=[{"stock": {"SH": 9}}, {"stock": {"SH": 9}}])
    work = partial(_buy_one_of, variants=[variant.id for variant in await _variants(product)], buyers=9)
    assert sum(await race(work, database_url=settings.database_url, processes=2), Counter()) == {"done": 18}
    await run_due(market, inventory.HANDLERS)  # one of the two may have left the mark to a job
    assert not (await Product.get(id=product.id)).in_stock


async def test_a_coupon_for_30_is_used_30_times(market: Market, settings: Settings) -> None:
    coupon = await make_coupon("THIRTY", use_limit=30)
    work = partial(_use, code="THIRTY", customer=None, orders=25)
    outcomes = await race(work, database_url=settings.database_url, processes=3)
    assert sum(outcomes, Counter()) == {"done": 30, "COUPON_USED_UP": 45}
    assert (await Coupon.get(id=coupon.id)).used == await CouponUse.filter(coupon_id=coupon.id).count() == 30


async def test_a_customer_on_many_devices_uses_a_coupon_once(market: Market, settings: Settings) -> None:
    coupon = await make_coupon("ONCE")
    work = partial(_use, code="ONCE", customer="user:1", orders=15)
    outcomes = await race(work, database_url=settings.database_url, processes=3)
    assert sum(outcomes, Counter()) == {"done": 1, "COUPON_LIMIT": 44}
    assert (await Coupon.get(id=coupon.id)).used == 1


async def test_devices_that_edit_one_cart_at_once_lose_nothing(market: Market, settings: Settings) -> None:
    user = await make_user()
    apple = await variant_of(await make_product(variants=[{"sku": "APPLE"}]))
    pear = await variant_of(await make_product(variants=[{"sku": "PEAR"}]))
    work = partial(_fill, user=user.id, variants=[apple.id, apple.id, pear.id], times=40)
    assert sum(await race(work, database_url=settings.database_url, processes=3), Counter()) == {"done": 120}
    assert await inside(await Cart.get(user_id=user.id)) == {"APPLE": 80, "PEAR": 40}


async def test_a_guests_cart_comes_along_once_while_another_device_goes_on(
    market: Market, settings: Settings, visitor: Viewer
) -> None:
    user = await make_user()
    apple = await variant_of(await make_product(variants=[{"sku": "APPLE"}]))
    guest = await fill(visitor, (apple, 30))
    await fill(viewer_for(market, user), (apple, 1))
    work = partial(_merge_or_fill, user=user.id, token=guest.token or "", variant=apple.id, times=20)
    assert sum(await race(work, database_url=settings.database_url, processes=3), Counter()) == {"done": 60}
    assert await inside(await Cart.get()) == {"APPLE": 51}

"""Several devices of one customer edit one cart through several servers; what each of them did is there afterwards."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import pytest

from domain.access import Viewer
from domain.carts import carts
from domain.carts.carts import Addition
from domain.market import Market
from domain.orders import checkout
from domain.orders.checkout import Purchase
from kit import ids
from kit.errors import Refused
from models.carts import Cart, CartLine
from models.orders import OrderLine
from settings import Settings
from tests.factories.carts import fill, inside, line_of
from tests.factories.catalog import make_product, variant_of
from tests.factories.customers import make_user, viewer_for
from tests.factories.orders import SHANGHAI, make_tariff
from tests.races.outcomes import Outcome, all_at_once
from tests.races.processes import race

pytestmark = pytest.mark.slow

TIMES = 15


async def edit(
    market: Market, number: int, *, user: UUID, added: UUID, changed: Sequence[UUID], removed: Sequence[UUID]
) -> Outcome:
    """The first device puts in, the second changes quantities up to a last one, the third takes lines out."""
    viewer = Viewer(market=market, user_id=user)
    if number == 0:
        return await all_at_once([partial(carts.add, viewer, [Addition(added, 1)])] * TIMES)
    if number == 1:
        outcome = Outcome()
        for quantity in range(1, TIMES + 1):
            lines = [partial(carts.update, viewer, line_id=line_id, quantity=quantity) for line_id in changed]
            outcome += await all_at_once(lines)
        return outcome
    return await all_at_once([partial(carts.remove, viewer, [line_id]) for line_id in removed])


async def test_additions_changes_and_removals_of_three_devices_are_all_there(
    market: Market, settings: Settings
) -> None:
    user = await make_user()
    viewer = viewer_for(market, user)
    variants = [await variant_of(await make_product(variants=[{"sku": f"S{place}"}])) for place in range(13)]
    cart = await fill(viewer, *((variant, 2) for variant in variants))
    lines = [(await line_of(cart, variant)).id for variant in variants]
    work = partial(edit, user=user.id, added=variants[0].id, changed=lines[1:3], removed=lines[3:])
    outcomes = await race(work, database_url=settings.database_url, processes=3)
    assert outcomes == [{"done": TIMES}, {"done": 2 * TIMES}, {"done": 10}]
    assert await inside(cart) == {"S0": 2 + TIMES, "S1": TIMES, "S2": TIMES}
    assert (await Cart.get(id=cart.id)).version == cart.version + 3 * TIMES + 10


async def edit_expecting(market: Market, number: int, *, user: UUID, line: UUID) -> Outcome:
    """Count one up, as seen, and look again when another device was quicker."""
    viewer = Viewer(market=market, user_id=user)

    async def one_more() -> None:
        while True:
            seen = await carts.visible(viewer).get()
            quantity = (await CartLine.get(id=line)).quantity
            try:
                await carts.update(viewer, line_id=line, quantity=quantity + 1, expected_version=seen.version)
            except Refused as refused:
                assert refused.code == "VERSION_CONFLICT"  # noqa: PT017  # a loop, not the end of a test
                continue
            return

    return await all_at_once([one_more] * 8, most=1)


async def test_devices_that_say_which_version_they_saw_overwrite_nothing(market: Market, settings: Settings) -> None:
    user = await make_user()
    variant = await variant_of(await make_product(variants=[{"sku": "TEA"}]))
    cart = await fill(viewer_for(market, user), (variant, 1))
    work = partial(edit_expecting, user=user.id, line=(await line_of(cart, variant)).id)
    assert await race(work, database_url=settings.database_url, processes=3) == [{"done": 8}] * 3
    assert await inside(cart) == {"TEA": 25}


async def buy_or_fill(market: Market, number: int, *, user: UUID, variant: UUID) -> Outcome:
    """One device buys the cart again and again while the other two fill it."""
    viewer = Viewer(market=market, user_id=user)
    if number:
        return await all_at_once([partial(carts.add, viewer, [Addition(variant, 1)])] * TIMES)
    purchase = Purchase(destination=SHANGHAI)
    tries = [partial(checkout.place, viewer, purchase, key=ids.token()) for _ in range(TIMES)]
    return await all_at_once(tries, most=3)


async def test_what_is_put_in_while_the_cart_is_bought_is_either_ordered_or_still_there(
    market: Market, settings: Settings
) -> None:
    await make_tariff()
    user = await make_user()
    variant = await variant_of(await make_product(variants=[{"sku": "TEA"}], stock={"SH": 500}))
    work = partial(buy_or_fill, user=user.id, variant=variant.id)
    outcomes = await race(work, database_url=settings.database_url, processes=3)
    assert outcomes[1:] == [{"done": TIMES}] * 2
    assert outcomes[0].keys() <= {"done", "NOTHING_TO_BUY"}
    ordered, left = Counter[UUID](), Counter[UUID]()
    for line in await OrderLine.all():
        ordered[line.variant_id] += line.quantity
    for rest in await CartLine.all():
        left[rest.variant_id] += rest.quantity
    assert (ordered + left)[variant.id] == 2 * TIMES

"""Several servers at once over the same goods and the same orders, through the real actions from end to end."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from tortoise.expressions import F

from adapters.payments.simulator import Outcome as SimulatorOutcome
from adapters.signatures import signed_headers
from domain import events
from domain.access import Viewer, system
from domain.fulfillment import shipping
from domain.fulfillment.shipping import Shipment
from domain.market import Market
from domain.orders import checkout, lifecycle
from domain.orders.checkout import Purchase, Wish
from domain.payments import demo, webhooks
from kit import clock, ids
from models.carts import CartLine
from models.catalog import Product
from models.fulfillment import CarrierCode, Parcel
from models.idempotency import KeyedCall
from models.inventory import Reservation
from models.jobs import Timer
from models.orders import CancelReason, Order, OrderState
from models.outbox import Event
from models.payments import Payment, PaymentState, ProviderNotice, Refund, RefundReason, RefundState, SimulatedNotice
from models.promotions import Coupon, CouponUse
from settings import Settings
from tests.factories.carts import fill
from tests.factories.catalog import make_product, make_warehouse, variant_of
from tests.factories.customers import make_user, viewer_for
from tests.factories.inventory import counts
from tests.factories.orders import SHANGHAI, make_tariff, place_order
from tests.factories.payments import SECRET, pay, run, start_payment
from tests.factories.promotions import make_coupon
from tests.races.outcomes import Outcome, all_at_once, outcome_of
from tests.races.processes import race

pytestmark = pytest.mark.slow


def bought(*variants: UUID, quantity: int = 1, coupon: str | None = None) -> Purchase:
    wishes = [Wish(variant, quantity, ("lines", str(place))) for place, variant in enumerate(variants)]
    return Purchase(wishes=wishes, destination=SHANGHAI, coupon_code=coupon)


async def gapless() -> int:
    """How many events there are, after all are numbered without a gap."""
    while await events.publish():
        pass
    positions = [event.position for event in await Event.all().order_by("position").only("id", "position")]
    assert positions == list(range(1, len(positions) + 1))
    return len(positions)


# ------------------------------------------------------------------------------------------------------- placing


async def buy(market: Market, number: int, *, variant: UUID, buyers: int) -> Outcome:
    """Guests who each want one, while this process numbers events too."""

    def one(buyer: int) -> Viewer:
        return Viewer(market=market, address=f"10.0.{number}.{buyer}")

    outcome = await all_at_once(
        [partial(checkout.place, one(buyer), bought(variant), key=ids.token()) for buyer in range(buyers)]
    )
    await events.publish()
    return outcome


async def test_400_buyers_place_exactly_100_orders_for_the_100_units_there_are(
    market: Market, settings: Settings
) -> None:
    await make_tariff()
    product = await make_product(stock={"SH": 60, "HZ": 40})
    variant = await variant_of(product)
    work = partial(buy, variant=variant.id, buyers=100)
    outcomes = await race(work, database_url=settings.database_url, processes=4)
    assert sum(outcomes, Counter()) == {"done": 100, "INSUFFICIENT_STOCK": 300}
    assert (await counts(variant, "SH"), await counts(variant, "HZ")) == ((60, 60), (40, 40))
    assert await Order.filter(state=OrderState.PENDING_PAYMENT).count() == 100
    assert sum(await Reservation.all().values_list("quantity", flat=True)) == 100  # type: ignore[arg-type]  # Tortoise types flat values as tuples
    assert await KeyedCall.all().count() == await Timer.filter(kind="order.expire").count() == 100
    assert await gapless() == await Event.filter(kind="order.placed", sequence=1).count() == 100
    assert not (await Product.get(id=product.id)).in_stock


async def place_under_one_key(market: Market, number: int, *, user: UUID, variant: UUID | None) -> list[UUID]:
    """What ten calls give; without a variant the cart is bought."""
    viewer = Viewer(market=market, user_id=user)
    purchase = bought(variant) if variant else Purchase(destination=SHANGHAI)
    orders = await asyncio.gather(*(checkout.place(viewer, purchase, key="one key") for _ in range(10)))
    return [order.id for order in orders]


@pytest.mark.parametrize("is_cart", [False, True])
async def test_fifty_racing_calls_with_one_key_make_one_order_and_all_get_it(
    market: Market, settings: Settings, is_cart: bool
) -> None:
    await make_tariff()
    variant = await variant_of(await make_product(stock={"SH": 10}))
    user = await make_user()
    await fill(viewer_for(market, user), (variant, 1))
    work = partial(place_under_one_key, user=user.id, variant=None if is_cart else variant.id)
    answers = await race(work, database_url=settings.database_url, processes=5)
    order = await Order.get()
    assert [order_id for answer in answers for order_id in answer] == [order.id] * 50
    assert await counts(variant) == (10, 1)
    assert await Event.all().count() == 1
    assert await CartLine.all().count() == (0 if is_cart else 1)


async def buy_carts(market: Market, number: int, *, users: Sequence[Sequence[UUID]]) -> list[str]:
    """Each process is the one or the other of two customers, again and again."""
    viewers = [Viewer(market=market, user_id=pair[number]) for pair in users]
    purchase = Purchase(destination=SHANGHAI)
    tries = [partial(checkout.place, viewer, purchase, key=ids.token()) for viewer in viewers]
    return await asyncio.gather(*(outcome_of(attempt) for attempt in tries))


async def test_the_last_unit_goes_to_one_of_two_carts_and_stays_in_the_other(
    market: Market, settings: Settings
) -> None:
    await make_tariff()
    pairs = []
    for _ in range(12):
        variant = await variant_of(await make_product(stock={"SH": 1}))
        pair = [await make_user(), await make_user()]
        for user in pair:
            await fill(viewer_for(market, user), (variant, 1))
        pairs.append([user.id for user in pair])
    first, second = await race(partial(buy_carts, users=pairs), database_url=settings.database_url, processes=2)
    for outcomes in zip(first, second, strict=True):
        assert sorted(outcomes) == ["INSUFFICIENT_STOCK", "done"]
    assert await Order.all().count() == await CartLine.all().count() == 12
    buyers = set(await Order.all().values_list("user_id", flat=True))
    losers = set(await CartLine.all().values_list("cart__user_id", flat=True))
    assert not buyers & losers


async def use_coupon(market: Market, number: int, *, users: Sequence[Sequence[UUID]], variant: UUID) -> Outcome:
    viewers = [Viewer(market=market, user_id=user) for user in users[number]]
    purchase = bought(variant, coupon="LAST")
    return await all_at_once([partial(checkout.place, viewer, purchase, key=ids.token()) for viewer in viewers])


async def test_a_coupon_with_one_use_left_is_used_by_one_of_twenty(market: Market, settings: Settings) -> None:
    await make_tariff()
    variant = await variant_of(await make_product(stock={"SH": 50}))
    coupon = await make_coupon("LAST", use_limit=1)
    users = [[(await make_user()).id for _ in range(5)] for _ in range(4)]
    work = partial(use_coupon, users=users, variant=variant.id)
    outcomes = await race(work, database_url=settings.database_url, processes=4)
    assert sum(outcomes, Counter()) == {"done": 1, "COUPON_USED_UP": 19}
    order = await Order.get()
    assert (order.discount, order.coupon_code) == (1000, "LAST")
    assert (await Coupon.get(id=coupon.id)).used == await CouponUse.all().count() == 1
    assert await counts(variant) == (50, 1)


# ------------------------------------------------------------------------------ what ends an order, and what pays it


async def cancel_or_capture(market: Market, number: int, *, orders: Mapping[UUID, bytes]) -> list[str]:
    """Two processes cancel every order, the other two are told that each was paid."""

    if number % 2:
        return await asyncio.gather(*(_told(market, body) for body in orders.values()))
    cancel = partial(lifecycle.cancel, system(market), reason=CancelReason.CHANGED_MIND)
    return await asyncio.gather(*(outcome_of(partial(cancel, order_id)) for order_id in orders))


async def test_an_order_that_is_canceled_while_its_money_comes_gives_it_back_once(
    market: Market, settings: Settings
) -> None:
    customer, product = viewer_for(market, await make_user()), await make_product(stock={"SH": 12})
    notices: dict[UUID, bytes] = {}
    for _ in range(12):
        order = await place_order(customer, product)
        notices[order.id] = await _paid_outside(customer, order)
    answers = await race(partial(cancel_or_capture, orders=notices), database_url=settings.database_url, processes=4)
    for outcomes in zip(*answers, strict=True):
        assert sorted(outcomes[::2]) == ["ORDER_ALREADY_CANCELED", "done"]
        told = sorted(outcomes[1::2])
        assert told in (["captured", "duplicate"], ["duplicate", "refused: the order is CANCELED"])
    assert await Payment.filter(state=PaymentState.CAPTURED).count() == await ProviderNotice.all().count() == 12
    await run(market)
    for order in await Order.all():
        assert (order.state, order.captured, order.refunded) == (OrderState.CANCELED, order.total, order.total)
    assert await Refund.filter(state=RefundState.SUCCEEDED).count() == await Refund.all().count() == 12
    assert await counts(await variant_of(product)) == (12, 0)
    await gapless()


async def take_in(market: Market, number: int, *, bodies: Sequence[tuple[bytes, bytes]]) -> list[str]:
    """Each process is told of one of the two payments of every order."""
    return await asyncio.gather(*(_told(market, pair[number % 2]) for pair in bodies))


async def test_of_two_payments_that_come_at_once_one_pays_and_the_other_goes_back(
    market: Market, settings: Settings
) -> None:
    customer, product = viewer_for(market, await make_user()), await make_product(stock={"SH": 12})
    pairs = []
    for _ in range(12):
        order = await place_order(customer, product)
        pairs.append((await _paid_outside(customer, order), await _paid_outside(customer, order)))
    answers = await race(partial(take_in, bodies=pairs), database_url=settings.database_url, processes=4)
    for outcomes in zip(*answers, strict=True):
        assert sorted(outcomes) == ["captured", "duplicate", "duplicate", "refused: the order is PAID"]
    await run(market)
    for order in await Order.all():
        assert (order.state, order.captured, order.refunded) == (OrderState.PAID, 2 * order.total, order.total)
        assert await Payment.filter(order_id=order.id, is_applied=True, refunded=0).count() == 1
    assert await Refund.filter(reason=RefundReason.PAID_TWICE, state=RefundState.SUCCEEDED).count() == 12
    assert await counts(await variant_of(product)) == (12, 12)


async def expire_or_capture(market: Market, number: int, *, orders: Mapping[UUID, bytes]) -> list[str]:
    """The time to pay is just over: two processes give every order up, the other two are told that it was paid."""
    clock.set_offset(timedelta(minutes=31))
    if number % 2:
        return await asyncio.gather(*(_told(market, body) for body in orders.values()))
    return await asyncio.gather(*(outcome_of(partial(lifecycle.expire, system(market), one)) for one in orders))


async def test_money_that_comes_in_the_last_moment_pays_whether_the_order_had_expired_or_not(
    market: Market, settings: Settings
) -> None:
    customer, product = viewer_for(market, await make_user()), await make_product(stock={"SH": 12})
    placed = [await place_order(customer, product) for _ in range(12)]
    notices = {order.id: await _paid_outside(customer, order) for order in placed}
    answers = await race(partial(expire_or_capture, orders=notices), database_url=settings.database_url, processes=4)
    for outcomes in zip(*answers, strict=True):
        assert outcomes[::2] == ("done", "done")
        assert sorted(outcomes[1::2]) in (["captured", "duplicate"], ["duplicate", "late"])
    for order in await Order.all():
        assert (order.state, order.captured, order.refunded) == (OrderState.PAID, order.total, 0)
    assert await counts(await variant_of(product)) == (12, 12)
    await gapless()


async def _paid_outside(customer: Viewer, order: Order) -> bytes:
    """A payment that the provider has and that we have not been told of: the body of the callback."""
    payment = await start_payment(customer.market, order)
    await demo.simulate(customer, payment.id, SimulatorOutcome.SUCCEED)
    return (await SimulatedNotice.get(charge_reference=payment.provider_reference)).body.encode()


async def _told(market: Market, body: bytes) -> str:
    headers = signed_headers(body, secret=SECRET, now=clock.machine())
    return await webhooks.receive(market, "simulator", body=body, headers=headers)


async def ship_or_cancel(market: Market, number: int, *, orders: Sequence[UUID]) -> list[str]:
    """Two processes ship every order, the other two cancel it."""
    viewer = system(market)
    if number % 2:
        cancel = partial(lifecycle.cancel, viewer, reason=CancelReason.CHANGED_MIND)
        return await asyncio.gather(*(outcome_of(partial(cancel, order_id)) for order_id in orders))
    shipments = [Shipment(order_id, CarrierCode.SIMULATOR) for order_id in orders]
    tries = [partial(shipping.ship, viewer, shipment, key=ids.token()) for shipment in shipments]
    return await asyncio.gather(*(outcome_of(attempt) for attempt in tries))


async def test_an_order_is_shipped_or_canceled_never_both(market: Market, settings: Settings) -> None:
    product = await make_product(stock={"SH": 10, "HZ": 14})
    orders = [await _paid(market, {product: 2}) for _ in range(12)]
    work = partial(ship_or_cancel, orders=[order.id for order in orders])
    answers = await race(work, database_url=settings.database_url, processes=4)
    shipped = 0
    for order, outcomes in zip(orders, zip(*answers, strict=True), strict=True):
        assert outcomes.count("done") == 1, outcomes
        is_shipped = "done" in outcomes[::2]
        shipped += is_shipped
        assert (await Order.get(id=order.id)).state == (OrderState.SHIPPED if is_shipped else OrderState.CANCELED)
        assert await Parcel.exists(order_id=order.id) == is_shipped
    await run(market)
    refunded = await Order.filter(refunded=F("captured")).count()
    assert refunded == 12 - shipped
    levels = [await counts(await variant_of(product), code) for code in ("SH", "HZ")]
    assert sum(on_hand for on_hand, _ in levels) == 24 - 2 * shipped
    assert [reserved for _, reserved in levels] == [0, 0]


async def _paid(market: Market, products: Mapping[Product, int]) -> Order:
    order = await place_order(viewer_for(market, await make_user()), products)
    await pay(market, order)
    return await Order.get(id=order.id, state=OrderState.PAID)


# ------------------------------------------------------------------------------------------------- crossing each other


async def ship_or_buy(market: Market, number: int, *, orders: Sequence[UUID], variants: Sequence[UUID]) -> Outcome:
    """One process ships orders out of two houses, the others buy and cancel some of the same goods."""

    async def buy_and_cancel(turn: int) -> None:
        viewer = Viewer(market=market, address=f"10.1.{number}.{turn}")
        order = await checkout.place(viewer, bought(*variants), key=ids.token())
        await lifecycle.cancel(viewer.but(order_id=order.id), order.id, reason=CancelReason.OTHER)

    if number:
        return await all_at_once([partial(buy_and_cancel, turn) for turn in range(20)])
    shipments = [Shipment(order_id, CarrierCode.SIMULATOR) for order_id in orders]
    return await all_at_once([partial(shipping.ship, system(market), one, key=ids.token()) for one in shipments])


async def test_shipping_out_of_two_houses_and_buying_never_wait_in_a_circle(market: Market, settings: Settings) -> None:
    """The first parcel takes a shelf that a buyer waits for who has the shelf of the second."""
    await make_warehouse("HZ", province="浙江省", city="杭州市", priority=1)
    here, there, after = [await make_product(stock={code: 100}) for code in ("SH", "HZ", "SH")]
    orders = [await _paid(market, {here: 1, there: 1, after: 1}) for _ in range(15)]
    wanted = [(await variant_of(product)).id for product in (there, after)]
    work = partial(ship_or_buy, orders=[order.id for order in orders], variants=wanted)
    outcomes = await race(work, database_url=settings.database_url, processes=3)
    assert outcomes == [{"done": 15}, {"done": 20}, {"done": 20}]
    assert await Parcel.all().count() == 30
    for product, code in ((here, "SH"), (there, "HZ"), (after, "SH")):
        assert await counts(await variant_of(product), code) == (85, 0)

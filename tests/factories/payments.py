"""Orders that wait for money, a simulator whose callbacks reach the market, and the way to paid."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import httpx

from adapters.bus import EventBus
from adapters.payments.simulator import Outcome, PaymentSimulator
from domain import effects
from domain.access import Viewer, system
from domain.inventory import stock
from domain.inventory.stock import Region, Wanted
from domain.market import Market
from domain.orders import lifecycle
from domain.orders.history import lock, move, tell
from domain.payments import attempts, demo, webhooks
from jobs import orders as order_jobs
from jobs import payments as payment_jobs
from jobs.runner import run_due
from kit import clock, ids
from kit.errors import Refused
from models.orders import Order, OrderLine, OrderState
from models.payments import Payment, PaymentMethod
from tests.factories.catalog import make_product, variant_of
from tests.factories.customers import make_user, viewer_for

SECRET = "test-simulator"
STATUS = {"NOT_FOUND": 404, "BAD_SIGNATURE": 401, "MALFORMED_NOTICE": 400}
HANDLERS = {**order_jobs.HANDLERS, **payment_jobs.HANDLERS}


class Callbacks(httpx.AsyncBaseTransport):
    """Carries what the simulator posts straight to the market, as the server's webhook route would."""

    def __init__(self) -> None:
        self.market: Market | None = None
        self.answers: list[int] = []
        self.is_down = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.answers.append(await self._answer(request))
        return httpx.Response(self.answers[-1])

    async def _answer(self, request: httpx.Request) -> int:
        if self.market is None:
            raise AssertionError("no market to call back")
        if self.is_down:
            return 503
        _, _, provider = request.url.path.rpartition("/webhooks/")
        try:
            await webhooks.receive(
                self.market, provider, body=await request.aread(), headers=dict(request.headers.items())
            )
        except Refused as refused:
            return STATUS[refused.code]
        return 204


def make_simulator(url: str, bus: EventBus) -> PaymentSimulator:
    """A simulator that calls back at once, as soon as its timer is run."""
    return PaymentSimulator(url=url, secret=SECRET, callback_seconds=0, bus=bus, transport=Callbacks())


def simulator_of(market: Market) -> PaymentSimulator:
    """The simulator of a test's market."""
    simulator = market.providers["simulator"]
    assert isinstance(simulator, PaymentSimulator)
    return simulator


def callbacks_of(market: Market) -> Callbacks:
    """What carries its callbacks."""
    carried = simulator_of(market).transport
    assert isinstance(carried, Callbacks)
    return carried


def connect(market: Market) -> Market:
    """Let the callbacks of the market's simulator reach it."""
    callbacks_of(market).market = market
    return market


async def run(market: Market) -> int:
    """Do everything that is due: callbacks, refunds, expiry."""
    return await run_due(market, HANDLERS)


async def later(market: Market, **duration: float) -> int:
    """Let market time go by, and do what has become due."""
    clock.set_offset(clock.offset() + timedelta(**duration))
    return await run(market)


async def make_order(
    market: Market,
    *,
    viewer: Viewer | None = None,
    lines: Sequence[tuple[int, int, int]] = ((1000, 2, 0),),
    shipping: int = 600,
    stock_each: int = 100,
) -> Order:
    """An order that waits for its money, its goods held. `lines` are (unit price, quantity, discount), minor units."""
    viewer = viewer or viewer_for(market, await make_user())
    subtotal = sum(price * quantity for price, quantity, _ in lines)
    discount = sum(off for _, _, off in lines)
    now = clock.now()
    order = await Order.create(
        number=ids.readable(12),
        user_id=viewer.user_id,
        currency="CNY",
        subtotal=subtotal,
        discount=discount,
        shipping=shipping,
        total=subtotal - discount + shipping,
        address={
            "recipient": "林晓雨",
            "phone": "+8613800001234",
            "province": "上海市",
            "city": "上海市",
            "district": "静安区",
            "street": "南京西路 1 号",
        },
        province="上海市",
        placed_at=now,
        pay_by=now + timedelta(minutes=market.policy.payment_minutes),
    )
    wanted = []
    for position, (price, quantity, off) in enumerate(lines):
        product = await make_product(price=price, stock={"SH": stock_each})
        variant = await variant_of(product)
        line = await OrderLine.create(
            order_id=order.id,
            position=position,
            product_id=product.id,
            variant_id=variant.id,
            title=product.title,
            unit_price=price,
            quantity=quantity,
            discount=off,
            total=price * quantity - off,
        )
        wanted.append(Wanted(line.id, variant.id, quantity))
    async with market.change():
        await stock.reserve(viewer, order_id=order.id, wanted=wanted, region=Region(order.province))
        await effects.at("order.expire", order.id, order.pay_by)
        await tell(viewer, order, kind="order.placed")
    return order


async def start_payment(market: Market, order: Order, *, key: str | None = None) -> Payment:
    """An attempt to pay, open at the simulator. Started by the market itself, which may do whatever an owner may."""
    return await attempts.create(
        system(market), order.id, method=PaymentMethod.SIMULATOR, idempotency_key=key or ids.token()
    )


async def pay(market: Market, order: Order, outcome: Outcome = Outcome.SUCCEED) -> Payment:
    """Start a payment, let the simulator do `outcome`, and take in what it calls back."""
    payment = await start_payment(market, order)
    await demo.simulate(system(market), payment.id, outcome)
    await run(market)
    return await Payment.get(id=payment.id)


async def make_paid_order(
    market: Market,
    *,
    viewer: Viewer | None = None,
    lines: Sequence[tuple[int, int, int]] = ((1000, 2, 0),),
    shipping: int = 600,
) -> Order:
    """An order whose money has come."""
    order = await make_order(market, viewer=viewer, lines=lines, shipping=shipping)
    await pay(market, order)
    return await Order.get(id=order.id)


async def lines_of(order: Order) -> list[OrderLine]:
    """The lines in their order, as they are now."""
    return await OrderLine.filter(order_id=order.id).order_by("position")


async def ship_all(market: Market, order: Order) -> Order:
    """Every unit that was still to be shipped leaves the house."""
    async with market.change():
        shipped = await lock(system(market), order.id)
        held = await stock.held(order.id)
        for warehouse_id in {promise.warehouse_id for promise in held}:
            here = Counter[UUID]()
            for promise in held:
                if promise.warehouse_id == warehouse_id:
                    here[promise.order_line_id] += promise.quantity
            await stock.ship(system(market), order_id=order.id, warehouse_id=warehouse_id, quantities=here)
        for line in await lines_of(order):
            line.shipped = line.quantity - line.canceled
            await line.save(update_fields=["shipped"])
        await move(system(market), shipped, OrderState.SHIPPED, kind="order.shipped")
    return shipped


async def receive_all(market: Market, order: Order) -> Order:
    """The customer has everything, and the books know it."""
    await ship_all(market, order)
    received = await lifecycle.confirm_receipt(system(market), order.id)
    await run(market)
    return received

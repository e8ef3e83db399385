"""Keeps the demo market alive while somebody looks: people buy now and then, and a picker ships what was paid.

One process at a time does it, whoever holds the lease. What an explorer bought is shipped too, only later, so that there
is time to ship it by hand first. Orders of before the market was loaded, and those shipped in part, are left alone.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.queryset import QuerySet

from adapters.payments.simulator import Outcome, PaymentSimulator
from demo.lease import Lease
from demo.opening import opened_at
from demo.people import CUSTOMERS, STAFF
from demo.residents import residents
from demo.stage import Buyer, buying, ship
from demo.story import LEFT_OUT, Goods, goods_on_sale
from domain.access import Viewer
from domain.inventory import stock
from domain.market import Market
from domain.orders import checkout, lifecycle
from domain.payments import attempts
from kit import clock, ids
from kit.errors import Refusals, Refused
from models.inventory import Backorder, Warehouse
from models.orders import Order, OrderState, Supply
from models.payments import Payment, PaymentMethod, PaymentState

log = logging.getLogger("jishi.demo")

STEP_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 10.0  # for the lease of another process, or for the demo data
BUY_SECONDS = (20.0, 40.0)
PAY_AFTER = timedelta(seconds=3)
OWN_SHIP_AFTER = timedelta(seconds=4)  # from payment to parcel for an order of the simulator's own
CONFIRM_AFTER = timedelta(seconds=8)
DECLINED_ONE_IN = 10
UNCONFIRMED_ONE_IN = 5
MOST_ORDERS = 500  # in one run: a demo that nobody looks at must not fill the disk
MOST_OPEN = 12  # orders of the simulator's own that are not delivered yet
MOST_SHIPPED_AT_ONCE = 20
RESTOCK_AFTER = timedelta(minutes=4)
READY = (Supply.COMPLETE, Supply.FOLLOWING)
ON_ITS_WAY = (OrderState.PENDING_PAYMENT, OrderState.PAID, OrderState.PARTIALLY_SHIPPED, OrderState.SHIPPED)


async def run(market: Market) -> None:
    """Simulate until cancelled. Whatever goes wrong is logged and tried again; nothing of it ends the server."""
    while True:
        try:
            await _simulate(market)
        except Exception:
            log.exception("the demo simulator stumbled and will go on")
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _simulate(market: Market) -> None:
    """As long as this process holds the lease; not at all while there is no demo data."""
    opened = await opened_at()
    if opened is None:
        return
    async with Lease("demo.simulator") as lease:
        if not await lease.held():
            return
        town = await Town.found(market, opened)
        while await lease.held():
            await town.step()
            await asyncio.sleep(STEP_SECONDS)


@dataclass(slots=True)
class Town:
    """Who lives here, what they buy, and which orders are the simulator's own."""

    market: Market
    goods: Goods
    crowd: Sequence[Buyer]
    picker: Viewer
    opened_at: datetime
    dice: random.Random = field(default_factory=random.Random)
    own: set[UUID] = field(default_factory=set)
    given_up: set[UUID] = field(default_factory=set)
    next_purchase: float = 0.0

    @classmethod
    async def found(cls, market: Market, opened_at: datetime) -> "Town":
        """As it was loaded."""
        people = await residents(market, [*CUSTOMERS, *STAFF])
        crowd = [buying(people[person.key]) for person in CUSTOMERS if person.key not in LEFT_OUT]
        return cls(market, await goods_on_sale(), crowd, people["picker"].viewer, opened_at)

    async def step(self) -> None:
        """Everybody does what is up to them."""
        if time.monotonic() >= self.next_purchase:
            self.next_purchase = time.monotonic() + self.dice.uniform(*BUY_SECONDS)
            await self._buy()
        await self._pay()
        await self._ship()
        await self._restock()
        await self._confirm()

    async def _buy(self) -> None:
        if len(self.own) >= MOST_ORDERS or await self._own(*ON_ITS_WAY).count() >= MOST_OPEN:
            return
        buyer = self.dice.choice(self.crowd)
        try:
            order = await checkout.place(
                buyer.viewer, buyer.purchase(self.goods.basket(self.dice)), key=f"demo:{ids.new_id()}"
            )
        except (Refused, Refusals) as refused:
            log.info("%s could not buy: %s", buyer.key, refused)
            return
        self.own.add(order.id)

    async def _pay(self) -> None:
        for order in await self._own(OrderState.PENDING_PAYMENT).filter(placed_at__lt=clock.now() - PAY_AFTER):
            await self._unless_impossible(order, self._pay_one)

    async def _pay_one(self, order: Order) -> None:
        last = await Payment.filter(order_id=order.id).order_by("-id").first()
        if last is not None and last.state != PaymentState.FAILED:
            return
        buyer = self._buyer(order)
        payment = await attempts.create(
            buyer.viewer, order.id, method=PaymentMethod.SIMULATOR, idempotency_key=f"demo:{ids.new_id()}"
        )
        declined = last is None and self.dice.randrange(DECLINED_ONE_IN) == 0
        simulator = self.market.providers[payment.provider]
        if isinstance(simulator, PaymentSimulator):
            await simulator.pay(payment.provider_reference or "", Outcome.DECLINE if declined else Outcome.SUCCEED)

    async def _ship(self) -> None:
        """Own orders at once; those of an explorer when there was time to do it by hand."""
        now = clock.now()
        patience = timedelta(seconds=self.market.policy.demo_ship_seconds)
        theirs = Order.filter(
            state=OrderState.PAID, supply__in=READY, paid_at__gt=self.opened_at, paid_at__lt=now - patience
        )
        orders = [
            *await self._own(OrderState.PAID).filter(supply__in=READY, paid_at__lt=now - OWN_SHIP_AFTER),
            *await theirs.filter(id__not_in=[*self.own, *self.given_up]).limit(MOST_SHIPPED_AT_ONCE),
        ]
        for order in orders:
            await self._unless_impossible(order, self._ship_one)

    async def _ship_one(self, order: Order) -> None:
        await ship(self.picker, order)

    async def _restock(self) -> None:
        """What an explorer's order waits for comes after some minutes; the orders of the story go on waiting."""
        patient = Backorder.filter(since__gt=self.opened_at, since__lt=clock.now() - RESTOCK_AFTER)
        row = await patient.exclude(order_id__in=self.given_up).order_by("since", "id").first()
        if row is None:
            return
        try:
            house = await Warehouse.filter(is_active=True).order_by("priority", "code").first()
            if house is not None:
                await stock.receive(
                    self.picker,
                    variant_id=row.variant_id,
                    warehouse_id=house.id,
                    quantity=row.waiting,
                    reason="补货",
                )
        except (Refused, Refusals) as refused:
            log.info("order %s waits on: %s", row.order_id, refused)
            self.given_up.add(row.order_id)

    async def _confirm(self) -> None:
        """Most of the simulator's own people do it; the clock does it for the others."""
        for order in await self._own(OrderState.DELIVERED).filter(delivered_at__lt=clock.now() - CONFIRM_AFTER):
            if order.id.int % UNCONFIRMED_ONE_IN:
                await self._unless_impossible(order, self._confirm_one)

    async def _confirm_one(self, order: Order) -> None:
        await lifecycle.confirm_receipt(self._buyer(order).viewer, order.id)

    def _own(self, *states: OrderState) -> QuerySet[Order]:
        return Order.filter(id__in=list(self.own - self.given_up), state__in=states).order_by("placed_at")

    def _buyer(self, order: Order) -> Buyer:
        return next(buyer for buyer in self.crowd if buyer.viewer.user_id == order.user_id)

    async def _unless_impossible(self, order: Order, do: Callable[[Order], Awaitable[None]]) -> None:
        """An explorer may have been quicker; what fails otherwise is not tried again and again."""
        try:
            await do(order)
        except (Refused, Refusals) as refused:
            log.info("order %s: %s", order.number, refused)
            self.given_up.add(order.id)
        except Exception:
            log.exception("the demo simulator leaves order %s alone", order.number)
            self.given_up.add(order.id)

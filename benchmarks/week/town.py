"""What the people of a busy market do in one turn of the clock, each by the market's own actions."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from adapters.payments.simulator import Outcome, PaymentSimulator
from benchmarks.week import faults
from demo.residents import Resident
from demo.stage import Buyer, ship
from demo.story import Goods
from domain.access import Viewer
from domain.aftersales import remedies
from domain.aftersales.remedies import Decision
from domain.inventory import stock, warehouses
from domain.market import Market
from domain.orders import changes, checkout, damage, lifecycle, shortages, urging
from domain.orders.changes_plan import Units, Wish
from domain.orders.lifecycle import open_units
from domain.payments import attempts, refunds
from domain.payments.refunds import Asked
from jobs.registry import HANDLERS
from jobs.runner import run_due
from kit import clock, ids
from kit.errors import Refusals, Refused
from models.aftersales import CaseState, DeliveryCase
from models.inventory import StockLevel, Warehouse
from models.orders import CancelReason, Order, OrderLine, OrderState, ReviewState, Supply
from models.payments import PaymentMethod, RefundReason
from models.shortages import Shortage, ShortageChoice, ShortageState

PATIENCE = timedelta(hours=2)  # of staff and of buyers who were asked something
ROUNDS = 12  # turns after which a picker comes by again
AT_ONCE = 4  # people who act at the same moment in one process

Act = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Tally:
    """What was done, what was refused, and what must never be."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    bugs: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Town:
    """One process's share of the people: the orders whose key falls to it are its own."""

    market: Market
    goods: Goods
    buyers: Sequence[Buyer]
    staff: dict[str, Resident]
    dice: random.Random
    number: int
    workers: int
    tally: Tally = field(default_factory=Tally)
    acted: set[tuple[str, UUID]] = field(default_factory=set)
    turns: int = 0

    async def turn(self, orders: int) -> Tally:
        """Everybody does what is up to them now, and whatever is due is done. Gives what came of it."""
        self.tally = Tally()
        self.turns += 1
        await self._each([self._buy for _ in range(orders)])
        await self._run_due()
        await self._each([*await self._of_buyers(), *await self._of_staff()])
        await self._run_due()
        return self.tally

    async def _run_due(self) -> None:
        self.tally.done["timers"] += await run_due(self.market, HANDLERS)

    async def _each(self, acts: Sequence[Act]) -> None:
        door = asyncio.Semaphore(AT_ONCE)

        async def through(act: Act) -> None:
            async with door:
                await act()

        await asyncio.gather(*(through(act) for act in acts))

    async def _try(self, name: str, act: Awaitable[Any]) -> Any:
        """A refusal is an answer; anything else is a bug, and the week goes on so that others are found as well."""
        try:
            answer = await act
        except (Refused, Refusals) as refused:
            codes = [refused.code] if isinstance(refused, Refused) else [one.code for one in refused.refusals]
            self.tally.refused.update(f"{name}: {code}" for code in codes)
            return None
        except Exception as error:
            self.tally.bugs.append(f"{name}: {type(error).__name__}: {error}"[:300])
            return None
        self.tally.done[name] += 1
        return answer

    # Buyers -----------------------------------------------------------------------------------------------------------

    async def _buy(self) -> None:
        buyer = self.dice.choice(self.buyers)
        purchase = buyer.purchase(self.goods.basket(self.dice))
        order = await self._try("order", checkout.place(buyer.viewer, purchase, key=str(ids.new_id())))
        if order is not None and self.dice.random() > faults.NEVER_PAID:
            await self._pay(buyer.viewer, order, self._chance(faults.PAYMENTS))

    async def _pay(self, viewer: Viewer, order: Order, outcome: Outcome) -> None:
        opening = attempts.create(viewer, order.id, method=PaymentMethod.SIMULATOR, idempotency_key=str(ids.new_id()))
        payment = await self._try("payment", opening)
        simulator = self.market.providers[PaymentSimulator.code]
        if payment is not None and isinstance(simulator, PaymentSimulator):
            late = 2400 if outcome == Outcome.SUCCEED_AFTER_EXPIRY else 0
            await self._try("paying", simulator.pay(payment.provider_reference or "", outcome, delay_seconds=late))
            if outcome == Outcome.DECLINE:
                await self._pay(viewer, order, Outcome.SUCCEED)

    async def _of_buyers(self) -> list[Act]:
        acts: list[Act] = []
        fresh = Order.filter(state=OrderState.PAID, paid_at__gt=clock.now() - timedelta(hours=3))
        for order in await self._own(fresh):
            acts += self._once("change", order, faults.CHANGED, self._change)
            acts += self._once("cancel", order, faults.CANCELED, self._cancel)
            acts += self._once("cancel a part", order, faults.PARTS_CANCELED, self._cancel_part)
        waiting = Order.filter(state=OrderState.PAID, paid_at__lt=clock.now() - timedelta(hours=8))
        for order in await self._own(waiting):
            acts += self._once("urge", order, faults.URGED, self._urge)
        there = Order.filter(state=OrderState.DELIVERED, delivered_at__lt=clock.now() - PATIENCE)
        for order in await self._own(there):
            acts += self._once("confirm", order, faults.CONFIRMED_BY_HAND, self._confirm)
        asked = Shortage.filter(state=ShortageState.OPEN, opened_at__lt=clock.now() - PATIENCE)
        for shortage in await asked.limit(200):
            if shortage.order_id.int % self.workers == self.number:
                acts += self._once("choose", shortage, 0.7, self._choose)
        return acts

    def _once(self, name: str, row: Any, share: float, act: Callable[[Any], Awaitable[None]]) -> list[Act]:
        """Perhaps, and only once for each."""
        if (name, row.id) in self.acted:
            return []
        self.acted.add((name, row.id))
        return [partial(act, row)] if self.dice.random() < share else []

    async def _own(self, orders: Any, *, limit: int = 400) -> list[Order]:
        found = await orders.order_by("placed_at", "id").limit(limit * self.workers)
        return [order for order in found if order.id.int % self.workers == self.number]

    def _owner(self, order: Order) -> Viewer:
        if order.user_id is None:
            return Viewer(market=self.market, order_id=order.id)
        return Viewer(market=self.market, user_id=order.user_id, locale=order.locale)

    async def _change(self, order: Order) -> None:
        lines = await OrderLine.filter(order_id=order.id)
        wish = self.dice.choice(
            (
                Wish(note="请放在门口"),
                Wish(destination=self.dice.choice(self.buyers).destination),
                Wish(add=[Units(self.dice.choice(list(self.goods.variants)), 1, ("add", "0"))]),
                Wish(remove=[Units(lines[0].id, 1, ("remove", "0"))]),
            )
        )
        key = str(ids.new_id())
        await self._try("change", changes.commit(self._owner(order), order.id, wish, key=key, operation="orderChange"))

    async def _cancel(self, order: Order) -> None:
        await self._try("cancel", lifecycle.cancel(self._owner(order), order.id, reason=CancelReason.CHANGED_MIND))

    async def _cancel_part(self, order: Order) -> None:
        lines = [line for line in await OrderLine.filter(order_id=order.id) if open_units(line) > 1]
        if lines:
            wish = Wish(remove=[Units(lines[0].id, 1, ("lines", "0"))], reason=CancelReason.CHANGED_MIND)
            key = str(ids.new_id())
            partly = changes.commit(self._owner(order), order.id, wish, key=key, operation="orderLinesCancel")
            await self._try("cancel a part", partly)

    async def _urge(self, order: Order) -> None:
        await self._try("urge", urging.urge(self._owner(order), order.id))

    async def _confirm(self, order: Order) -> None:
        await self._try("confirm", lifecycle.confirm_receipt(self._owner(order), order.id))

    async def _choose(self, shortage: Shortage) -> None:
        order = await Order.get(id=shortage.order_id)
        choice = self.dice.choice(list(ShortageChoice))
        await self._try(f"choose {choice.value}", shortages.choose(self._owner(order), order.id, choice))

    # Staff ------------------------------------------------------------------------------------------------------------

    async def _of_staff(self) -> list[Act]:
        ready = Order.filter(
            state__in=(OrderState.PAID, OrderState.PARTIALLY_SHIPPED),
            paid_at__lt=clock.now() - PATIENCE,
            review__in=(ReviewState.NONE, ReviewState.APPROVED),
            supply__not=Supply.WAITING,
        )
        acts: list[Act] = [
            partial(self._ship, order)
            for order in await self._own(ready)
            if (order.id.int // 7 - self.turns) % ROUNDS == 0
        ]
        if self.number == 0:
            acts += [self._settle_cases, self._break_something]
        received = Order.filter(state=OrderState.RECEIVED, received_at__lt=clock.now() - PATIENCE, refunded=0)
        for order in await self._own(received.filter(received_at__gt=clock.now() - 3 * PATIENCE)):
            acts += self._once("refund", order, faults.REFUNDED, self._refund)
        return acts

    async def _ship(self, order: Order) -> None:
        await self._try("ship", ship(self.staff["picker"].viewer, order))

    async def _settle_cases(self) -> None:
        live = DeliveryCase.filter(state__in=(CaseState.OPEN, CaseState.CLAIMED), opened_at__lt=clock.now() - PATIENCE)
        for case in await live.order_by("opened_at").limit(100):
            asked = Decision(case.id)
            await self._try(f"remedy {case.kind.value}", remedies.confirm(self._agent, asked, key=str(ids.new_id())))

    async def _break_something(self) -> None:
        if self.dice.random() > faults.BROKEN_ON_THE_SHELF * 50:
            return
        level = await StockLevel.filter(reserved__gt=2).order_by("id").offset(self.dice.randrange(20)).first()
        if level is not None:
            broken = damage.write_off(
                self.staff["picker"].viewer,
                variant_id=level.variant_id,
                warehouse_id=level.warehouse_id,
                quantity=min(level.on_hand, level.available + 1),
            )
            await self._try("break", broken)

    async def _refund(self, order: Order) -> None:
        line = await OrderLine.filter(order_id=order.id).first()
        if line is not None:
            asked = [Asked(line.id, 1)]
            key = str(ids.new_id())
            back = refunds.create(self._agent, order.id, lines=asked, reason=RefundReason.QUALITY, idempotency_key=key)
            await self._try("refund", back)

    async def at_hour(self, hour: int) -> None:
        """What happens once in the whole market: the morning's lorry, and the day on which a warehouse stands still."""
        if hour % 24 == 22:  # six in the morning there
            await self._fill_shelves()
        house = await Warehouse.get(code=faults.CLOSED_WAREHOUSE)
        if hour == faults.CLOSED_FROM:
            await self._try("close a warehouse", warehouses.close(self._admin, house.id, why="flood", reallocate=True))
        if hour == faults.CLOSED_UNTIL:
            await self._try("reopen it", warehouses.reopen(self._admin, house.id))

    async def _fill_shelves(self) -> None:
        for level in await StockLevel.filter(on_hand__lt=faults.SHELVES_FILLED_TO // 4).order_by("id"):
            more = faults.SHELVES_FILLED_TO - level.on_hand
            came = stock.receive(
                self.staff["picker"].viewer, variant_id=level.variant_id, warehouse_id=level.warehouse_id, quantity=more
            )
            await self._try("receive", came)

    @property
    def _agent(self) -> Viewer:
        return self.staff["agent"].viewer

    @property
    def _admin(self) -> Viewer:
        return self.staff["admin"].viewer

    def _chance(self, odds: Any) -> Any:
        return self.dice.choices(list(odds), list(odds.values()))[0]

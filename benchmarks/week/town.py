"""A town around a busy market: its people, the dice, and the tally of what they did, were refused, and what broke."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from benchmarks.week import faults
from demo.residents import Resident
from demo.stage import Buyer
from demo.story import Goods
from domain.access import Viewer
from domain.market import Market
from jobs.registry import HANDLERS
from jobs.runner import run_due
from kit.errors import Refusals, Refused
from models.delivery import PickupPoint
from models.inventory import Warehouse
from models.orders import DeliveryMode, Order, OrderState, ReviewState, Supply

T = TypeVar("T")

PATIENCE = timedelta(hours=2)  # of staff and of buyers who were asked something
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
    service: UUID  # a variant that somebody comes for
    buyers: Sequence[Buyer]
    staff: Mapping[str, Resident]
    points: Sequence[PickupPoint]
    houses: Sequence[Warehouse]
    dice: random.Random
    number: int
    workers: int
    tally: Tally = field(default_factory=Tally)
    acted: set[tuple[str, UUID]] = field(default_factory=set)
    turns: int = 0

    async def run_due(self) -> None:
        """Do whatever is due by now."""
        self.tally.done["timers"] += await run_due(self.market, HANDLERS)

    async def each(self, acts: Sequence[Act]) -> None:
        """All of these, a few at the same moment."""
        door = asyncio.Semaphore(AT_ONCE)

        async def through(act: Act) -> None:
            async with door:
                await act()

        await asyncio.gather(*(through(act) for act in acts))

    async def tries(self, name: str, act: Awaitable[T]) -> T | None:
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

    def once(self, name: str, row: Any, share: float, act: Callable[..., Awaitable[None]]) -> list[Act]:
        """Perhaps, and only once for each."""
        if (name, row.id) in self.acted:
            return []
        self.acted.add((name, row.id))
        return [partial(act, self, row)] if self.falls(share) else []

    def falls(self, share: float) -> bool:
        """The dice, so often in favor."""
        return self.dice.random() < share

    def chance(self, odds: Mapping[T, float]) -> T:
        """One of these, as likely as it says."""
        return self.dice.choices(list(odds), list(odds.values()))[0]

    def is_own(self, key: UUID) -> bool:
        """Whether an order, or whatever else has this key, is looked after by this process."""
        return key.int % self.workers == self.number

    async def own(self, orders: Any, *, limit: int = 400) -> list[Order]:
        """Those of this process, oldest first."""
        found = await orders.order_by("placed_at", "id").limit(limit * self.workers)
        return [order for order in found if self.is_own(order.id)]

    def owner(self, order: Order) -> Viewer:
        """Who follows an order."""
        if order.user_id is None:
            return Viewer(market=self.market, order_id=order.id)
        return Viewer(market=self.market, user_id=order.user_id, locale=order.locale)

    def worker(self, key: str) -> Viewer:
        """A member of staff."""
        return self.staff[key].viewer


def carried(before: Any) -> Any:
    """The query of orders that a carrier could have been given since then, nobody's riders and no service."""
    return Order.filter(
        state__in=(OrderState.PAID, OrderState.PARTIALLY_SHIPPED),
        paid_at__lt=before,
        review__in=(ReviewState.NONE, ReviewState.APPROVED),
        supply__not=Supply.WAITING,
        delivery_mode__in=(DeliveryMode.HOME, DeliveryMode.PICKUP),
    )


def goes_by_list(order: Order) -> bool:
    """Whether it is picked by scanner and leaves by manifest; what order it is decides, and so any process knows."""
    return (order.id.int >> 16) % 1000 < faults.BY_LIST * 1000

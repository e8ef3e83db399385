"""One order of the demo market on its way: who buys what, and how time goes by."""

from dataclasses import dataclass
from random import Random

from adapters.payments.simulator import Outcome
from demo.stage import Basket, Buyer, Stage
from kit.errors import Refusals, Refused
from models.orders import Order, OrderState

ARRIVED = frozenset({OrderState.DELIVERED, OrderState.RECEIVED, OrderState.COMPLETED})


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Who buys what; the dice decide how long everything takes."""

    stage: Stage
    buyer: Buyer
    basket: Basket
    dice: Random
    key: str
    coupon: str | None = None
    note: str = ""

    async def pause(self, low: float, high: float) -> None:
        """Somewhere between these hours go by."""
        await self.stage.pause(hours=self.dice.uniform(low, high))

    async def moment(self) -> None:
        """A few minutes go by."""
        await self.stage.pause(minutes=self.dice.uniform(1, 8))

    async def place(self) -> Order:
        """Buy with the coupon, or without it when it does not fit."""
        try:
            return await self.stage.place(self.buyer, self.basket, key=self.key, coupon=self.coupon, note=self.note)
        except (Refused, Refusals):
            if self.coupon is None:
                raise
        return await self.stage.place(self.buyer, self.basket, key=self.key, note=self.note)

    async def buy(self, outcome: Outcome = Outcome.SUCCEED) -> Order:
        """Place it and pay within minutes."""
        order = await self.place()
        await self.moment()
        await self.stage.pay(await self.stage.open_payment(self.buyer, order), outcome)
        await self.moment()
        return order

    async def arrival(self, order: Order) -> None:
        """Wait until everything is there, which no parcel is within a day."""
        await self.pause(24, 30)
        while await self.stage.state(order) not in ARRIVED:
            await self.pause(5, 9)

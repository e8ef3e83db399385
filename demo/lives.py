"""The ways an order can go in the demo market, from buying to the end or to wherever it stands today."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from uuid import UUID

from adapters.payments.simulator import Outcome
from demo.stage import Basket, Buyer, Stage
from domain.inventory import stock
from kit.errors import Refusals, Refused
from models.fulfillment import CarrierCode, CarrierFault
from models.orders import CancelReason, Order, OrderState
from models.payments import RefundReason
from models.shortages import ShortageChoice

ARRIVED = frozenset({OrderState.DELIVERED, OrderState.RECEIVED, OrderState.COMPLETED})

OTHER_CARRIERS = (
    (CarrierCode.SF_EXPRESS, "SF"),
    (CarrierCode.JD_LOGISTICS, "JD"),
    (CarrierCode.ZTO, "78"),
    (CarrierCode.OWN_COURIER, "SHOP"),
)

COMPLAINTS = (
    (RefundReason.QUALITY, "有几个压坏了，已拍照。"),
    (RefundReason.WRONG_OR_MISSING, "少发一件。"),
    (RefundReason.DAMAGED_IN_TRANSIT, "包装破损，漏了一些。"),
    (RefundReason.QUALITY, "Two were overripe on arrival."),
)


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


# Orders that went well ------------------------------------------------------------------------------------------------


async def goes_well(scene: Scene) -> None:
    """Bought, shipped, delivered, and confirmed by most; the clock does the rest."""
    order = await scene.buy()
    await arrives(scene, order)


async def goes_well_after_a_failed_try(scene: Scene) -> None:
    """The first card is refused, the second one is not."""
    order = await scene.place()
    await scene.moment()
    await scene.stage.pay(await scene.stage.open_payment(scene.buyer, order), Outcome.DECLINE)
    await scene.moment()
    await scene.stage.pay(await scene.stage.open_payment(scene.buyer, order, attempt=2))
    await scene.moment()
    await arrives(scene, order)


async def comes_in_two_parcels(scene: Scene) -> None:
    """What lies ready goes first, the rest the day after."""
    order = await scene.buy()
    await scene.pause(2, 10)
    await ship_some(scene, order)
    await scene.pause(12, 24)
    await scene.stage.ship(order)
    await _is_received(scene, order)


async def arrives(scene: Scene, order: Order) -> None:
    """It is shipped within the day, and received."""
    await scene.pause(2, 22)
    await scene.stage.ship(order)
    await _is_received(scene, order)


async def _is_received(scene: Scene, order: Order) -> None:
    await scene.arrival(order)
    await scene.pause(1, 40)
    if scene.dice.random() < 0.75 and await scene.stage.state(order) == OrderState.DELIVERED:
        await scene.stage.confirm(scene.buyer, order)


# Orders that stand somewhere today ------------------------------------------------------------------------------------


async def waits_for_money(scene: Scene) -> None:
    """Placed a moment ago."""
    order = await scene.place()
    if scene.dice.random() < 0.6:
        await scene.stage.pause(seconds=scene.dice.uniform(10, 40))
        await scene.stage.open_payment(scene.buyer, order)


async def waits_after_a_failed_try(scene: Scene) -> None:
    """Placed a moment ago; the first card was refused."""
    order = await scene.place()
    await scene.stage.pause(seconds=20)
    await scene.stage.pay(await scene.stage.open_payment(scene.buyer, order), Outcome.DECLINE)


async def waits_for_the_picker(scene: Scene) -> None:
    """Paid, and nobody has packed it yet."""
    await scene.buy()


async def waits_for_the_second_parcel(scene: Scene) -> None:
    """A part is on its way."""
    order = await scene.buy()
    await scene.pause(1, 4)
    await ship_some(scene, order)


async def is_on_its_way(scene: Scene) -> None:
    """Handed to the carrier within the hour."""
    order = await scene.buy()
    await scene.pause(0.3, 0.8)
    await scene.stage.ship(order)


async def is_on_its_way_with_others(scene: Scene) -> None:
    """Handed to a carrier that does not speak to the market: the courier reports it by hand."""
    order = await scene.buy()
    await scene.pause(0.5, 2)
    if len({promise.warehouse_id for promise in await stock.held(order.id)}) > 1:
        await scene.stage.ship(order)  # a waybill is for one parcel
        return
    carrier, prefix = scene.dice.choice(OTHER_CARRIERS)
    await scene.stage.ship_with_others(order, carrier, f"{prefix}{scene.dice.randrange(10**11, 10**12)}")


async def was_just_delivered(scene: Scene) -> None:
    """Delivered, and nobody has confirmed it."""
    order = await scene.buy()
    await scene.pause(1, 4)
    await scene.stage.ship(order)


async def was_just_received(scene: Scene) -> None:
    """Confirmed by the buyer, still within the time for complaints."""
    order = await scene.buy()
    await scene.pause(1, 4)
    await scene.stage.ship(order)
    await scene.arrival(order)
    await scene.pause(0.5, 3)
    await scene.stage.confirm(scene.buyer, order)


async def ship_some(scene: Scene, order: Order) -> None:
    """Half of the lines, or one unit of the only one."""
    lines = await scene.stage.lines(order)
    if len(lines) > 1:
        await scene.stage.ship(order, {line.id: line.quantity for line in lines[: len(lines) // 2]})
    else:
        await scene.stage.ship(order, {lines[0].id: 1})


# Parcels with a story -------------------------------------------------------------------------------------------------


async def is_held_up(scene: Scene) -> None:
    """Snow on the pass: the carrier names a later day."""
    await _goes_wrong(scene, CarrierFault.DELAY)


async def gets_lost(scene: Scene) -> None:
    """It left one sorting center and never came to the next."""
    await _goes_wrong(scene, CarrierFault.LOSS)


async def breaks_on_the_way(scene: Scene) -> None:
    """Something heavy stood on it; it comes back."""
    await _goes_wrong(scene, CarrierFault.DAMAGE)


async def is_refused_at_the_door(scene: Scene) -> None:
    """Nobody wants it; it comes back."""
    await _goes_wrong(scene, CarrierFault.REFUSAL)


async def falls_silent(scene: Scene) -> None:
    """No scan any more."""
    await _goes_wrong(scene, CarrierFault.SILENCE)


async def arrives_at_the_second_attempt(scene: Scene) -> None:
    """Nobody was at home."""
    await _goes_wrong(scene, CarrierFault.FAILED_ATTEMPT)


async def _goes_wrong(scene: Scene, fault: CarrierFault) -> None:
    order = await scene.buy()
    await scene.pause(2, 10)
    await scene.stage.ship(order)
    await scene.stage.let_go_wrong(order, fault)


# Orders of which something is missing. The first thing of the basket is the last there was --------------------------


async def is_short(scene: Scene) -> None:
    """A part of it was found broken, more is on its way, and the buyer is asked."""
    await _is_asked(scene)


async def _is_asked(scene: Scene) -> Order:
    order = await scene.buy()
    await scene.pause(0.1, 0.4)
    variant_id, units = scene.basket[0]
    await scene.stage.expect(variant_id, units * 10, days=4)
    await scene.stage.break_goods(order, variant_id)
    await scene.pause(0.3, 0.6)
    return order


async def is_short_and_nobody_knows_until_when(scene: Scene) -> None:
    """The same, and no delivery is expected."""
    order = await scene.buy()
    await scene.pause(0.1, 0.4)
    await scene.stage.break_goods(order, scene.basket[0][0])


async def is_short_and_waits(scene: Scene) -> None:
    """The buyer wants everything together."""
    order = await _is_asked(scene)
    await scene.stage.choose(scene.buyer, order, ShortageChoice.WAIT)


async def is_short_and_comes_in_parts(scene: Scene) -> None:
    """What is there is on its way, the rest follows."""
    order = await _is_asked(scene)
    await scene.stage.choose(scene.buyer, order, ShortageChoice.SHIP_AVAILABLE)
    await scene.pause(0.5, 2)
    await scene.stage.ship(order)


async def is_short_and_does_without(scene: Scene) -> None:
    """What was missing is canceled and refunded, the rest is sent."""
    order = await _is_asked(scene)
    await scene.stage.choose(scene.buyer, order, ShortageChoice.CANCEL_MISSING)
    await arrives(scene, order)


async def is_short_for_some_hours(scene: Scene) -> None:
    """New goods come before the buyer has answered."""
    order = await _is_asked(scene)
    await scene.pause(3, 9)
    await scene.stage.receive(*scene.basket[0])
    await arrives(scene, order)


async def is_short_and_says_nothing(scene: Scene) -> None:
    """The clock chooses: what is there is sent, the rest follows some days later."""
    order = await _is_asked(scene)
    await scene.pause(25, 30)
    await scene.stage.ship(order)
    await scene.pause(50, 60)
    await scene.stage.receive(*scene.basket[0])
    await scene.pause(2, 9)
    await scene.stage.ship(order)


# Orders that came to nothing ------------------------------------------------------------------------------------------


async def is_forgotten(scene: Scene) -> None:
    """Never paid; the clock gives it up."""
    order = await scene.place()
    if scene.dice.random() < 0.5:
        await scene.moment()
        await scene.stage.open_payment(scene.buyer, order)


async def is_canceled_unpaid(scene: Scene) -> None:
    """The buyer thinks again before paying."""
    order = await scene.place()
    await scene.moment()
    reason = scene.dice.choice((CancelReason.CHANGED_MIND, CancelReason.ORDERED_BY_MISTAKE, CancelReason.FOUND_CHEAPER))
    await scene.stage.cancel(scene.buyer.holding(order), order, reason)


async def is_canceled_paid(scene: Scene) -> None:
    """The buyer thinks again after paying; the money goes back by itself."""
    order = await scene.buy()
    await scene.moment()
    await scene.stage.cancel(scene.buyer.holding(order), order, CancelReason.CHANGED_MIND)


async def is_canceled_by_staff(scene: Scene) -> None:
    """The reviewer stops it."""
    order = await scene.buy()
    await scene.pause(0.2, 2)
    reason = scene.dice.choice((CancelReason.OUT_OF_STOCK, CancelReason.FRAUD, CancelReason.OTHER))
    await scene.stage.cancel(scene.stage.staff["reviewer"].viewer, order, reason, note="电话联系客户后取消。")


async def is_canceled_and_hard_to_refund(scene: Scene) -> None:
    """The bank refuses to take the money back at first."""
    order = await scene.buy(Outcome.SUCCEED_FAILING_REFUND)
    await scene.moment()
    await scene.stage.cancel(scene.buyer.holding(order), order, CancelReason.ORDERED_BY_MISTAKE)


# Money with a story ---------------------------------------------------------------------------------------------------


async def is_paid_late(scene: Scene) -> None:
    """The money comes after the order was given up. While there are goods it is revived, else the money goes back."""
    order = await scene.place()
    await scene.moment()
    payment = await scene.stage.open_payment(scene.buyer, order)
    await scene.stage.pay(payment, Outcome.SUCCEED_AFTER_EXPIRY, delay_seconds=1800)
    await scene.pause(2, 3)
    if await scene.stage.state(order) == OrderState.PAID:
        await arrives(scene, order)


async def is_paid_twice(scene: Scene) -> None:
    """Two cards at the same moment; the second goes back."""
    order = await scene.place()
    await scene.moment()
    first = await scene.stage.open_payment(scene.buyer, order)
    second = await scene.stage.open_payment(scene.buyer, order, attempt=2)
    await scene.stage.pay(first)
    await scene.stage.pay(second)
    await scene.moment()
    await arrives(scene, order)


async def is_paid_wrongly(scene: Scene) -> None:
    """The provider reports another amount: set aside for somebody to look at."""
    order = await scene.place()
    await scene.moment()
    await scene.stage.pay(await scene.stage.open_payment(scene.buyer, order), Outcome.SUCCEED_WRONG_AMOUNT)


async def loses_a_unit(scene: Scene) -> None:
    """Something of it was not right: the price of one unit goes back."""
    order = await scene.buy()
    await arrives(scene, order)
    await scene.pause(2, 30)
    line = (await scene.stage.lines(order))[0]
    await _give_back(scene, order, {line.id: 1}, shipping=False)


async def is_refunded_in_two_parts(scene: Scene) -> None:
    """First one line, later all the rest with the shipping."""
    order = await scene.buy()
    await arrives(scene, order)
    lines = await scene.stage.lines(order)
    await scene.pause(2, 20)
    await _give_back(scene, order, {lines[0].id: lines[0].quantity}, shipping=False)
    await scene.pause(2, 20)
    if len(lines) > 1:
        await _give_back(scene, order, {line.id: line.quantity for line in lines[1:]}, shipping=order.shipping > 0)


async def is_refunded_whole(scene: Scene) -> None:
    """Nothing of it was right."""
    order = await scene.buy()
    await arrives(scene, order)
    await scene.pause(2, 20)
    units = {line.id: line.quantity for line in await scene.stage.lines(order)}
    await _give_back(scene, order, units, shipping=order.shipping > 0)


async def loses_a_line_before_shipping(scene: Scene) -> None:
    """One thing is not to be had: its money goes back, the rest is shipped."""
    order = await scene.buy()
    await scene.pause(1, 3)
    last = (await scene.stage.lines(order))[-1]
    await scene.stage.refund(
        order, {last.id: 1}, shipping=False, reason=RefundReason.QUALITY, note="质检不合格，退一件。"
    )
    await arrives(scene, order)


async def is_being_refunded(scene: Scene) -> None:
    """Received; a refund was asked of the provider, whose bank takes its time."""
    order = await scene.buy()
    await arrives(scene, order)
    await scene.arrival(order)
    line = (await scene.stage.lines(order))[0]
    await _give_back(scene, order, {line.id: 1}, shipping=False)
    await scene.stage.let_banks_sleep(order)


async def _give_back(scene: Scene, order: Order, units: Mapping[UUID, int], *, shipping: bool) -> None:
    reason, note = scene.dice.choice(COMPLAINTS)
    await scene.stage.refund(order, units, shipping=shipping, reason=reason, note=note)

"""What the buyers of a busy week do: choose how it comes, pay somehow, think again, hurry the shop, confirm, tip."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from adapters.payments.simulator import Outcome, PaymentSimulator
from benchmarks.week import faults
from benchmarks.week.town import PATIENCE, Act, Town
from demo.ground import RESALE_NOTE
from demo.stage import Buyer
from domain.access import Viewer
from domain.delivery import points, slots
from domain.delivery.deliveries import Way
from domain.orders import changes, checkout, lifecycle, shortages, urging
from domain.orders.changes_plan import Units, Wish
from domain.orders.checkout import Destination, Purchase
from domain.orders.lifecycle import open_units
from domain.payments import attempts, merging, tips
from kit import clock, ids
from models.delivery import CourierJob, DeliveryMode, JobState
from models.orders import CancelReason, Order, OrderLine, OrderState
from models.payments import Payment, PaymentMethod
from models.shortages import Shortage, ShortageChoice, ShortageState

SLOTS_SHOWN = 8


async def acts(town: Town) -> list[Act]:
    """What is up to them now."""
    acts: list[Act] = []
    fresh = await town.own(Order.filter(state=OrderState.PAID, paid_at__gt=clock.now() - timedelta(hours=3)))
    for order in fresh:
        acts += town.once("change", order, faults.CHANGED, _change)
        acts += town.once("cancel", order, faults.CANCELED, _cancel)
        acts += town.once("cancel a part", order, faults.PARTS_CANCELED, _cancel_part)
    for first in _of_the_same_buyer(fresh):
        acts += town.once("merge", first, faults.MERGED, _merge)
    waiting = Order.filter(state=OrderState.PAID, paid_at__lt=clock.now() - timedelta(hours=8))
    for order in await town.own(waiting):
        acts += town.once("urge", order, faults.URGED, _urge)
    there = Order.filter(state=OrderState.DELIVERED, delivered_at__lt=clock.now() - PATIENCE)
    for order in await town.own(there):
        acts += town.once("confirm", order, faults.CONFIRMED_BY_HAND, _confirm)
    asked = Shortage.filter(state=ShortageState.OPEN, opened_at__lt=clock.now() - PATIENCE)
    for shortage in await asked.limit(200):
        if town.is_own(shortage.order_id):
            acts += town.once("choose", shortage, 0.7, _choose)
    brought = CourierJob.filter(state=JobState.COMPLETED, ended_at__gt=clock.now() - PATIENCE)
    for job in await brought.limit(200):
        if town.is_own(job.order_id):
            acts += town.once("tip", job, faults.TIPPED, _tip)
    return acts


# Buying ---------------------------------------------------------------------------------------------------------------


async def buy(town: Town) -> None:
    """Somebody buys something and perhaps pays; whose slot was taken meanwhile goes without one."""
    buyer = town.dice.choice(town.buyers)
    purchase = await _purchase(town, buyer)
    order = await town.tries("order", checkout.place(buyer.viewer, purchase, key=str(ids.new_id())))
    if order is None and purchase.way.slot_id is not None and purchase.way.mode != DeliveryMode.SERVICE:
        asked = replace(purchase, way=replace(purchase.way, slot_id=None))
        order = await town.tries("order", checkout.place(buyer.viewer, asked, key=str(ids.new_id())))
    if order is not None and not town.falls(faults.NEVER_PAID):
        await _pay(town, buyer.viewer, order, town.chance(faults.PAYMENTS))


async def _purchase(town: Town, buyer: Buyer) -> Purchase:
    note = RESALE_NOTE if town.falls(faults.SOUNDS_LIKE_RESALE) else ""
    asked = buyer.purchase(town.goods.basket(town.dice), note=note)
    home = buyer.destination
    mode = town.chance(faults.WAYS.get(home.city, faults.WAYS_ELSEWHERE))
    if mode == DeliveryMode.PICKUP:
        point = town.dice.choice([point for point in town.points if point.city == home.city])
        where = Destination(**points.address_of(point, recipient=home.recipient, phone=home.phone))
        return replace(asked, destination=where, way=Way(mode, pickup_point_id=point.id))
    if mode == DeliveryMode.SERVICE:
        asked = replace(asked, wishes=[checkout.Wish(town.service, 1, ("lines", "0"))])
    wants_slot = mode == DeliveryMode.SERVICE or town.falls(faults.SLOT_CHOSEN)
    return replace(asked, way=Way(mode, await _slot(town, mode, home) if wants_slot else None))


async def _slot(town: Town, mode: DeliveryMode, home: Destination) -> UUID | None:
    """One of the next ones, mostly of those that have room when somebody looks."""
    near = await slots.bookable(mode, province=home.province, city=home.city).limit(SLOTS_SHOWN)
    free = [slot for slot in near if slot.free]
    chosen = near if not free or town.falls(faults.SLOT_LOOKED_AT_LONG) else free
    return town.dice.choice(chosen).id if chosen else None


async def _pay(town: Town, viewer: Viewer, order: Order, outcome: Outcome) -> None:
    opening = attempts.create(viewer, order.id, method=PaymentMethod.SIMULATOR, idempotency_key=str(ids.new_id()))
    payment = await town.tries("payment", opening)
    await _pay_there(town, payment, outcome)
    if payment is not None and outcome == Outcome.DECLINE:
        await _pay(town, viewer, order, Outcome.SUCCEED)


async def _pay_there(town: Town, payment: Payment | None, outcome: Outcome) -> None:
    """On the provider's page."""
    simulator = town.market.providers[PaymentSimulator.code]
    if payment is not None and isinstance(simulator, PaymentSimulator):
        late = 2400 if outcome == Outcome.SUCCEED_AFTER_EXPIRY else 0
        await town.tries("paying", simulator.pay(payment.provider_reference or "", outcome, delay_seconds=late))


# Second thoughts ------------------------------------------------------------------------------------------------------


async def _change(town: Town, order: Order) -> None:
    lines = await OrderLine.filter(order_id=order.id)
    wish = town.dice.choice(
        (
            Wish(note="请放在门口"),
            Wish(destination=town.dice.choice(town.buyers).destination),
            Wish(add=[Units(town.dice.choice(list(town.goods.variants)), 1, ("add", "0"))]),
            Wish(remove=[Units(lines[0].id, 1, ("remove", "0"))]),
        )
    )
    key = str(ids.new_id())
    await town.tries("change", changes.commit(town.owner(order), order.id, wish, key=key, operation="orderChange"))


async def _cancel(town: Town, order: Order) -> None:
    await town.tries("cancel", lifecycle.cancel(town.owner(order), order.id, reason=CancelReason.CHANGED_MIND))


async def _cancel_part(town: Town, order: Order) -> None:
    lines = [line for line in await OrderLine.filter(order_id=order.id) if open_units(line) > 1]
    if lines:
        wish = Wish(remove=[Units(lines[0].id, 1, ("lines", "0"))], reason=CancelReason.CHANGED_MIND)
        key = str(ids.new_id())
        partly = changes.commit(town.owner(order), order.id, wish, key=key, operation="orderLinesCancel")
        await town.tries("cancel a part", partly)


def _of_the_same_buyer(orders: Sequence[Order]) -> list[Order]:
    """The first of each account's, where there are several."""
    by_buyer: dict[UUID, list[Order]] = defaultdict(list)
    for order in orders:
        if order.user_id is not None:
            by_buyer[order.user_id].append(order)
    return [several[0] for several in by_buyer.values() if len(several) > 1]


async def _merge(town: Town, order: Order) -> None:
    """With another one of the same buyer, wherever that goes."""
    others = Order.filter(user_id=order.user_id, state=OrderState.PAID).exclude(id=order.id)
    other = await others.order_by("-placed_at").first()
    if other is not None:
        merged = merging.merge(town.owner(order), [order.id, other.id], key=str(ids.new_id()))
        await town.tries("merge", merged)


async def _urge(town: Town, order: Order) -> None:
    await town.tries("urge", urging.urge(town.owner(order), order.id))


async def _choose(town: Town, shortage: Shortage) -> None:
    order = await Order.get(id=shortage.order_id)
    choice = town.dice.choice(list(ShortageChoice))
    await town.tries(f"choose {choice.value}", shortages.choose(town.owner(order), order.id, choice))


# At the door ----------------------------------------------------------------------------------------------------------


async def _confirm(town: Town, order: Order) -> None:
    await town.tries("confirm", lifecycle.confirm_receipt(town.owner(order), order.id))


async def _tip(town: Town, job: CourierJob) -> None:
    owner, amount = town.owner(await Order.get(id=job.order_id)), town.dice.choice((200, 500, 1000))
    method, key = PaymentMethod.SIMULATOR, str(ids.new_id())
    payment = await town.tries("tip", tips.give(owner, job.order_id, amount=amount, method=method, key=key))
    await _pay_there(town, payment, town.chance(faults.PAYMENTS))

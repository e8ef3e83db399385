"""What is put off about the last steps of the way: counters, couriers, tips."""

from uuid import UUID

from domain.access import system
from domain.fulfillment import arrival, counter, couriers
from domain.market import Market
from domain.notifications import notices
from domain.payments import tips


async def tell_of_pickup(market: Market, order_id: UUID) -> None:
    await _tell(market, order_id, "pickup_ready")


async def remind_of_pickup(market: Market, order_id: UUID) -> None:
    await _tell(market, order_id, "pickup_remind")


async def _tell(market: Market, order_id: UUID, template: str) -> None:
    facts = await counter.message_facts(order_id)
    if facts is not None:
        await notices.send(market, order_id, template, **facts)


async def give_up_pickup(market: Market, order_id: UUID) -> None:
    await counter.give_up(system(market), order_id)


async def take_back(market: Market, parcel_id: UUID) -> None:
    await counter.take_back(system(market), parcel_id)


async def offer_to_couriers(market: Market, order_id: UUID) -> None:
    await couriers.offer(system(market), order_id)


async def withdraw_from_couriers(market: Market, order_id: UUID) -> None:
    await couriers.withdraw(system(market), order_id)


async def note_tip(market: Market, job_id: UUID) -> None:
    viewer = system(market)
    paid = await tips.settle(viewer, job_id)
    if paid is not None and paid.captured_at is not None:
        await couriers.note_tip(viewer, job_id, amount=paid.amount, at=paid.captured_at)


HANDLERS = {
    arrival.READY: tell_of_pickup,
    arrival.REMIND: remind_of_pickup,
    arrival.OVER: give_up_pickup,
    arrival.BACK: take_back,
    couriers.OFFER: offer_to_couriers,
    couriers.WITHDRAW: withdraw_from_couriers,
    "fulfillment.tip_paid": note_tip,
}

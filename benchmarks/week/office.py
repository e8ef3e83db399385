"""The staff of a busy week beside the floor: they ship by one call, settle cases, refund, review, and fill shelves."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from benchmarks.week import faults
from benchmarks.week.town import PATIENCE, Act, Town, goes_by_list
from demo.stage import ship
from domain.access import Viewer
from domain.aftersales import remedies
from domain.aftersales.remedies import Decision
from domain.delivery import slots
from domain.inventory import stock, transfers, warehouses
from domain.inventory.transfers import Units
from domain.orders import damage, review, review_guards
from domain.payments import refunds
from domain.payments.refunds import Asked
from kit import clock, ids
from models.aftersales import CaseState, DeliveryCase
from models.inventory import StockLevel, StockTransfer, StockTransferLine, TransferState, Warehouse
from models.orders import Order, OrderLine, OrderState
from models.payments import RefundReason
from models.reviews import CallOutcome, RejectReason, Review

ROUNDS = 12  # turns after which a picker comes by again
SLOTS_AT, LORRY_AT, TRANSFER_AT, ARRIVAL_AT = 0, 22, 10, 20  # hours after eight in the morning there


async def acts(town: Town, ready: Sequence[Order]) -> list[Act]:
    """What is up to them now."""
    acts: list[Act] = [
        partial(_ship, town, order)
        for order in ready
        if not goes_by_list(order) and (order.id.int // 7 - town.turns) % ROUNDS == 0
    ]
    if town.number == 0:
        acts += [partial(_settle_cases, town), partial(_break_something, town)]
    received = Order.filter(state=OrderState.RECEIVED, received_at__lt=clock.now() - PATIENCE, refunded=0)
    for order in await town.own(received.filter(received_at__gt=clock.now() - 3 * PATIENCE)):
        acts += town.once("refund", order, faults.REFUNDED, _refund)
    return [*acts, *await _of_reviewers(town)]


async def _ship(town: Town, order: Order) -> None:
    await town.tries("ship", ship(town.worker("picker"), order))


async def _settle_cases(town: Town) -> None:
    live = DeliveryCase.filter(state__in=(CaseState.OPEN, CaseState.CLAIMED), opened_at__lt=clock.now() - PATIENCE)
    for case in await live.order_by("opened_at").limit(100):
        settled = remedies.confirm(town.worker("agent"), Decision(case.id), key=str(ids.new_id()))
        await town.tries(f"remedy {case.kind.value}", settled)


async def _break_something(town: Town) -> None:
    if not town.falls(faults.BROKEN_ON_THE_SHELF * 50):
        return
    level = await StockLevel.filter(reserved__gt=2).order_by("id").offset(town.dice.randrange(20)).first()
    if level is not None:
        broken = damage.write_off(
            town.worker("picker"),
            variant_id=level.variant_id,
            warehouse_id=level.warehouse_id,
            quantity=min(level.on_hand, level.available + 1),
        )
        await town.tries("break", broken)


async def _refund(town: Town, order: Order) -> None:
    line = await OrderLine.filter(order_id=order.id).first()
    if line is not None:
        asked = [Asked(line.id, 1)]
        key, agent = str(ids.new_id()), town.worker("agent")
        back = refunds.create(agent, order.id, lines=asked, reason=RefundReason.QUALITY, idempotency_key=key)
        await town.tries("refund", back)


# Reviews --------------------------------------------------------------------------------------------------------------


async def _of_reviewers(town: Town) -> list[Act]:
    """Somebody looks after some hours; what is left lying, once it is overdue."""
    waiting = Review.filter(stage__in=review_guards.OPEN, opened_at__lt=clock.now() - PATIENCE).order_by("opened_at")
    acts: list[Act] = []
    for found in [found for found in await waiting.limit(200) if town.is_own(found.order_id)]:
        acts += town.once("review", found, 1 - faults.LEFT_LYING, _review)
        if found.escalated_at is not None:
            acts.append(partial(_review, town, found))
    return acts


async def _review(town: Town, found: Review) -> None:
    reviewer = town.worker("reviewer")
    if await town.tries("claim a review", review.claim(reviewer, found.id)) is None:
        return
    if town.falls(faults.TURNED_DOWN):
        await town.tries("call", review.add_call(reviewer, found.id, CallOutcome.DENIED))
        await town.tries("turn down", review.reject(reviewer, found.id, RejectReason.BUYER_DENIES))
        return
    await town.tries("call", review.add_call(reviewer, found.id, CallOutcome.CONFIRMED))
    await town.tries("approve", review.approve(reviewer, found.id))


# Once in the whole market ---------------------------------------------------------------------------------------------


async def at_hour(town: Town, hour: int) -> None:
    """The lorries, the slots of the days to come, and the day on which a warehouse stands still."""
    if hour % 24 == SLOTS_AT:
        await town.tries("make slots", slots.make_ahead(town.market))
    if hour % 24 == LORRY_AT:
        await _fill_shelves(town)
    if hour % 24 == TRANSFER_AT:
        await _send_between(town, town.houses)
    if hour % 24 == ARRIVAL_AT:
        await _receive_between(town)
    await _close_or_open(town, await Warehouse.get(code=faults.CLOSED_WAREHOUSE), hour)


async def _close_or_open(town: Town, house: Warehouse, hour: int) -> None:
    if house.is_active and faults.CLOSED_FROM <= hour < faults.CLOSED_UNTIL:
        closing = warehouses.close(town.worker("admin"), house.id, why="flood", reallocate=True)
        await town.tries("close a warehouse", closing)
    if not house.is_active and hour >= faults.CLOSED_UNTIL:
        await town.tries("reopen it", warehouses.reopen(town.worker("admin"), house.id))


async def _fill_shelves(town: Town) -> None:
    for level in await StockLevel.filter(on_hand__lt=faults.SHELVES_FILLED_TO // 4).order_by("id"):
        more = faults.SHELVES_FILLED_TO - level.on_hand
        came = stock.receive(
            town.worker("picker"), variant_id=level.variant_id, warehouse_id=level.warehouse_id, quantity=more
        )
        await town.tries("receive", came)


async def _send_between(town: Town, houses: Sequence[Warehouse]) -> None:
    """What one warehouse has plenty of goes to the other one, each way."""
    for source, target in zip(houses, [*houses[1:], houses[0]], strict=True):
        plenty = await StockLevel.filter(warehouse_id=source.id, on_hand__gt=100).order_by("id")
        levels = [level for level in plenty if level.available > 60]
        chosen = town.dice.sample(levels, k=min(len(levels), faults.TRANSFERRED))
        if chosen:
            lines = [Units(level.variant_id, town.dice.randint(5, 40)) for level in chosen]
            await town.tries("send to the other house", _sent(town.worker("picker"), source, target, lines))


async def _sent(clerk: Viewer, source: Warehouse, target: Warehouse, lines: Sequence[Units]) -> StockTransfer:
    async with clerk.market.change():
        return await transfers.send(clerk, source_id=source.id, target_id=target.id, lines=lines)


async def _receive_between(town: Town) -> None:
    """What left yesterday or before is here; of some lines a unit is missing."""
    long_ago = clock.now() - timedelta(hours=8)
    for transfer in await StockTransfer.filter(state=TransferState.SENT, sent_at__lt=long_ago).order_by("sent_at"):
        await town.tries("receive from the other house", _arrived(town, transfer))


async def _arrived(town: Town, transfer: StockTransfer) -> StockTransfer:
    lines = await StockTransferLine.filter(transfer_id=transfer.id)
    there = {line.variant_id: line.units - town.falls(faults.LOST_BETWEEN_HOUSES) for line in lines}
    async with town.market.change():
        return await transfers.receive(town.worker("picker"), transfer.id, arrived=there)

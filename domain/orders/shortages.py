"""Shortages: what is missing is reported, offered to the buyer, chosen or decided by the clock, and carried out."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from uuid import UUID

from domain import effects
from domain.access import Viewer
from domain.inventory import backorders, incoming, waiting
from domain.inventory.stock import Wanted
from domain.market import Market
from domain.orders import actions, lifecycle, missing, offers
from domain.orders.actions import Action
from domain.orders.history import lock, tell
from domain.orders.offers import Facts, Option
from domain.orders.visible import visible
from kit import clock
from kit.errors import Refused
from models.database import persistent
from models.orders import Order, OrderLine, OrderState, Supply
from models.shortages import Shortage, ShortageCause, ShortageChoice, ShortageLine, ShortageState

SUPPLY_AFTER = {ShortageChoice.WAIT: Supply.WAITING, ShortageChoice.SHIP_AVAILABLE: Supply.FOLLOWING}


async def report(viewer: Viewer, order: Order, units: Mapping[UUID, int], *, cause: ShortageCause) -> Shortage | None:
    """Open units of a locked order, by line, are promised by no warehouse any more: find others, or ask the buyer.

    What is free elsewhere is promised at once; for the rest the lines wait in the queue, and the buyer is offered the
    choice. Units that are missing later are added to the same question, and the buyer is asked again. Gives the open
    shortage; None when nothing is missing after all.
    """
    lines = await OrderLine.filter(order_id=order.id, id__in=[line_id for line_id, count in units.items() if count])
    wanted = [Wanted(line.id, line.variant_id, units[line.id], (), line.weight_grams) for line in lines]
    await effects.soon("warehouse.follow", order.id)  # pick lists may ask for what is promised no more
    lacking = await waiting.wait_for(viewer, order_id=order.id, region=lifecycle.region_of(order), wanted=wanted)
    shortage = await missing.current(order)
    if not lacking:
        return shortage
    shortage = await _ask(viewer, order, shortage, cause=cause)
    await _add_lines(shortage, lacking)
    told: dict[str, object] = {
        "lines": [{"id": str(line_id), "quantity": count} for line_id, count in lacking.items()],
        "choose_by": shortage.choose_by.isoformat(),
    }
    await tell(viewer, order, kind="order.short", cause=cause.value, data=told)
    await effects.soon("notice.shortage_opened", order.id)
    return shortage


async def _ask(viewer: Viewer, order: Order, shortage: Shortage | None, *, cause: ShortageCause) -> Shortage:
    policy, now = viewer.market.policy, clock.now()
    choose_by = now + timedelta(hours=policy.shortage_hours)
    if shortage is None:
        shortage = await Shortage.create(
            order_id=order.id,
            cause=cause,
            default_choice=ShortageChoice(policy.shortage_default),
            choose_by=choose_by,
            opened_at=now,
        )
    else:
        shortage.state, shortage.cause, shortage.choose_by = ShortageState.OPEN, cause, choose_by
        _forget_choice(shortage)
        shortage.version += 1
        await shortage.save()
    order.supply, order.supply_until = Supply.UNDECIDED, choose_by
    await effects.at(missing.DUE, order.id, choose_by)
    return shortage


def _forget_choice(shortage: Shortage) -> None:
    shortage.choice = None  # type: ignore[assignment]  # the column may be empty, Tortoise does not say so
    shortage.chosen_by = shortage.chosen_at = None
    shortage.wait_until, shortage.promised_for, shortage.is_default = None, None, False


async def _add_lines(shortage: Shortage, lacking: Mapping[UUID, int]) -> None:
    known = {line.order_line_id: line for line in await ShortageLine.filter(shortage_id=shortage.id)}
    for line_id, count in lacking.items():
        line = known.get(line_id) or ShortageLine(
            shortage_id=shortage.id, order_line_id=line_id, found_missing=0, missing=0
        )
        line.found_missing += count
        line.missing += count
        await line.save()


async def facts_of(market: Market, orders: Mapping[UUID, tuple[Order, Shortage]]) -> dict[UUID, Facts]:
    """What the offers of these orders are made from, by order: three statements for all of them."""
    queued = await backorders.waiting_by_order(list(orders))
    lines: dict[UUID, list[OrderLine]] = {order_id: [] for order_id in orders}
    for line in await OrderLine.filter(order_id__in=list(orders)).order_by("order_id", "position"):
        lines[line.order_id].append(line)
    lacking = {line.variant_id for own in lines.values() for line in own if queued[line.order_id].get(line.id)}
    days = await expected_days(lacking)
    latest = (clock.now() + timedelta(days=market.policy.wait_days)).date()
    return {
        order_id: Facts(order, shortage, lines[order_id], queued[order_id], days, latest)
        for order_id, (order, shortage) in orders.items()
    }


async def facts_by_order(viewer: Viewer, order_ids: Collection[UUID]) -> dict[UUID, Facts]:
    """The same for those of the visible orders that have an open shortage."""
    orders = {order.id: order for order in await visible(viewer).filter(id__in=list(order_ids))}
    unsettled = await Shortage.filter(order_id__in=list(orders), state__in=missing.UNSETTLED)
    found = {one.order_id: (orders[one.order_id], one) for one in unsettled}
    return await facts_of(viewer.market, found) if found else {}


async def expected_days(variant_ids: Collection[UUID]) -> dict[UUID, date]:
    """When more of each variant is expected; nothing for one that nobody brings."""
    return {variant_id: coming.on for variant_id, coming in (await incoming.expected(variant_ids)).items()}


@persistent
async def choose(
    viewer: Viewer, order_id: UUID, choice: ShortageChoice, *, expected_version: int | None = None
) -> Shortage:
    """The buyer, or staff for them, says what is to be done. May be changed as long as the units wait."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        actions.check(viewer, order, Action.CHOOSE_SHORTAGE)
        await missing.hold(order)
        shortage = await Shortage.get(order_id=order.id, state__in=missing.UNSETTLED)
        if expected_version not in (None, shortage.version):
            raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=shortage)
        facts = (await facts_of(viewer.market, {order.id: (order, shortage)}))[order.id]
        if not any(facts.waiting.values()):
            raise Refused("SHORTAGE_OVER")  # it has come, the buyer is about to be told
        option = offers.option(facts, choice)
        if option.refusal is not None:
            raise option.refusal.at("choice")
        if shortage.choice != choice:
            await _carry_out(viewer, order, facts, option, cause="chosen by the buyer")
        return await Shortage.get(id=shortage.id)


async def _carry_out(
    viewer: Viewer, order: Order, facts: Facts, option: Option, *, cause: str, is_default: bool = False
) -> None:
    shortage, now = facts.shortage, clock.now()
    shortage.state, shortage.choice, shortage.chosen_at = ShortageState.CHOSEN, option.choice, now
    shortage.chosen_by, shortage.is_default = viewer.user_id, is_default
    shortage.promised_for = option.expected_on
    shortage.version += 1
    chosen: dict[str, object] = {"choice": option.choice.value, "refund": option.refund, "currency": order.currency}
    if option.choice == ShortageChoice.CANCEL_MISSING:
        shortage.wait_until = None
        await shortage.save()
        await tell(viewer, order, kind="order.shortage_chosen", cause=cause, data=chosen)
        await lifecycle.drop_units(viewer, order, facts.waiting, cause="SHORTAGE")
        return
    shortage.wait_until = now + timedelta(days=viewer.market.policy.wait_days)
    await shortage.save()
    order.supply, order.supply_until = SUPPLY_AFTER[option.choice], shortage.wait_until
    await effects.at(missing.DUE, order.id, shortage.wait_until)
    await tell(viewer, order, kind="order.shortage_chosen", cause=cause, data=chosen)


async def decide(viewer: Viewer, order_id: UUID) -> None:
    """The time to choose is over, or the time to wait. Does nothing when the shortage is over or has got more time."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        if order.supply_until is None:
            return
        if order.state == OrderState.PENDING_PAYMENT:  # nothing is decided about goods that may never be paid
            order.supply_until = clock.now() + timedelta(hours=viewer.market.policy.shortage_hours)
            await order.save(update_fields=["supply_until"])
            await Shortage.filter(order_id=order.id, state=ShortageState.OPEN).update(choose_by=order.supply_until)
        if clock.now() < order.supply_until:
            await effects.at(missing.DUE, order.id, order.supply_until)
            return
        await missing.hold(order)
        shortage = await missing.current(order)
        if shortage is None:
            return
        facts = (await facts_of(viewer.market, {order.id: (order, shortage)}))[order.id]
        if not any(facts.waiting.values()):
            return  # it has come, the buyer is about to be told
        await _decide(viewer, order, facts)


async def _decide(viewer: Viewer, order: Order, facts: Facts) -> None:
    if facts.shortage.state == ShortageState.OPEN:
        option, cause = offers.without_answer(facts), "nobody chose in time"
        await effects.soon("notice.shortage_decided", order.id)
    else:
        option, cause = offers.option(facts, ShortageChoice.CANCEL_MISSING), "waited too long"
        await effects.soon("notice.shortage_given_up", order.id)
    await _carry_out(viewer, order, facts, option, cause=cause, is_default=True)


async def restocked(viewer: Viewer, order_id: UUID) -> None:
    """Units have come that an order waited for: tell its buyer, and let it go on once nothing is missing any more."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        shortage = await missing.current(order)
        arrived = await missing.follow(order)
        if shortage is None or not arrived:
            return
        await lifecycle.call_rider(order)
        told: dict[str, object] = {
            "lines": [{"id": str(line_id), "quantity": count} for line_id, count in arrived.items()],
            "is_complete": order.supply == Supply.COMPLETE,
        }
        if order.supply != Supply.COMPLETE:
            await tell(viewer, order, kind="order.restocked", data=told)
        elif shortage.state == ShortageState.OPEN:
            await tell(viewer, order, kind="order.shortage_withdrawn", data=told)
            await effects.soon("notice.shortage_withdrawn", order.id)
        else:
            await tell(viewer, order, kind="order.restocked", data=told)
            await effects.soon("notice.shortage_restocked", order.id)

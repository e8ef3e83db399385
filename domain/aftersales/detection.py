"""Finds out by itself what goes wrong on the way to customers, and what has come right again."""

from uuid import UUID

from domain import effects
from domain.access import Viewer
from domain.aftersales import cases, proposals
from domain.fulfillment import interception, tracking, watching
from domain.orders import dispatch
from domain.orders.history import lock, tell
from kit import clock
from models.aftersales import CaseState, Closing, DeliveryCase, Remedy
from models.database import persistent
from models.fulfillment import Parcel, ParcelLine, ParcelState, Trouble
from models.orders import Order, OrderState

WRITTEN_OFF_BY = (Remedy.RESHIP, Remedy.REFUND)
WANTED_BACK = (Trouble.REFUSED, Trouble.RETURNED, Trouble.FAILED_ATTEMPTS)  # no trouble when it was stopped on request
COMING_BACK = (ParcelState.REFUSED, *watching.WAY_BACK)
TURNED_UP = (*watching.MOVING, ParcelState.AT_PICKUP_POINT, ParcelState.DELIVERED)


@persistent
async def look_at_order(viewer: Viewer, order_id: UUID) -> None:
    """The time to dispatch is over. Does nothing when everything was shipped, or the time was moved on."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        if dispatch.is_late(order) and await cases.live_of(order.id) is None:
            await cases.open_case(viewer, order, Trouble.LATE_DISPATCH)


async def look_at_parcel(viewer: Viewer, parcel_id: UUID) -> None:
    """Something was heard of a parcel, or nothing for too long. Before silence is trouble, its carrier is asked."""
    parcel = await Parcel.get_or_none(id=parcel_id).select_related("order")
    if parcel is None:
        return
    if watching.trouble(viewer.market.policy, parcel.order, parcel, now=clock.now()) in watching.QUIET:
        await tracking.ask_carrier(viewer.but(is_provider=True), parcel_id)
    await _look_closer(viewer, parcel.order_id, parcel_id)


@persistent
async def _look_closer(viewer: Viewer, order_id: UUID, parcel_id: UUID) -> None:
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        await _settle(viewer, order, await Parcel.get(id=parcel_id))


@persistent
async def look_at_cases(viewer: Viewer, order_id: UUID) -> None:
    """An order with open cases has moved: end those that have settled themselves with it."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        late = await cases.live_of(order.id)
        if late is not None and order.state not in dispatch.UNSHIPPED:
            has_left = order.state not in (OrderState.CANCELED, OrderState.EXPIRED)
            await cases.close(viewer, order, late, Closing.SHIPPED if has_left else Closing.ORDER_ENDED)
        for parcel in await Parcel.filter(order_id=order.id).order_by("id") if order.open_cases else ():
            await _settle(viewer, order, parcel)


async def _settle(viewer: Viewer, order: Order, parcel: Parcel) -> None:
    """Open, change or close the case of a parcel, as things stand now, and plan the next look."""
    policy, now = viewer.market.policy, clock.now()
    await _note_that_it_turned_up(viewer, order, parcel)
    found = watching.trouble(policy, order, parcel, now=now)
    if found is not None and not await _has_something_at_stake(parcel, found):
        found = None
    if found in WANTED_BACK and await interception.is_awaited(parcel.id):
        found = None
    case = await cases.live_of(parcel.id)
    if case is None:
        if found is not None and not await _was_settled(parcel, found):
            await cases.open_case(viewer, order, found, parcel)
    elif found is None:
        if case.kind != Trouble.DAMAGED:  # what was damaged may have been handed over all the same
            await cases.close(viewer, order, case, _why(order, parcel))
    elif _has_changed(case, found, parcel):
        await cases.change_kind(viewer, order, case, found, parcel)
    elif found == Trouble.RETURNED and case.proposed == Remedy.RETURN_TO_STOCK and parcel.received_back_at is not None:
        await cases.propose_again(viewer, order, case, parcel)
    look = watching.next_look(policy, parcel, now=now)
    if look is not None:
        await effects.at(watching.WATCH, parcel.id, look)


def _has_changed(case: DeliveryCase, found: Trouble, parcel: Parcel) -> bool:
    """Whether it is about something else now; a parcel that nobody took is, once it comes back."""
    if found == case.kind:
        return proposals.comes_back(found, parcel) and case.proposed == Remedy.WAIT
    return not (case.kind == Trouble.DAMAGED and found in watching.QUIET)


def _why(order: Order, parcel: Parcel) -> Closing:
    if parcel.state == ParcelState.DELIVERED or order.state in watching.ARRIVED:
        return Closing.ARRIVED
    if order.state == OrderState.CANCELED:
        return Closing.ORDER_ENDED
    return Closing.COMES_BACK if parcel.state in COMING_BACK else Closing.MOVING


async def _has_something_at_stake(parcel: Parcel, kind: Trouble) -> bool:
    lines = await ParcelLine.filter(parcel_id=parcel.id)
    if kind == Trouble.RETURNED and parcel.received_back_at is None:
        return bool(watching.not_restocked(lines))
    return bool(watching.at_stake(lines))


async def _was_settled(parcel: Parcel, kind: Trouble) -> bool:
    """Whether somebody has dealt with just this: the same silence is not a case twice."""
    return await DeliveryCase.filter(parcel_id=parcel.id, kind=kind, state=CaseState.RESOLVED).exists()


async def _note_that_it_turned_up(viewer: Viewer, order: Order, parcel: Parcel) -> None:
    """A parcel that was written off is seen again: the goods may come twice, so staff are told, once."""
    gone, seen = parcel.written_off_at, parcel.seen_at
    if gone is None or seen is None or seen <= gone or parcel.state not in TURNED_UP:
        return
    case = (
        await DeliveryCase.filter(
            parcel_id=parcel.id, state=CaseState.RESOLVED, remedy__in=WRITTEN_OFF_BY, turned_up_at=None
        )
        .order_by("-opened_at")
        .first()
    )
    if case is None:
        return
    case.turned_up_at = clock.now()
    await cases.add_note(viewer, case, f"Parcel {parcel.number} has turned up again: {parcel.state.value}.")
    await cases.save(case)
    await tell(viewer, order, kind="parcel.turned_up", data={**cases.facts(case), "waybill": parcel.waybill})

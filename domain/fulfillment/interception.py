"""Stopping parcels that are on their way: back to the shop, or to another address. The carrier says whether it can."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from adapters.carriers.carrier import Ability, CannotDo, CarrierError, CarrierRefused, Place
from domain import effects, idempotency
from domain.access import Permission, Viewer
from domain.fulfillment import watching
from domain.fulfillment.carriers import at_address, connected
from domain.fulfillment.facts import parcel_facts
from domain.fulfillment.visible import visible as visible_parcels
from domain.inventory import stock
from domain.orders import actions, changes_delivery, dispatch, lifecycle, shortages
from domain.orders.actions import Action
from domain.orders.checkout import Destination
from domain.orders.history import lock, tell
from domain.orders.visible import visible as visible_orders
from kit import clock, ids
from kit.errors import Refused, refuse_all
from models.fulfillment import Interception, InterceptionAction, InterceptionState, Parcel, ParcelLine, ParcelState
from models.orders import DeliveryMode, Order, OrderLine, OrderState
from models.shortages import ShortageCause

log = logging.getLogger("jishi.fulfillment")

ASK = "parcel.intercept"
CAME_TO_REST = "parcel.came_to_rest"
ASK_AGAIN = timedelta(minutes=2)
MOST_TRIES = 5
LONGEST_REASON = 60
STOPPABLE = (ParcelState.SHIPPED, ParcelState.IN_TRANSIT)
UNDERWAY = (OrderState.PARTIALLY_SHIPPED, OrderState.SHIPPED)
LIVE = (InterceptionState.REQUESTED, InterceptionState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which parcel is to be stopped, or all of an order that are on their way; and what is to become of it."""

    action: InterceptionAction
    order_id: UUID | None = None
    parcel_id: UUID | None = None
    destination: Destination | None = None
    note: str = ""


def visible(viewer: Viewer) -> QuerySet[Interception]:
    """Interceptions of parcels of orders that the viewer may see."""
    return Interception.filter(order_id__in=Subquery(visible_orders(viewer).values("id")))


async def request(viewer: Viewer, wish: Wish, *, key: str) -> list[Interception]:
    """Ask for parcels to be stopped. The carrier is asked right after; without one that can, it is a task for staff."""
    asked = {
        "action": wish.action,
        "order": wish.order_id,
        "parcel": wish.parcel_id,
        "address": wish.destination.as_json() if wish.destination else None,
        "note": wish.note,
    }
    batch_id = await idempotency.once(
        viewer, "interceptionRequest", key, asked=asked, work=lambda: _request(viewer, wish)
    )
    return await Interception.filter(batch_id=batch_id).order_by("id")


async def _request(viewer: Viewer, wish: Wish) -> UUID:
    order, parcels = await _named(viewer, wish)
    if wish.action == InterceptionAction.NEW_ADDRESS:
        await _check_destination(order, parcels, wish.destination)
    refuse_all([problem for parcel in parcels if (problem := await _cannot_be_stopped(parcel))])
    batch_id = ids.new_id()
    for parcel in parcels:
        made = await Interception.create(
            order_id=order.id,
            parcel_id=parcel.id,
            batch_id=batch_id,
            action=wish.action,
            address=wish.destination.as_json() if wish.destination else None,
            note=wish.note,
            requested_by=viewer.user_id,
            requested_at=clock.now(),
        )
        await effects.soon(ASK, made.id)
        await tell(viewer, order, kind="interception.requested", data=_facts(made, parcel))
    return batch_id


async def _check_destination(order: Order, parcels: Sequence[Parcel], destination: Destination | None) -> None:
    """By the rules of an order that is not shipped yet: what comes back is sent there anew."""
    if destination is None:
        raise Refused("REQUIRED", path=("destination",))
    if order.delivery_mode == DeliveryMode.PICKUP:
        raise Refused("NO_ADDRESS_TO_CHANGE", path=("destination",))
    lines = await OrderLine.filter(parcel_lines__parcel_id__in=[parcel.id for parcel in parcels]).distinct()
    units: dict[tuple[str, ...], list[UUID]] = {("destination",): [line.variant_id for line in lines]}
    await changes_delivery.check_goods(order, {"address": destination.as_json()}, units)


async def _named(viewer: Viewer, wish: Wish) -> tuple[Order, Sequence[Parcel]]:
    """The order, locked, and the parcels of it that are meant."""
    if wish.parcel_id is not None:
        parcel = await visible_parcels(viewer).filter(id=wish.parcel_id).first()
        if parcel is None:
            raise Refused("NOT_FOUND", path=("parcelId",), what="parcel")
        order = await lock(viewer, parcel.order_id)
        actions.check(viewer, order, Action.INTERCEPT)
        return order, [await Parcel.get(id=parcel.id)]
    if wish.order_id is None:
        raise Refused("REQUIRED", path=("orderId",))
    order = await lock(viewer, wish.order_id)
    actions.check(viewer, order, Action.INTERCEPT)
    parcels = await Parcel.filter(order_id=order.id, state__in=STOPPABLE).order_by("id")
    if not parcels:
        raise Refused("TOO_LATE_TO_INTERCEPT")
    return order, parcels


async def _cannot_be_stopped(parcel: Parcel) -> Refused | None:
    if parcel.state not in STOPPABLE:
        return Refused("TOO_LATE_TO_INTERCEPT", path=("parcelId",))
    if await Interception.filter(parcel_id=parcel.id, state__in=LIVE).exists():
        return Refused("INTERCEPTION_UNDERWAY", path=("parcelId",))
    return None


# --------------------------------------------------------------------------------------------- the carrier's answer


async def ask_carrier(viewer: Viewer, interception_id: UUID) -> None:
    """Ask the carrier to stop a parcel, outside of any transaction. Does nothing once there is an answer."""
    found = await Interception.get(id=interception_id).select_related("parcel")
    if found.state != InterceptionState.REQUESTED or found.is_for_staff:
        return
    adapter = connected(viewer, found.parcel.carrier)
    if adapter is None or Ability.INTERCEPT not in adapter.can:
        await _leave_to_staff(viewer, found)
        return
    try:
        await adapter.intercept(waybill=found.parcel.waybill, receiver=_receiver(found), now=clock.now())
    except CannotDo:
        await _leave_to_staff(viewer, found)
    except CarrierRefused as refused:
        await _answer(viewer, found.id, accepted=False, reason=str(refused))
    except CarrierError as error:
        log.warning("%s could not be asked to stop parcel %s: %s", adapter.code, found.parcel.number, error)
        await _ask_later(viewer, found)
    else:
        await _answer(viewer, found.id, accepted=True)


def _receiver(found: Interception) -> Place | None:
    """Where it shall go instead; None for back."""
    return at_address(found.address) if found.address else None


async def _ask_later(viewer: Viewer, found: Interception) -> None:
    if found.tries + 1 >= MOST_TRIES:
        await _leave_to_staff(viewer, found)
        return
    await Interception.filter(id=found.id).update(tries=found.tries + 1)
    await effects.at(ASK, found.id, clock.now() + ASK_AGAIN)


async def _leave_to_staff(viewer: Viewer, found: Interception) -> None:
    """Somebody has to telephone: the interception waits in the list of those for staff."""
    await Interception.filter(id=found.id, state=InterceptionState.REQUESTED).update(is_for_staff=True)


async def decide(viewer: Viewer, interception_id: UUID, *, accepted: bool, reason: str = "") -> Interception:
    """Somebody of the shop has the carrier's answer. Telling the same again changes nothing."""
    viewer.require(Permission.CHANGE_ORDERS)
    if not await visible(viewer).filter(id=interception_id).exists():
        raise Refused("NOT_FOUND", path=("interceptionId",), what="interception")
    return await _answer(viewer, interception_id, accepted=accepted, reason=reason, by_hand=True)


async def _answer(
    viewer: Viewer, interception_id: UUID, *, accepted: bool, reason: str = "", by_hand: bool = False
) -> Interception:
    to = InterceptionState.ACCEPTED if accepted else InterceptionState.REFUSED
    async with viewer.market.change():
        order, found, parcel = await _locked(viewer, interception_id)
        if found.state != InterceptionState.REQUESTED:
            if by_hand and found.state != to:
                raise Refused("INTERCEPTION_DECIDED", path=("interceptionId",), state=found.state.value)
            return found
        found.state, found.refusal, found.decided_at = to, reason[:LONGEST_REASON], clock.now()
        found.decided_by, found.is_for_staff = viewer.user_id, False
        if not accepted:
            found.ended_at = clock.now()
            await effects.soon(watching.WATCH, parcel.id)  # a parcel that came back unasked was taken for this one
        await found.save()
        kind = "interception.accepted" if accepted else "interception.refused"
        await tell(viewer, order, kind=kind, cause=found.refusal, data=_facts(found, parcel))
        if accepted and parcel.state in (ParcelState.RETURNED, ParcelState.DELIVERED):
            await effects.soon(CAME_TO_REST, parcel.id)
        return found


async def _locked(viewer: Viewer, interception_id: UUID) -> tuple[Order, Interception, Parcel]:
    """The order first, then the interception."""
    found = await Interception.get(id=interception_id)
    order = await lock(viewer, found.order_id)
    found = await Interception.filter(id=interception_id).select_for_update().get()
    return order, found, await Parcel.get(id=found.parcel_id)


# ----------------------------------------------------------------------------------------- where the parcel ended


async def is_awaited(parcel_id: UUID) -> bool:
    """Whether the parcel comes back because somebody wanted it: no trouble then, and settled by itself."""
    return await Interception.filter(parcel_id=parcel_id, state__in=LIVE).exists()


async def settle(viewer: Viewer, parcel_id: UUID) -> None:
    """The parcel has come back, was delivered, or made good otherwise: carry its interception through. Does nothing the
    second time."""
    live = await Interception.filter(parcel_id=parcel_id, state__in=LIVE).first()
    if live is None:
        return
    async with viewer.market.change():
        order, found, parcel = await _locked(viewer, live.id)
        if found.state not in LIVE:
            return
        if parcel.state == ParcelState.RETURNED and order.state not in UNDERWAY:
            found.state = InterceptionState.FAILED  # its buyer says that it has come, so a person has to look at it
            await effects.soon(watching.WATCH, parcel.id)
        elif parcel.state == ParcelState.RETURNED:
            found.state = InterceptionState.DONE
            await _take_back(viewer, order, found, parcel)
        elif parcel.state == ParcelState.DELIVERED:
            is_meant = found.state == InterceptionState.ACCEPTED and found.action == InterceptionAction.NEW_ADDRESS
            found.state = InterceptionState.DONE if is_meant else InterceptionState.FAILED
        elif not watching.at_stake(await ParcelLine.filter(parcel_id=parcel.id)):
            found.state = InterceptionState.FAILED  # sent again or refunded without it
        else:
            return
        found.ended_at, found.is_for_staff = clock.now(), False
        await found.save()
        kind = "interception.done" if found.state == InterceptionState.DONE else "interception.failed"
        await tell(viewer, order, kind=kind, data=_facts(found, parcel))


async def _take_back(viewer: Viewer, order: Order, found: Interception, parcel: Parcel) -> None:
    """The goods go on the shelf again; their units are refunded, or sent anew to the other address."""
    lines = await ParcelLine.filter(parcel_id=parcel.id)
    back, owed = watching.not_restocked(lines), watching.at_stake(lines)
    if back:
        await stock.restock(viewer, order_id=order.id, quantities=back, reason=f"interception {parcel.number}")
        await watching.mark_restocked(parcel, back)
    if not owed:
        return
    await lifecycle.reopen_units(viewer, order, owed, cause="interception")
    await watching.write_off(parcel, owed)
    if found.action == InterceptionAction.RETURN or not found.address:
        await lifecycle.drop_units(viewer, order, owed, cause="interception")
        return
    order.address, order.province = found.address, found.address["province"]
    await order.save(update_fields=["address", "province"])
    await shortages.report(viewer, order, owed, cause=ShortageCause.AT_ALLOCATION)
    await dispatch.start(viewer, order)


def _facts(found: Interception, parcel: Parcel) -> dict[str, object]:
    return {**parcel_facts(parcel), "interception": str(found.id), "action": found.action.value}

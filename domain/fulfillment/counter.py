"""Parcels at a pickup point: they arrive, wait, are handed over against a code, or go back when nobody comes."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from domain import effects
from domain.access import Permission, Viewer
from domain.delivery import collecting
from domain.delivery.places import LOCAL
from domain.fulfillment import proofs, tracking, watching
from domain.fulfillment.arrival import OVER, READY, REMIND
from domain.inventory import stock
from domain.orders.history import lock
from domain.orders.lifecycle import drop_units, reopen_units, settle_delivery
from domain.orders.visible import is_owner
from kit import clock
from kit.errors import Refused
from kit.text import Localized
from models.catalog import Product
from models.delivery import Delivery, PickupPoint, ProofKind
from models.fulfillment import Parcel, ParcelLine, ParcelState
from models.orders import Order, OrderLine

LONGEST_NUMBER = 20
COLLECTED: Localized = {"zh-CN": "已凭取件码取件", "en": "Collected with the code"}
NOBODY_CAME: Localized = {"zh-CN": "逾期未取，包裹退回", "en": "Not collected in time, on its way back"}
NOT_COLLECTED = "not collected"


async def hand_over(viewer: Viewer, number: str, code: str) -> tuple[Order, list[Parcel]]:
    """Give everything of an order that lies at its counter to whoever knows the code."""
    viewer.require(Permission.HAND_OVER)
    known = await Order.filter(number=_readable(number)).first()
    agreed = await Delivery.filter(order_id=known.id).first() if known else None
    checked = await collecting.check(viewer, agreed, code)
    async with viewer.market.change():
        # The code has shown that the order stands at this counter; a clerk need not see it otherwise.
        order = await Order.filter(id=checked.order_id).select_for_update().get()
        delivery = await Delivery.get(id=checked.id)
        parcels = await at_counter(order)
        if delivery.pickup_code != checked.pickup_code or not parcels:
            raise Refused("PICKUP_CODE_INVALID", path=("code",))
        for parcel in parcels:
            await tracking.report(viewer, order, parcel, ParcelState.DELIVERED, key="collected", words=COLLECTED)
            await proofs.keep(viewer, order, parcel, kind=ProofKind.CODE)
        await collecting.close(delivery, collected=True)
        await _call_off(order)
        await settle_delivery(viewer, order)
    return order, parcels


async def renew_code(viewer: Viewer, order_id: UUID) -> Order:
    """Send the buyer another code. By the buyer, or by staff who see the order."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        if not is_owner(viewer, order):
            viewer.require(Permission.SEE_ORDERS)
        delivery = await Delivery.filter(order_id=order.id).first()
        if delivery is None:
            raise Refused("NOTHING_AT_COUNTER", path=("orderId",))
        await collecting.renew(viewer.market.policy, delivery)
        await effects.soon(READY, order.id)
    return order


async def give_up(viewer: Viewer, order_id: UUID) -> None:
    """The time to collect is over: what still lies at the counter goes back. Does nothing when it was collected."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        delivery = await Delivery.filter(order_id=order.id).first()
        parcels = await at_counter(order)
        if delivery is None or not parcels or delivery.collect_by is None or clock.now() < delivery.collect_by:
            return
        for parcel in parcels:
            await tracking.report(viewer, order, parcel, ParcelState.RETURNING, key="given-up", words=NOBODY_CAME)
        await collecting.close(delivery, collected=False)
        await effects.soon("notice.pickup_over", order.id)


async def take_back(viewer: Viewer, parcel_id: UUID) -> None:
    """Goods that nobody collected are back: onto the shelf, or thrown away where they had to be kept cold; and the
    buyer's money goes back. Does nothing the second time, and leaves to a case what its buyer has confirmed."""
    found = await Parcel.get_or_none(id=parcel_id)
    if found is None:
        return
    async with viewer.market.change():
        order = await lock(viewer, found.order_id)
        parcel = await Parcel.get(id=parcel_id)
        delivery = await Delivery.filter(order_id=order.id).first()
        uncollected = delivery is not None and delivery.given_up_at is not None
        if not uncollected or parcel.state != ParcelState.RETURNED or order.state in watching.ARRIVED:
            return  # its buyer says that it has come: a case, which a person looks at
        parts = await ParcelLine.filter(parcel_id=parcel.id).order_by("id")
        units = watching.at_stake(parts)
        if not any(units.values()):
            return
        back = await _sellable(watching.not_restocked(parts))
        await watching.write_off(parcel, units)
        await watching.mark_restocked(parcel, back)
        await stock.restock(viewer, order_id=order.id, quantities=back, reason=NOT_COLLECTED)
        await reopen_units(viewer, order, units, cause=NOT_COLLECTED)
        await drop_units(viewer, order, units, cause=NOT_COLLECTED)


async def at_counter(order: Order) -> list[Parcel]:
    """What of an order can be collected now."""
    return await Parcel.filter(order_id=order.id, state=ParcelState.AT_PICKUP_POINT).order_by("id")


async def message_facts(order_id: UUID) -> dict[str, object] | None:
    """What the buyer is told about the goods at the counter; None when none lie there any more."""
    delivery = await Delivery.get_or_none(order_id=order_id)
    if delivery is None or delivery.pickup_code is None or delivery.collect_by is None:
        return None
    point = await PickupPoint.get_or_none(id=delivery.pickup_point_id)
    until = delivery.collect_by.astimezone(LOCAL)
    return {"code": delivery.pickup_code, "place": point.name if point else {}, "until": f"{until:%Y-%m-%d %H:%M}"}


async def _sellable(units: dict[UUID, int]) -> dict[UUID, int]:
    lines: Sequence[OrderLine] = await OrderLine.filter(id__in=list(units))
    cold = set(
        await Product.filter(id__in=[line.product_id for line in lines], cold_chain=True).values_list("id", flat=True)
    )
    back = Counter({line.id: units[line.id] for line in lines if line.product_id not in cold})
    return dict(back)


async def _call_off(order: Order) -> None:
    await effects.never(REMIND, order.id)
    await effects.never(OVER, order.id)


def _readable(number: str) -> str:
    typed = "".join(number.split()).upper()
    return typed if typed.isascii() and typed.isprintable() and len(typed) <= LONGEST_NUMBER else "?"

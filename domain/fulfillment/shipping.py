"""Handing goods to a carrier: a label first, then parcels, stock and order in one transaction."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain import effects, idempotency
from domain.access import Permission, Viewer
from domain.fulfillment import bookings, hands, watching
from domain.fulfillment.carriers import Label, clean_waybill, connected, from_warehouse, label, to_customer
from domain.fulfillment.facts import parcel_facts
from domain.fulfillment.loads import Chosen, Load, loads_of
from domain.inventory import stock
from domain.orders import actions
from domain.orders.actions import Action
from domain.orders.history import lock, move, tell
from domain.orders.lifecycle import open_units, settle_delivery
from domain.orders.visible import visible as visible_orders
from kit import clock, ids
from kit.errors import Refusals, Refused
from models.delivery import DeliveryMode
from models.fulfillment import CarrierCode, Parcel, ParcelLine
from models.inventory import Warehouse
from models.orders import Order, OrderLine, OrderState

OPERATION = "parcelShip"


@dataclass(frozen=True, slots=True)
class Shipment:
    """What is to be shipped, as it was asked for. Nothing chosen: everything that is still open."""

    order_id: UUID
    carrier: CarrierCode
    chosen: Sequence[Chosen] | None = None
    warehouse_id: UUID | None = None
    waybill: str | None = None


@dataclass(frozen=True, slots=True)
class Packed:
    """One parcel on the packing table, with its label."""

    load: Load
    label: Label
    address: Mapping[str, str]


async def ship(viewer: Viewer, asked: Shipment, *, key: str) -> list[Parcel]:
    """Hand units of an order to a carrier, one parcel for each warehouse that they lie in; gives the parcels.

    The label is asked for before anything is written. When that or anything after it fails, nothing has changed, and
    the same call may be repeated under the same key: the carrier then gives the same label. When the shipment is
    refused, its labels go back to the carrier.
    """
    viewer.require(Permission.SHIP)
    shipment_id = await idempotency.answered(viewer, OPERATION, key, asked=asked)
    if shipment_id is None:
        shipment_id = await _ship_now(viewer, asked, key=key)
    return await Parcel.filter(shipment_id=shipment_id).order_by("id")


async def _ship_now(viewer: Viewer, asked: Shipment, *, key: str) -> UUID:
    packed: list[Packed] = []
    try:
        await _pack(viewer, asked, packed, key=key)
        return await _hand_over_once(viewer, asked, packed, key=key)
    except (Refused, Refusals):
        by_twin = await idempotency.answered(viewer, OPERATION, key, asked=asked)
        if by_twin is None:
            await bookings.let_go([one.label.booking_id for one in packed if one.label.booking_id])
            raise
        return by_twin  # the same call, sent twice at once: the other one was quicker


async def _hand_over_once(viewer: Viewer, asked: Shipment, packed: Sequence[Packed], *, key: str) -> UUID:
    work = partial(_hand_over, viewer, asked, packed)
    try:
        return await idempotency.once(viewer, OPERATION, key, asked=asked, work=work)
    except IntegrityError:
        await _refuse_used(asked.carrier, [one.label.waybill for one in packed])
        raise


async def _refuse_used(carrier: CarrierCode, waybills: Sequence[str]) -> None:
    if await Parcel.exists(carrier=carrier, waybill__in=list(waybills)):
        raise Refused("WAYBILL_TAKEN", path=("waybill",))


async def _pack(viewer: Viewer, asked: Shipment, table: list[Packed], *, key: str) -> None:
    """Put the parcels of a shipment on the table, each as soon as it has its label."""
    order = await visible_orders(viewer).filter(id=asked.order_id).first()
    if order is None:
        raise Refused("NOT_FOUND", path=("orderId",), what="order")
    actions.check(viewer, order, Action.SHIP)
    if asked.warehouse_id is not None and not await Warehouse.exists(id=asked.warehouse_id):
        raise Refused("NOT_FOUND", path=("warehouseId",), what="warehouse")
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    loads = await _loads(asked, lines)
    waybill = await _own_waybill(asked, parcels=len(loads))
    weights = {line.id: line.weight_grams for line in lines}
    houses = {house.id: house for house in await Warehouse.filter(id__in=[load.warehouse_id for load in loads])}
    for load in loads:
        own = await label(
            viewer,
            asked.carrier,
            request_key=_request_key(viewer, order, load, key=key),
            waybill=waybill,
            sender=from_warehouse(viewer, houses[load.warehouse_id]),
            receiver=to_customer(order),
            weight_grams=sum(weights[line_id] * units for line_id, units in load.quantities.items()),
            order_id=order.id,
        )
        table.append(Packed(load, own, order.address))


async def _own_waybill(asked: Shipment, *, parcels: int) -> str | None:
    waybill = clean_waybill(asked.waybill)
    if waybill is None:
        return None
    if parcels > 1:
        raise Refused("ONE_WAYBILL_SEVERAL_PARCELS", path=("waybill",), parcels=parcels)
    await _refuse_used(asked.carrier, [waybill])
    return waybill


async def _loads(asked: Shipment, lines: Sequence[OrderLine]) -> list[Load]:
    """The parcels that the asked units make, of what nobody in the warehouse has in hand."""
    held = await stock.held(asked.order_id)
    taken = await hands.take_out(asked.order_id, held)
    try:
        return loads_of(lines, held, chosen=asked.chosen, warehouse_id=asked.warehouse_id)
    except (Refused, Refusals):
        if taken:
            raise Refused("UNITS_IN_WAVE", path=("orderId",), units=taken) from None
        raise


def _request_key(viewer: Viewer, order: Order, load: Load, *, key: str) -> str:
    """The same for every try of the same call, so that a carrier that was asked twice prints one label.

    Another one once the order goes elsewhere: its address may be changed between two tries.
    """
    parts = f"{viewer.key}/{order.id}/{load.warehouse_id}/{sorted(order.address.items())}/{key}"
    return hashlib.sha256(parts.encode()).hexdigest()


async def _hand_over(viewer: Viewer, asked: Shipment, packed: Sequence[Packed]) -> UUID:
    order = await lock(viewer, asked.order_id)
    actions.check(viewer, order, Action.SHIP)
    lines = {line.id: line for line in await OrderLine.filter(order_id=order.id).order_by("position")}
    is_elsewhere = any(one.address != order.address for one in packed)
    if is_elsewhere or await _loads(asked, list(lines.values())) != [one.load for one in packed]:
        raise Refused("ORDER_CHANGED", path=("orderId",), retryable=True)
    loads = [one.load for one in packed]
    await stock.lock([(load.warehouse_id, lines[line_id].variant_id) for load in loads for line_id in load.quantities])
    shipment_id = ids.new_id()
    for one in packed:
        load = one.load
        await stock.ship(viewer, order_id=order.id, warehouse_id=load.warehouse_id, quantities=load.quantities)
        await send(viewer, order, asked.carrier, one, lines, shipment_id=shipment_id)
    await follow_order(viewer, order, list(lines.values()))
    return shipment_id


async def follow_order(viewer: Viewer, order: Order, lines: Sequence[OrderLine]) -> None:
    """Move a locked order on after parcels of it have left."""
    if order.urged_at is not None:
        await effects.soon("notice.urge_answered", order.id)
    if not any(open_units(line) for line in lines):
        await move(viewer, order, OrderState.SHIPPED, kind="order.shipped")
        if order.delivery_mode == DeliveryMode.COURIER:
            await effects.soon("courier.withdraw", order.id)  # it may have left without its rider
        await settle_delivery(viewer, order)
    elif order.state == OrderState.PAID:
        await move(viewer, order, OrderState.PARTIALLY_SHIPPED, kind="order.partially_shipped")


async def send(
    viewer: Viewer,
    order: Order,
    carrier: CarrierCode,
    packed: Packed,
    lines: dict[UUID, OrderLine],
    *,
    shipment_id: UUID,
) -> Parcel:
    """A parcel whose goods have just been taken out of stock, told to the order; the caller moves that on."""
    load, now = packed.load, clock.now()
    if packed.label.booking_id is not None:
        await bookings.use(packed.label.booking_id)
    parcel = await Parcel.create(
        order_id=order.id,
        number=f"W{ids.readable(12)}",
        shipment_id=shipment_id,
        warehouse_id=load.warehouse_id,
        carrier=carrier,
        waybill=packed.label.waybill,
        shipped_at=now,
        estimated_at=packed.label.estimated_at,
    )
    await ParcelLine.bulk_create(
        ParcelLine(parcel_id=parcel.id, order_line_id=line_id, quantity=units)
        for line_id, units in load.quantities.items()
    )
    for line_id, units in load.quantities.items():
        lines[line_id].shipped += units
        await lines[line_id].save(update_fields=["shipped"])
    adapter = connected(viewer, carrier)
    if adapter is not None:
        await effects.at("parcel.track", parcel.id, now + adapter.pause)
    await watching.watch(viewer, order, parcel)
    await tell(viewer, order, kind="parcel.shipped", data=parcel_facts(parcel))
    return parcel

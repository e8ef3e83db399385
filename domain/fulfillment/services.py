"""Services at a booked time and place: begun and done, with a proof, and without a parcel."""

from collections import Counter
from uuid import UUID

from domain.access import Permission, Viewer
from domain.fulfillment import proofs
from domain.fulfillment.proofs import Given
from domain.inventory import stock
from domain.orders.actions import NOT_YET_SHIPPED
from domain.orders.history import lock, move, tell
from domain.orders.lifecycle import open_units, settle_delivery
from kit import clock
from kit.errors import Refused
from models.database import persistent
from models.delivery import Delivery, DeliveryMode
from models.orders import Order, OrderLine, OrderState, ReviewState, Supply


@persistent
async def start(viewer: Viewer, order_id: UUID) -> Order:
    """The service begins: its units count as handed out. Repeating it changes nothing."""
    viewer.require(Permission.SERVE)
    async with viewer.market.change():
        order = await _service(viewer, order_id)
        if order.state == OrderState.SHIPPED:
            return order
        if order.state != OrderState.PAID:
            raise Refused("ORDER_NOT_PAID" if order.state == OrderState.PENDING_PAYMENT else "NOTHING_TO_SHIP")
        if order.review in (ReviewState.PENDING, ReviewState.CLAIMED):
            raise Refused("ORDER_IN_REVIEW")
        if order.supply != Supply.COMPLETE:  # it is done as a whole: what was to follow would never be handed out
            raise Refused(NOT_YET_SHIPPED.get(order.supply, "WAITING_FOR_STOCK"), until=order.supply_until)
        await _hand_out(viewer, order)
        await Delivery.filter(order_id=order.id).update(started_at=clock.now())
        await move(viewer, order, OrderState.SHIPPED, kind="service.started")
    return order


async def complete(viewer: Viewer, order_id: UUID, given: Given) -> Order:
    """The service is done, with the name of who received it or a picture. Repeating it changes nothing."""
    viewer.require(Permission.SERVE)
    proof = await proofs.read(order_id, given)
    if proof is None:
        raise Refused("INVALID_INPUT", path=("proof",), why="give a name or a picture")
    kind, name, picture = proof
    async with viewer.market.change():
        order = await _service(viewer, order_id)
        if order.state in (OrderState.DELIVERED, OrderState.RECEIVED, OrderState.COMPLETED):
            return order
        if order.state != OrderState.SHIPPED:
            raise Refused("NOT_STARTED", path=("orderId",))
        for line in await OrderLine.filter(order_id=order.id).order_by("id"):
            line.delivered = line.shipped
            await line.save(update_fields=["delivered"])
        await proofs.keep(viewer, order, None, kind=kind, name=name, picture=picture)
        await tell(viewer, order, kind="service.completed")
        await settle_delivery(viewer, order)
    return order


async def expect_picture(viewer: Viewer, order_id: UUID) -> proofs.Ticket:
    """An address for the picture that will prove the service."""
    viewer.require(Permission.SERVE)
    async with viewer.market.change():
        order = await _service(viewer, order_id)
        return await proofs.expect_picture(viewer, order.id)


async def _service(viewer: Viewer, order_id: UUID) -> Order:
    order = await lock(viewer, order_id)
    if order.delivery_mode != DeliveryMode.SERVICE:
        raise Refused("NOT_A_SERVICE", path=("orderId",))
    return order


async def _hand_out(viewer: Viewer, order: Order) -> None:
    lines = {line.id: line for line in await OrderLine.filter(order_id=order.id).order_by("id")}
    by_place: dict[UUID, Counter[UUID]] = {}
    held = await stock.held(order.id)
    for promise in held:
        by_place.setdefault(promise.warehouse_id, Counter())[promise.order_line_id] += promise.quantity
    await stock.lock([(promise.warehouse_id, promise.variant_id) for promise in held])
    for warehouse_id in sorted(by_place):
        await stock.ship(viewer, order_id=order.id, warehouse_id=warehouse_id, quantities=by_place[warehouse_id])
    for line in lines.values():
        line.shipped += open_units(line)
        await line.save(update_fields=["shipped"])

"""Other warehouses for what an order holds in one that has failed, or in one that staff want to spare."""

from collections import Counter
from collections.abc import Collection, Mapping
from uuid import UUID

from domain import effects
from domain.access import Permission, Viewer
from domain.inventory import bundles, stock
from domain.inventory.stock import Hold, Wanted
from domain.inventory.warehouses import REALLOCATE
from domain.orders import shortages
from domain.orders.history import lock, tell
from domain.orders.lifecycle import region_of
from kit.errors import Refused
from models.database import persistent
from models.inventory import AllocationCause, Reservation, ReservationState, Warehouse
from models.orders import Order, OrderLine, OrderState
from models.shortages import ShortageCause

Picked = Counter[tuple[UUID, UUID]]  # units in pickers' hands, by warehouse and order line
OPEN = (OrderState.PENDING_PAYMENT, OrderState.PAID, OrderState.PARTIALLY_SHIPPED)


@persistent
async def leave_failed(viewer: Viewer, order_id: UUID, *, picked: Picked | None = None) -> None:
    """Move what an order holds in closed warehouses to open ones; what nobody has becomes a shortage.

    What is `picked` stays, as what is packed does. Does nothing when nothing lies there.
    """
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        held = await _held_in_closed(order)
        if order.state not in OPEN or not held:
            return
        if order.state == OrderState.PENDING_PAYMENT and not await _can_move(order, held):
            await effects.at(REALLOCATE, order.id, order.pay_by)  # nobody is asked about goods that are not paid yet
            return
        _spare(held, picked or Counter())
        units = _units(held)
        if not units:
            return
        lacking = await _move(viewer, order, units, held, cause=AllocationCause.WAREHOUSE_FAILED, partial=True)
        if lacking:
            await shortages.report(viewer, order, lacking, cause=ShortageCause.WAREHOUSE_FAILED)


@persistent
async def reallocate(viewer: Viewer, order_id: UUID, *, without: Collection[UUID] = ()) -> Order:
    """Choose again for everything that an order holds and nobody has shipped, as a whole or not at all.

    Closed warehouses are left, and those `without` which staff want to do.
    """
    viewer.require(Permission.EDIT_STOCK)
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        held = await stock.held(order.id)
        if order.state not in OPEN or not held:
            raise Refused("NOTHING_TO_REALLOCATE", path=("orderId",))
        await _move(viewer, order, _units(held), held, cause=AllocationCause.ASKED, without=without)
        return order


async def _move(
    viewer: Viewer,
    order: Order,
    units: Mapping[UUID, int],
    held: Collection[Reservation],
    *,
    cause: AllocationCause,
    partial: bool = False,
    without: Collection[UUID] = (),
) -> dict[UUID, int]:
    """Give the units up where they lie and promise them anew, with all levels held; gives what is lacking, by line."""
    await stock.lock_variants({variant_id for _, variant_id in await bundles.pieces(list(held))})
    lines = {line.id: line for line in await OrderLine.filter(order_id=order.id, id__in=list(units))}
    hold = next((Hold(one.expires_at, one.customer_key) for one in held if one.expires_at), None)
    for warehouse_id, share in _by_warehouse(held, units).items():
        await stock.release(viewer, order_id=order.id, quantities=share, warehouse_id=warehouse_id)
    promises = await stock.reserve(
        viewer,
        order_id=order.id,
        wanted=[
            Wanted(line_id, lines[line_id].variant_id, count, ("orderId",), lines[line_id].weight_grams)
            for line_id, count in units.items()
        ],
        region=region_of(order),
        hold=hold,
        cause=cause,
        partial=partial,
        without=without,
    )
    lacking = Counter(units)
    for promise in promises:
        lacking[promise.order_line_id] -= promise.quantity
    await effects.soon("warehouse.follow", order.id)  # they may be on a pick list of the warehouse that is left
    moved = sum(promise.quantity for promise in promises)
    if moved:
        await tell(viewer, order, kind="order.reallocated", cause=cause.value, data={"units": moved})
    return dict(+lacking)


def _by_warehouse(held: Collection[Reservation], units: Mapping[UUID, int]) -> dict[UUID, dict[UUID, int]]:
    left = Counter(units)
    shares: dict[UUID, Counter[UUID]] = {}
    for promise in held:
        part = min(promise.quantity - promise.packed, left[promise.order_line_id])
        if part:
            left[promise.order_line_id] -= part
            shares.setdefault(promise.warehouse_id, Counter())[promise.order_line_id] += part
    return {warehouse_id: dict(share) for warehouse_id, share in shares.items()}


def _spare(held: Collection[Reservation], picked: Picked) -> None:
    """Count what is picked as packed (in the rows in memory, not the stored ones)."""
    left = picked.copy()
    for promise in held:
        place = (promise.warehouse_id, promise.order_line_id)
        part = min(promise.quantity - promise.packed, left[place])
        promise.packed += part
        left[place] -= part


def _units(held: Collection[Reservation]) -> dict[UUID, int]:
    units: Counter[UUID] = Counter()
    for promise in held:
        units[promise.order_line_id] += promise.quantity - promise.packed  # nobody opens a package for it
    return dict(+units)


async def _held_in_closed(order: Order) -> list[Reservation]:
    closed = await Warehouse.filter(is_active=False).values_list("id", flat=True)
    held = Reservation.filter(order_id=order.id, state=ReservationState.HELD, warehouse_id__in=list(closed))
    return await held.order_by("id").select_for_update()


async def _can_move(order: Order, held: Collection[Reservation]) -> bool:
    needed: Counter[UUID] = Counter()
    for promise in held:
        needed[promise.variant_id] += promise.quantity
    free = await stock.available(needed)
    return all(free[variant_id] >= units for variant_id, units in needed.items())

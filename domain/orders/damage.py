"""Units found broken in a warehouse: taken off the shelf even if they are promised, the newest promises first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from domain.inventory import stock
from domain.inventory.allocation import Place
from domain.inventory.bundles import parts_in, parts_of
from domain.inventory.levels import Change, move, place_of
from domain.orders import changes, shortages
from kit.errors import Refused
from models.database import persistent
from models.inventory import BundlePart, MovementKind, Reservation, ReservationState, StockLevel
from models.orders import Order, OrderChangeRequest
from models.shortages import ShortageCause

MOST_PROMISES = 1000  # that one report of damage can break


@dataclass(slots=True)
class Loss:
    """What an order loses: units by line, and how many of the broken variant were in them."""

    lines: Counter[UUID] = field(default_factory=Counter)
    broken: int = 0


@persistent
async def write_off(
    viewer: Viewer, *, variant_id: UUID, warehouse_id: UUID, quantity: int, reason: str = ""
) -> StockLevel:
    """Take broken units off a shelf; orders that lose their promise find other units, or their buyers are asked.
    Changes that wait to be paid are rejected first."""
    viewer.require(Permission.EDIT_STOCK)
    if not 1 <= quantity <= stock.LARGEST_COUNT:
        raise Refused("OUT_OF_RANGE", path=("quantity",), minimum=1, maximum=stock.LARGEST_COUNT)
    await _let_go_unpaid(viewer, (warehouse_id, variant_id), quantity)
    async with viewer.market.change():
        newest = await _newest(variant_id, warehouse_id, quantity)
        owners = {promise.order_id for promise in newest}
        orders = await Order.filter(id__in=list(owners)).order_by("id").select_for_update()
        levels = await stock.lock_variants({variant_id, *(promise.variant_id for promise in newest)})
        place = (warehouse_id, variant_id)
        level = next((one for one in levels if place_of(one) == place), None)
        if level is None:
            raise Refused("NOT_FOUND", path=("warehouseId",), what="stock level")
        if quantity > level.on_hand:
            raise Refused("OUT_OF_RANGE", path=("quantity",), minimum=1, maximum=level.on_hand)
        losses = await _losses(place, orders, quantity - max(0, level.available))
        free = quantity - sum(loss.broken for loss in losses.values())
        if free:
            await move(viewer, MovementKind.ADJUST, [level], {place: Change(on_hand=-free)}, reason=reason)
        for order in orders:
            if order.id in losses:
                await _lose(viewer, order, losses[order.id], place, reason=reason)
    return await StockLevel.get(id=level.id)


async def _let_go_unpaid(viewer: Viewer, place: Place, quantity: int) -> None:
    """Changes that hold some of it and wait to be paid come to nothing, before any order that is paid loses a unit."""
    warehouse_id, variant_id = place
    level = await StockLevel.get_or_none(warehouse_id=warehouse_id, variant_id=variant_id)
    if level is None or not level.available < quantity <= level.on_hand:
        return
    holders = [promise.order_id for promise in await _newest(variant_id, warehouse_id, quantity)]
    for change_id in await OrderChangeRequest.filter(id__in=holders).order_by("id").values_list("id", flat=True):
        await changes.lose_goods(viewer, UUID(str(change_id)))


async def _lose(viewer: Viewer, order: Order, loss: Loss, place: Place, *, reason: str) -> None:
    warehouse_id, variant_id = place
    await stock.lose(
        viewer,
        order_id=order.id,
        warehouse_id=warehouse_id,
        quantities=loss.lines,
        broken={variant_id: loss.broken},
        reason=reason,
    )
    await shortages.report(viewer, order, loss.lines, cause=ShortageCause.DAMAGED)


async def _newest(variant_id: UUID, warehouse_id: UUID, quantity: int) -> list[Reservation]:
    """The newest promises of a place, as many as may lose something."""
    newest, covered = [], 0
    for promise in await _promised((warehouse_id, variant_id)).limit(min(quantity, MOST_PROMISES)):
        if covered >= quantity:
            break
        newest.append(promise)
        covered += promise.quantity
    return newest


def _promised(place: Place) -> QuerySet[Reservation]:
    """Promises of what lies there, as such or in a bundle, the newest first."""
    warehouse_id, variant_id = place
    bundles = BundlePart.filter(variant_id=variant_id).values("bundle_id")
    of_it = Q(variant_id=variant_id, bundle_id__isnull=True) | Q(bundle_id__in=Subquery(bundles))
    held = Reservation.filter(of_it, warehouse_id=warehouse_id, state=ReservationState.HELD)
    return held.order_by("-created_at", "-id")


async def _losses(place: Place, orders: Sequence[Order], lacking: int) -> dict[UUID, Loss]:
    """What is promised and broken, by order."""
    losses: dict[UUID, Loss] = {}
    if lacking <= 0:
        return losses
    promises = await _promised(place).filter(order_id__in=[order.id for order in orders])
    made_of = await parts_of(promises)
    for promise in promises:
        each = dict(parts_in(promise, made_of))[place[1]]
        part = min(promise.quantity, -(-lacking // each))
        if part:
            loss = losses.setdefault(promise.order_id, Loss())
            loss.lines[promise.order_line_id] += part
            loss.broken += min(lacking, part * each)
            lacking -= min(lacking, part * each)
    if lacking:
        raise Refused("STOCK_CHANGED", retryable=True)  # promises were made or shipped since we looked
    return losses

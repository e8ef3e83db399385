"""Waves: orders of one warehouse that are picked in one walk, chosen oldest first, each unit in one wave only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from tortoise.expressions import Subquery

from domain import idempotency
from domain.access import GRANTS, Permission, Viewer
from domain.fulfillment import closing, parts
from domain.fulfillment.feed import WarehouseEventKind, tell
from domain.fulfillment.hands import Item, Sieve, in_hand, ready_orders
from domain.fulfillment.visible import visible_waves
from domain.inventory import bundles
from domain.orders import actions, history
from domain.orders.actions import Action
from kit import clock, ids
from kit.errors import Refusals, Refused
from models.catalog import Variant
from models.customers import Role, User
from models.database import persistent
from models.delivery import DeliveryMode
from models.inventory import Reservation, ReservationState, Warehouse
from models.orders import Order
from models.warehouse import Package, PackageState, PickTask, StorageBin, TaskState, Wave, WaveState

MOST_ORDERS = 200  # in one wave
PAGES = 20  # of candidates that are looked at before a wave is as full as it gets
LIVE = (PackageState.OPEN, PackageState.PACKED, PackageState.LABELED)
TOLD = {
    WaveState.PICKED: WarehouseEventKind.WAVE_PICKED,
    WaveState.PACKED: WarehouseEventKind.WAVE_PACKED,
    WaveState.DONE: WarehouseEventKind.WAVE_DONE,
    WaveState.CANCELED: WarehouseEventKind.WAVE_CANCELED,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which orders a wave is to be made of: the oldest that fit. `cold` None takes goods of either temperature,
    `order_ids` None any orders."""

    warehouse_id: UUID
    most_orders: int = 20
    cold: bool | None = None
    delivery_mode: DeliveryMode | None = None
    order_ids: tuple[UUID, ...] | None = None


async def create(viewer: Viewer, wish: Wish, *, key: str) -> Wave:
    """Make a pick list of the oldest paid orders whose goods lie ready in a warehouse. NOTHING_TO_PICK when none do."""
    viewer.require(Permission.SHIP)
    if not 1 <= wish.most_orders <= MOST_ORDERS:
        raise Refused("OUT_OF_RANGE", path=("mostOrders",), minimum=1, maximum=MOST_ORDERS)
    if wish.order_ids is not None and not 1 <= len(wish.order_ids) <= MOST_ORDERS:
        raise Refused("OUT_OF_RANGE", path=("orderIds",), minimum=1, maximum=MOST_ORDERS)
    wave_id = await idempotency.once(viewer, "waveCreate", key, asked=wish, work=partial(_create, viewer, wish))
    return await Wave.get(id=wave_id)


async def _create(viewer: Viewer, wish: Wish) -> UUID:
    house = await Warehouse.get_or_none(id=wish.warehouse_id)
    if house is None or not house.is_active:
        raise Refused("NOT_FOUND", path=("warehouseId",), what="warehouse")
    chosen = await _claim(viewer, wish)
    if not chosen:
        raise Refused("NOTHING_TO_PICK")
    wave = await Wave.create(
        number=f"P{ids.readable(8)}", warehouse_id=house.id, orders=len(chosen), created_at=clock.now()
    )
    await _list(wave, {order.id: units for order, units in chosen})
    for order, _ in chosen:
        await history.tell(viewer, order, kind="order.picking", data={"wave": wave.number})
    await tell(viewer, wave, WarehouseEventKind.WAVE_CREATED)
    return wave.id


async def _claim(viewer: Viewer, wish: Wish) -> list[tuple[Order, Counter[Item]]]:
    """Orders that nobody else works on just now, locked, with the units that no wave has yet.

    Rows that another wave, a cancellation or a change holds are passed over: the next wave finds them. What is free is
    read after the lock, since it may have been taken while the candidates were looked for.
    """
    chosen: list[tuple[Order, Counter[Item]]] = []
    seen: set[UUID] = set()
    for _ in range(PAGES):
        keys = await ready_orders(
            wish.warehouse_id,
            Sieve(wish.cold, wish.delivery_mode, wish.order_ids),
            but=seen,
            most=wish.most_orders - len(chosen),
        )
        if not keys:
            break
        seen.update(keys)
        free = await _free(keys, wish)
        orders = await Order.filter(id__in=keys).order_by("placed_at", "id")
        chosen += [(order, free[order.id]) for order in orders if free[order.id] and _may_ship(viewer, order)]
        if len(chosen) >= wish.most_orders:
            break
    return chosen


def _may_ship(viewer: Viewer, order: Order) -> bool:
    try:
        actions.check(viewer, order, Action.SHIP)
    except (Refused, Refusals):
        return False
    return True


async def _free(order_ids: Sequence[UUID], wish: Wish) -> dict[UUID, Counter[Item]]:
    """Units held in the warehouse that are neither packed nor in a wave, by order."""
    free: dict[UUID, Counter[Item]] = {order_id: Counter() for order_id in order_ids}
    held = Reservation.filter(order_id__in=order_ids, warehouse_id=wish.warehouse_id, state=ReservationState.HELD)
    if wish.cold is not None:
        held = held.filter(variant_id__in=Subquery(Variant.filter(product__cold_chain=wish.cold).values("id")))
    for promise in await held.order_by("id"):
        item = (promise.order_line_id, promise.variant_id, promise.bundle_id)
        free[promise.order_id][item] += promise.quantity - promise.packed
    for order_id, taken in (await in_hand(order_ids, wish.warehouse_id)).items():
        free[order_id] -= taken  # keeps what is above zero
    return free


async def _list(wave: Wave, chosen: Mapping[UUID, Counter[Item]]) -> None:
    """The tasks of a wave, each with the place where the goods lie now; a bundle's parts have places of their own."""
    variants = {variant_id for units in chosen.values() for _, variant_id, _ in units}
    rows = await StorageBin.filter(warehouse_id=wave.warehouse_id, variant_id__in=variants)
    places = {row.variant_id: row for row in rows}
    tasks = [
        PickTask(
            wave_id=wave.id,
            order_id=order_id,
            order_line_id=line_id,
            warehouse_id=wave.warehouse_id,
            variant_id=variant_id,
            bundle_id=bundle_id,
            zone=places[variant_id].zone if variant_id in places else "",
            bin=places[variant_id].code if variant_id in places else "",
            units=count,
        )
        for order_id, units in chosen.items()
        for (line_id, variant_id, bundle_id), count in units.items()
        if count > 0
    ]
    await PickTask.bulk_create(tasks)
    await parts.write_down(tasks, await bundles.parts_in_bundles({task.bundle_id for task in tasks if task.bundle_id}))


# ------------------------------------------------------------------------------------------------------- who walks


@persistent
async def claim(viewer: Viewer, wave_id: UUID) -> Wave:
    """Take a wave. Taking it again changes nothing; another picker's is refused as WAVE_TAKEN."""
    viewer.require(Permission.SHIP)
    async with viewer.market.change():
        wave = await locked(viewer, wave_id)
        if wave.picker_id is not None and wave.picker_id == viewer.user_id:
            return wave
        if wave.picker_id is not None:
            raise Refused("WAVE_TAKEN", path=("waveId",))
        await give_to(viewer, wave, viewer.require_user())
        return wave


@persistent
async def assign(viewer: Viewer, wave_id: UUID, picker_id: UUID) -> Wave:
    """Give a wave to a member of staff who may pick, whoever had it before."""
    viewer.require(Permission.SHIP)
    async with viewer.market.change():
        picker = await User.get_or_none(id=picker_id)
        if picker is None or not any(Permission.SHIP in GRANTS[Role(role)] for role in picker.roles):
            raise Refused("NOT_FOUND", path=("pickerId",), what="picker")
        wave = await locked(viewer, wave_id)
        if wave.picker_id != picker_id:
            await give_to(viewer, wave, picker_id)
        return wave


async def give_to(viewer: Viewer, wave: Wave, picker_id: UUID) -> None:
    """Put a locked wave into somebody's hands."""
    if wave.state not in (WaveState.OPEN, WaveState.PICKING):
        raise Refused("WAVE_CLOSED", path=("waveId",), state=wave.state.value)
    wave.picker_id, wave.state = picker_id, WaveState.PICKING
    wave.claimed_at = clock.now()
    await _save(wave)
    await tell(viewer, wave, WarehouseEventKind.WAVE_CLAIMED)


@persistent
async def cancel(viewer: Viewer, wave_id: UUID) -> Wave:
    """Give a wave up; what was picked goes back to its bins. UNITS_PACKED when something of it lies in a package."""
    viewer.require(Permission.SHIP)
    async with viewer.market.change():
        if not await visible_waves(viewer).filter(id=wave_id).exists():
            raise Refused("NOT_FOUND", path=("waveId",), what="wave")
        tasks = await PickTask.filter(wave_id=wave_id).order_by("id").select_for_update()
        wave = await locked(viewer, wave_id)
        if wave.state == WaveState.CANCELED:
            return wave
        if any(task.packed for task in tasks):
            raise Refused("UNITS_PACKED", path=("waveId",), packed=sum(task.packed for task in tasks))
        for task in tasks:
            await take_off(task, task.units)
        await _enter(viewer, wave, WaveState.CANCELED)
        await closing.given_up(wave, tasks)
        return wave


async def take_off(task: PickTask, units: int) -> None:
    """Ask a locked task for fewer units, and for the parts of fewer bundles."""
    shrink(task, units)
    await task.save()
    await parts.follow(task)


def shrink(task: PickTask, units: int) -> None:
    """Ask for fewer units: first of those that nobody has picked, then of those that go back to their bin."""
    task.units -= units
    if task.picked > task.units:
        task.put_back += task.picked - task.units
        task.picked = task.units
    if task.units == 0:
        task.state = TaskState.CANCELED
    elif task.picked == task.units:
        task.state = TaskState.DONE


# ------------------------------------------------------------------------------------------------------ where it stands


async def locked(viewer: Viewer, wave_id: UUID) -> Wave:
    """The wave, held until the transaction ends. Its tasks, where they are needed too, are locked before it."""
    wave = await visible_waves(viewer).filter(id=wave_id).select_for_update().first()
    if wave is None:
        raise Refused("NOT_FOUND", path=("waveId",), what="wave")
    return wave


async def settle(viewer: Viewer, wave_id: UUID) -> Wave:
    """Bring a wave to the state that follows from its tasks and packages."""
    wave = await Wave.filter(id=wave_id).select_for_update().get()
    tasks = await PickTask.filter(wave_id=wave_id)
    on_table = await Package.filter(lines__task__wave_id=wave_id, state__in=LIVE).exists()
    state = state_of(wave, tasks, on_table=on_table)
    if state != wave.state:
        await _enter(viewer, wave, state)
    return wave


def state_of(wave: Wave, tasks: Sequence[PickTask], *, on_table: bool) -> WaveState:
    """Where a wave stands, from what is left to be done for it."""
    if wave.state == WaveState.CANCELED:
        return wave.state
    if any(task.state == TaskState.OPEN for task in tasks):
        return WaveState.PICKING if wave.picker_id else WaveState.OPEN
    if not any(task.picked for task in tasks):
        return WaveState.CANCELED
    if any(task.picked > task.packed for task in tasks):
        return WaveState.PICKED
    return WaveState.PACKED if on_table else WaveState.DONE


async def _enter(viewer: Viewer, wave: Wave, state: WaveState) -> None:
    wave.state = state
    if state == WaveState.PICKED:
        wave.picked_at = clock.now()
    wave.ended_at = clock.now() if state in (WaveState.DONE, WaveState.CANCELED) else None
    await _save(wave)
    if state in TOLD:
        await tell(viewer, wave, TOLD[state])


async def _save(wave: Wave) -> None:
    wave.version += 1
    await wave.save(update_fields=["state", "picker_id", "version", "claimed_at", "picked_at", "ended_at"])


async def picker_names(picker_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What colleagues call those who walk."""
    return {row.id: row.name for row in await User.filter(id__in=list(picker_ids)).only("id", "name")}

"""Storage bins, waves and picking for warehouse staff."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.fulfillment import bins, picking, waves
from domain.fulfillment.parts import Stop, walk
from domain.fulfillment.visible import visible_bins, visible_waves
from domain.fulfillment.waves import Wish
from kit import ids
from kit.paging import Page, Sort, page, window
from loaders import catalog as catalog_loaders
from loaders import inventory as inventory_loaders
from loaders import orders as order_loaders
from loaders import warehouse as loaders
from models.catalog import Variant
from models.delivery import DeliveryMode
from models.inventory import Warehouse
from models.orders import Order, OrderLine
from models.warehouse import PackageKind, PickPart, PickTask, ShortCause, StorageBin, Wave, WaveState
from resolvers.answers import Answer
from resolvers.context import Info

NEWEST = Sort("warehouse.waves", ("created_at",), descending=True)
WALK = Sort("warehouse.bins", ("zone", "code"))


@dataclass(frozen=True, slots=True)
class WaveChoice:
    """Which waves are asked for."""

    warehouse_id: str | None = None
    states: list[WaveState] | None = None
    mine: bool | None = None

    def conditions(self, info: Info) -> dict[str, Any]:
        conditions: dict[str, Any] = {}
        if self.warehouse_id is not None:
            conditions["warehouse_id"] = ids.key_of("Warehouse", self.warehouse_id, "filter", "warehouseId")
        if self.states is not None:
            conditions["state__in"] = self.states
        if self.mine:
            conditions["picker_id"] = info.context.viewer.require_user()
        return conditions


@dataclass(frozen=True, slots=True)
class BinChoice:
    """Which storage bins are asked for."""

    warehouse_id: str | None = None
    variant_id: str | None = None

    def conditions(self) -> dict[str, UUID]:
        kinds = {"warehouse_id": "Warehouse", "variant_id": "Variant"}
        asked = {name: getattr(self, name) for name in kinds}
        return {name: ids.key_of(kinds[name], key, "filter", name) for name, key in asked.items() if key is not None}


async def wave(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The wave's id.")]
) -> Wave | None:
    key = ids.find_key("Wave", id)
    return await info.context.load(loaders.waves_by_id, key) if key else None


async def wave_list(info: Info, choice: WaveChoice, **edges: Any) -> Page[Wave]:
    rows = visible_waves(info.context.viewer).filter(**choice.conditions(info))
    return await page(rows, sort=NEWEST, window=window(**edges))


async def bin_list(info: Info, choice: BinChoice, **edges: Any) -> Page[StorageBin]:
    rows = visible_bins(info.context.viewer).filter(**choice.conditions())
    return await page(rows, sort=WALK, window=window(**edges))


async def warehouse_of(root: strawberry.Parent[Any], info: Info) -> Warehouse | None:
    return await info.context.load(inventory_loaders.warehouses_by_id, root.warehouse_id)


async def variant_of(root: strawberry.Parent[Any], info: Info) -> Variant | None:
    return await info.context.load(catalog_loaders.variants_by_id, root.variant_id)


async def order_of(root: strawberry.Parent[Any], info: Info) -> Order | None:
    return await info.context.load(order_loaders.orders_by_id, root.order_id)


async def order_line_of(root: strawberry.Parent[Any], info: Info) -> OrderLine | None:
    return await info.context.load(order_loaders.order_lines_by_id, root.order_line_id)


async def wave_of(root: strawberry.Parent[PickTask], info: Info) -> Wave | None:
    return await info.context.load(loaders.waves_by_id, root.wave_id)


async def tasks_of(root: strawberry.Parent[Wave], info: Info) -> list[PickTask]:
    return await info.context.load(loaders.tasks_by_wave, root.id)


async def parts_of(root: strawberry.Parent[PickTask], info: Info) -> list[PickPart]:
    return await info.context.load(loaders.parts_by_task, root.id) if root.bundle_id else []


async def stops_of(root: strawberry.Parent[Wave], info: Info) -> list[Stop]:
    tasks = await info.context.load(loaders.tasks_by_wave, root.id)
    bundles = [task.id for task in tasks if task.bundle_id is not None]
    found = await asyncio.gather(*(info.context.load(loaders.parts_by_task, key) for key in bundles))
    return walk(tasks, dict(zip(bundles, found, strict=True)))


async def picker_name(root: strawberry.Parent[Wave], info: Info) -> str | None:
    return await info.context.load(loaders.picker_names, root.picker_id) if root.picker_id else None


def is_mine(root: strawberry.Parent[Wave], info: Info) -> bool:
    return root.picker_id is not None and root.picker_id == info.context.viewer.user_id


async def storage_bin_set(
    info: Info, *, warehouse_id: str, variant_id: str, zone: str, bin: str, barcode: str | None = None
) -> Answer:
    row = await bins.put(
        info.context.viewer,
        warehouse_id=ids.key_of("Warehouse", warehouse_id, "warehouseId"),
        variant_id=ids.key_of("Variant", variant_id, "variantId"),
        zone=zone,
        code=bin,
        barcode=barcode,
    )
    return Answer(storage_bin=row)


async def wave_create(
    info: Info,
    *,
    warehouse_id: str,
    idempotency_key: str,
    most_orders: int = 20,
    temperature: PackageKind | None = None,
    delivery_mode: DeliveryMode | None = None,
    order_ids: list[str] | None = None,
) -> Answer:
    wish = Wish(
        warehouse_id=ids.key_of("Warehouse", warehouse_id, "warehouseId"),
        most_orders=most_orders,
        cold=None if temperature is None else temperature == PackageKind.COLD,
        delivery_mode=delivery_mode,
        order_ids=None if order_ids is None else tuple(ids.keys_of("Order", order_ids, "orderIds")),
    )
    return Answer(wave=await waves.create(info.context.viewer, wish, key=idempotency_key))


async def wave_claim(info: Info, *, wave_id: str) -> Answer:
    return Answer(wave=await waves.claim(info.context.viewer, ids.key_of("Wave", wave_id, "waveId")))


async def wave_assign(info: Info, *, wave_id: str, picker_id: str) -> Answer:
    key, picker = ids.key_of("Wave", wave_id, "waveId"), ids.key_of("User", picker_id, "pickerId")
    return Answer(wave=await waves.assign(info.context.viewer, key, picker))


async def wave_cancel(info: Info, *, wave_id: str) -> Answer:
    return Answer(wave=await waves.cancel(info.context.viewer, ids.key_of("Wave", wave_id, "waveId")))


async def pick_task_confirm(info: Info, *, task_id: str, barcode: str, scan_id: str, quantity: int = 1) -> Answer:
    key = ids.key_of("PickTask", task_id, "taskId")
    task = await picking.confirm(info.context.viewer, key, barcode=barcode, quantity=quantity, scan_id=scan_id)
    return Answer(task=task)


async def pick_task_short(
    info: Info, *, task_id: str, units: int, cause: ShortCause, idempotency_key: str, variant_id: str | None = None
) -> Answer:
    task = await picking.short(
        info.context.viewer,
        ids.key_of("PickTask", task_id, "taskId"),
        units=units,
        cause=cause,
        key=idempotency_key,
        variant_id=None if variant_id is None else ids.key_of("Variant", variant_id, "variantId"),
    )
    return Answer(task=task)

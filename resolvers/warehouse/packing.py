"""Packages, labels and handover for warehouse staff."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.fulfillment import labeling, manifests, packing
from domain.fulfillment.boxes import Box
from domain.fulfillment.carriers import NAMES
from domain.fulfillment.visible import visible_manifests, visible_packages
from kit import ids
from kit.paging import Page, Sort, page, window
from kit.text import in_locale
from loaders import fulfillment as fulfillment_loaders
from loaders import warehouse as loaders
from models.fulfillment import CarrierCode, Parcel
from models.warehouse import Manifest, Package, PackageKind, PackageLine, PackageState, PickTask
from resolvers.answers import Answer
from resolvers.context import Info

NEWEST_PACKAGES = Sort("warehouse.packages", ("created_at",), descending=True)
NEWEST_MANIFESTS = Sort("warehouse.manifests", ("created_at",), descending=True)


@dataclass(frozen=True, slots=True)
class PackageChoice:
    """Which packages are asked for."""

    warehouse_id: str | None = None
    order_id: str | None = None
    states: list[PackageState] | None = None

    def conditions(self) -> dict[str, Any]:
        kinds = {"warehouse_id": "Warehouse", "order_id": "Order"}
        asked = {name: getattr(self, name) for name in kinds}
        conditions: dict[str, Any] = {
            name: ids.key_of(kinds[name], key, "filter", name) for name, key in asked.items() if key is not None
        }
        if self.states is not None:
            conditions["state__in"] = self.states
        return conditions


@dataclass(frozen=True, slots=True)
class ProposedUnits:
    """Units of a pick task in a proposed package."""

    task_id: UUID
    quantity: int


async def package(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The package's id.")]
) -> Package | None:
    key = ids.find_key("Package", id)
    return await info.context.load(loaders.packages_by_id, key) if key else None


async def package_list(info: Info, choice: PackageChoice, **edges: Any) -> Page[Package]:
    rows = visible_packages(info.context.viewer).filter(**choice.conditions())
    return await page(rows, sort=NEWEST_PACKAGES, window=window(**edges))


async def manifest_list(info: Info, warehouse_id: str | None, **edges: Any) -> Page[Manifest]:
    rows = visible_manifests(info.context.viewer)
    if warehouse_id is not None:
        rows = rows.filter(warehouse_id=ids.key_of("Warehouse", warehouse_id, "warehouseId"))
    return await page(rows, sort=NEWEST_MANIFESTS, window=window(**edges))


async def packing_plan(
    info: Info,
    order_id: Annotated[strawberry.ID, strawberry.argument(description="The order.")],
    warehouse_id: Annotated[strawberry.ID, strawberry.argument(description="Where its goods were picked.")],
) -> list[Box]:
    order, house = ids.key_of("Order", order_id, "orderId"), ids.key_of("Warehouse", warehouse_id, "warehouseId")
    return await packing.plan(info.context.viewer, order, house)


def units_of_box(root: strawberry.Parent[Box]) -> list[ProposedUnits]:
    return [ProposedUnits(task_id, quantity) for task_id, quantity in root.units]


async def task_of(root: strawberry.Parent[Any], info: Info) -> PickTask | None:
    return await info.context.load(loaders.tasks_by_id, root.task_id)


async def lines_of(root: strawberry.Parent[Package], info: Info) -> list[PackageLine]:
    return await info.context.load(loaders.lines_by_package, root.id)


async def parcel_of(root: strawberry.Parent[Package], info: Info) -> Parcel | None:
    return await info.context.load(fulfillment_loaders.parcels_by_id, root.parcel_id) if root.parcel_id else None


async def manifest_of(root: strawberry.Parent[Package], info: Info) -> Manifest | None:
    return await info.context.load(loaders.manifests_by_id, root.manifest_id) if root.manifest_id else None


async def packages_of_manifest(root: strawberry.Parent[Manifest], info: Info) -> list[Package]:
    return await info.context.load(loaders.packages_by_manifest, root.id)


def carrier_name(root: strawberry.Parent[Any], info: Info) -> str | None:
    return in_locale(NAMES[root.carrier], info.context.locale) if root.carrier else None


async def package_pack(info: Info, *, order_id: str, warehouse_id: str, idempotency_key: str) -> Answer:
    order, house = ids.key_of("Order", order_id, "orderId"), ids.key_of("Warehouse", warehouse_id, "warehouseId")
    packages = await packing.pack(info.context.viewer, order, house, key=idempotency_key)
    return Answer(packages=packages, package=packages[0])


async def package_open(
    info: Info, *, order_id: str, warehouse_id: str, kind: PackageKind, idempotency_key: str
) -> Answer:
    order, house = ids.key_of("Order", order_id, "orderId"), ids.key_of("Warehouse", warehouse_id, "warehouseId")
    opened = await packing.open_package(info.context.viewer, order, house, kind=kind, key=idempotency_key)
    return Answer(package=opened)


async def package_item_add(info: Info, *, package_id: str, barcode: str, scan_id: str, quantity: int = 1) -> Answer:
    key = ids.key_of("Package", package_id, "packageId")
    found = await packing.add_item(info.context.viewer, key, barcode=barcode, quantity=quantity, scan_id=scan_id)
    return Answer(package=found)


async def package_close(info: Info, *, package_id: str) -> Answer:
    return Answer(package=await packing.close(info.context.viewer, ids.key_of("Package", package_id, "packageId")))


async def package_unpack(info: Info, *, package_id: str) -> Answer:
    return Answer(package=await packing.unpack(info.context.viewer, ids.key_of("Package", package_id, "packageId")))


async def package_label(info: Info, *, package_id: str, carrier: CarrierCode, waybill: str | None = None) -> Answer:
    key = ids.key_of("Package", package_id, "packageId")
    return Answer(package=await labeling.book(info.context.viewer, key, carrier=carrier, waybill=waybill))


async def manifest_create(info: Info, *, warehouse_id: str, carrier: CarrierCode, idempotency_key: str) -> Answer:
    key = ids.key_of("Warehouse", warehouse_id, "warehouseId")
    return Answer(manifest=await manifests.create(info.context.viewer, key, carrier, key=idempotency_key))


async def manifest_package_add(info: Info, *, manifest_id: str, scan: str) -> Answer:
    key = ids.key_of("Manifest", manifest_id, "manifestId")
    manifest, added = await manifests.add(info.context.viewer, key, scan=scan)
    return Answer(manifest=manifest, package=added)


async def manifest_package_remove(info: Info, *, manifest_id: str, scan: str) -> Answer:
    key = ids.key_of("Manifest", manifest_id, "manifestId")
    manifest, removed = await manifests.remove(info.context.viewer, key, scan=scan)
    return Answer(manifest=manifest, package=removed)


async def manifest_close(info: Info, *, manifest_id: str, idempotency_key: str) -> Answer:
    key = ids.key_of("Manifest", manifest_id, "manifestId")
    return Answer(manifest=await manifests.close(info.context.viewer, key, key=idempotency_key))

"""The work of a warehouse, for those who do it: waves, pick lists, packages and manifests."""

from uuid import UUID

from domain.access import Viewer
from domain.fulfillment import parts, waves
from domain.fulfillment.visible import (
    visible_bins,
    visible_manifests,
    visible_packages,
    visible_tasks,
    visible_waves,
)
from loaders.registry import grouped, in_order
from models.warehouse import Manifest, Package, PackageLine, PickPart, PickTask, StorageBin, Wave


async def waves_by_id(viewer: Viewer, keys: list[UUID]) -> list[Wave | None]:
    """Waves."""
    return in_order(keys, {row.id: row for row in await visible_waves(viewer).filter(id__in=keys)})


async def tasks_by_id(viewer: Viewer, keys: list[UUID]) -> list[PickTask | None]:
    """Lines of pick lists."""
    return in_order(keys, {row.id: row for row in await visible_tasks(viewer).filter(id__in=keys)})


async def tasks_by_wave(viewer: Viewer, keys: list[UUID]) -> list[list[PickTask]]:
    """The list of each wave in the order of the walk: zone by zone, bin by bin, what is alike together."""
    rows = visible_tasks(viewer).filter(wave_id__in=keys).order_by("wave_id", "zone", "bin", "variant_id", "id")
    return grouped(keys, await rows, by=lambda row: row.wave_id)


async def parts_by_task(viewer: Viewer, keys: list[UUID]) -> list[list[PickPart]]:
    """The parts of bundles on pick lists that the viewer has already been shown, in the order of the walk."""
    found = await parts.by_task(keys)
    return [found[key] for key in keys]


async def bins_by_id(viewer: Viewer, keys: list[UUID]) -> list[StorageBin | None]:
    """Places of storage."""
    return in_order(keys, {row.id: row for row in await visible_bins(viewer).filter(id__in=keys)})


async def packages_by_id(viewer: Viewer, keys: list[UUID]) -> list[Package | None]:
    """Packages."""
    return in_order(keys, {row.id: row for row in await visible_packages(viewer).filter(id__in=keys)})


async def packages_by_manifest(viewer: Viewer, keys: list[UUID]) -> list[list[Package]]:
    """What stands on each list."""
    rows = await visible_packages(viewer).filter(manifest_id__in=keys).order_by("manifest_id", "number")
    return grouped(keys, rows, by=lambda row: row.manifest_id)


async def lines_by_package(viewer: Viewer, keys: list[UUID]) -> list[list[PackageLine]]:
    """What lies in packages that the viewer has already been shown."""
    rows = await PackageLine.filter(package_id__in=keys).order_by("package_id", "order_line__position", "id")
    return grouped(keys, rows, by=lambda row: row.package_id)


async def manifests_by_id(viewer: Viewer, keys: list[UUID]) -> list[Manifest | None]:
    """Manifests."""
    return in_order(keys, {row.id: row for row in await visible_manifests(viewer).filter(id__in=keys)})


async def picker_names(viewer: Viewer, keys: list[UUID]) -> list[str | None]:
    """The names of those who have waves that the viewer has already been shown."""
    return in_order(keys, await waves.picker_names(keys))

"""Handing over: packages are scanned onto a carrier's manifest, and closing it ships them all at once."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from domain import idempotency
from domain.access import Permission, Viewer
from domain.fulfillment import packing, shipping
from domain.fulfillment.carriers import Label
from domain.fulfillment.loads import Load
from domain.fulfillment.shipping import Packed
from domain.fulfillment.visible import visible_manifests, visible_packages
from domain.inventory import stock
from domain.orders import actions
from domain.orders.actions import Action
from domain.orders.history import lock
from kit import clock, ids
from kit.errors import Refused, gathered, refuse_all
from kit.validate import clean_text
from models.database import persistent
from models.fulfillment import CarrierCode
from models.inventory import Warehouse
from models.orders import Order, OrderLine
from models.warehouse import Manifest, ManifestState, Package, PackageLine, PackageState

LONGEST_SCAN = 60


async def create(viewer: Viewer, warehouse_id: UUID, carrier: CarrierCode, *, key: str) -> Manifest:
    """Begin the list of what a carrier takes along."""
    viewer.require(Permission.SHIP)

    async def work() -> UUID:
        if not await Warehouse.exists(id=warehouse_id):
            raise Refused("NOT_FOUND", path=("warehouseId",), what="warehouse")
        row = await Manifest.create(
            number=f"M{ids.readable(8)}", warehouse_id=warehouse_id, carrier=carrier, created_at=clock.now()
        )
        return row.id

    asked = {"warehouse": warehouse_id, "carrier": carrier.value}
    return await Manifest.get(id=await idempotency.once(viewer, "manifestCreate", key, asked=asked, work=work))


@persistent
async def add(viewer: Viewer, manifest_id: UUID, *, scan: str) -> tuple[Manifest, Package]:
    """Put a labeled package on the list, by its waybill or number as scanned. Scanning it again changes nothing."""
    viewer.require(Permission.SHIP)
    code = clean_text(scan.upper(), path=("scan",), minimum=1, maximum=LONGEST_SCAN)
    async with viewer.market.change():
        manifest, package = await _scanned(viewer, manifest_id, code)
        if package.manifest_id == manifest.id:
            return manifest, package
        _check_open(manifest)
        _check_fits(manifest, package)
        if await Package.filter(manifest_id=manifest.id).count() >= viewer.market.policy.manifest_packages:
            raise Refused("MANIFEST_FULL", path=("manifestId",), maximum=viewer.market.policy.manifest_packages)
        package.manifest_id = manifest.id
        await package.save(update_fields=["manifest_id"])
        return manifest, package


@persistent
async def remove(viewer: Viewer, manifest_id: UUID, *, scan: str) -> tuple[Manifest, Package]:
    """Take a package off the list again."""
    viewer.require(Permission.SHIP)
    code = clean_text(scan.upper(), path=("scan",), minimum=1, maximum=LONGEST_SCAN)
    async with viewer.market.change():
        manifest, package = await _scanned(viewer, manifest_id, code)
        if package.manifest_id == manifest.id:
            _check_open(manifest)
            package.manifest_id = None
            await package.save(update_fields=["manifest_id"])
        return manifest, package


async def _scanned(viewer: Viewer, manifest_id: UUID, code: str) -> tuple[Manifest, Package]:
    """What a scan on a list means, both locked: packages before their manifest."""
    known = await visible_manifests(viewer).get_or_none(id=manifest_id)
    if known is None:
        raise Refused("NOT_FOUND", path=("manifestId",), what="manifest")
    rows = visible_packages(viewer).filter(warehouse_id=known.warehouse_id)
    package = await rows.filter(carrier=known.carrier, waybill=code).select_for_update().first()
    package = package or await rows.filter(number=code).select_for_update().first()
    if package is None:
        raise Refused("NOT_FOUND", path=("scan",), what="package")
    return await _locked(viewer, manifest_id), package


async def _locked(viewer: Viewer, manifest_id: UUID) -> Manifest:
    manifest = await visible_manifests(viewer).filter(id=manifest_id).select_for_update().first()
    if manifest is None:
        raise Refused("NOT_FOUND", path=("manifestId",), what="manifest")
    return manifest


def _check_open(manifest: Manifest) -> None:
    if manifest.state != ManifestState.OPEN:
        raise Refused("MANIFEST_CLOSED", path=("manifestId",))


def _check_fits(manifest: Manifest, package: Package) -> None:
    if package.state != PackageState.LABELED:
        raise Refused("NOT_LABELED", path=("scan",), state=package.state.value)
    if package.carrier != manifest.carrier:
        raise Refused("OTHER_CARRIER", path=("scan",), package=package, carrier=manifest.carrier.value)
    if package.manifest_id is not None:
        raise Refused("ON_OTHER_MANIFEST", path=("scan",))


# --------------------------------------------------------------------------------------------------------- handing over


async def close(viewer: Viewer, manifest_id: UUID, *, key: str) -> Manifest:
    """The carrier has signed: every package on the list becomes a parcel on its way, all or none."""
    viewer.require(Permission.SHIP)
    work = partial(_close, viewer, manifest_id)
    return await Manifest.get(id=await idempotency.once(viewer, "manifestClose", key, asked=manifest_id, work=work))


async def _close(viewer: Viewer, manifest_id: UUID) -> UUID:
    known = await visible_packages(viewer).filter(manifest_id=manifest_id)
    orders = {key: await lock(viewer, key) for key in sorted({package.order_id for package in known})}
    packages = await Package.filter(manifest_id=manifest_id).order_by("id").select_for_update()
    manifest = await _locked(viewer, manifest_id)
    if manifest.state == ManifestState.CLOSED:
        return manifest.id
    if not packages:
        raise Refused("MANIFEST_EMPTY", path=("manifestId",))
    if not {package.order_id for package in packages} <= orders.keys():
        raise Refused("MANIFEST_CHANGED", path=("manifestId",), retryable=True)
    _check_all(viewer, orders, packages)
    contents = await _contents(packages)
    await stock.lock([(manifest.warehouse_id, line.variant_id) for lines in contents.values() for line in lines])
    by_order: dict[UUID, list[Package]] = defaultdict(list)
    for package in packages:
        by_order[package.order_id].append(package)
    for order_id, own in by_order.items():
        await _ship(viewer, orders[order_id], own, contents, shipment_id=manifest.id)
    manifest.state, manifest.closed_at = ManifestState.CLOSED, clock.now()
    await manifest.save(update_fields=["state", "closed_at"])
    await packing.settle_waves(viewer, [package.id for package in packages])
    return manifest.id


def _check_all(viewer: Viewer, orders: dict[UUID, Order], packages: Sequence[Package]) -> None:
    """Everything that cannot go is named at once."""
    problems: list[Refused] = []
    for package in packages:
        with gathered(problems):
            actions.check(viewer, orders[package.order_id], Action.SHIP)
    refuse_all(problems)


async def _contents(packages: Sequence[Package]) -> dict[UUID, list[PackageLine]]:
    contents: dict[UUID, list[PackageLine]] = {package.id: [] for package in packages}
    for line in await PackageLine.filter(package_id__in=list(contents)).order_by("id"):
        contents[line.package_id].append(line)
    return contents


async def _ship(
    viewer: Viewer,
    order: Order,
    packages: Sequence[Package],
    contents: dict[UUID, list[PackageLine]],
    *,
    shipment_id: UUID,
) -> None:
    """Packages of one order become parcels."""
    lines = {line.id: line for line in await OrderLine.filter(order_id=order.id).order_by("position")}
    for package in packages:
        units: Counter[UUID] = Counter()
        for part in contents[package.id]:
            units[part.order_line_id] += part.quantity
        await stock.ship(viewer, order_id=order.id, warehouse_id=package.warehouse_id, quantities=units, packed=True)
        order.packed -= units.total()
        own = Label(package.waybill or "", package.estimated_at)
        packed = Packed(Load(package.warehouse_id, units), own, order.address)
        parcel = await shipping.send(
            viewer, order, package.carrier or CarrierCode.SIMULATOR, packed, lines, shipment_id=shipment_id
        )
        packing.enter(package, PackageState.HANDED_OVER)
        package.parcel_id = parcel.id
        await package.save(update_fields=["state", "parcel_id"])
    await shipping.follow_order(viewer, order, list(lines.values()))

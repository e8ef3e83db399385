"""Packages, labels and handover for warehouse staff."""

from typing import Annotated, Any

import strawberry

from models.fulfillment import CarrierCode
from models.warehouse import PackageKind, PackageState
from resolvers.context import Info
from resolvers.warehouse import packing as resolvers
from schema.errors import Payload
from schema.fields import field, given, mutation
from schema.paging import After, Before, Connection, First, Last
from schema.warehouse.types import Manifest, Package, ProposedPackage


@strawberry.input(description="Which packages. All conditions must hold.")
class PackageFilter:
    warehouse_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="In this warehouse.")
    order_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Of this order.")
    states: list[PackageState] | None = strawberry.field(
        default=strawberry.UNSET, description="In one of these states."
    )


async def list_packages(
    info: Info,
    filter: Annotated[PackageFilter | None, strawberry.argument(description="Which; all when left out.")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    choice = resolvers.PackageChoice(**given(filter)) if filter else resolvers.PackageChoice()
    return await resolvers.package_list(info, choice, first=first, after=after, last=last, before=before)


async def list_manifests(
    info: Info,
    warehouse_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="Only this warehouse's; all when left out.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    return await resolvers.manifest_list(info, warehouse_id, first=first, after=after, last=last, before=before)


@strawberry.type
class PackingQuery:
    packing_plan: list[ProposedPackage] = field(
        resolvers.packing_plan,
        description="The packages that the picked goods of an order make: cold goods apart, fragile ones padded, none "
        "too heavy. Writes nothing. For staff who ship.",
    )
    package: Package | None = field(resolvers.package, description="A package by its id; null unless you ship.")
    packages: Connection[Package] = field(list_packages, description="Packages, newest first. Empty unless you ship.")
    manifests: Connection[Manifest] = field(
        list_manifests, description="Handover lists, newest first. Empty unless you ship."
    )


@strawberry.input(description="Whose picked goods are to be packed.")
class PackagePackInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    warehouse_id: strawberry.ID = strawberry.field(description="Where its goods were picked.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key packs once."
    )


@strawberry.type(description="The closed packages.")
class PackagePackPayload(Payload):
    package: Package | None = strawberry.field(description="The first package; null when nothing was packed.")
    packages: list[Package] | None = strawberry.field(description="All packages; null when nothing was packed.")


@strawberry.input(description="A box to be filled.")
class PackageOpenInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    warehouse_id: strawberry.ID = strawberry.field(description="Where its goods were picked.")
    kind: PackageKind = strawberry.field(description="What goes in: cold goods, fragile ones, or the rest.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key opens one package."
    )


@strawberry.type(description="The open package.")
class PackageOpenPayload(Payload):
    package: Package | None = strawberry.field(description="The package; null when nothing was done.")


@strawberry.input(description="Picked units that go into a package.")
class PackageItemAddInput:
    package_id: strawberry.ID = strawberry.field(description="The package.")
    barcode: str = strawberry.field(description="What the scanner read on the goods: barcode or SKU.")
    quantity: int = strawberry.field(default=1, description="Units, 1 to what is picked and not packed.")
    scan_id: strawberry.ID = strawberry.field(
        description="Chosen by the scanner, 1–60 characters: the same scan of a package counts once."
    )


@strawberry.type(description="The package after the scan.")
class PackageItemAddPayload(Payload):
    package: Package | None = strawberry.field(description="The package as it is now; null when nothing was done.")


@strawberry.input(description="Which package to close.")
class PackageCloseInput:
    package_id: strawberry.ID = strawberry.field(description="The package.")


@strawberry.type(description="The closed package.")
class PackageClosePayload(Payload):
    package: Package | None = strawberry.field(description="The package as it is now; null when nothing was done.")


@strawberry.input(description="Which package to open again.")
class PackageUnpackInput:
    package_id: strawberry.ID = strawberry.field(description="The package.")


@strawberry.type(description="The package after it was opened again.")
class PackageUnpackPayload(Payload):
    package: Package | None = strawberry.field(description="The package as it is now; null when nothing was done.")


@strawberry.input(description="Who is to carry a package.")
class PackageLabelInput:
    package_id: strawberry.ID = strawberry.field(description="The package.")
    carrier: CarrierCode = strawberry.field(description="The carrier.")
    waybill: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The waybill of a label that is printed already, 6–40 letters, digits and hyphens. Left out, the "
        "carrier gives one; not every carrier can.",
    )


@strawberry.type(description="The labeled package.")
class PackageLabelPayload(Payload):
    package: Package | None = strawberry.field(description="The package as it is now; null when nothing was done.")


@strawberry.input(description="Who is to take packages from where.")
class ManifestCreateInput:
    warehouse_id: strawberry.ID = strawberry.field(description="The warehouse.")
    carrier: CarrierCode = strawberry.field(description="The carrier.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key makes one list."
    )


@strawberry.type(description="The empty list.")
class ManifestCreatePayload(Payload):
    manifest: Manifest | None = strawberry.field(description="The list; null when nothing was done.")


@strawberry.input(description="A package that goes onto a list.")
class ManifestPackageAddInput:
    manifest_id: strawberry.ID = strawberry.field(description="The list.")
    scan: str = strawberry.field(description="What the scanner read: the waybill, or the number of the package.")


@strawberry.type(description="The list after the scan.")
class ManifestPackageAddPayload(Payload):
    manifest: Manifest | None = strawberry.field(description="The list as it is now; null when nothing was done.")
    package: Package | None = strawberry.field(description="The scanned package; null when nothing was done.")


@strawberry.input(description="A package that is taken off a list.")
class ManifestPackageRemoveInput:
    manifest_id: strawberry.ID = strawberry.field(description="The list.")
    scan: str = strawberry.field(description="What the scanner read: the waybill, or the number of the package.")


@strawberry.type(description="The list after the scan.")
class ManifestPackageRemovePayload(Payload):
    manifest: Manifest | None = strawberry.field(description="The list as it is now; null when nothing was done.")
    package: Package | None = strawberry.field(description="The scanned package; null when nothing was done.")


@strawberry.input(description="Which list the carrier has signed.")
class ManifestCloseInput:
    manifest_id: strawberry.ID = strawberry.field(description="The list.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key ships once."
    )


@strawberry.type(description="The closed list.")
class ManifestClosePayload(Payload):
    manifest: Manifest | None = strawberry.field(description="The list as it is now; null when nothing was done.")


@strawberry.type
class PackingMutation:
    package_pack: PackagePackPayload = mutation(
        resolvers.package_pack,
        PackagePackInput,
        description="Pack everything that was picked of an order as `packingPlan` proposes. For staff who ship.",
    )
    package_open: PackageOpenPayload = mutation(
        resolvers.package_open, PackageOpenInput, description="Begin a package to fill it by scans. For staff who ship."
    )
    package_item_add: PackageItemAddPayload = mutation(
        resolvers.package_item_add,
        PackageItemAddInput,
        description="Lay picked units into an open package. From then on they can be neither changed nor canceled. For "
        "staff who ship.",
    )
    package_close: PackageClosePayload = mutation(
        resolvers.package_close, PackageCloseInput, description="Close a package. For staff who ship."
    )
    package_unpack: PackageUnpackPayload = mutation(
        resolvers.package_unpack,
        PackageUnpackInput,
        description="Open a package that has not left, for whatever must be changed. For staff who ship.",
    )
    package_label: PackageLabelPayload = mutation(
        resolvers.package_label,
        PackageLabelInput,
        description="Have a carrier accept a closed package. Asked again, also after a crash, it gives the same "
        "label. For staff who ship.",
    )
    manifest_create: ManifestCreatePayload = mutation(
        resolvers.manifest_create,
        ManifestCreateInput,
        description="Begin the list of what a carrier takes along. For staff who ship.",
    )
    manifest_package_add: ManifestPackageAddPayload = mutation(
        resolvers.manifest_package_add,
        ManifestPackageAddInput,
        description="Scan a labeled package onto a list. Another carrier's is refused. For staff who ship.",
    )
    manifest_package_remove: ManifestPackageRemovePayload = mutation(
        resolvers.manifest_package_remove,
        ManifestPackageRemoveInput,
        description="Take a package off a list that is not closed. For staff who ship.",
    )
    manifest_close: ManifestClosePayload = mutation(
        resolvers.manifest_close,
        ManifestCloseInput,
        description="The carrier has signed: every package on the list becomes a parcel on its way, all or none. For "
        "staff who ship.",
    )

"""What warehouse staff see: bins, waves and their lists, packages, manifests."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import schema.orders.enums  # noqa: F401  # declares the enums that the rows below hold
from loaders import warehouse as loaders
from models import warehouse as models
from models.fulfillment import CarrierCode
from models.warehouse import ManifestState, PackageKind, PackageState, ShortCause, TaskState, WaveState
from resolvers.warehouse import packing as packing_resolvers
from resolvers.warehouse import picking as resolvers
from schema.fields import enum_type, field
from schema.node import Node, node_type

if TYPE_CHECKING:
    from schema.catalog.types import Variant
    from schema.fulfillment import Parcel
    from schema.inventory import Warehouse
    from schema.orders.types import Order, OrderLine

VariantReference = Annotated["Variant", strawberry.lazy("schema.catalog.types")]
ParcelReference = Annotated["Parcel", strawberry.lazy("schema.fulfillment")]
WarehouseReference = Annotated["Warehouse", strawberry.lazy("schema.inventory")]
OrderReference = Annotated["Order", strawberry.lazy("schema.orders.types")]
OrderLineReference = Annotated["OrderLine", strawberry.lazy("schema.orders.types")]

enum_type(
    WaveState,
    description="Where a wave stands.",
    values={
        "OPEN": "Nobody walks yet.",
        "PICKING": "A picker has it.",
        "PICKED": "Everything that was to be had is picked; it is being packed.",
        "PACKED": "Everything picked lies in packages that wait for their carrier.",
        "DONE": "All of it has left.",
        "CANCELED": "Given up, or nothing of it was to be had.",
    },
)
enum_type(
    TaskState,
    name="PickTaskState",
    description="Whether a line of a pick list still waits for somebody.",
    values={
        "OPEN": "Units are still to be picked.",
        "DONE": "Everything asked for is picked.",
        "CANCELED": "Nothing of it is asked for any more.",
    },
)
enum_type(
    ShortCause,
    name="ShortPickCause",
    description="Why a picker has fewer units than the list asks for.",
    values={"NOT_FOUND": "They are not in their bin.", "DAMAGED": "They are broken or spoiled."},
)
enum_type(
    PackageKind,
    description="What a package's goods need on their way.",
    values={
        "AMBIENT": "Nothing special.",
        "COLD": "To be kept cold; nothing warm lies with them.",
        "FRAGILE": "Padded and marked; sturdy goods may lie with them.",
    },
)
enum_type(
    PackageState,
    description="Where a package stands.",
    values={
        "OPEN": "It is being filled.",
        "PACKED": "Closed; it needs a label.",
        "LABELED": "A carrier has accepted it; it waits to be handed over.",
        "HANDED_OVER": "It is a parcel on its way.",
        "UNPACKED": "It was opened again; its goods are picked, not packed.",
    },
)
enum_type(
    ManifestState,
    description="Whether a carrier's list can still grow.",
    values={"OPEN": "Packages are scanned onto it.", "CLOSED": "The carrier has taken everything on it."},
)


@node_type(
    models.StorageBin, loaders.bins_by_id, description="Where a warehouse keeps a variant. For staff who see stock."
)
class StorageBin(Node):
    warehouse: WarehouseReference | None = field(resolvers.warehouse_of, description="The warehouse.")
    variant: VariantReference | None = field(
        resolvers.variant_of, description="What lies there; null when it was taken out of the catalog."
    )
    zone: str = strawberry.field(description="Part of the warehouse; pickers walk zone by zone.")
    code: str = strawberry.field(description="Shelf and place in the zone.")


@strawberry.type(description="A part of a bundle on a pick list, to be taken from its own bin.")
class PickPart:
    variant: VariantReference | None = field(
        resolvers.variant_of,
        description="What to take, with its barcode and SKU; null when it was taken out of the catalog.",
    )
    zone: str = strawberry.field(description="Where it lies; empty when nobody has said so.")
    bin: str = strawberry.field(description="Shelf and place; empty when nobody has said so.")
    each: int = strawberry.field(description="Units of it in one bundle.")
    units: int = strawberry.field(description="Units asked for, for all bundles of the line.")
    picked: int = strawberry.field(description="Of these, in hand or packed already.")
    short: int = strawberry.field(description="Units that were not found or broken.")
    put_back: int = strawberry.field(description="Units that were picked in vain and go back to their bin.")


@node_type(
    models.PickTask,
    loaders.tasks_by_id,
    description="Units of a variant to be taken from their bin for one order line; of a bundle it counts whole ones, "
    "whose `parts` are taken. For staff who ship.",
)
class PickTask(Node):
    wave: Annotated["Wave", strawberry.lazy("schema.warehouse.types")] | None = field(
        resolvers.wave_of, description="The wave that it belongs to."
    )
    order: OrderReference | None = field(resolvers.order_of, description="The order that it is for.")
    order_line: OrderLineReference | None = field(
        resolvers.order_line_of, description="The line, with what it was called when it was sold."
    )
    variant: VariantReference | None = field(
        resolvers.variant_of,
        description="What to take, with its barcode and SKU; null when it was taken out of the catalog.",
    )
    zone: str = strawberry.field(description="Where it lies; empty when nobody has said so.")
    bin: str = strawberry.field(description="Shelf and place; empty when nobody has said so.")
    units: int = strawberry.field(description="Units asked for; what was short or dropped is taken off.")
    picked: int = strawberry.field(description="Of these, in hand or packed already.")
    packed: int = strawberry.field(description="Of the picked ones, those in a package.")
    short: int = strawberry.field(description="Units that were not found or broken.")
    put_back: int = strawberry.field(description="Units that were picked in vain and go back to their bin.")
    state: TaskState = strawberry.field(description="Whether it still waits for somebody.")
    parts: list[PickPart] = field(
        resolvers.parts_of,
        description="What a bundle is put together from, in the order of the walk; empty for what is no bundle. A "
        "bundle counts as picked when all of its parts are.",
    )


@strawberry.type(description="One stop of a walk: everything of one variant that one bin gives, for several orders.")
class PickStop:
    zone: str = strawberry.field(description="Where it lies; empty when nobody has said so.")
    bin: str = strawberry.field(description="Shelf and place; empty when nobody has said so.")
    variant: VariantReference | None = field(
        resolvers.variant_of, description="What to take; null when it was taken out of the catalog."
    )
    units: int = strawberry.field(description="Units asked for, over all orders.")
    picked: int = strawberry.field(description="Of these, picked already.")
    tasks: list[PickTask] = strawberry.field(description="The same by order line.")


@node_type(
    models.Wave,
    loaders.waves_by_id,
    description="Orders of one warehouse that are picked in one walk. For staff who ship.",
)
class Wave(Node):
    number: str = strawberry.field(description="For people to read out. It opens nothing.")
    warehouse: WarehouseReference | None = field(resolvers.warehouse_of, description="The warehouse.")
    state: WaveState = strawberry.field(description="Where it stands.")
    orders: int = strawberry.field(description="How many orders it was made of.")
    picker_name: str | None = field(resolvers.picker_name, description="Who walks; null while nobody does.")
    is_mine: bool = field(resolvers.is_mine, description="Whether the caller walks.")
    tasks: list[PickTask] = field(
        resolvers.tasks_of, description="The pick list in the order of the walk: by zone, bin and variant."
    )
    stops: list[PickStop] = field(
        resolvers.stops_of,
        description="The same list for picking a whole bin at once: one stop for each bin and variant.",
    )
    created_at: datetime = strawberry.field(description="When it was made, UTC.")
    claimed_at: datetime | None = strawberry.field(description="When its picker got it, UTC.")
    picked_at: datetime | None = strawberry.field(description="When the last unit was picked, UTC.")
    ended_at: datetime | None = strawberry.field(description="When all of it had left, or it was given up, UTC.")


@strawberry.type(description="Units of a line of a pick list in a package.")
class PackageLine:
    order_line: OrderLineReference | None = field(resolvers.order_line_of, description="The order line.")
    task: PickTask | None = field(packing_resolvers.task_of, description="How they were picked.")
    quantity: int = strawberry.field(description="Units in this package.")


@node_type(
    models.Package,
    loaders.packages_by_id,
    description="A box with goods of one order, until a carrier takes it and it becomes a parcel. For staff who ship.",
)
class Package(Node):
    number: str = strawberry.field(description="The number on the box, which a scanner reads. It opens nothing.")
    order: OrderReference | None = field(resolvers.order_of, description="The order.")
    warehouse: WarehouseReference | None = field(resolvers.warehouse_of, description="Where it was packed.")
    kind: PackageKind = strawberry.field(description="What its goods need on their way.")
    is_fragile: bool = strawberry.field(description="Whether it is marked and padded; a cold package may be, too.")
    weight_grams: int = strawberry.field(description="What its goods weigh, grams.")
    state: PackageState = strawberry.field(description="Where it stands.")
    carrier: CarrierCode | None = strawberry.field(description="Who has accepted it; null without a label.")
    carrier_name: str | None = field(
        packing_resolvers.carrier_name, description="The carrier's name in the caller's language; null without a label."
    )
    waybill: str | None = strawberry.field(description="The carrier's number; null without a label.")
    lines: list[PackageLine] = field(packing_resolvers.lines_of, description="What lies in it.")
    manifest: Annotated["Manifest", strawberry.lazy("schema.warehouse.types")] | None = field(
        packing_resolvers.manifest_of, description="The list that it leaves on; null while it is on none."
    )
    parcel: ParcelReference | None = field(
        packing_resolvers.parcel_of, description="What it became when it left; null until then."
    )
    created_at: datetime = strawberry.field(description="When it was begun, UTC.")
    packed_at: datetime | None = strawberry.field(description="When it was closed, UTC.")


@strawberry.type(description="Units of a line of a pick list in a proposed package.")
class ProposedUnits:
    task: PickTask | None = field(packing_resolvers.task_of, description="The line of the pick list.")
    quantity: int = strawberry.field(description="Units that go into it.")


@strawberry.type(description="A package as the rules propose it. Nothing is packed yet.")
class ProposedPackage:
    kind: PackageKind = strawberry.field(description="What its goods need on their way.")
    is_fragile: bool = strawberry.field(description="Whether it must be marked and padded.")
    weight_grams: int = strawberry.field(description="What its goods weigh, grams.")
    units: list[ProposedUnits] = field(packing_resolvers.units_of_box, description="What goes into it.")


@node_type(
    models.Manifest,
    loaders.manifests_by_id,
    description="What a carrier takes along at once, with a signature under it. For staff who ship.",
)
class Manifest(Node):
    number: str = strawberry.field(description="For people to read out. It opens nothing.")
    warehouse: WarehouseReference | None = field(resolvers.warehouse_of, description="Where it is handed over.")
    carrier: CarrierCode = strawberry.field(description="Who takes it.")
    carrier_name: str | None = field(
        packing_resolvers.carrier_name, description="The carrier's name in the caller's language."
    )
    state: ManifestState = strawberry.field(description="Whether it can still grow.")
    packages: list[Package] = field(packing_resolvers.packages_of_manifest, description="What stands on it.")
    created_at: datetime = strawberry.field(description="When it was begun, UTC.")
    closed_at: datetime | None = strawberry.field(description="When the carrier took everything, UTC.")

"""The work inside a warehouse: where things lie, waves of picking, packages on the table, and who takes them along."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.catalog import Variant
from models.fulfillment import CarrierCode
from models.inventory import Warehouse
from models.orders import Order, OrderLine


class WaveState(StrEnum):
    """Where a wave stands. `domain/fulfillment/waves.py` says what may follow what."""

    OPEN = "OPEN"
    PICKING = "PICKING"
    PICKED = "PICKED"
    PACKED = "PACKED"
    DONE = "DONE"
    CANCELED = "CANCELED"


class TaskState(StrEnum):
    """Whether a line of a pick list still waits for somebody."""

    OPEN = "OPEN"
    DONE = "DONE"
    CANCELED = "CANCELED"


class ShortCause(StrEnum):
    """Why a picker has fewer units than the list asks for."""

    NOT_FOUND = "NOT_FOUND"
    DAMAGED = "DAMAGED"


class PackageKind(StrEnum):
    """What a package's goods need on their way."""

    AMBIENT = "AMBIENT"
    COLD = "COLD"
    FRAGILE = "FRAGILE"


class PackageState(StrEnum):
    """Where a package stands. `domain/fulfillment/packing.py` says what may follow what."""

    OPEN = "OPEN"
    PACKED = "PACKED"
    LABELED = "LABELED"
    HANDED_OVER = "HANDED_OVER"
    UNPACKED = "UNPACKED"


class ManifestState(StrEnum):
    """Whether a carrier's list can still grow."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class StorageBin(Row):
    """Where a warehouse keeps a variant."""

    warehouse: fields.ForeignKeyRelation[Warehouse] = fields.ForeignKeyField("market.Warehouse", related_name="bins")
    warehouse_id: UUID
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField("market.Variant", related_name="bins")
    variant_id: UUID
    zone = fields.CharField(max_length=10, description="part of the warehouse, pickers walk zone by zone")
    code = fields.CharField(max_length=20, description="shelf and place in the zone")

    class Meta:
        table = "storage_bin"
        unique_together = (("warehouse_id", "variant_id"),)
        indexes = (Index(fields=("warehouse_id", "zone", "code", "id")),)


class Wave(Row):
    """Orders of one warehouse that are picked in one walk."""

    number = fields.CharField(max_length=20, unique=True)
    warehouse: fields.ForeignKeyRelation[Warehouse] = fields.ForeignKeyField("market.Warehouse", related_name="waves")
    warehouse_id: UUID
    state = fields.CharEnumField(WaveState, max_length=10, default=WaveState.OPEN)
    picker_id = fields.UUIDField(null=True, description="the member of staff who walks")
    orders = fields.IntField(description="how many orders it was made of")
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    claimed_at = fields.DatetimeField(null=True)
    picked_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "wave"
        indexes = (Index(fields=("created_at", "id")), Index(fields=("warehouse_id", "state", "created_at", "id")))


class PickTask(Row):
    """Units of a variant to be taken from their bin for one order line."""

    wave: fields.ForeignKeyRelation[Wave] = fields.ForeignKeyField("market.Wave", related_name="tasks")
    wave_id: UUID
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("market.Order", related_name="pick_tasks")
    order_id: UUID
    order_line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField(
        "market.OrderLine", related_name="pick_tasks"
    )
    order_line_id: UUID
    warehouse_id = fields.UUIDField()
    variant_id = fields.UUIDField()
    bundle_id = fields.UUIDField(null=True, description="of what it is put together, for a bundle")
    zone = fields.CharField(max_length=10, default="", description="where it lay when the wave was made")
    bin = fields.CharField(max_length=20, default="")
    units = fields.IntField(description="still asked for, what was short or dropped is taken off")
    picked = fields.IntField(default=0, description="units in hand or packed already")
    packed = fields.IntField(default=0, description="of the picked ones, those in a package")
    short = fields.IntField(default=0, description="units that were not found or broken")
    put_back = fields.IntField(default=0, description="units that were picked in vain and go back to their bin")
    state = fields.CharEnumField(TaskState, max_length=10, default=TaskState.OPEN)

    class Meta:
        table = "pick_task"
        indexes = (
            Index(fields=("wave_id", "zone", "bin", "id")),
            Index(fields=("order_id", "warehouse_id")),
        )
        constraints = (
            CheckConstraint(
                check="packed >= 0 AND packed <= picked AND picked <= units", name="pick_task_never_over_picked"
            ),
            CheckConstraint(check="short >= 0 AND put_back >= 0", name="pick_task_counts_not_negative"),
        )


class PickPart(Row):
    """Units of a variant to be taken from their bin for the bundles that a task asks for."""

    task: fields.ForeignKeyRelation[PickTask] = fields.ForeignKeyField("market.PickTask", related_name="parts")
    task_id: UUID
    variant_id = fields.UUIDField()
    zone = fields.CharField(max_length=10, default="", description="where it lay when the wave was made")
    bin = fields.CharField(max_length=20, default="")
    each = fields.IntField(description="units of it in one bundle")
    units = fields.IntField(description="still asked for: those of all bundles of the task")
    picked = fields.IntField(default=0)
    short = fields.IntField(default=0, description="units that were not found or broken")
    put_back = fields.IntField(default=0, description="units that were picked in vain and go back to their bin")

    class Meta:
        table = "pick_part"
        unique_together = (("task_id", "variant_id"),)
        constraints = (
            CheckConstraint(check="each > 0 AND picked >= 0 AND picked <= units", name="pick_part_never_over_picked"),
            CheckConstraint(check="short >= 0 AND put_back >= 0", name="pick_part_counts_not_negative"),
        )


class WarehouseScan(Row):
    """One scan by a hand scanner, which counts once however often it is sent."""

    subject_id = fields.UUIDField(description="the task or package that it was for")
    scan_id = fields.CharField(max_length=60)
    quantity = fields.IntField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "warehouse_scan"
        unique_together = (("subject_id", "scan_id"),)


class Manifest(Row):
    """What a carrier takes along at once, with a signature under it."""

    number = fields.CharField(max_length=20, unique=True)
    warehouse: fields.ForeignKeyRelation[Warehouse] = fields.ForeignKeyField(
        "market.Warehouse", related_name="manifests"
    )
    warehouse_id: UUID
    carrier = fields.CharEnumField(CarrierCode, max_length=30)
    state = fields.CharEnumField(ManifestState, max_length=10, default=ManifestState.OPEN)
    created_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "manifest"
        indexes = (Index(fields=("created_at", "id")), Index(fields=("warehouse_id", "created_at", "id")))


class Package(Row):
    """A box with goods of one order, until a carrier takes it and it becomes a parcel."""

    number = fields.CharField(max_length=20, unique=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("market.Order", related_name="packages")
    order_id: UUID
    warehouse: fields.ForeignKeyRelation[Warehouse] = fields.ForeignKeyField(
        "market.Warehouse", related_name="packages"
    )
    warehouse_id: UUID
    kind = fields.CharEnumField(PackageKind, max_length=10)
    is_fragile = fields.BooleanField(default=False, description="marked and padded, a cold package may be fragile too")
    weight_grams = fields.IntField(default=0)
    state = fields.CharEnumField(PackageState, max_length=20, default=PackageState.OPEN)
    carrier = fields.CharEnumField(CarrierCode, max_length=30, null=True)
    waybill = fields.CharField(max_length=60, null=True)
    estimated_at = fields.DatetimeField(null=True, description="when the carrier means to deliver")
    booking_id = fields.UUIDField(null=True, description="of the label, at a carrier that we speak to")
    manifest: fields.ForeignKeyNullableRelation[Manifest] = fields.ForeignKeyField(
        "market.Manifest", related_name="packages", null=True, on_delete=fields.RESTRICT
    )
    manifest_id: UUID | None
    batch_id = fields.UUIDField(null=True, description="the same for packages that one call has packed")
    parcel_id = fields.UUIDField(null=True, description="what it became")
    created_at = fields.DatetimeField()
    packed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "package"
        unique_together = (("carrier", "waybill"),)
        indexes = (
            Index(fields=("order_id",)),
            Index(fields=("batch_id",)),
            Index(fields=("created_at", "id")),
            Index(fields=("warehouse_id", "state", "created_at", "id")),
        )


class PackageLine(Row):
    """Units of a pick task in a package."""

    package: fields.ForeignKeyRelation[Package] = fields.ForeignKeyField("market.Package", related_name="lines")
    package_id: UUID
    task: fields.ForeignKeyRelation[PickTask] = fields.ForeignKeyField("market.PickTask", related_name="package_lines")
    task_id: UUID
    order_line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField(
        "market.OrderLine", related_name="package_lines"
    )
    order_line_id: UUID
    variant_id = fields.UUIDField()
    quantity = fields.IntField()

    class Meta:
        table = "package_line"
        unique_together = (("package_id", "task_id"),)
        constraints = (CheckConstraint(check="quantity > 0", name="package_line_positive"),)


class WarehouseFeed(Row):
    """Counts what happens in a warehouse, its lock keeps the stream of its events without a gap."""

    warehouse: fields.OneToOneRelation[Warehouse] = fields.OneToOneField("market.Warehouse", related_name="feed")
    warehouse_id: UUID
    sequence = fields.IntField(default=0)

    class Meta:
        table = "warehouse_feed"

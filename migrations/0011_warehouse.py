from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from kit.ids import new_id
from models.fields import SealedJson
from models.fulfillment import CarrierCode, CarrierFault, InterceptionAction, InterceptionState
from models.warehouse import ManifestState, PackageKind, PackageState, TaskState, WaveState


class Migration(migrations.Migration):
    dependencies = [("market", "0010_delivery")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Interception",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="interceptions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "parcel",
                    fields.ForeignKeyField(
                        "market.Parcel",
                        source_field="parcel_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="interceptions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("batch_id", fields.UUIDField(description="the same for all parcels of one request")),
                (
                    "action",
                    fields.CharEnumField(
                        description="RETURN: RETURN\nNEW_ADDRESS: NEW_ADDRESS",
                        enum_type=InterceptionAction,
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=InterceptionState.REQUESTED,
                        description="REQUESTED: REQUESTED\nACCEPTED: ACCEPTED\nREFUSED: REFUSED\nDONE: DONE\nFAILED: FAILED",
                        enum_type=InterceptionState,
                        max_length=10,
                    ),
                ),
                (
                    "address",
                    SealedJson(null=True, description="where it shall go instead", generated=False, unique=False),
                ),
                ("note", fields.CharField(default="", max_length=500)),
                (
                    "is_for_staff",
                    fields.BooleanField(default=False, description="the carrier cannot be asked by program"),
                ),
                ("tries", fields.IntField(default=0)),
                ("refusal", fields.CharField(default="", description="the carrier's reason", max_length=60)),
                ("requested_by", fields.UUIDField(null=True)),
                ("decided_by", fields.UUIDField(null=True)),
                ("requested_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "interception",
                "app": "market",
                "indexes": [
                    Index(fields=["order_id"]),
                    Index(fields=["parcel_id", "state"]),
                    Index(fields=["batch_id"]),
                    Index(fields=["is_for_staff", "requested_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "The wish to stop a parcel that is on its way, the carrier's answer, and what came of it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Manifest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "warehouse",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="warehouse_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="manifests",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "carrier",
                    fields.CharEnumField(
                        description="SIMULATOR: simulator\nOWN_COURIER: own\nSF_EXPRESS: sf\nJD_LOGISTICS: jd\nZTO: zto\nYTO: yto\nEMS: ems",
                        enum_type=CarrierCode,
                        max_length=30,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=ManifestState.OPEN,
                        description="OPEN: OPEN\nCLOSED: CLOSED",
                        enum_type=ManifestState,
                        max_length=10,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "manifest",
                "app": "market",
                "indexes": [Index(fields=["created_at", "id"]), Index(fields=["warehouse_id", "created_at", "id"])],
                "pk_attr": "id",
                "table_description": "What a carrier takes along at once, with a signature under it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Package",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="packages",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "warehouse",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="warehouse_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="packages",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="AMBIENT: AMBIENT\nCOLD: COLD\nFRAGILE: FRAGILE",
                        enum_type=PackageKind,
                        max_length=10,
                    ),
                ),
                (
                    "is_fragile",
                    fields.BooleanField(
                        default=False, description="marked and padded, a cold package may be fragile too"
                    ),
                ),
                ("weight_grams", fields.IntField(default=0)),
                (
                    "state",
                    fields.CharEnumField(
                        default=PackageState.OPEN,
                        description="OPEN: OPEN\nPACKED: PACKED\nLABELED: LABELED\nHANDED_OVER: HANDED_OVER\nUNPACKED: UNPACKED",
                        enum_type=PackageState,
                        max_length=20,
                    ),
                ),
                (
                    "carrier",
                    fields.CharEnumField(
                        null=True,
                        description="SIMULATOR: simulator\nOWN_COURIER: own\nSF_EXPRESS: sf\nJD_LOGISTICS: jd\nZTO: zto\nYTO: yto\nEMS: ems",
                        enum_type=CarrierCode,
                        max_length=30,
                    ),
                ),
                ("waybill", fields.CharField(null=True, max_length=60)),
                (
                    "estimated_at",
                    fields.DatetimeField(
                        null=True, description="when the carrier means to deliver", auto_now=False, auto_now_add=False
                    ),
                ),
                ("booking_id", fields.UUIDField(null=True, description="of the label, at a carrier that we speak to")),
                (
                    "manifest",
                    fields.ForeignKeyField(
                        "market.Manifest",
                        source_field="manifest_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="packages",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("batch_id", fields.UUIDField(null=True, description="the same for packages that one call has packed")),
                ("parcel_id", fields.UUIDField(null=True, description="what it became")),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("packed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "package",
                "app": "market",
                "unique_together": (("carrier", "waybill"),),
                "indexes": [
                    Index(fields=["order_id"]),
                    Index(fields=["batch_id"]),
                    Index(fields=["created_at", "id"]),
                    Index(fields=["warehouse_id", "state", "created_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "A box with goods of one order, until a carrier takes it and it becomes a parcel.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="StorageBin",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "warehouse",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="warehouse_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bins",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "variant",
                    fields.ForeignKeyField(
                        "market.Variant",
                        source_field="variant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bins",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "zone",
                    fields.CharField(description="part of the warehouse, pickers walk zone by zone", max_length=10),
                ),
                ("code", fields.CharField(description="shelf and place in the zone", max_length=20)),
            ],
            options={
                "table": "storage_bin",
                "app": "market",
                "unique_together": (("warehouse_id", "variant_id"),),
                "indexes": [Index(fields=["warehouse_id", "zone", "code", "id"])],
                "pk_attr": "id",
                "table_description": "Where a warehouse keeps a variant.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="WarehouseFeed",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "warehouse",
                    fields.OneToOneField(
                        "market.Warehouse",
                        source_field="warehouse_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="feed",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("sequence", fields.IntField(default=0)),
            ],
            options={
                "table": "warehouse_feed",
                "app": "market",
                "pk_attr": "id",
                "table_description": "Counts what happens in a warehouse, its lock keeps the stream of its events without a gap.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="WarehouseScan",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("subject_id", fields.UUIDField(description="the task or package that it was for")),
                ("scan_id", fields.CharField(max_length=60)),
                ("quantity", fields.IntField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "warehouse_scan",
                "app": "market",
                "unique_together": (("subject_id", "scan_id"),),
                "pk_attr": "id",
                "table_description": "One scan by a hand scanner, which counts once however often it is sent.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Wave",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "warehouse",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="warehouse_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="waves",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=WaveState.OPEN,
                        description="OPEN: OPEN\nPICKING: PICKING\nPICKED: PICKED\nPACKED: PACKED\nDONE: DONE\nCANCELED: CANCELED",
                        enum_type=WaveState,
                        max_length=10,
                    ),
                ),
                ("picker_id", fields.UUIDField(null=True, description="the member of staff who walks")),
                ("orders", fields.IntField(description="how many orders it was made of")),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("claimed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("picked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "wave",
                "app": "market",
                "indexes": [
                    Index(fields=["created_at", "id"]),
                    Index(fields=["warehouse_id", "state", "created_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "Orders of one warehouse that are picked in one walk.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PickTask",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "wave",
                    fields.ForeignKeyField(
                        "market.Wave",
                        source_field="wave_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tasks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="pick_tasks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "order_line",
                    fields.ForeignKeyField(
                        "market.OrderLine",
                        source_field="order_line_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="pick_tasks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("warehouse_id", fields.UUIDField()),
                ("variant_id", fields.UUIDField()),
                (
                    "zone",
                    fields.CharField(default="", description="where it lay when the wave was made", max_length=10),
                ),
                ("bin", fields.CharField(default="", max_length=20)),
                ("units", fields.IntField(description="still asked for, what was short or dropped is taken off")),
                ("picked", fields.IntField(default=0, description="units in hand or packed already")),
                ("packed", fields.IntField(default=0, description="of the picked ones, those in a package")),
                ("short", fields.IntField(default=0, description="units that were not found or broken")),
                (
                    "put_back",
                    fields.IntField(default=0, description="units that were picked in vain and go back to their bin"),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=TaskState.OPEN,
                        description="OPEN: OPEN\nDONE: DONE\nCANCELED: CANCELED",
                        enum_type=TaskState,
                        max_length=10,
                    ),
                ),
            ],
            options={
                "table": "pick_task",
                "app": "market",
                "constraints": [
                    CheckConstraint(
                        check="packed >= 0 AND packed <= picked AND picked <= units", name="pick_task_never_over_picked"
                    ),
                    CheckConstraint(check="short >= 0 AND put_back >= 0", name="pick_task_counts_not_negative"),
                ],
                "indexes": [Index(fields=["wave_id", "zone", "bin", "id"]), Index(fields=["order_id", "warehouse_id"])],
                "pk_attr": "id",
                "table_description": "Units of a variant to be taken from their bin for one order line.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PackageLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "package",
                    fields.ForeignKeyField(
                        "market.Package",
                        source_field="package_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "task",
                    fields.ForeignKeyField(
                        "market.PickTask",
                        source_field="task_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="package_lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "order_line",
                    fields.ForeignKeyField(
                        "market.OrderLine",
                        source_field="order_line_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="package_lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("variant_id", fields.UUIDField()),
                ("quantity", fields.IntField()),
            ],
            options={
                "table": "package_line",
                "app": "market",
                "unique_together": (("package_id", "task_id"),),
                "constraints": [CheckConstraint(check="quantity > 0", name="package_line_positive")],
                "pk_attr": "id",
                "table_description": "Units of a pick task in a package.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Order",
            name="packed",
            field=fields.IntField(default=0, description="units in packages that have not left yet"),
        ),
        ops.AddField(
            model_name="Reservation",
            name="packed",
            field=fields.IntField(
                default=0, description="of these, units in a package, which nobody gives back unopened"
            ),
        ),
        ops.AddConstraint(
            model_name="Reservation",
            constraint=CheckConstraint(check="packed >= 0 AND packed <= quantity", name="reservation_packed_is_held"),
        ),
        ops.AlterField(
            model_name="SimulatedParcel",
            name="fault",
            field=fields.CharEnumField(
                default=CarrierFault.NONE,
                description="NONE: NONE\nDELAY: DELAY\nLOSS: LOSS\nDAMAGE: DAMAGE\nREFUSAL: REFUSAL\nFAILED_ATTEMPT: FAILED_ATTEMPT\nSILENCE: SILENCE\nWRONG_ORDER: WRONG_ORDER\nDUPLICATES: DUPLICATES\nINTERCEPTION: INTERCEPTION",
                enum_type=CarrierFault,
                max_length=20,
            ),
        ),
    ]

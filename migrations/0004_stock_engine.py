import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from kit.ids import new_id
from models.inventory import (
    AdjustmentReason,
    AllocationCause,
    IncomingState,
    MovementKind,
    StocktakeState,
    TariffZone,
    TransferState,
)


class Migration(migrations.Migration):
    dependencies = [("market", "0003_shortages")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Allocation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("order_id", fields.UUIDField()),
                (
                    "cause",
                    fields.CharEnumField(
                        description="PLACED: PLACED\nREVIVED: REVIVED\nCHANGED: CHANGED\nRESTOCKED: RESTOCKED\nRESHIPPED: RESHIPPED\nWAREHOUSE_FAILED: WAREHOUSE_FAILED\nASKED: ASKED",
                        enum_type=AllocationCause,
                        max_length=20,
                    ),
                ),
                ("province", fields.CharField(max_length=40)),
                ("city", fields.CharField(max_length=60)),
                ("rules", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("is_exact", fields.BooleanField(description="whether every group of warehouses was compared")),
                ("compared", fields.IntField(description="groups of warehouses that could have served")),
                (
                    "chosen",
                    fields.JSONField(
                        description="what each warehouse gives, by order line",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "candidates",
                    fields.JSONField(
                        description="the best groups with their scores, best first",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "passed_over",
                    fields.JSONField(
                        description="warehouses that could give nothing, and why",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "allocation",
                "app": "market",
                "indexes": [Index(fields=["order_id", "id"])],
                "pk_attr": "id",
                "table_description": "Which warehouses were chosen for an order, what else was compared, and why that lost. For staff to read.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="AllocationRules",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("rules", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("version", fields.IntField(default=1)),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("actor_id", fields.UUIDField(null=True)),
            ],
            options={
                "table": "allocation_rules",
                "app": "market",
                "pk_attr": "id",
                "table_description": "In which order the rules of allocation decide. One row, the newest counts, without it the market's default.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Bundle",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "variant",
                    fields.ForeignKeyField(
                        "market.Variant",
                        source_field="variant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bundles",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("is_current", fields.BooleanField(default=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "bundle",
                "app": "market",
                "indexes": [Index(fields=["variant_id", "is_current"])],
                "pk_attr": "id",
                "table_description": "What one unit of a variant is put together from. A change makes a new row, so that old promises keep theirs.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="BundlePart",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "bundle",
                    fields.ForeignKeyField(
                        "market.Bundle",
                        source_field="bundle_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="parts",
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
                        related_name="bundled_in",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("quantity", fields.IntField()),
            ],
            options={
                "table": "bundle_part",
                "app": "market",
                "unique_together": (("bundle_id", "variant_id"),),
                "constraints": [CheckConstraint(check="quantity > 0", name="bundle_part_positive")],
                "indexes": [Index(fields=["variant_id"])],
                "pk_attr": "id",
                "table_description": "Units of one variant in one unit of a bundle.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CarrierTariff",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("carrier", fields.CharField(max_length=30)),
                (
                    "zone",
                    fields.CharEnumField(
                        description="LOCAL: LOCAL\nREGIONAL: REGIONAL\nNATIONAL: NATIONAL\nREMOTE: REMOTE",
                        enum_type=TariffZone,
                        max_length=10,
                    ),
                ),
                ("province", fields.CharField(default="*", max_length=40)),
                ("first_grams", fields.IntField(default=1000)),
                ("first_fee", fields.BigIntField(description="minor units")),
                ("step_grams", fields.IntField(default=1000)),
                ("step_fee", fields.BigIntField(description="minor units for each further step or part of it")),
            ],
            options={
                "table": "carrier_tariff",
                "app": "market",
                "unique_together": (("carrier", "zone", "province"),),
                "constraints": [CheckConstraint(check="step_grams > 0", name="carrier_tariff_step_positive")],
                "pk_attr": "id",
                "table_description": "What a carrier takes for a parcel. A row of the destination's province counts before the one for `*`.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ExpectedDelivery",
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
                        related_name="awaits",
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
                        related_name="awaited",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("units", fields.IntField()),
                ("received", fields.IntField(default=0, description="may exceed the units when more came")),
                ("called_off", fields.IntField(default=0)),
                ("expected_on", fields.DateField()),
                (
                    "state",
                    fields.CharEnumField(
                        default=IncomingState.EXPECTED,
                        description="EXPECTED: EXPECTED\nPARTLY_RECEIVED: PARTLY_RECEIVED\nRECEIVED: RECEIVED\nCALLED_OFF: CALLED_OFF",
                        enum_type=IncomingState,
                        max_length=20,
                    ),
                ),
                ("note", fields.CharField(default="", max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "expected_delivery",
                "app": "market",
                "constraints": [
                    CheckConstraint(check="units > 0", name="expected_delivery_positive"),
                    CheckConstraint(check="called_off <= units", name="expected_delivery_called_off_once"),
                ],
                "indexes": [Index(fields=["variant_id", "expected_on"]), Index(fields=["expected_on", "id"])],
                "pk_attr": "id",
                "table_description": "Units of one variant that a supplier will bring to a warehouse.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="StockTransfer",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "source",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="source_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sends",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "target",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="target_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="gets",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=TransferState.SENT,
                        description="SENT: SENT\nRECEIVED: RECEIVED",
                        enum_type=TransferState,
                        max_length=10,
                    ),
                ),
                ("note", fields.CharField(default="", max_length=200)),
                ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("received_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "stock_transfer",
                "app": "market",
                "indexes": [Index(fields=["sent_at", "id"])],
                "pk_attr": "id",
                "table_description": "Goods on their way from one warehouse to another.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="StockTransferLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "transfer",
                    fields.ForeignKeyField(
                        "market.StockTransfer",
                        source_field="transfer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("variant_id", fields.UUIDField()),
                ("units", fields.IntField()),
                ("received", fields.IntField(default=0)),
                ("missing", fields.IntField(default=0, description="units that did not arrive")),
            ],
            options={
                "table": "stock_transfer_line",
                "app": "market",
                "unique_together": (("transfer_id", "variant_id"),),
                "constraints": [
                    CheckConstraint(check="units > 0", name="transfer_line_positive"),
                    CheckConstraint(check="received + missing <= units", name="transfer_line_arrives_once"),
                ],
                "pk_attr": "id",
                "table_description": "Units of one variant in a transfer, and what of them arrived.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Stocktake",
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
                        related_name="counts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=StocktakeState.OPEN,
                        description="OPEN: OPEN\nAPPLIED: APPLIED\nCANCELED: CANCELED",
                        enum_type=StocktakeState,
                        max_length=10,
                    ),
                ),
                ("note", fields.CharField(default="", max_length=200)),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "stocktake",
                "app": "market",
                "indexes": [Index(fields=["started_at", "id"])],
                "pk_attr": "id",
                "table_description": "Counting what really lies in a warehouse.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="StocktakeCount",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "stocktake",
                    fields.ForeignKeyField(
                        "market.Stocktake",
                        source_field="stocktake_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="counted",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("variant_id", fields.UUIDField()),
                ("counted", fields.IntField()),
                ("on_hand", fields.IntField(description="of the level when it was counted")),
                ("counted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "stocktake_count",
                "app": "market",
                "unique_together": (("stocktake_id", "variant_id"),),
                "pk_attr": "id",
                "table_description": "What was counted of one variant, and what should have been there at that moment.",
            },
            bases=["Row"],
        ),
        ops.AlterModelOptions(
            name="Reservation",
            options={
                "table": "reservation",
                "app": "market",
                "constraints": [CheckConstraint(check="quantity > 0", name="reservation_positive")],
                "indexes": [
                    Index(fields=["order_id", "state"]),
                    Index(fields=["variant_id", "state"]),
                    Index(fields=["customer_key"]),
                    Index(fields=["expires_at"]),
                ],
                "pk_attr": "id",
                "table_description": "Units of a warehouse promised to one order line. Of a bundle it counts whole ones: the levels hold its parts.",
            },
        ),
        ops.AddField(
            model_name="Reservation",
            name="bundle",
            field=fields.ForeignKeyField(
                "market.Bundle",
                source_field="bundle_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="promises",
                on_delete=OnDelete.CASCADE,
            ),
        ),
        ops.AddField(
            model_name="Reservation",
            name="customer_key",
            field=fields.CharField(null=True, description="of whom it counts against, while unpaid", max_length=80),
        ),
        ops.AddField(
            model_name="Reservation",
            name="expires_at",
            field=fields.DatetimeField(
                null=True,
                description="when an unpaid hold ends, null once it is paid",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddIndex(
            model_name="Reservation",
            index=Index(fields=["customer_key"]),
        ),
        ops.AddIndex(
            model_name="Reservation",
            index=Index(fields=["expires_at"]),
        ),
        ops.AddField(
            model_name="StockLevel",
            name="in_transit",
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name="StockLevel",
            name="incoming",
            field=fields.IntField(default=0),
        ),
        ops.AlterField(
            model_name="StockMovement",
            name="kind",
            field=fields.CharEnumField(
                description="RECEIVE: RECEIVE\nADJUST: ADJUST\nRESERVE: RESERVE\nRELEASE: RELEASE\nSHIP: SHIP\nRESTOCK: RESTOCK\nEXPECT: EXPECT\nCALL_OFF: CALL_OFF\nSEND: SEND\nARRIVE: ARRIVE\nMISS: MISS\nCOUNT: COUNT",
                enum_type=MovementKind,
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="StockMovement",
            name="cause",
            field=fields.CharEnumField(
                null=True,
                description="FOUND: FOUND\nRETURNED: RETURNED\nLOST: LOST\nDAMAGED: DAMAGED\nEXPIRED: EXPIRED\nSTOLEN: STOLEN\nSAMPLED: SAMPLED\nOTHER: OTHER",
                enum_type=AdjustmentReason,
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="StockMovement",
            name="document_id",
            field=fields.UUIDField(null=True, description="the expected delivery, transfer or stocktake behind it"),
        ),
        ops.AddField(
            model_name="StockMovement",
            name="in_transit_change",
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name="StockMovement",
            name="incoming_change",
            field=fields.IntField(default=0),
        ),
        ops.AlterModelOptions(
            name="Warehouse",
            options={
                "table": "warehouse",
                "app": "market",
                "pk_attr": "id",
                "table_description": "A place that holds stock. A closed one sells, promises and ships nothing.",
            },
        ),
        ops.AddField(
            model_name="Warehouse",
            name="closed_why",
            field=fields.CharField(default="", max_length=200),
        ),
        ops.AddField(
            model_name="Warehouse",
            name="latitude",
            field=fields.IntField(null=True, description="millionths of a degree, north is positive"),
        ),
        ops.AddField(
            model_name="Warehouse",
            name="longitude",
            field=fields.IntField(null=True, description="millionths of a degree, east is positive"),
        ),
        ops.AddField(
            model_name="Warehouse",
            name="regions",
            field=fields.JSONField(
                default=list,
                description="provinces and cities that it serves, none for everywhere",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Warehouse",
            name="version",
            field=fields.IntField(default=1),
        ),
    ]

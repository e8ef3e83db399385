from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from kit.ids import new_id
from models.inventory import ReservationState
from models.orders import Supply
from models.shortages import ShortageCause, ShortageChoice, ShortageState


class Migration(migrations.Migration):
    dependencies = [("market", "0002_order_engine")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Backorder",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("order_id", fields.UUIDField()),
                ("order_line_id", fields.UUIDField()),
                ("variant_id", fields.UUIDField(description="what is reserved for the line when it comes")),
                ("waiting", fields.IntField(description="units that have not come yet")),
                ("province", fields.CharField(description="where the order goes", max_length=40)),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "backorder",
                "app": "market",
                "constraints": [CheckConstraint(check="waiting > 0", name="backorder_positive")],
                "indexes": [Index(fields=["variant_id", "since", "id"]), Index(fields=["order_id"])],
                "pk_attr": "id",
                "table_description": "Units that an order line waits for, as they come in. Who has waited longest is served first.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Shortage",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="shortages",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=ShortageState.OPEN,
                        description="OPEN: OPEN\nCHOSEN: CHOSEN\nRESOLVED: RESOLVED\nWITHDRAWN: WITHDRAWN",
                        enum_type=ShortageState,
                        max_length=10,
                    ),
                ),
                (
                    "cause",
                    fields.CharEnumField(
                        description="AT_ALLOCATION: AT_ALLOCATION\nNOT_FOUND: NOT_FOUND\nDAMAGED: DAMAGED\nWAREHOUSE_FAILED: WAREHOUSE_FAILED",
                        enum_type=ShortageCause,
                        max_length=20,
                    ),
                ),
                (
                    "default_choice",
                    fields.CharEnumField(
                        description="what happens without an answer", enum_type=ShortageChoice, max_length=20
                    ),
                ),
                ("choose_by", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "choice",
                    fields.CharEnumField(
                        null=True,
                        description="WAIT: WAIT\nSHIP_AVAILABLE: SHIP_AVAILABLE\nCANCEL_MISSING: CANCEL_MISSING",
                        enum_type=ShortageChoice,
                        max_length=20,
                    ),
                ),
                ("chosen_by", fields.UUIDField(null=True, description="empty for a guest and for the default")),
                ("chosen_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("is_default", fields.BooleanField(default=False, description="nobody has answered in time")),
                (
                    "wait_until",
                    fields.DatetimeField(
                        null=True, description="when waiting is given up", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "promised_for",
                    fields.DateField(null=True, description="the day that was named when the buyer chose to wait"),
                ),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "shortage",
                "app": "market",
                "indexes": [Index(fields=["order_id", "id"]), Index(fields=["state", "id"])],
                "pk_attr": "id",
                "table_description": "One question to the buyer of an order. An order has at most one that is not over.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ShortageLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "shortage",
                    fields.ForeignKeyField(
                        "market.Shortage",
                        source_field="shortage_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
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
                        related_name="shortages",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("found_missing", fields.IntField(description="units, all told")),
                ("missing", fields.IntField(description="units that are missing still, as far as the buyer was told")),
            ],
            options={
                "table": "shortage_line",
                "app": "market",
                "unique_together": (("shortage_id", "order_line_id"),),
                "constraints": [
                    CheckConstraint(check="missing >= 0 AND missing <= found_missing", name="shortage_line_range")
                ],
                "pk_attr": "id",
                "table_description": "Units of an order line that were found missing.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Order",
            name="supply",
            field=fields.CharEnumField(
                default=Supply.COMPLETE,
                description="COMPLETE: COMPLETE\nUNDECIDED: UNDECIDED\nWAITING: WAITING\nFOLLOWING: FOLLOWING",
                enum_type=Supply,
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="supply_until",
            field=fields.DatetimeField(
                null=True,
                description="until when the buyer may choose, or will wait",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AlterField(
            model_name="Reservation",
            name="state",
            field=fields.CharEnumField(
                default=ReservationState.HELD,
                description="HELD: HELD\nRELEASED: RELEASED\nSHIPPED: SHIPPED\nRETURNED: RETURNED\nLOST: LOST",
                enum_type=ReservationState,
                max_length=10,
            ),
        ),
    ]

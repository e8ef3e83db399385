from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from kit.ids import new_id
from models.catalog import ReturnExclusion
from models.service import ServiceLineState, ServiceReason, ServiceState, Wish


class Migration(migrations.Migration):
    dependencies = [("market", "0008_asking")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ServiceCase",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="service_cases",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "number",
                    fields.CharField(unique=True, description="for people, opens nothing by itself", max_length=20),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=ServiceState.REQUESTED,
                        description="REQUESTED: REQUESTED\nAWAITING_GOODS: AWAITING_GOODS\nGOODS_UNDERWAY: GOODS_UNDERWAY\nAPPEALED: APPEALED\nRESOLVED: RESOLVED\nREJECTED: REJECTED\nCANCELED: CANCELED\nCLOSED: CLOSED",
                        enum_type=ServiceState,
                        max_length=20,
                    ),
                ),
                ("currency", fields.CharField(max_length=3)),
                ("note", fields.CharField(default="", description="what the customer wrote", max_length=1000)),
                (
                    "due_at",
                    fields.DatetimeField(
                        null=True,
                        description="until when the next step is to be done",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "escalated_at",
                    fields.DatetimeField(
                        null=True,
                        description="when the shop had let the time for a step go by",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("version", fields.IntField(default=1)),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "service_case",
                "app": "market",
                "constraints": [
                    CheckConstraint(
                        check="(ended_at IS NULL) = (state IN ('REQUESTED', 'AWAITING_GOODS', 'GOODS_UNDERWAY', 'APPEALED'))",
                        name="service_case_live_or_ended",
                    )
                ],
                "indexes": [Index(fields=["order_id", "opened_at"]), Index(fields=["state", "due_at", "id"])],
                "pk_attr": "id",
                "table_description": "A customer's request about goods that were received. Amounts of its lines are minor units of `currency`.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ServiceCaseLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "case",
                    fields.ForeignKeyField(
                        "market.ServiceCase",
                        source_field="case_id",
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
                        related_name="service_lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField()),
                ("quantity", fields.IntField()),
                (
                    "wish",
                    fields.CharEnumField(
                        description="REFUND_ONLY: REFUND_ONLY\nRETURN_AND_REFUND: RETURN_AND_REFUND\nCOMPENSATION: COMPENSATION",
                        enum_type=Wish,
                        max_length=20,
                    ),
                ),
                (
                    "reason",
                    fields.CharEnumField(
                        description="NO_REASON: NO_REASON\nQUALITY: QUALITY\nWRONG_OR_MISSING: WRONG_OR_MISSING\nSIZE: SIZE\nMALFUNCTION: MALFUNCTION\nDAMAGED_IN_TRANSIT: DAMAGED_IN_TRANSIT",
                        enum_type=ServiceReason,
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=ServiceLineState.REQUESTED,
                        description="REQUESTED: REQUESTED\nAPPROVED: APPROVED\nSETTLED: SETTLED\nSENT_BACK: SENT_BACK\nREJECTED: REJECTED\nGIVEN_UP: GIVEN_UP",
                        enum_type=ServiceLineState,
                        max_length=10,
                    ),
                ),
                (
                    "expected",
                    fields.BigIntField(null=True, description="what it would give when it was asked for, no goodwill"),
                ),
            ],
            options={
                "table": "service_case_line",
                "app": "market",
                "unique_together": (("case_id", "order_line_id"),),
                "constraints": [CheckConstraint(check="quantity > 0", name="service_case_line_positive")],
                "indexes": [Index(fields=["order_line_id", "state"])],
                "pk_attr": "id",
                "table_description": "Units of an order line that a case is about. Amounts are minor units of the case's `currency`.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="OrderLine",
            name="return_exclusion",
            field=fields.CharEnumField(
                null=True,
                description="why it cannot be returned without a reason",
                enum_type=ReturnExclusion,
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="Product",
            name="is_returnable",
            field=fields.BooleanField(default=True, description="false for what was made or cut for one customer"),
        ),
    ]

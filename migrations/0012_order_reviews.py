import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from kit.ids import new_id
from models.fields import SealedText
from models.intake import BatchState, RowOutcome
from models.orders import CancelReason
from models.payments import PaymentMethod
from models.reviews import CallOutcome, RejectReason, ReviewStage, RiskDecision, RiskMoment, RiskRuleKind


class Migration(migrations.Migration):
    dependencies = [("market", "0011_warehouse")]

    initial = False

    operations = [
        ops.CreateModel(
            name="OrderBatch",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("channel", fields.CharField(max_length=40)),
                (
                    "source",
                    fields.CharField(
                        unique=True, description="name of the file in the folder of uploads", max_length=80
                    ),
                ),
                ("file_name", fields.CharField(max_length=255)),
                (
                    "state",
                    fields.CharEnumField(
                        default=BatchState.PENDING,
                        description="PENDING: PENDING\nRUNNING: RUNNING\nCOMPLETED: COMPLETED\nFAILED: FAILED",
                        enum_type=BatchState,
                        max_length=10,
                    ),
                ),
                ("actor_id", fields.UUIDField(null=True)),
                ("bytes_total", fields.BigIntField(default=0)),
                ("bytes_read", fields.BigIntField(default=0)),
                ("rows_read", fields.IntField(default=0, description="where to go on after a stop")),
                ("accepted", fields.IntField(default=0)),
                ("repeated", fields.IntField(default=0, description="rows whose order was taken in before")),
                ("rejected", fields.IntField(default=0)),
                (
                    "error",
                    fields.CharField(default="", description="why the whole file could not be read", max_length=60),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "order_batch",
                "app": "market",
                "indexes": [Index(fields=["created_at", "id"])],
                "pk_attr": "id",
                "table_description": "One file of orders from a marketplace, its progress and what came of it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="OrderBatchRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "batch",
                    fields.ForeignKeyField(
                        "market.OrderBatch",
                        source_field="batch_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="rows",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("row", fields.IntField(description="line of the file, from 1")),
                ("external_id", fields.CharField(default="", description="as far as it is known", max_length=80)),
                (
                    "outcome",
                    fields.CharEnumField(
                        description="ACCEPTED: ACCEPTED\nREPEATED: REPEATED\nREJECTED: REJECTED",
                        enum_type=RowOutcome,
                        max_length=10,
                    ),
                ),
                ("order_id", fields.UUIDField(null=True, description="the order that it made, now or before")),
                ("digest", fields.CharField(default="", description="names the content", max_length=64)),
                (
                    "problems",
                    fields.JSONField(
                        default=list,
                        description="code, path, facts",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
            ],
            options={
                "table": "order_batch_row",
                "app": "market",
                "unique_together": (("batch_id", "row"),),
                "indexes": [Index(fields=["order_id"])],
                "pk_attr": "id",
                "table_description": "One row of a batch. What stood in it is not kept, but for its number: it names people.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Review",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("order_id", fields.UUIDField()),
                (
                    "stage",
                    fields.CharEnumField(
                        default=ReviewStage.PENDING,
                        description="PENDING: PENDING\nCLAIMED: CLAIMED\nAPPROVED: APPROVED\nREJECTED: REJECTED\nLAPSED: LAPSED",
                        enum_type=ReviewStage,
                        max_length=10,
                    ),
                ),
                ("score", fields.IntField(description="the highest of the checks that asked for it")),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "escalated_at",
                    fields.DatetimeField(
                        null=True, description="when it was found to be overdue", auto_now=False, auto_now_add=False
                    ),
                ),
                ("claimed_by", fields.UUIDField(null=True)),
                ("claimed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("claimed_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "reject_reason",
                    fields.CharEnumField(
                        null=True,
                        description="SUSPECTED_FRAUD: SUSPECTED_FRAUD\nBUYER_DENIES: BUYER_DENIES\nUNREACHABLE: UNREACHABLE\nWRONG_CONTACT: WRONG_CONTACT\nRESALE: RESALE\nOTHER: OTHER",
                        enum_type=RejectReason,
                        max_length=20,
                    ),
                ),
                (
                    "note",
                    fields.CharField(
                        default="", description="what the reviewer wrote about the decision", max_length=500
                    ),
                ),
                ("decided_by", fields.UUIDField(null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sequence", fields.IntField(default=0, description="of the newest event")),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "review",
                "app": "market",
                "indexes": [
                    Index(fields=["order_id"]),
                    Index(fields=["stage", "opened_at", "id"]),
                    Index(fields=["opened_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "A person's look at one order. At most one of an order is open, under the order's lock.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ReviewCall",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "review",
                    fields.ForeignKeyField(
                        "market.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="calls",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "outcome",
                    fields.CharEnumField(
                        description="CONFIRMED: CONFIRMED\nNO_ANSWER: NO_ANSWER\nDENIED: DENIED\nWRONG_NUMBER: WRONG_NUMBER",
                        enum_type=CallOutcome,
                        max_length=20,
                    ),
                ),
                ("note", SealedText(default="", unique=False)),
                ("called_by", fields.UUIDField(null=True)),
                ("called_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "review_call",
                "app": "market",
                "indexes": [Index(fields=["review_id", "called_at"])],
                "pk_attr": "id",
                "table_description": "A telephone call to the buyer, as the reviewer records it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RiskAssessment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("order_id", fields.UUIDField()),
                (
                    "occasion",
                    fields.CharEnumField(
                        description="SUBMISSION: SUBMISSION\nPAYMENT: PAYMENT", enum_type=RiskMoment, max_length=10
                    ),
                ),
                ("score", fields.IntField()),
                (
                    "findings",
                    fields.JSONField(
                        default=list,
                        description="rule_id, name, kind, points, facts, names of people only masked",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "decision",
                    fields.CharEnumField(
                        description="PASS: PASS\nREVIEW: REVIEW\nREJECT: REJECT", enum_type=RiskDecision, max_length=10
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "risk_assessment",
                "app": "market",
                "indexes": [Index(fields=["order_id", "created_at"])],
                "pk_attr": "id",
                "table_description": "One check of an order: the score, and every rule that it fits with the facts at that time.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RiskPolicy",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(default="market", unique=True, max_length=10)),
                ("review_from", fields.IntField(null=True, description="empty: never")),
                ("reject_from", fields.IntField(null=True, description="empty: never")),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "risk_policy",
                "app": "market",
                "pk_attr": "id",
                "table_description": "From which score on a person looks, and from which on the order is turned down, at most one row.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RiskRule",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=80)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="ORDER_AMOUNT: ORDER_AMOUNT\nMANY_UNITS: MANY_UNITS\nREGION: REGION\nVELOCITY: VELOCITY\nNOTE_KEYWORDS: NOTE_KEYWORDS\nNEW_ACCOUNT: NEW_ACCOUNT\nPAYER_MISMATCH: PAYER_MISMATCH",
                        enum_type=RiskRuleKind,
                        max_length=20,
                    ),
                ),
                (
                    "parameters",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("points", fields.IntField(description="added to the score of an order that it fits")),
                ("is_enabled", fields.BooleanField(default=True)),
                ("version", fields.IntField(default=1)),
                ("edited_by", fields.UUIDField(null=True)),
                ("edited_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "risk_rule",
                "app": "market",
                "pk_attr": "id",
                "table_description": "One thing that makes an order look risky, and by how much.",
            },
            bases=["Row"],
        ),
        ops.AlterField(
            model_name="Order",
            name="cancel_reason",
            field=fields.CharEnumField(
                null=True,
                description="CHANGED_MIND: CHANGED_MIND\nORDERED_BY_MISTAKE: ORDERED_BY_MISTAKE\nFOUND_CHEAPER: FOUND_CHEAPER\nTOO_SLOW: TOO_SLOW\nOUT_OF_STOCK: OUT_OF_STOCK\nFRAUD: FRAUD\nMERGED: MERGED\nNOT_ACCEPTED: NOT_ACCEPTED\nOTHER: OTHER",
                enum_type=CancelReason,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="caller_hash",
            field=fields.CharField(null=True, description="address of whoever placed it, hashed", max_length=64),
        ),
        ops.AddField(
            model_name="Order",
            name="channel",
            field=fields.CharField(null=True, description="marketplace that it was taken in from", max_length=40),
        ),
        ops.AddField(
            model_name="Order",
            name="external_id",
            field=fields.CharField(null=True, description="its number there", max_length=80),
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["contact_phone_hash", "placed_at"]),
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["caller_hash", "placed_at"]),
        ),
        ops.AddConstraint(
            model_name="Order",
            constraint=UniqueConstraint(fields=("channel", "external_id"), name=None),
        ),
        ops.AlterField(
            model_name="Payment",
            name="method",
            field=fields.CharEnumField(
                description="SIMULATOR: SIMULATOR\nEXTERNAL: EXTERNAL", enum_type=PaymentMethod, max_length=20
            ),
        ),
        ops.AddField(
            model_name="Payment",
            name="payer",
            field=SealedText(null=True, description="who paid, as the provider names them", unique=False),
        ),
        ops.AlterField(
            model_name="SimulatedNotice",
            name="body",
            field=SealedText(description="sealed: it may name whoever paid", unique=False),
        ),
    ]

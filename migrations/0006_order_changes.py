import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from kit.ids import new_id
from models.fields import SealedJson
from models.orders import CancelReason, ChangeState
from models.payments import LedgerAccount


class Migration(migrations.Migration):
    dependencies = [("market", "0005_carriers")]

    initial = False

    operations = [
        ops.CreateModel(
            name="OrderChangeRequest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="changes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        description="APPLIED: APPLIED\nAWAITING_PAYMENT: AWAITING_PAYMENT\nEXPIRED: EXPIRED\nCANCELED: CANCELED\nREJECTED: REJECTED",
                        enum_type=ChangeState,
                        max_length=20,
                    ),
                ),
                (
                    "asked",
                    SealedJson(
                        description="address, contacts and note that were asked for, only those that change",
                        generated=False,
                        null=False,
                        unique=False,
                    ),
                ),
                ("before", SealedJson(description="the same as they were", generated=False, null=False, unique=False)),
                (
                    "added",
                    fields.JSONField(
                        default=list,
                        description="new lines, priced when asked",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "removed",
                    fields.JSONField(
                        default=dict,
                        description="units by order line",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "reason",
                    fields.CharEnumField(
                        null=True, description="why units were taken out", enum_type=CancelReason, max_length=20
                    ),
                ),
                ("note", fields.CharField(default="", description="what was written about the reason", max_length=500)),
                ("currency", fields.CharField(max_length=3)),
                ("total_before", fields.BigIntField()),
                ("total_after", fields.BigIntField()),
                (
                    "to_pay",
                    fields.BigIntField(default=0, description="difference that has to be paid before it is applied"),
                ),
                ("shipping_more", fields.BigIntField(default=0, description="part of the difference that is shipping")),
                ("refund", fields.BigIntField(default=0, description="what goes back when it is applied")),
                ("shipping_less", fields.BigIntField(default=0, description="part of what goes back that is shipping")),
                (
                    "refusal",
                    fields.CharField(default="", description="code of the reason why it was rejected", max_length=60),
                ),
                ("actor_id", fields.UUIDField(null=True)),
                ("paid_by", fields.UUIDField(null=True, description="the payment of the difference")),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("pay_by", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "ended_at",
                    fields.DatetimeField(
                        null=True, description="when it was applied, or given up", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "order_change_request",
                "app": "market",
                "constraints": [CheckConstraint(check="to_pay >= 0", name="order_change_to_pay_not_negative")],
                "indexes": [Index(fields=["order_id", "created_at"])],
                "pk_attr": "id",
                "table_description": "A change of an order after it was placed: what was asked, what it costs, and what became of it.",
            },
            bases=["Row"],
        ),
        ops.AlterField(
            model_name="Order",
            name="cancel_reason",
            field=fields.CharEnumField(
                null=True,
                description="CHANGED_MIND: CHANGED_MIND\nORDERED_BY_MISTAKE: ORDERED_BY_MISTAKE\nFOUND_CHEAPER: FOUND_CHEAPER\nTOO_SLOW: TOO_SLOW\nOUT_OF_STOCK: OUT_OF_STOCK\nFRAUD: FRAUD\nMERGED: MERGED\nOTHER: OTHER",
                enum_type=CancelReason,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="change_pay_by",
            field=fields.DatetimeField(
                null=True,
                description="until when a change waits for its difference",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="merged_into",
            field=fields.UUIDField(null=True, description="the order that took over its lines"),
        ),
        ops.AddField(
            model_name="Order",
            name="shipping_waived",
            field=fields.BigIntField(default=0, description="shipping that goes back because a change made it less"),
        ),
        ops.AddConstraint(
            model_name="Order",
            constraint=CheckConstraint(check="shipping_waived <= shipping", name="order_shipping_waived_once"),
        ),
        ops.AlterField(
            model_name="Posting",
            name="account",
            field=fields.CharEnumField(
                description="PROVIDER_CLEARING: PROVIDER_CLEARING\nCUSTOMER_DEPOSITS: CUSTOMER_DEPOSITS\nSALES: SALES\nSHIPPING_INCOME: SHIPPING_INCOME\nSALES_RETURNS: SALES_RETURNS\nREFUNDS_PAYABLE: REFUNDS_PAYABLE\nTIPS_PAYABLE: TIPS_PAYABLE\nORDER_TRANSFERS: ORDER_TRANSFERS\nSUSPENSE: SUSPENSE",
                enum_type=LedgerAccount,
                max_length=30,
            ),
        ),
    ]

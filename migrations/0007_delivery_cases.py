import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from kit.ids import new_id
from models.aftersales import CaseState, Closing, Remedy
from models.fulfillment import Trouble
from models.payments import LedgerAccount


class Migration(migrations.Migration):
    dependencies = [("market", "0006_order_changes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="DeliveryCase",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="cases",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "parcel",
                    fields.ForeignKeyField(
                        "market.Parcel",
                        source_field="parcel_id",
                        null=True,
                        description="empty when nothing was shipped in time",
                        db_constraint=True,
                        to_field="id",
                        related_name="cases",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "live_subject",
                    fields.UUIDField(
                        null=True, unique=True, description="the parcel, else the order, while it is live"
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="LATE_DISPATCH: LATE_DISPATCH\nPAST_ESTIMATE: PAST_ESTIMATE\nNO_SCAN: NO_SCAN\nLOST: LOST\nDAMAGED: DAMAGED\nREFUSED: REFUSED\nRETURNED: RETURNED",
                        enum_type=Trouble,
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=CaseState.OPEN,
                        description="OPEN: OPEN\nCLAIMED: CLAIMED\nRESOLVED: RESOLVED\nCLOSED: CLOSED",
                        enum_type=CaseState,
                        max_length=10,
                    ),
                ),
                ("currency", fields.CharField(max_length=3)),
                (
                    "proposed",
                    fields.CharEnumField(
                        description="RESHIP: RESHIP\nREFUND: REFUND\nCOMPENSATE: COMPENSATE\nWAIT: WAIT\nRETURN_TO_STOCK: RETURN_TO_STOCK",
                        enum_type=Remedy,
                        max_length=20,
                    ),
                ),
                ("proposed_amount", fields.BigIntField(null=True)),
                (
                    "lines",
                    fields.JSONField(
                        default=list,
                        description="order lines and units that it is about",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "chosen",
                    fields.CharEnumField(
                        null=True, description="what the customer would rather have", enum_type=Remedy, max_length=20
                    ),
                ),
                (
                    "choose_by",
                    fields.DatetimeField(
                        null=True, description="until when the customer may choose", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "due_at",
                    fields.DatetimeField(description="when it escalates by itself", auto_now=False, auto_now_add=False),
                ),
                ("escalations", fields.IntField(default=0)),
                ("owner_id", fields.UUIDField(null=True, description="who has claimed it")),
                ("claimed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "remedy",
                    fields.CharEnumField(null=True, description="what was done", enum_type=Remedy, max_length=20),
                ),
                ("amount", fields.BigIntField(null=True, description="of the money or the coupon that was given")),
                ("coupon_code", fields.CharField(null=True, max_length=40)),
                (
                    "closing",
                    fields.CharEnumField(
                        null=True,
                        description="SHIPPED: SHIPPED\nMOVING: MOVING\nARRIVED: ARRIVED\nORDER_ENDED: ORDER_ENDED",
                        enum_type=Closing,
                        max_length=20,
                    ),
                ),
                (
                    "turned_up_at",
                    fields.DatetimeField(
                        null=True,
                        description="the parcel came to light after it was written off",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("version", fields.IntField(default=1)),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_by", fields.UUIDField(null=True)),
            ],
            options={
                "table": "delivery_case",
                "app": "market",
                "constraints": [
                    CheckConstraint(check="amount IS NULL OR amount > 0", name="delivery_case_amount_positive"),
                    CheckConstraint(
                        check="(live_subject IS NOT NULL) = (state IN ('OPEN', 'CLAIMED'))",
                        name="delivery_case_live_or_ended",
                    ),
                ],
                "indexes": [
                    Index(fields=["order_id", "opened_at"]),
                    Index(fields=["parcel_id"]),
                    Index(fields=["state", "due_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "Something that went wrong on the way to a customer. Amounts are minor units of `currency`.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CaseNote",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "case",
                    fields.ForeignKeyField(
                        "market.DeliveryCase",
                        source_field="case_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="notes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("author_id", fields.UUIDField(null=True, description="empty for what the market noticed by itself")),
                ("text", fields.CharField(max_length=1000)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "case_note",
                "app": "market",
                "indexes": [Index(fields=["case_id", "created_at"])],
                "pk_attr": "id",
                "table_description": "What somebody of the shop wrote down about a case.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Coupon",
            name="customer_key",
            field=fields.CharField(
                null=True, description="the only customer who may use it, empty for everybody", max_length=80
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="dispatch_by",
            field=fields.DatetimeField(
                null=True, description="when everything is to be shipped", auto_now=False, auto_now_add=False
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="dispatch_paused_at",
            field=fields.DatetimeField(
                null=True,
                description="since when the shop may not ship it, the time to dispatch stands still",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="goodwill",
            field=fields.BigIntField(default=0, description="part of what was refunded that is for no goods"),
        ),
        ops.AddField(
            model_name="Order",
            name="urge_count",
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name="Order",
            name="urged_at",
            field=fields.DatetimeField(
                null=True,
                description="when the customer last asked for a quicker dispatch",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Parcel",
            name="seen_at",
            field=fields.DatetimeField(
                null=True,
                description="when its newest scan happened, empty before the first",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Parcel",
            name="written_off_at",
            field=fields.DatetimeField(
                null=True,
                description="since when units of it do not count as shipped any more",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="ParcelLine",
            name="restocked",
            field=fields.IntField(default=0, description="units that came back to the shelf"),
        ),
        ops.AddField(
            model_name="ParcelLine",
            name="written_off",
            field=fields.IntField(default=0, description="units that do not count as shipped any more"),
        ),
        ops.AddConstraint(
            model_name="ParcelLine",
            constraint=CheckConstraint(check="written_off <= quantity", name="parcel_line_written_off_once"),
        ),
        ops.AddConstraint(
            model_name="ParcelLine",
            constraint=CheckConstraint(check="restocked <= quantity", name="parcel_line_restocked_once"),
        ),
        ops.AlterField(
            model_name="Posting",
            name="account",
            field=fields.CharEnumField(
                description="PROVIDER_CLEARING: PROVIDER_CLEARING\nCUSTOMER_DEPOSITS: CUSTOMER_DEPOSITS\nSALES: SALES\nSHIPPING_INCOME: SHIPPING_INCOME\nSALES_RETURNS: SALES_RETURNS\nGOODWILL: GOODWILL\nREFUNDS_PAYABLE: REFUNDS_PAYABLE\nTIPS_PAYABLE: TIPS_PAYABLE\nORDER_TRANSFERS: ORDER_TRANSFERS\nSUSPENSE: SUSPENSE",
                enum_type=LedgerAccount,
                max_length=30,
            ),
        ),
        ops.AddField(
            model_name="Refund",
            name="goodwill",
            field=fields.BigIntField(default=0, description="part of the amount that is for no goods"),
        ),
    ]

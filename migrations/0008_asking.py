from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.payments import ChargeState


class Migration(migrations.Migration):
    dependencies = [("market", "0007_attempts_in_vain")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Payment",
            name="ask_at",
            field=fields.DatetimeField(
                null=True,
                description="when its provider is asked what became of it, while unknown",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddIndex(
            model_name="Payment",
            index=Index(fields=["ask_at"]),
        ),
        ops.AddField(
            model_name="Refund",
            name="ask_at",
            field=fields.DatetimeField(
                null=True,
                description="when its provider is asked what became of it, while unknown",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddIndex(
            model_name="Refund",
            index=Index(fields=["ask_at"]),
        ),
        ops.AlterField(
            model_name="SimulatedCharge",
            name="state",
            field=fields.CharEnumField(
                default=ChargeState.OPEN,
                description="OPEN: OPEN\nPAID: PAID\nDECLINED: DECLINED\nCLOSED: CLOSED",
                enum_type=ChargeState,
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="SimulatedCharge",
            name="is_silent",
            field=fields.BooleanField(default=False, description="nobody is called back about it or its refunds"),
        ),
    ]

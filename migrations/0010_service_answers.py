import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("market", "0009_service_cases")]

    initial = False

    operations = [
        ops.AddField(
            model_name="OrderLine",
            name="withheld",
            field=fields.BigIntField(default=0, description="what the shop kept of refunded units' money"),
        ),
        ops.AddField(
            model_name="ServiceCase",
            name="appeal",
            field=fields.CharField(
                default="", description="what the customer says against the decision", max_length=1000
            ),
        ),
        ops.AddField(
            model_name="ServiceCase",
            name="appeal_by",
            field=fields.DatetimeField(
                null=True, description="until when the customer may appeal", auto_now=False, auto_now_add=False
            ),
        ),
        ops.AddField(
            model_name="ServiceCase",
            name="appealed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="ServiceCase",
            name="carrier",
            field=fields.CharField(default="", description="with whom the goods come back", max_length=40),
        ),
        ops.AddField(
            model_name="ServiceCase",
            name="decided_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="ServiceCase",
            name="decided_by",
            field=fields.UUIDField(null=True, description="who agreed or turned down, the newest time"),
        ),
        ops.AddField(
            model_name="ServiceCase",
            name="explanation",
            field=fields.CharField(default="", description="what the customer was told about it", max_length=500),
        ),
        ops.AddField(
            model_name="ServiceCase",
            name="inspected_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="ServiceCase",
            name="inspected_by",
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name="ServiceCase",
            name="returned_waybill",
            field=fields.CharField(default="", description="of what goes to the customer again", max_length=60),
        ),
        ops.AddField(
            model_name="ServiceCase",
            name="shipped_back_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="ServiceCase",
            name="waybill",
            field=fields.CharField(default="", max_length=60),
        ),
        ops.AddField(
            model_name="ServiceCaseLine",
            name="amount",
            field=fields.BigIntField(null=True, description="what was given"),
        ),
        ops.AddField(
            model_name="ServiceCaseLine",
            name="explanation",
            field=fields.CharField(default="", description="why it was turned down, or less was given", max_length=500),
        ),
        ops.AddField(
            model_name="ServiceCaseLine",
            name="findings",
            field=fields.JSONField(
                default=list,
                description="units as they came back: quantity, grade, and whether they were sent back",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
    ]

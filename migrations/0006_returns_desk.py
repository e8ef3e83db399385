from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint


class Migration(migrations.Migration):
    dependencies = [("market", "0005_books")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Parcel",
            name="received_back_at",
            field=fields.DatetimeField(
                null=True, description="when it was scanned at the returns desk", auto_now=False, auto_now_add=False
            ),
        ),
        ops.AddField(
            model_name="ParcelLine",
            name="broken",
            field=fields.IntField(default=0, description="units that came back and were of no use any more"),
        ),
        ops.AddConstraint(
            model_name="ParcelLine",
            constraint=CheckConstraint(
                check="broken >= 0 AND restocked + broken <= quantity", name="parcel_line_back_once"
            ),
        ),
    ]

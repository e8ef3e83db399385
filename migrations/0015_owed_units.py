from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint


class Migration(migrations.Migration):
    dependencies = [("market", "0014_open_orders")]

    initial = False

    operations = [
        ops.AddField(
            model_name="OrderLine",
            name="owed",
            field=fields.IntField(default=0, description="canceled units whose money is still to be promised back"),
        ),
        ops.AddConstraint(
            model_name="OrderLine",
            constraint=CheckConstraint(check="owed >= 0 AND owed <= canceled", name="order_line_owed_of_canceled"),
        ),
    ]

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("market", "0012_order_reviews")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Backorder",
            name="city",
            field=fields.CharField(default="", max_length=60),
        ),
    ]

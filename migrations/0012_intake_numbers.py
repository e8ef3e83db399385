from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("market", "0011_real_providers")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="OrderBatchRow",
            index=Index(fields=["external_id"]),
        ),
    ]

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("market", "0009_service_cases")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="OrderBatchRow",
            index=Index(fields=["external_id"]),
        ),
    ]

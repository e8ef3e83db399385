from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("market", "0013_backorder_city")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["state", "dispatch_by"]),
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["urged_at"]),
        ),
        ops.AddIndex(
            model_name="Reservation",
            index=Index(fields=["warehouse_id", "state"]),
        ),
        ops.AddIndex(
            model_name="Review",
            index=Index(fields=["stage", "score", "id"]),
        ),
        ops.AddIndex(
            model_name="Review",
            index=Index(fields=["stage", "due_at"]),
        ),
        ops.RemoveIndex(
            model_name="Shortage",
            name=None,
            fields=["state", "id"],
        ),
        ops.AddIndex(
            model_name="Shortage",
            index=Index(fields=["state", "opened_at", "id"]),
        ),
        ops.AddIndex(
            model_name="Shortage",
            index=Index(fields=["opened_at", "id"]),
        ),
    ]

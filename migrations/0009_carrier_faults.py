from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("market", "0008_archive")]

    initial = False

    operations = [
        ops.AddField(
            model_name="SimulatedParcel",
            name="fault_after",
            field=fields.IntField(default=0, description="so many of its stops had been told, they stay as they were"),
        ),
        ops.RemoveField(model_name="SimulatedParcel", name="fault_at"),
    ]

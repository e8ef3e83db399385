from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from kit.ids import new_id


class Migration(migrations.Migration):
    dependencies = [("market", "0003_floor")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PickPart",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "task",
                    fields.ForeignKeyField(
                        "market.PickTask",
                        source_field="task_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="parts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("variant_id", fields.UUIDField()),
                (
                    "zone",
                    fields.CharField(default="", description="where it lay when the wave was made", max_length=10),
                ),
                ("bin", fields.CharField(default="", max_length=20)),
                ("each", fields.IntField(description="units of it in one bundle")),
                ("units", fields.IntField(description="still asked for: those of all bundles of the task")),
                ("picked", fields.IntField(default=0)),
                ("short", fields.IntField(default=0, description="units that were not found or broken")),
                (
                    "put_back",
                    fields.IntField(default=0, description="units that were picked in vain and go back to their bin"),
                ),
            ],
            options={
                "table": "pick_part",
                "app": "market",
                "unique_together": (("task_id", "variant_id"),),
                "constraints": [
                    CheckConstraint(
                        check="each > 0 AND picked >= 0 AND picked <= units", name="pick_part_never_over_picked"
                    ),
                    CheckConstraint(check="short >= 0 AND put_back >= 0", name="pick_part_counts_not_negative"),
                ],
                "pk_attr": "id",
                "table_description": "Units of a variant to be taken from their bin for the bundles that a task asks for.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="PickTask",
            name="bundle_id",
            field=fields.UUIDField(null=True, description="of what it is put together, for a bundle"),
        ),
    ]

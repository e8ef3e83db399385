import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from kit.ids import new_id
from models.orders import OrderState


class Migration(migrations.Migration):
    dependencies = [("market", "0007_delivery_cases")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ArchivedOrder",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=20)),
                ("user_id", fields.UUIDField(null=True)),
                (
                    "state",
                    fields.CharEnumField(
                        description="PENDING_PAYMENT: PENDING_PAYMENT\nPAID: PAID\nPARTIALLY_SHIPPED: PARTIALLY_SHIPPED\nSHIPPED: SHIPPED\nDELIVERED: DELIVERED\nRECEIVED: RECEIVED\nCOMPLETED: COMPLETED\nCANCELED: CANCELED\nEXPIRED: EXPIRED",
                        enum_type=OrderState,
                        max_length=20,
                    ),
                ),
                ("refunded", fields.BigIntField()),
                ("contact_phone_hash", fields.CharField(null=True, max_length=64)),
                ("contact_email_hash", fields.CharField(null=True, max_length=64)),
                ("placed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_position", fields.BigIntField(default=0, description="of its newest event")),
                ("archived_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "document",
                    fields.BinaryField(
                        description="JSON of rows by table, deflated, personal columns are sealed in it"
                    ),
                ),
            ],
            options={
                "table": "archived_order",
                "app": "market",
                "indexes": [
                    Index(fields=["placed_at", "id"]),
                    Index(fields=["user_id", "placed_at", "id"]),
                    Index(fields=["state", "placed_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "An order with all its rows in one document. The columns are those that lists are sorted and filtered by.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ArchivedPart",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.ArchivedOrder",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="parts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={
                "table": "archived_part",
                "app": "market",
                "indexes": [Index(fields=["order_id"])],
                "pk_attr": "id",
                "table_description": "Leads from the key of a line, parcel, payment or refund to the archived order that it belonged to.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Event",
            name="changes",
            field=fields.JSONField(
                null=True,
                description="what it changed: columns of the order, sums of its lines, see domain/orders/snapshots",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
    ]

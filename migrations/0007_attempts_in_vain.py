from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.fulfillment import Trouble


class Migration(migrations.Migration):
    dependencies = [("market", "0006_returns_desk")]

    initial = False

    operations = [
        ops.AddField(
            model_name="CourierJob",
            name="attempt",
            field=fields.IntField(default=1, description="which try this is to bring the same goods"),
        ),
        ops.AddField(
            model_name="CourierJob",
            name="first_number",
            field=fields.CharField(
                default="",
                description="of the job under which the goods left the house, empty for that one",
                max_length=20,
            ),
        ),
        ops.AlterField(
            model_name="DeliveryCase",
            name="kind",
            field=fields.CharEnumField(
                description="LATE_DISPATCH: LATE_DISPATCH\nPAST_ESTIMATE: PAST_ESTIMATE\nNO_SCAN: NO_SCAN\nFAILED_ATTEMPTS: FAILED_ATTEMPTS\nLOST: LOST\nDAMAGED: DAMAGED\nREFUSED: REFUSED\nRETURNED: RETURNED",
                enum_type=Trouble,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Parcel",
            name="failed_attempts",
            field=fields.IntField(default=0, description="how often it was brought to the door in vain"),
        ),
    ]

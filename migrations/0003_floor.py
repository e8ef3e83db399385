from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.aftersales import Closing


class Migration(migrations.Migration):
    dependencies = [("market", "0002_order_engine")]

    initial = False

    operations = [
        ops.AlterField(
            model_name="DeliveryCase",
            name="closing",
            field=fields.CharEnumField(
                null=True,
                description="SHIPPED: SHIPPED\nMOVING: MOVING\nCOMES_BACK: COMES_BACK\nARRIVED: ARRIVED\nORDER_ENDED: ORDER_ENDED",
                enum_type=Closing,
                max_length=20,
            ),
        ),
    ]

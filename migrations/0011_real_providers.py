from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.payments import PaymentMethod, PaymentScene


class Migration(migrations.Migration):
    dependencies = [("market", "0010_service_answers")]

    initial = False

    operations = [
        ops.AlterField(
            model_name="Payment",
            name="method",
            field=fields.CharEnumField(
                description="SIMULATOR: SIMULATOR\nEXTERNAL: EXTERNAL\nWECHAT_PAY: WECHAT_PAY\nALIPAY: ALIPAY",
                enum_type=PaymentMethod,
                max_length=20,
            ),
        ),
        ops.AlterField(
            model_name="Payment",
            name="pay_url",
            field=fields.CharField(default="", max_length=4000),
        ),
        ops.AddField(
            model_name="Payment",
            name="pay_code",
            field=fields.TextField(
                default="", description="what a QR code shows, or what an app hands to the provider", unique=False
            ),
        ),
        ops.AddField(
            model_name="Payment",
            name="scene",
            field=fields.CharEnumField(
                default=PaymentScene.BROWSER,
                description="QR_CODE: QR_CODE\nBROWSER: BROWSER\nIN_APP: IN_APP",
                enum_type=PaymentScene,
                max_length=10,
            ),
        ),
    ]

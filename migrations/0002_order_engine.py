from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from models.backends.schema import add_missing_checks, keep_checks
from models.fulfillment import ParcelState
from models.orders import DeliveryMode, ReviewState
from models.payments import LedgerAccount, PaymentPurpose, RefundReason


class Migration(migrations.Migration):
    dependencies = [("market", "0001_initial")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Order",
            name="delivery_mode",
            field=fields.CharEnumField(
                default=DeliveryMode.HOME,
                description="HOME: HOME\nPICKUP: PICKUP\nCOURIER: COURIER\nSERVICE: SERVICE",
                enum_type=DeliveryMode,
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="open_cases",
            field=fields.IntField(default=0, description="cases that keep it from being completed"),
        ),
        ops.AddField(
            model_name="Order",
            name="review",
            field=fields.CharEnumField(
                default=ReviewState.NONE,
                description="NONE: NONE\nPENDING: PENDING\nCLAIMED: CLAIMED\nAPPROVED: APPROVED\nREJECTED: REJECTED",
                enum_type=ReviewState,
                max_length=10,
            ),
        ),
        ops.AddConstraint(
            model_name="Order",
            constraint=CheckConstraint(check="open_cases >= 0", name="order_open_cases_not_negative"),
        ),
        ops.AlterField(
            model_name="Parcel",
            name="state",
            field=fields.CharEnumField(
                default=ParcelState.SHIPPED,
                description="SHIPPED: SHIPPED\nIN_TRANSIT: IN_TRANSIT\nOUT_FOR_DELIVERY: OUT_FOR_DELIVERY\nAT_PICKUP_POINT: AT_PICKUP_POINT\nDELIVERED: DELIVERED\nLOST: LOST\nDAMAGED: DAMAGED\nREFUSED: REFUSED\nRETURNING: RETURNING\nRETURNED: RETURNED",
                enum_type=ParcelState,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Payment",
            name="claim_id",
            field=fields.UUIDField(null=True, description="the order change or courier job that it pays"),
        ),
        ops.AddField(
            model_name="Payment",
            name="purpose",
            field=fields.CharEnumField(
                default=PaymentPurpose.ORDER,
                description="ORDER: ORDER\nDIFFERENCE: DIFFERENCE\nTIP: TIP",
                enum_type=PaymentPurpose,
                max_length=10,
            ),
        ),
        ops.AddIndex(
            model_name="Payment",
            index=Index(fields=["claim_id"]),
        ),
        ops.AlterField(
            model_name="Posting",
            name="account",
            field=fields.CharEnumField(
                description="PROVIDER_CLEARING: PROVIDER_CLEARING\nCUSTOMER_DEPOSITS: CUSTOMER_DEPOSITS\nSALES: SALES\nSHIPPING_INCOME: SHIPPING_INCOME\nSALES_RETURNS: SALES_RETURNS\nREFUNDS_PAYABLE: REFUNDS_PAYABLE\nTIPS_PAYABLE: TIPS_PAYABLE\nSUSPENSE: SUSPENSE",
                enum_type=LedgerAccount,
                max_length=30,
            ),
        ),
        ops.AlterField(
            model_name="Refund",
            name="reason",
            field=fields.CharEnumField(
                description="CANCELED: CANCELED\nQUALITY: QUALITY\nWRONG_OR_MISSING: WRONG_OR_MISSING\nDAMAGED_IN_TRANSIT: DAMAGED_IN_TRANSIT\nNO_REASON: NO_REASON\nLATE_PAYMENT: LATE_PAYMENT\nPAID_TWICE: PAID_TWICE\nCLAIM_GONE: CLAIM_GONE\nNOT_DELIVERED: NOT_DELIVERED\nGOODWILL: GOODWILL",
                enum_type=RefundReason,
                max_length=20,
            ),
        ),
        ops.AlterField(
            model_name="TrackingEvent",
            name="state",
            field=fields.CharEnumField(
                description="SHIPPED: SHIPPED\nIN_TRANSIT: IN_TRANSIT\nOUT_FOR_DELIVERY: OUT_FOR_DELIVERY\nAT_PICKUP_POINT: AT_PICKUP_POINT\nDELIVERED: DELIVERED\nLOST: LOST\nDAMAGED: DAMAGED\nREFUSED: REFUSED\nRETURNING: RETURNING\nRETURNED: RETURNED",
                enum_type=ParcelState,
                max_length=20,
            ),
        ),
        ops.RunPython(add_missing_checks, keep_checks),
    ]

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.backends.books import guard, unguard
from models.payments import LedgerAccount


class Migration(migrations.Migration):
    dependencies = [("market", "0004_parts_of_bundles")]

    initial = False

    operations = [
        ops.AddField(
            model_name="JournalEntry",
            name="booked_by",
            field=fields.UUIDField(null=True, description="who booked it by hand"),
        ),
        ops.AddField(
            model_name="JournalEntry",
            name="digest",
            field=fields.CharField(
                null=True, description="SHA-256 over the one before it and all it says", max_length=64
            ),
        ),
        ops.AddField(
            model_name="JournalEntry",
            name="note",
            field=fields.CharField(default="", description="why it was booked by hand", max_length=500),
        ),
        ops.AddField(
            model_name="JournalEntry",
            name="number",
            field=fields.BigIntField(null=True, unique=True, description="1, 2, 3 …: its place in the chain"),
        ),
        ops.AddField(
            model_name="JournalEntry",
            name="reverses_id",
            field=fields.UUIDField(null=True, unique=True, description="the entry that it takes back"),
        ),
        ops.AddIndex(
            model_name="JournalEntry",
            index=Index(fields=["created_at", "id"]),
        ),
        ops.AlterField(
            model_name="Posting",
            name="account",
            field=fields.CharEnumField(
                description="PROVIDER_CLEARING: PROVIDER_CLEARING\nCUSTOMER_DEPOSITS: CUSTOMER_DEPOSITS\nSALES: SALES\nSHIPPING_INCOME: SHIPPING_INCOME\nSALES_RETURNS: SALES_RETURNS\nGOODWILL: GOODWILL\nPROVIDER_FEES: PROVIDER_FEES\nOTHER_INCOME: OTHER_INCOME\nREFUNDS_PAYABLE: REFUNDS_PAYABLE\nTIPS_PAYABLE: TIPS_PAYABLE\nORDER_TRANSFERS: ORDER_TRANSFERS\nSUSPENSE: SUSPENSE",
                enum_type=LedgerAccount,
                max_length=30,
            ),
        ),
        ops.RunPython(guard, unguard),
    ]

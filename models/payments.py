"""Money: attempts to pay, what providers told us, refunds, the double-entry ledger, and the simulator's own books."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.fields import SealedText
from models.orders import Order, OrderLine


class PaymentState(StrEnum):
    """Where an attempt to pay stands. `domain/payments/states.py` says what may follow what."""

    PENDING = "PENDING"
    CAPTURED = "CAPTURED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


class PaymentMethod(StrEnum):
    """How the customer pays."""

    SIMULATOR = "SIMULATOR"
    EXTERNAL = "EXTERNAL"
    WECHAT_PAY = "WECHAT_PAY"
    ALIPAY = "ALIPAY"


class PaymentScene(StrEnum):
    """Where the customer is while paying, which decides what a client has to show."""

    QR_CODE = "QR_CODE"
    BROWSER = "BROWSER"
    IN_APP = "IN_APP"


class PaymentPurpose(StrEnum):
    """What an attempt to pay is for."""

    ORDER = "ORDER"
    DIFFERENCE = "DIFFERENCE"
    TIP = "TIP"


class RefundState(StrEnum):
    """Where a refund stands."""

    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class RefundReason(StrEnum):
    """Why money goes back."""

    CANCELED = "CANCELED"
    QUALITY = "QUALITY"
    WRONG_OR_MISSING = "WRONG_OR_MISSING"
    DAMAGED_IN_TRANSIT = "DAMAGED_IN_TRANSIT"
    NO_REASON = "NO_REASON"
    LATE_PAYMENT = "LATE_PAYMENT"
    PAID_TWICE = "PAID_TWICE"
    CLAIM_GONE = "CLAIM_GONE"
    NOT_DELIVERED = "NOT_DELIVERED"
    GOODWILL = "GOODWILL"


class Payment(Row):
    """One attempt to pay an order. Every attempt is kept."""

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("market.Order", related_name="payments")
    order_id: UUID
    number = fields.CharField(max_length=20, unique=True)
    provider = fields.CharField(max_length=30)
    method = fields.CharEnumField(PaymentMethod, max_length=20)
    state = fields.CharEnumField(PaymentState, max_length=10, default=PaymentState.PENDING)
    purpose = fields.CharEnumField(PaymentPurpose, max_length=10, default=PaymentPurpose.ORDER)
    claim_id = fields.UUIDField(null=True, description="the order change or courier job that it pays")
    currency = fields.CharField(max_length=3)
    amount = fields.BigIntField()
    captured = fields.BigIntField(default=0, description="what the provider took, in minor units")
    refunded = fields.BigIntField(default=0, description="given or promised back of it")
    provider_reference = fields.CharField(max_length=80, null=True)
    scene = fields.CharEnumField(PaymentScene, max_length=10, default=PaymentScene.BROWSER)
    pay_url = fields.CharField(max_length=4000, default="")
    pay_code = fields.TextField(default="", description="what a QR code shows, or what an app hands to the provider")
    payer = SealedText(null=True, description="who paid, as the provider names them")
    failure = fields.CharField(max_length=60, default="", description="the provider's reason")
    is_late = fields.BooleanField(default=False, description="captured when its order no longer waited for money")
    is_applied = fields.BooleanField(
        default=False, description="its money pays for the order, what was captured otherwise goes back"
    )
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    captured_at = fields.DatetimeField(null=True)
    ask_at = fields.DatetimeField(null=True, description="when its provider is asked what became of it, while unknown")

    class Meta:
        table = "payment"
        unique_together = (("provider", "provider_reference"),)
        indexes = (Index(fields=("order_id", "created_at")), Index(fields=("claim_id",)), Index(fields=("ask_at",)))
        constraints = (CheckConstraint(check="refunded <= captured", name="payment_never_over_refunded"),)


class ProviderNotice(Row):
    """A callback of a provider, kept once however often it comes."""

    provider = fields.CharField(max_length=30)
    notice_id = fields.CharField(max_length=80)
    kind = fields.CharField(max_length=40)
    payload = fields.JSONField[dict[str, object]]()
    received_at = fields.DatetimeField()
    outcome = fields.CharField(max_length=60, default="")

    class Meta:
        table = "provider_notice"
        unique_together = (("provider", "notice_id"),)


class Refund(Row):
    """Money on its way back to one payment."""

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("market.Order", related_name="refunds")
    order_id: UUID
    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField("market.Payment", related_name="refunds")
    payment_id: UUID
    number = fields.CharField(max_length=20, unique=True)
    batch_id = fields.UUIDField(description="the same for all refunds of one request, the key of the first")
    state = fields.CharEnumField(RefundState, max_length=10, default=RefundState.PENDING)
    reason = fields.CharEnumField(RefundReason, max_length=20)
    note = fields.CharField(max_length=500, default="")
    currency = fields.CharField(max_length=3)
    amount = fields.BigIntField()
    shipping = fields.BigIntField(default=0, description="part of the amount that is shipping")
    goodwill = fields.BigIntField(default=0, description="part of the amount that is for no goods")
    requested_by = fields.UUIDField(null=True)
    attempt = fields.IntField(default=1, description="how often the provider was asked anew after it had refused")
    provider_reference = fields.CharField(max_length=80, null=True)
    failure = fields.CharField(max_length=60, default="")
    created_at = fields.DatetimeField()
    succeeded_at = fields.DatetimeField(null=True)
    ask_at = fields.DatetimeField(null=True, description="when its provider is asked what became of it, while unknown")

    class Meta:
        table = "refund"
        indexes = (
            Index(fields=("ask_at",)),
            Index(fields=("order_id", "created_at")),
            Index(fields=("payment_id",)),
            Index(fields=("batch_id",)),
        )
        constraints = (CheckConstraint(check="amount > 0", name="refund_positive"),)


class RefundLine(Row):
    """Units of an order line in a refund."""

    refund: fields.ForeignKeyRelation[Refund] = fields.ForeignKeyField("market.Refund", related_name="lines")
    refund_id: UUID
    order_line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField(
        "market.OrderLine", related_name="refund_lines"
    )
    order_line_id: UUID
    quantity = fields.IntField()
    amount = fields.BigIntField()

    class Meta:
        table = "refund_line"


class LedgerAccount(StrEnum):
    """Accounts of the ledger. Debits are positive, credits negative."""

    PROVIDER_CLEARING = "PROVIDER_CLEARING"  # asset: what providers hold for us
    CUSTOMER_DEPOSITS = "CUSTOMER_DEPOSITS"  # liability: paid for, not yet earned
    SALES = "SALES"  # revenue
    SHIPPING_INCOME = "SHIPPING_INCOME"  # revenue
    SALES_RETURNS = "SALES_RETURNS"  # contra revenue
    GOODWILL = "GOODWILL"  # expense: given to customers for no goods
    PROVIDER_FEES = "PROVIDER_FEES"  # expense: kept by providers for their service
    OTHER_INCOME = "OTHER_INCOME"  # revenue: money that turned out to be nobody's else
    REFUNDS_PAYABLE = "REFUNDS_PAYABLE"  # liability: promised back, not yet gone
    TIPS_PAYABLE = "TIPS_PAYABLE"  # liability: given for couriers
    ORDER_TRANSFERS = "ORDER_TRANSFERS"  # on its way from one order to another, always zero
    SUSPENSE = "SUSPENSE"  # liability: came in without a claim of ours


class JournalEntry(Row):
    """One movement of money. Its postings sum to zero.

    It is written after its postings and never changed: triggers of the database see to both, see
    `models/backends/books.py`. Only its place in the chain is added, once.
    """

    kind = fields.CharField(max_length=40)
    reference = fields.CharField(
        max_length=160, unique=True, description="what it books, booking the same twice is refused"
    )
    order_id = fields.UUIDField(null=True)
    reverses_id = fields.UUIDField(null=True, unique=True, description="the entry that it takes back")
    booked_by = fields.UUIDField(null=True, description="who booked it by hand")
    note = fields.CharField(max_length=500, default="", description="why it was booked by hand")
    number = fields.BigIntField(null=True, unique=True, description="1, 2, 3 …: its place in the chain")
    digest = fields.CharField(max_length=64, null=True, description="SHA-256 over the one before it and all it says")
    created_at = fields.DatetimeField()

    class Meta:
        table = "journal_entry"
        indexes = (Index(fields=("order_id",)), Index(fields=("created_at", "id")))


class Posting(Row):
    """One side of a journal entry."""

    entry: fields.ForeignKeyRelation[JournalEntry] = fields.ForeignKeyField(
        "market.JournalEntry", related_name="postings"
    )
    entry_id: UUID
    account = fields.CharEnumField(LedgerAccount, max_length=30)
    currency = fields.CharField(max_length=3)
    amount = fields.BigIntField(description="minor units, debit positive, credit negative")

    class Meta:
        table = "posting"
        indexes = (Index(fields=("account", "currency")),)


class ChargeState(StrEnum):
    """Where a charge stands in the simulator's books."""

    OPEN = "OPEN"
    PAID = "PAID"
    DECLINED = "DECLINED"
    CLOSED = "CLOSED"


class SimulatedCharge(Row):
    """The payment simulator's own record of a charge or a refund, the market itself never reads it."""

    reference = fields.CharField(max_length=80, unique=True)
    request_key = fields.CharField(
        max_length=80, unique=True, description="the merchant's number, repeated requests find it"
    )
    kind = fields.CharField(max_length=10, description="charge or refund")
    parent_reference = fields.CharField(max_length=80, default="", description="of a refund: the charge")
    state = fields.CharEnumField(ChargeState, max_length=10, default=ChargeState.OPEN)
    currency = fields.CharField(max_length=3)
    amount = fields.BigIntField()
    title = fields.CharField(max_length=200, default="")
    return_url = fields.CharField(max_length=500, default="")
    notify_url = fields.CharField(max_length=500, default="")
    refuses_refunds = fields.BooleanField(default=False, description="the next refund of it fails")
    is_silent = fields.BooleanField(default=False, description="nobody is called back about it or its refunds")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    paid_at = fields.DatetimeField(null=True)

    class Meta:
        table = "simulated_charge"


class SimulatedNotice(Row):
    """A callback that the simulator has still to deliver, or has delivered."""

    charge_reference = fields.CharField(max_length=80)
    notice_id = fields.CharField(max_length=80, description="the same for a duplicate")
    notify_url = fields.CharField(max_length=500)
    body = SealedText(description="sealed: it may name whoever paid")
    bad_signatures = fields.IntField(default=0, description="how many deliveries are signed wrongly on request")
    due_at = fields.DatetimeField()
    attempts = fields.IntField(default=0)
    delivered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "simulated_notice"
        indexes = (Index(fields=("charge_reference",)),)

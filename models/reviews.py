"""What makes an order look risky, what the checks found, and the reviews in which a person decides."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index

from models.base import Row
from models.fields import SealedText


class RiskRuleKind(StrEnum):
    """What a rule looks at. `domain/orders/risk.py` says what its parameters mean."""

    ORDER_AMOUNT = "ORDER_AMOUNT"
    MANY_UNITS = "MANY_UNITS"
    REGION = "REGION"
    VELOCITY = "VELOCITY"
    NOTE_KEYWORDS = "NOTE_KEYWORDS"
    NEW_ACCOUNT = "NEW_ACCOUNT"
    PAYER_MISMATCH = "PAYER_MISMATCH"


class VelocityKey(StrEnum):
    """By what a velocity rule takes orders for the same buyer's."""

    ACCOUNT = "ACCOUNT"
    PHONE = "PHONE"
    ADDRESS = "ADDRESS"


class RiskRule(Row):
    """One thing that makes an order look risky, and by how much."""

    name = fields.CharField(max_length=80)
    kind = fields.CharEnumField(RiskRuleKind, max_length=20)
    parameters = fields.JSONField[dict[str, object]](default=dict)
    points = fields.IntField(description="added to the score of an order that it fits")
    is_enabled = fields.BooleanField(default=True)
    version = fields.IntField(default=1)
    edited_by = fields.UUIDField(null=True)
    edited_at = fields.DatetimeField()

    class Meta:
        table = "risk_rule"


class RiskPolicy(Row):
    """From which score on a person looks, and from which on the order is turned down, at most one row."""

    name = fields.CharField(max_length=10, unique=True, default="market")
    review_from = fields.IntField(null=True, description="empty: never")
    reject_from = fields.IntField(null=True, description="empty: never")
    version = fields.IntField(default=1)

    class Meta:
        table = "risk_policy"


class RiskMoment(StrEnum):
    """When an order is checked."""

    SUBMISSION = "SUBMISSION"
    PAYMENT = "PAYMENT"


class RiskDecision(StrEnum):
    """What a check came to."""

    PASS = "PASS"
    REVIEW = "REVIEW"
    REJECT = "REJECT"


class RiskAssessment(Row):
    """One check of an order: the score, and every rule that it fits with the facts at that time."""

    order_id = fields.UUIDField()
    occasion = fields.CharEnumField(RiskMoment, max_length=10)
    score = fields.IntField()
    findings = fields.JSONField[list[dict[str, object]]](
        default=list, description="rule_id, name, kind, points, facts, names of people only masked"
    )
    decision = fields.CharEnumField(RiskDecision, max_length=10)
    created_at = fields.DatetimeField()

    class Meta:
        table = "risk_assessment"
        indexes = (Index(fields=("order_id", "created_at")),)


class ReviewStage(StrEnum):
    """Where a review stands."""

    PENDING = "PENDING"
    CLAIMED = "CLAIMED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    LAPSED = "LAPSED"


class RejectReason(StrEnum):
    """Why a reviewer turns an order down, for staff."""

    SUSPECTED_FRAUD = "SUSPECTED_FRAUD"
    BUYER_DENIES = "BUYER_DENIES"
    UNREACHABLE = "UNREACHABLE"
    WRONG_CONTACT = "WRONG_CONTACT"
    RESALE = "RESALE"
    OTHER = "OTHER"


class Review(Row):
    """A person's look at one order. At most one of an order is open, under the order's lock."""

    order_id = fields.UUIDField()
    stage = fields.CharEnumField(ReviewStage, max_length=10, default=ReviewStage.PENDING)
    score = fields.IntField(description="the highest of the checks that asked for it")
    opened_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    escalated_at = fields.DatetimeField(null=True, description="when it was found to be overdue")
    claimed_by = fields.UUIDField(null=True)
    claimed_at = fields.DatetimeField(null=True)
    claimed_until = fields.DatetimeField(null=True)
    reject_reason = fields.CharEnumField(RejectReason, max_length=20, null=True)
    note = fields.CharField(max_length=500, default="", description="what the reviewer wrote about the decision")
    decided_by = fields.UUIDField(null=True)
    decided_at = fields.DatetimeField(null=True)
    sequence = fields.IntField(default=0, description="of the newest event")
    version = fields.IntField(default=1)

    class Meta:
        table = "review"
        indexes = (
            Index(fields=("order_id",)),
            Index(fields=("stage", "opened_at", "id")),
            Index(fields=("stage", "score", "id")),
            Index(fields=("stage", "due_at")),
            Index(fields=("opened_at", "id")),
        )


class CallOutcome(StrEnum):
    """What came of a telephone call to the buyer."""

    CONFIRMED = "CONFIRMED"
    NO_ANSWER = "NO_ANSWER"
    DENIED = "DENIED"
    WRONG_NUMBER = "WRONG_NUMBER"


class ReviewCall(Row):
    """A telephone call to the buyer, as the reviewer records it."""

    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField("market.Review", related_name="calls")
    review_id: UUID
    outcome = fields.CharEnumField(CallOutcome, max_length=20)
    note = SealedText(default="")
    called_by = fields.UUIDField(null=True)
    called_at = fields.DatetimeField()

    class Meta:
        table = "review_call"
        indexes = (Index(fields=("review_id", "called_at")),)

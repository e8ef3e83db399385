"""What a customer asks for after receiving an order: a case, its lines, what was found and what came of it."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.orders import Order, OrderLine


class ServiceState(StrEnum):
    """Where a case stands. `domain/service/states.py` says what may follow what."""

    REQUESTED = "REQUESTED"
    AWAITING_GOODS = "AWAITING_GOODS"
    GOODS_UNDERWAY = "GOODS_UNDERWAY"
    APPEALED = "APPEALED"
    RESOLVED = "RESOLVED"
    REJECTED = "REJECTED"
    CANCELED = "CANCELED"
    CLOSED = "CLOSED"


class ServiceLineState(StrEnum):
    """Where one line of a case stands."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    SETTLED = "SETTLED"
    SENT_BACK = "SENT_BACK"
    REJECTED = "REJECTED"
    GIVEN_UP = "GIVEN_UP"


class Wish(StrEnum):
    """What the customer would have."""

    REFUND_ONLY = "REFUND_ONLY"
    RETURN_AND_REFUND = "RETURN_AND_REFUND"
    COMPENSATION = "COMPENSATION"


class ServiceReason(StrEnum):
    """Why the customer is not content."""

    NO_REASON = "NO_REASON"
    QUALITY = "QUALITY"
    WRONG_OR_MISSING = "WRONG_OR_MISSING"
    SIZE = "SIZE"
    MALFUNCTION = "MALFUNCTION"
    DAMAGED_IN_TRANSIT = "DAMAGED_IN_TRANSIT"


class Grade(StrEnum):
    """How units were found that came back."""

    AS_NEW = "AS_NEW"
    DAMAGED = "DAMAGED"
    WRONG_ITEM = "WRONG_ITEM"


class ServiceCase(Row):
    """A customer's request about goods that were received. Amounts of its lines are minor units of `currency`."""

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("market.Order", related_name="service_cases")
    order_id: UUID
    number = fields.CharField(max_length=20, unique=True, description="for people, opens nothing by itself")
    state = fields.CharEnumField(ServiceState, max_length=20, default=ServiceState.REQUESTED)
    currency = fields.CharField(max_length=3)
    note = fields.CharField(max_length=1000, default="", description="what the customer wrote")
    due_at = fields.DatetimeField(null=True, description="until when the next step is to be done")
    escalated_at = fields.DatetimeField(null=True, description="when the shop had let the time for a step go by")
    decided_by = fields.UUIDField(null=True, description="who agreed or turned down, the newest time")
    decided_at = fields.DatetimeField(null=True)
    explanation = fields.CharField(max_length=500, default="", description="what the customer was told about it")
    carrier = fields.CharField(max_length=40, default="", description="with whom the goods come back")
    waybill = fields.CharField(max_length=60, default="")
    shipped_back_at = fields.DatetimeField(null=True)
    inspected_by = fields.UUIDField(null=True)
    inspected_at = fields.DatetimeField(null=True)
    returned_waybill = fields.CharField(max_length=60, default="", description="of what goes to the customer again")
    appeal = fields.CharField(max_length=1000, default="", description="what the customer says against the decision")
    appeal_by = fields.DatetimeField(null=True, description="until when the customer may appeal")
    appealed_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)
    opened_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "service_case"
        indexes = (
            Index(fields=("order_id", "opened_at")),
            Index(fields=("state", "due_at", "id")),
        )
        constraints = (
            CheckConstraint(
                check="(ended_at IS NULL) = (state IN ('REQUESTED', 'AWAITING_GOODS', 'GOODS_UNDERWAY', 'APPEALED'))",
                name="service_case_live_or_ended",
            ),
        )


class ServiceCaseLine(Row):
    """Units of an order line that a case is about. Amounts are minor units of the case's `currency`."""

    case: fields.ForeignKeyRelation[ServiceCase] = fields.ForeignKeyField("market.ServiceCase", related_name="lines")
    case_id: UUID
    order_line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField(
        "market.OrderLine", related_name="service_lines"
    )
    order_line_id: UUID
    position = fields.IntField()
    quantity = fields.IntField()
    wish = fields.CharEnumField(Wish, max_length=20)
    reason = fields.CharEnumField(ServiceReason, max_length=20)
    state = fields.CharEnumField(ServiceLineState, max_length=10, default=ServiceLineState.REQUESTED)
    expected = fields.BigIntField(null=True, description="what it would give when it was asked for, no goodwill")
    amount = fields.BigIntField(null=True, description="what was given")
    explanation = fields.CharField(max_length=500, default="", description="why it was turned down, or less was given")
    findings = fields.JSONField[list[dict[str, object]]](
        default=list, description="units as they came back: quantity, grade, and whether they were sent back"
    )

    class Meta:
        table = "service_case_line"
        unique_together = (("case_id", "order_line_id"),)
        indexes = (Index(fields=("order_line_id", "state")),)
        constraints = (CheckConstraint(check="quantity > 0", name="service_case_line_positive"),)

"""How goods reach the customer: parcels, what is in them, and what carriers report."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from kit.text import Localized
from models.base import Row
from models.fields import SealedJson
from models.orders import Order, OrderLine


class CarrierCode(StrEnum):
    """Who carries a parcel. Those without an adapter need a waybill from their own system and are tracked by hand."""

    SIMULATOR = "simulator"
    OWN_COURIER = "own"
    SF_EXPRESS = "sf"
    JD_LOGISTICS = "jd"
    ZTO = "zto"
    YTO = "yto"
    EMS = "ems"


class ParcelState(StrEnum):
    """Where a parcel stands. `domain/fulfillment/states.py` says what may follow what."""

    SHIPPED = "SHIPPED"
    IN_TRANSIT = "IN_TRANSIT"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    AT_PICKUP_POINT = "AT_PICKUP_POINT"
    DELIVERED = "DELIVERED"
    LOST = "LOST"
    DAMAGED = "DAMAGED"
    REFUSED = "REFUSED"
    RETURNING = "RETURNING"
    RETURNED = "RETURNED"


class ScanKind(StrEnum):
    """What a report is about, beside where the parcel stands."""

    MOVE = "MOVE"
    ATTEMPT_FAILED = "ATTEMPT_FAILED"
    DELAYED = "DELAYED"
    CANCELED = "CANCELED"
    NOTE = "NOTE"


class BookingState(StrEnum):
    """Where a label stands that we asked a carrier for."""

    ASKED = "ASKED"
    BOOKED = "BOOKED"
    USED = "USED"
    VOIDING = "VOIDING"
    VOIDED = "VOIDED"
    LEFT = "LEFT"


class NoticeState(StrEnum):
    """What became of a carrier's push."""

    APPLIED = "APPLIED"
    WAITING = "WAITING"


class CarrierFault(StrEnum):
    """What the carrier simulator is asked to let happen to a parcel."""

    NONE = "NONE"
    DELAY = "DELAY"
    LOSS = "LOSS"
    DAMAGE = "DAMAGE"
    REFUSAL = "REFUSAL"
    FAILED_ATTEMPT = "FAILED_ATTEMPT"
    SILENCE = "SILENCE"
    WRONG_ORDER = "WRONG_ORDER"
    DUPLICATES = "DUPLICATES"
    INTERCEPTION = "INTERCEPTION"


class Trouble(StrEnum):
    """What can go wrong on the way to the customer. `domain/fulfillment/watching.py` sees it."""

    LATE_DISPATCH = "LATE_DISPATCH"
    PAST_ESTIMATE = "PAST_ESTIMATE"
    NO_SCAN = "NO_SCAN"
    FAILED_ATTEMPTS = "FAILED_ATTEMPTS"
    LOST = "LOST"
    DAMAGED = "DAMAGED"
    REFUSED = "REFUSED"
    RETURNED = "RETURNED"


class InterceptionAction(StrEnum):
    """What shall become of a parcel that is stopped."""

    RETURN = "RETURN"
    NEW_ADDRESS = "NEW_ADDRESS"


class InterceptionState(StrEnum):
    """What came of the wish to stop a parcel."""

    REQUESTED = "REQUESTED"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    DONE = "DONE"
    FAILED = "FAILED"


class Parcel(Row):
    """Goods of one order handed to a carrier under one waybill."""

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("market.Order", related_name="parcels")
    order_id: UUID
    number = fields.CharField(max_length=20, unique=True)
    shipment_id = fields.UUIDField(description="the same for all parcels that were handed over at once")
    warehouse_id = fields.UUIDField()
    carrier = fields.CharEnumField(CarrierCode, max_length=30)
    waybill = fields.CharField(max_length=60)
    state = fields.CharEnumField(ParcelState, max_length=20, default=ParcelState.SHIPPED)
    shipped_at = fields.DatetimeField()
    estimated_at = fields.DatetimeField(null=True, description="when the carrier means to deliver")
    delivered_at = fields.DatetimeField(null=True)
    heard_at = fields.DatetimeField(null=True, description="when its carrier last told us something new")
    is_pushed = fields.BooleanField(default=False, description="its carrier tells us by itself, and goes on doing so")
    carrier_canceled_at = fields.DatetimeField(null=True, description="when the carrier said that it gave the order up")
    seen_at = fields.DatetimeField(null=True, description="when its newest scan happened, empty before the first")
    failed_attempts = fields.IntField(default=0, description="how often it was brought to the door in vain")
    written_off_at = fields.DatetimeField(
        null=True, description="since when units of it do not count as shipped any more"
    )
    received_back_at = fields.DatetimeField(null=True, description="when it was scanned at the returns desk")

    class Meta:
        table = "parcel"
        unique_together = (("carrier", "waybill"),)
        indexes = (Index(fields=("order_id",)), Index(fields=("shipment_id",)), Index(fields=("state",)))


class ParcelLine(Row):
    """Units of an order line in a parcel."""

    parcel: fields.ForeignKeyRelation[Parcel] = fields.ForeignKeyField("market.Parcel", related_name="lines")
    parcel_id: UUID
    order_line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField(
        "market.OrderLine", related_name="parcel_lines"
    )
    order_line_id: UUID
    quantity = fields.IntField()
    written_off = fields.IntField(default=0, description="units that do not count as shipped any more")
    restocked = fields.IntField(default=0, description="units that came back to the shelf")
    broken = fields.IntField(default=0, description="units that came back and were of no use any more")

    class Meta:
        table = "parcel_line"
        unique_together = (("parcel_id", "order_line_id"),)
        constraints = (
            CheckConstraint(check="quantity > 0", name="parcel_line_positive"),
            CheckConstraint(check="written_off <= quantity", name="parcel_line_written_off_once"),
            CheckConstraint(check="restocked <= quantity", name="parcel_line_restocked_once"),
            CheckConstraint(check="broken >= 0 AND restocked + broken <= quantity", name="parcel_line_back_once"),
        )


class Interception(Row):
    """The wish to stop a parcel that is on its way, the carrier's answer, and what came of it."""

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("market.Order", related_name="interceptions")
    order_id: UUID
    parcel: fields.ForeignKeyRelation[Parcel] = fields.ForeignKeyField("market.Parcel", related_name="interceptions")
    parcel_id: UUID
    batch_id = fields.UUIDField(description="the same for all parcels of one request")
    action = fields.CharEnumField(InterceptionAction, max_length=20)
    state = fields.CharEnumField(InterceptionState, max_length=10, default=InterceptionState.REQUESTED)
    address = SealedJson(null=True, description="where it shall go instead")
    note = fields.CharField(max_length=500, default="")
    is_for_staff = fields.BooleanField(default=False, description="the carrier cannot be asked by program")
    tries = fields.IntField(default=0)
    refusal = fields.CharField(max_length=60, default="", description="the carrier's reason")
    requested_by = fields.UUIDField(null=True)
    decided_by = fields.UUIDField(null=True)
    requested_at = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "interception"
        indexes = (
            Index(fields=("order_id",)),
            Index(fields=("parcel_id", "state")),
            Index(fields=("batch_id",)),
            Index(fields=("is_for_staff", "requested_at", "id")),
        )


class TrackingEvent(Row):
    """One scan by a carrier, kept once however often and in whatever order it is reported."""

    parcel: fields.ForeignKeyRelation[Parcel] = fields.ForeignKeyField("market.Parcel", related_name="tracking")
    parcel_id: UUID
    scan_id = fields.CharField(max_length=80)
    state = fields.CharEnumField(ParcelState, max_length=20)
    kind = fields.CharEnumField(ScanKind, max_length=20, default=ScanKind.MOVE)
    place = fields.JSONField[Localized](default=dict)
    description = fields.JSONField[Localized](default=dict)
    occurred_at = fields.DatetimeField()
    received_at = fields.DatetimeField()

    class Meta:
        table = "tracking_event"
        unique_together = (("parcel_id", "scan_id"),)
        indexes = (Index(fields=("parcel_id", "occurred_at")),)


class CarrierBooking(Row):
    """A label that we asked a carrier for, written down before asking so that none is forgotten."""

    request_key = fields.CharField(max_length=80, description="the caller's, the same for every try of one call")
    attempt = fields.IntField(description="counts on after a label under this key was given back")
    order_id = fields.UUIDField(null=True)
    carrier = fields.CharEnumField(CarrierCode, max_length=30)
    state = fields.CharEnumField(BookingState, max_length=10, default=BookingState.ASKED)
    waybill = fields.CharField(max_length=60, null=True)
    reference = fields.CharField(max_length=120, default="", description="what the carrier wants to hear to cancel it")
    marks = fields.JSONField[dict[str, str]](default=dict, description="what its own label shows beside the waybill")
    estimated_at = fields.DatetimeField(null=True)
    asked_at = fields.DatetimeField()

    class Meta:
        table = "carrier_booking"
        unique_together = (("request_key", "attempt"),)
        indexes = (Index(fields=("state", "asked_at")), Index(fields=("order_id",)))


class CarrierNotice(Row):
    """A push of a carrier, kept once however often it comes."""

    carrier = fields.CharEnumField(CarrierCode, max_length=30)
    notice_id = fields.CharField(max_length=80)
    waybill = fields.CharField(max_length=60)
    scans = fields.JSONField[list[dict[str, object]]]()
    goes_on = fields.BooleanField(default=True)
    state = fields.CharEnumField(NoticeState, max_length=10)
    received_at = fields.DatetimeField()

    class Meta:
        table = "carrier_notice"
        unique_together = (("carrier", "notice_id"),)
        indexes = (Index(fields=("carrier", "waybill")), Index(fields=("received_at",)))


class SimulatedParcel(Row):
    """The carrier simulator's own record of a parcel, the market itself never reads it."""

    request_key = fields.CharField(
        max_length=80, unique=True, description="the merchant's number, repeated requests find it"
    )
    waybill = fields.CharField(max_length=60, unique=True)
    from_province = fields.CharField(max_length=40)
    from_city = fields.CharField(max_length=40)
    to_province = fields.CharField(max_length=40)
    to_city = fields.CharField(max_length=40)
    weight_grams = fields.IntField()
    booked_at = fields.DatetimeField(description="by the market's clock")
    to_pickup_point = fields.BooleanField(default=False)
    canceled_at = fields.DatetimeField(null=True)
    fault = fields.CharEnumField(CarrierFault, max_length=20, default=CarrierFault.NONE)
    fault_after = fields.IntField(default=0, description="so many of its stops had been told, they stay as they were")
    push_url = fields.CharField(max_length=500, default="", description="where it reports by itself, empty for nowhere")
    pushed = fields.IntField(default=0, description="how many of its scans have been taken there")
    push_attempts = fields.IntField(default=0, description="how often the next ones were not taken")

    class Meta:
        table = "simulated_parcel"

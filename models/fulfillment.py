"""How goods reach the customer: parcels, what is in them, and what carriers report."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from kit.text import Localized
from models.base import Row
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
    DELIVERED = "DELIVERED"


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

    class Meta:
        table = "parcel_line"
        unique_together = (("parcel_id", "order_line_id"),)
        constraints = (CheckConstraint(check="quantity > 0", name="parcel_line_positive"),)


class TrackingEvent(Row):
    """One scan by a carrier, kept once however often and in whatever order it is reported."""

    parcel: fields.ForeignKeyRelation[Parcel] = fields.ForeignKeyField("market.Parcel", related_name="tracking")
    parcel_id: UUID
    scan_id = fields.CharField(max_length=80)
    state = fields.CharEnumField(ParcelState, max_length=20)
    place = fields.JSONField[Localized](default=dict)
    description = fields.JSONField[Localized](default=dict)
    occurred_at = fields.DatetimeField()
    received_at = fields.DatetimeField()

    class Meta:
        table = "tracking_event"
        unique_together = (("parcel_id", "scan_id"),)
        indexes = (Index(fields=("parcel_id", "occurred_at")),)


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

    class Meta:
        table = "simulated_parcel"

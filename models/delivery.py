"""Where, when and how goods may go: regions, time slots, pickup points, and what was agreed with an order."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from kit.text import Localized
from models.base import Row
from models.fields import SealedText


class DeliveryMode(StrEnum):
    """How an order reaches the customer."""

    HOME = "HOME"
    PICKUP = "PICKUP"
    COURIER = "COURIER"
    SERVICE = "SERVICE"


class DeliveryRegion(Row):
    """What the shop delivers in one city. The city `*` stands for all of the province without a row of their own."""

    province = fields.CharField(max_length=40, description="`*` for all that have no row of their own")
    city = fields.CharField(max_length=40, description="as people write it, or `*`")
    city_key = fields.CharField(max_length=40, description="what is compared, see domain/delivery/places.py")
    delivers = fields.BooleanField(default=True)
    modes = fields.JSONField[list[str]](default=list, description="names of DeliveryMode")
    cold_chain = fields.BooleanField(default=True, description="whether perishable goods arrive cold there")
    fragile = fields.BooleanField(default=True, description="whether goods that break easily go there")
    days_min = fields.IntField(default=1, description="days on the road from a warehouse of the province, at best")
    days_max = fields.IntField(default=3, description="and at worst")
    cut_off_hour = fields.IntField(default=16, description="o'clock in China, later orders leave a day later")
    version = fields.IntField(default=1)

    class Meta:
        table = "delivery_region"
        unique_together = (("province", "city_key"),)
        constraints = (
            CheckConstraint(check="days_min >= 0 AND days_max >= days_min", name="delivery_region_days"),
            CheckConstraint(check="cut_off_hour >= 0 AND cut_off_hour <= 23", name="delivery_region_cut_off"),
        )


class PickupPoint(Row):
    """A counter where customers collect their parcels."""

    code = fields.CharField(max_length=20, unique=True)
    name = fields.JSONField[Localized]()
    province = fields.CharField(max_length=40)
    city = fields.CharField(max_length=40)
    city_key = fields.CharField(max_length=40)
    district = fields.CharField(max_length=40, default="")
    street = fields.CharField(max_length=200)
    phone = fields.CharField(max_length=20, default="")
    latitude_e6 = fields.IntField(null=True, description="millionths of a degree")
    longitude_e6 = fields.IntField(null=True, description="millionths of a degree")
    opens_minute = fields.IntField(default=540, description="minutes after midnight in China")
    closes_minute = fields.IntField(default=1260)
    days_to_collect = fields.IntField(default=7)
    is_active = fields.BooleanField(default=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "pickup_point"
        indexes = (Index(fields=("province", "city_key")),)
        constraints = (
            CheckConstraint(check="closes_minute > opens_minute", name="pickup_point_opens_before_it_closes"),
            CheckConstraint(check="days_to_collect > 0", name="pickup_point_days_positive"),
        )


class SlotTemplate(Row):
    """A span of the day on some weekdays, from which the slots of the coming days are made."""

    mode = fields.CharEnumField(DeliveryMode, max_length=10)
    province = fields.CharField(max_length=40)
    city = fields.CharField(max_length=40)
    city_key = fields.CharField(max_length=40)
    pickup_point_id = fields.UUIDField(null=True, description="of which counter, for the mode PICKUP")
    weekdays = fields.JSONField[list[int]](description="1 is Monday, 7 is Sunday")
    from_minute = fields.IntField(description="minutes after midnight in China")
    to_minute = fields.IntField(description="at most 1380, which is 23:00")
    capacity = fields.IntField(description="orders in one slot")
    notice_minutes = fields.IntField(default=120, description="how long before its start a slot is closed")
    is_active = fields.BooleanField(default=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "slot_template"
        constraints = (
            CheckConstraint(
                check="from_minute >= 0 AND to_minute > from_minute AND to_minute <= 1380", name="slot_template_hours"
            ),
            CheckConstraint(check="capacity > 0", name="slot_template_capacity_positive"),
        )


class DeliverySlot(Row):
    """A span of one day with room for some orders, `taken` of which are promised."""

    template: fields.ForeignKeyRelation[SlotTemplate] = fields.ForeignKeyField(
        "market.SlotTemplate", related_name="slots"
    )
    template_id: UUID
    mode = fields.CharEnumField(DeliveryMode, max_length=10)
    province = fields.CharField(max_length=40)
    city_key = fields.CharField(max_length=40)
    pickup_point_id = fields.UUIDField(null=True)
    date = fields.DateField(description="in China")
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    closes_at = fields.DatetimeField(description="nobody can choose it from then on")
    capacity = fields.IntField()
    taken = fields.IntField(default=0)
    is_open = fields.BooleanField(default=True)

    @property
    def free(self) -> int:
        """Orders that still fit in."""
        return max(0, self.capacity - self.taken)

    class Meta:
        table = "delivery_slot"
        unique_together = (("template_id", "date"),)
        indexes = (
            Index(fields=("mode", "province", "city_key", "starts_at")),
            Index(fields=("pickup_point_id", "starts_at")),
        )
        constraints = (
            CheckConstraint(check="taken >= 0", name="delivery_slot_taken_not_negative"),
            CheckConstraint(check="taken <= capacity", name="delivery_slot_never_over_capacity"),
        )


class Delivery(Row):
    """What was agreed about the delivery of one order, and what became of it."""

    order_id = fields.UUIDField(unique=True)
    mode = fields.CharEnumField(DeliveryMode, max_length=10)
    slot_id = fields.UUIDField(null=True)
    slot_held = fields.BooleanField(default=False, description="whether the order counts in the slot's `taken`")
    slot_starts_at = fields.DatetimeField(null=True)
    slot_ends_at = fields.DatetimeField(null=True)
    promised_from = fields.DatetimeField(null=True, description="what the buyer was told when ordering")
    promised_until = fields.DatetimeField(null=True)
    days_min = fields.IntField(default=1, description="on the road, as it was when ordering")
    days_max = fields.IntField(default=3)
    pickup_point_id = fields.UUIDField(null=True)
    pickup_code: str | None = SealedText(null=True, description="six digits that open the counter, gone once used")
    code_tries = fields.IntField(default=0)
    codes_made = fields.IntField(default=0)
    arrived_at = fields.DatetimeField(null=True, description="when the first parcel lay at the counter")
    collect_by = fields.DatetimeField(null=True)
    collected_at = fields.DatetimeField(null=True)
    given_up_at = fields.DatetimeField(null=True, description="when nobody had come for it in time")
    started_at = fields.DatetimeField(null=True, description="when a booked service began")

    class Meta:
        table = "delivery"
        indexes = (Index(fields=("slot_id",)), Index(fields=("pickup_point_id", "collect_by")))


class ProofKind(StrEnum):
    """How it is known that something was delivered."""

    NAME = "NAME"
    PICTURE = "PICTURE"
    CODE = "CODE"


class DeliveryProof(Row):
    """That a parcel, or a booked service without one, reached the customer."""

    order_id = fields.UUIDField()
    parcel_id = fields.UUIDField(null=True, unique=True, description="empty for a service")
    kind = fields.CharEnumField(ProofKind, max_length=10)
    name = SealedText(null=True, description="who took it, as the courier wrote it down")
    picture = fields.CharField(max_length=64, null=True, description="name of the file among the proofs")
    actor_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "delivery_proof"
        indexes = (Index(fields=("order_id",)),)


class ProofPicture(Row):
    """A picture on its way to be a proof: an address to send it to, once."""

    token_hash = fields.CharField(max_length=64, unique=True)
    order_id = fields.UUIDField()
    actor_id = fields.UUIDField(null=True)
    file = fields.CharField(max_length=64, null=True, description="once it was received")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "proof_picture"


class JobState(StrEnum):
    """Where a delivery by the shop's own courier stands. `domain/fulfillment/couriers.py` says what may follow what."""

    OFFERED = "OFFERED"
    ASSIGNED = "ASSIGNED"
    PREPARING = "PREPARING"
    DELIVERING = "DELIVERING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


class CourierJob(Row):
    """One order that the shop's own courier brings to the door."""

    order_id = fields.UUIDField()
    number = fields.CharField(max_length=20, unique=True)
    state = fields.CharEnumField(JobState, max_length=10, default=JobState.OFFERED)
    is_current = fields.BooleanField(null=True, default=True, description="true for an order's newest job, else empty")
    courier_id = fields.UUIDField(null=True)
    attempt = fields.IntField(default=1, description="which try this is to bring the same goods")
    first_number = fields.CharField(
        max_length=20, default="", description="of the job under which the goods left the house, empty for that one"
    )
    failure = fields.CharField(max_length=200, default="")
    tip = fields.BigIntField(default=0, description="minor units of the order's currency, once it was paid")
    tip_paid_at = fields.DatetimeField(null=True)
    positions = fields.IntField(default=0, description="how many were reported, the newest one's number")
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    assigned_at = fields.DatetimeField(null=True)
    accepted_at = fields.DatetimeField(null=True)
    started_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "courier_job"
        unique_together = (("order_id", "is_current"),)
        indexes = (
            Index(fields=("courier_id", "state", "created_at", "id")),
            Index(fields=("state", "created_at", "id")),
        )


class CourierPosition(Row):
    """Where a courier was while delivering, forgotten after a day."""

    job: fields.ForeignKeyRelation[CourierJob] = fields.ForeignKeyField("market.CourierJob", related_name="track")
    job_id: UUID
    sequence = fields.IntField()
    latitude_e6 = fields.IntField(description="millionths of a degree")
    longitude_e6 = fields.IntField(description="millionths of a degree")
    reported_at = fields.DatetimeField()

    class Meta:
        table = "courier_position"
        unique_together = (("job_id", "sequence"),)
        indexes = (Index(fields=("reported_at",)),)

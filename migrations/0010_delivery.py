import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from kit.ids import new_id
from models.delivery import DeliveryMode, JobState, ProofKind
from models.fields import SealedText


class Migration(migrations.Migration):
    dependencies = [("market", "0009_carrier_faults")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CourierJob",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("order_id", fields.UUIDField()),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "state",
                    fields.CharEnumField(
                        default=JobState.OFFERED,
                        description="OFFERED: OFFERED\nASSIGNED: ASSIGNED\nPREPARING: PREPARING\nDELIVERING: DELIVERING\nCOMPLETED: COMPLETED\nFAILED: FAILED\nCANCELED: CANCELED",
                        enum_type=JobState,
                        max_length=10,
                    ),
                ),
                (
                    "is_current",
                    fields.BooleanField(
                        null=True, default=True, description="true for an order's newest job, else empty"
                    ),
                ),
                ("courier_id", fields.UUIDField(null=True)),
                ("failure", fields.CharField(default="", max_length=200)),
                (
                    "tip",
                    fields.BigIntField(default=0, description="minor units of the order's currency, once it was paid"),
                ),
                ("tip_paid_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "positions",
                    fields.IntField(default=0, description="how many were reported, the newest one's number"),
                ),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("assigned_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("accepted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "courier_job",
                "app": "market",
                "unique_together": (("order_id", "is_current"),),
                "indexes": [
                    Index(fields=["courier_id", "state", "created_at", "id"]),
                    Index(fields=["state", "created_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "One order that the shop's own courier brings to the door.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CourierPosition",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "job",
                    fields.ForeignKeyField(
                        "market.CourierJob",
                        source_field="job_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="track",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("sequence", fields.IntField()),
                ("latitude_e6", fields.IntField(description="millionths of a degree")),
                ("longitude_e6", fields.IntField(description="millionths of a degree")),
                ("reported_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "courier_position",
                "app": "market",
                "unique_together": (("job_id", "sequence"),),
                "indexes": [Index(fields=["reported_at"])],
                "pk_attr": "id",
                "table_description": "Where a courier was while delivering, forgotten after a day.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Delivery",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("order_id", fields.UUIDField(unique=True)),
                (
                    "mode",
                    fields.CharEnumField(
                        description="HOME: HOME\nPICKUP: PICKUP\nCOURIER: COURIER\nSERVICE: SERVICE",
                        enum_type=DeliveryMode,
                        max_length=10,
                    ),
                ),
                ("slot_id", fields.UUIDField(null=True)),
                (
                    "slot_held",
                    fields.BooleanField(default=False, description="whether the order counts in the slot's `taken`"),
                ),
                ("slot_starts_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("slot_ends_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "promised_from",
                    fields.DatetimeField(
                        null=True,
                        description="what the buyer was told when ordering",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("promised_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("days_min", fields.IntField(default=1, description="on the road, as it was when ordering")),
                ("days_max", fields.IntField(default=3)),
                ("pickup_point_id", fields.UUIDField(null=True)),
                (
                    "pickup_code",
                    SealedText(null=True, description="six digits that open the counter, gone once used", unique=False),
                ),
                ("code_tries", fields.IntField(default=0)),
                ("codes_made", fields.IntField(default=0)),
                (
                    "arrived_at",
                    fields.DatetimeField(
                        null=True,
                        description="when the first parcel lay at the counter",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("collect_by", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("collected_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "given_up_at",
                    fields.DatetimeField(
                        null=True, description="when nobody had come for it in time", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "started_at",
                    fields.DatetimeField(
                        null=True, description="when a booked service began", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "delivery",
                "app": "market",
                "indexes": [Index(fields=["slot_id"]), Index(fields=["pickup_point_id", "collect_by"])],
                "pk_attr": "id",
                "table_description": "What was agreed about the delivery of one order, and what became of it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="DeliveryProof",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("order_id", fields.UUIDField()),
                ("parcel_id", fields.UUIDField(null=True, unique=True, description="empty for a service")),
                (
                    "kind",
                    fields.CharEnumField(
                        description="NAME: NAME\nPICTURE: PICTURE\nCODE: CODE", enum_type=ProofKind, max_length=10
                    ),
                ),
                ("name", SealedText(null=True, description="who took it, as the courier wrote it down", unique=False)),
                (
                    "picture",
                    fields.CharField(null=True, description="name of the file among the proofs", max_length=64),
                ),
                ("actor_id", fields.UUIDField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "delivery_proof",
                "app": "market",
                "indexes": [Index(fields=["order_id"])],
                "pk_attr": "id",
                "table_description": "That a parcel, or a booked service without one, reached the customer.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="DeliveryRegion",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("province", fields.CharField(description="`*` for all that have no row of their own", max_length=40)),
                ("city", fields.CharField(description="as people write it, or `*`", max_length=40)),
                (
                    "city_key",
                    fields.CharField(description="what is compared, see domain/delivery/places.py", max_length=40),
                ),
                ("delivers", fields.BooleanField(default=True)),
                (
                    "modes",
                    fields.JSONField(
                        default=list,
                        description="names of DeliveryMode",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "cold_chain",
                    fields.BooleanField(default=True, description="whether perishable goods arrive cold there"),
                ),
                ("fragile", fields.BooleanField(default=True, description="whether goods that break easily go there")),
                (
                    "days_min",
                    fields.IntField(
                        default=1, description="days on the road from a warehouse of the province, at best"
                    ),
                ),
                ("days_max", fields.IntField(default=3, description="and at worst")),
                (
                    "cut_off_hour",
                    fields.IntField(default=16, description="o'clock in China, later orders leave a day later"),
                ),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "delivery_region",
                "app": "market",
                "unique_together": (("province", "city_key"),),
                "constraints": [
                    CheckConstraint(check="days_min >= 0 AND days_max >= days_min", name="delivery_region_days"),
                    CheckConstraint(check="cut_off_hour >= 0 AND cut_off_hour <= 23", name="delivery_region_cut_off"),
                ],
                "pk_attr": "id",
                "table_description": "What the shop delivers in one city. The city `*` stands for all of the province without a row of their own.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PickupPoint",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("code", fields.CharField(unique=True, max_length=20)),
                ("name", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("province", fields.CharField(max_length=40)),
                ("city", fields.CharField(max_length=40)),
                ("city_key", fields.CharField(max_length=40)),
                ("district", fields.CharField(default="", max_length=40)),
                ("street", fields.CharField(max_length=200)),
                ("phone", fields.CharField(default="", max_length=20)),
                ("latitude_e6", fields.IntField(null=True, description="millionths of a degree")),
                ("longitude_e6", fields.IntField(null=True, description="millionths of a degree")),
                ("opens_minute", fields.IntField(default=540, description="minutes after midnight in China")),
                ("closes_minute", fields.IntField(default=1260)),
                ("days_to_collect", fields.IntField(default=7)),
                ("is_active", fields.BooleanField(default=True)),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "pickup_point",
                "app": "market",
                "constraints": [
                    CheckConstraint(check="closes_minute > opens_minute", name="pickup_point_opens_before_it_closes"),
                    CheckConstraint(check="days_to_collect > 0", name="pickup_point_days_positive"),
                ],
                "indexes": [Index(fields=["province", "city_key"])],
                "pk_attr": "id",
                "table_description": "A counter where customers collect their parcels.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ProofPicture",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("order_id", fields.UUIDField()),
                ("actor_id", fields.UUIDField(null=True)),
                ("file", fields.CharField(null=True, description="once it was received", max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "proof_picture",
                "app": "market",
                "pk_attr": "id",
                "table_description": "A picture on its way to be a proof: an address to send it to, once.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SlotTemplate",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "mode",
                    fields.CharEnumField(
                        description="HOME: HOME\nPICKUP: PICKUP\nCOURIER: COURIER\nSERVICE: SERVICE",
                        enum_type=DeliveryMode,
                        max_length=10,
                    ),
                ),
                ("province", fields.CharField(max_length=40)),
                ("city", fields.CharField(max_length=40)),
                ("city_key", fields.CharField(max_length=40)),
                ("pickup_point_id", fields.UUIDField(null=True, description="of which counter, for the mode PICKUP")),
                (
                    "weekdays",
                    fields.JSONField(
                        description="1 is Monday, 7 is Sunday",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("from_minute", fields.IntField(description="minutes after midnight in China")),
                ("to_minute", fields.IntField(description="at most 1380, which is 23:00")),
                ("capacity", fields.IntField(description="orders in one slot")),
                (
                    "notice_minutes",
                    fields.IntField(default=120, description="how long before its start a slot is closed"),
                ),
                ("is_active", fields.BooleanField(default=True)),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "slot_template",
                "app": "market",
                "constraints": [
                    CheckConstraint(
                        check="from_minute >= 0 AND to_minute > from_minute AND to_minute <= 1380",
                        name="slot_template_hours",
                    ),
                    CheckConstraint(check="capacity > 0", name="slot_template_capacity_positive"),
                ],
                "pk_attr": "id",
                "table_description": "A span of the day on some weekdays, from which the slots of the coming days are made.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="DeliverySlot",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "template",
                    fields.ForeignKeyField(
                        "market.SlotTemplate",
                        source_field="template_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="slots",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "mode",
                    fields.CharEnumField(
                        description="HOME: HOME\nPICKUP: PICKUP\nCOURIER: COURIER\nSERVICE: SERVICE",
                        enum_type=DeliveryMode,
                        max_length=10,
                    ),
                ),
                ("province", fields.CharField(max_length=40)),
                ("city_key", fields.CharField(max_length=40)),
                ("pickup_point_id", fields.UUIDField(null=True)),
                ("date", fields.DateField(description="in China")),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "closes_at",
                    fields.DatetimeField(
                        description="nobody can choose it from then on", auto_now=False, auto_now_add=False
                    ),
                ),
                ("capacity", fields.IntField()),
                ("taken", fields.IntField(default=0)),
                ("is_open", fields.BooleanField(default=True)),
            ],
            options={
                "table": "delivery_slot",
                "app": "market",
                "unique_together": (("template_id", "date"),),
                "constraints": [
                    CheckConstraint(check="taken >= 0", name="delivery_slot_taken_not_negative"),
                    CheckConstraint(check="taken <= capacity", name="delivery_slot_never_over_capacity"),
                ],
                "indexes": [
                    Index(fields=["mode", "province", "city_key", "starts_at"]),
                    Index(fields=["pickup_point_id", "starts_at"]),
                ],
                "pk_attr": "id",
                "table_description": "A span of one day with room for some orders, `taken` of which are promised.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Product",
            name="is_service",
            field=fields.BooleanField(default=False, description="done at a booked time and place, never shipped"),
        ),
    ]

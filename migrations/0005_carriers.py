import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from kit.ids import new_id
from models.fulfillment import BookingState, CarrierCode, CarrierFault, NoticeState, ScanKind


class Migration(migrations.Migration):
    dependencies = [("market", "0004_stock_engine")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CarrierBooking",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "request_key",
                    fields.CharField(description="the caller's, the same for every try of one call", max_length=80),
                ),
                ("attempt", fields.IntField(description="counts on after a label under this key was given back")),
                ("order_id", fields.UUIDField(null=True)),
                (
                    "carrier",
                    fields.CharEnumField(
                        description="SIMULATOR: simulator\nOWN_COURIER: own\nSF_EXPRESS: sf\nJD_LOGISTICS: jd\nZTO: zto\nYTO: yto\nEMS: ems",
                        enum_type=CarrierCode,
                        max_length=30,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=BookingState.ASKED,
                        description="ASKED: ASKED\nBOOKED: BOOKED\nUSED: USED\nVOIDING: VOIDING\nVOIDED: VOIDED\nLEFT: LEFT",
                        enum_type=BookingState,
                        max_length=10,
                    ),
                ),
                ("waybill", fields.CharField(null=True, max_length=60)),
                (
                    "reference",
                    fields.CharField(
                        default="", description="what the carrier wants to hear to cancel it", max_length=120
                    ),
                ),
                (
                    "marks",
                    fields.JSONField(
                        default=dict,
                        description="what its own label shows beside the waybill",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("estimated_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "carrier_booking",
                "app": "market",
                "unique_together": (("request_key", "attempt"),),
                "indexes": [Index(fields=["state", "asked_at"]), Index(fields=["order_id"])],
                "pk_attr": "id",
                "table_description": "A label that we asked a carrier for, written down before asking so that none is forgotten.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CarrierNotice",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "carrier",
                    fields.CharEnumField(
                        description="SIMULATOR: simulator\nOWN_COURIER: own\nSF_EXPRESS: sf\nJD_LOGISTICS: jd\nZTO: zto\nYTO: yto\nEMS: ems",
                        enum_type=CarrierCode,
                        max_length=30,
                    ),
                ),
                ("notice_id", fields.CharField(max_length=80)),
                ("waybill", fields.CharField(max_length=60)),
                ("scans", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("goes_on", fields.BooleanField(default=True)),
                (
                    "state",
                    fields.CharEnumField(
                        description="APPLIED: APPLIED\nWAITING: WAITING", enum_type=NoticeState, max_length=10
                    ),
                ),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "carrier_notice",
                "app": "market",
                "unique_together": (("carrier", "notice_id"),),
                "indexes": [Index(fields=["carrier", "waybill"]), Index(fields=["received_at"])],
                "pk_attr": "id",
                "table_description": "A push of a carrier, kept once however often it comes.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Parcel",
            name="carrier_canceled_at",
            field=fields.DatetimeField(
                null=True,
                description="when the carrier said that it gave the order up",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Parcel",
            name="heard_at",
            field=fields.DatetimeField(
                null=True, description="when its carrier last told us something new", auto_now=False, auto_now_add=False
            ),
        ),
        ops.AddField(
            model_name="Parcel",
            name="is_pushed",
            field=fields.BooleanField(
                default=False, description="its carrier tells us by itself, and goes on doing so"
            ),
        ),
        ops.AddField(
            model_name="SimulatedParcel",
            name="canceled_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="SimulatedParcel",
            name="fault",
            field=fields.CharEnumField(
                default=CarrierFault.NONE,
                description="NONE: NONE\nDELAY: DELAY\nLOSS: LOSS\nDAMAGE: DAMAGE\nREFUSAL: REFUSAL\nFAILED_ATTEMPT: FAILED_ATTEMPT\nSILENCE: SILENCE\nWRONG_ORDER: WRONG_ORDER\nDUPLICATES: DUPLICATES",
                enum_type=CarrierFault,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="SimulatedParcel",
            name="fault_at",
            field=fields.DatetimeField(
                null=True, description="what was told before then stays as it was", auto_now=False, auto_now_add=False
            ),
        ),
        ops.AddField(
            model_name="SimulatedParcel",
            name="push_attempts",
            field=fields.IntField(default=0, description="how often the next ones were not taken"),
        ),
        ops.AddField(
            model_name="SimulatedParcel",
            name="push_url",
            field=fields.CharField(
                default="", description="where it reports by itself, empty for nowhere", max_length=500
            ),
        ),
        ops.AddField(
            model_name="SimulatedParcel",
            name="pushed",
            field=fields.IntField(default=0, description="how many of its scans have been taken there"),
        ),
        ops.AddField(
            model_name="SimulatedParcel",
            name="to_pickup_point",
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name="TrackingEvent",
            name="kind",
            field=fields.CharEnumField(
                default=ScanKind.MOVE,
                description="MOVE: MOVE\nATTEMPT_FAILED: ATTEMPT_FAILED\nDELAYED: DELAYED\nCANCELED: CANCELED\nNOTE: NOTE",
                enum_type=ScanKind,
                max_length=20,
            ),
        ),
    ]

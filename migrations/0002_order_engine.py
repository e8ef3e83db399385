import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from kit.ids import new_id
from models.aftersales import CaseState, Closing, Remedy
from models.backends.schema import add_missing_checks, keep_checks
from models.delivery import DeliveryMode, JobState, ProofKind
from models.fields import SealedJson, SealedText
from models.fulfillment import (
    BookingState,
    CarrierCode,
    CarrierFault,
    InterceptionAction,
    InterceptionState,
    NoticeState,
    ParcelState,
    ScanKind,
    Trouble,
)
from models.intake import BatchState, RowOutcome
from models.inventory import (
    AdjustmentReason,
    AllocationCause,
    IncomingState,
    MovementKind,
    ReservationState,
    StocktakeState,
    TariffZone,
    TransferState,
)
from models.orders import CancelReason, ChangeState, OrderState, ReviewState, Supply
from models.payments import LedgerAccount, PaymentMethod, PaymentPurpose, RefundReason
from models.reviews import CallOutcome, RejectReason, ReviewStage, RiskDecision, RiskMoment, RiskRuleKind
from models.shortages import ShortageCause, ShortageChoice, ShortageState
from models.warehouse import ManifestState, PackageKind, PackageState, TaskState, WaveState


class Migration(migrations.Migration):
    dependencies = [("market", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Allocation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("order_id", fields.UUIDField()),
                (
                    "cause",
                    fields.CharEnumField(
                        description="PLACED: PLACED\nREVIVED: REVIVED\nCHANGED: CHANGED\nRESTOCKED: RESTOCKED\nRESHIPPED: RESHIPPED\nWAREHOUSE_FAILED: WAREHOUSE_FAILED\nASKED: ASKED",
                        enum_type=AllocationCause,
                        max_length=20,
                    ),
                ),
                ("province", fields.CharField(max_length=40)),
                ("city", fields.CharField(max_length=60)),
                ("rules", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("is_exact", fields.BooleanField(description="whether every group of warehouses was compared")),
                ("compared", fields.IntField(description="groups of warehouses that could have served")),
                (
                    "chosen",
                    fields.JSONField(
                        description="what each warehouse gives, by order line",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "candidates",
                    fields.JSONField(
                        description="the best groups with their scores, best first",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "passed_over",
                    fields.JSONField(
                        description="warehouses that could give nothing, and why",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "allocation",
                "app": "market",
                "indexes": [Index(fields=["order_id", "id"])],
                "pk_attr": "id",
                "table_description": "Which warehouses were chosen for an order, what else was compared, and why that lost. For staff to read.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="AllocationRules",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("rules", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("version", fields.IntField(default=1)),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("actor_id", fields.UUIDField(null=True)),
            ],
            options={
                "table": "allocation_rules",
                "app": "market",
                "pk_attr": "id",
                "table_description": "In which order the rules of allocation decide. One row, the newest counts, without it the market's default.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ArchivedOrder",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=20)),
                ("user_id", fields.UUIDField(null=True)),
                (
                    "state",
                    fields.CharEnumField(
                        description="PENDING_PAYMENT: PENDING_PAYMENT\nPAID: PAID\nPARTIALLY_SHIPPED: PARTIALLY_SHIPPED\nSHIPPED: SHIPPED\nDELIVERED: DELIVERED\nRECEIVED: RECEIVED\nCOMPLETED: COMPLETED\nCANCELED: CANCELED\nEXPIRED: EXPIRED",
                        enum_type=OrderState,
                        max_length=20,
                    ),
                ),
                ("refunded", fields.BigIntField()),
                ("contact_phone_hash", fields.CharField(null=True, max_length=64)),
                ("contact_email_hash", fields.CharField(null=True, max_length=64)),
                ("placed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_position", fields.BigIntField(default=0, description="of its newest event")),
                ("archived_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "document",
                    fields.BinaryField(
                        description="JSON of rows by table, deflated, personal columns are sealed in it"
                    ),
                ),
            ],
            options={
                "table": "archived_order",
                "app": "market",
                "indexes": [
                    Index(fields=["placed_at", "id"]),
                    Index(fields=["user_id", "placed_at", "id"]),
                    Index(fields=["state", "placed_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "An order with all its rows in one document. The columns are those that lists are sorted and filtered by.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ArchivedPart",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.ArchivedOrder",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="parts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={
                "table": "archived_part",
                "app": "market",
                "indexes": [Index(fields=["order_id"])],
                "pk_attr": "id",
                "table_description": "Leads from the key of a line, parcel, payment or refund to the archived order that it belonged to.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Backorder",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("order_id", fields.UUIDField()),
                ("order_line_id", fields.UUIDField()),
                ("variant_id", fields.UUIDField(description="what is reserved for the line when it comes")),
                ("waiting", fields.IntField(description="units that have not come yet")),
                ("province", fields.CharField(description="where the order goes", max_length=40)),
                ("city", fields.CharField(default="", max_length=60)),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "backorder",
                "app": "market",
                "constraints": [CheckConstraint(check="waiting > 0", name="backorder_positive")],
                "indexes": [Index(fields=["variant_id", "since", "id"]), Index(fields=["order_id"])],
                "pk_attr": "id",
                "table_description": "Units that an order line waits for, as they come in. Who has waited longest is served first.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Bundle",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "variant",
                    fields.ForeignKeyField(
                        "market.Variant",
                        source_field="variant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bundles",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("is_current", fields.BooleanField(default=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "bundle",
                "app": "market",
                "indexes": [Index(fields=["variant_id", "is_current"])],
                "pk_attr": "id",
                "table_description": "What one unit of a variant is put together from. A change makes a new row, so that old promises keep theirs.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="BundlePart",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "bundle",
                    fields.ForeignKeyField(
                        "market.Bundle",
                        source_field="bundle_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="parts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "variant",
                    fields.ForeignKeyField(
                        "market.Variant",
                        source_field="variant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bundled_in",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("quantity", fields.IntField()),
            ],
            options={
                "table": "bundle_part",
                "app": "market",
                "unique_together": (("bundle_id", "variant_id"),),
                "constraints": [CheckConstraint(check="quantity > 0", name="bundle_part_positive")],
                "indexes": [Index(fields=["variant_id"])],
                "pk_attr": "id",
                "table_description": "Units of one variant in one unit of a bundle.",
            },
            bases=["Row"],
        ),
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
        ops.CreateModel(
            name="CarrierTariff",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("carrier", fields.CharField(max_length=30)),
                (
                    "zone",
                    fields.CharEnumField(
                        description="LOCAL: LOCAL\nREGIONAL: REGIONAL\nNATIONAL: NATIONAL\nREMOTE: REMOTE",
                        enum_type=TariffZone,
                        max_length=10,
                    ),
                ),
                ("province", fields.CharField(default="*", max_length=40)),
                ("first_grams", fields.IntField(default=1000)),
                ("first_fee", fields.BigIntField(description="minor units")),
                ("step_grams", fields.IntField(default=1000)),
                ("step_fee", fields.BigIntField(description="minor units for each further step or part of it")),
            ],
            options={
                "table": "carrier_tariff",
                "app": "market",
                "unique_together": (("carrier", "zone", "province"),),
                "constraints": [CheckConstraint(check="step_grams > 0", name="carrier_tariff_step_positive")],
                "pk_attr": "id",
                "table_description": "What a carrier takes for a parcel. A row of the destination's province counts before the one for `*`.",
            },
            bases=["Row"],
        ),
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
            name="DeliveryCase",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="cases",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "parcel",
                    fields.ForeignKeyField(
                        "market.Parcel",
                        source_field="parcel_id",
                        null=True,
                        description="empty when nothing was shipped in time",
                        db_constraint=True,
                        to_field="id",
                        related_name="cases",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "live_subject",
                    fields.UUIDField(
                        null=True, unique=True, description="the parcel, else the order, while it is live"
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="LATE_DISPATCH: LATE_DISPATCH\nPAST_ESTIMATE: PAST_ESTIMATE\nNO_SCAN: NO_SCAN\nLOST: LOST\nDAMAGED: DAMAGED\nREFUSED: REFUSED\nRETURNED: RETURNED",
                        enum_type=Trouble,
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=CaseState.OPEN,
                        description="OPEN: OPEN\nCLAIMED: CLAIMED\nRESOLVED: RESOLVED\nCLOSED: CLOSED",
                        enum_type=CaseState,
                        max_length=10,
                    ),
                ),
                ("currency", fields.CharField(max_length=3)),
                (
                    "proposed",
                    fields.CharEnumField(
                        description="RESHIP: RESHIP\nREFUND: REFUND\nCOMPENSATE: COMPENSATE\nWAIT: WAIT\nRETURN_TO_STOCK: RETURN_TO_STOCK",
                        enum_type=Remedy,
                        max_length=20,
                    ),
                ),
                ("proposed_amount", fields.BigIntField(null=True)),
                (
                    "lines",
                    fields.JSONField(
                        default=list,
                        description="order lines and units that it is about",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "chosen",
                    fields.CharEnumField(
                        null=True, description="what the customer would rather have", enum_type=Remedy, max_length=20
                    ),
                ),
                (
                    "choose_by",
                    fields.DatetimeField(
                        null=True, description="until when the customer may choose", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "due_at",
                    fields.DatetimeField(description="when it escalates by itself", auto_now=False, auto_now_add=False),
                ),
                ("escalations", fields.IntField(default=0)),
                ("owner_id", fields.UUIDField(null=True, description="who has claimed it")),
                ("claimed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "remedy",
                    fields.CharEnumField(null=True, description="what was done", enum_type=Remedy, max_length=20),
                ),
                ("amount", fields.BigIntField(null=True, description="of the money or the coupon that was given")),
                ("coupon_code", fields.CharField(null=True, max_length=40)),
                (
                    "closing",
                    fields.CharEnumField(
                        null=True,
                        description="SHIPPED: SHIPPED\nMOVING: MOVING\nARRIVED: ARRIVED\nORDER_ENDED: ORDER_ENDED",
                        enum_type=Closing,
                        max_length=20,
                    ),
                ),
                (
                    "turned_up_at",
                    fields.DatetimeField(
                        null=True,
                        description="the parcel came to light after it was written off",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("version", fields.IntField(default=1)),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_by", fields.UUIDField(null=True)),
            ],
            options={
                "table": "delivery_case",
                "app": "market",
                "constraints": [
                    CheckConstraint(check="amount IS NULL OR amount > 0", name="delivery_case_amount_positive"),
                    CheckConstraint(
                        check="(live_subject IS NOT NULL) = (state IN ('OPEN', 'CLAIMED'))",
                        name="delivery_case_live_or_ended",
                    ),
                ],
                "indexes": [
                    Index(fields=["order_id", "opened_at"]),
                    Index(fields=["parcel_id"]),
                    Index(fields=["state", "due_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "Something that went wrong on the way to a customer. Amounts are minor units of `currency`.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CaseNote",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "case",
                    fields.ForeignKeyField(
                        "market.DeliveryCase",
                        source_field="case_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="notes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("author_id", fields.UUIDField(null=True, description="empty for what the market noticed by itself")),
                ("text", fields.CharField(max_length=1000)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "case_note",
                "app": "market",
                "indexes": [Index(fields=["case_id", "created_at"])],
                "pk_attr": "id",
                "table_description": "What somebody of the shop wrote down about a case.",
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
            name="ExpectedDelivery",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "warehouse",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="warehouse_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="awaits",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "variant",
                    fields.ForeignKeyField(
                        "market.Variant",
                        source_field="variant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="awaited",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("units", fields.IntField()),
                ("received", fields.IntField(default=0, description="may exceed the units when more came")),
                ("called_off", fields.IntField(default=0)),
                ("expected_on", fields.DateField()),
                (
                    "state",
                    fields.CharEnumField(
                        default=IncomingState.EXPECTED,
                        description="EXPECTED: EXPECTED\nPARTLY_RECEIVED: PARTLY_RECEIVED\nRECEIVED: RECEIVED\nCALLED_OFF: CALLED_OFF",
                        enum_type=IncomingState,
                        max_length=20,
                    ),
                ),
                ("note", fields.CharField(default="", max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "expected_delivery",
                "app": "market",
                "constraints": [
                    CheckConstraint(check="units > 0", name="expected_delivery_positive"),
                    CheckConstraint(check="called_off <= units", name="expected_delivery_called_off_once"),
                ],
                "indexes": [Index(fields=["variant_id", "expected_on"]), Index(fields=["expected_on", "id"])],
                "pk_attr": "id",
                "table_description": "Units of one variant that a supplier will bring to a warehouse.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Interception",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="interceptions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "parcel",
                    fields.ForeignKeyField(
                        "market.Parcel",
                        source_field="parcel_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="interceptions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("batch_id", fields.UUIDField(description="the same for all parcels of one request")),
                (
                    "action",
                    fields.CharEnumField(
                        description="RETURN: RETURN\nNEW_ADDRESS: NEW_ADDRESS",
                        enum_type=InterceptionAction,
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=InterceptionState.REQUESTED,
                        description="REQUESTED: REQUESTED\nACCEPTED: ACCEPTED\nREFUSED: REFUSED\nDONE: DONE\nFAILED: FAILED",
                        enum_type=InterceptionState,
                        max_length=10,
                    ),
                ),
                (
                    "address",
                    SealedJson(null=True, description="where it shall go instead", generated=False, unique=False),
                ),
                ("note", fields.CharField(default="", max_length=500)),
                (
                    "is_for_staff",
                    fields.BooleanField(default=False, description="the carrier cannot be asked by program"),
                ),
                ("tries", fields.IntField(default=0)),
                ("refusal", fields.CharField(default="", description="the carrier's reason", max_length=60)),
                ("requested_by", fields.UUIDField(null=True)),
                ("decided_by", fields.UUIDField(null=True)),
                ("requested_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "interception",
                "app": "market",
                "indexes": [
                    Index(fields=["order_id"]),
                    Index(fields=["parcel_id", "state"]),
                    Index(fields=["batch_id"]),
                    Index(fields=["is_for_staff", "requested_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "The wish to stop a parcel that is on its way, the carrier's answer, and what came of it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Manifest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "warehouse",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="warehouse_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="manifests",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
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
                        default=ManifestState.OPEN,
                        description="OPEN: OPEN\nCLOSED: CLOSED",
                        enum_type=ManifestState,
                        max_length=10,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "manifest",
                "app": "market",
                "indexes": [Index(fields=["created_at", "id"]), Index(fields=["warehouse_id", "created_at", "id"])],
                "pk_attr": "id",
                "table_description": "What a carrier takes along at once, with a signature under it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="OrderBatch",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("channel", fields.CharField(max_length=40)),
                (
                    "source",
                    fields.CharField(
                        unique=True, description="name of the file in the folder of uploads", max_length=80
                    ),
                ),
                ("file_name", fields.CharField(max_length=255)),
                (
                    "state",
                    fields.CharEnumField(
                        default=BatchState.PENDING,
                        description="PENDING: PENDING\nRUNNING: RUNNING\nCOMPLETED: COMPLETED\nFAILED: FAILED",
                        enum_type=BatchState,
                        max_length=10,
                    ),
                ),
                ("actor_id", fields.UUIDField(null=True)),
                ("bytes_total", fields.BigIntField(default=0)),
                ("bytes_read", fields.BigIntField(default=0)),
                ("rows_read", fields.IntField(default=0, description="where to go on after a stop")),
                ("accepted", fields.IntField(default=0)),
                ("repeated", fields.IntField(default=0, description="rows whose order was taken in before")),
                ("rejected", fields.IntField(default=0)),
                (
                    "error",
                    fields.CharField(default="", description="why the whole file could not be read", max_length=60),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "order_batch",
                "app": "market",
                "indexes": [Index(fields=["created_at", "id"])],
                "pk_attr": "id",
                "table_description": "One file of orders from a marketplace, its progress and what came of it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="OrderBatchRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "batch",
                    fields.ForeignKeyField(
                        "market.OrderBatch",
                        source_field="batch_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="rows",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("row", fields.IntField(description="line of the file, from 1")),
                ("external_id", fields.CharField(default="", description="as far as it is known", max_length=80)),
                (
                    "outcome",
                    fields.CharEnumField(
                        description="ACCEPTED: ACCEPTED\nREPEATED: REPEATED\nREJECTED: REJECTED",
                        enum_type=RowOutcome,
                        max_length=10,
                    ),
                ),
                ("order_id", fields.UUIDField(null=True, description="the order that it made, now or before")),
                ("digest", fields.CharField(default="", description="names the content", max_length=64)),
                (
                    "problems",
                    fields.JSONField(
                        default=list,
                        description="code, path, facts",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
            ],
            options={
                "table": "order_batch_row",
                "app": "market",
                "unique_together": (("batch_id", "row"),),
                "indexes": [Index(fields=["order_id"])],
                "pk_attr": "id",
                "table_description": "One row of a batch. What stood in it is not kept, but for its number: it names people.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="OrderChangeRequest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="changes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        description="APPLIED: APPLIED\nAWAITING_PAYMENT: AWAITING_PAYMENT\nEXPIRED: EXPIRED\nCANCELED: CANCELED\nREJECTED: REJECTED",
                        enum_type=ChangeState,
                        max_length=20,
                    ),
                ),
                (
                    "asked",
                    SealedJson(
                        description="address, contacts and note that were asked for, only those that change",
                        generated=False,
                        null=False,
                        unique=False,
                    ),
                ),
                ("before", SealedJson(description="the same as they were", generated=False, null=False, unique=False)),
                (
                    "added",
                    fields.JSONField(
                        default=list,
                        description="new lines, priced when asked",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "removed",
                    fields.JSONField(
                        default=dict,
                        description="units by order line",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "reason",
                    fields.CharEnumField(
                        null=True, description="why units were taken out", enum_type=CancelReason, max_length=20
                    ),
                ),
                ("note", fields.CharField(default="", description="what was written about the reason", max_length=500)),
                ("currency", fields.CharField(max_length=3)),
                ("total_before", fields.BigIntField()),
                ("total_after", fields.BigIntField()),
                (
                    "to_pay",
                    fields.BigIntField(default=0, description="difference that has to be paid before it is applied"),
                ),
                ("shipping_more", fields.BigIntField(default=0, description="part of the difference that is shipping")),
                ("refund", fields.BigIntField(default=0, description="what goes back when it is applied")),
                ("shipping_less", fields.BigIntField(default=0, description="part of what goes back that is shipping")),
                (
                    "refusal",
                    fields.CharField(default="", description="code of the reason why it was rejected", max_length=60),
                ),
                ("actor_id", fields.UUIDField(null=True)),
                ("paid_by", fields.UUIDField(null=True, description="the payment of the difference")),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("pay_by", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "ended_at",
                    fields.DatetimeField(
                        null=True, description="when it was applied, or given up", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "order_change_request",
                "app": "market",
                "constraints": [CheckConstraint(check="to_pay >= 0", name="order_change_to_pay_not_negative")],
                "indexes": [Index(fields=["order_id", "created_at"])],
                "pk_attr": "id",
                "table_description": "A change of an order after it was placed: what was asked, what it costs, and what became of it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Package",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="packages",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "warehouse",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="warehouse_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="packages",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="AMBIENT: AMBIENT\nCOLD: COLD\nFRAGILE: FRAGILE",
                        enum_type=PackageKind,
                        max_length=10,
                    ),
                ),
                (
                    "is_fragile",
                    fields.BooleanField(
                        default=False, description="marked and padded, a cold package may be fragile too"
                    ),
                ),
                ("weight_grams", fields.IntField(default=0)),
                (
                    "state",
                    fields.CharEnumField(
                        default=PackageState.OPEN,
                        description="OPEN: OPEN\nPACKED: PACKED\nLABELED: LABELED\nHANDED_OVER: HANDED_OVER\nUNPACKED: UNPACKED",
                        enum_type=PackageState,
                        max_length=20,
                    ),
                ),
                (
                    "carrier",
                    fields.CharEnumField(
                        null=True,
                        description="SIMULATOR: simulator\nOWN_COURIER: own\nSF_EXPRESS: sf\nJD_LOGISTICS: jd\nZTO: zto\nYTO: yto\nEMS: ems",
                        enum_type=CarrierCode,
                        max_length=30,
                    ),
                ),
                ("waybill", fields.CharField(null=True, max_length=60)),
                (
                    "estimated_at",
                    fields.DatetimeField(
                        null=True, description="when the carrier means to deliver", auto_now=False, auto_now_add=False
                    ),
                ),
                ("booking_id", fields.UUIDField(null=True, description="of the label, at a carrier that we speak to")),
                (
                    "manifest",
                    fields.ForeignKeyField(
                        "market.Manifest",
                        source_field="manifest_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="packages",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("batch_id", fields.UUIDField(null=True, description="the same for packages that one call has packed")),
                ("parcel_id", fields.UUIDField(null=True, description="what it became")),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("packed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "package",
                "app": "market",
                "unique_together": (("carrier", "waybill"),),
                "indexes": [
                    Index(fields=["order_id"]),
                    Index(fields=["batch_id"]),
                    Index(fields=["created_at", "id"]),
                    Index(fields=["warehouse_id", "state", "created_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "A box with goods of one order, until a carrier takes it and it becomes a parcel.",
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
            name="Review",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("order_id", fields.UUIDField()),
                (
                    "stage",
                    fields.CharEnumField(
                        default=ReviewStage.PENDING,
                        description="PENDING: PENDING\nCLAIMED: CLAIMED\nAPPROVED: APPROVED\nREJECTED: REJECTED\nLAPSED: LAPSED",
                        enum_type=ReviewStage,
                        max_length=10,
                    ),
                ),
                ("score", fields.IntField(description="the highest of the checks that asked for it")),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "escalated_at",
                    fields.DatetimeField(
                        null=True, description="when it was found to be overdue", auto_now=False, auto_now_add=False
                    ),
                ),
                ("claimed_by", fields.UUIDField(null=True)),
                ("claimed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("claimed_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "reject_reason",
                    fields.CharEnumField(
                        null=True,
                        description="SUSPECTED_FRAUD: SUSPECTED_FRAUD\nBUYER_DENIES: BUYER_DENIES\nUNREACHABLE: UNREACHABLE\nWRONG_CONTACT: WRONG_CONTACT\nRESALE: RESALE\nOTHER: OTHER",
                        enum_type=RejectReason,
                        max_length=20,
                    ),
                ),
                (
                    "note",
                    fields.CharField(
                        default="", description="what the reviewer wrote about the decision", max_length=500
                    ),
                ),
                ("decided_by", fields.UUIDField(null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sequence", fields.IntField(default=0, description="of the newest event")),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "review",
                "app": "market",
                "indexes": [
                    Index(fields=["order_id"]),
                    Index(fields=["stage", "opened_at", "id"]),
                    Index(fields=["stage", "score", "id"]),
                    Index(fields=["stage", "due_at"]),
                    Index(fields=["opened_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "A person's look at one order. At most one of an order is open, under the order's lock.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ReviewCall",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "review",
                    fields.ForeignKeyField(
                        "market.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="calls",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "outcome",
                    fields.CharEnumField(
                        description="CONFIRMED: CONFIRMED\nNO_ANSWER: NO_ANSWER\nDENIED: DENIED\nWRONG_NUMBER: WRONG_NUMBER",
                        enum_type=CallOutcome,
                        max_length=20,
                    ),
                ),
                ("note", SealedText(default="", unique=False)),
                ("called_by", fields.UUIDField(null=True)),
                ("called_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "review_call",
                "app": "market",
                "indexes": [Index(fields=["review_id", "called_at"])],
                "pk_attr": "id",
                "table_description": "A telephone call to the buyer, as the reviewer records it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RiskAssessment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("order_id", fields.UUIDField()),
                (
                    "occasion",
                    fields.CharEnumField(
                        description="SUBMISSION: SUBMISSION\nPAYMENT: PAYMENT", enum_type=RiskMoment, max_length=10
                    ),
                ),
                ("score", fields.IntField()),
                (
                    "findings",
                    fields.JSONField(
                        default=list,
                        description="rule_id, name, kind, points, facts, names of people only masked",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "decision",
                    fields.CharEnumField(
                        description="PASS: PASS\nREVIEW: REVIEW\nREJECT: REJECT", enum_type=RiskDecision, max_length=10
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "risk_assessment",
                "app": "market",
                "indexes": [Index(fields=["order_id", "created_at"])],
                "pk_attr": "id",
                "table_description": "One check of an order: the score, and every rule that it fits with the facts at that time.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RiskPolicy",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(default="market", unique=True, max_length=10)),
                ("review_from", fields.IntField(null=True, description="empty: never")),
                ("reject_from", fields.IntField(null=True, description="empty: never")),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "risk_policy",
                "app": "market",
                "pk_attr": "id",
                "table_description": "From which score on a person looks, and from which on the order is turned down, at most one row.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RiskRule",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=80)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="ORDER_AMOUNT: ORDER_AMOUNT\nMANY_UNITS: MANY_UNITS\nREGION: REGION\nVELOCITY: VELOCITY\nNOTE_KEYWORDS: NOTE_KEYWORDS\nNEW_ACCOUNT: NEW_ACCOUNT\nPAYER_MISMATCH: PAYER_MISMATCH",
                        enum_type=RiskRuleKind,
                        max_length=20,
                    ),
                ),
                (
                    "parameters",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("points", fields.IntField(description="added to the score of an order that it fits")),
                ("is_enabled", fields.BooleanField(default=True)),
                ("version", fields.IntField(default=1)),
                ("edited_by", fields.UUIDField(null=True)),
                ("edited_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "risk_rule",
                "app": "market",
                "pk_attr": "id",
                "table_description": "One thing that makes an order look risky, and by how much.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Shortage",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="shortages",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=ShortageState.OPEN,
                        description="OPEN: OPEN\nCHOSEN: CHOSEN\nRESOLVED: RESOLVED\nWITHDRAWN: WITHDRAWN",
                        enum_type=ShortageState,
                        max_length=10,
                    ),
                ),
                (
                    "cause",
                    fields.CharEnumField(
                        description="AT_ALLOCATION: AT_ALLOCATION\nNOT_FOUND: NOT_FOUND\nDAMAGED: DAMAGED\nWAREHOUSE_FAILED: WAREHOUSE_FAILED",
                        enum_type=ShortageCause,
                        max_length=20,
                    ),
                ),
                (
                    "default_choice",
                    fields.CharEnumField(
                        description="what happens without an answer", enum_type=ShortageChoice, max_length=20
                    ),
                ),
                ("choose_by", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "choice",
                    fields.CharEnumField(
                        null=True,
                        description="WAIT: WAIT\nSHIP_AVAILABLE: SHIP_AVAILABLE\nCANCEL_MISSING: CANCEL_MISSING",
                        enum_type=ShortageChoice,
                        max_length=20,
                    ),
                ),
                ("chosen_by", fields.UUIDField(null=True, description="empty for a guest and for the default")),
                ("chosen_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("is_default", fields.BooleanField(default=False, description="nobody has answered in time")),
                (
                    "wait_until",
                    fields.DatetimeField(
                        null=True, description="when waiting is given up", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "promised_for",
                    fields.DateField(null=True, description="the day that was named when the buyer chose to wait"),
                ),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "shortage",
                "app": "market",
                "indexes": [
                    Index(fields=["order_id", "id"]),
                    Index(fields=["state", "opened_at", "id"]),
                    Index(fields=["opened_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "One question to the buyer of an order. An order has at most one that is not over.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ShortageLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "shortage",
                    fields.ForeignKeyField(
                        "market.Shortage",
                        source_field="shortage_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "order_line",
                    fields.ForeignKeyField(
                        "market.OrderLine",
                        source_field="order_line_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="shortages",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("found_missing", fields.IntField(description="units, all told")),
                ("missing", fields.IntField(description="units that are missing still, as far as the buyer was told")),
            ],
            options={
                "table": "shortage_line",
                "app": "market",
                "unique_together": (("shortage_id", "order_line_id"),),
                "constraints": [
                    CheckConstraint(check="missing >= 0 AND missing <= found_missing", name="shortage_line_range")
                ],
                "pk_attr": "id",
                "table_description": "Units of an order line that were found missing.",
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
        ops.CreateModel(
            name="StockTransfer",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "source",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="source_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sends",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "target",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="target_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="gets",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=TransferState.SENT,
                        description="SENT: SENT\nRECEIVED: RECEIVED",
                        enum_type=TransferState,
                        max_length=10,
                    ),
                ),
                ("note", fields.CharField(default="", max_length=200)),
                ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("received_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "stock_transfer",
                "app": "market",
                "indexes": [Index(fields=["sent_at", "id"])],
                "pk_attr": "id",
                "table_description": "Goods on their way from one warehouse to another.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="StockTransferLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "transfer",
                    fields.ForeignKeyField(
                        "market.StockTransfer",
                        source_field="transfer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("variant_id", fields.UUIDField()),
                ("units", fields.IntField()),
                ("received", fields.IntField(default=0)),
                ("missing", fields.IntField(default=0, description="units that did not arrive")),
            ],
            options={
                "table": "stock_transfer_line",
                "app": "market",
                "unique_together": (("transfer_id", "variant_id"),),
                "constraints": [
                    CheckConstraint(check="units > 0", name="transfer_line_positive"),
                    CheckConstraint(check="received + missing <= units", name="transfer_line_arrives_once"),
                ],
                "pk_attr": "id",
                "table_description": "Units of one variant in a transfer, and what of them arrived.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Stocktake",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "warehouse",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="warehouse_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="counts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=StocktakeState.OPEN,
                        description="OPEN: OPEN\nAPPLIED: APPLIED\nCANCELED: CANCELED",
                        enum_type=StocktakeState,
                        max_length=10,
                    ),
                ),
                ("note", fields.CharField(default="", max_length=200)),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "stocktake",
                "app": "market",
                "indexes": [Index(fields=["started_at", "id"])],
                "pk_attr": "id",
                "table_description": "Counting what really lies in a warehouse.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="StocktakeCount",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "stocktake",
                    fields.ForeignKeyField(
                        "market.Stocktake",
                        source_field="stocktake_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="counted",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("variant_id", fields.UUIDField()),
                ("counted", fields.IntField()),
                ("on_hand", fields.IntField(description="of the level when it was counted")),
                ("counted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "stocktake_count",
                "app": "market",
                "unique_together": (("stocktake_id", "variant_id"),),
                "pk_attr": "id",
                "table_description": "What was counted of one variant, and what should have been there at that moment.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="StorageBin",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "warehouse",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="warehouse_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bins",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "variant",
                    fields.ForeignKeyField(
                        "market.Variant",
                        source_field="variant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bins",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "zone",
                    fields.CharField(description="part of the warehouse, pickers walk zone by zone", max_length=10),
                ),
                ("code", fields.CharField(description="shelf and place in the zone", max_length=20)),
            ],
            options={
                "table": "storage_bin",
                "app": "market",
                "unique_together": (("warehouse_id", "variant_id"),),
                "indexes": [Index(fields=["warehouse_id", "zone", "code", "id"])],
                "pk_attr": "id",
                "table_description": "Where a warehouse keeps a variant.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="WarehouseFeed",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "warehouse",
                    fields.OneToOneField(
                        "market.Warehouse",
                        source_field="warehouse_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="feed",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("sequence", fields.IntField(default=0)),
            ],
            options={
                "table": "warehouse_feed",
                "app": "market",
                "pk_attr": "id",
                "table_description": "Counts what happens in a warehouse, its lock keeps the stream of its events without a gap.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="WarehouseScan",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("subject_id", fields.UUIDField(description="the task or package that it was for")),
                ("scan_id", fields.CharField(max_length=60)),
                ("quantity", fields.IntField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "warehouse_scan",
                "app": "market",
                "unique_together": (("subject_id", "scan_id"),),
                "pk_attr": "id",
                "table_description": "One scan by a hand scanner, which counts once however often it is sent.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Wave",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "warehouse",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="warehouse_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="waves",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=WaveState.OPEN,
                        description="OPEN: OPEN\nPICKING: PICKING\nPICKED: PICKED\nPACKED: PACKED\nDONE: DONE\nCANCELED: CANCELED",
                        enum_type=WaveState,
                        max_length=10,
                    ),
                ),
                ("picker_id", fields.UUIDField(null=True, description="the member of staff who walks")),
                ("orders", fields.IntField(description="how many orders it was made of")),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("claimed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("picked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "wave",
                "app": "market",
                "indexes": [
                    Index(fields=["created_at", "id"]),
                    Index(fields=["warehouse_id", "state", "created_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "Orders of one warehouse that are picked in one walk.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PickTask",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "wave",
                    fields.ForeignKeyField(
                        "market.Wave",
                        source_field="wave_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tasks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="pick_tasks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "order_line",
                    fields.ForeignKeyField(
                        "market.OrderLine",
                        source_field="order_line_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="pick_tasks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("warehouse_id", fields.UUIDField()),
                ("variant_id", fields.UUIDField()),
                (
                    "zone",
                    fields.CharField(default="", description="where it lay when the wave was made", max_length=10),
                ),
                ("bin", fields.CharField(default="", max_length=20)),
                ("units", fields.IntField(description="still asked for, what was short or dropped is taken off")),
                ("picked", fields.IntField(default=0, description="units in hand or packed already")),
                ("packed", fields.IntField(default=0, description="of the picked ones, those in a package")),
                ("short", fields.IntField(default=0, description="units that were not found or broken")),
                (
                    "put_back",
                    fields.IntField(default=0, description="units that were picked in vain and go back to their bin"),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=TaskState.OPEN,
                        description="OPEN: OPEN\nDONE: DONE\nCANCELED: CANCELED",
                        enum_type=TaskState,
                        max_length=10,
                    ),
                ),
            ],
            options={
                "table": "pick_task",
                "app": "market",
                "constraints": [
                    CheckConstraint(
                        check="packed >= 0 AND packed <= picked AND picked <= units", name="pick_task_never_over_picked"
                    ),
                    CheckConstraint(check="short >= 0 AND put_back >= 0", name="pick_task_counts_not_negative"),
                ],
                "indexes": [Index(fields=["wave_id", "zone", "bin", "id"]), Index(fields=["order_id", "warehouse_id"])],
                "pk_attr": "id",
                "table_description": "Units of a variant to be taken from their bin for one order line.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PackageLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "package",
                    fields.ForeignKeyField(
                        "market.Package",
                        source_field="package_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "task",
                    fields.ForeignKeyField(
                        "market.PickTask",
                        source_field="task_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="package_lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "order_line",
                    fields.ForeignKeyField(
                        "market.OrderLine",
                        source_field="order_line_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="package_lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("variant_id", fields.UUIDField()),
                ("quantity", fields.IntField()),
            ],
            options={
                "table": "package_line",
                "app": "market",
                "unique_together": (("package_id", "task_id"),),
                "constraints": [CheckConstraint(check="quantity > 0", name="package_line_positive")],
                "pk_attr": "id",
                "table_description": "Units of a pick task in a package.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Coupon",
            name="customer_key",
            field=fields.CharField(
                null=True, description="the only customer who may use it, empty for everybody", max_length=80
            ),
        ),
        ops.AddField(
            model_name="Event",
            name="changes",
            field=fields.JSONField(
                null=True,
                description="what it changed: columns of the order, sums of its lines, see domain/orders/snapshots",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AlterField(
            model_name="Order",
            name="cancel_reason",
            field=fields.CharEnumField(
                null=True,
                description="CHANGED_MIND: CHANGED_MIND\nORDERED_BY_MISTAKE: ORDERED_BY_MISTAKE\nFOUND_CHEAPER: FOUND_CHEAPER\nTOO_SLOW: TOO_SLOW\nOUT_OF_STOCK: OUT_OF_STOCK\nFRAUD: FRAUD\nMERGED: MERGED\nNOT_ACCEPTED: NOT_ACCEPTED\nOTHER: OTHER",
                enum_type=CancelReason,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="caller_hash",
            field=fields.CharField(null=True, description="address of whoever placed it, hashed", max_length=64),
        ),
        ops.AddField(
            model_name="Order",
            name="change_pay_by",
            field=fields.DatetimeField(
                null=True,
                description="until when a change waits for its difference",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="channel",
            field=fields.CharField(null=True, description="marketplace that it was taken in from", max_length=40),
        ),
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
            name="dispatch_by",
            field=fields.DatetimeField(
                null=True, description="when everything is to be shipped", auto_now=False, auto_now_add=False
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="dispatch_paused_at",
            field=fields.DatetimeField(
                null=True,
                description="since when the shop may not ship it, the time to dispatch stands still",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="external_id",
            field=fields.CharField(null=True, description="its number there", max_length=80),
        ),
        ops.AddField(
            model_name="Order",
            name="goodwill",
            field=fields.BigIntField(default=0, description="part of what was refunded that is for no goods"),
        ),
        ops.AddField(
            model_name="Order",
            name="merged_into",
            field=fields.UUIDField(null=True, description="the order that took over its lines"),
        ),
        ops.AddField(
            model_name="Order",
            name="open_cases",
            field=fields.IntField(default=0, description="cases that keep it from being completed"),
        ),
        ops.AddField(
            model_name="Order",
            name="packed",
            field=fields.IntField(default=0, description="units in packages that have not left yet"),
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
        ops.AddField(
            model_name="Order",
            name="shipping_waived",
            field=fields.BigIntField(default=0, description="shipping that goes back because a change made it less"),
        ),
        ops.AddField(
            model_name="Order",
            name="supply",
            field=fields.CharEnumField(
                default=Supply.COMPLETE,
                description="COMPLETE: COMPLETE\nUNDECIDED: UNDECIDED\nWAITING: WAITING\nFOLLOWING: FOLLOWING",
                enum_type=Supply,
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="supply_until",
            field=fields.DatetimeField(
                null=True,
                description="until when the buyer may choose, or will wait",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="urge_count",
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name="Order",
            name="urged_at",
            field=fields.DatetimeField(
                null=True,
                description="when the customer last asked for a quicker dispatch",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["state", "dispatch_by"]),
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["urged_at"]),
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["contact_phone_hash", "placed_at"]),
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["caller_hash", "placed_at"]),
        ),
        ops.AddConstraint(
            model_name="Order",
            constraint=UniqueConstraint(fields=("channel", "external_id"), name=None),
        ),
        ops.AddConstraint(
            model_name="Order",
            constraint=CheckConstraint(check="open_cases >= 0", name="order_open_cases_not_negative"),
        ),
        ops.AddConstraint(
            model_name="Order",
            constraint=CheckConstraint(check="shipping_waived <= shipping", name="order_shipping_waived_once"),
        ),
        ops.AddField(
            model_name="OrderLine",
            name="owed",
            field=fields.IntField(default=0, description="canceled units whose money is still to be promised back"),
        ),
        ops.AddConstraint(
            model_name="OrderLine",
            constraint=CheckConstraint(check="owed >= 0 AND owed <= canceled", name="order_line_owed_of_canceled"),
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
            model_name="Parcel",
            name="seen_at",
            field=fields.DatetimeField(
                null=True,
                description="when its newest scan happened, empty before the first",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Parcel",
            name="written_off_at",
            field=fields.DatetimeField(
                null=True,
                description="since when units of it do not count as shipped any more",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="ParcelLine",
            name="restocked",
            field=fields.IntField(default=0, description="units that came back to the shelf"),
        ),
        ops.AddField(
            model_name="ParcelLine",
            name="written_off",
            field=fields.IntField(default=0, description="units that do not count as shipped any more"),
        ),
        ops.AddConstraint(
            model_name="ParcelLine",
            constraint=CheckConstraint(check="written_off <= quantity", name="parcel_line_written_off_once"),
        ),
        ops.AddConstraint(
            model_name="ParcelLine",
            constraint=CheckConstraint(check="restocked <= quantity", name="parcel_line_restocked_once"),
        ),
        ops.AlterField(
            model_name="Payment",
            name="method",
            field=fields.CharEnumField(
                description="SIMULATOR: SIMULATOR\nEXTERNAL: EXTERNAL", enum_type=PaymentMethod, max_length=20
            ),
        ),
        ops.AddField(
            model_name="Payment",
            name="claim_id",
            field=fields.UUIDField(null=True, description="the order change or courier job that it pays"),
        ),
        ops.AddField(
            model_name="Payment",
            name="payer",
            field=SealedText(null=True, description="who paid, as the provider names them", unique=False),
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
                description="PROVIDER_CLEARING: PROVIDER_CLEARING\nCUSTOMER_DEPOSITS: CUSTOMER_DEPOSITS\nSALES: SALES\nSHIPPING_INCOME: SHIPPING_INCOME\nSALES_RETURNS: SALES_RETURNS\nGOODWILL: GOODWILL\nREFUNDS_PAYABLE: REFUNDS_PAYABLE\nTIPS_PAYABLE: TIPS_PAYABLE\nORDER_TRANSFERS: ORDER_TRANSFERS\nSUSPENSE: SUSPENSE",
                enum_type=LedgerAccount,
                max_length=30,
            ),
        ),
        ops.AddField(
            model_name="Product",
            name="is_service",
            field=fields.BooleanField(default=False, description="done at a booked time and place, never shipped"),
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
        ops.AddField(
            model_name="Refund",
            name="goodwill",
            field=fields.BigIntField(default=0, description="part of the amount that is for no goods"),
        ),
        ops.AlterModelOptions(
            name="Reservation",
            options={
                "table": "reservation",
                "app": "market",
                "constraints": [
                    CheckConstraint(check="quantity > 0", name="reservation_positive"),
                ],
                "indexes": [
                    Index(fields=["order_id", "state"]),
                    Index(fields=["variant_id", "state"]),
                ],
                "pk_attr": "id",
                "table_description": "Units of a warehouse promised to one order line. Of a bundle it counts whole ones: the levels hold its parts.",
            },
        ),
        ops.AlterField(
            model_name="Reservation",
            name="state",
            field=fields.CharEnumField(
                default=ReservationState.HELD,
                description="HELD: HELD\nRELEASED: RELEASED\nSHIPPED: SHIPPED\nRETURNED: RETURNED\nLOST: LOST",
                enum_type=ReservationState,
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="Reservation",
            name="bundle",
            field=fields.ForeignKeyField(
                "market.Bundle",
                source_field="bundle_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="promises",
                on_delete=OnDelete.CASCADE,
            ),
        ),
        ops.AddField(
            model_name="Reservation",
            name="customer_key",
            field=fields.CharField(null=True, description="of whom it counts against, while unpaid", max_length=80),
        ),
        ops.AddField(
            model_name="Reservation",
            name="expires_at",
            field=fields.DatetimeField(
                null=True,
                description="when an unpaid hold ends, null once it is paid",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Reservation",
            name="packed",
            field=fields.IntField(
                default=0, description="of these, units in a package, which nobody gives back unopened"
            ),
        ),
        ops.AddIndex(
            model_name="Reservation",
            index=Index(fields=["warehouse_id", "state"]),
        ),
        ops.AddIndex(
            model_name="Reservation",
            index=Index(fields=["customer_key"]),
        ),
        ops.AddIndex(
            model_name="Reservation",
            index=Index(fields=["expires_at"]),
        ),
        ops.AddConstraint(
            model_name="Reservation",
            constraint=CheckConstraint(check="packed >= 0 AND packed <= quantity", name="reservation_packed_is_held"),
        ),
        ops.AlterField(
            model_name="SimulatedNotice",
            name="body",
            field=SealedText(description="sealed: it may name whoever paid", unique=False),
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
                description="NONE: NONE\nDELAY: DELAY\nLOSS: LOSS\nDAMAGE: DAMAGE\nREFUSAL: REFUSAL\nFAILED_ATTEMPT: FAILED_ATTEMPT\nSILENCE: SILENCE\nWRONG_ORDER: WRONG_ORDER\nDUPLICATES: DUPLICATES\nINTERCEPTION: INTERCEPTION",
                enum_type=CarrierFault,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="SimulatedParcel",
            name="fault_after",
            field=fields.IntField(default=0, description="so many of its stops had been told, they stay as they were"),
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
            model_name="StockLevel",
            name="in_transit",
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name="StockLevel",
            name="incoming",
            field=fields.IntField(default=0),
        ),
        ops.AlterField(
            model_name="StockMovement",
            name="kind",
            field=fields.CharEnumField(
                description="RECEIVE: RECEIVE\nADJUST: ADJUST\nRESERVE: RESERVE\nRELEASE: RELEASE\nSHIP: SHIP\nRESTOCK: RESTOCK\nEXPECT: EXPECT\nCALL_OFF: CALL_OFF\nSEND: SEND\nARRIVE: ARRIVE\nMISS: MISS\nCOUNT: COUNT",
                enum_type=MovementKind,
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="StockMovement",
            name="cause",
            field=fields.CharEnumField(
                null=True,
                description="FOUND: FOUND\nRETURNED: RETURNED\nLOST: LOST\nDAMAGED: DAMAGED\nEXPIRED: EXPIRED\nSTOLEN: STOLEN\nSAMPLED: SAMPLED\nOTHER: OTHER",
                enum_type=AdjustmentReason,
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="StockMovement",
            name="document_id",
            field=fields.UUIDField(null=True, description="the expected delivery, transfer or stocktake behind it"),
        ),
        ops.AddField(
            model_name="StockMovement",
            name="in_transit_change",
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name="StockMovement",
            name="incoming_change",
            field=fields.IntField(default=0),
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
        ops.AlterModelOptions(
            name="Warehouse",
            options={
                "table": "warehouse",
                "app": "market",
                "pk_attr": "id",
                "table_description": "A place that holds stock. A closed one sells, promises and ships nothing.",
            },
        ),
        ops.AddField(
            model_name="Warehouse",
            name="closed_why",
            field=fields.CharField(default="", max_length=200),
        ),
        ops.AddField(
            model_name="Warehouse",
            name="latitude",
            field=fields.IntField(null=True, description="millionths of a degree, north is positive"),
        ),
        ops.AddField(
            model_name="Warehouse",
            name="longitude",
            field=fields.IntField(null=True, description="millionths of a degree, east is positive"),
        ),
        ops.AddField(
            model_name="Warehouse",
            name="regions",
            field=fields.JSONField(
                default=list,
                description="provinces and cities that it serves, none for everywhere",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Warehouse",
            name="version",
            field=fields.IntField(default=1),
        ),
        ops.RunPython(add_missing_checks, keep_checks),
    ]

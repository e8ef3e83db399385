import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from kit.ids import new_id
from models.catalog import ImportFormat, ImportState, ProductStatus, TagKind
from models.customers import CodePurpose, Gender
from models.fields import SealedJson, SealedText
from models.fulfillment import CarrierCode, ParcelState
from models.inventory import MovementKind, ReservationState
from models.notifications import Channel
from models.orders import CancelReason, OrderState
from models.outbox import ActorKind
from models.payments import ChargeState, LedgerAccount, PaymentMethod, PaymentState, RefundReason, RefundState
from models.promotions import CouponUseState


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Brand",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("slug", fields.CharField(unique=True, max_length=120)),
                ("name", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("version", fields.IntField(default=1)),
            ],
            options={"table": "brand", "app": "market", "pk_attr": "id", "table_description": "Who makes it."},
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Cart",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("user_id", fields.UUIDField(null=True, unique=True)),
                ("token_hash", fields.CharField(null=True, unique=True, max_length=64)),
                ("coupon_code", fields.CharField(null=True, max_length=40)),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "cart",
                "app": "market",
                "pk_attr": "id",
                "table_description": "One per user, a guest's is found by the hash of the token that its owner keeps.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CatalogImport",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "format",
                    fields.CharEnumField(
                        description="SHOPIFY_CSV: SHOPIFY_CSV\nJSON_LINES: JSON_LINES",
                        enum_type=ImportFormat,
                        max_length=20,
                    ),
                ),
                ("locale", fields.CharField(description="language of a file that has only one", max_length=10)),
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
                        default=ImportState.PENDING,
                        description="PENDING: PENDING\nRUNNING: RUNNING\nCOMPLETED: COMPLETED\nFAILED: FAILED",
                        enum_type=ImportState,
                        max_length=10,
                    ),
                ),
                ("actor_id", fields.UUIDField(null=True)),
                ("bytes_total", fields.BigIntField(default=0)),
                ("bytes_read", fields.BigIntField(default=0)),
                ("rows_read", fields.IntField(default=0)),
                ("records_done", fields.IntField(default=0, description="where to go on after a stop")),
                ("created", fields.IntField(default=0, description="records: products, categories, brands")),
                ("updated", fields.IntField(default=0)),
                ("unchanged", fields.IntField(default=0)),
                ("failed", fields.IntField(default=0)),
                (
                    "error",
                    fields.CharField(default="", description="why the whole file could not be read", max_length=500),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "catalog_import",
                "app": "market",
                "pk_attr": "id",
                "table_description": "One run of an import, its progress and what came of it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CatalogUpload",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("file_name", fields.CharField(max_length=255)),
                ("actor_id", fields.UUIDField(null=True)),
                ("bytes", fields.BigIntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "claimed_at",
                    fields.DatetimeField(
                        null=True, description="when somebody began to send", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "received_at",
                    fields.DatetimeField(
                        null=True, description="when the whole file was there", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "catalog_upload",
                "app": "market",
                "pk_attr": "id",
                "table_description": "A file on its way to an import. Whoever holds its token may send it, once.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Category",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("slug", fields.CharField(unique=True, max_length=120)),
                (
                    "parent",
                    fields.ForeignKeyField(
                        "market.Category",
                        source_field="parent_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="children",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("path", fields.CharField(description="slugs from the root: /fruit/apples/", max_length=600)),
                ("position", fields.IntField(default=0)),
                ("name", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "category",
                "app": "market",
                "indexes": [Index(fields=["path"])],
                "pk_attr": "id",
                "table_description": "A node of the category tree.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Counter",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(unique=True, max_length=40)),
                ("value", fields.BigIntField(default=0)),
            ],
            options={
                "table": "counter",
                "app": "market",
                "pk_attr": "id",
                "table_description": "A number that is handed out under its row's lock.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Coupon",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("code", fields.CharField(unique=True, description="upper case", max_length=40)),
                ("name", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("amount_off", fields.BigIntField(description="minor units")),
                (
                    "threshold",
                    fields.BigIntField(default=0, description="minor units that the goods must cost at least"),
                ),
                ("starts_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("use_limit", fields.IntField(null=True, description="uses over all customers, empty for no limit")),
                ("used", fields.IntField(default=0)),
                ("limit_per_customer", fields.IntField(default=1)),
                ("is_active", fields.BooleanField(default=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "coupon",
                "app": "market",
                "constraints": [
                    CheckConstraint(check="amount_off > 0", name="coupon_amount_positive"),
                    CheckConstraint(check="used >= 0", name="coupon_used_not_negative"),
                    CheckConstraint(check="use_limit IS NULL OR used <= use_limit", name="coupon_never_overused"),
                ],
                "pk_attr": "id",
                "table_description": "An amount off an order that reaches a threshold.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CouponUse",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "coupon",
                    fields.ForeignKeyField(
                        "market.Coupon",
                        source_field="coupon_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="uses",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("order_id", fields.UUIDField(unique=True)),
                (
                    "customer_key",
                    fields.CharField(description="the user, or the hash of a guest's phone", max_length=80),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=CouponUseState.USED,
                        description="USED: USED\nGIVEN_BACK: GIVEN_BACK",
                        enum_type=CouponUseState,
                        max_length=10,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "coupon_use",
                "app": "market",
                "indexes": [Index(fields=["coupon_id", "customer_key", "state"])],
                "pk_attr": "id",
                "table_description": "A coupon on an order.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Event",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("stream_id", fields.UUIDField(description="the order that changed")),
                ("sequence", fields.IntField(description="1, 2, 3 … without a gap within the stream")),
                (
                    "position",
                    fields.BigIntField(
                        null=True, unique=True, description="1, 2, 3 … over all streams, in commit order"
                    ),
                ),
                ("kind", fields.CharField(description="what happened, e.g. payment.captured", max_length=60)),
                ("user_id", fields.UUIDField(null=True, description="whose stream of own orders this belongs to")),
                (
                    "actor_kind",
                    fields.CharEnumField(
                        description="GUEST: GUEST\nCUSTOMER: CUSTOMER\nSTAFF: STAFF\nSYSTEM: SYSTEM\nPROVIDER: PROVIDER",
                        enum_type=ActorKind,
                        max_length=10,
                    ),
                ),
                ("actor_id", fields.UUIDField(null=True)),
                ("cause", fields.CharField(default="", description="why, for staff", max_length=200)),
                (
                    "data",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "event",
                "app": "market",
                "unique_together": (("stream_id", "sequence"),),
                "indexes": [Index(fields=["user_id", "position"])],
                "pk_attr": "id",
                "table_description": "One change. `sequence` is gapless within its stream, `position` is its place in the whole market's history.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ImportProblem",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "run",
                    fields.ForeignKeyField(
                        "market.CatalogImport",
                        source_field="run_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="problems",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("row", fields.IntField(description="line number in the file, from 1")),
                ("column", fields.CharField(max_length=100)),
                (
                    "product",
                    fields.CharField(default="", description="handle or slug, as far as it is known", max_length=255),
                ),
                ("code", fields.CharField(max_length=60)),
                ("value", fields.CharField(default="", description="what stood there, shortened", max_length=200)),
                (
                    "facts",
                    fields.JSONField(
                        default=dict,
                        description="what the message tells of",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
            ],
            options={
                "table": "import_problem",
                "app": "market",
                "indexes": [Index(fields=["run_id", "row"])],
                "pk_attr": "id",
                "table_description": "Why a product of an import was not taken, by row and column of the file.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="JournalEntry",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("kind", fields.CharField(max_length=40)),
                (
                    "reference",
                    fields.CharField(
                        unique=True, description="what it books, booking the same twice is refused", max_length=160
                    ),
                ),
                ("order_id", fields.UUIDField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "journal_entry",
                "app": "market",
                "indexes": [Index(fields=["order_id"])],
                "pk_attr": "id",
                "table_description": "One movement of money. Its postings sum to zero.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="KeyedCall",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("actor", fields.CharField(description="who called", max_length=80)),
                ("operation", fields.CharField(max_length=60)),
                ("key", fields.CharField(max_length=100)),
                ("input_hash", fields.CharField(max_length=64)),
                ("result_id", fields.UUIDField(null=True, description="the row that the call made")),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "keyed_call",
                "app": "market",
                "unique_together": (("actor", "operation", "key"),),
                "pk_attr": "id",
                "table_description": "One call that carried an idempotency key. `result_id` is empty while the first call is still working.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="MarketClock",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(default="market", unique=True, max_length=10)),
                ("seconds_ahead", fields.BigIntField(default=0)),
            ],
            options={
                "table": "market_clock",
                "app": "market",
                "pk_attr": "id",
                "table_description": "How far the demo market is ahead of the machine, at most one row.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="OneTimeCode",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "purpose",
                    fields.CharEnumField(
                        description="SIGN_IN: SIGN_IN\nRESET_PASSWORD: RESET_PASSWORD\nFOLLOW_ORDER: FOLLOW_ORDER\nCHANGE_CONTACT: CHANGE_CONTACT",
                        enum_type=CodePurpose,
                        max_length=20,
                    ),
                ),
                ("contact_hash", fields.CharField(max_length=64)),
                (
                    "subject_id",
                    fields.UUIDField(
                        null=True,
                        description="what else the code is bound to: the order to follow, the account whose contact changes",
                    ),
                ),
                ("code_hash", fields.CharField(max_length=64)),
                ("caller_hash", fields.CharField(description="address of the caller, hashed", max_length=64)),
                ("attempts", fields.IntField(default=0)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "one_time_code",
                "app": "market",
                "indexes": [Index(fields=["contact_hash", "created_at"]), Index(fields=["caller_hash", "created_at"])],
                "pk_attr": "id",
                "table_description": "A code that was sent to a phone or an e-mail address. Only its hash is kept.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Order",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "number",
                    fields.CharField(unique=True, description="for people, opens nothing by itself", max_length=20),
                ),
                ("user_id", fields.UUIDField(null=True, description="empty for a guest's order")),
                (
                    "state",
                    fields.CharEnumField(
                        default=OrderState.PENDING_PAYMENT,
                        description="PENDING_PAYMENT: PENDING_PAYMENT\nPAID: PAID\nPARTIALLY_SHIPPED: PARTIALLY_SHIPPED\nSHIPPED: SHIPPED\nDELIVERED: DELIVERED\nRECEIVED: RECEIVED\nCOMPLETED: COMPLETED\nCANCELED: CANCELED\nEXPIRED: EXPIRED",
                        enum_type=OrderState,
                        max_length=20,
                    ),
                ),
                ("currency", fields.CharField(max_length=3)),
                ("subtotal", fields.BigIntField(description="lines at their unit prices")),
                ("discount", fields.BigIntField(default=0, description="taken off by coupons, shared over the lines")),
                ("shipping", fields.BigIntField(default=0)),
                ("total", fields.BigIntField(description="subtotal - discount + shipping")),
                ("captured", fields.BigIntField(default=0, description="received for this order")),
                (
                    "refunded",
                    fields.BigIntField(default=0, description="given or promised back, never more than captured"),
                ),
                ("shipping_refunded", fields.BigIntField(default=0)),
                ("payment_attempts", fields.IntField(default=0, description="how often it was tried to pay it")),
                (
                    "adjustments",
                    fields.JSONField(
                        default=list,
                        description="each amount explained, see domain/pricing",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("coupon_code", fields.CharField(null=True, max_length=40)),
                (
                    "address",
                    SealedJson(
                        description="recipient, phone, province, city, district, street, postal_code",
                        generated=False,
                        null=False,
                        unique=False,
                    ),
                ),
                ("province", fields.CharField(max_length=40)),
                ("contact_phone", SealedText(null=True, unique=False)),
                ("contact_email", SealedText(null=True, unique=False)),
                ("contact_phone_hash", fields.CharField(null=True, max_length=64)),
                ("contact_email_hash", fields.CharField(null=True, max_length=64)),
                ("note", fields.CharField(default="", max_length=500)),
                ("locale", fields.CharField(default="zh-CN", max_length=10)),
                (
                    "cancel_reason",
                    fields.CharEnumField(
                        null=True,
                        description="CHANGED_MIND: CHANGED_MIND\nORDERED_BY_MISTAKE: ORDERED_BY_MISTAKE\nFOUND_CHEAPER: FOUND_CHEAPER\nTOO_SLOW: TOO_SLOW\nOUT_OF_STOCK: OUT_OF_STOCK\nFRAUD: FRAUD\nOTHER: OTHER",
                        enum_type=CancelReason,
                        max_length=20,
                    ),
                ),
                ("cancel_note", fields.CharField(default="", max_length=500)),
                ("sequence", fields.IntField(default=0, description="of the newest event")),
                ("version", fields.IntField(default=1)),
                ("placed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("pay_by", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("paid_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("shipped_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("delivered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("received_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("completed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("canceled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "orders",
                "app": "market",
                "constraints": [
                    CheckConstraint(check="refunded <= captured", name="order_never_over_refunded"),
                    CheckConstraint(check="total = subtotal - discount + shipping", name="order_total_adds_up"),
                    CheckConstraint(check="shipping_refunded <= shipping", name="order_shipping_refunded_once"),
                ],
                "indexes": [
                    Index(fields=["placed_at", "id"]),
                    Index(fields=["user_id", "placed_at", "id"]),
                    Index(fields=["state", "placed_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "An order as it was agreed. Amounts are minor units of `currency`.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="OrderLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField()),
                ("product_id", fields.UUIDField()),
                ("variant_id", fields.UUIDField()),
                ("sku", fields.CharField(null=True, max_length=255)),
                ("title", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                (
                    "choices",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("image_url", fields.CharField(default="", max_length=2000)),
                ("weight_grams", fields.IntField(default=0)),
                ("unit_price", fields.BigIntField()),
                ("quantity", fields.IntField()),
                ("discount", fields.BigIntField(default=0, description="this line's share of the order's discounts")),
                ("total", fields.BigIntField(description="unit_price × quantity - discount")),
                ("shipped", fields.IntField(default=0, description="units handed to a carrier")),
                ("delivered", fields.IntField(default=0, description="units that reached the customer")),
                ("canceled", fields.IntField(default=0, description="units that will not be shipped")),
                ("refunded", fields.IntField(default=0, description="units whose money was given or promised back")),
                ("refunded_amount", fields.BigIntField(default=0)),
            ],
            options={
                "table": "order_line",
                "app": "market",
                "unique_together": (("order_id", "position"),),
                "constraints": [
                    CheckConstraint(check="quantity > 0", name="order_line_positive"),
                    CheckConstraint(check="shipped + canceled <= quantity", name="order_line_shipped_once"),
                    CheckConstraint(check="delivered <= shipped", name="order_line_delivered_once"),
                    CheckConstraint(check="refunded <= quantity", name="order_line_refunded_once"),
                    CheckConstraint(check="refunded_amount <= total", name="order_line_never_over_refunded"),
                ],
                "pk_attr": "id",
                "table_description": "A quantity of one variant as it was sold, what it was called and cost then stays.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="OutgoingMessage",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "channel",
                    fields.CharEnumField(description="SMS: SMS\nEMAIL: EMAIL", enum_type=Channel, max_length=10),
                ),
                ("recipient", SealedText(unique=False)),
                ("recipient_hash", fields.CharField(max_length=64)),
                ("template", fields.CharField(max_length=60)),
                ("body", SealedText(description="sealed: it may hold a code", unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "outgoing_message",
                "app": "market",
                "indexes": [Index(fields=["recipient_hash", "created_at"])],
                "pk_attr": "id",
                "table_description": "One SMS or e-mail.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Parcel",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="parcels",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("number", fields.CharField(unique=True, max_length=20)),
                ("shipment_id", fields.UUIDField(description="the same for all parcels that were handed over at once")),
                ("warehouse_id", fields.UUIDField()),
                (
                    "carrier",
                    fields.CharEnumField(
                        description="SIMULATOR: simulator\nOWN_COURIER: own\nSF_EXPRESS: sf\nJD_LOGISTICS: jd\nZTO: zto\nYTO: yto\nEMS: ems",
                        enum_type=CarrierCode,
                        max_length=30,
                    ),
                ),
                ("waybill", fields.CharField(max_length=60)),
                (
                    "state",
                    fields.CharEnumField(
                        default=ParcelState.SHIPPED,
                        description="SHIPPED: SHIPPED\nIN_TRANSIT: IN_TRANSIT\nOUT_FOR_DELIVERY: OUT_FOR_DELIVERY\nDELIVERED: DELIVERED",
                        enum_type=ParcelState,
                        max_length=20,
                    ),
                ),
                ("shipped_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "estimated_at",
                    fields.DatetimeField(
                        null=True, description="when the carrier means to deliver", auto_now=False, auto_now_add=False
                    ),
                ),
                ("delivered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "parcel",
                "app": "market",
                "unique_together": (("carrier", "waybill"),),
                "indexes": [Index(fields=["order_id"]), Index(fields=["shipment_id"]), Index(fields=["state"])],
                "pk_attr": "id",
                "table_description": "Goods of one order handed to a carrier under one waybill.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ParcelLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "parcel",
                    fields.ForeignKeyField(
                        "market.Parcel",
                        source_field="parcel_id",
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
                        related_name="parcel_lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("quantity", fields.IntField()),
            ],
            options={
                "table": "parcel_line",
                "app": "market",
                "unique_together": (("parcel_id", "order_line_id"),),
                "constraints": [CheckConstraint(check="quantity > 0", name="parcel_line_positive")],
                "pk_attr": "id",
                "table_description": "Units of an order line in a parcel.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PasswordTries",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("contact_hash", fields.CharField(unique=True, max_length=64)),
                ("bad", fields.IntField(default=0, description="tries since the last right one")),
                ("locked_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "password_tries",
                "app": "market",
                "pk_attr": "id",
                "table_description": "Passwords tried in a row for one phone or e-mail address, whether or not anybody has an account under it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Payment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="payments",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("number", fields.CharField(unique=True, max_length=20)),
                ("provider", fields.CharField(max_length=30)),
                (
                    "method",
                    fields.CharEnumField(description="SIMULATOR: SIMULATOR", enum_type=PaymentMethod, max_length=20),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=PaymentState.PENDING,
                        description="PENDING: PENDING\nCAPTURED: CAPTURED\nFAILED: FAILED\nEXPIRED: EXPIRED",
                        enum_type=PaymentState,
                        max_length=10,
                    ),
                ),
                ("currency", fields.CharField(max_length=3)),
                ("amount", fields.BigIntField()),
                ("captured", fields.BigIntField(default=0, description="what the provider took, in minor units")),
                ("refunded", fields.BigIntField(default=0, description="given or promised back of it")),
                ("provider_reference", fields.CharField(null=True, max_length=80)),
                ("pay_url", fields.CharField(default="", max_length=500)),
                ("failure", fields.CharField(default="", description="the provider's reason", max_length=60)),
                (
                    "is_late",
                    fields.BooleanField(
                        default=False, description="captured when its order no longer waited for money"
                    ),
                ),
                (
                    "is_applied",
                    fields.BooleanField(
                        default=False, description="its money pays for the order, what was captured otherwise goes back"
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("captured_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "payment",
                "app": "market",
                "unique_together": (("provider", "provider_reference"),),
                "constraints": [CheckConstraint(check="refunded <= captured", name="payment_never_over_refunded")],
                "indexes": [Index(fields=["order_id", "created_at"])],
                "pk_attr": "id",
                "table_description": "One attempt to pay an order. Every attempt is kept.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Posting",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "entry",
                    fields.ForeignKeyField(
                        "market.JournalEntry",
                        source_field="entry_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="postings",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "account",
                    fields.CharEnumField(
                        description="PROVIDER_CLEARING: PROVIDER_CLEARING\nCUSTOMER_DEPOSITS: CUSTOMER_DEPOSITS\nSALES: SALES\nSHIPPING_INCOME: SHIPPING_INCOME\nSALES_RETURNS: SALES_RETURNS\nREFUNDS_PAYABLE: REFUNDS_PAYABLE\nSUSPENSE: SUSPENSE",
                        enum_type=LedgerAccount,
                        max_length=30,
                    ),
                ),
                ("currency", fields.CharField(max_length=3)),
                ("amount", fields.BigIntField(description="minor units, debit positive, credit negative")),
            ],
            options={
                "table": "posting",
                "app": "market",
                "indexes": [Index(fields=["account", "currency"])],
                "pk_attr": "id",
                "table_description": "One side of a journal entry.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Product",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("slug", fields.CharField(unique=True, max_length=200)),
                (
                    "status",
                    fields.CharEnumField(
                        default=ProductStatus.DRAFT,
                        description="DRAFT: DRAFT\nACTIVE: ACTIVE\nARCHIVED: ARCHIVED",
                        enum_type=ProductStatus,
                        max_length=10,
                    ),
                ),
                ("title", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                (
                    "description",
                    fields.JSONField(
                        default=dict,
                        description="cleaned HTML by locale",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "category",
                    fields.ForeignKeyField(
                        "market.Category",
                        source_field="category_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="products",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "brand",
                    fields.ForeignKeyField(
                        "market.Brand",
                        source_field="brand_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="products",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "rating",
                    fields.IntField(
                        default=0, description="hundredths of a star, 100–500, 0 while nobody has rated it"
                    ),
                ),
                ("sales", fields.IntField(default=0, description="units sold, net of cancellation")),
                ("min_price", fields.BigIntField(default=0, description="minor units")),
                ("max_price", fields.BigIntField(default=0, description="minor units")),
                (
                    "in_stock",
                    fields.BooleanField(
                        default=False, description="whether any variant had units available at the last change"
                    ),
                ),
                ("cold_chain", fields.BooleanField(default=False)),
                ("fragile", fields.BooleanField(default=False)),
                (
                    "food",
                    fields.JSONField(
                        null=True,
                        description="food facts, see domain/catalog/food.py",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "sort_title",
                    fields.CharField(
                        default="",
                        description="pinyin and Latin, a to z and digits only, so that every database sorts it alike",
                        max_length=200,
                    ),
                ),
                (
                    "extra",
                    fields.JSONField(
                        default=dict,
                        description="columns of an import that have no field of ours",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "source_hash",
                    fields.CharField(
                        default="", description="hash of the import record it was last made from", max_length=64
                    ),
                ),
                ("version", fields.IntField(default=1)),
                (
                    "listed_at",
                    fields.DatetimeField(
                        description="when it was published, until then when it was made",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "product",
                "app": "market",
                "indexes": [
                    Index(fields=["status", "listed_at", "id"]),
                    Index(fields=["status", "min_price", "id"]),
                    Index(fields=["status", "sales", "id"]),
                    Index(fields=["status", "rating", "id"]),
                    Index(fields=["status", "sort_title", "id"]),
                    Index(fields=["category_id", "status"]),
                    Index(fields=["brand_id", "status"]),
                ],
                "pk_attr": "id",
                "table_description": "Something for sale in one or more variants. `min_price`, `max_price` and `in_stock` are kept from these.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ProductImage",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "product",
                    fields.ForeignKeyField(
                        "market.Product",
                        source_field="product_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="images",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField()),
                (
                    "url",
                    fields.CharField(description="a path of ours, or where the picture was outside", max_length=2000),
                ),
                (
                    "alt",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
            ],
            options={
                "table": "product_image",
                "app": "market",
                "indexes": [Index(fields=["product_id", "position"])],
                "pk_attr": "id",
                "table_description": "A picture of a product.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ProductOption",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "product",
                    fields.ForeignKeyField(
                        "market.Product",
                        source_field="product_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="options",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField()),
                ("name", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                (
                    "values",
                    fields.JSONField(
                        description="in display order",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
            ],
            options={
                "table": "product_option",
                "app": "market",
                "unique_together": (("product_id", "position"),),
                "pk_attr": "id",
                "table_description": "One way in which a product's variants differ (规格): a size, a flavour.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ProductTag",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "product",
                    fields.ForeignKeyField(
                        "market.Product",
                        source_field="product_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tag_rows",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        default=TagKind.TAG,
                        description="TAG: TAG\nDIET: DIET\nCERTIFICATION: CERTIFICATION",
                        enum_type=TagKind,
                        max_length=13,
                    ),
                ),
                ("tag", fields.CharField(max_length=255)),
                ("position", fields.IntField(default=0)),
            ],
            options={
                "table": "product_tag",
                "app": "market",
                "unique_together": (("product_id", "kind", "tag"),),
                "indexes": [Index(fields=["kind", "tag", "product_id"])],
                "pk_attr": "id",
                "table_description": "A word that a product is filed under: a free tag, a diet that it suits, a mark that it carries.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ProviderNotice",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("provider", fields.CharField(max_length=30)),
                ("notice_id", fields.CharField(max_length=80)),
                ("kind", fields.CharField(max_length=40)),
                ("payload", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("outcome", fields.CharField(default="", max_length=60)),
            ],
            options={
                "table": "provider_notice",
                "app": "market",
                "unique_together": (("provider", "notice_id"),),
                "pk_attr": "id",
                "table_description": "A callback of a provider, kept once however often it comes.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Refund",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "market.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="refunds",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "payment",
                    fields.ForeignKeyField(
                        "market.Payment",
                        source_field="payment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="refunds",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "batch_id",
                    fields.UUIDField(description="the same for all refunds of one request, the key of the first"),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=RefundState.PENDING,
                        description="PENDING: PENDING\nSUCCEEDED: SUCCEEDED\nFAILED: FAILED",
                        enum_type=RefundState,
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    fields.CharEnumField(
                        description="CANCELED: CANCELED\nQUALITY: QUALITY\nWRONG_OR_MISSING: WRONG_OR_MISSING\nDAMAGED_IN_TRANSIT: DAMAGED_IN_TRANSIT\nNO_REASON: NO_REASON\nLATE_PAYMENT: LATE_PAYMENT\nPAID_TWICE: PAID_TWICE\nGOODWILL: GOODWILL",
                        enum_type=RefundReason,
                        max_length=20,
                    ),
                ),
                ("note", fields.CharField(default="", max_length=500)),
                ("currency", fields.CharField(max_length=3)),
                ("amount", fields.BigIntField()),
                ("shipping", fields.BigIntField(default=0, description="part of the amount that is shipping")),
                ("requested_by", fields.UUIDField(null=True)),
                (
                    "attempt",
                    fields.IntField(
                        default=1, description="how often the provider was asked anew after it had refused"
                    ),
                ),
                ("provider_reference", fields.CharField(null=True, max_length=80)),
                ("failure", fields.CharField(default="", max_length=60)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("succeeded_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "refund",
                "app": "market",
                "constraints": [CheckConstraint(check="amount > 0", name="refund_positive")],
                "indexes": [
                    Index(fields=["order_id", "created_at"]),
                    Index(fields=["payment_id"]),
                    Index(fields=["batch_id"]),
                ],
                "pk_attr": "id",
                "table_description": "Money on its way back to one payment.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RefundLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "refund",
                    fields.ForeignKeyField(
                        "market.Refund",
                        source_field="refund_id",
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
                        related_name="refund_lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("quantity", fields.IntField()),
                ("amount", fields.BigIntField()),
            ],
            options={
                "table": "refund_line",
                "app": "market",
                "pk_attr": "id",
                "table_description": "Units of an order line in a refund.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SearchSlip",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("form", fields.CharField(max_length=40)),
                ("word", fields.CharField(max_length=40)),
            ],
            options={
                "table": "search_slip",
                "app": "market",
                "unique_together": (("form", "word"),),
                "pk_attr": "id",
                "table_description": "A word of the index with at most one letter left out, by which words that were typed wrong are recognised.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SearchTerm",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "product",
                    fields.ForeignKeyField(
                        "market.Product",
                        source_field="product_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="terms",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("term", fields.CharField(max_length=80)),
                ("weight", fields.IntField()),
            ],
            options={
                "table": "search_term",
                "app": "market",
                "unique_together": (("product_id", "term"),),
                "indexes": [Index(fields=["term", "product_id", "weight"])],
                "pk_attr": "id",
                "table_description": "One term under which a product is found, with its weight. The same rows give the same answers everywhere.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ShippingRate",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("province", fields.CharField(unique=True, max_length=40)),
                ("first_grams", fields.IntField(default=1000, description="weight that the first fee covers")),
                ("first_fee", fields.BigIntField(description="minor units")),
                ("step_grams", fields.IntField(default=1000)),
                ("step_fee", fields.BigIntField(description="minor units for each further step or part of it")),
                (
                    "free_from",
                    fields.BigIntField(
                        null=True, description="goods after discounts, minor units, from which shipping is free"
                    ),
                ),
                ("delivers", fields.BooleanField(default=True, description="false refuses the province")),
            ],
            options={
                "table": "shipping_rate",
                "app": "market",
                "constraints": [CheckConstraint(check="step_grams > 0", name="shipping_step_positive")],
                "pk_attr": "id",
                "table_description": "The tariff for one province, the row with province `*` serves all others. Without it: no delivery there.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SimulatedCharge",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("reference", fields.CharField(unique=True, max_length=80)),
                (
                    "request_key",
                    fields.CharField(
                        unique=True, description="the merchant's number, repeated requests find it", max_length=80
                    ),
                ),
                ("kind", fields.CharField(description="charge or refund", max_length=10)),
                (
                    "parent_reference",
                    fields.CharField(default="", description="of a refund: the charge", max_length=80),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=ChargeState.OPEN,
                        description="OPEN: OPEN\nPAID: PAID\nDECLINED: DECLINED",
                        enum_type=ChargeState,
                        max_length=10,
                    ),
                ),
                ("currency", fields.CharField(max_length=3)),
                ("amount", fields.BigIntField()),
                ("title", fields.CharField(default="", max_length=200)),
                ("return_url", fields.CharField(default="", max_length=500)),
                ("notify_url", fields.CharField(default="", max_length=500)),
                ("refuses_refunds", fields.BooleanField(default=False, description="the next refund of it fails")),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("paid_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "simulated_charge",
                "app": "market",
                "pk_attr": "id",
                "table_description": "The payment simulator's own record of a charge or a refund, the market itself never reads it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SimulatedNotice",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("charge_reference", fields.CharField(max_length=80)),
                ("notice_id", fields.CharField(description="the same for a duplicate", max_length=80)),
                ("notify_url", fields.CharField(max_length=500)),
                ("body", fields.TextField(unique=False)),
                (
                    "bad_signatures",
                    fields.IntField(default=0, description="how many deliveries are signed wrongly on request"),
                ),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("attempts", fields.IntField(default=0)),
                ("delivered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "simulated_notice",
                "app": "market",
                "indexes": [Index(fields=["charge_reference"])],
                "pk_attr": "id",
                "table_description": "A callback that the simulator has still to deliver, or has delivered.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SimulatedParcel",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "request_key",
                    fields.CharField(
                        unique=True, description="the merchant's number, repeated requests find it", max_length=80
                    ),
                ),
                ("waybill", fields.CharField(unique=True, max_length=60)),
                ("from_province", fields.CharField(max_length=40)),
                ("from_city", fields.CharField(max_length=40)),
                ("to_province", fields.CharField(max_length=40)),
                ("to_city", fields.CharField(max_length=40)),
                ("weight_grams", fields.IntField()),
                (
                    "booked_at",
                    fields.DatetimeField(description="by the market's clock", auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "simulated_parcel",
                "app": "market",
                "pk_attr": "id",
                "table_description": "The carrier simulator's own record of a parcel, the market itself never reads it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="StockMovement",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("warehouse_id", fields.UUIDField()),
                ("variant_id", fields.UUIDField()),
                (
                    "kind",
                    fields.CharEnumField(
                        description="RECEIVE: RECEIVE\nADJUST: ADJUST\nRESERVE: RESERVE\nRELEASE: RELEASE\nSHIP: SHIP\nRESTOCK: RESTOCK",
                        enum_type=MovementKind,
                        max_length=10,
                    ),
                ),
                ("on_hand_change", fields.IntField(default=0)),
                ("reserved_change", fields.IntField(default=0)),
                ("order_id", fields.UUIDField(null=True)),
                ("actor_id", fields.UUIDField(null=True)),
                ("reason", fields.CharField(default="", max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "stock_movement",
                "app": "market",
                "indexes": [Index(fields=["variant_id", "warehouse_id"]), Index(fields=["order_id"])],
                "pk_attr": "id",
                "table_description": "One change of a stock level. The movements of a level sum to it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Timer",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "kind",
                    fields.CharField(
                        description="the work in jobs/ that it asks for, e.g. order.expire", max_length=60
                    ),
                ),
                ("subject_id", fields.UUIDField(description="the order, parcel or charge that it is about")),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "claimed_until",
                    fields.DatetimeField(
                        null=True,
                        description="a worker has it until then, by the machine's clock",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("attempts", fields.IntField(default=0)),
                ("done_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_error", fields.CharField(default="", max_length=500)),
            ],
            options={
                "table": "timer",
                "app": "market",
                "unique_together": (("kind", "subject_id"),),
                "indexes": [Index(fields=["done_at", "due_at"])],
                "pk_attr": "id",
                "table_description": "One thing to do for one subject, not before `due_at`.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="TrackingEvent",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "parcel",
                    fields.ForeignKeyField(
                        "market.Parcel",
                        source_field="parcel_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tracking",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("scan_id", fields.CharField(max_length=80)),
                (
                    "state",
                    fields.CharEnumField(
                        description="SHIPPED: SHIPPED\nIN_TRANSIT: IN_TRANSIT\nOUT_FOR_DELIVERY: OUT_FOR_DELIVERY\nDELIVERED: DELIVERED",
                        enum_type=ParcelState,
                        max_length=20,
                    ),
                ),
                (
                    "place",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "description",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("occurred_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "tracking_event",
                "app": "market",
                "unique_together": (("parcel_id", "scan_id"),),
                "indexes": [Index(fields=["parcel_id", "occurred_at"])],
                "pk_attr": "id",
                "table_description": "One scan by a carrier, kept once however often and in whatever order it is reported.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="User",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("phone", SealedText(null=True, description="E.164", unique=False)),
                ("phone_hash", fields.CharField(null=True, unique=True, max_length=64)),
                ("email", SealedText(null=True, description="lower case", unique=False)),
                ("email_hash", fields.CharField(null=True, unique=True, max_length=64)),
                ("email_verified_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("password_hash", fields.CharField(null=True, description="argon2id", max_length=200)),
                ("name", SealedText(default="", unique=False)),
                (
                    "gender",
                    fields.CharEnumField(
                        null=True,
                        description="FEMALE: FEMALE\nMALE: MALE\nOTHER: OTHER",
                        enum_type=Gender,
                        max_length=10,
                    ),
                ),
                ("birthday", fields.DateField(null=True)),
                ("avatar_url", fields.CharField(default="", max_length=500)),
                ("locale", fields.CharField(default="zh-CN", max_length=10)),
                (
                    "roles",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "user_account",
                "app": "market",
                "pk_attr": "id",
                "table_description": "A person with an account. Phone and e-mail are sealed, the hashes find them.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Address",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "market.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="addresses",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("label", fields.CharField(default="", max_length=30)),
                ("recipient", SealedText(unique=False)),
                ("phone", SealedText(description="E.164", unique=False)),
                ("province", fields.CharField(max_length=40)),
                ("city", fields.CharField(max_length=40)),
                ("district", fields.CharField(default="", max_length=40)),
                ("street", SealedText(unique=False)),
                ("postal_code", fields.CharField(default="", max_length=12)),
                ("is_default", fields.BooleanField(default=False)),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "address",
                "app": "market",
                "indexes": [Index(fields=["user_id"])],
                "pk_attr": "id",
                "table_description": "A place to deliver to. Who lives there and how to reach them is sealed, rules read the region.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="DeviceSession",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "market.User",
                        source_field="user_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="sessions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "order_id",
                    fields.UUIDField(
                        null=True, description="set when the session opens this one order to a guest, nothing else"
                    ),
                ),
                ("device", fields.CharField(default="", description="what the client calls itself", max_length=120)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_used_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "expires_at",
                    fields.DatetimeField(
                        description="by the machine's clock, as all tokens", auto_now=False, auto_now_add=False
                    ),
                ),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoke_reason", fields.CharField(default="", max_length=40)),
            ],
            options={
                "table": "device_session",
                "app": "market",
                "indexes": [Index(fields=["user_id", "revoked_at"])],
                "pk_attr": "id",
                "table_description": "One device that is signed in: all refresh tokens that descend from one sign-in.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RefreshToken",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "session",
                    fields.ForeignKeyField(
                        "market.DeviceSession",
                        source_field="session_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="refresh_tokens",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "refresh_token",
                "app": "market",
                "pk_attr": "id",
                "table_description": "A token that is good for one renewal. Coming a second time it ends its whole session.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Variant",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "product",
                    fields.ForeignKeyField(
                        "market.Product",
                        source_field="product_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="variants",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField()),
                ("sku", fields.CharField(null=True, unique=True, max_length=255)),
                (
                    "choices",
                    fields.JSONField(
                        default=list,
                        description="one value per option of the product, in its order",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("price", fields.BigIntField(description="minor units")),
                (
                    "list_price",
                    fields.BigIntField(null=True, description="minor units, the price before, shown struck through"),
                ),
                ("weight_grams", fields.IntField(default=0)),
                ("barcode", fields.CharField(null=True, max_length=255)),
                ("image_id", fields.UUIDField(null=True, description="the product's picture that shows this variant")),
                (
                    "imported_stock",
                    fields.JSONField(
                        default=dict,
                        description="units by warehouse as the last import said, so that a repeated one does not undo sales",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "extra",
                    fields.JSONField(
                        default=dict,
                        description="columns of an import that have no field of ours",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "is_active",
                    fields.BooleanField(
                        default=True, description="false once it was taken out, old orders still point to it"
                    ),
                ),
            ],
            options={
                "table": "variant",
                "app": "market",
                "constraints": [
                    CheckConstraint(check="price >= 0", name="variant_price_not_negative"),
                    CheckConstraint(check="weight_grams >= 0", name="variant_weight_not_negative"),
                ],
                "indexes": [Index(fields=["product_id", "position"])],
                "pk_attr": "id",
                "table_description": "What is put into a cart (SKU).",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CartLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "cart",
                    fields.ForeignKeyField(
                        "market.Cart",
                        source_field="cart_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
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
                        related_name="cart_lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("quantity", fields.IntField()),
                ("selected", fields.BooleanField(default=True, description="whether it goes along at checkout")),
                ("price_seen", fields.BigIntField(description="minor units at the last time its owner changed it")),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "cart_line",
                "app": "market",
                "unique_together": (("cart_id", "variant_id"),),
                "constraints": [CheckConstraint(check="quantity > 0", name="cart_line_positive")],
                "pk_attr": "id",
                "table_description": "A quantity of one variant.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Warehouse",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("code", fields.CharField(unique=True, max_length=20)),
                ("name", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("province", fields.CharField(max_length=40)),
                ("city", fields.CharField(max_length=40)),
                ("priority", fields.IntField(default=0, description="lower ships first when distance does not decide")),
                ("is_active", fields.BooleanField(default=True)),
            ],
            options={
                "table": "warehouse",
                "app": "market",
                "pk_attr": "id",
                "table_description": "A place that holds stock.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Reservation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("order_id", fields.UUIDField()),
                ("order_line_id", fields.UUIDField()),
                (
                    "warehouse",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="warehouse_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="promises",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("variant_id", fields.UUIDField()),
                ("quantity", fields.IntField()),
                (
                    "state",
                    fields.CharEnumField(
                        default=ReservationState.HELD,
                        description="HELD: HELD\nRELEASED: RELEASED\nSHIPPED: SHIPPED\nRETURNED: RETURNED",
                        enum_type=ReservationState,
                        max_length=10,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reservation",
                "app": "market",
                "constraints": [CheckConstraint(check="quantity > 0", name="reservation_positive")],
                "indexes": [Index(fields=["order_id", "state"]), Index(fields=["variant_id", "state"])],
                "pk_attr": "id",
                "table_description": "Units of a warehouse promised to one order line.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="StockLevel",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "warehouse",
                    fields.ForeignKeyField(
                        "market.Warehouse",
                        source_field="warehouse_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="levels",
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
                        related_name="levels",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("on_hand", fields.IntField(default=0)),
                ("reserved", fields.IntField(default=0)),
            ],
            options={
                "table": "stock_level",
                "app": "market",
                "unique_together": (("variant_id", "warehouse_id"),),
                "constraints": [
                    CheckConstraint(check="reserved >= 0", name="stock_reserved_not_negative"),
                    CheckConstraint(check="on_hand >= reserved", name="stock_never_oversold"),
                ],
                "pk_attr": "id",
                "table_description": "Units of one variant in one warehouse, available = on_hand - reserved.",
            },
            bases=["Row"],
        ),
    ]

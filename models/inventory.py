"""What lies in the warehouses, what of it is promised, what is on its way to them, and every movement between."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from kit.text import Localized
from models.base import Row
from models.catalog import Variant


class MovementKind(StrEnum):
    """Why stock changed."""

    RECEIVE = "RECEIVE"
    ADJUST = "ADJUST"
    RESERVE = "RESERVE"
    RELEASE = "RELEASE"
    SHIP = "SHIP"
    RESTOCK = "RESTOCK"
    EXPECT = "EXPECT"
    CALL_OFF = "CALL_OFF"
    SEND = "SEND"
    ARRIVE = "ARRIVE"
    MISS = "MISS"
    COUNT = "COUNT"


class AdjustmentReason(StrEnum):
    """Why somebody corrects what lies on a shelf."""

    FOUND = "FOUND"
    RETURNED = "RETURNED"
    LOST = "LOST"
    DAMAGED = "DAMAGED"
    EXPIRED = "EXPIRED"
    STOLEN = "STOLEN"
    SAMPLED = "SAMPLED"
    OTHER = "OTHER"


class ReservationState(StrEnum):
    """What became of a promise of stock."""

    HELD = "HELD"
    RELEASED = "RELEASED"
    SHIPPED = "SHIPPED"
    RETURNED = "RETURNED"
    LOST = "LOST"


class IncomingState(StrEnum):
    """How far an expected delivery has come."""

    EXPECTED = "EXPECTED"
    PARTLY_RECEIVED = "PARTLY_RECEIVED"
    RECEIVED = "RECEIVED"
    CALLED_OFF = "CALLED_OFF"


class TransferState(StrEnum):
    """Where goods between two warehouses are."""

    SENT = "SENT"
    RECEIVED = "RECEIVED"


class StocktakeState(StrEnum):
    """Whether the counts of a stocktake stand."""

    OPEN = "OPEN"
    APPLIED = "APPLIED"
    CANCELED = "CANCELED"


class AllocationRule(StrEnum):
    """What makes one way to serve an order better than another."""

    FEWEST_PARCELS = "FEWEST_PARCELS"
    LOWEST_COST = "LOWEST_COST"
    NEAREST = "NEAREST"


class AllocationCause(StrEnum):
    """Why warehouses were chosen for an order, or chosen again."""

    PLACED = "PLACED"
    REVIVED = "REVIVED"
    CHANGED = "CHANGED"
    RESTOCKED = "RESTOCKED"
    RESHIPPED = "RESHIPPED"
    WAREHOUSE_FAILED = "WAREHOUSE_FAILED"
    ASKED = "ASKED"


class TariffZone(StrEnum):
    """How far a parcel travels, as carriers count it."""

    LOCAL = "LOCAL"
    REGIONAL = "REGIONAL"
    NATIONAL = "NATIONAL"
    REMOTE = "REMOTE"


class Warehouse(Row):
    """A place that holds stock. A closed one sells, promises and ships nothing."""

    code = fields.CharField(max_length=20, unique=True)
    name = fields.JSONField[Localized]()
    province = fields.CharField(max_length=40)
    city = fields.CharField(max_length=40)
    priority = fields.IntField(default=0, description="lower ships first when distance does not decide")
    is_active = fields.BooleanField(default=True)
    latitude = fields.IntField(null=True, description="millionths of a degree, north is positive")
    longitude = fields.IntField(null=True, description="millionths of a degree, east is positive")
    regions = fields.JSONField[list[str]](
        default=list, description="provinces and cities that it serves, none for everywhere"
    )
    closed_why = fields.CharField(max_length=200, default="")
    version = fields.IntField(default=1)

    class Meta:
        table = "warehouse"


class StockLevel(Row):
    """Units of one variant in one warehouse, available = on_hand - reserved.

    What is on its way there is counted beside: `incoming` from suppliers, `in_transit` from other warehouses.
    """

    warehouse: fields.ForeignKeyRelation[Warehouse] = fields.ForeignKeyField("market.Warehouse", related_name="levels")
    warehouse_id: UUID
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField("market.Variant", related_name="levels")
    variant_id: UUID
    on_hand = fields.IntField(default=0)
    reserved = fields.IntField(default=0)
    incoming = fields.IntField(default=0)
    in_transit = fields.IntField(default=0)

    @property
    def available(self) -> int:
        """Units that are not promised yet."""
        return self.on_hand - self.reserved

    class Meta:
        table = "stock_level"
        unique_together = (("variant_id", "warehouse_id"),)
        constraints = (
            CheckConstraint(check="reserved >= 0", name="stock_reserved_not_negative"),
            CheckConstraint(check="on_hand >= reserved", name="stock_never_oversold"),
        )


class Bundle(Row):
    """What one unit of a variant is put together from. A change makes a new row, so that old promises keep theirs."""

    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField("market.Variant", related_name="bundles")
    variant_id: UUID
    is_current = fields.BooleanField(default=True)
    created_at = fields.DatetimeField()
    parts: fields.ReverseRelation[BundlePart]

    class Meta:
        table = "bundle"
        indexes = (Index(fields=("variant_id", "is_current")),)


class BundlePart(Row):
    """Units of one variant in one unit of a bundle."""

    bundle: fields.ForeignKeyRelation[Bundle] = fields.ForeignKeyField("market.Bundle", related_name="parts")
    bundle_id: UUID
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField("market.Variant", related_name="bundled_in")
    variant_id: UUID
    quantity = fields.IntField()

    class Meta:
        table = "bundle_part"
        unique_together = (("bundle_id", "variant_id"),)
        indexes = (Index(fields=("variant_id",)),)
        constraints = (CheckConstraint(check="quantity > 0", name="bundle_part_positive"),)


class Reservation(Row):
    """Units of a warehouse promised to one order line. Of a bundle it counts whole ones: the levels hold its parts."""

    order_id = fields.UUIDField()
    order_line_id = fields.UUIDField()
    warehouse: fields.ForeignKeyRelation[Warehouse] = fields.ForeignKeyField(
        "market.Warehouse", related_name="promises"
    )
    warehouse_id: UUID
    variant_id = fields.UUIDField()
    quantity = fields.IntField()
    bundle: fields.ForeignKeyNullableRelation[Bundle] = fields.ForeignKeyField(
        "market.Bundle", related_name="promises", null=True
    )
    bundle_id: UUID | None
    packed = fields.IntField(default=0, description="of these, units in a package, which nobody gives back unopened")
    state = fields.CharEnumField(ReservationState, max_length=10, default=ReservationState.HELD)
    customer_key = fields.CharField(max_length=80, null=True, description="of whom it counts against, while unpaid")
    expires_at = fields.DatetimeField(null=True, description="when an unpaid hold ends, null once it is paid")
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "reservation"
        indexes = (
            Index(fields=("order_id", "state")),
            Index(fields=("variant_id", "state")),
            Index(fields=("warehouse_id", "state")),
            Index(fields=("customer_key",)),
            Index(fields=("expires_at",)),
        )
        constraints = (
            CheckConstraint(check="quantity > 0", name="reservation_positive"),
            CheckConstraint(check="packed >= 0 AND packed <= quantity", name="reservation_packed_is_held"),
        )


class StockMovement(Row):
    """One change of a stock level. The movements of a level sum to it."""

    warehouse_id = fields.UUIDField()
    variant_id = fields.UUIDField()
    kind = fields.CharEnumField(MovementKind, max_length=10)
    on_hand_change = fields.IntField(default=0)
    reserved_change = fields.IntField(default=0)
    incoming_change = fields.IntField(default=0)
    in_transit_change = fields.IntField(default=0)
    order_id = fields.UUIDField(null=True)
    document_id = fields.UUIDField(null=True, description="the expected delivery, transfer or stocktake behind it")
    actor_id = fields.UUIDField(null=True)
    cause = fields.CharEnumField(AdjustmentReason, max_length=10, null=True)
    reason = fields.CharField(max_length=200, default="")
    created_at = fields.DatetimeField()

    class Meta:
        table = "stock_movement"
        indexes = (Index(fields=("variant_id", "warehouse_id")), Index(fields=("order_id",)))


class Backorder(Row):
    """Units that an order line waits for, as they come in. Who has waited longest is served first."""

    order_id = fields.UUIDField()
    order_line_id = fields.UUIDField()
    variant_id = fields.UUIDField(description="what is reserved for the line when it comes")
    waiting = fields.IntField(description="units that have not come yet")
    province = fields.CharField(max_length=40, description="where the order goes")
    city = fields.CharField(max_length=60, default="")
    since = fields.DatetimeField()

    class Meta:
        table = "backorder"
        indexes = (Index(fields=("variant_id", "since", "id")), Index(fields=("order_id",)))
        constraints = (CheckConstraint(check="waiting > 0", name="backorder_positive"),)


class ExpectedDelivery(Row):
    """Units of one variant that a supplier will bring to a warehouse."""

    number = fields.CharField(max_length=20, unique=True)
    warehouse: fields.ForeignKeyRelation[Warehouse] = fields.ForeignKeyField("market.Warehouse", related_name="awaits")
    warehouse_id: UUID
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField("market.Variant", related_name="awaited")
    variant_id: UUID
    units = fields.IntField()
    received = fields.IntField(default=0, description="may exceed the units when more came")
    called_off = fields.IntField(default=0)
    expected_on = fields.DateField()
    state = fields.CharEnumField(IncomingState, max_length=20, default=IncomingState.EXPECTED)
    note = fields.CharField(max_length=200, default="")
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    @property
    def open(self) -> int:
        """Units that are still to come."""
        return max(0, self.units - self.received - self.called_off)

    class Meta:
        table = "expected_delivery"
        indexes = (Index(fields=("variant_id", "expected_on")), Index(fields=("expected_on", "id")))
        constraints = (
            CheckConstraint(check="units > 0", name="expected_delivery_positive"),
            CheckConstraint(check="called_off <= units", name="expected_delivery_called_off_once"),
        )


class StockTransfer(Row):
    """Goods on their way from one warehouse to another."""

    number = fields.CharField(max_length=20, unique=True)
    source: fields.ForeignKeyRelation[Warehouse] = fields.ForeignKeyField("market.Warehouse", related_name="sends")
    source_id: UUID
    target: fields.ForeignKeyRelation[Warehouse] = fields.ForeignKeyField("market.Warehouse", related_name="gets")
    target_id: UUID
    state = fields.CharEnumField(TransferState, max_length=10, default=TransferState.SENT)
    note = fields.CharField(max_length=200, default="")
    sent_at = fields.DatetimeField()
    received_at = fields.DatetimeField(null=True)

    class Meta:
        table = "stock_transfer"
        indexes = (Index(fields=("sent_at", "id")),)


class StockTransferLine(Row):
    """Units of one variant in a transfer, and what of them arrived."""

    transfer: fields.ForeignKeyRelation[StockTransfer] = fields.ForeignKeyField(
        "market.StockTransfer", related_name="lines"
    )
    transfer_id: UUID
    variant_id = fields.UUIDField()
    units = fields.IntField()
    received = fields.IntField(default=0)
    missing = fields.IntField(default=0, description="units that did not arrive")

    class Meta:
        table = "stock_transfer_line"
        unique_together = (("transfer_id", "variant_id"),)
        constraints = (
            CheckConstraint(check="units > 0", name="transfer_line_positive"),
            CheckConstraint(check="received + missing <= units", name="transfer_line_arrives_once"),
        )


class Stocktake(Row):
    """Counting what really lies in a warehouse."""

    number = fields.CharField(max_length=20, unique=True)
    warehouse: fields.ForeignKeyRelation[Warehouse] = fields.ForeignKeyField("market.Warehouse", related_name="counts")
    warehouse_id: UUID
    state = fields.CharEnumField(StocktakeState, max_length=10, default=StocktakeState.OPEN)
    note = fields.CharField(max_length=200, default="")
    started_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "stocktake"
        indexes = (Index(fields=("started_at", "id")),)


class StocktakeCount(Row):
    """What was counted of one variant, and what should have been there at that moment."""

    stocktake: fields.ForeignKeyRelation[Stocktake] = fields.ForeignKeyField("market.Stocktake", related_name="counted")
    stocktake_id: UUID
    variant_id = fields.UUIDField()
    counted = fields.IntField()
    on_hand = fields.IntField(description="of the level when it was counted")
    counted_at = fields.DatetimeField()

    class Meta:
        table = "stocktake_count"
        unique_together = (("stocktake_id", "variant_id"),)


class AllocationRules(Row):
    """In which order the rules of allocation decide. One row, the newest counts, without it the market's default."""

    rules = fields.JSONField[list[str]]()
    version = fields.IntField(default=1)
    changed_at = fields.DatetimeField()
    actor_id = fields.UUIDField(null=True)

    class Meta:
        table = "allocation_rules"


class CarrierTariff(Row):
    """What a carrier takes for a parcel. A row of the destination's province counts before the one for `*`."""

    carrier = fields.CharField(max_length=30)
    zone = fields.CharEnumField(TariffZone, max_length=10)
    province = fields.CharField(max_length=40, default="*")
    first_grams = fields.IntField(default=1000)
    first_fee = fields.BigIntField(description="minor units")
    step_grams = fields.IntField(default=1000)
    step_fee = fields.BigIntField(description="minor units for each further step or part of it")

    class Meta:
        table = "carrier_tariff"
        unique_together = (("carrier", "zone", "province"),)
        constraints = (CheckConstraint(check="step_grams > 0", name="carrier_tariff_step_positive"),)


class Allocation(Row):
    """Which warehouses were chosen for an order, what else was compared, and why that lost. For staff to read."""

    order_id = fields.UUIDField()
    cause = fields.CharEnumField(AllocationCause, max_length=20)
    province = fields.CharField(max_length=40)
    city = fields.CharField(max_length=60)
    rules = fields.JSONField[list[str]]()
    is_exact = fields.BooleanField(description="whether every group of warehouses was compared")
    compared = fields.IntField(description="groups of warehouses that could have served")
    chosen = fields.JSONField[list[dict[str, object]]](description="what each warehouse gives, by order line")
    candidates = fields.JSONField[list[dict[str, object]]](description="the best groups with their scores, best first")
    passed_over = fields.JSONField[list[dict[str, object]]](description="warehouses that could give nothing, and why")
    created_at = fields.DatetimeField()

    class Meta:
        table = "allocation"
        indexes = (Index(fields=("order_id", "id")),)

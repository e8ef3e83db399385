"""Stock for staff: warehouses, levels, movements, counts by hand; and what all are told when there is too little."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from loaders import inventory as loaders
from models import inventory as models
from resolvers import inventory as resolvers
from resolvers import stockroom as stockroom_resolvers
from resolvers.context import Info
from schema.catalog.texts import localized
from schema.catalog.types import Variant
from schema.errors import Payload, UserError, error_type
from schema.fields import enum_type, field, given, mutation
from schema.node import Node, node_type
from schema.paging import After, Before, Connection, First, Last

if TYPE_CHECKING:
    from schema.orders.types import Order

OrderReference = Annotated["Order", strawberry.lazy("schema.orders.types")]

enum_type(
    models.MovementKind,
    description="Why stock changed.",
    values={
        "RECEIVE": "Goods came in.",
        "ADJUST": "Somebody counted, found or lost units.",
        "RESERVE": "Units were promised to an order.",
        "RELEASE": "An order gave units back.",
        "SHIP": "Units left the house.",
        "RESTOCK": "Shipped units came back to the shelf.",
        "EXPECT": "A supplier announced units.",
        "CALL_OFF": "Announced units will not come.",
        "SEND": "Units left for another warehouse.",
        "ARRIVE": "Units from another warehouse came in.",
        "MISS": "Units from another warehouse did not arrive.",
        "COUNT": "A stocktake found another number.",
    },
)
enum_type(
    models.AdjustmentReason,
    description="Why somebody corrects what lies on a shelf.",
    values={
        "FOUND": "Units were found. Adds.",
        "RETURNED": "Units came back outside of an order. Adds.",
        "LOST": "Units cannot be found. Takes away.",
        "DAMAGED": "Units are broken. Takes away.",
        "EXPIRED": "Units are past their date. Takes away.",
        "STOLEN": "Units were stolen. Takes away.",
        "SAMPLED": "Units were opened or given away. Takes away.",
        "OTHER": "Something else, in either direction; say it in the note.",
    },
)


@node_type(models.Warehouse, loaders.warehouses_by_id, description="A place that holds stock. For staff who see stock.")
class Warehouse(Node):
    code: str = strawberry.field(description="Short name, unique.")
    name: str = localized("name", description="What it is called.")
    province: str = strawberry.field(description="Province, by its Chinese name.")
    city: str = strawberry.field(description="City.")
    priority: int = strawberry.field(description="Lower ships first where distance does not decide.")
    is_active: bool = strawberry.field(description="Whether its stock can be sold.")
    latitude: float | None = field(
        stockroom_resolvers.latitude, description="Degrees north; null when only its city is known."
    )
    longitude: float | None = field(
        stockroom_resolvers.longitude, description="Degrees east; null when only its city is known."
    )
    regions: list[str] = strawberry.field(description="Provinces and cities that it serves; empty for everywhere.")
    closed_why: str = strawberry.field(description="Why it is closed; empty while it is open.")
    version: int = strawberry.field(description="Counts its changes; see `expectedVersion`.")


@node_type(
    models.StockLevel, loaders.levels_by_id, description="Units of a variant in a warehouse. For staff who see stock."
)
class StockLevel(Node):
    warehouse: Warehouse | None = field(resolvers.warehouse, description="Where.")
    variant: Variant | None = field(
        resolvers.variant, description="What; null when it was taken out and you do not edit the catalog."
    )
    on_hand: int = strawberry.field(description="Units on the shelf.")
    reserved: int = strawberry.field(description="Of these, promised to orders.")
    available: int = strawberry.field(description="Units that can be sold: on hand less reserved.")
    incoming: int = strawberry.field(description="Units that suppliers will still bring here.")
    in_transit: int = strawberry.field(description="Units on their way here from other warehouses.")


@node_type(
    models.StockMovement,
    loaders.movements_by_id,
    description="One change of a level; the movements of a level sum to it. For staff who see stock.",
)
class StockMovement(Node):
    kind: models.MovementKind = strawberry.field(description="Why.")
    warehouse: Warehouse | None = field(resolvers.warehouse, description="Where.")
    variant: Variant | None = field(
        resolvers.variant, description="What; null when it was taken out and you do not edit the catalog."
    )
    on_hand_change: int = strawberry.field(description="Units that came onto (+) or left (-) the shelf.")
    reserved_change: int = strawberry.field(description="Units that were promised (+) or no longer are (-).")
    incoming_change: int = strawberry.field(description="Units that were announced (+) or no longer are (-).")
    in_transit_change: int = strawberry.field(
        description="Units that set out for here (+) or no longer are on the way (-)."
    )
    order: OrderReference | None = field(
        resolvers.order, description="The order that it was for; null when there is none or you may not see it."
    )
    cause: models.AdjustmentReason | None = strawberry.field(description="Why it was corrected; null for the rest.")
    reason: str = strawberry.field(description="What was noted; may be empty.")
    created_at: datetime = strawberry.field(description="When.")


@strawberry.input(description="Which stock levels. All conditions must hold.")
class StockLevelFilter:
    variant_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Of this variant.")
    warehouse_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="In this warehouse.")


@strawberry.input(description="Which movements. All conditions must hold.")
class StockMovementFilter(StockLevelFilter):
    order_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="For this order.")


async def list_levels(
    info: Info,
    filter: Annotated[StockLevelFilter | None, strawberry.argument(description="Which; all when left out.")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    choice = resolvers.Choice(**given(filter)) if filter else resolvers.Choice()
    return await resolvers.stock_levels(info, choice, first=first, after=after, last=last, before=before)


async def list_movements(
    info: Info,
    filter: Annotated[StockMovementFilter | None, strawberry.argument(description="Which; all when left out.")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    choice = resolvers.Choice(**given(filter)) if filter else resolvers.Choice()
    return await resolvers.stock_movements(info, choice, first=first, after=after, last=last, before=before)


@strawberry.type
class InventoryQuery:
    warehouses: list[Warehouse] = field(
        resolvers.warehouses, description="All warehouses, in the order in which they ship. Empty unless you see stock."
    )
    stock_levels: Connection[StockLevel] = field(
        list_levels, description="What lies where. Empty unless you see stock."
    )
    stock_movements: Connection[StockMovement] = field(
        list_movements, description="How stock has moved, newest first. Empty unless you see stock."
    )


@strawberry.input(description="Units of a variant.")
class StockUnitsInput:
    variant_id: strawberry.ID = strawberry.field(description="What.")
    quantity: int = strawberry.field(description="Units.")


@strawberry.input(description="Goods that came in.")
class StockReceiveInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key changes stock once.")
    variant_id: strawberry.ID = strawberry.field(description="What came in.")
    warehouse_id: strawberry.ID = strawberry.field(description="Where.")
    quantity: int = strawberry.field(description="Units, 1 to 1,000,000,000.")
    reason: str = strawberry.field(
        default="", description="A note, such as the delivery's number; at most 200 characters."
    )


@strawberry.input(description="Units that were found, broken or lost.")
class StockAdjustInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key changes stock once.")
    variant_id: strawberry.ID = strawberry.field(description="What.")
    warehouse_id: strawberry.ID = strawberry.field(description="Where.")
    change: int = strawberry.field(description="Units to add, negative to take away; never below what is promised.")
    cause: models.AdjustmentReason = strawberry.field(
        default=models.AdjustmentReason.OTHER, description="Why, by name; it must fit the sign of the change."
    )
    reason: str = strawberry.field(default="", description="A note; at most 200 characters.")


@strawberry.input(description="What was counted on the shelf.")
class StockSetInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key changes stock once.")
    variant_id: strawberry.ID = strawberry.field(description="What.")
    warehouse_id: strawberry.ID = strawberry.field(description="Where.")
    on_hand: int = strawberry.field(description="Units on the shelf, promised ones included; at least those.")
    reason: str = strawberry.field(default="", description="Why; at most 200 characters.")


@strawberry.type(description="The level after the change.")
class StockReceivePayload(Payload):
    level: StockLevel | None = strawberry.field(description="The level as it is now; null when nothing was done.")


@strawberry.type(description="The level after the change.")
class StockAdjustPayload(Payload):
    level: StockLevel | None = strawberry.field(description="The level as it is now; null when nothing was done.")


@strawberry.type(description="The level after the count.")
class StockSetPayload(Payload):
    level: StockLevel | None = strawberry.field(description="The level as it is now; null when nothing was done.")


@strawberry.type
class InventoryMutation:
    stock_receive: StockReceivePayload = mutation(
        resolvers.stock_receive, StockReceiveInput, description="Book goods that came in. For staff who edit stock."
    )
    stock_adjust: StockAdjustPayload = mutation(
        resolvers.stock_adjust, StockAdjustInput, description="Add or take away units. For staff who edit stock."
    )
    stock_set: StockSetPayload = mutation(
        resolvers.stock_set, StockSetInput, description="Write down a count of the shelf. For staff who edit stock."
    )


@error_type("INSUFFICIENT_STOCK", description="Fewer units can be sold than are wanted.")
class InsufficientStock(UserError):
    variant: Variant | None = strawberry.field(description="What there is too little of.")
    requested: int = strawberry.field(description="Units that are wanted, over all lines.")
    available: int = strawberry.field(description="Units that can be sold now.")


@error_type("LOW_STOCK", description="There is enough, but hardly more.")
class LowStock(UserError):
    variant: Variant | None = strawberry.field(description="What is running out.")
    available: int = strawberry.field(description="Units that can be sold now.")


@error_type("HOLD_LIMIT", description="The customer would hold too many units of it in orders that are not paid.")
class HoldLimit(UserError):
    variant: Variant | None = strawberry.field(description="What is held; a part when a bundle is wanted.")
    requested: int = strawberry.field(description="Units that are wanted now, over all lines and bundles.")
    held: int = strawberry.field(description="Units that the customer's unpaid orders hold already.")
    maximum: int = strawberry.field(description="Units that one customer may hold.")


@error_type("NOT_RESERVED", description="A line holds fewer units here than were to be moved.")
class NotReserved(UserError):
    requested: int = strawberry.field(description="Units that were to be moved.")
    held: int = strawberry.field(description="Units that the line holds here.")


@error_type("STOCK_PROMISED", description="Stock cannot fall below what is promised to orders.")
class StockPromised(UserError):
    on_hand: int = strawberry.field(description="Units on the shelf.")
    reserved: int = strawberry.field(description="Of these, promised to orders.")


INVENTORY_ERRORS: list[type] = [HoldLimit, InsufficientStock, LowStock, NotReserved, StockPromised]

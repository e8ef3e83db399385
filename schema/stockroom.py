"""Opening and closing warehouses, and what moves into, between and within them: for staff who see stock."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from loaders import inventory as loaders
from models import inventory as models
from resolvers import inventory as inventory_resolvers
from resolvers import stockroom as resolvers
from resolvers.answers import Answer
from resolvers.context import Info
from schema.catalog.texts import LocalizedInput, texts
from schema.catalog.types import Variant
from schema.errors import Payload
from schema.fields import enum_type, field, mutation
from schema.inventory import Warehouse
from schema.node import Node, node_type
from schema.paging import After, Before, Connection, First, Last

enum_type(
    models.IncomingState,
    description="How far an expected delivery has come.",
    values={
        "EXPECTED": "Nothing has come yet.",
        "PARTLY_RECEIVED": "Some units have come, more are awaited.",
        "RECEIVED": "Everything that will come has come.",
        "CALLED_OFF": "Nothing came, and nothing will.",
    },
)
enum_type(
    models.TransferState,
    description="Where goods between two warehouses are.",
    values={"SENT": "On their way.", "RECEIVED": "Arrived; what is missing is written down."},
)
enum_type(
    models.StocktakeState,
    description="Whether the counts of a stocktake stand.",
    values={
        "OPEN": "Still counting; no level has changed.",
        "APPLIED": "The levels follow the counts.",
        "CANCELED": "Given up; no level has changed.",
    },
)


@node_type(
    models.ExpectedDelivery,
    loaders.deliveries_by_id,
    description="Units of one variant that a supplier will bring to a warehouse. For staff who see stock.",
)
class ExpectedDelivery(Node):
    number: str = strawberry.field(description="For people; opens nothing.")
    warehouse: Warehouse | None = field(inventory_resolvers.warehouse, description="Where they come in.")
    variant: Variant | None = field(inventory_resolvers.variant, description="What comes.")
    units: int = strawberry.field(description="Units that were announced.")
    received: int = strawberry.field(description="Units that have come; may be more than were announced.")
    called_off: int = strawberry.field(description="Units that will not come.")
    open: int = strawberry.field(description="Units that are still to come.")
    expected_on: date = strawberry.field(description="The day on which they are expected.")
    state: models.IncomingState = strawberry.field(description="How far it has come.")
    note: str = strawberry.field(description="What was noted; may be empty.")
    created_at: datetime = strawberry.field(description="When it was announced.")
    ended_at: datetime | None = strawberry.field(description="When the last of it came or was called off.")


@strawberry.type(description="Units of one variant in a transfer.")
class StockTransferLine:
    variant: Variant | None = field(inventory_resolvers.variant, description="What was sent.")
    units: int = strawberry.field(description="Units that were sent.")
    received: int = strawberry.field(description="Units that arrived; 0 while on the way.")
    missing: int = strawberry.field(description="Units that did not arrive; 0 while on the way.")


@node_type(
    models.StockTransfer,
    loaders.transfers_by_id,
    description="Goods from one warehouse to another. For staff who see stock.",
)
class StockTransfer(Node):
    number: str = strawberry.field(description="For people; opens nothing.")
    from_warehouse: Warehouse | None = field(resolvers.transfer_source, description="Where they left.")
    to_warehouse: Warehouse | None = field(resolvers.transfer_target, description="Where they go.")
    lines: list[StockTransferLine] = field(resolvers.transfer_lines, description="What was sent, at most 200 variants.")
    state: models.TransferState = strawberry.field(description="Where they are.")
    note: str = strawberry.field(description="What was noted; may be empty.")
    sent_at: datetime = strawberry.field(description="When they left.")
    received_at: datetime | None = strawberry.field(description="When they arrived.")


@node_type(
    models.StocktakeCount,
    loaders.counts_by_id,
    description="What was counted of one variant. For staff who see stock.",
)
class StocktakeCount(Node):
    variant: Variant | None = field(inventory_resolvers.variant, description="What was counted.")
    counted: int = strawberry.field(description="Units that lay there, promised ones included.")
    on_hand: int = strawberry.field(description="Units that the level said at that moment.")
    difference: int = field(resolvers.difference, description="Counted less on hand: what applying it changes.")
    counted_at: datetime = strawberry.field(description="When.")


async def list_counts(
    root: strawberry.Parent[models.Stocktake],
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    return await resolvers.stocktake_counts(root, info, first=first, after=after, last=last, before=before)


@node_type(
    models.Stocktake,
    loaders.stocktakes_by_id,
    description="Counting what really lies in a warehouse. For staff who see stock.",
)
class Stocktake(Node):
    number: str = strawberry.field(description="For people; opens nothing.")
    warehouse: Warehouse | None = field(inventory_resolvers.warehouse, description="Where.")
    state: models.StocktakeState = strawberry.field(description="Whether the counts stand.")
    note: str = strawberry.field(description="What was noted; may be empty.")
    counts: Connection[StocktakeCount] = field(list_counts, description="What was counted, oldest first.")
    started_at: datetime = strawberry.field(description="When it began.")
    ended_at: datetime | None = strawberry.field(description="When it was applied or given up.")


@strawberry.input(description="Which expected deliveries. All conditions must hold.")
class ExpectedDeliveryFilter:
    variant_id: strawberry.ID | None = strawberry.field(default=None, description="Of this variant.")
    warehouse_id: strawberry.ID | None = strawberry.field(default=None, description="To this warehouse.")
    is_open: bool | None = strawberry.field(
        default=None, description="Only those that are still awaited, or only others."
    )


async def list_deliveries(
    info: Info,
    filter: Annotated[
        ExpectedDeliveryFilter | None, strawberry.argument(description="Which; all when left out.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    chosen = vars(filter) if filter else {}
    return await resolvers.deliveries(info, **chosen, first=first, after=after, last=last, before=before)


async def list_transfers(
    info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Any:
    return await resolvers.stock_transfers(info, first=first, after=after, last=last, before=before)


async def list_stocktakes(
    info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Any:
    return await resolvers.stocktakes(info, first=first, after=after, last=last, before=before)


@strawberry.type
class StockroomQuery:
    expected_deliveries: Connection[ExpectedDelivery] = field(
        list_deliveries, description="What suppliers will bring, by day. Empty unless you see stock."
    )
    stock_transfers: Connection[StockTransfer] = field(
        list_transfers, description="Goods between warehouses, newest first. Empty unless you see stock."
    )
    stocktakes: Connection[Stocktake] = field(
        list_stocktakes, description="Stocktakes, newest first. Empty unless you see stock."
    )


@strawberry.input(description="A place on the map.")
class PositionInput:
    latitude: float = strawberry.field(description="Degrees north, -90 to 90.")
    longitude: float = strawberry.field(description="Degrees east, -180 to 180.")


@strawberry.input(description="A new warehouse.")
class WarehouseCreateInput:
    code: str = strawberry.field(description="Short name, unique: 1 to 20 Latin letters, digits, dashes, underscores.")
    name: LocalizedInput = strawberry.field(description="What it is called, at most 120 characters.")
    province: str = strawberry.field(description="Province, by Chinese or English name.")
    city: str = strawberry.field(description="City, at most 40 characters.")
    position: PositionInput | None = strawberry.field(
        default=None, description="Where it stands; left out, its city counts."
    )
    regions: list[str] | None = strawberry.field(
        default=None, description="Provinces and cities that it serves, at most 400; none for everywhere."
    )
    priority: int = strawberry.field(default=0, description="Lower ships first where nothing else decides, 0 to 1000.")


@strawberry.input(description="What is to change of a warehouse; what is left out stays.")
class WarehouseUpdateInput:
    warehouse_id: strawberry.ID = strawberry.field(description="The warehouse.")
    expected_version: int | None = strawberry.field(
        default=None, description="The version that you have seen; another one is refused as VERSION_CONFLICT."
    )
    name: LocalizedInput | None = strawberry.field(default=None, description="What it is called.")
    province: str | None = strawberry.field(default=None, description="Province, by Chinese or English name.")
    city: str | None = strawberry.field(default=None, description="City, at most 40 characters.")
    position: PositionInput | None = strawberry.field(default=None, description="Where it stands.")
    regions: list[str] | None = strawberry.field(
        default=None, description="Provinces and cities that it serves; an empty list for everywhere."
    )
    priority: int | None = strawberry.field(default=None, description="Lower ships first, 0 to 1000.")


@strawberry.input(description="A warehouse that sells nothing any more.")
class WarehouseCloseInput:
    warehouse_id: strawberry.ID = strawberry.field(description="The warehouse.")
    why: str = strawberry.field(default="", description="Why, at most 200 characters.")
    reallocate: bool = strawberry.field(
        default=False,
        description="Whether other warehouses take over what it holds for orders, one order after the other.",
    )
    expected_version: int | None = strawberry.field(
        default=None, description="The version that you have seen; another one is refused as VERSION_CONFLICT."
    )


@strawberry.input(description="A warehouse that sells again.")
class WarehouseReopenInput:
    warehouse_id: strawberry.ID = strawberry.field(description="The warehouse.")
    expected_version: int | None = strawberry.field(
        default=None, description="The version that you have seen; another one is refused as VERSION_CONFLICT."
    )


@strawberry.type(description="The new warehouse.")
class WarehouseCreatePayload(Payload):
    warehouse: Warehouse | None = strawberry.field(description="The warehouse; null when nothing was done.")


@strawberry.type(description="The warehouse after the change.")
class WarehouseUpdatePayload(Payload):
    warehouse: Warehouse | None = strawberry.field(description="The warehouse; null when nothing was done.")


@strawberry.type(description="The closed warehouse.")
class WarehouseClosePayload(Payload):
    warehouse: Warehouse | None = strawberry.field(description="The warehouse; null when nothing was done.")


@strawberry.type(description="The open warehouse.")
class WarehouseReopenPayload(Payload):
    warehouse: Warehouse | None = strawberry.field(description="The warehouse; null when nothing was done.")


@strawberry.input(description="Units that a supplier will bring.")
class ExpectedDeliveryCreateInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key announces once.")
    variant_id: strawberry.ID = strawberry.field(description="What comes.")
    warehouse_id: strawberry.ID = strawberry.field(description="Where.")
    units: int = strawberry.field(description="Units, 1 to 1,000,000,000.")
    expected_on: date = strawberry.field(description="The day; today or within 730 days.")
    note: str = strawberry.field(default="", description="A note, such as the order's number; at most 200 characters.")


@strawberry.input(description="Units of an expected delivery that have come.")
class ExpectedDeliveryReceiveInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key receives once.")
    delivery_id: strawberry.ID = strawberry.field(description="The expected delivery.")
    units: int = strawberry.field(
        description="Units that came now, 1 to 1,000,000,000; more than announced are welcome."
    )
    is_last: bool = strawberry.field(default=False, description="Whether what is missing will not come any more.")


@strawberry.input(description="An expected delivery that will not come.")
class ExpectedDeliveryCancelInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key calls off once.")
    delivery_id: strawberry.ID = strawberry.field(description="The expected delivery; what has come stays.")


@strawberry.input(description="An expected delivery that comes on another day.")
class ExpectedDeliveryPostponeInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key moves once.")
    delivery_id: strawberry.ID = strawberry.field(description="The expected delivery.")
    expected_on: date = strawberry.field(description="The new day; today or within 730 days.")


@strawberry.type(description="The announced delivery.")
class ExpectedDeliveryCreatePayload(Payload):
    delivery: ExpectedDelivery | None = strawberry.field(description="The delivery; null when nothing was done.")


@strawberry.type(description="The delivery after the receipt.")
class ExpectedDeliveryReceivePayload(Payload):
    delivery: ExpectedDelivery | None = strawberry.field(description="The delivery; null when nothing was done.")


@strawberry.type(description="The delivery that was called off.")
class ExpectedDeliveryCancelPayload(Payload):
    delivery: ExpectedDelivery | None = strawberry.field(description="The delivery; null when nothing was done.")


@strawberry.type(description="The delivery with its new day.")
class ExpectedDeliveryPostponePayload(Payload):
    delivery: ExpectedDelivery | None = strawberry.field(description="The delivery; null when nothing was done.")


@strawberry.input(description="Units of a variant.")
class StockUnitsInput:
    variant_id: strawberry.ID = strawberry.field(description="What.")
    quantity: int = strawberry.field(description="Units.")


@strawberry.input(description="Goods that leave for another warehouse.")
class StockTransferSendInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key sends once.")
    from_warehouse_id: strawberry.ID = strawberry.field(description="Where they leave.")
    to_warehouse_id: strawberry.ID = strawberry.field(description="Where they go; it must be open.")
    lines: list[StockUnitsInput] = strawberry.field(
        description="What is sent, 1 to 200 variants; only units that are not promised."
    )
    note: str = strawberry.field(default="", description="A note, at most 200 characters.")


@strawberry.input(description="Goods from another warehouse that have arrived.")
class StockTransferReceiveInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key receives once.")
    transfer_id: strawberry.ID = strawberry.field(description="The transfer.")
    arrived: list[StockUnitsInput] | None = strawberry.field(
        default=None, description="Units that arrived; a variant not named did not. Left out: everything arrived."
    )


@strawberry.type(description="The transfer that has set out.")
class StockTransferSendPayload(Payload):
    transfer: StockTransfer | None = strawberry.field(description="The transfer; null when nothing was done.")


@strawberry.type(description="The transfer that has arrived.")
class StockTransferReceivePayload(Payload):
    transfer: StockTransfer | None = strawberry.field(description="The transfer; null when nothing was done.")


@strawberry.input(description="A warehouse that is to be counted.")
class StocktakeStartInput:
    warehouse_id: strawberry.ID = strawberry.field(description="Where; its open stocktake is given again.")
    note: str = strawberry.field(default="", description="A note, at most 200 characters.")


@strawberry.input(description="What was counted.")
class StocktakeCountInput:
    stocktake_id: strawberry.ID = strawberry.field(description="The open stocktake.")
    counts: list[StockUnitsInput] = strawberry.field(
        description="Units that lie there, promised ones included, 0 to 1,000,000,000; 1 to 500 variants at once. "
        "A second count of a variant replaces the first."
    )


@strawberry.input(description="A stocktake whose counts are to stand.")
class StocktakeApplyInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key applies once.")
    stocktake_id: strawberry.ID = strawberry.field(description="The open stocktake.")


@strawberry.input(description="A stocktake that is given up.")
class StocktakeCancelInput:
    stocktake_id: strawberry.ID = strawberry.field(description="The open stocktake.")


@strawberry.type(description="The open stocktake of the warehouse.")
class StocktakeStartPayload(Payload):
    stocktake: Stocktake | None = strawberry.field(description="The stocktake; null when nothing was done.")


@strawberry.type(description="The stocktake with the new counts.")
class StocktakeCountPayload(Payload):
    stocktake: Stocktake | None = strawberry.field(description="The stocktake; null when nothing was done.")


@strawberry.type(description="The applied stocktake.")
class StocktakeApplyPayload(Payload):
    stocktake: Stocktake | None = strawberry.field(description="The stocktake; null when nothing was done.")


@strawberry.type(description="The stocktake that was given up.")
class StocktakeCancelPayload(Payload):
    stocktake: Stocktake | None = strawberry.field(description="The stocktake; null when nothing was done.")


async def warehouse_create(info: Info, *, name: LocalizedInput, **given: Any) -> Answer:
    return await resolvers.warehouse_create(info, name=texts(name), **given)


async def warehouse_update(info: Info, *, name: LocalizedInput | None = None, **given: Any) -> Answer:
    return await resolvers.warehouse_update(info, name=texts(name) if name else None, **given)


@strawberry.type
class StockroomMutation:
    warehouse_create: WarehouseCreatePayload = mutation(
        warehouse_create, WarehouseCreateInput, description="Open a warehouse. For staff who edit stock."
    )
    warehouse_update: WarehouseUpdatePayload = mutation(
        warehouse_update, WarehouseUpdateInput, description="Change a warehouse. For staff who edit stock."
    )
    warehouse_close: WarehouseClosePayload = mutation(
        resolvers.warehouse_close,
        WarehouseCloseInput,
        description="Sell nothing from a warehouse any more. Closing it again may still reallocate. "
        "For staff who edit stock.",
    )
    warehouse_reopen: WarehouseReopenPayload = mutation(
        resolvers.warehouse_reopen, WarehouseReopenInput, description="Sell from it again. For staff who edit stock."
    )
    expected_delivery_create: ExpectedDeliveryCreatePayload = mutation(
        resolvers.expected_delivery_create,
        ExpectedDeliveryCreateInput,
        description="Announce what a supplier will bring. For staff who edit stock.",
    )
    expected_delivery_receive: ExpectedDeliveryReceivePayload = mutation(
        resolvers.expected_delivery_receive,
        ExpectedDeliveryReceiveInput,
        description="Book units of it that have come, in parts or as a whole. For staff who edit stock.",
    )
    expected_delivery_cancel: ExpectedDeliveryCancelPayload = mutation(
        resolvers.expected_delivery_cancel,
        ExpectedDeliveryCancelInput,
        description="What has not come will not come. For staff who edit stock.",
    )
    expected_delivery_postpone: ExpectedDeliveryPostponePayload = mutation(
        resolvers.expected_delivery_postpone,
        ExpectedDeliveryPostponeInput,
        description="It comes on another day. For staff who edit stock.",
    )
    stock_transfer_send: StockTransferSendPayload = mutation(
        resolvers.stock_transfer_send,
        StockTransferSendInput,
        description="Send free units to another warehouse. For staff who edit stock.",
    )
    stock_transfer_receive: StockTransferReceivePayload = mutation(
        resolvers.stock_transfer_receive,
        StockTransferReceiveInput,
        description="Book a transfer that has arrived; what is missing is written off. For staff who edit stock.",
    )
    stocktake_start: StocktakeStartPayload = mutation(
        resolvers.stocktake_start, StocktakeStartInput, description="Begin to count. For staff who edit stock."
    )
    stocktake_count: StocktakeCountPayload = mutation(
        resolvers.stocktake_count,
        StocktakeCountInput,
        description="Write down counts; levels follow when they are applied. For staff who edit stock.",
    )
    stocktake_apply: StocktakeApplyPayload = mutation(
        resolvers.stocktake_apply,
        StocktakeApplyInput,
        description="Bring the levels in line with the counts, all at once. For staff who edit stock.",
    )
    stocktake_cancel: StocktakeCancelPayload = mutation(
        resolvers.stocktake_cancel, StocktakeCancelInput, description="Forget the counts. For staff who edit stock."
    )

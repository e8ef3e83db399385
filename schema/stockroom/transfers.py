"""Goods on their way from one warehouse to another: for staff who see stock."""

from datetime import datetime
from typing import Any

import strawberry

from loaders import inventory as loaders
from models import inventory as models
from resolvers import inventory as inventory_resolvers
from resolvers import stockroom as resolvers
from resolvers.context import Info
from schema.catalog.types import Variant
from schema.errors import Payload
from schema.fields import enum_type, field, mutation
from schema.inventory import StockUnitsInput, Warehouse
from schema.node import Node, node_type
from schema.paging import After, Before, Connection, First, Last

enum_type(
    models.TransferState,
    description="Where goods between two warehouses are.",
    values={"SENT": "On their way.", "RECEIVED": "Arrived; what is missing is written down."},
)


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


async def list_transfers(
    info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Any:
    return await resolvers.stock_transfers(info, first=first, after=after, last=last, before=before)


@strawberry.type
class TransferQuery:
    stock_transfers: Connection[StockTransfer] = field(
        list_transfers, description="Goods between warehouses, newest first. Empty unless you see stock."
    )


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


@strawberry.type
class TransferMutation:
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

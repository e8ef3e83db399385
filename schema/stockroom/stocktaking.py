"""Counting what really lies in a warehouse: for staff who see stock."""

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
    models.StocktakeState,
    description="Whether the counts of a stocktake stand.",
    values={
        "OPEN": "Still counting; no level has changed.",
        "APPLIED": "The levels follow the counts.",
        "CANCELED": "Given up; no level has changed.",
    },
)


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


async def list_stocktakes(
    info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Any:
    return await resolvers.stocktakes(info, first=first, after=after, last=last, before=before)


@strawberry.type
class StocktakingQuery:
    stocktakes: Connection[Stocktake] = field(
        list_stocktakes, description="Stocktakes, newest first. Empty unless you see stock."
    )


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


@strawberry.type
class StocktakingMutation:
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

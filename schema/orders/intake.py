"""Orders that come in by the file: sending one, and the report by row. For those who take orders in."""

from datetime import datetime
from typing import Annotated

import strawberry

from kit.paging import Page
from loaders import intake as loaders
from models import intake as models
from models.intake import BatchState, RowOutcome
from resolvers.context import Info
from resolvers.orders import intake as resolvers
from schema.errors import ErrorCode, Payload
from schema.fields import enum_type, field, mutation
from schema.node import Node, node_type
from schema.orders.types import Order
from schema.paging import After, Before, Connection, First, Last
from schema.scalars import SafeInt

enum_type(
    BatchState,
    name="OrderBatchState",
    description="How far a batch of orders has come.",
    values={
        "PENDING": "Waiting to be read.",
        "RUNNING": "Being read.",
        "COMPLETED": "Read to its end; the report says what became of each row.",
        "FAILED": "The file could not be read to its end; what was taken before stays.",
    },
)
enum_type(
    RowOutcome,
    name="OrderBatchOutcome",
    description="What became of a row.",
    values={
        "ACCEPTED": "It is an order of ours now.",
        "REPEATED": "It had been taken in before, with the same content: nothing was done.",
        "REJECTED": "It was not taken; `problems` says why.",
    },
)


@strawberry.type(description="Something that is wrong with a row.")
class OrderBatchProblem:
    code: ErrorCode = strawberry.field(description="Stable; what is wrong.")
    path: list[str] = strawberry.field(description="Where in the JSON line, from the outside in; empty for all of it.")
    message: str = strawberry.field(description="For people, in the caller's language.")


@strawberry.type(description="One row of a batch and what became of it.")
class OrderBatchRow:
    row: int = strawberry.field(description="Line of the file, from 1.")
    external_id: str = strawberry.field(description="Number of the order at the marketplace, as far as it is known.")
    outcome: RowOutcome = strawberry.field(description="What became of it.")
    order: Order | None = field(resolvers.row_order, description="The order that it made, now or before.")
    problems: list[OrderBatchProblem] = field(resolvers.row_problems, description="All that is wrong with it.")


async def rows(
    root: strawberry.Parent[models.OrderBatch],
    outcomes: Annotated[
        list[RowOutcome] | None, strawberry.argument(description="Only with these outcomes; all when left out.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Page[models.OrderBatchRow]:
    return await resolvers.rows(root, outcomes, first=first, after=after, last=last, before=before)


@node_type(models.OrderBatch, loaders.batches_by_id, description="One file of orders, for those who take them in.")
class OrderBatch(Node):
    channel: str = strawberry.field(description="The marketplace.")
    file_name: str = strawberry.field(description="What the file was called.")
    state: BatchState = strawberry.field(description="How far it has come. Ask again until it is COMPLETED or FAILED.")
    progress: int = field(resolvers.progress, description="How much of the file has been read, percent.")
    bytes_total: SafeInt = strawberry.field(description="Size of the file, bytes.")
    rows_read: int = strawberry.field(description="Rows read so far.")
    accepted: int = strawberry.field(description="Rows that became orders.")
    repeated: int = strawberry.field(description="Rows whose order had been taken in before.")
    rejected: int = strawberry.field(description="Rows that were not taken; `rows` says why.")
    error: ErrorCode | None = field(
        resolvers.error, description="Why the file as a whole could not be read; else null."
    )
    rows: Connection[OrderBatchRow] = field(rows, description="The report, by row.")
    created_at: datetime = strawberry.field(description="When it was asked for, UTC.")
    finished_at: datetime | None = strawberry.field(description="When it came to its end, UTC; null until then.")


async def order_batch(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of the batch.")]
) -> models.OrderBatch | None:
    return await resolvers.order_batch(info, id)


async def order_batches(
    info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Page[models.OrderBatch]:
    return await resolvers.order_batches(info, first=first, after=after, last=last, before=before)


@strawberry.type
class IntakeQuery:
    order_batch: OrderBatch | None = field(
        order_batch, description="A file of orders, during and after it is read; for those who take orders in."
    )
    order_batches: Connection[OrderBatch] = field(
        order_batches, description="Files of orders, newest first; for those who take orders in."
    )


@strawberry.input(description="A file that is to be sent.")
class OrderBatchUploadInput:
    file_name: str = strawberry.field(description="What it is called, up to 200 characters.")


@strawberry.type(description="Where to send a file of orders.")
class OrderBatchUploadPayload(Payload):
    upload_id: strawberry.ID | None = strawberry.field(description="For `orderBatchStart`.")
    url: str | None = strawberry.field(
        description="Send the raw file here by HTTP PUT, once. Whoever has the address may send: keep it to yourself."
    )
    expires_at: datetime | None = strawberry.field(description="Until when the address holds, UTC.")
    largest_bytes: SafeInt | None = strawberry.field(description="Largest file that is taken, bytes.")


@strawberry.input(description="A file of orders, a JSON object on each line: either `content` or `uploadId`.")
class OrderBatchStartInput:
    channel: str = strawberry.field(
        description="The marketplace, 1 to 40 small letters, digits and hyphens: its order numbers are taken in once."
    )
    content: str | None = strawberry.field(
        default=strawberry.UNSET, description="The file itself, as far as it fits into a request."
    )
    file_name: str = strawberry.field(default="upload", description="What `content` is called, up to 200 characters.")
    upload_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A file that was sent to the address of `orderBatchUpload`."
    )


@strawberry.type(description="The batch that was started.")
class OrderBatchStartPayload(Payload):
    batch: OrderBatch | None = strawberry.field(description="Ask for it again with `orderBatch` to see its progress.")


@strawberry.type
class IntakeMutation:
    order_batch_upload: OrderBatchUploadPayload = mutation(
        resolvers.order_batch_upload,
        OrderBatchUploadInput,
        description="Get an address for a file of orders that is too large for a request. For those who take them in.",
    )
    order_batch_start: OrderBatchStartPayload = mutation(
        resolvers.order_batch_start,
        OrderBatchStartInput,
        description="Take in a file of orders that a marketplace has sold and was paid for. It is read in the "
        "background, each row for itself; the same file twice makes no order twice. For those who take orders in.",
    )

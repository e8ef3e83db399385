"""Files of orders from marketplaces, and what became of their rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry

from domain import refusals
from domain.orders import intake_batches
from domain.orders.intake_batches import visible_batches
from kit import ids
from kit.paging import Page, Sort, page, window
from loaders import intake as loaders
from loaders import orders as order_loaders
from models.intake import OrderBatch, OrderBatchRow, RowOutcome
from models.orders import Order
from resolvers import files
from resolvers.answers import Answer
from resolvers.context import Info

NEWEST = Sort("batches.newest", ("created_at",), descending=True)
BY_ROW = Sort("batches.rows", ("row",))


async def order_batch(info: Info, id: str) -> OrderBatch | None:
    key = ids.find_key("OrderBatch", id)
    return await info.context.load(loaders.batches_by_id, key) if key else None


async def order_batches(info: Info, **edges: Any) -> Page[OrderBatch]:
    return await page(visible_batches(info.context.viewer), sort=NEWEST, window=window(**edges))


async def rows(batch: OrderBatch, outcomes: Sequence[RowOutcome] | None, **edges: Any) -> Page[OrderBatchRow]:
    found = OrderBatchRow.filter(batch_id=batch.id)
    if outcomes is not None:
        found = found.filter(outcome__in=list(outcomes))
    return await page(found, sort=BY_ROW, window=window(**edges))


def progress(root: strawberry.Parent[OrderBatch]) -> int:
    if root.finished_at is not None:
        return 100
    return min(99, root.bytes_read * 100 // root.bytes_total) if root.bytes_total else 0


def error(root: strawberry.Parent[OrderBatch]) -> str | None:
    return root.error or None


async def row_order(root: strawberry.Parent[OrderBatchRow], info: Info) -> Order | None:
    return await info.context.load(order_loaders.orders_by_id, root.order_id) if root.order_id else None


@dataclass(frozen=True, slots=True)
class ProblemView:
    """One problem of a row in the viewer's language."""

    code: str
    path: list[str]
    message: str


def row_problems(root: strawberry.Parent[OrderBatchRow], info: Info) -> list[ProblemView]:
    return [_problem(one, info.context.locale) for one in root.problems]


def _problem(found: Mapping[str, Any], locale: str) -> ProblemView:
    return ProblemView(found["code"], found["path"], refusals.say(found["code"], found["facts"], locale))


async def order_batch_upload(info: Info, *, file_name: str) -> Answer:
    return files.opened(info, "OrderUpload", await intake_batches.upload(info.context.viewer, file_name=file_name))


async def order_batch_start(
    info: Info,
    *,
    channel: str,
    file_name: str = "upload",
    content: str | None = None,
    upload_id: str | None = None,
) -> Answer:
    viewer = info.context.viewer
    key = files.sent("OrderUpload", content, upload_id)
    if key is not None:
        return Answer(batch=await intake_batches.start_upload(viewer, channel=channel, upload_id=key))
    batch = await intake_batches.start_text(viewer, channel=channel, file_name=file_name, content=content or "")
    return Answer(batch=batch)

"""Files of orders from marketplaces: started, read row by row so that a crash loses and repeats none, and reported."""

import asyncio
import logging
import re
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from tortoise.exceptions import BaseORMException, IntegrityError
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain import effects
from domain.access import Permission, Viewer
from domain.catalog import uploads
from domain.catalog.json_lines import JsonLines
from domain.catalog.records import FileRefused, Limits, Raw
from domain.orders import intake_rows
from domain.orders.intake import Settle, accept
from domain.orders.intake_rows import Row
from kit import clock, ids
from kit.errors import Refusals, Refused
from kit.validate import clean_text
from models.catalog import CatalogUpload
from models.database import is_collision, transaction
from models.intake import BatchState, OrderBatch, OrderBatchRow, RowOutcome
from models.orders import Order

log = logging.getLogger("jishi.orders")

RUN = "order.take_in"  # the job that reads on
Outcome = tuple[RowOutcome, UUID | None, list[Refused]]  # what became of a row, the order, what was wrong
TAKEN_IN = (BatchState.COMPLETED, BatchState.FAILED)
_CHANNEL = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def visible_batches(viewer: Viewer) -> QuerySet[OrderBatch]:
    """Batches are for those who take orders in."""
    return OrderBatch.all() if viewer.may(Permission.INTAKE_ORDERS) else OrderBatch.filter(Q(id__isnull=True))


# ------------------------------------------------------------------------------------------------------------ starting


async def upload(viewer: Viewer, *, file_name: str) -> uploads.Ticket:
    """Get ready to be sent a file of orders."""
    return await uploads.create(viewer, file_name=file_name, permission=Permission.INTAKE_ORDERS)


async def start_text(viewer: Viewer, *, channel: str, file_name: str, content: str) -> OrderBatch:
    """Take in a file that came within the request."""
    viewer.require(Permission.INTAKE_ORDERS)
    _check_channel(channel)
    name = clean_text(file_name, path=("fileName",), maximum=uploads.LONGEST_NAME, minimum=1)
    source = await uploads.keep_text(viewer.market, ids.new_id(), content)
    return await _start(viewer, channel=channel, file_name=name, source=source)


async def start_upload(viewer: Viewer, *, channel: str, upload_id: UUID) -> OrderBatch:
    """Take in a file that was sent to an upload's address. Asked twice, it answers with the same batch."""
    viewer.require(Permission.INTAKE_ORDERS)
    _check_channel(channel)
    sent = await CatalogUpload.get_or_none(id=upload_id)
    if sent is None or sent.received_at is None:
        raise Refused("UPLOAD_UNUSABLE", path=("uploadId",))
    source = uploads.source_of(sent.id)
    try:
        return await _start(viewer, channel=channel, file_name=sent.file_name, source=source)
    except IntegrityError:  # the source is unique
        return await OrderBatch.get(source=source)


def _check_channel(channel: str) -> None:
    if not _CHANNEL.fullmatch(channel):
        raise Refused("INVALID_INPUT", path=("channel",), why="small letters, digits and hyphens")


async def _start(viewer: Viewer, *, channel: str, file_name: str, source: str) -> OrderBatch:
    size = await asyncio.to_thread(_size, uploads.place_of(viewer.market, source))
    async with viewer.market.change():
        batch = await OrderBatch.create(
            channel=channel,
            source=source,
            file_name=file_name,
            actor_id=viewer.user_id,
            bytes_total=size,
            created_at=clock.now(),
        )
        await effects.soon(RUN, batch.id)
    return batch


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


# ------------------------------------------------------------------------------------------------------------- reading


async def read_on(viewer: Viewer, batch_id: UUID, *, settle: Settle, seconds: float | None = None) -> bool:
    """Go on with a batch, for about `seconds`; gives whether it has come to its end.

    Each row is a transaction of its own, with its line in the report: a crash neither loses nor repeats one.
    """
    batch = await OrderBatch.get_or_none(id=batch_id)
    if batch is None or batch.state in TAKEN_IN:
        return True
    return await _Reader(viewer, batch, settle).read(until=None if seconds is None else time.monotonic() + seconds)


@dataclass(slots=True)
class _Reader:
    """One slice of a batch."""

    viewer: Viewer
    batch: OrderBatch
    settle: Settle

    async def read(self, *, until: float | None) -> bool:
        market = self.viewer.market
        path = uploads.place_of(market, self.batch.source)
        if not await asyncio.to_thread(path.exists):
            return await self._end("FILE_GONE")
        limits = Limits(rows=market.policy.import_rows, cell_chars=market.policy.import_cell_chars)
        raws = JsonLines(market.policy.currency).read(path, limits)
        try:
            await asyncio.to_thread(self._skip, raws)
            while (raw := await asyncio.to_thread(next, raws, None)) is not None:
                await self._take(raw)
                if until is not None and time.monotonic() > until:
                    return False
        except FileRefused as refused:
            return await self._end(refused.problem.code)
        finally:
            raws.close()
        return await self._end("")

    def _skip(self, raws: Generator[Raw, None, None]) -> None:
        for _ in range(self.batch.rows_read):
            next(raws, None)

    async def _take(self, raw: Raw) -> None:
        row = intake_rows.parse(raw, self.viewer.market.policy)
        try:
            await self._write_down(raw, row)
        except Exception as error:
            if not is_collision(error):
                raise
            await self._write_down(raw, row)  # another one stood in the way; it has passed

    async def _write_down(self, raw: Raw, row: Row) -> None:
        """The order, its line in the report and the place in the file, in one transaction."""
        batch = self.batch
        async with self.viewer.market.change():
            outcome, order_id, problems = await self._outcome(row)
            await OrderBatchRow.create(
                batch_id=batch.id,
                row=row.row,
                external_id=row.external_id,
                outcome=outcome,
                order_id=order_id,
                digest=row.digest,
                problems=[_as_json(problem) for problem in problems],
            )
            counted = outcome.value.lower()
            counts = {
                counted: getattr(batch, counted) + 1,
                "rows_read": batch.rows_read + 1,
                "bytes_read": raw.bytes_read,
                "state": BatchState.RUNNING,
            }
            await OrderBatch.filter(id=batch.id).update(**counts)
        batch.update_from_dict(counts)

    async def _outcome(self, row: Row) -> Outcome:
        if row.order is None:
            return RowOutcome.REJECTED, None, row.problems
        known = await self._known(row)
        if known is not None:
            return known
        try:
            async with transaction():  # a savepoint: a row that fails leaves its line in the report
                order = await accept(self.viewer, row.order, channel=self.batch.channel, settle=self.settle)
                return RowOutcome.ACCEPTED, order.id, []
        except Refused as refused:
            return RowOutcome.REJECTED, None, [refused]
        except Refusals as several:
            return RowOutcome.REJECTED, None, list(several.refusals)
        except IntegrityError:
            # The same file, sent twice at once: the other one was quicker. Else its payment was another order's.
            taken = Refused("PAYMENT_REFERENCE_TAKEN", path=("paid", "reference"))
            return await self._known(row) or (RowOutcome.REJECTED, None, [taken])
        except (BaseORMException, ValueError, LookupError, TypeError, ArithmeticError) as error:
            if is_collision(error):
                raise
            number = ids.readable(8)
            log.exception("batch %s: row %d could not be stored (%s)", self.batch.id, row.row, number)
            return RowOutcome.REJECTED, None, [Refused("ORDER_FAILED", number=number)]

    async def _known(self, row: Row) -> Outcome | None:
        """What was made of the same order before, in this file or another; also of one that has been put away."""
        taken = OrderBatchRow.filter(external_id=row.external_id, outcome=RowOutcome.ACCEPTED)
        first = await taken.filter(batch__channel=self.batch.channel).first()
        if first is None:
            order = await Order.get_or_none(channel=self.batch.channel, external_id=row.external_id)
            return (RowOutcome.REPEATED, order.id, []) if order else None
        if first.digest != row.digest:
            return RowOutcome.REJECTED, first.order_id, [Refused("EXTERNAL_ORDER_DIFFERS", path=("externalId",))]
        return RowOutcome.REPEATED, first.order_id, []

    async def _end(self, error: str) -> bool:
        """Close the batch. A file that cannot be read as a whole keeps what was taken from it before."""
        batch = self.batch
        batch.state, batch.error = (BatchState.FAILED if error else BatchState.COMPLETED), error
        batch.finished_at = clock.now()
        batch.bytes_read = batch.bytes_read if error else batch.bytes_total
        async with self.viewer.market.change():
            await batch.save(update_fields=["state", "error", "finished_at", "bytes_read"])
        await uploads.discard(self.viewer.market, batch.source)
        return True


def _as_json(problem: Refused) -> dict[str, object]:
    facts = {name: fact for name, fact in problem.facts.items() if isinstance(fact, int | str | dict)}
    return {"code": problem.code, "path": list(problem.path), "facts": facts}

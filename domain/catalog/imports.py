"""Runs of imports: started with a file, read in batches that survive a crash, all or nothing for each record."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import UUID

from tortoise.exceptions import BaseORMException, IntegrityError
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain import effects
from domain.access import Permission, Viewer
from domain.catalog import index, saving, uploads
from domain.catalog.drafts import Saved
from domain.catalog.json_lines import JsonLines
from domain.catalog.records import (
    BrandRecord,
    CategoryRecord,
    FileRefused,
    Format,
    Limits,
    Parsed,
    ProductRecord,
    Raw,
    RowProblem,
    shortened,
)
from domain.catalog.shelves import Shelves
from domain.catalog.shopify import ShopifyCsv
from kit import clock, ids
from kit.errors import Refusals, Refused, refuse_all
from kit.text import LOCALES
from kit.validate import clean_text
from models.catalog import (
    CatalogImport,
    CatalogUpload,
    ImportFormat,
    ImportProblem,
    ImportState,
    Product,
    Variant,
)
from models.database import transaction

log = logging.getLogger("jishi.catalog")

RUN = "catalog.import"  # the job that reads on
BATCH = 20  # records committed together
PutStock = Callable[[Viewer, Mapping[UUID, Mapping[str, int]]], Awaitable[None]]  # counts by variant and warehouse
Progress = Callable[[CatalogImport], None]


def visible(viewer: Viewer) -> QuerySet[CatalogImport]:
    """Runs are for those who edit the catalog."""
    return CatalogImport.all() if viewer.may(Permission.EDIT_CATALOG) else CatalogImport.filter(Q(id__isnull=True))


# ------------------------------------------------------------------------------------------------------------ starting


async def start_text(
    viewer: Viewer, *, format: ImportFormat, locale: str, file_name: str, content: str
) -> CatalogImport:
    """Import a file that came within the request."""
    viewer.require(Permission.EDIT_CATALOG)
    name = clean_text(file_name, path=("fileName",), maximum=uploads.LONGEST_NAME, minimum=1)
    key = ids.new_id()
    source = await uploads.keep_text(viewer.market, key, content)
    return await _start(viewer, key=key, format=format, locale=locale, file_name=name, source=source)


async def start_upload(viewer: Viewer, *, format: ImportFormat, locale: str, upload_id: UUID) -> CatalogImport:
    """Import a file that was sent to an upload's address. Asked twice, it answers with the same run."""
    viewer.require(Permission.EDIT_CATALOG)
    upload = await CatalogUpload.get_or_none(id=upload_id)
    if upload is None or upload.received_at is None:
        raise Refused("UPLOAD_UNUSABLE", path=("uploadId",))
    source = uploads.source_of(upload.id)
    name = upload.file_name
    try:
        return await _start(viewer, key=ids.new_id(), format=format, locale=locale, file_name=name, source=source)
    except IntegrityError:  # the source is unique
        return await CatalogImport.get(source=source)


async def start_file(
    viewer: Viewer, path: Path, *, format: ImportFormat, locale: str, later: bool = False
) -> CatalogImport:
    """Import a file of this machine, for commands. It is copied first, so that it cannot change under the reader."""
    viewer.require(Permission.EDIT_CATALOG)
    key = ids.new_id()
    source = uploads.source_of(key)
    await asyncio.to_thread(uploads.copy_in, path, uploads.place_of(viewer.market, source))
    return await _start(viewer, key=key, format=format, locale=locale, file_name=path.name, source=source, later=later)


async def _start(
    viewer: Viewer, *, key: UUID, format: ImportFormat, locale: str, file_name: str, source: str, later: bool = True
) -> CatalogImport:
    if locale not in LOCALES:
        raise Refused("INVALID_INPUT", path=("locale",), why="unknown language")
    size = await asyncio.to_thread(_size, uploads.place_of(viewer.market, source))
    async with viewer.market.change():
        run = await CatalogImport.create(
            id=key,
            format=format,
            locale=locale,
            source=source,
            file_name=file_name,
            actor_id=viewer.user_id,
            bytes_total=size,
            created_at=clock.now(),
        )
        if later:
            await effects.soon(RUN, run.id)
    return run


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


# ------------------------------------------------------------------------------------------------------------- reading


async def read_on(
    viewer: Viewer,
    import_id: UUID,
    *,
    put_stock: PutStock,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> bool:
    """Go on with a run, for about `seconds`; gives whether it has come to its end.

    It goes on behind the last batch that was committed, so that a crash neither loses nor repeats a record.
    """
    run = await CatalogImport.get_or_none(id=import_id)
    if run is None or run.state in (ImportState.COMPLETED, ImportState.FAILED):
        return True
    reader = _Reader(viewer.but(user_id=run.actor_id), run, _format(viewer, run), put_stock)
    return await reader.read(until=None if seconds is None else time.monotonic() + seconds, progress=progress)


def _format(viewer: Viewer, run: CatalogImport) -> Format:
    currency = viewer.market.policy.currency
    return ShopifyCsv(run.locale, currency) if run.format is ImportFormat.SHOPIFY_CSV else JsonLines(currency)


@dataclass(slots=True)
class _Reader:
    """One slice of a run."""

    viewer: Viewer
    run: CatalogImport
    format: Format
    put_stock: PutStock
    shelves: Shelves = field(init=False)
    seen: set[str] = field(default_factory=set)
    reports: list[ImportProblem] = field(default_factory=list)
    unindexed: list[UUID] = field(default_factory=list)
    refused: FileRefused | None = None

    def __post_init__(self) -> None:
        self.shelves = Shelves(self.viewer, self.run.locale)

    async def read(self, *, until: float | None, progress: Progress | None) -> bool:
        policy = self.viewer.market.policy
        limits = Limits(rows=policy.import_rows, cell_chars=policy.import_cell_chars)
        path = uploads.place_of(self.viewer.market, self.run.source)
        if not await asyncio.to_thread(path.exists):
            return await self._end(FileRefused("FILE_GONE").problem)
        raws = self.format.read(path, limits)
        try:
            await asyncio.to_thread(self._skip, raws)
            while batch := await asyncio.to_thread(self._next, raws, limits):
                await self._take(batch)
                if progress is not None:
                    progress(self.run)
                if until is not None and time.monotonic() > until:
                    return False
        except FileRefused as refused:
            return await self._end(refused.problem)
        finally:
            raws.close()
        return await self._end(None)

    # In a thread: parsing and cleaning long texts would hold everybody else up.

    def _skip(self, raws: Generator[Raw, None, None]) -> None:
        for raw in islice(raws, self.run.records_done):
            self.seen.add(raw.name)

    def _next(self, raws: Generator[Raw, None, None], limits: Limits) -> list[tuple[Raw, Parsed]]:
        if self.refused is not None:
            raise self.refused
        batch: list[tuple[Raw, Parsed]] = []
        try:
            batch.extend((raw, self.format.parse(raw, limits)) for raw in islice(raws, BATCH))
        except FileRefused as refused:
            self.refused = refused  # told after what came before it has been taken
            if not batch:
                raise
        return batch

    # One batch.

    async def _take(self, batch: Sequence[tuple[Raw, Parsed]]) -> None:
        """Each record stands or falls for itself; the batch, its index and its counts are committed together."""
        async with self.viewer.market.change():
            await self._take_each(batch)
            await index.reindex(self.unindexed)
            await self._note([raw for raw, _ in batch])
        self.unindexed = []

    async def _take_each(self, batch: Sequence[tuple[Raw, Parsed]]) -> None:
        fit = [
            parsed.record for _, parsed in batch if not parsed.problems
        ]  # a database refuses to look for a long slug
        slugs = [record.draft.slug for record in fit if isinstance(record, ProductRecord)]
        known = {row.slug: row for row in await Product.filter(slug__in=slugs)} if slugs else {}
        for raw, parsed in batch:
            if raw.name and raw.name in self.seen:
                parsed.problems.append(RowProblem(raw.row, parsed.place(("slug",))[1], "DUPLICATE_PRODUCT", raw.name))
            self.seen.add(raw.name)
            outcome = "failed"
            if not parsed.problems:
                outcome = await self._store(raw, parsed, known)
            if outcome == "failed":
                self._report(raw.name, parsed.problems)
            setattr(self.run, outcome, getattr(self.run, outcome) + 1)

    async def _store(self, raw: Raw, parsed: Parsed, known: dict[str, Product]) -> str:
        try:
            if isinstance(parsed.record, ProductRecord):
                return await self._store_product(parsed.record, parsed, known.get(parsed.record.draft.slug))
            if parsed.record is not None:
                return await self._store_shelf(parsed.record)
        except Refused as refused:
            parsed.problems.append(parsed.problem(refused))
        except Refusals as several:
            parsed.problems += [parsed.problem(refused) for refused in several.refusals]
        except (BaseORMException, ValueError, LookupError, TypeError, ArithmeticError):
            number = ids.readable(8)
            log.exception("import %s: %s could not be stored (%s)", self.run.id, raw.name, number)
            parsed.problems.append(RowProblem(raw.row, "", "PRODUCT_FAILED", number, {"number": number}))
        self.shelves.forget()
        return "failed"

    async def _store_shelf(self, record: BrandRecord | CategoryRecord) -> str:
        async with transaction():
            if isinstance(record, CategoryRecord):
                return await self.shelves.put_category(record)
            return await self.shelves.put_brand(record)

    async def _store_product(self, record: ProductRecord, parsed: Parsed, known: Product | None) -> str:
        if known is not None and known.source_hash == parsed.digest:
            return "unchanged"
        async with transaction():
            await self.shelves.fill(record)
            product = None
            if known is not None:
                product = await Product.filter(id=known.id).select_for_update().get()
            _check_whole(record, product)
            await self._check_skus(record, product)
            record.draft.columns["source_hash"] = parsed.digest
            saved = await saving.save(product, record.draft, indexed=False)
            await self._stock(saved)
        self.unindexed.append(saved.product_id)
        return "created" if known is None else "updated"

    async def _check_skus(self, record: ProductRecord, product: Product | None) -> None:
        variants = record.draft.variants or []
        places = {variant.sku: place for place, variant in enumerate(variants) if variant.sku}
        if not places:
            return
        taken = Variant.filter(sku__in=list(places), is_active=True)
        if product is not None:
            taken = taken.exclude(product_id=product.id)
        others = await taken
        if others:
            raise Refusals(
                Refused("SKU_TAKEN", path=("variants", str(places[row.sku or ""]), "sku"), sku=row.sku)
                for row in others
            )

    async def _stock(self, saved: Saved) -> None:
        """Put counts on the shelves where the file tells something new: what was sold since stays sold."""
        if not saved.restocked:
            return
        try:
            await self.put_stock(self.viewer, saved.restocked)
        except Refused as refused:
            path = ("variants", "0", "stock")
            raise Refused(refused.code, path=path, retryable=refused.retryable, **refused.facts) from None

    # What a person reads of it.

    def _report(self, name: str, problems: Sequence[RowProblem]) -> None:
        self.reports += [
            ImportProblem(
                run_id=self.run.id,
                row=problem.row,
                column=shortened(problem.column),
                product=shortened(name, 200),
                code=problem.code,
                value=problem.value,
                facts={key: value for key, value in problem.facts.items() if isinstance(value, int | str)},
            )
            for problem in sorted(problems, key=lambda one: (one.row, one.column))
        ]

    async def _note(self, batch: Sequence[Raw]) -> None:
        """Counts, place and problems in one transaction: a run that goes on after a crash counts nothing twice."""
        self.run.records_done += len(batch)
        self.run.rows_read += sum(raw.rows for raw in batch)
        self.run.bytes_read = batch[-1].bytes_read
        self.run.state = ImportState.RUNNING
        await self._save()

    async def _end(self, problem: RowProblem | None) -> bool:
        """Close the run. A file that cannot be read as a whole keeps what was taken from it before."""
        self.run.finished_at = clock.now()
        self.run.state = ImportState.COMPLETED if problem is None else ImportState.FAILED
        if problem is None:
            self.run.bytes_read = self.run.bytes_total
        else:
            self.run.error = problem.code
            self._report("", [problem])
        async with self.viewer.market.change():
            await self._save()
        await uploads.discard(self.viewer.market, self.run.source)
        return True

    async def _save(self) -> None:
        await ImportProblem.bulk_create(self.reports)
        await self.run.save()
        self.reports = []


def _check_whole(record: ProductRecord, product: Product | None) -> None:
    """A product that is new needs a title and something to buy."""
    if product is not None:
        return
    problems = [] if record.draft.columns.get("title") else [Refused("REQUIRED", path=("title",))]
    if not record.draft.variants:
        problems.append(Refused("NO_VARIANTS", path=("variants",)))
    refuse_all(problems)

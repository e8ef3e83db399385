"""Catalog files: sending one, importing it with progress and a report by row and column, and exporting."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from kit.paging import Page
from loaders import catalog as loaders
from models import catalog as models
from models.catalog import ImportFormat, ImportState
from resolvers.answers import Answer
from resolvers.catalog import imports as resolvers
from resolvers.context import Info
from schema.errors import ErrorCode, Payload
from schema.fields import field, mutation
from schema.node import Node, node_type
from schema.paging import After, Before, Connection, First, Last
from schema.scalars import Locale, SafeInt


@strawberry.type(description="Why a record of an import was not taken.")
class ImportProblem:
    row: int = strawberry.field(description="Line of the file, from 1.")
    column: str = strawberry.field(
        description="Column of the CSV, or path within the JSON line such as `variants.0.price`; empty for a whole row."
    )
    product: str = strawberry.field(description="Handle or slug of the record, as far as it is known.")
    code: ErrorCode = strawberry.field(description="Stable; what is wrong.")
    message: str = field(resolvers.problem_message, description="For people, in the caller's language.")
    value: str = strawberry.field(description="What stood there, shortened.")


async def problems(
    root: strawberry.Parent[models.CatalogImport],
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Page[models.ImportProblem]:
    return await resolvers.problems(root, first=first, after=after, last=last, before=before)


@node_type(
    models.CatalogImport, loaders.imports_by_id, description="One run of an import, for those who edit the catalog."
)
class CatalogImport(Node):
    format: ImportFormat = strawberry.field(description="What the file is written in.")
    file_name: str = strawberry.field(description="What the file was called.")
    state: ImportState = strawberry.field(description="How far it has come. Ask again until it is COMPLETED or FAILED.")
    progress: int = field(resolvers.progress, description="How much of the file has been read, percent.")
    bytes_total: SafeInt = strawberry.field(description="Size of the file, bytes.")
    bytes_read: SafeInt = strawberry.field(description="How much of it has been read, bytes.")
    rows_read: int = strawberry.field(description="Rows read so far.")
    created: int = strawberry.field(description="Records that are new: products, categories, brands.")
    updated: int = strawberry.field(description="Records that have changed.")
    unchanged: int = strawberry.field(description="Records that are the same as when they were last imported.")
    failed: int = strawberry.field(description="Records that were not taken; `problems` says why.")
    error: ErrorCode | None = field(
        resolvers.error, description="Why the file as a whole could not be read; else null."
    )
    problems: Connection[ImportProblem] = field(problems, description="What is wrong, by row.")
    created_at: datetime = strawberry.field(description="When it was asked for, UTC.")
    finished_at: datetime | None = strawberry.field(description="When it came to its end, UTC; null until then.")


@strawberry.input(description="A file that is to be sent.")
class CatalogUploadCreateInput:
    file_name: str = strawberry.field(description="What it is called, up to 200 characters.")


@strawberry.type(description="Where to send a file.")
class CatalogUploadCreatePayload(Payload):
    upload_id: strawberry.ID | None = strawberry.field(description="For `catalogImportStart`.")
    url: str | None = strawberry.field(
        description="Send the raw file here by HTTP PUT, once. Whoever has the address may send: keep it to yourself."
    )
    expires_at: datetime | None = strawberry.field(description="Until when the address holds, UTC.")
    largest_bytes: SafeInt | None = strawberry.field(description="Largest file that is taken, bytes.")


@strawberry.input(description="A file to import: either `content` or `uploadId`.")
class CatalogImportStartInput:
    format: ImportFormat = strawberry.field(description="What it is written in.")
    locale: Locale = strawberry.field(
        default=Locale.ZH_CN, description="Language of a file that has only one (Shopify CSV)."
    )
    content: str | None = strawberry.field(
        default=strawberry.UNSET, description="The file itself, as far as it fits into a request."
    )
    file_name: str = strawberry.field(default="upload", description="What `content` is called, up to 200 characters.")
    upload_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A file that was sent to the address of `catalogUploadCreate`."
    )


@strawberry.type(description="The run that was started.")
class CatalogImportStartPayload(Payload):
    catalog_import: CatalogImport | None = strawberry.field(
        description="Ask for it again with `catalogImport` to see its progress."
    )


@strawberry.input(description="What to write the catalog in.")
class CatalogExportCreateInput:
    format: ImportFormat = strawberry.field(description="The format.")
    locale: Locale = strawberry.field(
        default=Locale.ZH_CN, description="Language of a format that has room for one (Shopify CSV)."
    )


@strawberry.type(description="Where to fetch an export.")
class CatalogExportCreatePayload(Payload):
    url: str | None = strawberry.field(
        description="Fetch the file here by HTTP GET. Whoever has the address may fetch it, so keep it to yourself."
    )
    expires_at: datetime | None = strawberry.field(description="Until when the address holds, UTC.")


async def catalog_import(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of the run.")]
) -> models.CatalogImport | None:
    return await resolvers.catalog_import(info, id)


async def catalog_imports(
    info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Page[models.CatalogImport]:
    return await resolvers.catalog_imports(info, first=first, after=after, last=last, before=before)


async def _start(info: Info, **values: Any) -> Answer:
    return await resolvers.catalog_import_start(info, **_plain(values))


async def _export(info: Info, **values: Any) -> Answer:
    return await resolvers.catalog_export_create(info, **_plain(values))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.value if isinstance(value, Locale) else value for name, value in values.items()}


_start.__name__, _export.__name__ = "catalog_import_start", "catalog_export_create"


@strawberry.type
class CatalogFilesQuery:
    catalog_import: CatalogImport | None = field(
        catalog_import, description="A run of an import, during and after it; for those who edit the catalog."
    )
    catalog_imports: Connection[CatalogImport] = field(
        catalog_imports, description="Runs of imports, newest first; for those who edit the catalog."
    )


@strawberry.type
class CatalogFilesMutation:
    catalog_upload_create: CatalogUploadCreatePayload = mutation(
        resolvers.catalog_upload_create,
        CatalogUploadCreateInput,
        description="Get an address for a file that is too large for a request. For those who edit the catalog.",
    )
    catalog_import_start: CatalogImportStartPayload = mutation(
        _start,
        CatalogImportStartInput,
        description="Import a file. It is read in the background, all or nothing for each record; the same file twice "
        "changes nothing. For those who edit the catalog.",
    )
    catalog_export_create: CatalogExportCreatePayload = mutation(
        _export,
        CatalogExportCreateInput,
        description="Get an address for fetching the whole catalog as a file. For those who edit the catalog.",
    )

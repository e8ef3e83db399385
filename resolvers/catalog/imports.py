"""Imports and exports of the catalog."""

import strawberry

from domain import refusals
from domain.catalog import exports, imports, uploads
from kit import ids, paging
from kit.paging import Page, Sort
from kit.text import DEFAULT_LOCALE
from loaders import catalog as loaders
from models.catalog import CatalogImport, ImportFormat, ImportProblem
from resolvers import files
from resolvers.answers import Answer
from resolvers.context import Info

BY_ROW = Sort("import problems", ("row",))
NEWEST = Sort("imports", ("created_at",), descending=True)


async def catalog_import(info: Info, id: str) -> CatalogImport | None:
    found = ids.from_public(id)
    if found is None or found[0] != "CatalogImport":
        return None
    return await info.context.load(loaders.imports_by_id, found[1])


async def catalog_imports(
    info: Info, *, first: int | None, after: str | None, last: int | None, before: str | None
) -> Page[CatalogImport]:
    window = paging.window(first=first, after=after, last=last, before=before)
    return await paging.page(imports.visible(info.context.viewer), sort=NEWEST, window=window)


async def problems(
    run: CatalogImport, *, first: int | None, after: str | None, last: int | None, before: str | None
) -> Page[ImportProblem]:
    window = paging.window(first=first, after=after, last=last, before=before)
    return await paging.page(ImportProblem.filter(run_id=run.id), sort=BY_ROW, window=window)


def problem_message(root: strawberry.Parent[ImportProblem], info: Info) -> str:
    return refusals.say(root.code, root.facts, info.context.locale)


def progress(root: strawberry.Parent[CatalogImport]) -> int:
    if root.finished_at is not None:
        return 100
    return min(99, root.bytes_read * 100 // root.bytes_total) if root.bytes_total else 0


def error(root: strawberry.Parent[CatalogImport]) -> str | None:
    return root.error or None


async def catalog_upload_create(info: Info, *, file_name: str) -> Answer:
    return files.opened(info, "CatalogUpload", await uploads.create(info.context.viewer, file_name=file_name))


async def catalog_import_start(
    info: Info,
    *,
    format: ImportFormat,
    locale: str = DEFAULT_LOCALE,
    file_name: str = "upload",
    content: str | None = None,
    upload_id: str | None = None,
) -> Answer:
    viewer = info.context.viewer
    key = files.sent("CatalogUpload", content, upload_id)
    if key is not None:
        run = await imports.start_upload(viewer, format=format, locale=locale, upload_id=key)
    else:
        run = await imports.start_text(viewer, format=format, locale=locale, file_name=file_name, content=content or "")
    return Answer(catalog_import=run)


async def catalog_export_create(info: Info, *, format: ImportFormat, locale: str = DEFAULT_LOCALE) -> Answer:
    viewer = info.context.viewer
    token, until = exports.grant(viewer, format=format, locale=locale)
    return Answer(url=f"{viewer.market.policy.url}/exports/{token}", expires_at=until)

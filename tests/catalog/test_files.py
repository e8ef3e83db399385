import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from domain.access import Viewer
from domain.catalog import exports, uploads
from domain.catalog.html import clean
from jobs import catalog as jobs
from jobs.runner import run_due
from kit import clock
from kit.errors import Refused
from models.catalog import CatalogImport, ImportFormat, Product
from models.customers import Role
from tests.api import Api
from tests.catalog.files import CUP, TEA, but, sheet
from tests.catalog.roles import in_role, manager
from tests.factories.catalog import make_product, make_warehouse

UPLOAD = """mutation {
  catalogUploadCreate(input: {fileName: "tea.csv"}) { uploadId url largestBytes userErrors { code } } }"""
START = """mutation ($input: CatalogImportStartInput!) { catalogImportStart(input: $input) {
  catalogImport { id state progress fileName } userErrors { code path } } }"""
WATCH = """query ($id: ID!) { catalogImport(id: $id) {
  state progress created updated unchanged failed rowsRead error finishedAt
  problems(first: 1) { totalCount nodes { row column product code message value } pageInfo { hasNextPage } } } }"""
EXPORT = "mutation { catalogExportCreate(input: {format: JSON_LINES}) { url userErrors { code } } }"


async def sent(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def token_of(url: str) -> str:
    return url.rsplit("/", 1)[1]


async def test_a_file_is_sent_imported_in_the_background_and_reported(api: Api, visitor: Viewer) -> None:
    await make_warehouse("SH")
    editor = manager(visitor)
    ticket = (await api(UPLOAD, as_=editor))["catalogUploadCreate"]
    assert ticket["userErrors"] == []
    assert ticket["largestBytes"] == 32 * 1024 * 1024
    content = sheet([TEA, but(CUP, Variant_Price="cheap"), but(CUP, Handle="jug", Variant_Price="-1")]).encode()
    await uploads.receive(visitor.market, token_of(ticket["url"]), sent(content[:100], content[100:]))
    start = {"format": "SHOPIFY_CSV", "locale": "EN", "uploadId": ticket["uploadId"]}
    run = (await api(START, as_=editor, input=start))["catalogImportStart"]["catalogImport"]
    assert (run["state"], run["progress"], run["fileName"]) == ("PENDING", 0, "tea.csv")
    again = (await api(START, as_=editor, input=start))["catalogImportStart"]["catalogImport"]
    assert again["id"] == run["id"]  # asked twice, read once
    await run_due(visitor.market, jobs.HANDLERS)
    seen = (await api(WATCH, as_=editor, id=run["id"]))["catalogImport"]
    assert seen.pop("finishedAt")
    assert seen == {
        "state": "COMPLETED",
        "progress": 100,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "failed": 2,
        "rowsRead": 3,
        "error": None,
        "problems": {
            "totalCount": 2,
            "nodes": [
                {
                    "row": 3,
                    "column": "Variant Price",
                    "product": "cup",
                    "code": "INVALID_PRICE",
                    "message": "A price is a number such as 12.50, with a point and without a sign or a currency.",
                    "value": "cheap",
                }
            ],
            "pageInfo": {"hasNextPage": True},
        },
    }
    for viewer in (visitor, in_role(visitor, Role.SERVICE_AGENT)):
        assert (await api(WATCH, as_=viewer, id=run["id"]))["catalogImport"] is None


async def test_a_file_can_come_within_the_request(api: Api, visitor: Viewer) -> None:
    editor = manager(visitor)
    start = {"format": "JSON_LINES", "content": '{"type": "brand", "slug": "b", "name": {"en": "B"}}', "fileName": "b"}
    run = (await api(START, as_=editor, input=start))["catalogImportStart"]["catalogImport"]
    await run_due(visitor.market, jobs.HANDLERS)
    assert (await api(WATCH, as_=editor, id=run["id"]))["catalogImport"]["created"] == 1
    both = {"format": "JSON_LINES", "content": "x", "uploadId": "y"}
    assert (await api(START, as_=editor, input=both))["catalogImportStart"]["userErrors"] == [
        {"code": "INVALID_INPUT", "path": ["content"]}
    ]


async def test_an_address_takes_one_file_and_no_second_one(api: Api, visitor: Viewer) -> None:
    editor = manager(visitor)
    ticket = (await api(UPLOAD, as_=editor))["catalogUploadCreate"]
    market, token = visitor.market, token_of(ticket["url"])
    unsent = {"format": "SHOPIFY_CSV", "uploadId": ticket["uploadId"]}
    assert (await api(START, as_=editor, input=unsent))["catalogImportStart"]["userErrors"] == [
        {"code": "UPLOAD_UNUSABLE", "path": ["uploadId"]}
    ]

    async def breaks_off() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await uploads.receive(market, token, breaks_off())
    await uploads.receive(market, token, sent(b"whole"))
    with pytest.raises(Refused, match="UPLOAD_UNUSABLE"):
        await uploads.receive(market, token, sent(b"again"))
    with pytest.raises(Refused, match="UPLOAD_UNUSABLE"):
        await uploads.receive(market, "guessed", sent(b"x"))


async def test_a_file_that_is_too_large_is_refused_and_not_kept(api: Api, visitor: Viewer, settings: Any) -> None:
    settings.limits.upload_bytes = 10
    ticket = (await api(UPLOAD, as_=manager(visitor)))["catalogUploadCreate"]
    with pytest.raises(Refused, match="FILE_TOO_LARGE"):
        await uploads.receive(visitor.market, token_of(ticket["url"]), sent(b"123456", b"7890a"))
    folder = settings.media_root.with_name("uploads")
    assert list(folder.iterdir()) == []


async def test_only_those_who_edit_the_catalog_send_import_and_export(api: Api, visitor: Viewer) -> None:
    start = {"format": "JSON_LINES", "content": "x"}
    for viewer, code in ((visitor, "UNAUTHENTICATED"), (in_role(visitor, Role.FINANCE), "FORBIDDEN")):
        assert (await api(UPLOAD, as_=viewer))["catalogUploadCreate"]["userErrors"] == [{"code": code}]
        assert (await api(START, as_=viewer, input=start))["catalogImportStart"]["userErrors"][0]["code"] == code
        assert (await api(EXPORT, as_=viewer))["catalogExportCreate"]["userErrors"] == [{"code": code}]
    assert await CatalogImport.all().count() == 0


async def test_an_export_is_fetched_at_its_address_while_that_holds(
    api: Api, visitor: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_product(slug="pear")
    url = (await api(EXPORT, as_=manager(visitor)))["catalogExportCreate"]["url"]
    token = token_of(url)
    export = exports.redeem(visitor.market, token, jobs.stock_of)
    assert export is not None
    assert (export.file_name, export.media_type) == ("catalog.jsonl", "application/jsonl")
    lines = b"".join([piece async for piece in export.pieces]).decode().splitlines()
    assert [json.loads(line)["slug"] for line in lines] == ["pear"]
    body, _, signature = token.partition(".")
    for forged in ("", "x", ".", f"{body}.", f"{body}x.{signature}", f"{body}.{signature[::-1]}x", "é.é"):
        assert exports.redeem(visitor.market, forged, jobs.stock_of) is None
    late = clock.machine() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "machine", lambda: late)
    assert exports.redeem(visitor.market, token, jobs.stock_of) is None


async def test_an_empty_catalog_is_a_heading_alone(the_market: Viewer) -> None:
    pieces = exports.write(ImportFormat.SHOPIFY_CSV, locale="en", currency="CNY", stock_of=jobs.stock_of)
    text = b"".join([piece async for piece in pieces]).decode()
    assert text.startswith("Handle,Title,Body (HTML),Vendor")
    assert text.count("\n") == 1
    assert await Product.all().count() == 0


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<p onclick=x>a</p><script>alert(1)</script>", "<p>a</p>"),
        ('<img src="https://out.example/a.png">', ""),
        ('<img src="//out.example/a.png"><img src="data:image/png;base64,AA">', ""),
        ('<img src="/media/a.svg" onerror=x srcset="//out.example/b 2x">', '<img src="/media/a.svg">'),
        ('<img src="/media/../secret"><img src="/media/%2e%2e/x">', ""),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="nofollow noopener noreferrer">x</a>'),
        (
            '<a href="https://a.example" target=_blank style="x">x</a>',
            '<a href="https://a.example" rel="nofollow noopener noreferrer">x</a>',
        ),
        ('<p style="background:url(//out.example)">a</p>', "<p>a</p>"),
        ('<table background="//out.example"></table>', "<table></table>"),
        ("<iframe src=//out.example>x</iframe><style>@import '//out.example'</style>", ""),
        ("<svg><use href=//out.example></svg><video src=//out.example></video>", ""),
        ("<link rel=stylesheet href=//out.example><base href=//out.example><meta http-equiv=refresh content=0>", ""),
        ("<p></p><p> <br></p>a &lt; b", "a &lt; b"),
    ],
)  # fmt: skip
def test_rich_text_neither_runs_nor_loads_anything_from_outside(html: str, cleaned: str) -> None:
    assert clean(html) == cleaned
    assert clean(cleaned) == cleaned

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.access import Viewer
from domain.catalog import exports, imports
from domain.inventory import stock
from jobs import catalog as jobs
from models.catalog import (
    Brand,
    CatalogImport,
    Category,
    ImportFormat,
    ImportProblem,
    ImportState,
    Product,
    ProductImage,
    ProductOption,
    SearchTerm,
    Variant,
)
from models.inventory import StockLevel, StockMovement
from tests.catalog.files import CUP, HEADER, TEA, TEA_LARGE, but, sheet
from tests.databases import empty_postgres
from tests.factories.catalog import make_product, make_warehouse, variant_of

SHARED = Path("../shared/data/shopify")
DEMO = Path("demo/catalog")
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason=f"the sample files in {SHARED} are not on this machine")

CSV, LINES = ImportFormat.SHOPIFY_CSV, ImportFormat.JSON_LINES


async def load(viewer: Viewer, content: str, *, format: ImportFormat = CSV, locale: str = "en") -> CatalogImport:
    run = await imports.start_text(viewer, format=format, locale=locale, file_name="test", content=content)
    assert await imports.read_on(viewer, run.id, put_stock=jobs.put_stock)
    return await CatalogImport.get(id=run.id)


async def load_file(viewer: Viewer, path: Path, *, format: ImportFormat = CSV, locale: str = "en") -> CatalogImport:
    run = await imports.start_file(viewer, path, format=format, locale=locale)
    assert await imports.read_on(viewer, run.id, put_stock=jobs.put_stock)
    return await CatalogImport.get(id=run.id)


def counts(run: CatalogImport) -> tuple[ImportState, int, int, int, int]:
    return run.state, run.created, run.updated, run.unchanged, run.failed


async def reported(run: CatalogImport) -> list[tuple[int, str, str]]:
    problems = await ImportProblem.filter(run_id=run.id).order_by("row", "column")
    return [(problem.row, problem.column, problem.code) for problem in problems]


async def written(format: ImportFormat, locale: str = "en") -> str:
    pieces = exports.write(format, locale=locale, currency="CNY", stock_of=jobs.stock_of)
    return b"".join([piece async for piece in pieces]).decode()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_rows_of_a_csv_become_a_product_with_variants_pictures_and_stock(the_market: Viewer) -> None:
    await make_warehouse("SH")
    run = await load(the_market, sheet([TEA, TEA_LARGE, CUP]))
    assert counts(run) == (ImportState.COMPLETED, 2, 0, 0, 0)
    assert (run.rows_read, run.bytes_read) == (3, run.bytes_total)
    tea = await Product.get(slug="green-tea").select_related("brand", "category")
    assert (tea.title, tea.status, tea.min_price, tea.max_price) == ({"en": "Green Tea"}, "ACTIVE", 1990, 3500)
    assert tea.description == {"en": "<p>Fresh</p>"}
    assert tea.in_stock
    assert tea.brand is not None
    assert (tea.brand.slug, tea.brand.name) == ("cloud-hill", {"en": "Cloud Hill"})
    assert tea.category is not None
    assert (tea.category.slug, tea.category.path) == ("tea", "/drinks/tea/")
    small, large = await Variant.filter(product_id=tea.id).order_by("position")
    assert (small.sku, small.price, small.list_price, small.weight_grams) == ("TEA-50", 1990, 2500, 50)
    assert (small.choices, large.choices) == ([{"en": "50 g"}], [{"en": "100 g"}])
    assert await stock.available([small.id, large.id]) == {small.id: 12, large.id: 3}
    first, second = await ProductImage.filter(product_id=tea.id).order_by("position")
    assert (first.url, first.alt, large.image_id) == ("https://out.example/a.png", {"en": "A tin"}, second.id)
    cup = await Product.get(slug="cup")
    assert (cup.status, await ProductOption.filter(product_id=cup.id).count()) == ("DRAFT", 0)
    assert await SearchTerm.filter(product_id=tea.id, term="tea").exists()


async def test_the_same_file_twice_changes_nothing(the_market: Viewer) -> None:
    await make_warehouse("SH")
    content = sheet([TEA, TEA_LARGE, CUP])
    await load(the_market, content)
    before = await Product.all().order_by("slug").values("id", "version", "updated_at", "source_hash")
    run = await load(the_market, content)
    assert counts(run) == (ImportState.COMPLETED, 0, 0, 2, 0)
    assert await Product.all().order_by("slug").values("id", "version", "updated_at", "source_hash") == before
    assert (await Variant.all().count(), await Brand.all().count(), await Category.all().count()) == (3, 1, 2)


async def test_a_changed_row_changes_its_product_alone_and_what_was_sold_stays_sold(the_market: Viewer) -> None:
    warehouse = await make_warehouse("SH")
    await load(the_market, sheet([TEA, TEA_LARGE, CUP]))
    tea = await Product.get(slug="green-tea")
    variant = await variant_of(tea)
    await stock.adjust(the_market, variant_id=variant.id, warehouse_id=warehouse.id, change=-2)  # two were sold
    run = await load(the_market, sheet([but(TEA, Variant_Price="21.00"), TEA_LARGE, CUP]))
    assert counts(run) == (ImportState.COMPLETED, 0, 1, 1, 0)
    assert (await Variant.get(id=variant.id)).price == 2100
    assert (await Product.get(id=tea.id)).version == 2
    assert await stock.available([variant.id]) == {variant.id: 10}
    await load(the_market, sheet([but(TEA, Variant_Price="21.00", Variant_Inventory_Qty="40"), TEA_LARGE, CUP]))
    assert await stock.available([variant.id]) == {variant.id: 40}  # this time the file tells something new


async def test_a_variant_that_the_file_leaves_out_is_taken_out_and_kept(the_market: Viewer) -> None:
    await make_warehouse("SH")
    await load(the_market, sheet([TEA, TEA_LARGE]))
    large = await Variant.get(sku="TEA-100")
    await load(the_market, sheet([TEA]))
    assert not (await Variant.get(id=large.id)).is_active
    await load(the_market, sheet([TEA, TEA_LARGE]))
    assert (await Variant.get(id=large.id)).is_active


async def test_two_languages_of_one_product_stand_beside_each_other(the_market: Viewer) -> None:
    await make_warehouse("SH")
    await load(the_market, sheet([CUP]))
    run = await load(the_market, sheet([but(CUP, Title="杯子")]), locale="zh-CN")
    assert counts(run) == (ImportState.COMPLETED, 0, 1, 0, 0)
    assert (await Product.get(slug="cup")).title == {"en": "Cup", "zh-CN": "杯子"}


WRONG = [
    (but(CUP, Variant_Price="12,50"), "Variant Price", "INVALID_PRICE"),
    (but(CUP, Variant_Price="abc"), "Variant Price", "INVALID_PRICE"),
    (but(CUP, Variant_Price="-1"), "Variant Price", "INVALID_PRICE"),
    (but(CUP, Variant_Price="1e3"), "Variant Price", "INVALID_PRICE"),
    (but(CUP, Variant_Price="NaN"), "Variant Price", "INVALID_PRICE"),
    (but(CUP, Variant_Price="１２"), "Variant Price", "INVALID_PRICE"),
    (but(CUP, Variant_Price="0.001"), "Variant Price", "INVALID_PRICE"),
    (but(CUP, Variant_Price=""), "Variant Price", "REQUIRED"),
    (but(CUP, Variant_Compare_At_Price="¥9"), "Variant Compare At Price", "INVALID_PRICE"),
    (but(CUP, Title=""), "Title", "REQUIRED"),
    (but(CUP, Title="x" * 201), "Title", "TOO_LONG"),
    (but(CUP, Title="a\x07b"), "Title", "UNREADABLE_TEXT"),
    (but(CUP, Handle="a b"), "Handle", "INVALID_SLUG"),
    (but(CUP, Handle=""), "Handle", "REQUIRED"),
    (but(CUP, Published="maybe"), "Published", "INVALID_BOOLEAN"),
    (but(CUP, Status="sold"), "Status", "INVALID_STATUS"),
    (but(CUP, Variant_Grams="heavy"), "Variant Grams", "INVALID_NUMBER"),
    (but(CUP, Variant_Grams="-5"), "Variant Grams", "OUT_OF_RANGE"),
    (but(CUP, Variant_Inventory_Qty="1.5"), "Variant Inventory Qty", "INVALID_NUMBER"),
    (but(CUP, Image_Src="javascript:alert(1)"), "Image Src", "INVALID_URL"),
    (but(CUP, Image_Src="https://a.example/b.png", Image_Position="first"), "Image Position", "INVALID_NUMBER"),
    (but(CUP, Variant_SKU="OTHERS"), "Variant SKU", "SKU_TAKEN"),
    (but(CUP, Option1_Name="Size", Option1_Value=""), "Option1 Value", "OPTIONS_MISMATCH"),
    (but(CUP, Type="a > b > c > d > e > f"), "Type", "TOO_DEEP"),
]


async def test_what_is_wrong_is_told_by_row_and_column_and_the_others_are_taken(the_market: Viewer) -> None:
    await make_warehouse("SH")
    await make_product(slug="other", variants=[{"sku": "OTHERS"}])
    rows: list[Mapping[str, str]] = []
    for number, (row, _, _) in enumerate(WRONG):
        handle = row["Handle"] if row["Handle"] != "cup" else f"cup-{number}"
        rows += [{**row, "Handle": handle}, {**CUP, "Handle": f"good-{number}"}]
    run = await load(the_market, sheet(rows))
    assert counts(run) == (ImportState.COMPLETED, len(WRONG), 0, 0, len(WRONG))
    expected = [(2 + 2 * number, column, code) for number, (_, column, code) in enumerate(WRONG)]
    assert await reported(run) == expected
    assert await Product.all().count() == 1 + len(WRONG)
    assert await Product.filter(slug__startswith="cup").count() == 0


async def test_a_product_is_taken_as_a_whole_or_not_at_all(the_market: Viewer) -> None:
    await make_warehouse("SH")
    run = await load(the_market, sheet([TEA, but(TEA_LARGE, Variant_Price="?", Variant_Grams="x"), CUP]))
    assert counts(run) == (ImportState.COMPLETED, 1, 0, 0, 1)
    assert await reported(run) == [(3, "Variant Grams", "INVALID_NUMBER"), (3, "Variant Price", "INVALID_PRICE")]
    assert not await Product.exists(slug="green-tea")
    assert (await Brand.all().count(), await Category.all().count(), await StockLevel.all().count()) == (0, 0, 0)


async def test_stock_without_a_warehouse_is_told_and_leaves_nothing_behind(the_market: Viewer) -> None:
    run = await load(the_market, sheet([TEA]))
    assert counts(run) == (ImportState.COMPLETED, 0, 0, 0, 1)
    assert await reported(run) == [(2, "Variant Inventory Qty", "NO_WAREHOUSE")]
    assert (await Product.all().count(), await SearchTerm.all().count(), await Category.all().count()) == (0, 0, 0)


async def test_a_handle_that_comes_again_further_down_is_told(the_market: Viewer) -> None:
    run = await load(the_market, sheet([CUP, but(CUP, Handle="jug"), but(CUP, Title="Another cup")]))
    assert counts(run) == (ImportState.COMPLETED, 2, 0, 0, 1)
    assert await reported(run) == [(4, "Handle", "DUPLICATE_PRODUCT")]
    assert (await Product.get(slug="cup")).title == {"en": "Cup"}


async def test_marks_line_ends_and_line_breaks_within_cells_are_read_as_they_are_meant(the_market: Viewer) -> None:
    body = but(CUP, Handle="mug", **{"Body (HTML)": '<p>One,\n\n"two"</p>'})
    content = "\ufeff" + sheet([body, {}, but(CUP, Variant_Price="x")], newline="\r\n")
    run = await load(the_market, content)
    assert (await Product.get(slug="mug")).description == {"en": '<p>One,\n\n"two"</p>'}
    assert await reported(run) == [(6, "Variant Price", "INVALID_PRICE")]  # the line of the file, not the nth row


async def test_a_broken_row_fails_its_own_product_alone(the_market: Viewer) -> None:
    lines = sheet([but(CUP, Handle="a"), but(CUP, Handle="b"), but(CUP, Handle="c")]).splitlines(keepends=True)
    lines.insert(3, 'b,"x"y,,,\n')  # a row of b with a quote in a wrong place
    lines.insert(5, 'd,"x"y,,,\n')
    run = await load(the_market, "".join(lines))
    assert counts(run) == (ImportState.COMPLETED, 2, 0, 0, 2)
    assert [(row, code) for row, _, code in await reported(run)] == [(4, "INVALID_ROW"), (6, "INVALID_ROW")]
    assert sorted(row.slug for row in await Product.all()) == ["a", "c"]


async def test_a_quote_that_is_never_closed_is_told_where_it_opens(the_market: Viewer) -> None:
    content = sheet([but(CUP, Handle="a")]) + 'b,"never closed\nc,d\n'
    run = await load(the_market, content)
    assert counts(run) == (ImportState.COMPLETED, 1, 0, 0, 1)
    assert [(row, code) for row, _, code in await reported(run)] == [(3, "INVALID_ROW")]


async def test_bytes_that_are_not_utf_8_fail_the_product_that_holds_them(the_market: Viewer, tmp_path: Path) -> None:
    good = sheet([CUP]).encode()
    bad = sheet([but(CUP, Handle="tea", Title="绿茶")]).splitlines()[1].encode("gbk")
    file = tmp_path / "gbk.csv"
    file.write_bytes(good + bad + b"\n")
    run = await load_file(the_market, file)
    assert counts(run) == (ImportState.COMPLETED, 1, 0, 0, 1)
    assert await reported(run) == [(3, "Title", "INVALID_CHARACTER")]


@pytest.mark.parametrize(
    ("content", "row", "column", "code"),
    [
        (b"", 1, "", "FILE_EMPTY"),
        (b"\n\n", 1, "", "FILE_EMPTY"),
        (b"Handle,Name\na,b\n", 1, "Title", "MISSING_COLUMN"),
        (b"Handle;Title;Variant Price\na;b;1\n", 1, "Handle", "MISSING_COLUMN"),
        (b"Handle,Title,Variant Price,Title\n", 1, "Title", "DUPLICATE_COLUMN"),
        ("Handle,Title".encode("utf-16"), 1, "", "INVALID_CHARACTER"),
        (b"\x00\x01\x02", 1, "Handle", "MISSING_COLUMN"),
    ],
)
async def test_a_file_that_is_no_product_csv_is_refused_as_a_whole(
    the_market: Viewer, tmp_path: Path, content: bytes, row: int, column: str, code: str
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_bytes(content)
    run = await load_file(the_market, file)
    assert (run.state, run.error) == (ImportState.FAILED, code)
    assert await reported(run) == [(row, column, code)]


async def test_too_many_cells_rows_and_characters_are_told(the_market: Viewer) -> None:
    policy: Any = the_market.market.policy
    policy.import_cell_chars, policy.import_rows = 300, 3
    long = but(CUP, Handle="long", **{"Body (HTML)": "x" * 301})
    content = sheet([long, CUP]) + "jug,Jug" + "," * len(HEADER) + "extra\nlast,Last\n"
    run = await load(the_market, content)
    assert (run.state, run.error) == (ImportState.FAILED, "TOO_MANY_ROWS")
    assert await reported(run) == [
        (2, "Body (HTML)", "TOO_LONG"),
        (4, "", "TOO_MANY_CELLS"),
        (5, "", "TOO_MANY_ROWS"),
    ]
    assert [row.slug for row in await Product.all()] == ["cup"]  # what was taken before stays


async def test_a_run_that_is_cut_off_goes_on_where_it_stopped_and_counts_nothing_twice(the_market: Viewer) -> None:
    await make_warehouse("SH")
    rows = [but(CUP, Handle=f"cup-{number}", Variant_Inventory_Qty="4") for number in range(50)]
    run = await imports.start_text(the_market, format=CSV, locale="en", file_name="cups", content=sheet(rows))
    stocked: list[UUID] = []

    async def dies_halfway(viewer: Viewer, counted: Mapping[UUID, Mapping[str, int]]) -> None:
        if len(stocked) == 27:
            raise KeyboardInterrupt
        await jobs.put_stock(viewer, counted)
        stocked.extend(counted)

    with pytest.raises(KeyboardInterrupt):
        await imports.read_on(the_market, run.id, put_stock=dies_halfway)
    half = await CatalogImport.get(id=run.id)
    assert (half.state, half.created, await Product.all().count()) == (ImportState.RUNNING, 20, 20)
    assert await imports.read_on(the_market, run.id, put_stock=jobs.put_stock)
    whole = await CatalogImport.get(id=run.id)
    assert counts(whole) == (ImportState.COMPLETED, 50, 0, 0, 0)
    assert (whole.rows_read, await Product.all().count(), await StockLevel.all().count()) == (50, 50, 50)


async def test_a_slice_ends_after_its_time_and_the_next_one_goes_on(the_market: Viewer) -> None:
    rows = [but(CUP, Handle=f"cup-{number}") for number in range(45)]
    run = await imports.start_text(the_market, format=CSV, locale="en", file_name="cups", content=sheet(rows))
    ends = [await imports.read_on(the_market, run.id, put_stock=jobs.put_stock, seconds=0) for _ in range(4)]
    assert ends == [False, False, False, True]
    assert counts(await CatalogImport.get(id=run.id)) == (ImportState.COMPLETED, 45, 0, 0, 0)


async def test_an_export_gives_back_the_cells_that_were_imported(the_market: Viewer) -> None:
    await make_warehouse("SH")
    rows = [TEA, TEA_LARGE, CUP]
    await load(the_market, sheet(rows))
    exported = rows_of(await written(CSV))
    for stood, given in zip(rows_of(sheet(rows)), exported, strict=True):
        assert {column: given[column] for column in stood} == stood


async def test_an_export_tells_what_has_changed_since(the_market: Viewer) -> None:
    await make_warehouse("SH")
    await load(the_market, sheet([TEA, TEA_LARGE]))
    await Variant.filter(sku="TEA-50").update(price=2050)
    tea = await Product.get(slug="green-tea")
    tea.description = {"en": "<p>New</p>"}
    await tea.save()
    first = rows_of(await written(CSV))[0]
    assert (first["Variant Price"], first["Body (HTML)"]) == ("20.50", "<p>New</p>")
    assert (first["Variant Compare At Price"], first["Custom / Shelf life"]) == ("25", "2 years")  # as they stood


LINES_FILE = "\n".join(
    json.dumps(record, ensure_ascii=False)
    for record in [
        {"type": "brand", "slug": "hill", "name": {"en": "Hill", "zh-CN": "山"}},
        {"type": "category", "slug": "drinks", "parent": None, "position": 1, "name": {"en": "Drinks"}},
        {"type": "category", "slug": "tea", "parent": "drinks", "position": 2, "name": {"en": "Tea"}},
        {
            "type": "product",
            "slug": "oolong",
            "status": "ACTIVE",
            "category": "tea",
            "brand": "hill",
            "title": {"zh-CN": "乌龙", "en": "Oolong"},
            "description": {"en": "<p>Roasted</p>"},
            "tags": ["roasted", "autumn"],
            "rating": 4.7,
            "options": [{"name": {"en": "Pack"}, "values": [{"en": "50 g", "zh-CN": "50 克"}]}],
            "variants": [
                {
                    "sku": "OO-50",
                    "options": ["50 g"],
                    "price": "30.00",
                    "listPrice": None,
                    "weightGrams": 60,
                    "barcode": None,
                    "stock": {"SH": 4, "CD": 5},
                }
            ],
            "images": [{"url": "/media/oolong.svg", "alt": {"en": "Leaves"}}],
            "food": {
                "origin": {"en": "Anxi"},
                "netContent": "50 g",
                "shelfLifeDays": 700,
                "productionDate": "2026-01-31",
                "ingredients": None,
                "licenseNumber": None,
                "certifications": ["ORGANIC"],
                "dietTags": ["VEGAN"],
                "coldChain": False,
                "fragile": False,
            },
        },
    ]
)


async def test_json_lines_come_in_and_go_out_the_same(the_market: Viewer) -> None:
    await make_warehouse("SH", priority=1)
    await make_warehouse("CD", priority=2)
    run = await load(the_market, LINES_FILE, format=LINES)
    assert counts(run) == (ImportState.COMPLETED, 4, 0, 0, 0)
    exported = [json.loads(line) for line in (await written(LINES)).splitlines()]
    assert exported == [json.loads(line) for line in LINES_FILE.splitlines()]
    again = await load(the_market, LINES_FILE, format=LINES)
    assert counts(again) == (ImportState.COMPLETED, 0, 0, 4, 0)


GOOD_LINE = {"type": "product", "slug": "a", "title": {"en": "A"}, "variants": [{"price": "1"}]}


def line(**changed: Any) -> str:
    return json.dumps({**GOOD_LINE, **changed})


WRONG_LINES = [
    ('{"type": "product", "slug": "a"', "", "INVALID_JSON"),
    ("[1]", "", "INVALID_JSON"),
    ("[" * 100_000, "", "INVALID_JSON"),
    ('{"type": "fish", "slug": "a"}', "type", "UNKNOWN_WORD"),
    ('{"type": "product"}', "slug", "REQUIRED"),
    (line(slug="b", title="B"), "title", "INVALID_TEXT"),
    ('{"type": "product", "slug": "c", "title": {"en": "C"}}', "variants", "NO_VARIANTS"),
    (line(slug="d", variants=[{"price": 9.9}]), "variants.0.price", "INVALID_PRICE"),
    (line(slug="e", variants=[{"price": "1", "size": 3}]), "variants.0.size", "UNKNOWN_FIELD"),
    (line(slug="f", category="x"), "category", "UNKNOWN_CATEGORY"),
    (line(slug="g", title={"en": "\0"}), "", "INVALID_CHARACTER"),
    (line(slug="h", title={"en": "\ud800"}), "", "INVALID_CHARACTER"),
    ('{"type": "category", "slug": "Bad Slug", "name": {"en": "x"}}', "slug", "INVALID_SLUG"),
    (line(slug="long" * 60), "slug", "INVALID_SLUG"),
    (line(slug="i", variants=[{"price": "1", "stock": {"XX": 1}}]), "variants.0.stock", "UNKNOWN_WAREHOUSE"),
    (line(slug="j", food={"shelfLifeDays": 0, "taste": 1}), "food.shelfLifeDays", "OUT_OF_RANGE"),
    (line(slug="k", rating=9), "rating", "OUT_OF_RANGE"),
]


async def test_what_is_wrong_in_json_lines_is_told_by_line_and_path(the_market: Viewer) -> None:
    await make_warehouse("SH")
    run = await load(the_market, "\n\n".join(text for text, _, _ in WRONG_LINES), format=LINES)
    assert counts(run) == (ImportState.COMPLETED, 0, 0, 0, len(WRONG_LINES))
    expected = [(1 + 2 * number, column, code) for number, (_, column, code) in enumerate(WRONG_LINES)]
    assert [one for one in await reported(run) if one[1:] != ("food.taste", "UNKNOWN_FIELD")] == expected
    assert await Product.all().count() == 0


@needs_shared
@pytest.mark.parametrize(
    ("name", "locale", "products", "rows"),
    [("apparel", "en", 20, 22), ("home-and-garden", "en", 20, 21), ("household-zh", "zh-CN", 160, 842)],
)
async def test_a_real_shopify_file_comes_in_whole_and_goes_out_cell_for_cell(
    the_market: Viewer, name: str, locale: str, products: int, rows: int
) -> None:
    await make_warehouse("SH")
    file = SHARED / f"{name}.csv"
    run = await load_file(the_market, file, locale=locale)
    assert counts(run) == (ImportState.COMPLETED, products, 0, 0, 0)
    assert run.rows_read == rows
    again = await load_file(the_market, file, locale=locale)
    assert counts(again) == (ImportState.COMPLETED, 0, 0, products, 0)
    exported = rows_of(await written(CSV, locale))
    stood = rows_of(file.read_bytes().decode())
    assert [{column: given[column] for column in row} for given, row in zip(exported, stood, strict=True)] == stood
    for product in await Product.all():
        for text in product.description.values():
            assert "<img" not in text  # all of them lie outside
            assert "style=" not in text


@needs_shared
async def test_export_import_into_an_empty_market_and_export_again_give_the_same(
    the_market: Viewer, database_url: str, tmp_path: Path
) -> None:
    await make_warehouse("SH")
    await load_file(the_market, SHARED / "home-and-garden.csv")
    first = await written(LINES), await written(CSV)
    await _empty(database_url)
    await make_warehouse("SH")
    run = await load(the_market, first[0], format=LINES)
    assert run.failed == 0
    assert (await written(LINES), await written(CSV)) == first
    await _empty(database_url)
    await make_warehouse("SH")
    run = await load(the_market, first[1])
    assert run.failed == 0
    assert await written(CSV) == first[1]


@pytest.mark.slow
async def test_the_demo_catalog_comes_in_and_goes_out_line_for_line(the_market: Viewer) -> None:
    await make_warehouse("SH", priority=1)
    await make_warehouse("CD", priority=2)
    records = {}
    for name in ("brands", "categories", "products"):
        run = await load_file(the_market, DEMO / f"{name}.jsonl", format=LINES)
        assert run.failed == 0
        for line in (DEMO / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            records[record["type"], record["slug"]] = record
    exported = [json.loads(line) for line in (await written(LINES)).splitlines()]
    assert {(record["type"], record["slug"]): record for record in exported} == records


async def _empty(database_url: str) -> None:
    """Take everything out of the open database."""
    if database_url.startswith("postgres"):
        await empty_postgres(database_url)
        return
    await StockLevel.all().delete()
    await StockMovement.all().delete()
    for model in (CatalogImport, Product, Category, Brand):
        while await model.all().exists():
            leaves = [row.id for row in await model.all()]
            if model is Category:
                parents = {row.parent_id for row in await Category.all()}
                leaves = [key for key in leaves if key not in parents]
            await model.filter(id__in=leaves).delete()
    assert not await Variant.all().exists()

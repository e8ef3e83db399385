"""Writes the whole catalog as a file, a piece at a time, behind an address that holds for some minutes."""

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.access import Permission, Viewer
from domain.catalog import shopify_cells as sheet
from domain.catalog.views import BATCH, StockOf, View, all_products
from domain.market import Market
from kit import clock, crypto
from kit.errors import Refused
from kit.text import LOCALES, Localized, in_locale
from models.catalog import Brand, Category, ImportFormat, Product, ProductImage, Variant

TYPES = {ImportFormat.SHOPIFY_CSV: "text/csv; charset=utf-8", ImportFormat.JSON_LINES: "application/jsonl"}
NAMES = {ImportFormat.SHOPIFY_CSV: "products.csv", ImportFormat.JSON_LINES: "catalog.jsonl"}
PURPOSE = "catalog export"


@dataclass(frozen=True, slots=True)
class Export:
    """A file in the making."""

    file_name: str
    media_type: str
    pieces: AsyncIterator[bytes]


# ------------------------------------------------------------------------------------------------------------ addresses


def grant(viewer: Viewer, *, format: ImportFormat, locale: str) -> tuple[str, datetime]:
    """A token for fetching an export, and until when it holds. Whoever has it may fetch, so it is for staff alone."""
    viewer.require(Permission.EDIT_CATALOG)
    until = clock.machine() + timedelta(minutes=viewer.market.policy.export_minutes)
    claims = json.dumps([format.value, locale, int(until.timestamp())]).encode()
    body = crypto.encode_bytes(claims)
    return f"{body}.{crypto.sign(_secret(viewer.market), body.encode())}", until


def redeem(market: Market, token: str, stock_of: StockOf) -> Export | None:
    """The export that a token was given for; None when it was not given by us or has run out."""
    body, _, signature = token.partition(".")
    if not crypto.same(signature, crypto.sign(_secret(market), body.encode())):
        return None
    name, locale, until = json.loads(crypto.decode_bytes(body))
    if clock.machine().timestamp() >= until:
        return None
    format = ImportFormat(name)
    return Export(
        NAMES[format], TYPES[format], write(format, locale=locale, currency=market.policy.currency, stock_of=stock_of)
    )


def _secret(market: Market) -> str:
    return crypto.derive(market.policy.keys[0], PURPOSE).hex()


async def write(format: ImportFormat, *, locale: str, currency: str, stock_of: StockOf) -> AsyncIterator[bytes]:
    """The catalog as text in UTF-8. `locale` is the language of a format that has room for one."""
    if locale not in LOCALES:
        raise Refused("INVALID_INPUT", path=("locale",), why="unknown language")
    lines = _csv(locale, currency, stock_of) if format is ImportFormat.SHOPIFY_CSV else _json(currency, stock_of)
    async for text in lines:
        yield text.encode()


# ---------------------------------------------------------------------------------------------------------- Shopify CSV


async def _csv(locale: str, currency: str, stock_of: StockOf) -> AsyncIterator[str]:
    header = [*sheet.COLUMNS, *await _further_columns()]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, header, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    async for view in all_products(stock_of):
        writer.writerows(sheet_rows(view, locale, currency))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue()  # no product at all: the heading alone


async def _further_columns() -> list[str]:
    """Columns that imported files had and we have no field for, in the order in which they first occur."""
    found: dict[str, None] = {}
    batch = await Product.all().order_by("id").limit(BATCH).only("id", "extra")
    while batch:
        for product in batch:
            memory: Any = product.extra.get("shopify", {})
            found.update(dict.fromkeys(memory.get("columns", ())))
        batch = await Product.filter(id__gt=batch[-1].id).order_by("id").limit(BATCH).only("id", "extra")
    return list(found)


def sheet_rows(view: View, locale: str, currency: str) -> list[sheet.Cells]:
    """The rows of one product: its own cells in the first, then a variant and a picture in each."""
    memory: Any = view.product.extra.get("shopify", {})
    own = sheet.recall(memory.get("cells", {}), sheet.product_cells(_product_facts(view, locale)))
    pictures = memory.get("images", [])
    rows: list[sheet.Cells] = []
    for place in range(max(len(view.variants), len(view.images), 1)):
        cells: sheet.Cells = {sheet.HANDLE: view.product.slug} | (own if place == 0 else {})
        if place < len(view.variants):
            cells |= _variant_cells(view, view.variants[place], locale, currency)
        if place < len(view.images):
            image = view.images[place]
            ours = sheet.image_cells(url=image.url, position=place + 1, alt=in_locale(image.alt, locale))
            cells |= sheet.recall(pictures[place] if place < len(pictures) else {}, ours)
        rows.append(cells)
    return rows


def _product_facts(view: View, locale: str) -> sheet.ProductFacts:
    product = view.product
    return sheet.ProductFacts(
        title=in_locale(product.title, locale),
        body=in_locale(product.description, locale),
        vendor=in_locale(view.brand.name, locale) if view.brand else "",
        category=[in_locale(one.name, locale) for one in view.category],
        tags=view.tags,
        status=product.status,
        options=[in_locale(option.name, locale) for option in view.options],
    )


def _variant_cells(view: View, variant: Variant, locale: str, currency: str) -> sheet.Cells:
    picture = next((image.url for image in view.images if image.id == variant.image_id), "")
    ours = sheet.variant_cells(
        sheet.VariantFacts(
            values=[in_locale(choice, locale) for choice in variant.choices],
            sku=variant.sku,
            grams=variant.weight_grams,
            quantity=sum(view.stock.get(variant.id, {}).values()),
            price=variant.price,
            list_price=variant.list_price,
            barcode=variant.barcode,
            image=picture,
            currency=currency,
        )
    )
    memory: Any = variant.extra.get("shopify", {})
    return sheet.recall(memory, ours)


# ----------------------------------------------------------------------------------------------------------- JSON lines


async def _json(currency: str, stock_of: StockOf) -> AsyncIterator[str]:
    for brand in await Brand.all().order_by("slug"):
        yield _line({"type": "brand", "slug": brand.slug, "name": brand.name})
    categories = {row.id: row for row in await Category.all()}
    for category in sorted(categories.values(), key=lambda row: (row.path.count("/"), row.path)):
        parent = categories[category.parent_id].slug if category.parent_id else None
        place = {"parent": parent, "position": category.position}
        yield _line({"type": "category", "slug": category.slug, **place, "name": category.name})
    async for view in all_products(stock_of):
        yield _line(json_product(view, currency))


def json_product(view: View, currency: str) -> dict[str, Any]:
    """A product as one object of the format."""
    product = view.product
    record: dict[str, Any] = {
        "type": "product",
        "slug": product.slug,
        "status": product.status.value,
        "category": view.category[-1].slug if view.category else None,
        "brand": view.brand.slug if view.brand else None,
        "title": product.title,
        "description": product.description,
        "tags": view.tags,
        "rating": product.rating / 100 if product.rating else None,
        "options": [{"name": option.name, "values": option.values} for option in view.options],
        "variants": [_json_variant(view, variant, currency) for variant in view.variants],
        "images": [{"url": image.url, "alt": image.alt} for image in view.images],
        "food": product.food,
    }
    return record | ({"extra": product.extra} if product.extra else {})


def _json_variant(view: View, variant: Variant, currency: str) -> dict[str, Any]:
    own: ProductImage | None = next((image for image in view.images if image.id == variant.image_id), None)
    record: dict[str, Any] = {
        "sku": variant.sku,
        "options": [_named(choice) for choice in variant.choices],
        "price": sheet.amount(variant.price, currency),
        "listPrice": None if variant.list_price is None else sheet.amount(variant.list_price, currency),
        "weightGrams": variant.weight_grams,
        "barcode": variant.barcode,
        "stock": view.stock.get(variant.id, {}),
    }
    record |= {"image": own.url} if own else {}
    return record | ({"extra": variant.extra} if variant.extra else {})


def _named(choice: Localized) -> str:
    return in_locale(choice, "en")


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"

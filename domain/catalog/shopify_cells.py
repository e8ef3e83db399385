"""Shopify's product CSV: its columns, and how our products are written in them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kit.money import to_decimal
from models.catalog import ProductStatus

HANDLE, TITLE, BODY, VENDOR, TYPE, TAGS = "Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags"
PUBLISHED, STATUS, TAXONOMY = "Published", "Status", "Product Category"
SKU, GRAMS, QUANTITY = "Variant SKU", "Variant Grams", "Variant Inventory Qty"
PRICE, LIST_PRICE, BARCODE = "Variant Price", "Variant Compare At Price", "Variant Barcode"
IMAGE, POSITION, ALT, VARIANT_IMAGE = "Image Src", "Image Position", "Image Alt Text", "Variant Image"
OPTION_NAMES = tuple(f"Option{number} Name" for number in (1, 2, 3))
OPTION_VALUES = tuple(f"Option{number} Value" for number in (1, 2, 3))
NO_OPTION, ONLY_VALUE = "Title", "Default Title"  # how the format says that there is nothing to choose

COLUMNS = (
    *(HANDLE, TITLE, BODY, VENDOR, TYPE, TAGS, PUBLISHED),
    *(name for pair in zip(OPTION_NAMES, OPTION_VALUES, strict=True) for name in pair),
    *(SKU, GRAMS, "Variant Inventory Tracker", QUANTITY, "Variant Inventory Policy", "Variant Fulfillment Service"),
    *(PRICE, LIST_PRICE, "Variant Requires Shipping", "Variant Taxable", BARCODE, IMAGE, POSITION, ALT, "Gift Card"),
    *("SEO Title", "SEO Description", VARIANT_IMAGE, "Variant Weight Unit", "Cost per item", STATUS),
)
IMAGE_COLUMNS = frozenset({IMAGE, POSITION, ALT})
TYPE_STEP = " > "

Cells = dict[str, str]
Memory = dict[str, list[str]]  # column: what stood there, and a digest of what we would have written in its place


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """What the first row tells of a product, in one language."""

    title: str
    body: str
    vendor: str
    category: Sequence[str]
    tags: Sequence[str]
    status: ProductStatus
    options: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantFacts:
    """What a row tells of a variant, in one language."""

    values: Sequence[str]
    sku: str | None
    grams: int
    quantity: int
    price: int
    list_price: int | None
    barcode: str | None
    image: str
    currency: str


def is_of_variant(column: str) -> bool:
    """Whether a column tells of the row's variant rather than of the product."""
    return (
        column.startswith(("Variant ", "Price / ", "Compare At Price / ", "Included / "))
        or column in OPTION_VALUES
        or column == "Cost per item"
    )


def product_cells(facts: ProductFacts) -> Cells:
    """The first row's cells of a product."""
    names = list(facts.options) or [NO_OPTION]
    return {
        TITLE: facts.title,
        BODY: facts.body,
        VENDOR: facts.vendor,
        TYPE: TYPE_STEP.join(facts.category),
        TAGS: ", ".join(facts.tags),
        PUBLISHED: "true" if facts.status is ProductStatus.ACTIVE else "false",
        STATUS: facts.status.value.lower(),
        "Gift Card": "false",
        **dict(zip(OPTION_NAMES, names, strict=False)),
    }


def variant_cells(facts: VariantFacts) -> Cells:
    """A row's cells of a variant."""
    values = list(facts.values) or [ONLY_VALUE]
    return {
        **dict(zip(OPTION_VALUES, values, strict=False)),
        SKU: facts.sku or "",
        GRAMS: str(facts.grams),
        "Variant Inventory Tracker": "shopify",
        QUANTITY: str(facts.quantity),
        "Variant Inventory Policy": "deny",
        "Variant Fulfillment Service": "manual",
        PRICE: amount(facts.price, facts.currency),
        LIST_PRICE: "" if facts.list_price is None else amount(facts.list_price, facts.currency),
        "Variant Requires Shipping": "true",
        "Variant Taxable": "true",
        BARCODE: facts.barcode or "",
        VARIANT_IMAGE: facts.image,
        "Variant Weight Unit": "g",
    }


def image_cells(*, url: str, position: int, alt: str) -> Cells:
    """A row's cells of a picture; positions count from 1."""
    return {IMAGE: url, POSITION: str(position), ALT: alt}


def amount(minor: int, currency: str) -> str:
    """1990 → 19.90."""
    return str(to_decimal(minor, currency))


def remember(stood: Mapping[str, str], ours: Mapping[str, str]) -> Memory:
    """The cells that we would write in another way, so that an export can give back what stood there."""
    return {name: [cell, _digest(ours.get(name, ""))] for name, cell in stood.items() if cell != ours.get(name, "")}


def recall(memory: Mapping[str, Sequence[str]], ours: Cells) -> Cells:
    """Our cells, with what stood there where nothing has been changed since."""
    cells = dict(ours)
    for name, (stood, was) in memory.items():
        if _digest(ours.get(name, "")) == was:
            cells[name] = stood
    return cells


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]

"""Reads products from Shopify's product CSV, one language to a file."""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from domain.catalog import shopify_cells as sheet
from domain.catalog.csv_rows import Group, Row, read_groups
from domain.catalog.drafts import HEAVIEST, ImageDraft, OptionDraft, ProductDraft, VariantDraft, check
from domain.catalog.records import Limits, Parsed, ProductRecord, Raw, RowProblem, digest, is_bad_utf8, shortened
from kit.money import to_minor
from kit.text import Localized
from models.catalog import ProductStatus

LARGEST_QUANTITY = 10**9

_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,6})?\Z", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,12}(?:\.0+)?\Z", re.ASCII)
_FLAGS = {"true": True, "false": False, "yes": True, "no": False, "": None}
_STATUSES = {status.value.lower(): status for status in ProductStatus}


@dataclass(frozen=True, slots=True)
class ShopifyCsv:
    """The format, for a file in one `locale` with prices in `currency`."""

    locale: str
    currency: str

    def read(self, path: Path, limits: Limits) -> Generator[Raw, None, None]:
        return read_groups(path, key=sheet.HANDLE, needed=(sheet.HANDLE, sheet.TITLE, sheet.PRICE), limits=limits)

    def parse(self, raw: Raw, limits: Limits) -> Parsed:
        return _Reading(self, raw.content, limits).parsed()


@dataclass(slots=True)
class _Reading:
    """One product being read."""

    format: ShopifyCsv
    group: Group
    limits: Limits
    problems: list[RowProblem] = field(default_factory=list)
    variant_rows: list[Row] = field(default_factory=list)
    image_rows: list[Row] = field(default_factory=list)

    def parsed(self) -> Parsed:
        rows = [row.cells for row in self.group.rows]
        made = digest(f"shopify:{self.format.locale}:{self.format.currency}", rows)
        self._check_rows()
        if self.problems:
            return Parsed(record=None, digest=made, problems=self.problems, place=self._place)
        record = self._record()
        parsed = Parsed(record=record, digest=made, problems=self.problems, place=self._place)
        known = {(problem.row, problem.column) for problem in self.problems}
        found = [parsed.problem(refused) for refused in check(record.draft, is_new=True)]
        self.problems += [problem for problem in found if (problem.row, problem.column) not in known]
        if not self.problems:
            self._keep_cells(record)
        return parsed

    # What can be wrong with a row whatever it means.

    def _check_rows(self) -> None:
        for row in self.group.rows:
            if row.cells is None:
                self._wrong(row, "", "INVALID_ROW", row.broken, why=row.broken)
                continue
            if row.extra:
                self._wrong(row, "", "TOO_MANY_CELLS", row.extra[0])
            for column, cell in row.cells.items():
                if is_bad_utf8(cell):
                    self._wrong(row, column, "INVALID_CHARACTER", cell)
                elif len(cell) > self.limits.cell_chars:
                    self._wrong(row, column, "TOO_LONG", cell, maximum=self.limits.cell_chars)
        first = self.group.rows[0]
        if first.cells is not None and not first.cells[sheet.HANDLE].strip():
            self._wrong(first, sheet.HANDLE, "REQUIRED", "")

    def _wrong(self, row: Row, column: str, code: str, value: str, **facts: object) -> None:
        self.problems.append(RowProblem(row.line, column, code, shortened(value), facts))

    # What the rows mean.

    def _record(self) -> ProductRecord:
        first, cells = self.group.rows[0], self.group.rows[0].cells or {}
        draft = ProductDraft(slug=cells[sheet.HANDLE].strip(), merge=True)
        draft.columns["title"] = self._text(cells[sheet.TITLE])
        if sheet.BODY in cells:
            draft.columns["description"] = self._text(cells[sheet.BODY])
        if sheet.TAGS in cells:
            draft.tags = [tag.strip() for tag in cells[sheet.TAGS].split(",") if tag.strip()]
        draft.columns["status"] = self._status(first, cells)
        names = self._option_names(cells)
        self.variant_rows = [first, *(row for row in self.group.rows[1:] if _tells_of_variant(row))]
        self.image_rows = self._images()
        draft.variants = [self._variant(row, len(names)) for row in self.variant_rows]
        draft.options = self._options(names, draft.variants)
        if sheet.IMAGE in cells:
            draft.images = [
                ImageDraft(url=_cell(row, sheet.IMAGE), alt=self._text(_cell(row, sheet.ALT)))
                for row in self.image_rows
            ]
        category = cells.get(sheet.TYPE, "").strip() or cells.get(sheet.TAXONOMY, "").strip()
        knows_category = sheet.TYPE in cells or sheet.TAXONOMY in cells
        return ProductRecord(
            draft=draft,
            category_path=tuple(filter(None, map(str.strip, category.split(">")))) if knows_category else None,
            brand_name=cells[sheet.VENDOR].strip() if sheet.VENDOR in cells else None,
        )

    def _text(self, text: str) -> Localized:
        return {self.format.locale: text} if text.strip() else {}

    def _status(self, row: Row, cells: dict[str, str]) -> ProductStatus:
        written = cells.get(sheet.STATUS, "").strip().lower()
        published = self._flag(row, sheet.PUBLISHED)
        if not written:
            return ProductStatus.DRAFT if published is False else ProductStatus.ACTIVE
        if written not in _STATUSES:
            self._wrong(row, sheet.STATUS, "INVALID_STATUS", written, known=", ".join(_STATUSES))
            return ProductStatus.DRAFT
        if _STATUSES[written] is ProductStatus.ACTIVE and published is False:
            return ProductStatus.DRAFT
        return _STATUSES[written]

    def _option_names(self, cells: dict[str, str]) -> list[str]:
        names = [cells.get(column, "").strip() for column in sheet.OPTION_NAMES]
        while names and not names[-1]:
            names.pop()
        only = all(_cell(row, sheet.OPTION_VALUES[0]) in ("", sheet.ONLY_VALUE) for row in self.group.rows)
        return [] if names == [sheet.NO_OPTION] and only else names

    def _options(self, names: Sequence[str], variants: Sequence[VariantDraft]) -> list[OptionDraft]:
        options = []
        for place, name in enumerate(names):
            values: list[Localized] = []
            for variant in variants:
                if variant.choices[place] not in values:
                    values.append(variant.choices[place])
            options.append(OptionDraft(name=self._text(name), values=values))
        return options

    def _images(self) -> list[Row]:
        """Rows with a picture, by position where the file gives positions."""
        rows = [row for row in self.group.rows if _cell(row, sheet.IMAGE)]
        places = [self._whole(row, sheet.POSITION, 1, 10**6) for row in rows]
        ranked = sorted(range(len(rows)), key=lambda nth: (places[nth] or 10**6 + 1, nth))
        return [rows[nth] for nth in ranked]

    def _variant(self, row: Row, options: int) -> VariantDraft:
        cells = row.cells or {}
        values = [_cell(row, column) for column in sheet.OPTION_VALUES]
        for place in range(3):
            if (place < options) != bool(values[place]) and not (options == 0 and values[0] == sheet.ONLY_VALUE):
                self._wrong(row, sheet.OPTION_VALUES[place], "OPTIONS_MISMATCH", values[place], options=options)
        columns: dict[str, Any] = {"price": self._money(row, sheet.PRICE, needed=True)}
        if sheet.LIST_PRICE in cells:
            columns["list_price"] = self._money(row, sheet.LIST_PRICE, needed=False)
        if sheet.GRAMS in cells:
            columns["weight_grams"] = self._whole(row, sheet.GRAMS, 0, HEAVIEST) or 0
        if sheet.BARCODE in cells:
            columns["barcode"] = _cell(row, sheet.BARCODE)
        quantity = self._whole(row, sheet.QUANTITY, -LARGEST_QUANTITY, LARGEST_QUANTITY)
        return VariantDraft(
            sku=_cell(row, sheet.SKU) or None,
            choices=[self._text(value) for value in values[:options]],
            columns=columns,
            image_url=_cell(row, sheet.VARIANT_IMAGE) if sheet.VARIANT_IMAGE in cells else None,
            stock=None if quantity is None else {"": max(0, quantity)},  # other shops sell what they do not have
        )

    def _money(self, row: Row, column: str, *, needed: bool) -> int | None:
        text = _cell(row, column)
        if not text:
            if needed:
                self._wrong(row, column, "REQUIRED", "")
            return 0 if needed else None
        try:
            if not _NUMBER.match(text):
                raise ValueError("not a price")
            return to_minor(Decimal(text), self.format.currency)
        except ValueError:
            self._wrong(row, column, "INVALID_PRICE", text)
            return 0

    def _whole(self, row: Row, column: str, lowest: int, highest: int) -> int | None:
        text = _cell(row, column)
        if not text:
            return None
        if not _WHOLE.match(text):
            self._wrong(row, column, "INVALID_NUMBER", text)
            return None
        number = int(Decimal(text))
        if not lowest <= number <= highest:
            self._wrong(row, column, "OUT_OF_RANGE", text, minimum=lowest, maximum=highest)
            return None
        return number

    def _flag(self, row: Row, column: str) -> bool | None:
        text = _cell(row, column).lower()
        if text not in _FLAGS:
            self._wrong(row, column, "INVALID_BOOLEAN", text)
        return _FLAGS.get(text)

    # Where a path of the draft came from.

    def _place(self, path: Sequence[str]) -> tuple[int, str]:
        first = self.group.rows[0].line
        match list(path):
            case ["variants", place, name, *_]:
                columns = {
                    "sku": sheet.SKU,
                    "price": sheet.PRICE,
                    "list_price": sheet.LIST_PRICE,
                    "weight_grams": sheet.GRAMS,
                    "barcode": sheet.BARCODE,
                    "image": sheet.VARIANT_IMAGE,
                    "options": sheet.OPTION_VALUES[0],
                    "stock": sheet.QUANTITY,
                }
                return self.variant_rows[int(place)].line, columns.get(name, "")
            case ["images", place, name]:
                return self.image_rows[int(place)].line, sheet.ALT if name == "alt" else sheet.IMAGE
            case ["options", place, "values", *_]:
                return first, sheet.OPTION_VALUES[min(int(place), 2)]
            case ["options", place, *_]:
                return first, sheet.OPTION_NAMES[min(int(place), 2)]
            case [name, *_]:
                columns = {
                    "slug": sheet.HANDLE,
                    "title": sheet.TITLE,
                    "description": sheet.BODY,
                    "tags": sheet.TAGS,
                    "category": sheet.TYPE,
                    "brand": sheet.VENDOR,
                }
                return first, columns.get(name, "")
            case _:
                return first, ""

    # What an export needs to give back the same cells.

    def _keep_cells(self, record: ProductRecord) -> None:
        draft, locale = record.draft, self.format.locale
        first = self.group.rows[0]
        facts = sheet.ProductFacts(
            title=draft.columns["title"].get(locale, ""),
            body=draft.columns.get("description", {}).get(locale, ""),
            vendor=record.brand_name or "",
            category=record.category_path or (),
            tags=draft.tags or (),
            status=draft.columns["status"],
            options=[option.name[locale] for option in draft.options or ()],
        )
        own = {name: cell for name, cell in _own_cells(first).items() if not sheet.is_of_variant(name)}
        images = []
        for place, (row, image) in enumerate(zip(self.image_rows, draft.images or (), strict=False), start=1):
            stood = {name: cell for name, cell in (row.cells or {}).items() if name in sheet.IMAGE_COLUMNS}
            if row not in self.variant_rows:
                stood |= {name: cell for name, cell in _own_cells(row).items() if cell}
            ours = sheet.image_cells(url=image.url, position=place, alt=image.alt.get(locale, ""))
            images.append(sheet.remember(stood, ours))
        draft.columns["extra"] = {
            "shopify": {
                "cells": sheet.remember(own, sheet.product_cells(facts)),
                "images": images,
                "columns": [name for name in self.group.header if name not in sheet.COLUMNS],
            }
        }
        for row, variant in zip(self.variant_rows, draft.variants or (), strict=True):
            stood = {name: cell for name, cell in _own_cells(row).items() if sheet.is_of_variant(name)}
            if row is not first:
                stood |= {n: cell for n, cell in _own_cells(row).items() if cell and not sheet.is_of_variant(n)}
            variant.columns["extra"] = {"shopify": sheet.remember(stood, self._variant_cells(variant))}

    def _variant_cells(self, variant: VariantDraft) -> sheet.Cells:
        return sheet.variant_cells(
            sheet.VariantFacts(
                values=[choice[self.format.locale] for choice in variant.choices],
                sku=variant.sku,
                grams=variant.columns.get("weight_grams", 0),
                quantity=sum((variant.stock or {}).values()),
                price=variant.columns["price"],
                list_price=variant.columns.get("list_price"),
                barcode=variant.columns.get("barcode"),
                image=variant.image_url or "",
                currency=self.format.currency,
            )
        )


def _cell(row: Row, column: str) -> str:
    return (row.cells or {}).get(column, "").strip()


def _own_cells(row: Row) -> sheet.Cells:
    return {
        name: cell
        for name, cell in (row.cells or {}).items()
        if name not in sheet.IMAGE_COLUMNS and name != sheet.HANDLE
    }


def _tells_of_variant(row: Row) -> bool:
    return any(_cell(row, column) for column in (*sheet.OPTION_VALUES, sheet.SKU, sheet.PRICE))

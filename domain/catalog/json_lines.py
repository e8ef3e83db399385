"""Reads and writes our own format: one JSON object a line, for brands, categories and products in all languages."""

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from domain.catalog import food
from domain.catalog.drafts import ImageDraft, OptionDraft, ProductDraft, VariantDraft, check, check_name, check_own_slug
from domain.catalog.records import (
    BrandRecord,
    CategoryRecord,
    FileRefused,
    Limits,
    Parsed,
    ProductRecord,
    Raw,
    Record,
    RowProblem,
    digest,
    is_bad_utf8,
    shortened,
)
from kit.errors import Refused
from kit.money import to_minor
from kit.text import Localized
from models.catalog import ProductStatus

LARGEST_QUANTITY = 10**9
PRODUCT_FIELDS = frozenset(
    {"type", "slug", "status", "category", "brand", "title", "description", "tags", "rating"}
    | {"options", "variants", "images", "food", "extra"}
)
VARIANT_FIELDS = frozenset(
    {"sku", "options", "price", "listPrice", "weightGrams", "barcode", "image", "stock", "extra"}
)
MOST_CHARS_A_LINE = 4_000_000


@dataclass(frozen=True, slots=True)
class JsonLines:
    """The format, with prices in `currency`."""

    currency: str

    def read(self, path: Path, limits: Limits) -> Generator[Raw, None, None]:
        """One record a line; blank lines are left out."""
        with path.open("rb") as file:
            count = 0
            for number, line in enumerate(iter(lambda: file.readline(MOST_CHARS_A_LINE), b""), start=1):
                text = line.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape").strip()
                if not text:
                    continue
                count += 1
                if count > limits.rows:
                    raise FileRefused("TOO_MANY_ROWS", row=number, maximum=limits.rows)
                found, why = _decoded(text)
                name = found.get("slug") if isinstance(found, dict) else None
                kind = found.get("type") if isinstance(found, dict) else None
                yield Raw(
                    row=number,
                    rows=1,
                    name=f"{kind} {name}" if isinstance(name, str) else "",
                    content=(text, found, why),
                    bytes_read=file.tell(),
                )
            if count == 0:
                raise FileRefused("FILE_EMPTY")

    def parse(self, raw: Raw, limits: Limits) -> Parsed:
        text, found, why = raw.content
        reading = _Reading(raw.row, self.currency)
        if is_bad_utf8(text) or not storable(found):
            reading.wrong("", "INVALID_CHARACTER", text)
        elif not isinstance(found, dict):
            reading.wrong("", "INVALID_JSON", text, why=why or "it is not an object")
        record = None if reading.problems else reading.record(found)
        place = reading.place
        parsed = Parsed(
            record=None if reading.problems else record,
            digest=digest(f"json:{self.currency}", found),
            problems=reading.problems,
            place=place,
        )
        if isinstance(parsed.record, ProductRecord):
            parsed.problems += [parsed.problem(refused) for refused in check(parsed.record.draft, is_new=False)]
        return parsed


def _decoded(text: str) -> tuple[object, str]:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse), ""
    except RecursionError:
        return None, "it is nested too deeply"
    except ValueError as error:
        return None, str(error)[:100]


def storable(found: object) -> bool:
    """Whether no text in it holds a NUL or half of a surrogate pair, which no database takes."""
    text = json.dumps(found, ensure_ascii=False, default=str)
    return "\\u0000" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """The same with floats in place of decimals, as JSON columns take them."""
    plain: dict[str, Any] = json.loads(json.dumps(found, default=float))
    return plain


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


@dataclass(slots=True)
class _Reading:
    """One line being read."""

    row: int
    currency: str
    problems: list[RowProblem] = field(default_factory=list)

    def wrong(self, column: str, code: str, value: object = "", **facts: object) -> None:
        self.problems.append(RowProblem(self.row, column, code, shortened(value), facts))

    def place(self, path: Sequence[str]) -> tuple[int, str]:
        names = {"list_price": "listPrice", "weight_grams": "weightGrams"}
        return self.row, ".".join(names.get(part, part) for part in path)

    def record(self, found: dict[str, Any]) -> Record | None:
        slug = self._string(found, "slug", needed=True) or ""
        kind = found.get("type")
        if kind == "brand":
            self._known(found, frozenset({"type", "slug", "name"}))
            return self._checked(BrandRecord(slug=slug, name=self._localized(found, "name", "name") or {}))
        if kind == "category":
            self._known(found, frozenset({"type", "slug", "name", "parent", "position"}))
            return self._checked(
                CategoryRecord(
                    slug=slug,
                    name=self._localized(found, "name", "name") or {},
                    parent=self._string(found, "parent"),
                    position=self._whole(found, "position", "position", 10**6) or 0,
                )
            )
        if kind == "product":
            return self._product(found, slug)
        self.wrong("type", "UNKNOWN_WORD", kind, word=shortened(kind))
        return None

    def _checked(self, record: BrandRecord | CategoryRecord) -> BrandRecord | CategoryRecord:
        refused: list[Refused] = []
        check_own_slug(record.slug, refused)
        record.name = check_name(record.name, refused)
        for one in refused:
            row, column = self.place(one.path)
            self.problems.append(RowProblem(row, column, one.code, facts=one.facts))
        return record

    def _product(self, found: dict[str, Any], slug: str) -> ProductRecord:
        self._known(found, PRODUCT_FIELDS)
        draft = ProductDraft(slug=slug)
        self._columns(found, draft)
        if "tags" in found:
            tags = self._list(found, "tags", "tags")
            draft.tags = [self._word(tag, f"tags.{place}") for place, tag in enumerate(tags)]
        if "food" in found:
            self._food(found, draft)
        if "options" in found:
            draft.options = [self._option(one, place) for place, one in enumerate(self._objects(found, "options"))]
        if "variants" in found:
            variants = self._objects(found, "variants")
            draft.variants = [self._variant(one, place, draft.options or []) for place, one in enumerate(variants)]
        if "images" in found:
            draft.images = [self._image(one, place) for place, one in enumerate(self._objects(found, "images"))]
        return ProductRecord(
            draft=draft,
            category_slug=(self._string(found, "category") or "") if "category" in found else None,
            brand_slug=(self._string(found, "brand") or "") if "brand" in found else None,
        )

    def _columns(self, found: dict[str, Any], draft: ProductDraft) -> None:
        if "status" in found:
            draft.columns["status"] = self._status(found["status"])
        for name in ("title", "description"):
            if name in found:
                draft.columns[name] = self._localized(found, name, name) or {}
        if "rating" in found:
            draft.columns["rating"] = self._rating(found["rating"])
        if "extra" in found:
            draft.columns["extra"] = _plain(self._object(found, "extra", "extra"))

    def _food(self, found: dict[str, Any], draft: ProductDraft) -> None:
        facts: food.Facts | None = None
        refused: list[Refused] = []
        if found["food"] is not None:
            facts, refused = food.read(self._object(found, "food", "food"))
        for one in refused:
            self.problems.append(RowProblem(*self.place(one.path), one.code, facts=one.facts))
        draft.columns |= {"food": facts, **food.flags(facts)}

    def _option(self, found: dict[str, Any], place: int) -> OptionDraft:
        path = f"options.{place}"
        self._known(found, frozenset({"name", "values"}), path)
        values = self._list(found, "values", f"{path}.values")
        return OptionDraft(
            name=self._localized(found, "name", f"{path}.name") or {},
            values=[self._text(value, f"{path}.values.{nth}") for nth, value in enumerate(values)],
        )

    def _variant(self, found: dict[str, Any], place: int, options: Sequence[OptionDraft]) -> VariantDraft:
        path = f"variants.{place}"
        self._known(found, VARIANT_FIELDS, path)
        columns: dict[str, Any] = {"price": self._money(found, "price", f"{path}.price", needed=True)}
        if "listPrice" in found:
            columns["list_price"] = self._money(found, "listPrice", f"{path}.listPrice")
        if "weightGrams" in found:
            columns["weight_grams"] = self._whole(found, "weightGrams", f"{path}.weightGrams", 10**9) or 0
        if "barcode" in found:
            columns["barcode"] = self._string(found, "barcode", path=f"{path}.barcode")
        if "extra" in found:
            columns["extra"] = _plain(self._object(found, "extra", f"{path}.extra"))
        return VariantDraft(
            sku=self._string(found, "sku", path=f"{path}.sku"),
            choices=self._choices(found, f"{path}.options", options),
            columns=columns,
            image_url=(self._string(found, "image", path=f"{path}.image") or "") if "image" in found else None,
            stock=self._stock(found, f"{path}.stock"),
        )

    def _choices(self, found: dict[str, Any], path: str, options: Sequence[OptionDraft]) -> list[Localized]:
        given = self._list(found, "options", path) if "options" in found else []
        if len(given) != len(options):
            self.wrong(path, "OPTIONS_MISMATCH", given, options=len(options))
            return []
        choices = []
        for value, option in zip(given, options, strict=True):
            choice = next((known for known in option.values if value in known.values()), None)
            if choice is None:
                self.wrong(path, "UNKNOWN_WORD", value, word=shortened(value))
            choices.append(choice or {})
        return choices

    def _image(self, found: dict[str, Any], place: int) -> ImageDraft:
        path = f"images.{place}"
        self._known(found, frozenset({"url", "alt"}), path)
        url = self._string(found, "url", path=f"{path}.url", needed=True) or ""
        return ImageDraft(url=url, alt=self._localized(found, "alt", f"{path}.alt") or {})

    def _stock(self, found: dict[str, Any], path: str) -> dict[str, int] | None:
        if found.get("stock") is None:
            return None
        counts = self._object(found, "stock", path)
        return {str(code): self._whole(counts, code, f"{path}.{code}", LARGEST_QUANTITY) or 0 for code in counts}

    # Values of one kind each.

    def _known(self, found: Mapping[str, object], fields: frozenset[str], path: str = "") -> None:
        for name in sorted(found.keys() - fields):
            self.wrong(f"{path}.{name}".lstrip("."), "UNKNOWN_FIELD", name, field=shortened(name))

    def _string(
        self, found: Mapping[str, Any], name: str, *, path: str | None = None, needed: bool = False
    ) -> str | None:
        value = found.get(name)
        if value is None:
            if needed:
                self.wrong(path or name, "REQUIRED")
            return None
        return self._word(value, path or name)

    def _word(self, value: object, path: str) -> str:
        if isinstance(value, str):
            return value
        self.wrong(path, "INVALID_TEXT", value)
        return ""

    def _text(self, value: object, path: str) -> Localized:
        if food.is_localized(value):
            texts: Localized = dict(value)  # type: ignore[call-overload]  # just checked
            return {locale: text for locale, text in texts.items() if text.strip()}
        self.wrong(path, "INVALID_TEXT", value)
        return {}

    def _localized(self, found: Mapping[str, Any], name: str, path: str) -> Localized | None:
        value = found.get(name)
        return None if value is None or value == {} else self._text(value, path)

    def _list(self, found: Mapping[str, Any], name: str, path: str) -> list[Any]:
        value = found.get(name)
        if isinstance(value, list):
            return value
        self.wrong(path, "INVALID_JSON", value, why="a list is needed")
        return []

    def _objects(self, found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        values = self._list(found, name, name)
        for place, value in enumerate(values):
            if not isinstance(value, dict):
                self.wrong(f"{name}.{place}", "INVALID_JSON", value, why="an object is needed")
        return [value if isinstance(value, dict) else {} for value in values]

    def _object(self, found: Mapping[str, Any], name: str, path: str) -> dict[str, Any]:
        value = found.get(name)
        if isinstance(value, dict):
            return value
        self.wrong(path, "INVALID_JSON", value, why="an object is needed")
        return {}

    def _status(self, value: object) -> ProductStatus:
        try:
            return ProductStatus(str(value))
        except ValueError:
            self.wrong("status", "INVALID_STATUS", value, known=", ".join(ProductStatus))
            return ProductStatus.DRAFT

    def _rating(self, value: object) -> int:
        if value is None:
            return 0
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 1 <= value <= 5:
            self.wrong("rating", "OUT_OF_RANGE", value, minimum=1, maximum=5)
            return 0
        return int((Decimal(value) * 100).to_integral_value())

    def _whole(self, found: Mapping[str, Any], name: str, path: str, largest: int) -> int | None:
        value = found.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(path, "INVALID_NUMBER", value)
        elif not 0 <= value <= largest:
            self.wrong(path, "OUT_OF_RANGE", value, minimum=0, maximum=largest)
        else:
            return value
        return None

    def _money(self, found: Mapping[str, Any], name: str, path: str, *, needed: bool = False) -> int | None:
        """An amount as text; numbers are refused, since other programs write them as floats."""
        value = found.get(name)
        if value is None:
            if needed:
                self.wrong(path, "REQUIRED")
            return None
        try:
            if not isinstance(value, str) or not value.isascii() or not value.replace(".", "", 1).isdigit():
                raise ValueError("not a price")
            return to_minor(Decimal(value), self.currency)
        except (ValueError, ArithmeticError):
            self.wrong(path, "INVALID_PRICE", value)
            return None

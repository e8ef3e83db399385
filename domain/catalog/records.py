"""What both file formats have in common: records, what they ask for, and what is wrong by row and column."""

import hashlib
import json
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from domain.catalog.drafts import ProductDraft
from kit.errors import Refused
from kit.text import Localized

LAYOUT = "1"  # part of every digest: raised when the same record would be stored in another way


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a record is not taken. Rows are lines of the file, from 1."""

    row: int
    column: str
    code: str
    value: str = ""
    facts: dict[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A record as it lies in the file, not yet looked into. `name` is its handle or slug, as far as it can be seen."""

    row: int
    rows: int
    name: str
    content: Any
    bytes_read: int


@dataclass(slots=True, kw_only=True)
class BrandRecord:
    """A brand by its slug."""

    slug: str
    name: Localized


@dataclass(slots=True, kw_only=True)
class CategoryRecord:
    """A category by its slug, below the one with the slug `parent`."""

    slug: str
    name: Localized
    parent: str | None
    position: int


@dataclass(slots=True, kw_only=True)
class ProductRecord:
    """A product, with its category and brand by slug or by name."""

    draft: ProductDraft
    category_slug: str | None = None
    brand_slug: str | None = None
    category_path: tuple[str, ...] | None = None  # names from the root, made when they are not there
    brand_name: str | None = None


Record = BrandRecord | CategoryRecord | ProductRecord
Place = Callable[[Sequence[str]], tuple[int, str]]


@dataclass(slots=True, kw_only=True)
class Parsed:
    """A record that was looked into. `place` finds the row and column that a path of the draft came from."""

    record: Record | None
    digest: str
    problems: list[RowProblem]
    place: Place

    def problem(self, refused: Refused) -> RowProblem:
        row, column = self.place(refused.path)
        return RowProblem(row, column, refused.code, facts=refused.facts)


class FileRefused(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, code: str, *, row: int = 1, column: str = "", **facts: object) -> None:
        super().__init__(code)
        self.problem = RowProblem(row, column, code, facts=facts)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is taken."""

    rows: int
    cell_chars: int


class Format(Protocol):
    """A way to write a catalog."""

    def read(self, path: Path, limits: Limits) -> Generator[Raw, None, None]:
        """The records of a file, one after the other; never the whole file at once. Raises FileRefused."""
        ...

    def parse(self, raw: Raw, limits: Limits) -> Parsed:
        """Look into a record."""
        ...


def digest(kind: str, content: object) -> str:
    """Names the content of a record: the same content is not stored twice."""
    text = json.dumps([LAYOUT, kind, content], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def is_bad_utf8(text: str) -> bool:
    """Whether bytes that are not UTF-8 were read into `text` (by `surrogateescape`)."""
    return any("\udc80" <= character <= "\udcff" for character in text)


def shortened(value: object, longest: int = 100) -> str:
    """What stood there, for a report."""
    text = str(value).encode("utf-8", "replace").decode().replace("\0", "")
    return text if len(text) <= longest else text[: longest - 1] + "…"

"""Keyset pages: a cursor holds the sort key of its row, so pages stay stable while rows come and go."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID

from tortoise import Model
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from kit.errors import Refused

DEFAULT_SIZE = 20
LARGEST_SIZE = 100
LONGEST_CURSOR = 1000  # characters

RowType = TypeVar("RowType")
ModelType = TypeVar("ModelType", bound=Model)


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of rows. `columns` are never null; the key of the row is added as the last one."""

    name: str
    columns: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list was asked for, checked. `backward` reads from the end."""

    size: int = DEFAULT_SIZE
    cursor: str | None = None
    backward: bool = False


@dataclass(slots=True)
class Edge(Generic[RowType]):
    """A row and the cursor that stands after it."""

    node: RowType
    cursor: str


@dataclass(slots=True)
class Page(Generic[RowType]):
    """One page. `count` asks for the size of the whole list, only when somebody wants to know."""

    edges: Sequence[Edge[RowType]]
    has_next_page: bool
    has_previous_page: bool
    count: Callable[[], Awaitable[int]] = field(repr=False)

    @property
    def nodes(self) -> list[RowType]:
        return [edge.node for edge in self.edges]

    @property
    def page_info(self) -> "Page[RowType]":
        return self

    @property
    def start_cursor(self) -> str | None:
        return self.edges[0].cursor if self.edges else None

    @property
    def end_cursor(self) -> str | None:
        return self.edges[-1].cursor if self.edges else None


def window(
    *, first: int | None = None, last: int | None = None, after: str | None = None, before: str | None = None
) -> Window:
    """Check the four arguments of a connection. `first` with `after`, or `last` with `before`, each 1 to 100."""
    if last is not None and first is not None:
        raise Refused("INVALID_INPUT", path=("last",), why="give first or last, not both")
    if last is None and before is not None:
        raise Refused("INVALID_INPUT", path=("before",), why="before goes with last")
    if last is not None and after is not None:
        raise Refused("INVALID_INPUT", path=("after",), why="after goes with first")
    size = last if last is not None else DEFAULT_SIZE if first is None else first
    if not 1 <= size <= LARGEST_SIZE:
        raise Refused("OUT_OF_RANGE", path=("first" if last is None else "last",), minimum=1, maximum=LARGEST_SIZE)
    return Window(size=size, cursor=before if last is not None else after, backward=last is not None)


async def page(rows: QuerySet[ModelType], *, sort: Sort, window: Window) -> Page[ModelType]:
    """The part of `rows` that `window` asks for, in the order of `sort`; one statement."""
    columns = (*sort.columns, "id")
    descending = sort.descending != window.backward
    part = rows.order_by(*(f"-{column}" if descending else column for column in columns))
    if window.cursor is not None:
        part = part.filter(_beyond(columns, read(window.cursor, sort=sort, model=rows.model), descending=descending))
    found = list(await part.limit(window.size + 1))
    more, found = len(found) > window.size, found[: window.size]
    if window.backward:
        found.reverse()
    return Page(
        edges=[Edge(row, encode([getattr(row, column) for column in columns], sort=sort)) for row in found],
        has_next_page=window.cursor is not None if window.backward else more,
        has_previous_page=more if window.backward else window.cursor is not None,
        count=rows.count,
    )


async def merged(parts: Sequence[QuerySet[Any]], *, sort: Sort, window: Window) -> Page[Any]:
    """One page over rows that lie in several tables with the same columns; one statement for each table."""
    pages = [await page(rows, sort=sort, window=window) for rows in parts]
    columns = (*sort.columns, "id")
    edges = sorted(
        (edge for one in pages for edge in one.edges),
        key=lambda edge: [getattr(edge.node, column) for column in columns],
        reverse=sort.descending,
    )
    kept = edges[-window.size :] if window.backward else edges[: window.size]
    cut = len(kept) < len(edges)

    async def count() -> int:
        return sum([await one.count() for one in pages])

    return Page(
        edges=kept,
        has_next_page=any(one.has_next_page for one in pages) or (cut and not window.backward),
        has_previous_page=any(one.has_previous_page for one in pages) or (cut and window.backward),
        count=count,
    )


def encode(key: Sequence[object], *, sort: Sort) -> str:
    """A cursor for a row's sort key, bound to the sort order."""
    raw = json.dumps([sort.name, *map(_plain, key)], ensure_ascii=False, separators=(",", ":")).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def read(cursor: str, *, sort: Sort, model: type[Model]) -> list[object]:
    """The sort key in a cursor of a list of `model`; refuses as INVALID_CURSOR also what its columns cannot hold."""
    key = decode(cursor, sort=sort)
    if not all(map(partial(_fits, model), sort.columns, key)):
        raise Refused("INVALID_CURSOR", path=("after",))
    return key


def decode(cursor: str, *, sort: Sort) -> list[object]:
    """The sort key in a cursor; refuses what is no cursor, or one of another order, as INVALID_CURSOR."""
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise ValueError("too long")
        name, *key = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if name != sort.name or len(key) != len(sort.columns) + 1:
            raise ValueError("another list")
        values = [_value(part) for part in key[:-1]]
        return [*values, UUID(key[-1])]
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError):
        raise Refused("INVALID_CURSOR", path=("after",)) from None


def _plain(part: object) -> object:
    if isinstance(part, datetime):
        return {"t": part.isoformat()}
    if isinstance(part, date):
        return {"d": part.isoformat()}
    return str(part) if isinstance(part, UUID) else part


def _value(part: object) -> object:
    if isinstance(part, dict) and "d" in part:
        return date.fromisoformat(part["d"])
    if isinstance(part, dict):
        moment = datetime.fromisoformat(part["t"])
        if moment.tzinfo is None:
            raise ValueError("whose noon?")
        return moment.astimezone(UTC)
    if isinstance(part, bool) or not isinstance(part, int | str):
        raise ValueError("not a sort value")
    if isinstance(part, int) and abs(part) >= 2**63:
        raise ValueError("out of range")
    if isinstance(part, str) and "\x00" in part:
        raise ValueError("no text of ours")
    return part


def _fits(model: type[Model], column: str, value: object) -> bool:
    """Whether a value that came in a cursor could stand in the column: databases fail on what could not."""
    field = model._meta.fields_map[column]
    if not isinstance(value, field.field_type) or (isinstance(value, datetime) and field.field_type is date):
        return False
    limits: dict[str, int] = field.constraints
    if isinstance(value, str):
        return len(value) <= limits.get("max_length", LONGEST_CURSOR)
    return not isinstance(value, int) or limits["ge"] <= value <= limits["le"]


def _beyond(columns: Sequence[str], key: Sequence[object], *, descending: bool) -> Q:
    """(a, b, id) > key, written out: a > x, or a = x and (b > y, or b = y and id > z)."""
    beyond = "lt" if descending else "gt"
    condition = _where(f"{columns[-1]}__{beyond}", key[-1])
    for column, value in zip(reversed(columns[:-1]), reversed(key[:-1]), strict=True):
        condition = _where(f"{column}__{beyond}", value) | (_where(column, value) & condition)
    return condition


def _where(lookup: str, value: object) -> Q:
    conditions: dict[str, Any] = {lookup: value}
    return Q(**conditions)

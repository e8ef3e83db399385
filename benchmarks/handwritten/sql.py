"""Plain SQL over the same connection that the models use, and the few conversions that two databases ask for."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from kit.ids import to_public
from kit.money import to_decimal
from models.database import connection, is_postgres

Fields = dict[str, Any]


async def rows(sql: str, *values: object) -> list[Fields]:
    """The rows of a statement whose values stand as `?`."""
    return await connection().execute_query_dict(_placed(sql, is_postgres()), list(values))


async def run(sql: str, *values: object) -> int:
    """Rows that a writing statement touched."""
    touched, _ = await connection().execute_query(_placed(sql, is_postgres()), list(values))
    return touched


async def insert(table: str, *records: Fields) -> None:
    """Write rows of the same columns with one statement."""
    columns = list(records[0])
    places = ", ".join([f"({marks(len(columns))})"] * len(records))
    values = [record[column] for record in records for column in columns]
    await run(f"INSERT INTO {table} ({', '.join(columns)}) VALUES {places}", *values)


def marks(count: int) -> str:
    """`?, ?, ?`."""
    return ", ".join("?" * count)


@lru_cache(maxsize=500)
def _placed(sql: str, numbered: bool) -> str:
    if not numbered:
        return sql
    head, *rest = sql.split("?")
    return head + "".join(f"${place}{part}" for place, part in enumerate(rest, start=1))


def key(value: UUID) -> object:
    """A key as a parameter."""
    return value if is_postgres() else str(value)


def uuid(value: object) -> UUID:
    """A key as it was read."""
    return value if isinstance(value, UUID) else UUID(str(value))


def moment(value: object) -> datetime:
    """A time as it was read."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def text(stored: str | None, locale: str) -> str:
    """A localized column in one language."""
    texts = json.loads(stored) if stored else {}
    return texts.get(locale) or texts.get("zh-CN") or ""


def dumped(value: object) -> str:
    """A value for a JSON column."""
    return json.dumps(value, ensure_ascii=False)


def public(kind: str, value: object) -> str:
    """The id that clients see."""
    return to_public(kind, uuid(value))


def money(minor: int, currency: str = "CNY") -> Fields:
    """An amount as clients see it."""
    return {"amount": str(to_decimal(minor, currency)), "minorUnits": minor, "currency": currency}


def grouped(found: Iterable[Fields], column: str) -> dict[object, list[Fields]]:
    """Rows by one of their columns."""
    groups: dict[object, list[Fields]] = {}
    for row in found:
        groups.setdefault(row[column], []).append(row)
    return groups


def column(found: Sequence[Fields], name: str) -> list[Any]:
    """The distinct values of a column, without null."""
    return list(dict.fromkeys(row[name] for row in found if row[name] is not None))

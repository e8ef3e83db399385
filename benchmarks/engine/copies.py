"""Many open orders in little time: a few real ones, and copies of their rows that the database makes by itself.

A copy is what the original is, with keys, numbers, people and times of its own. It holds stock that lies there, its
events have their positions, and its timers are due in a month, so that nothing happens to it while others are measured.
Promises of stock, parcels and payments refer to it; ledger entries and answered calls are not copied.
"""

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from models.base import Row
from models.fulfillment import Parcel, ParcelLine
from models.inventory import Allocation, Reservation, StockMovement
from models.jobs import Timer
from models.orders import Order, OrderLine
from models.outbox import Event
from models.payments import Payment
from models.reviews import Review, RiskAssessment
from models.shortages import Shortage, ShortageLine

Run = Callable[[str], Awaitable[None]]

AT_ONCE = 10_000  # copies in one statement
MONTH = timedelta(days=30)
FIRST_MOMENT = 1_600_000_000_000  # of the keys of copies, in milliseconds: they are older than everything else
SPREAD = 10 * 24 * 3600  # seconds over which the copies were placed

OF_ORDER = "order_id IN (SELECT id FROM copied_orders)"
COPIED: dict[type[Row], str] = {
    Order: "id IN ({ids})",
    OrderLine: OF_ORDER,
    Reservation: OF_ORDER,
    StockMovement: OF_ORDER,
    Allocation: OF_ORDER,
    RiskAssessment: OF_ORDER,
    Review: OF_ORDER,
    Shortage: OF_ORDER,
    ShortageLine: "shortage_id IN (SELECT id FROM copied_shortage)",
    Payment: OF_ORDER,
    Parcel: OF_ORDER,
    ParcelLine: "parcel_id IN (SELECT id FROM copied_parcel)",
    Event: "stream_id IN (SELECT id FROM copied_orders)",
    Timer: "subject_id IN (SELECT id FROM copied_orders UNION SELECT id FROM copied_parcel "
    "UNION SELECT id FROM copied_payment)",
}
KEYS = frozenset(
    {"id", "order_id", "order_line_id", "parcel_id", "shipment_id", "shortage_id", "stream_id", "subject_id", "user_id"}
)
TEXTS = frozenset(
    {"number", "provider_reference", "waybill", "customer_key", "contact_phone_hash", "contact_email_hash"}
)
TIMES = frozenset({"placed_at", "paid_at", "opened_at"})

ON_POSTGRES = f"""
CREATE FUNCTION copy_key(uuid, bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
  $$ SELECT (lpad(to_hex({FIRST_MOMENT} + $2), 12, '0') || substr(replace($1::text, '-', ''), 13))::uuid $$;
CREATE FUNCTION copy_text(text, bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT substr(md5($1 || ':' || $2), 1, 16) $$;
CREATE FUNCTION copy_time(timestamptz, bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
  $$ SELECT $1 - make_interval(secs => $2 % {SPREAD}) $$;
CREATE FUNCTION copy_due(timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
  $$ SELECT $1 + make_interval(days => {MONTH.days}) $$;
"""


async def keep(run: Run, order_ids: Sequence[UUID]) -> None:
    """Put the rows of these orders aside, as they are now: the originals of all copies."""
    ids = ", ".join(f"'{key}'" for key in order_ids)
    for model, which in COPIED.items():
        table = model._meta.db_table
        await run(f"CREATE TABLE copied_{table} AS SELECT * FROM {table} WHERE {which.format(ids=ids)}")


async def copy(run: Run, *, first: int, last: int) -> None:
    """Make the copies with these numbers, and have the stock that they hold."""
    for start in range(first, last + 1, AT_ONCE):
        for model in COPIED:
            await run(_statement(model, start, min(start + AT_ONCE - 1, last)))
    copies = last - first + 1
    await run(f"""
        UPDATE stock_level SET on_hand = on_hand + {copies} * held.units, reserved = reserved + {copies} * held.units
          FROM (SELECT warehouse_id, variant_id, SUM(quantity) AS units FROM copied_reservation
                 WHERE state = 'HELD' GROUP BY warehouse_id, variant_id) AS held
         WHERE stock_level.warehouse_id = held.warehouse_id AND stock_level.variant_id = held.variant_id""")


def _statement(model: type[Row], first: int, last: int) -> str:
    table, columns = model._meta.db_table, sorted(model._meta.fields_db_projection.values())
    values = ", ".join(_value(table, column) for column in columns)
    return (
        f"WITH RECURSIVE copy(n) AS (SELECT CAST({first} AS BIGINT) UNION ALL SELECT n + 1 FROM copy WHERE n < {last}) "
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM copied_{table} AS made, copy"
    )


def _value(table: str, column: str) -> str:
    if column in KEYS:
        return f"copy_key(made.{column}, n)"
    if column in TEXTS:
        return f"copy_text(made.{column}, n)"
    if column in TIMES:
        return f"copy_time(made.{column}, n)"
    if table == "timer" and column == "due_at":
        return "copy_due(made.due_at)"
    if table == "event" and column == "position":
        return "-(n * 1000000 + made.position)"  # below all others: nobody's cursor stands there
    return f"made.{column}"


@asynccontextmanager
async def postgres(url: str) -> AsyncIterator[Run]:
    """A connection that makes copies. It looks up no foreign keys: copies refer to each other as the originals do."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")

        async def run(statement: str) -> None:
            await connection.execute(statement, timeout=3600)

        yield run
    finally:
        await connection.close()


@asynccontextmanager
async def sqlite(url: str) -> AsyncIterator[Run]:
    """The same for a SQLite file; it is the only one who writes meanwhile."""
    with closing(sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.create_function("copy_key", 2, _copy_key, deterministic=True)
        connection.create_function("copy_text", 2, _copy_text, deterministic=True)
        connection.create_function("copy_time", 2, _copy_time, deterministic=True)
        connection.create_function("copy_due", 1, _copy_due, deterministic=True)

        async def run(statement: str) -> None:
            connection.execute(statement)

        yield run


def _copy_key(key: str | None, n: int) -> str | None:
    return None if key is None else str(UUID(f"{FIRST_MOMENT + n:012x}{key.replace('-', '')[12:]}"))


def _copy_text(text: str | None, n: int) -> str | None:
    if text is None:
        return None
    return hashlib.md5(f"{text}:{n}".encode(), usedforsecurity=False).hexdigest()[:16]


def _copy_time(time: str | None, n: int) -> str | None:
    return None if time is None else _moved(time, timedelta(seconds=-(n % SPREAD)))


def _copy_due(time: str) -> str:
    return _moved(time, MONTH)


def _moved(time: str, by: timedelta) -> str:
    return (datetime.fromisoformat(time) + by).isoformat(time[10])

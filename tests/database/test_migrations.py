"""Migrations change tables that have rows in them, and lose none."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from tortoise import Tortoise, fields
from tortoise.context import TortoiseContext
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.migrations.api import migrate
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from domain.access import Viewer
from models.backends.schema import PostgresEditor, SqliteEditor, checks_of
from models.database import APP, MIGRATIONS, connection, is_postgres, select, tortoise_config, transaction
from models.inventory import StockLevel
from models.orders import Order, OrderLine
from tests import databases
from tests.factories.catalog import make_product
from tests.factories.orders import place_order

VERSIONS = sorted(file.stem for file in MIGRATIONS.glob("[0-9]*.py"))


async def test_every_check_constraint_of_a_model_is_in_its_table(market: object) -> None:
    missing = []
    for model in _models():
        editor = PostgresEditor(connection()) if is_postgres() else SqliteEditor(connection())
        missing += await editor.missing_checks(model)
    assert missing == []
    assert sum(len(checks_of(model)) for model in _models()) > 20


async def test_the_database_itself_refuses_what_a_constraint_forbids(customer: Viewer) -> None:
    order = await place_order(customer, await make_product(stock={"SH": 3}))
    level = await StockLevel.get(reserved=1)
    with pytest.raises((IntegrityError, OperationalError)):
        async with transaction():
            await StockLevel.filter(id=level.id).update(reserved=4)
    with pytest.raises((IntegrityError, OperationalError)):
        async with transaction():
            await Order.filter(id=order.id).update(refunded=1)
    await level.refresh_from_db()
    assert level.reserved == 1


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def young(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database of the first version."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path}/young.sqlite3"
        return
    if reason := await databases.postgres_reason():
        pytest.skip(reason)
    async with databases.postgres_database("young", migrated=False) as url:
        yield url


async def test_a_database_with_orders_goes_up_to_the_newest_version_and_down_again(young: str) -> None:
    await _migrate(young, VERSIONS[0])
    await _write_an_order(young)
    await _migrate(young, VERSIONS[-1])
    assert await _counted(young) == (1, 2, "NONE")
    await _migrate(young, VERSIONS[0])
    assert (await _counted(young, with_review=False))[:2] == (1, 2)


async def test_a_table_that_is_made_anew_keeps_its_rows_its_children_and_its_indexes(customer: Viewer) -> None:
    if is_postgres():
        pytest.skip("only SQLite makes tables anew")
    await place_order(customer, await make_product())
    before = await _objects("orders")
    await connection().execute_query("PRAGMA foreign_keys=OFF")
    await SqliteEditor(connection()).rebuild(Order)
    await connection().execute_query("PRAGMA foreign_keys=ON")
    assert await _objects("orders") == before
    assert (await Order.all().count(), await OrderLine.all().count()) == (1, 1)


async def test_no_table_is_made_anew_while_that_would_delete_what_refers_to_it(customer: Viewer) -> None:
    if is_postgres():
        pytest.skip("only SQLite makes tables anew")
    with pytest.raises(RuntimeError, match="foreign keys"):
        await SqliteEditor(connection()).rebuild(Order)


async def test_rows_that_are_there_get_the_default_of_a_new_column(market: object) -> None:
    class Box(Model):
        id = fields.IntField(primary_key=True)
        label = fields.CharField(max_length=20, default="it's new")
        places = fields.JSONField[list[int]](default=list)
        full = fields.BooleanField(default=True)
        units = fields.IntField(default=3)

        class Meta:
            table = "box"
            constraints = (CheckConstraint(check="units > 2", name="box_is_used"),)

    editor = PostgresEditor(connection()) if is_postgres() else SqliteEditor(connection())
    await connection().execute_query('CREATE TABLE "box" ("id" INT PRIMARY KEY)')
    try:
        await connection().execute_query('INSERT INTO "box" ("id") VALUES (7)')
        for name in ("label", "places", "full", "units"):
            await editor.add_field(Box, name)
        (row,) = await select("SELECT * FROM box")
        assert (row["label"], row["places"], bool(row["full"]), row["units"]) == ("it's new", "[]", True, 3)
    finally:
        await connection().execute_query('DROP TABLE "box"')


def _models() -> Iterable[type[Model]]:
    return list(Tortoise.apps[APP].values()) if Tortoise.apps else []


async def _objects(table: str) -> set[str]:
    rows = await select("SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", table)
    return {" ".join(row["sql"].replace("IF NOT EXISTS ", "").split()) for row in rows if "CREATE INDEX" in row["sql"]}


async def _migrate(url: str, version: str) -> None:
    async with TortoiseContext():
        await migrate(config=tortoise_config(url, migrating=True), target=f"{APP}.{version}")


async def _run(url: str, *statements: str) -> list[list[dict[str, object]]]:
    async with TortoiseContext() as context:
        await context.init(config=tortoise_config(url))
        return [list(await context.connections.get(_name(url)).execute_query_dict(one)) for one in statements]


def _name(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgres"


ORDER, LINE = "11111111-1111-1111-1111-11111111111%d", "22222222-2222-2222-2222-22222222222%d"


async def _write_an_order(url: str) -> None:
    """As version one wrote it: an order of two lines, as rows."""
    order: dict[str, object] = {
        "id": ORDER % 1,
        "number": "260101-AAAA-BBBB",
        "state": "PAID",
        "currency": "CNY",
        "version": 1,
        "subtotal": 300,
        "discount": 0,
        "shipping": 0,
        "total": 300,
        "captured": 300,
        "refunded": 0,
        "shipping_refunded": 0,
        "payment_attempts": 1,
        "adjustments": "[]",
        "address": "x",
        "province": "上海市",
        "note": "",
        "locale": "en",
        "cancel_note": "",
        "sequence": 2,
        "placed_at": "2026-01-01 00:00:00+00:00",
        "pay_by": "2026-01-01 00:30:00+00:00",
    }
    lines: list[dict[str, object]] = [
        {
            "id": LINE % place,
            "order_id": ORDER % 1,
            "position": place,
            "product_id": ORDER % 3,
            "variant_id": ORDER % 4,
            "title": "{}",
            "choices": "[]",
            "image_url": "",
            "weight_grams": 0,
            "unit_price": 100,
            "quantity": 1,
            "discount": 0,
            "total": 100,
            "shipped": 0,
            "delivered": 0,
            "canceled": 0,
            "refunded": 0,
            "refunded_amount": 0,
        }
        for place in (0, 1)
    ]
    await _run(url, _insert("orders", order), *(_insert("order_line", line) for line in lines))


def _insert(table: str, row: dict[str, object]) -> str:
    values = ", ".join(str(value) if isinstance(value, int) else f"'{value}'" for value in row.values())
    return f'INSERT INTO "{table}" ({", ".join(row)}) VALUES ({values})'


async def _counted(url: str, *, with_review: bool = True) -> tuple[int, int, str]:
    orders, lines = await _run(url, "SELECT * FROM orders", "SELECT * FROM order_line")
    return len(orders), len(lines), str(orders[0].get("review", "")) if with_review else ""

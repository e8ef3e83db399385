"""The executor's short ways give what the stock executor gives, value for value and error for error."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

import pytest
import strawberry
from graphql import ExecutionResult, GraphQLError

from models.jobs import MarketClock
from schema.fields import field
from settings import LimitSettings
from transport.awaitables import is_awaitable
from transport.documents import Documents
from transport.execution import Event, Runner

Info = strawberry.Info


@strawberry.enum
class Size(Enum):
    SMALL = "s"
    LARGE = "l"


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Shop(Named):
    name: str
    size: Size


@strawberry.type
class Person(Named):
    name: str
    age: int | None


Either = Annotated[Shop | Person, strawberry.union("Either")]


class Row:
    """A stored row: whatever attributes a field may meet. A function is called each time that its attribute is read."""

    def __init__(self, **attributes: Any) -> None:
        self._attributes = attributes

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._attributes:
            raise AttributeError(name)
        value = self._attributes[name]
        return value() if callable(value) else value


async def later(value: object) -> object:
    await asyncio.sleep(0)
    return value


def from_parent(root: strawberry.Parent[Row]) -> str:
    return f"{root.word}!"


async def from_parent_and_info(row: strawberry.Parent[Row], info: Info) -> str:
    await asyncio.sleep(0)
    return f"{row.word} {info.context} {info.field_name} {info.path.key} {sorted(info.variable_values)}"


def of_all_rows(root: strawberry.Parent[Row], info: Info, times: int = 1, size: Size = Size.SMALL) -> str:
    return f"{root.word * times} {size.value} {info.context} {info.field_name} {sorted(info.variable_values)}"


async def later_of_all_rows(root: strawberry.Parent[Row], info: Info) -> str | None:
    await asyncio.sleep(0)
    return f"{root.word} {info.context}"


def inner_of_all_rows(root: strawberry.Parent[Row]) -> Any:
    return root.inner


def asks_for_its_path(root: strawberry.Parent[Row], info: Info) -> str | None:
    return str(info.path)


def nothing_at_all() -> str:
    return "nothing"


@strawberry.type
class Item:
    text: str
    maybe: str | None
    whole: int
    real: float
    flag: bool
    price: Decimal
    size: Size
    id: strawberry.ID
    tags: list[str]
    sizes: list[Size]
    holes: list[int | None]
    inner: "Item | None"
    strict: "Item"
    items: list["Item"]
    absent: str | None
    derived: str = strawberry.field(resolver=from_parent)
    told: str = strawberry.field(resolver=from_parent_and_info)
    plain: str = strawberry.field(resolver=nothing_at_all)
    shared: str = field(of_all_rows, description="")
    shared_later: str | None = field(later_of_all_rows, description="")
    shared_inner: "Item | None" = field(inner_of_all_rows, description="")
    lost: str | None = field(asks_for_its_path, description="")

    @strawberry.field
    def own(self) -> str:
        return self.word  # type: ignore[attr-defined,no-any-return] # a row in place of its type

    @strawberry.field
    async def argued(self, root: strawberry.Parent[Row], times: int = 1, size: Size = Size.SMALL) -> str:
        return f"{root.word * times} {size.value}"

    @strawberry.field
    def raises(self) -> str | None:
        raise ValueError("no")


def row(**changed: Any) -> Row:
    values: dict[str, Any] = {
        "text": "tea",
        "word": "tea",
        "maybe": None,
        "whole": 5,
        "real": 1,
        "flag": True,
        "price": Decimal("19.90"),
        "size": Size.LARGE,
        "id": 7,
        "tags": ("a", "b"),
        "sizes": [Size.SMALL, Size.LARGE],
        "holes": [1, None],
        "inner": None,
        "items": [],
    }
    return Row(**{**values, **changed})


ROWS: dict[str, Any] = {
    "plain": row(),
    "nested": row(inner=row(text="inside"), items=[row(whole=n) for n in range(3)], strict=row()),
    "awaitables": row(
        text=lambda: later("late"),
        whole=lambda: later(3),
        inner=lambda: later(row()),
        items=lambda: later([later(row())]),
        strict=lambda: later(row(text=lambda: later(None))),
    ),
    "wrong": row(
        whole=2**40, flag="yes", real="x", size="unknown", price="not a number", tags=5, holes=["x", 1], sizes=["?"]
    ),
    "errors": row(text=ValueError("as a value"), inner=ValueError("x"), items=[ValueError("y")]),
    "nulls": row(text=None, whole=None, size=None, items=None, strict=None, tags=None),
    "deep null": row(items=[row(), row(strict=row(text=None)), row()]),
}


@strawberry.type
class Query:
    @strawberry.field
    def item(self, kind: str) -> Item | None:
        return ROWS[kind]  # type: ignore[no-any-return]

    @strawberry.field
    async def named(self) -> list[Named]:
        return [Shop(name="a", size=Size.SMALL), Person(name="b", age=None)]

    @strawberry.field
    def either(self) -> list[Either]:
        return [Shop(name="a", size=Size.SMALL), Person(name="b", age=3)]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def slow_then_quick(self, name: str, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return name


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def items(self, many: int) -> AsyncGenerator[Item, None]:
        for number in range(many):
            yield row(whole=number, items=[row()])  # type: ignore[misc] # a row in place of its type, as everywhere


stock = strawberry.Schema(Query, Mutation, Subscription, types=[Shop, Person])
documents = Documents(stock._schema, LimitSettings(_env_file=None), introspection=True, suggestions=False)
runner = Runner(stock._schema, suggestions=False)

LEAVES = "text maybe whole real flag price size id tags sizes holes absent"
SOME = "derived plain own argued more: argued(times: 2, size: LARGE) raises __typename"
DOCUMENTS = [
    f"{{ item(kind: $K) {{ {LEAVES} }} }}",
    f"{{ item(kind: $K) {{ {SOME} }} }}",
    "query($x: Int = 1) { item(kind: $K) { told argued(times: $x) } }",
    "query($x: Int = 2) { item(kind: $K) { shared a: shared(times: $x, size: LARGE) sharedLater __typename } }",
    "{ item(kind: $K) { sharedInner { text shared } items { shared sharedLater sharedInner { __typename text } } } }",
    "{ item(kind: $K) { a: text text ... on Item { text whole } ...F } } fragment F on Item { items { ...G } }"
    " fragment G on Item { text whole inner { text } }",
    "{ item(kind: $K) { inner { text whole } items { text strict { text } } } }",
    "{ item(kind: $K) { strict { text } } }",
    "{ item(kind: $K) { text @skip(if: true) whole @include(if: true) inner { text } } }",
]


def shown(data: object, errors: list[GraphQLError] | None) -> tuple[object, list[tuple[str, object]]]:
    return data, sorted((error.message, tuple(error.path or ())) for error in errors or ())


async def ours(query: str, **variables: Any) -> ExecutionResult:
    return await runner.ready(documents.operation(query, None), variables, "context", {}).run()


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("document", DOCUMENTS)
async def test_the_short_way_and_the_long_way_agree(kind: str, document: str) -> None:
    query = document.replace("$K", f'"{kind}"')
    expected = await stock.execute(query, context_value="context")
    found = await ours(query)
    assert shown(found.data, found.errors) == shown(expected.data, expected.errors)
    if expected.data is not None:
        assert list(found.data or {}) == list(expected.data)


async def test_interfaces_unions_and_introspection_agree() -> None:
    for query in (
        "{ named { __typename name ... on Shop { size } ... on Person { age } } }",
        "{ either { __typename ... on Shop { name size } ... on Person { name age } } }",
        '{ __type(name: "Item") { fields { name type { kind name ofType { name } } args { name defaultValue } } } }',
    ):
        expected, found = await stock.execute(query), await ours(query)
        assert found.errors is None
        assert found.data == expected.data


async def test_mutations_run_one_after_the_other() -> None:
    query = 'mutation { a: slowThenQuick(name: "a", seconds: 0.05) b: slowThenQuick(name: "b", seconds: 0) }'
    found = await ours(query)
    assert list(found.data or {}) == ["a", "b"]


async def test_resolvers_of_one_selection_run_at_the_same_time() -> None:
    started = asyncio.get_running_loop().time()
    query = 'mutation { slowThenQuick(name: "a", seconds: 0) }'
    await asyncio.gather(*(ours(query) for _ in range(3)))
    found = await ours('{ item(kind: "nested") { items { told } inner { told } } named { name } }')
    assert found.errors is None
    assert asyncio.get_running_loop().time() - started < 2


@dataclass
class _Context:
    name: str


async def test_a_long_stream_keeps_nothing_of_its_past_events() -> None:
    operation = documents.operation("subscription { items(many: 60) { whole items { text told } } }", None)
    events = await runner.ready(operation, {}, "context", {}).events()
    assert isinstance(events, AsyncGenerator)
    counts = []
    gc.freeze()  # what was there before is not looked at: collecting it 60 times would take most of a minute
    try:
        async for event in events:
            assert isinstance(event, Event)
            result = await event.run(_Context("fresh"))
            assert "fresh" in (result.data or {})["items"]["items"][0]["told"]
            del event, result
            gc.collect()
            counts.append(len(gc.get_objects()))
    finally:
        gc.unfreeze()
    assert counts[-1] - counts[20] < 200  # were an event's plan kept, each would add dozens


async def test_a_field_for_all_rows_is_not_told_a_path() -> None:
    found = await ours('{ item(kind: "plain") { lost text } }')
    assert found.data == {"item": {"lost": None, "text": "tea"}}
    assert [error.path for error in found.errors or ()] == [["item", "lost"]]


async def test_whole_numbers_are_sent_only_as_far_as_an_int_goes() -> None:
    for whole, sent in ((2**31 - 1, True), (-(2**31), True), (2**31, False), (True, True)):
        ROWS["number"] = row(whole=whole)
        try:
            expected, found = [await run('{ item(kind: "number") { whole } }') for run in (stock.execute, ours)]
        finally:
            del ROWS["number"]
        assert shown(found.data, found.errors) == shown(expected.data, expected.errors)
        assert (found.errors is None) is sent


async def test_a_stored_row_is_there_and_need_not_be_awaited() -> None:
    assert not is_awaitable(MarketClock())
    waiting = later("x")
    assert is_awaitable(waiting)
    assert await waiting == "x"

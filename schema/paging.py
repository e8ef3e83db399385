"""Relay connections over pages of rows."""

from collections.abc import Awaitable
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from kit.paging import Page
from schema.fields import field

T = TypeVar("T")

First = Annotated[
    int | None,
    strawberry.argument(description="How many from the front, 1–100; 20 when neither first nor last is given."),
]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor; goes with `first`.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end, 1–100.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor; goes with `last`.")]


def total_count(root: strawberry.Parent[Any]) -> Awaitable[int]:
    page: Page[object] = root
    return page.count()


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more rows follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether rows come before this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first row; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last row; null on an empty page.")


@strawberry.type(description="A row of a connection and its place in the list.")
class Edge(Generic[T]):
    node: T = strawberry.field(description="The row.")
    cursor: str = strawberry.field(description="Opaque; stands right after this row in this sort order.")


@strawberry.type(description="A page of a list, in the manner of the Relay connection specification.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The rows with their cursors.")
    nodes: list[T] = strawberry.field(description="The rows alone.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in its list.")
    total_count: int = field(total_count, description="Rows in the whole list; counted only when asked for.")

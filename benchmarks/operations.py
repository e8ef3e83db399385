"""The five operations that are measured, and the questions that each of them asks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks import documents
from benchmarks.ground import QUERIES, Ground

QUESTIONS: Mapping[str, str] = {
    "product-list": documents.PRODUCT_LIST,
    "product": documents.PRODUCT,
    "search": documents.SEARCH,
    "order-history": documents.ORDER_HISTORY,
}


@dataclass(frozen=True, slots=True)
class Question:
    """One request in the words of either server."""

    name: str
    variables: dict[str, Any]
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that a shop does all day. `ask` gives the questions for a size of page; a purchase has none."""

    name: str
    title: str
    size: int
    sizes: tuple[int, ...]
    """Page sizes (of a purchase: lines) for which statements are counted; one where a page has no size."""
    ask: Callable[[Ground, int], Sequence[Question]] | None = None


def _product_list(ground: Ground, size: int) -> list[Question]:
    return [Question("product-list", {"first": size})]


def _product(ground: Ground, size: int) -> list[Question]:
    return [Question("product", {"slug": slug}) for slug in ground.slugs]


def _search(ground: Ground, size: int) -> list[Question]:
    return [Question("search", {"query": query, "first": size}) for query in QUERIES]


def _order_history(ground: Ground, size: int) -> list[Question]:
    return [Question("order-history", {"first": size}, token) for token in ground.readers]


OPERATIONS: tuple[Operation, ...] = (
    Operation("product-list", "Product list, 24 × 3 variants", 24, (5, 24, 48), _product_list),
    Operation("product", "Product page", 1, (1,), _product),
    Operation("search", "Search with filter counts, 24 hits", 24, (5, 24, 48), _search),
    Operation("order-history", "Order history, 20 × 3 lines", 20, (5, 10, 20), _order_history),
    Operation("purchase", "A whole purchase, 3 lines", 3, (1, 3, 6)),
)

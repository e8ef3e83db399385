"""Lists of products: filters, sort orders and pages, with or without a search."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain.access import Viewer
from domain.catalog import products, search
from kit import paging
from kit.errors import Refused, refuse_all
from kit.paging import Edge, Page, Sort, Window
from models.catalog import Brand, Category, Product, ProductStatus, ProductTag, TagKind

MOST_CHOICES = 100  # values of one filter


class ProductSort(StrEnum):
    """An order of products."""

    RELEVANCE = "RELEVANCE"
    PRICE_ASC = "PRICE_ASC"
    PRICE_DESC = "PRICE_DESC"
    SALES = "SALES"
    NEWEST = "NEWEST"
    RATING = "RATING"
    TITLE = "TITLE"


SORTS = {
    ProductSort.PRICE_ASC: Sort("price_asc", ("min_price",)),
    ProductSort.PRICE_DESC: Sort("price_desc", ("min_price",), descending=True),
    ProductSort.SALES: Sort("sales", ("sales",), descending=True),
    ProductSort.NEWEST: Sort("newest", ("listed_at",), descending=True),
    ProductSort.RATING: Sort("rating", ("rating",), descending=True),
    ProductSort.TITLE: Sort("title", ("sort_title",)),
}


class Facet(StrEnum):
    """A filter that products can be counted by."""

    CATEGORY = "CATEGORY"
    BRAND = "BRAND"
    TAG = "TAG"
    DIET = "DIET"
    CERTIFICATION = "CERTIFICATION"
    PRICE = "PRICE"
    IN_STOCK = "IN_STOCK"
    COLD_CHAIN = "COLD_CHAIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFilter:
    """What is left of a list. Different filters combine with and; the values of one with or, diets with and."""

    ids: Sequence[UUID] | None = None
    categories: Sequence[UUID] | None = None
    category_slugs: Sequence[str] | None = None
    brands: Sequence[UUID] | None = None
    brand_slugs: Sequence[str] | None = None
    tags: Sequence[str] | None = None
    diet_tags: Sequence[str] | None = None
    certifications: Sequence[str] | None = None
    price_from: int | None = None
    price_to: int | None = None
    in_stock: bool | None = None
    cold_chain: bool | None = None
    statuses: Sequence[ProductStatus] | None = None


Conditions = dict[Facet | None, Q]


@dataclass(slots=True)
class Listing(Page[Product]):
    """A page of products that can be counted by filter values. `base` is the list without its filters."""

    base: QuerySet[Product] = field(kw_only=True, repr=False)
    conditions: Conditions = field(kw_only=True, repr=False)
    diets: frozenset[str] = field(kw_only=True)


async def page(viewer: Viewer, *, query: str, filter: ProductFilter, sort: ProductSort, window: Window) -> Listing:
    """The products that `query` (all when it is blank) and `filter` leave over."""
    base = seen = products.visible(viewer)
    matches = await search.find(viewer, query) if query.strip() else None
    if matches is not None:
        base = base.filter(id__in=list(matches.scores))
    conditions = await _conditions(filter)
    rows = base.filter(*conditions.values())
    if matches is None:
        order = SORTS[ProductSort.SALES if sort is ProductSort.RELEVANCE else sort]
        found = await paging.page(rows, sort=order, window=window)
    elif sort is ProductSort.RELEVANCE:
        found = await _by_relevance(rows, seen, matches, window, filtered=bool(conditions))
    else:
        found = await paging.page(rows, sort=SORTS[sort], window=window)
    return Listing(
        edges=found.edges,
        has_next_page=found.has_next_page,
        has_previous_page=found.has_previous_page,
        count=found.count,
        base=base,
        conditions=conditions,
        diets=frozenset(filter.diet_tags or ()),
    )


async def _by_relevance(
    rows: QuerySet[Product], seen: QuerySet[Product], matches: search.Matches, window: Window, *, filtered: bool
) -> Page[Product]:
    """Those of `rows`, best first, then by name; the page itself is read by its few keys among all that are `seen`.

    The place of a cursor's row is found by its score and key, also when it has gone.
    """
    left = list(matches.scores)
    if filtered:
        kept = set(await rows.values_list("id", flat=True))
        left = [key for key in left if key in kept]
    sort = Sort(f"relevance:{matches.key}", ("score", "sort_title"), descending=True)
    start, stop = _slice(left, matches.scores, sort, window)
    part = left[start:stop]
    found = {row.id: row for row in await seen.filter(id__in=part)} if part else {}

    async def count() -> int:
        return len(left)

    return Page(
        edges=[
            Edge(row, paging.encode([matches.scores[key], row.sort_title, key], sort=sort))
            for key in part
            if (row := found.get(key)) is not None
        ],
        has_next_page=stop < len(left),
        has_previous_page=start > 0,
        count=count,
    )


def _slice(left: Sequence[UUID], scores: dict[UUID, int], sort: Sort, window: Window) -> tuple[int, int]:
    """Where the window starts and stops in the ranked list."""
    if window.cursor is None:
        return (max(0, len(left) - window.size), len(left)) if window.backward else (0, window.size)
    score, _, key = paging.decode(window.cursor, sort=sort)
    if not isinstance(score, int) or not isinstance(key, UUID):
        raise Refused("INVALID_CURSOR", path=("after",))
    place = next((place for place, one in enumerate(left) if one == key), None)
    if place is None:  # gone meanwhile: go on among those with a lower score
        place = next((place for place, one in enumerate(left) if scores[one] < score), len(left)) - 1
    return (max(0, place - window.size), max(0, place)) if window.backward else (place + 1, place + 1 + window.size)


async def _conditions(filter: ProductFilter) -> Conditions:
    problems = [
        Refused("TOO_MANY_VALUES", path=("filter", name), maximum=MOST_CHOICES)
        for name in (
            "ids",
            "categories",
            "category_slugs",
            "brands",
            "brand_slugs",
            "tags",
            "diet_tags",
            "certifications",
        )
        if len(getattr(filter, name) or ()) > MOST_CHOICES
    ]
    refuse_all(problems)
    conditions: Conditions = {}
    if filter.categories is not None or filter.category_slugs is not None:
        inside = await _inside(filter.categories or (), filter.category_slugs or ())
        conditions[Facet.CATEGORY] = Q(category_id__in=inside)
    if filter.brands is not None or filter.brand_slugs is not None:
        conditions[Facet.BRAND] = Q(brand_id__in=await _brands(filter.brands or (), filter.brand_slugs or ()))
    if filter.tags is not None:
        conditions[Facet.TAG] = tagged(TagKind.TAG, filter.tags)
    if filter.certifications is not None:
        conditions[Facet.CERTIFICATION] = tagged(TagKind.CERTIFICATION, filter.certifications)
    if filter.diet_tags:
        conditions[Facet.DIET] = Q(*(tagged(TagKind.DIET, [diet]) for diet in dict.fromkeys(filter.diet_tags)))
    if filter.in_stock is not None:
        conditions[Facet.IN_STOCK] = Q(in_stock=filter.in_stock)
    if filter.cold_chain is not None:
        conditions[Facet.COLD_CHAIN] = Q(cold_chain=filter.cold_chain)
    if filter.price_from is not None or filter.price_to is not None:
        conditions[Facet.PRICE] = _priced(filter.price_from, filter.price_to)
    if filter.ids is not None or filter.statuses is not None:
        conditions[None] = _chosen(filter)
    return conditions


def tagged(kind: TagKind, words: Iterable[str]) -> Q:
    """Products filed under any of `words`."""
    filed = ProductTag.filter(kind=kind, tag__in=list(filter(products.could_be, words))).values("product_id")
    return Q(id__in=Subquery(filed))


def _priced(lowest: int | None, highest: int | None) -> Q:
    bounds: dict[str, Any] = {}
    if lowest is not None:
        bounds["min_price__gte"] = lowest
    if highest is not None:
        bounds["min_price__lte"] = highest
    return Q(**bounds)


def _chosen(filter: ProductFilter) -> Q:
    chosen = Q() if filter.ids is None else Q(id__in=list(filter.ids))
    return chosen if filter.statuses is None else chosen & Q(status__in=list(filter.statuses))


async def _brands(keys: Sequence[UUID], slugs: Sequence[str]) -> list[UUID]:
    """The named brands by key: a join would make a count per product out of a count of products."""
    slugs = list(filter(products.could_be, slugs))
    named = [row.id for row in await Brand.filter(slug__in=slugs).only("id")] if slugs else []
    return [*keys, *named]


async def _inside(keys: Iterable[UUID], slugs: Iterable[str]) -> list[UUID]:
    """The named categories and all below them; one statement."""
    wanted_keys, wanted_slugs = set(keys), set(slugs)
    tree = [(row.id, row.slug, row.path) for row in await Category.all().only("id", "slug", "path")]
    roots = tuple(path for key, slug, path in tree if key in wanted_keys or slug in wanted_slugs)
    return [key for key, _, path in tree if path.startswith(roots)] if roots else []

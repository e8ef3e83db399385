"""Lists of products with search, filters, sorts and counts per filter value."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import strawberry

from domain.catalog import facets, listing, products, suggestions
from domain.catalog.facets import PriceCount, RowCount, WordCount
from domain.catalog.listing import Listing, ProductFilter, ProductSort
from domain.catalog.suggestions import Suggestion
from kit import ids, paging
from kit.errors import Refused, refuse_all
from kit.money import Money, to_minor
from loaders import catalog as loaders
from models.catalog import Brand, Category, Product, TagKind
from resolvers.context import Info

MOST_SUGGESTIONS = 20


@dataclass(frozen=True, slots=True)
class CountedCategory:
    category: Category | None
    count: int


@dataclass(frozen=True, slots=True)
class CountedBrand:
    brand: Brand | None
    count: int


@dataclass(frozen=True, slots=True)
class CountedPrice:
    min: Money
    below: Money | None
    count: int


async def page(
    info: Info,
    *,
    query: str | None,
    given: dict[str, Any],
    sort: ProductSort | None,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Listing:
    window = paging.window(first=first, after=after, last=last, before=before)
    filter = _filter(info, given)
    order = sort or ProductSort.RELEVANCE
    return await listing.page(info.context.viewer, query=query or "", filter=filter, sort=order, window=window)


async def product(info: Info, id: str | None = None, slug: str | None = None) -> Product | None:
    if id is not None and slug is None:
        found = ids.from_public(id)
        return await info.context.load(loaders.products_by_id, found[1]) if found and found[0] == "Product" else None
    return await products.find(info.context.viewer, slug=slug)


async def search_suggestions(info: Info, query: str, first: int) -> Sequence[Suggestion]:
    if not 1 <= first <= MOST_SUGGESTIONS:
        raise Refused("OUT_OF_RANGE", path=("first",), minimum=1, maximum=MOST_SUGGESTIONS)
    return await suggestions.suggest(info.context.viewer, query, first=first)


def _filter(info: Info, given: dict[str, Any]) -> ProductFilter:
    """The filter with keys for ids and minor units for amounts; all that is wrong with it at once."""
    problems: list[Refused] = []
    plain = {name: value for name, value in given.items() if value is not None}
    for name, kind in (("ids", "Product"), ("categories", "Category"), ("brands", "Brand")):
        if name in plain:
            plain[name] = _keys(kind, name, plain[name], problems)
    for name, bound in (("min", "price_from"), ("max", "price_to")):
        amount = (plain.get("price") or {}).get(name)
        if amount is not None:
            plain[bound] = _minor(info, name, amount, problems)
    plain.pop("price", None)
    refuse_all(problems)
    return replace(ProductFilter(), **plain)


def _keys(kind: str, name: str, public: Sequence[str], problems: list[Refused]) -> list[object]:
    keys: list[object] = []
    for place, one in enumerate(public[: listing.MOST_CHOICES + 1]):  # of more none is looked up anyway
        try:
            keys.append(ids.key_of(kind, one, "filter", name, str(place)))
        except Refused as refused:
            problems.append(refused)
    return keys


def _minor(info: Info, name: str, amount: Decimal, problems: list[Refused]) -> int | None:
    try:
        return to_minor(amount, info.context.viewer.market.policy.currency)
    except ValueError as error:
        problems.append(Refused("INVALID_AMOUNT", path=("filter", "price", name), why=str(error)))
        return None


# ------------------------------------------------------------------------------------------------- counts per value


def counted(root: strawberry.Parent[Listing]) -> Listing:
    return root


async def category_counts(root: strawberry.Parent[Listing], info: Info) -> list[CountedCategory]:
    tree = await info.context.load(loaders.category_tree, "all")
    counts: list[RowCount] = await facets.by_category(root, tree.by_id)
    return [CountedCategory(tree.by_id.get(one.key), one.count) for one in counts if one.key in tree.by_id]


async def brand_counts(root: strawberry.Parent[Listing], info: Info) -> list[CountedBrand]:
    counts = await facets.by_brand(root)
    found = {row.id: row for row in await Brand.filter(id__in=[one.key for one in counts])} if counts else {}
    return [CountedBrand(found[one.key], one.count) for one in counts if one.key in found]


async def tag_counts(root: strawberry.Parent[Listing]) -> list[WordCount]:
    return await facets.by_word(root, TagKind.TAG)


async def diet_counts(root: strawberry.Parent[Listing]) -> list[WordCount]:
    return await facets.by_word(root, TagKind.DIET)


async def certification_counts(root: strawberry.Parent[Listing]) -> list[WordCount]:
    return await facets.by_word(root, TagKind.CERTIFICATION)


async def price_counts(root: strawberry.Parent[Listing], info: Info) -> list[CountedPrice]:
    currency = info.context.viewer.market.policy.currency
    steps: list[PriceCount] = await facets.by_price(root, currency)
    return [
        CountedPrice(
            Money(step.lowest, currency), None if step.below is None else Money(step.below, currency), step.count
        )
        for step in steps
    ]


async def in_stock_count(root: strawberry.Parent[Listing]) -> int:
    return await facets.in_stock(root)


async def cold_chain_count(root: strawberry.Parent[Listing]) -> int:
    return await facets.cold_chain(root)

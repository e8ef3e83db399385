"""How many products of a list each filter value would leave, with all filters applied but its own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from domain.catalog.listing import Facet, Listing
from kit.money import MINOR_DIGITS
from models.catalog import Category, Product, ProductTag, TagKind

STEPS = (0, 10, 20, 50, 100, 200, 500, 1000)  # major units; 1000 times as many yen
MOST_VALUES = 50  # of one filter, the commonest


@dataclass(frozen=True, slots=True)
class WordCount:
    """A tag, diet or mark and the products under it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class RowCount:
    """A category or brand, by key, and its products."""

    key: UUID
    count: int


@dataclass(frozen=True, slots=True)
class PriceCount:
    """Products whose lowest price lies from `lowest` up to, not including, `below`. Minor units."""

    lowest: int
    below: int | None
    count: int


def rows_without(listing: Listing, facet: Facet) -> QuerySet[Product]:
    """The list with every filter applied but that of `facet`."""
    return listing.base.filter(*(condition for name, condition in listing.conditions.items() if name is not facet))


async def by_category(listing: Listing, tree: Mapping[UUID, Category]) -> list[RowCount]:
    """Products of each category of the whole `tree` with those below it, in the order of the tree."""
    direct = dict(
        await _grouped(rows_without(listing, Facet.CATEGORY).filter(category_id__not_isnull=True), "category_id")
    )
    totals: dict[UUID, int] = defaultdict(int)
    for key, count in direct.items():
        above = tree.get(key)
        while above is not None:
            totals[above.id] += count
            above = tree.get(above.parent_id) if above.parent_id else None
    return [RowCount(key, totals[key]) for key in _in_tree_order(tree.values()) if key in totals]


async def by_brand(listing: Listing) -> list[RowCount]:
    """Products of each brand, most first."""
    counted = await _grouped(rows_without(listing, Facet.BRAND).filter(brand_id__not_isnull=True), "brand_id")
    return [RowCount(key, count) for key, count in sorted(counted, key=lambda one: (-one[1], one[0]))[:MOST_VALUES]]


async def by_word(listing: Listing, kind: TagKind) -> list[WordCount]:
    """Products under each tag, diet or mark, most first. Diets narrow one another, so they are counted as chosen."""
    facet = {TagKind.TAG: Facet.TAG, TagKind.CERTIFICATION: Facet.CERTIFICATION}.get(kind)
    rows = listing.base.filter(*listing.conditions.values()) if facet is None else rows_without(listing, facet)
    filed = ProductTag.filter(kind=kind, product_id__in=Subquery(rows.values("id")))
    counted = await filed.annotate(count=Count("id")).group_by("tag").values_list("tag", "count")
    ranked = sorted(((str(tag), int(count)) for tag, count in counted), key=lambda one: (-one[1], one[0]))
    return [WordCount(tag, count) for tag, count in ranked[:MOST_VALUES]]


async def by_price(listing: Listing, currency: str) -> list[PriceCount]:
    """Products in each step of price, empty steps left out."""
    unit = 10 ** MINOR_DIGITS[currency] if MINOR_DIGITS[currency] else 100
    bounds = [step * unit for step in STEPS]
    steps = list(zip(bounds, [*bounds[1:], None], strict=True))
    counted = await _counted(
        rows_without(listing, Facet.PRICE),
        {f"step{place}": _between(lowest, below) for place, (lowest, below) in enumerate(steps)},
    )
    priced = (PriceCount(lowest, below, counted[f"step{place}"]) for place, (lowest, below) in enumerate(steps))
    return [one for one in priced if one.count]


async def in_stock(listing: Listing) -> int:
    """How many are left when only what is in stock is wanted."""
    return await rows_without(listing, Facet.IN_STOCK).filter(in_stock=True).count()


async def cold_chain(listing: Listing) -> int:
    """How many are left when only chilled and frozen goods are wanted."""
    return await rows_without(listing, Facet.COLD_CHAIN).filter(cold_chain=True).count()


async def _grouped(rows: QuerySet[Product], column: str) -> list[tuple[UUID, int]]:
    counted = await rows.annotate(count=Count("id")).group_by(column).values_list(column, "count")
    return [(key, int(count)) for key, count in counted]


async def _counted(rows: QuerySet[Product], conditions: Mapping[str, Q]) -> dict[str, int]:
    """One statement for several counts of the same rows."""
    counts = {name: Count("id", _filter=condition) for name, condition in conditions.items()}
    [found] = await rows.annotate(**counts).group_by().values(*counts)
    return {name: int(found[name] or 0) for name in counts}


def _between(lowest: int, below: int | None) -> Q:
    return Q(min_price__gte=lowest) if below is None else Q(min_price__gte=lowest, min_price__lt=below)


def _in_tree_order(categories: Iterable[Category]) -> list[UUID]:
    children: dict[UUID | None, list[Category]] = defaultdict(list)
    for category in categories:
        children[category.parent_id].append(category)
    order: list[UUID] = []
    waiting: list[UUID | None] = [None]
    while waiting:
        key = waiting.pop()
        if key is not None:
            order.append(key)
        waiting += [child.id for child in sorted(children[key], key=lambda one: (one.position, one.slug), reverse=True)]
    return order

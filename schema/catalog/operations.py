"""Finding products: lists with search, filters and counts, suggestions, single products, the category tree, brands."""

from decimal import Decimal
from typing import Annotated

import strawberry

from domain.catalog.listing import Listing, ProductSort
from domain.catalog.suggestions import Suggestion as FoundSuggestion
from domain.catalog.suggestions import SuggestionKind
from kit.paging import Page
from models import catalog as models
from models.catalog import Certification, DietTag, ProductStatus
from resolvers.catalog import listing as resolvers
from resolvers.catalog import taxonomy
from resolvers.context import Info
from schema.catalog.types import Brand, Category, Product
from schema.fields import field, given
from schema.paging import After, Before, Connection, First, Last
from schema.scalars import Money

Id = Annotated[strawberry.ID | None, strawberry.argument(description="Its id; give this or `slug`.")]
Slug = Annotated[str | None, strawberry.argument(description="Its slug; give this or `id`.")]


@strawberry.input(description="A range of prices, both ends included. A product's lowest price counts.")
class PriceRangeInput:
    min: Decimal | None = strawberry.field(default=strawberry.UNSET, description="Lowest, major units, such as `9.90`.")
    max: Decimal | None = strawberry.field(default=strawberry.UNSET, description="Highest, major units.")


@strawberry.input(
    description="What is left of a list. Different filters combine with *and*; the values of one combine with *or*, "
    "but diets with *and*. Each takes at most 100 values."
)
class ProductFilterInput:
    ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Only these products, for comparing them."
    )
    categories: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="In one of these categories or below."
    )
    category_slugs: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="The same by slug; adds to `categories`."
    )
    brands: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Of one of these brands."
    )
    brand_slugs: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="The same by slug; adds to `brands`."
    )
    tags: list[str] | None = strawberry.field(default=strawberry.UNSET, description="Under one of these tags.")
    diet_tags: list[DietTag] | None = strawberry.field(default=strawberry.UNSET, description="Suiting all these diets.")
    certifications: list[Certification] | None = strawberry.field(
        default=strawberry.UNSET, description="With one of these marks."
    )
    price: PriceRangeInput | None = strawberry.field(default=strawberry.UNSET, description="Within this range.")
    in_stock: bool | None = strawberry.field(
        default=strawberry.UNSET, description="True: only what can be bought now; false: only what cannot."
    )
    cold_chain: bool | None = strawberry.field(
        default=strawberry.UNSET, description="True: only what must be kept cold; false: only the rest."
    )
    statuses: list[ProductStatus] | None = strawberry.field(
        default=strawberry.UNSET, description="Only these, of those you may see; left out, all that you may see."
    )


@strawberry.type(description="A category and how many products the list would have with it as filter.")
class CategoryCount:
    category: Category = strawberry.field(description="The category.")
    count: int = strawberry.field(description="Products in it and below.")


@strawberry.type(description="A brand and how many products the list would have with it as filter.")
class BrandCount:
    brand: Brand = strawberry.field(description="The brand.")
    count: int = strawberry.field(description="Its products.")


@strawberry.type(description="A tag and how many products the list would have with it as filter.")
class TagCount:
    value: str = strawberry.field(description="The tag.")
    count: int = strawberry.field(description="Products under it.")


@strawberry.type(description="A diet and how many products the list would have if it were chosen as well.")
class DietTagCount:
    value: DietTag = strawberry.field(description="The diet.")
    count: int = strawberry.field(description="Products that suit it, and the diets chosen already.")


@strawberry.type(description="A mark and how many products the list would have with it as filter.")
class CertificationCount:
    value: Certification = strawberry.field(description="The mark.")
    count: int = strawberry.field(description="Products with it.")


@strawberry.type(description="A step of prices and the products whose lowest price lies in it.")
class PriceCount:
    min: Money = strawberry.field(description="The step begins here.")
    below: Money | None = strawberry.field(description="The step ends before this; null for the highest step.")
    count: int = strawberry.field(description="Products in it.")


@strawberry.type(
    description="How many products each filter value would leave: counted with the query and all other filters, but "
    "without the filter that the value belongs to. Each field that is asked for costs a statement."
)
class ProductFacets:
    categories: list[CategoryCount] = field(
        resolvers.category_counts, description="In the order of the tree, those without products left out."
    )
    brands: list[BrandCount] = field(resolvers.brand_counts, description="At most 50, those with most products first.")
    tags: list[TagCount] = field(resolvers.tag_counts, description="At most 50, the commonest first.")
    diet_tags: list[DietTagCount] = field(
        resolvers.diet_counts, description="The commonest first. Diets narrow each other, so chosen ones stay applied."
    )
    certifications: list[CertificationCount] = field(resolvers.certification_counts, description="The commonest first.")
    prices: list[PriceCount] = field(resolvers.price_counts, description="Cheap first, empty steps left out.")
    in_stock: int = field(resolvers.in_stock_count, description="Products that can be bought now.")
    cold_chain: int = field(resolvers.cold_chain_count, description="Products that must be kept cold.")


@strawberry.type(description="A page of products, in the manner of the Relay connection specification.")
class ProductConnection(Connection[Product]):
    facets: ProductFacets = field(resolvers.counted, description="Counts per filter value, made only when asked for.")


@strawberry.type(description="A text to search for, made while somebody types.")
class SearchSuggestion:
    text: str = strawberry.field(description="What to search for, in the script that was typed.")
    kind: SuggestionKind = strawberry.field(description="What it is the name of.")


async def products(
    info: Info,
    query: Annotated[
        str | None,
        strawberry.argument(
            description="What to search for, up to 100 characters: Chinese, pinyin (also initials) or English. "
            "All words must fit, the last letters may be missing; when nothing fits, one slip per word is forgiven. "
            "A search finds at most 1,000 products, the best."
        ),
    ] = None,
    filter: Annotated[ProductFilterInput | None, strawberry.argument(description="What is left of the list.")] = None,
    sort: Annotated[ProductSort | None, strawberry.argument(description="The order; RELEVANCE when left out.")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Listing:
    return await resolvers.page(
        info,
        query=query,
        given=_plain(filter),
        sort=sort,
        first=first,
        after=after,
        last=last,
        before=before,
    )


def _plain(filter: ProductFilterInput | None) -> dict[str, object]:
    if filter is None:
        return {}
    plain = given(filter)
    if plain.get("price") is not None:
        plain["price"] = given(plain["price"])
    return plain


async def product(info: Info, id: Id = None, slug: Slug = None) -> models.Product | None:
    return await resolvers.product(info, id, slug)


async def search_suggestions(
    info: Info,
    query: Annotated[str, strawberry.argument(description="What was typed so far, up to 100 characters.")],
    first: Annotated[int, strawberry.argument(description="How many, 1–20.")] = 8,
) -> list[FoundSuggestion]:
    return list(await resolvers.search_suggestions(info, query, first))


async def category(info: Info, id: Id = None, slug: Slug = None) -> models.Category | None:
    return await taxonomy.category(info, id, slug)


async def brand(info: Info, id: Id = None, slug: Slug = None) -> models.Brand | None:
    return await taxonomy.brand(info, id, slug)


async def brands(
    info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Page[models.Brand]:
    return await taxonomy.brands(info, first=first, after=after, last=last, before=before)


@strawberry.type
class CatalogQuery:
    products: ProductConnection = field(products, description="Products that you may see, searched, filtered, sorted.")
    product: Product | None = field(
        product, description="One product; null when it is not there or not for you to see."
    )
    search_suggestions: list[SearchSuggestion] = field(
        search_suggestions, description="What a searcher may be typing, best first; none for a blank text."
    )
    category_tree: list[Category] = field(
        taxonomy.category_tree, description="The roots of the category tree. The whole tree costs one statement."
    )
    category: Category | None = field(category, description="One category; null when there is none.")
    brand: Brand | None = field(brand, description="One brand; null when there is none.")
    brands: Connection[Brand] = field(brands, description="All brands, by slug.")

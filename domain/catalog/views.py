"""Whole products, batch by batch, as exports write them."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from models.catalog import Brand, Category, Product, ProductImage, ProductOption, ProductTag, TagKind, Variant

BATCH = 100  # products

StockOf = Callable[[Sequence[UUID]], Awaitable[dict[UUID, dict[str, int]]]]  # units by variant and warehouse code


@dataclass(slots=True)
class View:
    """A product with all that belongs to it."""

    product: Product
    category: Sequence[Category] = ()  # from the root
    brand: Brand | None = None
    tags: list[str] = field(default_factory=list)
    options: list[ProductOption] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    images: list[ProductImage] = field(default_factory=list)
    stock: dict[UUID, dict[str, int]] = field(default_factory=dict)


async def all_products(stock_of: StockOf) -> AsyncIterator[View]:
    """Every product, the oldest first; a few statements for each batch."""
    categories = {row.id: row for row in await Category.all()}
    brands = {row.id: row for row in await Brand.all()}
    after: UUID | None = None
    while True:
        rows = Product.all() if after is None else Product.filter(id__gt=after)
        batch = await rows.order_by("id").limit(BATCH)
        if not batch:
            return
        for view in await _views(batch, categories, brands, stock_of):
            yield view
        after = batch[-1].id


async def _views(
    batch: Sequence[Product], categories: dict[UUID, Category], brands: dict[UUID, Brand], stock_of: StockOf
) -> list[View]:
    views = {product.id: View(product) for product in batch}
    keys = list(views)
    for tag in await ProductTag.filter(product_id__in=keys, kind=TagKind.TAG).order_by("position", "tag"):
        views[tag.product_id].tags.append(tag.tag)
    for option in await ProductOption.filter(product_id__in=keys).order_by("position"):
        views[option.product_id].options.append(option)
    for image in await ProductImage.filter(product_id__in=keys).order_by("position", "id"):
        views[image.product_id].images.append(image)
    variants = await Variant.filter(product_id__in=keys, is_active=True).order_by("position", "id")
    stock = await stock_of([variant.id for variant in variants])
    by_variant: dict[UUID, dict[str, int]] = defaultdict(dict, stock)
    for variant in variants:
        views[variant.product_id].variants.append(variant)
        views[variant.product_id].stock[variant.id] = by_variant[variant.id]
    for view in views.values():
        view.brand = brands.get(view.product.brand_id) if view.product.brand_id else None
        view.category = _line(view.product.category_id, categories)
    return list(views.values())


def _line(key: UUID | None, categories: dict[UUID, Category]) -> list[Category]:
    line: list[Category] = []
    while key is not None and key in categories:
        line.append(categories[key])
        key = categories[key].parent_id
    return line[::-1]

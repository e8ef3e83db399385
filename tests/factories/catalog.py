"""Products, categories, brands and warehouses for tests, made as rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from kit import clock
from kit.ids import readable
from models.catalog import (
    Brand,
    Category,
    Product,
    ProductImage,
    ProductOption,
    ProductStatus,
    ProductTag,
    TagKind,
    Variant,
)
from models.inventory import MovementKind, StockLevel, StockMovement, Warehouse


async def make_warehouse(code: str = "SH", **overrides: Any) -> Warehouse:
    """The warehouse with this code; made when it is not there yet."""
    known = await Warehouse.get_or_none(code=code)
    if known is not None:
        return known
    row: dict[str, Any] = {"name": {"zh-CN": code, "en": code}, "province": "上海市", "city": "上海市", **overrides}
    return await Warehouse.create(code=code, **row)


async def make_category(slug: str, *, parent: Category | None = None, **overrides: Any) -> Category:
    """A category, under `parent` or as a root."""
    path = f"{parent.path if parent else '/'}{slug}/"
    row: dict[str, Any] = {"name": {"zh-CN": slug, "en": slug.title()}, **overrides}
    return await Category.create(slug=slug, parent=parent, path=path, **row)


async def make_brand(slug: str, **overrides: Any) -> Brand:
    """A brand."""
    return await Brand.create(slug=slug, **{"name": {"zh-CN": slug, "en": slug.title()}, **overrides})


async def make_product(
    *,
    slug: str | None = None,
    title: Mapping[str, str] | None = None,
    price: int = 1990,
    variants: Sequence[Mapping[str, Any]] | None = None,
    stock: Mapping[str, int] | None = None,
    status: ProductStatus = ProductStatus.ACTIVE,
    tags: Sequence[str] = (),
    diet: Sequence[str] = (),
    certifications: Sequence[str] = (),
    options: Sequence[Mapping[str, Any]] = (),
    images: Sequence[str] = (),
    **overrides: Any,
) -> Product:
    """A product on sale with one variant (or one for each of `variants`), each with `stock` units by warehouse code.

    `variants` are the columns of each (`sku`, `price`, `weight_grams`, `choices`, and `stock` of its own).
    `await variant_of(product)` gives the first.
    """
    now = clock.now()
    slug = slug or f"product-{readable(8).lower()}"
    sold = [{"price": price, **variant} for variant in (variants or [{}])]
    each_stock = [variant.pop("stock", stock if stock is not None else {"SH": 10}) for variant in sold]
    row: dict[str, Any] = {
        "title": dict(title or {"zh-CN": f"商品{slug}", "en": slug.replace("-", " ").title()}),
        "min_price": min(variant["price"] for variant in sold),
        "max_price": max(variant["price"] for variant in sold),
        "in_stock": any(sum(units.values()) > 0 for units in each_stock),
        "sort_title": "".join(character for character in slug if character.isalnum()),
        "listed_at": now,
        "created_at": now,
        "updated_at": now,
        **overrides,
    }
    product = await Product.create(slug=slug, status=status, **row)
    for kind, words in ((TagKind.TAG, tags), (TagKind.DIET, diet), (TagKind.CERTIFICATION, certifications)):
        await ProductTag.bulk_create(
            [ProductTag(product=product, kind=kind, tag=word, position=place) for place, word in enumerate(words)]
        )
    await ProductOption.bulk_create(
        [ProductOption(product=product, position=place, **option) for place, option in enumerate(options)]
    )
    await ProductImage.bulk_create(
        [ProductImage(product=product, position=place, url=url) for place, url in enumerate(images)]
    )
    for place, (variant, units) in enumerate(zip(sold, each_stock, strict=True)):
        columns: dict[str, Any] = {"sku": f"{slug}-{place + 1}".upper(), "weight_grams": 500} | variant
        made = await Variant.create(product=product, position=place, **columns)
        await put_stock(made, units)
    return product


async def put_stock(variant: Variant, units: Mapping[str, int]) -> None:
    """Give a variant without stock this many units by warehouse code, with the movement that says so."""
    for code, count in units.items():
        warehouse = await make_warehouse(code)
        await StockLevel.create(warehouse=warehouse, variant=variant, on_hand=count)
        await StockMovement.create(
            warehouse_id=warehouse.id,
            variant_id=variant.id,
            kind=MovementKind.RECEIVE,
            on_hand_change=count,
            reason="test",
            created_at=clock.now(),
        )


async def variant_of(product: Product, position: int = 0) -> Variant:
    """The variant at `position`."""
    return await Variant.get(product_id=product.id, position=position)

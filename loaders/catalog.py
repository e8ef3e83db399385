"""Products and what belongs to them: variants, options, pictures, tags, stock; categories as one tree; brands."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from domain.access import Viewer
from domain.catalog import imports, products, variants
from loaders.registry import grouped, in_order
from models.catalog import (
    Brand,
    CatalogImport,
    Category,
    Product,
    ProductImage,
    ProductOption,
    ProductTag,
    TagKind,
    Variant,
)
from models.inventory import StockLevel, Warehouse

Value = TypeVar("Value")


@dataclass(slots=True)
class Tree:
    """All categories, each level in its order. `children[None]` are the roots."""

    by_id: dict[UUID, Category] = field(default_factory=dict)
    children: dict[UUID | None, list[Category]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class VariantStock:
    """Units of one variant in one warehouse."""

    warehouse: Warehouse
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def warehouse_code(self) -> str:
        return self.warehouse.code


async def products_by_id(viewer: Viewer, keys: list[UUID]) -> list[Product | None]:
    """Visible products."""
    return in_order(keys, {row.id: row for row in await products.visible(viewer).filter(id__in=keys)})


async def variants_by_id(viewer: Viewer, keys: list[UUID]) -> list[Variant | None]:
    """Visible variants."""
    return in_order(keys, {row.id: row for row in await variants.visible(viewer).filter(id__in=keys)})


async def variants_by_product(viewer: Viewer, keys: list[UUID]) -> list[list[Variant]]:
    """The variants on sale of products that the viewer has already been shown, in their order."""
    rows = await Variant.filter(product_id__in=keys, is_active=True).order_by("product_id", "position", "id")
    return grouped(keys, rows, by=lambda row: row.product_id)


async def options_by_product(viewer: Viewer, keys: list[UUID]) -> list[list[ProductOption]]:
    """The options of shown products, in their order."""
    rows = await ProductOption.filter(product_id__in=keys).order_by("product_id", "position")
    return grouped(keys, rows, by=lambda row: row.product_id)


async def images_by_product(viewer: Viewer, keys: list[UUID]) -> list[list[ProductImage]]:
    """The pictures of shown products, in their order."""
    rows = await ProductImage.filter(product_id__in=keys).order_by("product_id", "position", "id")
    return grouped(keys, rows, by=lambda row: row.product_id)


async def images_by_id(viewer: Viewer, keys: list[UUID]) -> list[ProductImage | None]:
    """The pictures of visible products."""
    found = {row.id: row for row in await ProductImage.filter(id__in=keys)}
    shown = products.visible(viewer).filter(id__in={row.product_id for row in found.values()})
    seen = set(await shown.values_list("id", flat=True))
    return [row if (row := found.get(key)) and row.product_id in seen else None for key in keys]


async def tags_by_product(viewer: Viewer, keys: list[UUID]) -> list[list[str]]:
    """The free tags of shown products, in the order in which they were given."""
    rows = await ProductTag.filter(product_id__in=keys, kind=TagKind.TAG).order_by("position", "tag")
    return [[row.tag for row in own] for own in grouped(keys, rows, by=lambda row: row.product_id)]


async def stock_by_variant(viewer: Viewer, keys: list[UUID]) -> list[list[VariantStock]]:
    """Where shown variants lie, in the order in which warehouses ship."""
    rows = (
        await StockLevel.filter(variant_id__in=keys, warehouse__is_active=True)
        .select_related("warehouse")
        .order_by("warehouse__priority", "warehouse__code")
    )
    return [
        [VariantStock(row.warehouse, row.on_hand, row.reserved) for row in own]
        for own in grouped(keys, rows, by=lambda row: row.variant_id)
    ]


async def categories_by_id(viewer: Viewer, keys: list[UUID]) -> list[Category | None]:
    """Categories, which everybody sees."""
    return in_order(keys, {row.id: row for row in await Category.filter(id__in=keys)})


async def category_tree(viewer: Viewer, keys: list[str]) -> list[Tree]:
    """The whole tree in one statement, whatever the key."""
    tree = Tree()
    for row in await Category.all().order_by("position", "slug"):
        tree.by_id[row.id] = row
        tree.children[row.parent_id].append(row)
    return [tree for _ in keys]


async def brands_by_id(viewer: Viewer, keys: list[UUID]) -> list[Brand | None]:
    """Brands, which everybody sees."""
    return in_order(keys, {row.id: row for row in await Brand.filter(id__in=keys)})


async def imports_by_id(viewer: Viewer, keys: list[UUID]) -> list[CatalogImport | None]:
    """Runs of imports, for those who edit the catalog."""
    return in_order(keys, {row.id: row for row in await imports.visible(viewer).filter(id__in=keys)})

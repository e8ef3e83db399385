"""Products, variants, pictures, categories and brands as clients see them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

import schema.catalog.enums  # noqa: F401  # shows the enums, before anything refers to them
from loaders import catalog as loaders
from models import catalog as models
from resolvers import allocation as allocation_resolvers
from resolvers import service as service_resolvers
from resolvers.catalog import products as resolvers
from resolvers.catalog import taxonomy
from resolvers.catalog.products import Availability
from resolvers.catalog.products import FoodFacts as Facts
from resolvers.context import Info
from schema.catalog.texts import InLocale, localized, spoken
from schema.fields import field
from schema.node import Node, node_type
from schema.scalars import Money, money
from schema.service import ReturnTerms


@node_type(models.Category, loaders.categories_by_id, description="A node of the category tree.")
class Category(Node):
    slug: str = strawberry.field(description="Its name in URLs, unique.")
    name: str = localized("name", description="What it is called.")
    position: int = strawberry.field(description="Its place among its siblings.")
    parent: Category | None = field(taxonomy.parent, description="The category above; null for a root.")
    children: list[Category] = field(taxonomy.children, description="The categories below, in their order.")
    ancestors: list[Category] = field(taxonomy.ancestors, description="The way from the root down to its parent.")
    version: int = strawberry.field(description="Counts its changes; for `expectedVersion`.")


@node_type(models.Brand, loaders.brands_by_id, description="Who makes it.")
class Brand(Node):
    slug: str = strawberry.field(description="Its name in URLs, unique.")
    name: str = localized("name", description="What it is called.")
    version: int = strawberry.field(description="Counts its changes; for `expectedVersion`.")


@strawberry.type(description="From the cheapest to the dearest variant.")
class PriceRange:
    min: Money = strawberry.field(description="The lowest price.")
    max: Money = strawberry.field(description="The highest price.")


def _fact(name: str, *, description: str) -> Any:
    def resolve(root: strawberry.Parent[Facts], info: Info, locale: InLocale = None) -> str | None:
        return resolvers.food_text(root, name, spoken(info, locale))

    resolve.__name__ = name
    return field(resolve, description=description)


@strawberry.type(description="What must be known of a food.")
class FoodFacts:
    origin: str | None = _fact("origin", description="Where it comes from (产地).")
    net_content: str | None = strawberry.field(description="Net content as printed (净含量), such as `1 kg`.")
    shelf_life_days: int | None = strawberry.field(description="Shelf life (保质期), days.")
    production_date: date | None = strawberry.field(description="Production date (生产日期).")
    ingredients: str | None = _fact("ingredients", description="Ingredients (配料).")
    license_number: str | None = strawberry.field(description="Food production license (食品生产许可证编号).")
    certifications: list[models.Certification] = strawberry.field(description="Marks that it carries.")
    diet_tags: list[models.DietTag] = strawberry.field(description="Whom it suits.")


@node_type(models.ProductImage, loaders.images_by_id, description="A picture of a product.")
class ProductImage(Node):
    url: str | None = field(
        resolvers.image_url,
        description="Where to load it from, a path of this server. Null for a picture that an import left outside: a "
        "shop page never loads those.",
    )
    source_url: str | None = field(
        resolvers.image_source_url, description="Where an imported picture lies outside; null when it is ours."
    )
    alt: str = localized("alt", description="What is to be seen on it.")
    position: int = strawberry.field(description="Its place among the pictures, from 0.")


def option_values(root: strawberry.Parent[models.ProductOption], info: Info, locale: InLocale = None) -> list[str]:
    return resolvers.option_values(root, spoken(info, locale))


def variant_title(root: strawberry.Parent[models.Variant], info: Info, locale: InLocale = None) -> str:
    return resolvers.variant_title(root, spoken(info, locale))


@node_type(models.ProductOption, None, description="One way in which a product's variants differ (规格).")
class ProductOption(Node):
    name: str = localized("name", description="What is chosen: size, flavor.")
    position: int = strawberry.field(description="Its place among the options, from 0.")
    values: list[str] = field(option_values, description="What can be chosen, in display order.")


@strawberry.type(description="What a variant is in one option of its product.")
class VariantChoice:
    name: str = strawberry.field(description="The option, in the caller's language.")
    value: str = strawberry.field(description="The value, in the caller's language.")


@strawberry.type(description="Units of one variant in one warehouse, for staff.")
class VariantStock:
    warehouse_code: str = strawberry.field(description="The warehouse, by its code.")
    on_hand: int = strawberry.field(description="Units on the shelf.")
    reserved: int = strawberry.field(description="Of these, promised to orders.")
    available: int = strawberry.field(description="Units that can be sold.")


@strawberry.type(description="Units of a variant in one unit of a bundle.")
class BundlePart:
    variant: Variant | None = field(
        allocation_resolvers.part_variant, description="What; null when it was taken out of the shop."
    )
    quantity: int = strawberry.field(description="Units in one unit of the bundle.")


@node_type(models.Variant, loaders.variants_by_id, description="What is put into a cart (SKU).")
class Variant(Node):
    sku: str | None = strawberry.field(description="The shop's own number for it.")
    product: Product | None = field(
        resolvers.product, description="What it is a variant of; null when you may not see it."
    )
    price: Money = money("price", description="Price of one unit.")
    list_price: Money | None = field(
        resolvers.list_price, description="The price before, to be shown struck through; null unless it was higher."
    )
    choices: list[VariantChoice] = field(
        resolvers.choices, description="Its value in each option of the product; empty when there are no options."
    )
    weight_grams: int = strawberry.field(description="Shipping weight of one unit, grams.")
    barcode: str | None = strawberry.field(description="EAN, UPC or the like.")
    position: int = strawberry.field(description="Its place among the variants, from 0.")
    is_active: bool = strawberry.field(description="False once it was taken out of the product.")
    image: ProductImage | None = field(
        resolvers.variant_image, description="Its own picture, else the product's first one."
    )
    availability: Availability = field(resolvers.availability, description="Whether it can be bought now.")
    available_quantity: int = field(
        resolvers.available_quantity,
        description="Units that can be bought now. Shoppers are told of at most 20 (setting), staff exactly.",
    )
    bundle_parts: list[BundlePart] = field(
        allocation_resolvers.bundle_parts,
        description="What one unit is put together from, if it is sold as a bundle; empty for what is not.",
    )
    stock: list[VariantStock] | None = field(
        resolvers.stock, description="Where it lies, for staff who see stock; null for others."
    )
    title: str = field(
        variant_title, description="Its choices in one line, such as `Red / 1 kg`; `Standard` when there is no choice."
    )


@node_type(models.Product, loaders.products_by_id, description="Something for sale in one or more variants.")
class Product(Node):
    slug: str = strawberry.field(description="Its name in URLs, unique.")
    status: models.ProductStatus = strawberry.field(description="Whether shoppers see it.")
    title: str = localized("title", description="What it is called.")
    description_html: str = localized(
        "description",
        description="Rich text, cleaned when it came in: no script, no style, and no picture from outside.",
    )
    category: Category | None = field(resolvers.category, description="Where it stands in the tree.")
    brand: Brand | None = field(resolvers.brand, description="Who makes it.")
    tags: list[str] = field(resolvers.tags, description="Words that it is filed under.")
    price_range: PriceRange = field(resolvers.price_range, description="From the cheapest to the dearest variant.")
    options: list[ProductOption] = field(resolvers.options, description="How its variants differ; at most 3.")
    variants: list[Variant] = field(resolvers.variants, description="What can be bought, in display order.")
    images: list[ProductImage] = field(resolvers.images, description="Its pictures, the main one first.")
    featured_image: ProductImage | None = field(resolvers.featured_image, description="The main picture.")
    food: FoodFacts | None = field(resolvers.food, description="Facts of a food; null for other goods.")
    cold_chain: bool = strawberry.field(name="isColdChain", description="Whether it must be kept cold on the way.")
    fragile: bool = strawberry.field(name="isFragile", description="Whether it breaks easily.")
    is_service: bool = strawberry.field(
        description="Whether it is done at a booked time and place: order it with the delivery mode SERVICE and a slot."
    )
    is_returnable: bool = strawberry.field(description="False when the shop excludes it from returns without a reason.")
    return_terms: ReturnTerms = field(
        service_resolvers.return_terms, description="Until when it can be returned or complained about, and why not."
    )
    in_stock: bool = strawberry.field(name="isInStock", description="Whether any variant can be bought now.")
    rating: Decimal | None = field(resolvers.rating, description="Stars, 1.00 to 5.00; null while nobody has rated it.")
    sales: int = strawberry.field(description="Units sold, without those that were cancelled.")
    version: int = strawberry.field(description="Counts its changes and those of its variants; for `expectedVersion`.")
    published_at: datetime | None = field(resolvers.published_at, description="When it came on sale; null for a draft.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it last changed.")

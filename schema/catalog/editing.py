"""Mutations of the catalog, for those who edit it."""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from models.catalog import Certification, DietTag, ProductStatus
from resolvers.answers import Answer
from resolvers.catalog import editing as resolvers
from resolvers.context import Info
from schema.catalog.texts import LocalizedInput, texts
from schema.catalog.types import Brand, Category, Product, ProductImage, Variant
from schema.errors import Payload
from schema.fields import given, mutation

VERSION = "The version that you have seen; another one is refused as VERSION_CONFLICT."


@strawberry.input(description="Facts of a food. They take the place of the ones before as a whole.")
class FoodFactsInput:
    origin: LocalizedInput | None = strawberry.field(default=strawberry.UNSET, description="Where it comes from.")
    net_content: str | None = strawberry.field(default=strawberry.UNSET, description="As printed, up to 60 characters.")
    shelf_life_days: int | None = strawberry.field(default=strawberry.UNSET, description="Days, 1–36,500.")
    production_date: date | None = strawberry.field(default=strawberry.UNSET, description="When it was made.")
    ingredients: LocalizedInput | None = strawberry.field(default=strawberry.UNSET, description="What is in it.")
    license_number: str | None = strawberry.field(
        default=strawberry.UNSET, description="Food production license, up to 60 characters."
    )
    certifications: list[Certification] = strawberry.field(default_factory=list, description="Marks that it carries.")
    diet_tags: list[DietTag] = strawberry.field(default_factory=list, description="Whom it suits.")
    cold_chain: bool = strawberry.field(default=False, description="Whether it must be kept cold on the way.")
    fragile: bool = strawberry.field(default=False, description="Whether it breaks easily.")


@strawberry.input(description="One way in which the variants differ.")
class ProductOptionInput:
    name: LocalizedInput = strawberry.field(description="What is chosen, up to 120 characters.")
    values: list[LocalizedInput] = strawberry.field(description="What can be chosen, in display order.")


@strawberry.input(description="A picture by its address.")
class ProductImageInput:
    url: str = strawberry.field(
        description="A path of this server below `/media/`, or a web address outside, which shop pages do not load."
    )
    alt: LocalizedInput | None = strawberry.field(
        default=strawberry.UNSET, description="What is to be seen on it, up to 500 characters."
    )


@strawberry.input(description="A variant of a new product.")
class ProductVariantInput:
    sku: str | None = strawberry.field(default=strawberry.UNSET, description="Your number for it, unique.")
    price: Decimal = strawberry.field(description="Price of one unit, major units such as `19.90`.")
    list_price: Decimal | None = strawberry.field(default=strawberry.UNSET, description="The price before, if any.")
    weight_grams: int = strawberry.field(default=0, description="Shipping weight, grams.")
    barcode: str | None = strawberry.field(default=strawberry.UNSET, description="EAN, UPC or the like.")
    choices: list[LocalizedInput] = strawberry.field(
        default_factory=list, description="Its value in each of the product's options, in their order."
    )


@strawberry.input(description="A new product. Stock is given afterwards, by the mutations for stock.")
class ProductCreateInput:
    slug: str = strawberry.field(description="Its name in URLs: letters, digits and hyphens, up to 200, unique.")
    title: LocalizedInput = strawberry.field(description="What it is called, up to 200 characters.")
    status: ProductStatus = strawberry.field(
        default=ProductStatus.DRAFT, description="Whether shoppers see it at once."
    )
    description: LocalizedInput | None = strawberry.field(
        default=strawberry.UNSET, description="HTML; cleaned to an allow-list, up to 60,000 characters."
    )
    category_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Where it stands.")
    brand_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Who makes it.")
    tags: list[str] = strawberry.field(default_factory=list, description="Words that it is filed under, up to 250.")
    food: FoodFactsInput | None = strawberry.field(default=strawberry.UNSET, description="If it is a food.")
    is_service: bool = strawberry.field(
        default=False, description="Whether it is a service, done at a booked time and place, and never shipped."
    )
    is_returnable: bool = strawberry.field(
        default=True,
        description="False for what nobody else could be sold again: shoppers are told that it cannot be returned "
        "without a reason.",
    )
    options: list[ProductOptionInput] = strawberry.field(
        default_factory=list, description="How its variants differ, up to 3."
    )
    variants: list[ProductVariantInput] = strawberry.field(description="What can be bought, 1–250.")
    images: list[ProductImageInput] = strawberry.field(default_factory=list, description="Its pictures, up to 250.")


@strawberry.input(description="Changes of a product's own facts. What is left out stays as it is.")
class ProductUpdateInput:
    product_id: strawberry.ID = strawberry.field(description="The product.")
    slug: str | None = strawberry.field(default=strawberry.UNSET, description="Its name in URLs.")
    title: LocalizedInput | None = strawberry.field(
        default=strawberry.UNSET, description="What it is called, in all its languages."
    )
    description: LocalizedInput | None = strawberry.field(
        default=strawberry.UNSET, description="HTML in all its languages; cleaned to an allow-list."
    )
    category_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Where it stands; null for nowhere."
    )
    brand_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Who makes it; null for nobody."
    )
    tags: list[str] | None = strawberry.field(default=strawberry.UNSET, description="All words that it is filed under.")
    food: FoodFactsInput | None = strawberry.field(
        default=strawberry.UNSET, description="All facts of a food; null when it is none."
    )
    is_service: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether it is a service, done at a booked time and place."
    )
    is_returnable: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether it can be returned without a reason, as far as it is neither fresh nor a service. Orders "
        "that are placed already keep what their buyers were told.",
    )
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


@strawberry.input(description="A product, and the version of it that was seen.")
class ProductChoiceInput:
    product_id: strawberry.ID = strawberry.field(description="The product.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


@strawberry.input(description="One more variant of a product.")
class VariantCreateInput(ProductVariantInput):
    product_id: strawberry.ID = strawberry.field(description="The product.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


@strawberry.input(description="Changes of a variant. What is left out stays as it is.")
class VariantUpdateInput:
    variant_id: strawberry.ID = strawberry.field(description="The variant.")
    sku: str | None = strawberry.field(default=strawberry.UNSET, description="Your number for it; null takes it away.")
    price: Decimal | None = strawberry.field(default=strawberry.UNSET, description="Price of one unit, major units.")
    list_price: Decimal | None = strawberry.field(
        default=strawberry.UNSET, description="The price before; null takes it away."
    )
    weight_grams: int | None = strawberry.field(default=strawberry.UNSET, description="Shipping weight, grams.")
    barcode: str | None = strawberry.field(default=strawberry.UNSET, description="EAN, UPC or the like.")
    image_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The picture of the product that shows this variant."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The product's version that you have seen."
    )


@strawberry.input(description="A variant to be sold no more.")
class VariantRemoveInput:
    variant_id: strawberry.ID = strawberry.field(description="The variant.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The product's version that you have seen."
    )


@strawberry.input(description="One more picture of a product.")
class ProductImageAddInput(ProductImageInput):
    product_id: strawberry.ID = strawberry.field(description="The product.")
    position: int | None = strawberry.field(
        default=strawberry.UNSET, description="Its place from 0; left out, it becomes the last one."
    )
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


@strawberry.input(description="A picture to be shown no more.")
class ProductImageRemoveInput:
    image_id: strawberry.ID = strawberry.field(description="The picture.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The product's version that you have seen."
    )


@strawberry.input(description="A new node of the category tree.")
class CategoryCreateInput:
    slug: str = strawberry.field(description="a to z, digits and hyphens, up to 100, unique.")
    name: LocalizedInput = strawberry.field(description="What it is called, up to 120 characters.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The category above; left out, it is a root. The tree has at most 5 levels.",
    )
    position: int = strawberry.field(default=0, description="Its place among its siblings.")


@strawberry.input(description="Changes of a category. What is left out stays as it is.")
class CategoryUpdateInput:
    category_id: strawberry.ID = strawberry.field(description="The category.")
    slug: str | None = strawberry.field(default=strawberry.UNSET, description="Its name in URLs.")
    name: LocalizedInput | None = strawberry.field(default=strawberry.UNSET, description="In all its languages.")
    position: int | None = strawberry.field(default=strawberry.UNSET, description="Its place among its siblings.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


@strawberry.input(description="Where to hang a category, with all below it.")
class CategoryMoveInput:
    category_id: strawberry.ID = strawberry.field(description="The category.")
    parent_id: strawberry.ID | None = strawberry.field(description="The category above; null makes it a root.")
    position: int | None = strawberry.field(default=strawberry.UNSET, description="Its place among its new siblings.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


@strawberry.input(description="A new brand.")
class BrandCreateInput:
    slug: str = strawberry.field(description="a to z, digits and hyphens, up to 100, unique.")
    name: LocalizedInput = strawberry.field(description="What it is called, up to 120 characters.")


@strawberry.input(description="Changes of a brand. What is left out stays as it is.")
class BrandUpdateInput:
    brand_id: strawberry.ID = strawberry.field(description="The brand.")
    slug: str | None = strawberry.field(default=strawberry.UNSET, description="Its name in URLs.")
    name: LocalizedInput | None = strawberry.field(default=strawberry.UNSET, description="In all its languages.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


@strawberry.type(description="The product as it is now.")
class ProductPayload(Payload):
    product: Product | None = strawberry.field(description="Null when it was refused.")


@strawberry.type(description="The variant as it is now, and its product.")
class VariantPayload(Payload):
    variant: Variant | None = strawberry.field(description="Null when it was refused.")
    product: Product | None = strawberry.field(description="Null when it was refused.")


@strawberry.type(description="The picture, and its product.")
class ProductImagePayload(Payload):
    image: ProductImage | None = strawberry.field(description="Null when it was refused.")
    product: Product | None = strawberry.field(description="Null when it was refused.")


@strawberry.type(description="The category as it is now.")
class CategoryPayload(Payload):
    category: Category | None = strawberry.field(description="Null when it was refused.")


@strawberry.type(description="The brand as it is now.")
class BrandPayload(Payload):
    brand: Brand | None = strawberry.field(description="Null when it was refused.")


def _plain(value: Any) -> Any:
    """Input objects as plain values: texts by language, others by field."""
    if isinstance(value, LocalizedInput):
        return texts(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if hasattr(type(value), "__strawberry_definition__") and not isinstance(value, Enum):
        return {name: _plain(one) for name, one in given(value).items()}
    return value


def _edit(resolver: Callable[..., Awaitable[Answer]], input_type: type, *, description: str) -> Any:
    """A mutation of the catalog: its input reaches the resolver as plain values."""

    async def resolve(info: Info, **values: Any) -> Answer:
        return await resolver(info, **{name: _plain(value) for name, value in values.items()})

    resolve.__name__ = resolver.__name__
    return mutation(resolve, input_type, description=f"{description} For those who edit the catalog.")


@strawberry.type
class CatalogMutation:
    product_create: ProductPayload = _edit(
        resolvers.product_create, ProductCreateInput, description="Make a product with its variants."
    )
    product_update: ProductPayload = _edit(
        resolvers.product_update, ProductUpdateInput, description="Change a product's own facts."
    )
    product_publish: ProductPayload = _edit(
        resolvers.product_publish, ProductChoiceInput, description="Show a product to shoppers."
    )
    product_archive: ProductPayload = _edit(
        resolvers.product_archive, ProductChoiceInput, description="Take a product off the shelf; orders keep it."
    )
    variant_create: VariantPayload = _edit(
        resolvers.variant_create, VariantCreateInput, description="Sell a product in one more way."
    )
    variant_update: VariantPayload = _edit(
        resolvers.variant_update, VariantUpdateInput, description="Change a variant's number, price, weight or picture."
    )
    variant_remove: ProductPayload = _edit(
        resolvers.variant_remove, VariantRemoveInput, description="Sell a variant no more; orders keep it."
    )
    product_image_add: ProductImagePayload = _edit(
        resolvers.product_image_add, ProductImageAddInput, description="Show one more picture."
    )
    product_image_remove: ProductPayload = _edit(
        resolvers.product_image_remove, ProductImageRemoveInput, description="Show a picture no more."
    )
    category_create: CategoryPayload = _edit(
        resolvers.category_create, CategoryCreateInput, description="Add a node to the tree."
    )
    category_update: CategoryPayload = _edit(
        resolvers.category_update, CategoryUpdateInput, description="Rename a category or give it another place."
    )
    category_move: CategoryPayload = _edit(
        resolvers.category_move, CategoryMoveInput, description="Hang a category, with all below it, elsewhere."
    )
    brand_create: BrandPayload = _edit(resolvers.brand_create, BrandCreateInput, description="Add a brand.")
    brand_update: BrandPayload = _edit(resolvers.brand_update, BrandUpdateInput, description="Rename a brand.")

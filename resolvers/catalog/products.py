"""Products and their variants as shoppers and staff see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

import strawberry

from domain.access import Permission
from domain.catalog import html
from kit.money import Money
from kit.text import Localized, in_locale
from loaders import catalog as loaders
from loaders import inventory as inventory_loaders
from loaders.catalog import VariantStock
from models.catalog import Brand, Category, Product, ProductImage, ProductOption, ProductStatus, Variant
from resolvers.context import Info

ONLY_CHOICE = {"zh-CN": "标准", "en": "Standard"}  # what a variant without options is called


class Availability(StrEnum):
    """Whether something can be bought now."""

    IN_STOCK = "IN_STOCK"
    LOW = "LOW"
    OUT = "OUT"


@dataclass(frozen=True, slots=True)
class PriceRange:
    """From the cheapest to the dearest variant."""

    min: Money
    max: Money


@dataclass(frozen=True, slots=True)
class FoodFacts:
    """What must be known of a food, as stored."""

    facts: dict[str, Any]
    net_content: str | None
    shelf_life_days: int | None
    production_date: date | None
    license_number: str | None
    certifications: list[str]
    diet_tags: list[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a variant is in one option of its product."""

    name: str
    value: str


async def category(root: strawberry.Parent[Product], info: Info) -> Category | None:
    return await info.context.load(loaders.categories_by_id, root.category_id) if root.category_id else None


async def brand(root: strawberry.Parent[Product], info: Info) -> Brand | None:
    return await info.context.load(loaders.brands_by_id, root.brand_id) if root.brand_id else None


async def variants(root: strawberry.Parent[Product], info: Info) -> Sequence[Variant]:
    return await info.context.load(loaders.variants_by_product, root.id)


async def options(root: strawberry.Parent[Product], info: Info) -> Sequence[ProductOption]:
    return await info.context.load(loaders.options_by_product, root.id)


async def images(root: strawberry.Parent[Product], info: Info) -> Sequence[ProductImage]:
    return await info.context.load(loaders.images_by_product, root.id)


async def featured_image(root: strawberry.Parent[Product], info: Info) -> ProductImage | None:
    return next(iter(await info.context.load(loaders.images_by_product, root.id)), None)


async def tags(root: strawberry.Parent[Product], info: Info) -> Sequence[str]:
    return await info.context.load(loaders.tags_by_product, root.id)


def price_range(root: strawberry.Parent[Product], info: Info) -> PriceRange:
    currency = info.context.viewer.market.policy.currency
    return PriceRange(Money(root.min_price, currency), Money(root.max_price, currency))


def rating(root: strawberry.Parent[Product]) -> Decimal | None:
    return Decimal(root.rating).scaleb(-2) if root.rating else None


def published_at(root: strawberry.Parent[Product]) -> datetime | None:
    return None if root.status is ProductStatus.DRAFT else root.listed_at


def food(root: strawberry.Parent[Product]) -> FoodFacts | None:
    if root.food is None:
        return None
    facts = cast(dict[str, Any], root.food)
    made = facts.get("productionDate")
    return FoodFacts(
        facts=facts,
        net_content=facts.get("netContent"),
        shelf_life_days=facts.get("shelfLifeDays"),
        production_date=date.fromisoformat(made) if made else None,
        license_number=facts.get("licenseNumber"),
        certifications=facts.get("certifications") or [],
        diet_tags=facts.get("dietTags") or [],
    )


def food_text(facts: FoodFacts, name: str, locale: str) -> str | None:
    """A text among the facts in a language; None when it is not given."""
    return in_locale(facts.facts.get(name), locale) or None


# ----------------------------------------------------------------------------------------------------------- pictures


def image_url(root: strawberry.Parent[ProductImage]) -> str | None:
    return root.url if html.is_ours(root.url) else None


def image_source_url(root: strawberry.Parent[ProductImage]) -> str | None:
    return None if html.is_ours(root.url) else root.url


# ----------------------------------------------------------------------------------------------------------- variants


async def product(root: strawberry.Parent[Variant], info: Info) -> Product | None:
    return await info.context.load(loaders.products_by_id, root.product_id)


def variant_title(row: Variant, locale: str) -> str:
    """The chosen values; a variant without options is the standard one."""
    return " / ".join(in_locale(choice, locale) for choice in row.choices) or ONLY_CHOICE[locale]


async def choices(root: strawberry.Parent[Variant], info: Info) -> list[Choice]:
    if not root.choices:
        return []
    options = await info.context.load(loaders.options_by_product, root.product_id)
    locale = info.context.locale
    pairs = zip(options, root.choices, strict=False)
    return [Choice(in_locale(option.name, locale), in_locale(value, locale)) for option, value in pairs]


async def variant_image(root: strawberry.Parent[Variant], info: Info) -> ProductImage | None:
    pictures = await info.context.load(loaders.images_by_product, root.product_id)
    own = next((picture for picture in pictures if picture.id == root.image_id), None)
    return own or next(iter(pictures), None)


async def _available(info: Info, variant_id: UUID) -> int:
    return await info.context.load(inventory_loaders.available_by_variant, variant_id)


async def availability(root: strawberry.Parent[Variant], info: Info) -> Availability:
    units = await _available(info, root.id) if root.is_active else 0
    if units <= 0:
        return Availability.OUT
    return Availability.LOW if units <= info.context.viewer.market.policy.low_stock else Availability.IN_STOCK


async def available_quantity(root: strawberry.Parent[Variant], info: Info) -> int:
    viewer = info.context.viewer
    units = await _available(info, root.id) if root.is_active else 0
    return units if viewer.may(Permission.SEE_STOCK) else min(units, viewer.market.policy.shown_stock)


async def stock(root: strawberry.Parent[Variant], info: Info) -> Sequence[VariantStock] | None:
    if not info.context.viewer.may(Permission.SEE_STOCK):
        return None
    return await info.context.load(loaders.stock_by_variant, root.id)


def localized(row: object, attribute: str, locale: str) -> str:
    """A text column in a language, else in the market's first one."""
    texts: Localized = getattr(row, attribute)
    return in_locale(texts, locale)


def option_values(row: ProductOption, locale: str) -> list[str]:
    """What can be chosen."""
    return [in_locale(value, locale) for value in row.values]


def list_price(root: strawberry.Parent[Variant], info: Info) -> Money | None:
    """Only a price that was higher is worth striking through."""
    if root.list_price is None or root.list_price <= root.price:
        return None
    return Money(root.list_price, info.context.viewer.market.policy.currency)

"""What staff do to products, variants, pictures, categories and brands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.catalog import editing, taxonomy
from domain.catalog.drafts import ImageDraft, OptionDraft, ProductDraft, VariantDraft
from kit import ids
from kit.errors import Refused, refuse_all
from kit.money import to_minor
from models.catalog import Product
from resolvers.answers import Answer
from resolvers.context import Info

Given = Mapping[str, Any]


@dataclass(slots=True)
class _Reading:
    """Turns an input into what the domain takes, and collects what cannot be read."""

    info: Info
    problems: list[Refused] = field(default_factory=list)

    def key(self, kind: str, given: Given, name: str) -> UUID | None:
        public = given.get(name)
        if public is None:
            return None
        try:
            return ids.key_of(kind, public, name)
        except Refused as refused:
            self.problems.append(refused)
            return None

    def minor(self, amount: Decimal | None, *path: str) -> int | None:
        if amount is None:
            return None
        try:
            return to_minor(amount, self.info.context.viewer.market.policy.currency)
        except ValueError as error:
            self.problems.append(Refused("INVALID_AMOUNT", path=path, why=str(error)))
            return 0

    def product(self, given: Given) -> ProductDraft:
        """The draft of the columns and lists that were given."""
        draft = ProductDraft(slug=given.get("slug") or "")
        for name in ("status", "title", "description"):
            if given.get(name) is not None:
                draft.columns[name] = given[name]
        for name, kind in (("category_id", "Category"), ("brand_id", "Brand")):
            if name in given:
                draft.columns[name] = self.key(kind, given, name)
        if "food" in given:
            draft.columns["food"] = None if given["food"] is None else _food(given["food"])
        for name in ("cold_chain", "fragile", "is_service", "is_returnable"):
            if given.get(name) is not None:
                draft.columns[name] = given[name]
        draft.tags = given.get("tags")
        self._lists(given, draft)
        return draft

    def _lists(self, given: Given, draft: ProductDraft) -> None:
        if given.get("options") is not None:
            draft.options = [OptionDraft(name=one["name"], values=one["values"]) for one in given["options"]]
        if given.get("variants") is not None:
            draft.variants = [self.variant(one, "variants", str(nth)) for nth, one in enumerate(given["variants"])]
        if given.get("images") is not None:
            draft.images = [ImageDraft(url=one["url"], alt=one.get("alt") or {}) for one in given["images"]]

    def variant(self, given: Given, *path: str) -> VariantDraft:
        return VariantDraft(
            sku=given.get("sku"), choices=list(given.get("choices") or ()), columns=self.variant_columns(given, *path)
        )

    def variant_columns(self, given: Given, *path: str) -> dict[str, Any]:
        columns = {name: given[name] for name in ("barcode", "weight_grams") if name in given}
        for name in ("price", "list_price"):
            if name in given:
                columns[name] = self.minor(given[name], *path, name)
        return columns


def _food(given: Given) -> dict[str, Any]:
    """The facts under the names of the file format, which is how they are stored."""
    names = {
        "net_content": "netContent",
        "shelf_life_days": "shelfLifeDays",
        "production_date": "productionDate",
        "license_number": "licenseNumber",
        "diet_tags": "dietTags",
        "cold_chain": "coldChain",
    }
    facts = {names.get(name, name): value for name, value in given.items()}
    if isinstance(facts.get("productionDate"), date):
        facts["productionDate"] = facts["productionDate"].isoformat()
    for name in ("certifications", "dietTags"):
        facts[name] = [one.value for one in facts.get(name) or ()]
    return facts


def _key(kind: str, public: str, name: str) -> UUID:
    return ids.key_of(kind, public, name)


# ------------------------------------------------------------------------------------------------------------ products


async def product_create(info: Info, **given: Any) -> Answer:
    reading = _Reading(info)
    draft = reading.product(given)
    draft.options = draft.options or []
    draft.variants = draft.variants or []
    refuse_all(reading.problems)
    return Answer(product=await editing.create(info.context.viewer, draft))


async def product_update(
    info: Info, *, product_id: str, expected_version: int | None = None, slug: str | None = None, **given: Any
) -> Answer:
    reading = _Reading(info)
    draft = reading.product(given)
    key = reading.key("Product", {"product_id": product_id}, "product_id")
    refuse_all(reading.problems)
    assert key is not None  # else it is among the problems
    product = await editing.update(info.context.viewer, key, draft, slug=slug, expected_version=expected_version)
    return Answer(product=product)


async def product_publish(info: Info, *, product_id: str, expected_version: int | None = None) -> Answer:
    key = _key("Product", product_id, "product_id")
    return Answer(product=await editing.publish(info.context.viewer, key, expected_version=expected_version))


async def product_archive(info: Info, *, product_id: str, expected_version: int | None = None) -> Answer:
    key = _key("Product", product_id, "product_id")
    return Answer(product=await editing.archive(info.context.viewer, key, expected_version=expected_version))


# ------------------------------------------------------------------------------------------------------------ variants


async def variant_create(info: Info, *, product_id: str, expected_version: int | None = None, **given: Any) -> Answer:
    reading = _Reading(info)
    draft = reading.variant(given)
    key = _key("Product", product_id, "product_id")
    refuse_all(reading.problems)
    variant = await editing.add_variant(info.context.viewer, key, draft, expected_version=expected_version)
    return Answer(variant=variant, product=await Product.get(id=variant.product_id))


async def variant_update(info: Info, *, variant_id: str, expected_version: int | None = None, **given: Any) -> Answer:
    reading = _Reading(info)
    columns = reading.variant_columns(given)
    columns |= {"sku": given["sku"]} if "sku" in given else {}
    image_id = reading.key("ProductImage", given, "image_id")
    key = _key("Variant", variant_id, "variant_id")
    refuse_all(reading.problems)
    variant = await editing.update_variant(
        info.context.viewer, key, columns, image_id=image_id, expected_version=expected_version
    )
    return Answer(variant=variant, product=await Product.get(id=variant.product_id))


async def variant_remove(info: Info, *, variant_id: str, expected_version: int | None = None) -> Answer:
    key = _key("Variant", variant_id, "variant_id")
    return Answer(product=await editing.remove_variant(info.context.viewer, key, expected_version=expected_version))


# ------------------------------------------------------------------------------------------------------------ pictures


async def product_image_add(
    info: Info,
    *,
    product_id: str,
    url: str,
    alt: dict[str, str] | None = None,
    position: int | None = None,
    expected_version: int | None = None,
) -> Answer:
    image = await editing.add_image(
        info.context.viewer,
        _key("Product", product_id, "product_id"),
        ImageDraft(url=url, alt=alt or {}),
        position=position,
        expected_version=expected_version,
    )
    return Answer(image=image, product=await Product.get(id=image.product_id))


async def product_image_remove(info: Info, *, image_id: str, expected_version: int | None = None) -> Answer:
    key = _key("ProductImage", image_id, "image_id")
    return Answer(product=await editing.remove_image(info.context.viewer, key, expected_version=expected_version))


# -------------------------------------------------------------------------------------------- categories and brands


async def category_create(
    info: Info, *, slug: str, name: dict[str, str], parent_id: str | None = None, position: int = 0
) -> Answer:
    parent = _key("Category", parent_id, "parent_id") if parent_id is not None else None
    category = await taxonomy.create_category(
        info.context.viewer, slug=slug, name=name, parent_id=parent, position=position
    )
    return Answer(category=category)


async def category_update(info: Info, *, category_id: str, **given: Any) -> Answer:
    key = _key("Category", category_id, "category_id")
    return Answer(category=await taxonomy.update_category(info.context.viewer, key, **given))


async def category_move(
    info: Info,
    *,
    category_id: str,
    parent_id: str | None = None,
    position: int | None = None,
    expected_version: int | None = None,
) -> Answer:
    key = _key("Category", category_id, "category_id")
    parent = _key("Category", parent_id, "parent_id") if parent_id is not None else None
    category = await taxonomy.move_category(
        info.context.viewer, key, parent_id=parent, position=position, expected_version=expected_version
    )
    return Answer(category=category)


async def brand_create(info: Info, *, slug: str, name: dict[str, str]) -> Answer:
    return Answer(brand=await taxonomy.create_brand(info.context.viewer, slug=slug, name=name))


async def brand_update(info: Info, *, brand_id: str, **given: Any) -> Answer:
    key = _key("Brand", brand_id, "brand_id")
    return Answer(brand=await taxonomy.update_brand(info.context.viewer, key, **given))

"""What staff do to products: create, edit, publish, archive; their variants and pictures."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain import effects
from domain.access import Permission, Viewer
from domain.catalog import drafts, food, saving
from domain.catalog.drafts import ImageDraft, Problems, ProductDraft, VariantDraft
from kit import clock
from kit.errors import Refused, refuse_all
from models.catalog import Brand, Category, Product, ProductImage, ProductOption, ProductStatus, Variant


async def create(viewer: Viewer, draft: ProductDraft) -> Product:
    """Make a product; a draft unless it says otherwise."""
    viewer.require(Permission.EDIT_CATALOG)
    problems = _read_food(draft) + drafts.check(draft, is_new=True)
    problems += await _check_places(draft)
    if await Product.exists(slug=draft.slug):
        problems.append(Refused("SLUG_TAKEN", path=("slug",)))
    problems += await _taken_skus(draft.variants or (), None)
    refuse_all(problems)
    async with _storing(viewer):
        saved = await saving.save(None, draft)
    return await Product.get(id=saved.product_id)


async def update(
    viewer: Viewer,
    product_id: UUID,
    draft: ProductDraft,
    *,
    slug: str | None = None,
    expected_version: int | None = None,
) -> Product:
    """Change what the draft gives of the product's own columns and tags."""
    viewer.require(Permission.EDIT_CATALOG)
    current = await _find(product_id)
    draft = replace(draft, slug=slug if slug is not None else current.slug)
    problems = _read_food(draft) + drafts.check(draft, is_new=False)
    problems += await _check_places(draft)
    if draft.slug != current.slug and await Product.exists(slug=draft.slug):
        problems.append(Refused("SLUG_TAKEN", path=("slug",)))
    refuse_all(problems)
    async with _storing(viewer):
        product = await _locked(product_id, expected_version)
        product.slug = draft.slug
        await saving.save(product, draft)
    return product


async def publish(viewer: Viewer, product_id: UUID, *, expected_version: int | None = None) -> Product:
    """Show it to shoppers. One that has no title or nothing to buy is refused, all reasons at once."""
    viewer.require(Permission.EDIT_CATALOG)
    async with viewer.market.change():
        product = await _locked(product_id, expected_version)
        problems = [] if product.title else [Refused("TITLE_MISSING", path=("productId",))]
        if not await Variant.exists(product_id=product_id, is_active=True):
            problems.append(Refused("NO_VARIANTS", path=("productId",)))
        refuse_all(problems)
        if product.status is not ProductStatus.ACTIVE:
            product.status, product.listed_at = ProductStatus.ACTIVE, clock.now()
            await product.save(update_fields=["status", "listed_at"])
            await saving.settle(product)
    return product


async def archive(viewer: Viewer, product_id: UUID, *, expected_version: int | None = None) -> Product:
    """Take it off the shelf. Orders that name it stay as they are."""
    viewer.require(Permission.EDIT_CATALOG)
    async with viewer.market.change():
        product = await _locked(product_id, expected_version)
        if product.status is not ProductStatus.ARCHIVED:
            product.status = ProductStatus.ARCHIVED
            await product.save(update_fields=["status"])
            await saving.settle(product)
    return product


# ------------------------------------------------------------------------------------------------------------ variants


async def add_variant(
    viewer: Viewer, product_id: UUID, draft: VariantDraft, *, expected_version: int | None = None
) -> Variant:
    """Sell the product in one more way."""
    viewer.require(Permission.EDIT_CATALOG)
    await _find(product_id)
    problems: Problems = []
    drafts.check_variant(draft, problems, is_new=True)
    problems += await _taken_skus([draft], product_id)
    refuse_all(problems)
    async with _storing(viewer):
        product = await _locked(product_id, expected_version)
        siblings = await Variant.filter(product_id=product_id).order_by("position")
        refuse_all(await _misfit(product_id, draft.choices, siblings))
        if len(siblings) >= drafts.MOST_VARIANTS:
            raise Refused("TOO_MANY_VALUES", path=("productId",), maximum=drafts.MOST_VARIANTS)
        place = max((one.position for one in siblings), default=-1) + 1
        await Variant.filter(sku=draft.sku, is_active=False).update(sku=None) if draft.sku else None
        variant = await Variant.create(
            product=product, position=place, sku=draft.sku, choices=draft.choices, **draft.columns
        )
        await _learn_values(product_id, draft.choices)
        await saving.settle(product)
    return variant


async def update_variant(
    viewer: Viewer,
    variant_id: UUID,
    columns: dict[str, Any],
    *,
    image_id: UUID | None = None,
    expected_version: int | None = None,
) -> Variant:
    """Change what is given of a variant: sku, price, list_price, weight_grams, barcode, and its picture."""
    viewer.require(Permission.EDIT_CATALOG)
    variant = await _find_variant(variant_id)
    draft = VariantDraft(sku=columns.get("sku", variant.sku), columns={**columns})
    draft.columns.pop("sku", None)
    problems: Problems = []
    drafts.check_variant(draft, problems, is_new=False)
    if draft.sku != variant.sku:
        problems += await _taken_skus([draft], variant.product_id)
    if image_id is not None and not await ProductImage.exists(id=image_id, product_id=variant.product_id):
        problems.append(Refused("NOT_FOUND", path=("imageId",), what="picture"))
    refuse_all(problems)
    async with _storing(viewer):
        product = await _locked(variant.product_id, expected_version)
        variant = await Variant.get(id=variant_id)
        if draft.sku:
            await Variant.filter(sku=draft.sku, is_active=False).exclude(id=variant_id).update(sku=None)
        variant.update_from_dict({**draft.columns, "sku": draft.sku})
        variant.image_id = image_id if image_id is not None else variant.image_id
        await variant.save()
        await saving.settle(product)
    return variant


async def remove_variant(viewer: Viewer, variant_id: UUID, *, expected_version: int | None = None) -> Product:
    """Sell it no more. It is kept for the orders that name it; the last one of a product on sale stays."""
    viewer.require(Permission.EDIT_CATALOG)
    variant = await _find_variant(variant_id)
    async with viewer.market.change():
        product = await _locked(variant.product_id, expected_version)
        others = Variant.filter(product_id=product.id, is_active=True).exclude(id=variant_id)
        if product.status is ProductStatus.ACTIVE and not await others.exists():
            raise Refused("NO_VARIANTS", path=("variantId",))
        await Variant.filter(id=variant_id).update(is_active=False)
        await effects.soon(saving.IN_STOCK, product.id)
        await saving.settle(product)
    return product


# ------------------------------------------------------------------------------------------------------------ pictures


async def add_image(
    viewer: Viewer,
    product_id: UUID,
    image: ImageDraft,
    *,
    position: int | None = None,
    expected_version: int | None = None,
) -> ProductImage:
    """Show one more picture: at the end, or before the one that stands at `position`."""
    viewer.require(Permission.EDIT_CATALOG)
    await _find(product_id)
    problems: Problems = []
    drafts.check_images([image], problems)
    refuse_all([Refused(one.code, path=one.path[2:], retryable=one.retryable, **one.facts) for one in problems])
    async with viewer.market.change():
        product = await _locked(product_id, expected_version)
        rows = await ProductImage.filter(product_id=product_id).order_by("position", "id")
        if len(rows) >= drafts.MOST_IMAGES:
            raise Refused("TOO_MANY_VALUES", path=("productId",), maximum=drafts.MOST_IMAGES)
        added = ProductImage(product_id=product_id, position=0, url=image.url, alt=image.alt)
        place = len(rows) if position is None else max(0, min(position, len(rows)))
        rows.insert(place, added)
        await added.save(force_create=True)
        await _number(rows)
        await saving.settle(product)
    return added


async def remove_image(viewer: Viewer, image_id: UUID, *, expected_version: int | None = None) -> Product:
    """Show a picture no more."""
    viewer.require(Permission.EDIT_CATALOG)
    image = await ProductImage.get_or_none(id=image_id)
    if image is None:
        raise Refused("NOT_FOUND", path=("imageId",), what="picture")
    async with viewer.market.change():
        product = await _locked(image.product_id, expected_version)
        await Variant.filter(product_id=product.id, image_id=image_id).update(image_id=None)
        await ProductImage.filter(id=image_id).delete()
        await _number(await ProductImage.filter(product_id=product.id).order_by("position", "id"))
        await saving.settle(product)
    return product


async def _number(rows: Sequence[ProductImage]) -> None:
    for place, row in enumerate(rows):
        if row.position != place:
            row.position = place
            await row.save(update_fields=["position"])


# -------------------------------------------------------------------------------------------------------------- checks


@asynccontextmanager
async def _storing(viewer: Viewer) -> AsyncIterator[None]:
    """The transaction of a change. Whoever takes a slug or SKU in the same moment is refused like a latecomer."""
    try:
        async with viewer.market.change():
            yield
    except IntegrityError as error:
        if "sku" in str(error):
            raise Refused("SKU_TAKEN", path=("sku",)) from None
        if "slug" in str(error):
            raise Refused("SLUG_TAKEN", path=("slug",)) from None
        raise


async def _find(product_id: UUID) -> Product:
    product = await Product.get_or_none(id=product_id)
    if product is None:
        raise Refused("NOT_FOUND", path=("productId",), what="product")
    return product


async def _find_variant(variant_id: UUID) -> Variant:
    variant = await Variant.get_or_none(id=variant_id, is_active=True)
    if variant is None:
        raise Refused("NOT_FOUND", path=("variantId",), what="variant")
    return variant


async def _locked(product_id: UUID, expected_version: int | None) -> Product:
    product = await Product.filter(id=product_id).select_for_update().first()
    if product is None:
        raise Refused("NOT_FOUND", path=("productId",), what="product")
    if expected_version is not None and expected_version != product.version:
        raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=product)
    return product


def _read_food(draft: ProductDraft) -> Problems:
    """Check food facts that were given, and take over what the product itself keeps of them."""
    if draft.columns.get("food") is None:
        return []
    facts, problems = food.read(draft.columns["food"])
    draft.columns |= {"food": facts, **food.flags(facts)}
    return problems


async def _check_places(draft: ProductDraft) -> Problems:
    problems: Problems = []
    category, brand = draft.columns.get("category_id"), draft.columns.get("brand_id")
    if category is not None and not await Category.exists(id=category):
        problems.append(Refused("NOT_FOUND", path=("categoryId",), what="category"))
    if brand is not None and not await Brand.exists(id=brand):
        problems.append(Refused("NOT_FOUND", path=("brandId",), what="brand"))
    return problems


async def _taken_skus(variants: Sequence[VariantDraft], product_id: UUID | None) -> Problems:
    """SKUs that variants on sale have already."""
    skus = [variant.sku for variant in variants if variant.sku]
    taken = {row.sku for row in await Variant.filter(sku__in=skus, is_active=True)} if skus else set()
    path = ("variants",) if product_id is None else ()
    return [
        Refused("SKU_TAKEN", path=(*path, str(place), "sku") if path else ("sku",))
        for place, variant in enumerate(variants)
        if variant.sku in taken
    ]


async def _misfit(product_id: UUID, choices: list[dict[str, str]], siblings: Sequence[Variant]) -> Problems:
    """Whether a new variant has another number of choices than the product has options, or the choices of a sibling."""
    options = await ProductOption.filter(product_id=product_id).count()
    if len(choices) != options:
        return [Refused("OPTIONS_MISMATCH", path=("choices",), options=options)]
    active = [one for one in siblings if one.is_active]
    if any(one.choices == choices for one in active) or (not options and active):
        return [Refused("DUPLICATE_VARIANT", path=("choices",))]
    return []


async def _learn_values(product_id: UUID, choices: Sequence[dict[str, str]]) -> None:
    """A value that an option did not have yet joins its list."""
    for option, value in zip(
        await ProductOption.filter(product_id=product_id).order_by("position"), choices, strict=True
    ):
        if not any(drafts.same_choice(value, known) for known in option.values):
            option.values = [*option.values, value]
            await option.save(update_fields=["values"])

"""Turns a checked draft into rows: the product, its tags, options, pictures, variants, and its place in the index."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain import effects
from domain.catalog import index, words
from domain.catalog.drafts import ImageDraft, OptionDraft, ProductDraft, Saved, VariantDraft, same_choice
from kit import clock
from kit.text import DEFAULT_LOCALE, Localized, in_locale
from models.catalog import Product, ProductImage, ProductOption, ProductStatus, ProductTag, TagKind, Variant

IN_STOCK = "catalog.in_stock"  # the job that looks again whether any variant of a product can be bought


async def save(product: Product | None, draft: ProductDraft, *, indexed: bool = True) -> Saved:
    """Make the product, or change the given one (locked by the caller), in the caller's transaction.

    With `indexed=False` the caller writes the index anew before its transaction ends, for many products at once.
    """
    is_new = product is None
    if product is None:
        now = clock.now()
        product = Product(slug=draft.slug, title={}, created_at=now, updated_at=now, listed_at=now, version=0)
    _fill(product, draft)
    await product.save(force_create=is_new)
    await _file(product, draft, is_new=is_new)
    if draft.options is not None:
        await _put_options(product, draft.options, merge=draft.merge, is_new=is_new)
    if draft.images is not None:
        await _put_images(product, draft.images, merge=draft.merge, is_new=is_new)
    restocked = await _put_variants(product, draft, is_new=is_new) if draft.variants is not None else {}
    await settle(product, indexed=indexed)
    return Saved(product.id, restocked)


async def settle(product: Product, *, indexed: bool = True) -> None:
    """After any change: prices from the variants, a new version, the search index. The last step of every action."""
    prices = [variant.price for variant in await Variant.filter(product_id=product.id, is_active=True)]
    product.min_price, product.max_price = (min(prices), max(prices)) if prices else (0, 0)
    product.sort_title = words.sort_key(in_locale(product.title, DEFAULT_LOCALE))
    product.version += 1
    product.updated_at = clock.now()
    columns = ["min_price", "max_price", "sort_title", "version", "updated_at"]
    await product.save(update_fields=columns)
    if indexed:
        await index.reindex([product.id])


def _fill(product: Product, draft: ProductDraft) -> None:
    was_draft = product.status is ProductStatus.DRAFT
    for name, value in draft.columns.items():
        if draft.merge and name in ("title", "description"):
            value = {**getattr(product, name), **value}
        setattr(product, name, value)
    if was_draft and product.status is ProductStatus.ACTIVE:
        product.listed_at = clock.now()


async def _file(product: Product, draft: ProductDraft, *, is_new: bool) -> None:
    """Tags as given; diets and marks follow the food facts."""
    wanted: dict[TagKind, list[str]] = {}
    if draft.tags is not None:
        wanted[TagKind.TAG] = draft.tags
    if "food" in draft.columns:
        food: dict[str, Any] = draft.columns["food"] or {}
        wanted[TagKind.DIET] = food.get("dietTags") or []
        wanted[TagKind.CERTIFICATION] = food.get("certifications") or []
    if not wanted:
        return
    if not is_new:
        await ProductTag.filter(product_id=product.id, kind__in=list(wanted)).delete()
    await ProductTag.bulk_create(
        [
            ProductTag(product=product, kind=kind, tag=tag, position=place)
            for kind, tags in wanted.items()
            for place, tag in enumerate(tags)
        ]
    )


async def _put_options(product: Product, drafts: Sequence[OptionDraft], *, merge: bool, is_new: bool) -> None:
    known = [] if is_new else await ProductOption.filter(product_id=product.id).order_by("position")
    added: list[ProductOption] = []
    for place, draft in enumerate(drafts):
        row = known[place] if place < len(known) else None
        if row is None:
            added.append(ProductOption(product=product, position=place, name=draft.name, values=draft.values))
            continue
        row.name = {**row.name, **draft.name} if merge else draft.name
        row.values = [_joined(value, row.values) if merge else value for value in draft.values]
        await row.save()
    await ProductOption.bulk_create(added)
    if len(known) > len(drafts):
        await ProductOption.filter(product_id=product.id, position__gte=len(drafts)).delete()


async def _put_images(product: Product, drafts: Sequence[ImageDraft], *, merge: bool, is_new: bool) -> None:
    """Pictures in the given order; one that was there keeps its key, since variants point to it."""
    left = [] if is_new else await ProductImage.filter(product_id=product.id).order_by("position")
    added: list[ProductImage] = []
    for place, draft in enumerate(drafts):
        row = next((one for one in left if one.url == draft.url), None)
        if row is None:
            added.append(ProductImage(product=product, position=place, url=draft.url, alt=draft.alt))
            continue
        left.remove(row)
        row.position, row.alt = place, {**row.alt, **draft.alt} if merge else draft.alt
        await row.save()
    await ProductImage.bulk_create(added)
    if left:
        gone = [row.id for row in left]
        await Variant.filter(product_id=product.id, image_id__in=gone).update(image_id=None)
        await ProductImage.filter(id__in=gone).delete()


async def _put_variants(product: Product, draft: ProductDraft, *, is_new: bool) -> dict[UUID, dict[str, int]]:
    """The variants in the given order; gives those whose stock is told anew.

    One that is not given any more is taken out, but kept: orders name it.
    """
    wanted = draft.variants or []
    known = [] if is_new else await Variant.filter(product_id=product.id).order_by("position", "id")
    pictures = await _pictures(product, wanted)
    rows: list[Variant] = []
    for one in wanted:
        row = _match(one, [row for row in known if row not in rows])
        rows.append(row or Variant(product_id=product.id, position=0, price=0))
    await _free_skus([one.sku for one in wanted if one.sku], rows)
    restocked: dict[UUID, dict[str, int]] = {}
    for place, (one, row) in enumerate(zip(wanted, rows, strict=True)):
        choices = [_joined(value, old) for value, old in _beside(one.choices, row.choices)]
        row.choices = choices if draft.merge else one.choices
        row.update_from_dict(one.columns)
        row.sku, row.position, row.is_active = one.sku, place, True
        if one.image_url is not None:
            row.image_id = pictures.get(one.image_url)
        if one.stock and row.imported_stock != one.stock:
            row.imported_stock = restocked[row.id] = one.stock
        if row in known:
            await row.save()
    await Variant.bulk_create([row for row in rows if row not in known])
    gone = [row.id for row in known if row not in rows and row.is_active]
    if gone:
        await Variant.filter(id__in=gone).update(is_active=False)
    if known:  # what is new has no stock yet
        await effects.soon(IN_STOCK, product.id)
    return restocked


async def _pictures(product: Product, wanted: Sequence[VariantDraft]) -> dict[str, UUID]:
    """The pictures that variants name, by address; one that the product does not have is added to it."""
    named = dict.fromkeys(one.image_url for one in wanted if one.image_url)
    if not named:
        return {}
    rows = await ProductImage.filter(product_id=product.id).order_by("position")
    found = {row.url: row.id for row in reversed(rows)}
    for url in named:
        if url not in found:
            row = await ProductImage.create(product=product, position=len(found), url=url)
            found[url] = row.id
    return found


def _match(wanted: VariantDraft, rows: Sequence[Variant]) -> Variant | None:
    """The stored variant that is meant: the same SKU, else the same choices where no other SKU tells them apart."""
    if wanted.sku:
        same = next((row for row in rows if row.sku == wanted.sku), None)
        if same is not None:
            return same
    return next(
        (row for row in rows if (not row.sku or not wanted.sku) and _same_choices(wanted.choices, row.choices)), None
    )


def _same_choices(ones: Sequence[Localized], others: Sequence[Localized]) -> bool:
    return len(ones) == len(others) and all(map(same_choice, ones, others))


async def _free_skus(skus: Sequence[str], rows: Sequence[Variant]) -> None:
    """A variant that was taken out lets go of a number that another one needs."""
    if skus:
        own = [row.id for row in rows]
        await Variant.filter(sku__in=skus, is_active=False).exclude(id__in=own).update(sku=None)


def _joined(value: Localized, known: Sequence[Localized] | Localized) -> Localized:
    """A text of one language with what the same text is called in the others."""
    candidates = [known] if isinstance(known, dict) else known
    same = next((one for one in candidates if same_choice(value, one)), {})
    return {**same, **value}


def _beside(values: Sequence[Localized], known: Sequence[Localized]) -> list[tuple[Localized, Localized]]:
    return [(value, known[place] if place < len(known) else {}) for place, value in enumerate(values)]

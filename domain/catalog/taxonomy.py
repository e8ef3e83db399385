"""Categories and brands: what staff do to them."""

from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain import effects
from domain.access import Permission, Viewer
from domain.catalog import drafts
from domain.catalog.drafts import Problems
from kit.errors import Refused, refuse_all
from kit.text import Localized
from models.catalog import Brand, Category

DEEPEST = 5  # levels of the tree
CATEGORY_CHANGED = "catalog.category_changed"  # jobs that write the index anew
BRAND_CHANGED = "catalog.brand_changed"


async def create_category(
    viewer: Viewer, *, slug: str, name: Localized, parent_id: UUID | None = None, position: int = 0
) -> Category:
    """Add a node to the tree."""
    viewer.require(Permission.EDIT_CATALOG)
    problems: Problems = []
    drafts.check_own_slug(slug, problems)
    name = drafts.check_name(name, problems)
    parent = await _parent(parent_id, problems)
    if await Category.exists(slug=slug):
        problems.append(Refused("SLUG_TAKEN", path=("slug",)))
    if parent is not None and _depth(parent.path) >= DEEPEST:
        problems.append(Refused("TOO_DEEP", path=("parentId",), maximum=DEEPEST))
    refuse_all(problems)
    try:
        async with viewer.market.change():
            path = f"{parent.path if parent else '/'}{slug}/"
            return await Category.create(slug=slug, name=name, parent=parent, path=path, position=position)
    except IntegrityError:
        raise Refused("SLUG_TAKEN", path=("slug",)) from None


async def update_category(
    viewer: Viewer,
    category_id: UUID,
    *,
    slug: str | None = None,
    name: Localized | None = None,
    position: int | None = None,
    expected_version: int | None = None,
) -> Category:
    """Rename a category or give it another place among its siblings."""
    viewer.require(Permission.EDIT_CATALOG)
    problems: Problems = []
    if slug is not None:
        drafts.check_own_slug(slug, problems)
        if await Category.filter(slug=slug).exclude(id=category_id).exists():
            problems.append(Refused("SLUG_TAKEN", path=("slug",)))
    if name is not None:
        name = drafts.check_name(name, problems)
    refuse_all(problems)
    async with viewer.market.change():
        category = await _locked_category(category_id, expected_version)
        category.name = name if name is not None else category.name
        category.position = position if position is not None else category.position
        if slug is not None and slug != category.slug:
            above = category.path.removesuffix(f"{category.slug}/")
            category.slug = slug
            await _repath(category, f"{above}{slug}/")
        await _keep_category(category)
    return category


async def move_category(
    viewer: Viewer,
    category_id: UUID,
    *,
    parent_id: UUID | None,
    position: int | None = None,
    expected_version: int | None = None,
) -> Category:
    """Hang a category, with all below it, under another one; None makes it a root."""
    viewer.require(Permission.EDIT_CATALOG)
    problems: Problems = []
    async with viewer.market.change():
        await Category.all().order_by("id").select_for_update()  # two moves at once could tie the tree into a loop
        category = await _locked_category(category_id, expected_version)
        parent = await _parent(parent_id, problems)
        refuse_all(problems)
        if parent is not None and parent.path.startswith(category.path):
            raise Refused("CATEGORY_LOOP", path=("parentId",))
        below = await Category.filter(path__startswith=category.path)
        height = max(_depth(row.path) for row in below) - _depth(category.path)
        if parent is not None and _depth(parent.path) + 1 + height > DEEPEST:
            raise Refused("TOO_DEEP", path=("parentId",), maximum=DEEPEST)
        category.parent_id = parent.id if parent else None
        category.position = position if position is not None else category.position
        await _repath(category, f"{parent.path if parent else '/'}{category.slug}/")
        await _keep_category(category)
    return category


async def create_brand(viewer: Viewer, *, slug: str, name: Localized) -> Brand:
    """Add a brand."""
    viewer.require(Permission.EDIT_CATALOG)
    problems: Problems = []
    drafts.check_own_slug(slug, problems)
    name = drafts.check_name(name, problems)
    if await Brand.exists(slug=slug):
        problems.append(Refused("SLUG_TAKEN", path=("slug",)))
    refuse_all(problems)
    try:
        async with viewer.market.change():
            return await Brand.create(slug=slug, name=name)
    except IntegrityError:
        raise Refused("SLUG_TAKEN", path=("slug",)) from None


async def update_brand(
    viewer: Viewer,
    brand_id: UUID,
    *,
    slug: str | None = None,
    name: Localized | None = None,
    expected_version: int | None = None,
) -> Brand:
    """Rename a brand."""
    viewer.require(Permission.EDIT_CATALOG)
    problems: Problems = []
    if slug is not None:
        drafts.check_own_slug(slug, problems)
        if await Brand.filter(slug=slug).exclude(id=brand_id).exists():
            problems.append(Refused("SLUG_TAKEN", path=("slug",)))
    if name is not None:
        name = drafts.check_name(name, problems)
    refuse_all(problems)
    async with viewer.market.change():
        brand = await Brand.filter(id=brand_id).select_for_update().first()
        if brand is None:
            raise Refused("NOT_FOUND", path=("brandId",), what="brand")
        _check_version(brand, expected_version)
        brand.slug = slug if slug is not None else brand.slug
        brand.name = name if name is not None else brand.name
        brand.version += 1
        await brand.save()
        await effects.soon(BRAND_CHANGED, brand.id)
    return brand


async def _parent(parent_id: UUID | None, problems: Problems) -> Category | None:
    if parent_id is None:
        return None
    parent = await Category.get_or_none(id=parent_id)
    if parent is None:
        problems.append(Refused("NOT_FOUND", path=("parentId",), what="category"))
    return parent


async def _locked_category(category_id: UUID, expected_version: int | None) -> Category:
    category = await Category.filter(id=category_id).select_for_update().first()
    if category is None:
        raise Refused("NOT_FOUND", path=("categoryId",), what="category")
    _check_version(category, expected_version)
    return category


def _check_version(row: Category | Brand, expected_version: int | None) -> None:
    if expected_version is not None and expected_version != row.version:
        raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=row)


async def _repath(category: Category, path: str) -> None:
    """Give the category and all below it their new way from the root."""
    before = category.path
    for row in await Category.filter(path__startswith=before).exclude(id=category.id):
        row.path = path + row.path.removeprefix(before)
        await row.save(update_fields=["path"])
    category.path = path


async def _keep_category(category: Category) -> None:
    category.version += 1
    await category.save()
    await effects.soon(CATEGORY_CHANGED, category.id)


def _depth(path: str) -> int:
    return path.strip("/").count("/") + 1

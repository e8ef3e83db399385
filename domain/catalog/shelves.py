"""The categories and brands that an import refers to, by slug or by name; what a file names is made when missing."""

from uuid import UUID

from domain.access import Viewer
from domain.catalog import taxonomy, words
from domain.catalog.drafts import LONGEST_OWN_SLUG
from domain.catalog.records import BrandRecord, CategoryRecord, ProductRecord
from domain.catalog.taxonomy import DEEPEST
from kit.errors import Refused
from kit.text import Localized
from models.catalog import Brand, Category


class Shelves:
    """What is there, read once; forgotten when a transaction that added to it was taken back."""

    def __init__(self, viewer: Viewer, locale: str) -> None:
        self._viewer = viewer
        self._locale = locale
        self._categories: dict[str, Category] | None = None
        self._brands: dict[str, Brand] | None = None

    def forget(self) -> None:
        self._categories = self._brands = None

    async def fill(self, record: ProductRecord) -> None:
        """Put the keys of the record's category and brand into its draft."""
        columns = record.draft.columns
        if record.category_slug is not None:
            columns["category_id"] = await self._category_key(record.category_slug)
        if record.brand_slug is not None:
            columns["brand_id"] = await self._brand_key(record.brand_slug)
        if record.category_path is not None:
            columns["category_id"] = await self._category_at(record.category_path)
        if record.brand_name is not None:
            columns["brand_id"] = await self._brand_called(record.brand_name)

    async def put_brand(self, record: BrandRecord) -> str:
        """Make or rename a brand; gives created, updated or unchanged."""
        brands = await self._all_brands()
        row = brands.get(record.slug)
        if row is None:
            brands[record.slug] = await Brand.create(slug=record.slug, name=record.name)
            return "created"
        if row.name == record.name:
            return "unchanged"
        await taxonomy.update_brand(self._viewer, row.id, name=record.name)
        self.forget()
        return "updated"

    async def put_category(self, record: CategoryRecord) -> str:
        """Make, rename or move a category; gives created, updated or unchanged."""
        categories = await self._all_categories()
        parent = categories.get(record.parent) if record.parent is not None else None
        if record.parent is not None and parent is None:
            raise Refused("UNKNOWN_CATEGORY", path=("parent",), slug=record.parent)
        row, parent_id = categories.get(record.slug), parent.id if parent else None
        if row is None:
            await self._add(record.slug, record.name, parent, record.position, column="parent")
            return "created"
        if (row.name, row.position, row.parent_id) == (record.name, record.position, parent_id):
            return "unchanged"
        if row.parent_id != parent_id:
            await taxonomy.move_category(self._viewer, row.id, parent_id=parent_id)
        await taxonomy.update_category(self._viewer, row.id, name=record.name, position=record.position)
        self.forget()
        return "updated"

    async def _category_key(self, slug: str) -> UUID | None:
        if not slug:
            return None
        row = (await self._all_categories()).get(slug)
        if row is None:
            raise Refused("UNKNOWN_CATEGORY", path=("category",), slug=slug)
        return row.id

    async def _brand_key(self, slug: str) -> UUID | None:
        if not slug:
            return None
        row = (await self._all_brands()).get(slug)
        if row is None:
            raise Refused("UNKNOWN_BRAND", path=("brand",), slug=slug)
        return row.id

    async def _category_at(self, names: tuple[str, ...]) -> UUID | None:
        if len(names) > DEEPEST:
            raise Refused("TOO_DEEP", path=("category",), maximum=DEEPEST)
        above: Category | None = None
        for name in names:
            _check_name(name, "category")
            categories = await self._all_categories()
            key = above.id if above else None
            siblings = [row for row in categories.values() if row.parent_id == key]
            row = next((row for row in siblings if name in row.name.values()), None)
            above = row or await self._add(
                self._free(name, categories), {self._locale: name}, above, len(siblings), column="category"
            )
        return above.id if above else None

    async def _brand_called(self, name: str) -> UUID | None:
        if not name:
            return None
        _check_name(name, "brand")
        brands = await self._all_brands()
        row = next((row for row in brands.values() if name in row.name.values()), None)
        if row is None:
            slug = self._free(name, brands)
            row = brands[slug] = await Brand.create(slug=slug, name={self._locale: name})
        return row.id

    async def _add(
        self, slug: str, name: Localized, parent: Category | None, position: int, *, column: str
    ) -> Category:
        path = f"{parent.path if parent else '/'}{slug}/"
        if path.count("/") - 1 > DEEPEST:
            raise Refused("TOO_DEEP", path=(column,), maximum=DEEPEST)
        row = await Category.create(slug=slug, name=name, parent=parent, path=path, position=position)
        (await self._all_categories())[slug] = row
        return row

    def _free(self, name: str, taken: dict[str, Category] | dict[str, Brand]) -> str:
        """A slug for a name that nothing else of its kind has."""
        bare = words.slug_of(name)[: LONGEST_OWN_SLUG - 5].strip("-") or "x"
        tries = (bare if number == 1 else f"{bare}-{number}" for number in range(1, len(taken) + 2))
        return next(slug for slug in tries if slug not in taken)

    async def _all_categories(self) -> dict[str, Category]:
        if self._categories is None:
            self._categories = {row.slug: row for row in await Category.all().order_by("path")}
        return self._categories

    async def _all_brands(self) -> dict[str, Brand]:
        if self._brands is None:
            self._brands = {row.slug: row for row in await Brand.all().order_by("slug")}
        return self._brands


def _check_name(name: str, column: str) -> None:
    if len(name) > 120:
        raise Refused("TOO_LONG", path=(column,), maximum=120)

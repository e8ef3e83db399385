"""Which products a viewer may read."""

from uuid import UUID

from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from kit.errors import Refused
from models.catalog import Product, ProductStatus

LONGEST_LOOKUP = 120  # characters of tags and of slugs of categories and brands
LONGEST_SLUG = 200
FOR_SHOPPERS = (ProductStatus.ACTIVE,)


def statuses(viewer: Viewer) -> tuple[ProductStatus, ...]:
    """Drafts and archived products are for those who edit the catalog."""
    return tuple(ProductStatus) if sees_all(viewer) else FOR_SHOPPERS


def sees_all(viewer: Viewer) -> bool:
    """Whether drafts, archived products and variants that were taken out are shown."""
    return viewer.may(Permission.EDIT_CATALOG)


def visible(viewer: Viewer) -> QuerySet[Product]:
    """Products that this viewer may read."""
    return Product.all() if sees_all(viewer) else Product.filter(status__in=FOR_SHOPPERS)


async def find(viewer: Viewer, *, id: UUID | None = None, slug: str | None = None) -> Product | None:
    """A visible product by one of its names."""
    if (id is None) == (slug is None):
        raise Refused("INVALID_INPUT", why="give either id or slug")
    if id is not None:
        return await visible(viewer).get_or_none(id=id)
    return await visible(viewer).get_or_none(slug=slug) if could_be(slug or "", LONGEST_SLUG) else None


def could_be(text: str, longest: int = LONGEST_LOOKUP) -> bool:
    """Whether a slug or tag could be stored at all; the database is not asked for what could not."""
    return 0 < len(text) <= longest and text.isprintable()

"""Which products a viewer may read."""

from uuid import UUID

from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from kit.errors import Refused
from models.catalog import Product, ProductStatus

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
    return await (visible(viewer).get_or_none(id=id) if id is not None else visible(viewer).get_or_none(slug=slug))

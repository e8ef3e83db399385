"""Which variants a viewer may read, and which picture shows one."""

from collections.abc import Collection, Mapping
from uuid import UUID

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from domain.access import Viewer
from domain.catalog import products
from models.catalog import Product, ProductImage, ProductStatus, Variant


def visible(viewer: Viewer) -> QuerySet[Variant]:
    """Variants on sale of visible products; who edits the catalog also sees those that were taken out."""
    if products.sees_all(viewer):
        return Variant.all()
    shown = Product.filter(status__in=products.FOR_SHOPPERS).values("id")
    return Variant.filter(is_active=True, product_id__in=Subquery(shown))


def sellable() -> QuerySet[Variant]:
    """Variants that can be bought now, by anybody."""
    return Variant.filter(is_active=True, product__status=ProductStatus.ACTIVE)


async def pictures(product_ids: Collection[UUID]) -> dict[UUID, str]:
    """The first picture of each product by the product's key, and every picture by its own."""
    found: dict[UUID, str] = {}
    images = ProductImage.filter(product_id__in=list(product_ids)).order_by("product_id", "position")
    for image in await images:
        found[image.id] = image.url
        found.setdefault(image.product_id, image.url)
    return found


def picture_of(variant: Variant, shown: Mapping[UUID, str]) -> str:
    """A variant's own picture, else its product's first; empty when there is none."""
    own = shown.get(variant.image_id) if variant.image_id else None
    return own or shown.get(variant.product_id, "")

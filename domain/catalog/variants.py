"""Which variants a viewer may read."""

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from domain.access import Viewer
from domain.catalog import products
from models.catalog import Product, ProductStatus, Variant


def visible(viewer: Viewer) -> QuerySet[Variant]:
    """Variants on sale of visible products; who edits the catalog also sees those that were taken out."""
    if products.sees_all(viewer):
        return Variant.all()
    shown = Product.filter(status__in=products.FOR_SHOPPERS).values("id")
    return Variant.filter(is_active=True, product_id__in=Subquery(shown))


def sellable() -> QuerySet[Variant]:
    """Variants that can be bought now, by anybody."""
    return Variant.filter(is_active=True, product__status=ProductStatus.ACTIVE)

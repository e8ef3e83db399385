"""Orders for tests, placed and paid through the real actions."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.access import Viewer
from domain.orders import checkout
from domain.orders.checkout import Destination, Purchase, Wish
from kit.ids import token
from models.catalog import Product, Variant
from models.orders import Order
from models.pricing import ShippingRate

SHANGHAI = Destination(
    recipient="林晓雨",
    phone="+8613800138000",
    province="上海市",
    city="上海市",
    district="徐汇区",
    street="集市路 1 号 301 室",
)


async def make_tariff(province: str = "*", **overrides: int | bool | None) -> ShippingRate:
    """The first kilogram for 8 yuan, each further one 2, free from 99."""
    known = await ShippingRate.get_or_none(province=province)
    values: dict[str, Any] = {"first_fee": 800, "step_fee": 200, "free_from": 9900, **overrides}
    return known or await ShippingRate.create(province=province, **values)


async def place_order(
    viewer: Viewer,
    products: Mapping[Product, int] | Product,
    *,
    destination: Destination = SHANGHAI,
    key: str | None = None,
    **purchase: str | int,
) -> Order:
    """An order of the first variant of each product, bought at once."""
    await make_tariff()
    wanted = {products: 1} if isinstance(products, Product) else products
    wishes = [
        Wish(await first_variant(product), quantity, ("lines", str(index)))
        for index, (product, quantity) in enumerate(wanted.items())
    ]
    asked = Purchase(wishes=wishes, destination=destination, **purchase)  # type: ignore[arg-type]  # tests name real fields
    return await checkout.place(viewer, asked, key=key or token())


async def first_variant(product: Product) -> UUID:
    """The key of a product's first variant."""
    return (await Variant.filter(product_id=product.id).order_by("position").first().only("id")).id  # type: ignore[union-attr]  # products of tests have variants

"""What shipping costs."""

import strawberry

from domain.pricing import engine
from models.pricing import ShippingRate
from resolvers.context import Info


async def shipping_rates(info: Info) -> list[ShippingRate]:
    return await engine.rates()


def province(root: strawberry.Parent[ShippingRate]) -> str | None:
    return None if root.province == engine.EVERYWHERE_ELSE else root.province

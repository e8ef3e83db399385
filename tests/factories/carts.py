"""Carts for tests, filled through the real actions."""

from domain.access import Viewer
from domain.carts import carts
from domain.carts.carts import Addition
from models.carts import Cart, CartLine
from models.catalog import Variant


async def fill(viewer: Viewer, *lines: tuple[Variant, int]) -> Cart:
    """Put units of variants into the viewer's cart."""
    additions = [
        Addition(variant.id, quantity, ("lines", str(place))) for place, (variant, quantity) in enumerate(lines)
    ]
    return await carts.add(viewer, additions)


async def inside(cart: Cart) -> dict[str, int]:
    """Units by SKU."""
    lines = await CartLine.filter(cart_id=cart.id).select_related("variant")
    return {line.variant.sku or "": line.quantity for line in lines}


async def line_of(cart: Cart, variant: Variant) -> CartLine:
    """The line of a variant."""
    return await CartLine.get(cart_id=cart.id, variant_id=variant.id)

"""Carts, their lines, and what is in them now."""

from collections import defaultdict
from uuid import UUID

from domain.access import Viewer
from domain.carts.carts import visible, visible_lines
from domain.carts.lines import Contents, contents
from loaders.registry import in_order
from models.carts import Cart, CartLine


async def carts_by_id(viewer: Viewer, keys: list[UUID]) -> list[Cart | None]:
    """The viewer's own cart."""
    return in_order(keys, {row.id: row for row in await visible(viewer).filter(id__in=keys)})


async def lines_by_id(viewer: Viewer, keys: list[UUID]) -> list[CartLine | None]:
    """Lines of the viewer's own cart, with their variants and products."""
    rows = visible_lines(viewer).filter(id__in=keys).select_related("variant", "variant__product")
    return in_order(keys, {row.id: row for row in await rows})


async def contents_by_cart(viewer: Viewer, carts: list[Cart]) -> list[Contents]:
    """What is in carts that the viewer has already been shown, oldest line first, and what it costs."""
    rows = CartLine.filter(cart_id__in=[cart.id for cart in carts]).select_related("variant", "variant__product")
    lines: dict[UUID, list[CartLine]] = defaultdict(list)
    for line in await rows.order_by("created_at", "id"):
        lines[line.cart_id].append(line)
    return [await contents(viewer, cart, lines[cart.id]) for cart in carts]

"""The caller's cart: what is in it, what it costs, what to know about it, and changing it."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import strawberry

from domain.carts import carts
from domain.carts.carts import Addition
from domain.carts.lines import Contents, warnings
from kit import ids
from kit.errors import Refused
from kit.money import Money
from loaders import carts as loaders
from loaders import delivery as delivery_loaders
from loaders import inventory as inventory_loaders
from models.carts import Cart, CartLine
from resolvers.answers import Answer, Problem, problems
from resolvers.context import Info


class LineWish(Protocol):
    """A line of the input."""

    variant_id: str
    quantity: int


async def cart(info: Info) -> Cart | None:
    return await carts.find(info.context.viewer)


async def lines(root: strawberry.Parent[Cart], info: Info) -> Sequence[CartLine]:
    return (await _contents(info, root)).lines


async def quantity(root: strawberry.Parent[Cart], info: Info) -> int:
    return sum(line.quantity for line in (await _contents(info, root)).lines)


async def subtotal(root: strawberry.Parent[Cart], info: Info) -> Money:
    priced = (await _contents(info, root)).quote
    return Money(priced.subtotal, priced.currency)


async def discount(root: strawberry.Parent[Cart], info: Info) -> Money:
    priced = (await _contents(info, root)).quote
    return Money(priced.discount, priced.currency)


async def total(root: strawberry.Parent[Cart], info: Info) -> Money:
    priced = (await _contents(info, root)).quote
    return Money(priced.total, priced.currency)


async def cart_warnings(root: strawberry.Parent[Cart], info: Info) -> list[Problem]:
    return await _all_warnings(info, root)


def unit_price(root: strawberry.Parent[CartLine], info: Info) -> Money:
    return Money(root.variant.price, info.context.viewer.market.policy.currency)


def line_total(root: strawberry.Parent[CartLine], info: Info) -> Money:
    return Money(root.variant.price * root.quantity, info.context.viewer.market.policy.currency)


async def line_warnings(root: strawberry.Parent[CartLine], info: Info) -> list[Problem]:
    return problems(info, await _line_warnings(info, root))


async def cart_line_add(info: Info, *, lines: Sequence[LineWish]) -> Answer:
    keys = ids.keys_of("Variant", [line.variant_id for line in lines], "lines", "variant_id")
    wanted = enumerate(zip(keys, lines, strict=True))
    additions = [Addition(key, line.quantity, ("lines", str(index))) for index, (key, line) in wanted]
    return await _changed(info, await carts.add(info.context.viewer, additions))


async def cart_line_update(
    info: Info,
    *,
    line_id: str,
    quantity: int | None = None,
    selected: bool | None = None,
    variant_id: str | None = None,
    expected_version: int | None = None,
) -> Answer:
    changed = await carts.update(
        info.context.viewer,
        line_id=ids.key_of("CartLine", line_id, "lineId"),
        quantity=quantity,
        selected=selected,
        variant_id=None if variant_id is None else ids.key_of("Variant", variant_id, "variantId"),
        expected_version=expected_version,
    )
    return await _changed(info, changed)


async def cart_line_remove(info: Info, *, line_ids: Sequence[str], expected_version: int | None = None) -> Answer:
    keys = ids.keys_of("CartLine", line_ids, "line_ids")
    return await _changed(info, await carts.remove(info.context.viewer, keys, expected_version=expected_version))


async def cart_clear(info: Info, *, expected_version: int | None = None) -> Answer:
    return await _changed(info, await carts.clear(info.context.viewer, expected_version=expected_version))


async def cart_coupon_set(info: Info, *, coupon_code: str | None = None, expected_version: int | None = None) -> Answer:
    changed = await carts.set_coupon(info.context.viewer, coupon_code, expected_version=expected_version)
    return await _changed(info, changed)


async def cart_merge(info: Info, *, guest_token: str | None = None) -> Answer:
    viewer = info.context.viewer
    return await _changed(info, await carts.merge(viewer, guest_token=guest_token or viewer.cart_token))


async def _changed(info: Info, cart: Cart) -> Answer:
    return Answer(cart=cart, warnings=await _all_warnings(info, cart))


async def _contents(info: Info, cart: Cart) -> Contents:
    return await info.context.load(loaders.contents_by_cart, cart)


async def _all_warnings(info: Info, cart: Cart) -> list[Problem]:
    inside = await _contents(info, cart)
    found = await asyncio.gather(*(_line_warnings(info, line) for line in inside.lines))
    refused = [problem.at("lines", str(index)) for index, of_line in enumerate(found) for problem in of_line]
    if inside.problem is not None:
        refused.append(inside.problem.at("couponCode"))
    return problems(info, refused)


async def _line_warnings(info: Info, line: CartLine) -> list[Refused]:
    available = await info.context.load(inventory_loaders.available_by_variant, line.variant_id)
    terms = await info.context.load(delivery_loaders.terms_of_viewer, True)
    return warnings(line, available=available, policy=info.context.viewer.market.policy, terms=terms)

"""Shortages: the offer to the buyer, the choice, who waits for what, and damage that causes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from domain.idempotency import once
from domain.inventory import stock
from domain.inventory.visible import visible_backorders, visible_levels
from domain.orders import damage, offers, shortages
from domain.orders.visible import visible_shortages
from kit import ids
from kit.errors import Refused
from kit.paging import Page, Sort, page, window
from kit.validate import clean_text
from loaders import orders as order_loaders
from loaders import shortages as loaders
from models.inventory import Backorder
from models.orders import Order, OrderLine
from models.shortages import Shortage, ShortageChoice, ShortageLine, ShortageState
from resolvers.answers import Answer, Problem
from resolvers.context import Info

NEWEST = Sort("shortages.newest", ("opened_at",), descending=True)
QUEUE = Sort("backorders.queue", ("since",))


@dataclass(frozen=True, slots=True)
class OptionView:
    """One choice in the viewer's language."""

    choice: ShortageChoice
    allowed: bool
    reason: str | None
    reason_code: str | None
    refund: int
    units_now: int
    expected_on: date | None
    currency: str


async def of_order(root: strawberry.Parent[Order], info: Info) -> Shortage | None:
    return await info.context.load(loaders.newest_by_order, root.id)


async def options(root: strawberry.Parent[Shortage], info: Info) -> list[OptionView]:
    facts = await info.context.load(loaders.facts_by_order, root.order_id)
    if facts is None or facts.shortage.id != root.id:
        return []
    return [_shown(option, info, facts.order.currency) for option in offers.options(facts)]


def _shown(option: offers.Option, info: Info, currency: str) -> OptionView:
    problem = Problem(option.refusal, info.context.locale) if option.refusal else None
    return OptionView(
        choice=option.choice,
        allowed=option.allowed,
        reason=problem.message if problem else None,
        reason_code=problem.code if problem else None,
        refund=option.refund,
        units_now=option.units_now,
        expected_on=option.expected_on,
        currency=currency,
    )


async def lines(root: strawberry.Parent[Shortage], info: Info) -> list[ShortageLine]:
    return await info.context.load(loaders.lines_by_shortage, root.id)


async def order(root: strawberry.Parent[Any], info: Info) -> Order | None:
    return await info.context.load(order_loaders.orders_by_id, root.order_id)


async def order_line(root: strawberry.Parent[Any], info: Info) -> OrderLine | None:
    return await info.context.load(order_loaders.order_lines_by_id, root.order_line_id)


async def expected_on(root: strawberry.Parent[ShortageLine], info: Info) -> date | None:
    line = await info.context.load(order_loaders.order_lines_by_id, root.order_line_id)
    return await info.context.load(loaders.expected_by_variant, line.variant_id) if line else None


async def list_shortages(info: Info, states: Sequence[ShortageState] | None, **edges: Any) -> Page[Shortage]:
    rows = visible_shortages(info.context.viewer)
    if states is not None:
        rows = rows.filter(state__in=list(states))
    return await page(rows, sort=NEWEST, window=window(**edges))


async def list_backorders(info: Info, variant_id: str | None, **edges: Any) -> Page[Backorder]:
    rows = visible_backorders(info.context.viewer)
    if variant_id is not None:
        rows = rows.filter(variant_id=ids.key_of("Variant", variant_id, "variantId"))
    return await page(rows, sort=QUEUE, window=window(**edges))


async def shortage_choose(
    info: Info,
    *,
    order_id: str,
    choice: ShortageChoice,
    idempotency_key: str,
    expected_version: int | None = None,
) -> Answer:
    viewer, key = info.context.viewer, ids.key_of("Order", order_id, "orderId")

    async def work() -> UUID:
        return (await shortages.choose(viewer, key, choice, expected_version=expected_version)).id

    asked = {"order": key, "choice": choice, "version": expected_version}
    chosen = await once(viewer, "shortageChoose", idempotency_key, asked=asked, work=work)
    shortage = await visible_shortages(viewer).get(id=chosen)
    return Answer(shortage=shortage, order=await info.context.load(order_loaders.orders_by_id, shortage.order_id))


async def stock_damage(
    info: Info, *, variant_id: str, warehouse_id: str, quantity: int, idempotency_key: str, reason: str = ""
) -> Answer:
    viewer = info.context.viewer
    variant = ids.key_of("Variant", variant_id, "variantId")
    warehouse = ids.key_of("Warehouse", warehouse_id, "warehouseId")
    why = clean_text(reason, path=("reason",), maximum=stock.LONGEST_REASON)

    async def work() -> UUID:
        level = await damage.write_off(
            viewer, variant_id=variant, warehouse_id=warehouse, quantity=quantity, reason=why
        )
        return level.id

    asked = {"variant": variant, "warehouse": warehouse, "quantity": quantity, "reason": why}
    level_id = await once(viewer, "stockDamage", idempotency_key, asked=asked, work=work)
    level = await visible_levels(viewer).get_or_none(id=level_id)
    if level is None:
        raise Refused("FORBIDDEN")
    return Answer(level=level)

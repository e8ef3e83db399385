"""Bundles, the rules and tariffs of allocation, why warehouses were chosen, and choosing them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import strawberry

from domain.access import Permission
from domain.customers.regions import clean_province
from domain.idempotency import once
from domain.inventory import bundles, tariffs
from domain.inventory import rules as rule_order
from domain.inventory.bundles import Part
from domain.inventory.planning import LostBy, PassedOver
from domain.inventory.visible import visible_allocations
from domain.orders import reallocation
from domain.orders.visible import visible as visible_orders
from kit import ids
from kit.errors import Refused
from kit.money import Money
from loaders import catalog as catalog_loaders
from loaders import inventory as loaders
from loaders import orders as order_loaders
from models.catalog import Variant
from models.fulfillment import CarrierCode
from models.inventory import (
    Allocation,
    AllocationRule,
    AllocationRules,
    BundlePart,
    CarrierTariff,
    TariffZone,
    Warehouse,
)
from models.orders import Order, OrderLine
from resolvers.answers import Answer
from resolvers.context import Info


class UnitsWish(Protocol):
    """A line of the input."""

    variant_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one warehouse gives of an order line."""

    warehouse_id: UUID
    variant_id: UUID
    order_line_id: UUID
    units: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A group of warehouses that was compared. `cost` is minor units."""

    warehouse_ids: Sequence[UUID]
    parcels: int
    cost: int | None
    unit_kilometers: int
    lost_by: LostBy | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A warehouse that could give nothing."""

    warehouse_id: UUID
    why: PassedOver


# ------------------------------------------------------------------------------------------------------------ reading


async def explain(info: Info, order_id: str) -> list[Allocation]:
    """Each time that warehouses were chosen for an order, the first time first; none for who may not see both."""
    key = ids.key_of("Order", order_id, "orderId")
    if not await visible_orders(info.context.viewer).filter(id=key).exists():
        return []
    return await visible_allocations(info.context.viewer).filter(order_id=key).order_by("id")


def rules_of(root: strawberry.Parent[Allocation | AllocationRules]) -> list[AllocationRule]:
    return [AllocationRule(rule) for rule in root.rules]


def shares(root: strawberry.Parent[Allocation]) -> list[Share]:
    return [
        Share(
            warehouse_id=UUID(_text(one, "warehouse")),
            variant_id=UUID(_text(one, "variant")),
            order_line_id=UUID(_text(one, "line")),
            units=_number(one, "units"),
        )
        for one in root.chosen
    ]


def candidates(root: strawberry.Parent[Allocation]) -> list[Candidate]:
    return [
        Candidate(
            warehouse_ids=[UUID(str(key)) for key in _list(one, "warehouses")],
            parcels=_number(one, "parcels"),
            cost=None if one["cost"] is None else _number(one, "cost"),
            unit_kilometers=_number(one, "unit_kilometers"),
            lost_by=LostBy(_text(one, "lost_by")) if one["lost_by"] else None,
        )
        for one in root.candidates
    ]


def passed_over(root: strawberry.Parent[Allocation]) -> list[Skipped]:
    return [Skipped(UUID(_text(one, "warehouse")), PassedOver(_text(one, "why"))) for one in root.passed_over]


def cost(root: strawberry.Parent[Candidate], info: Info) -> Money | None:
    return None if root.cost is None else Money(root.cost, info.context.viewer.market.policy.currency)


async def candidate_warehouses(root: strawberry.Parent[Candidate], info: Info) -> list[Warehouse]:
    found = [await info.context.load(loaders.warehouses_by_id, key) for key in root.warehouse_ids]
    return [row for row in found if row is not None]


async def share_line(root: strawberry.Parent[Share], info: Info) -> OrderLine | None:
    return await info.context.load(order_loaders.order_lines_by_id, root.order_line_id)


async def allocation_order(root: strawberry.Parent[Allocation], info: Info) -> Order | None:
    return await info.context.load(order_loaders.orders_by_id, root.order_id)


async def allocation_rules(info: Info) -> AllocationRules | None:
    return await rule_order.current() if info.context.viewer.may(Permission.SEE_STOCK) else None


async def carrier_tariffs(info: Info) -> list[CarrierTariff]:
    return await tariffs.visible_tariffs(info.context.viewer).order_by("carrier", "zone", "province")


def tariff_carrier(root: strawberry.Parent[CarrierTariff]) -> CarrierCode:
    return CarrierCode(root.carrier)


def tariff_province(root: strawberry.Parent[CarrierTariff]) -> str | None:
    return None if root.province == tariffs.EVERYWHERE else root.province


async def bundle_parts(root: strawberry.Parent[Variant], info: Info) -> list[BundlePart]:
    return await info.context.load(loaders.parts_by_variant, root.id)


async def part_variant(root: strawberry.Parent[BundlePart], info: Info) -> Variant | None:
    return await info.context.load(catalog_loaders.variants_by_id, root.variant_id)


# ----------------------------------------------------------------------------------------------------------- changing


async def bundle_set(info: Info, *, variant_id: str, parts: Sequence[UnitsWish]) -> Answer:
    keys = ids.keys_of("Variant", [one.variant_id for one in parts], "parts", "variantId")
    wanted = [Part(key, one.quantity) for key, one in zip(keys, parts, strict=True)]
    changed = await bundles.set_parts(info.context.viewer, ids.key_of("Variant", variant_id, "variantId"), wanted)
    return Answer(variant=changed)


async def allocation_rules_set(
    info: Info, *, rules: Sequence[AllocationRule], expected_version: int | None = None
) -> Answer:
    return Answer(rules=await rule_order.set_rules(info.context.viewer, rules, expected_version=expected_version))


async def carrier_tariff_set(
    info: Info,
    *,
    carrier: str,
    zone: TariffZone,
    first_fee_minor_units: int,
    step_fee_minor_units: int,
    province: str | None = None,
    first_grams: int = 1000,
    step_grams: int = 1000,
) -> Answer:
    where = clean_province(province, path=("province",)) if province else tariffs.EVERYWHERE
    tariff = await tariffs.set_tariff(
        info.context.viewer,
        carrier=carrier,
        zone=zone,
        province=where,
        first_grams=first_grams,
        first_fee=first_fee_minor_units,
        step_grams=step_grams,
        step_fee=step_fee_minor_units,
    )
    return Answer(tariff=tariff)


async def carrier_tariff_remove(info: Info, *, tariff_id: str) -> Answer:
    key = ids.key_of("CarrierTariff", tariff_id, "tariffId")
    await tariffs.remove_tariff(info.context.viewer, key)
    return Answer(tariff_id=tariff_id)


async def order_reallocate(
    info: Info, *, idempotency_key: str, order_id: str, without_warehouse_ids: Sequence[str] = ()
) -> Answer:
    viewer, key = info.context.viewer, ids.key_of("Order", order_id, "orderId")
    without = ids.keys_of("Warehouse", without_warehouse_ids, "without_warehouse_ids")

    async def work() -> UUID:
        return (await reallocation.reallocate(viewer, key, without=without)).id

    asked = {"order": key, "without": sorted(map(str, without))}
    await once(viewer, "orderReallocate", idempotency_key, asked=asked, work=work)
    order = await visible_orders(viewer).get_or_none(id=key)
    if order is None:
        raise Refused("FORBIDDEN")
    return Answer(order=order)


def _text(row: dict[str, object], name: str) -> str:
    return str(row[name])


def _number(row: dict[str, object], name: str) -> int:
    return int(str(row[name]))


def _list(row: dict[str, object], name: str) -> list[Any]:
    found = row[name]
    return found if isinstance(found, list) else []

"""Which warehouses serve an order and why, bundles, and what allocation compares: for staff, but for the parcels."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import schema.fulfillment  # noqa: F401  # shows CarrierCode, before anything refers to it
from domain.inventory.planning import LostBy, PassedOver
from loaders import inventory as loaders
from models import inventory as models
from models.fulfillment import CarrierCode
from resolvers import allocation as resolvers
from resolvers import inventory as inventory_resolvers
from resolvers.answers import Answer
from resolvers.context import Info
from schema.catalog.types import Variant
from schema.errors import Payload
from schema.fields import enum_type, field, mutation
from schema.inventory import StockUnitsInput, Warehouse
from schema.node import Node, node_type
from schema.scalars import Money, SafeInt, money

if TYPE_CHECKING:
    from schema.orders.types import Order, OrderLine

OrderReference = Annotated["Order", strawberry.lazy("schema.orders.types")]
OrderLineReference = Annotated["OrderLine", strawberry.lazy("schema.orders.types")]

enum_type(
    models.AllocationRule,
    description="What makes one way to serve an order better than another.",
    values={
        "FEWEST_PARCELS": "Fewer warehouses give something.",
        "LOWEST_COST": "The cheapest carriers take less for all parcels together.",
        "NEAREST": "The units travel fewer kilometers, each counted.",
    },
)
enum_type(
    models.AllocationCause,
    description="Why warehouses were chosen for an order, or chosen again.",
    values={
        "PLACED": "The order was placed.",
        "REVIVED": "It was paid late and goes on.",
        "CHANGED": "Its goods or its address changed.",
        "RESTOCKED": "What it waited for came in.",
        "RESHIPPED": "Something is sent again.",
        "WAREHOUSE_FAILED": "A warehouse was closed.",
        "ASKED": "Staff asked for it.",
    },
)
enum_type(
    models.TariffZone,
    description="How far a parcel travels, as carriers count it.",
    values={
        "LOCAL": "Within the warehouse's province.",
        "REGIONAL": "Into another province, up to 800 kilometers.",
        "NATIONAL": "Farther.",
        "REMOTE": "To Xinjiang, Tibet, Qinghai, Inner Mongolia, Hong Kong, Macao or Taiwan from elsewhere.",
    },
)
enum_type(
    LostBy,
    name="AllocationLoss",
    description="What made another group of warehouses better.",
    values={
        "FEWEST_PARCELS": "It gives more parcels.",
        "LOWEST_COST": "It costs more.",
        "NEAREST": "Its units travel farther.",
        "ORDER": "It is as good; a warehouse that is preferred decided.",
    },
)
enum_type(
    PassedOver,
    name="AllocationExclusion",
    description="Why a warehouse could not be chosen.",
    values={
        "CLOSED": "It is closed.",
        "NOT_SERVED": "It does not deliver there.",
        "LEFT_OUT": "Staff left it out.",
        "NO_STOCK": "It has nothing of it.",
    },
)


@strawberry.type(description="What one warehouse gives of an order line.")
class AllocationShare:
    warehouse: Warehouse | None = field(inventory_resolvers.warehouse, description="Who gives it.")
    order_line: OrderLineReference | None = field(resolvers.share_line, description="For which line.")
    variant: Variant | None = field(inventory_resolvers.variant, description="What; a bundle counts as one.")
    units: int = strawberry.field(description="Units.")


@strawberry.type(description="A group of warehouses that was compared.")
class AllocationCandidate:
    warehouses: list[Warehouse] = field(resolvers.candidate_warehouses, description="Who would give something.")
    parcels: int = strawberry.field(description="Parcels, one from each.")
    cost: Money | None = field(
        resolvers.cost, description="What the cheapest carriers take for them; null where no tariff covers the way."
    )
    unit_kilometers: SafeInt = strawberry.field(description="Kilometers, each unit counted with its own way.")
    lost_by: LostBy | None = strawberry.field(description="What decided against it; null for the one that was chosen.")


@strawberry.type(description="A warehouse that could give nothing.")
class AllocationSkip:
    warehouse: Warehouse | None = field(inventory_resolvers.warehouse, description="Which.")
    why: PassedOver = strawberry.field(description="Why.")


@node_type(
    models.Allocation,
    loaders.allocations_by_id,
    description="Which warehouses were chosen for an order, what else was compared, and why that lost. For staff.",
)
class Allocation(Node):
    order: OrderReference | None = field(resolvers.allocation_order, description="The order.")
    cause: models.AllocationCause = strawberry.field(description="Why a choice was made.")
    province: str = strawberry.field(description="Province that it goes to.")
    city: str = strawberry.field(description="City that it goes to.")
    rules: list[models.AllocationRule] = field(resolvers.rules_of, description="What decided, the first rule first.")
    is_exact: bool = strawberry.field(
        description="Whether no better group of warehouses exists; false when there were too many to compare them all."
    )
    compared: int = strawberry.field(description="Groups of warehouses that could have served.")
    shares: list[AllocationShare] = field(resolvers.shares, description="What each warehouse was to give.")
    candidates: list[AllocationCandidate] = field(
        resolvers.candidates, description="The best groups, at most six, the chosen one first."
    )
    passed_over: list[AllocationSkip] = field(
        resolvers.passed_over, description="Warehouses that could give nothing, at most twenty."
    )
    created_at: datetime = strawberry.field(description="When.")


@strawberry.type(description="In which order the rules of allocation decide. For staff who see stock.")
class AllocationRules:
    rules: list[models.AllocationRule] = field(resolvers.rules_of, description="The first one decides first.")
    version: int = strawberry.field(description="Counts the changes; 0 is the default. For `expectedVersion`.")
    changed_at: datetime = strawberry.field(description="Since when they hold; the present for the default.")


@node_type(
    models.CarrierTariff,
    loaders.tariffs_by_id,
    description="What a carrier takes for a parcel: what allocation compares, not what customers pay. For staff.",
)
class CarrierTariff(Node):
    carrier: CarrierCode = field(resolvers.tariff_carrier, description="The carrier.")
    zone: models.TariffZone = strawberry.field(description="How far the parcel travels.")
    province: str | None = field(
        resolvers.tariff_province, description="The destination that it is for; null for all without one of their own."
    )
    first_grams: int = strawberry.field(description="Weight that the first fee covers, grams.")
    first_fee: Money = money("first_fee", description="Fee of a parcel up to that weight.")
    step_grams: int = strawberry.field(description="Size of a further step, grams.")
    step_fee: Money = money("step_fee", description="Fee of each further step that is begun.")


async def explain_allocation(
    info: Info, order_id: Annotated[strawberry.ID, strawberry.argument(description="The order.")]
) -> Any:
    return await resolvers.explain(info, order_id)


@strawberry.type
class AllocationQuery:
    explain_allocation: list[Allocation] = field(
        explain_allocation,
        description="Each time that warehouses were chosen for an order, the first time first. "
        "Empty unless you see stock and the order.",
    )
    allocation_rules: AllocationRules | None = field(
        resolvers.allocation_rules, description="The rules in force. Null unless you see stock."
    )
    carrier_tariffs: list[CarrierTariff] = field(
        resolvers.carrier_tariffs, description="All tariffs of carriers. Empty unless you see stock."
    )


@strawberry.input(description="What a variant is put together from.")
class BundleSetInput:
    variant_id: strawberry.ID = strawberry.field(description="The variant that is sold.")
    parts: list[StockUnitsInput] = strawberry.field(
        description="Units of each variant in one unit of it, 1 to 50; at most 20 variants. None makes it no bundle."
    )


@strawberry.input(description="In which order the rules of allocation decide.")
class AllocationRulesSetInput:
    rules: list[models.AllocationRule] = strawberry.field(
        description="The first one decides first; one that is not named decides nothing. Each at most once."
    )
    expected_version: int | None = strawberry.field(
        default=None, description="The version that you have seen; another one is refused as VERSION_CONFLICT."
    )


@strawberry.input(description="What a carrier takes for a parcel.")
class CarrierTariffSetInput:
    carrier: CarrierCode = strawberry.field(description="The carrier.")
    zone: models.TariffZone = strawberry.field(description="How far the parcel travels.")
    province: str | None = strawberry.field(
        default=None, description="For this destination only, by Chinese or English name; left out, for all others."
    )
    first_grams: int = strawberry.field(
        default=1000, description="Weight that the first fee covers, grams, 0 to 1,000,000."
    )
    first_fee_minor_units: SafeInt = strawberry.field(description="Fee of a parcel up to that weight, minor units.")
    step_grams: int = strawberry.field(default=1000, description="Size of a further step, grams, 1 to 1,000,000.")
    step_fee_minor_units: SafeInt = strawberry.field(description="Fee of each further step, minor units.")


@strawberry.input(description="A tariff that is no longer valid.")
class CarrierTariffRemoveInput:
    tariff_id: strawberry.ID = strawberry.field(description="The tariff.")


@strawberry.input(description="An order whose warehouses are to be chosen again.")
class OrderReallocateInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key chooses once.")
    order_id: strawberry.ID = strawberry.field(description="The order.")
    without_warehouse_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Warehouses to leave out; closed ones are left in any case."
    )


@strawberry.type(description="The variant with its parts.")
class BundleSetPayload(Payload):
    variant: Variant | None = strawberry.field(description="The variant; null when nothing was done.")


@strawberry.type(description="The rules in force.")
class AllocationRulesSetPayload(Payload):
    rules: AllocationRules | None = strawberry.field(description="The rules; null when nothing was done.")


@strawberry.type(description="The tariff in force.")
class CarrierTariffSetPayload(Payload):
    tariff: CarrierTariff | None = strawberry.field(description="The tariff; null when nothing was done.")


@strawberry.type(description="What was taken away.")
class CarrierTariffRemovePayload(Payload):
    tariff_id: strawberry.ID | None = strawberry.field(description="The tariff that is gone.")


@strawberry.type(description="The order with its new warehouses.")
class OrderReallocatePayload(Payload):
    order: OrderReference | None = strawberry.field(description="The order; null when nothing was done.")


async def carrier_tariff_set(info: Info, *, carrier: CarrierCode, **given: Any) -> Answer:
    return await resolvers.carrier_tariff_set(info, carrier=carrier.value, **given)


@strawberry.type
class AllocationMutation:
    bundle_set: BundleSetPayload = mutation(
        resolvers.bundle_set,
        BundleSetInput,
        description="Say what a variant is put together from. It is sold as one line; its stock is that of its parts. "
        "For staff who edit stock.",
    )
    allocation_rules_set: AllocationRulesSetPayload = mutation(
        resolvers.allocation_rules_set,
        AllocationRulesSetInput,
        description="Decide by these rules from now on. For staff who edit stock.",
    )
    carrier_tariff_set: CarrierTariffSetPayload = mutation(
        carrier_tariff_set,
        CarrierTariffSetInput,
        description="Write down what a carrier takes; replaces its tariff of that zone and province. "
        "For staff who edit stock.",
    )
    carrier_tariff_remove: CarrierTariffRemovePayload = mutation(
        resolvers.carrier_tariff_remove,
        CarrierTariffRemoveInput,
        description="Take a tariff away. For staff who edit stock.",
    )
    order_reallocate: OrderReallocatePayload = mutation(
        resolvers.order_reallocate,
        OrderReallocateInput,
        description="Choose warehouses again for all units of an order that are not shipped, as a whole or not at all. "
        "For staff who edit stock.",
    )

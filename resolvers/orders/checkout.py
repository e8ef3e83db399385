"""Checkout: the preview, and placing the order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import strawberry

from domain.access import Viewer
from domain.customers import addresses, contacts, sessions
from domain.customers.visible import visible_addresses
from domain.delivery import points
from domain.delivery.deliveries import Way
from domain.delivery.estimates import Estimate
from domain.inventory.planning import Plan
from domain.orders import checkout
from domain.orders.checkout import Destination, Draft, Purchase, Wish
from kit import ids
from kit.errors import Refused, gathered, refuse_all
from kit.validate import clean_text
from models.catalog import Variant
from models.delivery import DeliveryMode
from models.orders import ReviewState
from resolvers.answers import Answer, problems
from resolvers.context import Info
from resolvers.orders.orders import LONGEST_NOTE, AdjustmentView


class LineWish(Protocol):
    """A line of the input."""

    variant_id: str
    quantity: int


class AddressChoice(Protocol):
    """Where it goes: exactly one of them is given."""

    address_id: str | None
    address: Any
    pickup: Any


@dataclass(frozen=True, slots=True)
class PlannedUnits:
    """Units of a variant in a parcel of a preview."""

    variant_id: UUID
    units: int


@dataclass(frozen=True, slots=True)
class PlannedParcel:
    """What one warehouse would give."""

    warehouse_id: UUID
    contents: Sequence[PlannedUnits]


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line of a preview."""

    variant: Variant
    quantity: int
    unit_price: int
    discount: int
    total: int


@dataclass(frozen=True, slots=True)
class DraftView:
    """A preview in the shape that clients see."""

    draft: Draft
    purchase: Purchase

    @property
    def currency(self) -> str:
        return self.draft.currency

    @property
    def subtotal(self) -> int:
        return self.draft.quote.subtotal

    @property
    def discount(self) -> int:
        return self.draft.quote.discount

    @property
    def shipping(self) -> int:
        return self.draft.quote.shipping

    @property
    def total(self) -> int:
        return self.draft.quote.total

    @property
    def weight_grams(self) -> int:
        return self.draft.quote.weight_grams


def draft_allocation(root: strawberry.Parent[DraftView]) -> Plan | None:
    plan = root.draft.plan
    return plan if plan is not None and plan.choice is not None else None


def plan_is_exact(root: strawberry.Parent[Plan]) -> bool:
    return root.choice is not None and root.choice.is_exact


def planned_parcels(root: strawberry.Parent[Plan]) -> list[PlannedParcel]:
    """What each warehouse would give, the nearest first."""
    parcels: dict[UUID, list[PlannedUnits]] = {house.id: [] for house in root.houses}
    for (warehouse_id, variant_id), units in root.shares.items():
        parcels[warehouse_id].append(PlannedUnits(variant_id, units))
    return [PlannedParcel(warehouse_id, contents) for warehouse_id, contents in parcels.items() if contents]


def parcel_contents(root: strawberry.Parent[PlannedParcel]) -> Sequence[PlannedUnits]:
    return root.contents


def draft_lines(root: strawberry.Parent[DraftView]) -> list[DraftLine]:
    draft = root.draft
    return [
        DraftLine(
            variant=draft.variants[wish.variant_id],
            quantity=wish.quantity,
            unit_price=draft.variants[wish.variant_id].price,
            discount=quoted.discount,
            total=quoted.total,
        )
        for wish, quoted in zip(draft.wishes, draft.quote.lines, strict=True)
    ]


def draft_adjustments(root: strawberry.Parent[DraftView]) -> list[AdjustmentView]:
    return [
        AdjustmentView(adjustment.kind, adjustment.label, adjustment.why, adjustment.amount, root.currency)
        for adjustment in root.draft.quote.adjustments
    ]


async def draft_estimate(root: strawberry.Parent[DraftView]) -> Estimate | None:
    return await checkout.estimate(root.purchase, root.draft)


async def checkout_preview(info: Info, **given: Any) -> Answer:
    purchase = await _purchase(info, **given)
    draft = await checkout.preview(info.context.viewer, purchase)
    return Answer(checkout=DraftView(draft, purchase), user_errors=problems(info, draft.problems))


async def order_place(info: Info, *, idempotency_key: str, **given: Any) -> Answer:
    viewer = info.context.viewer
    purchase = await _purchase(info, **given)
    order = await checkout.place(viewer, purchase, key=idempotency_key)
    warnings = [Refused("ORDER_NOT_ACCEPTED")] if order.review == ReviewState.REJECTED else []
    return Answer(order=order, order_token=await _token_for_guest(viewer, order.id), warnings=problems(info, warnings))


async def _token_for_guest(viewer: Viewer, order_id: UUID) -> str | None:
    """A guest has nothing else that opens the order; a repeated call gets a token of its own."""
    if viewer.user_id is not None:
        return None
    async with viewer.market.change():
        return (await sessions.start_for_order(viewer, order_id)).access_token


async def _purchase(
    info: Info,
    *,
    lines: Sequence[LineWish] | None = None,
    destination: AddressChoice | None = None,
    delivery_mode: DeliveryMode | None = None,
    slot_id: str | None = None,
    email: str | None = None,
    coupon_code: str | None = None,
    note: str = "",
    expected_total_minor_units: int | None = None,
) -> Purchase:
    problems: list[Refused] = []
    wishes, goes_to, reached_at, words, way = None, None, None, "", Way()
    with gathered(problems):
        wishes = None if lines is None else _wishes(lines)
    with gathered(problems):
        goes_to = await destination_of(info, destination)
    with gathered(problems):
        way = _way(destination, delivery_mode, slot_id)
    with gathered(problems):
        reached_at = contacts.clean_email(email, path=("email",)) if email else None
    with gathered(problems):
        words = clean_text(note, path=("note",), maximum=LONGEST_NOTE, multiline=True)
    refuse_all(problems)
    return Purchase(wishes, goes_to, reached_at, coupon_code, words, expected_total_minor_units, way)


def _wishes(lines: Sequence[LineWish]) -> list[Wish]:
    keys = ids.keys_of("Variant", [line.variant_id for line in lines], "lines", "variant_id")
    return [
        Wish(key, line.quantity, ("lines", str(index)))
        for index, (key, line) in enumerate(zip(keys, lines, strict=True))
    ]


def _way(choice: AddressChoice | None, mode: DeliveryMode | None, slot_id: str | None) -> Way:
    """A pickup point is collected at; what is to be collected needs one."""
    slot = ids.key_of("DeliverySlot", slot_id, "slot_id") if slot_id else None
    if choice is None or not choice.pickup:
        return Way(mode or DeliveryMode.HOME, slot)
    if mode not in (None, DeliveryMode.PICKUP):
        raise Refused("INVALID_INPUT", path=("delivery_mode",), why="a pickup point goes with PICKUP")
    point = ids.key_of("PickupPoint", choice.pickup.pickup_point_id, "destination", "pickup", "pickup_point_id")
    return Way(DeliveryMode.PICKUP, slot, point)


async def destination_of(info: Info, choice: AddressChoice | None) -> Destination | None:
    """Where it goes, of the address book or as typed, checked."""
    if choice is None:
        return None
    if choice.address_id:
        key = ids.key_of("Address", choice.address_id, "destination", "address_id")
        row = await visible_addresses(info.context.viewer).get_or_none(id=key)
        if row is None:
            raise Refused("NOT_FOUND", path=("destination", "address_id"), what="address")
        return Destination(**addresses.as_stored(row))
    if choice.pickup:
        return await _counter(choice.pickup)
    return Destination(**addresses.clean_address(vars(choice.address), "destination", "address"))


async def _counter(choice: Any) -> Destination:
    key = ids.key_of("PickupPoint", choice.pickup_point_id, "destination", "pickup", "pickup_point_id")
    point = await points.find(key, path=("destination", "pickup", "pickup_point_id"))
    where = points.address_of(point, recipient=choice.recipient, phone=choice.phone)
    return Destination(**addresses.clean_address(where, "destination", "pickup"))

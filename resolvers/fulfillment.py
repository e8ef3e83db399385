"""Parcels: handing goods to carriers, reporting where they are, and reading both."""

from collections.abc import Sequence
from typing import Annotated, Any, Protocol

import strawberry

from domain.fulfillment import carriers, demo, quotes, receiving, shipping, tracking
from domain.fulfillment.carriers import NAMES, Profile
from domain.fulfillment.loads import Chosen
from domain.fulfillment.proofs import Given
from domain.fulfillment.quotes import Offer
from domain.fulfillment.receiving import Receipt
from domain.fulfillment.shipping import Shipment
from kit import ids
from kit.text import in_locale
from loaders import fulfillment as loaders
from loaders import inventory as inventory_loaders
from loaders import orders as order_loaders
from models.fulfillment import CarrierCode, CarrierFault, Parcel, ParcelLine, ParcelState, TrackingEvent
from models.inventory import Warehouse
from models.orders import Order, OrderLine
from resolvers.answers import Answer, Problem, problems
from resolvers.context import Info
from resolvers.couriers import given_proof


class ChosenLine(Protocol):
    """A line as the client names it."""

    order_line_id: strawberry.ID
    quantity: int


async def parcel(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The parcel's id.")]
) -> Parcel | None:
    key = ids.find_key("Parcel", id)
    return await info.context.load(loaders.parcels_by_id, key) if key else None


async def parcels_of_order(root: strawberry.Parent[Order], info: Info) -> list[Parcel]:
    return await info.context.load(loaders.parcels_by_order, root.id)


async def carrier_name(root: strawberry.Parent[Parcel], info: Info) -> str:
    return in_locale(NAMES[root.carrier], info.context.locale)


async def name_of(root: strawberry.Parent[Profile], info: Info) -> str:
    return in_locale(NAMES[root.code], info.context.locale)


async def carriers_known(info: Info) -> list[Profile]:
    return carriers.profiles(info.context.viewer)


async def carrier_quotes(
    info: Info,
    order_id: Annotated[strawberry.ID, strawberry.argument(description="A paid order with goods still to be shipped.")],
) -> list[Offer]:
    return await quotes.of_order(info.context.viewer, ids.key_of("Order", order_id, "orderId"))


async def offering_carrier_name(root: strawberry.Parent[Offer], info: Info) -> str:
    return in_locale(NAMES[root.carrier], info.context.locale)


async def problem_of(root: strawberry.Parent[Offer], info: Info) -> Problem | None:
    return problems(info, [root.problem])[0] if root.problem else None


async def order_of(root: strawberry.Parent[Parcel], info: Info) -> Order | None:
    return await info.context.load(order_loaders.orders_by_id, root.order_id)


async def warehouse_of(root: strawberry.Parent[Parcel], info: Info) -> Warehouse | None:
    return await info.context.load(inventory_loaders.warehouses_by_id, root.warehouse_id)


async def parcel_lines(root: strawberry.Parent[Parcel], info: Info) -> list[ParcelLine]:
    return await info.context.load(loaders.lines_by_parcel, root.id)


async def order_line_of(root: strawberry.Parent[ParcelLine], info: Info) -> OrderLine | None:
    return await info.context.load(order_loaders.order_lines_by_id, root.order_line_id)


async def tracking_of(root: strawberry.Parent[Parcel], info: Info) -> list[TrackingEvent]:
    return await info.context.load(loaders.tracking_by_parcel, root.id)


async def parcel_ship(
    info: Info,
    *,
    order_id: str,
    carrier: CarrierCode,
    idempotency_key: str,
    lines: Sequence[ChosenLine] | None = None,
    warehouse_id: str | None = None,
    waybill: str | None = None,
) -> Answer:
    asked = Shipment(
        order_id=ids.key_of("Order", order_id, "orderId"),
        carrier=carrier,
        chosen=None if lines is None else _chosen(lines),
        warehouse_id=None if warehouse_id is None else ids.key_of("Warehouse", warehouse_id, "warehouseId"),
        waybill=waybill,
    )
    parcels = await shipping.ship(info.context.viewer, asked, key=idempotency_key)
    order = await info.context.load(order_loaders.orders_by_id, asked.order_id)
    return Answer(parcels=parcels, parcel=parcels[0], order=order)


async def tracking_event_add(
    info: Info,
    *,
    parcel_id: str,
    state: ParcelState,
    place: str = "",
    description: str = "",
    scan_id: str | None = None,
    proof: Given | None = None,
) -> Answer:
    key = ids.key_of("Parcel", parcel_id, "parcelId")
    found = await tracking.add_scan(
        info.context.viewer, key, state=state, place=place, description=description, scan_id=scan_id, proof=proof
    )
    return Answer(parcel=found)


async def parcel_deliver(
    info: Info, *, parcel_id: str, place: str = "", scan_id: str | None = None, proof: Any = None
) -> Answer:
    return await tracking_event_add(
        info,
        parcel_id=parcel_id,
        state=ParcelState.DELIVERED,
        place=place,
        scan_id=scan_id,
        proof=None if proof is None else given_proof(proof),
    )


async def parcel_receive_back(
    info: Info,
    *,
    scan: str,
    idempotency_key: str,
    carrier: CarrierCode | None = None,
    broken: Sequence[ChosenLine] = (),
) -> Answer:
    receipt = Receipt(scan, carrier, _chosen(broken, "broken"))
    parcel = await receiving.receive(info.context.viewer, receipt, key=idempotency_key)
    return Answer(parcel=parcel, order=await info.context.load(order_loaders.orders_by_id, parcel.order_id))


async def carrier_simulate(info: Info, *, parcel_id: str, fault: CarrierFault, reports: bool = False) -> Answer:
    key = ids.key_of("Parcel", parcel_id, "parcelId")
    return Answer(parcel=await demo.simulate(info.context.viewer, key, fault, reports=reports))


def _chosen(lines: Sequence[ChosenLine], named: str = "lines") -> tuple[Chosen, ...]:
    keys = ids.keys_of("OrderLine", [line.order_line_id for line in lines], named, "order_line_id")
    return tuple(Chosen(key, line.quantity) for key, line in zip(keys, lines, strict=True))

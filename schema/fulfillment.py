"""Parcels: what is in them, who carries them, and where they are."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from loaders import fulfillment as loaders
from models import fulfillment as models
from models.fulfillment import CarrierCode, ParcelState
from resolvers import fulfillment as resolvers
from schema.catalog.texts import localized
from schema.errors import Payload, UserError, error_type
from schema.fields import enum_type, field, mutation
from schema.node import Node, node_type

if TYPE_CHECKING:
    from schema.inventory import Warehouse
    from schema.orders.types import Order, OrderLine

OrderReference = Annotated["Order", strawberry.lazy("schema.orders.types")]
OrderLineReference = Annotated["OrderLine", strawberry.lazy("schema.orders.types")]
WarehouseReference = Annotated["Warehouse", strawberry.lazy("schema.inventory")]

enum_type(
    CarrierCode,
    name="CarrierCode",
    description="Who carries a parcel.",
    values={
        "SIMULATOR": "A carrier of the market's own making: gives a waybill and moves every parcel by itself.",
        "OWN_COURIER": "商家配送: the shop's own courier. Needs a waybill; is reported by hand.",
        "SF_EXPRESS": "顺丰速运. Needs the waybill of its label; is reported by hand.",
        "JD_LOGISTICS": "京东物流. Needs the waybill of its label; is reported by hand.",
        "ZTO": "中通快递. Needs the waybill of its label; is reported by hand.",
        "YTO": "圆通速递. Needs the waybill of its label; is reported by hand.",
        "EMS": "中国邮政 EMS. Needs the waybill of its label; is reported by hand.",
    },
)
enum_type(
    ParcelState,
    description="Where a parcel stands. It never goes back.",
    values={
        "SHIPPED": "Handed to the carrier.",
        "IN_TRANSIT": "Between sorting centers.",
        "OUT_FOR_DELIVERY": "With the person who delivers it.",
        "DELIVERED": "Arrived.",
    },
)


@strawberry.type(description="Units of an order line in a parcel.")
class ParcelLine:
    order_line: OrderLineReference | None = field(resolvers.order_line_of, description="The line.")
    quantity: int = strawberry.field(description="Units in this parcel.")


@strawberry.type(description="One report about a parcel, by its carrier or by a courier.")
class TrackingEvent:
    state: ParcelState = strawberry.field(description="What the report says of the parcel at that moment.")
    place: str = localized("place", description="Where it was seen; may be empty.")
    description: str = localized("description", description="What the carrier says, for people.")
    occurred_at: datetime = strawberry.field(description="When it happened, UTC.")
    received_at: datetime = strawberry.field(description="When the market learned of it, UTC.")


@node_type(
    models.Parcel,
    loaders.parcels_by_id,
    description="Goods of one order under one waybill. For the order's buyer and for staff who handle orders.",
)
class Parcel(Node):
    number: str = strawberry.field(description="The market's own number, for people to read out. It opens nothing.")
    carrier: CarrierCode = strawberry.field(description="Who carries it.")
    carrier_name: str = field(resolvers.carrier_name, description="The carrier's name, in the caller's language.")
    waybill: str = strawberry.field(description="The carrier's number, by which it can be followed there.")
    state: ParcelState = strawberry.field(description="Where it stands.")
    order: OrderReference | None = field(resolvers.order_of, description="The order that it belongs to.")
    lines: list[ParcelLine] = field(resolvers.parcel_lines, description="What is in it.")
    tracking: list[TrackingEvent] = field(resolvers.tracking_of, description="Where it was seen, newest last.")
    warehouse: WarehouseReference | None = field(
        resolvers.warehouse_of, description="Where it left; for staff who see stock, null for others."
    )
    shipped_at: datetime = strawberry.field(description="When it was handed over, UTC.")
    estimated_at: datetime | None = strawberry.field(
        description="When the carrier means to deliver it, UTC; null when it does not say."
    )
    delivered_at: datetime | None = strawberry.field(description="When it arrived, UTC.")


@strawberry.type
class FulfillmentQuery:
    parcel: Parcel | None = field(
        resolvers.parcel, description="A parcel by its id, if its order is yours to see; null otherwise."
    )


@strawberry.input(description="Units of an order line that go into a parcel now.")
class ParcelLineInput:
    order_line_id: strawberry.ID = strawberry.field(description="The line.")
    quantity: int = strawberry.field(description="Units, 1 to what is still to be shipped of it.")


@strawberry.input(description="What is handed to which carrier.")
class ParcelShipInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    carrier: CarrierCode = strawberry.field(description="Who carries it.")
    lines: list[ParcelLineInput] | None = strawberry.field(
        default=strawberry.UNSET, description="What goes; left out, everything that is still to be shipped."
    )
    warehouse_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Ship only what lies in this warehouse. Left out: a parcel from every one that holds some of it.",
    )
    waybill: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The waybill of a label that is printed already, 6–40 letters, digits and hyphens. "
        "Left out, the carrier gives one; not every carrier can.",
    )
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key ships once however often it is sent."
    )


@strawberry.type(description="The parcels that left.")
class ParcelShipPayload(Payload):
    parcel: Parcel | None = strawberry.field(description="The first parcel; null when nothing was shipped.")
    parcels: list[Parcel] | None = strawberry.field(
        description="All parcels of this call: one for each warehouse that the goods lie in."
    )
    order: OrderReference | None = strawberry.field(description="The order as it is now; null when nothing was done.")


@strawberry.input(description="A report about a parcel, by whoever carries it.")
class TrackingEventAddInput:
    parcel_id: strawberry.ID = strawberry.field(description="The parcel.")
    state: ParcelState = strawberry.field(description="What happened to it.")
    place: str = strawberry.field(default="", description="Where, up to 60 characters.")
    description: str = strawberry.field(
        default="", description="In words for the customer, up to 200 characters; left out, the usual ones."
    )
    scan_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Chosen by the client, 1–60 characters: the same report counts once however often it is sent.",
    )


@strawberry.type(description="The parcel after the report.")
class TrackingEventAddPayload(Payload):
    parcel: Parcel | None = strawberry.field(description="The parcel as it is now; null when nothing was done.")


@strawberry.input(description="A parcel that has arrived.")
class ParcelDeliverInput:
    parcel_id: strawberry.ID = strawberry.field(description="The parcel.")
    place: str = strawberry.field(default="", description="Where it was handed over, up to 60 characters.")
    scan_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Chosen by the client, 1–60 characters: the same report counts once however often it is sent.",
    )


@strawberry.type(description="The delivered parcel.")
class ParcelDeliverPayload(Payload):
    parcel: Parcel | None = strawberry.field(description="The parcel as it is now; null when nothing was done.")


@error_type("MORE_THAN_OPEN", description="More units than are still to be shipped of a line.")
class MoreThanOpen(UserError):
    line: OrderLineReference | None = strawberry.field(description="The line.")
    open: int = strawberry.field(description="Units that are still to be shipped.")


@strawberry.type
class FulfillmentMutation:
    parcel_ship: ParcelShipPayload = mutation(
        resolvers.parcel_ship,
        ParcelShipInput,
        description="Hand goods of a paid order to a carrier, all or a part. Stock leaves the warehouse at once. "
        "For warehouse staff.",
    )
    tracking_event_add: TrackingEventAddPayload = mutation(
        resolvers.tracking_event_add,
        TrackingEventAddInput,
        description="Report where a parcel is. For couriers.",
    )
    parcel_deliver: ParcelDeliverPayload = mutation(
        resolvers.parcel_deliver,
        ParcelDeliverInput,
        description="Report that a parcel has arrived. With the last parcel of an order the time to confirm receipt "
        "begins. For couriers.",
    )


FULFILLMENT_ERRORS: list[type] = [MoreThanOpen]

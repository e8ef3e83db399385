"""Parcels: what is in them, who carries them, and where they are."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from adapters.carriers.carrier import Ability
from loaders import fulfillment as loaders
from models import fulfillment as models
from models.fulfillment import CarrierCode, CarrierFault, ParcelState, ScanKind
from resolvers import aftersales as aftersales_resolvers
from resolvers import couriers as courier_resolvers
from resolvers import fulfillment as resolvers
from schema.catalog.texts import localized
from schema.couriers import DeliveryProof, DeliveryProofInput
from schema.errors import Payload, UserError, error_type
from schema.fields import enum_type, field, mutation
from schema.node import Node, node_type
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.aftersales import DeliveryCase
    from schema.inventory import Warehouse
    from schema.orders.types import Order, OrderLine

DeliveryCaseReference = Annotated["DeliveryCase", strawberry.lazy("schema.aftersales")]
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
    description="Where a parcel stands. A delivered one stays delivered, whatever is reported late.",
    values={
        "SHIPPED": "Handed to the carrier.",
        "IN_TRANSIT": "Between sorting centers.",
        "OUT_FOR_DELIVERY": "With the person who delivers it.",
        "AT_PICKUP_POINT": "Waiting at the pickup point.",
        "DELIVERED": "Arrived.",
        "LOST": "The carrier cannot find it. It may turn up again.",
        "DAMAGED": "Damaged on its way.",
        "REFUSED": "The recipient did not take it.",
        "RETURNING": "On its way back to the sender.",
        "RETURNED": "Back at the sender.",
    },
)
enum_type(
    ScanKind,
    description="What a report about a parcel is about.",
    values={
        "MOVE": "Where it is.",
        "ATTEMPT_FAILED": "It was brought to the door, and could not be handed over.",
        "DELAYED": "It will take longer.",
        "CANCELED": "The carrier has given the order up.",
        "NOTE": "Something else that the carrier says.",
    },
)
enum_type(
    Ability,
    name="CarrierAbility",
    description="Something that a carrier offers. Each can be asked where a parcel is.",
    values={
        "QUOTE": "Name a price and a time beforehand.",
        "BOOK": "Give a waybill.",
        "CANCEL": "Take a waybill back before the parcel is collected.",
        "INTERCEPT": "Stop a parcel that is on its way.",
        "PUSH": "Report by itself where a parcel is.",
    },
)
enum_type(
    CarrierFault,
    description="What the carrier simulator lets happen to a parcel, from where it is.",
    values={
        "NONE": "Nothing: it arrives as planned.",
        "DELAY": "It is held up; the carrier says so and names a later day.",
        "LOSS": "It is never seen again, and after a while the carrier calls it lost.",
        "DAMAGE": "It is damaged, and sent back.",
        "REFUSAL": "The recipient refuses it, and it is sent back.",
        "FAILED_ATTEMPT": "Nobody is there at first; the second attempt succeeds.",
        "SILENCE": "No report any more.",
        "WRONG_ORDER": "It arrives as planned, but the reports come in the wrong order.",
        "DUPLICATES": "It arrives as planned, but every report comes several times.",
        "INTERCEPTION": "It is turned back on request.",
    },
)


@strawberry.type(description="Units of an order line in a parcel.")
class ParcelLine:
    order_line: OrderLineReference | None = field(resolvers.order_line_of, description="The line.")
    quantity: int = strawberry.field(description="Units in this parcel.")
    written_off: int = strawberry.field(
        description="Units that do not count as shipped any more: they were sent again, or refunded."
    )
    restocked: int = strawberry.field(description="Units that have come back to the shelf.")
    broken: int = strawberry.field(description="Units that have come back and were of no use any more.")


@strawberry.type(description="One report about a parcel, by its carrier or by a courier.")
class TrackingEvent:
    state: ParcelState = strawberry.field(description="What the report says of the parcel at that moment.")
    kind: ScanKind = strawberry.field(description="What the report is about.")
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
    heard_at: datetime | None = strawberry.field(
        description="When its carrier last told something new, UTC; null while it has told nothing."
    )
    failed_attempts: int = strawberry.field(description="How often it was brought to the door in vain.")
    carrier_canceled_at: datetime | None = strawberry.field(
        description="When the carrier gave the order up, UTC; null unless it said so."
    )
    received_back_at: datetime | None = strawberry.field(
        description="When it was scanned at the returns desk of the shop, UTC; null unless it was."
    )
    cases: list[DeliveryCaseReference] = field(
        aftersales_resolvers.cases_of_parcel,
        description="What went wrong with it, oldest first; for the order's buyer and for staff who see cases.",
    )
    proof: DeliveryProof | None = field(
        courier_resolvers.proof_of_parcel,
        description="How it is known that it was delivered; null when it is not, or not for you to see.",
    )


@strawberry.type(description="A carrier that the market knows.")
class Carrier:
    code: CarrierCode = strawberry.field(description="Its code.")
    name: str = field(resolvers.name_of, description="Its name, in the caller's language.")
    is_connected: bool = strawberry.field(
        description="Whether the market speaks to it. If not, waybills and reports are entered by hand."
    )
    can: list[Ability] = strawberry.field(description="What it offers; nothing when it is not connected.")


@strawberry.type(description="What a carrier would take for all that is still to be shipped of an order.")
class CarrierQuote:
    carrier: CarrierCode = strawberry.field(description="The carrier.")
    carrier_name: str = field(
        resolvers.offering_carrier_name, description="The carrier's name, in the caller's language."
    )
    parcels: int = strawberry.field(description="How many parcels the price is for: one for each warehouse.")
    fee: Money | None = strawberry.field(description="The price of all parcels; null when it names none.")
    fastest_days: int | None = strawberry.field(description="Days at best; null when it does not say.")
    slowest_days: int | None = strawberry.field(description="Days at worst; null when it does not say.")
    problem: UserError | None = field(resolvers.problem_of, description="Why it names no price; null when it does.")


@strawberry.type
class FulfillmentQuery:
    parcel: Parcel | None = field(
        resolvers.parcel, description="A parcel by its id, if its order is yours to see; null otherwise."
    )
    carriers: list[Carrier] = field(
        resolvers.carriers_known,
        description="Every carrier that the market knows, and what it can do. For staff who see orders.",
    )
    carrier_quotes: list[CarrierQuote] = field(
        resolvers.carrier_quotes,
        description="What each carrier would take for an order, cheapest first; asked at once and for a few seconds, "
        "so a carrier that does not answer holds nobody up. Those that name no price come last. For warehouse staff.",
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
    proof: DeliveryProofInput | None = strawberry.field(
        default=strawberry.UNSET, description="How it is known: a name or a picture."
    )
    place: str = strawberry.field(default="", description="Where it was handed over, up to 60 characters.")
    scan_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Chosen by the client, 1–60 characters: the same report counts once however often it is sent.",
    )


@strawberry.type(description="The delivered parcel.")
class ParcelDeliverPayload(Payload):
    parcel: Parcel | None = strawberry.field(description="The parcel as it is now; null when nothing was done.")


@strawberry.input(description="Units of an order line that have come back broken.")
class BrokenUnitsInput:
    order_line_id: strawberry.ID = strawberry.field(description="The line; of a bundle, whole ones are counted.")
    quantity: int = strawberry.field(description="Units, 1 to what has come back and lies on no shelf yet.")


@strawberry.input(description="A parcel that lies at the returns desk.")
class ParcelReceiveBackInput:
    scan: str = strawberry.field(
        description="What the scanner read: the waybill, or the market's own number of the parcel, 1–60 characters."
    )
    carrier: CarrierCode | None = strawberry.field(
        default=strawberry.UNSET, description="Whose waybill it is; only needed where two carriers use the same one."
    )
    broken: list[BrokenUnitsInput] = strawberry.field(
        default_factory=list, description="What goes on no shelf; everything else does."
    )
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key receives it once however often it is sent."
    )


@strawberry.type(description="The parcel that came back.")
class ParcelReceiveBackPayload(Payload):
    parcel: Parcel | None = strawberry.field(description="The parcel as it is now; null when nothing was done.")
    order: OrderReference | None = strawberry.field(description="Its order; null when nothing was done.")


@strawberry.input(description="What the carrier simulator shall do with a parcel.")
class CarrierSimulateInput:
    parcel_id: strawberry.ID = strawberry.field(description="A parcel that the simulator carries.")
    fault: CarrierFault = strawberry.field(description="What happens to it from now on.")
    reports: bool = strawberry.field(
        default=False,
        description="Whether the carrier reports it by itself from now on, by signed calls to "
        "`/webhooks/carriers/simulator`, besides answering when it is asked.",
    )


@strawberry.type(description="The parcel, still as the market knows it.")
class CarrierSimulatePayload(Payload):
    parcel: Parcel | None = strawberry.field(description="The parcel; null when nothing was done.")


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
    parcel_receive_back: ParcelReceiveBackPayload = mutation(
        resolvers.parcel_receive_back,
        ParcelReceiveBackInput,
        description="Receive a parcel that was refused, stopped, not collected or could not be delivered: it counts as "
        "returned, its units go on the shelf that they left or are booked as broken, and its case or interception goes "
        "on as if the carrier had told of it. For warehouse staff.",
    )
    carrier_simulate: CarrierSimulatePayload = mutation(
        resolvers.carrier_simulate,
        CarrierSimulateInput,
        description="Let something happen to a parcel at the carrier simulator; the market learns of it as it would "
        "from a real carrier. Demo mode only, for staff who see orders.",
    )


FULFILLMENT_ERRORS: list[type] = [MoreThanOpen]

"""Orders, their lines, what can be done with them, and what happened to them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import schema.orders.enums  # noqa: F401  # declares the enums that the rows below hold
from domain.orders.actions import Action
from domain.orders.kinds import EventKind
from domain.orders.states import BuyerStatus
from domain.pricing.engine import AdjustmentKind
from kit.money import Currency as CurrencyCode
from loaders import orders as loaders
from models import orders as models
from models.delivery import DeliveryMode
from models.orders import CancelReason, OrderState
from models.outbox import ActorKind
from resolvers import aftersales as aftersales_resolvers
from resolvers import couriers as courier_resolvers
from resolvers import delivery as delivery_resolvers
from resolvers import estimates as estimate_resolvers
from resolvers import fulfillment as fulfillment_resolvers
from resolvers import interceptions as interception_resolvers
from resolvers import payments as payment_resolvers
from resolvers import service as service_resolvers
from resolvers.context import Info
from resolvers.orders import changes as change_resolvers
from resolvers.orders import merging as merge_resolvers
from resolvers.orders import orders as resolvers
from resolvers.orders import reviews as review_resolvers
from resolvers.orders import shortages as shortage_resolvers
from schema.delivery import DeliveryEstimate, OrderDelivery
from schema.errors import ErrorCode
from schema.fields import field
from schema.node import Node, node_type
from schema.paging import After, Connection, First
from schema.scalars import Money, money

if TYPE_CHECKING:
    from schema.aftersales import DeliveryCase
    from schema.catalog.types import Variant
    from schema.couriers import CourierJob
    from schema.customers.types import User
    from schema.fulfillment import Parcel
    from schema.interceptions import Interception
    from schema.orders.changes import OrderChangeRequest
    from schema.orders.reviews import Review
    from schema.orders.shortages import Shortage
    from schema.payments import Payment, Refund
    from schema.service import ServiceCase, ServiceOption

DeliveryCaseReference = Annotated["DeliveryCase", strawberry.lazy("schema.aftersales")]
VariantReference = Annotated["Variant", strawberry.lazy("schema.catalog.types")]
UserReference = Annotated["User", strawberry.lazy("schema.customers.types")]
CourierJobReference = Annotated["CourierJob", strawberry.lazy("schema.couriers")]
ParcelReference = Annotated["Parcel", strawberry.lazy("schema.fulfillment")]
ShortageReference = Annotated["Shortage", strawberry.lazy("schema.orders.shortages")]
InterceptionReference = Annotated["Interception", strawberry.lazy("schema.interceptions")]
ChangeReference = Annotated["OrderChangeRequest", strawberry.lazy("schema.orders.changes")]
ReviewReference = Annotated["Review", strawberry.lazy("schema.orders.reviews")]
PaymentReference = Annotated["Payment", strawberry.lazy("schema.payments")]
RefundReference = Annotated["Refund", strawberry.lazy("schema.payments")]
ServiceCaseReference = Annotated["ServiceCase", strawberry.lazy("schema.service")]
ServiceOptionReference = Annotated["ServiceOption", strawberry.lazy("schema.service")]


@strawberry.type(description="Where an order goes: as it was placed, or changed since. For the buyer and for staff.")
class OrderAddress:
    recipient: str = strawberry.field(description="Who receives it.")
    phone: str = strawberry.field(description="How to reach them, E.164.")
    province: str = strawberry.field(description="Province, by its Chinese name.")
    city: str = strawberry.field(description="City.")
    district: str = strawberry.field(description="District; may be empty.")
    street: str = strawberry.field(description="Street, house and room.")
    postal_code: str = strawberry.field(description="Postal code; may be empty.")


@strawberry.type(description="An amount that was added or taken off, and why. Subtotal plus all of these is the total.")
class OrderAdjustment:
    kind: AdjustmentKind = strawberry.field(description="Which rule it comes from.")
    label: str = field(resolvers.adjustment_label, description="What it is called, in the caller's language.")
    why: str = field(resolvers.adjustment_why, description="How it came about, in the caller's language.")
    amount: Money = money("amount", description="What it adds; negative when it takes off.")


@strawberry.type(description="One thing that can or cannot be done with an order now, by this viewer.")
class OrderAction:
    action: Action = strawberry.field(description="What it is.")
    allowed: bool = strawberry.field(description="Whether the mutation would work now.")
    reason: str | None = strawberry.field(description="Why not, for people; null when allowed.")
    reason_code: ErrorCode | None = strawberry.field(description="Why not, for code: what the mutation would answer.")
    deadline: datetime | None = strawberry.field(
        description="Until when it can be done, is to be done, or happens by itself, UTC."
    )
    available_from: datetime | None = strawberry.field(
        description="From when on it can be done, UTC; null when it can be done now or time does not help."
    )


@node_type(models.OrderLine, loaders.order_lines_by_id, description="A quantity of one variant as it was sold.")
class OrderLine(Node):
    title: str = field(resolvers.line_title, description="What it was called when it was sold.")
    choices: list[str] = field(resolvers.line_choices, description="The variant's option values, for example `1 kg`.")
    sku: str | None = strawberry.field(description="The shop's article number.")
    variant: VariantReference | None = field(
        resolvers.line_variant, description="The variant as it is now; null once it is no longer for sale."
    )
    image_url: str = strawberry.field(description="A picture; empty when there was none.")
    unit_price: Money = money("unit_price", description="Price of one unit.")
    quantity: int = strawberry.field(description="Units ordered.")
    discount: Money = money("discount", description="This line's share of the order's discounts.")
    total: Money = money("total", description="Unit price × quantity − discount.")
    shipped: int = strawberry.field(description="Units handed to a carrier.")
    delivered: int = strawberry.field(description="Units that arrived.")
    canceled: int = strawberry.field(description="Units that will not be shipped.")
    refunded: int = strawberry.field(description="Units whose money was given or promised back.")
    refunded_amount: Money = money("refunded_amount", description="Money given or promised back for this line.")
    refundable_quantity: int = field(
        payment_resolvers.refundable_quantity, description="Units whose money can still be given back."
    )
    refundable_amount: Money = field(
        payment_resolvers.refundable_amount, description="What refunding all of these would give, after all discounts."
    )
    returnable_quantity: int = field(
        service_resolvers.returnable_quantity,
        description="Received units about which `serviceCaseCreate` can ask for something now.",
    )
    returnable_until: datetime | None = field(
        service_resolvers.returnable_until,
        description="Until when, UTC, for the reason with the most time; null when nothing can be asked for, or while "
        "receipt is not confirmed.",
    )
    expected_refund: Money | None = field(
        service_resolvers.expected_refund,
        description="What giving back the money of all these units would give, to the cent; null for those who only "
        "bring the order.",
    )
    service_options: list[ServiceOptionReference] = field(
        service_resolvers.service_options,
        description="For each reason whether something can be asked for, until when, and why not; none for a moment in "
        "the past.",
    )


async def order_timeline(root: strawberry.Parent[Any], info: Info, first: First = None, after: After = None) -> Any:
    return await resolvers.order_timeline(root, info, first, after)


@strawberry.type(description="Something that happened to an order.")
class OrderEvent:
    sequence: int = strawberry.field(description="1, 2, 3 … without a gap within the order.")
    cursor: str = field(resolvers.event_cursor, description="For `after` of `orderEvents`.")
    kind: EventKind = strawberry.field(description="What happened.")
    message: str = field(resolvers.event_message, description="For people, in the caller's language.")
    state: OrderState | None = field(resolvers.event_state, description="The order's state after it.")
    actor_kind: ActorKind = strawberry.field(description="Who caused it.")
    cause: str | None = field(resolvers.event_cause, description="Why; for staff only, null for others.")
    created_at: datetime = strawberry.field(description="When, UTC, by the market's clock.")


@node_type(models.Order, loaders.orders_by_id, description="An order, for its buyer and for staff who handle orders.")
class Order(Node):
    number: str = strawberry.field(description="For people to read out. It opens nothing by itself.")
    state: OrderState = strawberry.field(description="Where it stands for those who work on it.")
    buyer_status: BuyerStatus = field(resolvers.buyer_status, description="Where its buyer finds it.")
    actions: list[OrderAction] = field(
        resolvers.order_actions, description="What you can do with it now, until when, and why not otherwise."
    )
    currency: CurrencyCode = strawberry.field(description="Currency of all its amounts.")
    subtotal: Money = money("subtotal", description="All lines at their unit prices.")
    discount: Money = money("discount", description="Taken off by coupons.")
    shipping: Money = money("shipping", description="What delivery costs.")
    total: Money = money("total", description="Subtotal − discount + shipping: what is to be paid.")
    captured: Money = money("captured", description="What was received for it.")
    refunded: Money = money("refunded", description="What was given or promised back. Never more than captured.")
    goodwill: Money = money("goodwill", description="The part of it that was given for no goods, as a compensation.")
    adjustments: list[OrderAdjustment] = field(
        resolvers.adjustments, description="What stands between the subtotal and the total, explained."
    )
    lines: list[OrderLine] = field(resolvers.lines, description="What was bought.")
    address: OrderAddress = field(
        resolvers.address_of,
        description="Where it goes; once it is there, whoever brought it sees province and city alone.",
    )
    customer: UserReference | None = field(
        resolvers.customer, description="Whose order it is, for those who may see that person; null for a guest's."
    )
    contact_phone: str | None = field(
        resolvers.contact_phone, description="The buyer's phone, E.164; null for whoever brought it once it is there."
    )
    contact_email: str | None = field(
        resolvers.contact_email, description="The buyer's e-mail address; null for whoever brought it once it is there."
    )
    coupon_code: str | None = strawberry.field(description="The coupon that was used.")
    note: str = field(
        resolvers.note, description="What the buyer wrote to the shop; empty for whoever brought it once it is there."
    )
    cancel_reason: CancelReason | None = strawberry.field(
        description="Why it was canceled; null unless the whole order was canceled with a reason."
    )
    cancel_note: str = strawberry.field(description="What was written about the reason; may be empty.")
    version: int = strawberry.field(description="Counts up with every change.")
    placed_at: datetime = strawberry.field(description="When it was placed, UTC.")
    pay_by: datetime = strawberry.field(description="When it is given up unless it is paid, UTC.")
    paid_at: datetime | None = strawberry.field(description="When it was paid, UTC.")
    dispatch_by: datetime | None = strawberry.field(
        description="When everything is to be shipped, UTC; null until it is paid. Moves on while it may not be."
    )
    is_late: bool = field(
        aftersales_resolvers.is_late, description="Whether something of it should have been shipped by now."
    )
    urged_at: datetime | None = strawberry.field(
        description="When its buyer last asked for a quicker dispatch (催发货), UTC."
    )
    urge_count: int = strawberry.field(description="How often its buyer has asked for a quicker dispatch.")
    shipped_at: datetime | None = strawberry.field(description="When the last parcel left, UTC.")
    delivered_at: datetime | None = strawberry.field(description="When the last parcel arrived, UTC.")
    received_at: datetime | None = strawberry.field(description="When receipt was confirmed, UTC.")
    completed_at: datetime | None = strawberry.field(description="When the after-sales period ended, UTC.")
    canceled_at: datetime | None = strawberry.field(description="When it was canceled or expired, UTC.")
    delivery_mode: DeliveryMode = strawberry.field(description="How it reaches the customer.")
    delivery: OrderDelivery | None = field(
        delivery_resolvers.delivery_of,
        description="What is agreed about its delivery; null for orders from before slots and pickup points.",
    )
    delivery_estimate: DeliveryEstimate | None = field(
        estimate_resolvers.delivery_estimate,
        description="When the last of it will be there, from what is known by now: promise, slot, dispatch, scans, the "
        "carrier's word. Null once it is received or canceled.",
    )
    courier_job: CourierJobReference | None = field(
        courier_resolvers.job_of_order,
        description="The newest job of the shop's own couriers for it; null when there is none.",
    )
    is_in_review: bool = field(
        review_resolvers.is_in_review, description="Whether somebody of the shop looks at it before it is shipped."
    )
    review: ReviewReference | None = field(
        review_resolvers.review_of_order, description="The open review of it, for those who review; else null."
    )
    channel: str | None = strawberry.field(description="The marketplace that it was taken in from; null for ours.")
    external_id: str | None = strawberry.field(description="Its number at that marketplace.")
    parcels: list[ParcelReference] = field(
        fulfillment_resolvers.parcels_of_order, description="What was shipped of it, oldest first."
    )
    shortage: ShortageReference | None = field(
        shortage_resolvers.of_order,
        description="What is missing of it, and what you can choose; null when nothing was.",
    )
    delivery_cases: list[DeliveryCaseReference] = field(
        aftersales_resolvers.cases_of_order,
        description="What went wrong on its way, oldest first; for its buyer and for staff who see cases.",
    )
    service_cases: list[ServiceCaseReference] = field(
        service_resolvers.cases_of_order,
        description="What its buyer has asked for after receiving it, oldest first; for the buyer and for staff who "
        "work with cases.",
    )
    payments: list[PaymentReference] = field(
        payment_resolvers.order_payments,
        description="Every attempt to pay it, oldest first; none for those who only bring it.",
    )
    refunds: list[RefundReference] = field(
        payment_resolvers.order_refunds,
        description="Money that went or goes back, oldest first; none for those who only bring it.",
    )
    changes: list[ChangeReference] = field(
        change_resolvers.changes_of_order,
        description="What was changed of it after it was placed, oldest first; none for those who only bring it.",
    )
    interceptions: list[InterceptionReference] = field(
        interception_resolvers.interceptions_of_order, description="Wishes to stop parcels of it, oldest first."
    )
    mergeable_with: list[Annotated["Order", strawberry.lazy("schema.orders.types")]] = field(
        merge_resolvers.mergeable_with,
        description="Other orders of its buyer that `orderMerge` could make one order of with it, oldest first.",
    )
    merged_into: Annotated["Order", strawberry.lazy("schema.orders.types")] | None = field(
        merge_resolvers.merged_into, description="The order that took over its goods and its money; null otherwise."
    )
    timeline: Connection[OrderEvent] = field(
        order_timeline, description="Everything that happened to it, oldest first."
    )


@strawberry.type(description="An order as it is now, and what has just happened to it.")
class OrderChange:
    row: Order = strawberry.field(name="order", description="The order as it is now.")
    event: OrderEvent | None = strawberry.field(description="What happened; null in the snapshot that opens a stream.")
    cursor: str = strawberry.field(description="Give it as `after` when you come back: you get what you missed, once.")

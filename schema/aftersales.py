"""Delivery cases: what went wrong on the way, what is proposed, and what came of it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from loaders import aftersales as loaders
from models import aftersales as models
from models.aftersales import CaseState, Closing, Compensation, Remedy
from models.fulfillment import Trouble
from resolvers import aftersales as resolvers
from resolvers.context import Info
from schema.errors import Payload, UserError, error_type
from schema.fields import enum_type, field, given, mutation, subscription
from schema.node import Node, node_type
from schema.orders.types import Order, OrderEvent
from schema.paging import After, Before, Connection, First, Last
from schema.scalars import Money, SafeInt, money

if TYPE_CHECKING:
    from schema.customers.types import User
    from schema.fulfillment import Parcel
    from schema.orders.types import OrderLine

OrderLineReference = Annotated["OrderLine", strawberry.lazy("schema.orders.types")]
ParcelReference = Annotated["Parcel", strawberry.lazy("schema.fulfillment")]
UserReference = Annotated["User", strawberry.lazy("schema.customers.types")]

enum_type(
    Trouble,
    name="DeliveryCaseKind",
    description="What went wrong on the way to the customer. The market finds it out by itself.",
    values={
        "LATE_DISPATCH": "Not everything was shipped in time, 24 hours after the payment unless set otherwise.",
        "PAST_ESTIMATE": "The parcel should have arrived by its carrier's estimate, and some grace.",
        "NO_SCAN": "Nothing was heard of the parcel for two days, unless set otherwise.",
        "FAILED_ATTEMPTS": "It was brought to the door in vain, twice unless set otherwise, or comes back after that.",
        "LOST": "The carrier says that it is lost, or nothing was heard of it for a week, unless set otherwise.",
        "DAMAGED": "The carrier says that it is damaged.",
        "REFUSED": "The recipient did not take it, or it is on its way back.",
        "RETURNED": "It has come back to the shop.",
    },
)
enum_type(
    CaseState,
    name="DeliveryCaseState",
    description="Where a case stands.",
    values={
        "OPEN": "Waits for somebody of the shop.",
        "CLAIMED": "Somebody of the shop takes care of it.",
        "RESOLVED": "A remedy was carried out.",
        "CLOSED": "It has settled itself; nothing had to be done.",
    },
)
enum_type(
    Remedy,
    name="DeliveryRemedy",
    description="What makes a delivery good that went wrong.",
    values={
        "RESHIP": "The goods are promised anew and go to the pickers again.",
        "REFUND": "The units are taken out of the order and their money goes back.",
        "COMPENSATE": "Money for no goods, or a coupon; the goods still come.",
        "WAIT": "Nothing now; the case is due again at a later time.",
        "RETURN_TO_STOCK": "What came back goes on the shelf, and is refunded unless that was done.",
    },
)
enum_type(
    Compensation,
    description="How a customer is compensated.",
    values={
        "MONEY": "Part of what was paid goes back, to the paying method.",
        "COUPON": "A coupon that only this customer can use, once.",
    },
)
enum_type(
    Closing,
    name="DeliveryCaseClosing",
    description="Why a case ended without a remedy.",
    values={
        "SHIPPED": "Everything has been shipped.",
        "MOVING": "The parcel is moving again.",
        "COMES_BACK": "The parcel comes back to the shop as was asked, or its goods are there already.",
        "ARRIVED": "The parcel has arrived.",
        "ORDER_ENDED": "The order has ended.",
    },
)


@strawberry.type(description="Units of an order line that a case is about.")
class DeliveryCaseLine:
    order_line: OrderLineReference | None = field(resolvers.line_of_units, description="The line.")
    quantity: int = strawberry.field(description="Units.")


@strawberry.type(description="What somebody of the shop, or the market itself, noted about a case.")
class DeliveryCaseNote:
    author: UserReference | None = field(
        resolvers.author_of, description="Who wrote it, for those who may see people; null for the market's own notes."
    )
    text: str = strawberry.field(description="What was noted.")
    created_at: datetime = strawberry.field(description="When, UTC.")


@node_type(
    models.DeliveryCase,
    loaders.cases_by_id,
    description="Something that went wrong on the way to a customer. For the order's buyer and staff who see cases.",
)
class DeliveryCase(Node):
    number: str = strawberry.field(description="For people to read out. It opens nothing by itself.")
    kind: Trouble = strawberry.field(description="What went wrong. It changes when it gets worse, or better.")
    what: str = field(resolvers.what, description="The same for people, in the caller's language.")
    state: CaseState = strawberry.field(description="Where it stands.")
    order: Order | None = field(resolvers.order_of, description="The order that it is about.")
    parcel: ParcelReference | None = field(
        resolvers.parcel_of, description="The parcel that it is about; null when nothing was shipped in time."
    )
    lines: list[DeliveryCaseLine] = field(resolvers.case_units, description="The units that it is about.")
    proposed_remedy: Remedy = field(
        resolvers.proposed_remedy, description="What is proposed: by the market, or by the buyer's choice."
    )
    proposed_amount: Money | None = money(
        "proposed_amount",
        description="What that would give: what the goods cost, or the compensation; null when there is no amount. "
        "When nothing of an order arrives, its delivery fee goes back as well.",
    )
    proposal_reason: str = field(resolvers.reason, description="Why this is proposed, in the caller's language.")
    choices: list[Remedy] = field(
        resolvers.choices, description="What the buyer can choose between now with `deliveryCaseChoose`; may be empty."
    )
    choose_by: datetime | None = strawberry.field(
        description="Until when the buyer can choose, UTC; after it the proposal stands. Null when there is no choice."
    )
    chosen: Remedy | None = strawberry.field(description="What the buyer has chosen.")
    possible_remedies: list[Remedy] = field(
        resolvers.possible_remedies, description="What could be confirmed now; for staff who see cases, else empty."
    )
    remedy: Remedy | None = strawberry.field(description="What was done; null while nothing was.")
    amount: Money | None = money("amount", description="What was given: money, or the coupon's amount.")
    coupon_code: str | None = strawberry.field(description="The coupon that was given to the buyer.")
    closing: Closing | None = strawberry.field(description="Why it ended without a remedy.")
    closing_reason: str | None = field(
        resolvers.closing_reason, description="The same for people, in the caller's language."
    )
    due_at: datetime = strawberry.field(description="Until when the shop means to settle it, UTC.")
    is_overdue: bool = field(resolvers.is_overdue, description="Whether it should have been settled by now.")
    escalations: int = strawberry.field(description="How often it has been escalated by the clock.")
    turned_up_at: datetime | None = strawberry.field(
        description="When the parcel was seen again although it had been made good already, UTC."
    )
    owner: UserReference | None = field(
        resolvers.owner_of, description="Who takes care of it, for those who may see people; null for others."
    )
    claimed_at: datetime | None = strawberry.field(description="When it was claimed, UTC.")
    notes: list[DeliveryCaseNote] = field(
        resolvers.notes_of, description="What was noted, oldest first; for staff who see cases, else empty."
    )
    version: int = strawberry.field(description="Counts up with every change.")
    opened_at: datetime = strawberry.field(description="When it was opened, UTC.")
    ended_at: datetime | None = strawberry.field(description="When it was resolved or closed, UTC.")


@strawberry.type(description="A case as it is now, and what has just happened to it.")
class DeliveryCaseChange:
    row: DeliveryCase = strawberry.field(name="case", description="The case as it is now.")
    event: OrderEvent | None = strawberry.field(description="What happened; null in the snapshot that opens a stream.")
    cursor: str = strawberry.field(description="Give it as `after` when you come back: you get what you missed, once.")


@strawberry.input(description="Which cases. All conditions must hold.")
class DeliveryCaseFilter:
    states: list[CaseState] | None = strawberry.field(
        default=strawberry.UNSET, description="In one of these states; open and claimed ones when left out."
    )
    kinds: list[Trouble] | None = strawberry.field(default=strawberry.UNSET, description="Of one of these kinds.")
    mine: bool | None = strawberry.field(default=strawberry.UNSET, description="Only those that you have claimed.")
    overdue: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Only those whose time is over, or only those whose time is not."
    )
    turned_up: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Only those whose parcel was seen again after it had been made good."
    )


async def list_cases(
    info: Info,
    filter: Annotated[
        DeliveryCaseFilter | None, strawberry.argument(description="Which cases; the live ones when left out.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    choice = resolvers.CaseChoice(**given(filter)) if filter else resolvers.CaseChoice()
    return await resolvers.delivery_cases(info, choice, first=first, after=after, last=last, before=before)


@strawberry.type
class AftersalesQuery:
    delivery_case: DeliveryCase | None = field(
        resolvers.delivery_case, description="A delivery case by its id, if it is yours to see; null otherwise."
    )
    delivery_cases: Connection[DeliveryCase] = field(
        list_cases,
        description="Delivery cases, those due first in front: all for staff who see cases, or yours.",
    )


@strawberry.input(description="An order whose dispatch is urged.")
class OrderUrgeInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")


@strawberry.type(description="The urged order.")
class OrderUrgePayload(Payload):
    order: Order | None = strawberry.field(description="The order as it is now; null when nothing was done.")


@strawberry.input(description="A case to claim or release.")
class DeliveryCaseInput:
    case_id: strawberry.ID = strawberry.field(description="The case.")


@strawberry.input(description="A note about a case.")
class DeliveryCaseNoteAddInput:
    case_id: strawberry.ID = strawberry.field(description="The case.")
    text: str = strawberry.field(description="1 to 1000 characters; staff see it, the buyer does not.")


@strawberry.input(description="What the buyer would rather have.")
class DeliveryCaseChooseInput:
    case_id: strawberry.ID = strawberry.field(description="The case.")
    remedy: Remedy = strawberry.field(description="One of the case's `choices`.")


@strawberry.input(description="Units of an order line that a remedy is for.")
class DeliveryCaseLineInput:
    order_line_id: strawberry.ID = strawberry.field(description="The line.")
    quantity: int = strawberry.field(description="Units, 1 to what the case is about.")


@strawberry.input(description="What is to be done about a case.")
class DeliveryCaseConfirmInput:
    case_id: strawberry.ID = strawberry.field(description="The case.")
    remedy: Remedy | None = strawberry.field(
        default=strawberry.UNSET, description="One of `possibleRemedies`; left out, what is proposed."
    )
    lines: list[DeliveryCaseLineInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="For which units; left out, for all that the case is about. Not used to compensate or to wait.",
    )
    amount_minor_units: SafeInt | None = strawberry.field(
        default=strawberry.UNSET,
        description="To compensate with, in minor units: 500 is 5.00 yuan. Left out, what is proposed.",
    )
    compensation: Compensation | None = strawberry.field(
        default=strawberry.UNSET, description="How to compensate; left out, with a coupon."
    )
    wait_until: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="Until when to wait, within 60 days; left out, for as long as the setting says.",
    )
    note: str = strawberry.field(default="", description="For staff, up to 1000 characters.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The version you have seen; refused when the case has changed since."
    )
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key does it once however often it is sent."
    )


@strawberry.type(description="The case after the change.")
class DeliveryCasePayload(Payload):
    case: DeliveryCase | None = strawberry.field(description="The case as it is now; null when nothing was done.")


@strawberry.type(description="The case and its order after the decision.")
class DeliveryCaseConfirmPayload(Payload):
    case: DeliveryCase | None = strawberry.field(description="The case as it is now; null when nothing was done.")
    order: Order | None = strawberry.field(description="The order as it is now; null when nothing was done.")


@error_type("URGE_TOO_EARLY", description="The order cannot be urged yet, or not again yet.")
class UrgeTooEarly(UserError):
    next_at: datetime = strawberry.field(description="From when on it can be urged, UTC.")


@strawberry.type
class AftersalesMutation:
    order_urge: OrderUrgePayload = mutation(
        resolvers.order_urge,
        OrderUrgeInput,
        description="催发货: ask the shop to ship a paid order now. By its buyer, first some hours after the payment, "
        "then once a day; see `actions`.",
    )
    delivery_case_claim: DeliveryCasePayload = mutation(
        resolvers.delivery_case_claim,
        DeliveryCaseInput,
        description="Take a case upon yourself. For staff who resolve cases.",
    )
    delivery_case_release: DeliveryCasePayload = mutation(
        resolvers.delivery_case_release,
        DeliveryCaseInput,
        description="Give a case that you have claimed back to the queue. Administrators give back anybody's.",
    )
    delivery_case_note_add: DeliveryCasePayload = mutation(
        resolvers.delivery_case_note_add,
        DeliveryCaseNoteAddInput,
        description="Note something about a case. For staff who resolve cases.",
    )
    delivery_case_choose: DeliveryCasePayload = mutation(
        resolvers.delivery_case_choose,
        DeliveryCaseChooseInput,
        description="Choose between the goods again and the money, where both are possible. By the order's buyer, "
        "until `chooseBy`; it becomes what is proposed.",
    )
    delivery_case_confirm: DeliveryCaseConfirmPayload = mutation(
        resolvers.delivery_case_confirm,
        DeliveryCaseConfirmInput,
        description="Do what is proposed, or another possible remedy: stock, parcels, order and money are carried "
        "through at once, or nothing is. For staff who resolve cases.",
    )


@strawberry.type
class AftersalesSubscription:
    delivery_case_events: DeliveryCaseChange = subscription(
        resolvers.delivery_case_events,
        description="Live changes of all delivery cases, for staff who see cases: first the live ones as they are, "
        "then every event once, in the order in which they were committed.",
    )


AFTERSALES_ERRORS: list[type] = [UrgeTooEarly]

"""Changing an order after it was placed: preview, change, difference, and units that are taken out."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import schema.payments  # noqa: F401  # declares the ways to pay
from loaders import orders as loaders
from models import orders as models
from models.orders import CancelReason, ChangeState
from models.payments import PaymentMethod
from resolvers.orders import changes as resolvers
from schema.errors import ErrorCode, Payload, UserError, error_type
from schema.fields import enum_type, field, mutation
from schema.node import Node, node_type
from schema.orders.checkout import DestinationInput, PurchaseLineInput
from schema.orders.types import Order, OrderAddress, OrderAdjustment, OrderLine
from schema.scalars import Money, money

if TYPE_CHECKING:
    from schema.catalog.types import Variant
    from schema.delivery import DeliverySlot
    from schema.payments import Payment

VariantReference = Annotated["Variant", strawberry.lazy("schema.catalog.types")]
SlotReference = Annotated["DeliverySlot", strawberry.lazy("schema.delivery")]
PaymentReference = Annotated["Payment", strawberry.lazy("schema.payments")]

enum_type(
    ChangeState,
    name="OrderChangeState",
    description="What became of a change of an order.",
    values={
        "APPLIED": "It was made.",
        "AWAITING_PAYMENT": "It is made when its difference is paid, until `payBy`; added goods and a place in a new "
        "time slot are held meanwhile.",
        "EXPIRED": "Its difference was not paid in time; the order stayed as it was.",
        "CANCELED": "It was given up; the order stayed as it was.",
        "REJECTED": "It cannot be made any more, as `refusal` says: the order was shipped or canceled meanwhile, or "
        "what was held for it broke. What was paid for it goes back.",
    },
)


@strawberry.type(description="Units of a variant that a change adds to an order.")
class OrderChangeAddition:
    title: str = field(resolvers.added_title, description="What it is called, in the caller's language.")
    variant: VariantReference | None = field(
        resolvers.added_variant, description="The variant; null once it is no longer for sale."
    )
    quantity: int = strawberry.field(description="Units.")
    unit_price: Money = money("unit_price", description="Price of one unit when the change was asked for.")
    total: Money = money("total", description="Unit price × quantity.")


@strawberry.type(description="Units of an order line that a change takes out.")
class OrderChangeRemoval:
    line: OrderLine | None = field(
        resolvers.removed_line, description="The line; null once it has left an order that was not paid yet."
    )
    quantity: int = strawberry.field(description="Units.")


@strawberry.type(description="What a change would give now: to the cent what `orderChange` would do.")
class OrderChangePlan:
    added: list[OrderChangeAddition] = field(resolvers.planned_added, description="What would be added.")
    removed: list[OrderChangeRemoval] = field(resolvers.planned_removed, description="What would be taken out.")
    total_before: Money = money("total_before", description="The order's total as it is.")
    subtotal: Money = money("subtotal", description="All lines at their unit prices afterwards.")
    discount: Money = money("discount", description="Taken off by coupons afterwards.")
    shipping: Money = money("shipping", description="What delivery costs afterwards, before what goes back of it.")
    total_after: Money = money("total_after", description="The order's total afterwards.")
    to_pay: Money = money(
        "to_pay", description="Of a paid order: what must be paid before the change is made. Zero for an unpaid one."
    )
    refund: Money = money("refund", description="Of a paid order: what goes back by itself when the change is made.")
    shipping_refund: Money = money("shipping_refund", description="The part of `refund` that is shipping.")
    difference: Money = money(
        "difference", description="What the customer gives in the end; negative for what comes back."
    )
    adjustments: list[OrderAdjustment] = field(
        resolvers.planned_adjustments, description="What stands between the subtotal and the total, explained."
    )
    slot: SlotReference | None = field(
        resolvers.planned_slot, description="The time slot of the delivery afterwards; null without one."
    )


@node_type(
    models.OrderChangeRequest,
    loaders.changes_by_id,
    description="A change of an order after it was placed. For its buyer and for staff who handle orders.",
)
class OrderChangeRequest(Node):
    state: ChangeState = strawberry.field(description="What became of it.")
    order: Order | None = field(resolvers.order_of, description="The order.")
    added: list[OrderChangeAddition] = field(
        resolvers.added_of, description="New lines. Units that joined a line of an unpaid order are told by its lines."
    )
    removed: list[OrderChangeRemoval] = field(resolvers.removed_of, description="What was taken out.")
    address: OrderAddress | None = field(resolvers.new_address, description="The new address; null when it stays.")
    address_before: OrderAddress | None = field(
        resolvers.old_address, description="The address before; null when it stays."
    )
    contact_phone: str | None = field(resolvers.new_phone, description="The buyer's new phone; null when it stays.")
    contact_email: str | None = field(
        resolvers.new_email, description="The buyer's new e-mail address; null when it stays."
    )
    note: str | None = field(resolvers.new_note, description="The new note to the shop; null when it stays.")
    changes_slot: bool = field(
        resolvers.changes_slot, description="Whether the order moves to another time slot, or to none."
    )
    slot: SlotReference | None = field(
        resolvers.new_slot,
        description="The new time slot; null when it stays, or when the order goes without one. A place in it is held "
        "while the change waits for its difference, beside the old one.",
    )
    slot_before: SlotReference | None = field(
        resolvers.old_slot, description="The time slot before; null when it stays, or when there was none."
    )
    reason: CancelReason | None = strawberry.field(description="Why units were canceled, where that was said.")
    total_before: Money = money("total_before", description="The order's total before it.")
    total_after: Money = money("total_after", description="The order's total with it.")
    to_pay: Money = money("to_pay", description="The difference that has to be paid before it is made.")
    refund: Money = money("refund", description="What goes back by itself when it is made.")
    shipping_refund: Money = field(resolvers.shipping_refund, description="The part of `refund` that is shipping.")
    difference: Money = field(
        resolvers.difference, description="What the customer gives in the end; negative for what comes back."
    )
    pay_by: datetime | None = strawberry.field(
        description="When it is given up unless its difference is paid, UTC; null when there is none."
    )
    refusal: ErrorCode | None = field(resolvers.refusal, description="Why it was rejected; null otherwise.")
    created_at: datetime = strawberry.field(description="When it was asked for, UTC.")
    ended_at: datetime | None = strawberry.field(description="When it was made or given up, UTC; null while it waits.")


@strawberry.input(description="Units of an order line to take out.")
class OrderLineUnitsInput:
    order_line_id: strawberry.ID = strawberry.field(description="The line.")
    quantity: int = strawberry.field(description="Units, 1 to what is still to be shipped of it.")


@strawberry.input(description="What is to be changed, in any mixture. What is left out stays as it is.")
class OrderChangePreviewInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    destination: DestinationInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="Where it shall go; not a pickup point, since the way of delivery stays. Another province may "
        "change what shipping costs. Goods that cannot be delivered there are refused as CANNOT_BE_DELIVERED.",
    )
    contact_phone: str | None = strawberry.field(default=strawberry.UNSET, description="The buyer's phone.")
    contact_email: str | None = strawberry.field(default=strawberry.UNSET, description="The buyer's e-mail address.")
    note: str | None = strawberry.field(
        default=strawberry.UNSET, description="A note to the shop, up to 500 characters; empty takes it away."
    )
    slot_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The time slot, of `deliverySlots` for the order's way of delivery and the place it then goes to; "
        "null gives the present one up. Needed with an address that the present one is not for.",
    )
    add: list[PurchaseLineInput] = strawberry.field(
        default_factory=list, description="What is to be added, at today's price."
    )
    remove: list[OrderLineUnitsInput] = strawberry.field(
        default_factory=list, description="What is to be taken out. To give up all of it, `orderCancel`."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The order's version that was looked at; another one is a conflict."
    )


@strawberry.input(description="What is to be changed, and a key that makes repeating safe.")
class OrderChangeInput(OrderChangePreviewInput):
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key changes once however often it is sent."
    )


@strawberry.type(description="What the change would give, and every problem that would stop it.")
class OrderChangePreviewPayload(Payload):
    plan: OrderChangePlan | None = strawberry.field(
        description="The figures. Where there are problems, those that are known."
    )


@strawberry.type(description="The change.")
class OrderChangePayload(Payload):
    change: OrderChangeRequest | None = strawberry.field(description="The change; null when nothing was done.")
    order: Order | None = strawberry.field(description="The order as it is now; null when nothing was done.")


@strawberry.input(description="Which units would be canceled.")
class OrderLinesCancelPreviewInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    lines: list[OrderLineUnitsInput] = strawberry.field(description="The units.")


@strawberry.input(description="Which units are to be canceled, and why.")
class OrderLinesCancelInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    lines: list[OrderLineUnitsInput] = strawberry.field(description="The units.")
    reason: CancelReason = strawberry.field(description="Why.")
    note: str = strawberry.field(
        default="", description="More about the reason, up to 500 characters; buyer and staff see it."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The order's version that was looked at; another one is a conflict."
    )
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key cancels once however often it is sent."
    )


@strawberry.input(description="How the difference of a change is paid.")
class OrderChangePayInput:
    change_id: strawberry.ID = strawberry.field(description="The change that waits for it.")
    method: PaymentMethod = strawberry.field(description="How it is paid.")
    return_url: str = strawberry.field(
        default="", description="Where the provider sends the customer afterwards, http or https, up to 500 characters."
    )
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key starts one attempt."
    )


@strawberry.type(description="The attempt to pay a difference.")
class OrderChangePayPayload(Payload):
    payment: PaymentReference | None = strawberry.field(
        description="The attempt, with the address to pay at; null when none was started."
    )
    change: OrderChangeRequest | None = strawberry.field(description="The change; null when nothing was done.")


@strawberry.input(description="Which change is to be given up.")
class OrderChangeCancelInput:
    change_id: strawberry.ID = strawberry.field(description="A change that waits for its difference.")


@error_type("CHANGE_AWAITS_PAYMENT", description="Another change of the order waits for its difference.")
class ChangeAwaitsPayment(UserError):
    pay_by: datetime | None = strawberry.field(description="When that one is given up by itself, UTC.")


@strawberry.type
class OrderChangeMutation:
    order_change_preview: OrderChangePreviewPayload = mutation(
        resolvers.order_change_preview,
        OrderChangePreviewInput,
        description="What a change of an order would give, and every problem at once. Writes nothing, holds no stock.",
    )
    order_change: OrderChangePayload = mutation(
        resolvers.order_change_make,
        OrderChangeInput,
        description="Change an order before it is shipped: address, contacts, note, time slot, more goods, fewer "
        "goods. An unpaid order is priced anew. Of a paid one, what is taken out is refunded by itself, and what is "
        "added waits for `orderChangePay`. By its buyer, or by staff who may change orders.",
    )
    order_change_pay: OrderChangePayPayload = mutation(
        resolvers.order_change_pay,
        OrderChangePayInput,
        description="Start paying the difference of a change, by the buyer. The change is made when it has come.",
    )
    order_change_cancel: OrderChangePayload = mutation(
        resolvers.order_change_cancel,
        OrderChangeCancelInput,
        description="Give up a change that waits for its difference: its goods go back to the shelf, and its place in "
        "a time slot is free.",
    )
    order_lines_cancel_preview: OrderChangePreviewPayload = mutation(
        resolvers.order_lines_cancel_preview,
        OrderLinesCancelPreviewInput,
        description="What canceling these units would give back. Writes nothing.",
    )
    order_lines_cancel: OrderChangePayload = mutation(
        resolvers.order_lines_cancel,
        OrderLinesCancelInput,
        description="Cancel units that are not shipped yet, also the rest of a partly shipped order. Their money goes "
        "back by itself. By the buyer, or by staff who may cancel; a whole order is canceled by `orderCancel`.",
    )


CHANGE_ERRORS: list[type] = [ChangeAwaitsPayment]

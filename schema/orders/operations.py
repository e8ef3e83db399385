"""Reading orders, canceling them, confirming receipt, and watching them live."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.orders.states import BuyerStatus
from models.orders import CancelReason, OrderState
from resolvers.context import Info
from resolvers.orders import live
from resolvers.orders import orders as resolvers
from schema.errors import Payload
from schema.fields import field, given, mutation, subscription
from schema.orders.types import Order, OrderChange
from schema.paging import After, Before, Connection, First, Last


@strawberry.input(description="Which orders. All conditions must hold.")
class OrderFilter:
    statuses: list[BuyerStatus] | None = strawberry.field(
        default=strawberry.UNSET, description="On one of these shelves."
    )
    states: list[OrderState] | None = strawberry.field(default=strawberry.UNSET, description="In one of these states.")
    placed_from: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Placed at or after this moment."
    )
    placed_until: datetime | None = strawberry.field(default=strawberry.UNSET, description="Placed before this moment.")
    urged: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only those whose buyers have asked for a quicker dispatch and still wait, or only the others.",
    )
    late: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Only those that should have been shipped by now, or only the others."
    )


async def list_orders(
    info: Info,
    filter: Annotated[OrderFilter | None, strawberry.argument(description="Which orders; all when left out.")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    choice = resolvers.OrderChoice(**given(filter)) if filter else resolvers.OrderChoice()
    return await resolvers.orders(info, choice, first=first, after=after, last=last, before=before)


@strawberry.type
class OrderQuery:
    order: Order | None = field(
        resolvers.order,
        description="An order by its id or number, if it is yours to see; null otherwise.",
    )

    orders: Connection[Order] = field(
        list_orders, description="Your orders, newest first; everybody's for staff who handle orders."
    )


@strawberry.input(description="Which order to cancel, and why.")
class OrderCancelInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    reason: CancelReason = strawberry.field(description="Why.")
    note: str = strawberry.field(
        default="", description="More about the reason, up to 500 characters; buyer and staff see it."
    )
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key cancels once however often it is sent."
    )


@strawberry.type(description="The canceled order.")
class OrderCancelPayload(Payload):
    order: Order | None = strawberry.field(description="The order as it is now; null when nothing was done.")


@strawberry.input(description="Which order has arrived.")
class OrderReceiptConfirmInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")


@strawberry.type(description="The received order.")
class OrderReceiptConfirmPayload(Payload):
    order: Order | None = strawberry.field(description="The order as it is now; null when nothing was done.")


@strawberry.type
class OrderMutation:
    order_cancel: OrderCancelPayload = mutation(
        resolvers.order_cancel,
        OrderCancelInput,
        description="Cancel a whole order before anything of it is shipped. Stock and coupon are given back at once, "
        "what was paid goes back to the paying method. By its buyer, or by staff who may cancel.",
    )
    order_receipt_confirm: OrderReceiptConfirmPayload = mutation(
        resolvers.order_receipt_confirm,
        OrderReceiptConfirmInput,
        description="Confirm that everything has arrived (确认收货). By the buyer; by itself some days after delivery.",
    )


@strawberry.type
class OrderSubscription:
    order_events: OrderChange = subscription(
        live.order_events,
        description="Live changes of one order: first the order as it is, then every event once and in order. "
        "With `after` it starts with what happened since that cursor, also after a crash of the server.",
    )
    my_order_events: OrderChange = subscription(
        live.my_order_events,
        description="Live changes of all your own orders: first the unfinished ones as they are, then every event "
        "once, in the order in which they were committed.",
    )

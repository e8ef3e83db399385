"""Stopping parcels that are on their way."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from loaders import fulfillment as loaders
from models import fulfillment as models
from models.fulfillment import InterceptionAction, InterceptionState
from resolvers import interceptions as resolvers
from resolvers.context import Info
from schema.errors import Payload
from schema.fields import enum_type, field, mutation
from schema.node import Node, node_type
from schema.orders.checkout import DestinationInput
from schema.orders.types import Order, OrderAddress
from schema.paging import After, Before, Connection, First, Last

if TYPE_CHECKING:
    from schema.fulfillment import Parcel

ParcelReference = Annotated["Parcel", strawberry.lazy("schema.fulfillment")]

enum_type(
    InterceptionAction,
    description="What shall become of a parcel that is stopped.",
    values={
        "RETURN": "It comes back to the shop: its goods go on the shelf, its units are refunded.",
        "NEW_ADDRESS": "It goes to another address. If it comes back instead, its goods are sent there anew.",
    },
)
enum_type(
    InterceptionState,
    description="What came of the wish to stop a parcel.",
    values={
        "REQUESTED": "The carrier is asked, by program or by staff.",
        "ACCEPTED": "The carrier stops it.",
        "REFUSED": "The carrier cannot stop it: return it after it was received.",
        "DONE": "It came back and was settled, or arrived at the other address.",
        "FAILED": "It was delivered all the same, made good otherwise, or came back after receipt was confirmed.",
    },
)


@node_type(
    models.Interception,
    loaders.interceptions_by_id,
    description="The wish to stop a parcel, and what came of it. For the order's buyer and for staff.",
)
class Interception(Node):
    action: InterceptionAction = strawberry.field(description="What shall become of the parcel.")
    state: InterceptionState = strawberry.field(description="What came of it.")
    order: Order | None = field(resolvers.order_of, description="The order.")
    parcel: ParcelReference | None = field(resolvers.parcel_of, description="The parcel.")
    address: OrderAddress | None = field(
        resolvers.address_of, description="Where it shall go instead; null when it comes back."
    )
    note: str = strawberry.field(description="What was written about it; may be empty.")
    is_for_staff: bool = strawberry.field(
        description="Whether it waits for somebody of the shop, since the carrier cannot be asked by program."
    )
    refusal: str | None = field(resolvers.refusal_of, description="The carrier's reason for refusing; null otherwise.")
    requested_at: datetime = strawberry.field(description="When it was asked for, UTC.")
    decided_at: datetime | None = strawberry.field(description="When the carrier answered, UTC.")
    ended_at: datetime | None = strawberry.field(description="When it came to its end, UTC.")


async def list_interceptions(
    info: Info,
    for_staff: Annotated[
        bool | None,
        strawberry.argument(description="True: those that wait for somebody to ask the carrier. Left out: all."),
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    return await resolvers.interceptions(info, for_staff, first=first, after=after, last=last, before=before)


@strawberry.type
class InterceptionQuery:
    interceptions: Connection[Interception] = field(
        list_interceptions, description="Interceptions of the orders that are yours to see, oldest first."
    )


@strawberry.input(description="Which parcel is to be stopped: one, or all of an order that are on their way.")
class InterceptionRequestInput:
    order_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The order; give this or `parcelId`."
    )
    parcel_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The parcel; give this or `orderId`."
    )
    action: InterceptionAction = strawberry.field(description="What shall become of it.")
    destination: DestinationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where it shall go instead, for NEW_ADDRESS."
    )
    note: str = strawberry.field(default="", description="More about it, up to 500 characters.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key asks once however often it is sent."
    )


@strawberry.type(description="What was asked for.")
class InterceptionRequestPayload(Payload):
    interceptions: list[Interception] | None = strawberry.field(
        description="One for each parcel; null when nothing was asked."
    )
    order: Order | None = strawberry.field(description="The order; null when nothing was done.")


@strawberry.input(description="The carrier's answer, as somebody of the shop got it.")
class InterceptionDecideInput:
    interception_id: strawberry.ID = strawberry.field(description="The interception.")
    accepted: bool = strawberry.field(description="Whether the carrier stops the parcel.")
    reason: str = strawberry.field(default="", description="The carrier's reason, up to 60 characters.")


@strawberry.type(description="The interception.")
class InterceptionDecidePayload(Payload):
    interception: Interception | None = strawberry.field(description="As it is now; null when nothing was done.")
    order: Order | None = strawberry.field(description="The order; null when nothing was done.")


@strawberry.type
class InterceptionMutation:
    interception_request: InterceptionRequestPayload = mutation(
        resolvers.interception_request,
        InterceptionRequestInput,
        description="Have parcels stopped that are not out for delivery yet: back to the shop, or to another address. "
        "The carrier's answer and the outcome come live on the order. By the buyer, or by staff who may change orders.",
    )
    interception_decide: InterceptionDecidePayload = mutation(
        resolvers.interception_decide,
        InterceptionDecideInput,
        description="Enter a carrier's answer that was got by telephone. For staff who may change orders.",
    )

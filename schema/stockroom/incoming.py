"""What suppliers will bring to a warehouse: for staff who see stock."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from loaders import inventory as loaders
from models import inventory as models
from resolvers import inventory as inventory_resolvers
from resolvers import stockroom as resolvers
from resolvers.context import Info
from schema.catalog.types import Variant
from schema.errors import Payload
from schema.fields import enum_type, field, mutation
from schema.inventory import Warehouse
from schema.node import Node, node_type
from schema.paging import After, Before, Connection, First, Last

enum_type(
    models.IncomingState,
    description="How far an expected delivery has come.",
    values={
        "EXPECTED": "Nothing has come yet.",
        "PARTLY_RECEIVED": "Some units have come, more are awaited.",
        "RECEIVED": "Everything that will come has come.",
        "CALLED_OFF": "Nothing came, and nothing will.",
    },
)


@node_type(
    models.ExpectedDelivery,
    loaders.deliveries_by_id,
    description="Units of one variant that a supplier will bring to a warehouse. For staff who see stock.",
)
class ExpectedDelivery(Node):
    number: str = strawberry.field(description="For people; opens nothing.")
    warehouse: Warehouse | None = field(inventory_resolvers.warehouse, description="Where they come in.")
    variant: Variant | None = field(inventory_resolvers.variant, description="What comes.")
    units: int = strawberry.field(description="Units that were announced.")
    received: int = strawberry.field(description="Units that have come; may be more than were announced.")
    called_off: int = strawberry.field(description="Units that will not come.")
    open: int = strawberry.field(description="Units that are still to come.")
    expected_on: date = strawberry.field(description="The day on which they are expected.")
    state: models.IncomingState = strawberry.field(description="How far it has come.")
    note: str = strawberry.field(description="What was noted; may be empty.")
    created_at: datetime = strawberry.field(description="When it was announced.")
    ended_at: datetime | None = strawberry.field(description="When the last of it came or was called off.")


@strawberry.input(description="Which expected deliveries. All conditions must hold.")
class ExpectedDeliveryFilter:
    variant_id: strawberry.ID | None = strawberry.field(default=None, description="Of this variant.")
    warehouse_id: strawberry.ID | None = strawberry.field(default=None, description="To this warehouse.")
    is_open: bool | None = strawberry.field(
        default=None, description="Only those that are still awaited, or only others."
    )


async def list_deliveries(
    info: Info,
    filter: Annotated[
        ExpectedDeliveryFilter | None, strawberry.argument(description="Which; all when left out.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    chosen = vars(filter) if filter else {}
    return await resolvers.deliveries(info, **chosen, first=first, after=after, last=last, before=before)


@strawberry.type
class IncomingQuery:
    expected_deliveries: Connection[ExpectedDelivery] = field(
        list_deliveries, description="What suppliers will bring, by day. Empty unless you see stock."
    )


@strawberry.input(description="Units that a supplier will bring.")
class ExpectedDeliveryCreateInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key announces once.")
    variant_id: strawberry.ID = strawberry.field(description="What comes.")
    warehouse_id: strawberry.ID = strawberry.field(description="Where.")
    units: int = strawberry.field(description="Units, 1 to 1,000,000,000.")
    expected_on: date = strawberry.field(description="The day; today or within 730 days.")
    note: str = strawberry.field(default="", description="A note, such as the order's number; at most 200 characters.")


@strawberry.input(description="Units of an expected delivery that have come.")
class ExpectedDeliveryReceiveInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key receives once.")
    delivery_id: strawberry.ID = strawberry.field(description="The expected delivery.")
    units: int = strawberry.field(
        description="Units that came now, 1 to 1,000,000,000; more than announced are welcome."
    )
    is_last: bool = strawberry.field(default=False, description="Whether what is missing will not come any more.")


@strawberry.input(description="An expected delivery that will not come.")
class ExpectedDeliveryCancelInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key calls off once.")
    delivery_id: strawberry.ID = strawberry.field(description="The expected delivery; what has come stays.")


@strawberry.input(description="An expected delivery that comes on another day.")
class ExpectedDeliveryPostponeInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key moves once.")
    delivery_id: strawberry.ID = strawberry.field(description="The expected delivery.")
    expected_on: date = strawberry.field(description="The new day; today or within 730 days.")


@strawberry.type(description="The announced delivery.")
class ExpectedDeliveryCreatePayload(Payload):
    delivery: ExpectedDelivery | None = strawberry.field(description="The delivery; null when nothing was done.")


@strawberry.type(description="The delivery after the receipt.")
class ExpectedDeliveryReceivePayload(Payload):
    delivery: ExpectedDelivery | None = strawberry.field(description="The delivery; null when nothing was done.")


@strawberry.type(description="The delivery that was called off.")
class ExpectedDeliveryCancelPayload(Payload):
    delivery: ExpectedDelivery | None = strawberry.field(description="The delivery; null when nothing was done.")


@strawberry.type(description="The delivery with its new day.")
class ExpectedDeliveryPostponePayload(Payload):
    delivery: ExpectedDelivery | None = strawberry.field(description="The delivery; null when nothing was done.")


@strawberry.type
class IncomingMutation:
    expected_delivery_create: ExpectedDeliveryCreatePayload = mutation(
        resolvers.expected_delivery_create,
        ExpectedDeliveryCreateInput,
        description="Announce what a supplier will bring. For staff who edit stock.",
    )
    expected_delivery_receive: ExpectedDeliveryReceivePayload = mutation(
        resolvers.expected_delivery_receive,
        ExpectedDeliveryReceiveInput,
        description="Book units of it that have come, in parts or as a whole. For staff who edit stock.",
    )
    expected_delivery_cancel: ExpectedDeliveryCancelPayload = mutation(
        resolvers.expected_delivery_cancel,
        ExpectedDeliveryCancelInput,
        description="What has not come will not come. For staff who edit stock.",
    )
    expected_delivery_postpone: ExpectedDeliveryPostponePayload = mutation(
        resolvers.expected_delivery_postpone,
        ExpectedDeliveryPostponeInput,
        description="It comes on another day. For staff who edit stock.",
    )

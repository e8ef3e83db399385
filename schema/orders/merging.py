"""Making one order of several that go to one place."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers.orders import merging as resolvers
from schema.errors import Payload, UserError, error_type
from schema.fields import field, mutation
from schema.orders.types import Order
from schema.scalars import Money, money

if TYPE_CHECKING:
    from schema.delivery import DeliverySlot

SlotReference = Annotated["DeliverySlot", strawberry.lazy("schema.delivery")]


@strawberry.type(description="What merging would give now: to the cent what `orderMerge` would do.")
class OrderMergePlan:
    into: Order = strawberry.field(description="The order that stays: the oldest.")
    merged: list[Order] = field(resolvers.merged_away, description="The orders whose goods and money move into it.")
    total: Money = money("total", description="Total of the one order afterwards, without what goes back.")
    shipping_before: Money = money("shipping_before", description="What delivery of all of them costs apart.")
    refund: Money = money("refund", description="Of paid orders: shipping that goes back by itself.")
    saved: Money = money("saved", description="What the customer saves.")
    slot: SlotReference | None = field(
        resolvers.planned_slot,
        description="The time slot that the one order has: its own, else that of the next oldest which has one; null "
        "without any. The others are free again.",
    )


@strawberry.input(description="Which orders would become one.")
class OrderMergePreviewInput:
    order_ids: list[strawberry.ID] = strawberry.field(description="The orders, 2 to 10.")


@strawberry.input(description="Which orders become one.")
class OrderMergeInput:
    order_ids: list[strawberry.ID] = strawberry.field(description="The orders, 2 to 10.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key merges once however often it is sent."
    )


@strawberry.type(description="What merging would give, and every problem that would stop it.")
class OrderMergePreviewPayload(Payload):
    plan: OrderMergePlan | None = strawberry.field(description="The figures; null when there are problems.")


@strawberry.type(description="The one order.")
class OrderMergePayload(Payload):
    order: Order | None = strawberry.field(description="The order that stays; null when nothing was done.")
    merged: list[Order] | None = strawberry.field(description="Those that ended in it; null when nothing was done.")


@error_type(
    "MERGE_TOO_LATE",
    "MERGE_HOME_ONLY",
    description="An order that is past merging, waits for something, or comes in another way than by carrier.",
)
class MergeTooLate(UserError):
    order: str = strawberry.field(description="Number of the order.")


@strawberry.type
class OrderMergeMutation:
    order_merge_preview: OrderMergePreviewPayload = mutation(
        resolvers.order_merge_preview,
        OrderMergePreviewInput,
        description="What making one order of several would give, and every problem at once. Writes nothing.",
    )
    order_merge: OrderMergePayload = mutation(
        resolvers.order_merge,
        OrderMergeInput,
        description="Make one order of several of the same buyer to the same address, all of them paid and not shipped "
        "or all unpaid: goods, stock and money move to the oldest, shipping is computed for the whole, and what that "
        "saves goes back. The others end as canceled. By the buyer, or by staff who may change orders.",
    )


MERGE_ERRORS: list[type] = [MergeTooLate]

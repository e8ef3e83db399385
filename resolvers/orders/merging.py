"""Making one order of several."""

from collections.abc import Sequence
from dataclasses import dataclass

import strawberry

from domain.payments import merging
from domain.payments.merging import Plan
from kit import ids
from loaders import delivery as delivery_loaders
from loaders import merging as loaders
from loaders import orders as order_loaders
from models.delivery import DeliverySlot
from models.orders import Order
from resolvers.answers import Answer, problems
from resolvers.context import Info


@dataclass(frozen=True, slots=True)
class PlanView:
    """A preview in the shape that clients see."""

    plan: Plan
    into: Order

    @property
    def currency(self) -> str:
        return self.into.currency

    @property
    def total(self) -> int:
        return self.plan.total

    @property
    def shipping_before(self) -> int:
        return self.plan.shipping_before

    @property
    def refund(self) -> int:
        return self.plan.refund

    @property
    def saved(self) -> int:
        return self.plan.saved


async def planned_slot(root: strawberry.Parent[PlanView], info: Info) -> DeliverySlot | None:
    key = root.plan.slot_id
    return await info.context.load(delivery_loaders.slots_by_id, key) if key else None


def merged_away(root: strawberry.Parent[PlanView]) -> list[Order]:
    return root.plan.others


async def mergeable_with(root: strawberry.Parent[Order], info: Info) -> list[Order]:
    return await info.context.load(loaders.mergeable_by_order, root.id)


async def merged_into(root: strawberry.Parent[Order], info: Info) -> Order | None:
    return await info.context.load(order_loaders.orders_by_id, root.merged_into) if root.merged_into else None


async def order_merge_preview(info: Info, *, order_ids: Sequence[str]) -> Answer:
    plan = await merging.preview(info.context.viewer, ids.keys_of("Order", order_ids, "order_ids"))
    shown = PlanView(plan, plan.into) if plan.into else None
    return Answer(plan=shown, user_errors=problems(info, plan.problems))


async def order_merge(info: Info, *, order_ids: Sequence[str], idempotency_key: str) -> Answer:
    keys = ids.keys_of("Order", order_ids, "order_ids")
    order = await merging.merge(info.context.viewer, keys, key=idempotency_key)
    others = [await info.context.load(order_loaders.orders_by_id, key) for key in keys if key != order.id]
    return Answer(order=order, merged=[other for other in others if other])

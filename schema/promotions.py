"""Coupons: made and ended by staff, named by shoppers with their code only."""

from datetime import datetime
from typing import Any

import strawberry

from loaders import promotions as loaders
from models import promotions as models
from resolvers import promotions as resolvers
from resolvers.answers import Answer
from resolvers.context import Info
from schema.catalog.texts import LocalizedInput, localized, texts
from schema.errors import Payload, UserError, error_type
from schema.fields import field, mutation
from schema.node import Node, node_type
from schema.paging import After, Before, Connection, First, Last
from schema.scalars import Money, SafeInt, money


@node_type(
    models.Coupon,
    loaders.coupons_by_id,
    description="An amount off an order that reaches a threshold. For staff who make coupons.",
)
class Coupon(Node):
    code: str = strawberry.field(description="What shoppers type, in capitals.")
    name: str = localized("name", description="What it is called in the explanation of a total.")
    amount_off: Money = money("amount_off", description="What it takes off, at most the price of the goods.")
    threshold: Money = money("threshold", description="What the goods must cost at least.")
    starts_at: datetime | None = strawberry.field(description="From when it is valid; null for at once.")
    ends_at: datetime | None = strawberry.field(description="Until when it is valid; null for no end.")
    use_limit: int | None = strawberry.field(description="Uses over all customers; null for no limit.")
    used: int = strawberry.field(description="Uses so far, without those given back.")
    limit_per_customer: int = strawberry.field(description="Uses of one customer.")
    is_active: bool = strawberry.field(description="False once it was ended.")
    created_at: datetime = strawberry.field(description="When it was made.")


async def list_coupons(
    info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Any:
    return await resolvers.coupons(info, first=first, after=after, last=last, before=before)


@strawberry.type
class PromotionQuery:
    coupons: Connection[Coupon] = field(
        list_coupons, description="All coupons, newest first. Empty unless you make coupons."
    )


@strawberry.input(description="A new coupon.")
class CouponCreateInput:
    code: str = strawberry.field(
        description="3 to 40 Latin letters, digits, dashes, underscores; case does not matter."
    )
    name: LocalizedInput = strawberry.field(description="What it is called; at most 120 characters.")
    amount_off_minor_units: SafeInt = strawberry.field(
        description="What it takes off, in minor units: 1000 is 10.00 yuan."
    )
    threshold_minor_units: SafeInt = strawberry.field(
        default=SafeInt(0), description="What the goods must cost at least, in minor units."
    )
    starts_at: datetime | None = strawberry.field(default=strawberry.UNSET, description="From when it is valid.")
    ends_at: datetime | None = strawberry.field(default=strawberry.UNSET, description="Until when it is valid.")
    use_limit: int | None = strawberry.field(
        default=strawberry.UNSET, description="Uses over all customers; left out, no limit."
    )
    limit_per_customer: int = strawberry.field(default=1, description="Uses of one customer.")


@strawberry.input(description="Which coupon to end.")
class CouponDeactivateInput:
    coupon_id: strawberry.ID = strawberry.field(description="The coupon.")


@strawberry.type(description="The new coupon.")
class CouponCreatePayload(Payload):
    coupon: Coupon | None = strawberry.field(description="The coupon; null when nothing was done.")


@strawberry.type(description="The ended coupon.")
class CouponDeactivatePayload(Payload):
    coupon: Coupon | None = strawberry.field(description="The coupon as it is now; null when nothing was done.")


async def coupon_create(info: Info, *, name: LocalizedInput, **given: Any) -> Answer:
    return await resolvers.coupon_create(info, name=texts(name), **given)


@strawberry.type
class PromotionMutation:
    coupon_create: CouponCreatePayload = mutation(
        coupon_create, CouponCreateInput, description="Make a coupon. For staff who make coupons."
    )
    coupon_deactivate: CouponDeactivatePayload = mutation(
        resolvers.coupon_deactivate,
        CouponDeactivateInput,
        description="End a coupon now; orders that have used it keep their discount. For staff who make coupons.",
    )


@error_type("COUPON_THRESHOLD", description="The goods do not cost enough for this coupon.")
class CouponThreshold(UserError):
    threshold: Money = strawberry.field(description="What the goods must cost at least.")
    subtotal: Money = strawberry.field(description="What they cost.")


@error_type("COUPON_LIMIT", description="This customer has used the coupon often enough.")
class CouponLimit(UserError):
    limit: int = strawberry.field(description="Uses of one customer.")


@error_type("COUPON_NOT_YET", description="The coupon is not valid yet.")
class CouponNotYet(UserError):
    starts_at: datetime = strawberry.field(description="From when it is valid.")


PROMOTION_ERRORS: list[type] = [CouponThreshold, CouponLimit, CouponNotYet]

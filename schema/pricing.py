"""What shipping costs by weight and region, for everybody to see."""

import strawberry

from resolvers import pricing as resolvers
from schema.errors import UserError, error_type
from schema.fields import field
from schema.scalars import Money, money


@strawberry.type(description="The tariff of one province, or of all that have none of their own.")
class ShippingRate:
    province: str | None = field(
        resolvers.province, description="Province, by its Chinese name; null is the tariff of all others."
    )
    delivers: bool = strawberry.field(description="Whether anything is delivered there.")
    first_grams: int = strawberry.field(description="Weight that the first fee covers, grams.")
    first_fee: Money = money("first_fee", description="Fee of an order up to that weight.")
    step_grams: int = strawberry.field(description="Size of a further step, grams.")
    step_fee: Money = money("step_fee", description="Fee of each further step that is begun.")
    free_from: Money | None = money(
        "free_from", description="Price of the goods after discounts from which shipping is free; null for never."
    )


@strawberry.type
class PricingQuery:
    shipping_rates: list[ShippingRate] = field(
        resolvers.shipping_rates, description="All tariffs, by province, the one for all others last."
    )


@error_type("NOT_DELIVERABLE", description="Nothing is delivered to this province.")
class NotDeliverable(UserError):
    province: str = strawberry.field(description="The province.")


PRICING_ERRORS: list[type] = [NotDeliverable]

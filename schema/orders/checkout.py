"""Checkout: what it would cost and what stands in the way, and placing the order."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from models.delivery import DeliveryMode
from resolvers import inventory as inventory_resolvers
from resolvers.orders import checkout as resolvers
from schema.delivery import DeliveryEstimate
from schema.errors import Payload, UserError, error_type
from schema.fields import field, mutation
from schema.orders.types import Order, OrderAdjustment
from schema.scalars import Money, SafeInt, money

if TYPE_CHECKING:
    from schema.catalog.types import Variant
    from schema.inventory import Warehouse


@strawberry.input(description="A quantity of one variant to buy at once, without the cart.")
class PurchaseLineInput:
    variant_id: strawberry.ID = strawberry.field(description="The variant.")
    quantity: int = strawberry.field(description="Units, 1 to 999.")


@strawberry.input(description="An address that is typed in, complete: the order is checked against it.")
class PostalAddressInput:
    recipient: str = strawberry.field(description="Who receives it, 1–60 characters.")
    phone: str = strawberry.field(description="Phone of the recipient; without a country code it is taken as Chinese.")
    province: str = strawberry.field(description="Province, municipality or region, by Chinese or English name.")
    city: str = strawberry.field(description="City.")
    district: str = strawberry.field(default="", description="District.")
    street: str = strawberry.field(description="Street, house and room.")
    postal_code: str = strawberry.field(default="", description="Postal code.")


@strawberry.input(description="A pickup point, and who collects it there.")
class PickupDestinationInput:
    pickup_point_id: strawberry.ID = strawberry.field(description="The pickup point.")
    recipient: str = strawberry.field(description="Who collects it, 1–60 characters.")
    phone: str = strawberry.field(description="Their phone, which the code is sent to.")


@strawberry.input(
    one_of=True,
    description="Where it goes: an address of the address book, one that is typed in, or a pickup point.",
)
class DestinationInput:
    address_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="One of your addresses.")
    address: PostalAddressInput | None = strawberry.field(default=strawberry.UNSET, description="A typed-in address.")
    pickup: PickupDestinationInput | None = strawberry.field(
        default=strawberry.UNSET, description="A pickup point; the mode of delivery is then PICKUP."
    )


@strawberry.input(description="What is to be bought and where it goes.")
class CheckoutPreviewInput:
    lines: list[PurchaseLineInput] | None = strawberry.field(
        default=strawberry.UNSET, description="Buy these at once. Left out: what is selected in your cart."
    )
    destination: DestinationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where it goes. Without it shipping is not known yet."
    )
    delivery_mode: DeliveryMode | None = strawberry.field(
        default=strawberry.UNSET, description="How it comes; HOME, or PICKUP for a pickup point, when left out."
    )
    slot_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The time slot, of `deliverySlots`; a service needs one."
    )
    email: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="E-mail address for the confirmation; guests can follow the order with it.",
    )
    coupon_code: str | None = strawberry.field(
        default=strawberry.UNSET, description="A coupon; left out, the one in your cart is used."
    )
    note: str = strawberry.field(default="", description="A note to the shop, up to 500 characters.")
    expected_total_minor_units: SafeInt | None = strawberry.field(
        default=strawberry.UNSET,
        description="The total that the buyer has seen, in minor units: another total is refused as TOTAL_CHANGED.",
    )


@strawberry.input(description="What is to be bought and where it goes, and a key that makes repeating safe.")
class OrderPlaceInput(CheckoutPreviewInput):
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key gives the same order, however often."
    )


@strawberry.type(description="A line of the order that would be placed.")
class CheckoutLine:
    variant: Annotated["Variant", strawberry.lazy("schema.catalog.types")] = strawberry.field(
        description="What is bought."
    )
    quantity: int = strawberry.field(description="Units.")
    unit_price: Money = money("unit_price", description="Price of one unit now.")
    discount: Money = money("discount", description="This line's share of the discounts.")
    total: Money = money("total", description="Unit price × quantity − discount.")


@strawberry.type(description="Units of a variant that come in one parcel.")
class CheckoutParcelLine:
    variant: Annotated["Variant", strawberry.lazy("schema.catalog.types")] | None = field(
        inventory_resolvers.variant, description="What."
    )
    units: int = strawberry.field(description="Units.")


@strawberry.type(description="What would come together in one parcel.")
class CheckoutParcel:
    lines: list[CheckoutParcelLine] = field(resolvers.parcel_contents, description="What is in it.")
    warehouse: Annotated["Warehouse", strawberry.lazy("schema.inventory")] | None = field(
        inventory_resolvers.warehouse, description="Where it leaves, for staff who see stock; null for others."
    )


@strawberry.type(description="How the order would be sent, if it were placed now.")
class CheckoutAllocation:
    parcels: list[CheckoutParcel] = field(
        resolvers.planned_parcels, description="What comes together; one parcel from each warehouse."
    )
    is_exact: bool = field(
        resolvers.plan_is_exact, description="Whether no better choice of warehouses exists, by the market's rules."
    )


@strawberry.type(description="The order that would be placed now: to the cent what `orderPlace` would give.")
class Checkout:
    lines: list[CheckoutLine] = field(resolvers.draft_lines, description="What is bought.")
    subtotal: Money = money("subtotal", description="All lines at their unit prices.")
    discount: Money = money("discount", description="Taken off by the coupon.")
    shipping: Money = money("shipping", description="What delivery costs; zero while no destination is given.")
    total: Money = money("total", description="What is to be paid.")
    weight_grams: SafeInt = strawberry.field(description="Weight that shipping is computed from, grams.")
    delivery_estimate: DeliveryEstimate | None = field(
        resolvers.draft_estimate, description="When it would be there; null while no destination is given."
    )
    allocation: CheckoutAllocation | None = field(
        resolvers.draft_allocation,
        description="How it would be sent; null while no destination is given, and when something is short.",
    )
    adjustments: list[OrderAdjustment] = field(
        resolvers.draft_adjustments, description="What stands between the subtotal and the total, explained."
    )


@strawberry.type(description="What the order would be, and every problem that would stop it.")
class CheckoutPreviewPayload(Payload):
    checkout: Checkout | None = strawberry.field(description="The figures; also there when there are problems.")


@strawberry.type(description="The placed order.")
class OrderPlacePayload(Payload):
    order: Order | None = strawberry.field(description="The order; null when it was not placed.")
    order_token: str | None = strawberry.field(
        description="For guests: an access token that opens this one order, for queries and subscriptions. "
        "Later, `orderAccessRequest` sends a code for a new one."
    )


@error_type("TOTAL_CHANGED", description="The total is not the one that the buyer has seen.")
class TotalChanged(UserError):
    was: SafeInt = strawberry.field(description="The expected total, minor units.")
    now: SafeInt = strawberry.field(description="The total now, minor units.")


@strawberry.type
class CheckoutMutation:
    checkout_preview: CheckoutPreviewPayload = mutation(
        resolvers.checkout_preview,
        CheckoutPreviewInput,
        description="What placing the order would give, and every problem at once. Writes nothing and holds no stock.",
    )
    order_place: OrderPlacePayload = mutation(
        resolvers.order_place,
        OrderPlaceInput,
        description="Place the order: the same checks and the same price as the preview. Stock is held until `payBy`.",
    )


CHECKOUT_ERRORS: list[type] = [TotalChanged]

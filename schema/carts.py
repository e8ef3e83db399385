"""The cart: everybody has one of their own, guests too."""

from datetime import datetime

import strawberry

from loaders import carts as loaders
from models import carts as models
from resolvers import carts as resolvers
from schema.catalog.types import Variant
from schema.errors import Payload, UserError, error_type
from schema.fields import field, mutation
from schema.node import Node, node_type
from schema.scalars import Money


@node_type(models.CartLine, loaders.lines_by_id, description="Units of one variant in a cart. For its owner only.")
class CartLine(Node):
    variant: Variant = strawberry.field(description="What; also when it is no longer for sale.")
    quantity: int = strawberry.field(description="Units.")
    selected: bool = strawberry.field(
        name="isSelected", description="Whether it goes along at checkout; false saves it for later."
    )
    unit_price: Money = field(resolvers.unit_price, description="Price of one unit now.")
    total: Money = field(resolvers.line_total, description="Price of all units now.")
    warnings: list[UserError] = field(
        resolvers.line_warnings,
        description="To know before paying: PRICE_CHANGED, LOW_STOCK, INSUFFICIENT_STOCK, OFF_SHELF, CART_QUANTITY, "
        "and CANNOT_BE_DELIVERED where your default address is out of its reach.",
    )
    created_at: datetime = strawberry.field(name="addedAt", description="When it was put in first.")


@node_type(models.Cart, loaders.carts_by_id, description="What somebody means to buy. For its owner only.")
class Cart(Node):
    token: str | None = strawberry.field(
        description="A guest's secret for this cart, told only by the call that made it. Send it as `X-Cart-Token`."
    )
    lines: list[CartLine] = field(resolvers.lines, description="What is in it, oldest first.")
    quantity: int = field(resolvers.quantity, name="totalQuantity", description="Units over all lines.")
    coupon_code: str | None = strawberry.field(description="The coupon that is kept for checkout.")
    subtotal: Money = field(
        resolvers.subtotal, description="Price now of the selected lines that are for sale, before discounts."
    )
    discount: Money = field(resolvers.discount, description="What the coupon takes off these lines.")
    total: Money = field(resolvers.total, description="Subtotal less discount. Shipping comes with the address.")
    warnings: list[UserError] = field(
        resolvers.cart_warnings, description="Those of all lines, and why the coupon does not count."
    )
    version: int = strawberry.field(description="Counts its changes; for `expectedVersion`.")
    updated_at: datetime = strawberry.field(description="When it last changed.")


@strawberry.type
class CartQuery:
    cart: Cart | None = field(
        resolvers.cart,
        description="Your cart: of the account, or of the `X-Cart-Token` header. Null before anything was put in.",
    )


@strawberry.input(description="Units of a variant.")
class CartLineInput:
    variant_id: strawberry.ID = strawberry.field(description="The variant.")
    quantity: int = strawberry.field(description="Units to add, 1 to 999 (setting).")


@strawberry.input(description="What to put into the cart.")
class CartLineAddInput:
    lines: list[CartLineInput] = strawberry.field(
        description="At least one. Units of a variant that is in are added up."
    )


@strawberry.input(description="How to change a line. What is left out stays.")
class CartLineUpdateInput:
    line_id: strawberry.ID = strawberry.field(description="The line.")
    quantity: int | None = strawberry.field(default=strawberry.UNSET, description="Units, 1 to 999 (setting).")
    selected: bool | None = strawberry.field(
        name="isSelected", default=strawberry.UNSET, description="False saves the line for later, true brings it back."
    )
    variant_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Another variant of the same product. A line that has it joins this one."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The cart's version that you have seen; another one is refused."
    )


@strawberry.input(description="Which lines to take out.")
class CartLineRemoveInput:
    line_ids: list[strawberry.ID] = strawberry.field(description="The lines.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The cart's version that you have seen; another one is refused."
    )


@strawberry.input(description="Empty the cart.")
class CartClearInput:
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The cart's version that you have seen; another one is refused."
    )


@strawberry.input(description="Which coupon to keep for checkout.")
class CartCouponSetInput:
    coupon_code: str | None = strawberry.field(description="The code, in any case of letters; null takes it off.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The cart's version that you have seen; another one is refused."
    )


@strawberry.input(description="Which guest's cart to take over.")
class CartMergeInput:
    guest_token: str | None = strawberry.field(
        default=strawberry.UNSET, description="Its token; left out, the one in the `X-Cart-Token` header."
    )


@strawberry.type(description="The cart with what was put in.")
class CartLineAddPayload(Payload):
    cart: Cart | None = strawberry.field(description="The cart as it is now; null when nothing was done.")


@strawberry.type(description="The cart with the changed line.")
class CartLineUpdatePayload(Payload):
    cart: Cart | None = strawberry.field(description="The cart as it is now; null when nothing was done.")


@strawberry.type(description="The cart without the lines.")
class CartLineRemovePayload(Payload):
    cart: Cart | None = strawberry.field(description="The cart as it is now; null when nothing was done.")


@strawberry.type(description="The empty cart.")
class CartClearPayload(Payload):
    cart: Cart | None = strawberry.field(description="The cart as it is now; null when nothing was done.")


@strawberry.type(description="The cart with or without a coupon.")
class CartCouponSetPayload(Payload):
    cart: Cart | None = strawberry.field(description="The cart as it is now; null when nothing was done.")


@strawberry.type(description="The account's cart with what the guest had put in.")
class CartMergePayload(Payload):
    cart: Cart | None = strawberry.field(description="The cart as it is now; null when nothing was done.")


@strawberry.type
class CartMutation:
    cart_line_add: CartLineAddPayload = mutation(
        resolvers.cart_line_add,
        CartLineAddInput,
        description="Put units into your cart. A guest without one gets one, with its token in `cart.token`.",
    )
    cart_line_update: CartLineUpdatePayload = mutation(
        resolvers.cart_line_update,
        CartLineUpdateInput,
        description="Change a line's quantity or variant, or save it for later.",
    )
    cart_line_remove: CartLineRemovePayload = mutation(
        resolvers.cart_line_remove, CartLineRemoveInput, description="Take lines out."
    )
    cart_clear: CartClearPayload = mutation(
        resolvers.cart_clear, CartClearInput, description="Take out all lines and the coupon."
    )
    cart_coupon_set: CartCouponSetPayload = mutation(
        resolvers.cart_coupon_set,
        CartCouponSetInput,
        description="Keep a coupon for checkout. Below its threshold it stays, with a warning, and takes nothing off.",
    )
    cart_merge: CartMergePayload = mutation(
        resolvers.cart_merge,
        CartMergeInput,
        description="After signing in: bring a guest's cart into yours. Nothing is lost; once more changes nothing.",
    )


@error_type("PRICE_CHANGED", description="A price is not the one at which the line was put in.")
class PriceChanged(UserError):
    line: CartLine | None = strawberry.field(description="The line.")
    was: Money = strawberry.field(description="Price of one unit when its owner last changed the line.")
    now: Money = strawberry.field(description="Price of one unit now.")


@error_type("CART_QUANTITY", description="More units of one variant than can be ordered at once.")
class CartQuantity(UserError):
    quantity: int = strawberry.field(description="Units that it comes to.")
    maximum: int = strawberry.field(description="Units that can be ordered at once.")


@error_type("CART_FULL", description="More different variants than a cart takes.")
class CartFull(UserError):
    maximum: int = strawberry.field(description="Lines that a cart takes.")


CART_ERRORS: list[type] = [PriceChanged, CartQuantity, CartFull]

"""Following an order without an account: number + contact, a code, a token for this one order."""

import strawberry

from resolvers import guest_orders as resolvers
from schema.customers.accounts import CodeSentPayload, ContactInput
from schema.customers.types import Credentials
from schema.errors import Payload
from schema.fields import mutation
from schema.orders.types import Order


@strawberry.input(description="An order number and the contact that was given with the order.")
class OrderAccessRequestInput:
    number: str = strawberry.field(description="The order's number, as it stands in the confirmation.")
    contact: ContactInput = strawberry.field(description="The phone or e-mail address of the order.")


@strawberry.input(description="Order number, contact, and the code that came there.")
class OrderAccessGrantInput:
    number: str = strawberry.field(description="The order's number.")
    contact: ContactInput = strawberry.field(description="Where the code was sent to.")
    code: str = strawberry.field(description="The six digits.")


@strawberry.type(description="The order and the token that opens it.")
class OrderAccessGrantPayload(Payload):
    order: Order | None = strawberry.field(description="The order; null when it was not opened.")
    credentials: Credentials | None = strawberry.field(
        description="A token for this one order, for queries and subscriptions, good for an hour. It cannot be renewed."
    )


@strawberry.type
class GuestOrderMutation:
    order_access_request: CodeSentPayload = mutation(
        resolvers.order_access_request,
        OrderAccessRequestInput,
        description="Send a code to an order's phone or e-mail address. The answer is the same when the contact is not "
        "the order's, and when there is no such order. Limits as for sign-in.",
    )
    order_access_grant: OrderAccessGrantPayload = mutation(
        resolvers.order_access_grant,
        OrderAccessGrantInput,
        description="Open one order with the code. Wrong number, contact or code: always CODE_INVALID.",
    )

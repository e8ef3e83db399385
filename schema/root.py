"""The schema: every area's queries, mutations and subscriptions in one."""

import strawberry
from strawberry.tools import merge_types

from schema.catalog.operations import CatalogQuery
from schema.customers.accounts import ACCOUNT_ERRORS, AccountMutation
from schema.customers.people import PeopleMutation, PeopleQuery
from schema.errors import ERROR_TYPES
from schema.guest_orders import GuestOrderMutation
from schema.market import MarketMutation, MarketQuery
from schema.node import NodeQuery
from schema.orders.checkout import CHECKOUT_ERRORS, CheckoutMutation
from schema.orders.operations import OrderMutation, OrderQuery, OrderSubscription
from schema.payments import PaymentMutation, PaymentQuery

Query = merge_types("Query", (NodeQuery, MarketQuery, CatalogQuery, PeopleQuery, OrderQuery, PaymentQuery))
Mutation = merge_types(
    "Mutation",
    (
        MarketMutation,
        AccountMutation,
        PeopleMutation,
        CheckoutMutation,
        OrderMutation,
        GuestOrderMutation,
        PaymentMutation,
    ),
)
Subscription = merge_types("Subscription", (OrderSubscription,))

schema = strawberry.Schema(
    query=Query, mutation=Mutation, subscription=Subscription, types=[*ERROR_TYPES, *ACCOUNT_ERRORS, *CHECKOUT_ERRORS]
)

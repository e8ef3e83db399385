"""The schema: every area's queries, mutations and subscriptions in one."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from schema.carts import CART_ERRORS, CartMutation, CartQuery
from schema.catalog.editing import CatalogMutation
from schema.catalog.imports import CatalogFilesMutation, CatalogFilesQuery
from schema.catalog.operations import CatalogQuery
from schema.customers.accounts import ACCOUNT_ERRORS, AccountMutation
from schema.customers.people import PeopleMutation, PeopleQuery
from schema.errors import ERROR_TYPES
from schema.fulfillment import FULFILLMENT_ERRORS, FulfillmentMutation, FulfillmentQuery
from schema.guest_orders import GuestOrderMutation
from schema.inventory import INVENTORY_ERRORS, InventoryMutation, InventoryQuery
from schema.market import MarketMutation, MarketQuery
from schema.node import NodeQuery
from schema.orders.checkout import CHECKOUT_ERRORS, CheckoutMutation
from schema.orders.operations import OrderMutation, OrderQuery, OrderSubscription
from schema.payments import PaymentMutation, PaymentQuery
from schema.pricing import PRICING_ERRORS, PricingQuery
from schema.promotions import PROMOTION_ERRORS, PromotionMutation, PromotionQuery
from schema.scalars import SCALARS

Query = merge_types(
    "Query",
    (
        NodeQuery,
        MarketQuery,
        CatalogQuery,
        CatalogFilesQuery,
        InventoryQuery,
        PromotionQuery,
        PricingQuery,
        CartQuery,
        PeopleQuery,
        OrderQuery,
        PaymentQuery,
        FulfillmentQuery,
    ),
)
Mutation = merge_types(
    "Mutation",
    (
        MarketMutation,
        AccountMutation,
        PeopleMutation,
        CatalogMutation,
        CatalogFilesMutation,
        InventoryMutation,
        PromotionMutation,
        CartMutation,
        CheckoutMutation,
        OrderMutation,
        GuestOrderMutation,
        PaymentMutation,
        FulfillmentMutation,
    ),
)
Subscription = merge_types("Subscription", (OrderSubscription,))

schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(scalar_map=SCALARS),
    types=[
        *ERROR_TYPES,
        *ACCOUNT_ERRORS,
        *CHECKOUT_ERRORS,
        *INVENTORY_ERRORS,
        *PROMOTION_ERRORS,
        *PRICING_ERRORS,
        *CART_ERRORS,
        *FULFILLMENT_ERRORS,
    ],
)

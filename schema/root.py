"""The schema: every area's queries, mutations and subscriptions in one."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from schema.aftersales import AFTERSALES_ERRORS, AftersalesMutation, AftersalesQuery, AftersalesSubscription
from schema.allocation import AllocationMutation, AllocationQuery
from schema.carts import CART_ERRORS, CartMutation, CartQuery
from schema.catalog.editing import CatalogMutation
from schema.catalog.imports import CatalogFilesMutation, CatalogFilesQuery
from schema.catalog.operations import CatalogQuery
from schema.couriers import CourierMutation, CourierQuery, CourierSubscription
from schema.customers.accounts import ACCOUNT_ERRORS, AccountMutation
from schema.customers.people import PeopleMutation, PeopleQuery
from schema.delivery import DELIVERY_ERRORS, DeliveryMutation, DeliveryQuery
from schema.errors import ERROR_TYPES
from schema.fulfillment import FULFILLMENT_ERRORS, FulfillmentMutation, FulfillmentQuery
from schema.guest_orders import GuestOrderMutation
from schema.interceptions import InterceptionMutation, InterceptionQuery
from schema.inventory import INVENTORY_ERRORS, InventoryMutation, InventoryQuery
from schema.ledger import LedgerMutation, LedgerQuery
from schema.market import MarketMutation, MarketQuery
from schema.node import NodeQuery
from schema.orders.changes import CHANGE_ERRORS, OrderChangeMutation
from schema.orders.checkout import CHECKOUT_ERRORS, CheckoutMutation
from schema.orders.intake import IntakeMutation, IntakeQuery
from schema.orders.merging import MERGE_ERRORS, OrderMergeMutation
from schema.orders.operations import OrderMutation, OrderQuery, OrderSubscription
from schema.orders.reviews import REVIEW_ERRORS, ReviewMutation, ReviewQuery, ReviewSubscription
from schema.orders.risk import RiskMutation
from schema.orders.shortages import ShortageMutation, ShortageQuery
from schema.payments import PaymentMutation, PaymentQuery
from schema.pricing import PRICING_ERRORS, PricingQuery
from schema.promotions import PROMOTION_ERRORS, PromotionMutation, PromotionQuery
from schema.scalars import SCALARS
from schema.service import ServiceMutation, ServiceQuery, ServiceSubscription
from schema.stockroom.incoming import IncomingMutation, IncomingQuery
from schema.stockroom.stocktaking import StocktakingMutation, StocktakingQuery
from schema.stockroom.transfers import TransferMutation, TransferQuery
from schema.stockroom.warehouses import WarehouseMutation
from schema.warehouse.packing import PackingMutation, PackingQuery
from schema.warehouse.picking import PICKING_ERRORS, PickingMutation, PickingQuery, PickingSubscription
from schema.warehouse.printing import PrintingMutation

Query = merge_types(
    "Query",
    (
        NodeQuery,
        MarketQuery,
        CatalogQuery,
        CatalogFilesQuery,
        InventoryQuery,
        AllocationQuery,
        IncomingQuery,
        TransferQuery,
        StocktakingQuery,
        PromotionQuery,
        PricingQuery,
        DeliveryQuery,
        CourierQuery,
        CartQuery,
        PeopleQuery,
        OrderQuery,
        ShortageQuery,
        ReviewQuery,
        IntakeQuery,
        PaymentQuery,
        LedgerQuery,
        FulfillmentQuery,
        InterceptionQuery,
        AftersalesQuery,
        ServiceQuery,
        PickingQuery,
        PackingQuery,
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
        AllocationMutation,
        WarehouseMutation,
        IncomingMutation,
        TransferMutation,
        StocktakingMutation,
        PromotionMutation,
        DeliveryMutation,
        CourierMutation,
        CartMutation,
        CheckoutMutation,
        OrderMutation,
        ShortageMutation,
        OrderChangeMutation,
        InterceptionMutation,
        OrderMergeMutation,
        ReviewMutation,
        RiskMutation,
        IntakeMutation,
        GuestOrderMutation,
        PaymentMutation,
        LedgerMutation,
        FulfillmentMutation,
        PickingMutation,
        PackingMutation,
        PrintingMutation,
        AftersalesMutation,
        ServiceMutation,
    ),
)
Subscription = merge_types(
    "Subscription",
    (
        OrderSubscription,
        ReviewSubscription,
        PickingSubscription,
        CourierSubscription,
        AftersalesSubscription,
        ServiceSubscription,
    ),
)

schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(scalar_map=SCALARS),
    types=[
        *ERROR_TYPES,
        *ACCOUNT_ERRORS,
        *CHECKOUT_ERRORS,
        *CHANGE_ERRORS,
        *MERGE_ERRORS,
        *INVENTORY_ERRORS,
        *PROMOTION_ERRORS,
        *PRICING_ERRORS,
        *CART_ERRORS,
        *FULFILLMENT_ERRORS,
        *AFTERSALES_ERRORS,
        *DELIVERY_ERRORS,
        *PICKING_ERRORS,
        *REVIEW_ERRORS,
    ],
)

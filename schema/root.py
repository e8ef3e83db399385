"""The schema: every area's queries, mutations and subscriptions in one."""

import strawberry
from strawberry.tools import merge_types

from schema.errors import ERROR_TYPES
from schema.market import MarketMutation, MarketQuery
from schema.node import NodeQuery

Query = merge_types("Query", (NodeQuery, MarketQuery))
Mutation = merge_types("Mutation", (MarketMutation,))

schema = strawberry.Schema(query=Query, mutation=Mutation, types=ERROR_TYPES)

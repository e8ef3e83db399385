"""Opening, changing and closing warehouses: for staff who edit stock."""

from typing import Any

import strawberry

from resolvers import stockroom as resolvers
from resolvers.answers import Answer
from resolvers.context import Info
from schema.catalog.texts import LocalizedInput, texts
from schema.errors import Payload
from schema.fields import mutation
from schema.inventory import Warehouse


@strawberry.input(description="A place on the map.")
class PositionInput:
    latitude: float = strawberry.field(description="Degrees north, -90 to 90.")
    longitude: float = strawberry.field(description="Degrees east, -180 to 180.")


@strawberry.input(description="A new warehouse.")
class WarehouseCreateInput:
    code: str = strawberry.field(description="Short name, unique: 1 to 20 Latin letters, digits, dashes, underscores.")
    name: LocalizedInput = strawberry.field(description="What it is called, at most 120 characters.")
    province: str = strawberry.field(description="Province, by Chinese or English name.")
    city: str = strawberry.field(description="City, at most 40 characters.")
    position: PositionInput | None = strawberry.field(
        default=None, description="Where it stands; left out, its city counts."
    )
    regions: list[str] | None = strawberry.field(
        default=None, description="Provinces and cities that it serves, at most 400; none for everywhere."
    )
    priority: int = strawberry.field(default=0, description="Lower ships first where nothing else decides, 0 to 1000.")


@strawberry.input(description="What is to change of a warehouse; what is left out stays.")
class WarehouseUpdateInput:
    warehouse_id: strawberry.ID = strawberry.field(description="The warehouse.")
    expected_version: int | None = strawberry.field(
        default=None, description="The version that you have seen; another one is refused as VERSION_CONFLICT."
    )
    name: LocalizedInput | None = strawberry.field(default=None, description="What it is called.")
    province: str | None = strawberry.field(default=None, description="Province, by Chinese or English name.")
    city: str | None = strawberry.field(default=None, description="City, at most 40 characters.")
    position: PositionInput | None = strawberry.field(default=None, description="Where it stands.")
    regions: list[str] | None = strawberry.field(
        default=None, description="Provinces and cities that it serves; an empty list for everywhere."
    )
    priority: int | None = strawberry.field(default=None, description="Lower ships first, 0 to 1000.")


@strawberry.input(description="A warehouse that sells nothing any more.")
class WarehouseCloseInput:
    warehouse_id: strawberry.ID = strawberry.field(description="The warehouse.")
    why: str = strawberry.field(default="", description="Why, at most 200 characters.")
    reallocate: bool = strawberry.field(
        default=False,
        description="Whether other warehouses take over what it holds for orders, one order after the other.",
    )
    expected_version: int | None = strawberry.field(
        default=None, description="The version that you have seen; another one is refused as VERSION_CONFLICT."
    )


@strawberry.input(description="A warehouse that sells again.")
class WarehouseReopenInput:
    warehouse_id: strawberry.ID = strawberry.field(description="The warehouse.")
    expected_version: int | None = strawberry.field(
        default=None, description="The version that you have seen; another one is refused as VERSION_CONFLICT."
    )


@strawberry.type(description="The new warehouse.")
class WarehouseCreatePayload(Payload):
    warehouse: Warehouse | None = strawberry.field(description="The warehouse; null when nothing was done.")


@strawberry.type(description="The warehouse after the change.")
class WarehouseUpdatePayload(Payload):
    warehouse: Warehouse | None = strawberry.field(description="The warehouse; null when nothing was done.")


@strawberry.type(description="The closed warehouse.")
class WarehouseClosePayload(Payload):
    warehouse: Warehouse | None = strawberry.field(description="The warehouse; null when nothing was done.")


@strawberry.type(description="The open warehouse.")
class WarehouseReopenPayload(Payload):
    warehouse: Warehouse | None = strawberry.field(description="The warehouse; null when nothing was done.")


async def warehouse_create(info: Info, *, name: LocalizedInput, **given: Any) -> Answer:
    return await resolvers.warehouse_create(info, name=texts(name), **given)


async def warehouse_update(info: Info, *, name: LocalizedInput | None = None, **given: Any) -> Answer:
    return await resolvers.warehouse_update(info, name=texts(name) if name else None, **given)


@strawberry.type
class WarehouseMutation:
    warehouse_create: WarehouseCreatePayload = mutation(
        warehouse_create, WarehouseCreateInput, description="Open a warehouse. For staff who edit stock."
    )
    warehouse_update: WarehouseUpdatePayload = mutation(
        warehouse_update, WarehouseUpdateInput, description="Change a warehouse. For staff who edit stock."
    )
    warehouse_close: WarehouseClosePayload = mutation(
        resolvers.warehouse_close,
        WarehouseCloseInput,
        description="Sell nothing from a warehouse any more. Closing it again may still reallocate. "
        "For staff who edit stock.",
    )
    warehouse_reopen: WarehouseReopenPayload = mutation(
        resolvers.warehouse_reopen, WarehouseReopenInput, description="Sell from it again. For staff who edit stock."
    )

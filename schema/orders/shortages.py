"""What is missing of an order, what its buyer can choose, and who waits for what."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from loaders import shortages as loaders
from models import inventory as inventory_models
from models import shortages as models
from models.shortages import ShortageCause, ShortageChoice, ShortageState
from resolvers import inventory as inventory_resolvers
from resolvers.context import Info
from resolvers.orders import shortages as resolvers
from schema.catalog.types import Variant
from schema.errors import ErrorCode, Payload
from schema.fields import enum_type, field, mutation
from schema.inventory import StockLevel
from schema.node import Node, node_type
from schema.paging import After, Before, Connection, First, Last
from schema.scalars import Money, money

if TYPE_CHECKING:
    from schema.orders.types import Order, OrderLine

OrderReference = Annotated["Order", strawberry.lazy("schema.orders.types")]
OrderLineReference = Annotated["OrderLine", strawberry.lazy("schema.orders.types")]

enum_type(
    ShortageState,
    description="How far a shortage has come.",
    values={
        "OPEN": "The buyer is asked; until `chooseBy`.",
        "CHOSEN": "It is decided; the missing units are waited for.",
        "RESOLVED": "Decided and carried out: the units have come, or were canceled.",
        "WITHDRAWN": "The units came before anything was decided, or the order was canceled.",
    },
)
enum_type(
    ShortageCause,
    description="How it was found that something is missing.",
    values={
        "AT_ALLOCATION": "No warehouse had enough when the order came in.",
        "NOT_FOUND": "A picker did not find it in its place.",
        "DAMAGED": "It was broken in the warehouse.",
        "WAREHOUSE_FAILED": "The warehouse that held it is closed.",
    },
)
enum_type(
    ShortageChoice,
    description="What can be done about missing units.",
    values={
        "WAIT": "Wait until everything is there, then ship it together.",
        "SHIP_AVAILABLE": "Ship what is there first; the rest follows when it comes.",
        "CANCEL_MISSING": "Cancel the missing units and give their money back.",
    },
)


@strawberry.type(description="One choice: whether it can be made now, and what it would give.")
class ShortageOption:
    choice: ShortageChoice = strawberry.field(description="What it is.")
    allowed: bool = strawberry.field(description="Whether `shortageChoose` would accept it now.")
    reason: str | None = strawberry.field(description="Why not, for people; null when allowed.")
    reason_code: ErrorCode | None = strawberry.field(description="Why not, for code; null when allowed.")
    refund: Money = money(
        "refund", description="What goes back at once, to the cent; with delivery when nothing is sent at all."
    )
    units_now: int = strawberry.field(description="Units that can be shipped without waiting.")
    expected_on: date | None = strawberry.field(
        description="When everything should be there; null when that is not known."
    )


@node_type(models.ShortageLine, None, description="Units of an order line that were found missing.")
class ShortageLine(Node):
    order_line: OrderLineReference | None = field(resolvers.order_line, description="Of which line.")
    found_missing: int = strawberry.field(description="Units that were found missing, all told.")
    missing: int = strawberry.field(description="Units that are missing still.")
    expected_on: date | None = field(
        resolvers.expected_on, description="When the next delivery is expected; null when none is."
    )


@node_type(
    models.Shortage,
    loaders.shortages_by_id,
    description="Something of an order is missing, and its buyer is asked what shall be done. For the buyer and staff.",
)
class Shortage(Node):
    order: OrderReference | None = field(resolvers.order, description="The order.")
    state: ShortageState = strawberry.field(description="How far it has come.")
    cause: ShortageCause = strawberry.field(description="How it was found.")
    lines: list[ShortageLine] = field(resolvers.lines, description="What is missing.")
    options: list[ShortageOption] = field(
        resolvers.options, description="What can be chosen, with amounts and days; empty once it is over."
    )
    choose_by: datetime = strawberry.field(description="Until when the buyer is asked, UTC.")
    default_choice: ShortageChoice = strawberry.field(
        description="What happens without an answer, if it is possible then; else the next gentlest that is."
    )
    choice: ShortageChoice | None = strawberry.field(description="What was chosen; null while nothing is.")
    chosen_at: datetime | None = strawberry.field(description="When, UTC.")
    is_default: bool = strawberry.field(description="Whether the clock has chosen, since nobody else did.")
    promised_for: date | None = strawberry.field(description="The day that was named when it was chosen.")
    wait_until: datetime | None = strawberry.field(
        description="When waiting is given up and the missing units are canceled, UTC; null when nobody waits."
    )
    opened_at: datetime = strawberry.field(description="When it was found, UTC.")
    closed_at: datetime | None = strawberry.field(description="When it was over, UTC.")
    version: int = strawberry.field(description="Counts up with every change; give it as `expectedVersion`.")


@node_type(
    inventory_models.Backorder,
    None,
    description="Units that an order line waits for. Who waits longest is served first. For staff who see stock.",
)
class Backorder(Node):
    order: OrderReference | None = field(resolvers.order, description="The order; null when you may not see it.")
    order_line: OrderLineReference | None = field(
        resolvers.order_line, description="The line; null when you may not see it."
    )
    variant: Variant | None = field(inventory_resolvers.variant, description="What is waited for.")
    waiting: int = strawberry.field(description="Units that have not come yet.")
    since: datetime = strawberry.field(description="Since when, UTC.")


async def list_shortages(
    info: Info,
    states: Annotated[
        list[ShortageState] | None, strawberry.argument(description="In one of these states; all when left out.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    return await resolvers.list_shortages(info, states, first=first, after=after, last=last, before=before)


async def list_backorders(
    info: Info,
    variant_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="The queue for this variant; all when left out.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    return await resolvers.list_backorders(info, variant_id, first=first, after=after, last=last, before=before)


@strawberry.type
class ShortageQuery:
    shortages: Connection[Shortage] = field(
        list_shortages, description="Shortages of the orders that you can see, newest first."
    )
    backorders: Connection[Backorder] = field(
        list_backorders, description="Who waits for what, who has waited longest first. For staff who see stock."
    )


@strawberry.input(description="What shall be done about missing units.")
class ShortageChooseInput:
    order_id: strawberry.ID = strawberry.field(description="The order of which something is missing.")
    choice: ShortageChoice = strawberry.field(description="What shall be done.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse if `Order.shortage` has changed since this version of it."
    )
    idempotency_key: strawberry.ID = strawberry.field(
        description="The same key chooses once, however often it is sent."
    )


@strawberry.type(description="The shortage after the choice.")
class ShortageChoosePayload(Payload):
    shortage: Shortage | None = strawberry.field(description="As it is now; null when nothing was done.")
    order: OrderReference | None = strawberry.field(description="Its order as it is now; null when nothing was done.")


@strawberry.input(description="Units that were found broken in a warehouse.")
class StockDamageInput:
    idempotency_key: strawberry.ID = strawberry.field(description="The same key changes stock once.")
    variant_id: strawberry.ID = strawberry.field(description="What.")
    warehouse_id: strawberry.ID = strawberry.field(description="Where.")
    quantity: int = strawberry.field(description="Units that are broken, promised ones included; at least 1.")
    reason: str = strawberry.field(default="", description="What happened; at most 200 characters.")


@strawberry.type(description="The level after the damage.")
class StockDamagePayload(Payload):
    level: StockLevel | None = strawberry.field(description="The level as it is now; null when nothing was done.")


@strawberry.type
class ShortageMutation:
    shortage_choose: ShortageChoosePayload = mutation(
        resolvers.shortage_choose,
        ShortageChooseInput,
        description="Say what shall be done about missing units. Waiting and shipping what is there may be changed as "
        "long as units are missing; canceling is for good. By the buyer, or by staff who may cancel orders.",
    )
    stock_damage: StockDamagePayload = mutation(
        resolvers.stock_damage,
        StockDamageInput,
        description="Take broken units off a shelf even if they are promised. The newest promises lose them: those "
        "orders get units from elsewhere, or their buyers are asked. For staff who edit stock.",
    )

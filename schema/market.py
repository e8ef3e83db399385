"""The market itself: what it is called, its currency and its clock."""

from datetime import datetime

import strawberry

from kit.money import Currency as CurrencyCode
from resolvers import market as resolvers
from schema.errors import Payload
from schema.fields import field, mutation
from schema.scalars import Locale


@strawberry.type(description="The market and how it is set up, for everyone to see.")
class Market:
    name: str = strawberry.field(description="What the market is called.")
    currency: CurrencyCode = strawberry.field(description="The currency of all prices.")
    locales: list[Locale] = strawberry.field(description="Languages that texts exist in; the first is the default.")
    now: datetime = strawberry.field(description="The market's time, UTC. In demo mode it may be ahead of yours.")
    is_demo: bool = strawberry.field(description="Whether the clock can be moved and demo identities exist.")


@strawberry.type
class MarketQuery:
    market: Market = field(resolvers.market, description="The market and how it is set up.")


@strawberry.input(description="How far to move the demo market's time.")
class DemoClockAdvanceInput:
    seconds: int = strawberry.field(
        description="Seconds to move on, 1 to 34,560,000 (400 days), up to 100 years in all. Time never goes back."
    )


@strawberry.type(description="The time after moving it.")
class DemoClockAdvancePayload(Payload):
    now: datetime | None = strawberry.field(description="The market's time, UTC.")


@strawberry.type
class MarketMutation:
    demo_clock_advance: DemoClockAdvancePayload = mutation(
        resolvers.demo_clock_advance,
        DemoClockAdvanceInput,
        description="Move the market's time on, so that expiry, automatic receipt and so on play out. Demo mode only.",
    )

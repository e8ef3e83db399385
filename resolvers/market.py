"""The market's own facts, and moving the demo clock."""

from dataclasses import dataclass
from datetime import datetime

from domain import clock as market_clock
from kit import clock
from kit.text import LOCALES
from resolvers.answers import Answer
from resolvers.context import Info

NAME = {"zh-CN": "集市", "en": "Jishi"}


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """What clients may know about the market."""

    name: str
    currency: str
    locales: tuple[str, ...]
    now: datetime
    is_demo: bool


async def market(info: Info) -> MarketFacts:
    policy = info.context.viewer.market.policy
    return MarketFacts(
        name=NAME[info.context.locale],
        currency=policy.currency,
        locales=LOCALES,
        now=clock.now(),
        is_demo=policy.demo,
    )


async def demo_clock_advance(info: Info, *, seconds: int) -> Answer:
    return Answer(now=await market_clock.advance(info.context.viewer, seconds=seconds))

"""The clocks of the review queue."""

from uuid import UUID

from domain.access import system
from domain.market import Market
from domain.orders import review, review_rows


async def escalate(market: Market, review_id: UUID) -> None:
    await review.escalate(system(market), review_id)


async def end_claim(market: Market, review_id: UUID) -> None:
    await review.end_claim(system(market), review_id)


HANDLERS = {review_rows.ESCALATE: escalate, review_rows.CLAIM_OVER: end_claim}

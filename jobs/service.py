"""Keeps the times of after-sales cases."""

from uuid import UUID

from domain.access import system
from domain.market import Market
from domain.service import cases


async def look_at(market: Market, case_id: UUID) -> None:
    await cases.look_at(system(market), case_id)


HANDLERS = {cases.DUE: look_at}

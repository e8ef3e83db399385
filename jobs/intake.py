"""Reads order files on."""

from uuid import UUID

from domain import effects
from domain.access import system
from domain.market import Market
from domain.orders import intake_batches
from domain.payments import outside

SLICE_SECONDS = 25.0  # half of what a job may take


async def take_in(market: Market, batch_id: UUID) -> None:
    """Read a slice of a file; ask to be called again while more is left."""
    done = await intake_batches.read_on(system(market), batch_id, settle=outside.settle, seconds=SLICE_SECONDS)
    if not done:
        async with market.change():
            await effects.soon(intake_batches.RUN, batch_id)


HANDLERS = {intake_batches.RUN: take_in}

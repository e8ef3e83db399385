"""Looks after what is on its way: late dispatches, silent parcels, cases whose time is over."""

from uuid import UUID

from domain.access import system
from domain.aftersales import cases, detection
from domain.fulfillment import watching
from domain.market import Market
from domain.orders import dispatch


async def late_dispatch(market: Market, order_id: UUID) -> None:
    await detection.look_at_order(system(market), order_id)


async def look_at_parcel(market: Market, parcel_id: UUID) -> None:
    await detection.look_at_parcel(system(market), parcel_id)


async def look_at_cases(market: Market, order_id: UUID) -> None:
    await detection.look_at_cases(system(market), order_id)


async def escalate(market: Market, case_id: UUID) -> None:
    await cases.escalate(system(market), case_id)


HANDLERS = {
    dispatch.LATE: late_dispatch,
    dispatch.CASES: look_at_cases,
    watching.WATCH: look_at_parcel,
    cases.DUE: escalate,
}

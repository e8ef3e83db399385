"""The queue of customers' cases, listed and live: nothing missed, nothing twice, and only for those who work on it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from domain import events
from domain.access import Viewer
from domain.service import cases, decisions, streams
from domain.service.streams import ServiceCaseChange
from kit.errors import Refused
from models.customers import Role
from models.notifications import OutgoingMessage
from models.orders import Order
from tests.api import Api
from tests.factories.fulfillment import later, run
from tests.factories.service import ask, make_received

MakeStaff = Callable[..., Awaitable[Viewer]]
QUEUE = """
query ($filter: ServiceCaseFilter) {
  serviceCases(first: 5, filter: $filter) { totalCount nodes { number state isOverdue escalatedAt } }
}
"""


@pytest.fixture
async def order(customer: Viewer) -> Order:
    return await make_received(customer)


async def take(changes: AsyncIterator[ServiceCaseChange], count: int) -> list[tuple[str, str | None]]:
    """Number and kind of the next changes; a stream that has no more fails the test instead of hanging it."""
    found = [await asyncio.wait_for(anext(changes), 10) for _ in range(count)]
    return [(change.row.number, change.event.kind if change.event else None) for change in found]


async def listed(api: Api, viewer: Viewer, **filter: Any) -> list[str]:
    told = (await api(QUEUE, as_=viewer, filter=filter or None))["serviceCases"]
    assert told["totalCount"] == len(told["nodes"])
    return [node["number"] for node in told["nodes"]]


async def test_the_queue_shows_open_cases_oldest_first(
    api: Api, customer: Viewer, other_customer: Viewer, order: Order, staff: MakeStaff
) -> None:
    agent = await staff(Role.SERVICE_AGENT)
    first = await ask(customer, order)
    await later(customer.market, hours=25)
    second = await ask(customer, order)
    assert await listed(api, agent) == await listed(api, customer) == [first.number, second.number]
    assert await listed(api, agent, overdue=True) == await listed(api, agent, escalated=True) == [first.number]
    assert await listed(api, agent, overdue=False) == [second.number]
    assert await listed(api, other_customer) == []
    await cases.cancel(customer, first.id)
    assert await listed(api, agent) == [second.number]
    assert await listed(api, agent, states=["CANCELED"]) == [first.number]


async def test_the_stream_tells_every_step_once(customer: Viewer, order: Order, staff: MakeStaff) -> None:
    agent = await staff(Role.SERVICE_AGENT)
    case = await ask(customer, order)
    await events.publish()
    changes = streams.of_cases(agent, after=None)
    assert await take(changes, 1) == [(case.number, None)]
    await decisions.reject(agent, case.id, explanation="No.")
    await decisions.appeal(customer, case.id, words="But!")
    await events.publish()
    steps = [(case.number, "service_case.rejected"), (case.number, "service_case.appealed")]
    assert await take(changes, 2) == steps
    opened = (case.number, "service_case.opened")
    assert await take(streams.of_cases(agent, after="p.0"), 3) == [opened, *steps]


async def test_only_those_who_work_with_cases_open_the_stream(
    customer: Viewer, visitor: Viewer, staff: MakeStaff
) -> None:
    for viewer, code in (
        (customer, "FORBIDDEN"),
        (visitor, "UNAUTHENTICATED"),
        (await staff(Role.CATALOG_MANAGER), "FORBIDDEN"),
    ):
        with pytest.raises(Refused) as refused:
            await take(streams.of_cases(viewer, after=None), 1)
        assert refused.value.code == code


async def test_the_customer_is_written_to_when_the_shop_has_answered(
    customer: Viewer, order: Order, staff: MakeStaff
) -> None:
    case = await ask(customer, order)
    await decisions.reject(await staff(Role.SERVICE_AGENT), case.id, explanation="No.")
    await run(customer.market)
    assert await OutgoingMessage.filter(template="service_rejected").count() == 1

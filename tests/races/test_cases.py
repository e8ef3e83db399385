"""Several servers at once over one delivery case."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

import pytest

from domain.access import Viewer, system
from domain.aftersales import cases, detection, remedies
from domain.aftersales.remedies import Decision
from domain.fulfillment import tracking
from domain.inventory import stock
from domain.market import Market
from kit import clock
from models.aftersales import CaseState, Compensation, DeliveryCase, Remedy
from models.customers import Role, User
from models.fulfillment import Parcel, ParcelState
from models.orders import Order, OrderState
from models.payments import Refund
from tests.factories.aftersales import live_case, report, send
from tests.factories.customers import viewer_for
from tests.factories.fulfillment import later, lines_of, make_paid, run
from tests.races.outcomes import outcome_of
from tests.races.processes import race

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database_url", ["postgres"], indirect=True)]

MakeStaff = Callable[..., Awaitable[Viewer]]
PROCESSES = 4


@pytest.fixture
async def courier(staff: MakeStaff) -> Viewer:
    return await staff(Role.WAREHOUSE_PICKER, Role.COURIER)


@pytest.fixture
async def order(customer: Viewer) -> Order:
    return await make_paid(customer)


@pytest.fixture
async def parcel(order: Order, courier: Viewer) -> Parcel:
    return await send(courier, order)


@pytest.fixture
async def agents(staff: MakeStaff) -> list[UUID]:
    made = [await staff(Role.SERVICE_AGENT) for _ in range(PROCESSES)]
    return [agent.require_user() for agent in made]


async def decide(
    market: Market, number: int, *, agents: list[UUID], case_id: UUID, remedies_by_turn: list[Remedy]
) -> str:
    """One of several agents confirms a remedy of their own."""
    agent = viewer_for(market, await User.get(id=agents[number]))
    asked = Decision(case_id, remedy=remedies_by_turn[number], amount=100, compensation=Compensation.MONEY)
    return await outcome_of(lambda: remedies.confirm(agent, asked, key=f"agent {number}"))


async def test_a_case_that_several_agents_settle_at_once_is_settled_once(
    market: Market, database_url: str, order: Order, parcel: Parcel, courier: Viewer, agents: list[UUID]
) -> None:
    await report(courier, parcel, ParcelState.LOST)
    case = await live_case(order)
    wishes = [Remedy.RESHIP, Remedy.REFUND, Remedy.COMPENSATE, Remedy.RESHIP]
    work = partial(decide, agents=agents, case_id=case.id, remedies_by_turn=wishes)
    outcomes = await race(work, database_url=database_url, processes=PROCESSES)
    assert sorted(outcomes) == ["CASE_ENDED"] * (PROCESSES - 1) + ["done"]
    await run(market)
    done = await DeliveryCase.get(id=case.id)
    assert (done.state, (await Order.get(id=order.id)).open_cases) == (CaseState.RESOLVED, 0)
    [line] = await lines_of(order)
    held = sum(promise.quantity for promise in await stock.held(order.id))
    refunded = sum(refund.amount for refund in await Refund.filter(order_id=order.id))
    expected = {
        Remedy.RESHIP: (0, 0, 2, 0),
        Remedy.REFUND: (0, 2, 0, order.total),
        Remedy.COMPENSATE: (2, 0, 0, 100),
    }
    assert done.remedy is not None
    assert (line.shipped, line.canceled, held, refunded) == expected[done.remedy]


async def confirm_with_one_key(market: Market, number: int, *, agent_id: UUID, case_id: UUID) -> str:
    """The same call, sent again because no answer came."""
    agent = viewer_for(market, await User.get(id=agent_id))
    asked = Decision(case_id, remedy=Remedy.COMPENSATE, amount=300, compensation=Compensation.MONEY)
    return await outcome_of(lambda: remedies.confirm(agent, asked, key="one key"))


async def test_a_case_that_is_confirmed_again_under_one_key_pays_once(
    market: Market, database_url: str, order: Order, parcel: Parcel, courier: Viewer, agents: list[UUID]
) -> None:
    await report(courier, parcel, ParcelState.LOST)
    case = await live_case(order)
    work = partial(confirm_with_one_key, agent_id=agents[0], case_id=case.id)
    outcomes = await race(work, database_url=database_url, processes=PROCESSES)
    assert outcomes == ["done"] * PROCESSES
    assert [refund.amount for refund in await Refund.all()] == [300]


async def scan_or_decide(
    market: Market, number: int, *, agent_id: UUID, courier_id: UUID, case_id: UUID, parcel_id: UUID
) -> str:
    """The parcel is handed over at the very moment in which it is written off."""
    if number % 2:
        courier = viewer_for(market, await User.get(id=courier_id))
        done = await outcome_of(lambda: tracking.add_scan(courier, parcel_id, state=ParcelState.DELIVERED))
        await detection.look_at_parcel(system(market), parcel_id)
        return done
    agent = viewer_for(market, await User.get(id=agent_id))
    asked = Decision(case_id, remedy=Remedy.REFUND)
    return await outcome_of(lambda: remedies.confirm(agent, asked, key=f"agent {number}"))


async def test_a_scan_that_comes_while_a_case_is_confirmed_counts_no_unit_twice(
    market: Market, database_url: str, order: Order, parcel: Parcel, courier: Viewer, agents: list[UUID]
) -> None:
    await report(courier, parcel, ParcelState.LOST)
    case = await live_case(order)
    work = partial(
        scan_or_decide,
        agent_id=agents[0],
        courier_id=courier.require_user(),
        case_id=case.id,
        parcel_id=parcel.id,
    )
    await race(work, database_url=database_url, processes=PROCESSES)
    await run(market)
    [line], order = await lines_of(order), await Order.get(id=order.id)
    done = await DeliveryCase.get(id=case.id)
    assert (done.state in (CaseState.RESOLVED, CaseState.CLOSED), order.open_cases) == (True, 0)
    if order.state == OrderState.CANCELED:  # the agent was first
        assert (line.shipped, line.delivered, line.canceled, order.refunded) == (0, 0, 2, order.captured)
    else:  # the courier was; what the agent then gave back was for goods that have arrived
        assert (line.shipped, line.delivered, line.canceled) == (2, 2, 0)
        assert order.refunded == line.refunded_amount


async def look(market: Market, number: int, *, order_id: UUID) -> None:
    """Every server finds the order late at once."""
    await detection.look_at_order(system(market), order_id)


async def test_an_order_that_every_server_finds_late_has_one_case(
    market: Market, database_url: str, order: Order
) -> None:
    await Order.filter(id=order.id).update(dispatch_by=clock.now())
    await race(partial(look, order_id=order.id), database_url=database_url, processes=PROCESSES)
    assert await DeliveryCase.filter(order_id=order.id).count() == 1
    assert (await Order.get(id=order.id)).open_cases == 1
    await later(market, seconds=1)


async def claim(market: Market, number: int, *, agents: list[UUID], case_id: UUID) -> str:
    """Several agents want the same case."""
    agent = viewer_for(market, await User.get(id=agents[number]))
    return await outcome_of(lambda: cases.claim(agent, case_id))


async def test_one_of_several_agents_gets_a_case(
    market: Market, database_url: str, order: Order, parcel: Parcel, courier: Viewer, agents: list[UUID]
) -> None:
    await report(courier, parcel, ParcelState.DAMAGED)
    case = await live_case(order)
    outcomes = await race(
        partial(claim, agents=agents, case_id=case.id), database_url=database_url, processes=PROCESSES
    )
    assert sorted(outcomes) == ["CASE_CLAIMED_BY_ANOTHER"] * (PROCESSES - 1) + ["done"]

"""Whatever can be asked of an order is answered the same once it has been put away."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_composite_type,
    is_required_argument,
)

from domain import events
from domain.access import Viewer
from domain.archive import storing
from domain.fulfillment import interception
from domain.fulfillment.interception import Wish
from domain.market import Market
from domain.orders import lifecycle, shortages, urging
from domain.service import cases
from kit import ids
from models.aftersales import Remedy
from models.archive import ArchivedOrder
from models.customers import Role
from models.fulfillment import Interception, InterceptionAction, ParcelState
from models.orders import Order, OrderState
from models.shortages import ShortageChoice
from schema.root import schema
from tests.api import Api
from tests.factories import changes
from tests.factories.aftersales import confirm, live_case, report, send
from tests.factories.catalog import make_product
from tests.factories.fulfillment import later
from tests.factories.service import ask
from tests.factories.shortages import make_short

Staff = Callable[..., Awaitable[Viewer]]
ORDER = build_schema(schema.as_str()).type_map["Order"]
DEPTH = 4  # order, parcel, case, note


def selection(kind: Any, *, depth: int) -> str:
    """Every field of a type that needs no argument, and of the types behind it."""
    if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        return "{ __typename }"
    fields = [one for name, of in kind.fields.items() for one in _field(name, of, depth=depth)]
    return "{ " + " ".join(fields) + " }"


def _field(name: str, of: GraphQLField, *, depth: int) -> Iterator[str]:
    kind = get_named_type(of.type)
    if any(is_required_argument(argument) for argument in of.args.values()):
        return
    edges = "(first: 50)" if "first" in of.args else ""
    if not is_composite_type(kind):
        yield name
    elif kind is ORDER:
        yield f"{name} {{ id number }}"
    elif depth > 1 and kind.name != "PageInfo":
        yield f"{name}{edges} {selection(kind, depth=depth - 1)}"


async def everything(api: Api, viewer: Viewer, order: Order) -> Mapping[str, Any]:
    """All fields of an order with all that is behind them, asked in as many queries as the limit on cost makes it."""
    assert isinstance(ORDER, GraphQLObjectType)
    fields = [one for name, of in ORDER.fields.items() for one in _field(name, of, depth=DEPTH)]
    plain = " ".join(one for one in fields if "{" not in one)
    told: dict[str, Any] = {}
    for asked in (plain, *(one for one in fields if "{" in one)):
        document = f"query ($id: ID!) {{ order(id: $id) {{ {asked} }} }}"
        told |= (await api(document, as_=viewer, id=ids.to_public("Order", order.id)))["order"]
    return told


@pytest.fixture
async def agent(staff: Staff) -> Viewer:
    return await staff(Role.SERVICE_AGENT)


async def lived(api: Api, customer: Viewer, agent: Viewer, staff: Staff) -> Order:
    """A completed order to which everything has happened: a shortage, a change, urging, an interception, a case,
    and a request of its buyer."""
    apples, pears = await make_product(price=2000), await make_product(price=3000)
    order, _ = await make_short(customer, {apples: 3, pears: 1}, broken={apples: 8})
    await shortages.choose(customer, order.id, ShortageChoice.CANCEL_MISSING)
    await later(customer.market, hours=7)
    assert (await changes.ask(api, order, customer, contactEmail="new@example.com"))["userErrors"] == []
    await urging.urge(customer, order.id)
    shop = await staff(Role.ADMINISTRATOR)
    parcel = await send(shop, await Order.get(id=order.id))
    wish = Wish(action=InterceptionAction.RETURN, parcel_id=parcel.id, note="please")
    [stopped] = await interception.request(customer, wish, key="stop")
    await interception.decide(agent, stopped.id, accepted=False, reason="too far")
    await report(shop, parcel, ParcelState.DAMAGED)
    await confirm(agent, await live_case(order), note="a word for us", amount=500, remedy=Remedy.COMPENSATE)
    await report(shop, parcel, ParcelState.DELIVERED)
    await lifecycle.confirm_receipt(customer, order.id)
    await cases.cancel(customer, (await ask(customer, order, note="Not what I thought.")).id)
    await later(customer.market, days=8)
    assert (await Order.get(id=order.id)).state == OrderState.COMPLETED
    await later(customer.market, days=190)
    return await Order.get(id=order.id)


async def test_an_order_reads_the_same_before_and_after_it_is_put_away(
    api: Api, market: Market, the_market: Viewer, customer: Viewer, agent: Viewer, staff: Staff
) -> None:
    order = await lived(api, customer, agent, staff)
    readers = (customer, agent, await staff(Role.ORDER_REVIEWER), await staff(Role.FINANCE))
    before = [await everything(api, reader, order) for reader in readers]
    seen = before[1]
    assert all(
        seen[name]
        for name in ("shortage", "deliveryCases", "serviceCases", "interceptions", "changes", "refunds", "parcels")
    )
    assert seen["parcels"][0]["cases"][0]["notes"]
    assert (before[2]["deliveryCases"], before[2]["serviceCases"]) == ([], [])
    await events.publish()
    assert await storing.archive_old(the_market, limit=10) == 1
    assert await ArchivedOrder.filter(id=order.id).exists()
    assert [await everything(api, reader, order) for reader in readers] == before


async def test_what_happened_to_an_order_is_found_by_its_id_once_it_is_put_away(
    api: Api, market: Market, the_market: Viewer, customer: Viewer, other_customer: Viewer, agent: Viewer, staff: Staff
) -> None:
    order = await lived(api, customer, agent, staff)
    seen = await everything(api, customer, order)
    await events.publish()
    await storing.archive_old(the_market, limit=10)
    assert await Interception.all().count() == 0
    found = [seen["shortage"], *seen["deliveryCases"], *seen["serviceCases"], *seen["interceptions"], *seen["changes"]]
    document = "query ($id: ID!) { node(id: $id) { __typename id } }"
    for one in found:
        assert (await api(document, as_=customer, id=one["id"]))["node"]["id"] == one["id"]
        for stranger in (other_customer, await staff(Role.CATALOG_MANAGER), None):
            assert (await api(document, as_=stranger, id=one["id"]))["node"] is None
    [case] = seen["deliveryCases"]
    reviewer = await staff(Role.ORDER_REVIEWER)  # sees the order, and no cases
    assert (await api(document, as_=reviewer, id=case["id"]))["node"] is None

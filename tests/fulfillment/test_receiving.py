"""The returns desk: what comes back is put away or booked as broken, and what stands behind it goes on."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domain.access import Viewer
from domain.fulfillment import interception, receiving
from domain.fulfillment.interception import Wish
from domain.fulfillment.loads import Chosen
from domain.fulfillment.receiving import Receipt
from domain.inventory import bundles
from domain.inventory.bundles import Part
from domain.market import Market
from domain.orders import lifecycle
from kit import ids
from kit.errors import Refused
from models.aftersales import CaseState, Closing, DeliveryCase, Remedy
from models.catalog import Product
from models.customers import Role
from models.fulfillment import InterceptionAction, InterceptionState, Parcel, ParcelLine, ParcelState, Trouble
from models.orders import Order, OrderState
from models.outbox import Event
from tests.api import Api
from tests.factories.aftersales import confirm, live_case, report, send
from tests.factories.catalog import make_product, variant_of
from tests.factories.fulfillment import later, lines_of, make_paid, public, run
from tests.factories.inventory import counts

Staff = Callable[..., Awaitable[Viewer]]
RECEIVE = """mutation ($input: ParcelReceiveBackInput!) { parcelReceiveBack(input: $input) {
  parcel { state receivedBackAt lines { quantity restocked broken } tracking { state description } }
  order { state } userErrors { code path } } }"""


@pytest.fixture
async def picker(staff: Staff) -> Viewer:
    return await staff(Role.WAREHOUSE_PICKER, Role.COURIER)


@pytest.fixture
async def tea() -> Product:
    return await make_product(stock={"SH": 5})


@pytest.fixture
async def order(customer: Viewer, tea: Product) -> Order:
    return await make_paid(customer, {tea: 3})


@pytest.fixture
async def parcel(order: Order, picker: Viewer) -> Parcel:
    return await send(picker, order)


async def receive(picker: Viewer, parcel: Parcel, *, broken: int = 0, key: str = "desk") -> Parcel:
    [line] = await ParcelLine.filter(parcel_id=parcel.id)
    named = (Chosen(line.order_line_id, broken),) if broken else ()
    back = await receiving.receive(picker, Receipt(parcel.waybill.lower(), broken=named), key=key)
    await run(picker.market)
    return back


async def test_a_refused_parcel_is_put_away_at_the_desk_and_its_case_pays_the_money_back(
    api: Api, staff: Staff, customer: Viewer, picker: Viewer, tea: Product, order: Order, parcel: Parcel
) -> None:
    await report(picker, parcel, ParcelState.REFUSED)
    [line] = await lines_of(order)
    wanted: dict[str, Any] = {
        "scan": parcel.waybill,
        "broken": [{"orderLineId": public("OrderLine", line.id), "quantity": 1}],
        "idempotencyKey": "desk",
    }
    first = (await api(RECEIVE, as_=picker, input=wanted))["parcelReceiveBack"]
    await run(picker.market)
    answer = (await api(RECEIVE, as_=picker, input=wanted))["parcelReceiveBack"]
    assert first["userErrors"] == answer["userErrors"] == []
    seen = answer["parcel"]
    assert (seen["state"], seen["lines"]) == ("RETURNED", [{"quantity": 3, "restocked": 2, "broken": 1}])
    assert seen["receivedBackAt"] is not None
    assert seen["tracking"][-1] == {"state": "RETURNED", "description": "Received back at the warehouse"}
    assert await counts(await variant_of(tea)) == (4, 0)
    assert await Event.filter(stream_id=order.id, kind="parcel.received_back").count() == 1
    case = await live_case(order)
    assert (case.kind, case.proposed, case.proposed_amount) == (
        Trouble.RETURNED,
        Remedy.REFUND,
        order.total - order.shipping,
    )
    await confirm(await staff(Role.SERVICE_AGENT), case)
    now = await Order.get(id=order.id)
    assert (now.state, now.refunded) == (OrderState.CANCELED, order.total)
    assert await counts(await variant_of(tea)) == (4, 0)


async def test_goods_that_are_back_can_be_sent_again_without_being_put_away_twice(
    staff: Staff, picker: Viewer, tea: Product, order: Order, parcel: Parcel
) -> None:
    await report(picker, parcel, ParcelState.RETURNING)
    await receive(picker, parcel, broken=1)
    await confirm(await staff(Role.SERVICE_AGENT), await live_case(order), remedy=Remedy.RESHIP)
    assert (await Order.get(id=order.id)).state == OrderState.PAID
    assert await counts(await variant_of(tea)) == (4, 3)


async def test_a_case_about_what_its_carrier_had_returned_proposes_the_money_once_the_desk_has_the_goods(
    picker: Viewer, order: Order, parcel: Parcel
) -> None:
    await report(picker, parcel, ParcelState.RETURNED)
    assert (await live_case(order)).proposed == Remedy.RETURN_TO_STOCK
    await receive(picker, parcel)
    case = await live_case(order)
    assert (case.kind, case.proposed, case.proposed_amount) == (
        Trouble.RETURNED,
        Remedy.REFUND,
        order.total - order.shipping,
    )


async def test_a_refunded_parcel_that_comes_back_needs_nobody_but_the_desk(
    staff: Staff, picker: Viewer, tea: Product, order: Order, parcel: Parcel
) -> None:
    await report(picker, parcel, ParcelState.REFUSED)
    await confirm(await staff(Role.SERVICE_AGENT), await live_case(order))
    await report(picker, parcel, ParcelState.RETURNED)
    await receive(picker, parcel)
    assert await DeliveryCase.filter(state__in=[CaseState.OPEN, CaseState.CLAIMED]).count() == 0
    case = await DeliveryCase.get(kind=Trouble.RETURNED)
    assert (case.state, case.closing) == (CaseState.CLOSED, Closing.ORDER_ENDED)
    assert await counts(await variant_of(tea)) == (5, 0)


async def test_a_parcel_that_was_stopped_is_received_before_its_carrier_says_anything(
    customer: Viewer, picker: Viewer, tea: Product, order: Order, parcel: Parcel
) -> None:
    [wish] = await interception.request(customer, Wish(InterceptionAction.RETURN, order_id=order.id), key="stop")
    await receive(picker, parcel, broken=2)
    await wish.refresh_from_db()
    assert wish.state == InterceptionState.DONE
    now = await Order.get(id=order.id)
    assert (now.state, now.refunded) == (OrderState.CANCELED, order.total)
    assert await counts(await variant_of(tea)) == (3, 0)
    assert await DeliveryCase.all().count() == 0


async def test_a_silent_parcel_that_was_made_good_is_received_when_it_turns_up_at_the_desk(
    market: Market, staff: Staff, picker: Viewer, tea: Product, order: Order, parcel: Parcel
) -> None:
    await report(picker, parcel, ParcelState.IN_TRANSIT)
    await later(market, days=8)
    case = await live_case(order)
    assert case.kind == Trouble.LOST
    await confirm(await staff(Role.SERVICE_AGENT), case, remedy=Remedy.REFUND)
    back = await receive(picker, parcel)
    assert back.state == ParcelState.RETURNED
    assert await counts(await variant_of(tea)) == (5, 0)
    assert not await DeliveryCase.filter(state__in=(CaseState.OPEN, CaseState.CLAIMED)).exists()


@pytest.mark.parametrize("state", [None, ParcelState.OUT_FOR_DELIVERY, ParcelState.DELIVERED])
async def test_a_parcel_on_its_way_to_its_customer_is_not_received(
    picker: Viewer, tea: Product, parcel: Parcel, state: ParcelState | None
) -> None:
    if state is not None:
        await report(picker, parcel, state)
    with pytest.raises(Refused, match="PARCEL_NOT_COMING_BACK"):
        await receive(picker, parcel)
    assert await counts(await variant_of(tea)) == (2, 0)


async def test_a_parcel_is_received_once(picker: Viewer, tea: Product, parcel: Parcel) -> None:
    await report(picker, parcel, ParcelState.REFUSED)
    await receive(picker, parcel)
    with pytest.raises(Refused, match="PARCEL_ALREADY_BACK"):
        await receive(picker, parcel, key="again")
    assert await counts(await variant_of(tea)) == (5, 0)


async def test_more_than_came_back_cannot_be_broken(
    api: Api, picker: Viewer, tea: Product, order: Order, parcel: Parcel
) -> None:
    await report(picker, parcel, ParcelState.REFUSED)
    [line] = await lines_of(order)
    broken = [{"orderLineId": public("OrderLine", line.id), "quantity": 4}]
    answer = await api(RECEIVE, as_=picker, input={"scan": parcel.number, "broken": broken, "idempotencyKey": "a"})
    assert answer["parcelReceiveBack"]["userErrors"] == [{"code": "OUT_OF_RANGE", "path": ["broken", "0", "quantity"]}]
    broken = [{"orderLineId": public("OrderLine", ids.new_id()), "quantity": 1}]
    answer = await api(RECEIVE, as_=picker, input={"scan": parcel.number, "broken": broken, "idempotencyKey": "b"})
    assert [error["code"] for error in answer["parcelReceiveBack"]["userErrors"]] == ["NOT_FOUND"]
    assert await counts(await variant_of(tea)) == (2, 0)


async def test_a_bundle_that_comes_back_is_its_parts_on_the_shelves(
    customer: Viewer, picker: Viewer, the_market: Viewer
) -> None:
    apple, baskets = await variant_of(await make_product(stock={"SH": 9})), await make_product(stock={})
    await bundles.set_parts(the_market, (await variant_of(baskets)).id, [Part(apple.id, 2)])
    parcel = await send(picker, await make_paid(customer, {baskets: 3}))
    await report(picker, parcel, ParcelState.REFUSED)
    await receive(picker, parcel, broken=1)
    assert await counts(apple) == (7, 0)


async def test_what_the_customer_has_confirmed_is_received_and_left_to_a_person(
    customer: Viewer, picker: Viewer, order: Order, parcel: Parcel
) -> None:
    await lifecycle.confirm_receipt(customer, order.id)
    await report(picker, parcel, ParcelState.RETURNING)
    await receive(picker, parcel)
    assert (await live_case(order)).proposed == Remedy.REFUND


@pytest.mark.parametrize("role", [Role.SERVICE_AGENT, Role.COURIER, Role.FINANCE, None])
async def test_only_warehouse_staff_receive(
    market: Market, staff: Staff, customer: Viewer, picker: Viewer, parcel: Parcel, role: Role | None
) -> None:
    await report(picker, parcel, ParcelState.REFUSED)
    stranger = customer if role is None else await staff(role)
    with pytest.raises(Refused, match="FORBIDDEN"):
        await receiving.receive(stranger, Receipt(parcel.waybill), key="desk")
    assert (await Parcel.get(id=parcel.id)).received_back_at is None

"""Whoever brings parcels sees orders on their way and where they go, and nothing that this work does not need."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domain.access import Viewer
from domain.fulfillment import tracking
from domain.fulfillment.proofs import Given
from domain.market import Market
from domain.orders import lifecycle
from kit.errors import Refused
from models.customers import Role
from models.fulfillment import Parcel, ParcelState
from models.orders import Order, OrderState
from tests.api import Api
from tests.factories import changes
from tests.factories.aftersales import report, send
from tests.factories.catalog import make_product
from tests.factories.fulfillment import later, make_paid, public
from tests.factories.orders import place_order

MakeStaff = Callable[..., Awaitable[Viewer]]
S = ParcelState

ORDER = """query ($id: ID!, $at: DateTime) { order(id: $id, asOf: $at) {
  number address { recipient phone province city street } contactPhone contactEmail customer { id }
  lines { quantity } parcels { waybill } payments { id } refunds { id } changes { id } deliveryCases { id }
} }"""


@pytest.fixture
async def courier(staff: MakeStaff) -> Viewer:
    return await staff(Role.COURIER)


@pytest.fixture
async def order(customer: Viewer) -> Order:
    return await make_paid(customer, {await make_product(): 2})


@pytest.fixture
async def parcel(staff: MakeStaff, order: Order) -> Parcel:
    return await send(await staff(Role.WAREHOUSE_PICKER), order)


async def shown(api: Api, viewer: Viewer, order: Order, **asked: Any) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (await api(ORDER, as_=viewer, id=public("Order", order.id), **asked))["order"]
    return found


async def test_a_courier_sees_no_order_before_it_is_on_its_way(
    api: Api, courier: Viewer, customer: Viewer, order: Order
) -> None:
    unpaid = await place_order(customer, await make_product())
    for one in (order, unpaid):
        assert await shown(api, courier, one) is None
    listed = await api("{ orders { totalCount } payments: orders { nodes { id } } }", as_=courier)
    assert listed["orders"]["totalCount"] == 0


async def test_a_courier_sees_where_an_order_goes_while_it_is_underway_and_not_what_was_paid(
    api: Api, courier: Viewer, order: Order, parcel: Parcel
) -> None:
    seen = await shown(api, courier, order)
    assert seen is not None
    assert (seen["address"]["recipient"], seen["contactPhone"]) == (order.address["recipient"], order.contact_phone)
    assert (seen["lines"], seen["parcels"]) == ([{"quantity": 2}], [{"waybill": parcel.waybill}])
    assert [seen[name] for name in ("payments", "refunds", "changes", "deliveryCases")] == [[], [], [], []]
    assert seen["customer"] is None


async def test_once_it_is_there_a_courier_sees_neither_place_nor_contact_and_may_report_again(
    api: Api, market: Market, courier: Viewer, order: Order, parcel: Parcel
) -> None:
    await tracking.add_scan(courier, parcel.id, state=S.DELIVERED, scan_id="door")
    assert (await Order.get(id=order.id)).state == OrderState.DELIVERED
    seen = await shown(api, courier, order)
    assert seen is not None
    assert seen["address"] == {"recipient": "", "phone": "", "province": "上海市", "city": "上海市", "street": ""}
    assert (seen["contactPhone"], seen["contactEmail"]) == (None, None)
    again = await tracking.add_scan(courier, parcel.id, state=S.DELIVERED, scan_id="door")
    assert again.state == S.DELIVERED


async def test_once_it_is_there_a_courier_reads_neither_the_note_nor_who_took_it_from_another(
    api: Api, customer: Viewer, courier: Viewer, staff: MakeStaff
) -> None:
    order = await make_paid(customer, note="The door opens with 1234.")
    parcel = await send(await staff(Role.WAREHOUSE_PICKER), order)
    document = """query ($id: ID!) { order(id: $id) {
      note parcels { proof { name } } delivery { proofs { name } } } }"""
    assert (await api(document, as_=courier, id=public("Order", order.id)))["order"]["note"] == order.note
    await tracking.add_scan(courier, parcel.id, state=S.DELIVERED, proof=Given(name="Wang"))
    proof = {"name": "Wang"}
    for viewer, note, seen in (
        (await staff(Role.COURIER), "", None),
        (courier, "", proof),
        (customer, order.note, proof),
        (await staff(Role.SERVICE_AGENT), order.note, proof),
    ):
        shown = (await api(document, as_=viewer, id=public("Order", order.id)))["order"]
        proofs = [seen] if seen else []
        assert shown == {"note": note, "parcels": [{"proof": seen}], "delivery": {"proofs": proofs}}


async def test_a_code_is_no_proof_where_nobody_has_made_one(
    api: Api, courier: Viewer, order: Order, parcel: Parcel
) -> None:
    document = """mutation ($input: ParcelDeliverInput!) { parcelDeliver(input: $input) {
      parcel { id } userErrors { code path } } }"""
    given = {"parcelId": public("Parcel", parcel.id), "proof": {"code": "000000"}}
    refused = (await api(document, as_=courier, input=given))["parcelDeliver"]
    assert refused == {"parcel": None, "userErrors": [{"code": "INVALID_INPUT", "path": ["proof"]}]}
    assert (await Parcel.get(id=parcel.id)).state == S.SHIPPED


async def test_the_past_shows_a_courier_no_place_either(
    api: Api, market: Market, courier: Viewer, order: Order, parcel: Parcel
) -> None:
    underway = (await Order.get(id=order.id)).shipped_at
    assert underway is not None
    await later(market, hours=1)
    await report(courier, parcel, S.DELIVERED)
    then = await shown(api, courier, order, at=underway.isoformat())
    assert then is not None
    assert (then["address"]["recipient"], then["contactPhone"]) == ("", None)


async def test_an_order_that_is_over_is_no_longer_a_couriers(
    api: Api, market: Market, customer: Viewer, courier: Viewer, order: Order, parcel: Parcel
) -> None:
    await report(courier, parcel, S.DELIVERED)
    await lifecycle.confirm_receipt(customer, order.id)
    await later(market, days=8)
    assert (await Order.get(id=order.id)).state == OrderState.COMPLETED
    assert await shown(api, courier, order) is None
    with pytest.raises(Refused, match="NOT_FOUND"):
        await tracking.add_scan(courier, parcel.id, state=S.RETURNED)


async def test_a_parcel_that_goes_back_is_reported_even_though_its_order_was_given_up(
    courier: Viewer, staff: MakeStaff, order: Order, parcel: Parcel
) -> None:
    await report(courier, parcel, S.REFUSED)
    await Order.filter(id=order.id).update(state=OrderState.CANCELED)
    await tracking.add_scan(courier, parcel.id, state=S.RETURNING)
    assert (await Parcel.get(id=parcel.id)).state == S.RETURNING
    await Order.filter(id=order.id).update(state=OrderState.SHIPPED)


async def test_a_courier_still_sees_all_of_what_they_bought_themselves(
    api: Api, courier: Viewer, other_customer: Viewer
) -> None:
    own = await make_paid(courier)
    seen = await shown(api, courier, own)
    assert seen is not None
    assert seen["address"]["recipient"]
    assert len(seen["payments"]) == 1
    assert await shown(api, other_customer, own) is None


async def test_parts_that_are_not_a_couriers_are_not_found_by_their_ids(
    api: Api, customer: Viewer, courier: Viewer, order: Order, staff: MakeStaff
) -> None:
    await changes.ask(api, order, customer, note="please ring twice")
    await send(await staff(Role.WAREHOUSE_PICKER), order)
    seen = await shown(api, customer, order)
    assert seen is not None
    for part in (*seen["payments"], *seen["changes"]):
        document = "query ($id: ID!) { node(id: $id) { id } }"
        assert (await api(document, as_=courier, id=part["id"]))["node"] is None
        assert (await api(document, as_=customer, id=part["id"]))["node"] == {"id": part["id"]}

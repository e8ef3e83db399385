"""The shop's own couriers: from the offer to the proof, watched on the way, and tipped."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from struct import pack
from typing import Any
from zlib import compress, crc32

import pytest

from adapters.payments.simulator import Outcome
from domain.access import Viewer
from domain.delivery.deliveries import Way
from domain.fulfillment import couriers, positions, proofs, tracking
from domain.fulfillment.proofs import Given
from domain.market import Market
from domain.orders import lifecycle, shortages
from domain.payments import demo
from kit import clock, pictures
from kit.errors import Refused
from models.aftersales import DeliveryCase, Remedy
from models.customers import Role
from models.delivery import CourierJob, CourierPosition, DeliveryMode, DeliveryProof, JobState
from models.fulfillment import Parcel, ParcelState, Trouble
from models.orders import CancelReason, Order, OrderState
from models.outbox import Event
from models.payments import Payment, PaymentState, Posting
from models.shortages import ShortageChoice
from tests.api import Api
from tests.factories import aftersales
from tests.factories.catalog import make_product, variant_of
from tests.factories.delivery import delivery_of, make_region
from tests.factories.fulfillment import later, lines_of, make_paid, public, run, ship
from tests.factories.shortages import make_short, receive

MakeStaff = Callable[..., Awaitable[Viewer]]
BY_COURIER = Way(DeliveryMode.COURIER)
PEOPLES_SQUARE = (31_230_000, 121_470_000)

JOBS = """query ($states: [CourierJobState!]) { courierJobs(states: $states) { nodes {
  id number state courierName note order { id }
  address { recipient street } goods { quantity } tip { minorUnits } } } }"""
ACCEPT = """mutation ($input: CourierJobAcceptInput!) { courierJobAccept(input: $input) {
  job { id state courierName address { recipient } } userErrors { code } } }"""
START = """mutation ($input: CourierJobStartInput!) { courierJobStart(input: $input) {
  job { state } userErrors { code } } }"""
COMPLETE = """mutation ($input: CourierJobCompleteInput!) { courierJobComplete(input: $input) {
  job { state address { recipient } } userErrors { code path } } }"""
FAIL = """mutation ($input: CourierJobFailInput!) { courierJobFail(input: $input) {
  job { state failure } userErrors { code } } }"""
ASSIGN = """mutation ($input: CourierJobAssignInput!) { courierJobAssign(input: $input) {
  job { state courierName } userErrors { code } } }"""
REPORT = """mutation ($input: CourierPositionReportInput!) { courierPositionReport(input: $input) {
  position { latitude longitude } userErrors { code path retryable } } }"""
ORDER = """query ($id: ID!) { order(id: $id) { state delivery { code }
  courierJob { id state attempt courierName position { latitude longitude } tip { minorUnits } }
  parcels { id state carrier waybill proof { kind name pictureUrl } } } }"""
TIP = """mutation ($input: CourierTipInput!) { courierTip(input: $input) {
  payment { id amount { minorUnits } purpose } userErrors { code path } } }"""
PICTURE = """mutation ($input: ProofPictureCreateInput!) { proofPictureCreate(input: $input) {
  pictureId url userErrors { code } } }"""


@pytest.fixture
async def rider(staff: MakeStaff) -> Viewer:
    return await staff(Role.RIDER)


@pytest.fixture
async def order(market: Market, customer: Viewer) -> Order:
    """Paid, and offered to the riders."""
    await make_region(market, modes=[DeliveryMode.HOME, DeliveryMode.COURIER])
    paid = await make_paid(customer, way=BY_COURIER)
    await run(market)
    return paid


async def job_of(order: Order) -> CourierJob:
    return await CourierJob.filter(order_id=order.id).order_by("-created_at").first()  # type: ignore[return-value]  # tests have one


async def on_the_way(rider: Viewer, order: Order) -> CourierJob:
    job = await job_of(order)
    await couriers.accept(rider, job.id)
    return await couriers.start(rider, job.id)


async def shown(api: Api, viewer: Viewer, order: Order) -> Any:
    return (await api(ORDER, as_=viewer, id=public("Order", order.id)))["order"]


async def state_of(order: Order) -> OrderState:
    return (await Order.get(id=order.id)).state


async def test_a_paid_order_is_offered_to_the_riders_without_saying_where_it_goes(
    api: Api, customer: Viewer, rider: Viewer, staff: MakeStaff, order: Order
) -> None:
    [job] = (await api(JOBS, as_=rider))["courierJobs"]["nodes"]
    assert (job["state"], job["courierName"]) == ("OFFERED", None)
    assert (job["order"], job["address"], job["note"], job["goods"]) == (None, None, None, [])
    [seen] = (await api(JOBS, as_=await staff(Role.WAREHOUSE_PICKER)))["courierJobs"]["nodes"]
    assert seen["address"]["recipient"] == "林晓雨"
    for stranger in (customer, await staff(Role.COURIER), None):
        assert (await api(JOBS, as_=stranger))["courierJobs"]["nodes"] == []


async def test_a_rider_sees_the_address_of_a_job_of_their_own_and_no_other(
    api: Api, rider: Viewer, staff: MakeStaff, order: Order
) -> None:
    job, other = await job_of(order), await staff(Role.RIDER)
    taken = (await api(ACCEPT, as_=rider, input={"jobId": public("CourierJob", job.id)}))["courierJobAccept"]
    assert (taken["job"]["state"], taken["job"]["address"]) == ("PREPARING", {"recipient": "林晓雨"})
    [own] = (await api(JOBS, as_=rider))["courierJobs"]["nodes"]
    assert (own["address"]["street"], own["goods"]) == ("集市路 1 号 301 室", [{"quantity": 2}])
    assert own["order"] is None
    assert (await api(JOBS, as_=other))["courierJobs"]["nodes"] == []
    document = "query ($id: ID!) { node(id: $id) { id } order(id: $order) { id } }".replace(
        "$id: ID!", "$id: ID!, $order: ID!"
    )
    ids = {"id": public("CourierJob", job.id), "order": public("Order", order.id)}
    assert await api(document, as_=other, **ids) == {"node": None, "order": None}
    assert (await api(document, as_=rider, **ids))["order"] is None
    refused = (await api(ACCEPT, as_=other, input={"jobId": public("CourierJob", job.id)}))["courierJobAccept"]
    assert [error["code"] for error in refused["userErrors"]] == ["NOT_FOUND"]


async def test_a_job_goes_from_preparing_to_delivering_to_completed_and_the_order_with_it(
    api: Api, customer: Viewer, rider: Viewer, order: Order
) -> None:
    job = public("CourierJob", (await job_of(order)).id)
    await api(ACCEPT, as_=rider, input={"jobId": job})
    assert (await shown(api, customer, order))["courierJob"]["state"] == "PREPARING"
    for _ in range(2):  # safe to repeat
        assert (await api(START, as_=rider, input={"jobId": job}))["courierJobStart"]["job"] == {"state": "DELIVERING"}
    seen = await shown(api, customer, order)
    assert seen["state"] == "SHIPPED"
    assert [(parcel["carrier"], parcel["state"]) for parcel in seen["parcels"]] == [("OWN_COURIER", "OUT_FOR_DELIVERY")]
    given = {"jobId": job, "proof": {"code": seen["delivery"]["code"]}}
    for _ in range(2):
        done = (await api(COMPLETE, as_=rider, input=given))["courierJobComplete"]
        assert done["job"] == {"state": "COMPLETED", "address": None}
    seen = await shown(api, customer, order)
    assert (seen["state"], seen["delivery"]["code"]) == ("DELIVERED", None)
    assert seen["parcels"][0]["proof"] == {"kind": "CODE", "name": None, "pictureUrl": None}
    kinds = [event.kind for event in await Event.filter(stream_id=order.id).order_by("sequence")]
    assert [kind for kind in kinds if kind.startswith("courier")] == [
        "courier.offered",
        "courier.preparing",
        "courier.delivering",
    ]


async def test_a_name_is_a_proof_that_is_sealed_at_rest(
    api: Api, customer: Viewer, rider: Viewer, order: Order
) -> None:
    job = await on_the_way(rider, order)
    given = {"jobId": public("CourierJob", job.id), "proof": {"name": " 邻居王阿姨 "}}
    assert (await api(COMPLETE, as_=rider, input=given))["courierJobComplete"]["userErrors"] == []
    assert (await shown(api, customer, order))["parcels"][0]["proof"]["name"] == "邻居王阿姨"
    raw = await DeliveryProof.all().values_list("name", flat=True)
    assert raw


@pytest.mark.parametrize(
    ("proof", "code"),
    [({"name": "  "}, "REQUIRED"), ({"code": "000"}, "PICKUP_CODE_INVALID"), ({"name": "x" * 61}, "TOO_LONG")],
)
async def test_without_a_good_proof_nothing_is_delivered(
    api: Api, rider: Viewer, order: Order, proof: dict[str, str], code: str
) -> None:
    job = await on_the_way(rider, order)
    refused = await api(COMPLETE, as_=rider, input={"jobId": public("CourierJob", job.id), "proof": proof})
    assert [error["code"] for error in refused["courierJobComplete"]["userErrors"]] == [code]
    assert (await job_of(order)).state == JobState.DELIVERING
    assert await state_of(order) == OrderState.SHIPPED


def chunk(kind: bytes, content: bytes) -> bytes:
    return pack(">I", len(content)) + kind + content + pack(">I", crc32(kind + content))


HEADER, DOTS = chunk(b"IHDR", pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), chunk(b"IDAT", compress(b"\0\0"))
PNG = pictures.PNG_START + HEADER + DOTS + chunk(b"IEND", b"")
WITH_PLACE = pictures.PNG_START + HEADER + chunk(b"eXIf", b"31.23 N 121.47 E") + DOTS + chunk(b"IEND", b"") + b"more"


async def sent(*chunks: bytes) -> Any:
    for chunk in chunks:
        yield chunk


async def test_a_picture_is_a_proof_once_it_was_sent_and_is_kept_without_the_place_where_it_was_taken(
    api: Api, market: Market, customer: Viewer, rider: Viewer, order: Order
) -> None:
    job = await on_the_way(rider, order)
    key = public("CourierJob", job.id)
    ticket = (await api(PICTURE, as_=rider, input={"of": {"jobId": key}}))["proofPictureCreate"]
    given = {"jobId": key, "proof": {"pictureId": ticket["pictureId"]}}
    early = (await api(COMPLETE, as_=rider, input=given))["courierJobComplete"]
    assert [error["code"] for error in early["userErrors"]] == ["PICTURE_MISSING"]
    token = ticket["url"].rpartition("/")[2]
    with pytest.raises(Refused, match="NO_PICTURE"):
        await proofs.receive(market, token, sent(b"<svg onload=alert(1)>"))
    await proofs.receive(market, token, sent(WITH_PLACE[:20], WITH_PLACE[20:]))
    with pytest.raises(Refused, match="UPLOAD_UNUSABLE"):
        await proofs.receive(market, token, sent(PNG))
    assert (await api(COMPLETE, as_=rider, input=given))["courierJobComplete"]["userErrors"] == []
    url = (await shown(api, customer, order))["parcels"][0]["proof"]["pictureUrl"]
    assert await proofs.show(market, url.rpartition("/")[2]) == (pictures.PNG, PNG)
    assert await proofs.show(market, "nonsense.nonsense") is None


async def test_a_job_in_vain_is_offered_again_and_another_rider_brings_the_same_goods(
    api: Api, customer: Viewer, rider: Viewer, staff: MakeStaff, order: Order
) -> None:
    job = await on_the_way(rider, order)
    given = {"jobId": public("CourierJob", job.id), "reason": "Nobody at home."}
    failed = (await api(FAIL, as_=rider, input=given))["courierJobFail"]
    assert failed["job"] == {"state": "FAILED", "failure": "Nobody at home."}
    [parcel] = await Parcel.filter(order_id=order.id)
    assert (parcel.state, parcel.failed_attempts) == (ParcelState.OUT_FOR_DELIVERY, 1)
    seen = (await shown(api, customer, order))["courierJob"]
    assert (seen["state"], seen["attempt"]) == ("OFFERED", 2)
    other, again = await staff(Role.RIDER), await CourierJob.get(order_id=order.id, is_current=True)
    await couriers.accept(other, again.id)
    await couriers.start(other, again.id)
    await couriers.complete(other, again.id, Given(name="Lin"))
    assert await state_of(order) == OrderState.DELIVERED
    assert await Parcel.filter(order_id=order.id).count() == 1
    assert await Event.filter(stream_id=order.id, kind="courier.offered").count() == 2


async def test_who_was_to_bring_it_again_is_called_off_when_it_is_back_in_the_house(
    market: Market, rider: Viewer, staff: MakeStaff, order: Order
) -> None:
    await couriers.fail(rider, (await on_the_way(rider, order)).id, reason="Nobody at home.", refused=False)
    again = await CourierJob.get(order_id=order.id, is_current=True)
    [parcel] = await Parcel.filter(order_id=order.id)
    await tracking.add_scan(await staff(Role.COURIER), parcel.id, state=ParcelState.RETURNED)
    await run(market)
    assert (await Parcel.get(id=parcel.id)).state == ParcelState.RETURNED
    assert (await CourierJob.get(id=again.id)).state == JobState.CANCELED


async def test_after_the_last_try_in_vain_the_goods_come_back(
    market: Market, rider: Viewer, staff: MakeStaff, order: Order
) -> None:
    for _ in range(2):
        job = await CourierJob.get(order_id=order.id, is_current=True)
        await couriers.accept(rider, job.id)
        await couriers.start(rider, job.id)
        await couriers.fail(rider, job.id, reason="Nobody at home.", refused=False)
        await couriers.fail(rider, job.id, reason="Nobody at home.", refused=False)
    await run(market)
    assert await CourierJob.filter(order_id=order.id).count() == 2
    [parcel] = await Parcel.filter(order_id=order.id)
    assert (parcel.state, parcel.failed_attempts) == (ParcelState.RETURNING, 2)
    case = await DeliveryCase.get(order_id=order.id)
    assert (case.kind, case.proposed) == (Trouble.FAILED_ATTEMPTS, Remedy.REFUND)
    with pytest.raises(Refused, match="NOT_FOR_A_COURIER"):  # it is still counted as sent
        await couriers.offer_again(await staff(Role.WAREHOUSE_PICKER), order.id)


async def test_what_was_refused_is_not_offered_again(rider: Viewer, order: Order) -> None:
    job = await on_the_way(rider, order)
    await couriers.fail(rider, job.id, reason="Not wanted.", refused=True)
    [parcel] = await Parcel.filter(order_id=order.id)
    assert (parcel.state, parcel.failed_attempts) == (ParcelState.REFUSED, 0)
    assert await CourierJob.filter(order_id=order.id, is_current=True).count() == 0


async def test_what_a_rider_writes_about_a_failure_is_for_staff(
    api: Api, customer: Viewer, rider: Viewer, staff: MakeStaff, order: Order
) -> None:
    job = await on_the_way(rider, order)
    await couriers.fail(rider, job.id, reason="Shouted at me.", refused=True)
    document = "query ($id: ID!) { order(id: $id) { courierJob { failure } } }"
    for viewer, failure in ((customer, ""), (await staff(Role.SERVICE_AGENT), "Shouted at me.")):
        seen = await api(document, as_=viewer, id=public("Order", order.id))
        assert seen["order"]["courierJob"]["failure"] == failure


async def test_a_second_try_does_not_set_out_with_goods_that_came_back_meanwhile(
    market: Market, rider: Viewer, order: Order
) -> None:
    await couriers.fail(rider, (await on_the_way(rider, order)).id, reason="Nobody at home.", refused=False)
    await Parcel.filter(order_id=order.id).update(state=ParcelState.RETURNING)
    job = await CourierJob.get(order_id=order.id, is_current=True)
    await couriers.accept(rider, job.id)
    with pytest.raises(Refused, match="JOB_STATE"):
        await couriers.start(rider, job.id)


async def test_staff_assign_a_rider_who_then_accepts(
    api: Api, rider: Viewer, customer: Viewer, staff: MakeStaff, order: Order
) -> None:
    picker, job = await staff(Role.WAREHOUSE_PICKER), await job_of(order)
    [listed] = (await api("{ riders { userId name openJobs } }", as_=picker))["riders"]
    assert (listed["userId"], listed["openJobs"]) == (public("User", rider.user_id or job.id), 0)
    given = {"jobId": public("CourierJob", job.id), "courierId": listed["userId"]}
    assert (await api(ASSIGN, as_=picker, input=given))["courierJobAssign"]["job"]["state"] == "ASSIGNED"
    not_a_rider = {**given, "courierId": public("User", customer.user_id or job.id)}
    refused = (await api(ASSIGN, as_=picker, input=not_a_rider))["courierJobAssign"]
    assert [error["code"] for error in refused["userErrors"]] == ["NOT_FOUND"]
    for viewer in (rider, customer):
        refused = (await api(ASSIGN, as_=viewer, input=given))["courierJobAssign"]
        assert [error["code"] for error in refused["userErrors"]] == ["FORBIDDEN"]
    taken = (await api(ACCEPT, as_=rider, input={"jobId": given["jobId"]}))["courierJobAccept"]
    assert taken["job"]["state"] == "PREPARING"


async def test_the_job_of_a_canceled_order_is_withdrawn(
    market: Market, customer: Viewer, rider: Viewer, order: Order
) -> None:
    await couriers.accept(rider, (await job_of(order)).id)
    await lifecycle.cancel(customer, order.id, reason=CancelReason.CHANGED_MIND)
    await run(market)
    job = await job_of(order)
    assert job.state == JobState.CANCELED
    with pytest.raises(Refused, match="JOB_STATE"):
        await couriers.start(rider, job.id)
    assert not await Parcel.exists()


async def test_the_job_of_an_order_that_leaves_by_a_carrier_is_withdrawn(
    market: Market, rider: Viewer, staff: MakeStaff, order: Order
) -> None:
    await couriers.accept(rider, (await job_of(order)).id)
    await ship(await staff(Role.WAREHOUSE_PICKER), order)
    await run(market)
    assert (await job_of(order)).state == JobState.CANCELED
    assert await state_of(order) == OrderState.SHIPPED


async def test_what_follows_later_is_offered_to_the_riders_as_a_job_of_its_own(
    market: Market, customer: Viewer, rider: Viewer
) -> None:
    await make_region(market, modes=[DeliveryMode.COURIER])
    tea = await make_product(stock={"SH": 3})
    order, _ = await make_short(customer, {tea: 3}, broken={tea: 1}, way=BY_COURIER)
    await run(market)
    await shortages.choose(customer, order.id, ShortageChoice.SHIP_AVAILABLE)
    first = await on_the_way(rider, order)
    await receive(customer, await variant_of(tea), 1)  # comes while the rider is out
    assert await CourierJob.filter(order_id=order.id).count() == 1
    await couriers.complete(rider, first.id, Given(name="Lin"))
    await run(market)
    second = await job_of(order)
    assert (second.state, second.attempt) == (JobState.OFFERED, 1)
    await couriers.complete(rider, (await on_the_way(rider, order)).id, Given(name="Lin"))
    assert await state_of(order) == OrderState.DELIVERED
    assert [line.delivered for line in await lines_of(order)] == [3]
    await run(market)
    assert await CourierJob.filter(order_id=order.id).count() == 2


async def test_what_is_sent_again_is_offered_to_the_riders(
    market: Market, rider: Viewer, staff: MakeStaff, order: Order
) -> None:
    await on_the_way(rider, order)
    [parcel] = await Parcel.filter(order_id=order.id)
    await aftersales.report(await staff(Role.COURIER), parcel, ParcelState.LOST)
    await CourierJob.filter(order_id=order.id).update(state=JobState.FAILED, is_current=None)
    agent = await staff(Role.SERVICE_AGENT)
    await aftersales.confirm(agent, await aftersales.live_case(order), remedy=Remedy.RESHIP)
    assert (await job_of(order)).state == JobState.OFFERED


async def test_goods_of_two_warehouses_leave_as_two_parcels_of_one_job(
    market: Market, customer: Viewer, rider: Viewer
) -> None:
    await make_region(market, modes=[DeliveryMode.COURIER])
    near, far = await make_product(stock={"SH": 5}), await make_product(stock={"HZ": 5})
    order = await make_paid(customer, {near: 1, far: 1}, way=BY_COURIER)
    await run(market)
    job = await on_the_way(rider, order)
    parcels = await couriers.parcels_of(job)
    assert [parcel.waybill for parcel in parcels] == [f"{job.number}-1", f"{job.number}-2"]
    await couriers.complete(rider, job.id, Given(name="林"))
    assert await state_of(order) == OrderState.DELIVERED


# ----------------------------------------------------------------------------------------------------------- positions


async def report(rider: Viewer, job: CourierJob, *, north: int = 0) -> CourierPosition:
    latitude, longitude = PEOPLES_SQUARE
    return await positions.report(rider, job.id, latitude_e6=latitude + north, longitude_e6=longitude)


async def test_nobody_learns_a_position_before_the_courier_has_set_out(
    api: Api, customer: Viewer, rider: Viewer, order: Order
) -> None:
    job = await job_of(order)
    await couriers.accept(rider, job.id)
    with pytest.raises(Refused, match="JOB_STATE"):
        await report(rider, job)
    assert (await shown(api, customer, order))["courierJob"]["position"] is None
    assert not await CourierPosition.exists()


async def test_the_customer_sees_where_the_courier_is(
    api: Api, customer: Viewer, rider: Viewer, staff: MakeStaff, order: Order
) -> None:
    job = await on_the_way(rider, order)
    given = {"jobId": public("CourierJob", job.id), "latitude": 31.23, "longitude": 121.47}
    told = (await api(REPORT, as_=rider, input=given))["courierPositionReport"]
    assert told["position"] == {"latitude": 31.23, "longitude": 121.47}
    assert (await shown(api, customer, order))["courierJob"]["position"] == told["position"]
    too_soon = (await api(REPORT, as_=rider, input=given))["courierPositionReport"]
    assert [(error["code"], error["retryable"]) for error in too_soon["userErrors"]] == [("TOO_MANY_REQUESTS", True)]
    off_the_earth = (await api(REPORT, as_=rider, input={**given, "latitude": 90.1}))["courierPositionReport"]
    assert [(error["code"], error["path"]) for error in off_the_earth["userErrors"]] == [("OUT_OF_RANGE", ["latitude"])]
    other = (await api(REPORT, as_=await staff(Role.RIDER), input=given))["courierPositionReport"]
    assert [error["code"] for error in other["userErrors"]] == ["NOT_FOUND"]


async def test_a_stream_of_positions_begins_with_the_newest_and_ends_when_it_has_arrived(
    market: Market, customer: Viewer, rider: Viewer, order: Order
) -> None:
    job = await on_the_way(rider, order)
    [parcel] = await couriers.parcels_of(job)
    await report(rider, job)
    clock.set_offset(clock.offset() + timedelta(seconds=5))
    await report(rider, job, north=10)
    stream = positions.of_parcel(customer, parcel.id, after=None)
    first = await anext(stream)
    assert (first.cursor, first.position.latitude_e6) == ("l.2", PEOPLES_SQUARE[0] + 10)
    following = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    clock.set_offset(clock.offset() + timedelta(seconds=5))
    await report(rider, job, north=20)
    assert (await asyncio.wait_for(following, 5)).cursor == "l.3"
    await couriers.complete(rider, job.id, Given(name="林"))
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(anext(stream), 10)


async def test_who_comes_back_gets_only_what_is_newer(customer: Viewer, rider: Viewer, order: Order) -> None:
    job = await on_the_way(rider, order)
    [parcel] = await couriers.parcels_of(job)
    for north in (0, 10):
        await report(rider, job, north=north)
        clock.set_offset(clock.offset() + timedelta(seconds=5))
    stream = positions.of_parcel(customer, parcel.id, after="l.1")
    assert (await anext(stream)).cursor == "l.2"
    for cursor in ("l.99999999999", "s.1", "l.x", ""):
        with pytest.raises(Refused, match="INVALID_CURSOR"):
            await anext(positions.of_parcel(customer, parcel.id, after=cursor))


async def test_a_stranger_sees_no_position(
    market: Market, customer: Viewer, other_customer: Viewer, rider: Viewer, order: Order
) -> None:
    job = await on_the_way(rider, order)
    [parcel] = await couriers.parcels_of(job)
    await report(rider, job)
    for stranger in (other_customer, Viewer(market=market), rider):
        with pytest.raises(Refused, match="NOT_FOUND"):
            await anext(positions.of_parcel(stranger, parcel.id, after=None))


async def test_the_second_try_is_watched_like_the_first(customer: Viewer, rider: Viewer, order: Order) -> None:
    first = await on_the_way(rider, order)
    await report(rider, first)
    await couriers.fail(rider, first.id, reason="Nobody at home.", refused=False)
    again = await on_the_way(rider, order)
    await report(rider, again, north=10)
    [parcel] = await couriers.parcels_of(again)
    for cursor in (None, "l.1"):
        seen = await anext(positions.of_parcel(customer, parcel.id, after=cursor))
        assert (seen.cursor, seen.position.latitude_e6) == ("l.2", PEOPLES_SQUARE[0] + 10)


async def test_positions_are_forgotten_after_a_day(market: Market, rider: Viewer, order: Order) -> None:
    await report(rider, await on_the_way(rider, order))
    await positions.forget_old(market)
    assert await CourierPosition.all().count() == 1
    clock.set_offset(clock.offset() + timedelta(hours=25))
    await positions.forget_old(market)
    assert not await CourierPosition.exists()


# ---------------------------------------------------------------------------------------------------------------- tips


async def brought(rider: Viewer, order: Order) -> CourierJob:
    return await couriers.complete(rider, (await on_the_way(rider, order)).id, Given(name="林"))


def tip(order: Order, *, amount: int = 500, key: str = "tip") -> dict[str, Any]:
    return {
        "orderId": public("Order", order.id),
        "amountMinorUnits": amount,
        "method": "SIMULATOR",
        "idempotencyKey": key,
    }


async def pay(market: Market, customer: Viewer) -> None:
    payment = await Payment.filter(purpose="TIP").order_by("-created_at").first()
    assert payment is not None
    await demo.simulate(customer, payment.id, Outcome.SUCCEED)
    await run(market)


async def test_a_tip_is_paid_once_shown_to_the_courier_and_not_the_orders_money(
    api: Api, market: Market, customer: Viewer, rider: Viewer, order: Order
) -> None:
    await brought(rider, order)
    for _ in range(2):  # the same key opens one attempt
        given = (await api(TIP, as_=customer, input=tip(order)))["courierTip"]
        assert given["payment"]["amount"] == {"minorUnits": 500}
    assert await Payment.filter(purpose="TIP").count() == 1
    before = await Order.get(id=order.id)
    await pay(market, customer)
    after = await Order.get(id=order.id)
    assert (after.captured, after.total) == (before.captured, before.total)
    [job] = (await api(JOBS, as_=rider))["courierJobs"]["nodes"]
    assert job["tip"] == {"minorUnits": 500}
    assert sum(entry.amount for entry in await Posting.filter(account="TIPS_PAYABLE")) == -500
    again = (await api(TIP, as_=customer, input=tip(order, key="other")))["courierTip"]
    assert [error["code"] for error in again["userErrors"]] == ["TIPPED_ALREADY"]
    kinds = [event.kind for event in await Event.filter(stream_id=order.id)]
    assert kinds.count("courier.tipped") == 1


async def test_of_two_tips_that_were_paid_at_once_one_goes_back(
    api: Api, market: Market, customer: Viewer, rider: Viewer, order: Order
) -> None:
    await brought(rider, order)
    for key in ("one", "two"):
        await api(TIP, as_=customer, input=tip(order, key=key))
    for payment in await Payment.filter(purpose="TIP").order_by("id"):
        await demo.simulate(customer, payment.id, Outcome.SUCCEED)
    await run(market)
    await later(market, minutes=5)
    paid = await Payment.filter(purpose="TIP", state=PaymentState.CAPTURED).order_by("captured_at", "id")
    assert [payment.refunded for payment in paid] == [0, 500]
    assert (await job_of(order)).tip == 500


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("too small", "OUT_OF_RANGE"),
        ("too large", "OUT_OF_RANGE"),
        ("too late", "TIP_TOO_LATE"),
        ("early", "NOBODY_TO_TIP"),
    ],
)
async def test_a_tip_has_its_limits(
    api: Api, market: Market, customer: Viewer, rider: Viewer, order: Order, kind: str, code: str
) -> None:
    if kind != "early":
        await brought(rider, order)
    if kind == "too late":
        clock.set_offset(clock.offset() + timedelta(days=market.policy.tip_days, minutes=1))
    amount = {"too small": market.policy.tip_min - 1, "too large": market.policy.tip_max + 1}.get(kind, 500)
    refused = (await api(TIP, as_=customer, input=tip(order, amount=amount)))["courierTip"]
    assert [error["code"] for error in refused["userErrors"]] == [code]
    assert not await Payment.exists(purpose="TIP")


async def test_nobody_tips_for_another(
    api: Api, customer: Viewer, other_customer: Viewer, staff: MakeStaff, rider: Viewer, order: Order
) -> None:
    await brought(rider, order)
    for viewer, code in ((other_customer, "NOT_FOUND"), (await staff(Role.ADMINISTRATOR), "FORBIDDEN")):
        refused = (await api(TIP, as_=viewer, input=tip(order)))["courierTip"]
        assert [error["code"] for error in refused["userErrors"]] == [code]


async def test_the_code_of_a_courier_order_is_for_the_buyer(market: Market, rider: Viewer, order: Order) -> None:
    assert (await delivery_of(order)).pickup_code is None
    await on_the_way(rider, order)
    assert (await delivery_of(order)).pickup_code is not None

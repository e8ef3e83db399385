"""What carriers tell the market unasked, at the door where they knock."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.carriers import pushes
from adapters.carriers.carrier import Scan
from adapters.carriers.kuaidi100.carrier import Kuaidi100Carrier
from adapters.carriers.kuaidi100.wire import Wire
from adapters.carriers.simulator import CarrierSimulator
from adapters.signatures import SIGNATURE, TIMESTAMP, signed_headers
from domain.access import Viewer, system
from domain.fulfillment import notices, tracking
from domain.market import Market
from kit import clock, tally
from models.customers import Role
from models.fulfillment import (
    CarrierCode,
    CarrierFault,
    CarrierNotice,
    NoticeState,
    Parcel,
    ParcelState,
    ScanKind,
    TrackingEvent,
)
from models.jobs import Timer
from models.orders import Order, OrderState
from models.outbox import ActorKind, Event
from settings import Settings
from tests.api import Api
from tests.carriers.kuaidi100_server import KEYS, Kuaidi100Server, Line, row, rows_of
from tests.factories.fulfillment import later, make_paid, public, run, scan_of, ship
from transport.doors import Doors

MakeStaff = Callable[..., Awaitable[Viewer]]
S = ParcelState
SECRET = "the carrier's own"
STEP = 4.0


class Shop:
    """A market with its door for carriers, and two carriers who use it."""

    def __init__(self, market: Market, settings: Settings) -> None:
        app = Starlette(routes=[])
        line = httpx.ASGITransport(app)
        self.simulator = CarrierSimulator(
            settings, secret=SECRET, push_url="http://shop.test/webhooks/carriers/simulator", transport=line
        )
        self.kuaidi100 = Kuaidi100Server()
        wire = Wire(
            KEYS,
            poll_url="https://poll.test",
            api_url="https://api.test",
            seconds=1,
            transport=Line(self.kuaidi100),
        )
        yto = Kuaidi100Carrier(CarrierCode.YTO, wire, push_url="http://shop.test/webhooks/carriers/yto")
        self.market = replace(market, carriers={"simulator": self.simulator, "yto": yto})
        doors = Doors(lambda: self.market, limits=settings.limits)
        self.is_open = True

        async def door(request: Request) -> Response:
            return await doors.carrier_webhook(request) if self.is_open else Response(status_code=503)

        app.router.routes.append(Route("/webhooks/carriers/{carrier}", door, methods=["POST"]))
        self.client = httpx.AsyncClient(transport=line, base_url="http://shop.test")

    async def knock(self, carrier: str, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.client.post(f"/webhooks/carriers/{carrier}", content=body, headers=headers or {})

    async def push(self, *scans: Scan, waybill: str = "", goes_on: bool = True) -> httpx.Response:
        body = pushes.write(waybill or scans[0].waybill, scans, goes_on=goes_on)
        return await self.knock("simulator", body, signed_headers(body, secret=SECRET, now=clock.machine()))


@pytest.fixture
async def shop(market: Market, settings: Settings) -> AsyncIterator[Shop]:
    open_shop = Shop(market, settings)
    yield open_shop
    await open_shop.client.aclose()
    await open_shop.simulator.close()


@pytest.fixture
async def picker(staff: MakeStaff, shop: Shop) -> Viewer:
    return (await staff(Role.WAREHOUSE_PICKER)).but(market=shop.market)


@pytest.fixture
async def order(customer: Viewer) -> Order:
    return await make_paid(customer)


async def events_of(order: Order) -> list[Event]:
    return await Event.filter(stream_id=order.id).order_by("sequence")


# ------------------------------------------------------------------------------------------------------- the door


async def test_what_a_carrier_pushes_moves_the_parcel(shop: Shop, order: Order, picker: Viewer) -> None:
    [parcel] = await ship(picker, order)
    answer = await shop.push(scan_of(parcel, S.IN_TRANSIT), scan_of(parcel, S.DELIVERED, minutes=1))
    assert (answer.status_code, answer.content) == (204, b"")
    parcel = await Parcel.get(id=parcel.id)
    assert (parcel.state, parcel.is_pushed) == (S.DELIVERED, True)
    assert (await Order.get(id=order.id)).state == OrderState.DELIVERED
    told = (await events_of(order))[-1]
    assert told.actor_kind in (ActorKind.PROVIDER, ActorKind.SYSTEM)
    assert (await CarrierNotice.get()).state == NoticeState.APPLIED


async def test_the_same_push_counts_once_and_is_answered_each_time(shop: Shop, order: Order, picker: Viewer) -> None:
    [parcel] = await ship(picker, order)
    answers = [await shop.push(scan_of(parcel, S.IN_TRANSIT)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [204, 204, 204]
    assert await TrackingEvent.all().count() == 1
    assert await CarrierNotice.all().count() == 1


async def test_the_same_push_many_times_at_once_counts_once(shop: Shop, order: Order, picker: Viewer) -> None:
    [parcel] = await ship(picker, order)
    answers = await asyncio.gather(*(shop.push(scan_of(parcel, S.DELIVERED)) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {204}
    assert await TrackingEvent.all().count() == 1
    assert await CarrierNotice.all().count() == 1
    assert [event.kind for event in await events_of(order)].count("order.delivered") == 1


async def test_what_came_too_early_is_applied_when_its_parcel_is_there(
    shop: Shop, order: Order, picker: Viewer
) -> None:
    early = Parcel(carrier=CarrierCode.SIMULATOR, waybill="JS77777777", shipped_at=clock.now())
    assert (await shop.push(scan_of(early, S.IN_TRANSIT, scan_id="early"))).status_code == 204
    assert (await CarrierNotice.get()).state == NoticeState.WAITING
    await later(shop.market, seconds=10)
    assert (await CarrierNotice.get()).state == NoticeState.WAITING

    [parcel] = await ship(picker, order, waybill="JS77777777")
    assert (await Parcel.get(id=parcel.id)).state == S.SHIPPED
    await later(shop.market, minutes=1)
    assert (await CarrierNotice.get()).state == NoticeState.APPLIED
    assert await TrackingEvent.filter(parcel_id=parcel.id, scan_id="early").count() == 1
    assert (await Parcel.get(id=parcel.id)).is_pushed


async def test_somebody_elses_waybill_is_given_up_after_a_week(shop: Shop) -> None:
    stranger = Parcel(carrier=CarrierCode.SIMULATOR, waybill="JS88888888", shipped_at=clock.now())
    await shop.push(scan_of(stranger, S.IN_TRANSIT))
    notice = await CarrierNotice.get()
    for _ in range(16):
        await later(shop.market, days=1)
    assert (await Timer.get(kind="carrier.notice", subject_id=notice.id)).done_at is not None
    assert (await CarrierNotice.get()).state == NoticeState.WAITING


async def test_what_nobody_repeats_any_more_is_forgotten(shop: Shop, order: Order, picker: Viewer) -> None:
    [parcel] = await ship(picker, order)
    await shop.push(scan_of(parcel, S.IN_TRANSIT))
    await notices.forget_old()
    assert await CarrierNotice.all().count() == 1
    clock.set_offset(clock.offset() + timedelta(days=31))
    await notices.forget_old()
    assert await CarrierNotice.all().count() == 0


async def test_what_is_not_signed_changes_nothing(shop: Shop, order: Order, picker: Viewer) -> None:
    [parcel] = await ship(picker, order)
    body = pushes.write(parcel.waybill, [scan_of(parcel, S.DELIVERED)], goes_on=True)
    good = signed_headers(body, secret=SECRET, now=clock.machine())
    wrong: tuple[dict[str, str], ...] = (
        {},
        signed_headers(body, secret="another", now=clock.machine()),
        signed_headers(body, secret=SECRET, now=clock.machine() - timedelta(minutes=6)),
        signed_headers(body, secret=SECRET, now=clock.machine() + timedelta(minutes=6)),
        {**good, TIMESTAMP: str(int(good[TIMESTAMP]) + 1)},
        {**good, SIGNATURE: ""},
    )
    for headers in wrong:
        answer = await shop.knock("simulator", body, headers)
        assert (answer.status_code, answer.json()) == (401, {"code": "BAD_SIGNATURE"})
    assert (await Parcel.get(id=parcel.id)).state == S.SHIPPED
    assert await CarrierNotice.all().count() == 0
    assert (await shop.knock("simulator", body, good)).status_code == 204


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'{"waybill": "JS", "scans": 1}', b'{"waybill": 1, "scans": []}', b'{"scans": [1]}', b"\xff"],
)
async def test_signed_nonsense_is_refused(shop: Shop, body: bytes) -> None:
    answer = await shop.knock("simulator", body, signed_headers(body, secret=SECRET, now=clock.machine()))
    assert (answer.status_code, answer.json()) == (400, {"code": "MALFORMED_NOTICE"})
    assert await CarrierNotice.all().count() == 0


async def test_a_carrier_that_we_do_not_speak_to_is_not_there(shop: Shop) -> None:
    for carrier in ("jd", "nobody", "own"):
        assert (await shop.knock(carrier, b"{}")).status_code == 404


async def test_nobody_has_so_much_to_say(shop: Shop, settings: Settings) -> None:
    assert (await shop.knock("simulator", b" " * (settings.limits.body_bytes + 1))).status_code == 413


async def test_kuaidi100_reads_its_own_answer(shop: Shop, order: Order, picker: Viewer) -> None:
    [parcel] = await ship(picker, order, carrier=CarrierCode.YTO, waybill="YT1234567890")
    shop.kuaidi100.tracks["YT1234567890"] = rows_of(["103", "1002", "5", "501"])
    answer = await shop.knock("yto", shop.kuaidi100.push("yuantong", "YT1234567890"))
    assert (answer.status_code, answer.json()) == (200, {"result": True, "returnCode": "200", "message": "成功"})
    assert answer.headers["content-type"] == "application/json"
    parcel = await Parcel.get(id=parcel.id)
    assert (parcel.state, parcel.is_pushed) == (S.AT_PICKUP_POINT, True)
    shop.kuaidi100.tracks["YT1234567890"] = rows_of(["103", "1002", "5", "501", "304"])
    await shop.knock("yto", shop.kuaidi100.push("yuantong", "YT1234567890", status="shutdown"))
    assert (await Order.get(id=order.id)).state == OrderState.DELIVERED
    assert await TrackingEvent.filter(parcel_id=parcel.id).count() == 5


async def test_what_is_pushed_and_asked_for_counts_once(shop: Shop, order: Order, picker: Viewer) -> None:
    [parcel] = await ship(picker, order, carrier=CarrierCode.YTO, waybill="YT1234567890")
    shop.kuaidi100.tracks["YT1234567890"] = rows_of(["103", "1002"])
    await shop.knock("yto", shop.kuaidi100.push("yuantong", "YT1234567890"))
    await later(shop.market, hours=1)
    assert "query" in shop.kuaidi100.asked
    assert await TrackingEvent.filter(parcel_id=parcel.id).count() == 2


async def test_that_the_carrier_gave_the_order_up_is_seen_on_the_parcel(
    api: Api, shop: Shop, customer: Viewer, picker: Viewer, order: Order
) -> None:
    [parcel] = await ship(picker, order, carrier=CarrierCode.YTO, waybill="YT1234567890")
    shop.kuaidi100.tracks["YT1234567890"] = [row("210", "2024-11-20 12:00:00", "寄件人申请撤销")]
    await shop.knock("yto", shop.kuaidi100.push("yuantong", "YT1234567890"))
    document = "query ($id: ID!) { parcel(id: $id) { state carrierCanceledAt tracking { kind state } } }"
    seen = (await api(document, as_=customer, id=public("Parcel", parcel.id)))["parcel"]
    assert seen == {
        "state": "SHIPPED",
        "carrierCanceledAt": "2024-11-20T04:00:00+00:00",
        "tracking": [{"kind": "CANCELED", "state": "SHIPPED"}],
    }


# -------------------------------------------------------------------------------------------- asking, when it is told


async def test_a_carrier_that_tells_us_by_itself_is_asked_rarely(shop: Shop, order: Order, picker: Viewer) -> None:
    [parcel] = await ship(picker, order)
    adapter = shop.simulator
    now = clock.now()
    assert tracking.next_pause(adapter, parcel, now=parcel.shipped_at) == adapter.pause
    assert tracking.next_pause(adapter, parcel, now=now + timedelta(seconds=40)) > adapter.pause
    assert tracking.next_pause(adapter, parcel, now=now + timedelta(days=3)) == adapter.longest_pause
    await shop.push(scan_of(parcel, S.IN_TRANSIT))
    parcel = await Parcel.get(id=parcel.id)
    assert tracking.next_pause(adapter, parcel, now=clock.now()) == adapter.longest_pause
    await shop.push(scan_of(parcel, S.IN_TRANSIT, scan_id="last"), goes_on=False)
    parcel = await Parcel.get(id=parcel.id)
    assert tracking.next_pause(adapter, parcel, now=clock.now()) == adapter.pause


async def test_questions_and_repetitions_without_news_cost_few_statements(
    shop: Shop, order: Order, picker: Viewer
) -> None:
    [parcel] = await ship(picker, order)
    await shop.push(scan_of(parcel, S.IN_TRANSIT))
    scans = await shop.simulator.track(waybill=parcel.waybill, now=clock.now())
    await tracking.take_scans(system(shop.market), "simulator", parcel.waybill, scans)

    async def cost(work: Awaitable[object]) -> int:
        counted = tally.begin()
        await work
        return counted.statements

    viewer = system(shop.market, as_provider=True)
    assert await cost(tracking.ask_carrier(viewer, parcel.id)) <= 4  # parcel, its carrier's own row, known scans, timer
    assert await cost(tracking.take_scans(viewer, "simulator", parcel.waybill, scans)) == 2
    assert await cost(shop.push(scan_of(parcel, S.IN_TRANSIT))) == 1


async def test_a_new_estimate_is_seen_on_the_parcel(shop: Shop, order: Order, picker: Viewer) -> None:
    [parcel] = await ship(picker, order)
    later_day = parcel.shipped_at + timedelta(days=3)
    await shop.push(replace(scan_of(parcel, S.IN_TRANSIT), kind=ScanKind.DELAYED, estimated_at=later_day))
    parcel = await Parcel.get(id=parcel.id)
    assert parcel.estimated_at == later_day
    assert (await events_of(order))[-1].data["estimated_at"] == later_day.isoformat()


# --------------------------------------------------------------------------------------------- the simulator's faults

SIMULATE = """mutation ($input: CarrierSimulateInput!) {
  carrierSimulate(input: $input) { parcel { id } userErrors { code path } }
}"""


async def simulate(api: Api, viewer: Viewer, parcel: Parcel, fault: str, *, reports: bool = False) -> list[object]:
    asked = {"parcelId": public("Parcel", parcel.id), "fault": fault, "reports": reports}
    errors: list[object] = (await api(SIMULATE, as_=viewer, input=asked))["carrierSimulate"]["userErrors"]
    return errors


@pytest.mark.parametrize(
    ("fault", "end"),
    [
        (CarrierFault.NONE, S.DELIVERED),
        (CarrierFault.DELAY, S.DELIVERED),
        (CarrierFault.LOSS, S.LOST),
        (CarrierFault.DAMAGE, S.RETURNED),
        (CarrierFault.REFUSAL, S.RETURNED),
        (CarrierFault.FAILED_ATTEMPT, S.DELIVERED),
        (CarrierFault.SILENCE, S.IN_TRANSIT),
        (CarrierFault.WRONG_ORDER, S.DELIVERED),
        (CarrierFault.DUPLICATES, S.DELIVERED),
    ],
)
@pytest.mark.parametrize("reports", [False, True])
async def test_a_parcel_ends_as_it_was_asked_to(
    api: Api, shop: Shop, order: Order, picker: Viewer, fault: CarrierFault, end: ParcelState, reports: bool
) -> None:
    [parcel] = await ship(picker, order)
    assert await simulate(api, picker, parcel, fault.value, reports=reports) == []
    for _ in range(30):
        await later(shop.market, seconds=STEP)
    parcel = await Parcel.get(id=parcel.id)
    assert parcel.state == end
    assert (await Order.get(id=order.id)).state == (OrderState.DELIVERED if end == S.DELIVERED else OrderState.SHIPPED)
    scans = await TrackingEvent.filter(parcel_id=parcel.id).order_by("occurred_at")
    assert len({scan.scan_id for scan in scans}) == len(scans)
    assert (await CarrierNotice.all().count() > 0) == reports


async def test_what_it_could_not_report_is_reported_later(api: Api, shop: Shop, order: Order, picker: Viewer) -> None:
    [parcel] = await ship(picker, order)
    shop.is_open = False
    await simulate(api, picker, parcel, "NONE", reports=True)
    await run(shop.market)
    assert await CarrierNotice.all().count() == 0
    shop.is_open = True
    await later(shop.market, seconds=2)
    assert await CarrierNotice.all().count() == 1


async def test_only_a_simulated_parcel_can_be_asked_to_fail(
    api: Api, shop: Shop, order: Order, picker: Viewer, customer: Viewer, staff: MakeStaff, visitor: Viewer
) -> None:
    [parcel] = await ship(picker, order, carrier=CarrierCode.OWN_COURIER, waybill="OWN000001")
    assert await simulate(api, picker, parcel, "LOSS") == [{"code": "NOT_SIMULATED", "path": ["parcelId"]}]
    for viewer, code in (
        (customer, "FORBIDDEN"),
        (visitor, "UNAUTHENTICATED"),
        (await staff(Role.CATALOG_MANAGER), "FORBIDDEN"),
    ):
        assert await simulate(api, viewer, parcel, "LOSS") == [{"code": code, "path": None}]


async def test_a_market_for_real_customers_plays_no_games(
    api: Api, shop: Shop, order: Order, picker: Viewer, settings: Settings
) -> None:
    [parcel] = await ship(picker, order)
    serious = replace(shop.market, policy=settings.model_copy(update={"demo": False}))
    assert await simulate(api, picker.but(market=serious), parcel, "LOSS") == [{"code": "DEMO_ONLY", "path": None}]

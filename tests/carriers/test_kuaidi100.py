"""What is peculiar to Kuaidi100, beyond the contract that every carrier keeps."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from adapters.carriers.carrier import CarrierError, CarrierRefused, Place, WaybillRefused
from adapters.carriers.kuaidi100 import codes
from adapters.carriers.kuaidi100.carrier import Kuaidi100Carrier
from adapters.carriers.kuaidi100.wire import Keys, Wire, signature
from models.fulfillment import CarrierCode, ParcelState, ScanKind
from server import connected_carriers
from settings import Settings
from tests.carriers.benches import CHENGDU, PUSH_URL, SHANGHAI
from tests.carriers.kuaidi100_server import KEYS, Kuaidi100Server, Line, row, rows_of

S, K = ParcelState, ScanKind
NOON = datetime(2024, 11, 20, 4, 0, tzinfo=UTC)


def carrier_of(
    server: Kuaidi100Server, code: CarrierCode = CarrierCode.YTO, *, keys: Keys = KEYS, push_url: str = PUSH_URL
) -> Kuaidi100Carrier:
    wire = Wire(keys, poll_url="https://poll.test/", api_url="https://api.test/", seconds=1, transport=Line(server))
    return Kuaidi100Carrier(code, wire, push_url=push_url)


async def book(carrier: Kuaidi100Carrier, *, receiver: Place = CHENGDU, waybill: str | None = None) -> str:
    booking = await carrier.book(
        request_key="k" * 64, waybill=waybill, sender=SHANGHAI, receiver=receiver, weight_grams=1500, now=NOON
    )
    return booking.waybill


@pytest.fixture
def server() -> Kuaidi100Server:
    return Kuaidi100Server()


def test_everything_is_signed_with_md5_in_capitals() -> None:
    # The example of the documents: param, then key, then customer, with nothing between them.
    assert signature("a", "b", "c") == "900150983CD24FB0D6963F7D28E17F72"


@pytest.mark.parametrize(
    ("code", "state", "kind"),
    [
        ("103", S.SHIPPED, K.MOVE),
        ("0", S.IN_TRANSIT, K.MOVE),
        ("1001", S.IN_TRANSIT, K.MOVE),
        ("5", S.OUT_FOR_DELIVERY, K.MOVE),
        ("501", S.AT_PICKUP_POINT, K.MOVE),
        ("301", S.DELIVERED, K.MOVE),
        ("304", S.DELIVERED, K.MOVE),
        ("14", S.REFUSED, K.MOVE),
        ("203", S.REFUSED, K.MOVE),
        ("209", S.DAMAGED, K.MOVE),
        ("6", S.RETURNING, K.MOVE),
        ("4", S.RETURNED, K.MOVE),
        ("206", None, K.ATTEMPT_FAILED),
        ("208", None, K.DELAYED),
        ("210", None, K.CANCELED),
        ("101", None, K.NOTE),
        ("2", None, K.NOTE),
        ("987", None, K.NOTE),
    ],
)
async def test_its_words_mean_something_here(
    server: Kuaidi100Server, code: str, state: ParcelState | None, kind: ScanKind
) -> None:
    server.tracks["YT1234567890"] = [row(code, "2024-11-20 12:00:00", "到了")]
    [scan] = await carrier_of(server).track(waybill="YT1234567890", now=NOON)
    assert (scan.state, scan.kind) == (state, kind)


async def test_its_clock_is_that_of_china(server: Kuaidi100Server) -> None:
    server.tracks["YT1234567890"] = [row("5", "2024-11-20 12:00:00", "【成都市】派件中")]
    [scan] = await carrier_of(server).track(waybill="YT1234567890", now=NOON)
    assert scan.occurred_at == NOON
    assert scan.place == {"zh-CN": "四川成都市双流区"}
    assert scan.description == {"zh-CN": "【成都市】派件中"}
    assert codes.wall_clock(NOON) == "2024-11-20 12:00:00"


async def test_a_track_without_codes_is_read_by_its_names(server: Kuaidi100Server) -> None:
    server.tracks["YT1234567890"] = [
        {
            "ftime": "2024-11-20 12:00:00",
            "time": "2024-11-20 12:00:00",
            "context": "已签收",
            "status": "签收",
            "statusCode": "",
        }
    ]
    [scan] = await carrier_of(server).track(waybill="YT1234567890", now=NOON)
    assert scan.state == S.DELIVERED


async def test_signs_that_nobody_can_read_are_left_out(server: Kuaidi100Server) -> None:
    server.tracks["YT1234567890"] = [row("5", "2024-11-20 12:00:00", "派件\x00中\u202e\n", place="\x00")]
    [scan] = await carrier_of(server).track(waybill="YT1234567890", now=NOON)
    assert (scan.description, scan.place) == ({"zh-CN": "派件中"}, {})


async def test_sf_tells_only_those_who_know_the_recipients_phone(server: Kuaidi100Server) -> None:
    sf, yto = carrier_of(server, CarrierCode.SF_EXPRESS), carrier_of(server)
    assert (sf.needs_phone, yto.needs_phone) == (True, False)
    server.tracks["SF1234567890"] = rows_of(["103"])
    server.phones["SF1234567890"] = "13900139000"
    assert len(await sf.track(waybill="SF1234567890", now=NOON, phone=CHENGDU.phone)) == 1
    with pytest.raises(CarrierRefused, match="408"):
        await sf.track(waybill="SF1234567890", now=NOON, phone="+8613900139111")


async def test_what_it_orders_is_complete_and_followed(server: Kuaidi100Server) -> None:
    waybill = await book(carrier_of(server))
    assert server.followed[waybill] == {"url": PUSH_URL, "salt": KEYS.salt}
    [number] = server.orders
    assert number == signature("k" * 64)
    assert len(server.moments[0]) == 13


async def test_where_the_world_cannot_reach_us_nothing_is_followed(server: Kuaidi100Server) -> None:
    waybill = await book(carrier_of(server, push_url=""))
    assert waybill
    assert server.followed == {}
    assert await book(carrier_of(server, push_url=""), waybill="YT1234567890") == "YT1234567890"
    assert server.followed == {}


async def test_an_address_that_a_courier_could_not_find_is_not_ordered(server: Kuaidi100Server) -> None:
    with pytest.raises(CarrierRefused, match="receiver"):
        await book(carrier_of(server), receiver=Place("四川省", "成都市"))
    assert server.asked == []


async def test_a_waybill_that_is_too_long_is_refused(server: Kuaidi100Server) -> None:
    with pytest.raises(WaybillRefused):
        await book(carrier_of(server), waybill="Y" * 33)


@pytest.mark.parametrize("keys", [Keys("CUSTOMER0001", "wrong", "secret-of-the-merchant", "s" * 32)])
async def test_with_a_wrong_key_it_says_no_for_good(server: Kuaidi100Server, keys: Keys) -> None:
    carrier = carrier_of(server, keys=keys)
    with pytest.raises(CarrierRefused, match="600"):
        await book(carrier)
    with pytest.raises(CarrierRefused, match="503"):
        await carrier.track(waybill="YT1234567890", now=NOON)
    with pytest.raises(CarrierRefused, match="600"):
        await book(carrier, waybill="YT1234567890")


async def test_with_a_wrong_secret_nothing_is_ordered(server: Kuaidi100Server) -> None:
    carrier = carrier_of(server, keys=Keys(KEYS.customer, KEYS.key, "wrong", KEYS.salt))
    with pytest.raises(CarrierRefused, match="503"):
        await book(carrier)
    assert server.orders == {}


async def test_a_price_is_in_fen_and_the_days_are_asked_for_as_well(server: Kuaidi100Server) -> None:
    quote = await carrier_of(server).quote(sender=SHANGHAI, receiver=CHENGDU, weight_grams=1500, now=NOON)
    assert (quote.fee, quote.currency, quote.fastest_days, quote.slowest_days) == (900, "CNY", 2, 2)


async def test_ten_kilograms_are_written_as_people_do(server: Kuaidi100Server) -> None:
    quote = await carrier_of(server).quote(sender=SHANGHAI, receiver=CHENGDU, weight_grams=10_000, now=NOON)
    assert quote.fee == 2600


async def test_when_it_ends_watching_a_parcel_it_says_so(server: Kuaidi100Server) -> None:
    carrier = carrier_of(server)
    for status, goes_on in (("polling", True), ("updateall", True), ("abort", False), ("shutdown", False)):
        push = carrier.read_push(body=server.push("yuantong", "YT1234567890", status=status), headers={})
        assert (push.waybill, push.goes_on, push.scans) == ("YT1234567890", goes_on, ())


async def test_another_carriers_parcel_is_not_taken(server: Kuaidi100Server) -> None:
    with pytest.raises(ValueError, match="another"):
        carrier_of(server).read_push(body=server.push("jd", "JD1234567890"), headers={})


async def test_that_an_order_was_given_up_is_a_scan_that_moves_nothing(server: Kuaidi100Server) -> None:
    carrier = carrier_of(server)
    await book(carrier)
    [order] = server.orders.values()
    push = carrier.read_push(body=server.order_push(order, "99"), headers={})
    assert [(scan.state, scan.kind) for scan in push.scans] == [(None, K.CANCELED)]
    assert (push.waybill, push.goes_on) == (order.waybill, None)
    assert carrier.read_push(body=server.order_push(order, "10"), headers={}).scans == ()


@pytest.mark.parametrize(
    "param",
    [[], {}, {"lastResult": {}}, {"lastResult": {"nu": "YT1", "com": "yuantong", "data": [{"ftime": "yesterday"}]}}],
)
async def test_signed_nonsense_is_no_push(server: Kuaidi100Server, param: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # each nonsense has words of its own
        carrier_of(server).read_push(body=server.form(param), headers={})  # type: ignore[arg-type]  # nonsense


async def test_it_reads_that_we_have_it_in_its_own_words(server: Kuaidi100Server) -> None:
    taken, missed = carrier_of(server).answer_push(taken=True), carrier_of(server).answer_push(taken=False)
    assert (taken.status, json.loads(taken.body)) == (200, {"result": True, "returnCode": "200", "message": "成功"})
    assert json.loads(missed.body)["result"] is False


async def test_a_track_that_makes_no_sense_is_an_error(server: Kuaidi100Server) -> None:
    server.tracks["YT1234567890"] = [row("5", "in the afternoon", "派件中")]
    with pytest.raises(CarrierError):
        await carrier_of(server).track(waybill="YT1234567890", now=NOON)


async def test_pushes_are_forms_with_a_sign_and_a_param(server: Kuaidi100Server) -> None:
    form = parse_qs(server.push("yuantong", "YT1234567890").decode())
    assert form["sign"] == [signature(form["param"][0], KEYS.salt)]


# ------------------------------------------------------------------------------------------------------- connecting

GIVEN = {"kuaidi100_customer": "c", "kuaidi100_key": "k", "kuaidi100_secret": "s"}


def settings_with(**given: object) -> Settings:
    return Settings(_env_file=None, secret_keys=("test-secret",), **given)  # type: ignore[arg-type]  # names of settings


def test_without_its_keys_carriers_are_off() -> None:
    assert list(connected_carriers(settings_with())) == ["simulator"]
    for missing in GIVEN:
        assert list(connected_carriers(settings_with(**{**GIVEN, missing: ""}))) == ["simulator"]


def test_with_its_keys_the_named_carriers_are_on() -> None:
    assert set(connected_carriers(settings_with(**GIVEN))) == {"simulator", "sf", "jd", "zto", "yto", "ems"}
    assert set(connected_carriers(settings_with(**GIVEN, kuaidi100_carriers="sf,zto"))) == {"simulator", "sf", "zto"}

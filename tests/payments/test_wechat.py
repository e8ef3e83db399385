"""What is peculiar to WeChat Pay, beyond the contract that every provider keeps."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from adapters.bus import InProcessBus
from adapters.payments import rsa
from adapters.payments.provider import BadSignature, NoticeKind, ProviderError, Way
from adapters.payments.wechat.keys import merchant
from kit import clock
from models.payments import PaymentScene
from server import payment_providers
from settings import Settings
from tests.payments.providers import wechat_server
from tests.payments.providers.benches import Told, WechatBench
from tests.payments.providers.lines import key_named, private_pem, public_pem
from tests.payments.providers.wechat_server import API_KEY, APP_ID, NUMBER, SERIAL, certificate

KEY = "P0123456789AB"


@pytest.fixture
def bench() -> WechatBench:
    return WechatBench()


async def paid(bench: WechatBench, *, scene: PaymentScene = PaymentScene.QR_CODE, return_url: str = "") -> str:
    now = clock.now()
    charge = await bench.provider.open_charge(
        request_key=KEY,
        amount=2600,
        currency="CNY",
        title="JS-1",
        return_url=return_url,
        notify_url="https://shop.example/webhooks/wechat",
        now=now,
        expires_at=now + timedelta(minutes=30),
        way=Way(scene, payer_id="openid", address="192.0.2.1"),
    )
    bench.server.pay(KEY)
    return charge.pay_url or charge.pay_code


async def verify(bench: WechatBench, told: Told) -> object:
    body, headers = told
    return await bench.provider.verify(body=body, headers={name.lower(): value for name, value in headers.items()})


def test_a_request_is_signed_as_in_the_documents() -> None:
    ours = merchant(
        number=NUMBER, app_id=APP_ID, api_key=API_KEY, serial=SERIAL, private_key=private_pem("wechat merchant")
    )
    header = ours.authorization("GET", "/v3/x?a=1", "", nonce="n" * 32, now=datetime(2024, 11, 20, tzinfo=UTC))
    scheme, _, rest = header.partition(" ")
    fields = dict(part.split("=", 1) for part in rest.split(","))
    assert scheme == "WECHATPAY2-SHA256-RSA2048"
    message = f"GET\n/v3/x?a=1\n1732060800\n{'n' * 32}\n\n".encode()
    assert rsa.is_signed(key_named("wechat merchant").public_key(), message, fields["signature"].strip('"'))


async def test_certificates_are_fetched_once_and_again_when_an_unknown_serial_signs(bench: WechatBench) -> None:
    await paid(bench)
    await verify(bench, bench.server.callback(KEY))
    assert bench.server.fetched == 1
    bench.server.certificates.append(certificate("wechat platform, the next"))
    bench.wire._learn_from = clock.machine()  # a minute has gone by
    assert await verify(bench, bench.server.callback(KEY)) is not None
    assert bench.server.fetched == 2


async def test_forged_serials_do_not_have_certificates_fetched_again_and_again(bench: WechatBench) -> None:
    await paid(bench)
    body, headers = bench.server.callback(KEY)
    for serial in ("ABCDEF", "123456", "é", "PUB_KEY_ID_0"):
        with pytest.raises(BadSignature):
            await verify(bench, (body, {**headers, "Wechatpay-Serial": serial}))
    assert bench.server.fetched == 1


async def test_a_callback_before_the_keys_could_be_fetched_is_to_come_again(bench: WechatBench) -> None:
    await paid(bench)
    fresh = WechatBench()
    fresh.server = bench.server
    fresh.line.cut = 1
    with pytest.raises(ProviderError):
        await verify(fresh, bench.server.callback(KEY))


async def test_certificates_that_somebody_else_sealed_or_signed_are_not_believed(bench: WechatBench) -> None:
    bench.disturb(forged=1)
    with pytest.raises(ProviderError):
        await paid(bench)
    other = WechatBench()
    other.server.certificates = [certificate("wechat platform", days=-1)]  # its time is over
    with pytest.raises(ProviderError):
        await paid(other)


async def test_with_a_public_key_set_by_hand_nothing_is_fetched() -> None:
    bench = WechatBench(by_public_key=True)
    await paid(bench)
    assert await verify(bench, bench.server.callback(KEY)) is not None
    assert bench.server.fetched == 0
    bench.server.answers_by_public_key = False  # while a merchant changes over, certificates sign as well
    assert await verify(bench, bench.server.callback(KEY)) is not None
    assert bench.server.fetched == 1


async def test_what_is_sealed_with_another_key_or_for_another_merchant_is_no_notice(bench: WechatBench) -> None:
    await paid(bench)
    with pytest.raises(ValueError, match="resource of ours"):
        await verify(bench, bench.server.callback(KEY, mchid="1900000002"))
    for resource in (wechat_server.seal(b"{}", words="x", api_key="o" * 32), {"algorithm": "none"}, {}, None):
        body = json.dumps({"id": "EV-1", "event_type": "TRANSACTION.SUCCESS", "resource": resource}).encode()
        with pytest.raises(ValueError):  # noqa: PT011  # each nonsense has words of its own
            await verify(bench, (body, bench.server.signed(body)))


@pytest.mark.parametrize(
    "changes", [{"amount": {}}, {"amount": {"total": "1"}}, {"success_time": "now"}, {"amount": 1}]
)
async def test_signed_nonsense_is_no_notice(bench: WechatBench, changes: dict[str, object]) -> None:
    await paid(bench)
    with pytest.raises(ValueError):  # noqa: PT011  # each nonsense has words of its own
        await verify(bench, bench.server.callback(KEY, **changes))


async def test_a_closed_order_is_nothing_to_us(bench: WechatBench) -> None:
    await paid(bench)
    assert await verify(bench, bench.server.callback(KEY, trade_state="CLOSED")) is None


async def test_an_abnormal_refund_waits_for_somebody_at_the_merchant_platform(bench: WechatBench) -> None:
    """Asking anew under another number could give the money back twice."""
    await paid(bench)
    bench.server.abnormal = True
    provider = bench.provider
    reference = await provider.refund(
        request_key="R1",
        charge_reference=bench.server.orders[KEY].transaction_id,
        charge_amount=2600,
        amount=1000,
        currency="CNY",
        notify_url="https://shop.example/webhooks/wechat",
        now=clock.now(),
    )
    assert await verify(bench, bench.server.refund_callback("R1")) is None
    asked = {"request_key": "R1", "reference": reference, "charge_reference": "", "now": clock.now()}
    assert await provider.find_refund(**asked) is None  # type: ignore[arg-type]  # names of its arguments
    bench.server.orders[KEY].refunds["R1"]["status"] = "CLOSED"
    notice = await provider.find_refund(**asked)  # type: ignore[arg-type]  # names of its arguments
    assert notice is not None
    assert (notice.kind, notice.failure) == (NoticeKind.REFUND_FAILED, "CLOSED")


async def test_what_a_mini_program_hands_over_is_signed_by_us(bench: WechatBench) -> None:
    given = json.loads(await paid(bench, scene=PaymentScene.IN_APP))
    message = f"{APP_ID}\n{given['timeStamp']}\n{given['nonceStr']}\n{given['package']}\n".encode()
    assert rsa.is_signed(key_named("wechat merchant").public_key(), message, given["paySign"])
    assert (given["appId"], given["signType"]) == (APP_ID, "RSA")


async def test_an_h5_page_leads_back(bench: WechatBench) -> None:
    url = await paid(bench, scene=PaymentScene.BROWSER, return_url="https://a.example/?b=1")
    assert url.endswith("&redirect_url=https%3A%2F%2Fa.example%2F%3Fb%3D1")


async def test_a_market_whose_clock_was_moved_still_speaks_by_the_machines(bench: WechatBench) -> None:
    clock.set_offset(timedelta(days=30))
    await paid(bench)
    until = datetime.fromisoformat(bench.server.orders[KEY].asked["time_expire"])
    assert until - clock.machine() <= timedelta(minutes=30)
    assert await verify(bench, bench.server.callback(KEY)) is not None


# ------------------------------------------------------------------------------------------------------- connecting

GIVEN = {
    "public_url": "https://shop.example",
    "wechat_merchant": NUMBER,
    "wechat_app_id": APP_ID,
    "wechat_api_key": API_KEY,
    "wechat_serial": SERIAL,
}


def codes(**given: object) -> set[str]:
    settings = Settings(_env_file=None, secret_keys=("test-secret",), **given)  # type: ignore[arg-type]  # names of settings
    return set(payment_providers(settings, InProcessBus()))


def test_with_its_keys_it_is_on_and_without_a_public_https_address_it_is_off() -> None:
    given = {**GIVEN, "wechat_private_key": private_pem("wechat merchant").replace("\n", "\\n")}
    assert codes(**given) == {"simulator", "external", "wechat"}
    by_key = {"wechat_public_key_id": "PUB_KEY_ID_01", "wechat_public_key": public_pem("wechat public key")}
    assert "wechat" in codes(**given, **by_key)
    assert codes() == codes(**{**given, "public_url": "http://shop.example"}) == {"simulator", "external"}
    assert "wechat" not in codes(**given, currency="USD")


def test_keys_that_cannot_be_right_keep_the_market_shut() -> None:
    good = private_pem("wechat merchant")
    for wrong in ({"wechat_private_key": "no key"}, {"wechat_private_key": good, "wechat_api_key": "short"}):
        with pytest.raises(ValueError):  # noqa: PT011  # each has words of its own
            codes(**{**GIVEN, **wrong})

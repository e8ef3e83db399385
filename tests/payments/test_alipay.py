"""What is peculiar to Alipay, beyond the contract that every provider keeps."""

import base64
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from adapters.bus import InProcessBus
from adapters.payments.provider import BadSignature, Charge, Way
from kit import clock
from models.payments import PaymentScene
from server import payment_providers
from settings import Settings
from tests.payments.providers.alipay_server import APP_ID
from tests.payments.providers.benches import AlipayBench
from tests.payments.providers.lines import private_pem, public_pem

KEY = "P0123456789AB"


@pytest.fixture
def bench() -> AlipayBench:
    return AlipayBench()


async def opened(bench: AlipayBench, scene: PaymentScene = PaymentScene.QR_CODE) -> Charge:
    now = clock.now()
    return await bench.provider.open_charge(
        request_key=KEY,
        amount=2605,
        currency="CNY",
        title="集市 & 订单",
        return_url="https://shop.example/back?order=1&x=2",
        notify_url="https://shop.example/webhooks/alipay",
        now=now,
        expires_at=now + timedelta(minutes=30),
        way=Way(scene),
    )


async def test_a_page_is_an_address_that_is_signed_whole(bench: AlipayBench) -> None:
    url = (await opened(bench, PaymentScene.BROWSER)).pay_url
    query = parse_qs(urlsplit(url).query)
    assert query["return_url"] == ["https://shop.example/back?order=1&x=2"]
    assert query["notify_url"] == ["https://shop.example/webhooks/alipay"]
    trade = bench.server.open_page(url)
    assert (str(trade.amount), trade.subject) == ("26.05", "集市 & 订单")
    with pytest.raises(AssertionError, match="signature"):
        bench.server.open_page(url.replace("26.05", "0.01"))


async def test_an_app_gets_an_order_as_text(bench: AlipayBench) -> None:
    text = (await opened(bench, PaymentScene.IN_APP)).pay_code
    assert bench.server.open_page(text).number == KEY


async def test_a_notice_about_a_refund_or_a_closed_trade_is_nothing_to_us(bench: AlipayBench) -> None:
    await opened(bench)
    bench.server.pay(KEY)
    for changes in (
        {"gmt_refund": "2026-11-22 21:00:00", "refund_fee": "1.00"},
        {"gmt_refund": "2026-11-22 21:00:00", "refund_fee": "26.05", "trade_status": "TRADE_CLOSED"},
        {"trade_status": "TRADE_CLOSED"},
        {"trade_status": "WAIT_BUYER_PAY"},
        {"notify_type": "servicemarket_order_notify"},
    ):
        body, headers = bench.server.notice(KEY, **changes)
        assert await bench.provider.verify(body=body, headers=headers) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"app_id": "2021000000000002"},
        {"seller_id": "2088000000000002"},
        {"total_amount": "26.055"},
        {"total_amount": "many"},
        {"total_amount": "-1"},
        {"gmt_payment": "yesterday"},
        {"notify_id": "x" * 81},
    ],
)
async def test_signed_nonsense_and_what_is_for_others_is_no_notice(bench: AlipayBench, changes: dict[str, str]) -> None:
    await opened(bench)
    bench.server.pay(KEY)
    body, headers = bench.server.notice(KEY, **changes)
    with pytest.raises(ValueError):  # noqa: PT011  # each nonsense has words of its own
        await bench.provider.verify(body=body, headers=headers)


async def test_a_field_that_stands_there_twice_or_another_way_of_signing_is_not_believed(bench: AlipayBench) -> None:
    await opened(bench)
    bench.server.pay(KEY)
    body, headers = bench.server.notice(KEY)
    fields = parse_qsl(body.decode(), keep_blank_values=True)
    for wrong in (
        [*fields, ("total_amount", "1.00")],
        [(name, "RSA" if name == "sign_type" else value) for name, value in fields],
        [(name, value) for name, value in fields if name != "sign"],
    ):
        with pytest.raises(BadSignature):
            await bench.provider.verify(body=urlencode(wrong).encode(), headers=headers)


async def test_a_market_whose_clock_was_moved_still_speaks_by_the_machines(bench: AlipayBench) -> None:
    clock.set_offset(timedelta(days=30))
    await opened(bench)
    assert bench.server.trades[KEY].until - clock.machine() <= timedelta(minutes=30)


def test_with_its_keys_it_is_on() -> None:
    bare = "".join(private_pem("alipay merchant").splitlines()[1:-1])  # as Alipay's own tool writes it
    assert base64.b64decode(bare)
    settings = Settings(
        _env_file=None,
        secret_keys=("test-secret",),
        public_url="https://shop.example",
        alipay_app_id=APP_ID,
        alipay_private_key=bare,
        alipay_public_key=public_pem("alipay"),
    )
    assert set(payment_providers(settings, InProcessBus())) == {"simulator", "external", "alipay"}
    assert "alipay" not in payment_providers(settings.model_copy(update={"alipay_app_id": ""}), InProcessBus())

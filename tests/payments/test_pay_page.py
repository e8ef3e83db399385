"""The simulator's own page, as a browser meets it."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from adapters.payments.simulator_page import LARGEST_FORM, routes
from domain.market import Market
from kit import clock
from models.orders import Order, OrderState
from models.payments import ChargeState, Payment, SimulatedCharge
from tests.factories.payments import callbacks_of, later, make_order, run, simulator_of, start_payment


@pytest.fixture
async def browser(market: Market) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=routes(lambda: simulator_of(market)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=market.policy.url, follow_redirects=True) as client:
        yield client


def token_in(page: str) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


async def press(browser: httpx.AsyncClient, url: str, outcome: str, **fields: str) -> httpx.Response:
    page = await browser.get(url)
    return await browser.post(url, data={"token": token_in(page.text), "outcome": outcome, **fields})


async def state_of(payment: Payment) -> ChargeState:
    return (await SimulatedCharge.get(reference=payment.provider_reference)).state


async def test_somebody_pays_on_the_page(market: Market, browser: httpx.AsyncClient) -> None:
    order = await make_order(market)
    payment = await start_payment(market, order)
    page = await browser.get(payment.pay_url, headers={"accept-language": "en"})
    assert page.status_code == 200
    assert "26.00 CNY" in page.text
    assert order.number in page.text
    after = await press(browser, payment.pay_url, "SUCCEED")
    assert [step.status_code for step in after.history] == [303]
    assert '<meta http-equiv="refresh"' in after.text
    await run(market)
    assert (await Order.get(id=order.id)).state == OrderState.PAID
    told = await browser.get(payment.pay_url, headers={"accept-language": "en"})
    assert "The shop knows." in told.text
    assert "<form" not in told.text


async def test_the_page_speaks_both_languages(market: Market, browser: httpx.AsyncClient) -> None:
    payment = await start_payment(market, await make_order(market))
    assert "支付模拟器" in (await browser.get(payment.pay_url, headers={"accept-language": "zh"})).text
    assert "Payment simulator" in (await browser.get(payment.pay_url, headers={"accept-language": "en"})).text
    assert "支付模拟器" in (await browser.get(f"{payment.pay_url}?lang=zh-CN", headers={"accept-language": "en"})).text


async def test_the_page_runs_nothing_and_loads_nothing(market: Market, browser: httpx.AsyncClient) -> None:
    payment = await start_payment(market, await make_order(market))
    await SimulatedCharge.all().update(title="<script>alert(1)</script>", return_url='https://a/"><script>')
    page = await browser.get(payment.pay_url)
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "src=" not in page.text
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"


async def test_the_way_back_is_never_a_script(market: Market, browser: httpx.AsyncClient) -> None:
    payment = await start_payment(market, await make_order(market))
    await SimulatedCharge.all().update(return_url="javascript:alert(1)")
    assert "javascript:" not in (await browser.get(payment.pay_url)).text
    await SimulatedCharge.all().update(return_url="https://shop.example/thanks?a=1&b=2")
    assert 'href="https://shop.example/thanks?a=1&amp;b=2"' in (await browser.get(payment.pay_url)).text


async def test_another_site_cannot_press_the_button(market: Market, browser: httpx.AsyncClient) -> None:
    payment = await start_payment(market, await make_order(market))
    other = await start_payment(market, await make_order(market))
    good = token_in((await browser.get(payment.pay_url)).text)
    borrowed = token_in((await browser.get(other.pay_url)).text)
    for token in ("", "0" * 64, borrowed, "é"):
        answer = await browser.post(payment.pay_url, data={"token": token, "outcome": "SUCCEED"})
        assert answer.status_code == 403
    browser.cookies.clear()
    answer = await browser.post(payment.pay_url, data={"token": good, "outcome": "SUCCEED"})
    assert answer.status_code == 403
    assert await state_of(payment) == ChargeState.OPEN


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"a" * (LARGEST_FORM + 1), b"&".join(b"a=1" for _ in range(50)), b"%00%ff"]
)
async def test_a_form_of_nonsense_is_refused(market: Market, browser: httpx.AsyncClient, body: bytes) -> None:
    payment = await start_payment(market, await make_order(market))
    await browser.get(payment.pay_url)
    assert (await browser.post(payment.pay_url, content=body)).status_code == 403
    assert await state_of(payment) == ChargeState.OPEN


@pytest.mark.parametrize("fields", [{"outcome": "EXPLODE"}, {"outcome": ""}, {"outcome": "SUCCEED", "delay": "soon"}])
async def test_a_button_that_does_not_exist_does_nothing(
    market: Market, browser: httpx.AsyncClient, fields: dict[str, str]
) -> None:
    payment = await start_payment(market, await make_order(market))
    assert (await press(browser, payment.pay_url, **fields)).status_code == 400
    assert await state_of(payment) == ChargeState.OPEN


async def test_pressing_twice_pays_once(market: Market, browser: httpx.AsyncClient) -> None:
    order = await make_order(market)
    payment = await start_payment(market, order)
    token = token_in((await browser.get(payment.pay_url)).text)
    for outcome in ("SUCCEED", "DECLINE"):
        await browser.post(payment.pay_url, data={"token": token, "outcome": outcome})
    await run(market)
    assert (await Order.get(id=order.id)).state == OrderState.PAID


async def test_a_delay_is_kept(market: Market, browser: httpx.AsyncClient) -> None:
    payment = await start_payment(market, await make_order(market))
    await press(browser, payment.pay_url, "SUCCEED", delay="30")
    await later(market, seconds=29)
    assert callbacks_of(market).answers == []
    await later(market, seconds=2)
    assert callbacks_of(market).answers == [204]


async def test_after_the_time_is_over_only_a_late_payment_can_be_had(
    market: Market, browser: httpx.AsyncClient
) -> None:
    order = await make_order(market)
    payment = await start_payment(market, order)
    await later(market, minutes=31)
    assert clock.now() > order.pay_by
    assert (await press(browser, payment.pay_url, "SUCCEED")).status_code == 409
    assert await state_of(payment) == ChargeState.OPEN
    await press(browser, payment.pay_url, "SUCCEED_AFTER_EXPIRY")
    await run(market)
    assert (await Order.get(id=order.id)).state == OrderState.PAID


async def test_an_unknown_charge_has_no_page(market: Market, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/simulator/pay/SIM_nothing")
    assert page.status_code == 404
    assert "SIM_nothing" not in page.text
    answer = await browser.post("/simulator/pay/SIM_nothing", data={"outcome": "SUCCEED"})
    assert answer.status_code == 404

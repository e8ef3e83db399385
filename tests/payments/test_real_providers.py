"""Orders that are paid, refunded, asked about and closed through real providers and the market's own webhook door."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from domain.access import Viewer, system
from domain.market import Market
from domain.orders import lifecycle
from domain.payments import asking, attempts
from domain.payments.providers import offered
from kit import ids
from kit.errors import Refused
from models.customers import Role
from models.orders import CancelReason, Order, OrderState
from models.payments import (
    JournalEntry,
    LedgerAccount,
    Payment,
    PaymentMethod,
    PaymentScene,
    PaymentState,
    Posting,
    ProviderNotice,
    Refund,
    RefundState,
)
from settings import Settings
from tests.api import Api
from tests.factories.customers import make_staff, viewer_for
from tests.factories.payments import later, make_order, run
from tests.payments.providers.benches import AlipayBench, WechatBench
from tests.payments.providers.lines import knock

Bench = WechatBench | AlipayBench


@pytest.fixture(params=["wechat", "alipay"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return WechatBench() if request.param == "wechat" else AlipayBench()


@pytest.fixture
async def shop(market: Market, settings: Settings, bench: Bench) -> AsyncIterator[Market]:
    """A market that the world reaches, with a real provider beside the simulator."""
    policy = settings.model_copy(update={"public_url": "https://shop.example"})
    policy.__dict__.pop("url", None)
    yield replace(market, policy=policy, providers={**market.providers, bench.provider.code: bench.provider})
    await bench.provider.close()


async def started(shop: Market, bench: Bench, order: Order, *, key: str = "k", **way: Any) -> Payment:
    return await attempts.create(system(shop), order.id, method=bench.method, idempotency_key=key, **way)


async def call_back(shop: Market, bench: Bench, told: tuple[bytes, Mapping[str, str]]) -> httpx.Response:
    return await knock(shop, bench.provider.code, body=told[0], headers=told[1])


async def bought(shop: Market, bench: Bench) -> tuple[Order, Payment]:
    """An order whose money came through the door."""
    order = await make_order(shop)
    payment = await started(shop, bench, order)
    await bench.pay(payment.number)
    await call_back(shop, bench, await bench.told(payment.number))
    return await Order.get(id=order.id), await Payment.get(id=payment.id)


async def ask(shop: Market, **duration: float) -> int:
    await later(shop, **duration)
    return await asking.ask_all(shop)


async def test_an_order_is_paid_by_a_code_and_a_callback(shop: Market, bench: Bench) -> None:
    order = await make_order(shop)
    payment = await started(shop, bench, order)
    assert (payment.scene, payment.pay_url) == (PaymentScene.QR_CODE, "")
    assert payment.pay_code
    await bench.pay(payment.number)
    told = await bench.told(payment.number)
    for _ in range(3):  # the first one, one repeated, one replayed
        answer = await call_back(shop, bench, told)
        assert answer.status_code == bench.provider.heard.status
        assert answer.text == bench.provider.heard.body
    assert (await Order.get(id=order.id)).captured == 2600
    assert (await Order.get(id=order.id)).state == OrderState.PAID
    assert (await Payment.get(id=payment.id)).provider_reference != payment.number
    assert await ProviderNotice.all().count() == 1


@pytest.mark.parametrize("scene", [PaymentScene.BROWSER, PaymentScene.IN_APP])
async def test_each_scene_leads_to_money(shop: Market, bench: Bench, scene: PaymentScene) -> None:
    order = await make_order(shop)
    payment = await started(
        shop, bench, order, scene=scene, payer_id="oUpF8uMuAJO", return_url="https://a.example/?b=1"
    )
    if isinstance(bench, AlipayBench):
        bench.server.open_page(payment.pay_url or payment.pay_code)
    await bench.pay(payment.number)
    assert (await call_back(shop, bench, await bench.told(payment.number))).is_success
    assert (await Order.get(id=order.id)).state == OrderState.PAID


async def test_a_callback_that_never_came_is_asked_for(shop: Market, bench: Bench) -> None:
    order = await make_order(shop)
    payment = await started(shop, bench, order)
    assert await ask(shop, minutes=2) == 0
    await bench.pay(payment.number)
    assert await ask(shop, minutes=3) == 1
    assert (await Order.get(id=order.id)).state == OrderState.PAID
    late = await call_back(shop, bench, await bench.told(payment.number))
    assert late.status_code == bench.provider.heard.status
    assert (await Order.get(id=order.id)).captured == 2600


async def test_a_canceled_order_gets_its_money_back(shop: Market, bench: Bench) -> None:
    order, _ = await bought(shop, bench)
    await lifecycle.cancel(system(shop), order.id, reason=CancelReason.OTHER)
    await run(shop)
    refund = await Refund.get(order_id=order.id)
    assert (refund.state, bool(refund.provider_reference)) == (RefundState.PENDING, True)
    if isinstance(bench, WechatBench):
        told = bench.server.refund_callback(refund.number)
        for _ in range(2):
            assert (await call_back(shop, bench, told)).status_code == 204
    else:
        assert await ask(shop, minutes=2) == 1
    assert (await Refund.get(id=refund.id)).state == RefundState.SUCCEEDED
    assert await ask(shop, minutes=5) == 0


async def test_a_refund_whose_answer_is_lost_goes_back_once(shop: Market, bench: Bench) -> None:
    order, payment = await bought(shop, bench)
    await lifecycle.cancel(system(shop), order.id, reason=CancelReason.OTHER)
    bench.line.deaf = 1
    await run(shop)
    assert (await Refund.get(order_id=order.id)).provider_reference is None
    await later(shop, minutes=2)
    assert await ask(shop, minutes=2) == 1
    assert (await Refund.get(order_id=order.id)).state == RefundState.SUCCEEDED
    books = bench.server.orders if isinstance(bench, WechatBench) else bench.server.trades
    assert len(books[payment.number].refunds) == 1


async def test_a_refund_that_is_refused_is_tried_again(shop: Market, bench: Bench) -> None:
    order, _ = await bought(shop, bench)
    await lifecycle.cancel(system(shop), order.id, reason=CancelReason.OTHER)
    bench.server.poor = True
    await run(shop)
    refund = await Refund.get(order_id=order.id)
    assert (refund.state, "NOT_ENOUGH" in refund.failure) == (RefundState.FAILED, True)
    bench.server.poor = False
    await later(shop, minutes=61)
    assert await ask(shop, minutes=2) == 1
    assert (await Refund.get(order_id=order.id)).state == RefundState.SUCCEEDED


async def test_a_refund_that_takes_its_time_is_asked_about_until_it_is_done(shop: Market, bench: Bench) -> None:
    order, payment = await bought(shop, bench)
    bench.server.keeps = True
    await lifecycle.cancel(system(shop), order.id, reason=CancelReason.OTHER)
    await run(shop)
    assert await ask(shop, minutes=2) == 0
    bench.server.keeps = False
    if isinstance(bench, WechatBench):
        for refund in bench.server.orders[payment.number].refunds.values():
            refund["status"] = "SUCCESS"
    assert await ask(shop, hours=7) == 1
    assert (await Refund.get(order_id=order.id)).state == RefundState.SUCCEEDED


async def test_an_attempt_whose_time_is_over_is_closed(shop: Market, bench: Bench) -> None:
    order = await make_order(shop)
    payment = await started(shop, bench, order)
    await ask(shop, minutes=31)
    assert (await Payment.get(id=payment.id)).state == PaymentState.EXPIRED
    if isinstance(bench, WechatBench):
        assert bench.server.orders[payment.number].state == "CLOSED"
    else:
        assert bench.server.trades[payment.number].status == "TRADE_CLOSED"
    assert (await Payment.get(id=payment.id)).ask_at is None


async def test_a_late_payment_counts_or_goes_back(shop: Market, bench: Bench) -> None:
    """Paid in time, told long after: the order takes its goods again."""
    order = await make_order(shop)
    payment = await started(shop, bench, order)
    await bench.pay(payment.number)
    await later(shop, minutes=31)
    assert (await call_back(shop, bench, await bench.told(payment.number))).is_success
    assert (await Payment.get(id=payment.id)).is_late
    assert (await Order.get(id=order.id)).state == OrderState.PAID


async def test_another_amount_never_counts(shop: Market, bench: Bench) -> None:
    order = await make_order(shop)
    payment = await started(shop, bench, order)
    await bench.pay(payment.number)
    if isinstance(bench, WechatBench):
        wrong = bench.server.callback(payment.number, amount={"total": 1, "payer_total": 1, "currency": "CNY"})
    else:
        wrong = bench.server.notice(payment.number, total_amount="0.01")
    assert (await call_back(shop, bench, wrong)).is_success
    assert (await Order.get(id=order.id)).state == OrderState.PENDING_PAYMENT
    assert sum(row.amount for row in await Posting.filter(account=LedgerAccount.SUSPENSE)) == -1


async def test_what_is_not_signed_moves_nothing(shop: Market, bench: Bench) -> None:
    order = await make_order(shop)
    payment = await started(shop, bench, order)
    await bench.pay(payment.number)
    for told in (
        await bench.told(payment.number, signed=False),
        await bench.told(payment.number, ago=bench.stale),
        (b"{}", {}),
    ):
        assert (await call_back(shop, bench, told)).status_code == 401
    assert await ProviderNotice.all().count() == 0
    assert await JournalEntry.all().count() == 0
    assert (await Order.get(id=order.id)).state == OrderState.PENDING_PAYMENT


async def test_while_it_is_away_nothing_starts_and_the_same_call_works_later(shop: Market, bench: Bench) -> None:
    order = await make_order(shop)
    bench.line.cut = 1
    with pytest.raises(Refused, match="PROVIDER_UNAVAILABLE"):
        await started(shop, bench, order)
    assert (await started(shop, bench, order)).pay_code
    assert await Payment.filter(order_id=order.id).count() == 1


# ------------------------------------------------------------------------------------------------------ what is offered

METHODS = "{ paymentMethods { method scenes } }"
CREATE = """mutation ($id: ID!, $method: PaymentMethod!, $scene: PaymentScene, $payer: String! = "") {
  paymentCreate(input: {orderId: $id, method: $method, scene: $scene, payerId: $payer, idempotencyKey: "k"}) {
    payment { method scene payUrl payCode payParameters }
    userErrors { code path }
  }
}"""
ALL = ["QR_CODE", "BROWSER", "IN_APP"]


def at(shop: Market, viewer: Viewer) -> Viewer:
    return replace(viewer, market=shop)


async def test_everybody_sees_the_methods_that_are_connected(
    api: Api, shop: Market, bench: Bench, visitor: Viewer, customer: Viewer
) -> None:
    staff = viewer_for(shop, await make_staff(Role.WAREHOUSE_PICKER))
    for viewer in (at(shop, visitor), at(shop, customer), staff):
        assert (await api(METHODS, as_=viewer))["paymentMethods"] == [
            {"method": bench.method.value, "scenes": ALL},
            {"method": "SIMULATOR", "scenes": ["BROWSER"]},
        ]
    assert (await api(METHODS, as_=visitor))["paymentMethods"] == [{"method": "SIMULATOR", "scenes": ["BROWSER"]}]


async def test_play_money_is_not_taken_where_real_money_is(shop: Market, bench: Bench) -> None:
    policy = shop.policy.model_copy(update={"demo": False})  # type: ignore[attr-defined]  # these are the settings
    real = replace(shop, policy=policy)
    assert [offer.method for offer in offered(real)] == [bench.method]
    order = await make_order(shop)
    with pytest.raises(Refused, match="METHOD_NOT_OFFERED"):
        await attempts.create(system(real), order.id, method=PaymentMethod.SIMULATOR, idempotency_key="k")


async def test_a_provider_without_keys_is_off(api: Api, market: Market, customer: Viewer, bench: Bench) -> None:
    order = await make_order(market, viewer=customer)
    public = ids.to_public("Order", order.id)
    answer = (await api(CREATE, as_=customer, id=public, method=bench.method.value))["paymentCreate"]
    assert answer == {"payment": None, "userErrors": [{"code": "METHOD_NOT_OFFERED", "path": ["method"]}]}
    assert await Payment.all().count() == 0


async def test_its_buyer_gets_what_to_show_and_nobody_else_anything(
    api: Api, shop: Market, bench: Bench, customer: Viewer, other_customer: Viewer, visitor: Viewer
) -> None:
    order = await make_order(shop, viewer=at(shop, customer))
    asked = {"id": ids.to_public("Order", order.id), "method": bench.method.value}
    for stranger in (other_customer, visitor):
        answer = (await api(CREATE, as_=at(shop, stranger), **asked))["paymentCreate"]
        assert (answer["payment"], answer["userErrors"][0]["code"]) == (None, "NOT_FOUND")
    answer = (await api(CREATE, as_=at(shop, customer), **asked))["paymentCreate"]
    payment = await Payment.get(order_id=order.id)
    assert answer == {
        "payment": {
            "method": bench.method.value,
            "scene": "QR_CODE",
            "payUrl": None,
            "payCode": payment.pay_code,
            "payParameters": None,
        },
        "userErrors": [],
    }


async def test_a_scene_that_a_method_has_not_is_refused(api: Api, shop: Market, customer: Viewer) -> None:
    order = await make_order(shop, viewer=at(shop, customer))
    asked = {"id": ids.to_public("Order", order.id), "method": "SIMULATOR", "scene": "QR_CODE"}
    answer = (await api(CREATE, as_=at(shop, customer), **asked))["paymentCreate"]
    assert answer["userErrors"] == [{"code": "METHOD_NOT_OFFERED", "path": ["scene"]}]


async def test_a_refund_waits_while_its_provider_is_not_connected(shop: Market, market: Market, bench: Bench) -> None:
    order, _ = await bought(shop, bench)
    await lifecycle.cancel(system(shop), order.id, reason=CancelReason.OTHER)
    await run(market)  # the same shop after its keys were taken away
    refund = await Refund.get(order_id=order.id)
    assert (refund.state, refund.provider_reference) == (RefundState.PENDING, None)
    await later(shop, minutes=2)
    assert (await Refund.get(order_id=order.id)).provider_reference is not None

"""A payment or refund whose outcome is unknown is asked about until it is known, and never counted twice."""

from datetime import timedelta

import pytest

from adapters.payments.provider import Notice, ProviderError, ProviderRefused
from adapters.payments.simulator import Outcome
from domain.access import system
from domain.market import Market
from domain.payments import asking, demo, refunds
from domain.payments.refunds import Asked
from jobs.sweeps import ask_providers
from kit import clock, ids
from kit.errors import Refused
from models.orders import Order, OrderState
from models.payments import (
    ChargeState,
    Payment,
    PaymentState,
    ProviderNotice,
    Refund,
    RefundReason,
    RefundState,
    SimulatedCharge,
)
from tests.factories.payments import callbacks_of, later, lines_of, make_order, pay, run, simulator_of, start_payment


async def silent(market: Market, order: Order) -> Payment:
    """Paid at a provider that never calls back."""
    payment = await pay(market, order, Outcome.SUCCEED_SILENTLY)
    assert payment.state == PaymentState.PENDING
    assert callbacks_of(market).answers == []
    return payment


async def test_a_payment_whose_callback_never_comes_is_found_by_asking(market: Market) -> None:
    order = await make_order(market)
    payment = await silent(market, order)
    assert await asking.ask_all(market) == 0  # its minute is not over
    await later(market, seconds=61)
    await ask_providers(market)
    order, payment = await Order.get(id=order.id), await Payment.get(id=payment.id)
    assert (order.state, order.captured) == (OrderState.PAID, 2600)
    assert (payment.state, payment.ask_at) == (PaymentState.CAPTURED, None)
    assert await ProviderNotice.all().count() == 1
    await later(market, minutes=5)
    assert await asking.ask_all(market) == 0


async def test_what_was_asked_and_is_told_again_counts_once(market: Market) -> None:
    order = await make_order(market)
    payment = await start_payment(market, order)
    await demo.simulate(system(market), payment.id, Outcome.SUCCEED, delay_seconds=300)
    await later(market, seconds=61)
    assert await asking.ask_all(market) == 1
    assert (await Order.get(id=order.id)).captured == 2600
    await later(market, minutes=10)
    assert callbacks_of(market).answers == [204]
    assert (await Order.get(id=order.id)).captured == 2600
    assert await ProviderNotice.all().count() == 1


async def test_a_callback_leaves_nothing_to_ask(market: Market) -> None:
    order = await make_order(market)
    await pay(market, order)
    assert (await Payment.get()).ask_at is None
    declined = await pay(market, await make_order(market), Outcome.DECLINE)
    assert declined.ask_at is None


async def test_a_wrong_amount_does_not_count_because_it_was_asked_for(market: Market) -> None:
    order = await make_order(market)
    payment = await start_payment(market, order)
    await demo.simulate(system(market), payment.id, Outcome.SUCCEED_WRONG_AMOUNT, delay_seconds=3600)
    await later(market, seconds=61)
    await asking.ask_all(market)
    order = await Order.get(id=order.id)
    assert (order.state, order.captured) == (OrderState.PENDING_PAYMENT, 0)


async def test_while_the_provider_is_away_it_is_asked_again_and_again_ever_more_seldom(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await make_order(market)
    payment = await silent(market, order)

    async def away(**_: object) -> Notice | None:
        raise ProviderError("no answer")

    pauses = []
    with monkeypatch.context() as patched:
        patched.setattr(simulator_of(market), "find_charge", away)
        for _ in range(4):
            asked_at = (await Payment.get(id=payment.id)).ask_at
            assert asked_at is not None
            clock.set_offset(clock.offset() + (asked_at - clock.now()) + timedelta(seconds=1))
            assert await asking.ask_all(market) == 0
            planned = (await Payment.get(id=payment.id)).ask_at
            assert planned is not None
            pauses.append((planned - clock.now()).total_seconds())
    assert pauses[0] == pytest.approx(60, abs=2)
    assert pauses == sorted(pauses)
    assert pauses[-1] > pauses[0]
    await later(market, minutes=10)
    assert await asking.ask_all(market) == 1
    assert (await Order.get(id=order.id)).state == OrderState.PAID


async def test_an_attempt_whose_time_is_over_is_closed_so_that_nobody_pays_it(market: Market) -> None:
    order = await make_order(market)
    payment = await start_payment(market, order)
    await later(market, minutes=31)
    assert (await Payment.get(id=payment.id)).state == PaymentState.EXPIRED
    await asking.ask_all(market)
    assert (await SimulatedCharge.get()).state == ChargeState.CLOSED
    assert (await Payment.get(id=payment.id)).ask_at is None
    with pytest.raises(Refused, match="PAYMENT_CLOSED"):
        await demo.simulate(system(market), payment.id, Outcome.SUCCEED)


async def test_money_that_came_before_its_attempt_could_be_closed_is_not_lost(market: Market) -> None:
    order = await make_order(market)
    payment = await silent(market, order)
    await later(market, minutes=31)
    assert (await Order.get(id=order.id)).state == OrderState.EXPIRED
    await asking.ask_all(market)
    await run(market)
    order, payment = await Order.get(id=order.id), await Payment.get(id=payment.id)
    assert payment.state == PaymentState.CAPTURED
    assert (order.state, payment.is_late) == (OrderState.PAID, True)  # the goods were still there


async def test_closing_twice_is_harmless_and_a_paid_charge_is_not_closed(market: Market) -> None:
    simulator, now = simulator_of(market), clock.now()
    payment = await start_payment(market, await make_order(market))
    for _ in range(2):
        await simulator.close_charge(request_key=payment.number, reference="", now=now)
    paid = await pay(market, await make_order(market))
    with pytest.raises(ProviderRefused, match="PAID"):
        await simulator.close_charge(request_key=paid.number, reference="", now=now)
    with pytest.raises(ProviderRefused, match="NO_SUCH_CHARGE"):
        await simulator.find_charge(request_key="P-unknown", reference="", now=now)


async def test_a_refund_whose_callback_never_comes_is_found_by_asking(market: Market) -> None:
    order = await make_order(market)
    await silent(market, order)
    await later(market, seconds=61)
    await asking.ask_all(market)
    line = (await lines_of(order))[0]
    await refunds.create(
        system(market), order.id, lines=[Asked(line.id, 1)], reason=RefundReason.QUALITY, idempotency_key=ids.token()
    )
    await run(market)
    assert (await Refund.get()).state == RefundState.PENDING
    assert await asking.ask_all(market) == 0
    await later(market, seconds=61)
    assert await asking.ask_all(market) == 1
    refund = await Refund.get()
    assert (refund.state, refund.ask_at) == (RefundState.SUCCEEDED, None)


async def test_a_provider_that_is_no_longer_there_is_no_bug(market: Market) -> None:
    await silent(market, await make_order(market))
    await Payment.all().update(provider="gone")
    await later(market, minutes=2)
    assert await asking.ask_all(market) == 0
    assert (await Payment.get()).ask_at > clock.now()  # type: ignore[operator]  # asked later
    await Payment.all().update(provider="simulator")

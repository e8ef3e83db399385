"""What the webhook door believes and what it does not."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.payments import callbacks
from adapters.payments.provider import Notice, NoticeKind
from adapters.signatures import SIGNATURE, TIMESTAMP, signed_headers
from domain.access import system
from domain.market import Market
from domain.orders import lifecycle
from domain.payments import webhooks
from kit import clock
from kit.errors import Refused
from models.orders import CancelReason, Order, OrderState
from models.payments import JournalEntry, LedgerAccount, Payment, PaymentState, Posting, ProviderNotice, Refund
from tests.factories.payments import SECRET, make_order, make_paid_order, run, start_payment


def notice(payment: Payment, **changes: object) -> Notice:
    values: dict[str, object] = {
        "notice_id": "EVT_1",
        "kind": NoticeKind.CAPTURED,
        "request_key": payment.number,
        "reference": payment.provider_reference,
        "amount": payment.amount,
        "currency": payment.currency,
        "occurred_at": clock.now(),
        **changes,
    }
    return Notice(**values)  # type: ignore[arg-type]  # the test gives fields of the right types


def signed(said: Notice, *, ago: timedelta = timedelta(0), secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    body = callbacks.write(said).encode()
    return body, signed_headers(body, secret=secret, now=clock.machine() - ago)


async def receive(market: Market, body: bytes, headers: Mapping[str, str], *, provider: str = "simulator") -> str:
    return await webhooks.receive(market, provider, body=body, headers=headers)


async def refusal(market: Market, body: bytes, headers: Mapping[str, str], *, provider: str = "simulator") -> str:
    with pytest.raises(Refused) as refused:
        await receive(market, body, headers, provider=provider)
    assert await ProviderNotice.all().count() == 0
    assert await JournalEntry.all().count() == 0
    return refused.value.code


async def test_a_notice_is_applied_once_and_then_known(market: Market) -> None:
    order = await make_order(market)
    body, headers = signed(notice(await start_payment(market, order)))
    assert await receive(market, body, headers) == "captured"
    assert await receive(market, body, headers) == "duplicate"
    assert (await Order.get(id=order.id)).captured == 2600


async def test_a_second_notice_about_the_same_charge_changes_nothing(market: Market) -> None:
    order = await make_order(market)
    payment = await start_payment(market, order)
    await receive(market, *signed(notice(payment)))
    assert await receive(market, *signed(notice(payment, notice_id="EVT_2"))) == "captured before"
    assert (await Order.get(id=order.id)).captured == 2600


async def test_twins_that_arrive_at_once_credit_once(market: Market) -> None:
    order = await make_order(market)
    body, headers = signed(notice(await start_payment(market, order)))
    outcomes = await asyncio.gather(*(receive(market, body, headers) for _ in range(8)))
    assert sorted(outcomes) == ["captured"] + ["duplicate"] * 7
    assert (await Order.get(id=order.id)).captured == 2600
    assert await ProviderNotice.all().count() == 1


async def test_what_the_provider_did_not_sign_is_not_believed(market: Market) -> None:
    payment = await start_payment(market, await make_order(market))
    body, headers = signed(notice(payment), secret="somebody else's")
    assert await refusal(market, body, headers) == "BAD_SIGNATURE"
    body, headers = signed(notice(payment))
    assert await refusal(market, body.replace(b"2600", b"2601"), headers) == "BAD_SIGNATURE"
    later = {**headers, TIMESTAMP: str(int(headers[TIMESTAMP]) + 1)}
    assert await refusal(market, body, later) == "BAD_SIGNATURE"
    assert await refusal(market, body, {}) == "BAD_SIGNATURE"
    assert await refusal(market, body, {**headers, SIGNATURE: "é"}) == "BAD_SIGNATURE"


@pytest.mark.parametrize("ago", [timedelta(minutes=6), -timedelta(minutes=6)])
async def test_an_old_callback_cannot_be_replayed(market: Market, ago: timedelta) -> None:
    payment = await start_payment(market, await make_order(market))
    assert await refusal(market, *signed(notice(payment), ago=ago)) == "BAD_SIGNATURE"


async def test_moving_the_demo_clock_does_not_age_a_signature(market: Market) -> None:
    payment = await start_payment(market, await make_order(market))
    body, headers = signed(notice(payment))
    clock.set_offset(timedelta(minutes=10))
    assert await receive(market, body, headers) == "captured"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{" * 5000,
        json.dumps({"id": "x"}).encode(),
        json.dumps({"id": "x", "event": "CAPTURED", "amount": 1e9}).encode(),
        b'{"amount": ' + b"9" * 5000 + b"}",
    ],
)
async def test_signed_nonsense_is_refused(market: Market, body: bytes) -> None:
    headers = signed_headers(body, secret=SECRET, now=clock.machine())
    assert await refusal(market, body, headers) == "MALFORMED_NOTICE"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", True),
        ("amount", 0),
        ("amount", -5),
        ("amount", "2600"),
        ("amount", 10**20),
        ("currency", "XXX"),
        ("event", "CAPTURE"),
        ("occurredAt", "yesterday"),
        ("occurredAt", "2026-01-01T00:00:00"),
        ("id", ""),
        ("id", "x" * 81),
        ("id", "x\x00"),
        ("failure", None),
    ],
)
async def test_each_field_of_a_notice_is_checked(market: Market, name: str, value: object) -> None:
    payment = await start_payment(market, await make_order(market))
    body = json.dumps({**json.loads(callbacks.write(notice(payment))), name: value}).encode()
    headers = signed_headers(body, secret=SECRET, now=clock.machine())
    assert await refusal(market, body, headers) == "MALFORMED_NOTICE"


async def test_nobody_calls_from_an_unknown_provider(market: Market) -> None:
    payment = await start_payment(market, await make_order(market))
    assert await refusal(market, *signed(notice(payment)), provider="nobody") == "NOT_FOUND"


async def test_money_that_nobody_asked_for_is_set_aside(market: Market) -> None:
    payment = await start_payment(market, await make_order(market))
    body, headers = signed(notice(payment, request_key="P0000", amount=77))
    assert await receive(market, body, headers) == "unknown charge"
    entry = await JournalEntry.get()
    assert (entry.kind, entry.order_id) == ("set_aside", None)
    sides = {row.account: row.amount for row in await Posting.filter(entry_id=entry.id)}
    assert sides == {LedgerAccount.PROVIDER_CLEARING: 77, LedgerAccount.SUSPENSE: -77}


async def test_another_currency_is_another_amount(market: Market) -> None:
    order = await make_order(market)
    payment = await start_payment(market, order)
    assert await receive(market, *signed(notice(payment, currency="USD"))) == "wrong amount"
    assert (await Order.get(id=order.id)).state == OrderState.PENDING_PAYMENT
    assert {row.currency for row in await Posting.all()} == {"USD"}


async def test_the_right_amount_may_still_come_after_a_wrong_one(market: Market) -> None:
    order = await make_order(market)
    payment = await start_payment(market, order)
    await receive(market, *signed(notice(payment, amount=1)))
    assert await receive(market, *signed(notice(payment, notice_id="EVT_2"))) == "captured"
    assert (await Order.get(id=order.id)).state == OrderState.PAID


async def test_a_failure_of_nothing_and_a_refund_of_nothing_are_kept_and_harmless(market: Market) -> None:
    payment = await start_payment(market, await make_order(market))
    for number, kind in enumerate((NoticeKind.FAILED, NoticeKind.REFUND_FAILED)):
        said = notice(payment, notice_id=f"EVT_{number}", kind=kind, request_key="P0000")
        await receive(market, *signed(said))
    assert [kept.outcome for kept in await ProviderNotice.all().order_by("notice_id")] == [
        "unknown charge",
        "unknown refund",
    ]
    assert await JournalEntry.all().count() == 0


async def test_a_notice_that_could_not_be_applied_leaves_no_trace(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await make_order(market)
    body, headers = signed(notice(await start_payment(market, order)))

    async def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("domain.payments.ledger.book", broken)
        with pytest.raises(OSError, match="full"):
            await receive(market, body, headers)
    assert await ProviderNotice.all().count() == 0
    assert (await Order.get(id=order.id)).captured == 0
    assert await receive(market, body, headers) == "captured"


async def test_a_notice_says_what_was_made_of_it(market: Market) -> None:
    order = await make_paid_order(market)
    kept = await ProviderNotice.get()
    payment = await Payment.get(order_id=order.id)
    assert (kept.kind, kept.outcome) == ("CAPTURED", "captured")
    assert kept.payload["request_key"] == payment.number


@pytest.mark.parametrize("kind", list(NoticeKind))
async def test_a_number_that_is_longer_than_any_of_ours_is_nobodys(market: Market, kind: NoticeKind) -> None:
    payment = await start_payment(market, await make_order(market))
    outcome = await receive(market, *signed(notice(payment, kind=kind, request_key="P" * 80)))
    assert outcome in ("unknown charge", "unknown refund")
    assert (await Payment.get(id=payment.id)).state == PaymentState.PENDING


async def test_money_that_goes_back_a_second_time_is_set_aside(market: Market) -> None:
    """A provider that says no to an attempt, is asked anew, and then does both."""
    order = await make_paid_order(market)
    await lifecycle.cancel(system(market), order.id, reason=CancelReason.OTHER)
    await run(market)
    row = await Refund.get().select_related("payment")
    again = notice(row.payment, notice_id="EVT_again", kind=NoticeKind.REFUNDED, request_key=row.number)
    assert await receive(market, *signed(replace(again, reference=row.provider_reference or ""))) == "refunded before"
    other = replace(again, notice_id="EVT_other", reference="REF_other", amount=row.amount)
    assert await receive(market, *signed(other)) == "refunded twice"
    balance = sum(await Posting.filter(account=LedgerAccount.SUSPENSE).values_list("amount", flat=True))  # type: ignore[arg-type]  # Tortoise types flat values as tuples
    assert balance == row.amount

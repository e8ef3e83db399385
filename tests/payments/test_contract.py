"""What every payment provider promises, also on a bad day. A new adapter joins with a bench of its own."""

from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.payments.provider import BadSignature, Charge, Notice, NoticeKind, ProviderError, ProviderRefused, Way
from domain.market import Market
from domain.payments.providers import PROVIDER_OF
from kit import clock
from models.payments import PaymentScene
from tests import databases
from tests.factories.payments import simulator_of
from tests.payments.providers.benches import AlipayBench, Bench, SimulatorBench, WechatBench

NUMBER, OTHER, BACK = "P0123456789AB", "P0123456789CD", "R0123456789EF"
NOTIFY = "https://shop.example/webhooks/provider"


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """One database is enough here: real providers keep their books elsewhere."""
    return databases.copy_sqlite(sqlite_template, tmp_path / "test.sqlite3")


@pytest.fixture(params=["simulator", "wechat", "wechat by public key", "alipay"])
def bench(request: pytest.FixtureRequest, market: Market) -> Bench:
    if request.param == "simulator":
        return SimulatorBench(simulator_of(market))
    return AlipayBench() if request.param == "alipay" else WechatBench(by_public_key="key" in request.param)


async def opened(
    bench: Bench, number: str = NUMBER, *, amount: int = 2600, scene: PaymentScene | None = None, minutes: int = 30
) -> Charge:
    now = clock.now().replace(microsecond=0)
    return await bench.provider.open_charge(
        request_key=number,
        amount=amount,
        currency="CNY",
        title="JS-2026-0001",
        return_url="https://shop.example/back?order=1&x=2",
        notify_url=NOTIFY,
        now=now,
        expires_at=now.replace(minute=0, second=0) + timedelta(hours=1, minutes=minutes),
        way=Way(scene or bench.provider.scenes[0], payer_id="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", address="192.0.2.1"),
    )


async def found(bench: Bench, number: str = NUMBER, reference: str = "") -> Notice | None:
    return await bench.provider.find_charge(request_key=number, reference=reference, now=clock.now())


async def paid(bench: Bench, number: str = NUMBER) -> Notice:
    """The notice about a charge that was opened and paid."""
    await opened(bench, number)
    await bench.pay(number)
    notice = await found(bench, number)
    assert notice is not None
    return notice


async def given_back(bench: Bench, charge: Notice, *, number: str = BACK, amount: int = 1000) -> str:
    return await bench.provider.refund(
        request_key=number,
        charge_reference=charge.reference,
        charge_amount=2600,
        amount=amount,
        currency="CNY",
        notify_url=NOTIFY,
        now=clock.now(),
    )


async def refund_found(bench: Bench, charge: Notice, reference: str, *, number: str = BACK) -> Notice | None:
    return await bench.provider.find_refund(
        request_key=number, reference=reference, charge_reference=charge.reference, now=clock.now()
    )


async def closed(bench: Bench, number: str = NUMBER) -> None:
    await bench.provider.close_charge(request_key=number, reference="", now=clock.now())


def spoil(bench: Bench, **how: int) -> None:
    if not bench.disturb(**how):
        pytest.skip("this provider has no line that could fail")


def told_apart(notice: Notice | None) -> tuple[object, ...]:
    assert notice is not None
    return (notice.kind, notice.request_key, notice.reference, notice.amount, notice.currency)


# ----------------------------------------------------------------------------------------------------------- charges


async def test_it_goes_by_a_name_that_the_market_knows(bench: Bench) -> None:
    assert PROVIDER_OF[bench.method] == bench.provider.code
    assert 200 <= bench.provider.heard.status < 300
    assert bench.provider.names_payer <= set(bench.provider.scenes)


async def test_every_scene_has_something_to_pay_by(bench: Bench) -> None:
    for place, scene in enumerate(bench.provider.scenes):
        charge = await opened(bench, f"{NUMBER[:-1]}{place}", scene=scene)
        assert bool(charge.pay_url) == (scene == PaymentScene.BROWSER)
        assert bool(charge.pay_code) == (scene != PaymentScene.BROWSER)
        assert len(charge.pay_url) <= 4000
        assert 0 < len(charge.reference) <= 80


async def test_the_same_request_gives_the_same_charge(bench: Bench) -> None:
    first = await opened(bench)
    assert await opened(bench) == first
    assert (await opened(bench, OTHER)).reference != first.reference


async def test_a_number_is_not_used_for_another_amount(bench: Bench) -> None:
    await opened(bench)
    with pytest.raises(ProviderRefused):
        await opened(bench, amount=2601)


async def test_a_charge_is_open_until_it_is_paid(bench: Bench) -> None:
    await opened(bench)
    assert await found(bench) is None
    await bench.pay(NUMBER)
    notice = await found(bench)
    assert notice is not None
    assert (notice.kind, notice.request_key, notice.amount) == (NoticeKind.CAPTURED, NUMBER, 2600)
    assert abs(clock.machine() - notice.occurred_at) < timedelta(minutes=1)
    assert notice == await found(bench)


async def test_nothing_is_known_of_a_charge_that_nobody_opened(bench: Bench) -> None:
    with pytest.raises(ProviderRefused):
        await found(bench)
    with pytest.raises(ProviderRefused):
        await closed(bench)


async def test_a_closed_charge_stays_closed(bench: Bench) -> None:
    await opened(bench)
    await closed(bench)
    await closed(bench)
    with pytest.raises(ProviderRefused):
        await found(bench)


async def test_what_was_paid_is_not_closed(bench: Bench) -> None:
    await paid(bench)
    with pytest.raises(ProviderRefused):
        await closed(bench)
    assert await found(bench) is not None


# ----------------------------------------------------------------------------------------------------------- refunds


async def test_a_refund_is_made_once_for_each_number(bench: Bench) -> None:
    charge = await paid(bench)
    reference = await given_back(bench, charge)
    assert await given_back(bench, charge) == reference
    notice = await refund_found(bench, charge, reference)
    assert told_apart(notice) == (NoticeKind.REFUNDED, BACK, reference, 1000, "CNY")
    assert await given_back(bench, charge, number="R-rest", amount=1600) != reference


async def test_no_more_goes_back_than_came(bench: Bench) -> None:
    charge = await paid(bench)
    await given_back(bench, charge, amount=2000)
    with pytest.raises(ProviderRefused):
        await given_back(bench, charge, number="R-too-much", amount=601)


async def test_nothing_goes_back_of_what_was_not_paid(bench: Bench) -> None:
    charge = await opened(bench)
    unpaid = Notice("N", NoticeKind.CAPTURED, NUMBER, charge.reference, 2600, "CNY", clock.now())
    with pytest.raises(ProviderRefused):
        await given_back(bench, unpaid)


async def test_a_refund_whose_answer_was_lost_is_not_made_twice(bench: Bench) -> None:
    charge = await paid(bench)
    spoil(bench, deaf=1)
    with pytest.raises(ProviderError):
        await given_back(bench, charge, amount=2600)
    assert await refund_found(bench, charge, await given_back(bench, charge, amount=2600)) is not None


async def test_after_a_refund_the_charge_is_still_told_as_paid(bench: Bench) -> None:
    charge = await paid(bench)
    await given_back(bench, charge)
    assert told_apart(await found(bench)) == told_apart(charge)


# --------------------------------------------------------------------------------------------------------- callbacks


async def test_a_callback_says_what_the_provider_would_answer(bench: Bench) -> None:
    charge = await paid(bench)
    body, headers = await bench.told(NUMBER)
    assert told_apart(await bench.provider.verify(body=body, headers=headers)) == told_apart(charge)


async def test_a_repeated_callback_has_the_same_id_and_another_one_another(bench: Bench) -> None:
    seen = []
    for number in (NUMBER, OTHER):
        await paid(bench, number)
        for _ in range(2):
            body, headers = await bench.told(number)
            notice = await bench.provider.verify(body=body, headers=headers)
            assert notice is not None
            seen.append(notice.notice_id)
    assert seen[0] == seen[1] != seen[2] == seen[3]
    assert all(0 < len(notice_id) <= 80 for notice_id in seen)


async def test_what_somebody_else_signed_or_changed_or_kept_is_not_believed(bench: Bench) -> None:
    await paid(bench)
    body, headers = await bench.told(NUMBER, signed=False)
    with pytest.raises(BadSignature):
        await bench.provider.verify(body=body, headers=headers)
    body, headers = await bench.told(NUMBER)
    with pytest.raises(BadSignature):
        await bench.provider.verify(body=body + b"&x=1", headers=headers)
    for ago in (bench.stale, -timedelta(minutes=6)):
        body, headers = await bench.told(NUMBER, ago=ago)
        with pytest.raises(BadSignature):
            await bench.provider.verify(body=body, headers=headers)


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"\xff\xfe", b"sign=&sign_type=RSA2", b"[" * 5000])
async def test_nonsense_is_not_believed(bench: Bench, body: bytes) -> None:
    with pytest.raises(BadSignature):
        await bench.provider.verify(body=body, headers={})


# ----------------------------------------------------------------------------------------------------------- bad days


@pytest.mark.parametrize("how", ["cut", "hang", "broken", "busy", "garbled", "forged"])
async def test_without_an_answer_to_believe_the_outcome_is_unknown(bench: Bench, how: str) -> None:
    charge = await paid(bench)

    async def fails(call: Awaitable[object]) -> None:
        with pytest.raises(ProviderError):
            await call

    spoil(bench, **{how: 9})
    await fails(opened(bench, OTHER))
    await fails(found(bench))
    await fails(given_back(bench, charge))
    await fails(refund_found(bench, charge, ""))
    await fails(closed(bench))
    bench.disturb()
    assert await found(bench) == charge
    assert (await opened(bench, OTHER)).reference


async def test_a_charge_whose_answer_was_lost_can_be_opened_again(bench: Bench) -> None:
    await opened(bench, OTHER)  # it knows the keys by now
    spoil(bench, deaf=1)
    with pytest.raises(ProviderError):
        await opened(bench)
    assert (await opened(bench)).reference
    assert await found(bench) is None


async def test_it_can_be_closed_twice(bench: Bench) -> None:
    await opened(bench)
    await bench.provider.close()
    await bench.provider.close()

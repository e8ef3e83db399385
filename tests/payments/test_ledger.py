"""The books: what is booked when, and who may read them."""

from typing import Any

import pytest

from domain.access import Viewer
from domain.market import Market
from domain.payments import ledger, refunds
from domain.payments.ledger import Balance
from domain.payments.refunds import Asked
from kit import ids
from models.customers import Role
from models.orders import Order
from models.payments import JournalEntry, LedgerAccount, RefundReason
from tests.api import Api
from tests.factories.payments import lines_of, make_paid_order, receive_all, run

BALANCE = "{ trialBalance { account currency balance { minorUnits } } }"
ENTRIES = """query ($orderId: ID!) {
  ledgerEntries(orderId: $orderId) { kind postings { account amount { minorUnits currency } } }
}"""


async def balances() -> dict[str, int]:
    return {row.account.value: row.balance for row in await ledger.trial_balance() if row.balance}


async def give_back(viewer: Viewer, order: Order, quantity: int, *, shipping: bool = False) -> None:
    lines = [Asked((await lines_of(order))[0].id, quantity)]
    await refunds.create(
        viewer,
        order.id,
        lines=lines,
        shipping=shipping,
        reason=RefundReason.GOODWILL,
        idempotency_key=ids.token(),
    )


async def test_an_entry_must_sum_to_zero(market: Market) -> None:
    with pytest.raises(ledger.Unbalanced):
        await ledger.book(
            "test",
            reference="test",
            order_id=None,
            currency="CNY",
            postings={LedgerAccount.SUSPENSE: -5, LedgerAccount.PROVIDER_CLEARING: 6},
        )
    assert await JournalEntry.all().count() == 0


async def test_the_same_is_never_booked_twice(market: Market) -> None:
    sides = {LedgerAccount.SUSPENSE: -5, LedgerAccount.PROVIDER_CLEARING: 5}
    written = []
    for _ in range(2):
        async with market.change():
            written.append(
                await ledger.book("set_aside", reference="once", order_id=None, currency="CNY", postings=sides)
            )
    assert written == [True, False]
    assert await ledger.trial_balance() == [
        Balance(LedgerAccount.PROVIDER_CLEARING, "CNY", 5),
        Balance(LedgerAccount.SUSPENSE, "CNY", -5),
    ]


async def test_revenue_is_booked_when_the_customer_has_the_goods(market: Market) -> None:
    order = await make_paid_order(market)
    assert await balances() == {"PROVIDER_CLEARING": 2600, "CUSTOMER_DEPOSITS": -2600}
    await receive_all(market, order)
    assert await balances() == {"PROVIDER_CLEARING": 2600, "SALES": -2000, "SHIPPING_INCOME": -600}


async def test_a_refund_before_receipt_comes_out_of_the_deposit(market: Market, the_market: Viewer) -> None:
    order = await make_paid_order(market)
    await give_back(the_market, order, 1)
    assert await balances() == {"PROVIDER_CLEARING": 2600, "CUSTOMER_DEPOSITS": -1600, "REFUNDS_PAYABLE": -1000}
    await run(market)
    assert await balances() == {"PROVIDER_CLEARING": 1600, "CUSTOMER_DEPOSITS": -1600}
    await receive_all(market, order)
    assert await balances() == {"PROVIDER_CLEARING": 1600, "SALES": -1000, "SHIPPING_INCOME": -600}


async def test_a_refund_after_receipt_comes_out_of_revenue(market: Market, the_market: Viewer) -> None:
    order = await make_paid_order(market)
    await receive_all(market, order)
    await give_back(the_market, order, 1, shipping=True)
    await run(market)
    assert await balances() == {"PROVIDER_CLEARING": 1000, "SALES": -2000, "SALES_RETURNS": 1000}


async def test_revenue_is_booked_once_and_not_before_receipt(market: Market, the_market: Viewer) -> None:
    order = await make_paid_order(market)
    await refunds.recognize(the_market, order.id)
    assert await balances() == {"PROVIDER_CLEARING": 2600, "CUSTOMER_DEPOSITS": -2600}
    await receive_all(market, order)
    await refunds.recognize(the_market, order.id)
    assert await JournalEntry.filter(kind="revenue").count() == 1


@pytest.mark.parametrize("role", [None, *Role])
async def test_only_finance_and_administrators_read_the_books(
    market: Market, api: Api, customer: Viewer, staff: Any, role: Role | None
) -> None:
    order = await make_paid_order(market, viewer=customer)
    viewer = customer if role is None else await staff(role)
    entries = await api.raw(ENTRIES, as_=viewer, orderId=ids.to_public("Order", order.id))
    balance = await api.raw(BALANCE, as_=viewer)
    if role in (Role.FINANCE, Role.ADMINISTRATOR):
        assert entries.data == {
            "ledgerEntries": [
                {
                    "kind": "capture",
                    "postings": [
                        {"account": "PROVIDER_CLEARING", "amount": {"minorUnits": 2600, "currency": "CNY"}},
                        {"account": "CUSTOMER_DEPOSITS", "amount": {"minorUnits": -2600, "currency": "CNY"}},
                    ],
                }
            ]
        }
        assert balance.data == {
            "trialBalance": [
                {"account": "CUSTOMER_DEPOSITS", "currency": "CNY", "balance": {"minorUnits": -2600}},
                {"account": "PROVIDER_CLEARING", "currency": "CNY", "balance": {"minorUnits": 2600}},
            ]
        }
    else:
        for result in (entries, balance):
            assert result.data is None
            assert result.errors is not None
            assert [error.code for error in result.errors] == ["FORBIDDEN"]


async def test_an_entry_is_found_by_its_id_by_those_who_read_the_books(
    market: Market, api: Api, customer: Viewer, staff: Any
) -> None:
    await make_paid_order(market, viewer=customer)
    asked = {"id": ids.to_public("LedgerEntry", (await JournalEntry.get()).id)}
    node = "query ($id: ID!) { node(id: $id) { ... on LedgerEntry { kind } } }"
    assert (await api(node, as_=await staff(Role.FINANCE), **asked))["node"] == {"kind": "capture"}
    for viewer in (customer, await staff(Role.SERVICE_AGENT), None):
        assert (await api(node, as_=viewer, **asked))["node"] is None

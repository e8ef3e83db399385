"""What must be true of the books and the shelves after every test."""

from collections import Counter
from uuid import UUID

from domain.inventory import stock
from domain.payments import ledger
from models.orders import Order, OrderLine
from models.payments import (
    JournalEntry,
    LedgerAccount,
    Payment,
    PaymentState,
    Posting,
    Refund,
    RefundLine,
    RefundState,
)

CLAIMS = (
    LedgerAccount.CUSTOMER_DEPOSITS,
    LedgerAccount.SALES,
    LedgerAccount.SHIPPING_INCOME,
    LedgerAccount.SALES_RETURNS,
)


async def assert_books_balance() -> None:
    """Stock sums agree, every entry sums to zero, and ledger, orders, payments and refunds tell one story."""
    assert await stock.broken_sums() == []
    assert await ledger.broken_entries() == []
    payments, refunds = await Payment.all(), await Refund.all()
    await _assert_orders_agree(payments, refunds)
    await _assert_ledger_agrees(payments, refunds)


async def _assert_orders_agree(payments: list[Payment], refunds: list[Refund]) -> None:
    captured, refunded, shipping = Counter[UUID](), Counter[UUID](), Counter[UUID]()
    given_back = Counter[UUID]()
    for payment in payments:
        captured[payment.order_id] += payment.captured
        is_captured = payment.state == PaymentState.CAPTURED
        assert payment.captured == (payment.amount if is_captured else 0), payment.number
    for refund in refunds:
        refunded[refund.order_id] += refund.amount
        shipping[refund.order_id] += refund.shipping
        given_back[refund.payment_id] += refund.amount
    for payment in payments:
        assert payment.refunded == given_back[payment.id] <= payment.captured, payment.number
    for order in await Order.filter(id__in=list({payment.order_id for payment in payments})):
        assert (order.captured, order.refunded) == (captured[order.id], refunded[order.id]), order.number
        assert order.shipping_refunded == shipping[order.id] <= order.shipping, order.number
        applied = [p for p in payments if p.order_id == order.id and p.is_applied]
        assert len(applied) <= 1, order.number
        assert all(p.captured == order.total for p in applied), order.number
    await _assert_lines_agree(refunds)


async def _assert_lines_agree(refunds: list[Refund]) -> None:
    units, money = Counter[UUID](), Counter[UUID]()
    for part in await RefundLine.all():
        units[part.order_line_id] += part.quantity
        money[part.order_line_id] += part.amount
    for line in await OrderLine.filter(order_id__in=list({refund.order_id for refund in refunds})):
        assert (line.refunded, line.refunded_amount) == (units[line.id], money[line.id])
        assert line.refunded_amount <= line.total


async def _assert_ledger_agrees(payments: list[Payment], refunds: list[Refund]) -> None:
    accounts, claims = Counter[LedgerAccount](), Counter[UUID]()
    aside = 0
    for posting in await Posting.all().select_related("entry"):
        entry: JournalEntry = posting.entry
        accounts[posting.account] += posting.amount
        if posting.account in CLAIMS and entry.order_id is not None:
            claims[entry.order_id] += posting.amount
        if entry.kind == "set_aside" and posting.account == LedgerAccount.PROVIDER_CLEARING:
            aside += posting.amount
    gone = sum(refund.amount for refund in refunds if refund.state == RefundState.SUCCEEDED)
    owed = sum(refund.amount for refund in refunds if refund.state != RefundState.SUCCEEDED)
    assert accounts[LedgerAccount.PROVIDER_CLEARING] == sum(p.captured for p in payments) - gone + aside
    assert accounts[LedgerAccount.REFUNDS_PAYABLE] == -owed
    kept = Counter[UUID]()
    for payment in payments:
        if payment.is_applied:
            kept[payment.order_id] += payment.captured - payment.refunded
    for order_id in kept.keys() | claims.keys():
        assert claims[order_id] == -kept[order_id]

"""What must be true of the books and the shelves after every test."""

from collections import Counter
from uuid import UUID

from domain.archive import documents
from domain.archive.records import Record
from domain.inventory import stock
from domain.orders import missing, snapshots
from domain.payments import ledger
from models.archive import ArchivedOrder
from models.inventory import Backorder
from models.jobs import Timer
from models.orders import Order, OrderChangeRequest, OrderLine, Supply
from models.outbox import Event
from models.payments import (
    JournalEntry,
    LedgerAccount,
    Payment,
    PaymentPurpose,
    PaymentState,
    Posting,
    Refund,
    RefundLine,
    RefundState,
)
from models.shortages import Shortage

CLAIMS = (
    LedgerAccount.CUSTOMER_DEPOSITS,
    LedgerAccount.SALES,
    LedgerAccount.SHIPPING_INCOME,
    LedgerAccount.SALES_RETURNS,
    LedgerAccount.GOODWILL,
)


async def assert_books_balance() -> None:
    """Stock sums agree, every entry sums to zero, and ledger, orders, payments and refunds tell one story."""
    assert await stock.broken_sums() == []
    assert await missing.unkept() == []
    await _assert_shortages_agree()
    await _assert_history_tells_the_lines()
    assert await ledger.broken_entries() == []
    archived = [documents.read(row.document) for row in await ArchivedOrder.all()]
    payments = [*await Payment.all(), *(payment for record in archived for payment in record.payments)]
    refunds = [*await Refund.all(), *(refund for record in archived for refund in record.refunds)]
    await _assert_orders_agree(payments, refunds, archived)
    await _assert_ledger_agrees(payments, refunds)


async def _assert_history_tells_the_lines() -> None:
    """The sums of lines that the events of an order have told last are those that its lines have."""
    told: dict[UUID, object] = {}
    for event in await Event.filter(changes__isnull=False).order_by("stream_id", "sequence"):
        if event.changes and "lines" in event.changes:
            told[event.stream_id] = event.changes["lines"]
    lines: dict[UUID, list[OrderLine]] = {order.id: [] for order in await Order.filter(id__in=list(told))}
    for line in await OrderLine.filter(order_id__in=list(lines)):
        lines[line.order_id].append(line)
    assert {key: told[key] for key in lines} == {key: snapshots.of_lines(own) for key, own in lines.items()}


async def _assert_shortages_agree() -> None:
    """Every order that waits for something has one open shortage with a deadline, and no other order has."""
    waiting = {row.order_id for row in await Backorder.all()}
    asked = [row.order_id for row in await Shortage.filter(state__in=missing.UNSETTLED)]
    short = {order.id: order for order in await Order.filter(supply__not=Supply.COMPLETE)}
    assert len(asked) == len(set(asked))
    assert waiting <= set(asked) == set(short)
    assert all(order.supply_until is not None for order in short.values())
    timers = await Timer.filter(kind=missing.DUE, done_at__isnull=True).values_list("subject_id", flat=True)
    assert set(short) == {UUID(str(order_id)) for order_id in timers}


async def _assert_orders_agree(payments: list[Payment], refunds: list[Refund], archived: list[Record]) -> None:
    captured, refunded, shipping = Counter[UUID](), Counter[UUID](), Counter[UUID]()
    given_back = Counter[UUID]()
    tips = {payment.id for payment in payments if payment.purpose == PaymentPurpose.TIP}
    for payment in payments:
        captured[payment.order_id] += payment.captured if payment.id not in tips else 0
        is_captured = payment.state == PaymentState.CAPTURED
        assert payment.captured == (payment.amount if is_captured else 0), payment.number
    for refund in refunds:
        refunded[refund.order_id] += refund.amount if refund.payment_id not in tips else 0
        shipping[refund.order_id] += refund.shipping
        given_back[refund.payment_id] += refund.amount
    for payment in payments:
        assert payment.refunded == given_back[payment.id] <= payment.captured, payment.number
    there = await Order.filter(id__in=list({payment.order_id for payment in payments}))
    for order in (*there, *(record.order for record in archived)):
        assert (order.captured, order.refunded) == (captured[order.id], refunded[order.id]), order.number
        assert order.shipping_refunded == shipping[order.id] <= order.shipping, order.number
        applied = [p for p in payments if p.order_id == order.id and p.is_applied and p.purpose == PaymentPurpose.ORDER]
        merged = await Order.filter(merged_into=order.id).count()
        assert len(applied) <= 1 + merged, order.number
        changed = await OrderChangeRequest.filter(order_id=order.id, paid_by__not_isnull=True)
        differences = sum(change.to_pay for change in changed)
        assert not applied or sum(p.captured for p in applied) + differences == order.total, order.number
        assert {change.paid_by for change in changed} <= {p.id for p in payments if p.is_applied}, order.number
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
    assert accounts[LedgerAccount.ORDER_TRANSFERS] == 0
    kept = Counter[UUID]()
    for payment in payments:
        if payment.is_applied and payment.purpose != PaymentPurpose.TIP:
            kept[payment.order_id] += payment.captured - payment.refunded
    for order_id in kept.keys() | claims.keys():
        assert claims[order_id] == -kept[order_id]

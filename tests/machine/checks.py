"""What must be true after every step: the rows say what the model says, and every sum and every history agrees."""

from collections import Counter, defaultdict
from uuid import UUID

from tortoise.functions import Count, Sum

from domain import events
from domain.orders.states import TRANSITIONS
from domain.payments import ledger
from models.carts import CartLine
from models.fulfillment import Parcel, ParcelLine
from models.inventory import Reservation, ReservationState, StockLevel
from models.jobs import Timer
from models.orders import Order, OrderLine, OrderState
from models.outbox import Event
from models.payments import LedgerAccount, Payment
from models.promotions import Coupon, CouponUse, CouponUseState
from tests.invariants import assert_books_balance
from tests.machine.model import Books


class History:
    """Reads each event once, as a subscriber would, and holds it to the table of states."""

    def __init__(self) -> None:
        self.position = 0
        self.sequences = Counter[UUID]()
        self.states: dict[UUID, OrderState] = defaultdict(lambda: OrderState.PENDING_PAYMENT)

    async def read(self) -> None:
        while await events.publish():
            pass
        for event in await Event.filter(position__gt=self.position).order_by("position"):
            self._take(event)
        assert not await Event.filter(position=None).exists()

    def _take(self, event: Event) -> None:
        assert event.position == self.position + 1
        self.position += 1
        assert event.sequence == self.sequences[event.stream_id] + 1, event.kind
        self.sequences[event.stream_id] += 1
        if event.kind.startswith("review.") or "wave_id" in event.data:
            return  # streams of reviews and of warehouses know other states
        came_from = self.states[event.stream_id]
        if "to" in event.data:
            to = OrderState(str(event.data["to"]))
            assert event.data["from"] == came_from, event.kind
            assert to in TRANSITIONS[came_from], event.kind
            self.states[event.stream_id] = to
        assert event.data["state"] == self.states[event.stream_id], event.kind


async def everything_agrees(books: Books, history: History) -> None:
    """All of it."""
    await assert_books_balance()
    await history.read()
    await _orders_agree(books, history)
    await _lines_agree(books)
    await _payments_agree(books)
    await _parcels_agree(books)
    await _stock_agrees(books)
    await _coupons_agree(books)
    await _ledger_agrees(books)
    assert await Timer.exclude(last_error="").values("kind", "last_error") == []


async def _orders_agree(books: Books, history: History) -> None:
    columns = ("id", "state", "subtotal", "discount", "shipping", "total", "captured", "refunded", "sequence")
    rows = await Order.all().values(*columns, "shipping_refunded")
    assert {row["id"] for row in rows} == books.deals.keys()
    for row in rows:
        deal = books.deals[row["id"]]
        assert row["state"] == deal.state == history.states[row["id"]]
        assert row["total"] == row["subtotal"] - row["discount"] + row["shipping"] == deal.total
        assert row["shipping"] == deal.shipping
        assert (row["captured"], row["refunded"]) == (deal.captured, deal.refunded)
        assert 0 <= row["refunded"] <= row["captured"]
        assert row["shipping_refunded"] == deal.shipping_refunded
        assert row["sequence"] == history.sequences[row["id"]]


async def _lines_agree(books: Books) -> None:
    columns = ("id", "order_id", "quantity", "unit_price", "discount", "total")
    counts = ("shipped", "delivered", "canceled", "refunded", "refunded_amount")
    rows = {row["id"]: row for row in await OrderLine.all().values(*columns, *counts)}
    goods = Counter[UUID]()
    for row in rows.values():
        goods[row["order_id"]] += row["total"]
        assert row["total"] == row["unit_price"] * row["quantity"] - row["discount"]
        assert 0 <= row["delivered"] <= row["shipped"] <= row["shipped"] + row["canceled"] <= row["quantity"]
    for key, deal in books.deals.items():
        assert goods[key] == deal.total - deal.shipping
        for line in deal.lines:
            found = tuple(rows[line.key][name] for name in ("quantity", "total", *counts))
            expected = (line.quantity, line.total, line.shipped, line.delivered, line.canceled)
            assert found == (*expected, line.refunded, line.refunded_amount)


async def _payments_agree(books: Books) -> None:
    rows = await Payment.all().values("number", "state", "amount", "captured", "refunded", "is_applied")
    expected = {number: attempt for deal in books.deals.values() for number, attempt in deal.attempts.items()}
    assert {row["number"] for row in rows} == expected.keys()
    for row in rows:
        attempt = expected[row["number"]]
        found = (row["state"], row["amount"], row["is_applied"], row["refunded"])
        assert found == (attempt.state, attempt.amount, attempt.is_applied, attempt.refunded)
        assert row["refunded"] <= row["captured"]


async def _parcels_agree(books: Books) -> None:
    states = dict(await Parcel.all().values_list("id", "state"))
    expected = {key: box for deal in books.deals.values() for key, box in deal.boxes.items()}
    assert states == {key: box.state for key, box in expected.items()}
    packed = Counter[UUID]()
    for line_id, units in await ParcelLine.all().values_list("order_line_id", "quantity"):
        packed[line_id] += units
    assert packed == Counter({line.key: line.shipped for deal in books.deals.values() for line in deal.lines})


async def _stock_agrees(books: Books) -> None:
    """The levels, and for whom units are held: by order line exactly what is still to be shipped."""
    free: Counter[UUID] = Counter()
    for level in await StockLevel.all():
        free[level.variant_id] += level.available
        assert level.available >= 0
    assert free == {variant: books.available(variant) for variant in books.wares}
    held = Reservation.filter(state=ReservationState.HELD).annotate(units=Sum("quantity")).group_by("order_line_id")
    found = {row["order_line_id"]: row["units"] for row in await held.values("order_line_id", "units")}
    lines = (line for deal in books.deals.values() if deal.held.total() for line in deal.lines)
    assert found == {line.key: line.open for line in lines if line.open}


async def _coupons_agree(books: Books) -> None:
    counted = CouponUse.filter(state=CouponUseState.USED).annotate(uses=Count("id")).group_by("coupon_id")
    used = {row["coupon_id"]: row["uses"] for row in await counted.values("coupon_id", "uses")}
    for coupon in await Coupon.all():
        assert coupon.used == used.get(coupon.id, 0) == books.tickets[coupon.code].used_by.total()


async def _ledger_agrees(books: Books) -> None:
    balances = {balance.account: balance.balance for balance in await ledger.trial_balance()}
    assert sum(balances.values()) == 0
    for account in LedgerAccount:
        assert balances.get(account, 0) == books.account(account), account


async def cart_agrees(books: Books, shopper: str, cart_id: UUID | None) -> None:
    """What is in a cart is what its owner did to it."""
    lines = await CartLine.filter(cart_id=cart_id).values("variant_id", "quantity", "selected") if cart_id else []
    found = {line["variant_id"]: (line["quantity"], line["selected"]) for line in lines}
    assert found == books.baskets[shopper].lines

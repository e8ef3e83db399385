"""Shops, pays, cancels, ships, refunds and moves the clock in any order, beside a model of what must come of it."""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, invariant, multiple, precondition, rule

from adapters.carriers.carrier import Scan
from domain.access import Viewer
from domain.carts import carts
from domain.fulfillment import shipping, tracking
from domain.fulfillment.loads import Chosen
from domain.fulfillment.shipping import Shipment
from domain.inventory import stock
from domain.orders import lifecycle
from domain.payments import refunds
from domain.payments.refunds import Asked
from kit import clock, ids
from models.catalog import Variant
from models.customers import Role
from models.fulfillment import CarrierCode, Parcel, ParcelLine, ParcelState
from models.inventory import Reservation, ReservationState, StockLevel
from models.orders import CancelReason, OrderState
from models.payments import Refund, RefundReason, RefundState
from tests.factories.fulfillment import take_scan
from tests.machine.asking import codes_of, promises_are_kept
from tests.machine.checks import cart_agrees, everything_agrees
from tests.machine.ground import Ground
from tests.machine.model import JOURNEY, Box, Deal
from tests.machine.shopping import PLACES, WARES, ShoppingMachine

PORTIONS = st.lists(st.sampled_from([0, 1, 1, 2, 3]), min_size=3, max_size=3)
PICKINGS = st.sampled_from(["all", "east", "west"]) | PORTIONS
PAUSES = st.sampled_from(
    [
        timedelta(0),
        timedelta(minutes=20),
        timedelta(minutes=31),
        timedelta(hours=6),
        timedelta(days=1),
        timedelta(days=4),
    ]
)
SHIPPABLE = {OrderState.PAID, OrderState.PARTIALLY_SHIPPED}
SHIPPED = {OrderState.SHIPPED, OrderState.DELIVERED, OrderState.RECEIVED, OrderState.COMPLETED}
Sent = tuple[UUID, UUID]  # parcel, order


class MarketMachine(ShoppingMachine):
    """One example is one life of a small market."""

    orders = ShoppingMachine.orders
    parcels: Bundle[Sent] = Bundle("parcels")

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.turn = 0

    # Shipping --------------------------------------------------------------------------------------------------------

    def _shippable(self) -> list[UUID]:
        return self.among(lambda deal: self.books.ship_refusal(deal) is None)

    @precondition(lambda self: self._shippable())
    @rule(target=parcels, place=PLACES, picking=PICKINGS, is_ours=st.booleans())
    def ships(self, place: int, picking: str | list[int], is_ours: bool) -> "MultipleResults[Sent]":
        order_id = self._shippable()[place % len(self._shippable())]
        return multiple(*self.do(self._ship(order_id, picking, is_ours=is_ours)))

    async def _ship(self, order_id: UUID, picking: str | list[int], *, is_ours: bool) -> list[Sent]:
        deal = self.books.deals[order_id]
        wanted = await self._wanted(order_id, picking)
        asked = Shipment(
            order_id,
            CarrierCode.OWN_COURIER if is_ours else CarrierCode.SIMULATOR,
            chosen=None if isinstance(picking, str) else [Chosen(line, units) for line, units in wanted.items()],
            warehouse_id=self._house(picking),
            waybill=f"OWN-{ids.readable(9)}" if is_ours else None,
        )
        expected = self._shipping_problems(deal, picking, wanted)
        viewer, key = self.cast.staff[Role.WAREHOUSE_PICKER], ids.token()
        codes = await codes_of(shipping.ship(viewer, asked, key=key))
        if codes == ["ONE_WAYBILL_SEVERAL_PARCELS"]:
            held = await Reservation.filter(order_id=order_id, state=ReservationState.HELD)
            assert is_ours
            assert len({promise.warehouse_id for promise in held}) > 1
            return []
        assert Counter(codes) == expected
        if expected:
            return []
        sent = await shipping.ship(viewer, asked, key=key)  # again: the same parcels
        await self._sent(deal, sent, wanted)
        return [(parcel.id, order_id) for parcel in sent]

    def _house(self, picking: str | list[int]) -> UUID | None:
        return {"east": self.cast.warehouses[0], "west": self.cast.warehouses[1]}.get(str(picking))

    async def _wanted(self, order_id: UUID, picking: str | list[int]) -> Counter[UUID]:
        """Units by order line that should leave."""
        lines, house = self.books.deals[order_id].lines, self._house(picking)
        if not isinstance(picking, str):
            return Counter({line.key: units for line, units in zip(lines, picking, strict=False) if units})
        if house is None:
            return +Counter({line.key: line.open for line in lines})
        wanted = Counter[UUID]()
        for promise in await Reservation.filter(order_id=order_id, warehouse_id=house, state=ReservationState.HELD):
            wanted[promise.order_line_id] += promise.quantity
        return wanted

    def _shipping_problems(self, deal: Deal, picking: str | list[int], wanted: Counter[UUID]) -> Counter[str]:
        refusal = self.books.ship_refusal(deal)
        if refusal is not None:
            return Counter([refusal])
        if not wanted:
            return Counter(["NOTHING_IN_WAREHOUSE" if isinstance(picking, str) else "REQUIRED"])
        opened = {line.key: line.open for line in deal.lines}
        return Counter("MORE_THAN_OPEN" for line, units in wanted.items() if units > opened[line])

    async def _sent(self, deal: Deal, sent: Sequence[Parcel], wanted: Counter[UUID]) -> None:
        left = Counter[UUID]()
        for parcel in sent:
            parts = {part.order_line_id: part.quantity for part in await ParcelLine.filter(parcel_id=parcel.id)}
            left.update(parts)
            self.books.shipped(deal, parcel.id, Box(parts))
        assert left == wanted

    @precondition(lambda self: self._shippable())
    @rule(place=PLACES)
    def ships_and_delivers(self, place: int) -> None:
        """The usual way, in one step, so that examples come further."""
        order_id = self._shippable()[place % len(self._shippable())]
        for sent in self.do(self._ship(order_id, "all", is_ours=False)):
            self.do(self._scan(sent, ParcelState.DELIVERED, "at the door", is_by_hand=True))

    @rule(parcel=parcels, state=st.sampled_from(JOURNEY), number=st.integers(0, 1), is_by_hand=st.booleans())
    def is_scanned(self, parcel: Sent, state: ParcelState, number: int, is_by_hand: bool) -> None:
        self.do(self._scan(parcel, state, f"{state.value}-{number}", is_by_hand=is_by_hand))

    async def _scan(self, sent: Sent, state: ParcelState, scan_id: str, *, is_by_hand: bool) -> None:
        parcel, deal = await Parcel.get(id=sent[0]), self.books.deals[sent[1]]
        box, courier = deal.boxes[parcel.id], self.cast.staff[Role.COURIER]
        if not is_by_hand:
            scan = Scan(parcel.carrier.value, parcel.waybill, scan_id, state, {}, {}, clock.now())
            await take_scan(courier, scan)
            self.books.scanned(deal, box, scan_id, state)
            return
        codes = await codes_of(tracking.add_scan(courier, parcel.id, state=state, scan_id=scan_id))
        is_over = box.state == ParcelState.DELIVERED and f"hand:{scan_id}" not in box.scans
        assert codes == (["PARCEL_ALREADY_DELIVERED"] if is_over else [])
        if not is_over:
            self.books.scanned(deal, box, f"hand:{scan_id}", state)

    def _receivable(self) -> list[UUID]:
        return self.among(lambda deal: self.books.receipt_refusal(deal) is None)

    @precondition(lambda self: self._receivable())
    @rule(place=PLACES)
    def confirms_receipt(self, place: int) -> None:
        order_id = self._receivable()[place % len(self._receivable())]
        self.do(lifecycle.confirm_receipt(self.owner(order_id), order_id))
        self.books.received(self.books.deals[order_id])

    # Money back ------------------------------------------------------------------------------------------------------

    @rule(order_id=orders, is_staff=st.booleans())
    def cancels(self, order_id: UUID, is_staff: bool) -> None:
        deal = self.books.deals[order_id]
        refusal = self.books.cancel_refusal(deal)
        viewer = self.cast.staff[Role.SERVICE_AGENT] if is_staff else self.owner(order_id)
        codes = self.do(codes_of(lifecycle.cancel(viewer, order_id, reason=CancelReason.CHANGED_MIND)))
        assert codes == ([refusal] if refusal else [])
        if refusal is None:
            self.books.given_up(deal, OrderState.CANCELED)

    def _refundable(self) -> list[UUID]:
        return self.among(lambda deal: deal.rest > 0)

    @precondition(lambda self: self._refundable())
    @rule(place=PLACES, units=PORTIONS, shipping_too=st.booleans())
    def is_refunded(self, place: int, units: list[int], shipping_too: bool) -> None:
        order_id = self._refundable()[place % len(self._refundable())]
        self.do(self._refund(order_id, units, shipping_too=shipping_too))

    async def _refund(self, order_id: UUID, units: list[int], *, shipping_too: bool) -> None:
        deal, viewer = self.books.deals[order_id], self.cast.staff[Role.FINANCE]
        asked = [Asked(line.key, count) for line, count in zip(deal.lines, units, strict=False) if count]
        expected = self.books.refund_problems(deal, units, shipping=shipping_too)
        plan = await refunds.preview(viewer, order_id, lines=asked, shipping=shipping_too)
        assert Counter(problem.code for problem in plan.problems) == expected
        key = ids.token()
        create = {"lines": asked, "shipping": shipping_too, "reason": RefundReason.GOODWILL, "idempotency_key": key}
        codes = await codes_of(refunds.create(viewer, order_id, **create))  # type: ignore[arg-type]  # named above
        assert Counter(codes) == expected
        if expected:
            return
        amount = self.books.refunded(deal, units, shipping=shipping_too)
        made = await refunds.create(viewer, order_id, **create)  # type: ignore[arg-type]  # again: the same refunds
        assert sum(refund.amount for refund in made) == plan.amount == amount
        assert sum(refund.shipping for refund in made) == plan.shipping

    # The shop, and the time ------------------------------------------------------------------------------------------

    @rule(
        ware=WARES,
        shelf=st.none() | st.tuples(st.integers(0, 1), st.integers(0, 6)),
        price=st.sampled_from([0, 1, 333, 1990, 9900]),
        is_sold=st.booleans(),
    )
    def looks_after_a_ware(self, ware: int, shelf: tuple[int, int] | None, price: int, is_sold: bool) -> None:
        """Counts what lies on a shelf, or labels it anew."""
        variant = self.cast.wares[ware]
        if shelf is not None:
            self.do(self._count(variant, self.cast.warehouses[shelf[0]], shelf[1]))
        else:
            self.do(_label(variant, price=price, is_sold=is_sold))
            self.books.wares[variant].price, self.books.wares[variant].is_sold = price, is_sold

    async def _count(self, variant: UUID, house: UUID, units: int) -> None:
        level = await StockLevel.get_or_none(variant_id=variant, warehouse_id=house)
        on_hand, reserved = (level.on_hand, level.reserved) if level else (0, 0)
        picker = self.cast.staff[Role.WAREHOUSE_PICKER]
        codes = await codes_of(stock.set_on_hand(picker, variant_id=variant, warehouse_id=house, on_hand=units))
        assert codes == (["STOCK_PROMISED"] if units < reserved else [])
        if not codes:
            self.books.wares[variant].on_hand += units - on_hand

    @rule(pause=PAUSES, is_attended=st.booleans())
    def time_passes(self, pause: timedelta, is_attended: bool) -> None:
        """Timers may be late: what is due is done now, or at some later step."""
        clock.set_offset(clock.offset() + pause)
        if is_attended:
            self.do(self.run_due())
            self._nothing_is_stuck()

    # What always holds -----------------------------------------------------------------------------------------------

    @invariant()
    def all_agrees(self) -> None:
        self.do(everything_agrees(self.books, self.history))
        self.do(self._ask())

    async def _ask(self) -> None:
        """One order after another, its owner and one viewer after another; one cart after another."""
        shopper = ("ann", "bob", "guest")[self.turn % 3]
        cart = await carts.find(self.viewer(shopper))
        await cart_agrees(self.books, shopper, cart.id if cart else None)
        order_ids = list(self.books.deals)
        if order_ids:
            order_id, viewers = order_ids[self.turn % len(order_ids)], self._viewers()
            await self.place_again(order_id)
            viewer = viewers[self.turn // 2 % len(viewers)] if self.turn % 2 else self.owner(order_id)
            await promises_are_kept(viewer, order_id)
        self.turn += 1

    def _viewers(self) -> list[Viewer]:
        return [*self.cast.staff.values(), self.cast.system, *self.cast.people.values(), self.guest]

    def _nothing_is_stuck(self) -> None:
        """Where all that is due is done: no unpaid order past its time, no money of a canceled one."""
        for deal in self.books.deals.values():
            assert deal.state != OrderState.PENDING_PAYMENT or clock.now() < deal.pay_by
            assert deal.state not in (OrderState.CANCELED, OrderState.EXPIRED) or deal.captured == deal.refunded

    def teardown(self) -> None:
        """After two quiet months everything has come to rest by itself: goods, money and orders."""
        if sys.exc_info()[1] is None:
            self.do(self._rest())

    async def _rest(self) -> None:
        for _ in range(6):
            clock.set_offset(clock.offset() + timedelta(days=10))
            await self.run_due()
        await everything_agrees(self.books, self.history)
        self._nothing_is_stuck()
        assert not await Refund.exclude(state=RefundState.SUCCEEDED).exists()
        for deal in self.books.deals.values():
            is_here = all(box.state == ParcelState.DELIVERED for box in deal.boxes.values())
            assert deal.state not in SHIPPED or not is_here or deal.state == OrderState.COMPLETED
            assert deal.earned is not None or deal.state != OrderState.COMPLETED


async def _label(variant: UUID, *, price: int, is_sold: bool) -> None:
    await Variant.filter(id=variant).update(price=price, is_active=is_sold)

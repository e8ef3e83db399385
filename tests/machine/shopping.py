"""The machine's first half: carts, coupons, placing and paying, by two customers and a guest."""

from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, initialize, multiple, precondition, rule

from adapters.payments.simulator import Outcome
from domain.access import Viewer
from domain.carts import carts
from domain.carts.carts import Addition
from domain.orders import checkout
from domain.orders.checkout import Destination, Purchase, Wish
from domain.payments import attempts, demo
from jobs.runner import run_due
from kit import clock, ids
from models.carts import Cart
from models.orders import Order, OrderLine, OrderState
from models.payments import Payment, PaymentMethod
from tests.machine import following
from tests.machine.asking import codes_of, outcome_of
from tests.machine.checks import History
from tests.machine.ground import DELIVERED, FREE, NOT_DELIVERED, Cast, Ground
from tests.machine.model import PAYMENT_TIME, Attempt, Basket, Books, Deal, Line

T = TypeVar("T")
Wanted = Sequence[tuple[int, int]]  # place of a ware, units
Begun = tuple[UUID, UUID]  # payment, order

SHOPPERS = st.sampled_from(["ann", "bob", "guest"])
COUPONS = st.sampled_from([None, None, "TEN", "ALL", "TODAY", "NOPE"])
TOWNS = st.sampled_from([DELIVERED, DELIVERED, FREE, NOT_DELIVERED])
WARES = st.integers(0, 2)
UNITS = st.integers(1, 4)
PLACES = st.integers(0, 5)  # which of those that come into question
PHONES = {"ann": "+8613900000001", "bob": "+8613900000002", "guest": "+8613900000003"}


class ShoppingMachine(RuleBasedStateMachine):
    """Up to the money."""

    orders = Bundle("orders")
    payments = Bundle("payments")

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        self.ground = ground
        self.market = ground.market
        self.books = Books()
        self.history = History()
        self.cast: Cast = self.do(ground.set_up(self.books))
        self.handlers = following.handlers(self.books)
        self.guest = Viewer(market=self.market, address="192.0.2.7", locale="en")
        self.calls: dict[UUID, tuple[Viewer, Purchase, str]] = {}

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.ground.do(work)

    def viewer(self, shopper: str) -> Viewer:
        """Who shops."""
        return self.guest if shopper == "guest" else self.cast.people[shopper]

    def owner(self, order_id: UUID) -> Viewer:
        """Who follows an order: its customer, or whoever has its token."""
        customer = self.books.deals[order_id].customer
        return self.guest.but(order_id=order_id, cart_token=None) if customer == "guest" else self.viewer(customer)

    async def run_due(self) -> None:
        """Do what is due by now."""
        await run_due(self.market, self.handlers)

    def among(self, suits: Callable[[Deal], bool]) -> list[UUID]:
        """Orders that come into question. What is refused for the others is asked after every step."""
        return [order_id for order_id, deal in self.books.deals.items() if suits(deal)]

    # Carts -----------------------------------------------------------------------------------------------------------

    async def lines_in_cart(self, shopper: str) -> dict[UUID, UUID]:
        """Line by variant."""
        lines = await carts.visible_lines(self.viewer(shopper)).values_list("variant_id", "id")
        return dict(lines)

    @rule(shopper=SHOPPERS, ware=WARES, units=UNITS)
    def puts_into_the_cart(self, shopper: str, ware: int, units: int) -> None:
        self.do(self._put(shopper, self.cast.wares[ware], units))

    async def _put(self, shopper: str, variant: UUID, units: int) -> None:
        cart, codes = await outcome_of(carts.add(self.viewer(shopper), [Addition(variant, units)]))
        assert codes == ([] if self.books.wares[variant].is_sold else ["NOT_FOUND"])
        if cart is None:
            return
        self._keep_token(shopper, cart)
        there, _ = self.books.baskets[shopper].lines.get(variant, (0, True))
        self.books.baskets[shopper].lines[variant] = (there + units, True)

    @precondition(lambda self: any(basket.lines for basket in self.books.baskets.values()))
    @rule(place=PLACES, units=st.none() | UNITS, selected=st.sampled_from([None, True, False]))
    def changes_a_line(self, place: int, units: int | None, selected: bool | None) -> None:
        """Its quantity, whether it goes along, or neither: then it is taken out."""
        filled = [(who, variant) for who, basket in self.books.baskets.items() for variant in basket.lines]
        shopper, variant = filled[place % len(filled)]
        line_id, lines = self.do(self.lines_in_cart(shopper))[variant], self.books.baskets[shopper].lines
        if units is None and selected is None:
            self.do(carts.remove(self.viewer(shopper), [line_id]))
            del lines[variant]
            return
        was_units, was_selected = lines[variant]
        self.do(carts.update(self.viewer(shopper), line_id=line_id, quantity=units, selected=selected))
        lines[variant] = (units or was_units, was_selected if selected is None else selected)

    @rule(shopper=SHOPPERS, code=COUPONS)
    def keeps_a_coupon(self, shopper: str, code: str | None) -> None:
        self.do(self._keep_coupon(shopper, code))

    async def _keep_coupon(self, shopper: str, code: str | None) -> None:
        ticket = self.books.tickets.get(code) if code else None
        refusal = ticket.refusal(now=clock.now()) if ticket else code and "COUPON_UNKNOWN"
        cart, codes = await outcome_of(carts.set_coupon(self.viewer(shopper), code))
        assert codes == ([refusal] if refusal else [])
        if cart is not None:
            self._keep_token(shopper, cart)
            self.books.baskets[shopper].coupon = code

    def _keep_token(self, shopper: str, cart: Cart) -> None:
        if shopper == "guest" and cart.token:
            self.guest = self.guest.but(cart_token=cart.token)

    @precondition(lambda self: self.books.baskets["guest"].lines)
    @rule(shopper=st.sampled_from(["ann", "bob"]))
    def signs_in_with_the_guests_cart(self, shopper: str) -> None:
        self.do(carts.merge(self.viewer(shopper), guest_token=self.guest.cart_token))
        theirs, mine = self.books.baskets.pop("guest", Basket()), self.books.baskets[shopper]
        for variant, (units, selected) in theirs.lines.items():
            there, was_selected = mine.lines.get(variant, (0, False))
            mine.lines[variant] = (there + units, selected or was_selected)
        mine.coupon = mine.coupon or theirs.coupon

    # Placing ---------------------------------------------------------------------------------------------------------

    @initialize(target=orders)
    def there_are_two_orders(self) -> "MultipleResults[UUID]":
        """One of them paid, with a coupon whose share no unit bears evenly, of goods that lie in two houses."""
        one, other, third = self.cast.wares
        paid = self._placed("ann", [(one, 2), (other, 4)], town=DELIVERED, coupon="TEN")
        unpaid = self._placed("guest", [(third, 3)], town=DELIVERED, coupon=None)
        assert isinstance(paid, UUID)
        assert isinstance(unpaid, UUID)
        self.do(self._pay_at_once(paid))
        return multiple(paid, unpaid)

    @precondition(lambda self: any(basket.lines for basket in self.books.baskets.values()))
    @rule(target=orders, shopper=SHOPPERS, town=TOWNS)
    def orders_what_is_in_the_cart(self, shopper: str, town: str) -> "UUID | MultipleResults[UUID]":
        basket = self.books.baskets[shopper]
        wanted = [(variant, units) for variant, (units, selected) in basket.lines.items() if selected]
        return self._placed(shopper, wanted, town=town, coupon=basket.coupon, is_cart=True)

    @rule(
        target=orders,
        shopper=SHOPPERS,
        wanted=st.lists(st.tuples(WARES, UNITS), min_size=1, max_size=3),
        town=TOWNS,
        coupon=COUPONS,
    )
    def buys_at_once(
        self, shopper: str, wanted: Wanted, town: str, coupon: str | None
    ) -> "UUID | MultipleResults[UUID]":
        wishes = [(self.cast.wares[ware], units) for ware, units in wanted]
        return self._placed(shopper, wishes, town=town, coupon=coupon)

    @rule(
        target=orders,
        shopper=SHOPPERS,
        wanted=st.lists(st.tuples(WARES, UNITS), min_size=1, max_size=3),
        coupon=COUPONS,
    )
    def buys_and_pays(self, shopper: str, wanted: Wanted, coupon: str | None) -> "UUID | MultipleResults[UUID]":
        """The usual way, in one step, so that examples come further."""
        wishes = [(self.cast.wares[ware], units) for ware, units in wanted]
        order_id = self._placed(shopper, wishes, town=DELIVERED, coupon=coupon)
        if isinstance(order_id, UUID):
            self.do(self._pay_at_once(order_id))
        return order_id

    async def _pay_at_once(self, order_id: UUID) -> None:
        payment_id = await self._start_payment(order_id)
        assert payment_id is not None
        await self._pay_at_provider(payment_id, order_id, Outcome.SUCCEED)
        await self.run_due()

    def _placed(
        self, shopper: str, wishes: Sequence[tuple[UUID, int]], **choice: Any
    ) -> "UUID | MultipleResults[UUID]":
        order_id = self.do(self._place(shopper, wishes, **choice))
        return order_id or multiple()

    async def _place(
        self,
        shopper: str,
        wishes: Sequence[tuple[UUID, int]],
        *,
        town: str,
        coupon: str | None,
        is_cart: bool = False,
    ) -> UUID | None:
        viewer, key = self.viewer(shopper), ids.token()
        purchase = Purchase(
            wishes=None if is_cart else [Wish(variant, units, ("lines",)) for variant, units in wishes],
            destination=Destination("林晓雨", PHONES[shopper], town, town, "", "集市路 1 号"),
            coupon_code=None if is_cart else coupon,
        )
        expected = self.books.placing_problems(
            wishes, delivers=town != NOT_DELIVERED, coupon=coupon, customer=shopper, now=clock.now()
        )
        draft = await checkout.preview(viewer, purchase)
        assert Counter(problem.code for problem in draft.problems) == expected
        order, codes = await outcome_of(checkout.place(viewer, purchase, key=key))
        assert Counter(codes) == expected
        if order is None:
            return None
        subtotal, discount, shipping = self.books.cost(wishes, coupon=coupon, is_free=town == FREE)
        for priced in (order, draft.quote):
            assert (priced.subtotal, priced.discount, priced.shipping) == (subtotal, discount, shipping)
            assert priced.total == subtotal - discount + shipping
        self.calls[order.id] = (viewer, purchase, key)
        await self._write_down(order, shopper, coupon)
        if is_cart:
            basket = self.books.baskets[shopper]
            basket.lines = {variant: line for variant, line in basket.lines.items() if not line[1]}
            basket.coupon = None
        return order.id

    async def _write_down(self, order: Order, shopper: str, coupon: str | None) -> None:
        lines = await OrderLine.filter(order_id=order.id).order_by("position")
        deal = Deal(
            customer=shopper,
            lines=[Line(line.id, line.variant_id, line.quantity, line.total) for line in lines],
            shipping=order.shipping,
            total=order.total,
            coupon=coupon,
            pay_by=order.placed_at + PAYMENT_TIME,
        )
        assert order.pay_by == deal.pay_by
        self.books.placed(order.id, deal)

    async def place_again(self, order_id: UUID) -> None:
        """Under the same key, as a client does that heard no answer, whatever has become of the order."""
        viewer, purchase, key = self.calls[order_id]
        assert (await checkout.place(viewer, purchase, key=key)).id == order_id

    # Paying ----------------------------------------------------------------------------------------------------------

    def _unpaid(self) -> list[UUID]:
        return self.among(lambda deal: deal.state == OrderState.PENDING_PAYMENT)

    @precondition(lambda self: self._unpaid())
    @rule(target=payments, place=PLACES, outcome=st.none() | st.sampled_from(Outcome), is_told=st.booleans())
    def tries_to_pay(self, place: int, outcome: Outcome | None, is_told: bool) -> "Begun | MultipleResults[Begun]":
        order_id = self._unpaid()[place % len(self._unpaid())]
        payment_id = self.do(self._start_payment(order_id))
        if payment_id is None:
            return multiple()
        if outcome is not None:
            self._pay_and_tell((payment_id, order_id), outcome, is_told=is_told)
        return payment_id, order_id

    async def _start_payment(self, order_id: UUID) -> UUID | None:
        deal = self.books.deals[order_id]
        refusal = self.books.pay_refusal(deal, now=clock.now())
        payment, codes = await outcome_of(
            attempts.create(self.owner(order_id), order_id, method=PaymentMethod.SIMULATOR, idempotency_key=ids.token())
        )
        assert codes == ([refusal] if refusal else [])
        if payment is None:
            return None
        deal.attempts[payment.number] = attempt = Attempt(deal.total)
        if deal.total == 0:
            self.books.captured(deal, attempt)
        return payment.id

    @rule(payment=payments, outcome=st.sampled_from(Outcome), is_told=st.booleans())
    def pays_at_the_provider(self, payment: Begun, outcome: Outcome, is_told: bool) -> None:
        self._pay_and_tell(payment, outcome, is_told=is_told)

    def _pay_and_tell(self, payment: Begun, outcome: Outcome, *, is_told: bool) -> None:
        self.do(self._pay_at_provider(*payment, outcome))
        if is_told:
            self.do(self.run_due())

    async def _pay_at_provider(self, payment_id: UUID, order_id: UUID, outcome: Outcome) -> None:
        number = (await Payment.get(id=payment_id)).number
        deal = self.books.deals[order_id]
        attempt, is_late = deal.attempts[number], clock.now() >= deal.pay_by
        codes = await codes_of(demo.simulate(self.owner(order_id), payment_id, outcome))
        if attempt.is_closed or attempt.amount == 0:
            assert codes == ["PAYMENT_CLOSED"]
        elif is_late and outcome not in (Outcome.SUCCEED_AFTER_EXPIRY, Outcome.DECLINE):
            assert codes == ["PAYMENT_TIME_OVER"]
        else:
            assert codes == []
            attempt.is_closed = True

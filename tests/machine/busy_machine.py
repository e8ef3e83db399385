"""Everything that can go wrong between a shelf and a door, in any order: no model beside it, but what must always hold.

Where the market machine knows what must come of each step, this one plays more than anybody could write down twice, and
asks the rows: see `promises.py`.
"""

import sys
from collections import Counter
from collections.abc import Awaitable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from adapters.carriers.simulator import CarrierSimulator
from adapters.payments.simulator import Outcome
from domain.access import Viewer
from domain.aftersales import cases, remedies
from domain.aftersales.proposals import CHOICES
from domain.aftersales.remedies import Decision
from domain.aftersales.states import LIVE
from domain.archive import storing
from domain.customers.visible import viewer_for
from domain.fulfillment import interception, shipping, tracking
from domain.fulfillment.shipping import Shipment
from domain.inventory import incoming, stock, warehouses
from domain.orders import changes, checkout, damage, lifecycle, missing, review, shortages, urging
from domain.orders.changes_plan import Units, Wish
from domain.orders.checkout import Destination, Purchase
from domain.orders.lifecycle import open_units
from domain.payments import attempts, demo, differences, refunds
from domain.payments.refunds import Asked
from jobs.registry import HANDLERS
from jobs.runner import run_due
from kit import clock, ids
from kit.errors import Refusals, Refused
from models.aftersales import DeliveryCase, Remedy
from models.archive import ArchivedOrder
from models.customers import Role
from models.fulfillment import CarrierCode, CarrierFault, InterceptionAction, Parcel, ParcelState
from models.inventory import StockLevel, Warehouse
from models.orders import CancelReason, ChangeState, Order, OrderChangeRequest, OrderLine, OrderState
from models.payments import PaymentMethod, RefundReason
from models.reviews import CallOutcome, RejectReason, Review, RiskRuleKind
from models.shortages import Shortage, ShortageChoice
from tests.factories.customers import make_staff
from tests.factories.reviews import make_rule, set_thresholds
from tests.machine import stockroom
from tests.machine.asking import promises_are_kept
from tests.machine.checks import History
from tests.machine.ground import DELIVERED, FREE, Cast, Ground
from tests.machine.model import Books
from tests.machine.promises import everything_holds

T = TypeVar("T")
Row = Order | Parcel | Shortage | DeliveryCase | Review | OrderChangeRequest

LARGE = 15_000  # minor units: what a person looks at
SHOPPERS = st.sampled_from(["ann", "bob", "guest"])
WARES, HOUSES, PLACES, UNITS = st.integers(0, 2), st.integers(0, 1), st.integers(0, 7), st.integers(1, 4)
BASKETS = st.lists(st.tuples(WARES, UNITS), min_size=1, max_size=3, unique_by=lambda pair: pair[0])
PAUSES = st.sampled_from([timedelta(minutes=20), timedelta(minutes=31), timedelta(hours=5), timedelta(hours=25)])
LONG_PAUSES = st.sampled_from([timedelta(days=3), timedelta(days=8), timedelta(days=16)])
TROUBLE = st.sampled_from([ParcelState.LOST, ParcelState.DAMAGED, ParcelState.REFUSED, ParcelState.RETURNED])
SCANS = st.sampled_from([ParcelState.IN_TRANSIT, ParcelState.DELIVERED, ParcelState.DELIVERED]) | TROUBLE
PAYMENTS = st.sampled_from([Outcome.SUCCEED, Outcome.SUCCEED, Outcome.SUCCEED, None, *Outcome])
PHONES = {"ann": "+8613900000001", "bob": "+8613900000002", "guest": "+8613900000003"}


class BusyMachine(RuleBasedStateMachine):
    """One example is one life of a small market in which much goes wrong."""

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        self.ground = ground
        self.market = ground.market
        self.history = History()
        self.refused: Counter[str] = Counter()
        self.turn = 0
        self.cast: Cast = self.do(ground.set_up(Books()))
        self.reviewer = self.do(self._employ(Role.ORDER_REVIEWER))
        self.guest = Viewer(market=self.market, address="192.0.2.7", locale="en")

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.ground.do(work)

    async def _employ(self, role: Role) -> Viewer:
        return viewer_for(self.market, await make_staff(role))

    async def tries(self, work: Awaitable[T]) -> T | None:
        """A refusal is an answer, which changes nothing: that is asked afterwards, of all rows."""
        try:
            return await work
        except Refused as refused:
            self.refused[refused.code] += 1
        except Refusals as several:
            self.refused.update(one.code for one in several.refusals)
        return None

    async def run_due(self) -> None:
        """Do what is due by now."""
        await run_due(self.market, HANDLERS)

    async def _one(self, rows: Any, place: int) -> Any:
        """One of the rows that come into question, in the order in which they came to be; None when there are none."""
        found = await rows.order_by("id")
        return found[place % len(found)] if found else None

    async def _order(self, place: int, *states: OrderState) -> Order | None:
        found: Order | None = await self._one(Order.filter(state__in=states) if states else Order.all(), place)
        return found

    # What a step needs and is not there is made first, so that no step is idle ----------------------------------------

    async def _to_ship(self, place: int) -> Order | None:
        """A paid order of which something is still to leave."""
        order = await self._order(place, OrderState.PAID, OrderState.PARTIALLY_SHIPPED)
        if order is None:
            ware, house = self.cast.wares[2], self.cast.warehouses[0]
            await self.tries(stock.receive(self.picker, variant_id=ware, warehouse_id=house, quantity=2))
            await self._buy("bob", [(2, 2)], Outcome.SUCCEED, town=DELIVERED)
            order = await self._order(place, OrderState.PAID)
        return order

    async def _underway(self, place: int) -> Parcel | None:
        """A parcel that has not arrived."""
        rows = Parcel.exclude(state__in=(ParcelState.DELIVERED, ParcelState.RETURNED))
        if not await rows.exists():
            order = await self._to_ship(place)
            if order is not None:
                await self.tries(shipping.ship(self.picker, Shipment(order.id, CarrierCode.SIMULATOR), key=ids.token()))
        parcel: Parcel | None = await self._one(rows, place)
        return parcel

    async def _live_case(self, place: int) -> DeliveryCase | None:
        rows = DeliveryCase.filter(state__in=LIVE)
        parcel = None if await rows.exists() else await self._underway(place)
        if parcel is not None:
            state = (ParcelState.LOST, ParcelState.DAMAGED, ParcelState.REFUSED, ParcelState.RETURNED)[place % 4]
            await self.tries(tracking.add_scan(self.cast.staff[Role.COURIER], parcel.id, state=state))
            await self.run_due()
        case: DeliveryCase | None = await self._one(rows, place)
        return case

    async def _asked(self, place: int) -> Shortage | None:
        """A shortage about which its buyer may choose."""
        rows = Shortage.filter(state__in=missing.UNSETTLED)
        if not await rows.exists() and await self._to_ship(place) is not None:
            level = await StockLevel.filter(reserved__gt=0).order_by("id").first()
            if level is not None:
                ware, house, units = level.variant_id, level.warehouse_id, level.available + 1
                broken = damage.write_off(self.picker, variant_id=ware, warehouse_id=house, quantity=units)
                await self.tries(broken)
        shortage: Shortage | None = await self._one(rows, place)
        return shortage

    def owner(self, order: Order) -> Viewer:
        """Who follows an order."""
        for person in self.cast.people.values():
            if order.user_id == person.user_id:
                return person
        return self.guest.but(order_id=order.id)

    @property
    def picker(self) -> Viewer:
        return self.cast.staff[Role.WAREHOUSE_PICKER]

    @property
    def agent(self) -> Viewer:
        return self.cast.staff[Role.SERVICE_AGENT]

    # Buying ----------------------------------------------------------------------------------------------------------

    @initialize()
    def large_orders_are_reviewed(self) -> None:
        self.do(set_thresholds(self.market))
        self.do(make_rule(self.market, RiskRuleKind.ORDER_AMOUNT, from_minor_units=LARGE))

    @initialize()
    def there_are_three_orders(self) -> None:
        """Paid, and more than one house can send of something."""
        for shopper, basket in (("ann", [(0, 2), (1, 2)]), ("bob", [(0, 3), (2, 4)]), ("guest", [(2, 3)])):
            self.do(self._buy(shopper, basket, Outcome.SUCCEED, town=DELIVERED))

    @rule(shopper=SHOPPERS, basket=BASKETS, outcome=PAYMENTS, town=st.sampled_from([DELIVERED, DELIVERED, FREE]))
    def buys(self, shopper: str, basket: Sequence[tuple[int, int]], outcome: Outcome | None, town: str) -> None:
        self.do(self._buy(shopper, basket, outcome, town=town))

    async def _buy(
        self, shopper: str, basket: Sequence[tuple[int, int]], outcome: Outcome | None, *, town: str
    ) -> None:
        viewer = self.cast.people.get(shopper, self.guest)
        purchase = Purchase(
            wishes=[checkout.Wish(self.cast.wares[ware], units, ("lines",)) for ware, units in basket],
            destination=Destination("林晓雨", PHONES[shopper], town, town, "", "集市路 1 号"),
        )
        order = await self.tries(checkout.place(viewer, purchase, key=ids.token()))
        if order is not None and outcome is not None:
            await self._pay(order, outcome)
            await self.run_due()

    async def _pay(self, order: Order, outcome: Outcome) -> None:
        owner = self.owner(order)
        payment = await self.tries(
            attempts.create(owner, order.id, method=PaymentMethod.SIMULATOR, idempotency_key=ids.token())
        )
        if payment is not None:
            await self.tries(demo.simulate(owner, payment.id, outcome))

    @rule(place=PLACES, outcome=st.sampled_from(Outcome))
    def pays(self, place: int, outcome: Outcome) -> None:
        async def work() -> None:
            order = await self._order(place, OrderState.PENDING_PAYMENT)
            if order is not None:
                await self._pay(order, outcome)

        self.do(work())

    @rule(place=PLACES, is_staff=st.booleans())
    def cancels(self, place: int, is_staff: bool) -> None:
        async def work() -> None:
            order = await self._order(place)
            if order is not None:
                viewer = self.agent if is_staff else self.owner(order)
                await self.tries(lifecycle.cancel(viewer, order.id, reason=CancelReason.CHANGED_MIND))

        self.do(work())

    # Changes ---------------------------------------------------------------------------------------------------------

    @rule(
        place=PLACES,
        kind=st.sampled_from(["note", "address", "add", "remove", "swap"]),
        ware=WARES,
        line=PLACES,
        units=st.integers(1, 2),
        pays=st.booleans(),
    )
    def changes_an_order(self, place: int, kind: str, ware: int, line: int, units: int, pays: bool) -> None:
        async def work() -> None:
            states = (OrderState.PENDING_PAYMENT, OrderState.PAID, OrderState.PARTIALLY_SHIPPED)
            order = await self._order(place, *states) or await self._to_ship(place)
            if order is None:
                return
            wish = await self._wish(order, kind, Units(self.cast.wares[ware], units), line)
            owner = self.owner(order)
            made = await self.tries(changes.commit(owner, order.id, wish, key=ids.token(), operation="orderChange"))
            if made is not None and made.state == ChangeState.AWAITING_PAYMENT and pays:
                await self._pay_difference(made)
                await self.run_due()

        self.do(work())

    async def _wish(self, order: Order, kind: str, added: Units, line: int) -> Wish:
        lines = await OrderLine.filter(order_id=order.id).order_by("position")
        removed = Units(lines[line % len(lines)].id, added.quantity)
        if kind == "note":
            return Wish(note=ids.readable(8))
        if kind == "address":
            given = {"postal_code": "", **order.address, "street": f"巷 {ids.readable(6)} 号"}
            return Wish(destination=Destination(**given))
        wishes = {"add": Wish(add=[added]), "remove": Wish(remove=[removed], reason=CancelReason.CHANGED_MIND)}
        return wishes.get(kind, Wish(add=[added], remove=[removed]))

    async def _pay_difference(self, change: OrderChangeRequest, outcome: Outcome = Outcome.SUCCEED) -> None:
        owner = self.owner(await Order.get(id=change.order_id))
        paid = await self.tries(differences.pay(owner, change.id, method=PaymentMethod.SIMULATOR, key=ids.token()))
        if paid is not None:
            await self.tries(demo.simulate(owner, paid[1].id, outcome))

    @rule(place=PLACES, outcome=st.none() | st.sampled_from(Outcome))
    def pays_the_difference_or_gives_the_change_up(self, place: int, outcome: Outcome | None) -> None:
        async def work() -> None:
            change = await self._one(OrderChangeRequest.filter(state=ChangeState.AWAITING_PAYMENT), place)
            if change is None:
                return
            if outcome is not None:
                await self._pay_difference(change, outcome)
                return
            await self.tries(changes.cancel(self.owner(await Order.get(id=change.order_id)), change.id))

        self.do(work())

    # Shelves ---------------------------------------------------------------------------------------------------------

    @rule(ware=WARES, house=HOUSES, units=st.integers(1, 6))
    def something_is_found_broken(self, ware: int, house: int, units: int) -> None:
        variant_id, warehouse_id = self.cast.wares[ware], self.cast.warehouses[house]
        broken = damage.write_off(self.picker, variant_id=variant_id, warehouse_id=warehouse_id, quantity=units)
        self.do(self.tries(broken))

    @rule(place=PLACES, choice=st.sampled_from(ShortageChoice))
    def chooses_about_what_is_missing(self, place: int, choice: ShortageChoice) -> None:
        async def work() -> None:
            shortage = await self._asked(place)
            if shortage is not None:
                owner = self.owner(await Order.get(id=shortage.order_id))
                await self.tries(shortages.choose(owner, shortage.order_id, choice))

        self.do(work())

    @rule(ware=WARES, house=HOUSES, units=st.integers(1, 6))
    def goods_come_in(self, ware: int, house: int, units: int) -> None:
        """Who has waited longest gets them first, and nobody who waits sees units lie free."""

        async def work() -> None:
            variant_id, warehouse_id = self.cast.wares[ware], self.cast.warehouses[house]
            before = await stockroom.queue_of(variant_id)
            came = stock.receive(self.picker, variant_id=variant_id, warehouse_id=warehouse_id, quantity=units)
            await self.tries(came)
            stockroom.first_come_first_served(before, await stockroom.queue_of(variant_id))
            if (await Warehouse.get(id=warehouse_id)).is_active:
                served = sum(before.values()) - await stockroom.waited_for(variant_id)
                assert served == min(units, sum(before.values()))

        self.do(work())

    @rule(ware=WARES, house=HOUSES, days=st.integers(0, 20))
    def a_delivery_is_expected(self, ware: int, house: int, days: int) -> None:
        async def work() -> None:
            async with self.market.change():
                await incoming.expect(
                    self.picker,
                    variant_id=self.cast.wares[ware],
                    warehouse_id=self.cast.warehouses[house],
                    units=5,
                    expected_on=(clock.now() + timedelta(days=days)).date(),
                )

        self.do(work())

    @rule(house=HOUSES, reallocates=st.booleans())
    def a_house_closes_or_opens(self, house: int, reallocates: bool) -> None:
        async def work() -> None:
            key = self.cast.warehouses[house]
            if (await Warehouse.get(id=key)).is_active:
                await warehouses.close(self.cast.system, key, why="flood", reallocate=reallocates)
            else:
                await warehouses.reopen(self.cast.system, key)

        self.do(work())

    # Reviews ---------------------------------------------------------------------------------------------------------

    @rule(place=PLACES, answer=st.sampled_from(["claim", "release", "approve", "approve", "reject"]))
    def a_person_looks(self, place: int, answer: str) -> None:
        async def work() -> None:
            found = await self._one(Review.filter(stage__in=("PENDING", "CLAIMED")), place)
            if found is None:
                return
            await self.tries(review.claim(self.reviewer, found.id))
            if answer == "release":
                await self.tries(review.release(self.reviewer, found.id))
            elif answer == "approve":
                await self.tries(review.add_call(self.reviewer, found.id, CallOutcome.CONFIRMED))
                await self.tries(review.approve(self.reviewer, found.id))
            elif answer == "reject":
                await self.tries(review.reject(self.reviewer, found.id, next(iter(RejectReason))))

        self.do(work())

    # The way out of the house ----------------------------------------------------------------------------------------

    @rule(place=PLACES, carrier=st.sampled_from([CarrierCode.SIMULATOR, CarrierCode.OWN_COURIER]))
    def ships(self, place: int, carrier: CarrierCode) -> None:
        async def work() -> None:
            order = await self._to_ship(place)
            if order is not None:
                waybill = None if carrier == CarrierCode.SIMULATOR else f"OWN-{ids.readable(9)}"
                await self.tries(
                    shipping.ship(self.picker, Shipment(order.id, carrier, waybill=waybill), key=ids.token())
                )

        self.do(work())

    @rule(house=HOUSES, walk=st.lists(st.sampled_from(["all", "all", "some", "short", "broken"]), max_size=4))
    def a_wave_is_picked(self, house: int, walk: Sequence[str]) -> None:
        """Task by task, as far as somebody walks."""
        self.do(stockroom.pick(self.picker, self.cast.warehouses[house], walk, tries=self.tries))

    @rule(house=HOUSES, steps=st.sampled_from(["pack", "label", "hand over", "hand over", "open again", "give up"]))
    def what_was_picked_goes_on(self, house: int, steps: str) -> None:
        self.do(stockroom.go_on(self.picker, self.cast.warehouses[house], steps, tries=self.tries))

    # The way to the door ---------------------------------------------------------------------------------------------

    @rule(place=PLACES, state=SCANS)
    def is_scanned(self, place: int, state: ParcelState) -> None:
        async def work() -> None:
            parcel = await self._underway(place)
            if parcel is not None:
                await self.tries(tracking.add_scan(self.cast.staff[Role.COURIER], parcel.id, state=state))

        self.do(work())

    @rule(place=PLACES, fault=st.sampled_from(CarrierFault))
    def its_carrier_has_bad_luck(self, place: int, fault: CarrierFault) -> None:
        async def work() -> None:
            parcel = await self._one(Parcel.filter(carrier=CarrierCode.SIMULATOR), place)
            carrier = self.market.carriers[CarrierCode.SIMULATOR]
            assert isinstance(carrier, CarrierSimulator)
            if parcel is not None:
                await carrier.let(parcel.waybill, fault, now=clock.now())

        self.do(work())

    @rule(place=PLACES)
    def is_stopped_on_its_way(self, place: int) -> None:
        async def work() -> None:
            parcel = await self._underway(place)
            if parcel is not None:
                order = await Order.get(id=parcel.order_id)
                wish = interception.Wish(action=InterceptionAction.RETURN, order_id=order.id)
                await self.tries(interception.request(self.owner(order), wish, key=ids.token()))

        self.do(work())

    @rule(place=PLACES)
    def confirms_receipt(self, place: int) -> None:
        async def work() -> None:
            order = await self._order(place, OrderState.SHIPPED, OrderState.DELIVERED)
            if order is not None:
                await self.tries(lifecycle.confirm_receipt(self.owner(order), order.id))

        self.do(work())

    @rule(place=PLACES)
    def urges(self, place: int) -> None:
        async def work() -> None:
            order = await self._order(place, OrderState.PAID, OrderState.PARTIALLY_SHIPPED)
            if order is not None:
                await self.tries(urging.urge(self.owner(order), order.id))

        self.do(work())

    # Making good -----------------------------------------------------------------------------------------------------

    @rule(place=PLACES, remedy=st.none() | st.none() | st.sampled_from(Remedy), claims=st.booleans())
    def an_agent_settles_a_case(self, place: int, remedy: Remedy | None, claims: bool) -> None:
        async def work() -> None:
            case = await self._live_case(place)
            if case is None:
                return
            if claims:
                await self.tries(cases.claim(self.agent, case.id))
            amount = 500 if remedy == Remedy.COMPENSATE else None
            await self.tries(remedies.confirm(self.agent, Decision(case.id, remedy, amount=amount), key=ids.token()))

        self.do(work())

    @rule(place=PLACES, remedy=st.sampled_from(CHOICES))
    def chooses_how_it_is_made_good(self, place: int, remedy: Remedy) -> None:
        async def work() -> None:
            case = await self._live_case(place)
            if case is not None:
                await self.tries(cases.choose(self.owner(await Order.get(id=case.order_id)), case.id, remedy))

        self.do(work())

    @rule(place=PLACES, line=PLACES, units=st.integers(1, 3), shipping_too=st.booleans())
    def is_refunded(self, place: int, line: int, units: int, shipping_too: bool) -> None:
        async def work() -> None:
            order = await self._order(place)
            if order is None:
                return
            lines = await OrderLine.filter(order_id=order.id).order_by("position")
            await self.tries(
                refunds.create(
                    self.cast.staff[Role.FINANCE],
                    order.id,
                    lines=[Asked(lines[line % len(lines)].id, units)],
                    shipping=shipping_too,
                    reason=RefundReason.GOODWILL,
                    idempotency_key=ids.token(),
                )
            )

        self.do(work())

    # Time ------------------------------------------------------------------------------------------------------------

    @rule(pause=PAUSES)
    def time_passes(self, pause: timedelta) -> None:
        """Nobody is at work: what is due is done at some later step."""
        clock.set_offset(clock.offset() + pause)

    @rule(pause=st.just(timedelta(0)) | PAUSES | LONG_PAUSES)
    def what_is_due_is_done(self, pause: timedelta) -> None:
        clock.set_offset(clock.offset() + pause)
        self.do(self.run_due())

    # What always holds -----------------------------------------------------------------------------------------------

    @invariant()
    def all_holds(self) -> None:
        self.do(everything_holds(self.market.policy, self.history))
        self.do(self._ask())

    async def _ask(self) -> None:
        """One order after another, its owner and one viewer after another."""
        orders = await Order.all().order_by("id")
        if orders:
            order, viewers = orders[self.turn % len(orders)], self._viewers()
            viewer = viewers[self.turn // 2 % len(viewers)] if self.turn % 2 else self.owner(order)
            await promises_are_kept(viewer, order.id)
        self.turn += 1

    def _viewers(self) -> list[Viewer]:
        return [*self.cast.staff.values(), self.reviewer, self.cast.system, *self.cast.people.values(), self.guest]

    def teardown(self) -> None:
        """After half a year of quiet, with agents at work, everything has come to rest and lies in the archive."""
        if sys.exc_info()[1] is None:
            self.do(self._rest())

    async def _rest(self) -> None:
        for _ in range(12):
            clock.set_offset(clock.offset() + timedelta(days=5))
            await self.run_due()
            await self._clear_desks()
        await everything_holds(self.market.policy, self.history)
        for order in await Order.filter(state__in=(OrderState.PAID, OrderState.PARTIALLY_SHIPPED)):
            lines = await OrderLine.filter(order_id=order.id)
            assert any(open_units(line) for line in lines), order.number
        over = await Order.filter(state__in=storing.OVER).values_list("id", flat=True)
        clock.set_offset(clock.offset() + timedelta(days=185))
        await self.run_due()
        await self.history.read()
        await storing.archive_old(self.cast.system, limit=1000)
        kept = await ArchivedOrder.all().values_list("id", flat=True)
        assert set(over) <= set(kept)
        assert not await Order.filter(id__in=over).exists()

    async def _clear_desks(self) -> None:
        """Staff do what waits for them, once."""
        for case in await DeliveryCase.filter(state__in=LIVE):
            await self.tries(cases.release(self.agent, case.id))
            await self.tries(remedies.confirm(self.agent, Decision(case.id), key=ids.token()))
        for found in await Review.filter(stage__in=("PENDING", "CLAIMED")):
            await self.tries(review.claim(self.reviewer, found.id))
            await self.tries(review.reject(self.reviewer, found.id, next(iter(RejectReason))))

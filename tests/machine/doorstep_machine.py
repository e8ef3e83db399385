"""The busy machine with every way to the buyer: slots, counters with codes, riders, booked services; tips and merging.

It looks for goods and orders where it needs them, as the busy machine does, and asks the same rows; see `promises.py`.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from adapters.payments.simulator import Outcome
from domain.access import Viewer
from domain.delivery import points, slots
from domain.delivery.deliveries import Way
from domain.fulfillment import counter, couriers, services, shipping, tracking
from domain.fulfillment.proofs import Given
from domain.fulfillment.shipping import Shipment
from domain.inventory import transfers
from domain.inventory.transfers import Units
from domain.orders import changes, checkout
from domain.orders.changes_delivery import SlotWish
from domain.orders.changes_plan import Wish
from domain.orders.checkout import Destination, Purchase
from domain.payments import demo, merging, tips
from kit import ids
from models.customers import Role
from models.delivery import CourierJob, Delivery, DeliveryMode, DeliverySlot, JobState, PickupPoint
from models.fulfillment import CarrierCode, Parcel, ParcelState
from models.inventory import StockTransfer, StockTransferLine, TransferState
from models.orders import Order, OrderState
from models.payments import PaymentMethod
from tests.factories.catalog import make_product, variant_of
from tests.factories.delivery import make_point, make_region, make_slots
from tests.machine.busy_machine import BASKETS, HOUSES, PAYMENTS, PHONES, PLACES, SHOPPERS, WARES, BusyMachine
from tests.machine.ground import DELIVERED, Ground

MODES = st.sampled_from([DeliveryMode.HOME, DeliveryMode.PICKUP, DeliveryMode.COURIER, DeliveryMode.SERVICE])
SLOTS = st.none() | st.integers(0, 1)  # the next one or the one after it: each has room for one
CODES = st.sampled_from(["right", "right", "right", "wrong", "wrong", "another"])
RIDES = st.sampled_from(["accept", "start", "start", "complete", "complete", "by code", "fail", "refuse", "assign"])


class DoorstepMachine(BusyMachine):
    """One example is one life of a small market that brings things in every way there is."""

    point: PickupPoint
    service: UUID

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.riders: Sequence[Viewer] = [self.do(self._employ(Role.RIDER)) for _ in range(2)]
        self.clerk = self.do(self._employ(Role.PICKUP_CLERK))

    @initialize()
    def there_are_ways(self) -> None:
        self.do(self._open_ways())

    async def _open_ways(self) -> None:
        await make_region(self.market, province=DELIVERED, modes=list(DeliveryMode))
        self.point = await make_point(self.market)
        for mode in (DeliveryMode.HOME, DeliveryMode.COURIER, DeliveryMode.SERVICE):
            await make_slots(self.market, mode=mode)
        await make_slots(self.market, mode=DeliveryMode.PICKUP, pickup_point_id=self.point.id)
        self.service = (await variant_of(await make_product(is_service=True, stock={"SH": 50}))).id

    def _viewers(self) -> list[Viewer]:
        return [*super()._viewers(), *self.riders, self.clerk]

    # Checkout --------------------------------------------------------------------------------------------------------

    @rule(shopper=SHOPPERS, basket=BASKETS, mode=MODES, slot=SLOTS, outcome=PAYMENTS)
    def chooses_how_it_comes(
        self,
        shopper: str,
        basket: Sequence[tuple[int, int]],
        mode: DeliveryMode,
        slot: int | None,
        outcome: Outcome | None,
    ) -> None:
        self.do(self._order_it(shopper, basket, mode, slot, outcome))

    async def _order_it(
        self,
        shopper: str,
        basket: Sequence[tuple[int, int]],
        mode: DeliveryMode,
        slot: int | None,
        outcome: Outcome | None = Outcome.SUCCEED,
    ) -> None:
        wanted = [(self.service, 1)] if mode == DeliveryMode.SERVICE else [(self.cast.wares[w], n) for w, n in basket]
        where = Destination("林晓雨", PHONES[shopper], DELIVERED, DELIVERED, "", "集市路 1 号")
        point_id = None
        if mode == DeliveryMode.PICKUP:
            point_id = self.point.id
            where = Destination(**points.address_of(self.point, recipient=where.recipient, phone=where.phone))
        purchase = Purchase(
            wishes=[checkout.Wish(variant_id, units, ("lines",)) for variant_id, units in wanted],
            destination=where,
            way=Way(mode, await self._slot(mode, slot), point_id),
        )
        viewer = self.cast.people.get(shopper, self.guest)
        order = await self.tries(checkout.place(viewer, purchase, key=ids.token()))
        if order is not None and outcome is not None:
            await self._pay(order, outcome)
            await self.run_due()

    async def _slot(self, mode: DeliveryMode, place: int | None) -> UUID | None:
        """One of the next that can be booked, or of the next that could be if they had room."""
        if place is None:
            return None
        await slots.make_ahead(self.market)
        point_id = self.point.id if mode == DeliveryMode.PICKUP else None
        found: list[DeliverySlot] = await slots.bookable(
            mode, province=DELIVERED, city=DELIVERED, pickup_point_id=point_id
        ).limit(place + 1)
        return found[-1].id if found else None

    @rule(place=PLACES, slot=SLOTS)
    def moves_to_another_slot(self, place: int, slot: int | None) -> None:
        async def work() -> None:
            order = await self._order(place, OrderState.PENDING_PAYMENT, OrderState.PAID)
            if order is not None:
                wish = Wish(slot=SlotWish(await self._slot(order.delivery_mode, slot)))
                key = ids.token()
                await self.tries(changes.commit(self.owner(order), order.id, wish, key=key, operation="orderChange"))

        self.do(work())

    @rule(place=PLACES)
    def merges_two_orders(self, place: int) -> None:
        async def work() -> None:
            order = await self._order(place, OrderState.PAID)
            if order is None or order.user_id is None:
                return
            others = Order.filter(user_id=order.user_id, state=order.state, delivery_mode=DeliveryMode.HOME)
            if not await others.exclude(id=order.id).exists():
                await self._order_it(self._name_of(order), [(2, 1)], DeliveryMode.HOME, place % 2)
            other = await others.exclude(id=order.id).order_by("id").first()
            if other is not None:
                await self.tries(merging.merge(self.owner(order), [order.id, other.id], key=ids.token()))

        self.do(work())

    def _name_of(self, order: Order) -> str:
        return next(name for name, person in self.cast.people.items() if person.user_id == order.user_id)

    # Counters --------------------------------------------------------------------------------------------------------

    @rule(place=PLACES, code=CODES)
    def comes_to_the_counter(self, place: int, code: str) -> None:
        async def work() -> None:
            lying = await self._at_counter(place)
            if lying is None:
                return
            order, known = await Order.get(id=lying.order_id), lying.pickup_code or ""
            if code == "another":
                await self.tries(counter.renew_code(self.owner(order), order.id))
                return
            shown = known if code == "right" else f"{(int(known or 0) + 1) % 1_000_000:06}"
            await self.tries(counter.hand_over(self.clerk, order.number, shown))

        self.do(work())

    async def _at_counter(self, place: int) -> Delivery | None:
        rows = Delivery.filter(mode=DeliveryMode.PICKUP, pickup_code__isnull=False)
        if not await rows.exists():
            await self._order_it("ann", [(2, 1)], DeliveryMode.PICKUP, None)
            orders = Order.filter(delivery_mode=DeliveryMode.PICKUP, state=OrderState.PAID)
            for order in await orders.order_by("id"):
                shipment = Shipment(order.id, CarrierCode.OWN_COURIER, waybill=f"OWN-{ids.readable(9)}")
                for parcel in await self.tries(shipping.ship(self.picker, shipment, key=ids.token())) or []:
                    await self._scan(parcel, ParcelState.DELIVERED)
        found: Delivery | None = await self._one(rows, place)
        return found

    async def _scan(self, parcel: Parcel, state: ParcelState) -> None:
        await self.tries(tracking.add_scan(self.cast.staff[Role.COURIER], parcel.id, state=state))

    @rule(place=PLACES)
    def is_back_in_the_house(self, place: int) -> None:
        """What nobody collected, and what a rider brought back."""

        async def work() -> None:
            parcel = await self._one(Parcel.filter(state=ParcelState.RETURNING), place)
            if parcel is not None:
                await self._scan(parcel, ParcelState.RETURNED)

        self.do(work())

    # Riders ----------------------------------------------------------------------------------------------------------

    @rule(place=PLACES, step=RIDES)
    def a_rider_goes_on(self, place: int, step: str) -> None:
        async def work() -> None:
            job = await self._ride(place)
            if job is not None:
                await self._go_on(job, step, self.riders[place % 2])

        self.do(work())

    async def _ride(self, place: int) -> CourierJob | None:
        rows = CourierJob.filter(state__in=[*couriers.BEFORE_STARTING, JobState.DELIVERING])
        if not await rows.exists():
            await self._order_it("bob", [(2, 1)], DeliveryMode.COURIER, None)
        job: CourierJob | None = await self._one(rows, place)
        return job

    async def _go_on(self, job: CourierJob, step: str, rider: Viewer) -> None:
        """A later step is led up to by the earlier ones, by whoever has the job."""
        if step == "assign" and rider.user_id is not None:
            await self.tries(couriers.assign(self.picker, job.id, rider.user_id))
            return
        if job.state in (JobState.OFFERED, JobState.ASSIGNED):
            await self.tries(couriers.accept(rider, job.id))
        own = next((one for one in self.riders if one.user_id == job.courier_id), rider)
        if step == "accept":
            return
        await self.tries(couriers.start(own, job.id))
        if step in ("fail", "refuse"):
            await self.tries(couriers.fail(own, job.id, reason="没有人应门", refused=step == "refuse"))
        elif step != "start":
            shown = (await Delivery.get(order_id=job.order_id)).pickup_code
            proof = Given(code=shown) if shown and step == "by code" else Given(name="邻居")
            await self.tries(couriers.complete(own, job.id, proof))

    @rule(place=PLACES)
    def is_offered_to_riders_again(self, place: int) -> None:
        async def work() -> None:
            order = await self._one(Order.filter(delivery_mode=DeliveryMode.COURIER), place)
            if order is not None:
                await self.tries(couriers.offer_again(self.picker, order.id))

        self.do(work())

    @rule(place=PLACES, outcome=PAYMENTS)
    def tips_the_rider(self, place: int, outcome: Outcome | None) -> None:
        async def work() -> None:
            job = await self._one(CourierJob.filter(state=JobState.COMPLETED), place)
            if job is None:
                return
            owner = self.owner(await Order.get(id=job.order_id))
            giving = tips.give(owner, job.order_id, amount=500, method=PaymentMethod.SIMULATOR, key=ids.token())
            payment = await self.tries(giving)
            if payment is not None and outcome is not None:
                await self.tries(demo.simulate(owner, payment.id, outcome))

        self.do(work())

    # At home, and between the houses ---------------------------------------------------------------------------------

    @rule(place=PLACES, is_done=st.booleans())
    def somebody_comes_to_do_it(self, place: int, is_done: bool) -> None:
        async def work() -> None:
            rows = Order.filter(delivery_mode=DeliveryMode.SERVICE, state__in=(OrderState.PAID, OrderState.SHIPPED))
            if not await rows.exists():
                await self._order_it("ann", [], DeliveryMode.SERVICE, place % 2)
            order = await self._one(rows, place)
            if order is not None:
                technician = self.cast.staff[Role.COURIER]
                await self.tries(services.start(technician, order.id))
                if is_done:
                    await self.tries(services.complete(technician, order.id, Given(name="邻居")))

        self.do(work())

    @rule(ware=WARES, house=HOUSES, units=st.integers(1, 3), missing=st.integers(0, 1), arrives=st.booleans())
    def goods_travel_between_the_houses(self, ware: int, house: int, units: int, missing: int, arrives: bool) -> None:
        async def work() -> None:
            underway = await StockTransfer.filter(state=TransferState.SENT).order_by("id").first()
            if underway is None or not arrives:
                await self.tries(self._send(self.cast.wares[ware], house, units))
            if underway is not None and arrives:
                await self.tries(self._arrive(underway, missing))

        self.do(work())

    async def _send(self, ware: UUID, house: int, units: int) -> Any:
        source, target = self.cast.warehouses[house], self.cast.warehouses[1 - house]
        async with self.market.change():
            return await transfers.send(self.picker, source_id=source, target_id=target, lines=[Units(ware, units)])

    async def _arrive(self, transfer: StockTransfer, missing: int) -> Any:
        lines = await StockTransferLine.filter(transfer_id=transfer.id)
        there = {line.variant_id: line.units - missing for line in lines}
        async with self.market.change():
            return await transfers.receive(self.picker, transfer.id, arrived=there)

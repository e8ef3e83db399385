"""What people of the demo market can do, each verb by the market's own actions, as whoever may do it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from adapters.carriers.simulator import CarrierSimulator
from adapters.payments.simulator import DELIVER, Outcome, PaymentSimulator
from demo.director import Director
from demo.residents import Resident
from domain import effects
from domain.access import Viewer
from domain.aftersales import cases, remedies
from domain.aftersales.remedies import Decision
from domain.fulfillment import shipping, tracking
from domain.fulfillment.loads import Chosen
from domain.fulfillment.shipping import Shipment
from domain.fulfillment.states import ENDED
from domain.inventory import incoming, stock
from domain.market import Market
from domain.orders import checkout, damage, intake_batches, lifecycle, review, shortages, urging
from domain.orders.checkout import Destination, Purchase, Wish
from domain.payments import attempts, refunds
from domain.payments.refunds import Asked
from kit import clock, ids
from models.aftersales import DeliveryCase, Remedy
from models.database import transaction
from models.fulfillment import CarrierCode, CarrierFault, Parcel, ParcelState
from models.intake import OrderBatch
from models.inventory import Warehouse
from models.orders import CancelReason, Order, OrderLine, OrderState
from models.payments import Payment, PaymentMethod, Refund, RefundReason, SimulatedNotice
from models.reviews import CallOutcome, RejectReason, Review
from models.shortages import ShortageChoice

MARKETPLACE = "tmall"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody who buys, with or without an account, and where it goes."""

    key: str
    viewer: Viewer
    destination: Destination
    email: str | None = None

    def purchase(self, basket: "Basket", *, coupon: str | None = None, note: str = "") -> Purchase:
        """These things, to be sent home."""
        wishes = [Wish(variant, quantity, ("lines", str(at))) for at, (variant, quantity) in enumerate(basket)]
        return Purchase(wishes=wishes, destination=self.destination, email=self.email, coupon_code=coupon, note=note)

    def holding(self, order: Order) -> Viewer:
        """Speaks for the order: the account, or whoever follows that one order."""
        return self.viewer if order.user_id else self.viewer.but(order_id=order.id, cart_token=None)


def buying(resident: Resident) -> Buyer:
    """A resident who buys for the own home."""
    return Buyer(key=resident.key, viewer=resident.viewer, destination=resident.lives_at)


async def ship(picker: Viewer, order: Order, units: Mapping[UUID, int] | None = None) -> None:
    """Hand these units of an order to the simulated carrier, or all that are open."""
    chosen = [Chosen(line, quantity) for line, quantity in units.items()] if units else None
    asked = Shipment(order_id=order.id, carrier=CarrierCode.SIMULATOR, chosen=chosen)
    await shipping.ship(picker, asked, key=f"demo:{ids.new_id()}")


Basket = Sequence[tuple[UUID, int]]  # variants and how many of each


@dataclass(slots=True)
class Stage:
    """The market with its people on it."""

    market: Market
    director: Director
    staff: Mapping[str, Resident]

    @property
    def simulator(self) -> PaymentSimulator:
        simulator = self.market.providers[PaymentSimulator.code]
        if not isinstance(simulator, PaymentSimulator):
            raise TypeError("the story is paid with the simulator")
        return simulator

    async def pause(self, **length: float) -> None:
        """Let time go by."""
        await self.director.pause(**length)

    async def place(
        self, buyer: Buyer, basket: Basket, *, key: str, coupon: str | None = None, note: str = ""
    ) -> Order:
        return await checkout.place(buyer.viewer, buyer.purchase(basket, coupon=coupon, note=note), key=key)

    async def open_payment(self, buyer: Buyer, order: Order, *, attempt: int = 1) -> Payment:
        return await attempts.create(
            buyer.holding(order),
            order.id,
            method=PaymentMethod.SIMULATOR,
            idempotency_key=f"demo:{order.number}:{attempt}",
        )

    async def pay(self, payment: Payment, outcome: Outcome = Outcome.SUCCEED, *, delay_seconds: int = 0) -> None:
        """The buyer does it on the provider's page; the callback comes by itself."""
        await self.simulator.pay(payment.provider_reference or "", outcome, delay_seconds=delay_seconds)

    async def ship(self, order: Order, units: Mapping[UUID, int] | None = None) -> None:
        """The picker hands these units over, or all; the carrier's word comes by itself."""
        await ship(self.staff["picker"].viewer, order, units)

    async def let_go_wrong(self, order: Order, fault: CarrierFault) -> None:
        """Something happens to the order's parcels on their way."""
        carrier = self.market.carriers[CarrierSimulator.code]
        if not isinstance(carrier, CarrierSimulator):
            raise TypeError("the story is carried by the simulator")
        for parcel in await Parcel.filter(order_id=order.id, carrier=CarrierCode.SIMULATOR):
            await carrier.let(parcel.waybill, fault, now=clock.now())

    async def ship_with_others(self, order: Order, carrier: CarrierCode, waybill: str) -> None:
        """With a carrier whose waybills are entered by hand: it was collected, and stays there until somebody says more."""
        picker, courier = self.staff["picker2"].viewer, self.staff["courier"].viewer
        asked = Shipment(order_id=order.id, carrier=carrier, waybill=waybill)
        for parcel in await shipping.ship(picker, asked, key=f"demo:{order.number}"):
            await self.pause(minutes=40)
            await tracking.add_scan(courier, parcel.id, state=ParcelState.IN_TRANSIT)

    async def report(self, order: Order, state: ParcelState) -> None:
        """What the courier, or a carrier that we do not speak to, says of the order's newest parcel."""
        parcel = await Parcel.filter(order_id=order.id).order_by("-shipped_at", "-id").first()
        if parcel is not None and parcel.state not in ENDED:
            await tracking.add_scan(self.staff["courier"].viewer, parcel.id, state=state)

    async def urge(self, buyer: Buyer, order: Order) -> None:
        await urging.urge(buyer.holding(order), order.id)

    async def settle(self, order: Order, remedy: Remedy | None = None, *, amount: int | None = None) -> None:
        """The service agent confirms what is proposed for the order's case, or this."""
        case = await DeliveryCase.filter(order_id=order.id, live_subject__isnull=False).first()
        if case is not None:
            asked = Decision(case.id, remedy=remedy, amount=amount, note="已联系承运人核实。")
            await remedies.confirm(self.staff["agent"].viewer, asked, key=f"demo:{case.number}")

    async def claim(self, order: Order) -> None:
        """The service agent takes the order's case."""
        case = await DeliveryCase.filter(order_id=order.id, live_subject__isnull=False).first()
        if case is not None:
            await cases.claim(self.staff["agent"].viewer, case.id)

    async def cancel(self, viewer: Viewer, order: Order, reason: CancelReason, *, note: str = "") -> None:
        await lifecycle.cancel(viewer, order.id, reason=reason, note=note)

    async def claim_review(self, order: Order) -> Review:
        """The reviewer takes up what the checks have found."""
        found = await Review.get(order_id=order.id)
        return await review.claim(self.staff["reviewer"].viewer, found.id)

    async def call_buyer(self, found: Review, outcome: CallOutcome, words: str) -> None:
        await review.add_call(self.staff["reviewer"].viewer, found.id, outcome, words=words)

    async def approve(self, found: Review, words: str) -> None:
        await review.approve(self.staff["reviewer"].viewer, found.id, words=words)

    async def reject(self, found: Review, reason: RejectReason, *, message: str, words: str) -> None:
        await review.reject(self.staff["reviewer"].viewer, found.id, reason, message=message, words=words)

    async def take_in(self, content: str) -> OrderBatch:
        """The reviewer sends a file of orders that a marketplace has sold; it is read by itself."""
        return await intake_batches.start_text(
            self.staff["reviewer"].viewer, channel=MARKETPLACE, file_name="tmall-orders.jsonl", content=content
        )

    async def confirm(self, buyer: Buyer, order: Order) -> None:
        await lifecycle.confirm_receipt(buyer.holding(order), order.id)

    async def refund(
        self, order: Order, units: Mapping[UUID, int], *, shipping: bool, reason: RefundReason, note: str = ""
    ) -> None:
        """The service agent gives the money of these units back."""
        await refunds.create(
            self.staff["agent"].viewer,
            order.id,
            lines=[Asked(line, quantity) for line, quantity in units.items()],
            shipping=shipping,
            reason=reason,
            note=note,
            idempotency_key=f"demo:{ids.new_id()}",
        )

    async def break_goods(self, order: Order, variant_id: UUID) -> None:
        """The picker finds what an order was promised of a variant broken."""
        picker = self.staff["picker"].viewer
        for promise in await stock.held(order.id):
            if promise.variant_id == variant_id:
                await damage.write_off(
                    picker,
                    variant_id=variant_id,
                    warehouse_id=promise.warehouse_id,
                    quantity=promise.quantity,
                    reason="破损报废",
                )

    async def expect(self, variant_id: UUID, units: int, *, days: int) -> None:
        """A supplier promises more."""
        async with transaction():
            await incoming.expect(
                self.staff["picker"].viewer,
                variant_id=variant_id,
                warehouse_id=(await Warehouse.get(code="SH")).id,
                units=units,
                expected_on=clock.now().date() + timedelta(days=days),
            )

    async def receive(self, variant_id: UUID, units: int) -> None:
        """It has come."""
        house = await Warehouse.get(code="SH")
        await stock.receive(
            self.staff["picker"].viewer, variant_id=variant_id, warehouse_id=house.id, quantity=units, reason="补货"
        )

    async def choose(self, buyer: Buyer, order: Order, choice: ShortageChoice) -> None:
        """The buyer says what shall be done about what is missing."""
        await shortages.choose(buyer.holding(order), order.id, choice)

    async def let_banks_sleep(self, order: Order) -> None:
        """The provider's word about the order's refunds takes a week."""
        await self.pause(seconds=1)  # the refund has been asked for by then
        references = await Refund.filter(order_id=order.id).values_list("provider_reference", flat=True)
        for notice in await SimulatedNotice.filter(charge_reference__in=list(references), delivered_at__isnull=True):
            await effects.at(DELIVER, notice.id, clock.now() + timedelta(days=7))

    async def lines(self, order: Order) -> list[OrderLine]:
        return await OrderLine.filter(order_id=order.id).order_by("position")

    async def state(self, order: Order) -> OrderState:
        return (await Order.get(id=order.id).only("id", "state")).state

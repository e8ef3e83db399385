"""What people of the demo market can do, each verb by the market's own actions, as whoever may do it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from adapters.payments.simulator import DELIVER, Outcome, PaymentSimulator
from demo.director import Director
from demo.residents import Resident
from domain import effects
from domain.access import Viewer
from domain.fulfillment import shipping, tracking
from domain.fulfillment.loads import Chosen
from domain.fulfillment.shipping import Shipment
from domain.market import Market
from domain.orders import checkout, lifecycle
from domain.orders.checkout import Destination, Purchase, Wish
from domain.payments import attempts, refunds
from domain.payments.refunds import Asked
from kit import clock, ids
from models.fulfillment import CarrierCode, ParcelState
from models.orders import CancelReason, Order, OrderLine, OrderState
from models.payments import Payment, PaymentMethod, Refund, RefundReason, SimulatedNotice


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

    async def ship_with_others(self, order: Order, carrier: CarrierCode, waybill: str) -> None:
        """With a carrier whose waybills are entered by hand: it was collected, and stays there until somebody says more."""
        picker, courier = self.staff["picker2"].viewer, self.staff["courier"].viewer
        asked = Shipment(order_id=order.id, carrier=carrier, waybill=waybill)
        for parcel in await shipping.ship(picker, asked, key=f"demo:{order.number}"):
            await self.pause(minutes=40)
            await tracking.add_scan(courier, parcel.id, state=ParcelState.IN_TRANSIT)

    async def cancel(self, viewer: Viewer, order: Order, reason: CancelReason, *, note: str = "") -> None:
        await lifecycle.cancel(viewer, order.id, reason=reason, note=note)

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

"""What the market is expected to do, in plain Python: no rows, no statements, no code of the market's but its enums."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from models.fulfillment import ParcelState
from models.orders import OrderState
from models.payments import LedgerAccount, PaymentState

JOURNEY = [ParcelState.SHIPPED, ParcelState.IN_TRANSIT, ParcelState.OUT_FOR_DELIVERY, ParcelState.DELIVERED]
GIVEN_UP = (OrderState.CANCELED, OrderState.EXPIRED)
PAYMENT_TIME = timedelta(minutes=30)
ATTEMPTS = 3
FIRST_FEE, STEP_FEE, FREE_FROM = 800, 200, 9900  # minor units; first kilogram, each further one, goods that ship free


@dataclass(slots=True)
class Ware:
    """A variant as shoppers see it."""

    price: int
    grams: int
    on_hand: int
    is_sold: bool = True


@dataclass(slots=True)
class Ticket:
    """A coupon."""

    off: int
    threshold: int
    limit: int
    each: int
    ends_at: datetime | None = None
    used_by: Counter[str] = field(default_factory=Counter)

    def refusal(self, *, now: datetime, subtotal: int | None = None, customer: str | None = None) -> str | None:
        """Why it cannot be used on goods of `subtotal`; None while goods or customer are unknown does not ask."""
        if self.ends_at is not None and now >= self.ends_at:
            return "COUPON_EXPIRED"
        if self.used_by.total() >= self.limit:
            return "COUPON_USED_UP"
        if subtotal is not None and subtotal < self.threshold:
            return "COUPON_THRESHOLD"
        return "COUPON_LIMIT" if customer is not None and self.used_by[customer] >= self.each else None


@dataclass(slots=True)
class Basket:
    """A cart: quantity and whether it is selected, by variant."""

    lines: dict[UUID, tuple[int, bool]] = field(default_factory=dict)
    coupon: str | None = None


@dataclass(slots=True)
class Line:
    """A quantity of a variant in an order."""

    key: UUID
    variant: UUID
    quantity: int
    total: int
    shipped: int = 0
    delivered: int = 0
    canceled: int = 0
    refunded: int = 0
    refunded_amount: int = 0

    @property
    def open(self) -> int:
        return self.quantity - self.shipped - self.canceled

    def worth(self, units: int) -> int:
        """The first k units are worth floor(total × k / quantity) together."""
        return self.total * (self.refunded + units) // self.quantity - self.refunded_amount


@dataclass(slots=True)
class Attempt:
    """An attempt to pay."""

    amount: int
    state: PaymentState = PaymentState.PENDING
    is_closed: bool = False  # at the provider
    is_applied: bool = False
    refunded: int = 0


@dataclass(slots=True)
class Box:
    """A parcel."""

    units: Mapping[UUID, int]
    state: ParcelState = ParcelState.SHIPPED
    scans: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Deal:
    """An order."""

    customer: str
    lines: Sequence[Line]
    shipping: int
    total: int
    coupon: str | None
    pay_by: datetime
    state: OrderState = OrderState.PENDING_PAYMENT
    is_coupon_used: bool = True
    captured: int = 0
    refunded: int = 0
    shipping_refunded: int = 0
    attempts: dict[str, Attempt] = field(default_factory=dict)
    boxes: dict[UUID, Box] = field(default_factory=dict)
    earned: tuple[int, int] | None = None  # goods and shipping, when revenue was recognised
    returned: tuple[int, int] = (0, 0)  # of it, given back later

    @property
    def rest(self) -> int:
        """What the market still holds of the payment that counts."""
        return sum(one.amount - one.refunded for one in self.attempts.values() if one.is_applied)

    @property
    def held(self) -> Counter[UUID]:
        """Units by variant that the warehouses keep for it."""
        units = Counter[UUID]()
        for line in self.lines:
            units[line.variant] += 0 if self.state in GIVEN_UP else line.open
        return units


class Books:
    """The whole market as expected."""

    def __init__(self) -> None:
        self.wares: dict[UUID, Ware] = {}
        self.tickets: dict[str, Ticket] = {}
        self.baskets: dict[str, Basket] = defaultdict(Basket)
        self.deals: dict[UUID, Deal] = {}
        self.notices: set[str] = set()
        self.refunds_gone: dict[str, int] = {}
        self.aside = 0

    # What is there ---------------------------------------------------------------------------------------------------

    def available(self, variant: UUID) -> int:
        return self.wares[variant].on_hand - sum(deal.held[variant] for deal in self.deals.values())

    def account(self, account: LedgerAccount) -> int:
        """What an account must hold."""
        deals = self.deals.values()
        earned = [deal for deal in deals if deal.earned is not None]
        gone = sum(self.refunds_gone.values())
        returned = {0: sum(deal.returned[0] for deal in earned), 1: sum(deal.returned[1] for deal in earned)}
        holds = {
            LedgerAccount.PROVIDER_CLEARING: sum(deal.captured for deal in deals) - gone + self.aside,
            LedgerAccount.CUSTOMER_DEPOSITS: -sum(deal.rest for deal in deals if deal.earned is None),
            LedgerAccount.REFUNDS_PAYABLE: gone - sum(deal.refunded for deal in deals),
            LedgerAccount.SUSPENSE: -self.aside,
            LedgerAccount.SALES: -sum(deal.earned[0] for deal in earned if deal.earned),
            LedgerAccount.SHIPPING_INCOME: returned[1] - sum(deal.earned[1] for deal in earned if deal.earned),
            LedgerAccount.SALES_RETURNS: returned[0],
        }
        return holds.get(account, 0)  # nothing that is played here touches the others

    # What may be done ------------------------------------------------------------------------------------------------

    def placing_problems(
        self,
        wishes: Sequence[tuple[UUID, int]],
        *,
        delivers: bool,
        coupon: str | None,
        customer: str,
        now: datetime,
    ) -> Counter[str]:
        problems = Counter[str]()
        problems["NOTHING_TO_BUY"] += not wishes
        sold = [(variant, units) for variant, units in wishes if self.wares[variant].is_sold]
        problems["OFF_SHELF"] += len(wishes) - len(sold)
        wanted = Counter[UUID]()
        for variant, units in sold:
            wanted[variant] += units
        problems["INSUFFICIENT_STOCK"] += sum(units > self.available(variant) for variant, units in wanted.items())
        problems["NOT_DELIVERABLE"] += not delivers
        if coupon is not None:
            ticket = self.tickets.get(coupon)
            subtotal = sum(self.wares[variant].price * units for variant, units in sold)
            refusal = "COUPON_UNKNOWN" if ticket is None else None
            if ticket is not None:
                refusal = ticket.refusal(now=now, subtotal=subtotal, customer=customer)
            if refusal is not None:
                problems[refusal] += 1
        return +problems

    def cost(self, wishes: Sequence[tuple[UUID, int]], *, coupon: str | None, is_free: bool) -> tuple[int, int, int]:
        """Subtotal, discount and shipping, minor units."""
        subtotal = sum(self.wares[variant].price * units for variant, units in wishes)
        discount = min(self.tickets[coupon].off, subtotal) if coupon else 0
        grams = sum(self.wares[variant].grams * units for variant, units in wishes)
        fee = FIRST_FEE + STEP_FEE * (max(0, grams - 1000 + 999) // 1000)
        return subtotal, discount, 0 if is_free or subtotal - discount >= FREE_FROM else fee

    @staticmethod
    def pay_refusal(deal: Deal, *, now: datetime) -> str | None:
        is_over = deal.state == OrderState.PENDING_PAYMENT and now >= deal.pay_by
        if deal.state == OrderState.EXPIRED or is_over:
            return "PAYMENT_TIME_OVER"
        if deal.state != OrderState.PENDING_PAYMENT:
            return "ORDER_NOT_PAYABLE"
        return "TOO_MANY_ATTEMPTS" if len(deal.attempts) >= ATTEMPTS else None

    @staticmethod
    def cancel_refusal(deal: Deal) -> str | None:
        if deal.state in GIVEN_UP:
            return "ORDER_ALREADY_CANCELED"
        is_early = deal.state in (OrderState.PENDING_PAYMENT, OrderState.PAID)
        return None if is_early else "ORDER_ALREADY_SHIPPED"

    @staticmethod
    def ship_refusal(deal: Deal) -> str | None:
        if deal.state == OrderState.PENDING_PAYMENT:
            return "ORDER_NOT_PAID"
        return None if deal.state in (OrderState.PAID, OrderState.PARTIALLY_SHIPPED) else "NOTHING_TO_SHIP"

    @staticmethod
    def receipt_refusal(deal: Deal) -> str | None:
        if deal.state in (OrderState.RECEIVED, OrderState.COMPLETED):
            return "ALREADY_RECEIVED"
        return None if deal.state in (OrderState.SHIPPED, OrderState.DELIVERED) else "NOT_SHIPPED_YET"

    @staticmethod
    def refund_problems(deal: Deal, units: Sequence[int], *, shipping: bool) -> Counter[str]:
        if deal.captured == 0:
            return Counter(["ORDER_NOT_PAID"])
        if deal.state in GIVEN_UP:
            return Counter(["ORDER_ALREADY_CANCELED"])
        if deal.refunded >= deal.captured:
            return Counter(["ALL_REFUNDED"])
        problems, amount = Counter[str](), deal.shipping - deal.shipping_refunded if shipping else 0
        for line, wanted in zip(deal.lines, units, strict=False):
            left = line.quantity - line.refunded
            if wanted and wanted > left:
                problems["OUT_OF_RANGE" if left else "LINE_ALREADY_REFUNDED"] += 1
            elif wanted:
                amount += line.worth(wanted)
        return problems or Counter(["NOTHING_TO_REFUND"] if amount == 0 else [])

    # What happens ----------------------------------------------------------------------------------------------------

    def placed(self, key: UUID, deal: Deal) -> None:
        self.deals[key] = deal
        if deal.coupon is not None:
            self.tickets[deal.coupon].used_by[deal.customer] += 1

    def captured(self, deal: Deal, attempt: Attempt) -> None:
        """Its money pays for the order, or goes back."""
        if attempt.state == PaymentState.CAPTURED:
            return
        attempt.state = PaymentState.CAPTURED
        deal.captured += attempt.amount
        if deal.state == OrderState.PENDING_PAYMENT or (deal.state == OrderState.EXPIRED and self._taken_again(deal)):
            deal.state, attempt.is_applied = OrderState.PAID, True
        else:
            attempt.refunded = attempt.amount
            deal.refunded += attempt.amount

    def _taken_again(self, deal: Deal) -> bool:
        wanted = Counter[UUID]()
        for line in deal.lines:
            wanted[line.variant] += line.quantity
        if any(units > self.available(variant) for variant, units in wanted.items()):
            return False
        for line in deal.lines:
            line.canceled = 0
        if deal.coupon is not None:
            ticket = self.tickets[deal.coupon]
            deal.is_coupon_used = ticket.used_by.total() < ticket.limit
            ticket.used_by[deal.customer] += deal.is_coupon_used
        return True

    def noticed(self, notice: str, event: str, number: str, amount: int) -> None:
        """A callback was taken in; one that was taken in before changes nothing."""
        if notice in self.notices:
            return
        self.notices.add(notice)
        if event == "REFUNDED":
            self.refunds_gone[number.partition("-")[0]] = amount
            return
        for deal in self.deals.values():
            attempt = deal.attempts.get(number)
            if attempt is None:
                continue
            if event == "FAILED" and attempt.state == PaymentState.PENDING:
                attempt.state = PaymentState.FAILED
            elif event == "CAPTURED" and amount == attempt.amount:
                self.captured(deal, attempt)
            elif event == "CAPTURED" and attempt.state != PaymentState.CAPTURED:
                self.aside += amount

    @staticmethod
    def attempts_given_up(deal: Deal) -> None:
        for attempt in deal.attempts.values():
            if deal.state != OrderState.PENDING_PAYMENT and attempt.state == PaymentState.PENDING:
                attempt.state = PaymentState.EXPIRED

    def given_up(self, deal: Deal, to: OrderState) -> None:
        deal.state = to
        for line in deal.lines:
            line.canceled = line.quantity - line.shipped
        self._coupon_back(deal)

    def _coupon_back(self, deal: Deal) -> None:
        if deal.coupon is not None and deal.is_coupon_used:
            self.tickets[deal.coupon].used_by[deal.customer] -= 1
            deal.is_coupon_used = False

    def settled(self, deal: Deal) -> None:
        """The rest of a canceled order's money goes back."""
        if deal.state == OrderState.CANCELED and deal.rest:
            self._give_back(deal, [line.quantity - line.refunded for line in deal.lines], shipping=True)

    def _give_back(self, deal: Deal, units: Iterable[int], *, shipping: bool) -> int:
        goods, fee = 0, deal.shipping - deal.shipping_refunded if shipping else 0
        for line, count in zip(deal.lines, units, strict=False):
            goods += line.worth(count)
            line.refunded_amount += line.worth(count)
            line.refunded += count
        deal.shipping_refunded += fee
        deal.refunded += goods + fee
        next(one for one in deal.attempts.values() if one.is_applied).refunded += goods + fee
        if deal.earned is not None:
            deal.returned = (deal.returned[0] + goods, deal.returned[1] + fee)
        return goods + fee

    def refunded(self, deal: Deal, units: Sequence[int], *, shipping: bool) -> int:
        """Units whose money goes back stay here as far as they are not shipped; gives the amount."""
        staying = [min(count, line.open) for line, count in zip(deal.lines, units, strict=False)]
        amount = self._give_back(deal, units, shipping=shipping)
        for line, count in zip(deal.lines, staying, strict=False):
            line.canceled += count
        if not any(staying) or any(line.open for line in deal.lines):
            return amount
        if not any(line.shipped for line in deal.lines):
            deal.state = OrderState.CANCELED
            self._coupon_back(deal)
        elif deal.state == OrderState.PARTIALLY_SHIPPED:
            deal.state = OrderState.SHIPPED
            self._arrived(deal)
        return amount

    def shipped(self, deal: Deal, key: UUID, box: Box) -> None:
        deal.boxes[key] = box
        for line in deal.lines:
            line.shipped += box.units.get(line.key, 0)
            self.wares[line.variant].on_hand -= box.units.get(line.key, 0)
        is_all = not any(line.open for line in deal.lines)
        deal.state = OrderState.SHIPPED if is_all else OrderState.PARTIALLY_SHIPPED

    def scanned(self, deal: Deal, box: Box, scan: str, state: ParcelState) -> None:
        """A parcel never goes back, and a scan counts once."""
        if scan in box.scans:
            return
        box.scans.add(scan)
        if JOURNEY.index(state) <= JOURNEY.index(box.state):
            return
        box.state = state
        if state != ParcelState.DELIVERED or deal.state not in (OrderState.PARTIALLY_SHIPPED, OrderState.SHIPPED):
            return
        for line in deal.lines:
            line.delivered += box.units.get(line.key, 0)
        if deal.state == OrderState.SHIPPED:
            self._arrived(deal)

    def _arrived(self, deal: Deal) -> None:
        if all(line.delivered == line.shipped for line in deal.lines):
            deal.state = OrderState.DELIVERED

    def received(self, deal: Deal) -> None:
        deal.state = OrderState.RECEIVED
        for line in deal.lines:
            line.delivered = line.shipped

    def recognized(self, deal: Deal) -> None:
        if deal.earned is None and deal.state in (OrderState.RECEIVED, OrderState.COMPLETED):
            goods = sum(line.total - line.refunded_amount for line in deal.lines)
            deal.earned = (goods, deal.shipping - deal.shipping_refunded)

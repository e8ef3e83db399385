"""What a buyer is offered when something is missing: each choice, what it gives, and why not otherwise. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.orders.lifecycle import open_units
from domain.pricing import engine
from kit.errors import Refused
from models.orders import Order, OrderLine, OrderState
from models.shortages import Shortage, ShortageChoice


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: whether it can be made, what is refunded, what can go out now, and when the rest is expected."""

    choice: ShortageChoice
    refusal: Refused | None = None
    refund: int = 0
    units_now: int = 0
    expected_on: date | None = None

    @property
    def allowed(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the offer is made from: lines, units by line that wait, and the day on which each variant is expected."""

    order: Order
    shortage: Shortage
    lines: Sequence[OrderLine]
    waiting: Mapping[UUID, int]
    expected: Mapping[UUID, date]
    latest: date  # whoever waits is not kept waiting beyond this day

    @property
    def expected_on(self) -> date | None:
        """When all that waits should be there; None when something of it is not expected, or too late."""
        days = [self.expected.get(line.variant_id) for line in self.lines if self.waiting.get(line.id)]
        known = [day for day in days if day is not None and day <= self.latest]
        return max(known) if known and len(known) == len(days) else None

    @property
    def units_now(self) -> int:
        """Units that are there."""
        return sum(open_units(line) - self.waiting.get(line.id, 0) for line in self.lines)


def options(facts: Facts) -> list[Option]:
    """Every choice, in the order in which they are offered."""
    return [_wait(facts), _ship_available(facts), _cancel_missing(facts)]


def option(facts: Facts, choice: ShortageChoice) -> Option:
    """One of them."""
    return next(one for one in options(facts) if one.choice == choice)


def without_answer(facts: Facts) -> Option:
    """What happens when nobody chooses: the default, else the gentlest that is possible."""
    found = options(facts)
    gentle = (facts.shortage.default_choice, ShortageChoice.SHIP_AVAILABLE, ShortageChoice.WAIT)
    for choice in gentle:
        for one in found:
            if one.choice == choice and one.allowed:
                return one
    return option(facts, ShortageChoice.CANCEL_MISSING)


def _wait(facts: Facts) -> Option:
    refusal = None
    if facts.expected_on is None:
        refusal = Refused("NO_RESTOCK_EXPECTED")
    elif facts.shortage.choice == ShortageChoice.SHIP_AVAILABLE and facts.order.state == OrderState.PARTIALLY_SHIPPED:
        refusal = Refused("PART_SHIPPED_ALREADY")
    return Option(ShortageChoice.WAIT, refusal, expected_on=facts.expected_on)


def _ship_available(facts: Facts) -> Option:
    refusal = None if facts.units_now else Refused("NOTHING_IS_THERE")
    return Option(ShortageChoice.SHIP_AVAILABLE, refusal, units_now=facts.units_now, expected_on=facts.expected_on)


def _cancel_missing(facts: Facts) -> Option:
    return Option(ShortageChoice.CANCEL_MISSING, refund=_refund(facts), units_now=facts.units_now)


def _refund(facts: Facts) -> int:
    """What the missing units refund, minor units. Delivery is refunded when nothing is ever sent."""
    order = facts.order
    if not facts.units_now and not any(line.shipped for line in facts.lines):
        whole: int = order.captured - order.refunded
        return whole
    if order.captured == 0:
        return 0
    return sum(
        engine.refundable_amount(
            line_total=line.total,
            line_quantity=line.quantity,
            already_units=line.refunded,
            already_amount=line.refunded_amount,
            units=facts.waiting[line.id],
        )
        for line in facts.lines
        if facts.waiting.get(line.id)
    )

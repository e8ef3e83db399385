"""What goes wrong in a busy week, and how often. Shares of orders unless a line says otherwise."""

from collections.abc import Mapping

from adapters.payments.simulator import Outcome
from models.fulfillment import CarrierFault

NEVER_PAID = 0.04
CANCELED = 0.03
CHANGED = 0.04
PARTS_CANCELED = 0.02
URGED = 0.02
CONFIRMED_BY_HAND = 0.6  # the clock does it for the others
REFUNDED = 0.02
BROKEN_ON_THE_SHELF = 0.004
SHELVES_FILLED_TO = 400  # units; what sells well runs out before the lorry comes in the morning

PAYMENTS: Mapping[Outcome, float] = {
    Outcome.SUCCEED: 0.86,
    Outcome.DECLINE: 0.04,
    Outcome.SUCCEED_TWICE: 0.03,
    Outcome.SUCCEED_BADLY_SIGNED_FIRST: 0.02,
    Outcome.SUCCEED_OUT_OF_ORDER: 0.02,
    Outcome.SUCCEED_AFTER_EXPIRY: 0.01,
    Outcome.SUCCEED_FAILING_REFUND: 0.015,
    Outcome.SUCCEED_WRONG_AMOUNT: 0.005,
}

PARCELS: Mapping[CarrierFault, float] = {
    CarrierFault.DELAY: 0.02,
    CarrierFault.LOSS: 0.008,
    CarrierFault.DAMAGE: 0.006,
    CarrierFault.REFUSAL: 0.006,
    CarrierFault.FAILED_ATTEMPT: 0.01,
    CarrierFault.SILENCE: 0.005,
    CarrierFault.WRONG_ORDER: 0.02,
    CarrierFault.DUPLICATES: 0.02,
}

# The warehouse that stands still, and from which hour of the week to which.
CLOSED_WAREHOUSE, CLOSED_FROM, CLOSED_UNTIL = "CD", 3 * 24 + 10, 3 * 24 + 20

# How busy each hour of the day is (UTC+8, from midnight).
HOURS = (1, 1, 0, 0, 0, 1, 2, 4, 6, 8, 9, 9, 10, 8, 7, 7, 8, 9, 10, 12, 12, 10, 6, 3)

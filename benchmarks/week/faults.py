"""What goes wrong in a busy week, and how often. Shares of orders unless a line says otherwise."""

from collections.abc import Mapping

from adapters.payments.simulator import Outcome
from models.delivery import DeliveryMode
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

MERGED = 0.1  # of accounts with two fresh orders
TIPPED = 0.3  # of what a rider brought
SOUNDS_LIKE_RESALE = 0.03  # by its note, and so a person looks
LEFT_LYING, TURNED_DOWN = 0.15, 0.2  # of reviews

# How it comes, where the shop has more than one way. The rest of the country has carriers alone.
WAYS: Mapping[str, Mapping[DeliveryMode, float]] = {
    "上海市": {
        DeliveryMode.HOME: 0.44,
        DeliveryMode.COURIER: 0.3,
        DeliveryMode.PICKUP: 0.25,
        DeliveryMode.SERVICE: 0.01,
    },
    "成都市": {DeliveryMode.HOME: 0.5, DeliveryMode.COURIER: 0.2, DeliveryMode.PICKUP: 0.3},
}
WAYS_ELSEWHERE: Mapping[DeliveryMode, float] = {DeliveryMode.HOME: 1}
NEARBY = 3  # one in so many of the crowd lives in one of these cities
SLOT_CHOSEN, SLOT_LOOKED_AT_LONG = 0.5, 0.1  # where there are any; the latter may find theirs full

# Riders and counters; shares of jobs and of orders.
RIDER_IS_FREE = 0.6  # in a turn
TWO_RIDERS_WANT_IT, GIVEN_TO_ANOTHER, BROUGHT_IN_VAIN = 0.1, 0.05, 0.08
COMES_NOW = 0.06  # in a turn
NEVER_COLLECTED, WRONG_CODE, CODE_LOST = 0.08, 0.08, 0.04

# The floor: the share of orders that go by scanner, and what happens to lists, lines and packages.
BY_LIST = 0.25
LISTS_GIVEN_UP, SHORT, WRONG_SCAN, SCANNED_TWICE, OPENED_AGAIN = 0.02, 0.015, 0.02, 0.02, 0.02

# Between the houses: lines in a transfer, and how often a unit of one is missing.
TRANSFERRED, LOST_BETWEEN_HOUSES = 12, 0.05

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

# The warehouse that stands still, and from which hour of the week to which: a day.
CLOSED_WAREHOUSE, CLOSED_FROM, CLOSED_UNTIL = "CD", 26, 50

# How busy each hour of the day is (UTC+8, from midnight).
HOURS = (1, 1, 0, 0, 0, 1, 2, 4, 6, 8, 9, 9, 10, 8, 7, 7, 8, 9, 10, 12, 12, 10, 6, 3)

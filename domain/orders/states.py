"""Which state of an order may follow which, and what a buyer calls them."""

from enum import StrEnum

from models.orders import Order, OrderState

TRANSITIONS: dict[OrderState, frozenset[OrderState]] = {
    OrderState.PENDING_PAYMENT: frozenset({OrderState.PAID, OrderState.CANCELED, OrderState.EXPIRED}),
    # Money that arrives after the time to pay revives the order while there is stock for it.
    OrderState.EXPIRED: frozenset({OrderState.PAID}),
    OrderState.PAID: frozenset({OrderState.PARTIALLY_SHIPPED, OrderState.SHIPPED, OrderState.CANCELED}),
    # What is still missing may be dropped, after which everything that was ever to come may already be there.
    OrderState.PARTIALLY_SHIPPED: frozenset({OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED}),
    # A customer may confirm receipt before the carrier reports it. Parcels that do not arrive may have to be sent anew.
    OrderState.SHIPPED: frozenset(
        {OrderState.PAID, OrderState.PARTIALLY_SHIPPED, OrderState.DELIVERED, OrderState.RECEIVED}
    ),
    OrderState.DELIVERED: frozenset({OrderState.RECEIVED}),
    OrderState.RECEIVED: frozenset({OrderState.COMPLETED}),
    OrderState.COMPLETED: frozenset(),
    OrderState.CANCELED: frozenset(),
}

GONE = frozenset({OrderState.CANCELED, OrderState.EXPIRED})
FINAL = frozenset(state for state, following in TRANSITIONS.items() if not following)


class BuyerStatus(StrEnum):
    """The shelf of "my orders" that an order lies on."""

    TO_PAY = "TO_PAY"
    TO_SHIP = "TO_SHIP"
    TO_RECEIVE = "TO_RECEIVE"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"
    AFTER_SALES = "AFTER_SALES"


SHELVES: dict[BuyerStatus, frozenset[OrderState]] = {
    BuyerStatus.TO_PAY: frozenset({OrderState.PENDING_PAYMENT}),
    BuyerStatus.TO_SHIP: frozenset({OrderState.PAID}),
    BuyerStatus.TO_RECEIVE: frozenset({OrderState.PARTIALLY_SHIPPED, OrderState.SHIPPED, OrderState.DELIVERED}),
    BuyerStatus.COMPLETED: frozenset({OrderState.RECEIVED, OrderState.COMPLETED}),
    BuyerStatus.CANCELED: frozenset({OrderState.CANCELED, OrderState.EXPIRED}),
}


def buyer_status(order: Order) -> BuyerStatus:
    """Where the buyer finds the order. Once it is received, money given back puts it under after-sales."""
    status = next(status for status, states in SHELVES.items() if order.state in states)
    if status == BuyerStatus.COMPLETED and order.refunded > 0:
        return BuyerStatus.AFTER_SALES
    return status

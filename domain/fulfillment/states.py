"""Which state of a parcel may follow which. A delivered parcel never goes back, whatever is reported late."""

from datetime import datetime

from models.fulfillment import Parcel, ParcelState

JOURNEY = (
    ParcelState.SHIPPED,
    ParcelState.IN_TRANSIT,
    ParcelState.OUT_FOR_DELIVERY,
    ParcelState.AT_PICKUP_POINT,
    ParcelState.DELIVERED,
)
TROUBLE = frozenset({ParcelState.LOST, ParcelState.DAMAGED, ParcelState.REFUSED})
WAY_BACK = (ParcelState.RETURNING, ParcelState.RETURNED)
ENDED = frozenset({ParcelState.DELIVERED, ParcelState.RETURNED})
ORDER_OF_TELLING = (*JOURNEY[:-1], ParcelState.LOST, ParcelState.DAMAGED, ParcelState.REFUSED, *WAY_BACK, JOURNEY[-1])

TRANSITIONS: dict[ParcelState, frozenset[ParcelState]] = {
    **{state: frozenset({*JOURNEY[place + 1 :], *TROUBLE, *WAY_BACK}) for place, state in enumerate(JOURNEY[:-1])},
    # What was lost may turn up, what was damaged may still be handed over.
    ParcelState.LOST: frozenset({*JOURNEY[1:], ParcelState.DAMAGED, ParcelState.REFUSED, *WAY_BACK}),
    ParcelState.DAMAGED: frozenset({ParcelState.DELIVERED, ParcelState.LOST, ParcelState.REFUSED, *WAY_BACK}),
    ParcelState.REFUSED: frozenset({ParcelState.DELIVERED, ParcelState.LOST, *WAY_BACK}),
    ParcelState.RETURNING: frozenset({ParcelState.RETURNED, ParcelState.LOST}),
    ParcelState.RETURNED: frozenset(),
    ParcelState.DELIVERED: frozenset(),
}


def advance(parcel: Parcel, to: ParcelState, *, at: datetime) -> bool:
    """Move a parcel on, the caller saves it. False, and no change, where `to` does not follow."""
    if to not in TRANSITIONS[parcel.state]:
        return False
    parcel.state = to
    if to == ParcelState.DELIVERED:
        parcel.delivered_at = at
    return True

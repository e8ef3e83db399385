"""Which state of a parcel may follow which. A parcel never goes back, whatever is reported late."""

from datetime import datetime

from models.fulfillment import Parcel, ParcelState

JOURNEY = (ParcelState.SHIPPED, ParcelState.IN_TRANSIT, ParcelState.OUT_FOR_DELIVERY, ParcelState.DELIVERED)
TRANSITIONS: dict[ParcelState, frozenset[ParcelState]] = {
    state: frozenset(JOURNEY[place + 1 :]) for place, state in enumerate(JOURNEY)
}


def advance(parcel: Parcel, to: ParcelState, *, at: datetime) -> bool:
    """Move a parcel on, the caller saves it. False, and no change, where `to` lies behind it."""
    if to not in TRANSITIONS[parcel.state]:
        return False
    parcel.state = to
    if to == ParcelState.DELIVERED:
        parcel.delivered_at = at
    return True

"""What an event of an order says about a parcel and its scans."""

from domain.fulfillment.carriers import NAMES
from models.fulfillment import Parcel, TrackingEvent


def parcel_facts(parcel: Parcel) -> dict[str, object]:
    """Which parcel it is, and how to follow it at its carrier."""
    return {
        "parcel_id": str(parcel.id),
        "parcel": parcel.number,
        "carrier_code": parcel.carrier.value,
        "carrier": NAMES[parcel.carrier],
        "waybill": parcel.waybill,
    }


def scan_facts(parcel: Parcel, scan: TrackingEvent) -> dict[str, object]:
    """What was reported about it."""
    return {
        **parcel_facts(parcel),
        "parcel_state": parcel.state.value,
        "scan_state": scan.state.value,
        "scan_kind": scan.kind.value,
        "place": scan.place,
        "description": scan.description,
        "occurred_at": scan.occurred_at.isoformat(),
        "estimated_at": parcel.estimated_at.isoformat() if parcel.estimated_at else None,
    }

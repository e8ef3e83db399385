"""The carriers that the shop hands parcels to: what they are called, and a label from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.carriers.carrier import Carrier, CarrierError, Place, WaybillRefused
from domain.access import Viewer
from kit import clock
from kit.errors import Refused
from kit.text import Localized
from kit.validate import clean_text
from models.fulfillment import CarrierCode

NAMES: Mapping[CarrierCode, Localized] = {
    CarrierCode.SIMULATOR: {"zh-CN": "模拟快递", "en": "Simulated Express"},
    CarrierCode.OWN_COURIER: {"zh-CN": "商家配送", "en": "the shop's own courier"},
    CarrierCode.SF_EXPRESS: {"zh-CN": "顺丰速运", "en": "SF Express"},
    CarrierCode.JD_LOGISTICS: {"zh-CN": "京东物流", "en": "JD Logistics"},
    CarrierCode.ZTO: {"zh-CN": "中通快递", "en": "ZTO Express"},
    CarrierCode.YTO: {"zh-CN": "圆通速递", "en": "YTO Express"},
    CarrierCode.EMS: {"zh-CN": "中国邮政 EMS", "en": "China Post EMS"},
}
SHORTEST_WAYBILL, LONGEST_WAYBILL = 6, 40  # characters


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on a parcel that a carrier has accepted."""

    waybill: str
    estimated_at: datetime | None = None


def connected(viewer: Viewer, carrier: CarrierCode) -> Carrier | None:
    """The adapter of a carrier that we speak to; None for one whose parcels are entered by hand."""
    return viewer.market.carriers.get(carrier.value)


def clean_waybill(waybill: str | None) -> str | None:
    """A waybill as typed or scanned, in capitals; None for an empty one."""
    if waybill is None:
        return None
    text = clean_text(waybill.upper(), path=("waybill",), maximum=LONGEST_WAYBILL)
    if not text:
        return None
    if len(text) < SHORTEST_WAYBILL or not text.isascii() or not text.replace("-", "").isalnum():
        raise Refused("WAYBILL_INVALID", path=("waybill",), minimum=SHORTEST_WAYBILL, maximum=LONGEST_WAYBILL)
    return text


async def label(
    viewer: Viewer,
    carrier: CarrierCode,
    *,
    request_key: str,
    waybill: str | None,
    sender: Place,
    receiver: Place,
    weight_grams: int,
) -> Label:
    """Announce a parcel to its carrier. Never inside a transaction: this is a call to somebody else's service."""
    adapter = connected(viewer, carrier)
    if adapter is None:
        if waybill is None:
            raise Refused("WAYBILL_NEEDED", path=("waybill",))
        return Label(waybill)
    try:
        booking = await adapter.book(
            request_key=request_key,
            waybill=waybill,
            sender=sender,
            receiver=receiver,
            weight_grams=weight_grams,
            now=clock.now(),
        )
    except WaybillRefused:
        raise Refused("WAYBILL_TAKEN", path=("waybill",)) from None
    except CarrierError as error:
        raise Refused("CARRIER_UNAVAILABLE", path=("carrier",), retryable=True) from error
    return Label(booking.waybill, booking.estimated_at)

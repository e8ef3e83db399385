"""The carriers that the shop hands parcels to: what they are called, what they can do, and a label from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from adapters.carriers.carrier import Ability, Carrier, CarrierError, CarrierRefused, Place, WaybillRefused
from domain.access import Permission, Viewer
from domain.fulfillment import bookings
from kit import clock
from kit.errors import Refused
from kit.text import Localized
from kit.validate import clean_text
from models.fulfillment import CarrierCode
from models.inventory import Warehouse
from models.orders import Order

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
    """What stands on a parcel that a carrier has accepted. `booking_id` is to be used up by the parcel.

    `marks` are what the carrier's own label would show beside the waybill, by its names for them.
    """

    waybill: str
    estimated_at: datetime | None = None
    booking_id: UUID | None = None
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """A carrier, whether the market speaks to it, and what it can do then."""

    code: CarrierCode
    is_connected: bool
    can: tuple[Ability, ...]


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


def profiles(viewer: Viewer) -> list[Profile]:
    """Every carrier that the market knows."""
    viewer.require(Permission.SEE_ORDERS)
    return [_profile(code, connected(viewer, code)) for code in CarrierCode]


def _profile(code: CarrierCode, adapter: Carrier | None) -> Profile:
    can = adapter.can if adapter else frozenset()
    return Profile(code, adapter is not None, tuple(ability for ability in Ability if ability in can))


def from_warehouse(viewer: Viewer, warehouse: Warehouse) -> Place:
    """Where a carrier collects, and whom it asks for there."""
    policy = viewer.market.policy
    return Place(
        warehouse.province,
        warehouse.city,
        street=warehouse.name.get("zh-CN", warehouse.code),
        name=policy.sender_name,
        phone=policy.sender_phone,
    )


def to_customer(order: Order) -> Place:
    """Where an order goes."""
    return at_address(order.address)


def at_address(address: Mapping[str, str]) -> Place:
    """Where somebody lives, as an order keeps it."""
    return Place(
        address["province"],
        address["city"],
        district=address.get("district", ""),
        street=address.get("street", ""),
        name=address.get("recipient", ""),
        phone=address.get("phone", ""),
    )


async def label(
    viewer: Viewer,
    carrier: CarrierCode,
    *,
    request_key: str,
    waybill: str | None,
    sender: Place,
    receiver: Place,
    weight_grams: int,
    order_id: UUID | None = None,
) -> Label:
    """Announce a parcel to its carrier. Never inside a transaction: this is a call to somebody else's service.

    The same `request_key` gives the same label. Whoever makes the parcel uses it up with `bookings.use`, in the
    transaction of the parcel; whoever cannot gives it back with `bookings.let_go`. What was forgotten goes back by
    itself after `unused_label_hours`.
    """
    adapter = connected(viewer, carrier)
    if adapter is None or Ability.BOOK not in adapter.can:
        if waybill is None:
            raise Refused("WAYBILL_NEEDED", path=("waybill",))
        return Label(waybill)
    booking = await bookings.open_booking(carrier, request_key=request_key, order_id=order_id)
    if booking.waybill is not None and waybill in (None, booking.waybill):
        return Label(booking.waybill, booking.estimated_at, booking.id, booking.marks)
    try:
        made = await adapter.book(
            request_key=bookings.carriers_key(booking),
            waybill=waybill,
            sender=sender,
            receiver=receiver,
            weight_grams=weight_grams,
            now=clock.now(),
        )
    except WaybillRefused:
        raise Refused("WAYBILL_TAKEN", path=("waybill",)) from None
    except CarrierRefused as refused:
        raise Refused("CARRIER_REFUSED", path=("carrier",), reason=str(refused)) from refused
    except CarrierError as error:
        raise Refused("CARRIER_UNAVAILABLE", path=("carrier",), retryable=True) from error
    await bookings.note(booking, made)
    return Label(made.waybill, made.estimated_at, booking.id, made.marks)

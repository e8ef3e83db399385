"""Labels that we asked carriers for: written down before asking, used by one parcel, given back when none uses them."""

import logging
from datetime import timedelta
from uuid import UUID

from tortoise.exceptions import IntegrityError

from adapters.carriers.carrier import Ability, Booking, Carrier, CarrierError, CarrierRefused
from domain import effects
from domain.market import Market
from kit import clock
from kit.errors import Refused
from models.database import transaction
from models.fulfillment import BookingState, CarrierBooking, CarrierCode, Parcel

log = logging.getLogger("jishi.fulfillment")

ASK_AGAIN = timedelta(minutes=10)
GIVEN_UP_AFTER = timedelta(days=7)
AT_ONCE = 200
GONE = (BookingState.VOIDING, BookingState.VOIDED, BookingState.LEFT)


async def open_booking(carrier: CarrierCode, *, request_key: str, order_id: UUID | None) -> CarrierBooking:
    """The row under which a carrier is asked: that of an earlier try, unless its label was given back meanwhile."""
    known = await _latest(request_key)
    if known is not None and known.state not in GONE:
        return known
    fresh = CarrierBooking(
        request_key=request_key,
        attempt=known.attempt + 1 if known else 1,
        order_id=order_id,
        carrier=carrier,
        asked_at=clock.now(),
    )
    try:
        async with transaction():
            await fresh.save(force_create=True)
    except IntegrityError:
        twin = await _latest(request_key)  # the same call, sent twice at once
        if twin is None:
            raise
        return twin
    return fresh


def carriers_key(booking: CarrierBooking) -> str:
    """The key that the carrier is given: another one for each label, since one that was given back is spent."""
    return booking.request_key if booking.attempt == 1 else f"{booking.request_key}:{booking.attempt}"


async def note(booking: CarrierBooking, made: Booking) -> None:
    """Keep what the carrier answered."""
    if booking.state != BookingState.ASKED:
        return
    booking.state, booking.waybill, booking.reference = BookingState.BOOKED, made.waybill, made.reference
    booking.marks, booking.estimated_at = dict(made.marks), made.estimated_at
    changed = ["state", "waybill", "reference", "marks", "estimated_at"]
    await CarrierBooking.filter(id=booking.id, state=BookingState.ASKED).update(
        **{name: getattr(booking, name) for name in changed}
    )


async def use(booking_id: UUID) -> None:
    """Stick the label on a parcel or package, in the transaction that makes it. Refuses one that was given back."""
    if not await CarrierBooking.filter(id=booking_id, state=BookingState.BOOKED).update(state=BookingState.USED):
        raise Refused("LABEL_GIVEN_BACK", path=("carrier",), retryable=True)


async def take_off(booking_id: UUID) -> None:
    """Give the label of a package back that was opened again, in the transaction that opens it."""
    await CarrierBooking.filter(id=booking_id, state=BookingState.USED).update(state=BookingState.BOOKED)
    await let_go([booking_id])


async def let_go(booking_ids: list[UUID]) -> None:
    """Give labels back that no parcel came to use. What could not be said to the carrier now is said later."""
    for booking_id in booking_ids:
        await effects.soon("carrier.void", booking_id)


async def void(market: Market, booking_id: UUID) -> None:
    """Give a label back at its carrier. Does nothing when a parcel uses it, or when it was given back before."""
    booking = await _stopped(market, booking_id)
    if booking is None:
        return
    adapter = market.carriers.get(booking.carrier.value)
    if adapter is None or Ability.CANCEL not in adapter.can or not booking.waybill:
        await _settle(booking, BookingState.LEFT)
        return
    try:
        await _cancel(adapter, booking)
    except CarrierRefused as refused:
        log.warning("%s does not take waybill %s back: %s", booking.carrier, booking.waybill, refused)
        await _settle(booking, BookingState.LEFT)
    except CarrierError as error:
        log.warning("%s did not answer about waybill %s: %s", booking.carrier, booking.waybill, error)
        if clock.now() - booking.asked_at < GIVEN_UP_AFTER:
            await effects.at("carrier.void", booking.id, clock.now() + ASK_AGAIN)
        else:
            await _settle(booking, BookingState.LEFT)
    else:
        await _settle(booking, BookingState.VOIDED)


async def void_unused(market: Market) -> None:
    """Give back what a process left behind that ended between asking for a label and using it."""
    long_ago = clock.now() - timedelta(hours=market.policy.unused_label_hours)
    unused = CarrierBooking.filter(state__in=(BookingState.ASKED, BookingState.BOOKED), asked_at__lt=long_ago)
    for booking_id in await unused.order_by("asked_at").limit(AT_ONCE).values_list("id", flat=True):
        await void(market, UUID(str(booking_id)))


async def _latest(request_key: str) -> CarrierBooking | None:
    return await CarrierBooking.filter(request_key=request_key).order_by("-attempt").first()


async def _stopped(market: Market, booking_id: UUID) -> CarrierBooking | None:
    """The booking, out of reach of anybody who would use it; None when it is not to be given back."""
    async with market.change():
        booking = await CarrierBooking.filter(id=booking_id).select_for_update().first()
        if booking is None or booking.state not in (BookingState.ASKED, BookingState.BOOKED, BookingState.VOIDING):
            return None
        if booking.waybill and await Parcel.exists(carrier=booking.carrier, waybill=booking.waybill):
            booking.state = BookingState.USED
            await booking.save(update_fields=["state"])
            return None
        booking.state = BookingState.VOIDING
        await booking.save(update_fields=["state"])
        return booking


async def _cancel(adapter: Carrier, booking: CarrierBooking) -> None:
    await adapter.cancel(waybill=booking.waybill or "", reference=booking.reference, now=clock.now())


async def _settle(booking: CarrierBooking, state: BookingState) -> None:
    await CarrierBooking.filter(id=booking.id, state=BookingState.VOIDING).update(state=state)

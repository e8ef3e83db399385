"""What carriers tell us unasked: verified, kept once, and applied once, also when it comes before the parcel does."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.exceptions import IntegrityError

from adapters.carriers.carrier import Ability, BadSignature, Carrier, Push, Scan
from adapters.replies import Reply
from domain import effects
from domain.access import system
from domain.fulfillment import tracking
from domain.market import Market
from kit import clock
from kit.errors import Refused
from models.database import transaction
from models.fulfillment import CarrierCode, CarrierNotice, NoticeState, ParcelState, ScanKind

LOOK_AGAIN = timedelta(seconds=10)
WAITED_FOR = timedelta(days=7)
KEPT_FOR = timedelta(days=30)
PURGED_AT_ONCE = 1000
LONGEST_WAYBILL = 60


async def receive(market: Market, carrier_code: str, *, body: bytes, headers: Mapping[str, str]) -> Reply:
    """Take a push in; gives what the carrier wants to read. The names of `headers` are in lower case.

    Refuses NOT_FOUND for a carrier that does not push to us, BAD_SIGNATURE, and MALFORMED_NOTICE for what is signed
    and still makes no sense. Anything else that goes wrong leaves no trace, so that the carrier tells us again.
    """
    adapter = market.carriers.get(carrier_code)
    if adapter is None or Ability.PUSH not in adapter.can:
        raise Refused("NOT_FOUND", what="carrier")
    push = _verified(adapter, body=body, headers=headers)
    carrier = CarrierCode(adapter.code)
    if await CarrierNotice.exists(carrier=carrier, notice_id=push.notice_id):
        return adapter.answer_push(taken=True)
    viewer = system(market, as_provider=True)
    parcel = await tracking.take_scans(viewer, carrier, push.waybill, push.scans, goes_on=push.goes_on)
    waits = parcel is None and bool(push.scans)
    await _keep(carrier, push, NoticeState.WAITING if waits else NoticeState.APPLIED)
    return adapter.answer_push(taken=True)


async def apply_waiting(market: Market, notice_id: UUID) -> None:
    """Try again what came before its parcel did. Other shops' waybills are given up after some days."""
    notice = await CarrierNotice.get_or_none(id=notice_id, state=NoticeState.WAITING)
    if notice is None:
        return
    scans = [_scan(notice, kept) for kept in notice.scans]
    viewer = system(market, as_provider=True)
    parcel = await tracking.take_scans(viewer, notice.carrier, notice.waybill, scans, goes_on=notice.goes_on)
    if parcel is not None:
        await CarrierNotice.filter(id=notice.id).update(state=NoticeState.APPLIED)
        return
    waited = clock.now() - notice.received_at
    if waited < WAITED_FOR:
        await effects.at("carrier.notice", notice.id, clock.now() + max(waited, LOOK_AGAIN))


async def forget_old() -> None:
    """Take away pushes that nobody repeats any more."""
    while True:
        old = CarrierNotice.filter(received_at__lt=clock.now() - KEPT_FOR).limit(PURGED_AT_ONCE)
        ids = await old.values_list("id", flat=True)
        await CarrierNotice.filter(id__in=list(ids)).delete()
        if len(ids) < PURGED_AT_ONCE:
            return


def _verified(adapter: Carrier, *, body: bytes, headers: Mapping[str, str]) -> Push:
    try:
        push = adapter.read_push(body=body, headers=headers)
    except BadSignature as error:
        raise Refused("BAD_SIGNATURE") from error
    except (ValueError, RecursionError) as error:
        raise Refused("MALFORMED_NOTICE") from error
    if len(push.waybill) > LONGEST_WAYBILL:
        raise Refused("MALFORMED_NOTICE")
    return push


async def _keep(carrier: CarrierCode, push: Push, state: NoticeState) -> None:
    """Write it down after it was applied, which is harmless twice: a crash between the two has it told again."""
    notice = CarrierNotice(
        carrier=carrier,
        notice_id=push.notice_id,
        waybill=push.waybill,
        scans=[_kept(scan) for scan in push.scans] if state == NoticeState.WAITING else [],
        goes_on=push.goes_on is not False,
        state=state,
        received_at=clock.now(),
    )
    try:
        async with transaction():
            await notice.save(force_create=True)
            if state == NoticeState.WAITING:
                await effects.at("carrier.notice", notice.id, clock.now() + LOOK_AGAIN)
    except IntegrityError:
        pass  # its twin was quicker


def _kept(scan: Scan) -> dict[str, object]:
    return {
        "id": scan.scan_id,
        "state": scan.state,
        "kind": scan.kind,
        "place": scan.place,
        "description": scan.description,
        "occurred_at": scan.occurred_at.isoformat(),
        "estimated_at": scan.estimated_at.isoformat() if scan.estimated_at else None,
    }


def _scan(notice: CarrierNotice, kept: dict[str, object]) -> Scan:
    state, estimated_at = kept["state"], kept["estimated_at"]
    return Scan(
        carrier=notice.carrier,
        waybill=notice.waybill,
        scan_id=str(kept["id"]),
        state=None if state is None else ParcelState(str(state)),
        place=kept["place"],  # type: ignore[arg-type]  # written by `_kept`
        description=kept["description"],  # type: ignore[arg-type]  # written by `_kept`
        occurred_at=datetime.fromisoformat(str(kept["occurred_at"])),
        kind=ScanKind(str(kept["kind"])),
        estimated_at=None if estimated_at is None else datetime.fromisoformat(str(estimated_at)),
    )

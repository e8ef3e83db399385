"""A payment provider that runs on this machine and behaves like a real one: own books, own pay page, signed callbacks.

The market talks to it as to any other provider and never reads its books. Everything that makes real providers hard can
be had on request: callbacks that come twice, late, badly signed, in the wrong order or over the wrong amount, payments
after the time is over, refunds that fail.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import httpx
from tortoise.exceptions import IntegrityError

from adapters.bus import EventBus
from adapters.payments import callbacks
from adapters.payments.provider import Charge, Notice, NoticeKind, ProviderRefused, Way
from adapters.replies import Reply
from adapters.signatures import signed_headers
from kit import clock, ids
from models.database import transaction
from models.jobs import Timer
from models.payments import ChargeState, PaymentScene, SimulatedCharge, SimulatedNotice

DELIVER = "simulator.deliver"
MOST_DELIVERIES = 20
LONGEST_PAUSE = timedelta(hours=1)
POST_SECONDS = 10.0
LONGEST_REFERENCE = 80  # characters, as in its books


class Outcome(StrEnum):
    """What the simulator is asked to let happen to a charge."""

    SUCCEED = "SUCCEED"
    DECLINE = "DECLINE"
    SUCCEED_TWICE = "SUCCEED_TWICE"
    SUCCEED_BADLY_SIGNED_FIRST = "SUCCEED_BADLY_SIGNED_FIRST"
    SUCCEED_OUT_OF_ORDER = "SUCCEED_OUT_OF_ORDER"
    SUCCEED_WRONG_AMOUNT = "SUCCEED_WRONG_AMOUNT"
    SUCCEED_AFTER_EXPIRY = "SUCCEED_AFTER_EXPIRY"
    SUCCEED_FAILING_REFUND = "SUCCEED_FAILING_REFUND"
    SUCCEED_SILENTLY = "SUCCEED_SILENTLY"


class ChargeClosed(Exception):
    """The charge was paid or declined already."""


class ChargeExpired(Exception):
    """The time to pay the charge is over."""


class PaymentSimulator:
    """The default provider. `url` is where browsers find its pages; `transport` replaces the network in tests."""

    code = "simulator"
    scenes = (PaymentScene.BROWSER,)
    names_payer: frozenset[PaymentScene] = frozenset()
    heard = Reply(204)

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        callback_seconds: float,
        bus: EventBus,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.secret = secret
        self.transport = transport
        self._url = url
        self._delay = timedelta(seconds=callback_seconds)
        self._bus = bus
        self._client: httpx.AsyncClient | None = None

    # What every provider does ----------------------------------------------------------------------------------------

    async def open_charge(
        self,
        *,
        request_key: str,
        amount: int,
        currency: str,
        title: str,
        return_url: str,
        notify_url: str,
        now: datetime,
        expires_at: datetime,
        way: Way,
    ) -> Charge:
        charge = await SimulatedCharge.get_or_none(request_key=request_key)
        if charge is None:
            fresh = SimulatedCharge(
                reference=_reference("SIM"),
                request_key=request_key,
                kind="charge",
                currency=currency,
                amount=amount,
                title=title,
                return_url=return_url,
                notify_url=notify_url,
                created_at=now,
                expires_at=expires_at,
            )
            charge = await _first(fresh)
        if (charge.kind, charge.amount, charge.currency) != ("charge", amount, currency):
            raise ProviderRefused("REQUEST_KEY_REUSED")
        return Charge(reference=charge.reference, pay_url=f"{self._url}/simulator/pay/{charge.reference}")

    async def refund(
        self,
        *,
        request_key: str,
        charge_reference: str,
        charge_amount: int,
        amount: int,
        currency: str,
        notify_url: str,
        now: datetime,
    ) -> str:
        async with transaction():
            charge = await _locked(charge_reference)
            known = await SimulatedCharge.get_or_none(request_key=request_key)
            if known is not None:
                return known.reference
            if charge is None or charge.state != ChargeState.PAID or charge.currency != currency:
                raise ProviderRefused("NO_SUCH_CHARGE")
            if await _given_back(charge.reference) + amount > charge.amount:
                raise ProviderRefused("MORE_THAN_CAPTURED")
            refund = await SimulatedCharge.create(
                reference=_reference("REF"),
                request_key=request_key,
                kind="refund",
                parent_reference=charge.reference,
                state=ChargeState.DECLINED if charge.refuses_refunds else ChargeState.PAID,
                is_silent=charge.is_silent,
                currency=currency,
                amount=amount,
                notify_url=notify_url,
                created_at=now,
                paid_at=None if charge.refuses_refunds else now,
            )
            kind = NoticeKind.REFUND_FAILED if charge.refuses_refunds else NoticeKind.REFUNDED
            await SimulatedCharge.filter(id=charge.id).update(refuses_refunds=False)
            await self._announce(refund, kind, now=now, failure="ACCOUNT_CLOSED" if charge.refuses_refunds else "")
        await self._bus.wake()
        return refund.reference

    async def find_charge(self, *, request_key: str, reference: str, now: datetime) -> Notice | None:
        return await self._outcome(await _known(request_key, "charge"), now=now)

    async def find_refund(
        self, *, request_key: str, reference: str, charge_reference: str, now: datetime
    ) -> Notice | None:
        return await self._outcome(await _known(request_key, "refund"), now=now)

    async def close_charge(self, *, request_key: str, reference: str, now: datetime) -> None:
        async with transaction():
            charge = await _locked((await _known(request_key, "charge")).reference)
            if charge is None or charge.state == ChargeState.PAID:
                raise ProviderRefused("PAID")
            if charge.state == ChargeState.OPEN:
                charge.state = ChargeState.CLOSED
                await charge.save(update_fields=["state"])

    async def verify(self, *, body: bytes, headers: Mapping[str, str]) -> Notice:
        return callbacks.read(body, headers, secret=self.secret, now=clock.machine())

    # What only a simulator does --------------------------------------------------------------------------------------

    async def find(self, reference: str) -> SimulatedCharge | None:
        """A charge in the simulator's own books, for its pay page."""
        if len(reference) > LONGEST_REFERENCE or not reference.isprintable():
            return None
        return await SimulatedCharge.get_or_none(reference=reference, kind="charge")

    async def pay(
        self, reference: str, outcome: Outcome, *, delay_seconds: int = 0, payer: str = ""
    ) -> SimulatedCharge:
        """Let `outcome` happen to a charge; the callback goes out `delay_seconds` later than usual and names `payer`.

        Raises ChargeClosed, ChargeExpired unless that is what was asked for, and LookupError where there is no charge.
        """
        now = clock.now()
        async with transaction():
            charge = await _locked(reference)
            if charge is None:
                raise LookupError(reference)
            _check_open(charge, outcome, now=now)
            charge.state = ChargeState.DECLINED if outcome == Outcome.DECLINE else ChargeState.PAID
            charge.paid_at = None if outcome == Outcome.DECLINE else now
            if outcome == Outcome.SUCCEED_AFTER_EXPIRY and charge.expires_at is not None:
                charge.paid_at = max(now, charge.expires_at)
            charge.refuses_refunds = outcome == Outcome.SUCCEED_FAILING_REFUND
            charge.is_silent = outcome == Outcome.SUCCEED_SILENTLY
            await charge.save()
            await self._announce_outcome(charge, outcome, now=now, delay=timedelta(seconds=delay_seconds), payer=payer)
        await self._bus.wake()
        return charge

    async def undelivered(self, reference: str) -> int:
        """How many callbacks about a charge have not arrived yet."""
        return await SimulatedNotice.filter(charge_reference=reference, delivered_at__isnull=True).count()

    async def deliver(self, notice_id: UUID) -> datetime | None:
        """Send a callback; gives the time to try again, None when it has arrived or was tried too often."""
        notice = await SimulatedNotice.get_or_none(id=notice_id)
        if notice is None or notice.delivered_at is not None:
            return None
        notice.attempts += 1
        arrived = await self._post(notice)
        notice.delivered_at = clock.now() if arrived else None
        await notice.save(update_fields=["attempts", "delivered_at"])
        if arrived or notice.attempts >= MOST_DELIVERIES:
            return None
        return clock.now() + min(timedelta(seconds=2 ** (notice.attempts - 1)), LONGEST_PAUSE)

    async def close(self) -> None:
        """Give connections back."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _announce_outcome(
        self, charge: SimulatedCharge, outcome: Outcome, *, now: datetime, delay: timedelta, payer: str
    ) -> None:
        if outcome == Outcome.DECLINE:
            await self._announce(charge, NoticeKind.FAILED, now=now, delay=delay, failure="INSUFFICIENT_FUNDS")
            return
        if outcome == Outcome.SUCCEED_AFTER_EXPIRY and charge.expires_at is not None:
            delay += max(charge.expires_at - now, timedelta(0))
        await self._announce(
            charge,
            NoticeKind.CAPTURED,
            now=now,
            delay=delay,
            amount=max(charge.amount - 1, 1) if outcome == Outcome.SUCCEED_WRONG_AMOUNT else charge.amount,
            copies=2 if outcome == Outcome.SUCCEED_TWICE else 1,
            bad_signatures=2 if outcome == Outcome.SUCCEED_BADLY_SIGNED_FIRST else 0,
            payer=payer,
        )
        if outcome == Outcome.SUCCEED_OUT_OF_ORDER:  # the refusal of a first card, told after the success of the second
            await self._announce(
                charge,
                NoticeKind.FAILED,
                now=now,
                delay=delay + timedelta(seconds=1),
                failure="INSUFFICIENT_FUNDS",
            )

    async def _announce(
        self,
        charge: SimulatedCharge,
        kind: NoticeKind,
        *,
        now: datetime,
        delay: timedelta = timedelta(0),
        amount: int | None = None,
        copies: int = 1,
        bad_signatures: int = 0,
        failure: str = "",
        payer: str = "",
    ) -> None:
        notice = Notice(
            notice_id=_reference("EVT"),
            kind=kind,
            request_key=charge.request_key,
            reference=charge.reference,
            amount=charge.amount if amount is None else amount,
            currency=charge.currency,
            occurred_at=now,
            failure=failure,
            payer=payer,
        )
        due_at = now + self._delay + delay
        for _ in range(copies):
            kept = await SimulatedNotice.create(
                charge_reference=charge.reference,
                notice_id=notice.notice_id,
                notify_url=charge.notify_url,
                body=callbacks.write(notice),
                bad_signatures=bad_signatures,
                due_at=due_at,
            )
            if not charge.is_silent:
                await Timer.create(kind=DELIVER, subject_id=kept.id, due_at=due_at)

    async def _outcome(self, charge: SimulatedCharge, *, now: datetime) -> Notice | None:
        """As the first callback about it says, whether that has arrived or never will."""
        if charge.state == ChargeState.OPEN or (charge.paid_at is not None and charge.paid_at > now):
            return None
        if charge.state == ChargeState.CLOSED:
            raise ProviderRefused("CLOSED")
        notice = await SimulatedNotice.filter(charge_reference=charge.reference).order_by("id").first()
        return None if notice is None else callbacks.parse(notice.body)

    async def _post(self, notice: SimulatedNotice) -> bool:
        body = notice.body.encode()
        signed_with = self.secret if notice.attempts > notice.bad_signatures else "somebody else's secret"
        headers = signed_headers(body, secret=signed_with, now=clock.machine())
        if self._client is None:
            self._client = httpx.AsyncClient(transport=self.transport, timeout=POST_SECONDS, trust_env=False)
        try:
            response = await self._client.post(notice.notify_url, content=body, headers=headers)
        except httpx.HTTPError:
            return False
        return response.is_success


def _check_open(charge: SimulatedCharge, outcome: Outcome, *, now: datetime) -> None:
    if charge.state != ChargeState.OPEN:
        raise ChargeClosed(charge.reference)
    over = charge.expires_at is not None and now >= charge.expires_at
    if over and outcome not in (Outcome.SUCCEED_AFTER_EXPIRY, Outcome.DECLINE):
        raise ChargeExpired(charge.reference)


async def _first(charge: SimulatedCharge) -> SimulatedCharge:
    """The row that was first under its key, ours or that of a racing call."""
    try:
        async with transaction():
            await charge.save(force_create=True)
    except IntegrityError:
        return await SimulatedCharge.get(request_key=charge.request_key)
    return charge


async def _known(request_key: str, kind: str) -> SimulatedCharge:
    found = await SimulatedCharge.get_or_none(request_key=request_key, kind=kind)
    if found is None:
        raise ProviderRefused("NO_SUCH_CHARGE")
    return found


async def _locked(reference: str) -> SimulatedCharge | None:
    if len(reference) > LONGEST_REFERENCE or not reference.isprintable():
        return None
    return await SimulatedCharge.filter(reference=reference, kind="charge").select_for_update().first()


async def _given_back(reference: str) -> int:
    refunds = SimulatedCharge.filter(parent_reference=reference, kind="refund", state=ChargeState.PAID)
    return sum(await refunds.values_list("amount", flat=True))  # type: ignore[arg-type]  # Tortoise types flat values as tuples


def _reference(prefix: str) -> str:
    return f"{prefix}_{ids.token()}"

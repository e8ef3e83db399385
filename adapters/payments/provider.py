"""What every payment provider can do for us, and what it tells us."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class ProviderError(Exception):
    """The provider could not be asked, or answered with an error. The outcome is unknown until it is asked again."""


class BadSignature(Exception):
    """A callback that the provider did not sign. Nothing of it may be believed."""


class NoticeKind(StrEnum):
    """What a callback reports."""

    CAPTURED = "CAPTURED"
    FAILED = "FAILED"
    REFUNDED = "REFUNDED"
    REFUND_FAILED = "REFUND_FAILED"


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge that the provider opened for us."""

    reference: str
    pay_url: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A verified callback. `notice_id` is the same when the provider repeats itself. Amounts are minor units."""

    notice_id: str
    kind: NoticeKind
    reference: str
    amount: int
    currency: str
    occurred_at: datetime
    failure: str = ""


class PaymentProvider(Protocol):
    """One provider. Calls happen outside transactions, and each may be repeated with the same `request_key`."""

    code: str

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
    ) -> Charge:
        """Open a charge of `amount` minor units, to be paid at `Charge.pay_url`. The same key gives the same charge."""

    async def refund(
        self, *, request_key: str, charge_reference: str, amount: int, currency: str, notify_url: str, now: datetime
    ) -> str:
        """Ask for money back; gives the provider's reference. The outcome comes as a notice. The same key refunds once."""

    def verify(self, *, body: bytes, headers: Mapping[str, str]) -> Notice:
        """The notice in a callback; raises BadSignature when it is not the provider's, ValueError when it is no notice."""

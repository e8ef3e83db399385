"""What every payment provider can do for us, and what it tells us."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class ProviderError(Exception):
    """The provider could not be asked, or answered with an error. The outcome is unknown until it is asked again."""


class ProviderRefused(Exception):
    """The provider has said no, and will say so again: nothing was done. The text is its reason."""


class BadSignature(Exception):
    """A callback that the provider did not sign, or signed too long ago. Nothing of it may be believed."""


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
    """A verified callback. `notice_id` is the same when the provider repeats itself. Amounts are minor units.

    `request_key` is ours: what we gave when we asked for the charge or the refund. A callback may come before the
    answer to that question did, so it is by our own key that we find what it is about.
    """

    notice_id: str
    kind: NoticeKind
    request_key: str
    reference: str
    amount: int
    currency: str
    occurred_at: datetime
    failure: str = ""
    payer: str = ""  # who paid, as the provider names them; empty when it does not say


class PaymentProvider(Protocol):
    """One provider. Calls happen outside transactions, and each may be repeated with the same `request_key`."""

    @property
    def code(self) -> str:
        """Its name in `/webhooks/{code}` and in our books."""

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
    ) -> Charge:
        """Open a charge of `amount` minor units, to be paid at `Charge.pay_url`. The same key gives the same charge."""

    async def refund(
        self, *, request_key: str, charge_reference: str, amount: int, currency: str, notify_url: str, now: datetime
    ) -> str:
        """Ask for money back, once for each key; gives the provider's reference. The outcome comes as a notice."""

    async def find_charge(self, *, request_key: str, reference: str, now: datetime) -> Notice | None:
        """What became of a charge, as its callback tells it or would; None while it is open.

        For a callback that never came and a call that was never answered: `reference` is empty where we did not learn
        it. ProviderRefused when there is no such charge.
        """

    async def find_refund(self, *, request_key: str, reference: str, now: datetime) -> Notice | None:
        """What became of a refund, in the same way; None while it is on its way."""

    async def close_charge(self, *, request_key: str, reference: str, now: datetime) -> None:
        """Take no more money for an open charge. Closing it twice is harmless; ProviderRefused when it was paid."""

    def verify(self, *, body: bytes, headers: Mapping[str, str]) -> Notice:
        """The notice in a callback; raises BadSignature when it is not the provider's, ValueError when it is no notice.

        The names of `headers` are in lower case.
        """

"""What every payment provider can do for us, and what it tells us."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from adapters.replies import Reply
from models.payments import PaymentScene

# What every implementation promises is tested in tests/payments/test_contract.py, which a new one joins.


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
class Way:
    """How the customer is about to pay: where, as whom the provider knows them, and from which address they call."""

    scene: PaymentScene = PaymentScene.BROWSER
    payer_id: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge that the provider opened for us, and how to pay it: at `pay_url`, or with `pay_code`.

    `pay_code` is the text of a QR code, or what an app hands to the provider; the scene says which.
    """

    reference: str
    pay_url: str = ""
    pay_code: str = ""


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

    @property
    def scenes(self) -> tuple[PaymentScene, ...]:
        """Where customers can pay with it, what is usual first."""

    @property
    def names_payer(self) -> frozenset[PaymentScene]:
        """Scenes that need `Way.payer_id`."""

    @property
    def heard(self) -> Reply:
        """What it wants to read when its callback was taken; anything but 2xx has it call again."""

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
        """Open a charge of `amount` minor units. The same key gives the same charge.

        `Charge.reference` is ours where the provider has none before somebody pays; the notice brings its own then.
        """

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
        """Ask for money back, once for each key; gives the provider's reference.

        The outcome comes as a notice, or from `find_refund` where the provider calls nobody about refunds.
        """

    async def find_charge(self, *, request_key: str, reference: str, now: datetime) -> Notice | None:
        """What became of a charge, as its callback tells it or would; None while it is open.

        For a callback that never came and a call that was never answered: `reference` is empty where we did not learn
        it. ProviderRefused when there is no such charge.
        """

    async def find_refund(
        self, *, request_key: str, reference: str, charge_reference: str, now: datetime
    ) -> Notice | None:
        """What became of a refund, in the same way; None while it is on its way."""

    async def close_charge(self, *, request_key: str, reference: str, now: datetime) -> None:
        """Take no more money for an open charge. Closing it twice is harmless; ProviderRefused when it was paid."""

    async def verify(self, *, body: bytes, headers: Mapping[str, str]) -> Notice | None:
        """The notice in a callback; None for one that the provider signed and that changes nothing here.

        Raises BadSignature when it is not the provider's, ValueError when it is no notice, and ProviderError when that
        could not be found out. The names of `headers` are in lower case.
        """

    async def close(self) -> None:
        """Give connections back."""

"""Payments that a marketplace takes and gives back itself: nothing is asked of it, its settlement tells the same."""

from collections.abc import Mapping
from datetime import datetime

from adapters.payments.provider import BadSignature, Charge, Notice, ProviderRefused, Way
from adapters.replies import Reply
from models.payments import PaymentScene


class ExternalPayments:
    """Stands for all marketplaces. A refund is accepted at once: the marketplace gives it back in its settlement."""

    code = "external"
    scenes: tuple[PaymentScene, ...] = ()
    names_payer: frozenset[PaymentScene] = frozenset()
    heard = Reply(204)

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
        raise ProviderRefused("PAID_ELSEWHERE")

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
        return f"{charge_reference.partition(':')[0]}:{request_key}"

    async def find_charge(self, *, request_key: str, reference: str, now: datetime) -> Notice | None:
        raise ProviderRefused("PAID_ELSEWHERE")

    async def find_refund(
        self, *, request_key: str, reference: str, charge_reference: str, now: datetime
    ) -> Notice | None:
        raise ProviderRefused("PAID_ELSEWHERE")

    async def close_charge(self, *, request_key: str, reference: str, now: datetime) -> None:
        raise ProviderRefused("PAID_ELSEWHERE")

    async def verify(self, *, body: bytes, headers: Mapping[str, str]) -> Notice:
        raise BadSignature("marketplaces do not call back")

    async def close(self) -> None:
        return None

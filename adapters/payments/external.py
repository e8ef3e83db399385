"""Payments that a marketplace takes and gives back itself: nothing is asked of it, its settlement tells the same."""

from collections.abc import Mapping
from datetime import datetime

from adapters.payments.provider import BadSignature, Charge, Notice, ProviderRefused


class ExternalPayments:
    """Stands for all marketplaces. A refund is accepted at once: the marketplace gives it back in its settlement."""

    code = "external"

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
        raise ProviderRefused("PAID_ELSEWHERE")

    async def refund(
        self, *, request_key: str, charge_reference: str, amount: int, currency: str, notify_url: str, now: datetime
    ) -> str:
        return f"{charge_reference.partition(':')[0]}:{request_key}"

    async def find_charge(self, *, request_key: str, reference: str, now: datetime) -> Notice | None:
        raise ProviderRefused("PAID_ELSEWHERE")

    async def find_refund(self, *, request_key: str, reference: str, now: datetime) -> Notice | None:
        raise ProviderRefused("PAID_ELSEWHERE")

    async def close_charge(self, *, request_key: str, reference: str, now: datetime) -> None:
        raise ProviderRefused("PAID_ELSEWHERE")

    def verify(self, *, body: bytes, headers: Mapping[str, str]) -> Notice:
        raise BadSignature("marketplaces do not call back")

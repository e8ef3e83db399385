"""Sends what people are told about their orders."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from domain.market import Market
from domain.notifications import notices
from domain.notifications.texts import TEMPLATES


def _sending(template: str) -> Callable[[Market, UUID], Awaitable[None]]:
    async def send(market: Market, order_id: UUID) -> None:
        await notices.send(market, order_id, template)

    return send


HANDLERS = {f"{notices.PREFIX}{template}": _sending(template) for template in TEMPLATES}

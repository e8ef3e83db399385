"""Callbacks of payment providers: verified, kept once, and applied once, however often and in what order they come."""

from collections.abc import Awaitable, Callable, Mapping

from tortoise.exceptions import IntegrityError

from adapters.payments.provider import BadSignature, Notice, NoticeKind, ProviderError
from adapters.replies import Reply
from domain.access import Viewer, system
from domain.market import Market
from domain.payments import captures, sending
from kit import clock
from kit.errors import Refused
from models.database import persistent
from models.payments import ProviderNotice

APPLY: Mapping[NoticeKind, Callable[..., Awaitable[str]]] = {
    NoticeKind.CAPTURED: captures.capture,
    NoticeKind.FAILED: captures.fail,
    NoticeKind.REFUNDED: sending.succeed,
    NoticeKind.REFUND_FAILED: sending.fail,
}
DUPLICATE = "duplicate"
NOTHING = "nothing to us"


async def receive(market: Market, provider_code: str, *, body: bytes, headers: Mapping[str, str]) -> str:
    """Take a callback in; gives what was made of it, for the record. The names of `headers` are in lower case.

    Refuses NOT_FOUND for a provider that we do not know, BAD_SIGNATURE, MALFORMED_NOTICE for what is signed and still
    no notice, and PROVIDER_UNAVAILABLE where its signature could not be checked. Anything else that goes wrong leaves
    no trace, so that the provider calls again.
    """
    notice = await _verified(market, provider_code, body=body, headers=headers)
    return NOTHING if notice is None else await apply(market, notice, provider=provider_code)


def answer(market: Market, provider_code: str) -> Reply:
    """What a provider wants to read when its callback was taken, now or before."""
    return market.providers[provider_code].heard


async def apply(market: Market, notice: Notice, *, provider: str) -> str:
    """Make of a provider's word what it comes to, once; gives that, for the record."""
    if await _is_known(provider, notice):
        return DUPLICATE
    try:
        return await _apply(system(market, as_provider=True), notice, provider=provider)
    except IntegrityError:
        if await _is_known(provider, notice):
            return DUPLICATE  # its twin was quicker, and is committed
        raise


async def _verified(market: Market, provider_code: str, *, body: bytes, headers: Mapping[str, str]) -> Notice | None:
    provider = market.providers.get(provider_code)
    if provider is None:
        raise Refused("NOT_FOUND", what="provider")
    try:
        return await provider.verify(body=body, headers=headers)
    except BadSignature as error:
        raise Refused("BAD_SIGNATURE") from error
    except ProviderError as error:
        raise Refused("PROVIDER_UNAVAILABLE") from error
    except (ValueError, RecursionError) as error:
        raise Refused("MALFORMED_NOTICE") from error


@persistent
async def _apply(viewer: Viewer, notice: Notice, *, provider: str) -> str:
    async with viewer.market.change():
        kept = await ProviderNotice.create(
            provider=provider,
            notice_id=notice.notice_id,
            kind=notice.kind.value,
            payload=_payload(notice),
            received_at=clock.now(),
        )
        kept.outcome = await APPLY[notice.kind](viewer, notice, provider=provider)
        await kept.save(update_fields=["outcome"])
        return kept.outcome


async def _is_known(provider: str, notice: Notice) -> bool:
    return await ProviderNotice.exists(provider=provider, notice_id=notice.notice_id)


def _payload(notice: Notice) -> dict[str, object]:
    return {
        "request_key": notice.request_key,
        "reference": notice.reference,
        "amount": notice.amount,
        "currency": notice.currency,
        "occurred_at": notice.occurred_at.isoformat(),
        "failure": notice.failure,
    }

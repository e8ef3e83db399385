"""How WeChat Pay is spoken to: signed JSON over HTTPS, answers whose signature is checked before they are believed.

An answer that WeChat Pay did not sign says nothing, whatever it says: the outcome stays unknown and is asked for again.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from adapters.payments.provider import BadSignature, ProviderError, ProviderRefused
from adapters.payments.wechat.keys import Merchant, PlatformKey, Seal, certificates, seal_of
from kit import clock, ids

log = logging.getLogger("jishi.payments")

CERTIFICATES = "/v3/certificates"
LEARN_AGAIN = timedelta(minutes=1)  # certificates are fetched at most so often, however many unknown serials come
TRY_AGAIN = timedelta(seconds=5)  # and so often while they cannot be had
UNKNOWN_OUTCOME = frozenset({401, 429})  # our own keys are wrong, or we ask too often: nobody was told no
BUSY = frozenset({"SYSTEM_ERROR", "BANK_ERROR", "FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED"})


class Wire:
    """The connection to WeChat Pay. `platform` are its public keys set by hand; `transport` replaces the network."""

    def __init__(
        self,
        merchant: Merchant,
        *,
        url: str,
        seconds: float,
        platform: Mapping[str, PlatformKey] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.merchant = merchant
        self._url = url.rstrip("/")
        self._seconds = seconds
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._set_by_hand = dict(platform or {})
        self._platform = dict(self._set_by_hand)
        self._learn_from = clock.machine()
        self._learning = asyncio.Lock()

    async def ask(self, method: str, target: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer to a question. ProviderRefused with WeChat Pay's code, ProviderError when the outcome is unknown.

        `target` is the path with its query.
        """
        response = await self._send(method, target, content)
        try:
            await self.check(response.content, response.headers)
        except BadSignature as error:
            raise ProviderError(f"{response.status_code}, and the answer is not to be believed: {error}") from error
        said = _content(response)
        if response.is_success:
            return said
        code = str(said.get("code", ""))
        if response.is_server_error or response.status_code in UNKNOWN_OUTCOME or code in BUSY or not code:
            raise ProviderError(f"{response.status_code} {code} {str(said.get('message', ''))[:100]}")
        raise ProviderRefused(code)

    async def check(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raises BadSignature when a body is not WeChat Pay's; ProviderError when its keys could not be fetched."""
        seal = seal_of(headers)
        seal.check(body, (await self._platform_key(seal.serial)).key, now=clock.machine())

    async def close(self) -> None:
        """Give connections back."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _platform_key(self, serial: str) -> PlatformKey:
        """The key with this serial. One that we have not seen is learned, so that WeChat Pay can change its keys."""
        known = self._known(serial)
        if known is None and not serial.startswith("PUB_KEY_ID_"):
            async with self._learning:  # whoever waited here finds what the first one has learned
                known = self._known(serial)
                if known is None and clock.machine() >= self._learn_from:
                    await self._learn()
                    known = self._known(serial)
        if known is None:
            raise BadSignature(f"no key of WeChat Pay has the serial {serial[:60]}")
        return known

    def _known(self, serial: str) -> PlatformKey | None:
        found = self._platform.get(serial)
        return None if found is None or (found.until is not None and found.until < clock.machine()) else found

    async def _learn(self) -> None:
        """Fetch the certificates. They are sealed with the APIv3 key, and one of them has signed the answer."""
        self._learn_from = clock.machine() + TRY_AGAIN
        response = await self._send("GET", CERTIFICATES, None)
        if not response.is_success:
            raise ProviderError(f"certificates: {response.status_code}")
        now = clock.machine()
        try:
            learned = certificates(_content(response), by=self.merchant, now=now)
            seal = seal_of(response.headers)
            signer = learned.get(seal.serial)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProviderError(f"certificates that cannot be read: {error}") from error
        except BadSignature as error:
            raise ProviderError(f"certificates: {error}") from error
        self._believe(response, seal, signer, now=now)
        self._platform = {**self._set_by_hand, **learned}
        self._learn_from = now + LEARN_AGAIN
        log.info("WeChat Pay has %s certificates now", len(learned))

    def _believe(self, response: httpx.Response, seal: Seal, signer: PlatformKey | None, *, now: datetime) -> None:
        if signer is None:
            raise ProviderError("certificates that none of them has signed")
        try:
            seal.check(response.content, signer.key, now=now)
        except BadSignature as error:
            raise ProviderError(f"certificates: {error}") from error

    async def _send(self, method: str, target: str, content: Mapping[str, Any] | None) -> httpx.Response:
        body = "" if content is None else json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        headers = {
            "accept": "application/json",
            "user-agent": "jishi",
            "authorization": self.merchant.authorization(
                method, target, body, nonce=ids.token()[:32], now=clock.machine()
            ),
        }
        if body:
            headers["content-type"] = "application/json"
        for serial in self._set_by_hand:
            headers["wechatpay-serial"] = serial  # it is to answer with the key that was set by hand
        if self._client is None:
            self._client = httpx.AsyncClient(transport=self._transport, timeout=self._seconds, trust_env=False)
        try:
            return await self._client.request(method, f"{self._url}{target}", content=body.encode(), headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderError(f"{type(error).__name__}: {error}") from error


def _content(response: httpx.Response) -> dict[str, Any]:
    if not response.content:
        return {}
    try:
        content = response.json()
    except (ValueError, RecursionError) as error:
        raise ProviderError("the answer is no JSON") from error
    if not isinstance(content, dict):
        raise ProviderError("the answer is no object")
    return content
